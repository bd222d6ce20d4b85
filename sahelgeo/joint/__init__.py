"""What needs two kinds of table at once: phases on polygons and grids, hunger with displacement, stocks with flows."""
