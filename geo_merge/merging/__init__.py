"""Old units and a crosswalk to a result."""
