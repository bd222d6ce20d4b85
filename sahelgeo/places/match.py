"""Say which area each place of a table means, and show the evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo.conformance import listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.answers import Answers
from sahelgeo.places.codes import country_of_code, decoders
from sahelgeo.places.columns import PlaceColumns, find_columns
from sahelgeo.places.decisions import decide, load_decisions, printed_parents
from sahelgeo.places.gazetteer import Gazetteer, build_gazetteer
from sahelgeo.places.names import Name
from sahelgeo.places.near import Candidate, clear_winners, near_names
from sahelgeo.places.printed import fold_all, one_level, read_places
from sahelgeo.places.votes import count_votes, method_of, rivals, spoken
from sahelgeo.places.weigh import (
    NEAR_ONLY,
    SAME_NAME,
    Place,
    Reading,
    Verdict,
    Within,
    by_sound,
    check_parents,
    heard_in,
    part_of,
    weigh,
    within,
)

METHODS = ("code", "recoded", "name", "alias", "parent+name", "fuzzy", "decision")
ACCEPTED = ("code", "recoded", "name", "alias", "parent+name")
NO_NAME = Name("", (), None)


class Matched(NamedTuple):
    """The evidence, and for each row of the table the number of its place in it."""

    evidence: pd.DataFrame
    numbers: NDArray[np.intp]
    columns: PlaceColumns


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

    Names fold first: accents, case, hyphens, apostrophes, articles and words like "Région de" make no difference, and known other
    names (French, English, old, new, abbreviations, spellings) lead to the same area. Words that tell areas apart do: "Ville de
    Tahoua" is not "Tahoua". Codes count only as the names beside them allow (see :func:`sahelgeo.code_systems`). What is printed
    must agree: a code with its name, a name with its parents and with the level of the areas. Where two areas fit, or nearly so,
    there is no answer but candidates.

    Parameters
    ----------
    table : pandas.DataFrame
        Any table. Places, codes and parents are text.
    areas : pandas.DataFrame or geopandas.GeoDataFrame
        The areas to choose from, each ``pcode`` once, with ``name``; ``level``, ``parent``, ``iso3``, ``name_fr``, ``name_en``,
        ``other_names`` (separated by ``|``) and ``admin1``, ``admin2`` (names of what they lie in) are used where present. No
        geometry is needed. Names of parents that the areas lack come from :func:`sahelgeo.load_pcodes` where codes and names agree.
    on : str or mapping, optional
        The column of names, or ``{"name": ..., "code": ...}``. The default takes the columns of the areas' level (``admin2``,
        ``ADM2_FR``, ``adm2_pcod2``, ...), else ``place`` and ``pcode``.
    parents : str or sequence of str, optional
        Columns with names of what the place lies in (region, country). The default takes those recognised when ``on`` is not
        given. An empty cell allows everything.
    accept : collection of str
        The methods whose answers are taken; others are only shown as candidates. ``"fuzzy"`` is not among the default: names
        that are merely alike are proposals. With it, the most similar name is taken if it is at least 85 % alike, leads the next
        by 7 points, and has the same directions and numbers.
    decisions : pandas.DataFrame or path, optional
        Your own earlier answers (see :func:`sahelgeo.read_decisions`); they go first.

    Returns
    -------
    pandas.DataFrame
        In the order of first appearance: ``code``, ``name`` and ``parents`` as printed (parents joined with `` | ``), ``rows`` of
        the table that print it; ``pcode`` (missing where there is no answer) and ``area``, its name; ``method``: ``code``,
        ``recoded`` (a code of another system), ``name``, ``alias``, ``parent+name`` (the parent decides between areas of one name,
        or the only area of the parent that sounds the same), ``fuzzy`` or ``decision``; ``score`` 0–100, how alike the names are;
        ``candidates``, best first, such as ``"BF49 Centre-Nord (82); BF13 Centre (60)"``; ``conflict``, what disagrees, in words;
        ``reason`` why there is no answer.

    Raises
    ------
    SchemaError
        No column of places, cells that are not text, areas without ``pcode`` or ``name``, a p-code twice, names of one level
        with areas of another, a method that does not exist, or parents of which the areas say nothing.
    EditionError
        A decision for an area that the areas do not have, or call by another name.

    See Also
    --------
    attach_areas : Join a table to its polygons.
    code_systems : Which code system a table uses.
    write_decisions : Write doubtful places out, to decide on them.
    load_pcodes : Embedded lists of p-codes and names.

    Notes
    -----
    Names are compared without accents, case, hyphens, articles and words such as "Région de". Known other names come from
    ``sahelgeo/data/aliases.csv``, with a source for each.

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
    _check_methods(accept)
    gazetteer = build_gazetteer(areas)
    columns = find_columns(table, one_level(gazetteer), on, parents)
    places, numbers = read_places(table, columns)
    answers = Answers(len(places), gazetteer)
    _answer(places, columns, gazetteer, accept, answers)
    decided = load_decisions(decisions)
    for number, place in enumerate(places if decided else ()):
        verdict = decide(place, decided, gazetteer)
        if verdict is not None:
            answers.set(number, verdict)
    return Matched(_evidence(places, answers, np.bincount(numbers, minlength=len(places)), gazetteer), numbers, columns)


def _check_methods(accept: Collection[str]) -> None:
    unknown = [accept] if isinstance(accept, str) else [method for method in accept if method not in METHODS]
    if unknown:
        raise SchemaError(
            f"accept={listed([repr(method) for method in unknown], 5)}: give a list of {', '.join(METHODS[:-1])}"
        )


def _answer(
    places: Sequence[Place], columns: PlaceColumns, gazetteer: Gazetteer, accept: Collection[str], answers: Answers
) -> None:
    """Answer for each place: first by equality of names and codes, then, for those that nothing equals, by likeness."""
    names = fold_all(places)
    around = {parents: within(parents, gazetteer) for parents in dict.fromkeys(place.parents for place in places)}
    check_parents(list(around.values()), columns.parents)
    readings: dict[int, Reading] = {}
    unknown: dict[tuple[str | None, ...], dict[Name, list[int]]] = {}
    known = gazetteer.by_key
    for number, place in enumerate(places):
        name = names[place.name] if place.name else NO_NAME
        if place.code is None and name.key and name.key not in known:
            unknown.setdefault(place.parents, {}).setdefault(name, []).append(number)
        else:
            readings[number] = Reading(place, name, around[place.parents])
    for number, reading in _with_codes(readings, names, gazetteer).items():
        verdict = weigh(reading, gazetteer) if reading.method else _rival_codes(reading, gazetteer)
        if verdict.reason == NEAR_ONLY:
            unknown.setdefault(reading.place.parents, {}).setdefault(reading.name, []).append(number)
        else:
            answers.set(number, _accepted(verdict, accept))
    for parents, members in unknown.items():
        _answer_by_likeness(members, around[parents], gazetteer, accept, answers)


def _with_codes(readings: Mapping[int, Reading], names: Mapping[str, Name], gazetteer: Gazetteer) -> dict[int, Reading]:
    if all(reading.place.code is None for reading in readings.values()):
        return dict(readings)
    votes = count_votes([reading.place for reading in readings.values()], names, gazetteer, decoders(gazetteer))
    system = {country: spoken(by_system) for country, by_system in votes.items()}
    coded: dict[int, Reading] = {}
    for number, reading in readings.items():
        code = reading.place.code
        country = (country_of_code(code) or "") if code else None
        if code is None or country is None:
            coded[number] = reading
        elif not reading.name.key and len(rivals(votes[country], code)) > 1:
            coded[number] = reading._replace(method="")
        else:
            answer = votes[country][system[country]].answers.get(code)
            coded[number] = reading._replace(coded=answer, method=method_of(system[country]))
    return coded


def _rival_codes(reading: Reading, gazetteer: Gazetteer) -> Verdict:
    code = str(reading.place.code)
    answers = sorted({position for decode in decoders(gazetteer).values() if (position := decode(code)) is not None})
    areas = " or ".join(f"{gazetteer.pcodes[position]} {gazetteer.names[position]}" for position in answers)
    text = f"code {code} is {areas}, by the code system, and no name says which"
    return Verdict(
        None,
        None,
        None,
        tuple(Candidate(position, SAME_NAME) for position in answers),
        conflict=text,
        reason="conflict",
    )


def _answer_by_likeness(
    members: Mapping[Name, list[int]], around: Within, gazetteer: Gazetteer, accept: Collection[str], answers: Answers
) -> None:
    """Answer for the names of one parent that no area bears: near names as candidates, and what ``accept`` allows as answers."""
    names = list(members)
    near = near_names([name.key for name in names], gazetteer, around.allowed)
    numbers = np.fromiter((number for group in members.values() for number in group), dtype=np.intp)
    groups = np.repeat(np.arange(len(names)), [len(group) for group in members.values()])
    said = near.texts(answers.labels)
    answers.candidates[numbers] = said[groups]
    answers.reason[numbers] = np.where(said[groups] == None, "no such name", NEAR_ONLY)  # noqa: E711 - elementwise
    if "fuzzy" in accept and around.unknown is None:
        wins = clear_winners(names, near, gazetteer)[groups]
        answers.take(numbers[wins], near.positions[groups[wins], 0], "fuzzy", near.scores[groups[wins], 0])
    for name, group in members.items() if gazetteer.by_part else ():
        whole = gazetteer.by_part.get(name.key)
        if whole is not None:
            for number in group:
                answers.set(number, part_of(whole, gazetteer))
    heard = heard_in(around.allowed, gazetteer) if "parent+name" in accept else {}
    for name, group in members.items() if heard else ():
        sounding = by_sound(name, around, heard, gazetteer)
        if sounding is not None:
            answers.take(np.array(group), sounding.position, "parent+name", sounding.score)


def _accepted(verdict: Verdict, accept: Collection[str]) -> Verdict:
    if verdict.method is None or verdict.position is None or verdict.method in accept:
        return verdict
    candidates = verdict.candidates or (Candidate(verdict.position, verdict.score or 0.0),)
    return Verdict(None, None, None, candidates, reason=f"{verdict.method} is not accepted")


def _evidence(places: Sequence[Place], answers: Answers, rows: NDArray[np.intp], gazetteer: Gazetteer) -> pd.DataFrame:
    columns = {
        "code": [place.code for place in places],
        "name": [place.name for place in places],
        "parents": [printed_parents(place) for place in places],
        "rows": rows,
        "pcode": pd.Series(gazetteer.pcodes, dtype="string").array.take(answers.position, allow_fill=True),
        "area": pd.Series(gazetteer.names, dtype="string").array.take(answers.position, allow_fill=True),
        "method": answers.method,
        "score": answers.score,
        "candidates": answers.candidates,
        "conflict": answers.conflict,
        "reason": answers.reason,
    }
    text = dict.fromkeys(
        ("code", "name", "parents", "pcode", "area", "method", "candidates", "conflict", "reason"), "string"
    )
    return pd.DataFrame(columns).astype({**text, "rows": "Int64", "score": "Float64"})
