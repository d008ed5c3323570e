"""Stereo pairs of layered surfaces, with exact disparity, occlusion and difficult regions.

Conventions
-----------
The pair is rectified. What lies at ``(x, y)`` in the left view lies at ``(x - disparity, y)`` in the right one, with
the disparity of the *left* pixel, in pixels; a larger disparity is nearer and hides what is behind it. Pixel centres
lie at integers (see the book's conventions).

A scene is a background and a few surfaces: tilted or curved rectangles and ellipses, thin bars, a mirror. A surface
lives in the left view's coordinates: its outline, its texture and its disparity are functions of ``(x, y)`` there. A
pixel of the right view looks such a function up where ``x - disparity(x, y)`` is its own column. Disparities are
quadratic along a row, so that this place has a closed form, and both views are drawn exactly, without holes.

*Flat* surfaces have texture in a rim only; inside are a soft shading and faint noise. A *mirror* has a textured rim
too; inside, it shows a picture that moves between the views by less than the mirror itself, as a virtual image behind
it does: the disparity that is asked for is that of the mirror. Sensor noise and a gain per channel differ between the
views.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from matplotlib.figure import Figure
from skimage import data
from torch.nn import functional as F

from ..draw import figures
from ..rows import Rows

Tensor = torch.Tensor

PHOTOGRAPHS = ("astronaut", "brick", "coffee", "grass")
HELD_OUT = ("chelsea", "gravel")
TEXTURED, FLAT, MIRROR, BAR = range(4)
SLOTS = 8  # background, four surfaces, a mirror, two bars
RIM = 0.78  # share of the half-width at which rim and interior of flat surfaces and mirrors meet
TILE = 128  # side of a texture
BLOCK = 16  # scenes drawn together, few enough for the processor's cache


@dataclass(frozen=True)
class StereoScenes(Rows):
    """``B`` stereo pairs with their truth, all seen from the left.

    left, right: views [B, 3, H, W] in [0, 1]. disparity: [B, H, W] in pixels. surface: number of the visible surface
    [B, H, W], 0 for the background. Boolean masks [B, H, W]: ``occluded``, not visible in the right view (hidden or
    outside of it); ``textureless``, inside a flat surface; ``thin``, on a bar; ``reflective``, inside a mirror;
    ``edge``, next to a jump of disparity by more than one pixel. The three regions in the middle are disjoint.
    """

    left: Tensor
    right: Tensor
    disparity: Tensor
    surface: Tensor
    occluded: Tensor
    textureless: Tensor
    thin: Tensor
    reflective: Tensor
    edge: Tensor


def layered_stereo(
    n: int,
    height: int,
    width: int,
    most: float,
    generator: torch.Generator,
    *,
    photographs: Sequence[str] = PHOTOGRAPHS,
    flat: float = 0.4,
    mirror: float = 0.5,
    bars: int = 2,
    noise: float = 0.02,
    gain: float = 0.1,
) -> StereoScenes:
    """Draw ``n`` random scenes.

    Args:
        n, height, width: how many pairs, of which size.
        most: disparities lie between 0 and ``most`` pixels.
        generator: on the CPU; the scenes depend on nothing else.
        photographs: names of the textures, from ``PHOTOGRAPHS`` and ``HELD_OUT``; keep training and test apart by them.
        flat: share of flat surfaces, the background included.
        mirror: share of scenes with a mirror.
        bars: largest number of thin bars in a scene, 0 to 2.
        noise: standard deviation of the sensor noise of each view.
        gain: the right view's channels are multiplied by a number in [1 - gain, 1 + gain].

    Raises:
        ValueError: if a size, a share or the number of bars is out of range.
    """
    if min(n, height, width) < 1 or most <= 0:
        raise ValueError(f"n, height, width and most must be positive, not {n}, {height}, {width}, {most}")
    if not (0 <= flat <= 1 and 0 <= mirror <= 1 and bars in (0, 1, 2)):
        raise ValueError(f"flat and mirror must be shares and bars 0, 1 or 2, not {flat}, {mirror}, {bars}")
    if n > BLOCK:
        options = {
            "photographs": photographs,
            "flat": flat,
            "mirror": mirror,
            "bars": bars,
            "noise": noise,
            "gain": gain,
        }
        blocks = [
            layered_stereo(min(BLOCK, n - first), height, width, most, generator, **options)
            for first in range(0, n, BLOCK)
        ]
        return StereoScenes.joined(blocks)
    scene = _Surfaces(n, height, width, most, generator, len(photographs), flat, mirror, bars)
    y, x = torch.meshgrid(torch.arange(float(height)), torch.arange(float(width)), indexing="ij")
    x, y = (axis.expand(n, 1, height, width) for axis in (x, y))
    disparity, surface, _ = scene.visible(x, y, right=False)
    seen, _, _ = scene.visible(x - disparity[:, None], y, right=True)
    occluded = (seen > disparity + 1e-3) | (x[:, 0] - disparity < -0.5)
    tiles = _textures(tuple(photographs))
    left = scene.colours(x[:, 0], y[:, 0], x[:, 0], surface, tiles)
    _, other, place = scene.visible(x, y, right=True)
    right = scene.colours(place, y[:, 0], x[:, 0] + scene.virtual[:, None, None], other, tiles)
    gains = 1 + gain * (2 * torch.rand(n, 3, 1, 1, generator=generator) - 1)
    views = [view + noise * torch.randn(view.shape, generator=generator) for view in (left, gains * right)]
    kind = scene.kind.gather(1, surface.flatten(1)).view_as(surface)
    inside = scene.radius(x, y).gather(1, surface[:, None])[:, 0] < RIM
    jump = F.max_pool2d(disparity[:, None], 3, 1, 1) + F.max_pool2d(-disparity[:, None], 3, 1, 1) > 1
    return StereoScenes(
        *(view.clamp(0, 1) for view in views),
        disparity,
        surface,
        occluded,
        (kind == FLAT) & inside,
        kind == BAR,
        (kind == MIRROR) & inside,
        jump[:, 0],
    )


class _Surfaces:
    """The parameters of n scenes, each [n, SLOTS] unless said otherwise, and what the two views see of them."""

    def __init__(self, n, height, width, most, generator, photographs, flat, mirror, bars):
        def uniform(low, high, *shape):
            return low + (high - low) * torch.rand(n, SLOTS, *shape, generator=generator)

        slot = torch.arange(SLOTS).expand(n, SLOTS)
        back, is_mirror, is_bar = slot == 0, slot == 5, slot >= 6
        self.kind = torch.where(uniform(0, 1) < flat, FLAT, TEXTURED)
        self.kind[is_mirror], self.kind[is_bar] = MIRROR, BAR
        self.present = (uniform(0, 1) < 0.8) | back
        self.present = torch.where(is_mirror, uniform(0, 1) < mirror, self.present)
        self.present &= ~is_bar | (slot - 6 < (uniform(0, bars + 1)[:, 6:7]).floor())
        self.x, self.y = uniform(0.1, 0.95) * width, uniform(0.15, 0.85) * height
        self.x[:, 0], self.y[:, 0] = width / 2, height / 2
        size = uniform(0.16, 0.3) + 0.06 * (self.kind == FLAT)
        self.half_x = torch.where(is_bar, uniform(0.5, 1.5), size * width * uniform(0.7, 1.1))
        self.half_y = torch.where(is_bar, uniform(0.3, 0.6) * height, size * height * uniform(0.9, 1.5))
        self.half_x[:, 0], self.half_y[:, 0] = 0.5 * width, 0.5 * height
        self.turn = uniform(-0.4, 0.4) * ~back
        self.round = (uniform(0, 1) < 0.4) & ~back & ~is_bar
        self.near = torch.where(is_bar, uniform(0.7, 0.92), uniform(0.35, 0.75)) * most
        self.near[:, 0] = uniform(0.12, 0.25)[:, 0] * most
        self.slope_x, self.slope_y = (uniform(-0.12, 0.12) * most * ~is_bar for _ in range(2))
        self.slope_x[:, 0] *= 0.4
        self.slope_y[:, 0] = self.slope_y[:, 0].abs() * 0.6
        self.bulge = torch.where((uniform(0, 1) < 0.4) & ~back & ~is_bar, uniform(-0.06, 0.1), 0.0) * most
        self.virtual = (uniform(0.1, 0.5) * self.near)[:, 5]  # [n], disparity of what the mirror shows
        self.tile = (uniform(0, photographs + 1).floor()).long()
        self.zoom, self.tile_turn = uniform(0.7, 1.6), uniform(-np.pi, np.pi)
        self.tile_at = uniform(0, 2 * TILE, 2)
        self.colour = uniform(0.2, 0.8, 3)
        self.shade = uniform(-0.08, 0.08, 2)

    def local(self, x, y):
        """Coordinates [n, SLOTS, H, W] of places in the left view, 1 at the outline of each surface."""
        x, y = x - self.x[..., None, None], y - self.y[..., None, None]
        cos, sin = self.turn.cos()[..., None, None], self.turn.sin()[..., None, None]
        return (
            (cos * x + sin * y) / self.half_x[..., None, None],
            (cos * y - sin * x) / self.half_y[..., None, None],
        )

    def radius(self, x, y):
        """How far out a place lies on each surface [n, SLOTS, H, W]: below 1 inside the outline."""
        u, v = self.local(x, y)
        return torch.where(self.round[..., None, None], (u**2 + v**2).sqrt(), torch.maximum(u.abs(), v.abs()))

    def visible(self, x, y, right):
        """Disparity, surface and place in the left view, each [n, H, W], of what is seen at x, y [n, 1, H, W]."""
        near, sx, sy, bulge = (a[..., None, None] for a in (self.near, self.slope_x, self.slope_y, self.bulge))
        place = self._place(x, y, near, sx, sy, bulge) if right else x
        u, v = self.local(place, y)
        disparity = near + bulge + u * (sx - bulge * u) + v * (sy - bulge * v)
        covers = torch.where(self.round[..., None, None], u**2 + v**2, torch.maximum(u.abs(), v.abs())) < 1
        covers[:, 0] = True
        disparity = torch.where(covers & self.present[..., None, None], disparity, -torch.inf)
        disparity, surface = disparity.max(1)
        return disparity, surface, place.expand(-1, SLOTS, -1, -1).gather(1, surface[:, None])[:, 0]

    def _place(self, x, y, near, sx, sy, bulge):
        """Where ``place - disparity(place, y) = x`` on each surface, [n, SLOTS, H, W]; far off it, anything."""
        u, v = self.local(torch.zeros(()), y)  # u and v are linear in the place, with these slopes
        du, dv = (self.turn.cos() / self.half_x)[..., None, None], (-self.turn.sin() / self.half_y)[..., None, None]
        a = bulge * (du**2 + dv**2)
        b = 1 - sx * du - sy * dv + 2 * bulge * (u * du + v * dv)
        c = x + near + bulge + u * (sx - bulge * u) + v * (sy - bulge * v)
        return 2 * c / (b + (b**2 + 4 * a * c).clamp_min(0).sqrt())  # of a place^2 + b place = c

    def colours(self, x, y, mirrored, surface, tiles):
        """Colours [n, 3, H, W] of surfaces [n, H, W] at places x, y; ``mirrored`` is x on the mirror's own picture."""

        def of(values):
            return values.gather(1, surface.flatten(1)).view_as(surface)

        kind = of(self.kind)
        u, v = (a.gather(1, surface[:, None])[:, 0] for a in self.local(x[:, None], y[:, None]))
        inside = torch.where(of(self.round), (u**2 + v**2).sqrt(), torch.maximum(u.abs(), v.abs())) < RIM
        in_mirror = (kind == MIRROR) & inside
        x = torch.where(in_mirror, mirrored, x)
        turn, zoom, at = of(self.tile_turn) + 1.0 * in_mirror, of(self.zoom), self.tile_at
        s = zoom * (turn.cos() * x + turn.sin() * y) + of(at[..., 0])
        t = zoom * (turn.cos() * y - turn.sin() * x) + of(at[..., 1])
        texture = _look_up(tiles, of(self.tile), s, t)
        base = torch.stack([of(self.colour[..., c]) for c in range(3)], 1)
        shade = (of(self.shade[..., 0]) * u + of(self.shade[..., 1]) * v)[:, None]
        contrast = torch.where((kind == FLAT) & inside, 0.02, torch.where(in_mirror, 0.45, 0.8))[:, None]
        tint = 0.5 * base + 0.5 * base.new_tensor([0.55, 0.75, 0.95])[:, None, None]
        base = torch.where(in_mirror[:, None], tint, base)
        return base + shade + contrast * (texture - 0.5)


def _look_up(tiles, tile, s, t):
    """Bilinear look-up [n, 3, H, W] in tiles [T, 3, TILE, TILE], which are continued by reflection."""
    s, t = (0.5 + (TILE - 2) - (a.remainder(2 * (TILE - 2)) - (TILE - 2)).abs() for a in (s, t))
    tall = tiles.permute(1, 0, 2, 3).reshape(1, 3, -1, TILE)
    grid = torch.stack([(2 * s + 1) / TILE - 1, (2 * (t + TILE * tile) + 1) / tall.shape[2] - 1], -1)
    out = F.grid_sample(tall, grid.flatten(0, 1)[None], align_corners=False)  # [1, 3, n H, W]
    return out[0].unflatten(1, tile.shape[:2]).transpose(0, 1)


@lru_cache(maxsize=4)
def _textures(photographs: tuple[str, ...]) -> Tensor:
    """Tiles [T + 1, 3, TILE, TILE] in [0, 1] with even local contrast: one per photograph, and smooth noise."""
    noise = torch.from_numpy(np.random.default_rng(len(photographs)).normal(size=(1, 3, TILE, TILE))).float()
    tiles = [_photograph(name) for name in photographs] + [_blur(noise + noise.mean(1, keepdim=True), 1)]
    return torch.cat([_even_contrast(tile) for tile in tiles])


def _photograph(name: str) -> Tensor:
    if name not in PHOTOGRAPHS + HELD_OUT:
        raise ValueError(f"photographs must be among {', '.join(PHOTOGRAPHS + HELD_OUT)}, not {name!r}")
    pixels = torch.from_numpy(np.asarray(getattr(data, name)())).float()
    pixels = (pixels[..., None] if pixels.ndim == 2 else pixels).permute(2, 0, 1)[None].expand(1, 3, -1, -1)
    side = min(pixels.shape[2:])
    return F.interpolate(pixels[..., :side, :side], size=(TILE, TILE), mode="area")


def _blur(image: Tensor, radius: int) -> Tensor:
    padded = F.pad(image, (radius,) * 4, mode="reflect")
    return F.avg_pool2d(padded, 2 * radius + 1, 1)


def _even_contrast(tile: Tensor) -> Tensor:
    detail = tile - _blur(tile, 7)
    spread = _blur(detail.square().mean(1, keepdim=True), 7).sqrt()
    return (0.5 + 0.2 * detail / (spread + 0.1 * spread.mean())).clamp(0, 1)


def sample_picture() -> Figure:
    """Three scenes: both views, the disparity of the left one, and its regions."""
    scenes = layered_stereo(3, 72, 120, 20, torch.Generator().manual_seed(5), noise=0.0)
    palette = torch.tensor([[0.9] * 3, [0.0, 0.45, 0.7], [0.84, 0.37, 0.0], [0.8, 0.47, 0.65], [0.0, 0.0, 0.0]])
    region = scenes.textureless * 1
    for number, mask in ((2, scenes.thin), (3, scenes.reflective), (4, scenes.occluded)):
        region = torch.where(mask, number, region)
    shown = figures.matplotlib.colormaps["viridis"](scenes.disparity.numpy() / 20)[..., :3]
    rows = [[scenes.left[i], scenes.right[i], shown[i], palette[region[i]]] for i in range(3)]
    titles = ["left", "right", "disparity", "flat, bar, mirror, hidden"] + [""] * 8
    return figures.images([picture for row in rows for picture in row], titles, columns=4)
