"""Arrays and frames to files, whole or not at all."""
