"""Which code system a table speaks, and the way from its codes to those of the areas.

A code is believed because the names beside it agree, never because its text is found among the areas: Mauritania's
MR01 is Adrar in the Cadre Harmonisé and Hodh Chargui in OCHA's list. So every known system reads every code, and the
names vote, country by country::

    table                 areas (OCHA)             wfp                padding ...
    MR01  Adrar           Hodh Chargui     -1      Adrar      +1      Hodh Chargui  -1
    MR07  Hodh Chargui    Adrar            -1      Hodh Ch.   +1      Adrar         -1
    MR13  (no name)       Nouakchott Ouest  0      Trarza      0      (unknown)      0
                          -2, reads 3              +2, reads 3        -2, reads 2

The table speaks the system of most votes (names that agree less names that contradict); of equal ones the one that
reads more of the codes; of these again the one that stands first in ``code_systems.csv``, where the codes of the areas
themselves come first. Where no name has voted, two systems that read as many codes are rivals: a code that they read
differently has no answer. A code without a name is read as the names beside the other codes of its country have voted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial

import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.errors import SHOWN_AT_MOST, AmbiguousError, SchemaError, listed
from sahelgeo.places.gazetteer import Gazetteer, build_gazetteer
from sahelgeo.places.likeness import agrees
from sahelgeo.places.names import NO_NAME, Name, countries, country_of_code, fold_name, iso2_codes, published_code_rows
from sahelgeo.places.printed_places import Place, PlaceColumns, find_columns, fold_all, read_places

AS_THE_AREAS = "areas"
HYPHENATED = "iso_3166_2"
_HIERARCHICAL = re.compile(r"([A-Z]{2,3})(\d+)")
_GADM = re.compile(r"[A-Z]{3}(\.\d+)+_\d+")
WIDEST_PART = 3
NARROWEST_FIRST_PART = 2

Decoder = Callable[[str], int | None]
Paths = Mapping[tuple[str, tuple[int, ...]], int | None]


@lru_cache(maxsize=1)
def system_titles() -> dict[str, str]:
    """The known code systems in words by their short names, the plainest first."""
    return {row["system"]: row["title"] for row in read_rows("code_systems.csv")}


def looks_like_gadm(code: str) -> bool:
    """Whether a code has the form of GADM's, such as NER.7_1."""
    return _GADM.fullmatch(code.strip().upper()) is not None


@lru_cache(maxsize=4)
def decoders(gazetteer: Gazetteer) -> dict[str, Decoder]:
    """For each code system, the function from a code in capitals to the position of an area, None where it has none."""
    paths = _paths(gazetteer)
    made: dict[str, Decoder] = {
        AS_THE_AREAS: gazetteer.by_pcode.get,
        "padding": partial(_by_numbers, gazetteer=gazetteer, paths=paths, other_prefix=False),
        "prefix": partial(_other_prefix, gazetteer=gazetteer),
        "prefix_padding": partial(_by_numbers, gazetteer=gazetteer, paths=paths, other_prefix=True),
        HYPHENATED: lambda code: gazetteer.iso_codes.get(code if "-" in code else f"{code[:2]}-{code[2:]}"),
    }
    tables: dict[str, dict[str, int]] = {}
    for row in published_code_rows():
        table = tables.setdefault(row["system"], {})
        position = gazetteer.by_pcode.get(row["pcode"])
        # The table leads to the p-codes of one edition: where the areas give the code to other ground, it is silent.
        if position is not None and position in gazetteer.by_key.get(fold_name(row["pcode_name"]).key, {}):
            table[row["code"]] = position
    made.update({system: table.get for system, table in tables.items()})
    return {system: made[system] for system in system_titles()}


def _hierarchical(code: str) -> tuple[str, str, str] | None:
    """The prefix of a code, the country that it means, and the digits."""
    found = _HIERARCHICAL.fullmatch(code)
    iso3 = countries().get(found[1]) if found else None
    return (found[1], iso3, found[2]) if found and iso3 else None


def _other_prefix(code: str, gazetteer: Gazetteer) -> int | None:
    parts = _hierarchical(code)
    if parts is None:
        return None
    prefix, iso3, digits = parts
    return gazetteer.by_pcode.get((iso2_codes()[iso3] if len(prefix) == len(iso3) else iso3) + digits)


def _paths(gazetteer: Gazetteer) -> Paths:
    """Positions by country and the numbers of each level; None where two areas have the same numbers."""
    paths: dict[tuple[str, tuple[int, ...]], int | None] = {}
    for position, pcode in enumerate(gazetteer.pcodes):
        numbers, iso3 = _numbers(gazetteer, position), country_of_code(pcode)
        if numbers and iso3:
            paths[iso3, numbers] = None if (iso3, numbers) in paths else position
    return paths


def _numbers(gazetteer: Gazetteer, position: int) -> tuple[int, ...] | None:
    code, parts = gazetteer.pcodes[position].upper(), []
    parent = gazetteer.parents[position]
    while parent and code.startswith(parent.upper()) and code[len(parent) :].isdigit() and parent.upper() != code:
        if _HIERARCHICAL.fullmatch(parent.upper()) is None:
            break
        parts.append(int(code[len(parent) :]))
        code = parent.upper()
        above = gazetteer.by_pcode.get(code)
        parent = gazetteer.parents[above] if above is not None else None
    found = _HIERARCHICAL.fullmatch(code)
    if found is None or (len(parts) + 1 != gazetteer.levels[position] and gazetteer.levels[position] is not None):
        return None
    return (int(found[2]), *reversed(parts))


def _by_numbers(code: str, gazetteer: Gazetteer, paths: Paths, *, other_prefix: bool) -> int | None:
    parts = _hierarchical(code)
    if parts is None:
        return None
    prefix, iso3, digits = parts
    hits = {paths.get((iso3, numbers)) for numbers in _splits(digits)} - {None}
    position = hits.pop() if len(hits) == 1 else None
    if position is None:
        return None
    letters = re.match(r"[A-Za-z]*", gazetteer.pcodes[position])
    return position if (len(prefix) != len(letters[0] if letters else "")) == other_prefix else None


@lru_cache(maxsize=4096)
def _splits(digits: str) -> tuple[tuple[int, ...], ...]:
    """Every reading of the digits as the numbers of one to three levels, the first of two or three digits."""
    readings: list[tuple[int, ...]] = []
    for first in range(NARROWEST_FIRST_PART, min(WIDEST_PART, len(digits)) + 1):
        head, tail = int(digits[:first]), digits[first:]
        if not tail:
            readings.append((head,))
            continue
        if len(tail) <= WIDEST_PART:
            readings.append((head, int(tail)))
        readings += [
            (head, int(tail[:second]), int(tail[second:]))
            for second in range(1, WIDEST_PART + 1)
            if 0 < len(tail) - second <= WIDEST_PART
        ]
    return tuple(readings)


@dataclass
class Vote:
    """How one code system fared with the codes of one country.

    Attributes
    ----------
    answers : dict
        Area by code, for the codes that the system knows.
    agree, contradict : list of str
        The codes whose names agree, and those whose names name another area, each in words.
    """

    answers: dict[str, int] = field(default_factory=dict)
    agree: list[str] = field(default_factory=list)
    contradict: list[str] = field(default_factory=list)


Votes = Mapping[str, Mapping[str, Vote]]


def count_votes(places: Sequence[Place], names: Mapping[str, Name], gazetteer: Gazetteer) -> Votes:
    """The votes by country (of the code's prefix) and code system, the system that the country speaks first."""
    votes: dict[str, dict[str, Vote]] = {}
    for place in places:
        if place.code is None:
            continue
        name = names[place.name] if place.name else NO_NAME
        fit = gazetteer.called(name)
        counted = votes.setdefault(country_of_code(place.code) or "", {})
        for system, decoder in decoders(gazetteer).items():
            vote = counted.setdefault(system, Vote())
            position = decoder(place.code.strip().upper())
            if position is None:
                continue
            vote.answers[place.code] = position
            if name.key and agrees(name, position, fit, gazetteer) is not None:
                vote.agree.append(place.code)
            elif name.key:
                vote.contradict.append(f"{place.code} is {gazetteer.names[position]}, the table says {place.name}")
    return {country: dict(sorted(by_system.items(), key=_preference)) for country, by_system in votes.items()}


def _preference(counted: tuple[str, Vote]) -> tuple[int, int]:
    """Smallest for the system that most names speak for, then for the one that knows most codes."""
    vote = counted[1]
    return len(vote.contradict) - len(vote.agree), -len(vote.answers)


def read_codes(
    places: Sequence[Place], names: Mapping[str, Name], gazetteer: Gazetteer
) -> dict[str, tuple[str, list[int]]]:
    """For each printed code the way it is read ("code", "recoded") and the areas that it may be; several are rivals."""
    read: dict[str, tuple[str, list[int]]] = {}
    votes = count_votes(places, names, gazetteer)
    for code in dict.fromkeys(place.code for place in places if place.code is not None):
        by_system = votes[country_of_code(code) or ""]
        system = next(iter(by_system))
        answer = by_system[system].answers.get(code)
        rivals = _rivals(by_system, code)
        method = "code" if system == AS_THE_AREAS else "recoded"
        read[code] = method, rivals if len(rivals) > 1 else [answer] if answer is not None else []
    return read


def _rivals(by_system: Mapping[str, Vote], code: str) -> list[int]:
    """The areas of a code where no name of its country has voted: those read by the systems that know most codes."""
    if any(vote.agree or vote.contradict for vote in by_system.values()):
        return []
    # ISO 3166-2 is written with a hyphen; without one it needs a name that speaks for it.
    heard = [vote for system, vote in by_system.items() if system != HYPHENATED or "-" in code]
    most = max(len(vote.answers) for vote in heard)
    return sorted({vote.answers[code] for vote in heard if len(vote.answers) == most and code in vote.answers})


def code_systems(
    table: pd.DataFrame,
    areas: pd.DataFrame,
    *,
    on: str | Mapping[str, str] | None = None,
    parents: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Which code system the codes of a table speak, by the agreement of codes with names.

    The same text can be two areas: OCHA's ``BF13`` is Centre and ISO's ``BF-13`` Sud-Ouest; Mauritania's thirteen
    codes in the Cadre Harmonisé each name another region than OCHA's code of the same text. So each known system is
    tried for each country, and its answers are held against the names that the table prints beside the codes.

    Parameters
    ----------
    table : pandas.DataFrame
        A table with a column of codes and one of names.
    areas : pandas.DataFrame or geopandas.GeoDataFrame
        The areas, with ``pcode`` and ``name``; a list of p-codes serves.
    on : str or mapping, optional
        The columns: ``{"code": ..., "name": ...}``. The default recognises them.
    parents : str or sequence of str, optional
        The columns of what the places lie in; they are not needed here.

    Returns
    -------
    pandas.DataFrame
        One row for each country of the codes and each system that knows any of them, or one row where none does
        (GADM's codes, say):

        - ``iso3``: the country, missing where the code does not say it;
        - ``system``, missing where no system is known, and ``title``, the same in words;
        - ``codes``: the distinct codes of the country, ``known``: those that the system knows;
        - ``agree``, ``contradict``: the distinct places whose names say so, and ``contradictions`` in words;
        - ``speaks``: whether the table speaks it: more names agree than contradict, and no system does better.

    Raises
    ------
    SchemaError
        No column of codes, or areas without ``pcode`` or ``name``.

    See Also
    --------
    match_areas : Which area each printed name or code means.
    edition_of : Which edition a table belongs to.

    Notes
    -----
    The systems stand in ``sahelgeo/data/code_systems.csv`` with their sources.

    Examples
    --------
    >>> import pandas as pd, sahelgeo as sg
    >>> table = pd.DataFrame({"adm1_pcod2": ["MR01", "MR13"], "adm1_name": ["Adrar", "Trarza"]})
    >>> found = sg.places.code_systems(table, sg.load_pcodes("MRT", level=1))
    >>> found[["iso3", "system", "known", "agree", "contradict", "speaks"]]
      iso3      system  known  agree  contradict  speaks
    0  MRT         wfp      2      2           0    True
    1  MRT       areas      2      0           2   False
    2  MRT     padding      2      0           2   False
    3  MRT  iso_3166_2      2      0           2   False
    """
    gazetteer = build_gazetteer(areas)
    columns = find_columns(table, gazetteer.level, on, parents)
    if columns.code is None:
        raise SchemaError(
            f"no column of codes is recognised. Found: {listed(list(table.columns), 12)}. "
            "Name it: on={'code': ..., 'name': ...}"
        )
    places, _ = read_places(table, columns)
    votes = count_votes(places, fold_all(places), gazetteer)
    codes = {place.code for place in places if place.code is not None}
    rows = [
        row
        for country, by_system in votes.items()
        for row in _rows(country, by_system, [code for code in codes if (country_of_code(code) or "") == country])
    ]
    types = {
        **dict.fromkeys(("iso3", "system", "title"), "string"),
        **dict.fromkeys(("codes", "known", "agree", "contradict"), "Int64"),
        "speaks": "boolean",
        "contradictions": "string",
    }
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _rows(country: str, by_system: Mapping[str, Vote], codes: Sequence[str]) -> list[tuple[object, ...]]:
    known = {system: vote for system, vote in by_system.items() if vote.answers}
    if not known:
        title = "GADM" if all(map(looks_like_gadm, codes)) else "unknown"
        return [(country or None, None, title, len(codes), 0, 0, 0, False, None)]
    rows: list[tuple[object, ...]] = []
    for system, vote in known.items():
        agree, contradict = len(vote.agree), len(vote.contradict)
        speaks, against = system == next(iter(by_system)) and agree > contradict, listed(vote.contradict, SHOWN_AT_MOST)
        counts = (len(codes), len(vote.answers), agree, contradict)
        rows.append((country or None, system, system_titles()[system], *counts, speaks, against or None))
    return rows


def check_codes_against_names(table: pd.DataFrame, areas: pd.DataFrame) -> None:
    """Raise where a p-code is one area and the name beside it is that of another area of the same country.

    The names are those of the column of the areas' level (``admin2``), else of ``place``. Where most names are not
    names of areas at all they are those of smaller places (communes, sites), and say nothing.
    """
    columns = _columns(table, areas)
    if columns is None:
        return
    gazetteer = build_gazetteer(areas)
    places, numbers = read_places(table, columns)
    found = [_contradiction(place, gazetteer) for place in places]
    named = sum(1 for place in places if place.code is not None and place.name is not None)
    wrong = [number for number, text in enumerate(found) if text]
    if not wrong or 2 * sum(text is not None for text in found) < named:
        return
    rows = table[pd.Series(numbers, index=table.index).isin(wrong).to_numpy()]
    raise AmbiguousError(
        f"{len(rows):,} of {len(table):,} rows have a code that the name beside it contradicts (rows "
        f"{listed(list(rows.index), SHOWN_AT_MOST)}): {listed([found[number] for number in wrong], SHOWN_AT_MOST)}. "
        "Find the system of the codes with code_systems, or join with on='match'",
        rows,
    )


def _columns(table: pd.DataFrame, areas: pd.DataFrame) -> PlaceColumns | None:
    levels: list[int] = sorted(set(areas["level"].dropna())) if "level" in areas else []
    for label in (*(f"admin{level}" for level in levels if len(levels) == 1), "place"):
        once = list(table.columns).count(label) == 1
        if once and pd.api.types.is_string_dtype(table[label]) and table[label].notna().any():
            return PlaceColumns(label, "pcode")
    return None


def _contradiction(place: Place, gazetteer: Gazetteer) -> str | None:
    """A sentence where code and name contradict each other, "" where they agree, None where no area has the name."""
    coded = gazetteer.by_pcode.get(place.code.upper()) if place.code else None
    if coded is None or place.name is None:
        return None
    name = fold_name(place.name)
    fit = {other for other in gazetteer.called(name) if gazetteer.iso3[other] == gazetteer.iso3[coded]}
    if agrees(name, coded, fit, gazetteer) is not None:
        return ""
    return f"{place.code} is {gazetteer.names[coded]}, the row says {place.name!r}" if fit else None
