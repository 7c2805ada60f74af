"""Resolutions' texts to crosswalks."""
