"""A grid of values: a file, an open rasterio dataset or an xarray array, read window by window."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral
from os import PathLike, fspath
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import rasterio
import xarray as xr
from affine import Affine
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCRS
from rasterio.enums import MaskFlags
from rasterio.windows import Window

from sahelgeo import checks
from sahelgeo.errors import CRSError, FormatError, GridError, listed
from sahelgeo.places.shared_ground import authalic

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

Raster: TypeAlias = "str | PathLike[str] | DatasetReader | xr.DataArray"
Range = tuple[int, int]
HORIZONTAL = ("x", "lon", "longitude", "X")
VERTICAL = ("y", "lat", "latitude", "Y")
# What is said of a whole data set is left out: one of "population density maps" holds counts.
_OF_THE_DATA_SET = ("title", "history", "comment", "references", "institution", "source", "summary", "crs")
# Coordinates of climate grids are often printed in single precision: they stray from even steps by this share of a
# cell.
_UNEVEN = 0.01
# What GDAL may keep of blocks that it has read; each is read once, so more brings nothing.
_BLOCK_CACHE = 64 * 2**20
# Which driver reads a file by its path, told by the file's first bytes; no other gets to see it.
_TIFF, _NETCDF = "GTiff", "netCDF"
_DRIVERS = dict.fromkeys((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), _TIFF) | dict.fromkeys(
    (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF"), _NETCDF
)
_DAMAGED = "{}: damaged or cut off ({}). Fetch the file again"
# libnetcdf can end the process on a damaged file, or never come back from one: another process opens it first.
_TRIAL = f"""
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))
    resource.setrlimit(resource.RLIMIT_CPU, (8, 8))
except ImportError:  # not on Windows
    pass
try:
    import rasterio
except ImportError:  # where libraries lie elsewhere, nothing is tried
    sys.exit()
try:
    with rasterio.open(sys.argv[1], driver="{_NETCDF}") as dataset:
        if dataset.count:
            dataset.tags(1)
            for row in (0, dataset.height - 1):
                dataset.read(1, window=((row, row + 1), (0, min(dataset.width, 10_000))))
except (rasterio.errors.RasterioError, MemoryError, ValueError, TypeError) as problem:
    sys.exit(str(problem.__cause__ or problem))
"""
_PART_OF_FILE = re.compile(r'(?:netcdf|hdf5):"?(.+?)"?:[^:]+', re.IGNORECASE)
_MOST_HOLLOW, _MOST_PER_BYTE, _LARGEST_BLOCK = 10**9, 1_000, 2**26


@dataclass(frozen=True)
class Grid:
    """Where the cells of a raster are, and what they hold.

    Attributes
    ----------
    name : str
        The file, or the name of the array, for messages.
    transform : affine.Affine
        From column and row to coordinates.
    crs : pyproj.CRS
        Of the coordinates.
    height, width : int
        Rows and columns.
    nodata : float or None
        The value that stands for no data; None where the raster declares none.
    scale, offset : float
        Stored values times scale plus offset are the values.
    words : dict of str to str
        What the raster says about its values, by the place where it says so: units, names, tags.
    source : str or None
        Who published it: its tag ``source``, else the name of the file.
    block : tuple of two int
        Rows and columns that are stored together.
    """

    name: str
    transform: Affine
    crs: CRS
    height: int
    width: int
    nodata: float | None
    scale: float
    offset: float
    words: dict[str, str]
    source: str | None
    block: tuple[int, int]

    def corners(self) -> npt.NDArray[np.float64]:
        """The coordinates of the four corners, one after the other around the grid."""
        across, down, east, south = self.transform.a, self.transform.b, self.transform.d, self.transform.e
        columns, rows = np.array([0, self.width, self.width, 0]), np.array([0, 0, self.height, self.height])
        x = self.transform.c + across * columns + down * rows
        return np.column_stack([x, self.transform.f + east * columns + south * rows])

    def cell_km2(self) -> npt.NDArray[np.float64]:
        """The area of a cell of each row in km²; on the ellipsoid for degrees, on the plane of the projection else."""
        if not self.crs.is_geographic:
            metres = self.crs.axis_info[0].unit_conversion_factor
            return np.full(self.height, abs(self.transform.determinant) * metres**2 / 1e6)
        if self.transform.b or self.transform.d:
            raise GridError(f"{self.name}: a turned grid in degrees. Bring it to even rows first (gdalwarp)")
        ellipsoid = self.crs.ellipsoid
        assert ellipsoid is not None
        radius, shorter = ellipsoid.semi_major_metre / 1000, ellipsoid.semi_minor_metre / 1000
        edges = np.clip(self.transform.f + self.transform.e * np.arange(self.height + 1), -90, 90)
        height = authalic(edges, float(np.sqrt(1 - (shorter / radius) ** 2)))
        return np.asarray(np.abs(np.diff(height)) * radius**2 / 2 * np.radians(abs(self.transform.a)))


@dataclass(frozen=True)
class Reader:
    """Reads windows of one layer of a raster, from several threads.

    Attributes
    ----------
    grid : Grid
        Where its cells are.
    cells : callable
        The values of rows and columns (first, one after the last).
    """

    grid: Grid
    cells: Callable[[Range, Range], npt.NDArray[Any]]

    def read(self, rows: Range, columns: Range) -> npt.NDArray[Any]:
        """The values of a window; they hold until the same thread reads the next."""
        try:
            return np.asarray(self.cells(rows, columns))
        # What the libraries below raise where cells cannot be read.
        except (OSError, RuntimeError, ValueError, EOFError, rasterio.errors.RasterioError) as problem:
            raise GridError(
                f"{self.grid.name}: rows {rows[0]:,} to {rows[1] - 1:,} cannot be read "
                f"({problem.__cause__ or problem}). The file is damaged or cut off: fetch it again"
            ) from problem


class _File:
    """A file that each thread opens for itself, since a dataset belongs to the thread that opened it."""

    def __init__(self, path: str, band: int) -> None:
        self._path, self._band = path, band
        self._mine = threading.local()
        self._opened: list[DatasetReader] = []

    def cells(self, rows: Range, columns: Range) -> npt.NDArray[Any]:
        if not hasattr(self._mine, "dataset"):
            self._mine.dataset, self._mine.buffer = _opened(self._path), None
            self._opened.append(self._mine.dataset)
        shape = (rows[1] - rows[0], columns[1] - columns[0])
        # New memory for each window costs more than all sums over it: one thread reads into one place.
        if self._mine.buffer is None or self._mine.buffer.shape != shape:
            self._mine.buffer = np.empty(shape, dtype=self._mine.dataset.dtypes[self._band - 1])
        return _cells(self._mine.dataset, self._band, rows, columns, out=self._mine.buffer)

    def close(self) -> None:
        for dataset in self._opened:
            dataset.close()


def _cells(dataset: DatasetReader, band: int, rows: Range, columns: Range, **out: Any) -> npt.NDArray[Any]:
    found: npt.NDArray[Any] = dataset.read(band, window=Window.from_slices(rows, columns), **out)
    return found


@contextmanager
def open_grid(raster: Raster, band: int | None = None) -> Iterator[Reader]:
    """A reader of one layer of a raster."""
    if band is not None and (isinstance(band, bool) or not isinstance(band, Integral)):
        raise GridError(f"band={band!r}: give the number of a band, from 1")
    if isinstance(raster, xr.DataArray):
        layer = _one_layer(raster, band)
        axes = _axes(layer)
        upright = layer.transpose(*axes)
        yield Reader(_grid_of_array(layer, *axes), lambda rows, cells: upright[slice(*rows), slice(*cells)].to_numpy())
    elif isinstance(raster, (str, PathLike)):
        path = str(fspath(raster))
        with rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE):
            with _opened(path) as first:
                number = _one_band(first, band)
                grid, file = _grid_of_dataset(first, path, number), _File(path, number)
            try:
                yield Reader(grid, file.cells)
            finally:
                file.close()
    elif hasattr(raster, "read") and hasattr(raster, "transform"):
        number, lock = _one_band(raster, band), threading.Lock()

        def one_at_a_time(rows: Range, columns: Range) -> npt.NDArray[Any]:
            with lock:
                return _cells(raster, number, rows, columns)

        yield Reader(_grid_of_dataset(raster, str(raster.name), number), one_at_a_time)
    else:
        raise FormatError(
            f"a raster is a path, an open rasterio dataset or an xarray DataArray, not {type(raster).__name__}"
        )


def _opened(path: str) -> DatasetReader:
    """The file, by the driver that its first bytes name: what GDAL guesses may open other files, and addresses."""
    part = _PART_OF_FILE.fullmatch(path)
    file = Path(part[1] if part else path)
    checks.no_pipe(file)
    try:
        with file.open("rb") as opened:
            start = opened.read(8)
        size = file.stat().st_size
    except (OSError, ValueError) as problem:
        raise FormatError(f"{path}: not a file that can be opened ({problem}). Check the path") from problem
    driver = next((driver for magic, driver in _DRIVERS.items() if start.startswith(magic)), None)
    if driver is None:
        raise FormatError(
            f"{path}: not a raster that is opened by its path: neither GeoTIFF nor netCDF. Check the file, or open it "
            "yourself, with rasterio.open or xarray.open_dataset, and give what that gives"
        )
    if driver == _NETCDF:
        _try_apart(path, size, file.stat().st_mtime_ns)
    try:
        dataset = rasterio.open(path, driver=driver)
    except (rasterio.errors.RasterioIOError, ValueError) as problem:
        raise GridError(_DAMAGED.format(path, problem)) from problem
    _refuse_hollow(dataset, path, size)
    return dataset


@lru_cache(maxsize=256)
def _try_apart(path: str, *_: int) -> None:
    """Refuse a file that another process cannot open, or not in time; asked once for a size and a time of change."""
    program = [sys.executable, "-I", "-c", _TRIAL, path]
    with suppress(subprocess.TimeoutExpired):
        tried = subprocess.run(program, capture_output=True, check=False, timeout=60)  # noqa: S603 - our own program
        if tried.returncode == 0:
            return
        if tried.returncode == 1:
            raise GridError(_DAMAGED.format(path, tried.stderr.decode("utf-8", "replace").strip()[-300:]))
    raise GridError(_DAMAGED.format(path, "opening it ends the process, or takes 8 seconds or 1 GB"))


def _refuse_hollow(dataset: DatasetReader, path: str, size: int) -> None:
    """A few bytes may claim to be a grid as large as the Earth in metres."""
    pixels, block = dataset.width * dataset.height, max((a * b for a, b in dataset.block_shapes), default=0)
    if (pixels > _MOST_HOLLOW and pixels > _MOST_PER_BYTE * size) or block > _LARGEST_BLOCK:
        raise FormatError(
            f"{path}: {pixels:,} pixels in {size:,} bytes, in blocks of {block:,}. More than {_MOST_HOLLOW:,} are read "
            f"only where a byte holds at most {_MOST_PER_BYTE:,}, and blocks of at most {_LARGEST_BLOCK:,}. Cut "
            "out the part that you need (gdal_translate -projwin), or open it yourself: rasterio.open(path) has none"
        )


def _one_band(dataset: DatasetReader, band: int | None) -> int:
    if dataset.closed:
        raise FormatError(
            f"{dataset.name}: the dataset is closed. Sum it within its with block, or give the path instead"
        )
    if not dataset.count:
        parts = listed(list(dataset.subdatasets), 5) or "none"
        raise GridError(f"{dataset.name} has no bands of its own. Give one of its data sets instead: {parts}")
    if band is None and dataset.count != 1:
        raise GridError(
            f"{dataset.name} has {dataset.count} bands. Say which with band=1 ... {dataset.count}, or sum a stack of "
            "times with zonal_series"
        )
    if band is not None and not 1 <= band <= dataset.count:
        raise GridError(f"{dataset.name} has no band {band}. Choose 1 to {dataset.count}")
    return int(band or 1)


def _one_layer(array: xr.DataArray, band: int | None) -> xr.DataArray:
    others = [name for name in array.dims if name not in _axes(array)]
    size = array.sizes[others[0]] if others else 0
    if len(others) == 1 and (size == 1 or band is not None):
        number = 1 if size == 1 else int(band or 0)
        if not 1 <= number <= size:
            raise GridError(f"the array has no layer {band}. Choose 1 to {size}")
        return array.isel({others[0]: number - 1}, drop=True)
    if others:
        raise GridError(
            "the array has more than rows and columns: "
            f"{listed([f'{name} ({array.sizes[name]})' for name in others], 5)}. Choose one layer "
            "(array.isel(time=0)), or sum a stack of times with zonal_series"
        )
    return array


def _axes(array: xr.DataArray) -> tuple[str, str]:
    vertical = [str(name) for name in array.dims if name in VERTICAL]
    horizontal = [str(name) for name in array.dims if name in HORIZONTAL]
    if len(vertical) != 1 or len(horizontal) != 1:
        raise GridError(
            f"the array has dimensions {listed(list(array.dims), 6)}. Two of them must be called y and x, lat and lon, "
            "or latitude and longitude: array.rename(...)"
        )
    for name in (vertical[0], horizontal[0]):
        if name not in array.coords:
            raise GridError(
                f"the array has no coordinates along {name!r}, so its cells have no place. Add those of the cells' "
                "centres"
            )
    return vertical[0], horizontal[0]


def _grid_of_dataset(dataset: DatasetReader, name: str, band: int) -> Grid:
    if dataset.crs is None:
        raise CRSError(
            f"{name}: the raster has no CRS. Say which one it is in: gdal_edit -a_srs EPSG:4326 FILE, or open it with "
            "rasterio.vrt.WarpedVRT(src_crs=...)"
        )
    if (
        dataset.transform == Affine.identity() or not abs(dataset.transform.determinant) > 0
    ):  # nor is it where it is NaN
        raise GridError(
            f"{name}: the raster does not say where its cells are (no geotransform). Write it with gdal_edit -a_ullr"
        )
    if "complex" in dataset.dtypes[band - 1]:
        raise GridError(f"{name}: complex numbers ({dataset.dtypes[band - 1]}) are no counts. Write real ones")
    if MaskFlags.per_dataset in dataset.mask_flag_enums[band - 1]:
        raise GridError(
            f"{name}: a mask or an alpha band says where there is no data. Write it as a nodata value first: gdalwarp "
            "-dstnodata -99999 FILE NEW_FILE"
        )
    # GDAL writes the attributes of a variable as tags of its bands.
    try:
        tags = {**dataset.tags(), **dataset.tags(band)}
        units, description = dataset.units[band - 1] or "", dataset.descriptions[band - 1] or ""
    except UnicodeDecodeError as problem:
        raise GridError(
            f"{name}: what it says of itself (its units, its tags) is not written in UTF-8 ({problem}). Open it with "
            "xarray.open_dataset and give the variable"
        ) from problem
    file = "" if name.startswith("/vsimem/") else PurePath(name).name
    words = {"file name": PurePath(file).stem, "units": units, "band description": description, **_words(tags)}
    stored = (dataset.nodatavals, dataset.scales, dataset.offsets, dataset.block_shapes)
    nodata, scale, offset, block = (of_bands[band - 1] for of_bands in stored)
    crs, (height, width) = _earthly(CRS.from_user_input(dataset.crs.to_wkt()), name), dataset.shape
    source = _source(tags, file)
    return Grid(name, dataset.transform, crs, height, width, nodata, scale, offset, words, source, block)


def _words(held: Mapping[Any, Any]) -> dict[str, str]:
    """The texts among tags or attributes that are about the values."""
    return {
        str(key): value
        for key, value in held.items()
        if isinstance(value, str) and str(key).lower().rpartition("#")[2] not in _OF_THE_DATA_SET
    }


def _source(held: Mapping[Any, Any], file: str) -> str | None:
    return str(held.get("source") or "").strip() or file or None


def _earthly(crs: CRS, name: str) -> CRS:
    if not (crs.is_geographic or crs.is_projected):
        raise CRSError(f"{name}: the CRS {crs.name!r} is tied to no place on Earth. Set that of the coordinates")
    return crs


def _grid_of_array(array: xr.DataArray, vertical: str, horizontal: str) -> Grid:
    x, y = (_even(array, name) for name in (horizontal, vertical))
    nodata = next(
        (
            number
            for held in (array.attrs, array.encoding)
            for key in ("_FillValue", "nodata", "missing_value")
            if (number := _number(held, key)) is not None
        ),
        # xarray masks to NaN what a file declares as missing.
        np.nan if np.issubdtype(array.dtype, np.floating) else None,
    )
    file = PurePath(str(array.encoding.get("source") or "")).name
    name = f"array {array.name!r}" if array.name else "the array"
    # Only an array that was opened without decoding still has these among its attributes.
    scale, offset = _number(array.attrs, "scale_factor"), _number(array.attrs, "add_offset") or 0.0
    transform = Affine(x[1], 0, x[0] - x[1] / 2, 0, y[1], y[0] - y[1] / 2)
    words = {"file name": PurePath(file).stem, "name": str(array.name or ""), **_words(array.attrs)}
    source, crs, scale = _source(array.attrs, file), crs_of_array(array), 1.0 if scale is None else scale
    height, width = array.sizes[vertical], array.sizes[horizontal]
    block = (max(array.chunksizes.get(vertical, (1,))), max(array.chunksizes.get(horizontal, (1,))))
    whole_name = f"{file}, {name}" if file else name
    return Grid(whole_name, transform, crs, height, width, nodata, scale, offset, words, source, block)


def _number(held: Mapping[Any, Any], key: str) -> float | None:
    try:
        return None if held.get(key) is None else float(held[key])
    except (TypeError, ValueError) as problem:
        raise GridError(f"the array's {key} {held[key]!r} is no number. Correct it: array.attrs[{key!r}]") from problem


def _even(array: xr.DataArray, name: str) -> tuple[float, float]:
    """The first coordinate and the step."""
    try:
        centres = np.asarray(array[name].to_numpy(), dtype=float)
    except (TypeError, ValueError) as problem:
        raise GridError(
            f"the coordinates along {name!r} are no numbers. Write those of the cells' centres"
        ) from problem
    if centres.ndim != 1 or len(centres) < 2:
        raise GridError(f"the array has fewer than two cells along {name!r}, so their size is unknown")
    step = float((centres[-1] - centres[0]) / (len(centres) - 1))
    strays = np.abs(centres - (centres[0] + step * np.arange(len(centres)))).max()
    if step == 0 or not strays <= _UNEVEN * abs(step):
        raise GridError(
            f"the coordinates along {name!r} are not evenly spaced. Sort them, or resample to an even grid first"
        )
    return float(centres[0]), step


def crs_of_array(array: xr.DataArray) -> CRS:
    """The CRS of an array."""
    # The places where CF, rioxarray and xarray's own readers write it.
    held = [array.attrs.get("crs")]
    for name in ("spatial_ref", "crs"):
        if name in array.coords:
            attributes = array.coords[name].attrs
            held += [attributes.get("crs_wkt"), attributes.get("spatial_ref")]
    for value in held:
        if value is not None:
            try:
                return _earthly(CRS.from_user_input(value), "the array")
            except UnknownCRS as problem:
                raise CRSError(
                    f"the array's CRS {value!r} is unknown. Write an EPSG code: array.attrs['crs'] = 'EPSG:4326'"
                ) from problem
    raise CRSError("the array has no CRS. Say which one it is in: array.assign_attrs(crs='EPSG:4326') for degrees")
