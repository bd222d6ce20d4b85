"""The main job end to end, on the embedded sample: tables joined, a map, a figure, files and a report."""

from __future__ import annotations

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
from sahelgeo.sources import SOURCES, credit, is_synthetic
from sahelgeo.stocks.rates import rate_per_1000
from sahelgeo.tables import PEOPLE_BY_PHASE
from sahelgeo.words import MISSING, base_language, check_language, word, write_day, write_number, write_period


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
    areas.to_parquet(products[2])
    pd.DataFrame(areas).drop(columns="geometry").to_csv(products[3], index=False)
    lines = main_lines(sample, areas, account, lang)
    products[4].write_text(write_report(sample, areas, account, lang, lines), encoding="utf-8")
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
    largest = areas.nlargest(2, "people")
    highest = areas.loc[areas["per_1000"].idxmax()]
    crisis = areas[(areas["phase_rule"] >= 3).fillna(False)]
    people_3plus = areas[list(PEOPLE_BY_PHASE[2:])].sum().sum()
    values = {
        "people": write_number(account.people_in or 0, lang),
        "areas": write_number(len(areas), lang),
        "day": write_day(sample.stocks["date"].iloc[0].date(), lang),
        "attached": write_number(account.people_attached or 0, lang),
        "unmatched": write_number(account.people_unmatched or 0, lang),
        "first": _named(largest.iloc[0], lang),
        "second": _named(largest.iloc[1], lang),
        "share": write_number(100 * largest["people"].sum() / areas["people"].sum(), lang),
        "highest": highest[_name(lang)],
        "rate": write_number(highest["per_1000"], lang, 1),
        "year": str(highest["population_year"]),
        "crisis": ", ".join(crisis[_name(lang)]),
        "count": write_number(len(crisis), lang),
        "people_3plus": write_number(people_3plus, lang),
        "period": write_period(sample.phases["start"].min().date(), sample.phases["end"].max().date(), lang),
    }
    return tuple(word(f"demo_line_{number}", lang).format(**values) for number in range(1, 6))


def _name(lang: str) -> str:
    """The column of names: English maps of these countries print the official (French) names of regions too."""
    return "name_fr" if base_language(lang) == "fr" else "name"


def _named(row: pd.Series, lang: str) -> str:
    return f"{row[_name(lang)]} ({write_number(row['people'], lang)})"


def write_report(sample: Sample, areas: gpd.GeoDataFrame, account: Account, lang: str, lines: tuple[str, ...]) -> str:
    """The report in Markdown."""
    template = read_text(f"demo_report.{lang}.md")
    tables = (sample.stocks, sample.phases, sample.areas, sample.flows)
    return template.format(
        title=word("demo_title", lang),
        lines="\n".join(f"- {line}" for line in lines),
        people_in=write_number(account.people_in or 0, lang),
        people_attached=write_number(account.people_attached or 0, lang),
        people_unmatched=write_number(account.people_unmatched or 0, lang),
        people_after=write_number(areas["people"].sum(), lang),
        rates=_rates_table(areas, lang),
        year=areas["population_year"].iloc[0],
        phases=_phases_table(areas, lang),
        compared=_phases_compared(areas, lang),
        editions="\n".join(f"- {edition}" for edition in sample.areas["edition"].dropna().unique()),
        sources="\n".join(f"- {line}" for line in credit(*tables, lang=lang)),
        synthetic=_synthetic_list(sample, lang),
    )


def _rates_table(areas: gpd.GeoDataFrame, lang: str) -> str:
    decimals = {"people": 0, "population": 0, "per_1000": 1}
    rows = areas.sort_values("per_1000", ascending=False).to_dict("records")
    return "\n".join(
        _line(row[_name(lang)], *(write_number(row[label], lang, places) for label, places in decimals.items()))
        for row in rows
    )


def _phases_table(areas: gpd.GeoDataFrame, lang: str) -> str:
    return "\n".join(
        _line(
            row[_name(lang)],
            _phase(row["phase_published"]),
            _phase(row["phase_rule"]),
            f"{write_number(100 * row['share_3plus'], lang, 2)} %",
        )
        for row in areas.to_dict("records")
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _phase(value: int | None) -> str:
    return MISSING if pd.isna(value) else str(value)


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
