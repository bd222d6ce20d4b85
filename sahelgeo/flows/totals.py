"""People who moved between areas: sums by area and period that count no movement twice."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa

from sahelgeo import checks
from sahelgeo.areas import conform_areas
from sahelgeo.conformance import SHOWN_AT_MOST, conform, listed
from sahelgeo.errors import SchemaError
from sahelgeo.flows.batches import FlowRecords
from sahelgeo.flows.records import sum_records
from sahelgeo.nesting import at_level, check_level, rolled_up
from sahelgeo.places.attach import check_edition
from sahelgeo.places.levels import country_of, nested_codes, parents_of
from sahelgeo.stocks.idmc_figures import check_figures
from sahelgeo.sums import (
    MIXED,
    Mask,
    Numbers,
    added_up,
    chosen,
    clash_in_words,
    clashes,
    first_rows,
    group_numbers,
    joined_values,
    named_rows,
    refuse,
    refuse_totals,
    summed,
    warn_partial,
)

Frequency = Literal["MS", "QS", "YS"]
ENDS = ("origin", "destination")
PERIOD = ("start", "end")
CHOICES = ("source", "reason", "edition")
_PERIODS = MappingProxyType({"MS": ("M", "month"), "QS": ("Q", "quarter"), "YS": ("Y", "year")})


def sum_flows(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
    records: bool = False,
) -> pd.DataFrame:
    """Add up movements over reasons, to areas of a level and to periods, and refuse to count any of them twice.

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table. A path is a Parquet file, or a folder of them; it is read in chunks, so it may be larger than memory.
        So are Arrow tables, readers and iterables of batches.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``. Without them, what lies in what is told by the way that OCHA's p-codes
        are built: BF56 holds BF5601.
    level : int, optional
        Bring both ends to this level through the ``parent`` of the areas: 0 country, 1 region, 2 province. Ends of which
        only the country is known (``ML``, ``MLI``) stay as they are.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or calendar years (pandas' names). The default is the whole span of the table, from its first to
        its last day.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list, as in
        ``{"source": ["DTM 2020-03", "DTM 2020-04"]}``, is your word that its sources add up (releases of single months,
        say): the sum names all of them, with ``" + "`` between.
    records : bool
        Whether each row is a record (a form, a family, a day's arrivals), so that rows alike are further people. Else
        rows alike are copies, and refused.

    Returns
    -------
    pandas.DataFrame
        A Flows table with one row for each origin, destination and period, sorted by them, with index 0..n-1:
        ``origin``, ``destination``, ``start``, ``end`` (of the whole period), ``people`` (Int64), ``source``;
        ``internal`` (bool), whether both ends are the same area, so that the flow stays inside it; ``cross_border`` (bool),
        whether the ends lie in two countries; ``rows``, how many rows were added, and ``rows_missing``, how many of them
        have no count. Flows with an unknown origin or destination are rows of their own, and never internal.

    Raises
    ------
    DoubleCountError
        Two sources for the same ends and period, periods of the same ends that overlap, a flow beside another that holds
        it (a region and its commune), or a flow of unknown origin that is the total of those with origins; the rows are in
        ``.rows``.
    FlowPeriodError
        A flow whose period is not within one period of ``freq``: people are not spread over time. The rows are in ``.rows``.
    UnmatchedError
        A p-code that does not reach ``level``; the rows are in ``.rows``.
    EditionError
        The table names another edition than the areas.
    SchemaError
        The table breaks its declaration, ``freq`` or ``choose`` is not known, or ``level`` comes without areas.
    FormatError
        The path is not to Parquet.

    Warns
    -----
    DataWarning
        Some of the flows of a sum have no count. A sum of nothing but missing counts is missing, not zero.

    See Also
    --------
    flow_balance : Inflow, outflow and net of each area.
    od_matrix : The matrix of origins and destinations.
    flow_lines : Curved lines to draw flows with.
    sum_stocks : Add up displaced people.

    Notes
    -----
    Flows count movements: they add up over disjoint periods within one source (IDMC). They are not stocks, and a
    difference of stocks is not a flow.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> flows = sg.load_sample("burkina-2020").flows
    >>> total = sg.sum_flows(flows)
    >>> int(total["people"].sum()) == int(flows["people"].sum())
    True
    >>> total.loc[[0], ["origin", "destination", "start", "end", "internal"]]
      origin destination      start        end  internal
    0   BF46        BF46 2020-03-01 2020-08-31      True
    """
    check_level(level, areas)
    checked = None if areas is None else checks.one_edition(conform_areas(areas))
    together = added_up(choose)
    if records or not isinstance(flows, pd.DataFrame):
        _check_choice(choose)
        coarse = _coarse_records(flows, checked, level, choose) if records else None
        if coarse is not None:
            return _sums(coarse, freq, together)
        table = _fine_records(flows, choose, records=records)
    else:
        table = chosen(conform(flows, "flows"), choose, CHOICES)
    check_figures(table, "flow")
    if not records:
        # A form is no total of other forms.
        refuse_totals(table, ["destination", "start", "end", "reason", "source", "edition"], ["destination"])
    _refuse_overlaps(table, [*ENDS, *together])
    _refuse_parts(table, checked)
    if checked is not None:
        for end in ENDS:
            check_edition(table, checked, codes=end)
        if level is not None:
            table = rolled_up(table, checked, level, ENDS, keep_countries=True)
    return _sums(table, freq, together)


def _check_choice(choose: Mapping[str, Any] | None) -> None:
    unknown = [column for column in choose or {} if column not in CHOICES]
    if unknown:
        raise SchemaError(f"choose has {unknown[0]!r}. It can name: {', '.join(CHOICES)}")


def _sums(table: pd.DataFrame, freq: str | None, together: list[str]) -> pd.DataFrame:
    starts, ends = _periods(table, freq)
    table = table.assign(start=starts, end=ends)
    keys = [*ENDS, *PERIOD]
    groups = group_numbers(table, keys)
    constant = ["source", "edition"] if "edition" in table else ["source"]
    _refuse_mixed(table, groups, [name for name in constant if name not in together])
    warn_partial(table, groups, "people", ENDS)
    sums = pd.concat([first_rows(table, groups, [*keys, *constant]), summed(table, groups, ["people"])], axis=1)
    sums = sums.assign(**joined_values(table, groups, [name for name in together if name in constant]))
    internal = (sums["origin"] == sums["destination"]).fillna(False).astype(bool)
    countries = [sums[end].map(_countries(sums[end])) for end in ENDS]
    crosses = (countries[0] != countries[1]) & countries[0].notna() & countries[1].notna()
    order = [*keys, "people", *constant]
    return sums.assign(internal=internal, cross_border=crosses.astype(bool))[
        [*order, "internal", "cross_border", "rows", "rows_missing"]
    ]


def _countries(codes: pd.Series) -> dict[str, str | None]:
    return {code: country_of(code) for code in codes.dropna().unique()}


def _coarse_records(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None,
    level: int | None,
    choose: Mapping[str, Any] | None,
) -> pd.DataFrame | None:
    """The records at the level asked for, if nothing can have been counted twice below it; it needs a second look else."""
    if areas is None or level is None or not isinstance(flows, (str, os.PathLike, pa.Table, pd.DataFrame)):
        return None
    seen: dict[str, str | None] = {}
    sums = sum_records(flows, choose=choose, target=lambda codes: _reached(codes, areas, level, seen))
    return sums if _adds_up_anyhow(sums, seen, areas) else None


def _fine_records(
    flows: pd.DataFrame | FlowRecords, choose: Mapping[str, Any] | None, *, records: bool
) -> pd.DataFrame:
    table = sum_records(flows, choose=choose)
    copies = (table["rows"] > 1).to_numpy(dtype=np.bool_)
    if copies.any() and not records:
        first = "; ".join(
            f"{row.origin} to {row.destination}, {row.start:%Y-%m-%d}"
            for row in table[copies][:SHOWN_AT_MOST].itertuples()
        )
        raise SchemaError(
            f"flows: {int(table['rows'][copies].sum()):,} rows share their key (origin, destination, start, end, reason, source) with another: {first}. "
            "Drop the copies, or pass records=True if each row is a record of further people"
        )
    return conform(table, "flows")


def _reached(codes: list[str], areas: gpd.GeoDataFrame, level: int, seen: dict[str, str | None]) -> list[str | None]:
    new = [code for code in codes if code not in seen]
    if new:
        found = at_level(pd.Series(new, dtype="string"), areas, level, keep_countries=True)
        seen.update({code: None if pd.isna(reached) else reached for code, reached in zip(new, found, strict=True)})
    return [seen[code] for code in codes]


def _adds_up_anyhow(coarse: pd.DataFrame, seen: Mapping[str, str | None], areas: gpd.GeoDataFrame) -> bool:
    """Whether no movement can have been counted twice, whatever the single rows are: then the coarse sums will do."""
    periods = coarse[list(PERIOD)].drop_duplicates().sort_values(list(PERIOD))
    follow = (periods["start"].to_numpy()[1:] > periods["end"].to_numpy()[:-1]).all()
    return bool(
        follow
        and len(coarse["source"].unique()) <= 1
        and all(reached is not None for reached in seen.values())
        and nested_codes(seen, parents_of(areas)).empty
        and "edition" not in coarse
    )


class FlowPeriodError(SchemaError):
    """Flows whose periods do not lie within the periods asked for.

    Attributes
    ----------
    rows : pandas.DataFrame
        The flows.
    """

    def __init__(self, message: str, rows: pd.DataFrame) -> None:
        super().__init__(message)
        self.rows = rows


def _periods(table: pd.DataFrame, freq: str | None) -> tuple[pd.Series, pd.Series]:
    if freq is None:
        return _everywhere(table, table["start"].min()), _everywhere(table, table["end"].max())
    if freq not in _PERIODS:
        raise SchemaError(
            f"freq={freq!r} is not one of 'MS' (months), 'QS' (quarters), 'YS' (years), or None for the whole span"
        )
    code, name = _PERIODS[freq]
    first, last = table["start"].dt.to_period(code), table["end"].dt.to_period(code)
    across = (first != last).to_numpy(dtype=np.bool_)
    if across.any():
        spans = [f"{row.start:%Y-%m-%d} to {row.end:%Y-%m-%d}" for row in table[across].itertuples()]
        raise FlowPeriodError(
            f"{int(across.sum()):,} of {len(table):,} flows are not within one {name}: {named_rows(table, across, [])} "
            f"({listed(list(dict.fromkeys(spans)), SHOWN_AT_MOST)}). People are not spread over time: choose a longer freq, or None for the whole span",
            table[across],
        )
    return first.dt.start_time.astype("datetime64[us]"), first.dt.end_time.dt.normalize().astype("datetime64[us]")


def _everywhere(table: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    return pd.Series(day, index=table.index, dtype="datetime64[us]")


def _refuse_overlaps(table: pd.DataFrame, keys: list[str]) -> None:
    """The same ends twice in one period: by two sources, or in periods that overlap without being the same."""
    pairs = group_numbers(table, ENDS)
    overlapping = _overlapping(table, pairs)
    same_period = group_numbers(table, [*keys, *PERIOD])
    two_sources = clashes(table, same_period, ["source"])
    problems = [
        (
            rows,
            f"{clash_in_words(table, rows, 'source', ENDS)} for the same period. Choose one: flows[flows['source'] == ...]",
        )
        for rows in two_sources.values()
    ]
    if overlapping.any():
        text = f"periods of the same ends overlap in {named_rows(table, overlapping, ENDS)}. Keep periods that follow each other"
        problems.append((overlapping, text))
    refuse(table, "The sum would count movements twice:", *problems)


def _overlapping(table: pd.DataFrame, pairs: Numbers) -> Mask:
    periods = table[list(PERIOD)].assign(pair=pairs).drop_duplicates().sort_values(["pair", *PERIOD])
    ends_before = periods.groupby("pair")["end"].cummax().groupby(periods["pair"]).shift()
    # Periods that meet make a run; a period that starts after all before it have ended begins the next.
    run = (~(periods["start"] <= ends_before)).cumsum()
    meet = periods[run.duplicated(keep=False)]
    rows = pd.MultiIndex.from_frame(table[list(PERIOD)].assign(pair=pairs))
    return np.asarray(rows.isin(pd.MultiIndex.from_frame(meet)), dtype=np.bool_)


def _refuse_parts(table: pd.DataFrame, areas: gpd.GeoDataFrame | None) -> None:
    """A flow beside another that holds it: both ends the same or nested, and periods that meet."""
    codes = pd.unique(pd.concat([table["origin"], table["destination"]]).dropna())
    nested = nested_codes(codes, None if areas is None else parents_of(areas))
    if nested.empty:
        return
    same = pd.DataFrame({"inner": codes, "outer": codes}, dtype="string")
    holds = pd.concat([nested, same])
    rows = table[[*ENDS, *PERIOD]].assign(row=np.arange(len(table))).dropna(subset=list(ENDS))
    inner = rows[rows["origin"].isin(nested["inner"]) | rows["destination"].isin(nested["inner"])]
    above = (
        inner.merge(holds, left_on="origin", right_on="inner")
        .merge(holds, left_on="destination", right_on="inner", suffixes=("_origin", "_destination"))
        .merge(rows, left_on=["outer_origin", "outer_destination"], right_on=list(ENDS), suffixes=("", "_above"))
    )
    is_part = (above["origin"] != above["origin_above"]) | (above["destination"] != above["destination_above"])
    meets = (above["start"] <= above["end_above"]) & (above["start_above"] <= above["end"])
    found = above[is_part & meets]
    mask = np.isin(np.arange(len(table)), np.concatenate([found["row"], found["row_above"]]))
    if mask.any():
        text = f"{named_rows(table, mask, ENDS)}. Keep one level for each: drop the totals, or the parts"
        refuse(table, "The sum would count movements of an area and of its parts twice:", (mask, text))


def _refuse_mixed(table: pd.DataFrame, groups: Numbers, constant: list[str]) -> None:
    found = clashes(table, groups, constant)
    problems = [
        (rows, f"{clash_in_words(table, rows, column, ENDS)}. Choose one: flows[flows[{column!r}] == ...]")
        for column, rows in found.items()
    ]
    refuse(table, MIXED, *problems)
