"""Find which code system a table speaks, by the votes of the names beside its codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import SchemaError
from sahelgeo.places.codes import AS_THE_AREAS, Decoder, country_of_code, decoders, looks_like_gadm, systems
from sahelgeo.places.columns import find_columns
from sahelgeo.places.gazetteer import Gazetteer, build_gazetteer
from sahelgeo.places.names import Name
from sahelgeo.places.printed import fold_all, one_level, read_places
from sahelgeo.places.weigh import Place, agrees

HYPHENATED = "iso_3166_2"


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


def count_votes(
    places: Sequence[Place], names: Mapping[str, Name], gazetteer: Gazetteer, decode: Mapping[str, Decoder]
) -> Votes:
    """The votes by country (of the code's prefix) and code system."""
    votes: dict[str, dict[str, Vote]] = {}
    for place in places:
        if place.code is None:
            continue
        name = names[place.name] if place.name else Name("", (), None)
        fit = {position for position in gazetteer.by_key.get(name.key, {}) if gazetteer.fits_word(position, name.word)}
        counted = votes.setdefault(country_of_code(place.code) or "", {})
        for system, decoder in decode.items():
            vote = counted.setdefault(system, Vote())
            position = decoder(place.code)
            if position is None:
                continue
            vote.answers[place.code] = position
            if not name.key:
                continue
            if agrees(name, position, fit, gazetteer) is not None:
                vote.agree.append(place.code)
            else:
                vote.contradict.append(f"{place.code} is {gazetteer.names[position]}, the table says {place.name}")
    return votes


def spoken(votes: Mapping[str, Vote]) -> str:
    """The system that the names speak for; the codes of the areas themselves where they say nothing."""
    return max(
        votes,
        key=lambda system: (
            len(votes[system].agree) - len(votes[system].contradict),
            len(votes[system].answers),
            -list(votes).index(system),
        ),
    )


def rivals(votes: Mapping[str, Vote], code: str) -> list[int]:
    """The different areas that a code stands for in systems that know as many codes of the table, where no name has voted."""
    if any(vote.agree or vote.contradict for vote in votes.values()):
        return []
    # ISO 3166-2 is written with a hyphen; without one it needs a name that speaks for it.
    heard = [vote for system, vote in votes.items() if system != HYPHENATED or "-" in code]
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

    The same text can be two areas: OCHA's ``BF13`` is Centre and ISO's ``BF-13`` Sud-Ouest; Mauritania's thirteen codes in the
    Cadre Harmonisé each name another region than OCHA's code of the same text. So each known system is tried for each country,
    and its answers are held against the names that the table prints beside the codes.

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
        One row for each country of the codes (``iso3``, missing where the code does not say) and each ``system`` that knows
        any of them, or one row with ``system`` missing where none does (GADM's codes, say). ``title`` the system in words,
        ``codes`` the distinct codes of the country, ``known`` those that the system knows, ``agree`` and ``contradict`` the
        distinct places whose names say so, ``speaks`` whether the table speaks it (more names agree than contradict, and no
        system does better), ``contradictions`` in words.

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
    >>> found = sg.code_systems(table, sg.load_pcodes("MRT", level=1))
    >>> found[["iso3", "system", "known", "agree", "contradict", "speaks"]]
      iso3      system  known  agree  contradict  speaks
    0  MRT         wfp      2      2           0    True
    1  MRT       areas      2      0           2   False
    2  MRT     padding      2      0           2   False
    3  MRT  iso_3166_2      2      0           2   False
    """
    gazetteer = build_gazetteer(areas)
    columns = find_columns(table, one_level(gazetteer), on, parents)
    if columns.code is None:
        raise SchemaError(
            f"no column of codes is recognised. Found: {listed(list(table.columns), 12)}. Name it: on={{'code': ..., 'name': ...}}"
        )
    places, _ = read_places(table, columns)
    votes = count_votes(places, fold_all(places), gazetteer, decoders(gazetteer))
    rows = [row for country, by_system in votes.items() for row in _rows(country, by_system, places)]
    labels = ["iso3", "system", "title", "codes", "known", "agree", "contradict", "speaks", "contradictions"]
    result = pd.DataFrame(rows, columns=labels)
    text = ["iso3", "system", "title", "contradictions"]
    result[text] = result[text].astype("string")
    return result.astype(
        {"codes": "Int64", "known": "Int64", "agree": "Int64", "contradict": "Int64", "speaks": "boolean"}
    )


def _rows(country: str, by_system: Mapping[str, Vote], places: Sequence[Place]) -> list[tuple[object, ...]]:
    own = {place.code for place in places if place.code is not None and (country_of_code(place.code) or "") == country}
    known = {system: vote for system, vote in by_system.items() if vote.answers}
    if not known:
        title = "GADM" if all(looks_like_gadm(str(code)) for code in own) else "unknown"
        return [(country or None, None, title, len(own), 0, 0, 0, False, None)]
    best = spoken(by_system)
    order = sorted(
        known,
        key=lambda system: (
            system != best,
            len(known[system].contradict) - len(known[system].agree),
            list(systems()).index(system),
        ),
    )
    return [
        (
            country or None,
            system,
            systems()[system].title,
            len(own),
            len(vote.answers),
            len(vote.agree),
            len(vote.contradict),
            system == best and len(vote.agree) > len(vote.contradict),
            listed(vote.contradict, SHOWN_AT_MOST) or None,
        )
        for system, vote in ((system, known[system]) for system in order)
    ]


def method_of(system: str) -> str:
    """How an answer came about: by the code as it stands, or recoded."""
    return "code" if system == AS_THE_AREAS else "recoded"
