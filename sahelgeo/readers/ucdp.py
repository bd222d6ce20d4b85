"""UCDP: events of organised violence from its Georeferenced Event Dataset (GED)."""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.readers.columns import How
from sahelgeo.readers.opener import Readable
from sahelgeo.readers.reading import read_with
from sahelgeo.readers.rows import Rows, Tidied


def read_ucdp(path: Readable, **how: Unpack[How]) -> pd.DataFrame:
    r"""Events from UCDP's Georeferenced Event Dataset (GED).

    Parameters
    ----------
    path : str, os.PathLike or binary file
        The CSV file or its zip archive, from UCDP or from HDX (with an HXL row).
    **how
        For a file that does not say it: ``sheet``, ``decimal``, ``thousands`` and ``day_first``, as for :func:`read`.

    Returns
    -------
    geopandas.GeoDataFrame
        An Events table in EPSG:4326: ``date`` is the first day (``date_end`` the last), ``kind`` state-based, non-state
        or one-sided violence, ``fatalities`` the best estimate with ``fatalities_low`` and ``fatalities_high``, in
        deaths. ``geo_precision`` is UCDP's scale, 1 exact to 7 international waters: 4 and above are no place within a
        province. Also ``dyad``, ``place``, ``admin1``, ``admin2``, ``iso3`` (by UCDP's names and Gleditsch-Ward
        numbers). UCDP's deaths may not be added to ACLED's.

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
    >>> lines = ["id,type_of_violence,side_a,side_b,where_prec,latitude,longitude,country,date_start,date_end,"
    ...          "low,best,high",
    ...          "7,3,JNIM,Civilians,1,14.1,-1.6,Burkina Faso,2020-01-20,2020-01-20,30,36,40"]
    >>> events = sg.read_ucdp(io.BytesIO("\n".join(lines).encode()))
    >>> events[["event", "kind", "fatalities"]].values.tolist()
    [['7', 'one-sided violence', 36]]
    """
    return read_with("read_ucdp", path, **how)


def tidy(rows: Rows) -> Tidied:
    """One sheet of GED, tidied."""
    table = rows.table(
        *("event", "actor1", "actor2", "dyad", "place", "admin1", "admin2", "date", "date_end", "geo_precision"),
        *("fatalities", "fatalities_low", "fatalities_high"),
        kind=rows.word("type", rows.facts["kinds"], "not 1, 2 or 3"),
        iso3=_countries(rows),
    )
    rows.doubt(table["date_end"] < table["date"], "date_end is before date, and both were kept as printed")
    return rows.tidied(rows.located(table), "events")


def _countries(rows: Rows) -> pd.Series:
    """ISO codes by the file's own, by UCDP's names of countries and by their Gleditsch-Ward numbers."""
    known = read_rows("ucdp_countries.csv")
    numbers = {row["gw"]: row["iso3"] for row in known}
    names = {row["name"]: row["iso3"] for row in known if row["name"]}
    by_name = rows.country("iso3", "country").fillna(rows.text("country").map(names).astype("string"))
    return by_name.fillna(rows.text("country_id").map(numbers).astype("string"))
