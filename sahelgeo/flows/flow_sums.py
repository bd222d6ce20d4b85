"""People who moved between areas: the areas at both ends, and sums that count no movement twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypedDict, Unpack, get_args, overload

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as pads

from sahelgeo import checks, sums
from sahelgeo.coded_sums import PERIOD, CodedSums
from sahelgeo.conformance import conform, conform_areas
from sahelgeo.errors import SHOWN_AT_MOST, FlowPeriodError, SchemaError, UnmatchedError, listed, warn
from sahelgeo.flows.flow_records import ENDS, FlowRecords, sum_records
from sahelgeo.nesting import at_level, check_level, nested_codes, parents_of, rolled_up
from sahelgeo.parts import Map, Part, State, parts_of, summed, unfinished, without_shapes
from sahelgeo.periods import Frequency, periods_of
from sahelgeo.places.attach import MATCH_OPTIONS, Unmatched, check_edition
from sahelgeo.places.match import match_rows
from sahelgeo.places.names import country_of, country_of_code
from sahelgeo.stocks.idmc_figures import check_figures
from sahelgeo.sums import Mask, Numbers, Sum
from sahelgeo.words import missing_words

CHOICES = ("source", "reason", "edition")
BY = (*ENDS, "reason")
_SUM = Sum(dimensions=("source", "edition"), place=ENDS, apart="")


class _Options(TypedDict, total=False):
    on: Mapping[str, str | Mapping[str, Any]] | None
    unmatched: Unmatched


@overload
def match_ends(
    flows: pd.DataFrame, areas: pd.DataFrame, *, report: Literal[False] = ..., **options: Unpack[_Options]
) -> pd.DataFrame: ...
@overload
def match_ends(
    flows: pd.DataFrame, areas: pd.DataFrame, *, report: Literal[True], **options: Unpack[_Options]
) -> tuple[pd.DataFrame, pd.DataFrame]: ...
def match_ends(
    flows: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    on: Mapping[str, str | Mapping[str, Any]] | None = None,
    unmatched: Unmatched = "raise",
    report: bool = False,
) -> pd.DataFrame | tuple[pd.DataFrame, pd.DataFrame]:
    """Give both ends of every flow the p-code of the area that is printed there, and account for every row and person.

    Parameters
    ----------
    flows : pandas.DataFrame
        Movements with both ends in print, as names or p-codes.
    areas : pandas.DataFrame or geopandas.GeoDataFrame
        The areas to choose from, each ``pcode`` once, with ``name`` (see :func:`sahelgeo.match_areas`).
    on : mapping, optional
        The column that prints each end: ``{"origin": "De", "destination": "Vers"}``. The default takes the columns
        ``origin`` and ``destination``. In place of a column a mapping may give more options of an end,
        ``{"names": "De", "parents": "Region"}``: ``names``, the column; ``parents``, columns of what the place lies in;
        ``accept``, the methods whose answers are taken; ``decisions``, your own earlier answers.
    unmatched : {"raise", "keep", "drop"}
        What to do with flows an end of which no area answers to: raise, keep them with a missing end, or leave them
        out. Keeping and leaving out warn with the number of rows and people.
    report : bool
        Also return the account of rows and people.

    Returns
    -------
    pandas.DataFrame
        The rows with their index and columns, and:

        - ``origin``, ``destination``: the p-codes. An end that is empty or printed as unknown ("Inconnue", "Unknown",
          "n.d.") is missing, and its people stay. Of an end that is a country and none of the areas it is the code of
          three letters;
        - ``origin_printed``, ``destination_printed``: what the table prints there;
        - ``origin_method``, ``destination_method``: how the area was found (as :func:`sahelgeo.match_areas` calls it,
          or ``country``), missing where the end is unknown;
        - ``place``: both ends as printed, where it is empty. Two names of one area stay two rows by it.
    pandas.DataFrame
        Only with ``report=True``: ``rows`` and ``people`` of the flows with an area at ``both ends``, of ``unknown
        origin``, ``unknown destination``, ``both unknown``, and ``no area`` at an end that has a name. They add up to
        what came in.

    Raises
    ------
    UnmatchedError
        An end with a name that no area answers to, with ``unmatched="raise"``; the rows are in ``.rows``.
    SchemaError
        No such column, cells that are not text, or an option that does not exist.

    Warns
    -----
    DataWarning
        Flows kept without an area at an end, or left out.

    See Also
    --------
    sum_flows : Add up movements.
    match_areas : Which area each printed name or code means.

    Notes
    -----
    Nobody is lost: people who came from nobody knows where are in every total, in the matrix under ``unknown``, and in
    the legend of :class:`sahelgeo.maps.FlowLayer`.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> printed = pd.DataFrame({"De": ["Sahel", "Inconnue", "Mali"], "Vers": ["Nord", "Nord", "Sahel"],
    ...                         "people": [120, 30, 7]})
    >>> ends = {"origin": "De", "destination": "Vers"}
    >>> flows, account = sg.flows.match_ends(printed, sg.load_areas("BFA"), on=ends, report=True)
    >>> flows[["origin", "destination", "people", "origin_method"]]
      origin destination  people origin_method
    0   BF56        BF54     120          name
    1   <NA>        BF54      30          <NA>
    2    MLI        BF56       7       country
    >>> account[account["rows"] > 0]
                    rows  people
    both ends          2     127
    unknown origin     1      30
    """
    checks.choice(get_args(Unmatched), unmatched=unmatched)
    checks.columns(flows, "flows", {})
    asked = {end: end for end in ENDS} | dict(on or {})
    if set(asked) != set(ENDS):
        raise SchemaError(f"on={dict(on or {})!r}: name the columns of 'origin' and 'destination'")
    found = [_matched_end(flows, areas, end, asked[end]) for end in ENDS]
    table = flows.assign(**found[0].drop(columns="why"), **found[1].drop(columns="why"))
    names = [table[f"{end}_printed"].fillna("") for end in ENDS]
    places = (names[0] + " → " + names[1]).astype("string")
    table = table.assign(place=table["place"].fillna(places) if "place" in table else places)
    lost = (found[0]["why"].notna() | found[1]["why"].notna()).to_numpy(dtype=np.bool_)
    unknown = [table[end].isna().to_numpy(dtype=np.bool_) for end in ENDS]
    # The first of these that holds is what became of a flow.
    masks = [lost, unknown[0] & unknown[1], *unknown]
    kinds = np.select(masks, ["no area", "both unknown", "unknown origin", "unknown destination"], "both ends")
    people = table["people"] if "people" in table else pd.Series(pd.NA, index=table.index, dtype="Int64")
    account = pd.DataFrame({"rows": 1, "people": people}).groupby(kinds).sum()
    if lost.any():
        why = listed(list(pd.concat([each["why"] for each in found]).dropna().unique()), SHOWN_AT_MOST)
        head = (
            f"{int(lost.sum()):,} of {len(flows):,} flows with {people[lost].sum():,} people have an end that no area "
            f"answers to: {why}; see match_areas for all of them"
        )
        if unmatched == "raise":
            advice = "Correct them, or pass unmatched='keep' or 'drop'; the rows are in the error's .rows"
            raise UnmatchedError(f"{head}. {advice}", flows[lost])
        warn(f"{head}; {'kept with a missing end' if unmatched == 'keep' else 'left out'}")
    result = table[~lost] if unmatched == "drop" else table
    return (result, account.reindex(_ACCOUNT, fill_value=0)) if report else result


_ACCOUNT = ["both ends", "unknown origin", "unknown destination", "both unknown", "no area"]


def _matched_end(flows: pd.DataFrame, areas: pd.DataFrame, end: str, asked: str | Mapping[str, Any]) -> pd.DataFrame:
    """The code of an end, what is printed there, how it was found, and why not where no area answers to a name."""
    options: dict[str, Any] = {"names": asked} if isinstance(asked, str) else {"names": end, **asked}
    if set(options) - {*MATCH_OPTIONS}:
        raise SchemaError(f"on[{end!r}]={asked!r} is not a column or a mapping of {', '.join(MATCH_OPTIONS)}")
    label = options.pop("names")
    checks.columns(flows, "flows", {label: "text"})
    printed = flows[label].astype("string")
    plain = printed.str.strip()
    named = plain.where(~plain.str.lower().isin(missing_words("name")))
    codes = named.where(named.isin(areas["pcode"]))
    matched = match_rows(flows.assign(**{label: named.where(codes.isna())}), areas, on=label, **options)
    evidence = matched.evidence.take(matched.numbers).set_axis(flows.index)
    countries = named.where(evidence["reason"] == "no such name")
    countries = countries.map({name: country_of(name) for name in countries.dropna().unique()}).astype("string")
    method = evidence["method"].mask(countries.notna(), "country").mask(codes.notna(), "code")
    codes = codes.fillna(evidence["pcode"].astype("string")).fillna(countries)
    why = named + " (" + evidence["candidates"].fillna(evidence["reason"]).fillna("no answer") + ")"
    found = {end: codes, f"{end}_printed": printed, f"{end}_method": method.where(codes.notna())}
    return pd.DataFrame({**found, "why": why.where(codes.isna())})


def sum_flows(
    flows: pd.DataFrame | FlowRecords,
    areas: gpd.GeoDataFrame | None = None,
    *,
    by: str | Sequence[str] = ENDS,
    level: int | None = None,
    freq: Frequency | None = None,
    choose: Mapping[str, Any] | None = None,
    records: bool = False,
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame:
    """Add up movements over reasons, to areas of a level and to periods, and refuse to count any of them twice.

    Parameters
    ----------
    flows : pandas.DataFrame, path, pyarrow.Table or record batches
        A Flows table. A path is a Parquet file, or a folder of them; it is read in chunks, so it may be larger than
        memory. So are pyarrow datasets, Arrow tables, readers, and iterables of batches, of tables or of paths.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition; needed for ``level``. Without them, which area lies in which is read from the way that
        OCHA's p-codes are built: BF56 holds BF5601.
    by : tuple of {"origin", "destination", "reason"}
        What there is a row for, beside the period: ``("origin", "destination")``, or one of them, with or without the
        reason; ``()`` for the total.
    level : int, optional
        Bring both ends to this level through the ``parent`` of the areas: 0 country, 1 region, 2 province. Ends of
        which only the country is known (``ML``, ``MLI``) stay as they are.
    freq : {"MS", "QS", "YS"}, optional
        Months, quarters or calendar years (pandas' names). The default is the whole span of the table, from its first
        to its last day.
    choose : mapping, optional
        Take only the rows with these values of source, reason or edition: ``{"source": "DTM"}``. A list, as in
        ``{"source": ["DTM 2020-03", "DTM 2020-04"]}``, is your word that its sources add up (releases of single
        months, say): the sum names all of them, with ``" + "`` between.
    records : bool
        Whether each row is a record (a form, a family, a day's arrivals), so that rows alike are further people. Else
        rows alike are copies, and refused.
    map : callable, optional
        An engine that works on the parts (files, fragments, tables): :func:`sahelgeo.large.dask`,
        :func:`sahelgeo.large.processes`, or the ``map`` of a pool of :mod:`concurrent.futures`.

    Returns
    -------
    pandas.DataFrame
        One row for each group of ``by`` and each period, sorted by them, with index 0..n-1. By origin and destination,
        this is a Flows table:

        - ``origin``, ``destination``, ``start``, ``end`` (of the whole period);
        - ``people`` (Int64); ``source``;
        - ``internal`` (bool): both ends are the same area, so that the flow stays inside it;
        - ``cross_border`` (bool): the ends lie in two countries;
        - ``rows``, how many rows were added, and ``rows_missing``, how many of them have no count. A table that is
          itself made of sums has them already; they are added up.

        Flows with an unknown origin or destination are rows of their own, and never internal. Without both ends in
        ``by`` there is neither ``internal`` nor ``cross_border``.

    Raises
    ------
    DoubleCountError
        Two sources for the same ends and period; periods of the same ends that overlap; a flow beside another that
        holds it (a region and its commune), or may hold it (the same with an unknown end); a flow with an unknown end
        that is the total of those where it is known. The rows are in ``.rows``.
    FlowPeriodError
        A flow whose period is not within one period of ``freq``: people are not spread over time. The rows are in
        ``.rows``.
    UnmatchedError
        A p-code that does not reach ``level``; the rows are in ``.rows``.
    EditionError
        The table names another edition than the areas.
    SchemaError
        The table breaks its declaration, ``by``, ``freq`` or ``choose`` is not known, or ``level`` comes without
        areas.
    FormatError
        The path is not to Parquet.

    Warns
    -----
    DataWarning
        Some of the flows of a sum have no count. A sum of nothing but missing counts is missing, not zero.

    See Also
    --------
    sahelgeo.flows.balance : Inflow, outflow and net of each area.
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
    >>> flows = sg.load_sample("burkina-movements-2025").flows
    >>> total = sg.sum_flows(flows)
    >>> int(total["people"].sum()) == int(flows["people"].sum())
    True
    >>> total.loc[[0], ["origin", "destination", "start", "end", "internal"]]
      origin destination      start        end  internal
    0   BF46        BF46 2024-01-01 2025-04-30      True
    """
    check_level(level, areas)
    ends = checks.by(by, pd.DataFrame(), among=BY)
    checked = None if areas is None else checks.one_edition(conform_areas(areas))
    plan = _FlowPlan(checked, tuple(ends), level, freq, choose, records)
    again = isinstance(flows, (str, os.PathLike, pa.Table, pads.Dataset, pd.DataFrame))
    if map is not None:
        # A choice that one part does not have is wrong only if no other has it.
        if records and again and not choose and map is not unfinished:
            found = summed(replace(plan, at_once=True), parts_of(flows, ".parquet"), map)
            if found is not None:
                return found  # type: ignore[no-any-return]
        return summed(plan, parts_of(flows, ".parquet"), map)  # type: ignore[no-any-return]
    if isinstance(flows, pd.DataFrame) and not records:
        return plan.judged(sums.chosen(conform(flows, "flows"), choose, CHOICES))
    if records and again:
        reach = _Reach(checked, level)
        at_once = _summed_at_once(_chosen(sum_records(flows, reach, kept=plan.kept), choose), reach, freq, ends)
        if at_once is not None:
            return at_once
    return plan.table({"sums": sum_records(flows, copies=not records)})  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _FlowPlan:
    """What is added up of each part, and what is refused of the whole."""

    areas: gpd.GeoDataFrame | None
    by: tuple[str, ...]
    level: int | None
    freq: Frequency | None
    choose: Mapping[str, Any] | None
    records: bool
    # Whether parts are summed as far as the result is: a tenth of what travels, but too little for a second look.
    at_once: bool = False

    def state(self, part: Part) -> State:
        if self.at_once:
            reach = _Reach(self.areas, self.level)
            added = sum_records(part.content, reach, kept=self.kept)
            return {"sums": added.regrouped(added.labels), "codes": frozenset(reach.seen)}
        return {"sums": sum_records(part.content, copies=not self.records)}

    @property
    def kept(self) -> tuple[str, ...]:
        """What the sums at once are made by, chosen by and looked at."""
        return (*self.by, *(self.choose or ()), "source", "edition")

    def light(self) -> _FlowPlan:
        return self if self.areas is None else replace(self, areas=without_shapes(self.areas))

    def table(self, state: State) -> Any:
        if self.at_once:
            reach = _Reach(self.areas, self.level)
            reach(sorted(state["codes"]))
            return _summed_at_once(state["sums"], reach, self.freq, list(self.by))
        added = _chosen(state["sums"], self.choose)
        copies = added.counts["lines"] > 1
        if copies.any() and not self.records:
            rows = added.where(copies).frame()[:SHOWN_AT_MOST].itertuples()
            first = "; ".join(f"{row.origin} to {row.destination}, {row.start:%Y-%m-%d}" for row in rows)
            raise SchemaError(
                f"flows: {int(added.counts['lines'][copies].sum()):,} rows share their key (origin, destination, "
                f"start, end, reason, source) with another: {first}. Drop the copies, or pass records=True if each row "
                "is a record of further people"
            )
        return self.judged(conform(added.frame(), "flows"))

    def judged(self, table: pd.DataFrame) -> pd.DataFrame:
        """The sums of a table that nobody is counted twice in; it holds the whole."""
        check_figures(table, "flow")
        together = sums.added_up(self.choose)
        refuse_twice(table, self.areas, together, records=self.records)
        if self.areas is not None:
            for end in ENDS:
                check_edition(table, self.areas, codes=end)
            if self.level is not None:
                table = rolled_up(table, self.areas, self.level, ENDS, keep_countries=True)
        return _sums(table, self.freq, list(self.by), together)


def _chosen(added: CodedSums, choose: Mapping[str, Any] | None) -> CodedSums:
    for column, value in (choose or {}).items():
        # The labels are a table of their own: a wrong choice is refused in the words of small tables.
        labels = {column: pd.Series(added.labels[column], dtype="string")} if column in added.labels else {}
        found = sums.chosen(pd.DataFrame(labels), {column: value}, CHOICES)
        added = added.where(np.isin(added.codes[column], found.index))
    return added


class _Reach:
    """The p-codes at a level for those of a table; ``seen`` keeps all that was asked."""

    def __init__(self, areas: gpd.GeoDataFrame | None, level: int | None) -> None:
        self.areas, self.level = areas, level
        self.seen: dict[str, str | None] = {}

    def __call__(self, codes: Sequence[str | None]) -> list[str | None]:
        new = [code for code in codes if code is not None and code not in self.seen]
        found: Iterable[Any] = new
        if self.areas is not None and self.level is not None and new:
            found = at_level(pd.Series(new, dtype="string"), self.areas, self.level, keep_countries=True)
        self.seen.update({code: None if pd.isna(to) else str(to) for code, to in zip(new, found, strict=True)})
        return [None if code is None else self.seen[code] for code in codes]

    def is_safe(self) -> bool:
        """Whether every code reaches the level, and none holds another."""
        parents = None if self.areas is None else parents_of(self.areas)
        return None not in self.seen.values() and nested_codes(self.seen, parents).empty


def _summed_at_once(added: CodedSums, reach: _Reach, freq: str | None, by: list[str]) -> pd.DataFrame | None:
    """The sums of records that no single row could make wrong; None where the rows need a second look.

    So it is with one source, periods that follow each other, and codes of which each reaches the level and none holds
    another.
    """
    periods = added.periods()
    days = periods.sort_values(list(PERIOD)).to_numpy()
    follow = (days[1:, 0] > days[:-1, 1]).all()
    plain = len(added.labels["source"]) <= 1 and "edition" not in added.labels and set(by) <= set(added.labels)
    if not (follow and plain and reach.is_safe()):
        return None
    try:
        spans = _periods(periods, freq)
    except FlowPeriodError:
        return None
    labels = {name: added.labels[name] for name in by}
    days = spans.to_numpy().astype("datetime64[D]").astype(np.int64)
    table = added.regrouped({**labels, "period": list(map(tuple, days.tolist()))}).frame()
    sums.warn_partial(table, np.arange(len(table)), "people", [name for name in ENDS if name in by])
    source = pd.Series([*added.labels["source"], None][0], index=table.index, dtype="string")
    return _with_borders(table.assign(source=source), [*by, *PERIOD])


def _sums(table: pd.DataFrame, freq: str | None, by: list[str], together: list[str]) -> pd.DataFrame:
    table = table.assign(**_periods(table, freq))
    keys = [*by, *PERIOD]
    groups = sums.group_numbers(table, keys)
    sums.refuse_unlike(table, _SUM, by=keys, together=together, groups=groups)
    sums.warn_partial(table, groups, "people", ENDS)
    return _with_borders(sums.sums_of(table, groups, keys, _SUM, together), keys)


def _with_borders(added: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The sums with whether a flow stays inside an area, and whether it crosses a border, where both ends are known."""
    found: dict[str, pd.Series] = {name: added[name].astype("string") for name in (*BY, "source") if name in added}
    if set(ENDS) <= set(keys):
        known = [{code: country_of_code(code) for code in added[end].dropna().unique()} for end in ENDS]
        countries = [added[end].map(names).astype("string") for end, names in zip(ENDS, known, strict=True)]
        found["internal"] = (found["origin"] == found["destination"]).fillna(False).astype(bool)
        found["cross_border"] = (countries[0] != countries[1]).fillna(False).astype(bool)
    others = [name for name in ("people", "source", "edition", "internal", "cross_border") if name in {*added, *found}]
    return added.assign(**found)[[*keys, *others, "rows", "rows_missing"]]


def _periods(table: pd.DataFrame, freq: str | None) -> pd.DataFrame:
    """The period of the result that each flow lies in."""
    if freq is None:
        span = {"start": table["start"].min(), "end": table["end"].max()}
        return pd.DataFrame(span, index=table.index, dtype="datetime64[us]")
    periods = periods_of(table["start"], freq)
    across = (table["end"] > periods["end"]).to_numpy(dtype=np.bool_)
    if across.any():
        spans = [f"{row.start:%Y-%m-%d} to {row.end:%Y-%m-%d}" for row in table[across].itertuples()]
        unit = checks.FREQUENCIES[freq].removesuffix("s")
        raise FlowPeriodError(
            f"{int(across.sum()):,} of {len(table):,} flows are not within one {unit}: "
            f"{sums.named_rows(table, across, [])} ({listed(list(dict.fromkeys(spans)), SHOWN_AT_MOST)}). People are "
            "not spread over time: choose a longer freq, or None for the whole span",
            table[across],
        )
    return periods


def refuse_twice(
    table: pd.DataFrame, areas: gpd.GeoDataFrame | None = None, together: Sequence[str] = (), *, records: bool = False
) -> None:
    """Raise where a table has movements again: as a total, of an area that holds another, in two sources or periods."""
    if not records:
        # A form is no total of other forms.
        for end, other in (ENDS, ENDS[::-1]):
            sums.refuse_totals(table, [other, *PERIOD, "reason", "source", "edition"], [other], (end,), (end, "reason"))
        sums.refuse_totals(table, [*ENDS, *PERIOD, "source", "edition"], ENDS, ("reason",))
    pairs = sums.group_numbers(table, ENDS)
    two_sources = sums.clashes(table, sums.group_numbers(table, [*ENDS, *together, *PERIOD]), ["source"])
    choose = "for the same period. Choose one: flows[flows['source'] == ...]"
    problems = [(rows, f"{sums.clash_in_words(table, rows, 'source', ENDS)} {choose}") for rows in two_sources.values()]
    overlapping = _overlapping(table, pairs)
    if overlapping.any():
        where = f"periods of the same ends overlap in {sums.named_rows(table, overlapping, ENDS)}"
        problems.append((overlapping, f"{where}. Keep periods that follow each other"))
    sums.refuse(table, "The sum would count movements twice:", *problems)
    _refuse_parts(table, areas)


def _overlapping(table: pd.DataFrame, pairs: Numbers) -> Mask:
    periods = table[list(PERIOD)].assign(pair=pairs).drop_duplicates().sort_values(["pair", *PERIOD])
    ends_before = periods.groupby("pair")["end"].cummax().groupby(periods["pair"]).shift()
    # Periods that meet make a run; a period that starts after all before it have ended begins the next.
    run = (~(periods["start"] <= ends_before)).cumsum()
    meet = periods[run.duplicated(keep=False)]
    rows = pd.MultiIndex.from_frame(table[list(PERIOD)].assign(pair=pairs))
    return np.asarray(rows.isin(pd.MultiIndex.from_frame(meet)), dtype=np.bool_)


def _refuse_parts(table: pd.DataFrame, areas: gpd.GeoDataFrame | None) -> None:
    """A flow beside another that holds it, or may: one end nested, the other alike or unknown, periods that meet."""
    codes = pd.unique(pd.concat([table["origin"], table["destination"]]).dropna())
    nested = nested_codes(codes, None if areas is None else parents_of(areas))
    if nested.empty:
        return
    same = pd.DataFrame({"inner": codes, "outer": codes}, dtype="string")
    # Who came from nobody knows where may be of those who came from somewhere.
    unknown = [pd.DataFrame({"inner": codes, "outer": ""}), pd.DataFrame({"inner": "", "outer": [*codes, ""]})]
    holds = pd.concat([nested.assign(part=True), same, *unknown]).fillna({"part": False})
    rows = table[[*ENDS, *PERIOD]].fillna(dict.fromkeys(ENDS, "")).assign(row=np.arange(len(table)))
    inner = rows[rows["origin"].isin(nested["inner"]) | rows["destination"].isin(nested["inner"])]
    above = (
        inner.merge(holds, left_on="origin", right_on="inner")
        .merge(holds, left_on="destination", right_on="inner", suffixes=("_origin", "_destination"))
        .merge(rows, left_on=["outer_origin", "outer_destination"], right_on=list(ENDS), suffixes=("", "_above"))
    )
    meets = (above["start"] <= above["end_above"]) & (above["start_above"] <= above["end"])
    found = above[(above["part_origin"] | above["part_destination"]) & meets]
    mask = np.isin(np.arange(len(table)), np.concatenate([found["row"], found["row_above"]]))
    text = (
        f"{sums.named_rows(table, mask, ENDS)}. Keep one level for each: drop the totals, or the parts. If the "
        "people of an unknown end are further people after all, write what is printed there, such as 'not stated'"
    )
    sums.refuse(table, "The sum would count movements of an area and of its parts twice:", (mask, text))
