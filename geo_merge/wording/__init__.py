"""What is told: sentences by their kind, in the languages that people read."""
