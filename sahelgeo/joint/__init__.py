"""What needs two kinds of table at once: phases on polygons and grids, hunger with displacement, stocks with flows."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
