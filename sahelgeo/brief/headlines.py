"""The three headlines of the brief: deaths, displacement, food insecurity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import pandas as pd

from sahelgeo.brief.charts import bars, new_figure
from sahelgeo.brief.outcome import Check, made, named, text
from sahelgeo.brief.published_figures import load_published
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.events.checked import WindowError
from sahelgeo.events.part_year import NEARED, SURPASSED, check_bands, compare_totals, typed, windows_of, year_to_date
from sahelgeo.sums import as_day
from sahelgeo.words import write_day, write_number

MILLION = 1_000_000
_TOTALS = ("scope", "start", "end", "fatalities", "dataset", "source")


def fatalities(
    table: pd.DataFrame | None = None,
    *,
    as_of: Any = "2020-06-30",
    coverage: tuple[Any, Any] | None = None,
    neared: float = NEARED,
    surpassed: float = SURPASSED,
    lang: str = "en",
) -> Check:
    """Headline 1: whether deaths halfway through 2020 had neared or surpassed those of all 2019.

    Parameters
    ----------
    table : geopandas.GeoDataFrame or pandas.DataFrame, optional
        An Events table with ``iso3``; or totals (``scope``, ``start``, ``end``, ``fatalities``, ``dataset``, ``source``, and ``bound``: exact, above, about).
        The default are the published totals.
    as_of : date or str
        Last day of the part of the year.
    coverage : tuple, optional
        For events: the first and last day that the source covers.
    neared, surpassed : float
        The bands of the verdict words, in shares of the full year.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and published total of the year before: ``part``, ``same_window``, ``full_year``, ``ratio_full_year``,
        ``ratio_same_window``, ``change_percent``, ``verdict``, ``bound`` (of the full year) and ``dataset``. The verdict is supported if every total is neared
        or surpassed and none is a bound, not_supported if none is neared, else partly: a total printed as "more than" makes the ratio an upper end.

    Raises
    ------
    WindowError
        No total for the part of the year, or no year before to compare with.
    SchemaError
        Columns are missing, the bands are not in order.

    See Also
    --------
    sahelgeo.year_to_date : A year so far against the year before.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    The UN's "more than 1,800" for 2019 is a lower bound, so a ratio to it is an upper end.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.fatalities()
    >>> check.table[["scope", "part", "same_window", "full_year"]].values.tolist()
    [['BFA', 1362, 1063, 1800]]
    >>> check.table["change_percent"].round(1).tolist(), check.verdict
    ([28.1], 'partly')
    """
    check_bands(neared, surpassed)
    day = as_day(as_of, "as_of")
    source = load_published("fatalities") if table is None else table
    bands = {"neared": neared, "surpassed": surpassed}
    from_events = "event" in source.columns
    rows = _from_events(source, day, coverage, bands) if from_events else _from_totals(source, day, bands)
    words = [_fatality_words(row, day, lang) for row in rows.to_dict("records")]
    figure, (ax,) = new_figure()
    labels, values, marks = [], [], []
    for row in rows.to_dict("records"):
        for name in ("part", "same_window", "full_year"):
            labels.append(f"{named(row['scope'], lang)}, {text(name + '_label', lang)}")
            values.append(row[name])
            marks.append(name == "part")
    bars(ax, labels, values, lang, highlight=marks)
    named_in_rows = [
        rows[["source"]],
        *([rows[["part_source"]].set_axis(["source"], axis=1)] if "part_source" in rows else []),
    ]
    return made("fatalities", lang, (words, _fatality_verdict(rows)), rows, figure, named_in_rows)


def _from_events(events: pd.DataFrame, day: pd.Timestamp, coverage: Any, bands: dict[str, float]) -> pd.DataFrame:
    assert isinstance(events, gpd.GeoDataFrame)
    by = "iso3" if "iso3" in events.columns else None
    found = year_to_date(events, as_of=day, by=by, coverage=coverage, **bands)
    deaths = found[found["measure"] == "fatalities"].rename(columns={by or "of": "scope"})
    source = str(events["source"].iloc[0])
    return deaths.assign(bound="exact", dataset=source, source=source).reset_index(drop=True)


def _from_totals(totals: pd.DataFrame, day: pd.Timestamp, bands: dict[str, float]) -> pd.DataFrame:
    missing = [name for name in _TOTALS if name not in totals.columns]
    if missing:
        raise SchemaError(f"totals: column {missing[0]!r} is missing. Found: {listed(list(totals.columns), 12)}")
    windows = windows_of(day)
    part, same, full = (_of_window(totals, window) for window in windows)
    if part.empty:
        held = [
            f"{start:%Y-%m-%d} to {end:%Y-%m-%d}" for start, end in zip(totals["start"], totals["end"], strict=True)
        ]
        raise WindowError(
            f"no total for {windows[0][0]:%Y-%m-%d} to {day:%Y-%m-%d}. There are: {listed(held, SHOWN_AT_MOST)}"
        )
    rows = []
    for row in part.to_dict("records"):
        window = same[(same["scope"] == row["scope"]) & (same["dataset"] == row["dataset"])]
        before = window["fatalities"].iloc[0] if len(window) else pd.NA
        years = full[full["scope"] == row["scope"]].to_dict("records") or [
            {"fatalities": pd.NA, "dataset": row["dataset"], "source": row["source"], "bound": "exact"}
        ]
        rows += [
            {
                "scope": row["scope"],
                **compare_totals(row["fatalities"], before, year["fatalities"], **bands),
                "bound": year.get("bound", "exact"),
                "dataset": year["dataset"],
                "source": year["source"],
                "part_source": row["source"],
            }
            for year in years
        ]
    return typed(pd.DataFrame(rows))


def _of_window(totals: pd.DataFrame, window: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    return totals[(totals["start"] == window[0]) & (totals["end"] == window[1])]


def _fatality_verdict(rows: pd.DataFrame) -> str:
    near = rows["verdict"].isin(["neared", "surpassed"])
    if near.all() and (rows["bound"] == "exact").all():
        return "supported"
    return "partly" if near.any() else "not_supported"


def _fatality_words(row: Mapping[Any, Any], day: pd.Timestamp, lang: str) -> str:
    bound = "" if row["bound"] == "exact" else text(row["bound"], lang)
    change = row["change_percent"]
    values = {
        "scope": named(row["scope"], lang),
        "part": write_number(row["part"], lang),
        "as_of": write_day(day.date(), lang),
        "change": ("+" if not pd.isna(change) and change > 0 else "") + write_number(change, lang, 1),
        "same": write_number(row["same_window"], lang),
        "ratio": write_number(row["ratio_full_year"], lang, 2),
        "full": write_number(row["full_year"], lang),
        "year": day.year - 1,
        "bound": bound,
        "dataset": named(row["dataset"], lang),
    }
    key = "fatalities_finding_no_year" if pd.isna(row["full_year"]) else "fatalities_finding"
    return text(key, lang).format(**values)


def displacement(
    table: pd.DataFrame | None = None,
    *,
    at: Sequence[Any] = ("2020-06-30", "2020-08-31"),
    against: Sequence[Any] = ("2019-12-31", "2019-09-30", "2019-06-30"),
    within_days: int = 62,
    twice: tuple[float, float] = (1.6, 2.4),
    lang: str = "en",
) -> Check:
    """Headline 2: how many times the displaced people of 2019 there were in mid-2020.

    Parameters
    ----------
    table : pandas.DataFrame, optional
        Totals of displaced people: ``scope``, ``date``, ``people``, ``source``, one row for each scope and day. The default are the published totals.
    at, against : sequence of days
        The days that are compared. Of each the latest count on or before it is taken.
    within_days : int
        How old that count may be.
    twice : tuple of float
        Between which ratios a stock is "almost twice" another.
    lang : {"en", "fr"}
        Language of words and figure.

    Returns
    -------
    Check
        ``table`` has one row for each scope and pair of counts: ``scope``, ``date``, ``people``, ``against_date``, ``against_people``, ``ratio``,
        ``almost_twice``. The verdict is supported if each ratio is almost twice, not_supported if none is, else partly: the answer depends on the day of 2019.

    Raises
    ------
    SchemaError
        Columns are missing, a scope has a day twice, or no pair of days has counts.

    See Also
    --------
    sahelgeo.change_in_stocks : Compare two counts like for like.
    sahelgeo.first_above : When a place first reached a threshold.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    Published totals: ``load_published("displaced")``, each with its source.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> table = sg.brief.displacement().table
    >>> [(row.scope, f"{row.date:%b}", f"{row.against_date:%b %Y}", round(row.ratio, 2)) for row in table.itertuples()][:2]
    [('BFA', 'Jun', 'Dec 2019', 1.65), ('BFA', 'Jun', 'Sep 2019', 3.19)]
    """
    source = load_published("displaced") if table is None else table
    stocks = _stocks(source)
    rows = []
    for scope, part in stocks.groupby("scope", sort=False):
        for now_day in at:
            now = _latest(part, as_day(now_day, "at"), within_days)
            for before_day in against:
                before = _latest(part, as_day(before_day, "against"), within_days)
                if now is not None and before is not None and before["date"] < now["date"]:
                    ratio = float(now["people"]) / float(before["people"])
                    rows.append(
                        (
                            scope,
                            now["date"],
                            now["people"],
                            before["date"],
                            before["people"],
                            ratio,
                            twice[0] <= ratio <= twice[1],
                            now["source"],
                            before["source"],
                        )
                    )
    if not rows:
        raise SchemaError(
            "no scope has a count near a day of both 'at' and 'against'. Give other days, or raise within_days"
        )
    names = [
        "scope",
        "date",
        "people",
        "against_date",
        "against_people",
        "ratio",
        "almost_twice",
        "source",
        "against_source",
    ]
    result = pd.DataFrame(rows, columns=names).drop_duplicates().reset_index(drop=True)
    told = result[
        (result["date"] <= as_day(at[0], "at")) | (result["against_date"] == _nearest_before(result, against[0]))
    ]
    words = _displacement_words(told, lang)
    verdict = (
        "supported" if result["almost_twice"].all() else "partly" if result["almost_twice"].any() else "not_supported"
    )
    figure, (ax,) = new_figure()
    shown = stocks[stocks["scope"].isin(result["scope"])]
    shown = shown[shown["date"].isin(result["date"]) | shown["date"].isin(result["against_date"])]
    labels = [f"{named(row['scope'], lang)}, {row['date']:%Y-%m}" for row in shown.to_dict("records")]
    bars(ax, labels, list(shown["people"]), lang, highlight=list(shown["date"].dt.year == result["date"].max().year))
    return made("displacement", lang, (words, verdict), result, figure, [shown])


def _stocks(table: pd.DataFrame) -> pd.DataFrame:
    missing = [name for name in ("scope", "date", "people", "source") if name not in table.columns]
    if missing:
        raise SchemaError(
            f"displaced: column {missing[0]!r} is missing. Found: {listed(list(table.columns), 12)}. Give totals: sum_stocks first"
        )
    rows = table[table["group"] == "idp"] if "group" in table else table
    rows = rows[rows["people"].notna()].assign(date=pd.to_datetime(rows["date"]))
    twice = rows.duplicated(["scope", "date"])
    if twice.any():
        raise SchemaError(
            f"displaced: rows {listed(list(rows.index[twice]), SHOWN_AT_MOST)}: a scope has a day more than once. Give one total for each: sum_stocks first"
        )
    return rows.sort_values(["scope", "date"], kind="stable")


def _latest(rows: pd.DataFrame, day: pd.Timestamp, within_days: int) -> dict[Any, Any] | None:
    near = rows[(rows["date"] <= day) & (rows["date"] >= day - pd.Timedelta(days=within_days))]
    return None if near.empty else near.iloc[-1].to_dict()


def _nearest_before(rows: pd.DataFrame, day: Any) -> Any:
    """The day of the counts that the first day of 'against' stands for: the later days are told against it alone."""
    return rows.loc[rows["against_date"] <= as_day(day, "against"), "against_date"].max()


def _displacement_words(rows: pd.DataFrame, lang: str) -> list[str]:
    """One sentence for each scope and day: against the counts of the days before."""
    words = []
    for _, part in rows.groupby(["scope", "date"], sort=False):
        ratios = [
            text("displacement_ratio", lang).format(
                ratio=write_number(row["ratio"], lang, 2),
                before=write_number(row["against_people"], lang),
                against=write_day(row["against_date"].date(), lang),
            )
            for row in part.to_dict("records")
        ]
        first = part.iloc[0]
        day = write_day(first["date"].date(), lang)
        values = {"scope": named(first["scope"], lang), "people": write_number(first["people"], lang), "date": day}
        words.append(text("displacement_finding", lang).format(ratios=", ".join(ratios), **values))
    return words


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
        People in phase 3 or above by season: ``scope``, ``start``, ``end``, ``issued``, ``people_3plus``, ``source``; ``times_year_before`` where the source
        prints a multiple of the year before instead of its figure. The default are the published totals.
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
        ``table`` has one row for each scope and analysis: ``scope``, ``issued``, ``people`` (now), ``before``, ``derived`` (bool: the year before is computed from a
        printed multiple), ``change``, ``ratio``, ``fits`` (bool: both halves of the sentence). Supported if they fit in the widest scope that has a printed multiple or
        in all rows; partly if in some. It is year on year: nothing says that hunger trebled within one year.

    Raises
    ------
    SchemaError
        Columns are missing, or no scope has both years.

    See Also
    --------
    sahelgeo.sum_phases : Add up people by phase.

    Notes
    -----
    Claim: CSIS, *Rethinking Crisis Responses in the Sahel* (December 2020).
    Figures of the Central Sahel: ``load_published("food_insecure")``.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> check = sg.brief.food_insecurity()
    >>> row = check.table.iloc[0]
    >>> f"{row['scope']}: {row['before']:,.0f} before, {row['change']:,.0f} more, {row['ratio']:.1f} times"
    'Central Sahel: 2,466,667 before, 4,933,333 more, 3.0 times'
    """
    source = load_published("food_insecure") if table is None else table
    missing = [
        name for name in ("scope", "start", "end", "issued", "people_3plus", "source") if name not in source.columns
    ]
    if missing:
        raise SchemaError(f"food insecure: column {missing[0]!r} is missing. Found: {listed(list(source.columns), 12)}")
    rows = _season_pairs(source, year)
    if not rows:
        raise SchemaError(f"no scope has the lean seasons (June to August) of both {year - 1} and {year}")
    result = pd.DataFrame(rows)
    result["fits"] = result["change"].between(*more) & result["ratio"].between(*times)
    words = [*(_hunger_words(row, year, lang) for row in result.to_dict("records")), text("food_insecurity_note", lang)]
    spoken_of = result["fits"][result["derived"]] if result["derived"].any() else result["fits"]
    verdict = "supported" if spoken_of.all() else "partly" if result["fits"].any() else "not_supported"
    figure, (ax,) = new_figure()
    labels, values, marks = [], [], []
    for row in result.to_dict("records"):
        labels += [
            f"{named(row['scope'], lang)}, {year - 1}",
            f"{named(row['scope'], lang)}, {year} ({row['issued']:%Y-%m})",
        ]
        values += [row["before"] / MILLION, row["people"] / MILLION]
        marks += [False, True]
    bars(ax, labels, values, lang, highlight=marks, decimals=2)
    return made(
        "food_insecurity", lang, (words, verdict), result, figure, [source[source["scope"].isin(result["scope"])]]
    )


def _season_pairs(source: pd.DataFrame, year: int) -> list[dict[str, Any]]:
    starts = pd.to_datetime(source["start"])
    lean = source[(starts.dt.month == 6) & source["people_3plus"].notna()].assign(year=starts.dt.year)
    rows = []
    for row in lean[lean["year"] == year].to_dict("records"):
        printed = row.get("times_year_before", pd.NA)
        before = lean[(lean["year"] == year - 1) & (lean["scope"] == row["scope"])].sort_values("issued")
        derived = before.empty and not pd.isna(printed)
        if before.empty and not derived:
            continue
        earlier = row["people_3plus"] / printed if derived else before["people_3plus"].iloc[-1]
        people = float(row["people_3plus"])
        found = {
            "people": people,
            "before": float(earlier),
            "derived": derived,
            "change": people - float(earlier),
            "ratio": people / float(earlier),
        }
        rows.append({"scope": row["scope"], "issued": pd.Timestamp(row["issued"]), **found, "source": row["source"]})
    return rows


def _hunger_words(row: Mapping[Any, Any], year: int, lang: str) -> str:
    millions = {name: write_number(row[name] / MILLION, lang, 2) for name in ("before", "change")}
    return text("food_insecurity_finding", lang).format(
        scope=named(row["scope"], lang),
        year=year - 1,
        issued=write_day(row["issued"].date(), lang),
        now=write_number(row["people"] / MILLION, lang, 2),
        ratio=write_number(row["ratio"], lang, 1),
        derived=text("derived", lang) if row["derived"] else "",
        **millions,
    )
