"""Displaced people in a place on a day: sums, changes, rates and series that count nobody twice."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
