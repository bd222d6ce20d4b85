"""The brief *Rethinking Crisis Responses in the Sahel* (CSIS, 2020) on data: its three headlines and five assumptions.

Each check takes tables and gives a :class:`~sahelgeo.brief.Check`: what the brief says, what the data say, a verdict, a
table, a figure and the sources. Without a user's tables it runs on published figures.
"""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
