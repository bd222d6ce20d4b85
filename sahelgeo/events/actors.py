"""Who fights: names of armed actors brought to families, and pairs of families that fought each other."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from sahelgeo import checks
from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.embedded import read_frame
from sahelgeo.errors import AmbiguousError, SchemaError, warn
from sahelgeo.events.counting import conform_events, fatality_columns, keyed_sums, known_values
from sahelgeo.periods import Frequency, every_period, period_code, periods_of
from sahelgeo.sources import with_source

_NEEDED = ("name", "match", "family", "kind")
_MATCHES = ("whole", "start")


def load_actors() -> pd.DataFrame:
    """The names of armed actors in the Sahel and the family that each belongs to.

    Returns
    -------
    pandas.DataFrame
        One row for each name:

        - ``name``, as a source prints it;
        - ``match``, whether it is the ``whole`` name or the ``start`` of one ("Military Forces of Mali" begins
          "Military Forces of Mali (2013-2020)");
        - ``family``;
        - ``kind``: jihadist, state, international, self-defence, rebel, armed movement, civilian, unidentified;
        - ``note``, ``source`` and ``certainty``.

    See Also
    --------
    actor_family : Which family each actor belongs to.

    Notes
    -----
    A family follows a lineage: Ansar Dine counts as JNIM before March 2017 too, and ISGS is one family under each of
    its names (Islamic State in the Greater Sahara, ISWAP's Greater Sahara faction, Islamic State Sahel Province). Rows
    of certainty ``memory`` rest on no copy of a source.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> actors = sg.events.load_actors()
    >>> actors.loc[actors["family"] == "ISGS", "name"].tolist()[:2]
    ['ISGS', 'Islamic State (Greater Sahara)']
    """
    return read_frame("actors.csv")


def actor_family(events: gpd.GeoDataFrame, *, actors: pd.DataFrame | None = None) -> gpd.GeoDataFrame:
    """Add the family and the kind of both actors of each event.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        A table with ``actor1`` and ``actor2``, as the sources print them.
    actors : pandas.DataFrame, optional
        Your own names (``name``, ``match``, ``family``, ``kind``). They go before those of
        :func:`sahelgeo.events.load_actors`, which answer for the rest.

    Returns
    -------
    geopandas.GeoDataFrame
        The same rows and index with ``family1``, ``family2``, ``actor_kind1`` and ``actor_kind2`` (string); missing
        where there is no actor, or where no name answers. Whole names go before starts, and longer starts before
        shorter ones. Names are compared without accents, case and punctuation.

    Raises
    ------
    SchemaError
        No ``actor1`` or ``actor2``, or a table of actors without its columns.
    AmbiguousError
        The table of actors gives one name to two families; they are in ``.candidates``.

    Warns
    -----
    DataWarning
        Names that are in no family, with the number of their events.

    See Also
    --------
    load_actors : The embedded table of armed actors.
    dyads : Who fought whom, by period.

    Notes
    -----
    Families follow lineages and stand in ``sahelgeo/data/actors.csv``, each name with a source and how certain it is.
    UCDP prints IS for each province of the Islamic State: where an event has a point,
    ``sahelgeo/data/actor_places.csv`` tells them apart (west of 11° E ISGS, east of it ISWAP), unless your own names
    have a family for IS.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> fights = pd.DataFrame({"actor1": ["JNIM: Group for Support of Islam and Muslims"],
    ...                        "actor2": ["Islamic State (West Africa) - Greater Sahara Faction"]})
    >>> sg.events.actor_family(fights)[["family1", "family2"]].values.tolist()
    [['JNIM', 'ISGS']]
    """
    checks.columns(events, "events", {"actor1": "text", "actor2": "text"})
    own, library = {} if actors is None else _rules(actors), _rules(load_actors())
    names = pd.concat([events["actor1"], events["actor2"]]).dropna()
    mine = {name: _answer(_folded(str(name)), own) for name in names.unique()} if own else {}
    answers = {name: mine.get(name) or _answer(_folded(str(name)), library) for name in names.unique()}
    unknown = [name for name, answer in answers.items() if answer is None]
    if unknown:
        counts = names[names.isin(unknown)].value_counts()
        shown = [f"{name} ({count:,})" for name, count in counts.items()]
        warn(
            f"{len(unknown):,} of {len(answers):,} names are in no family, {int(counts.sum()):,} mentions: "
            f"{listed(shown, SHOWN_AT_MOST)}. Their family is missing; add them to the table of actors"
        )
    known = {name: answer for name, answer in answers.items() if answer is not None}
    added = {
        f"{label}{side}": events[f"actor{side}"]
        .map({name: parts[at] for name, parts in known.items()})
        .astype("string")
        for at, label in enumerate(("family", "actor_kind"))
        for side in (1, 2)
    }
    others = {name for name in known if not mine.get(name)}
    return events.assign(**added | {f"family{side}": _by_place(events, side, added, others) for side in (1, 2)})


def _by_place(events: pd.DataFrame, side: int, families: dict[str, pd.Series], names: set[str]) -> pd.Series:
    """The families of one side; a name that stands for several groups has that of the box that its event lies in."""
    family = families[f"family{side}"]
    if not checks.has_shapes(events):
        return family
    points = events.geometry if events.crs is None else events.geometry.to_crs("EPSG:4326")
    x, y = (get(points.array) for get in (shapely.get_x, shapely.get_y))
    folded = events[f"actor{side}"].map({name: _folded(str(name)) for name in names})
    for box in read_frame("actor_places.csv").to_dict("records"):
        west, south, east, north = (float(box[name]) for name in ("west", "south", "east", "north"))
        inside = (x >= west) & (x < east) & (y >= south) & (y < north)
        named = (folded == _folded(box["name"])).fillna(False).to_numpy(dtype=bool)
        family = family.mask(inside & named, box["family"])
    return family


def _rules(actors: pd.DataFrame) -> dict[str, dict[str, tuple[str, str]]]:
    """Family and kind of each folded name, by the way it is matched."""
    checks.columns(actors, "actors", dict.fromkeys(_NEEDED, "text"))
    strange = sorted(set(actors["match"]) - set(_MATCHES))
    if strange:
        raise SchemaError(f"actors: column 'match' has {strange[0]!r}. Write 'whole' or 'start'")
    table = actors.assign(folded=actors["name"].map(_folded)).drop_duplicates(["folded", "match", "family"])
    twice = table.duplicated(["folded", "match"], keep=False)
    if twice.any():
        raise AmbiguousError(
            f"actors: {listed(list(table.loc[twice, 'name']), SHOWN_AT_MOST)} stand in more than one family. Keep one "
            "row for each name",
            table[twice],
        )
    rules: dict[str, dict[str, tuple[str, str]]] = {match: {} for match in _MATCHES}
    for name, match, family, kind in table[["folded", "match", "family", "kind"]].itertuples(index=False):
        rules[match][name] = (family, kind)
    return rules


def _answer(name: str, rules: dict[str, dict[str, tuple[str, str]]]) -> tuple[str, str] | None:
    words = name.split(" ")
    starts = (rules["start"].get(" ".join(words[:count])) for count in range(len(words), 0, -1))
    return rules["whole"].get(name) or next(filter(None, starts), None)


@lru_cache(maxsize=4096)
def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", " ", letters).strip()


def dyads(
    events: gpd.GeoDataFrame,
    *,
    freq: Frequency = "MS",
    between: tuple[str, str] | None = None,
    kinds: list[str] | None = None,
    by: str | list[str] | None = None,
) -> pd.DataFrame:
    """Who fought whom: events and deaths of each pair of actor families, in either order, by period.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table with ``family1`` and ``family2`` (see :func:`sahelgeo.events.actor_family`).
    freq : {"MS", "QS", "YS"}
        Months, quarters or years.
    between : tuple of str, optional
        Only this pair, such as ``("JNIM", "ISGS")``. Periods without an event of it, from the first to the last month
        of the table, are then rows of 0.
    kinds : list of str, optional
        Only these kinds of events, such as ``["Battles"]`` in ACLED.
    by : str or list of str, optional
        Also by these columns, such as the ``pcode`` of :func:`locate`, or ``admin1``.

    Returns
    -------
    pandas.DataFrame
        One row for each pair of families, value of ``by`` and period, with index 0..n-1:

        - ``first`` and ``second``, the families in the order of text; an event that lacks one of them is in no pair;
        - the columns of ``by``, ``start``, ``end``;
        - ``events``, ``fatalities`` (and ``fatalities_low``, ``fatalities_high`` where given): deaths of both sides and
          of bystanders together;
        - ``events_without_fatalities``, events whose deaths are not known;
        - ``source``.

    Raises
    ------
    SchemaError
        No families, an unknown pair, kind or column.
    DuplicateEventError, DoubleCountError
        As :func:`sum_events`.

    See Also
    --------
    actor_family : Which family each actor belongs to.
    sum_events : Events and deaths by area and period.
    sahelgeo.brief.terrorism : Fighting between two armed groups.

    Notes
    -----
    Families follow lineages: Ansar Dine counts as JNIM before March 2017 too. The table and its sources:
    :func:`sahelgeo.events.load_actors`.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame(
    ...     {"event": ["A", "B"], "source": "made up", "date": ["2020-01-05", "2020-03-09"], "fatalities": [4, 7],
    ...      "actor1": ["JNIM", "ISGS"], "actor2": ["ISGS", "JNIM"]},
    ...     geometry=gpd.points_from_xy([0, 0], [14, 14]), crs="EPSG:4326")
    >>> war = sg.events.dyads(sg.events.actor_family(events), between=("JNIM", "ISGS"))
    >>> war[["first", "second", "events", "fatalities"]].values.tolist()
    [['ISGS', 'JNIM', 1, 4], ['ISGS', 'JNIM', 0, 0], ['ISGS', 'JNIM', 1, 7]]
    """
    if isinstance(events, pd.DataFrame) and not {"family1", "family2"} <= set(events.columns):
        raise SchemaError("events: there are no families. Add them: dyads(actor_family(events))")
    period_code(freq)
    checks.columns(events, "events", {"family1": "text", "family2": "text"})
    checked = conform_events(events)
    labels = checks.by(by, checked, never=("first", "second", "start", "end"))
    table = checked[checked["family1"].notna() & checked["family2"].notna()]
    if kinds is not None:
        table = table[table["kind"].isin(known_values(kinds, checked["kind"], "kinds", "events"))]
    ends = np.sort(table[["family1", "family2"]].to_numpy(dtype=object).astype(str), axis=1).T
    pairs = pd.DataFrame(table).assign(first=ends[0], second=ends[1], **periods_of(table["date"], freq))
    if between is not None:
        known_values(between, pd.concat([checked["family1"], checked["family2"]]), "between", "events")
        pairs = pairs[(pairs["first"] == min(between)) & (pairs["second"] == max(between))]
    keys = ["first", "second", *labels, "start", "end"]
    sums = keyed_sums(pairs, keys, fatality_columns(checked))
    if between is not None and not labels:
        frame = every_period(checked["date"].min(), checked["date"].max(), freq)
        frame = frame.assign(first=min(between), second=max(between))[keys]
        sums = frame.merge(sums, on=keys, how="left")
        counted = sums.columns.difference(keys)
        sums[counted] = sums[counted].mask(sums["events"].isna(), 0)
    return with_source(sums, checked)
