"""Procedural birds: species that share everything but the value of one part, in pictures that share nothing else.

Conventions
-----------
Images are float32 [n, 3, S, S], red-green-blue, in [0, 1]. x runs to the right, y down, and points are (x, y) in
pixels with pixel centres at integers.

A *species* is a row of five whole numbers, the values of the parts in ``PARTS``: the colour of the head, the pattern of
the wing, the shape of the tail, the length of the beak and the colour of the belly. ``VALUES`` names them. A label is a
row of a table of species, see :func:`species`.

All else is drawn at random for each picture, whatever the species: place, size, turn, facing, the joints of head, wing
and tail, the colour of back and wing, the background with its blobs, the light and the noise. These cover most of the
picture. They depend on the generator only, so two calls with equal generators and other labels give the same scene with
other birds.

Within a bird, lengths are in units of half the side of the picture, before its size is applied. Each shape is a signed
distance (negative inside), evaluated at all pixels of all pictures at once and turned into coverage over one pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from ..draw import figures
from ..rows import Rows
from .glyphs import balanced as balanced  # labels are drawn alike in both worlds

Tensor = torch.Tensor

PARTS = ("head", "wing", "tail", "beak", "belly")
VALUES = {
    "head": ("red", "yellow", "blue", "black", "white"),
    "wing": ("plain", "bars", "spots", "half"),
    "tail": ("square", "pin", "fan", "fork"),
    "beak": ("stub", "middle", "lance"),
    "belly": ("white", "orange", "green", "violet"),
}
COUNTS = tuple(len(VALUES[part]) for part in PARTS)
NOTHING, BACK = -1, len(PARTS)  # in a map of parts: the background, and the body where it is no part

_HEADS = ((0.85, 0.1, 0.1), (0.95, 0.85, 0.1), (0.1, 0.25, 0.85), (0.05, 0.05, 0.05), (0.97, 0.97, 0.97))
_BELLIES = ((0.95, 0.95, 0.95), (0.95, 0.5, 0.1), (0.15, 0.7, 0.25), (0.6, 0.2, 0.7))
_BEAK = (0.95, 0.65, 0.2)
_LENGTHS = (0.1, 0.3, 0.6)  # of beaks
_BODY = (0.44, 0.29)  # half axes
_NECK, _SHOULDER, _RUMP = (0.34, -0.22), (0.14, -0.08), (-0.38, -0.02)
_GROUP = 32  # pictures drawn at once
_HEAD, _WING, _TAIL = 0.2, (0.3, 0.18), 0.48  # radius, half axes, length


@dataclass(frozen=True)
class Birds(Rows):
    """``n`` pictures of one bird each.

    Attributes:
        image: float32 [n, 3, S, S] in [0, 1].
        label: int64 [n], the row of the table of species.
        value: int64 [n, 5], what each part in ``PARTS`` looks like: a place in its ``VALUES``.
        point: float32 [n, 5, 2], the centre (x, y) of each part in pixels; it may lie under the wing or outside.
        part: int64 [n, S, S], what is seen at a pixel: a place in ``PARTS``, ``BACK`` or ``NOTHING``.
    """

    image: Tensor
    label: Tensor
    value: Tensor
    point: Tensor
    part: Tensor


def species(count: int, generator: torch.Generator, *, kin: bool = True, apart_from: Tensor | None = None) -> Tensor:
    """A table of different species, int64 [count, 5].

    Args:
        count: how many, at least 1.
        generator: on the CPU.
        kin: each after the first differs from an earlier one in one part only; else all values are drawn freely.
        apart_from: int64 [m, 5], species that must not occur.

    Raises:
        ValueError: if ``count`` is below 1, or more than half of all species are asked for or taken.
    """
    taken = set() if apart_from is None else {tuple(row) for row in apart_from.tolist()}
    if count < 1 or count + len(taken) > math.prod(COUNTS) // 2:
        raise ValueError(f"count must be from 1 to {math.prod(COUNTS) // 2 - len(taken)}, not {count}")
    table: list[tuple[int, ...]] = []
    while len(table) < count:
        row = [int(torch.randint(k, (), generator=generator)) for k in COUNTS]
        if table and kin:
            part = int(torch.randint(len(PARTS), (), generator=generator))
            model = list(table[int(torch.randint(len(table), (), generator=generator))])
            row = [*model[:part], row[part], *model[part + 1 :]]
        if tuple(row) not in taken:
            taken.add(tuple(row))
            table.append(tuple(row))
    return torch.tensor(table)


def birds(
    label: Tensor,
    table: Tensor,
    generator: torch.Generator,
    *,
    size: int = 48,
    turn: float = math.radians(20),
    scale: tuple[float, float] = (1.0, 1.2),
    shift: float = 0.1,
    bend: float = math.radians(20),
    blobs: int = 4,
    noise: float = 0.02,
) -> Birds:
    """Draw one bird for each label.

    Args:
        label: int64 [n], n at least 1, rows of ``table``.
        table: int64 [m, 5], see :func:`species`.
        generator: on the CPU; everything but the parts' values depends on nothing else.
        size: side of a picture, at least 16 pixels.
        turn: largest rotation of the bird to either side, radians.
        scale: smallest and largest size of the bird.
        shift: largest displacement in x and in y, in halves of a side.
        bend: largest turn of head, wing and tail to either side, radians.
        blobs: how many blobs the background has.
        noise: standard deviation of what is added to every pixel and channel.

    Raises:
        ValueError: if a label has no row, a row is no species, or a size or range is out of bounds.
    """
    _check(label, table, size, scale, blobs, min(turn, shift, bend, noise))
    n = len(label)
    u = torch.rand(n, 24, generator=generator)  # every number a scene needs, whatever the species
    spots = torch.rand(n, blobs, 6, generator=generator)
    grain = noise * torch.randn(n, 3, size, size, generator=generator)
    zoom = scale[0] + (scale[1] - scale[0]) * u[:, 0]
    facing = torch.stack([torch.where(u[:, 1] < 0.5, -1.0, 1.0), torch.ones(n)], -1)
    forward = _rotation(turn * (2 * u[:, 2] - 1)) * facing[:, None] * zoom[:, None, None]  # from the bird's frame
    scenes = (table[label], u, spots, forward, shift * (2 * u[:, 3:5] - 1), bend * (2 * u[:, 5:8] - 1), zoom)
    # In groups that fit into the processor's cache, which is twice as fast.
    drawn = [_draw(size, *group) for group in zip(*(each.split(_GROUP) for each in scenes), strict=True)]
    image, point, part = (torch.cat(each) for each in zip(*drawn, strict=True))
    return Birds((image + grain).clamp(0, 1), label.clone(), table[label], point, part)


def sample_picture() -> Figure:
    """Above, one scene with birds that differ in one part each; below, one species in six scenes."""
    table = torch.zeros(6, len(PARTS), dtype=torch.int64)
    table[:, 3] = 1
    for k, (part, value) in enumerate(((0, 2), (1, 1), (2, 3), (3, 2), (4, 3)), start=1):
        table[k, part] = value
    same = [birds(torch.tensor([k]), table, torch.Generator().manual_seed(2), size=64).image[0] for k in range(6)]
    other = birds(torch.zeros(6, dtype=torch.int64), table, torch.Generator().manual_seed(1), size=64).image
    return figures.images([*same, *other], columns=6)


def _draw(
    size: int, value: Tensor, u: Tensor, spots: Tensor, forward: Tensor, moved: Tensor, joints: Tensor, zoom: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Images [n, 3, S, S] without noise, centres of the parts [n, 5, 2] in pixels, and the map of parts [n, S, S]."""
    where = (2 * torch.arange(size) + 1) / size - 1
    y, x = torch.meshgrid(where, where, indexing="ij")
    pixels = torch.stack([x, y], -1)  # [S, S, 2], halves of a side
    image = _background(pixels, u[:, 12:19], spots)
    p = (pixels - moved[:, None, None]) @ torch.linalg.inv(forward).mT[:, None]  # [n, S, S, 2], the bird's own frame
    layers, centres = _shapes(p, value, joints)
    part = torch.full(image[:, 0].shape, NOTHING)
    for distance, number, colour in _painted(layers, value, base=0.15 + 0.7 * u[:, 8:11]):
        ink = (0.5 - distance * zoom[:, None, None] * size / 2).clamp(0, 1)  # coverage over one pixel
        image = image + ink[:, None] * (colour - image)
        part = torch.where(ink >= 0.5, number, part)
    light = (0.7 + 0.4 * u[:, 11:12]) * (0.85 + 0.3 * u[:, 21:24])
    point = (forward[:, None] @ centres[..., None])[..., 0] + moved[:, None]
    return image * light[..., None, None], ((point + 1) * size - 1) / 2, part


def _shapes(p: Tensor, value: Tensor, joints: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """Signed distances [n, S, S] of all shapes at points p [n, S, S, 2], and the centres of the parts [n, 5, 2]."""
    neck, shoulder, rump = (torch.tensor(at) for at in (_NECK, _SHOULDER, _RUMP))
    head, wing, tail = (_rotation(joints[:, k]) for k in range(3))
    length = torch.tensor(_LENGTHS)[value[:, 3]]
    at_head = (p - neck) @ head[:, None]  # as if turned back: the beak points to +x
    at_wing = (p - shoulder) @ wing[:, None]  # the wing hangs to -x
    at_tail = (p - rump) @ tail[:, None]
    body = _ellipse(p, *_BODY)
    a, b = _WING
    on_wing = at_wing + torch.tensor([a - 0.03, -0.02])
    layers = {
        "tail": _tail(-at_tail[..., 0], at_tail[..., 1], value[:, 2]),
        "body": body,
        "belly": torch.maximum(body, 0.07 - p[..., 1] + 0.25 * p[..., 0] ** 2),
        "wing": _ellipse(on_wing, a, b),
        "pattern": _pattern(on_wing, value[:, 1]),
        "beak": _beak(at_head, length),
        "head": at_head.norm(dim=-1) - _HEAD,
        "eye": (at_head - torch.tensor([0.07, -0.05])).norm(dim=-1) - 0.035,
    }
    tips = torch.stack([_HEAD + 0.4 * length, torch.full_like(length, 0.03)], -1)
    centres = [
        neck.expand(len(p), 2),
        shoulder + (wing @ torch.tensor([0.03 - a, 0.02])),
        rump + (tail @ torch.tensor([-0.6 * _TAIL, 0.0])),
        neck + (head @ tips[..., None])[..., 0],
        torch.tensor([0.0, 0.19]).expand(len(p), 2),
    ]
    return layers, torch.stack(centres, 1)


def _painted(layers: dict[str, Tensor], value: Tensor, base: Tensor) -> list[tuple[Tensor, int, Tensor]]:
    """What is painted, back to front: distance [n, S, S], number in the map of parts, colour [n or 1, 3, 1, 1]."""
    # The pattern is light on a dark wing and dark on a light one.
    dark = 0.45 * base
    bright = torch.where(base.mean(1, keepdim=True) < 0.5, 0.75 + 0.25 * base, 0.1 * base)
    head, belly = torch.tensor(_HEADS)[value[:, 0]], torch.tensor(_BELLIES)[value[:, 4]]
    names = ("tail", "body", "belly", "wing", "pattern", "beak", "head", "eye")
    colours = (
        dark,
        base,
        belly,
        dark,
        bright,
        torch.tensor([_BEAK]),
        head,
        0.4 - 0.4 * (head.mean(1, keepdim=True) > 0.3) + torch.zeros(1, 3),
    )
    numbers = {"body": BACK, "pattern": PARTS.index("wing"), "eye": PARTS.index("head")}
    return [
        (layers[name], numbers.get(name, PARTS.index(name) if name in PARTS else BACK), colour[..., None, None])
        for name, colour in zip(names, colours, strict=True)
    ]


def _tail(along: Tensor, across: Tensor, shape: Tensor) -> Tensor:
    """Four tails that start at 0 and run to +along: distances [n, S, S], each picture's own shape."""
    across = across.abs()
    end = along - _TAIL
    wide = torch.maximum(across - 0.12, end + 0.08)
    pin = torch.maximum(across - 0.04, end - 0.06)
    fan = torch.maximum(across - 0.05 - 0.75 * along.clamp_min(0), end + 0.1)
    fork = torch.maximum((across - 0.6 * along.clamp_min(0)).abs() - 0.05, end - 0.04)
    shapes = torch.stack([wide, pin, fan, fork], 1)  # as in VALUES
    return torch.maximum(shapes[torch.arange(len(shape)), shape], -along)


def _beak(p: Tensor, length: Tensor) -> Tensor:
    """A triangle from within the head to its tip at +x: distance [n, S, S]."""
    along, across = p[..., 0] - 0.1, (p[..., 1] - 0.03).abs()
    whole = (length + _HEAD - 0.1)[:, None, None]
    slope = 0.12 / whole
    return torch.maximum((across - 0.12 + slope * along) / (1 + slope**2).sqrt(), -along)


def _pattern(p: Tensor, pattern: Tensor) -> Tensor:
    """What is painted on the wing, inside it: distance [n, S, S]."""
    a, b = _WING
    inside = _ellipse(p, a, b) + 0.01
    bars = ((p[..., 0] % 0.2) - 0.1).abs() - 0.05
    cell = p % 0.2 - 0.1
    spots = cell.norm(dim=-1) - 0.065
    nothing = torch.full_like(bars, 1.0)
    patterns = torch.stack([nothing, bars, spots, p[..., 0]], 1)  # as in VALUES
    return torch.maximum(patterns[torch.arange(len(pattern)), pattern], inside)


def _ellipse(p: Tensor, a: float, b: float) -> Tensor:
    """Approximate signed distance to an ellipse about 0, exact on its border to first order: [n, S, S]."""
    axes = torch.tensor([a, b])
    k0 = (p / axes).norm(dim=-1)
    k1 = (p / axes**2).norm(dim=-1).clamp_min(1e-6)
    return k0 * (k0 - 1) / k1


def _rotation(angle: Tensor) -> Tensor:
    """Matrices [n, 2, 2] that turn by angles [n] from x toward y."""
    c, s = angle.cos(), angle.sin()
    return torch.stack([torch.stack([c, -s], -1), torch.stack([s, c], -1)], -2)


def _background(pixels: Tensor, u: Tensor, spots: Tensor) -> Tensor:
    """A gradient between two colours, and blobs: [n, 3, S, S]."""
    direction = torch.stack([(2 * math.pi * u[:, 6]).cos(), (2 * math.pi * u[:, 6]).sin()], -1)
    ramp = torch.sigmoid(2 * torch.einsum("yxc,nc->nyx", pixels, direction))[:, None]
    image = u[:, :3, None, None] * ramp + u[:, 3:6, None, None] * (1 - ramp)
    for k in range(spots.shape[1]):
        centre, radius, colour = 2 * spots[:, k, :2] - 1, 0.06 + 0.2 * spots[:, k, 2], spots[:, k, 3:]
        distance = (pixels - centre[:, None, None]).norm(dim=-1) - radius[:, None, None]
        ink = (0.5 - distance * pixels.shape[0] / 2).clamp(0, 1)[:, None]
        image = image + ink * (colour[..., None, None] - image)
    return image


def _check(label: Tensor, table: Tensor, size: int, scale: tuple[float, float], blobs: int, least: float) -> None:
    if table.ndim != 2 or table.shape[1] != len(PARTS) or (table < 0).any() or (table >= torch.tensor(COUNTS)).any():
        raise ValueError(f"table must be [m, {len(PARTS)}] with values below {COUNTS}")
    if label.ndim != 1 or len(label) == 0 or label.min() < 0 or label.max() >= len(table):
        raise ValueError(f"label must be [n] with values from 0 to {len(table) - 1}")
    if size < 16:
        raise ValueError(f"size must be at least 16, not {size}")
    if not 0 < scale[0] <= scale[1]:
        raise ValueError(f"scale must rise from a positive number, not {scale!r}")
    if least < 0 or blobs < 0:
        raise ValueError("turn, shift, bend, blobs and noise must not be negative")
