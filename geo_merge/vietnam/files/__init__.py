"""What Vietnam's files need: encodings, coordinates, zones."""
