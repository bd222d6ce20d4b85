"""A map in a notebook: the page, and a small picture for readers that show no page."""

from __future__ import annotations

import base64
import io
import warnings
from typing import Any, Protocol

import folium
import numpy as np
from PIL import Image

from sahelgeo.errors import DataWarning
from sahelgeo.maps.document import Furniture, stamp_of
from sahelgeo.maps.print_sheet import figure

_MOST_BYTES = 500_000
# What the page may take of them, before its quotes are written as entities.
_PAGE_KB = 380
_RESOLUTIONS = (96, 72, 54)
_KEPT = "_sahelgeo_picture"


class _Shown(Protocol):
    lang: str
    ground: bool
    max_kb: int

    def furniture(self) -> Furniture: ...
    def _repr_html_(self, **kwargs: Any) -> str: ...


def notebook_bundle(m: _Shown) -> dict[str, str]:
    """The page as HTML and, where it can be drawn, the picture as PNG in base64."""
    html = m._repr_html_()
    if len(html.encode()) > 0.92 * _MOST_BYTES and m.max_kb > _PAGE_KB:
        given, m.max_kb = m.max_kb, _PAGE_KB
        try:
            html = m._repr_html_()
        finally:
            m.max_kb = given
    picture = still_picture(m, most_bytes=_MOST_BYTES - len(html.encode()))
    return {"text/html": html} | ({"image/png": picture} if picture else {})


def still_picture(m: Any, *, most_bytes: int) -> str:
    """The printed map as PNG in base64 of at most so many characters; empty where it cannot be drawn or does not fit.

    The picture is drawn once and kept on the map until a layer changes.
    """
    stamp = (stamp_of(m, m.furniture()), most_bytes // 10_000)
    kept = getattr(m, _KEPT, None)
    if kept is not None and kept[0] == stamp:
        return str(kept[1])
    try:
        picture = _drawn(m, most_bytes)
    except Exception as problem:  # noqa: BLE001 (a picture is a spare: whatever goes wrong with it, the page is shown)
        picture = ""
        if any(isinstance(child, folium.map.Layer) for child in m._children.values()):
            warnings.warn(f"the map has no picture for readers without HTML: {problem}", DataWarning, stacklevel=2)
    setattr(m, _KEPT, (stamp, picture))
    return picture


def _drawn(m: Any, most_bytes: int) -> str:
    sheet = figure(m, width_inches=8)
    for dpi in _RESOLUTIONS:
        raw, small = io.BytesIO(), io.BytesIO()
        sheet.savefig(raw, format="png", dpi=dpi)
        few_colours(Image.open(raw), 96).save(small, format="PNG", optimize=True)
        text = base64.b64encode(small.getvalue()).decode("ascii")
        if len(text) <= most_bytes:
            return text
    return ""


def few_colours(picture: Image.Image, count: int) -> Image.Image:
    """The picture in its most frequent colours, which stay exactly as they are: a phase keeps its official colour."""
    # Pillow's own choice of nearest colours works on a coarse grid and turns white into grey.
    pixels = np.asarray(picture.convert("RGB")).astype(np.int64)
    packed, place, often = np.unique(pixels @ [65536, 256, 1], return_inverse=True, return_counts=True)
    kept = packed[np.argsort(-often, kind="stable")[:count]]
    colours, found = (np.stack([some // 65536, some // 256 % 256, some % 256], axis=1) for some in (kept, packed))
    nearest = ((found[:, None] - colours[None]) ** 2).sum(axis=2).argmin(axis=1)
    drawn = Image.fromarray(nearest[place].reshape(pixels.shape[:2]).astype(np.uint8))
    drawn.putpalette(colours.astype(np.uint8).tobytes())
    return drawn
