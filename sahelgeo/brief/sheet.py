"""One page of HTML with all checks: claims, findings, verdicts, charts, maps and sources, ready to print."""

from __future__ import annotations

import base64
import io
import math
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import matplotlib as mpl
from markupsafe import Markup

from sahelgeo.brief.outcome import Check, text
from sahelgeo.errors import SchemaError
from sahelgeo.maps.style import LITERAL_TEXT
from sahelgeo.words import check_language, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Measures of the print rules in static/report.css.
_SHEET_MM = 254
_TITLE_MM = 6.6
_LINE_MM = 2.9
_LETTERS_OF_A_LINE = 71
_LEAD_LETTERS = 10
_SOURCES_SHARE = 0.65
_CHART_MM = (12.0, 29.0)


def write_report(
    checks: Iterable[Check] | Check,
    path: str | Path,
    *,
    maps: Mapping[str, Figure] | None = None,
    title: str | None = None,
    lang: str = "en",
) -> Path:
    """Write the checks as one HTML file that needs nothing else and prints on one sheet of A4.

    Parameters
    ----------
    checks : iterable of Check
        In the language of the page.
    path : str or pathlib.Path
        The file, ending in .html; its folder must exist.
    maps : mapping of str to matplotlib.figure.Figure, optional
        Figures with their titles, set after the checks.
    title : str, optional
        Instead of the brief's.
    lang : {"en", "fr"}
        Language of the page.

    Returns
    -------
    pathlib.Path
        The file. It holds no script and fetches nothing; texts of tables are escaped. Where a check rests on invented
        data, the head of the page says so.

    Raises
    ------
    SchemaError
        No checks, or checks in another language.

    See Also
    --------
    Check : What a check returns.

    Examples
    --------
    >>> import sahelgeo as sg, tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = sg.brief.write_report([sg.brief.fatalities()], pathlib.Path(folder, "report.html"))
    ...     "28.1" in page.read_text(encoding="utf-8")
    True
    """
    check_language(lang)
    every = [checks] if isinstance(checks, Check) else list(checks)
    other = [check.key for check in every if check.lang != lang]
    if not every or other:
        raise SchemaError(
            f"write_report needs checks in {lang!r}"
            + (f"; in another language: {', '.join(other)}" if other else ", and there are none")
        )
    static = files("sahelgeo.brief").joinpath("static")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(static.joinpath("report.html.j2").read_text(encoding="utf-8"))
    words = {key: word(key, lang) for key in ("colon", "disclaimer", "made_with")}
    words |= {key: text(key, lang) for key in ("says", "data", "sources", "join")}
    sources = [source.rstrip(".") for source in dict.fromkeys(source for check in every for source in check.sources)]
    notes = list(dict.fromkeys(note for check in every for note in check.notes))
    invented = ", ".join(check.title for check in every if check.verdict == "synthetic")
    page = template.render(
        lang=lang,
        title=title or text("report_title", lang),
        lead=text("report_lead", lang),
        synthetic=text("report_synthetic", lang).format(checks=invented) if invented else "",
        css=Markup(static.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        checks=[_shown(check) for check in every],
        maps=[{"title": name, "image": _image(figure)} for name, figure in (maps or {}).items()],
        sources=sources,
        notes=notes,
        chart_mm=_chart_height(every, len(maps or {}), "; ".join([*notes, *sources])),
        words=words,
    )
    target = Path(path)
    target.write_text(page, encoding="utf-8")
    return target


def _chart_height(checks: list[Check], maps: int, sources: str) -> float:
    """How high a chart may be, in millimetres, for all to stand on one sheet: what the words leave, shared out among the rows."""
    words = [_TITLE_MM + _words_height(check.claim) + _words_height(" ".join(check.findings)) for check in checks]
    words += [_TITLE_MM] * maps
    charts = [True] * len(words)
    words.append(_TITLE_MM + _SOURCES_SHARE * _words_height(sources))
    charts.append(False)
    rows = [range(first, min(first + 2, len(words))) for first in range(0, len(words), 2)]
    # The last row may hold the sources alone, and then has no chart.
    left = _SHEET_MM - sum(max(words[cell] for cell in row) for row in rows)
    high = left / max(1, sum(any(charts[cell] for cell in row) for row in rows))
    return round(min(_CHART_MM[1], max(_CHART_MM[0], high)), 1)


def _words_height(words: str) -> float:
    return _LINE_MM * math.ceil((len(words) + _LEAD_LETTERS) / _LETTERS_OF_A_LINE)


def _shown(check: Check) -> dict[str, object]:
    return {
        "title": check.title,
        "claim": _unbroken(check.claim),
        "findings": [_unbroken(finding) for finding in check.findings],
        "verdict": check.verdict,
        "verdict_in_words": check.verdict_in_words,
        "image": _image(check.figure),
    }


def _unbroken(words: str) -> str:
    """No line may begin with the sign that belongs to the number or word before it."""
    return re.sub(r" (?=[%;:!?»])", "\u00a0", words)


def _image(figure: Figure) -> str:
    """The chart as SVG: sharp in print; the same input gives the same bytes."""
    held = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sahelgeo", "font.family": ["DejaVu Sans"], **LITERAL_TEXT}):
        figure.savefig(held, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(held.getvalue()).decode("ascii")
