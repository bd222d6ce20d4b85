"""The declared tables: what a row is, which columns it has, which rules they keep.

Every table of sahelgeo is a plain DataFrame (GeoDataFrame where it has a geometry). Its columns are declared here once;
checking, casting, documentation and tests are made from that declaration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

GROUPS = ("idp", "refugee", "returnee", "asylum_seeker", "third_country_national", "host")
PHASE_KINDS = ("current", "projected", "second_projected")
UNIT_KINDS = ("area", "idp_site", "urban", "limited_access", "refugee")
PHASE_STATES = ("not_analysed", "inadequate_evidence", "no_access", "no_data")
PERIOD_RULE = "a period that starts after its end. Swap or correct 'start' and 'end'"
# Kinds of unit that are drawn as points of their own, not as areas.
SETTLEMENTS = ("urban", "idp_site", "refugee")
PEOPLE_BY_PHASE = ("people_1", "people_2", "people_3", "people_4", "people_5")


@dataclass(frozen=True)
class Column:
    """One declared column: its pandas type (string, Int64, Float64 or datetime64[us]) and the rules of its values."""

    dtype: str
    description: str
    required: bool = False
    nullable: bool = True
    one_of: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None

    @property
    def has_rule(self) -> bool:
        """Whether there are values that do not fit."""
        return bool(self.one_of) or self.lowest is not None or self.highest is not None

    @property
    def rule(self) -> str:
        """What a value breaks that does not fit, and what to do."""
        if self.one_of:
            return f"not one of {', '.join(self.one_of)}. Write one of these words"
        if self.dtype == "Float64":
            return "below 0. Leave the cell empty where the value is unknown"
        span = f"{self.lowest} or more" if self.highest is None else f"{self.lowest} to {self.highest}"
        return f"not {span}. Leave the cell empty where the value is unknown"

    def unfit(self, values: pd.Series) -> npt.NDArray[np.bool_]:
        """Which values break the rule; missing ones do not."""
        bad = np.zeros(len(values), dtype=np.bool_)
        if self.one_of:
            bad |= (~values.isin(self.one_of) & values.notna()).to_numpy(dtype=np.bool_)
        for limit, compare in ((self.lowest, values.lt), (self.highest, values.gt)):
            if limit is not None:
                bad |= compare(limit).fillna(False).to_numpy(dtype=np.bool_)
        return bad


@dataclass(frozen=True)
class Table:
    """The declaration of one table.

    Attributes
    ----------
    name : str
        The name that :func:`sahelgeo.conform` takes.
    row : str
        What one row is.
    key : tuple of str
        The columns that tell two rows apart; missing counts as a value.
    columns : mapping of str to Column
        The declared columns, in order.
    geographic : bool
        Whether the table has a ``geometry`` column (and so is a GeoDataFrame).
    """

    name: str
    row: str
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    geographic: bool = False


def _text(description: str, *, required: bool = False, one_of: tuple[str, ...] = ()) -> Column:
    return Column("string", description, required, not required, one_of)


def _printed(description: str) -> Column:
    return Column("string", description, required=True)


def _whole(description: str, *, required: bool = False, highest: int | None = None, lowest: int = 0) -> Column:
    return Column("Int64", description, required, lowest=lowest, highest=highest)


def _number(description: str, *, required: bool = False) -> Column:
    return Column("Float64", description, required, lowest=0)


def _day(description: str, *, required: bool = False) -> Column:
    return Column("datetime64[us]", description, required, not required)


AREAS = Table(
    "areas",
    "an administrative area in one edition of the boundaries",
    ("pcode", "edition"),
    {
        "pcode": _text("code of the area in its edition (OCHA p-code)", required=True),
        "edition": _text("edition of the boundaries that the code and the polygon belong to"),
        "name": _text("name as the edition prints it"),
        "name_fr": _text("French name"),
        "name_en": _text("English name"),
        "level": _whole("administrative level: 0 country, 1 region, 2 province, 3 commune", highest=5),
        "parent": _text("p-code of the area one level up"),
        "iso3": _text("ISO 3166-1 code of the country, three letters"),
        "iso_3166_2": _text("ISO 3166-2 code of the subdivision, where there is one"),
        "valid_from": _day("first day of the edition"),
        "valid_to": _day("last day of the edition; missing while it is valid"),
        "source": _text("id of the source (see SOURCES) or its credit in words"),
    },
    geographic=True,
)

STOCKS = Table(
    "stocks",
    "displaced people present in a place on a day, counted by one method",
    ("pcode", "place", "date", "group", "origin", "reason", "method", "operation", "source"),
    {
        "pcode": _printed("p-code of the place where the people are; missing until matched"),
        "date": _day("day of the count", required=True),
        "group": _text("who is counted", required=True, one_of=GROUPS),
        "people": _whole("displaced persons; missing where not counted", required=True),
        "source": _text("id of the source (see SOURCES) or its credit in words", required=True),
        "origin": _text("p-code of the area that the people fled from"),
        "reason": _text("reason of displacement as the source classes it"),
        "method": _text("how the count was made (government registration, baseline, site assessment, ...)"),
        "operation": _text("the counting operation, where a source runs several"),
        "households": _whole("displaced households"),
        "place": _text("place as printed"),
        "admin1": _text("name of the admin 1 area as printed"),
        "admin2": _text("name of the admin 2 area as printed"),
        "admin3": _text("name of the admin 3 area as printed"),
        "iso3": _text("ISO 3166-1 code of the country, three letters"),
    },
)

FLOWS = Table(
    "flows",
    "people who moved between two areas in a period",
    ("origin", "destination", "start", "end", "reason", "source"),
    {
        "origin": _printed("p-code of the area that was left; missing where unknown"),
        "destination": _printed("p-code of the area that was reached; missing where unknown"),
        "start": _day("first day of the period", required=True),
        "end": _day("last day of the period (inclusive)", required=True),
        "people": _whole("persons who moved; missing where not counted", required=True),
        "source": _text("id of the source (see SOURCES) or its credit in words", required=True),
        "reason": _text("reason of the movement as the source classes it"),
        "event": _text("id of the record in its source, where a source lists movements one by one"),
        "place": _text("place as printed"),
        "iso3": _text("ISO 3166-1 code of the country, three letters"),
    },
)

PHASES = Table(
    "phases",
    "the food-insecurity classification of an area (or part of one) for a period",
    ("pcode", "unit", "kind", "start", "end", "issued", "analysis", "source"),
    {
        "pcode": _printed("p-code of the area; missing until matched"),
        "kind": _text("current, projected or second_projected", required=True, one_of=PHASE_KINDS),
        "start": _day("first day that the classification is valid for", required=True),
        "end": _day("last day that the classification is valid for (inclusive)", required=True),
        "source": _text("id of the source (see SOURCES) or its credit in words", required=True),
        "unit": _text("name of the unit as printed, where it is not the whole area"),
        "issued": _day("day of the analysis"),
        "analysis": _text("title or id of the analysis, where a country has several at a time"),
        "unit_kind": _text("area, idp_site, urban, limited_access or refugee", one_of=UNIT_KINDS),
        "population": _number("persons analysed"),
        "phase_published": _whole("phase of the area as published, 1 to 5", lowest=1, highest=5),
        "state": _text(
            "why there is no phase: not_analysed, inadequate_evidence, no_access or no_data", one_of=PHASE_STATES
        ),
        **{f"people_{phase}": _number(f"persons in phase {phase}") for phase in range(1, 6)},
        "people_3plus": _number("persons in phase 3 or above, as published"),
        "evidence": _whole("evidence level of the analysis: 1 acceptable, 2 medium, 3 high", lowest=1, highest=3),
        "assistance": _text("flag of humanitarian food assistance as published; never turned into a phase"),
        "season": _text("season of the classification as printed"),
        "place": _text("place as printed"),
        "admin1": _text("name of the admin 1 area as printed"),
        "admin2": _text("name of the admin 2 area as printed"),
        "admin3": _text("name of the admin 3 area as printed"),
        "iso3": _text("ISO 3166-1 code of the country, three letters"),
    },
)

EVENTS = Table(
    "events",
    "a violent event",
    ("event", "source"),
    {
        "event": _text("id of the event in its source", required=True),
        "date": _day("day of the event", required=True),
        "source": _text("id of the source (see SOURCES) or its credit in words", required=True),
        "kind": _text("type of event as the source classes it"),
        "subkind": _text("sub-type of event"),
        "actor1": _text("first actor"),
        "actor2": _text("second actor"),
        "fatalities": _whole("reported deaths, best estimate"),
        "fatalities_low": _whole("reported deaths, low estimate"),
        "fatalities_high": _whole("reported deaths, high estimate"),
        "geo_precision": _whole("1 exact place, 2 near it, 3 only the region", lowest=1, highest=7),
    },
    geographic=True,
)

POPULATION = Table(
    "population",
    "people who live in an area",
    ("pcode", "year", "source"),
    {
        "pcode": _printed("p-code of the area; missing until matched"),
        "year": _whole("year that the figure stands for", required=True, lowest=1800, highest=2200),
        "people": _number("persons", required=True),
        "source": _text("id of the source (see SOURCES) or its credit in words", required=True),
        "place": _text("place as printed"),
        "iso3": _text("ISO 3166-1 code of the country, three letters"),
    },
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (AREAS, STOCKS, FLOWS, PHASES, EVENTS, POPULATION)}
)
