"""Displaced people present in a place: sums and latest counts that count nobody twice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo import checks, nesting, sums
from sahelgeo.conformance import conform_areas, conform_coded
from sahelgeo.errors import SchemaError, warn
from sahelgeo.parts import Map, Part, State, Tables, parts_of, state_of, summed, tables_of
from sahelgeo.places.names import fold_name
from sahelgeo.stocks.idmc_figures import check_figures
from sahelgeo.sums import Coded, Mask, Numbers, Sum
from sahelgeo.words import without_accents, word

UNKNOWN = "unknown"
DIMENSIONS = ("date", "group", "method", "operation", "source")
PRINTED_NAMES = ("place", "admin1", "admin2", "admin3")
COUNTED = ("people", "households")
PLACE = ("pcode", *PRINTED_NAMES, "group", "operation")
# Words that count the rounds of an operation, beside months and numbers.
_ROUNDS = frozenset(("round", "rounds", "ronde", "tour", "vague", "wave", "r", "v"))


def sum_stocks(
    stocks: pd.DataFrame | Tables,
    areas: gpd.GeoDataFrame | None = None,
    *,
    by: str | Sequence[str] = ("pcode",),
    level: int | None = None,
    choose: Mapping[str, Any] | None = None,
    map: Map | None = None,  # noqa: A002 - it is one
) -> pd.DataFrame:
    """Add up displaced people over origins, reasons and places, and refuse to count anybody twice.

    Two methods, dates, groups, operations or sources in one sum count the same people again, and so do a region and one
    of its communes. Such a sum is refused; the message says which rows clash and how to choose.

    Parameters
    ----------
    stocks : pandas.DataFrame, path, dataset or iterable of tables
        A Stocks table, or what :func:`latest_stocks` makes of one. Parts of one come as a Parquet file or a folder of
        them, a pyarrow dataset, or an iterable of tables or of paths. Each row is a key of its own: memory goes with
        the rows.
    areas : geopandas.GeoDataFrame, optional
        Areas, one edition. They tell the level of each p-code and what it lies in. Without them, levels are told apart
        by the way that OCHA's p-codes are built: BF56 holds BF5601, and BF or BFA holds both.
    by : str or sequence of str
        The columns that make an output row. ``()`` adds everything up; ``("pcode", "origin")`` keeps origins apart.
    level : int, optional
        Bring every p-code to this level through the ``parent`` of the areas first: 0 country, 1 region, 2 province.
    choose : mapping, optional
        Take only the rows with these values, for example ``{"method": "baseline", "date": "2023-02-28"}``; ``None``
        takes those without a value. It can name date, group, method, operation, source (and as_of, edition). A list,
        as in ``{"source": ["DTM Lac", "DTM Sud"]}``, is your word that the people of its methods, operations or
        sources are different ones: they are added up, and the sum names all of them, with ``" + "`` between.
    map : callable, optional
        An engine that works on the parts: :func:`sahelgeo.large.dask`, :func:`sahelgeo.large.processes`, or the
        ``map`` of a pool of :mod:`concurrent.futures`.

    Returns
    -------
    pandas.DataFrame
        One row for each group, sorted by ``by``, with index 0..n-1:

        - the columns of ``by``;
        - date, group, method, operation and source, constant in each row, and ``edition`` where the table has one.
          Names of operations that differ in month, year or number of a round only are rounds of one operation, which
          is then named without them;
        - ``people`` and ``households`` (Int64);
        - ``rows``, how many rows were added, and ``rows_missing``, how many of them have no count of people;
        - of latest counts: ``as_of``, which stands in place of the date, and ``days_old``, the age of the oldest
          count. Their ``date`` is missing where places were counted on different days.

        Where ``by`` has ``pcode`` it is a Stocks table. Rows without a p-code are a row of their own.

    Raises
    ------
    DoubleCountError
        The sum would mix what does not add up, has a row without origin that is the total of the rows with origins, or
        has figures that IDMC does not recommend; the rows are in ``.rows``.
    UnmatchedError
        A p-code that does not reach ``level``, or is missing; the rows are in ``.rows``.
    EditionError
        The table names another edition than the areas.
    SchemaError
        The table breaks its declaration, ``by`` or ``choose`` names no column, or ``level`` comes without areas.

    Warns
    -----
    DataWarning
        Some of the rows of a sum have no count. Missing is never zero: a sum of nothing but missing counts is missing.

    See Also
    --------
    latest_stocks : The latest count of each place.
    change_in_stocks : Compare two counts like for like.
    rate_per_1000 : Displaced people per 1,000 inhabitants.
    sum_flows : Add up movements.

    Notes
    -----
    Stocks are never summed over time, and baseline and site assessment of one round count the same people: IOM DTM,
    Methodological Framework (2022); IDMC counts stocks at a date.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> stocks = sg.load_sample("burkina-2020").stocks
    >>> sg.sum_stocks(stocks, by=())[["date", "people", "rows"]]
            date   people  rows
    0 2020-09-06  1034609    13
    """
    nesting.check_level(level, areas)
    if map is None and isinstance(stocks, pd.DataFrame):
        return _sums(conform_stocks(stocks), areas, by=by, level=level, choose=choose)
    keys = (by,) if isinstance(by, str) else tuple(by)
    checked = None if areas is None else checks.one_edition(conform_areas(areas))
    plan = _StockPlan(checked, keys, level, choose)
    return summed(plan, parts_of(stocks, ".parquet"), map)  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _StockPlan:
    """Each part is read and checked; what adds up is known only of the whole."""

    areas: gpd.GeoDataFrame | None
    by: tuple[str, ...]
    level: int | None
    choose: Mapping[str, Any] | None

    def light(self) -> _StockPlan:
        return self

    def state(self, part: Part) -> State:
        tables = (conform_stocks(table).table for table in tables_of(part, "stocks"))
        if part.name:
            tables = (held.set_axis([f"{label} of {part.name}" for label in held.index]) for held in tables)
        return state_of(({"rows": held} for held in tables), "stocks")

    def table(self, state: State) -> pd.DataFrame:
        rows: pd.DataFrame = state["rows"]
        # No order of the parts makes a difference: by their labels, or by what they hold where labels are not alone.
        if rows.index.is_unique:
            rows = rows.sort_index(
                key=None if rows.index.inferred_type != "mixed" else lambda labels: labels.astype(str)
            )
        else:
            order = pd.util.hash_pandas_object(rows.astype("str"), index=False).argsort()
            rows = rows.iloc[order].reset_index(drop=True)
        return _sums(conform_stocks(rows), self.areas, by=self.by, level=self.level, choose=self.choose)


def _sums(
    held: Coded,
    areas: gpd.GeoDataFrame | None = None,
    *,
    by: str | Sequence[str],
    level: int | None = None,
    choose: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """The sums of a table that is checked already."""
    keys = checks.by(by, held.table, never=COUNTED)
    how = how_of(held.table)
    table = sums.chosen(held.table, choose, how.dimensions)
    together = sums.added_up(choose)
    check_figures(table, "stock")
    codes = held.rows(table)
    if "operation" not in keys:
        table = table.assign(operation=operations(codes))
        codes = codes.but(table, "operation")
    _refuse_two_dates(codes)
    _refuse_totals(codes, how.dimensions)
    checked = None if areas is None else nesting.one_edition_of(areas, table, ["pcode"])
    apart = [name for name in how.dimensions if name not in together and name != "edition"]
    scopes = sums.group_numbers(codes, list(dict.fromkeys([*(key for key in keys if key != "pcode"), *apart])))
    _refuse_mixed_levels(table, scopes, checked, level)
    nesting.refuse_unplaced_totals(codes, table["people"], sums.group_numbers(codes, [*apart, "origin", "reason"]))
    if checked is not None and level is not None:
        nesting.refuse_without_code(table)
        table = nesting.rolled_up(table, checked, level, ["pcode"])
        codes = codes.but(table, "pcode")
    groups = sums.group_numbers(codes, keys)
    sums.refuse_unlike(codes, how, by=keys, together=together, groups=groups)
    for column in COUNTED:
        sums.warn_partial(table, groups, column, keys[:1] or ["pcode"])
    return with_age(sums.sums_of(table, groups, keys, how, together), table, groups, keys)


def latest_stocks(
    stocks: pd.DataFrame, *, date: str | dt.date | None = None, choose: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The latest count of each place on a day, and how old it is.

    A place is a p-code, or the printed names where there is no p-code; names that differ in capitals, accents, hyphens
    and articles only are one. Names of operations that differ in month, year
    or number of a round only ("PDI Nov 2020", "PDI Mai 2022") are rounds of one. For each place, group and
    operation all rows of the latest date stay (origins and reasons are parts of one count), and the rows of earlier
    dates go.

    Parameters
    ----------
    stocks : pandas.DataFrame
        A Stocks table of one or more dates.
    date : date or str, optional
        The day; later counts are left out. The default is the latest date of the table.
    choose : mapping, optional
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.

    Returns
    -------
    pandas.DataFrame
        The rows kept, with their index labels, as a Stocks table with ``as_of`` (datetime64) and ``days_old`` (Int64,
        days from the count to ``as_of``, the day). :func:`sum_stocks` adds such a table up although its dates differ.

    Raises
    ------
    DoubleCountError
        A place, group and operation counted by two methods, or by two sources on its latest date; the message says
        what to choose, the rows are in ``.rows``.
    SchemaError
        The table breaks its declaration, or ``date`` is not a day.

    Warns
    -----
    DataWarning
        Places counted only after ``date``, which are left out; places of one p-code that its latest count does not
        name; and places that have a p-code in one count and none in another.

    See Also
    --------
    sum_stocks : Add up displaced people.
    series : Counts by month, without inventing any.

    Notes
    -----
    Rounds are not added: the latest round of each operation stands for a place (IOM DTM).

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> rounds = pd.DataFrame({"pcode": ["BF56", "BF56", "BF49"], "date": ["2020-09-06", "2020-11-10", "2020-09-06"],
    ...                        "group": "idp", "people": [300, 350, 400], "source": "CONASUR"})
    >>> latest = sg.latest_stocks(rounds)
    >>> latest[["pcode", "date", "people", "days_old"]]
      pcode       date  people  days_old
    1  BF56 2020-11-10     350         0
    2  BF49 2020-09-06     400        65
    >>> int(sg.sum_stocks(latest, by=())["people"].item())
    750
    """
    held = conform_coded(stocks, "stocks")
    table = sums.chosen(held.table, choose, DIMENSIONS)
    day = table["date"].max() if date is None else checks.day(date, "date")
    is_past = (table["date"] <= day).to_numpy(dtype=np.bool_)
    _warn_only_later(table, is_past, day)
    past = table[is_past]
    codes = held.rows(past)
    groups = sums.numbered([_place_numbers(codes), codes["group"], sums.codes_of(operations(codes))])
    together = sums.added_up(choose)
    if "method" not in together:
        sums.refuse_two(codes, groups, "method", "The latest count cannot be told between methods:")
    newest = np.zeros(int(groups.max(initial=-1)) + 1, dtype=np.int64)
    np.maximum.at(newest, groups, codes["date"])
    is_latest = codes["date"] == newest[groups]
    latest: pd.DataFrame = past[is_latest]
    if "source" not in together:
        sums.refuse_two(latest, groups[is_latest], "source", "Two sources count the same place on its latest date:")
    _warn_places_left_out(past, groups, is_latest)
    warn_coded_in_one(latest)
    return latest.assign(
        as_of=pd.Series(day, index=latest.index, dtype="datetime64[us]"),
        days_old=(day - latest["date"]).dt.days.astype("Int64"),
    )


def conform_stocks(stocks: pd.DataFrame) -> Coded:
    """Check a table of stocks; sums of latest counts may lack the date, since places were counted on different days."""
    if not isinstance(stocks, pd.DataFrame) or not {"as_of", "date"} <= set(stocks.columns):
        return conform_coded(stocks, "stocks")
    checks.columns(stocks, "stocks", {"as_of": "day", "date": "day"})
    as_of, dates = (checks.days(stocks[name], "stocks") for name in ("as_of", "date"))
    checks.filled(stocks, "stocks", "as_of", "latest_stocks writes this column for every row: rename yours, or drop it")
    # A series has a count again in each period that it was carried into: as_of tells its rows apart.
    several = len(as_of.unique()) > 1
    checked = conform_coded(stocks.assign(date=as_of if several else dates.fillna(as_of)), "stocks")
    return checked.but(checked.table.assign(date=dates, as_of=as_of), "date")


def operations(held: Coded) -> pd.Series:
    """The operation of each row, by one name where names tell only the rounds of an operation apart.

    Names that differ in month, year and number only ("PDI Nov 2020", "PDI Mai 2022", "Lac R1", "Lac R2") are rounds of
    one operation, unless one day of a place has two of them. Numbers alone ("Lac 1", "Lac 2") tell operations apart.
    """
    codes, names = pd.factorize(held.table["operation"])
    series = pd.Series([_without_round(str(name)) for name in names], dtype="object")
    numbers, labels = pd.factorize(series.str.lower())
    series = series.groupby(numbers).transform("first")
    if len(labels) == len(names):
        return held.table["operation"]
    # Rounds that have no other name share theirs, none, with the rows that name no operation.
    common = np.append(numbers, np.append(labels, "").tolist().index(""))[codes]
    two = sums.clashes(
        pd.DataFrame({"operation": codes}),
        sums.numbered([_place_numbers(held), common, held["date"], held["group"]]),
        ["operation"],
    )
    apart = common[two["operation"]] if two else ()
    alone = (np.bincount(numbers) == 1)[numbers] | np.isin(numbers, apart)
    shown = [name if own else known or None for name, own, known in zip(names, alone, series, strict=True)]
    return pd.Series(pd.array([*shown, None], dtype="string")[codes], index=held.table.index)


def _without_round(name: str) -> str:
    words = re.findall(r"[^\W\d_]+", name)
    plain = [without_accents(text.lower()) for text in words]
    months = [without_accents(word(f"month_{month}", lang).lower()) for month in range(1, 13) for lang in ("en", "fr")]
    kept = [
        text
        for text, folded in zip(words, plain, strict=True)
        if folded not in _ROUNDS and not (len(text) > 2 and any(month.startswith(folded) for month in months))
    ]
    # "Lac 1" and "Lac 2" may be two operations: a number alone does not say that it counts rounds.
    counts = len(kept) < len(words) or re.search(r"(?<!\d)(19|20)\d\d(?!\d)", name)
    return " ".join(kept if counts else re.findall(r"[^\W_]+", name))


def sum_by_place(
    held: Coded, also: Sequence[str], *, place: Sequence[str] = ("pcode",), choose: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The sums of a table that is checked already, for each place and the values of further columns.

    A place is its p-code, whatever is printed beside it, or its printed names where it has none; names in ``place``
    tell places of one p-code apart.
    """
    table = held.table
    without = table["pcode"].isna()
    # What is printed beside p-codes tells no places apart, and a name that nothing has need not be looked at.
    printed = [name for name in PRINTED_NAMES if name in place or without.any()]
    names = {name: one_spelling(table[name]) for name in printed}
    names = {f"place_{name}": each if name in place else each.where(without) for name, each in names.items()}
    added = _sums(held.but(table.assign(**names)), by=["pcode", *names, *also], choose=choose)
    added = added.rename(columns={f"place_{name}": name for name in printed})
    return added.assign(
        **{name: pd.Series(index=added.index, dtype="string") for name in PRINTED_NAMES if name not in added}
    )


def one_spelling(names: pd.Series) -> pd.Series:
    """Printed names as they are spelled first: DJIBO and Djibo, N'Guigmi and Nguigmi are one place in two counts."""
    codes, distinct = pd.factorize(names)
    first: dict[Any, str] = {}
    folded = [(fold_name(name), name) for name in distinct]
    spelled = [first.setdefault((fold.key, fold.word) if fold.key else name, name) for fold, name in folded]
    return pd.Series(pd.array([*spelled, None], dtype="string")[codes], names.index, name=names.name)


def how_of(table: pd.DataFrame) -> Sum:
    """What the sums of a table of stocks are made of; ``as_of`` stands in place of the day of latest counts."""
    day = "as_of" if "as_of" in table else "date"
    named = (day, *DIMENSIONS[1:], *(["edition"] if "edition" in table else []))
    return Sum(named, COUNTED, ends={"date": "latest_stocks takes the latest of each place"})


def _refuse_totals(codes: Coded, dimensions: Sequence[str]) -> None:
    """Raise where a row is the total of others: without origin, reason or place, or of a larger origin."""
    table, keys = codes.table, ["pcode", "origin", "reason", *PRINTED_NAMES, *dimensions]
    sums.refuse_totals(codes, keys, ["pcode", "place"], ("origin",), ("reason",), ("origin", "reason"), ("place",))
    # A row of a region may print the region's name as its place.
    over = table["place"].isna() | (table["place"] == table["admin1"]) | (table["place"] == table["admin2"])
    named = codes.rows(table[over.fillna(False) | table["admin2"].notna()])
    names = [name for name in keys if name != "place"]
    sums.refuse_totals(named, names, ["pcode", "place"], ("admin3",), ("admin2", "admin3"))
    scope = sums.group_numbers(codes, [name for name in keys if name != "origin"])
    pairs = nesting.nested_codes(table["origin"].dropna().unique())
    for outer, inside in pairs.groupby("outer")["inner"]:
        is_total = (table["origin"] == outer).fillna(False)
        people = table["people"].where(is_total | table["origin"].isin(inside))
        rows = sums.as_many(people, is_total.to_numpy(dtype=np.bool_), scope, scope)
        text = (
            f"{sums.named_rows(table, rows, ['pcode'])} is the total of origins inside {outer}. Drop it, or its parts. "
            "If they are further people after all, give them a 'place' or 'reason' of their own, such as 'not stated'"
        )
        sums.refuse(table, "The sum would count a total beside its parts:", (rows, text))


def _refuse_mixed_levels(
    table: pd.DataFrame, scopes: Numbers, areas: gpd.GeoDataFrame | None, level: int | None
) -> None:
    # Rows that differ in p-code only are what the next sum, or a map, adds up: they must not hold each other either.
    nested = nesting.nested_rows(table, scopes, areas)
    advice = "Keep one level: drop the parts, or the total if its parts are all there"
    text = f"{sums.named_rows(table, nested, ['pcode'])}. {advice}"
    sums.refuse(table, sums.NESTED, (nested, text))
    if areas is None or level is not None:
        return
    mixed = nesting.mixed_level_rows(table, scopes, areas)
    text = f"{sums.named_rows(table, mixed, ['pcode'])}. Pass level=... to bring them to one"
    sums.refuse(table, "The sum would mix administrative levels:", (mixed, text))


def with_age(result: pd.DataFrame, table: pd.DataFrame, groups: Numbers, keys: Sequence[str]) -> pd.DataFrame:
    """Sums of latest counts with their day, where it is one, and the age of the oldest count."""
    if "as_of" not in table:
        return result
    if "date" not in keys:
        differ = sums.clashes(table, groups, ["date"]).get("date", np.zeros(len(table), dtype=np.bool_))
        dates = table.assign(date=table["date"].mask(differ))
        result.insert(len(keys), "date", sums.first_rows(dates, groups, ["date"])["date"])
    days = (table["as_of"] - table["date"]).dt.days.astype("Int64")
    days = days.fillna(table["days_old"].astype("Int64")) if "days_old" in table else days
    return result.assign(days_old=days.groupby(groups).max().reset_index(drop=True))


def _place_numbers(codes: Coded) -> Numbers:
    """A place with a p-code is its p-code, whatever name is printed beside it."""
    with_code = codes.table["pcode"].notna().to_numpy()
    printed = () if with_code.all() else PRINTED_NAMES
    names = (sums.codes_of(one_spelling(codes.table[name])) for name in printed)
    return sums.numbered([codes["pcode"], *(np.where(with_code, 0, name) for name in names)])


def _refuse_two_dates(codes: Coded) -> None:
    if "as_of" in codes:
        unit = sums.numbered([_place_numbers(codes), *(codes[name] for name in ("group", "operation", "as_of"))])
        sums.refuse_two(codes, unit, "date", "'as_of' stands in place of the date only where each place has one count:")


def _warn_only_later(table: pd.DataFrame, is_past: Mask, day: pd.Timestamp) -> None:
    if is_past.all():
        return
    place = _place_numbers(Coded(table))
    later = ~np.isin(place, place[is_past])
    if later.any():
        warn(
            f"{len(np.unique(place[later])):,} place(s) have no count on or before {day:%Y-%m-%d} and are left out: "
            f"{sums.named_rows(table, later, ['pcode', 'place'])}"
        )


def _warn_places_left_out(past: pd.DataFrame, groups: Numbers, is_latest: Mask) -> None:
    names = [name for name in PRINTED_NAMES if past[name].notna().any()]
    places = sums.numbered([groups, *(sums.codes_of(one_spelling(past[name])) for name in names)]) if names else groups
    rows = ~is_latest & ~np.isin(places, places[is_latest])
    if rows.any():
        warn(
            "places that the latest count of their p-code does not name are left out: "
            f"{sums.named_rows(past, rows, ['pcode', 'place'])}. Check that they are not places that were counted on "
            "other days than the rest"
        )


def warn_coded_in_one(counts: pd.DataFrame) -> None:
    """Warn of places that have a p-code in one count and none in another, and so are two places."""
    without = counts["pcode"].isna()
    if without.all() or not without.any():
        return
    names = [one_spelling(counts[name]) for name in PRINTED_NAMES]
    name = names[0].fillna(names[3]).fillna(names[2]).fillna(names[1])
    rows = pd.DataFrame({"name": name, "admin1": names[1], "group": counts["group"], "date": counts["date"]})
    rows = rows.assign(row=np.arange(len(rows)))[name.notna()]
    coded, printed = rows[~without[name.notna()]], rows[without[name.notna()]]
    both = printed.merge(coded.drop(columns="row").drop_duplicates(), on=["name", "group"], suffixes=("", "_coded"))
    apart = (both["admin1"] != both["admin1_coded"]).fillna(False).to_numpy(dtype=np.bool_)
    both = both[(both["date"] != both["date_coded"]).to_numpy() & ~apart]
    if len(both):
        twice = np.isin(np.arange(len(counts)), both["row"])
        warn(
            "places that have a p-code in one count have none in another, and count as two places: "
            f"{sums.named_rows(counts, twice, ['place', 'admin3', 'admin2', 'admin1'])}. Give both their code first "
            "(match_areas)"
        )


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
        Take only the rows with these values of date, group, method, operation or source: ``{"method": "baseline"}``;
        ``None`` takes those without a value. A list is your word that its values are of different people and add up.
    wide : bool
        Give the matrix: origins in rows, places in columns.

    Returns
    -------
    pandas.DataFrame
        One row for each origin, place and group, sorted, with index 0..n-1:

        - ``origin`` (missing for people of unknown origin), ``pcode``, ``group``;
        - ``date``, ``method``, ``operation``, ``source``;
        - ``people``, ``households`` (Int64), ``rows``, ``rows_missing``;
        - ``internal`` (bool): displaced within the area;
        - ``share`` (Float64) of the people of the place and group, those of unknown origin among them.

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
    nesting.check_level(level, areas)
    held = conform_stocks(stocks)
    table = sums.chosen(held.table, choose, how_of(held.table).dimensions)
    if len(table) and table["origin"].isna().all():
        raise SchemaError("stocks: no row has an origin. Tables of DTM and UNHCR have one; name its column 'origin'")
    held = held.rows(table)
    if areas is not None and level is not None:
        # Origins of a finer level fall together at a coarser one.
        checked = nesting.one_edition_of(areas, table, ["origin"])
        held = held.but(nesting.rolled_up(table, checked, level, ["origin"], keep_countries=True), "origin")
    added = _sums(held, areas, by=("origin", "pcode", "group"), level=level, choose=choose)
    groups = sums.group_numbers(added, ["pcode", "group"])
    totals = added["people"].groupby(groups).transform("sum").astype("Float64")
    internal = (added["origin"] == added["pcode"]).fillna(False).astype(bool)
    result = added.assign(internal=internal, share=added["people"].astype("Float64") / totals.mask(totals == 0))
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
