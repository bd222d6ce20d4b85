"""Countries by whatever a column calls them: ISO codes, UNHCR's codes, names in French and English."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from sahelgeo.embedded import read_rows
from sahelgeo.places.known import country_of, iso2_codes


def iso3_of(values: pd.Series) -> pd.Series:
    """The ISO 3166-1 code (three letters) of each name or ISO code; missing where it is none of these.

    UNHCR's own codes are not read here: its NIG is Nigeria and its NGR is Niger (see :func:`iso3_of_unhcr`).
    """
    known = {value: country_of(value) for value in values.dropna().unique() if isinstance(value, str) and value.strip()}
    return values.map(lambda value: known.get(value) if isinstance(value, str) else None).astype("string")


@lru_cache(maxsize=1)
def _unhcr_codes() -> dict[str, str]:
    return {row["unhcr"]: row["iso3"] for row in read_rows("unhcr_codes.csv")}


def iso3_of_unhcr(values: pd.Series) -> pd.Series:
    """The ISO code of each of UNHCR's three-letter codes; missing where it is not one that is known."""
    return values.map(lambda value: _unhcr_codes().get(value) if isinstance(value, str) else None).astype("string")


def country_pcodes(iso3: pd.Series) -> pd.Series:
    """The level-0 p-code (two letters) of each ISO code of three letters."""
    known = iso2_codes()
    return iso3.map(lambda value: known.get(value) if isinstance(value, str) else None).astype("string")
