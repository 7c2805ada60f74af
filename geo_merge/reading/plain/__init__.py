"""Shapefiles and GeoJSON straight to arrays."""
