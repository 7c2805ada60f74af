"""What a person asks for, whoever asks."""
