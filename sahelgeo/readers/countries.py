"""Countries by whatever a column calls them: ISO codes, UNHCR's codes, names in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.places.known import country_of, iso2_codes


def iso3_of(values: pd.Series) -> pd.Series:
    """The ISO 3166-1 code (three letters) of each name or ISO code; missing where it is none of these.

    UNHCR's own codes are not read here: its NIG is Nigeria and its NGR is Niger (see :func:`iso3_of_unhcr`).
    """
    known = {value: country_of(value) for value in values.dropna().unique() if isinstance(value, str) and value.strip()}
    return _looked_up(values, known)


def _looked_up(values: pd.Series, known: Mapping[str, str | None]) -> pd.Series:
    """What is known of each distinct text."""
    distinct = {value: known.get(value) for value in values.dropna().unique() if isinstance(value, str)}
    return values.astype("string").map(distinct).astype("string")


@lru_cache(maxsize=1)
def _unhcr_codes() -> dict[str, str]:
    return {row["unhcr"]: row["iso3"] for row in read_rows("unhcr_codes.csv")}


def iso3_of_unhcr(values: pd.Series) -> pd.Series:
    """The ISO code of each of UNHCR's three-letter codes; missing where it is not one that is known."""
    return _looked_up(values, _unhcr_codes())


def country_pcodes(iso3: pd.Series) -> pd.Series:
    """The level-0 p-code (two letters) of each ISO code of three letters."""
    return _looked_up(iso3, iso2_codes())
