"""Saying which area a row means, and joining it to that area."""
