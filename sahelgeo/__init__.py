"""Geospatial analysis of displacement and food insecurity in the Sahel.

Every public name loads on first use, so ``import sahelgeo`` costs next to nothing. Documentation: the folder ``docs``.
Start with :func:`load_sample`, :func:`read` and :func:`attach_areas`.
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
