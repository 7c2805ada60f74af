"""Polygons as arrays: no files, no frames, no sentences."""
