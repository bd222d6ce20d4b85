"""Boundaries that were redrawn: which edition a table speaks, and carrying it to another."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
