"""The main job end to end, on the embedded sample: tables joined, a map, a figure, files and a report."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from sahelgeo import maps
from sahelgeo.embedded import read_text
from sahelgeo.flows.flow_sums import sum_flows
from sahelgeo.flows.lines import flow_lines
from sahelgeo.phases.rule import area_phase
from sahelgeo.places.account import Account
from sahelgeo.places.attach import attach_areas
from sahelgeo.samples import Sample, load_sample
from sahelgeo.saving import write_whole
from sahelgeo.sources import SOURCES, credit, is_synthetic
from sahelgeo.stocks.rates import rate_per_1000
from sahelgeo.tables import PEOPLE_BY_PHASE
from sahelgeo.words import MISSING, base_language, check_language, fill, word, write_number, write_period


@dataclass(frozen=True)
class Demo:
    """What the demo wrote, and the lines that matter.

    Attributes
    ----------
    files : tuple of pathlib.Path
        map.html, map.png, areas.parquet, areas.csv, report.md.
    lines : tuple of str
        Five sentences with the main figures.
    """

    files: tuple[Path, ...]
    lines: tuple[str, ...]


def run_demo(out: str | Path = "sahelgeo-demo", *, lang: str = "en") -> Demo:
    """Do the main job on the sample of Burkina Faso 2020 and write its products into a folder.

    Parameters
    ----------
    out : str or pathlib.Path
        Folder to write to; it is made if it does not exist. Files of the same names are replaced.
    lang : {"en", "fr"}
        Language of map, figure, report and lines.

    Returns
    -------
    Demo
        The files and the five lines that the command prints.

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
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    sample = load_sample("burkina-2020")
    areas, account = join_sample(sample)
    m = draw_sample(sample, areas, lang)
    products = tuple(folder / name for name in ("map.html", "map.png", "areas.parquet", "areas.csv", "report.md"))
    m.save(str(products[0]))
    maps.figure(m, products[1])
    columns = io.BytesIO()
    areas.to_parquet(columns)
    write_whole(products[2], columns.getvalue())
    write_whole(products[3], pd.DataFrame(areas).drop(columns="geometry").to_csv(index=False))
    lines = main_lines(sample, areas, account, lang)
    write_whole(products[4], write_report(sample, areas, account, lang, lines))
    return Demo(products, lines)


def join_sample(sample: Sample) -> tuple[gpd.GeoDataFrame, Account]:
    """One row for each region with its displaced people, their rate and its phase, and the account of the join."""
    rates = rate_per_1000(sample.stocks, sample.population)
    kept = ["pcode", "date", "people", "per_1000", "population", "population_year", "population_source", "source"]
    stocks, account = attach_areas(rates[kept].rename(columns={"source": "people_source"}), sample.areas, report=True)
    phases = sample.phases.join(area_phase(sample.phases)).set_index("pcode")
    judged = ["phase_published", "phase_rule", "share_3plus", "famine_review"]
    phases = phases[["start", "end", "kind", *PEOPLE_BY_PHASE, *judged, "source"]]
    joined = stocks.join(phases.rename(columns={"source": "phase_source"}), on="pcode")
    return joined.sort_values("pcode").reset_index(drop=True), account


def draw_sample(sample: Sample, areas: gpd.GeoDataFrame, lang: str) -> maps.Map:
    """Phases under arrows under circles."""
    m = maps.Map(title=word("demo_title", lang), lang=lang)
    phases = sample.phases.join(area_phase(sample.phases))
    maps.PhaseLayer(attach_areas(phases, sample.areas, empty_areas=True), column="phase_rule").add_to(m)
    between = sum_flows(sample.flows)
    between = between[between["origin"].notna() & between["destination"].notna() & ~between["internal"]]
    maps.FlowLayer(flow_lines(between, sample.areas), smallest=1_000).add_to(m)
    stocks = areas.drop(columns=["population_source", "phase_source"]).rename(columns={"people_source": "source"})
    maps.StockLayer(stocks.drop(columns=["start", "end"])).add_to(m)
    return m


def main_lines(sample: Sample, areas: gpd.GeoDataFrame, account: Account, lang: str) -> tuple[str, ...]:
    """The five sentences that matter."""
    names, (first, second) = areas[_name(lang)], areas["people"].nlargest(2).index
    highest = areas.loc[areas["per_1000"].idxmax()]
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
        "highest": highest[_name(lang)],
        "rate": highest["per_1000"],
        "year": highest["population_year"],
        "crisis": ", ".join(crisis),
        "count": len(crisis),
        "people_3plus": areas[list(PEOPLE_BY_PHASE[2:])].sum().sum(),
        "period": write_period(sample.phases["start"].min().date(), sample.phases["end"].max().date(), lang),
    }
    return tuple(fill(word(f"demo_line_{number}", lang), lang, values) for number in range(1, 6))


def _name(lang: str) -> str:
    """The column of names: English maps of these countries print the official (French) names of regions too."""
    return "name_fr" if base_language(lang) == "fr" else "name"


def write_report(sample: Sample, areas: gpd.GeoDataFrame, account: Account, lang: str, lines: tuple[str, ...]) -> str:
    """The report in Markdown."""
    template = read_text(f"demo_report.{lang}.md")
    tables = (sample.stocks, sample.phases, sample.areas, sample.flows)
    named = areas.assign(name=areas[_name(lang)])
    values = {
        "title": word("demo_title", lang),
        "lines": "\n".join(f"- {line}" for line in lines),
        "account": account,
        "people_after": areas["people"].sum(),
        "rates": _rows(named.sort_values("per_1000", ascending=False), _RATES, lang),
        "year": areas["population_year"].iloc[0],
        "phases": _rows(named, _PHASES, lang),
        "compared": _phases_compared(areas, lang),
        "editions": "\n".join(f"- {edition}" for edition in sample.areas["edition"].dropna().unique()),
        "sources": "\n".join(f"- {line}" for line in credit(*tables, lang=lang)),
        "synthetic": _synthetic_list(sample, lang),
    }
    return fill(template, lang, values)


_RATES = "| {name} | {people:0} | {population:0} | {per_1000:1} |"
_PHASES = "| {name} | {phase_published:0} | {phase_rule:0} | {share_3plus:2%} % |"


def _rows(areas: gpd.GeoDataFrame, form: str, lang: str) -> str:
    return "\n".join(fill(form, lang, row) for row in areas.to_dict("records"))


def _phases_compared(areas: gpd.GeoDataFrame, lang: str) -> str:
    both = areas[areas["phase_published"].notna() & areas["phase_rule"].notna()]
    differ = both[both["phase_published"] != both["phase_rule"]]
    sentences = []
    if len(both) < len(areas):
        sentences.append(word("demo_without_published", lang).format(without=len(areas) - len(both), areas=len(areas)))
    if len(both):
        names = ", ".join(differ[_name(lang)]) or MISSING
        sentences.append(word("demo_differ", lang).format(both=len(both), differ=len(differ), names=names))
    return " ".join(sentences)


def _synthetic_list(sample: Sample, lang: str) -> str:
    named = {"flows": sample.flows, "events": sample.events, "stocks": sample.stocks, "phases": sample.phases}
    source = SOURCES["sahelgeo-synthetic"].line(lang)
    return "\n".join(
        f"- {word(f'table_{name}', lang)} ({write_number(len(table), lang)}): {source}"
        for name, table in named.items()
        if is_synthetic(table)
    )
