"""UCDP's Georeferenced Event Dataset: deadly events with low, best and high estimates."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import FormatError
from sahelgeo.readers.countries import iso3_of
from sahelgeo.readers.feed import Found, body
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.points import points
from sahelgeo.readers.printed import days, numbers, text_column, text_of, texts
from sahelgeo.readers.reading import Tidied, dropped, need_rows, read_feeds
from sahelgeo.readers.report import ReadReport


@overload
def read_ucdp(path: Readable, *, report: Literal[False] = ...) -> gpd.GeoDataFrame: ...
@overload
def read_ucdp(path: Readable, *, report: Literal[True]) -> tuple[gpd.GeoDataFrame, ReadReport]: ...
def read_ucdp(path: Readable, *, report: bool = False) -> Any:
    r"""Events from UCDP's Georeferenced Event Dataset (GED).

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file or its zip archive, from UCDP or from HDX (with an HXL row).
    report : bool
        Whether to return the account of the reading too.

    Returns
    -------
    geopandas.GeoDataFrame
        An Events table in EPSG:4326: ``date`` is the first day (``date_end`` the last), ``kind`` state-based, non-state or
        one-sided violence, ``fatalities`` the best estimate with ``fatalities_low`` and ``fatalities_high``, in deaths.
        ``geo_precision`` is UCDP's scale, 1 exact to 7 international waters: 4 and above are no place within a province. Also
        ``dyad``, ``place``, ``admin1``, ``admin2``, ``iso3``. UCDP's deaths may not be added to ACLED's.
    ReadReport
        With ``report=True``: every row of the file kept, or dropped for a reason.

    Raises
    ------
    FormatError
        Another kind of file, cells that are no numbers or days, coordinates that are no place.
    SchemaError
        An event that stands twice with different figures.

    See Also
    --------
    read_acled : Read events of ACLED.
    sum_events : Events and deaths by area and period.

    Notes
    -----
    Precision of places: UCDP GED codebook, ``where_prec``. Low, best and high are UCDP's own estimates.

    Examples
    --------
    >>> import io, sahelgeo as sg
    >>> lines = ["id,type_of_violence,side_a,side_b,where_prec,latitude,longitude,country,date_start,date_end,low,best,high",
    ...          "7,3,JNIM,Civilians,1,14.1,-1.6,Burkina Faso,2020-01-20,2020-01-20,30,36,40"]
    >>> events = sg.read_ucdp(io.BytesIO("\n".join(lines).encode()))
    >>> events[["event", "kind", "fatalities"]].values.tolist()
    [['7', 'one-sided violence', 36]]
    """
    return read_feeds(path, ("ucdp-ged",), tidy_ucdp, report)


def tidy_ucdp(found: Found) -> Tidied:
    """One sheet of GED, tidied."""
    where, feed = found.sheet.where, found.feed
    frame, fates = body(found)
    need_rows(frame, found)
    copies = frame.duplicated()
    fates = dropped(fates, copies.reindex(fates.index, fill_value=False), "duplicate")
    frame = frame[~copies]
    kinds = texts(frame["type"]).map(feed.facts["kinds"])
    if kinds.isna().any():
        row = kinds.index[kinds.isna()][0]
        raise FormatError(
            f"{where}, column 'type_of_violence', row {row} ({text_of(frame['type'][row])!r}): not 1, 2 or 3"
        )

    column = partial(text_column, frame)

    deaths = {
        name: numbers(frame[name], feed.columns[name][0], where)
        for name in ("fatalities", "fatalities_low", "fatalities_high")
        if name in frame
    }
    table = pd.DataFrame(
        {
            "event": column("event"),
            "date": days(frame["date"], "date_start", where),
            "source": feed.source,
            "kind": kinds,
            "actor1": column("actor1"),
            "actor2": column("actor2"),
            **deaths,
            "geo_precision": numbers(frame["precision"], "where_prec", where) if "precision" in frame else pd.NA,
            "date_end": days(frame["date_end"], "date_end", where) if "date_end" in frame else pd.NaT,
            **{name: column(name) for name in ("dyad", "place", "admin1", "admin2")},
            "iso3": iso3_of(column("country")),
        }
    )
    events = gpd.GeoDataFrame(table, geometry=points(frame, found), crs="EPSG:4326")
    return Tidied(events, fates, (), (), "events")
