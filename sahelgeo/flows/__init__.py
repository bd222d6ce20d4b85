"""Movements between areas in a period: sums, matrices, measures and lines."""
