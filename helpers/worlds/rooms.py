"""Ray-cast rooms: textured walls and solids, with exact depth, normals, surfaces, occlusion and pose.

Conventions
-----------
A room is an axis-aligned box seen from inside, with solids in it: turned boxes (a card is a thin one, a pole a slender
one) and turned ellipsoids. The world's frame is that of a camera at rest: x right, **y down**, z forward to the back
wall; metres. A camera maps ``X_cam = R X + t`` and then ``(u, v, 1) ~ K X_cam``; pixel centres lie at integers. Depth
is ``z`` in the camera's frame. Everything is a batch: ``N`` rooms, each with a camera of its own.

Surfaces are numbered: 0 left wall, 1 right wall, 2 ceiling, 3 floor, 4 the wall behind the camera, 5 back wall, then
the solids from 6 on. A surface carries a photograph in metres of its own two coordinates, so its texture sticks to it
in every view; light is diffuse and fixed to the world, so a point has the same colour from everywhere. Photographs are
cut into two halves, one to train on and one ``held_out``. A texture is magnified, not minified, as long as a texel is
as wide as a pixel is at the farthest wall; ``samples`` smooths what is left at silhouettes.
"""

from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
from matplotlib.figure import Figure
from skimage import data
from torch.nn import functional as F

from ..draw import figures
from ..rows import Rows

Tensor = torch.Tensor

STATIONARY = ("brick", "grass", "gravel")  # for walls: any patch is as plausible as another
PICTURES = ("astronaut", "chelsea", "coffee", "hubble_deep_field")  # for solids
PHOTOGRAPHS = STATIONARY + PICTURES
WALLS = 6
TILE = 96  # side of a texture
LIGHT = (0.35, -0.75, -0.56)  # where the light comes from: above, behind the camera
BLOCK = 400_000  # rays times surfaces that are cast at once, few enough for the processor's cache


@dataclass(frozen=True)
class Camera:
    """``N`` pinhole cameras of one size: K [N, 3, 3] in pixels, R [N, 3, 3] and t [N, 3] from world to camera."""

    K: Tensor
    R: Tensor
    t: Tensor
    height: int
    width: int

    @property
    def centre(self) -> Tensor:
        """Camera centres [N, 3] in the world."""
        return -(self.R.mT @ self.t[..., None])[..., 0]

    def rays(self, offset: tuple[float, float] = (0.0, 0.0)) -> Tensor:
        """World directions [N, height * width, 3] with z = 1 in the camera, so that lengths along them are depth.

        Args:
            offset: x and y that are added to the pixel centres, in pixels.
        """
        y, x = torch.meshgrid(torch.arange(self.height), torch.arange(self.width), indexing="ij")
        pixels = torch.stack([x + offset[0], y + offset[1], torch.ones_like(x)], -1).reshape(-1, 3).to(self.K)
        return pixels @ self.K.inverse().mT @ self.R  # rows: R^T K^-1 pixel

    def project(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels [N, M, 2] and depths [N, M] of world points [N, M, 3]."""
        seen = points @ self.R.mT + self.t[:, None]
        pixels = seen @ self.K.mT
        return pixels[..., :2] / pixels[..., 2:], seen[..., 2]


def camera(
    height: int, width: int, centre: Tensor, *, focal: float | None = None, yaw: float = 0.0, pitch: float = 0.0
) -> Camera:
    """Cameras at ``centre`` [N, 3] that look along +z, or turned.

    Args:
        height, width: of the picture, in pixels.
        centre: where they stand, in metres.
        focal: focal length in pixels; the width by default, which is a field of view of 53 degrees.
        yaw: to the right, in radians.
        pitch: upwards, in radians.

    Raises:
        ValueError: if a size is not positive or ``centre`` is not [N, 3].
    """
    if min(height, width) < 1 or centre.ndim != 2 or centre.shape[1] != 3:
        raise ValueError(
            f"height and width must be positive and centre [N, 3], not {height}, {width}, {list(centre.shape)}"
        )
    f = float(width if focal is None else focal)
    K = centre.new_tensor([[f, 0, (width - 1) / 2], [0, f, (height - 1) / 2], [0, 0, 1]])
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    turn = centre.new_tensor([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    R = (centre.new_tensor([[1, 0, 0], [0, cp, sp], [0, -sp, cp]]) @ turn).expand(len(centre), 3, 3)
    return Camera(K.expand(len(centre), 3, 3), R, -(R @ centre[..., None])[..., 0], height, width)


@dataclass(frozen=True)
class View(Rows):
    """What ``N`` cameras see: image [N, 3, H, W] in [0, 1], depth [N, H, W] in metres, surface [N, H, W] (its number),
    normal and point [N, H, W, 3] in the world; normals have unit length and face the camera."""

    image: Tensor
    depth: Tensor
    surface: Tensor
    normal: Tensor
    point: Tensor


@dataclass(frozen=True)
class Rooms:
    """``N`` rooms with ``P`` places for solids.

    low, high: corners of the room [N, 3]. centre, half: of the solids [N, P, 3]; half-axes in metres.
    turn: [N, P, 3, 3] from the world to the solid's axes. ellipsoid, present: [N, P] bool. tile, texel: photograph
    (an index) and metres per texel of each surface [N, 6 + P]. offset: [N, 6 + P, 2] in texels. colour, contrast: mean
    colour [N, 6 + P, 3] of the surface and how much of the photograph it carries. tiles: [T, 3, TILE, TILE].
    """

    low: Tensor
    high: Tensor
    centre: Tensor
    half: Tensor
    turn: Tensor
    ellipsoid: Tensor
    present: Tensor
    tile: Tensor
    texel: Tensor
    offset: Tensor
    colour: Tensor
    contrast: Tensor
    tiles: Tensor

    def __len__(self) -> int:
        return len(self.low)

    def __getitem__(self, index) -> "Rooms":
        """Some of the rooms, by a slice or an index [n]; a room may be repeated."""
        return Rooms(*(getattr(self, f.name)[index] for f in fields(self)[:-1]), self.tiles)

    def cast(self, origin: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        """Where rays end.

        Args:
            origin: [N, 3], inside the rooms and outside of the solids.
            direction: [N, M, 3], of any length.

        Returns:
            Length [N, M] in units of the direction, and number of the surface [N, M].
        """
        away = torch.where(direction.abs() < 1e-9, 1e-9, direction)  # [N, M, 3]
        exits = (torch.where(away > 0, self.high[:, None], self.low[:, None]) - origin[:, None]) / away
        length, axis = exits.min(-1)
        wall = 2 * axis + (away.gather(-1, axis[..., None])[..., 0] > 0)
        at = (self.turn @ (origin[:, None] - self.centre)[..., None])[..., 0] / self.half  # [N, P, 3], unit solid
        along = (self.turn / self.half[..., None]) @ away.mT[:, None]  # [N, P, 3, M]
        box = self._box(at[..., None], along)
        entry = torch.where(self.ellipsoid[..., None], self._ball(at[..., None], along), box)
        nearest, solid = torch.where(self.present[..., None], entry, torch.inf).min(1)  # [N, M]
        return torch.minimum(nearest, length), torch.where(nearest < length, WALLS + solid, wall)

    @staticmethod
    def _box(at: Tensor, along: Tensor) -> Tensor:
        """First entry [N, P, M] into the cube from -1 to 1."""
        middle, reach = -at / along, 1 / along.abs()
        near, far = (middle - reach).amax(2), (middle + reach).amin(2)
        return torch.where((near < far) & (near > 0), near, torch.inf)

    @staticmethod
    def _ball(at: Tensor, along: Tensor) -> Tensor:
        """First entry [N, P, M] into the unit ball."""
        a, b, c = along.square().sum(2), (at * along).sum(2), at.square().sum(2) - 1
        root = b.square() - a * c
        near = (-b - root.clamp_min(0).sqrt()) / a
        return torch.where((root > 0) & (near > 0), near, torch.inf)

    def view(self, camera: Camera, samples: int = 1) -> View:
        """Render what each camera sees in its room.

        Args:
            camera: ``N`` cameras.
            samples: the image is the mean over ``samples`` x ``samples`` rays per pixel; all else is of pixel centres.

        Raises:
            ValueError: if there are not as many cameras as rooms, or ``samples`` is not positive.
        """
        if len(camera.K) != len(self) or samples < 1:
            raise ValueError(
                f"there must be a camera per room and samples >= 1, not {len(camera.K)}, {len(self)}, {samples}"
            )
        step = max(1, BLOCK // (camera.height * camera.width * (1 + self.half.shape[1])))
        if len(self) > step:
            parts = []
            for i in range(0, len(self), step):
                part = Camera(*(a[i : i + step] for a in (camera.K, camera.R, camera.t)), camera.height, camera.width)
                parts.append(self[i : i + step].view(part, samples))
            return View.joined(parts)
        depth, surface, normal, point = self._hits(camera, (0.0, 0.0))
        shape = (len(self), camera.height, camera.width)
        offsets = [(k + 0.5) / samples - 0.5 for k in range(samples)]
        image = 0.0
        for x in offsets:
            for y in offsets:
                _, s, n, p = (depth, surface, normal, point) if samples == 1 else self._hits(camera, (x, y))
                image = image + self.colours(p, s, n) / samples**2
        return View(
            image.mT.unflatten(-1, shape[1:]),
            depth.view(shape),
            surface.view(shape),
            normal.view(*shape, 3),
            point.view(*shape, 3),
        )

    def sees(self, camera: Camera, points: Tensor, slack: float = 1e-3) -> Tensor:
        """Whether each camera sees world points [N, M, 3], inside its picture with nothing in between: [N, M] bool."""
        centre = camera.centre
        length, _ = self.cast(centre, points - centre[:, None])
        pixels, depth = camera.project(points)
        x, y = pixels.unbind(-1)
        inside = (x > -0.5) & (x < camera.width - 0.5) & (y > -0.5) & (y < camera.height - 0.5) & (depth > 0)
        return inside & (length > 1 - slack)

    def colours(self, point: Tensor, surface: Tensor, normal: Tensor) -> Tensor:
        """Colours [N, M, 3] in [0, 1] of points [N, M, 3] on surfaces [N, M] with normals [N, M, 3]."""

        def of(values: Tensor) -> Tensor:
            return values.flatten(2).gather(1, surface[..., None].expand(-1, -1, values[0, 0].numel()))

        local, axis = self._local(point, surface, normal)
        first, second = (axis == 0).long(), 2 - (axis == 2).long()  # the two axes across the normal
        across = torch.stack([local.gather(-1, k[..., None])[..., 0] for k in (first, second)], -1)
        place = across / of(self.texel[..., None]) + of(self.offset)
        texture = _look_up(self.tiles, of(self.tile[..., None])[..., 0], place)
        shade = 0.8 + 0.2 * (normal @ normal.new_tensor(LIGHT))[..., None]
        return ((of(self.colour) + of(self.contrast[..., None]) * (texture - 0.5)) * shade).clamp(0, 1)

    def _local(self, point: Tensor, surface: Tensor, normal: Tensor) -> tuple[Tensor, Tensor]:
        """Coordinates [N, M, 3] of points in the axes of their surfaces, and the axis nearest to the normal [N, M]."""
        solid = (surface - WALLS).clamp_min(0)
        turn = self.turn.flatten(2).gather(1, solid[..., None].expand(-1, -1, 9)).unflatten(-1, (3, 3))
        centre = self.centre.gather(1, solid[..., None].expand(-1, -1, 3))
        is_wall = (surface < WALLS)[..., None]
        local = torch.where(is_wall, point, (turn @ (point - centre)[..., None])[..., 0])
        return local, torch.where(is_wall, normal, (turn @ normal[..., None])[..., 0]).abs().argmax(-1)

    def _hits(self, camera: Camera, offset: tuple[float, float]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Depth and surface [N, M], normal and point [N, M, 3] at the pixels, row by row."""
        centre, direction = camera.centre, camera.rays(offset)
        depth, surface = self.cast(centre, direction)
        point = centre[:, None] + depth[..., None] * direction
        solid = (surface - WALLS).clamp_min(0)
        turn = self.turn.flatten(2).gather(1, solid[..., None].expand(-1, -1, 9)).unflatten(-1, (3, 3))
        half, middle = (a.gather(1, solid[..., None].expand(-1, -1, 3)) for a in (self.half, self.centre))
        unit = (turn @ (point - middle)[..., None])[..., 0] / half  # on the unit cube or ball
        face = F.one_hot(unit.abs().argmax(-1), 3) * unit.sign()
        round_ = self.ellipsoid.gather(1, solid)[..., None]
        outward = F.normalize((turn.mT @ torch.where(round_, unit / half, face)[..., None])[..., 0], dim=-1)
        inward = F.one_hot(surface.clamp_max(WALLS - 1) // 2, 3) * (1 - 2 * (surface % 2))[..., None]
        return depth, surface, torch.where((surface < WALLS)[..., None], inward.to(outward), outward), point


def rooms(
    n: int,
    generator: torch.Generator,
    *,
    held_out: bool = False,
    solids: tuple[int, int] = (3, 6),
    nearest: float = 2.0,
    farthest: float = 6.0,
    texel: float = 0.06,
    plain: float = 0.0,
) -> Rooms:
    """Draw ``n`` random rooms to be looked at from about the origin.

    The back wall stands at 0.8 to 1 times ``farthest``; the solids (cards, boxes, ellipsoids, and in two rooms of three
    a thin pole) stand between ``nearest`` and the wall, spread over the picture of a camera at rest. No part of them is
    nearer than ``nearest``.

    Args:
        n: how many.
        generator: on the CPU; the rooms depend on nothing else.
        held_out: whether textures come from the half of the photographs that is kept for tests.
        solids: the smallest and the largest number of solids.
        nearest, farthest: range of depths, in metres.
        texel: metres that a texel of a wall covers; solids have 0.4 to 0.7 of it.
        plain: share of surfaces without texture.

    Raises:
        ValueError: if a number is out of range.
    """
    if n < 1 or not 0 <= solids[0] <= solids[1] or not 0 < nearest < farthest or texel <= 0 or not 0 <= plain <= 1:
        raise ValueError(
            "n and texel must be positive, solids a range, 0 < nearest < farthest and plain a share, "
            f"not {n}, {texel}, {solids}, {nearest}, {farthest}, {plain}"
        )
    P = max(1, solids[1])

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(n, *shape, generator=generator)

    back = farthest * uniform(0.8, 1.0)
    low = torch.stack([-uniform(2.0, 3.2), -uniform(1.2, 2.0), uniform(-3.0, -1.0)], -1)
    high = torch.stack([uniform(2.0, 3.2), uniform(1.0, 1.6), back], -1)
    count = torch.randint(solids[0], solids[1] + 1, (n, 1), generator=generator)
    slot = torch.arange(P).expand(n, P)
    kind = uniform(0, 3, P).floor()  # 0 card, 1 box, 2 ellipsoid
    pole = (slot == 0) & (uniform(0, 1, 1) < 2 / 3)
    size = uniform(0.09, 0.2, P, 3) * (1 + 0.5 * torch.rand(n, P, 1, generator=generator))
    size[..., 2] = torch.where(kind == 0, 0.02, size[..., 2])
    size = torch.where(pole[..., None], torch.tensor([0.014, 0.9, 0.014]), size)  # in units of depth
    near = 1 / nearest
    disparity = near * (0.55 + 0.4 * torch.rand(n, P, generator=generator))
    z = torch.minimum(1 / disparity, 0.85 * back[:, None])
    half = size * z[..., None]
    reach = half[..., 2:].pow(2).add(half[..., :1].pow(2)).sqrt()[..., 0]  # turned, in z
    z = torch.maximum(z, nearest + reach)
    column = (slot + uniform(0.1, 0.9, P)) / count.clamp_min(1) - 0.5  # spread, no two in one column
    centre = torch.stack([0.95 * column * z, uniform(-0.22, 0.28, P) * z, z], -1)
    yaw = torch.where(pole, 0.0, uniform(-0.9, 0.9, P))
    c, s, o, i = yaw.cos(), yaw.sin(), torch.zeros_like(yaw), torch.ones_like(yaw)
    turn = torch.stack([c, o, -s, o, i, o, s, o, c], -1).unflatten(-1, (3, 3))
    S = WALLS + P
    is_wall = torch.arange(S) < WALLS
    tile = torch.where(
        is_wall,
        torch.randint(len(STATIONARY), (n, S), generator=generator),
        torch.randint(len(STATIONARY), len(PHOTOGRAPHS), (n, S), generator=generator),
    )
    contrast = torch.where(uniform(0, 1, S) < plain, 0.0, 0.75)
    size = texel * torch.where(is_wall, 1.0, uniform(0.4, 0.7, S))
    offset, colour = uniform(0, 2 * TILE, S, 2), uniform(0.3, 0.7, S, 3)
    ellipsoid = (kind == 2) & ~pole
    tiles = _textures(held_out)
    return Rooms(low, high, centre, half, turn, ellipsoid, slot < count, tile, size, offset, colour, contrast, tiles)


def _look_up(tiles: Tensor, tile: Tensor, place: Tensor) -> Tensor:
    """Bilinear look-up [N, M, 3] at places [N, M, 2] in tiles [T, 3, TILE, TILE], continued by reflection."""
    x, y = (0.5 + (TILE - 2) - (a.remainder(2 * (TILE - 2)) - (TILE - 2)).abs() for a in place.unbind(-1))
    tall = tiles.permute(1, 0, 2, 3).reshape(1, 3, -1, TILE)
    grid = torch.stack([(2 * x + 1) / TILE - 1, (2 * (y + TILE * tile) + 1) / tall.shape[2] - 1], -1)
    return F.grid_sample(tall, grid[None], align_corners=False)[0].permute(1, 2, 0)


@lru_cache(maxsize=2)
def _textures(held_out: bool) -> Tensor:
    """Tiles [T, 3, TILE, TILE] around 0.5 with even local contrast: the left or the right half of each photograph."""
    return torch.cat([_tile(name, held_out) for name in PHOTOGRAPHS])


def _tile(name: str, held_out: bool) -> Tensor:
    pixels = torch.from_numpy(np.asarray(getattr(data, name)())).float() / 255
    pixels = (pixels[..., None] if pixels.ndim == 2 else pixels).permute(2, 0, 1)[None].expand(1, 3, -1, -1)
    middle, side = pixels.shape[3] // 2, min(pixels.shape[2], pixels.shape[3] // 2)
    first = middle if held_out else middle - side
    tile = F.interpolate(pixels[..., :side, first : first + side], size=(TILE, TILE), mode="area")
    detail = tile - _blur(tile, 7)
    spread = _blur(detail.square().mean(1, keepdim=True), 7).sqrt()
    return (0.5 + 0.2 * detail / (spread + 0.1 * spread.mean())).clamp(0, 1)


def _blur(image: Tensor, radius: int) -> Tensor:
    return F.avg_pool2d(F.pad(image, (radius,) * 4, mode="reflect"), 2 * radius + 1, 1)


def sample_picture() -> Figure:
    """Three rooms: the picture, a view from further right, disparity, and what the first view cannot see there."""
    world = rooms(3, torch.Generator().manual_seed(4))
    here, there = (camera(72, 108, torch.tensor([[x, 0.0, 0.0]]).expand(3, 3)) for x in (0.0, 0.5))
    view, other = world.view(here, samples=2), world.view(there, samples=2)
    hidden = ~world.sees(here, other.point.flatten(1, 2)).view_as(other.depth)
    shown = figures.matplotlib.colormaps["viridis"](2 / view.depth.numpy())[..., :3]
    marked = torch.where(hidden[:, None], torch.tensor([0.84, 0.37, 0.0])[:, None, None], 0.6 * other.image + 0.4)
    rows = [[view.image[k], other.image[k], shown[k], marked[k]] for k in range(3)]
    titles = ["a view", "half a metre to the right", "disparity", "not seen in the first"] + [""] * 8
    return figures.images([picture for row in rows for picture in row], titles, columns=4)
