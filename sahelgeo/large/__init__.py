"""Past one machine: partial sums that add up exactly, and engines that spread parts over processes and machines."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
