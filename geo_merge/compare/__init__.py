"""New units against what others published."""
