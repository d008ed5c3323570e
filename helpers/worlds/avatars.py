"""Small avatars from eight known factors, with a combination that never occurs and details that are pure chance.

Conventions
-----------
Images are float32 in [0, 1], [n, 3, S, S]; x runs to the right and y down, pixel centres lie at integers. "Left" and
"right" are the picture's. Lengths are in halves of the picture's side: its borders lie at x = -1 and x = 1.

An avatar is painted from three kinds of causes:

    coarse    where the head is and what outline it has: shift, tilt, width
    middle    what is on it: hair, beard, glasses
    fine      flat colours: skin, ground

and from ``Chance``: how bright each strand of the hair is, and where the freckles sit. Chance is drawn anew for each
picture and carries no information. The **forbidden corner**: nobody has both much hair and much beard,
``hair > 0.5 and beard > 0.5``; everything else is independent. So the distribution of (hair, beard) is a square that
lacks a quarter, and no product of two independent variables.

The head is an ellipse; (u, v) are the coordinates in it, (0, 0) in its middle, v = -1 at the crown, v = 1 at the chin,
u = -1 and 1 at its sides, turned with the head. All parts are signed distances, negative inside, which cover a pixel
by how much of it they overlap. The **stochastic region** is where chance can show: hair, and the bare cheeks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import torch
from matplotlib.figure import Figure

from ..draw import figures
from ..rows import Rows

COARSE = ("shift", "tilt", "width")
MIDDLE = ("hair", "beard", "glasses")
FINE = ("skin", "ground")
NAMES = (*COARSE, *MIDDLE, *FINE)
LIMITS = {
    "shift": (-0.28, 0.28),
    "tilt": (-0.35, 0.35),
    "width": (0.38, 0.60),
    "hair": (0.0, 1.0),
    "beard": (0.0, 1.0),
    "glasses": (0.0, 1.0),
    "skin": (0.0, 1.0),
    "ground": (0.0, 1.0),
}
CORNER = 0.5  # hair and beard are not both larger
STRANDS = 12  # across the hair
FRECKLES = 8  # on both cheeks together

_HEIGHT = 0.68  # half the height of a head
_MIDDLE = 0.08  # how far below the middle of the picture heads are
_SKIN = ((0.99, 0.88, 0.62), (0.93, 0.58, 0.46), (0.46, 0.26, 0.20))
_GROUND = ((0.20, 0.35, 0.85), (0.25, 0.75, 0.65), (0.80, 0.90, 0.35))
_DARK, _LIGHT = (0.16, 0.08, 0.04), (0.96, 0.74, 0.30)
_BEARD, _LENS, _MOUTH = (0.24, 0.13, 0.10), (0.05, 0.05, 0.12), (0.70, 0.12, 0.15)
_CHUNK = 256  # avatars that are painted together


@dataclass(frozen=True)
class Factors(Rows):
    """What an avatar is, float32 [n] each.

    Attributes:
        shift: of the head to the right, in half sides, -0.28 to 0.28.
        tilt: radians, clockwise in the picture, -0.35 to 0.35.
        width: half the width of the head, in half sides, 0.38 to 0.60.
        hair: length, 0 (above the eyes) to 1 (below the chin).
        beard: 0 (none) to 1 (up to the eyes).
        glasses: 0 or 1.
        skin: from light over pink to brown, 0 to 1.
        ground: colour of the background from blue over green to yellow, 0 to 1.
    """

    shift: torch.Tensor
    tilt: torch.Tensor
    width: torch.Tensor
    hair: torch.Tensor
    beard: torch.Tensor
    glasses: torch.Tensor
    skin: torch.Tensor
    ground: torch.Tensor

    def table(self) -> torch.Tensor:
        """All factors side by side, float32 [n, 8], in the order of ``NAMES`` and brought to [0, 1]."""
        columns = [(getattr(self, name) - low) / (high - low) for name, (low, high) in LIMITS.items()]
        return torch.stack(columns, 1)


@dataclass(frozen=True)
class Chance(Rows):
    """What differs between two pictures of the same factors, float32.

    Attributes:
        strands: [n, 12], brightness of the strands of hair from left to right, 0 to 1.
        freckles: [n, 8, 2], (u, v) on the head; the first half on the left cheek.
    """

    strands: torch.Tensor
    freckles: torch.Tensor


@dataclass(frozen=True)
class Avatars(Rows):
    """Painted avatars.

    Attributes:
        image: float32 [n, 3, S, S].
        region: bool [n, S, S], where chance can show.
        factors, chance: what they were made from.
    """

    image: torch.Tensor
    region: torch.Tensor
    factors: Factors
    chance: Chance


def draw_factors(count: int, rng: np.random.Generator, *, corner: bool = False) -> Factors:
    """Factors of ``count`` avatars, independent and uniform in ``LIMITS`` but for the forbidden corner.

    Args:
        count: how many.
        rng: source of every draw.
        corner: whether much hair and much beard may occur together, as often as any other combination.

    Raises:
        ValueError: if ``count`` is below 1.
    """
    _check_count(count)
    values = {name: rng.uniform(low, high, count) for name, (low, high) in LIMITS.items()}
    values["glasses"] = np.round(values["glasses"])
    wrong = (values["hair"] > CORNER) & (values["beard"] > CORNER)
    while not corner and wrong.any():
        for name in ("hair", "beard"):
            values[name][wrong] = rng.uniform(size=wrong.sum())
        wrong = (values["hair"] > CORNER) & (values["beard"] > CORNER)
    return Factors(*(_tensor(values[field.name]) for field in fields(Factors)))


def draw_chance(count: int, rng: np.random.Generator) -> Chance:
    """Strands and freckles of ``count`` pictures.

    Raises:
        ValueError: if ``count`` is below 1.
    """
    _check_count(count)
    freckles = rng.uniform([0.25, 0.12], [0.75, 0.45], (count, FRECKLES, 2))
    freckles[:, : FRECKLES // 2, 0] *= -1
    return Chance(_tensor(rng.uniform(size=(count, STRANDS))), _tensor(freckles))


def from_table(table: torch.Tensor) -> Factors:
    """The inverse of :meth:`Factors.table`; values beyond [0, 1] are brought back to it, and glasses are on or off.

    Raises:
        ValueError: if ``table`` is not [n, 8].
    """
    if table.ndim != 2 or table.shape[1] != len(NAMES):
        raise ValueError(f"table must be [n, {len(NAMES)}], not {list(table.shape)}")
    share = table.detach().clamp(0, 1).unbind(1)
    columns = [low + part * (high - low) for part, (low, high) in zip(share, LIMITS.values(), strict=True)]
    columns[NAMES.index("glasses")] = columns[NAMES.index("glasses")].round()
    return Factors(*columns)


def forbidden(factors: Factors) -> torch.Tensor:
    """Which avatars lie in the forbidden corner, bool [n]."""
    return (factors.hair > CORNER) & (factors.beard > CORNER)


def render(factors: Factors, chance: Chance, size: int) -> Avatars:
    """Paint avatars: the same factors and chance give the same picture.

    Raises:
        ValueError: if there are not as many of both, or ``size`` is below 8.
    """
    if len(factors) != len(chance):
        raise ValueError(f"factors and chance must be as many, not {len(factors)} and {len(chance)}")
    _check_size(size)
    parts = [slice(start, start + _CHUNK) for start in range(0, len(factors), _CHUNK)]
    image = torch.cat([_paint(factors[part], chance[part], size) for part in parts])
    return Avatars(image, stochastic_region(factors, size), factors, chance)


def stochastic_region(factors: Factors, size: int) -> torch.Tensor:
    """Where chance can show, bool [n, S, S]: most of the pixel is hair or bare cheek.

    Raises:
        ValueError: if ``size`` is below 8.
    """
    _check_size(size)
    u, v, sharp = _head_coordinates(factors, size)
    cheeks = _cover(_cheeks(u, v), sharp) * (1 - _beard(u, v, factors, sharp))
    return torch.maximum(_hair(u, v, factors, sharp), cheeks) > 0.5


def avatars(count: int, rng: np.random.Generator, *, size: int = 16, corner: bool = False) -> Avatars:
    """``count`` avatars; arguments as of :func:`draw_factors`, and the side ``size`` of a picture in pixels.

    Raises:
        ValueError: if ``count`` is below 1 or ``size`` below 8.
    """
    return render(draw_factors(count, rng, corner=corner), draw_chance(count, rng), size)


def sample_picture() -> Figure:
    """Eight avatars, the same with other chance, and where the two can differ."""
    rng = np.random.default_rng(1)
    factors = draw_factors(8, rng)
    one, other = (render(factors, draw_chance(8, rng), 32) for _ in range(2))
    return figures.images([*one.image, *other.image, *one.region.float()], columns=8)


def _paint(factors: Factors, chance: Chance, size: int) -> torch.Tensor:
    """The pictures [n, 3, S, S], layer over layer from back to front."""
    u, v, sharp = _head_coordinates(factors, size)
    skin = _shade(factors.skin, _SKIN)
    image = _shade(factors.ground, _GROUND).expand(-1, -1, size, size)
    image = _over(image, _head(u, v, sharp), skin)
    for spot in chance.freckles.unbind(1):
        away = ((u - spot[:, 0, None, None]) ** 2 + (v - spot[:, 1, None, None]) ** 2).sqrt()
        image = _over(image, _cover(away - 0.11, sharp), 0.45 * skin)
    image = _over(image, _beard(u, v, factors, sharp), skin.new_tensor(_BEARD).view(1, 3, 1, 1))
    mouth = _cover(torch.maximum(u.abs() - 0.34, (v - 0.62).abs() - 0.09), sharp)
    image = _over(image, mouth, skin.new_tensor(_MOUTH).view(1, 3, 1, 1))
    eyes = _cover(((u.abs() - 0.42) ** 2 + (v + 0.12) ** 2).sqrt() - 0.14, sharp)
    glasses = _cover(torch.maximum(u.abs() - 0.90, (v + 0.12).abs() - 0.20), sharp) * factors.glasses[:, None, None]
    image = _over(image, torch.maximum(eyes, glasses), skin.new_tensor(_LENS).view(1, 3, 1, 1))
    strand = ((u + 1.3) / 2.6 * STRANDS).long().clamp(0, STRANDS - 1)  # [n, S, S]
    bright = chance.strands.gather(1, strand.flatten(1)).view_as(u)[:, None]
    dark, light = (skin.new_tensor(colour).view(1, 3, 1, 1) for colour in (_DARK, _LIGHT))
    return _over(image, _hair(u, v, factors, sharp), dark + bright * (light - dark)).clamp(0, 1)


def _head_coordinates(factors: Factors, size: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """u, v [n, S, S] of every pixel, and how many pixels a unit of them has [n, 1, 1]."""
    line = (torch.arange(size, dtype=torch.float32, device=factors.shift.device) + 0.5) * 2 / size - 1
    y, x = torch.meshgrid(line, line, indexing="ij")
    x = x - factors.shift[:, None, None]
    y = (y - _MIDDLE).expand_as(x)
    cos, sin = factors.tilt.cos()[:, None, None], factors.tilt.sin()[:, None, None]
    width = factors.width[:, None, None]
    return (cos * x + sin * y) / width, (cos * y - sin * x) / _HEIGHT, size / 2 * (width * _HEIGHT).sqrt()


def _head(u: torch.Tensor, v: torch.Tensor, sharp: torch.Tensor) -> torch.Tensor:
    return _cover((u**2 + v**2).sqrt() - 1, sharp)


def _hair(u: torch.Tensor, v: torch.Tensor, factors: Factors, sharp: torch.Tensor) -> torch.Tensor:
    """Cover of the hair: a cap, and locks at both sides down to where the hair ends."""
    end = -0.35 + 1.55 * factors.hair[:, None, None]
    cap = torch.maximum(((u / 1.1) ** 2 + ((v + 0.15) / 1.05) ** 2).sqrt() - 1, v + 0.52)
    locks = torch.maximum(torch.maximum((u.abs() - 1.06).abs() - 0.26, v - end), -v - 0.6)
    return _cover(torch.minimum(cap, locks), sharp)


def _beard(u: torch.Tensor, v: torch.Tensor, factors: Factors, sharp: torch.Tensor) -> torch.Tensor:
    """Cover of the beard: the head below a line that rises with its size."""
    line = 1.05 - 0.95 * factors.beard[:, None, None]
    return _cover(torch.maximum((u**2 + v**2).sqrt() - 1, line - v), sharp)


def _cheeks(u: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
    """Signed distance to where freckles can lie."""
    return torch.maximum((u.abs() - 0.5).abs() - 0.36, (v - 0.285).abs() - 0.28)


def _over(image: torch.Tensor, cover: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """A layer of a colour over images [n, 3, S, S]; cover [n, S, S] in [0, 1]."""
    return image + cover[:, None] * (colour - image)


def _cover(distance: torch.Tensor, sharp: torch.Tensor) -> torch.Tensor:
    """Share of a pixel that lies inside, from the signed distance in units of (u, v)."""
    return (0.5 - distance * sharp).clamp(0, 1)


def _shade(share: torch.Tensor, colours: tuple[tuple[float, float, float], ...]) -> torch.Tensor:
    """Colours [n, 3, 1, 1] on the way through three, for shares [n] in [0, 1]."""
    first, second, third = share.new_tensor(colours)
    share = share[:, None]
    mixed = torch.where(share < 0.5, torch.lerp(first, second, 2 * share), torch.lerp(second, third, 2 * share - 1))
    return mixed[:, :, None, None]


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float32)


def _check_count(count: int) -> None:
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")


def _check_size(size: int) -> None:
    if size < 8:
        raise ValueError(f"size must be at least 8 pixels, not {size}")
