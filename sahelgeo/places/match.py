"""Say which area each place of a table means, and show the evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz

from sahelgeo.errors import SchemaError, listed, warn
from sahelgeo.places import likeness, printed_places
from sahelgeo.places.codes import read_codes
from sahelgeo.places.crosswalks import older_edition
from sahelgeo.places.gazetteer import Gazetteer, build_gazetteer
from sahelgeo.places.names import NO_NAME, Name, country_names, fold_name, name_and_brackets
from sahelgeo.places.printed_places import Place, PlaceColumns

METHODS = ("code", "recoded", "name", "alias", "parent+name", "fuzzy", "decision")
ACCEPTED = ("code", "recoded", "name", "alias", "parent+name")


class Matched(NamedTuple):
    """The evidence, and for each row of the table the number of its place in it."""

    evidence: pd.DataFrame
    numbers: NDArray[np.intp]


class Answer(NamedTuple):
    """What a place comes to: the position of the area or None, and the evidence in words."""

    position: int | None = None
    method: str | None = None
    score: float | None = None
    candidates: str | None = None
    conflict: str | None = None
    reason: str | None = None


UNANSWERED = Answer()


class Within(NamedTuple):
    """What the printed parents of a place allow.

    Attributes
    ----------
    allowed : set of int or None
        The positions of the areas that lie in all of them; None where no known parent is printed.
    unknown : str or None
        A printed parent that no larger area answers to.
    kind : {"country", "larger", "brackets"}
        What that parent is: a country, something within one, or what stands in brackets behind the name.
    """

    allowed: set[int] | None = None
    unknown: str | None = None
    kind: str = "larger"


def match_areas(
    table: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    on: str | Mapping[str, str] | None = None,
    parents: str | Sequence[str] | None = None,
    accept: Collection[str] = ACCEPTED,
    decisions: pd.DataFrame | str | PathLike[str] | None = None,
) -> pd.DataFrame:
    """Say which area each place of a table means: a frame of evidence, one row for each distinct place.

    Names fold first: accents, case, hyphens, apostrophes, articles and words like "Région de" make no difference, and
    known other names (French, English, old, new, abbreviations, spellings) lead to the same area. Words that tell
    areas apart do: "Ville de Tahoua" is not "Tahoua". Codes count only as the names beside them allow (see
    :func:`sahelgeo.places.code_systems`). What is printed must agree: a code with its name, a name with its parents
    and with
    the level of the areas. Where two areas fit, or nearly so, there is no answer but candidates.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table. Places, codes and parents are text.
    areas : pandas.DataFrame or geopandas.GeoDataFrame
        The areas to choose from, each ``pcode`` once, with ``name``; ``level``, ``parent``, ``iso3``, ``name_fr``,
        ``name_en``, ``other_names`` (separated by ``|``) and ``admin1``, ``admin2`` (names of what they lie in) are
        used where present. No geometry is needed. Names of parents that the areas lack come from
        :func:`sahelgeo.load_pcodes` where codes and names agree.
    on : str or mapping, optional
        The column of names, or ``{"name": ..., "code": ...}``. The default takes the columns of the areas' level
        (``admin2``, ``ADM2_FR``, ``adm2_pcod2``, ...), else ``place`` and ``pcode``.
    parents : str or sequence of str, optional
        Columns with names of what the place lies in (region, country). The default takes those recognised when ``on``
        is not given. An empty cell allows everything, and where the areas know of no larger area than the country no
        other parent is asked for. A parent may also stand in brackets behind the name: "Boussouma (Boulgou)".
    accept : collection of str
        The methods whose answers are taken; others are only shown as candidates. ``"fuzzy"`` is not among the default:
        names that are merely alike are proposals. With it, the most similar name is taken if it is at least 85 %
        alike, leads the next by 7 points, and has the same directions, numbers and brackets. A name that was cut off
        ("Centre-") is taken for none.
    decisions : pandas.DataFrame or path, optional
        Your own earlier answers (see :func:`sahelgeo.places.read_decisions`); they go first.

    Returns
    -------
    pandas.DataFrame
        One row for each distinct place, in the order of first appearance:

        - ``code``, ``name``, ``parents``: as printed (parents joined with `` | ``), and ``rows`` of the table that
          print them;
        - ``pcode``, missing where there is no answer, and ``area_name``, the name of that area;
        - ``method``: ``code``, ``recoded`` (a code of another system), ``name``, ``alias``, ``parent+name`` (the
          parent decides between areas of one name, or has one area that sounds the same), ``fuzzy`` or ``decision``;
        - ``score``: how alike the names are, 0–100;
        - ``candidates``: the areas that come nearest, best first, such as ``"BF49 Centre-Nord (82); BF13 Centre
          (60)"``;
        - ``conflict``: what disagrees, in words, and ``reason``: why there is no answer.

    Raises
    ------
    SchemaError
        No column of places, cells that are not text, areas without ``pcode`` or ``name``, a p-code twice, names of one
        level with areas of another, or a method that does not exist.
    EditionError
        A decision for an area that the areas do not have, or call by another name.

    Warns
    -----
    DataWarning
        Names that a reform left to smaller areas, in a table that seems to be from before it (Niger's departments
        before 2011).

    See Also
    --------
    attach_areas : Join a table to its polygons.
    code_systems : Which code system a table uses.
    write_decisions : Write doubtful places out, to decide on them.
    load_pcodes : Embedded lists of p-codes and names.

    Notes
    -----
    Names are compared without accents, case, hyphens, articles and words such as "Région de". Known other names come
    from ``sahelgeo/data/aliases.csv``, with a source for each.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> table = pd.DataFrame({"region": ["BOUCLE DU MOUHOUN", "Kuilsé", "Taoudénit", "Hodh"]})
    >>> found = sg.match_areas(table, sg.load_pcodes(level=1), on="region")
    >>> found[["name", "pcode", "method", "reason"]]
                    name pcode method         reason
    0  BOUCLE DU MOUHOUN  BF46   name           <NA>
    1             Kuilsé  BF49  alias           <NA>
    2          Taoudénit  <NA>   <NA>   no such name
    3               Hodh  <NA>   <NA>  several areas
    """
    return match_rows(table, areas, on=on, parents=parents, accept=accept, decisions=decisions).evidence


def match_rows(
    table: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    on: str | Mapping[str, str] | None = None,
    parents: str | Sequence[str] | None = None,
    accept: Collection[str] = ACCEPTED,
    decisions: pd.DataFrame | str | PathLike[str] | None = None,
) -> Matched:
    """:func:`match_areas`, with the number of each row's place."""
    unknown = [accept] if isinstance(accept, str) else [method for method in accept if method not in METHODS]
    if unknown:
        shown = listed([repr(method) for method in unknown], 5)
        raise SchemaError(f"accept={shown}: give a list of {', '.join(METHODS[:-1])}")
    gazetteer = build_gazetteer(areas)
    columns = printed_places.find_columns(table, gazetteer.level, on, parents)
    places, numbers = printed_places.read_places(table, columns)
    answers = _answers(places, columns, gazetteer, accept)
    decided = printed_places.load_decisions(decisions)
    for number, place in enumerate(places if decided else ()):
        decision = printed_places.decided_area(place, decided, gazetteer)
        if decision == (None,):
            answers[number] = Answer(method="decision", reason="decided: no area")
        elif decision is not None:
            answers[number] = Answer(decision[0], "decision", likeness.SAME_NAME)
    _warn_of_editions(places, answers, gazetteer)
    return Matched(_evidence(places, answers, np.bincount(numbers, minlength=len(places)), gazetteer), numbers)


def _answers(
    places: Sequence[Place],
    columns: PlaceColumns,
    gazetteer: Gazetteer,
    accept: Collection[str],
) -> list[Answer]:
    """Answer for each place: first by equality of names and codes, then, for those that nothing equals, by likeness."""
    names = printed_places.fold_all(places)
    around = {parents: _within(parents, columns.parents, gazetteer) for parents in {place.parents for place in places}}
    codes = read_codes(places, names, gazetteer) if columns.code else {}
    answers: list[Answer] = []
    unequal: dict[tuple[str | None, ...], dict[Name, list[int]]] = {}
    for number, place in enumerate(places):
        name = names[place.name] if place.name else NO_NAME
        read = codes.get(place.code) if place.code else None
        if name.key and not read and "(" not in name.marks and name.key not in gazetteer.by_key:
            answer = None
        else:
            answer = _by_equality(place, name, around[place.parents], read or ("code", []), gazetteer)
        if answer is None:
            unequal.setdefault(place.parents, {}).setdefault(name, []).append(number)
        answers.append(UNANSWERED if answer is None else _accepted(answer, accept, gazetteer))
    for parents, members in unequal.items():
        by_likeness = _by_likeness(list(members), around[parents], gazetteer, accept)
        for numbers, answer in zip(members.values(), by_likeness, strict=True):
            for number in numbers:
                answers[number] = answer
    return answers


def _within(parents: Sequence[str | None], columns: Sequence[str], gazetteer: Gazetteer) -> Within:
    """The areas that lie in every printed parent."""
    around = Within()
    of_countries = [column.lower() in printed_places.COUNTRY_COLUMNS for column in columns]
    for printed, of_country in zip(parents, of_countries, strict=True):
        name = fold_name(printed) if printed else NO_NAME
        if printed is None or not name.key:
            continue
        below = _below(printed, name, gazetteer)
        if below:
            around = around._replace(allowed=below if around.allowed is None else around.allowed & below)
        elif around.kind != "country":
            country = of_country or (not any(of_countries) and name.key in country_names())
            if country or around.unknown is None:
                around = around._replace(unknown=printed, kind="country" if country else "larger")
    return around


def _below(printed: str, name: Name, gazetteer: Gazetteer) -> set[int]:
    """The areas in the larger area of a name, or of a name that sounds the same and is nearly written so."""
    above = gazetteer.above
    ids = above.get(name.key) or above.get(printed.strip().lower())
    if not ids:
        near = [
            key
            for key in above
            if len(key) > 3
            and fuzz.ratio(key, name.key) >= likeness.ALIKE_BESIDE_CODE
            and likeness.sound_key(key) == likeness.sound_key(name.key)
        ]
        ids = set().union(*(above[key] for key in near if fold_name(key).marks == name.marks))
        ids = ids if len(ids) == 1 else set()
    return set().union(*(gazetteer.below[larger] for larger in ids))


def _in_brackets(place: Place, name: Name, around: Within, gazetteer: Gazetteer) -> tuple[Place, Name, Within]:
    """Read what is in brackets as one more parent, "Boussouma (Boulgou)", where the name before it is known alone."""
    parts = name_and_brackets(place.name or "")
    outer, inner = (fold_name(part) for part in parts) if parts else (NO_NAME, NO_NAME)
    if not parts or outer.key not in gazetteer.by_key:
        return place, name, around
    allowed = _below(parts[1], inner, gazetteer) | set(gazetteer.by_key.get(inner.key, ()))
    if not allowed and inner.marks:
        return place, name, around
    place = Place(place.code, parts[0], (*place.parents, parts[1]))
    if not allowed:
        return place, outer, Within(around.allowed, parts[1], "brackets")
    return place, outer, around._replace(allowed=allowed if around.allowed is None else around.allowed & allowed)


def _by_equality(
    place: Place, name: Name, around: Within, read: tuple[str, list[int]], gazetteer: Gazetteer
) -> Answer | None:
    """Answer for one place from its code, its name and its parents; None where only a likeness of names can help."""
    method, coded = read
    if len(coded) > 1:
        areas = " or ".join(gazetteer.labels[coded])
        return _conflict(f"code {place.code} is {areas}, by the code system, and no name says which", coded, gazetteer)
    if "(" in name.marks and name.key not in gazetteer.by_key:
        place, name, around = _in_brackets(place, name, around, gazetteer)
    fit = gazetteer.called(name)
    if coded:
        return _by_code(place, name, around, (method, coded[0]), gazetteer)
    if not name.key:
        return Answer(reason="no name" if place.code is None else "unknown code, no name")
    hits = gazetteer.by_key.get(name.key, {})
    if hits and not fit:
        level = gazetteer.levels[min(hits)]
        text = f"{place.name!r} is printed as a {name.word}, the areas of that name are of level {level}"
        return _conflict(text, sorted(hits), gazetteer)
    return _by_name(place, around, {position: hits[position] for position in fit}, gazetteer) if fit else None


def _by_code(place: Place, name: Name, around: Within, read: tuple[str, int], gazetteer: Gazetteer) -> Answer:
    method, coded = read
    called, fit = f"code {place.code} is {gazetteer.labels[coded]}", gazetteer.called(name)
    if around.allowed is not None and coded not in around.allowed:
        text = f"{called}, which does not lie in {_printed(place.parents)}"
        return _conflict(text, [coded, *sorted(fit & around.allowed)], gazetteer)
    alike = likeness.agrees(name, coded, fit, gazetteer) if name.key else likeness.SAME_NAME
    if alike is not None:
        return Answer(coded, method, alike)
    inside = sorted(fit if around.allowed is None else (fit & around.allowed) or fit)
    other = f", the name of {' and '.join(gazetteer.labels[inside[:2]])}" if inside else ""
    return _conflict(f"{called}, the row says {place.name!r}{other}", [coded, *inside], gazetteer)


def _by_name(place: Place, around: Within, hits: dict[int, str], gazetteer: Gazetteer) -> Answer:
    inside = sorted(hits if around.allowed is None else hits.keys() & around.allowed)
    if around.unknown is not None and any(_asks(around, position, gazetteer) for position in hits):
        text = f"{place.name!r} is said to lie in {around.unknown!r}, which is not among the areas above"
        return _conflict(text, sorted(hits), gazetteer)
    if not inside:
        places = " and ".join(gazetteer.labels[sorted(hits)[:2]])
        verb = "do" if len(hits) > 1 else "does"
        return _conflict(f"{places} {verb} not lie in {_printed(place.parents)}", sorted(hits), gazetteer)
    if len(inside) > 1:
        return Answer(candidates=_candidates(inside, gazetteer), reason="several areas")
    return Answer(inside[0], hits[inside[0]] if len(hits) == 1 else "parent+name", likeness.SAME_NAME)


def _asks(around: Within, position: int, gazetteer: Gazetteer) -> bool:
    """Whether an unknown parent speaks against an area: only where something is known of what the area lies in."""
    of_country = around.kind == "country" or gazetteer.levels[position] in (0, 1)
    known = gazetteer.iso3[position] is not None if of_country else position in gazetteer.placed
    return known or around.kind == "brackets"


def _by_likeness(names: list[Name], around: Within, gazetteer: Gazetteer, accept: Collection[str]) -> list[Answer]:
    """For names within one parent that no area there has: the nearest names, and the answers that ``accept`` allows."""
    near = likeness.near_names([name.key for name in names], gazetteer, around.allowed)
    said = near.texts(gazetteer.labels)
    answers = [Answer(candidates=text, reason="near names only" if text else "no such name") for text in said]
    wins = likeness.clear_winners(names, near, gazetteer, around.allowed) if "fuzzy" in accept else []
    for number in np.flatnonzero(wins).tolist():
        position, score = int(near.positions[number, 0]), float(near.scores[number, 0])
        if around.unknown is None or not _asks(around, position, gazetteer):
            answers[number] = Answer(position, "fuzzy", score, answers[number].candidates)
    siblings = around.allowed or set()
    sound = "parent+name" in accept and around.unknown is None and 0 < len(siblings) <= likeness.MOST_SIBLINGS
    heard = likeness.sounds_of(gazetteer, siblings) if sound else {}
    for number, name in enumerate(names if heard or gazetteer.by_part else ()):
        if name.key in gazetteer.by_part:
            whole = gazetteer.by_part[name.key]
            answers[number] = _conflict(f"undivided in {gazetteer.labels[whole]}", [whole], gazetteer)
        elif heard and (sounding := likeness.by_sound(name, siblings, heard, gazetteer)):
            position, score = sounding
            answers[number] = Answer(position, "parent+name", score, answers[number].candidates)
    return answers


def _conflict(text: str, positions: Sequence[int], gazetteer: Gazetteer) -> Answer:
    candidates = _candidates(list(dict.fromkeys(positions)), gazetteer)
    return Answer(candidates=candidates, conflict=text, reason="conflict")


def _candidates(positions: Sequence[int], gazetteer: Gazetteer, score: float = likeness.SAME_NAME) -> str | None:
    return "; ".join([f"{gazetteer.labels[position]} ({score:.0f})" for position in positions]) or None


def _printed(parents: Sequence[str | None]) -> str:
    return ", ".join(repr(parent) for parent in parents if parent)


def _accepted(answer: Answer, accept: Collection[str], gazetteer: Gazetteer) -> Answer:
    if answer.method is None or answer.position is None or answer.method in accept:
        return answer
    shown = _candidates([answer.position], gazetteer, answer.score or 0.0)
    return Answer(candidates=shown, reason=f"{answer.method} is not accepted")


def _warn_of_editions(places: Sequence[Place], answers: Sequence[Answer], gazetteer: Gazetteer) -> None:
    """Say where the areas that were found, by code or by name, look like those of an older edition."""
    areas = [
        (gazetteer.iso3[at], gazetteer.levels[at], gazetteer.names[at], place.code)
        for place, answer in zip(places, answers, strict=True)
        if (at := answer.position) is not None
    ]
    own = {key for keys in gazetteer.own_keys for key in keys} if areas else set()
    for sentence in older_edition(areas, own):
        warn(sentence)


def _evidence(
    places: Sequence[Place], answers: Sequence[Answer], rows: NDArray[np.intp], gazetteer: Gazetteer
) -> pd.DataFrame:
    said = pd.DataFrame(answers, columns=list(Answer._fields), dtype=object)
    taken = said.pop("position").fillna(-1).to_numpy(dtype=np.intp)
    columns = {
        "code": [place.code for place in places],
        "name": [place.name for place in places],
        "parents": [printed_places.printed_parents(place) for place in places],
        "rows": rows,
        "pcode": pd.Series(gazetteer.pcodes, dtype="string").array.take(taken, allow_fill=True),
        "area_name": pd.Series(gazetteer.names, dtype="string").array.take(taken, allow_fill=True),
        **said,
    }
    types = {**dict.fromkeys(columns, "string"), "rows": "Int64", "score": "Float64"}
    return pd.DataFrame({label: pd.Series(values, dtype=types[label]) for label, values in columns.items()})
