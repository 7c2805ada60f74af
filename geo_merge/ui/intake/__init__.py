"""From nothing to a result: provinces, layers, tables and texts that a person gives."""
