"""Packages for shapes, each loaded when something of it is first asked for.

Together they take as long to load as pandas, and whoever reads a table without shapes asks nothing of them. Modules
that such a reading passes through take them from here; the others import them at their heads, as is usual.
``lazy_loader.load`` would put them among the loaded modules at once, by which others tell that there are no shapes yet.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pyarrow as pa

__all__ = ["faults", "gpd", "pyogrio", "pyproj", "shapely"]

if TYPE_CHECKING:
    import geopandas as gpd
    import pyogrio
    import pyproj
    import shapely
else:

    class _Late:
        def __init__(self, name: str) -> None:
            self.__name__ = name

        def __getattr__(self, name: str) -> Any:
            return getattr(importlib.import_module(self.__name__), name)

    gpd, pyogrio, pyproj, shapely = map(_Late, ("geopandas", "pyogrio", "pyproj", "shapely"))


def faults() -> tuple[type[Exception], ...]:
    """What GDAL, Arrow and geopandas raise on damaged bytes: whatever their own code meets in them."""
    own = (OSError, RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
    return (*own, pa.ArrowException, shapely.errors.ShapelyError, pyproj.exceptions.ProjError)
