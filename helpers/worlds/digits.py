"""Real handwritten digits on canvases: streets (grey digits on texture, with strokes that are none) and piles.

Conventions
-----------
Images are float32 in [0, 1], [n, 1, S, S]; x runs to the right and y down, pixel (row, column) covers the square from
(column, row) to (column + 1, row + 1). A box is (left, top, right, bottom) in pixels and tight around the *whole*
digit, its hidden pixels included. Objects are numbered from back to front: a higher number covers a lower one.

The digits are the 8 x 8 images of scikit-learn, enlarged by cubic interpolation. Their two parts are cut by position in
the data set (the writers are not given); so the digits of one part are unseen in the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scipy.ndimage import gaussian_filter
from sklearn.datasets import load_digits
from torch.nn import functional as F

from ..draw import figures
from ..rows import Rows

CLASSES = 10
NOTHING = -1  # class of an object that a scene does not have
INK = 0.4  # from this value on a pixel belongs to its digit
TRAINING_DIGITS = 1200  # of 1797

_TRIES = 30  # places that are tried for an object before it is left out


@dataclass(frozen=True)
class Scenes(Rows):
    """``n`` canvases of ``S`` x ``S`` pixels with at most ``K`` digits each, numbered from back to front.

    Attributes:
        image: float32 [n, 1, S, S].
        instance: int64 [n, S, S], 0 where no digit is seen, else 1 + the number of the digit that is.
        label: int64 [n, K], the digit, or ``NOTHING``.
        box: float32 [n, K, 4], tight around the whole digit; zeros where there is none.
        hidden: float32 [n, K], share of the digit's pixels that others cover.
    """

    image: torch.Tensor
    instance: torch.Tensor
    label: torch.Tensor
    box: torch.Tensor
    hidden: torch.Tensor

    def masks(self) -> torch.Tensor:
        """The pixels that are seen of each digit: bool [n, K, S, S]."""
        number = torch.arange(1, self.label.shape[1] + 1)[:, None, None]
        return self.instance[:, None] == number

    def semantic(self) -> torch.Tensor:
        """The class of each pixel, int64 [n, S, S], ``NOTHING`` where no digit is seen."""
        label = F.pad(self.label, (1, 0), value=NOTHING)
        return label.gather(1, self.instance.flatten(1)).view_as(self.instance)


def digits(part: str) -> tuple[torch.Tensor, torch.Tensor]:
    """The digits of ``"train"`` or ``"test"``: images float32 [n, 8, 8] in [0, 1] and classes int64 [n].

    Raises:
        ValueError: if ``part`` is neither of the two.
    """
    if part not in ("train", "test"):
        raise ValueError(f"part must be 'train' or 'test', not {part!r}")
    data = load_digits()
    chosen = slice(None, TRAINING_DIGITS) if part == "train" else slice(TRAINING_DIGITS, None)
    images = torch.tensor(data.images[chosen] / 16, dtype=torch.float32)
    return images, torch.tensor(data.target[chosen], dtype=torch.int64)


def streets(
    count: int,
    rng: np.random.Generator,
    *,
    part: str = "train",
    size: int = 64,
    number: tuple[int, int] = (2, 7),
    side: tuple[int, int] = (12, 28),
    overlap: float = 0.3,
    strokes: tuple[int, int] = (0, 3),
    grey: tuple[float, float] = (0.35, 1.0),
) -> Scenes:
    """Upright digits of their own brightness on a texture, among strokes that look like letters but are no digits.

    Args:
        count: how many scenes.
        rng: source of every draw.
        part: which digits, ``"train"`` or ``"test"``.
        size: side of the canvas.
        number: fewest and most digits in a scene. One that finds no place is left out, but never all.
        side: smallest and largest height or width of a digit's box, whichever is longer.
        overlap: boxes share at most this part of the smaller of them.
        strokes: fewest and most figures of strokes in a scene; they lie behind the digits.
        grey: darkest and brightest digit or stroke; the texture lies between 0 and 0.45.

    Raises:
        ValueError: if a range does not rise, a digit may be larger than the canvas, or ``part`` is unknown.
    """
    _check(count, size, number, side, overlap)
    _check_range("strokes", strokes, 0)
    figures = _strokes(rng.integers(strokes[0], strokes[1] + 1, count), side, rng)
    glyphs = _glyphs(rng.integers(number[0], number[1] + 1, count), part, side, 0.0, rng)
    placed_figures, placed = _place([figures, glyphs], count, size, overlap, rng)
    texture = 0.45 * _texture(count, size, rng)
    drawn, *_ = _paint(texture, placed_figures, rng.uniform(*grey, len(figures.scene)))
    image, instance, hidden = _paint(drawn, placed, rng.uniform(*grey, len(glyphs.scene)))
    return _scenes(image + rng.normal(0, 0.03, image.shape), instance, hidden, placed, number[1])


def piles(
    count: int,
    rng: np.random.Generator,
    *,
    part: str = "train",
    size: int = 64,
    number: tuple[int, int] = (2, 8),
    side: tuple[int, int] = (14, 30),
    overlap: float = 0.4,
    turn: float = math.radians(25),
    halo: float = 0.5,
    noise: float = 0.1,
) -> Scenes:
    """Turned digits of one and the same grey in a heap: nothing but shape and edges tells one from the next.

    Args:
        count, rng, part, size, number, side, overlap: as for :func:`streets`.
        turn: largest rotation to either side, radians.
        halo: share of the digits that a dark rim of one pixel sets off from what lies behind; the rim belongs to none.
        noise: standard deviation of what is added to every pixel.

    Raises:
        ValueError: as for :func:`streets`.
    """
    _check(count, size, number, side, overlap)
    glyphs = _glyphs(rng.integers(number[0], number[1] + 1, count), part, side, turn, rng)
    (placed,) = _place([glyphs], count, size, overlap, rng)
    sharp = _Patches(placed.scene, placed.label, placed.mask.astype(np.float32), placed.mask, placed.corner)
    rim = rng.random(len(placed.scene)) < halo
    image, instance, hidden = _paint(0.35 * _texture(count, size, rng), sharp, np.full(len(rim), 0.8), rim)
    return _scenes(image + rng.normal(0, noise, image.shape), instance, hidden, placed, number[1])


def sample_picture() -> Figure:
    """Three streets and three piles, and below each which pixel belongs to which digit."""
    scenes = [make(3, np.random.default_rng(4)) for make in (streets, piles)]
    images = [image[0].expand(3, -1, -1) for each in scenes for image in each.image]
    colours = torch.tensor([(0.0, 0.0, 0.0), *(to_rgb(colour) for colour in 2 * figures.CYCLE[:6])])
    owners = [colours[instance].movedim(-1, 0) for each in scenes for instance in each.instance]
    return figures.images(images + owners, columns=6)


@dataclass
class _Patches:
    """``N`` objects in square patches, in the order of their scenes: ink in [0, 1] and mask [N, P, P], tight in the top
    left corner of the patch; ``corner`` [N, 2] (x, y) on the canvas, negative where the object found no place."""

    scene: np.ndarray
    label: np.ndarray
    ink: np.ndarray
    mask: np.ndarray
    corner: np.ndarray

    def extent(self) -> np.ndarray:
        """Width and height of each object, int [N, 2]."""
        return np.stack([_last(self.mask.any(1)), _last(self.mask.any(2))], 1)

    def select(self, keep: np.ndarray) -> _Patches:
        return _Patches(*(getattr(self, field.name)[keep] for field in fields(self)))


def _last(line: np.ndarray) -> np.ndarray:
    """1 + the place of the last True of each row [N, P]: [N]."""
    return line.shape[1] - line[:, ::-1].argmax(1)


def _glyphs(number: np.ndarray, part: str, side: tuple[int, int], turn: float, rng: np.random.Generator) -> _Patches:
    """``number[s]`` random digits for each scene s, enlarged so that its box has a longer side from ``side``."""
    images, labels = digits(part)
    scene = np.repeat(np.arange(len(number)), number)
    chosen = rng.integers(len(images), size=len(scene))
    patch = side[1] + 4
    angle = torch.tensor(rng.uniform(-turn, turn, len(scene)), dtype=torch.float32)
    target = torch.tensor(rng.uniform(side[0], side[1] + 1, len(scene)), dtype=torch.float32)
    source = F.pad(images[torch.from_numpy(chosen)], (2, 2, 2, 2))[:, None]  # [N, 1, 12, 12], room for the kernel
    ink = _resized(source, angle, target / 8, patch)
    longest = _extents(ink >= INK).amax(1)
    ink = _resized(source, angle, target / 8 * (target.floor() / longest), patch)
    # The top left corner of the mask moves to that of the patch, and nothing is left beyond the wanted side.
    ink = _flush(ink, target.long())
    return _Patches(scene, labels[chosen].numpy(), ink, ink >= INK, np.full((len(scene), 2), -1))


def _resized(source: torch.Tensor, angle: torch.Tensor, zoom: torch.Tensor, patch: int) -> torch.Tensor:
    """Images [N, 1, n, n] turned by ``angle`` and magnified by ``zoom`` about the middle of a patch: [N, P, P]."""
    c, s = (torch.cos(angle), torch.sin(angle))
    ratio = patch / (zoom * source.shape[-1])
    theta = torch.stack([torch.stack([c, -s, 0 * c], 1), torch.stack([s, c, 0 * c], 1)], 1) * ratio[:, None, None]
    grid = F.affine_grid(theta, [len(source), 1, patch, patch], align_corners=False)
    return F.grid_sample(source, grid, mode="bicubic", align_corners=False)[:, 0].clamp(0, 1)


def _extents(mask: torch.Tensor) -> torch.Tensor:
    """Width and height of what is True in masks [N, P, P]: float32 [N, 2]."""
    sides = []
    for line in (mask.any(1), mask.any(2)):
        first, back = line.float().argmax(1), line.flip(1).float().argmax(1)
        sides.append(line.shape[1] - back - first)
    return torch.stack(sides, 1).float()


def _flush(ink: torch.Tensor, most: torch.Tensor) -> np.ndarray:
    """Ink [N, P, P] shifted so that its mask begins in row 0 and column 0; what exceeds ``most`` [N] pixels is cut."""
    mask, index = ink >= INK, torch.arange(ink.shape[1])
    top, left = mask.any(2).float().argmax(1), mask.any(1).float().argmax(1)
    rows, columns = (index + top[:, None])[:, :, None], (index + left[:, None])[:, None]
    inside = (index < most[:, None])[:, :, None] & (index < most[:, None])[:, None]
    last = ink.shape[1] - 1
    moved = ink[torch.arange(len(ink))[:, None, None], rows.clamp(max=last), columns.clamp(max=last)]
    return (moved * inside).numpy()


def _strokes(number: np.ndarray, side: tuple[int, int], rng: np.random.Generator) -> _Patches:
    """``number[s]`` figures of two or three straight strokes between the knots of a 3 x 3 grid, for each scene s."""
    scene = np.repeat(np.arange(len(number)), number)
    patch, n = side[1] + 4, len(scene)
    length = rng.integers(side[0], side[1] + 1, n)
    ink = np.zeros((n, patch, patch), np.float32)
    y, x = np.mgrid[:patch, :patch] + 0.5
    for stroke in range(3):
        # The ends lie on different rows (of the second stroke: columns), so that none is a dot.
        rows = np.stack([rng.permutation(3)[:2] for _ in range(n)]) if n else np.zeros((0, 2), int)
        knots = np.stack([rng.integers(0, 3, (n, 2)), rows], -1)  # [N, end, xy]
        if stroke == 1:
            knots = knots[..., ::-1]
        half = 0.06 * length
        ends = half[:, None, None] + knots / 2 * (length - 2 * half)[:, None, None]
        a, d = ends[:, 0], ends[:, 1] - ends[:, 0]
        t = (x - a[:, 0, None, None]) * d[:, 0, None, None] + (y - a[:, 1, None, None]) * d[:, 1, None, None]
        t = (t / (d**2).sum(1)[:, None, None]).clip(0, 1)
        off = np.hypot(
            x - a[:, 0, None, None] - t * d[:, 0, None, None], y - a[:, 1, None, None] - t * d[:, 1, None, None]
        )
        line = (half[:, None, None] + 0.5 - off).clip(0, 1)
        wanted = (rng.random(n) < (1.0 if stroke < 2 else 0.5))[:, None, None]
        ink = np.maximum(ink, (line * wanted).astype(np.float32))
    ink = _flush(torch.from_numpy(ink), torch.from_numpy(length))
    return _Patches(scene, np.full(n, NOTHING), ink, ink >= INK, np.full((n, 2), -1))


def _place(layers: list[_Patches], count: int, size: int, overlap: float, rng: np.random.Generator) -> list[_Patches]:
    """Find a corner for each object so that boxes share at most ``overlap`` of the smaller one; drop those without."""
    extents = [layer.extent() for layer in layers]
    members = [[np.flatnonzero(layer.scene == s) for s in range(count)] if count < 2 else
               np.split(np.arange(len(layer.scene)), np.searchsorted(layer.scene, np.arange(1, count)))
               for layer in layers]  # fmt: skip
    for scene in range(count):
        boxes: list[tuple[int, int, int, int]] = []
        # Digits choose first: a figure of strokes gives way.
        for layer, extent, member in zip(layers[::-1], extents[::-1], members[::-1], strict=True):
            for k in member[scene]:
                w, h = (int(length) for length in extent[k])
                places = rng.integers(0, (size - w + 1, size - h + 1), (_TRIES, 2)).tolist()
                corner = next((place for place in places if _free(place, w, h, boxes, overlap)), None)
                if corner is not None:
                    layer.corner[k] = corner
                    boxes.append((*corner, corner[0] + w, corner[1] + h))
    return [layer.select(layer.corner[:, 0] >= 0) for layer in layers]


def _free(place: list[int], w: int, h: int, boxes: list[tuple[int, int, int, int]], overlap: float) -> bool:
    x, y = place
    for left, top, right, bottom in boxes:
        wide, high = min(x + w, right) - max(x, left), min(y + h, bottom) - max(y, top)
        if wide > 0 and high > 0 and wide * high > overlap * min(w * h, (right - left) * (bottom - top)):
            return False
    return True


def _texture(count: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cloudy textures with a grain, float [count, size, size], each stretched over [0, 1]."""
    white = rng.normal(size=(count, size, size))
    fine, coarse = (gaussian_filter(white, (0, sigma, sigma), mode="wrap") for sigma in (1.0, size / 8))
    texture = 0.4 * fine / fine.std() + coarse / coarse.std()
    low, high = (f(texture, axis=(1, 2), keepdims=True) for f in (np.min, np.max))
    return (texture - low) / (high - low)


def _paint(
    image: np.ndarray, objects: _Patches, grey: np.ndarray, rim: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paste objects onto images [n, S, S] in their order: images, instances [n, S, S] and the hidden share [N]."""
    image, instance = image.copy(), np.zeros(image.shape, int)
    number = np.arange(len(objects.scene)) - np.searchsorted(objects.scene, objects.scene)
    for k, (w, h) in enumerate(objects.extent()):
        x, y = objects.corner[k]
        if rim is not None and rim[k]:
            dark = np.pad(objects.mask[k, :h, :w], 1)
            dark = dark | np.roll(dark, 1, 0) | np.roll(dark, -1, 0) | np.roll(dark, 1, 1) | np.roll(dark, -1, 1)
            top, left = max(y - 1, 0), max(x - 1, 0)
            around = objects.scene[k], slice(top, y + h + 1), slice(left, x + w + 1)
            dark = dark[top - y + 1 :, left - x + 1 :][: image[around].shape[0], : image[around].shape[1]]
            image[around][dark], instance[around][dark] = 0, 0
        here = objects.scene[k], slice(y, y + h), slice(x, x + w)
        ink, mask = objects.ink[k, :h, :w], objects.mask[k, :h, :w]
        image[here] += ink * (grey[k] - image[here])
        instance[here][mask] = number[k] + 1
    seen = np.zeros(len(number))
    for k in range(len(number)):
        seen[k] = (instance[objects.scene[k]] == number[k] + 1).sum()
    return image, instance, 1 - seen / objects.mask.sum((1, 2)).clip(1)


def _scenes(image: np.ndarray, instance: np.ndarray, hidden: np.ndarray, objects: _Patches, most: int) -> Scenes:
    """The arrays of one call, gathered per scene."""
    number = np.arange(len(objects.scene)) - np.searchsorted(objects.scene, objects.scene)
    label = np.full((len(image), most), NOTHING)
    box, covered = np.zeros((len(image), most, 4), np.float32), np.zeros((len(image), most), np.float32)
    place = objects.scene, number
    label[place], covered[place] = objects.label, hidden
    box[place] = np.concatenate([objects.corner, objects.corner + objects.extent()], 1)
    tensors = [torch.from_numpy(array) for array in (instance, label, box, covered)]
    return Scenes(torch.tensor(image.clip(0, 1), dtype=torch.float32)[:, None], *tensors)


def _check_range(name: str, limits: tuple[int, int], least: int) -> None:
    if len(limits) != 2 or not least <= limits[0] <= limits[1]:
        raise ValueError(f"{name} must be two numbers that rise from {least} on, not {limits!r}")


def _check(count: int, size: int, number: tuple[int, int], side: tuple[int, int], overlap: float) -> None:
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    _check_range("number", number, 1)
    _check_range("side", side, 8)
    if side[1] > size:
        raise ValueError(f"side must not exceed the canvas of {size} pixels, not {side!r}")
    if not 0 <= overlap <= 1:
        raise ValueError(f"overlap must be between 0 and 1, not {overlap}")
