"""Reading layers of each format: frames by way of GDAL, ragged arrays for what is plain."""
