"""Sums of population and climate grids over areas."""
