"""Boundaries that were redrawn: which edition a table speaks, and carrying it to another."""
