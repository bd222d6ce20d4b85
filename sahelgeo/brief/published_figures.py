"""Published figures that the brief rests on, and invented events to try the checks on."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import as_file, files

import geopandas as gpd
import pandas as pd

from sahelgeo.conformance import conform
from sahelgeo.errors import SahelgeoError

_DAYS = ("start", "end", "date", "issued")
_COUNTS = ("events", "fatalities", "people", "people_3plus")
TABLES = ("fatalities", "clashes", "displaced", "food_insecure", "parts_of_mali")


class PublishedError(SahelgeoError, LookupError):
    """Published figures that sahelgeo does not hold."""


def load_published(name: str) -> pd.DataFrame:
    """Published figures, row by row with source and certainty.

    ================  =================================================================================
    name              one row
    ================  =================================================================================
    fatalities        reported deaths of a country or region in a period, under one publisher
    clashes           clashes of JNIM and ISGS, as the brief gives them (not verified by a second source)
    displaced         displaced people of a country or region on a day
    food_insecure     people in phase 3 or above in a season, by the day of the analysis
    parts_of_mali     which regions of Mali are the north of the Accord, and the centre
    ================  =================================================================================

    Parameters
    ----------
    name : {"fatalities", "clashes", "displaced", "food_insecure", "parts_of_mali"}
        Which.

    Returns
    -------
    pandas.DataFrame
        As published. ``certainty`` is certain (a primary source or faithful copy was seen, or copies agree), reported
        (one secondary copy) or conflict (two printed values disagree; the other one is in ``note`` or ``source``).
        Figures known from memory alone are not carried. ``bound`` says whether a figure was printed as exact, above or
        about.

    Raises
    ------
    PublishedError
        There is no such table.

    See Also
    --------
    load_synthetic : Invented events to try the checks on.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> deaths = sg.brief.load_published("fatalities")
    >>> deaths.loc[deaths["end"] == "2020-06-30", ["scope", "fatalities"]].values.tolist()[0]
    ['BFA', 1362]
    """
    if name not in TABLES:
        raise PublishedError(f"there is no published table {name!r}. Choose one of: {', '.join(TABLES)}")
    with as_file(files("sahelgeo.data").joinpath("brief", f"{name}.csv")) as path:
        table = pd.read_csv(path, dtype="string")
    for label in _DAYS:
        if label in table:
            table[label] = pd.to_datetime(table[label], format="%Y-%m-%d").astype("datetime64[us]")
    counts = {label: "Int64" for label in _COUNTS if label in table}
    return table.astype({**counts, **({"times_year_before": "Float64"} if "times_year_before" in table else {})})


@dataclass(frozen=True, eq=False)
class SyntheticEvents:
    """Invented events of three countries, 2017 to 2020, with what is planted in them. NOTHING IN THEM HAPPENED.

    Attributes
    ----------
    events : geopandas.GeoDataFrame
        Events table.
    actors : pandas.DataFrame
        The invented actors, for :func:`sahelgeo.actor_family`.
    agreements : pandas.DataFrame
        An invented local agreement: ``pcode``, ``date``, ``name``.
    coverage : tuple of str
        First and last day.
    pair : tuple of str
        The two fronts that fight each other from July 2019 on.

    See Also
    --------
    load_synthetic : Invented events to try the checks on.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> made_up = sg.brief.load_synthetic()
    >>> len(made_up.events), made_up.coverage, made_up.pair
    (2740, ('2017-01-01', '2020-12-31'), ('front A', 'front B'))
    """

    events: gpd.GeoDataFrame = field(repr=False)
    actors: pd.DataFrame = field(repr=False)
    agreements: pd.DataFrame = field(repr=False)
    coverage: tuple[str, str] = ("2017-01-01", "2020-12-31")
    pair: tuple[str, str] = ("front A", "front B")


def load_synthetic() -> SyntheticEvents:
    """Invented events to try the checks on, since ACLED's may not be passed on.

    Returns
    -------
    SyntheticEvents
        Events, actors and an agreement, made by a seeded script (``docs/provenance/make_brief_events.py``); every row
        names the source ``sahelgeo-synthetic``, and every check made of them says so.

    See Also
    --------
    SyntheticEvents : The invented events.
    load_published : Published figures with their sources.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> made_up = sg.brief.load_synthetic()
    >>> made_up.events["source"].unique().tolist(), sorted(made_up.events["iso3"].unique())
    (['sahelgeo-synthetic'], ['BFA', 'MLI', 'NER'])
    """
    folder = files("sahelgeo.data").joinpath("samples", "central-sahel-synthetic")
    tables = {}
    for name in ("events", "actors", "agreements"):
        with as_file(folder.joinpath(f"{name}.csv")) as path:
            tables[name] = pd.read_csv(path)
    table = tables["events"]
    points = gpd.points_from_xy(table["longitude"], table["latitude"])
    events = gpd.GeoDataFrame(table.drop(columns=["longitude", "latitude"]), geometry=points, crs="EPSG:4326")
    checked = conform(events, "events")
    assert isinstance(checked, gpd.GeoDataFrame)
    return SyntheticEvents(checked, tables["actors"], tables["agreements"])
