"""The timeline of missions, accords, coups and envoys, and what was in force when."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.embedded import read_frame
from sahelgeo.errors import SchemaError, warn
from sahelgeo.events.counting import known_values
from sahelgeo.periods import Frequency, every_period
from sahelgeo.sources import with_source

_NEEDED = ("start", "event_en")
_VERIFIED = ("certain", "reported", "conflict")
# The embedded rows follow missions up to the brief's own time; what became of those without a printed end is not in it.
REACHES = "2020-12-31"
_ORDER = (
    "start", "precision", "end", "countries", "place", "kind", "mission", "troops", "event_en", "event_fr", "source",
    "certainty", "end_certainty", "verified",
)  # fmt: skip


def load_timeline(
    *, kinds: list[str] | None = None, countries: str | list[str] | None = None, own: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Missions, accords, coups, envoys and other turning points in the Sahel since 2012: dates, places and sources.

    Parameters
    ----------
    kinds : list of str, optional
        Only these: mission, strength (of a mission), accord, coup, uprising, envoy, alliance, attack, conflict,
        negotiation, resolution, reform; or kinds of your own.
    countries : str or list of str, optional
        Only what concerns these countries (ISO 3166-1, three letters).
    own : pandas.DataFrame, optional
        Your own rows, with ``start`` and ``event_en`` at least; they are marked as yours where they name no source.

    Returns
    -------
    pandas.DataFrame
        Sorted by ``start``, with index 0..n-1:

        - ``start`` and ``end`` (days; ``end`` is missing where there was none or none is known);
        - ``precision``: day or month; of a month the first day is given;
        - ``countries`` (ISO codes with ``|``), ``place``, ``kind``, ``mission``;
        - ``troops``, as authorised or announced;
        - ``event_en`` and ``event_fr``, what happened;
        - ``source``, ``certainty``, ``end_certainty``;
        - ``verified`` (bool): False for dates that no copy of a source backs (``memory``), and for your own rows unless
          their ``certainty`` is certain, reported or conflict. These are there to be drawn, not to decide anything.

    Raises
    ------
    SchemaError
        A kind or country that the timeline does not hold, rows of your own without a day or a name, that end before
        they start, or whose troops are no number.

    See Also
    --------
    timeline_steps : Missions and troops in force by period.
    before_after : Events in equal windows before and after a day.

    Notes
    -----
    ``sahelgeo/data/timeline.csv`` has a source for each row; rows that no copy of a source backs have ``verified``
    False.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> missions = sg.events.load_timeline(kinds=["mission"], countries="MLI")
    >>> missions["mission"].tolist()[:3], bool(missions["verified"].all())
    (['AFISMA', 'Serval', 'EUTM Mali'], True)
    """
    table = read_frame("timeline.csv")
    parts = [table] if own is None else [table, _own(own)]
    table = pd.concat(parts, ignore_index=True)
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name], format="%Y-%m-%d").astype("datetime64[us]")
    table["troops"] = pd.to_numeric(table["troops"]).astype("Int64")
    table["verified"] = table["certainty"].isin(_VERIFIED).astype(bool)
    if kinds is not None:
        table = table[table["kind"].isin(known_values(kinds, table["kind"], "kinds", "timeline"))]
    if countries is not None:
        codes = table["countries"].str.split("|").explode()
        wanted = codes.isin(known_values(countries, codes, "countries", "timeline"))
        table = table[table.index.isin(codes.index[wanted])]
    return table.sort_values("start", kind="stable").reset_index(drop=True)[list(_ORDER)]


def _own(own: pd.DataFrame) -> pd.DataFrame:
    checks.columns(own, "own", dict.fromkeys(_NEEDED, "any"))
    held = [name for name in _ORDER if name in own and name != "verified"]
    rows = own[held].astype("string")
    for name in {"start", "end"} & set(held):
        days = [None if pd.isna(day) else checks.day(day, f"own: column {name!r}") for day in own[name]]
        rows[name] = pd.Series(days, index=own.index, dtype="datetime64[us]").dt.strftime("%Y-%m-%d").astype("string")
    _check_own(rows)
    filled: dict[str, Any] = {
        "source": "your own",
        "certainty": "your own",
        "precision": "day",
        "event_fr": rows["event_en"],
    }
    for name, value in filled.items():
        rows[name] = rows[name].fillna(value) if name in rows else value
    return rows


def _check_own(rows: pd.DataFrame) -> None:
    problems = {"no 'start' or no 'event_en'. Give both": rows[list(_NEEDED)].isna().any(axis=1)}
    if "end" in rows:
        # Both are text as YYYY-MM-DD, which sorts as days do.
        problems["'end' is before 'start'. Swap or correct them"] = (rows["end"] < rows["start"]).fillna(False)
    if "troops" in rows:
        troops = pd.to_numeric(rows["troops"], errors="coerce")
        unfit = rows["troops"].notna() & ~((troops >= 0) & (troops % 1 == 0)).fillna(False)
        problems["'troops' is not a whole number. Write 1000, without commas or words"] = unfit
    told = {what: listed(list(rows.index[mask]), SHOWN_AT_MOST) for what, mask in problems.items() if mask.any()}
    if told:
        lines = [f"rows {labels}: {what}" for what, labels in told.items()]
        raise SchemaError(f"own: {'; '.join(lines)}", lines)


def timeline_steps(
    timeline: pd.DataFrame,
    start: Any,
    end: Any,
    *,
    freq: Frequency = "MS",
    count: Literal["any", "verified"] = "any",
    known_until: Any = REACHES,
) -> pd.DataFrame:
    """How many missions were in force, and how many troops they had, in each period: steps to draw under a series.

    Parameters
    ----------
    timeline : pandas.DataFrame
        As :func:`sahelgeo.events.load_timeline` gives it: rows of kind ``mission`` with ``start`` and ``end``, and of
        kind
        ``strength``, which say how many troops a mission had from a day on.
    start, end : date or str
        First and last day of the steps.
    freq : {"MS", "QS", "YS"}
        Months, quarters or years. A step is as things stood on the last day of its period.
    count : {"any", "verified"}
        Whether missions whose dates no source backs are counted.
    known_until : date or str
        The last day on which a mission without a known end is taken to be in force. The embedded timeline follows
        missions to the end of 2020; if you bring their ends with ``own``, say how far they reach.

    Returns
    -------
    pandas.DataFrame
        One row for each period, with index 0..n-1:

        - ``start`` and ``end``;
        - ``missions`` (Int64), how many were in force; ``names``, which, with commas;
        - ``missions_unknown`` (Int64), how many more began, have no known end, and are not counted since the period
          ends after ``known_until``;
        - ``troops`` (Int64), the last known strength of those that have one, added up; missing where none has. They are
          as authorised or announced, not counts of people on the ground;
        - ``missions_without_troops``, how many add nothing because their strength is not known;
        - ``source``, of the missions and strengths of the timeline.

    Raises
    ------
    SchemaError
        Days that are none, an end before its start, an unknown option.

    Warns
    -----
    DataWarning
        Missions of which it is not known whether they were still in force.

    See Also
    --------
    load_timeline : Missions, accords and coups with their dates.
    sahelgeo.brief.engagement : Missions and troops beside what happened.

    Notes
    -----
    Troops stand for missions in force, not for effects: missions are sent where violence grows.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> steps = sg.events.timeline_steps(sg.events.load_timeline(), "2012-10-01", "2014-12-31", freq="YS")
    >>> steps[["missions", "troops"]].values.tolist()
    [[1, <NA>], [3, 14700], [3, 16000]]
    """
    first, last = checks.day(start, "start"), checks.day(end, "end")
    if last < first:
        raise SchemaError(f"end={last:%Y-%m-%d} is before start={first:%Y-%m-%d}. Swap them")
    checks.choice(checks.FREQUENCIES, freq=freq)
    checks.choice(("any", "verified"), count=count)
    table = timeline[timeline["verified"]] if count == "verified" else timeline
    missions = table[(table["kind"] == "mission") & table["mission"].notna()]
    strengths = table[table["troops"].notna() & table["mission"].notna()].sort_values("start")
    until = checks.day(known_until, "known_until")
    rows = [_step(missions, strengths, span, until) for span in every_period(first, last, freq).itertuples(index=False)]
    counts = ("missions", "missions_unknown", "troops", "missions_without_troops")
    days = dict.fromkeys(("start", "end"), "datetime64[us]")
    steps = pd.DataFrame(rows).astype({**dict.fromkeys(counts, "Int64"), **days})
    after = steps[steps["missions_unknown"] > 0]
    if len(after):
        began = missions[missions["end"].isna() & (missions["start"] <= after["end"].iloc[-1])]
        warn(
            f"after {until:%Y-%m-%d} it is not known whether {listed(list(began['mission'].unique()), SHOWN_AT_MOST)} "
            "were in force: the timeline has no end of them, and they are not counted. Give the ends with "
            "load_timeline(own=...) and how far they are known (known_until)"
        )
    return with_source(steps, missions, strengths)


def _step(
    missions: pd.DataFrame, strengths: pd.DataFrame, period: tuple[pd.Timestamp, pd.Timestamp], until: pd.Timestamp
) -> dict[str, Any]:
    start, end = period
    begun = missions[(missions["start"] <= end) & ~(missions["end"] < end)]
    names = list(begun.loc[begun["end"].notna() | (end <= until), "mission"].unique())
    held = strengths[strengths["mission"].isin(names) & (strengths["start"] <= end)].drop_duplicates(
        "mission", keep="last"
    )
    return {
        "start": start,
        "end": end,
        "missions": len(names),
        "names": ", ".join(names),
        "missions_unknown": len(set(begun["mission"]) - set(names)),
        "troops": held["troops"].sum(min_count=1),
        "missions_without_troops": len(names) - len(held),
    }
