"""Procedural faces of many people, with a dense canonical frame: for every pixel, which point of the face it shows.

Conventions
-----------
Images are float32 in [0, 1], [n, 3, S, S]; x runs to the right and y down, pixel centres lie at integers, points are
(x, y) in pixels. "Left" and "right" are the picture's, not the person's.

The **canonical frame** is the unit disc (u, v), the front of a ball: u to the right, v down, (0, 0) in the middle of
the face, v = -1 the crown and v = 1 the chin. The eyes, the tip of the nose, the corners of the mouth have the same
(u, v) in everybody. A face is a smooth map of that disc into the picture, invertible in both directions:

    heights   y = Y(v)                                          piecewise linear through six knots
    widths    x = a T(v) (u + (b(v) u + yaw) q),                q = max(0, 1 - u^2 - v^2), T narrows the jaw
    pose      p = centre + s R(roll) (x, y)

q is the squared depth of the ball, so that a yaw shifts the nose more than the cheeks and leaves the outline. Features
are painted in canonical coordinates; so picture, landmarks and coordinates cannot disagree. Beyond the disc the map
goes on (q = 0): hair, ears and background have coordinates too, but they mean nothing.

Shape (``Shapes``), appearance (``Looks``) and ``Poses`` are drawn independently and can be exchanged between faces.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch.nn import functional as F

from ..draw import figures
from ..rows import Rows

# Where the 20 landmarks lie on the canonical disc; the first five are those of the usual face benchmarks.
LANDMARKS = {
    "left eye": (-0.38, -0.12),
    "right eye": (0.38, -0.12),
    "nose tip": (0.0, 0.26),
    "left mouth corner": (-0.30, 0.54),
    "right mouth corner": (0.30, 0.54),
    "left brow, outer end": (-0.58, -0.34),
    "left brow, inner end": (-0.20, -0.34),
    "right brow, inner end": (0.20, -0.34),
    "right brow, outer end": (0.58, -0.34),
    "left eye, outer corner": (-0.54, -0.12),
    "left eye, inner corner": (-0.22, -0.12),
    "right eye, inner corner": (0.22, -0.12),
    "right eye, outer corner": (0.54, -0.12),
    "bridge of the nose": (0.0, -0.12),
    "left wing of the nose": (-0.15, 0.28),
    "right wing of the nose": (0.15, 0.28),
    "left cheek": (-0.80, 0.26),
    "right cheek": (0.80, 0.26),
    "chin": (0.0, 0.97),
    "forehead": (0.0, -0.60),
}
EYES = (0, 1)  # the two landmarks whose distance is the inter-ocular distance
MAIN = 5  # so many landmarks are the usual ones

_KNOTS = (-1.0, -0.34, -0.12, 0.26, 0.54, 1.0)  # v of crown, brows, eyes, nose tip, mouth, chin
_CHUNK = 64  # faces that are painted together
MOTIF = 5  # seed of the painted pattern
_NOISE = 12  # cells of a noise map along an edge


@dataclass(frozen=True)
class Shapes(Rows):
    """What a person's face is like, whatever its colours: float32.

    Attributes:
        heights: [n, 6], y of crown, brows, eyes, nose tip, mouth and chin; -1 to 1 for an average head.
        width: [n], half the width of the head (a); 1 would be a circle.
        jaw: [n], how much narrower the chin is (T), 0 to 1.
        spacing: [n, 6], b at the same heights: positive moves features outwards.
        eye: [n, 2], half width and half height of the eyes, canonical units.
        tilt: [n], how far the outer ends of the brows rise, canonical units.
        smile: [n], how far the middle of the mouth hangs below its corners, canonical units.
        nose: [n], half width of the nose.
    """

    heights: torch.Tensor
    width: torch.Tensor
    jaw: torch.Tensor
    spacing: torch.Tensor
    eye: torch.Tensor
    tilt: torch.Tensor
    smile: torch.Tensor
    nose: torch.Tensor


@dataclass(frozen=True)
class Looks(Rows):
    """Colours, hair, light and what lies behind: float32.

    Attributes:
        skin, hair, iris, lips, clothes: [n, 3], red, green, blue.
        style: [n, 4], length of the hair (0 short, 1 long), height of the hairline (v), where its parting lies (u) and
            how lopsided it is.
        light: [n, 3], direction of the light, of length 1 (z towards the viewer).
        glasses, beard: [n], 0 or 1.
        texture: [n, 3, c, c], marks of the skin over the canonical square [-1, 1]², added to its colour.
        backdrop: [n, 3, c, c], a noise map that fills the picture behind the head.
    """

    skin: torch.Tensor
    hair: torch.Tensor
    iris: torch.Tensor
    lips: torch.Tensor
    clothes: torch.Tensor
    style: torch.Tensor
    light: torch.Tensor
    glasses: torch.Tensor
    beard: torch.Tensor
    texture: torch.Tensor
    backdrop: torch.Tensor


@dataclass(frozen=True)
class Poses(Rows):
    """Where a head is: float32.

    Attributes:
        centre: [n, 2], offset of its middle from that of the picture, in sides of the picture.
        scale: [n], half the height of an average head, in sides of the picture.
        roll: [n], radians, clockwise in the picture.
        yaw: [n], largest shift of inner features, in half widths of the head, -0.35 to 0.35.
    """

    centre: torch.Tensor
    scale: torch.Tensor
    roll: torch.Tensor
    yaw: torch.Tensor


@dataclass(frozen=True)
class Faces(Rows):
    """Painted faces.

    Attributes:
        image: float32 [n, 3, S, S].
        mask: bool [n, S, S], the head: where (u, v) is a point of the canonical disc.
        uv: float32 [n, 2, S, S], canonical coordinates of every pixel, also beyond the mask.
        landmarks: float32 [n, 20, 2], where the points of ``LANDMARKS`` are, (x, y) in pixels.
        shape, look, pose: what the faces were made from.
    """

    image: torch.Tensor
    mask: torch.Tensor
    uv: torch.Tensor
    landmarks: torch.Tensor
    shape: Shapes
    look: Looks
    pose: Poses

    def eye_distance(self) -> torch.Tensor:
        """Inter-ocular distance in pixels, float32 [n]."""
        left, right = EYES
        return (self.landmarks[:, left] - self.landmarks[:, right]).norm(dim=-1)

    def canonical(self, points: torch.Tensor) -> torch.Tensor:
        """Canonical (u, v) [n, m, 2] of points (x, y) [n, m, 2] in pixels; see :func:`to_canonical`."""
        return to_canonical(points, self.shape, self.pose, self.image.shape[-1])


def draw_shapes(count: int, rng: np.random.Generator, *, variety: float = 1.0) -> Shapes:
    """``count`` people.

    Args:
        count: how many.
        rng: source of every draw.
        variety: how far heights and spacings of the features differ between people, as a multiple of the usual ranges,
            0 to 1.5. The measures of single features keep their ranges.

    Raises:
        ValueError: if ``count`` is below 1 or ``variety`` out of range.
    """
    _check_count(count)
    if not 0 <= variety <= 1.5:
        raise ValueError(f"variety must be from 0 to 1.5, not {variety}")
    low = np.array([-1.06, -0.45, -0.22, 0.14, 0.48, 0.94])
    high = np.array([-0.94, -0.30, -0.04, 0.32, 0.68, 1.06])
    if variety != 1:
        low, high = (low + high - variety * (high - low)) / 2, (low + high + variety * (high - low)) / 2
    heights = rng.uniform(low, high, (count, 6))
    heights[:, 1] = heights[:, 1].clip(None, heights[:, 2] - 0.13)  # brows stay above the eyes,
    heights[:, 4] = heights[:, 4].clip(heights[:, 3] + 0.18, None)  # and the mouth below the nose
    eyes, mouth = (rng.uniform(-most * variety, most * variety, count) for most in (0.16, 0.2))
    zero = np.zeros(count)
    return Shapes(
        _tensor(heights),
        _tensor(rng.uniform(0.70, 0.90, count)),
        _tensor(rng.uniform(0.0, 0.25, count)),
        _tensor(np.stack([zero, eyes, eyes, (eyes + mouth) / 2, mouth, zero], 1)),
        _tensor(rng.uniform([0.13, 0.07], [0.18, 0.12], (count, 2))),
        _tensor(rng.uniform(-0.06, 0.1, count)),
        _tensor(rng.uniform(-0.06, 0.12, count)),
        _tensor(rng.uniform(0.09, 0.15, count)),
    )


def draw_looks(
    count: int,
    rng: np.random.Generator,
    *,
    glasses: float = 0.2,
    beard: float = 0.2,
    marks: float = 0.04,
    palette: str = "natural",
    clutter: int = 0,
    slant: float = 1.0,
    paint: float = 0.0,
) -> Looks:
    """``count`` appearances.

    Args:
        count: how many.
        rng: source of every draw.
        glasses, beard: share of the faces that have them.
        marks: standard deviation of the skin's texture; from 0.15 on it looks like paint.
        palette: ``"natural"`` skin and hair, or ``"painted"``, with skin, hair and lips of any hue.
        clutter: how many things lie behind each head: ellipses of any colour, among them skin, hair and small dark
            ones like eyes.
        slant: how obliquely the light falls, as a multiple of the usual range.
        paint: standard deviation of a pattern over the canonical disc that is the same on everybody, as at a festival;
            left and right differ.

    Raises:
        ValueError: if ``count`` is below 1, a share is not in [0, 1], ``marks``, ``clutter``, ``slant`` or ``paint`` is
            negative or ``palette`` is unknown.
    """
    _check_count(count)
    for name, share in (("glasses", glasses), ("beard", beard)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be a share from 0 to 1, not {share}")
    for name, amount in (("marks", marks), ("clutter", clutter), ("slant", slant), ("paint", paint)):
        if amount < 0:
            raise ValueError(f"{name} must not be negative, not {amount}")
    if palette not in ("natural", "painted"):
        raise ValueError(f"palette must be 'natural' or 'painted', not {palette!r}")
    melanin = rng.random((count, 1))
    skin = (1 - melanin) * [0.97, 0.82, 0.71] + melanin * [0.46, 0.29, 0.20] + rng.normal(0, 0.02, (count, 3))
    hair = np.array(
        [[0.08, 0.06, 0.05], [0.30, 0.17, 0.08], [0.62, 0.27, 0.10], [0.88, 0.74, 0.42], [0.70, 0.70, 0.72]]
    )
    hair = hair[rng.integers(len(hair), size=count)] + rng.normal(0, 0.03, (count, 3))
    iris = np.array([[0.25, 0.13, 0.05], [0.15, 0.35, 0.65], [0.15, 0.45, 0.25]])[rng.integers(3, size=count)]
    lips = skin * [0.85, 0.5, 0.5] + rng.uniform([0, 0, 0], [0.12, 0.05, 0.08], (count, 3))
    painted = _hues(rng.random((3, count)), rng.uniform(0.35, 0.95, (3, count)))
    if palette == "painted":
        skin, hair, lips = painted
    light = np.stack([rng.uniform(-0.7, 0.7, count), rng.uniform(-0.7, 0.3, count), np.ones(count)], 1)
    light[:, :2] *= slant
    style = rng.uniform([0, -0.75, -0.5, -0.25], [1, -0.5, 0.5, 0.25], (count, 4))
    cells = (count, 3, _NOISE, _NOISE)
    grey = rng.uniform(0.2, 0.8, (count, 1, 1, 1)) + rng.normal(0, 0.09, (count, 1, _NOISE, _NOISE))
    backdrop = grey + rng.uniform(-0.25, 0.25, (count, 3, 1, 1)) + rng.normal(0, 0.04, cells)
    clothes, wears = rng.random((count, 3)), [rng.random(count) < share for share in (glasses, beard)]
    texture = rng.normal(0, marks, cells) + paint * _motif()
    if clutter:
        backdrop = _cluttered(backdrop, skin, hair, clutter, rng)
    return Looks(
        *(_tensor(colour.clip(0, 1)) for colour in (skin, hair, iris, lips, clothes)),
        _tensor(style),
        _tensor(light / np.linalg.norm(light, axis=1, keepdims=True)),
        *map(_tensor, wears),
        _tensor(texture),
        _tensor(backdrop),
    )


def draw_poses(
    count: int,
    rng: np.random.Generator,
    *,
    roll: float = math.radians(20),
    shift: float = 0.08,
    zoom: float = 0.15,
    yaw: float = 0.24,
    fill: float = 0.62,
) -> Poses:
    """``count`` poses, uniform in their ranges.

    Args:
        count: how many.
        rng: source of every draw.
        roll: largest rotation to either side, radians.
        shift: largest offset to either side, in sides of the picture.
        zoom: largest relative change of the head's size.
        yaw: largest shift of inner features to either side, in half widths of the head.
        fill: height of an average head of average size, in sides of the picture.

    Raises:
        ValueError: if ``count`` is below 1, ``yaw`` is not in [0, 0.35] (beyond, the map would fold), ``zoom`` not in
            [0, 1), ``fill`` is not positive, or another range is negative.
    """
    _check_count(count)
    for name, value in (("roll", roll), ("shift", shift)):
        if value < 0:
            raise ValueError(f"{name} must not be negative, not {value}")
    if not 0 <= yaw <= 0.35:
        raise ValueError(f"yaw must be from 0 to 0.35, not {yaw}")
    if not 0 <= zoom < 1:
        raise ValueError(f"zoom must be from 0 up to 1, not {zoom}")
    if fill <= 0:
        raise ValueError(f"fill must be positive, not {fill}")
    return Poses(
        _tensor(rng.uniform(-shift, shift, (count, 2))),
        _tensor(fill / 2 * rng.uniform(1 - zoom, 1 + zoom, count)),
        _tensor(rng.uniform(-roll, roll, count)),
        _tensor(rng.uniform(-yaw, yaw, count)),
    )


def to_pixels(uv: torch.Tensor, shape: Shapes, pose: Poses, size: int) -> torch.Tensor:
    """Where canonical points (u, v) [n, m, 2] (or [m, 2], the same for all) are in pictures of ``size`` pixels.

    Returns:
        float32 [n, m, 2], (x, y) in pixels.
    """
    u, v = uv.expand(len(shape), -1, 2).unbind(-1)
    column = (slice(None), None)
    y = _piecewise(v, shape.heights.new_tensor(_KNOTS).expand_as(shape.heights), shape.heights)
    b = _spacing(v, shape)
    q = (1 - u**2 - v**2).clamp_min(0)
    x = shape.width[column] * _taper(v, shape) * (u + (b * u + pose.yaw[column]) * q)
    cos, sin = pose.roll.cos()[column], pose.roll.sin()[column]
    turned = torch.stack([cos * x - sin * y, sin * x + cos * y], -1)
    return _middle(pose, size)[:, None] + size * pose.scale[:, None, None] * turned


def to_canonical(points: torch.Tensor, shape: Shapes, pose: Poses, size: int) -> torch.Tensor:
    """Which canonical (u, v) [n, m, 2] lies at points (x, y) [n, m, 2] (or [m, 2]) of pictures of ``size`` pixels.

    The inverse of :func:`to_pixels`: heights in closed form, the cubic equation for u by Newton's method.
    """
    column = (slice(None), None)
    x, y = ((points - _middle(pose, size)[:, None]) / (size * pose.scale[:, None, None])).unbind(-1)
    cos, sin = pose.roll.cos()[column], pose.roll.sin()[column]
    x, y = cos * x + sin * y, cos * y - sin * x
    v = _piecewise(y, shape.heights, shape.heights.new_tensor(_KNOTS).expand_as(shape.heights))
    x = x / (shape.width[column] * _taper(v, shape))
    b, yaw, c = _spacing(v, shape), pose.yaw[column], (1 - v**2).clamp_min(0)
    edge = c.sqrt()
    u = torch.minimum(torch.maximum(x - yaw * c, -edge), edge)
    for _ in range(5):
        off = u + (b * u + yaw) * (c - u**2) - x
        slope = 1 + b * (c - 3 * u**2) - 2 * yaw * u
        u = torch.minimum(torch.maximum(u - off / slope, -edge), edge)
    return torch.stack([torch.where(x.abs() < edge, u, x), v], -1)


def render(shape: Shapes, look: Looks, pose: Poses, size: int) -> Faces:
    """Paint the faces: no chance is left, the same parameters give the same picture.

    Raises:
        ValueError: if the numbers of shapes, looks and poses differ, or ``size`` is below 16.
    """
    if not len(shape) == len(look) == len(pose):
        raise ValueError(f"shape, look and pose must be as many, not {len(shape)}, {len(look)} and {len(pose)}")
    if size < 16:
        raise ValueError(f"size must be at least 16 pixels, not {size}")
    row, column = torch.meshgrid(*2 * [torch.arange(size, dtype=torch.float32)], indexing="ij")
    pixels = torch.stack([column, row], -1).view(-1, 2)
    parts = []
    for start in range(0, len(shape), _CHUNK):
        some = slice(start, start + _CHUNK)
        uv = to_canonical(pixels, shape[some], pose[some], size).movedim(-1, 1).reshape(-1, 2, size, size)
        parts.append((_paint(uv, shape[some], look[some], pose[some]), uv))
    image, uv = (torch.cat(part) for part in zip(*parts, strict=True))
    points = torch.tensor(list(LANDMARKS.values()))
    return Faces(image, uv.square().sum(1) <= 1, uv, to_pixels(points, shape, pose, size), shape, look, pose)


def faces(
    count: int,
    rng: np.random.Generator,
    *,
    size: int = 48,
    fill: float = 0.62,
    glasses: float = 0.2,
    beard: float = 0.2,
    marks: float = 0.04,
    palette: str = "natural",
) -> Faces:
    """``count`` faces of different people, looks and poses; arguments as of the functions that draw the parts.

    Raises:
        ValueError: as :func:`draw_looks`, :func:`draw_poses` and :func:`render`.
    """
    shape = draw_shapes(count, rng)
    look = draw_looks(count, rng, glasses=glasses, beard=beard, marks=marks, palette=palette)
    return render(shape, look, draw_poses(count, rng, fill=fill), size)


def wild_faces(
    count: int,
    rng: np.random.Generator,
    *,
    size: int = 48,
    fill: float = 0.5,
    glasses: float = 0.2,
    beard: float = 0.2,
    palette: str = "natural",
    marks: float = 0.05,
    paint: float = 0.3,
    clutter: int = 6,
    slant: float = 1.5,
    variety: float = 1.2,
    roll: float = math.radians(26),
    shift: float = 0.1,
    zoom: float = 0.2,
    yaw: float = 0.2,
) -> Faces:
    """``count`` faces as at a festival: people who differ more, painted with one motif, in oblique light, before
    clutter, turned, shifted, near and far. A point that is fixed in the picture tells little about where the features
    are.

    Arguments as of the functions that draw the parts.

    Raises:
        ValueError: as :func:`draw_shapes`, :func:`draw_looks`, :func:`draw_poses` and :func:`render`.
    """
    shape = draw_shapes(count, rng, variety=variety)
    look = draw_looks(
        count,
        rng,
        glasses=glasses,
        beard=beard,
        marks=marks,
        palette=palette,
        clutter=clutter,
        slant=slant,
        paint=paint,
    )
    return render(shape, look, draw_poses(count, rng, roll=roll, shift=shift, zoom=zoom, yaw=yaw, fill=fill), size)


def sample_picture() -> Figure:
    """Eight faces, below each the canonical coordinates of its pixels (red is u, green is v), and eight wild faces."""
    some, wild = faces(8, np.random.default_rng(2), size=96), wild_faces(8, np.random.default_rng(2), size=96)
    red, green = ((some.uv + 1) / 2).clamp(0, 1).unbind(1)
    frame = torch.stack([red, green, torch.full_like(red, 0.5)], 1) * some.mask[:, None]
    return figures.images([*some.image, *frame, *wild.image], columns=8)


def _paint(uv: torch.Tensor, shape: Shapes, look: Looks, pose: Poses) -> torch.Tensor:
    """The pictures [n, 3, S, S] for canonical coordinates [n, 2, S, S]: layers from back to front."""
    u, v = uv.unbind(1)
    size, side = u.shape[-1], u.abs()
    sharp = _field(size * pose.scale * (1 + shape.width) / 2)  # pixels per canonical unit
    length, hairline, parting, lopsided = (_field(each) for each in look.style.unbind(1))
    eye_u, eye_v = (2 * _field(each) for each in shape.eye.unbind(1))
    lines = [LANDMARKS[name] for name in ("right eye", "right mouth corner", "right brow, outer end", "nose tip")]
    (eye_x, eye_y), (mouth_x, mouth_y), (brow_x, brow_y), (_, nose_y) = lines
    head = _ellipse(u, v, 0, 0, 1, 1, sharp)

    image = F.interpolate(look.backdrop, size=(size, size), mode="bicubic", align_corners=False)
    clothes = _ellipse(u, v, 0, 1.95, 1.5, 0.8, sharp)
    neck = _inside(torch.maximum(side - 0.5, (v - 1.5).abs() - 0.8), sharp)
    behind = _inside(
        torch.maximum(((u / 1.2) ** 2 + ((v - 0.05) / 1.2) ** 2).sqrt() - 1, v - (0.05 + 0.9 * length)), sharp
    )
    ears = _ellipse(side, v, 1.0, 0.05, 0.13, 0.2, sharp)
    skin = _colour(look.skin)
    image = _over(image, clothes, _colour(look.clothes))
    image = _over(image, neck, 0.8 * skin)
    image = _over(image, behind, 0.8 * _colour(look.hair))
    image = _over(image, ears, 0.85 * skin)

    depth = (1 - u**2 - v**2).clamp_min(0).sqrt()
    shade = 0.62 + 0.38 * (torch.stack([u, v, depth], 1) * _colour(look.light)).sum(1).clamp(-0.5, 1)
    texture = F.grid_sample(look.texture, uv.movedim(1, -1), mode="bilinear", align_corners=False)
    image = _over(image, head, (skin + texture) * shade[:, None])

    stubble = _ellipse(u, v, 0, 0.62, 0.78, 0.44, sharp) * head * (1 - _ellipse(u, v, 0, mouth_y, 0.34, 0.11, sharp))
    image = _over(image, 0.85 * stubble * _field(look.beard), 0.9 * _colour(look.hair))
    nose = _field(shape.nose)
    slope = nose * ((v - eye_y) / (nose_y - eye_y)).clamp(0.25, 1)  # widens towards the tip
    ridge = _inside(torch.maximum((u - 0.5 * slope).abs() - 0.4 * slope, (v - 0.07).abs() - 0.19), sharp)
    image = _over(image, 0.35 * ridge, 0.55 * skin)
    image = _over(image, 0.8 * _ellipse(side, v, 0.7 * nose, nose_y + 0.02, 0.055, 0.045, sharp), 0.3 * skin)

    image = _over(image, _ellipse(side, v, eye_x, eye_y, eye_u / 2, eye_v / 2, sharp), u.new_tensor(0.96))
    white = _ellipse(side, v, eye_x, eye_y, eye_u / 2, eye_v / 2, sharp)
    image = _over(image, white * _ellipse(side, v, eye_x, eye_y, 0.085, 0.085, sharp), _colour(look.iris))
    image = _over(image, white * _ellipse(side, v, eye_x, eye_y, 0.04, 0.04, sharp), u.new_tensor(0.03))

    along = ((side - brow_x) / 0.38 + 0.5).clamp(-0.5, 0.5)  # -0.5 at the inner end, 0.5 at the outer one
    brow = torch.maximum((v - brow_y + _field(shape.tilt) * along).abs() - 0.05, (side - brow_x + 0.19).abs() - 0.2)
    image = _over(image, _inside(brow, sharp), 0.7 * _colour(look.hair))

    across = (u / mouth_x).clamp(-1, 1)
    line = mouth_y + _field(shape.smile) * (1 - across**2)
    fullness = (1 - across**2).clamp_min(0).sqrt()
    lips = torch.maximum((v - line).abs() - 0.025 - 0.05 * fullness, side - mouth_x - 0.02)
    gap = torch.maximum((v - line).abs() - 0.018, side - mouth_x)
    image = _over(image, _inside(lips, sharp), _colour(look.lips))
    image = _over(image, _inside(gap, sharp), 0.3 * _colour(look.lips))

    fringe = hairline + lopsided * torch.tanh(4 * (u - parting)) + 0.35 * u**2
    image = _over(image, _inside(torch.maximum(v - fringe, uv.norm(dim=1) - 1.03), sharp), _colour(look.hair))

    ring = ((side - eye_x) ** 2 + (v - eye_y) ** 2).sqrt()
    bridge = torch.maximum(side - eye_x + 0.22, (v - eye_y).abs() - 0.03)
    frame = torch.minimum((ring - 0.24).abs() - 0.03, bridge)
    return _over(image, _inside(frame, sharp) * _field(look.glasses), u.new_tensor(0.08)).clamp(0, 1)


def _motif() -> np.ndarray:
    """The painted pattern [3, c, c] over the canonical square: smooth, of mean 0 and standard deviation 1."""
    coarse = np.random.default_rng(MOTIF).normal(0, 1, (1, 3, 9, 9))
    fine = F.interpolate(torch.from_numpy(coarse), size=(_NOISE, _NOISE), mode="bicubic", align_corners=True)[0].numpy()
    return (fine - fine.mean((1, 2), keepdims=True)) / fine.std((1, 2), keepdims=True)


def _cluttered(
    backdrop: np.ndarray, skin: np.ndarray, hair: np.ndarray, things: int, rng: np.random.Generator
) -> np.ndarray:
    """Backdrops [n, 3, 4 c, 4 c]: those given [n, 3, c, c], enlarged, with ellipses over them."""
    image = F.interpolate(torch.from_numpy(backdrop), scale_factor=4, mode="bicubic", align_corners=False).numpy()
    count, side = len(image), image.shape[-1]
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    dark = np.full_like(skin, 0.08)
    for _ in range(things):
        centre, angle = rng.random((2, count, 1, 1)), np.pi * rng.random((count, 1, 1))
        kind = rng.integers(4, size=count)  # of any colour, skin, hair, or small and dark
        axes = np.where((kind == 3)[:, None, None], rng.uniform(0.02, 0.04, (2, count, 1, 1)), 0)
        axes = axes + (kind != 3)[:, None, None] * rng.uniform(0.04, 0.16, (2, count, 1, 1))
        colour = np.choose(kind[:, None], [rng.random((count, 3)), skin, hair, dark])
        dx, dy = x - centre[0], y - centre[1]
        along, across = np.cos(angle) * dx + np.sin(angle) * dy, np.cos(angle) * dy - np.sin(angle) * dx
        inside = (along / axes[0]) ** 2 + (across / axes[1]) ** 2 < 1
        image = np.where(inside[:, None], colour[:, :, None, None], image)
    return image


def _over(image: torch.Tensor, cover: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
    """A layer of a colour over images [n, 3, S, S]; cover [n, S, S] in [0, 1]."""
    return image + cover[:, None] * (colour - image)


def _inside(distance: torch.Tensor, sharp: torch.Tensor) -> torch.Tensor:
    """Share of a pixel that lies inside, from the signed distance (canonical units, negative inside)."""
    return (0.5 - distance * sharp).clamp(0, 1)


def _ellipse(
    u: torch.Tensor,
    v: torch.Tensor,
    x: float | torch.Tensor,
    y: float | torch.Tensor,
    a: float | torch.Tensor,
    b: float | torch.Tensor,
    sharp: torch.Tensor,
) -> torch.Tensor:
    """Cover of an ellipse with centre (x, y) and half axes a, b; the distance is exact to first order."""
    dx, dy = (u - x) / a, (v - y) / b
    radius = (dx**2 + dy**2).sqrt()
    steep = ((dx / a) ** 2 + (dy / b) ** 2).sqrt() / radius.clamp_min(1e-6)
    return _inside((radius - 1) / steep.clamp_min(1e-6), sharp)


def _piecewise(t: torch.Tensor, start: torch.Tensor, end: torch.Tensor) -> torch.Tensor:
    """The increasing piecewise linear maps that take knots start [n, k] to end [n, k], at t [n, m]; straight beyond."""
    slope = (end[:, 1:] - end[:, :-1]) / (start[:, 1:] - start[:, :-1])
    value = end[:, :1] + slope[:, :1] * (t - start[:, :1])
    for k in range(1, slope.shape[1]):
        value = value + (slope[:, k, None] - slope[:, k - 1, None]) * (t - start[:, k, None]).clamp_min(0)
    return value


def _spacing(v: torch.Tensor, shape: Shapes) -> torch.Tensor:
    """b(v) [n, m]: linear between the knots, constant beyond."""
    knots = v.new_tensor(_KNOTS).expand_as(shape.spacing)
    return _piecewise(v.clamp(_KNOTS[0], _KNOTS[-1]), knots, shape.spacing)


def _taper(v: torch.Tensor, shape: Shapes) -> torch.Tensor:
    """T(v) [n, m]."""
    return 1 - shape.jaw[:, None] * v.clamp(0, 1) ** 2


def _middle(pose: Poses, size: int) -> torch.Tensor:
    """The middle of each head in pixels, [n, 2]."""
    return (size - 1) / 2 + size * pose.centre


def _field(values: torch.Tensor) -> torch.Tensor:
    return values[:, None, None]


def _colour(values: torch.Tensor) -> torch.Tensor:
    return values[:, :, None, None]


def _hues(hue: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Saturated colours [..., 3] of a hue and a brightness in [0, 1]."""
    wheel = np.abs((6 * hue[..., None] + [0, 4, 2]) % 6 - 3) - 1
    return value[..., None] * (1 - 0.6 * (1 - wheel.clip(0, 1)))


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float32)


def _check_count(count: int) -> None:
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
