"""What this machine gives: folders, locks, processes, and no network."""
