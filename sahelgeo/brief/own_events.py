"""A user's export of ACLED or UCDP, looked at before the checks run on it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sahelgeo.conformance import SHOWN_AT_MOST, listed
from sahelgeo.errors import DataWarning, FormatError, UnmatchedError
from sahelgeo.events.actors import load_actors
from sahelgeo.events.by_area import audit_events, place_events
from sahelgeo.events.exports import conform_events
from sahelgeo.readers.any_file import read


@dataclass(frozen=True, eq=False)
class OwnEvents:
    """An export and what the checks need beside it, under the names of :class:`~sahelgeo.brief.SyntheticEvents`.

    Attributes
    ----------
    events : geopandas.GeoDataFrame
        Events table.
    doubtful : pandas.DataFrame
        What :func:`sahelgeo.audit_events` lists: events without coordinates, outside the areas, or not where their
        names say.
    coverage : pandas.DataFrame
        ``iso3``, ``start`` and ``end``: for each country that has an event in the areas, the first to the last day of
        the export. A country that the export does not hold has no zero. If you know what you downloaded, say so
        instead.
    actors, agreements : pandas.DataFrame
        The table of :func:`sahelgeo.load_actors`; no agreements.
    pair : tuple of str
        JNIM and ISGS.
    """

    events: gpd.GeoDataFrame = field(repr=False)
    doubtful: pd.DataFrame = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)
    actors: pd.DataFrame = field(repr=False)
    agreements: pd.DataFrame = field(repr=False)
    pair: tuple[str, str] = ("JNIM", "ISGS")


def read_own_events(path: str | Path, areas: gpd.GeoDataFrame) -> OwnEvents:
    r"""Read an export of single events and see whether it speaks of the areas at all.

    Parameters
    ----------
    path : str or pathlib.Path
        An export of ACLED or UCDP GED. Nothing of it is copied or sent.
    areas : geopandas.GeoDataFrame
        The areas that the checks are about, of one level and edition.

    Returns
    -------
    OwnEvents
        The events as they are, with what is doubtful in them and the period of each country.

    Raises
    ------
    FormatError
        The file is empty, of no feed that is known, or not of single events.
    UnmatchedError
        No event lies in the areas; the events are in ``.rows``.
    DuplicateEventError
        An event stands more than once.

    Warns
    -----
    DataWarning
        Countries of the areas without any event.

    Examples
    --------
    >>> import pathlib, tempfile, sahelgeo as sg
    >>> lines = ["event_id_cnty,event_date,disorder_type,event_type,actor1,actor2,country,latitude,longitude,fatalities",
    ...          "BFO1,15 August 2020,Political violence,Battles,Invented Front,,Burkina Faso,14.1,-1.6,3"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "export.csv")
    ...     _ = path.write_text("\n".join(lines))
    ...     own = sg.brief.read_own_events(path, sg.load_areas("BFA"))
    >>> own.coverage.astype(str).values.tolist()
    [['BFA', '2020-08-15', '2020-08-15']]
    """
    table = read(path)
    if not isinstance(table, gpd.GeoDataFrame) or "event" not in table.columns:
        raise FormatError(
            f"{Path(path).name} holds a table of {listed(list(table.columns), 5)}, not single events. "
            "Give an export of ACLED or of UCDP GED with one row for each event"
        )
    events = conform_events(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        doubtful = audit_events(events, areas)
        # A rough place still tells the country.
        plain = events.assign(geo_precision=pd.array([pd.NA] * len(events), dtype="Int64"))
        inside = place_events(plain, areas)["pcode"].astype("string")
    if not inside.notna().any():
        raise _elsewhere(events, areas, Path(path).name)
    there = inside.map(areas.set_index("pcode")["iso3"])
    _warn_without_events(there, areas)
    days = {"start": events["date"].min(), "end": events["date"].max()}
    coverage = pd.DataFrame({"iso3": sorted(there.dropna().unique()), **days})
    agreements = pd.DataFrame(columns=["pcode", "date", "name"])
    return OwnEvents(events, doubtful, coverage, load_actors(), agreements)


def _elsewhere(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, name: str) -> UnmatchedError:
    points = events.geometry
    empty = int((points.isna() | points.is_empty).sum())
    named = list(events["iso3"].dropna().unique()) if "iso3" in events else []
    countries = f" They name {listed(named, SHOWN_AT_MOST)}." if named else ""
    without = f" {empty:,} have no coordinates." if empty else ""
    return UnmatchedError(
        f"{name}: none of the {len(events):,} events lies in {listed(_countries(areas), SHOWN_AT_MOST)}.{countries}{without} "
        "Give an export of these countries, or areas of the countries of the export",
        pd.DataFrame(events),
    )


def _countries(areas: gpd.GeoDataFrame) -> list[str]:
    return sorted(areas["iso3"].dropna().unique())


def _warn_without_events(there: pd.Series, areas: gpd.GeoDataFrame) -> None:
    without = [code for code in _countries(areas) if code not in set(there.dropna())]
    if without:
        warnings.warn(
            f"no event lies in {listed(without, SHOWN_AT_MOST)}: what the export does not hold is not known, and counts as missing, not as zero",
            DataWarning,
            stacklevel=3,
        )
