"""Violent events: sums by area and period, parts of years, actors, the timeline, and checks that describe."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
