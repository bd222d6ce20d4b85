"""Two pictures of one page compared so that letters may be drawn a little differently, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

# Pictures are averaged over squares of so many pixels: edges of letters and lines go, fills and places stay.
SQUARE = 8
# How many of the squares may differ by more than so much (of 255) in a colour channel. Other hinting, other sub-pixels and
# the fonts of another machine reach 0.8 % and 0.3 %; each change that the tests make in a page goes beyond one of the two.
MOST_SQUARES = {24: 0.015, 40: 0.004}
COLOURS = 255


@dataclass(frozen=True)
class Difference:
    """How far two pictures are apart: the share of squares that differ by more than each step, and a picture of where."""

    shares: dict[int, float]
    where: Image.Image

    @property
    def alike(self) -> bool:
        """Whether a reader would call them the same."""
        return all(share <= MOST_SQUARES[step] for step, share in self.shares.items())


def compare(picture: Image.Image, kept: Image.Image) -> Difference:
    """Hold a picture against the kept one."""
    if picture.size != kept.size:
        return Difference(dict.fromkeys(MOST_SQUARES, 1.0), picture)
    apart = ImageChops.difference(*(one.convert("RGB").reduce(SQUARE) for one in (picture, kept)))
    most = np.asarray(apart).max(axis=2)
    where = Image.fromarray((most > min(MOST_SQUARES)).astype(np.uint8) * 255)
    return Difference(
        {step: float((most > step).mean()) for step in MOST_SQUARES},
        where.resize(picture.size, Image.Resampling.NEAREST),
    )


def keep(picture: Image.Image, path: Path) -> None:
    """Write a picture small: few colours, no dithering."""
    few = picture.convert("RGB").quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
