"""How maps and charts look: the style table, a house's own style in its place, and the colours of it checked.

The looks of everything but the phases are in ``style.toml``. A :class:`Style` stands in front of that table while a
layer, a page or a sheet is drawn; whoever draws asks :func:`style` and need not know of which house it is::

    style.toml ──▶ Style.look() ──▶ in_style(house): ... style()["symbols"]["fill"] ...
"""

from __future__ import annotations

import base64
import json
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, pairwise
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sahelgeo import checks
from sahelgeo.embedded import read_text
from sahelgeo.errors import FormatError, SchemaError, listed, warn
from sahelgeo.phases.classes import PHASES, phase_classes
from sahelgeo.saving import readable, write_whole

# For matplotlib: text from tables is written as it is. A dollar sign is no formula, and a broken formula no error.
LITERAL_TEXT: dict[Any, Any] = {"text.usetex": False, "text.parse_math": False}
# What a house may colour: its name, and its place in the style table.
_PLACES = {
    "circles": ("symbols", "fill"),
    "arrows": ("arrows", "fill"),
    "events": ("events", "fill"),
    "land": ("ground", "land"),
    "sea": ("ground", "sea"),
    "borders": ("ground", "border"),
    "title": ("text", "title"),
}
_KINDS = ("sequential", "diverging", "qualitative")
# A distance in OKLab, times 100: below the first two colours are taken for one, below the second with effort only.
_SAME, _NEAR = 2.0, 4.5
# Contrasts of WCAG 2.2: 1.4.11 for shapes, 1.4.3 for text; below the first number nobody can use the map.
_SHAPE, _TEXT = (1.5, 3.0), (3.0, 4.5)
_LARGEST_LOGO = 100_000
# What an eye sees that lacks the cones for red, green or blue (Machado, Oliveira and Fernandes 2009), in linear light.
_VISIONS = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# OKLab (Ottosson 2020): linear light to cones, cones to lightness, green-red and blue-yellow.
_TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


class Palette(NamedTuple):
    """Colours with a name, their kind and where they come from."""

    name: str
    kind: str
    colours: tuple[str, ...]
    source: str


@lru_cache(maxsize=1)
def palettes() -> dict[str, Palette]:
    """The palettes that a style may name.

    Returns
    -------
    dict of str to Palette
        By their names in small letters; each with ``name``, ``kind`` ("sequential", "diverging", "qualitative"),
        ``colours`` and ``source``.

    See Also
    --------
    Style : A house's own style.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> sg.maps.palettes()["prgn_r"].kind
    'diverging'
    """
    entries = tomllib.loads(read_text("palettes.toml")).values()
    return {
        one["name"].lower(): Palette(one["name"], one["kind"], tuple(one["colours"]), one["source"]) for one in entries
    }


@dataclass(frozen=True, kw_only=True)
class Style:
    """A house's own style, for layers, pages, sheets and charts.

    The colours of the phases are official (IPC Technical Manual 3.1, Protocol 3.2) and stay as they are. Colours are
    checked when the style is made: what cannot be told apart or read is refused with its number, what is near that is
    warned of.

    Attributes
    ----------
    colours : mapping of str to str, optional
        Of ``circles``, ``arrows``, ``events``, ``land``, ``sea``, ``borders``, ``title``; any other key is a value of a
        column of text. Colours are written ``"#1D5FA8"`` or by their names in CSS.
    cmap : str, sequence of str or mapping, optional
        A palette by name (:func:`palettes`); several names of different kinds; colours from light to dark; or a mapping
        of ``sequential``, ``diverging``, ``qualitative`` to a name or to colours. A diverging palette runs from less
        over a middle to more.
    font : str, optional
        A font by its name; where a reader has none of that name, the page and the sheet use the usual one.
    logo : path, optional
        A PNG or JPEG of at most 100 kB for the head of page and sheet.
    credit : str, optional
        Who made the map: a line at the foot, beside the sources.

    Raises
    ------
    SchemaError
        A colour of a phase, an unknown palette, text that is no colour, colours that cannot be told apart, a logo that
        is no picture or too large.

    Warns
    -----
    DataWarning
        Colours that are hard to tell apart or to read, also with a deficiency of colour vision, or near one of a phase.

    See Also
    --------
    palettes : The palettes by name.
    Map : Takes ``style=``, as all layers and one-call maps do.

    Notes
    -----
    Distances are measured in OKLab (Ottosson 2020) with full colour vision and with each deficiency (Machado, Oliveira
    and Fernandes 2009); contrasts as in WCAG 2.2, success criteria 1.4.3 and 1.4.11.

    Examples
    --------
    >>> import sahelgeo as sg
    >>> house = sg.maps.Style(colours={"circles": "#7A0C49"}, cmap=("Blues", "PRGn_r"), credit="The Example Times")
    >>> sample = sg.load_sample("burkina-2020")
    >>> m = sg.maps.stock_map(sample.stocks, sample.areas, style=house)
    >>> sg.maps.Style(colours={"phase 3": "orange"})
    Traceback (most recent call last):
    ...
    sahelgeo.errors.SchemaError: Style: the colours of the phases are official and cannot be changed: leave out phase 3
    """

    colours: Mapping[str, str] = field(default_factory=dict, hash=False)
    cmap: Any = field(default=None, hash=False)
    font: str | None = None
    logo: str | PathLike[str] | None = None
    credit: str | None = None

    def __post_init__(self) -> None:
        for name in ("font", "credit"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, str) or not value.strip()):
                raise SchemaError(f"Style: {name}={value!r} is no text")
            object.__setattr__(self, name, readable(value))
        if not isinstance(self.colours, Mapping):
            raise SchemaError(
                'Style: colours names what is coloured: {"circles": "#1D5FA8"}. Colours of classes are for cmap'
            )
        _refuse_phases(self.colours)
        object.__setattr__(self, "colours", {str(key): _hex(colour) for key, colour in self.colours.items()})
        object.__setattr__(self, "cmap", _by_kind(self.cmap))
        if self.logo is not None:
            _picture(self.logo)
        _check(self)

    def look(self) -> dict[str, dict[str, Any]]:
        """The style table with this style before it."""
        made = {kind: dict(values) for kind, values in declared_style().items()}
        for key, (kind, name) in _PLACES.items():
            if key in self.colours:
                made[kind][name] = self.colours[key]
        made["events"]["text"] = text_on(made["events"]["fill"])
        areas = made["areas"]
        areas["named"] = {key: colour for key, colour in self.colours.items() if key not in _PLACES}
        areas["sequence"] = list(self.cmap.get("sequential", areas["sequence"]))
        areas["classes"] = list(self.cmap.get("qualitative", areas["classes"]))
        if "diverging" in self.cmap:
            colours = list(self.cmap["diverging"])
            middle = len(colours) // 2
            areas["change_down"], areas["change_up"] = colours[:middle], colours[-middle:]
            areas["change_none"] = colours[middle] if len(colours) % 2 else areas["change_none"]
        made["text"] |= {name: value for name in ("font", "credit") if (value := getattr(self, name))}
        return made

    def logo_picture(self) -> tuple[str, bytes] | None:
        """The kind of picture and its bytes."""
        return None if self.logo is None else _picture(self.logo)

    def logo_url(self) -> str | None:
        """The logo as text that a page holds."""
        if self.logo is None:
            return None
        kind, content = _picture(self.logo)
        return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"

    def save(self, path: str | PathLike[str]) -> None:
        """Write the style as TOML; the logo stays where it is and is named as seen from the file.

        Parameters
        ----------
        path : path
            Where to write.

        Examples
        --------
        >>> import tempfile
        >>> import sahelgeo as sg
        >>> house = sg.maps.Style(cmap="Blues", credit="The Example Times")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     house.save(f"{folder}/house.toml")
        ...     sg.maps.Style.load(f"{folder}/house.toml") == house
        True
        """
        lines = [f"{name} = {_toml(value)}" for name in ("font", "credit") if (value := getattr(self, name))]
        if self.logo is not None:
            logo = Path(self.logo).absolute()
            here = Path(path).absolute().parent
            lines.append(f"logo = {_toml((logo.relative_to(here) if logo.is_relative_to(here) else logo).as_posix())}")
        for table, values in (("colours", self.colours), ("cmap", self.cmap)):
            lines += ["", f"[{table}]", *(f"{_toml(key)} = {_toml(value)}" for key, value in values.items())] * bool(
                values
            )
        write_whole(path, "\n".join(lines).lstrip() + "\n")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Style:
        """Read a style that :meth:`save` wrote, or that was written by hand.

        Parameters
        ----------
        path : path
            A TOML file with ``font``, ``credit``, ``logo``, and the tables ``colours`` and ``cmap``.

        Returns
        -------
        Style
            The style, checked.

        Raises
        ------
        FormatError
            The file is not there, is no TOML, or holds what no style has.
        """
        name = Path(path).name
        checks.no_pipe(Path(path))
        try:
            held = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
            raise FormatError(f"{name}: no style in TOML ({problem})") from problem
        unknown = [key for key in held if key not in cls.__dataclass_fields__]
        _refuse_phases(unknown)
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise FormatError(f"{name}: a style has no {listed(unknown, 5)}. It has: {known}")
        if "logo" in held:
            held["logo"] = str(Path(path).parent / str(held["logo"]))
        return cls(**held)


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)  # The escapes of JSON are those of TOML.
    return f"[{', '.join(map(_toml, value))}]"


def _refuse_phases(keys: Any) -> None:
    official = {str(phase) for phase in PHASES} | {one.key for one in phase_classes()}
    official |= {one.label(lang).lower() for one in phase_classes() for lang in ("en", "fr")}
    official |= {"", "s"}
    asked = [key for key in map(str, keys) if key.strip().lower().removeprefix("phase").strip(" _") in official]
    if asked:
        raise SchemaError(
            f"Style: the colours of the phases are official and cannot be changed: leave out {listed(asked, 5)}"
        )


def _hex(colour: Any) -> str:
    from matplotlib.colors import is_color_like, to_hex, to_rgba  # noqa: PLC0415 (only where a house has a style)

    if not isinstance(colour, str) or not is_color_like(colour) or to_rgba(colour)[3] < 1:
        raise SchemaError(f"Style: {colour!r} is no opaque colour. Write it as #1D5FA8, or by its name in CSS")
    return str(to_hex(colour)).upper()


def _by_kind(cmap: Any) -> dict[str, tuple[str, ...]]:
    """The colours of each kind of palette."""
    if cmap is None:
        return {}
    if isinstance(cmap, Mapping):
        unknown = [key for key in cmap if key not in _KINDS]
        if unknown:
            raise SchemaError(f"Style: cmap has no {listed(unknown, 3)}. Its kinds: {', '.join(_KINDS)}")
        return {kind: _colours_of(value, kind) for kind, value in cmap.items()}
    names = list(cmap) if isinstance(cmap, Iterable) and not isinstance(cmap, str) else [cmap]
    if names and all(isinstance(name, str) and name.lower() in palettes() for name in names):
        found = [palettes()[name.lower()] for name in names]
        if len({one.kind for one in found}) < len(found):
            raise SchemaError(f"Style: cmap={cmap!r} names two palettes of one kind. Give one of each")
        return {one.kind: one.colours for one in found}
    return {"sequential": _colours_of(cmap, "sequential")}


def _colours_of(value: Any, kind: str) -> tuple[str, ...]:
    if isinstance(value, str):
        if value.lower() not in palettes():
            known = "; ".join(
                f"{one}: {', '.join(held.name for held in palettes().values() if held.kind == one)}" for one in _KINDS
            )
            raise SchemaError(f"Style: no palette is called {value!r}. There are: {known}. Or give colours in a list")
        found = palettes()[value.lower()]
        if found.kind != kind:
            raise SchemaError(f"Style: {found.name} is {found.kind}, not {kind}")
        return found.colours
    if not isinstance(value, Iterable):
        raise SchemaError(f"Style: cmap={value!r} is no palette. Give its name, or colours in a list")
    colours = tuple(_hex(colour) for colour in value)
    least = 3 if kind == "diverging" else 2
    if len(colours) < least:
        raise SchemaError(f"Style: {len(colours)} colours are too few for a {kind} palette. Give at least {least}")
    return colours


def _picture(path: str | PathLike[str]) -> tuple[str, bytes]:
    name = Path(str(path)).name
    checks.no_pipe(Path(str(path)))
    try:
        content = Path(str(path)).read_bytes()
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or problem
        raise SchemaError(f"Style: the logo {name} cannot be read ({why})") from problem
    kind = {b"\x89PNG": "png", b"\xff\xd8\xff\xe0": "jpeg", b"\xff\xd8\xff\xe1": "jpeg", b"\xff\xd8\xff\xdb": "jpeg"}
    if content[:4] not in kind or len(content) > _LARGEST_LOGO:
        raise SchemaError(
            f"Style: the logo {name} is no PNG or JPEG of at most 100 kB ({len(content) / 1000:,.0f} kB). Save it so"
        )
    return kind[content[:4]], content


def _check(house: Style) -> None:
    """Refuse what cannot be used, and warn of what is hard to: each with its number."""
    look = house.look()
    named, up = [*look["areas"]["named"].values()], look["areas"]["change_up"]
    held = [*_contrasts(house, look), *_distances({**house.cmap, "colours": named})]
    wrong = [f"{text} {number:.1f}, less than {least:g}" for text, number, (least, _) in held if number < least]
    doubtful = [
        f"{text} {number:.1f}, less than {good:g}" for text, number, (least, good) in held if least <= number < good
    ]
    if (steps := house.cmap.get("sequential")) and not _falls([oklab(one)[0] for one in steps]):
        doubtful.append("sequential: the colours do not run from light to dark, so that their order is not seen")
    # A legend has steps between the colours too: yellow to blue runs over green.
    if "diverging" in house.cmap and any(_green(colour) for count in range(1, 10) for colour in spread(up, count)):
        wrong.append("diverging: more is green, and here more is worse. Turn the palette round")
    official = [one for one in phase_classes() if one.key.isdigit()]
    for colour in [*named, *house.cmap.get("sequential", ()), *house.cmap.get("diverging", ())]:
        near = [one for one in official if distance(colour, one.colour, seen=False) < _NEAR]
        doubtful += [f"{colour} is taken for {one.label('en')} ({one.colour})" for one in near]
    if wrong:
        raise SchemaError(f"Style: {'; '.join(wrong)}. Choose colours that differ more")
    if doubtful:
        warn(f"Style: {listed(doubtful, 8)}")


# What is measured, the number, and below which it is refused or warned of.
Measured = tuple[str, float, tuple[float, float]]


def _contrasts(house: Style, look: dict[str, Any]) -> Iterator[Measured]:
    for key in [key for key in ("circles", "arrows", "events", "title") if key in house.colours]:
        colour, ground = house.colours[key], "#FFFFFF" if key == "title" else look["ground"]["land"]
        yield f"{key} {colour} on {ground}: contrast", contrast(colour, ground), _TEXT if key == "title" else _SHAPE


def _distances(colours: Mapping[str, Sequence[str]]) -> Iterator[Measured]:
    for kind, held in colours.items():
        for one, other in pairwise(held) if kind in ("sequential", "diverging") else combinations(held, 2):
            yield f"{kind}: {one} and {other} differ by", distance(one, other), (_SAME, _NEAR)


def _falls(values: Sequence[float]) -> bool:
    return all(one > other for one, other in pairwise(values)) or all(one < other for one, other in pairwise(values))


def _green(colour: str) -> bool:
    _, across, along = oklab(colour)
    return bool(np.hypot(across, along) > 0.05 and 110 < math.degrees(math.atan2(along, across)) < 175)


_CURRENT: ContextVar[dict[str, dict[str, Any]] | None] = ContextVar("sahelgeo_style", default=None)


@contextmanager
def in_style(house: Style | None) -> Iterator[None]:
    """While it lasts, :func:`style` gives this house's; None leaves things as they are."""
    if house is None:
        yield
        return
    before = _CURRENT.set(house.look())
    try:
        yield
    finally:
        _CURRENT.reset(before)


def checked_style(value: Any, owner: str) -> Style | None:
    """The style, if it is one; a path to a TOML file is read."""
    if isinstance(value, str | PathLike):
        return Style.load(value)
    if value is not None and not isinstance(value, Style):
        raise SchemaError(f"{owner}: style={value!r} is no Style. Make one: Style(cmap='Blues'), or give a TOML file")
    return value


def style() -> dict[str, dict[str, Any]]:
    """Sizes and colours of everything but the phases, by kind of layer, in the style of the house that draws."""
    return _CURRENT.get() or declared_style()


@lru_cache(maxsize=1)
def declared_style() -> dict[str, dict[str, Any]]:
    """The style table."""
    return tomllib.loads(read_text("style.toml"))


def font_family() -> list[str]:
    """The fonts of a sheet: that of the house where this machine has it, then the usual one."""
    from matplotlib.font_manager import get_font_names  # noqa: PLC0415

    font = style()["text"].get("font")
    if font and font not in get_font_names():
        warn(f"the font {font!r} is not installed here: the sheet is written in DejaVu Sans")
        font = None
    return [*([font] if font else []), "DejaVu Sans"]


def text_on(colour: str) -> str:
    """Black or white, whichever reads better on a colour (contrast as in WCAG 2.2, success criterion 1.4.3).

    Examples
    --------
    >>> from sahelgeo.maps.style import text_on
    >>> text_on("#FAE61E"), text_on("#640000")
    ('#000000', '#FFFFFF')
    """
    return max(("#000000", "#FFFFFF"), key=lambda text: contrast(text, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((float(_linear(colour) @ (0.2126, 0.7152, 0.0722)) for colour in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def distance(one: str, other: str, *, seen: bool = True) -> float:
    """How different two colours look (OKLab, times 100): to the eye that tells them apart least, or to most eyes."""
    eyes = (None, *_VISIONS) if seen else (None,)
    return min(100 * float(np.linalg.norm(oklab(one, eye) - oklab(other, eye))) for eye in eyes)


def oklab(colour: str, eye: str | None = None) -> Any:
    """Lightness, green-red and blue-yellow of a colour as an eye sees it."""
    light = _linear(colour)
    if eye is not None:
        light = np.clip(np.array(_VISIONS[eye]) @ light, 0, 1)
    return _TO_LAB @ np.cbrt(_TO_CONES @ light)


def _linear(colour: str) -> Any:
    channels = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def spread(colours: Sequence[str], count: int) -> list[str]:
    """``count`` of the colours over all of them in their order; of fewer colours the steps between them too."""
    if count == 1:
        return [colours[len(colours) // 2]]
    places = [number * (len(colours) - 1) / (count - 1) for number in range(count)]
    if count <= len(colours):
        return [colours[round(place)] for place in places]
    return [_between(colours[math.floor(place)], colours[math.ceil(place)], place % 1) for place in places]


def _between(one: str, other: str, share: float) -> str:
    """A step between two colours in OKLab, where equal steps look equal."""
    lab = oklab(one) * (1 - share) + oklab(other) * share
    light = np.clip(np.linalg.inv(_TO_CONES) @ (np.linalg.inv(_TO_LAB) @ lab) ** 3, 0, 1)
    channels = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * float(part)):02X}" for part in channels)
