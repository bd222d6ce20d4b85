"""The three headlines of the brief: deaths, displaced people, and people in phase 3 or above, of 2020 against 2019."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sahelgeo import checks
from sahelgeo.brief.charts import Bar, bars
from sahelgeo.brief.inputs import load_published
from sahelgeo.brief.outcome import Check, Part, judged, least_certain, made, named, text, verdict_of_parts, written
from sahelgeo.checks import Need
from sahelgeo.errors import SHOWN_AT_MOST, SchemaError, WindowError, listed
from sahelgeo.events.over_time import NEARED, SURPASSED, check_bands, compare_totals, typed, windows_of, year_to_date
from sahelgeo.sources import with_source
from sahelgeo.words import write_month, write_period

# The countries that the sentence speaks of.
_COUNTRIES = ("BFA", "MLI", "NER")
_TOTALS: dict[str, Need] = {
    "scope": "any", "start": "day", "end": "day", "fatalities": "number", "dataset": "any", "source": "any",
}  # fmt: skip
_PARTS = ("part", "same_window", "full_year")


def fatalities(
    table: pd.DataFrame | None = None,
    *,
    date: Any = "2020-06-30",
    coverage: tuple[Any, Any] | pd.DataFrame | None = None,
    neared: float = NEARED,
    surpassed: float = SURPASSED,
    lang: str = "en",
) -> Check:
    """Headline 1: whether deaths halfway through 2020 had neared or surpassed those of all 2019.

    Parameters
    ----------
    table : geopandas.GeoDataFrame or pandas.DataFrame, optional
        An Events table with ``iso3``; or totals (``scope``, ``start``, ``end``, ``fatalities``, ``dataset``,
        ``source``, and ``bound``: exact, above, about). The default are the published totals.
    date : datetime.date or str
        Last day of the part of the year.
    coverage : tuple or pandas.DataFrame, optional
        For events: the days that the source covers (see :func:`sahelgeo.events.year_to_date`).
    neared, surpassed : float
        The bands of the verdict words, in shares of the full year.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and published total of the year before: ``part``, ``same_window``,
        ``full_year``, ``ratio_full_year``, ``ratio_same_window``, ``change_percent``, ``verdict``, ``bound`` (of the
        full year), ``dataset`` (of the full year), ``part_dataset`` and ``certainty`` (of the least certain figure). A
        scope is supported if every total is neared or surpassed and none is a bound, not_supported if none is neared,
        else partly: a total printed as "more than" makes the ratio an upper end. ``parts`` has the verdict of each
        scope that can be compared. The sentence is about Burkina Faso, Mali and Niger: without all three the verdict is
        incomplete, and the findings name those that are not known; else it is that of the three.

    Raises
    ------
    WindowError
        No total for the part of the year, or no year before to compare with.
    SchemaError
        Columns are missing, the bands are not in order.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.fatalities()
    >>> check.table[["scope", "part", "same_window", "full_year"]].values.tolist()
    [['BFA', 1362, 1063, 1800]]
    >>> check.table["change_percent"].round(1).tolist(), check.verdict
    ([28.1], 'incomplete')
    >>> check.parts["BFA"][1]
    'partly'
    """
    check_bands(neared, surpassed)
    day = checks.day(date, "date")
    source = load_published("fatalities") if table is None else table
    bands = {"neared": neared, "surpassed": surpassed}
    from_events = "event" in source.columns
    rows = _from_events(source, day, coverage, bands) if from_events else _from_totals(source, day, bands)
    words = [_fatality_words(row, day, lang) for row in rows.to_dict("records")]
    parts = _fatality_parts(rows, words)
    verdict, missing = verdict_of_parts(parts, _COUNTRIES)
    if missing:
        words.append(_missing_words(parts, missing, lang))
    figure = _fatality_bars(rows, day, lang)
    return made("fatalities", lang, (words, verdict), rows, figure, [rows], parts=parts)


def _fatality_parts(rows: pd.DataFrame, words: list[str]) -> dict[str, Part]:
    """The verdict of each scope of which both years are known; a scope of all three countries speaks for each."""
    parts: dict[str, Part] = {}
    for scope, part in rows.assign(words=words).groupby("scope", sort=False):
        held = part[part["verdict"] != "unknown"]
        if len(held):
            parts[str(scope)] = (tuple(part["words"]), _fatality_verdict(held))
    whole = parts.get("+".join(_COUNTRIES))
    return parts if whole is None else {**dict.fromkeys(_COUNTRIES, whole), **parts}


def _missing_words(parts: dict[str, Part], missing: list[str], lang: str) -> str:
    said = [text("fatalities_missing", lang, scopes=missing)]
    for scope, (_, verdict) in parts.items():
        said.append(text("scope_alone", lang, scope=scope, verdict=text(f"verdict_{verdict}", lang).lower()))
    return " ".join(said)


def _fatality_bars(rows: pd.DataFrame, day: pd.Timestamp, lang: str) -> Figure:
    """One bar for each total; a scope with several totals of the year before has its part of the year once."""
    periods = [write_period(start.date(), end.date(), lang) for start, end in windows_of(day)]
    shown: dict[str, Bar] = {}
    for row in rows.to_dict("records"):
        for name, period in zip(_PARTS, periods, strict=True):
            whole = name == "full_year"
            bound = text(f"{row['bound']}_sign", lang) if whole and row["bound"] != "exact" else ""
            source = f" ({named(row['dataset'], lang)})" if whole and len(set(rows["dataset"])) > 1 else ""
            if not pd.isna(row[name]):
                label = f"{named(row['scope'], lang)}, {period}{source}"
                said = bound + written(row[name], row[f"{name}_certainty"], lang)
                shown[label] = Bar(label, row[name], said, name == "part")
    return bars(list(shown.values()), text("deaths", lang))


def _from_events(events: pd.DataFrame, day: pd.Timestamp, coverage: Any, bands: dict[str, float]) -> pd.DataFrame:
    if not isinstance(events, gpd.GeoDataFrame):
        raise SchemaError(
            "events: this is a table without points. Read the export with sahelgeo.read, or give totals without a "
            "column 'event'"
        )
    by = "iso3" if "iso3" in events.columns else None
    found = year_to_date(events, date=day, by=by, coverage=coverage, **bands)
    deaths = found[found["measure"] == "fatalities"].rename(columns={by or "of": "scope"})
    for end in ("low", "high"):
        deaths[f"part_{end}"] = _bound_of(events, f"fatalities_{end}", day, deaths["scope"])
    source = str(events["source"].iloc[0])
    told = dict.fromkeys(("dataset", "part_dataset", "source", "part_source"), source)
    return deaths.assign(bound="exact", **told, **_certainty([pd.NA] * 3)).reset_index(drop=True)


def _bound_of(events: gpd.GeoDataFrame, column: str, day: pd.Timestamp, scopes: pd.Series) -> Any:
    """The low or high count of the part of the year by scope; missing where the source has none."""
    if column not in events or "iso3" not in events or events[column].isna().all():
        return pd.array([pd.NA] * len(scopes), dtype="Int64")
    inside = events[checks.days(events["date"], "events").between(*windows_of(day)[0])]
    return scopes.map(inside.groupby("iso3")[column].sum(min_count=1)).astype("Int64").array


def _from_totals(totals: pd.DataFrame, day: pd.Timestamp, bands: dict[str, float]) -> pd.DataFrame:
    checks.columns(totals, "totals", _TOTALS)
    totals = totals.assign(start=checks.days(totals["start"], "totals"), end=checks.days(totals["end"], "totals"))
    totals = totals.reindex(columns=[*_TOTALS, "bound", "certainty"])
    windows = windows_of(day)
    part, same, full = (totals[(totals["start"] == start) & (totals["end"] == end)] for start, end in windows)
    if part.empty:
        held = [
            f"{start:%Y-%m-%d} to {end:%Y-%m-%d}" for start, end in totals[["start", "end"]].itertuples(index=False)
        ]
        raise WindowError(
            f"no total for {windows[0][0]:%Y-%m-%d} to {day:%Y-%m-%d}. There are: {listed(held, SHOWN_AT_MOST)}"
        )
    pairs = part.merge(same.drop_duplicates(["scope", "dataset"]), "left", ["scope", "dataset"], suffixes=("", "_same"))
    pairs = pairs.merge(full, "left", "scope", suffixes=("_part", ""))
    rows = []
    for row in pairs.to_dict("records"):
        if pd.isna(row["fatalities"]):
            row |= {"dataset": row["dataset_part"], "source": row["source_part"]}
        ratios = compare_totals(row["fatalities_part"], row["fatalities_same"], row["fatalities"], **bands)
        certainty = _certainty([row["certainty_part"], row["certainty_same"], row["certainty"]])
        told = {"bound": "exact" if pd.isna(row["bound"]) else row["bound"], "dataset": row["dataset"]}
        told |= {"part_dataset": row["dataset_part"], **certainty, "source": row["source"]}
        rows.append({"scope": row["scope"], **ratios, **told, "part_source": row["source_part"]})
    return typed(pd.DataFrame(rows))


def _certainty(each: Sequence[Any]) -> dict[str, Any]:
    own = {f"{name}_certainty": value for name, value in zip(_PARTS, each, strict=True)}
    return {"certainty": least_certain(each), **own}


def _fatality_verdict(rows: pd.DataFrame) -> str:
    verdict = judged(rows["verdict"].isin(["neared", "surpassed"]))
    return "partly" if verdict == "supported" and (rows["bound"] != "exact").any() else verdict


def _fatality_words(row: Mapping[Any, Any], day: pd.Timestamp, lang: str) -> str:
    values = {**row, **{name: (row[name], row[f"{name}_certainty"]) for name in _PARTS}}
    values |= {"year": day.year - 1, "as_of": day}
    values["bound"] = "" if row["bound"] == "exact" else text(row["bound"], lang)
    if pd.isna(row["full_year"]):
        return text("fatalities_finding_no_year", lang, values)
    mixed = row["dataset"] != row["part_dataset"]
    known = not (pd.isna(row.get("part_low")) or pd.isna(row.get("part_high")))
    values["range"] = text("fatalities_range", lang, values) if known else ""
    values["of"] = text("fatalities_of", lang, values) if mixed else ""
    words = text("fatalities_finding", lang, values)
    return f"{words} {text('fatalities_mixed', lang, values)}" if mixed else words


_OF_A_COUNT = ["date", "people", "source", "certainty"]
_COLUMNS = ["scope", "date", "people", "date_before", "people_before", "ratio", "almost_twice"]
_COLUMNS += ["source", "source_before", "certainty", "certainty_before"]
# The sentence says "almost twice" of Burkina Faso, and of Mali that displacement went on growing.
_TWICE, _GROWS = "BFA", "MLI"


def displacement(
    table: pd.DataFrame | None = None,
    *,
    date: Sequence[Any] = ("2020-06-30", "2020-08-31"),
    before: Sequence[Any] = ("2019-12-31", "2019-09-30", "2019-06-30"),
    within_days: int = 62,
    twice: tuple[float, float] = (1.6, 2.4),
    lang: str = "en",
) -> Check:
    """Headline 2: how many times the displaced people of 2019 there were in mid-2020.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        Totals of displaced people: ``scope``, ``date``, ``people``, ``source``, one row for each scope and day. The
        default are the published totals.
    date, before : sequence of datetime.date or str
        The days that are compared, and those that they are held against. Of each the latest count on
        or before it is taken.
    within_days : int
        How old that count may be.
    twice : tuple of float
        Between which ratios a stock is "almost twice" another.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and pair of counts: ``scope``, ``date``, ``people``, ``date_before``,
        ``people_before``, ``ratio``, ``almost_twice``, ``source``, ``source_before``, ``certainty``,
        ``certainty_before`` (as in the table given, else missing). ``parts`` has the verdict of each half of the
        sentence: Burkina Faso is supported if each ratio is almost twice, not_supported if none is, else partly: the
        answer depends on the day of 2019. Mali is supported if each count is higher than that of the year before. The
        verdict is that of both where they agree, else partly; incomplete without one of them.

    Raises
    ------
    SchemaError
        Columns are missing, a scope has a day twice, or no pair of days has counts.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> table = sg.brief.displacement().table
    >>> [(row.scope, f"{row.date:%b}", f"{row.date_before:%b %Y}", round(row.ratio, 2))
    ...  for row in table.itertuples()][:2]
    [('BFA', 'Jun', 'Dec 2019', 1.65), ('BFA', 'Jun', 'Sep 2019', 3.19)]
    """
    source = load_published("displaced") if table is None else table
    stocks = _stocks(source)
    days = [checks.day(day, "date") for day in date]
    days_before = [checks.day(day, "before") for day in before]
    pairs = _count_pairs(stocks, days, days_before, pd.Timedelta(days=within_days))
    result = pairs.assign(almost_twice=pairs["ratio"].between(*twice))[_COLUMNS]
    nearest = result.loc[result["date_before"] <= days_before[0], "date_before"].max()
    # The first day is told against each day of the year before, the later ones against the nearest alone.
    told = result[(result["date"] <= days[0]) | (result["date_before"] == nearest)]
    parts = _displacement_parts(result, told, lang)
    verdict, missing = verdict_of_parts(parts, (_TWICE, _GROWS))
    words = _displacement_words(told, lang)
    if missing:
        words.append(text("displacement_missing", lang, scopes=missing))
    keys = pd.MultiIndex.from_frame(stocks[["scope", "date"]])
    compared = (pd.MultiIndex.from_frame(told[["scope", day]]) for day in ("date", "date_before"))
    shown = stocks[np.logical_or.reduce([keys.isin(one) for one in compared])]
    year = result["date"].max().year
    rows = []
    for row in shown.to_dict("records"):
        label, people = f"{named(row['scope'], lang)}, {write_month(row['date'], lang)}", row["people"]
        rows.append(Bar(label, people, written(people, row["certainty"], lang), row["date"].year == year))
    figure = bars(rows, text("people", lang))
    return made("displacement", lang, (words, verdict), result, figure, [shown], parts=parts)


def _displacement_parts(result: pd.DataFrame, told: pd.DataFrame, lang: str) -> dict[str, Part]:
    parts = {}
    # Nobody displaced before gives no ratio, and nothing to judge by.
    for scope, rows in result[result["ratio"].notna()].groupby("scope", sort=False):
        holds = rows["ratio"] > 1 if scope == _GROWS else rows["almost_twice"]
        parts[str(scope)] = (tuple(_displacement_words(told[told["scope"] == scope], lang)), judged(holds))
    return parts


def _count_pairs(
    stocks: pd.DataFrame, days: list[pd.Timestamp], days_before: list[pd.Timestamp], within: pd.Timedelta
) -> pd.DataFrame:
    """Each pair of counts near a day and near a day before, once."""
    now, before = (_latest(stocks, asked, within) for asked in (days, days_before))
    pairs = now.merge(before, on="scope", suffixes=("", "_before")).sort_values(["scope", "turn", "turn_before"])
    pairs = pairs[pairs["date_before"] < pairs["date"]].drop_duplicates(["scope", "date", "date_before"])
    if pairs.empty:
        raise SchemaError(
            "no scope has a count near a day of both 'date' and 'before'. Give other days, or raise within_days"
        )
    people = pairs["people_before"].astype("float64")
    ratio = pairs["people"].astype("float64") / people.where(people != 0)
    return pairs.reset_index(drop=True).assign(ratio=ratio.to_numpy())


def _latest(stocks: pd.DataFrame, days: list[pd.Timestamp], within: pd.Timedelta) -> pd.DataFrame:
    """For each scope and day the latest count on or before it; ``turn`` is the place of the day among those asked."""
    asked = pd.DataFrame({"day": pd.Series(days, dtype="datetime64[us]"), "turn": range(len(days))})
    asked = stocks[["scope"]].drop_duplicates().merge(asked, how="cross").sort_values("day")
    held = stocks[["scope", *_OF_A_COUNT]].sort_values("date")
    near = pd.merge_asof(asked, held, left_on="day", right_on="date", by="scope", tolerance=within)
    return near.dropna(subset="date")


def _stocks(table: pd.DataFrame) -> pd.DataFrame:
    checks.columns(table, "displaced", {"scope": "any", "date": "day", "people": "number", "source": "any"})
    rows = table[table["group"] == "idp"] if "group" in table else table
    rows = rows[rows["people"].notna()].assign(date=checks.days(rows["date"], "rows"))
    if "certainty" not in rows:
        rows = rows.assign(certainty=None)
    twice = rows.duplicated(["scope", "date"])
    if twice.any():
        raise SchemaError(
            f"displaced: rows {listed(list(rows.index[twice]), SHOWN_AT_MOST)}: a scope has a day more than once. "
            "Give one total for each: sum_stocks first"
        )
    return rows.sort_values(["scope", "date"], kind="stable")


def _displacement_words(rows: pd.DataFrame, lang: str) -> list[str]:
    """One sentence for each scope and day: against the counts of the days before."""
    words = []
    for _, part in rows.groupby(["scope", "date"], sort=False):
        held = [
            row | {f"people{end}": (row[f"people{end}"], row[f"certainty{end}"]) for end in ("", "_before")}
            for row in part.to_dict("records")
        ]
        ratios = ", ".join(text("displacement_ratio", lang, row) for row in held)
        words.append(text("displacement_finding", lang, row=held[0], ratios=ratios))
    return words


_DAYS = ("start", "end", "issued")


def food_insecurity(
    table: pd.DataFrame | None = None,
    *,
    year: int = 2020,
    more: tuple[float, float] = (4.5e6, 5.5e6),
    times: tuple[float, float] = (2.7, 3.3),
    lang: str = "en",
) -> Check:
    """Headline 3: whether almost five million more people were food insecure, a threefold increase.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        People in phase 3 or above by season: ``scope``, ``start``, ``end``, ``issued``, ``people_3plus``, ``source``;
        ``times_year_before`` where the source prints a multiple of the year before instead of its figure. The default
        are the published totals.
    year : int
        The year whose lean season (June to August) is held against that of the year before.
    more : tuple of float
        Between which increases, in persons, it is "almost five million more".
    times : tuple of float
        Between which ratios it is "threefold".
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and analysis: ``scope``, ``issued``, ``people`` (now), ``people_before``,
        ``derived`` (bool: the year before is computed from a printed multiple), ``change``, ``ratio``, ``fits_more``
        and ``fits_times`` (bool: either half of the sentence), ``source``, ``certainty`` (of the least certain figure).
        ``parts`` has "more": supported if the change fits in each row of the central Sahel (a printed multiple, or the
        three countries together) or, without one, in all rows, partly if in some; and "times", which is partly at most:
        the ratio is year on year, and nothing says that hunger trebled in 2020 alone. The verdict is that of both where
        they agree, else partly.

    Raises
    ------
    SchemaError
        Columns are missing, or no scope has both years.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.food_insecurity()
    >>> row = check.table.iloc[0]
    >>> f"{row['scope']}: {row['people_before']:,.0f} before, {row['change']:,.0f} more, {row['ratio']:.1f} times"
    'Central Sahel: 2,466,667 before, 4,933,333 more, 3.0 times'
    """
    source = load_published("food_insecure") if table is None else table
    days: dict[str, Need] = dict.fromkeys(_DAYS, "day")
    checks.columns(source, "food insecure", {"scope": "any", **days, "people_3plus": "number", "source": "any"})
    source = source.assign(**{name: checks.days(source[name], "source") for name in _DAYS})
    result = _season_pairs(source, year)
    result["fits_more"] = result["change"].between(*more)
    result["fits_times"] = result["ratio"].between(*times)
    words = [*(_hunger_words(row, year, lang) for row in result.to_dict("records")), text("food_insecurity_note", lang)]
    printed, added = result[result["derived"]].to_dict("records"), result[result["scope"] == "+".join(_COUNTRIES)]
    if printed and len(added):
        older = _older(added.iloc[-1]["note"])
        key = "food_insecurity_printed_older" if older else "food_insecurity_printed"
        words.insert(-1, text(key, lang, printed[0] | {"scopes": older}))
    parts = _hunger_parts(result, words)
    verdict = parts["more"][1] if parts["more"][1] == parts["times"][1] else "partly"
    used = source[source["scope"].isin(result["scope"])]
    figure = bars(_hunger_bars(result, year, lang), text("millions_3plus", lang))
    return made("food_insecurity", lang, (words, verdict), result, figure, [used], parts=parts)


def lean_seasons(phases: pd.DataFrame, countries: list[str]) -> pd.DataFrame:
    """The lean seasons of some countries together, a row for each day on which one of them was analysed anew.

    Parameters
    ----------
    phases : pandas.DataFrame
        A Phases table with ``iso3``: every analysis of the countries.
    countries : list of str
        ISO codes.

    Returns
    -------
    pandas.DataFrame
        ``scope`` (the codes with +), ``start``, ``end``, ``issued``, ``people_3plus``, ``note`` (the countries whose
        analysis is an older one), ``source``, ``certainty``, for :func:`sahelgeo.brief.food_insecurity`. Only analyses
        of the season's own year; ``issued`` is when the cycle was published: January's in March, June's in July.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> phases = sg.load_sample("central-sahel").phases
    >>> found = sg.brief.lean_seasons(phases, ["BFA", "MLI", "NER"])
    >>> found = found[found["start"].dt.year.isin([2019, 2020])]
    >>> found[["issued", "people_3plus", "note"]].astype(str).values.tolist()
    [['2019-03-31', '2412788', ''], ['2020-03-31', '5505077', ''], ['2020-07-31', '6633912', 'MLI+NER']]
    """
    checks.columns(phases, "phases", {"iso3": "any", "start": "day", "issued": "day", "people_3plus": "number"})
    lean = phases[(phases["start"].dt.month == 6) & phases["iso3"].isin(countries)]
    lean = lean[lean["issued"].dt.year == lean["start"].dt.year]
    each = lean.groupby(["start", "end", "issued", "iso3"])["people_3plus"].sum(min_count=1).dropna().reset_index()
    rows = []
    for (start, end), season in each.groupby(["start", "end"]):
        for issued in sorted(season["issued"].unique()):
            held = season[season["issued"] <= issued].drop_duplicates("iso3", keep="last")
            if set(held["iso3"]) == set(countries):
                older = "+".join(sorted(held.loc[held["issued"] < issued, "iso3"]))
                row = {"scope": "+".join(countries), "start": start, "end": end, "issued": _published(issued)}
                rows.append({**row, "people_3plus": round(held["people_3plus"].sum()), "note": older})
    if not rows:
        raise SchemaError(
            f"phases: no lean season (from June) is analysed in its year in each of {', '.join(countries)}"
        )
    table = pd.DataFrame(rows).assign(certainty="certain")
    return with_source(table, lean).astype({"people_3plus": "Int64"})


def _published(cycle: pd.Timestamp) -> pd.Timestamp:
    """The end of the month in which a cycle of the Cadre Harmonise comes out; the workbook has its first month."""
    month = {1: 3, 6: 7, 9: 11}.get(cycle.month, cycle.month)
    return pd.Timestamp(cycle.year, month, 1) + pd.offsets.MonthEnd(0)


def _hunger_parts(result: pd.DataFrame, words: list[str]) -> dict[str, Part]:
    central = result["derived"] | (result["scope"] == "+".join(_COUNTRIES))
    spoken_of = result[central] if central.any() else result
    # A year before without anybody gives no ratio, and nothing to judge by.
    spoken_of = spoken_of[spoken_of["ratio"].notna()]
    more = times = "described"
    if len(spoken_of):
        more, times = (
            "supported" if spoken_of[fits].all() else "partly" if result[fits].any() else "not_supported"
            for fits in ("fits_more", "fits_times")
        )
    # The year before is another year: the figures cannot bear out "in 2020 alone".
    times = "partly" if times == "supported" else times
    return {"more": (tuple(words[:-1]), more), "times": (tuple(words), times)}


def _hunger_bars(result: pd.DataFrame, year: int, lang: str) -> list[Bar]:
    """One bar for each analysis, and one before them for the year before of their scope."""
    shown: dict[str, Bar] = {}
    for row in result.to_dict("records"):
        scope, sure = named(row["scope"], lang), row["certainty"]
        labels = (f"{scope}, {year - 1}", f"{scope}, {year} ({write_month(row['issued'], lang)})")
        before, now = row["people_before"] / 1e6, row["people"] / 1e6
        shown.setdefault(labels[0], Bar(labels[0], before, written(before, sure, lang, 2), False))
        shown[labels[1]] = Bar(labels[1], now, written(now, sure, lang, 2), True)
    return list(shown.values())


def _season_pairs(source: pd.DataFrame, year: int) -> pd.DataFrame:
    """Each analysis of a season beside the last one of the season before, or what its printed multiple makes of it."""
    starts = source["start"]
    lean = source[(starts.dt.month == 6) & source["people_3plus"].notna()].assign(year=starts.dt.year)
    rows = []
    for row in lean[lean["year"] == year].to_dict("records"):
        printed = row.get("times_year_before", pd.NA)
        past = lean[(lean["year"] == year - 1) & (lean["scope"] == row["scope"])].sort_values("issued").tail(1)
        derived = past.empty and not pd.isna(printed)
        if past.empty and not derived:
            continue
        people = float(row["people_3plus"])
        before = people / float(printed) if derived else float(past["people_3plus"].iloc[0])
        certainty = least_certain([row.get("certainty", pd.NA), *past.get("certainty", ())])
        told = {"scope": row["scope"], "issued": row["issued"], "people": people, "people_before": before}
        told |= {"derived": derived, "change": people - before, "ratio": people / before if before else np.nan}
        rows.append({**told, "note": row.get("note"), "source": row["source"], "certainty": certainty})
    if not rows:
        raise SchemaError(f"no scope has the lean seasons (June to August) of both {year - 1} and {year}")
    return pd.DataFrame(rows)


def _hunger_words(row: Mapping[Any, Any], year: int, lang: str) -> str:
    derived = text("derived", lang) if row["derived"] else ""
    values = {"season": year, "year": year - 1, "derived": derived, "now": (row["people"], row["certainty"])}
    words = text("food_insecurity_finding", lang, {**row, **values})
    older = _older(row["note"]) if row["scope"] == "+".join(_COUNTRIES) else []
    return f"{words} {text('food_insecurity_older', lang, scopes=older)}" if older else words


def _older(note: Any) -> list[str]:
    """The countries whose analysis is an older one, as :func:`lean_seasons` notes them."""
    return [] if pd.isna(note) else [part for part in str(note).split("+") if part]
