"""Codes that the names beside them contradict: found before a table is joined by code alone."""

from __future__ import annotations

import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import AmbiguousError
from sahelgeo.places.columns import PlaceColumns
from sahelgeo.places.gazetteer import Gazetteer, build_gazetteer
from sahelgeo.places.names import fold_name
from sahelgeo.places.printed import read_places
from sahelgeo.places.weigh import Place, agrees


def check_codes_against_names(table: pd.DataFrame, areas: pd.DataFrame) -> None:
    """Raise where a p-code is one area and the name beside it is that of another area of the same country.

    The names are those of the column of the areas' level (``admin2``), else of ``place``. Where most names are not names of
    areas at all they are those of smaller places (communes, sites), and say nothing.
    """
    columns = _columns(table, areas)
    if columns is None:
        return
    gazetteer = build_gazetteer(areas)
    places, numbers = read_places(table, columns)
    spoken = {
        number: says for number, place in enumerate(places) if (says := _contradiction(place, gazetteer)) is not None
    }
    named = sum(1 for place in places if place.code is not None and place.name is not None)
    if 2 * len(spoken) < named or not any(spoken.values()):
        return
    wrong = [number for number, says in spoken.items() if says]
    rows = table[pd.Series(numbers, index=table.index).isin(wrong).to_numpy()]
    raise AmbiguousError(
        f"{len(rows):,} of {len(table):,} rows have a code that the name beside it contradicts (rows {listed(list(rows.index), SHOWN_AT_MOST)}): "
        f"{listed([spoken[number] for number in wrong], SHOWN_AT_MOST)}. Find the system of the codes with code_systems, or join with on='match'",
        rows,
    )


def _columns(table: pd.DataFrame, areas: pd.DataFrame) -> PlaceColumns | None:
    level: list[int] = sorted(set(areas["level"].dropna())) if "level" in areas else []
    labels = [f"admin{level[0]}"] if len(level) == 1 else []
    for label in (*labels, "place"):
        if (
            list(table.columns).count(label) == 1
            and pd.api.types.is_string_dtype(table[label])
            and table[label].notna().any()
        ):
            return PlaceColumns(label, "pcode")
    return None


def _contradiction(place: Place, gazetteer: Gazetteer) -> str | None:
    """What contradicts, in words; empty where code and name agree; None where the name says nothing."""
    coded = gazetteer.by_pcode.get(place.code.upper()) if place.code else None
    if coded is None or place.name is None:
        return None
    name = fold_name(place.name)
    fit = {
        position
        for position in gazetteer.by_key.get(name.key, {})
        if gazetteer.iso3[position] == gazetteer.iso3[coded] and gazetteer.fits_word(position, name.word)
    }
    if agrees(name, coded, fit, gazetteer) is not None:
        return ""
    return f"{place.code} is {gazetteer.names[coded]}, the row says {place.name!r}" if fit else None
