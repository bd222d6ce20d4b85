"""Files from their publishers: fetched politely, kept as served, with address, day, hash and licence beside each."""

import lazy_loader as _lazy

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
