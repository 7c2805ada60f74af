"""Seats of new units, and what becomes of the offices of the old ones."""
