"""A regular series from irregular counts, with what is old or missing said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from sahelgeo.conformance import conform
from sahelgeo.errors import SchemaError
from sahelgeo.stocks.totals import DIMENSIONS, PRINTED_NAMES, sum_by_place
from sahelgeo.sums import Numbers, added_up, chosen, group_numbers, refuse_two

Fill = Literal["none", "last"]
_PERIODS = MappingProxyType({"MS": "M", "QS": "Q", "YS": "Y"})
_UNIT = ("pcode", *PRINTED_NAMES, "group", "operation")


def series(
    stocks: pd.DataFrame,
    *,
    freq: Literal["MS", "QS", "YS"] = "MS",
    fill: Fill = "none",
    max_days: int | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """One row for each place and month from counts of any days; nothing is invented between them.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of several dates, one method for each place.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years (pandas' names).
    fill : {"none", "last"}
        A period without a count has none, or the last count before it, flagged. Never a value between two counts.
    max_days : int, optional
        With ``fill="last"``, how old a count may be on the last day of a period, in days.
    choose : mapping, optional
        See :func:`sum_stocks`.

    Returns
    -------
    pandas.DataFrame
        One row for each place, group, operation and period from the first period of the table to its last, sorted, with index
        0..n-1: the columns of the place (``pcode`` and printed names), ``group``, ``operation``, ``method``, ``start`` (first
        day of the period), ``as_of`` (its last day), ``date`` (day of the count taken: the latest in the period), ``people``
        (Int64), ``days_old`` (from the count to ``as_of``), ``filled`` (bool) and ``source``. Where there is no count to
        take, ``people`` and ``date`` are missing, and method and source are those of the count before, or after.
        ``sum_stocks(..., by="as_of")`` adds the places of each period up.

    Raises
    ------
    DoubleCountError
        Two methods or sources for a place on one day, or two methods for one place; the rows are in ``.rows``.
    SchemaError
        The table breaks its declaration, or an option is not known.

    See Also
    --------
    latest_stocks : The latest count of each place.
    sum_stocks : Add up displaced people.
    sahelgeo.maps.TimeLayer : Any layer over time, with a slider.

    Notes
    -----
    A straight line between two counts would be an invention: displacement comes in waves. A count carried forward is old
    news and says so, in ``filled`` and ``days_old``.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> counts = pd.DataFrame({"pcode": "BF", "date": ["2020-06-08", "2020-08-08"], "people": [921_471, 1_013_234],
    ...                        "group": "idp", "source": "CONASUR"})
    >>> sg.series(counts, fill="last")[["start", "date", "people", "filled", "days_old"]]
           start       date   people  filled  days_old
    0 2020-06-01 2020-06-08   921471   False        22
    1 2020-07-01 2020-06-08   921471    True        53
    2 2020-08-01 2020-08-08  1013234   False        23
    """
    _check_options(freq, fill, max_days)
    counts = one_count(stocks, choose)
    code = _PERIODS[freq]
    if counts.empty:
        grid = counts.assign(period=counts["date"].dt.to_period(code))
    else:
        periods = pd.period_range(counts["date"].min(), counts["date"].max(), freq=code)
        grid = counts[["unit"]].drop_duplicates().merge(pd.DataFrame({"period": periods}), how="cross")
    dated = counts.assign(period=counts["date"].dt.to_period(code)).sort_values(["unit", "date"])
    latest = dated.drop_duplicates(["unit", "period"], keep="last")
    table = grid[["unit", "period"]].merge(
        latest[["unit", "period", "date", "people", "method", "source"]], on=["unit", "period"], how="left"
    )
    table = table.sort_values(["unit", "period"]).reset_index(drop=True)
    table["as_of"] = table["period"].dt.end_time.dt.normalize().astype("datetime64[us]")
    own = table["date"].notna()
    carried = ["date", "people"]
    # Where there is no count, method and source are those of the series of the place.
    by_unit = table.groupby("unit")
    table = table.assign(**{name: by_unit[name].ffill().fillna(by_unit[name].bfill()) for name in ("method", "source")})
    if fill == "last":
        table[carried] = table.groupby("unit")[carried].ffill()
    days_old = (table["as_of"] - table["date"]).dt.days
    if max_days is not None:
        table.loc[(days_old > max_days) & ~own, carried] = pd.NA
    places = counts.drop_duplicates("unit").set_index("unit")[list(_UNIT)]
    return _assembled(table, places, own)


def one_count(stocks: pd.DataFrame, choose: Mapping[str, Any] | None) -> pd.DataFrame:
    """One count for each place, group, operation and date, with the number of the place in ``unit``.

    A place with a p-code is its p-code, whatever is printed beside it.
    """
    table = chosen(conform(stocks, "stocks"), choose, DIMENSIONS)
    together = added_up(choose)
    again = {name: list(table[name].unique()) for name in together}
    sums = sum_by_place(table, ["group", "operation", "date"], choose=again)
    counted = sums[sums["people"].notna()]
    unit = group_numbers(counted, list(_UNIT))
    _refuse_two_methods(counted, unit, together)
    return counted.assign(unit=unit)


def _refuse_two_methods(table: pd.DataFrame, unit: Numbers, together: list[str]) -> None:
    if "method" not in together:
        refuse_two(table, unit, "method", "A series of two methods would jump where the method changes:")


def _check_options(freq: str, fill: str, max_days: int | None) -> None:
    if freq not in _PERIODS:
        raise SchemaError(f"freq={freq!r} is not one of 'MS' (months), 'QS' (quarters), 'YS' (years)")
    if fill not in ("none", "last"):
        raise SchemaError(f"fill={fill!r} is not one of 'none', 'last'. Values between two counts are not made up")
    if max_days is not None and (
        fill == "none" or isinstance(max_days, bool) or not isinstance(max_days, (int, np.integer)) or max_days < 0
    ):
        raise SchemaError(f"max_days={max_days!r} with fill={fill!r}: give whole days, 0 or more, and fill='last'")


def _assembled(table: pd.DataFrame, places: pd.DataFrame, own: pd.Series) -> pd.DataFrame:
    named = places.reindex(table["unit"]).reset_index(drop=True)
    return pd.concat(
        [
            named,
            pd.DataFrame(
                {
                    "method": table["method"].astype("string"),
                    "start": table["period"].dt.start_time.astype("datetime64[us]"),
                    "as_of": table["as_of"],
                    "date": table["date"].astype("datetime64[us]"),
                    "people": table["people"].astype("Int64"),
                    "days_old": (table["as_of"] - table["date"]).dt.days.astype("Int64"),
                    "filled": (~own & table["people"].notna()).astype(bool),
                    "source": table["source"].astype("string"),
                }
            ),
        ],
        axis=1,
    )
