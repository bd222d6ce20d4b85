"""One page of HTML with all checks: claims, findings, verdicts, charts, maps and sources, ready to print."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import matplotlib as mpl
from markupsafe import Markup

from sahelgeo.brief.outcome import Check, text
from sahelgeo.errors import SchemaError
from sahelgeo.sources import SOURCES
from sahelgeo.words import check_language, word

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_report(
    checks: Iterable[Check],
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
        The file. It holds no script and fetches nothing; texts of tables are escaped. Where a check rests on invented data, the head of the
        page says so.

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
    ...     "28.1 %" in page.read_text(encoding="utf-8")
    True
    """
    check_language(lang)
    every = list(checks)
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
    words |= {key: text(key, lang) for key in ("says", "data", "sources")}
    invented = any(check.verdict == "synthetic" for check in every)
    page = template.render(
        lang=lang,
        title=title or text("report_title", lang),
        lead=text("report_lead", lang),
        synthetic=SOURCES["sahelgeo-synthetic"].line(lang) if invented else "",
        css=Markup(static.joinpath("report.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        checks=[_shown(check) for check in every],
        maps=[{"title": name, "image": _image(figure)} for name, figure in (maps or {}).items()],
        sources=[source.rstrip(".") for source in dict.fromkeys(source for check in every for source in check.sources)],
        words=words,
    )
    target = Path(path)
    target.write_text(page, encoding="utf-8")
    return target


def _shown(check: Check) -> dict[str, object]:
    return {
        "title": check.title,
        "claim": check.claim,
        "findings": check.findings,
        "verdict": check.verdict,
        "verdict_in_words": check.verdict_in_words,
        "image": _image(check.figure),
    }


def _image(figure: Figure) -> str:
    """The chart as SVG: sharp in print; the same input gives the same bytes."""
    held = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "sahelgeo", "font.family": ["DejaVu Sans"]}):
        figure.savefig(held, format="svg", metadata={"Date": None})
    return "data:image/svg+xml;base64," + base64.b64encode(held.getvalue()).decode("ascii")
