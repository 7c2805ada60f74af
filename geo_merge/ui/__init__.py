"""The page: one small module a part."""
