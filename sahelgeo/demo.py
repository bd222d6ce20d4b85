"""The main job end to end, on the embedded samples: tables joined, maps, a figure, files and a report."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sahelgeo import maps
from sahelgeo.errors import DataWarning
from sahelgeo.events.by_area import sum_events
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.phases.rule import area_phase
from sahelgeo.places.attach import Account, attach_areas
from sahelgeo.samples import Sample, load_sample
from sahelgeo.saving import write_whole
from sahelgeo.situation_report import situation
from sahelgeo.stocks.rates import rate_per_1000
from sahelgeo.tables import PEOPLE_BY_PHASE
from sahelgeo.words import base_language, check_language, fill, word, write_period

PRODUCTS = ("map.html", "map.png", "movements.html", "areas.parquet", "areas.csv", "report.html", "report.md")


@dataclass(frozen=True)
class Demo:
    """What the demo wrote, and the lines that matter.

    Attributes
    ----------
    files : tuple of pathlib.Path
        map.html, map.png, movements.html, areas.parquet, areas.csv, report.html, report.md.
    lines : tuple of str
        Six sentences with the main figures.
    """

    files: tuple[Path, ...]
    lines: tuple[str, ...]


def run_demo(out: str | Path = "sahelgeo-demo", *, lang: str = "en") -> Demo:
    """Do the main job on the samples of Burkina Faso and write its products into a folder.

    One moment, all of it published: the phases of March 2020, the displaced people of September and the deaths of that
    year. The movements of 2024 and 2025 are on a map of their own.

    Parameters
    ----------
    out : str or pathlib.Path
        Folder to write to; it is made if it does not exist. Files of the same names are replaced.
    lang : {"en", "fr"}
        Language of maps, figure, report and lines.

    Returns
    -------
    Demo
        The files and the six lines that the command prints.

    Examples
    --------
    >>> import tempfile
    >>> from sahelgeo.demo import run_demo
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = run_demo(folder)
    >>> made.lines[0]
    '1,034,609 displaced people in 13 regions on 6 September 2020: 1,034,609 attached to an area, 0 unmatched.'
    """
    check_language(lang)
    with warnings.catch_warnings():
        # What is not placed stands in the lines and in the report.
        warnings.simplefilter("ignore", DataWarning)
        return _made(Path(out), lang)


def _made(folder: Path, lang: str) -> Demo:
    folder.mkdir(parents=True, exist_ok=True)
    sample, moved = load_sample("burkina-2020"), load_sample("burkina-movements-2025")
    flows = sum_flows(moved.flows)
    deaths = sum_events(sample.events, sample.areas, freq="YS", coverage=sample.coverage)
    areas, account = join_sample(sample, deaths)
    m = draw_sample(sample, areas, lang)
    products = {name: folder / name for name in PRODUCTS}
    m.save(str(products["map.html"]))
    maps.figure(m, products["map.png"])
    draw_movements(flows, moved.areas, lang).save(str(products["movements.html"]))
    columns = io.BytesIO()
    areas.to_parquet(columns)
    write_whole(products["areas.parquet"], columns.getvalue())
    write_whole(products["areas.csv"], pd.DataFrame(areas).drop(columns="geometry").to_csv(index=False))
    report = situation(
        phases=sample.phases,
        stocks=sample.stocks,
        events=sample.events,
        population=sample.population,
        areas=sample.areas,
        coverage=sample.coverage,
        title=word("demo_title", lang),
        lang=lang,
    )
    report.save(products["report.html"])
    write_whole(products["report.md"], report.to_markdown({m.title or "": "map.png"}))
    return Demo(tuple(products.values()), main_lines(sample, areas, account, deaths, flows, lang))


def join_sample(sample: Sample, deaths: pd.DataFrame) -> tuple[gpd.GeoDataFrame, Account]:
    """One row for each region: displaced people, their rate, phase, deaths; and the account of the join."""
    rates = rate_per_1000(sample.stocks, sample.population)
    population = [column for column in map(str, rates) if column.startswith("population")]
    kept = ["pcode", "date", "group", "people", "per_1000", *population, "source"]
    stocks, account = attach_areas(rates[kept].rename(columns={"source": "people_source"}), sample.areas, report=True)
    phases = sample.phases.join(area_phase(sample.phases)).set_index("pcode")
    judged = ["phase_published", "phase_rule", "share_3plus", "famine_review"]
    phases = phases[["start", "end", "kind", *PEOPLE_BY_PHASE, *judged, "source"]]
    joined = stocks.join(phases.rename(columns={"source": "phase_source"}), on="pcode")
    placed = deaths.dropna(subset=["pcode"]).set_index("pcode")[["events", "fatalities", "source"]]
    joined = joined.join(placed.rename(columns={"source": "fatalities_source"}), on="pcode")
    return joined.sort_values("pcode").reset_index(drop=True), account


def draw_sample(sample: Sample, areas: gpd.GeoDataFrame, lang: str) -> maps.Map:
    """Phases under circles of displaced people, and the events of the year to switch on."""
    m = maps.Map(title=word("demo_title", lang), lang=lang)
    phases = sample.phases.join(area_phase(sample.phases))
    maps.PhaseLayer(attach_areas(phases, sample.areas, empty_areas=True), column="phase_rule").add_to(m)
    stocks = areas.drop(columns=["population_source", "phase_source", "fatalities_source", "events", "fatalities"])
    stocks = stocks.rename(columns={"people_source": "source"})
    maps.StockLayer(stocks.drop(columns=["start", "end"])).add_to(m)
    maps.EventLayer(sample.events, by="fatalities", show=False).add_to(m)
    return m


def draw_movements(flows: pd.DataFrame, areas: gpd.GeoDataFrame, lang: str) -> maps.Map:
    """Arrows between regions; who moved within one, or from where nobody knows, is in the legend."""
    return maps.flow_map(flows, areas, title=word("demo_movements", lang), lang=lang)


def main_lines(
    sample: Sample, areas: gpd.GeoDataFrame, account: Account, deaths: pd.DataFrame, flows: pd.DataFrame, lang: str
) -> tuple[str, ...]:
    """The six sentences that matter."""
    names, (first, second) = areas[_name(lang)], areas["people"].nlargest(2).index
    highest, deadliest = areas["per_1000"].idxmax(), areas["fatalities"].idxmax()
    crisis = names[(areas["phase_rule"] >= 3).fillna(False)]
    values = {
        "account": account,
        "areas": len(areas),
        "day": sample.stocks["date"].iloc[0],
        "first": names[first],
        "first_people": areas["people"][first],
        "second": names[second],
        "second_people": areas["people"][second],
        "share": areas["people"][[first, second]].sum() / areas["people"].sum(),
        "highest": names[highest],
        "rate": areas["per_1000"][highest],
        "year": areas["population_year"][highest],
        "crisis": ", ".join(crisis),
        "count": len(crisis),
        "people_3plus": areas[list(PEOPLE_BY_PHASE[2:])].sum().sum(),
        "period": write_period(sample.phases["start"].min().date(), sample.phases["end"].max().date(), lang),
        "deaths": deaths["fatalities"].sum(),
        "events": deaths["events"].sum(),
        "deadliest": names[deadliest],
        "there": areas["fatalities"][deadliest],
        "unplaced": deaths.loc[deaths["pcode"].isna(), "fatalities"].sum(),
        "moved": flows["people"].sum(),
        "inside": flows.loc[flows["internal"].fillna(False), "people"].sum(),
        "moved_period": write_period(flows["start"].min().date(), flows["end"].max().date(), lang),
    }
    return tuple(fill(word(f"demo_line_{number}", lang), lang, values) for number in range(1, 7))


def _name(lang: str) -> str:
    """The column of names: English maps of these countries print the official (French) names of regions too."""
    return "name_fr" if base_language(lang) == "fr" else "name"
