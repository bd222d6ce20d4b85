"""Phases of food insecurity: classes, the 20 % rule, people by phase, and which analysis speaks for a date."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
