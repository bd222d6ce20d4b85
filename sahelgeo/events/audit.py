"""What is doubtful in a table of events: places that are missing, outside, rough, or contradict their names."""

from __future__ import annotations

import unicodedata
import warnings

import geopandas as gpd
import numpy as np
import pandas as pd

from sahelgeo.areas import conform_areas
from sahelgeo.errors import DataWarning, SchemaError
from sahelgeo.events.by_area import other_country, place_events
from sahelgeo.events.checked import conform_events

PROBLEMS = ("no_coordinates", "outside", "too_coarse", "other_country", "other_area")
_NAMES = ("name", "name_fr", "name_en")


def audit_events(events: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """The events whose place is missing, outside the areas, too rough for them, or not where their names say.

    Parameters
    ----------
    events : geopandas.GeoDataFrame
        An Events table. ``iso3`` and ``admin1`` or ``admin2``, as the readers give them, are compared with the area that
        the point lies in.
    areas : geopandas.GeoDataFrame
        Areas of one level and one edition.

    Returns
    -------
    pandas.DataFrame
        One row for each event and problem, with the index of the event: ``event``, ``problem`` (``no_coordinates``,
        ``outside``, ``too_coarse``, ``other_country``, ``other_area``), ``printed`` (what the event names) and ``pcode``
        (the area that its point lies in). Empty where nothing is doubtful.

    Raises
    ------
    SchemaError, DuplicateEventError, DoubleCountError, CRSError
        As :func:`sum_events`.

    See Also
    --------
    sum_events : Events and deaths by area and period.
    newest_export : Keep the newest row of each event.
    locate : Which area each point lies in.

    Notes
    -----
    Names are compared without accents, case and hyphens; another spelling of the same name is reported too, so read
    ``other_area`` as a list to look at. ``other_country`` is by ISO code, and certain.

    Examples
    --------
    >>> import geopandas as gpd, sahelgeo as sg
    >>> events = gpd.GeoDataFrame({"event": ["A1", "A2"], "source": "made up", "date": "2020-01-05", "iso3": ["BFA", "MLI"]},
    ...     geometry=gpd.points_from_xy([-1.63, -1.08], [14.10, 13.09]), crs="EPSG:4326")
    >>> sg.audit_events(events, sg.load_areas("BFA"))
      event        problem printed pcode
    1    A2  other_country     MLI  BF49
    """
    checked = conform_events(events)
    ground = conform_areas(areas)
    if ground.empty:
        raise SchemaError("areas: there is no row. Give the areas that the events are counted in")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        placed = place_events(checked, ground)
        # Without its precision every event with a point is placed: what is lost with it was too rough.
        anywhere = place_events(checked.assign(geo_precision=pd.array([pd.NA] * len(checked), dtype="Int64")), ground)
    points = checked.geometry
    missing = (points.isna() | points.is_empty).to_numpy(dtype=np.bool_)
    nowhere = anywhere["pcode"].isna().to_numpy(dtype=np.bool_)
    level = ground["level"].iloc[0] if len(ground) else pd.NA
    printed = f"admin{level}" if not pd.isna(level) and f"admin{level}" in checked else None
    masks = {
        "no_coordinates": missing,
        "outside": nowhere & ~missing,
        "too_coarse": placed["pcode"].isna().to_numpy(dtype=np.bool_) & ~nowhere,
        "other_country": other_country(anywhere, ground),
        "other_area": _other_name(anywhere, ground, printed),
    }
    named = {"other_country": "iso3", "other_area": printed, "too_coarse": "geo_precision"}
    found = []
    for problem, mask in masks.items():
        label = named.get(problem)
        rows = anywhere[mask]
        shown = (
            checked[label][mask].astype("string")
            if label in checked
            else pd.Series(pd.NA, index=rows.index, dtype="string")
        )
        found.append(
            pd.DataFrame(
                {"event": rows["event"], "problem": problem, "printed": shown, "pcode": rows["pcode"].astype("string")}
            )
        )
    return pd.concat(found).sort_index(kind="stable")


def _other_name(placed: pd.DataFrame, areas: gpd.GeoDataFrame, printed: str | None) -> np.ndarray:
    if printed is None:
        return np.zeros(len(placed), dtype=np.bool_)
    names = {
        code: {_folded(name) for name in row if not pd.isna(name)}
        for code, row in zip(areas["pcode"], areas[list(_NAMES)].itertuples(index=False), strict=True)
    }
    # A million events name a few hundred places: each pair of code and name is compared once.
    pairs = placed[["pcode", printed]].drop_duplicates().dropna()
    other = [bool(names[code]) and _folded(text) not in names[code] for code, text in pairs.itertuples(index=False)]
    found = pd.MultiIndex.from_frame(placed[["pcode", printed]])
    return np.asarray(found.isin(pd.MultiIndex.from_frame(pairs[np.array(other, dtype=np.bool_)])), dtype=np.bool_)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum() and not unicodedata.combining(letter))
