"""Countries by whatever a file calls them: ISO codes of two and three letters, UNHCR's codes, names in French and English."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

import pandas as pd

from sahelgeo.readers.printed import fold


@lru_cache(maxsize=1)
def _rows() -> tuple[Mapping[str, str], ...]:
    text = files("sahelgeo.data").joinpath("countries.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@lru_cache(maxsize=1)
def _by_name_or_code() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in _rows():
        for name in (row["iso3"], row["iso2"], row["name"], *row["other_names"].split("|")):
            if name:
                found[fold(name)] = row["iso3"]
    return MappingProxyType(found)


def iso3_of(values: pd.Series) -> pd.Series:
    """The ISO 3166-1 code (three letters) of each name or ISO code; missing where it is none of these.

    UNHCR's own codes are not read here: its NIG is Nigeria and its NGR is Niger (see :func:`iso3_of_unhcr`).
    """
    known = _by_name_or_code()
    return values.map(lambda value: known.get(fold(value)) if isinstance(value, str) else None).astype("string")


def iso3_of_unhcr(values: pd.Series) -> pd.Series:
    """The ISO code of each of UNHCR's three-letter codes; missing where it is not one that is known."""
    known = {row["unhcr"]: row["iso3"] for row in _rows() if row["unhcr"]}
    return values.map(lambda value: known.get(value) if isinstance(value, str) else None).astype("string")


def country_pcodes(iso3: pd.Series) -> pd.Series:
    """The level-0 p-code (two letters) of each ISO code of three letters."""
    known = {row["iso3"]: row["iso2"] for row in _rows()}
    return iso3.map(lambda value: known.get(value) if isinstance(value, str) else None).astype("string")
