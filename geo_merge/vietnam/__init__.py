"""What geo_merge knows of Vietnam: names, codes, zones and published boundaries."""
