"""A person's own table, from old units to new ones or back, with every row accounted for."""
