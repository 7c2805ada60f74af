"""What became of a unit, and which one an address is in."""
