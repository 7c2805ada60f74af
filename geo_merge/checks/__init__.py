"""Checks of a layer by itself."""
