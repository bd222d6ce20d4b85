"""Where the displaced people who are in a place today once came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo.errors import SchemaError
from sahelgeo.nesting import check_level, one_edition_of, rolled_up
from sahelgeo.stocks.stock_totals import how_of, sum_stocks, with_age
from sahelgeo.sums import added_up, group_numbers, refuse_unlike, sums_of, warn_partial

UNKNOWN = "unknown"


def origins(
    stocks: pd.DataFrame,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    choose: Mapping[str, Any] | None = None,
    wide: bool = False,
) -> pd.DataFrame:
    """The people of each place by the area that they fled from: a stock by origin, not a flow.

    It says where the people present on a day once came from, whenever that was. People who went back or moved on are
    not in it, so its rows are no movements of any period: see :func:`od_matrix` for those.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one day and method with ``origin``, or what :func:`latest_stocks` makes of one; also refugees
        by country of asylum (``pcode``) and of origin.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``.
    level : int, optional
        Bring places and origins to this level. Origins of which only the country is known stay as they are.
    choose : mapping, optional
        See :func:`sum_stocks`.
    wide : bool
        Give the matrix: origins in rows, places in columns.

    Returns
    -------
    pandas.DataFrame
        One row for each origin, place and group, sorted, with index 0..n-1: ``origin`` (missing for people of unknown
        origin), ``pcode``, ``group``, ``date``, method, operation, source, ``people`` (Int64), ``households``,
        ``rows``, ``rows_missing``, ``internal`` (bool: displaced within the area) and ``share`` (Float64, of the
        people of the place and group, those of unknown origin among them).

        With ``wide=True``: Int64 people with index ``origin`` and columns ``pcode``; the last row, ``unknown``, holds
        the people of unknown origin and is always there. A pair that no row names is missing. One group only.

    Raises
    ------
    DoubleCountError
        As for :func:`sum_stocks`; also a row without origin that is the total of the rows with origins.
    SchemaError
        No row has an origin, or ``wide=True`` with several groups.
    SahelgeoError
        As for :func:`sum_stocks`.

    See Also
    --------
    od_matrix : The matrix of origins and destinations.
    sum_stocks : Add up displaced people.

    Notes
    -----
    IDMC publishes stocks (people displaced on a day) and flows (displacements in a period) apart, and never one for
    the other.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> stocks = pd.DataFrame({"pcode": ["BF49", "BF49", "BF54"], "origin": ["BF56", None, "BF56"],
    ...                        "people": [30, 10, 20], "date": "2020-09-06", "group": "idp", "source": "DTM"})
    >>> sg.stocks.origins(stocks, wide=True)
    pcode    BF49  BF54
    origin
    BF56       30    20
    unknown    10  <NA>
    """
    check_level(level, areas)
    keys = ("origin", "pcode", "group")
    sums = sum_stocks(stocks, areas, by=keys, level=level, choose=choose)
    if len(sums) and sums["origin"].isna().all():
        raise SchemaError("stocks: no row has an origin. Tables of DTM and UNHCR have one; name its column 'origin'")
    if areas is not None and level is not None:
        checked = one_edition_of(areas, sums, ["origin"])
        # Origins of a finer level fall together at a coarser one.
        coarse, how = rolled_up(sums, checked, level, ["origin"], keep_countries=True), how_of(sums)
        groups, together = group_numbers(coarse, keys), added_up(choose)
        refuse_unlike(coarse, how, by=keys, together=together, groups=groups)
        warn_partial(coarse.drop(columns=["rows", "rows_missing"]), groups, "people", keys[:2])
        sums = with_age(sums_of(coarse, groups, keys, how, together), coarse, groups, keys)
    groups = group_numbers(sums, ["pcode", "group"])
    totals = sums["people"].groupby(groups).transform("sum").astype("Float64")
    internal = (sums["origin"] == sums["pcode"]).fillna(False).astype(bool)
    result = sums.assign(internal=internal, share=sums["people"].astype("Float64") / totals.mask(totals == 0))
    return _wide(result) if wide else result


def _wide(result: pd.DataFrame) -> pd.DataFrame:
    if len(result["group"].unique()) > 1:
        raise SchemaError(
            f"a matrix holds one group, and the table has {', '.join(result['group'].unique())}. Choose one: "
            f"choose={{'group': 'idp'}}"
        )
    named = result.assign(origin=result["origin"].fillna(UNKNOWN), pcode=result["pcode"].fillna(UNKNOWN))
    cells = named.pivot(index="origin", columns="pcode", values="people")  # noqa: PD010 - pivot_table would add up
    rows = [*(label for label in cells.index if label != UNKNOWN), UNKNOWN]
    return cells.reindex(pd.Index(rows, name="origin", dtype="str")).astype("Int64")
