"""Say which area each place of a table means, and show the evidence."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from os import PathLike
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sahelgeo.conform import listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.codes import country_of_code, decoders
from sahelgeo.places.columns import PlaceColumns, find_columns
from sahelgeo.places.decisions import Decisions, apply_decision, load_decisions
from sahelgeo.places.gazetteer import Gazetteer, build_gazetteer
from sahelgeo.places.names import Name
from sahelgeo.places.near import Candidate, clear_winner, near_names
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
    weigh,
    within,
)

METHODS = ("code", "recoded", "name", "alias", "parent+name", "fuzzy", "decision")
ACCEPTED = ("code", "recoded", "name", "alias", "parent+name")
_NOTHING = Name("", (), None)


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
    verdicts = _verdicts(places, columns, gazetteer, accept)
    decided = load_decisions(decisions)
    if decided:
        verdicts = _decide(places, verdicts, decided, gazetteer)
    return Matched(
        _evidence(places, verdicts, np.bincount(numbers, minlength=len(places)), gazetteer), numbers, columns
    )


def _check_methods(accept: Collection[str]) -> None:
    unknown = [accept] if isinstance(accept, str) else [method for method in accept if method not in METHODS]
    if unknown:
        raise SchemaError(
            f"accept={listed([repr(method) for method in unknown], 5)}: give a list of {', '.join(METHODS[:-1])}"
        )


def _verdicts(
    places: Sequence[Place], columns: PlaceColumns, gazetteer: Gazetteer, accept: Collection[str]
) -> list[Verdict]:
    names = fold_all(places)
    around = {parents: within(parents, gazetteer) for parents in dict.fromkeys(place.parents for place in places)}
    check_parents(list(around.values()), columns.parents)
    readings = [
        Reading(place, names[place.name] if place.name else _NOTHING, around[place.parents]) for place in places
    ]
    if columns.code is not None:
        readings = _with_codes(readings, names, gazetteer)
    first = [
        weigh(reading, gazetteer) if reading.method != "" else _rival_codes(reading, gazetteer) for reading in readings
    ]
    return _with_near_names(readings, first, gazetteer, accept)


def _with_codes(readings: Sequence[Reading], names: Mapping[str, Name], gazetteer: Gazetteer) -> list[Reading]:
    votes = count_votes([reading.place for reading in readings], names, gazetteer, decoders(gazetteer))
    system = {country: spoken(by_system) for country, by_system in votes.items()}
    coded: list[Reading] = []
    for reading in readings:
        code = reading.place.code
        country = (country_of_code(code) or "") if code else None
        if code is None or country is None:
            coded.append(reading)
        elif not reading.name.key and len(rivals(votes[country], code)) > 1:
            coded.append(reading._replace(method=""))
        else:
            coded.append(
                reading._replace(
                    coded=votes[country][system[country]].answers.get(code), method=method_of(system[country])
                )
            )
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


def _with_near_names(
    readings: Sequence[Reading], verdicts: Sequence[Verdict], gazetteer: Gazetteer, accept: Collection[str]
) -> list[Verdict]:
    result = list(verdicts)
    groups: dict[tuple[str | None, ...], list[int]] = {}
    for number, verdict in enumerate(result):
        if verdict.reason == NEAR_ONLY:
            groups.setdefault(readings[number].place.parents, []).append(number)
    for members in groups.values():
        around = readings[members[0]].around
        near = near_names([readings[number].name for number in members], gazetteer, around.allowed)
        heard = heard_in(around.allowed, gazetteer) if around.allowed is not None else {}
        for number, candidates in zip(members, near, strict=True):
            result[number] = _near_verdict(readings[number].name, around, heard, candidates, gazetteer)
    return [_accepted(verdict, accept) for verdict in result]


def _near_verdict(
    name: Name, around: Within, heard: dict[str, set[int]], candidates: tuple[Candidate, ...], gazetteer: Gazetteer
) -> Verdict:
    sounding = by_sound(name, around, heard, gazetteer)
    if sounding is not None:
        return sounding._replace(candidates=candidates)
    winner = clear_winner(name, candidates, gazetteer) if around.unknown is None else None
    if winner is not None:
        return Verdict(winner.position, "fuzzy", winner.score, candidates)
    return Verdict(None, None, None, candidates, reason=NEAR_ONLY if candidates else "no such name")


def _accepted(verdict: Verdict, accept: Collection[str]) -> Verdict:
    if verdict.method is None or verdict.method in accept:
        return verdict
    candidates = verdict.candidates or (Candidate(verdict.position or 0, verdict.score or 0.0),)
    reason = NEAR_ONLY if verdict.method == "fuzzy" else f"{verdict.method} is not accepted"
    return Verdict(None, None, None, candidates, reason=reason)


def _decide(
    places: Sequence[Place], verdicts: Sequence[Verdict], decided: Decisions, gazetteer: Gazetteer
) -> list[Verdict]:
    return [apply_decision(place, verdict, decided, gazetteer) for place, verdict in zip(places, verdicts, strict=True)]


def _evidence(
    places: Sequence[Place], verdicts: Sequence[Verdict], rows: NDArray[np.intp], gazetteer: Gazetteer
) -> pd.DataFrame:
    positions = [verdict.position for verdict in verdicts]
    labels = [f"{pcode} {name}" for pcode, name in zip(gazetteer.pcodes, gazetteer.names, strict=True)]
    columns = {
        "code": [place.code for place in places],
        "name": [place.name for place in places],
        "parents": [" | ".join(parent or "" for parent in place.parents) or None for place in places],
        "rows": rows,
        "pcode": [None if position is None else gazetteer.pcodes[position] for position in positions],
        "area": [None if position is None else gazetteer.names[position] for position in positions],
        "method": [verdict.method for verdict in verdicts],
        "score": [verdict.score for verdict in verdicts],
        "candidates": [
            "; ".join([f"{labels[position]} ({score:.0f})" for position, score in verdict.candidates]) or None
            for verdict in verdicts
        ],
        "conflict": [verdict.conflict for verdict in verdicts],
        "reason": [verdict.reason for verdict in verdicts],
    }
    text = dict.fromkeys(
        ("code", "name", "parents", "pcode", "area", "method", "candidates", "conflict", "reason"), "string"
    )
    return pd.DataFrame(columns).astype({**text, "rows": "Int64", "score": "Float64"})
