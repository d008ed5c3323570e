"""Characters of the fonts that come with Matplotlib, warped at random: as many classes as wanted, grey or in colour.

Conventions
-----------
Images are float32 in [0, 1]: [n, 1, S, S] in grey (light ink on black, plus noise) or [n, 3, S, S] in colour. x runs to
the right and y down. A class is a character, numbered by its place in the string that is asked for. A character has
one shape per font; each image takes a font at random and warps its shape by a random affine map about the centre:
turned, scaled, sheared and moved. Each shape is rasterised once and all images of a call are warped together.

A *texture* is what the ink is filled with, of a number that has nothing to do with the character: so shape and texture
are two labels of one picture. Character sets to choose from are in ``ALPHABETS``; no two of their 101 characters share
a shape. Fonts are named in ``FONTS``; keep training and test apart by them, or by nothing but the draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import matplotlib
import torch
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from torch.nn import functional as F

from ..draw import figures
from ..rows import Rows

Tensor = torch.Tensor

ALPHABETS = {
    "digits": "0123456789",
    "capitals": "ABCDEFGHJKLMNPQRSTUVWXYZ",
    "small": "abdefghijkmnqrt",
    "greek": "ΓΔΘΛΞΠΣΦΨΩαβγδεζθλμξπσφψω",
    "cyrillic": "БДЖИЛЦЧШЩЪЫЭЮЯ",
    "symbols": "#$%&*+=?@§¶£¥",
}
FONTS = tuple(
    [f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")]
    + [f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")]
    + [f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")]
    + ["STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta"]
)
TEXTURES = ("plain", "stripes", "checks", "dots")
INK = 0.5  # from this coverage on a pixel belongs to the character

_LONGEST = 0.7  # longer side of an unwarped character, in sides of the image


@dataclass(frozen=True)
class Glyphs(Rows):
    """``n`` images of one character each.

    Attributes:
        image: float32 [n, 1 or 3, S, S] in [0, 1].
        label: int64 [n], the character's place in the string of characters.
        mask: bool [n, S, S], the character's pixels.
        texture: int64 [n], what fills the ink: a place in ``TEXTURES``.
        font: int64 [n], a place in ``FONTS``.
    """

    image: Tensor
    label: Tensor
    mask: Tensor
    texture: Tensor
    font: Tensor


def glyphs(
    label: Tensor,
    characters: str,
    generator: torch.Generator,
    *,
    size: int = 24,
    colour: bool = False,
    textures: Sequence[int] = (0,),
    fonts: Sequence[int] = tuple(range(len(FONTS))),
    turn: float = math.radians(20),
    scale: tuple[float, float] = (0.8, 1.2),
    shear: float = 0.2,
    shift: float = 0.08,
    noise: float = 0.05,
) -> Glyphs:
    """Draw one image for each label.

    Args:
        label: int64 [n], n at least 1, each below ``len(characters)``; see :func:`balanced` and :func:`long_tail`.
        characters: the classes, each a different character.
        generator: on the CPU; the images depend on nothing else.
        size: side of an image, at least 8 pixels.
        colour: ink and background of random, well separated colours; otherwise grey ink on black.
        textures: the fillings to choose from, places in ``TEXTURES``.
        fonts: the fonts to choose from, places in ``FONTS``.
        turn: largest rotation to either side, radians.
        scale: smallest and largest magnification; at 1 the longer side of a character is 0.7 of the image.
        shear: largest shear to either side.
        shift: largest displacement in x and in y, in sides of the image.
        noise: standard deviation of what is added to every pixel and channel.

    Raises:
        ValueError: if a label has no character, a character occurs twice or is in no font, a texture or font has no
            name, or a size or range is out of bounds.
    """
    _check(label, characters, size, textures, fonts, scale, min(turn, shear, shift, noise))
    n = len(label)
    font, texture = (
        torch.tensor(list(of))[torch.randint(len(of), (n,), generator=generator)] for of in (fonts, textures)
    )
    shapes = _shapes(characters, tuple(sorted(set(fonts))), 2 * size)
    row = torch.searchsorted(torch.tensor(sorted(set(fonts))), font)
    theta = _random_maps(n, turn, scale, shear, shift, generator)
    grid = F.affine_grid(theta, [n, 1, size, size], align_corners=False)  # [n, S, S, 2] in the character's frame
    ink = F.grid_sample(shapes[row, label][:, None], grid, align_corners=False)  # [n, 1, S, S]
    fill = _fill(texture, grid, generator)
    if colour:
        front, back = _colours(n, generator)
        image = back + ink * (fill * front + (1 - fill) * (0.5 * front + 0.5 * back) - back)
    else:
        image = ink * fill.clamp_min(0.35) * (0.7 + 0.3 * torch.rand(n, 1, 1, 1, generator=generator))
    image = (image + noise * torch.randn(image.shape, generator=generator)).clamp(0, 1)
    return Glyphs(image, label.clone(), ink[:, 0] >= INK, texture, font)


def balanced(classes: int, each: int, generator: torch.Generator) -> Tensor:
    """Labels int64 [classes * each] in random order, every class ``each`` times.

    Raises:
        ValueError: if a count is below 1.
    """
    if min(classes, each) < 1:
        raise ValueError(f"classes and each must be at least 1, not {classes} and {each}")
    return torch.arange(classes).repeat(each)[torch.randperm(classes * each, generator=generator)]


def long_tail(classes: int, most: int, least: int) -> Tensor:
    """How many images each class has, int64 [classes]: falling by a power law from ``most`` to ``least``.

    Class k has ``most * (k + 1) ** -a`` images, with the exponent ``a`` that gives the last one ``least``. Labels are
    ``torch.arange(classes).repeat_interleave(counts)``.

    Raises:
        ValueError: unless there are two classes at least and 1 <= least <= most.
    """
    if classes < 2 or not 1 <= least <= most:
        raise ValueError(f"need 2 classes and 1 <= least <= most, not {classes} classes from {most} to {least}")
    exponent = math.log(most / least) / math.log(classes)
    return (most * torch.arange(1, classes + 1, dtype=torch.float64) ** -exponent).round().long()


def sample_picture() -> Figure:
    """Characters in grey, in colour, and with four fillings, each warped at random."""
    generator = torch.Generator().manual_seed(0)
    characters = "AБΩ§7gξ&"
    label = torch.arange(8)
    grey = glyphs(label, characters, generator, size=32).image.expand(-1, 3, -1, -1)
    coloured = glyphs(label, characters, generator, size=32, colour=True).image
    filled = [glyphs(label[:2], characters, generator, size=32, colour=True, textures=(k,)).image for k in range(4)]
    return figures.images([*grey, *coloured, *torch.cat(filled)], columns=8)


@lru_cache(maxsize=16)
def _shapes(characters: str, fonts: tuple[int, ...], side: int) -> Tensor:
    """Coverage in [0, 1] of all characters in some fonts, centred, of one longer side: [fonts, characters, P, P]."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    shapes = torch.zeros(len(fonts), len(characters), side, side)
    for row, number in enumerate(fonts):
        font = FT2Font(str(folder / f"{FONTS[number]}.ttf"))
        for column, character in enumerate(characters):
            if font.get_char_index(ord(character)) == 0:
                raise ValueError(f"characters holds {character!r}, which {FONTS[number]} does not have")
            # Once to learn how long the character is, once at the size that makes it as long as all others.
            length = max(_raster(font, character, side).shape)
            ink = _raster(font, character, side * _LONGEST * side / length)
            height, width = (min(extent, side) for extent in ink.shape)
            top, left = (side - height) // 2, (side - width) // 2
            shapes[row, column, top : top + height, left : left + width] = ink[:height, :width]
    return shapes


def _raster(font: FT2Font, character: str, points: float) -> Tensor:
    """Coverage in [0, 1] of one character, cut to what has ink: [H, W]."""
    font.set_size(points, 72)  # at 72 dots per inch a point is a pixel
    font.set_text(character, 0.0)
    font.draw_glyphs_to_bitmap(antialiased=True)
    ink = torch.from_numpy(font.get_image().copy()).float() / 255
    rows, columns = torch.nonzero(ink.amax(1) > 0), torch.nonzero(ink.amax(0) > 0)
    return ink[int(rows[0]) : int(rows[-1]) + 1, int(columns[0]) : int(columns[-1]) + 1]


def _random_maps(
    n: int, turn: float, scale: tuple[float, float], shear: float, shift: float, generator: torch.Generator
) -> Tensor:
    """Maps [n, 2, 3] from the image to the unwarped character, in halves of a side."""
    u = torch.rand(n, 5, generator=generator)
    angle, zoom = turn * (2 * u[:, 0] - 1), scale[0] + (scale[1] - scale[0]) * u[:, 1]
    c, s, k = torch.cos(angle) / zoom, torch.sin(angle) / zoom, shear * (2 * u[:, 2] - 1)
    linear = torch.stack([torch.stack([c + k * s, k * c - s], 1), torch.stack([s, c], 1)], 1)  # [n, 2, 2]
    moved = 2 * shift * (2 * u[:, 3:] - 1)
    return torch.cat([linear, -(linear @ moved[..., None])], 2)


def _fill(texture: Tensor, grid: Tensor, generator: torch.Generator) -> Tensor:
    """How much of the ink's own colour a pixel has, for textures [n] in the character's frame: [n, 1, S, S]."""
    n = len(texture)
    period, phase = 0.35, torch.rand(n, 1, 1, 2, generator=generator)
    u, v = torch.sin(2 * math.pi * (grid / period + phase)).unbind(-1)  # [n, S, S] each
    patterns = torch.stack([torch.full_like(u, 9.0), v, u * v, u + v - 0.6], 1)  # as in TEXTURES
    return torch.sigmoid(8 * patterns[torch.arange(n), texture])[:, None]


def _colours(n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Colours of ink and background, [n, 3, 1, 1] each, whose mean brightness differs by 0.3 or more."""
    back, front = torch.rand(2, n, 3, generator=generator).unbind(0)
    gap = front.mean(1) - back.mean(1)
    push = (0.3 - gap.abs()).clamp_min(0) * torch.where(gap < 0, -1.0, 1.0)
    # Moved together, so that neither colour leaves the unit cube by more than clamping repairs.
    front, back = front + 0.75 * push[:, None], back - 0.75 * push[:, None]
    return front.clamp(0, 1)[..., None, None], back.clamp(0, 1)[..., None, None]


def _check(
    label: Tensor,
    characters: str,
    size: int,
    textures: Sequence[int],
    fonts: Sequence[int],
    scale: tuple[float, float],
    least: float,
) -> None:
    if not characters or len(set(characters)) < len(characters):
        raise ValueError(f"characters must be different from each other, not {characters!r}")
    if label.ndim != 1 or len(label) == 0 or label.min() < 0 or label.max() >= len(characters):
        raise ValueError(f"label must be [n] with values from 0 to {len(characters) - 1}")
    if size < 8:
        raise ValueError(f"size must be at least 8, not {size}")
    for chosen, names, argument in ((textures, TEXTURES, "textures"), (fonts, FONTS, "fonts")):
        if len(chosen) == 0 or not all(0 <= k < len(names) for k in chosen):
            raise ValueError(f"{argument} must hold numbers from 0 to {len(names) - 1}, not {tuple(chosen)}")
    if not 0 < scale[0] <= scale[1]:
        raise ValueError(f"scale must rise from a positive number, not {scale!r}")
    if least < 0:
        raise ValueError("turn, shear, shift and noise must not be negative")
