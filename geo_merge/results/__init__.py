"""The files of the contract, and back."""
