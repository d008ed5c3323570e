"""A zoo of twelve kinds of solids as point clouds, with the normal and the part of every point.

Conventions
-----------
The frame is right-handed with **z up**. A cloud is centred at the mean of its points and fills the unit sphere: its
farthest point lies at distance 1. Samples are uniform by area; normals are of unit length and point outwards.

Kinds are made to be confused at a glance. Bottle, cone, cross, frustum, gear, helix and mug draw width and height from
one range; half of the frusta are hollow: mugs without a handle. What tells them apart is local: teeth, neck, handle.
Curved surfaces are finely faceted (64 sides), and normals are those of the facets.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor
from trimesh import triangles
from trimesh.creation import extrude_triangulation, revolve

from ..draw import figures
from ..geometry.clouds import gathered
from ..geometry.meshes import sample_mesh
from ..geometry.rotations import rotation_matrices
from . import furniture

Array = np.ndarray
Mesh = tuple[Array, Array]  # vertices [n, 3] and faces [m, 3], counter-clockwise seen from outside
SIDES = 64


@dataclass(frozen=True)
class Clouds:
    """``n`` clouds of ``N`` points.

    points, normals: [n, N, 3] float32. part: [n, N], indices into ``PARTS``. label: [n], indices into ``KINDS``.
    """

    points: Tensor
    normals: Tensor
    part: Tensor
    label: Tensor

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, which: Tensor | slice | list[int]) -> Clouds:
        """Some of the clouds."""
        return Clouds(self.points[which], self.normals[which], self.part[which], self.label[which])


@dataclass(frozen=True)
class Solid:
    """A closed surface in named pieces that only touch: part -> mesh."""

    pieces: dict[str, Mesh]

    def surface(self, n: int, rng: np.random.Generator) -> tuple[Array, Array, list[str]]:
        """``n`` samples uniform by area: points and outward unit normals [n, 3], and the part of each."""
        areas = np.array([triangles.area(vertices[faces]).sum() for vertices, faces in self.pieces.values()])
        counts = rng.multinomial(n, areas / areas.sum())
        found = [sample_mesh(*mesh, k, rng) for mesh, k in zip(self.pieces.values(), counts, strict=True)]
        points, normals = (np.concatenate(each) for each in zip(*found, strict=True))
        order = rng.permutation(n)
        return points[order], normals[order], np.repeat(list(self.pieces), counts)[order].tolist()


def clouds(
    per_kind: int,
    points: int,
    rng: np.random.Generator,
    *,
    kinds: tuple[str, ...] | None = None,
    tilt: float = math.radians(10),
    turn: float = 0.0,
    noise: float = 0.0,
) -> Clouds:
    """``per_kind`` clouds of each kind, kind by kind.

    Args:
        per_kind: clouds of each kind.
        points: points of each cloud.
        rng: source of all proportions and samples.
        kinds: some of the names in ``KINDS``; all of them by default.
        tilt: each solid leans by at most this angle in radians, in a random direction.
        turn: each solid is turned about z by at most this angle to either side; pi for any.
        noise: standard deviation of normal noise on every coordinate, in units of the sphere's radius.

    Raises:
        ValueError: if a count is less than 1, an angle or the noise negative, or a kind unknown.
    """
    kinds = tuple(KINDS) if kinds is None else tuple(kinds)
    for name, count in (("per_kind", per_kind), ("points", points)):
        if count < 1:
            raise ValueError(f"{name} must be at least 1, not {count}")
    for name, value in (("tilt", tilt), ("turn", turn), ("noise", noise)):
        if value < 0:
            raise ValueError(f"{name} must not be negative, not {value}")
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"kinds must be some of {', '.join(KINDS)}, not {', '.join(sorted(unknown))}")
    found = [_cloud(kind, points, rng, tilt, turn, noise) for kind in kinds for _ in range(per_kind)]
    x, normals, part = (torch.stack(each) for each in zip(*found, strict=True))
    label = torch.tensor([list(KINDS).index(kind) for kind in kinds]).repeat_interleave(per_kind)
    return Clouds(x, normals, part, label)


def scanned(clean: Clouds, rng: np.random.Generator, *, clutter: float = 0.05) -> Clouds:
    """The clouds as a scanner sees them: one octant is missing, and some points belong to something else.

    The points of one octant of each cloud, drawn at random, are replaced by copies of others; then a share ``clutter``
    of all points is moved anywhere in the cube around the sphere, with a random normal. Parts are kept.

    Raises:
        ValueError: if ``clutter`` is not between 0 and 1.
    """
    if not 0 <= clutter < 1:
        raise ValueError(f"clutter must be at least 0 and below 1, not {clutter}")
    n, count = clean.points.shape[:2]
    octant = torch.from_numpy(rng.choice([-1.0, 1.0], (n, 1, 3)))
    kept = (clean.points * octant < 0).any(-1)  # [n, N]
    score = torch.from_numpy(rng.random((n, count))) + ~kept  # kept points come first, in random order
    order, left = score.argsort(1), kept.sum(1, keepdim=True).clamp_min(1)
    index = order.gather(1, torch.arange(count) % left)  # [n, N]
    x, normals = gathered(clean.points, index), gathered(clean.normals, index)
    stray = torch.from_numpy(rng.random((n, count)) < clutter)[..., None]
    anywhere = torch.from_numpy(rng.uniform(-1, 1, (n, count, 3))).float()
    direction = torch.from_numpy(rng.normal(size=(n, count, 3))).float()
    x = torch.where(stray, anywhere, x)
    normals = torch.where(stray, torch.nn.functional.normalize(direction, dim=-1), normals)
    return Clouds(x, normals, clean.part.gather(1, index), clean.label)


def _cloud(kind: str, points: int, rng: np.random.Generator, tilt: float, turn: float, noise: float):
    x, normals, parts = _surface(kind, points, rng)
    lean, towards = tilt * rng.random(), rng.uniform(0, 2 * math.pi)
    axis = np.array([math.cos(towards), math.sin(towards), 0.0])
    about = np.stack([lean * axis, [0.0, 0.0, turn * rng.uniform(-1, 1)]])
    leaning, turning = rotation_matrices(torch.from_numpy(about)).numpy()
    rotation = leaning @ turning
    x, normals = x @ rotation.T, normals @ rotation.T
    x = x - x.mean(0)
    x = x / np.linalg.norm(x, axis=1).max() + noise * rng.normal(size=x.shape)
    part = torch.tensor([PARTS.index(f"{kind} {name}") for name in parts])
    return torch.from_numpy(x).float(), torch.from_numpy(normals).float(), part


def _surface(kind: str, points: int, rng: np.random.Generator) -> tuple[Array, Array, list[str]]:
    solid = KINDS[kind](rng)
    x, normals, owner = solid.surface(points, rng)
    if isinstance(solid, furniture.Furniture):
        owner = [solid.part[primitive] for primitive in owner]
    return x, normals, owner


def _revolved(profile: list[tuple[float, float]]) -> Mesh:
    """A profile of (radius, z) turned about z; the outside lies to its right."""
    mesh = revolve(np.array(profile, float), sections=SIDES)
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


def _prism(radii: Array, height: float) -> Mesh:
    """An upright prism over the polygon of the given radii [k], at equal angles, around the origin."""
    k = np.arange(len(radii))
    angle = 2 * np.pi * k / len(radii)
    corners = radii[:, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    fan = np.stack([0 * k, 1 + k, 1 + (k + 1) % len(radii)], -1)
    mesh = extrude_triangulation(np.concatenate([np.zeros((1, 2)), corners]), fan, height)
    return np.asarray(mesh.vertices), np.asarray(mesh.faces)


def _tube(path: Array, radius: float, closed: bool = False, sides: int = 16) -> Mesh:
    """A tube around a path [p, 3] that is never vertical for long; with flat ends, or closed to a ring."""
    ahead = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    ahead = ahead / np.linalg.norm(ahead, axis=1, keepdims=True)
    side = np.cross(ahead, [0.0, 0.0, 1.0])
    side = side / np.linalg.norm(side, axis=1, keepdims=True)
    angle = 2 * np.pi * np.arange(sides) / sides
    around = np.cos(angle)[:, None] * side[:, None] + np.sin(angle)[:, None] * np.cross(side, ahead)[:, None]
    vertices = (path[:, None] + radius * around).reshape(-1, 3)
    rings = np.arange(len(path) if closed else len(path) - 1)
    i, j = np.meshgrid(rings, np.arange(sides), indexing="ij")
    a, b = i * sides + j, i * sides + (j + 1) % sides
    c, d = (a + sides) % len(vertices), (b + sides) % len(vertices)
    faces = [np.stack(each, -1).reshape(-1, 3) for each in ((a, c, b), (b, c, d))]
    if not closed:
        first, last = len(vertices), len(vertices) - sides
        vertices = np.concatenate([vertices, path[[0, -1]]])
        j, k = np.arange(sides), (np.arange(sides) + 1) % sides
        faces.append(np.stack([np.full(sides, first), j, k], -1))
        faces.append(np.stack([np.full(sides, first + 1), last + k, last + j], -1))
    return vertices, np.concatenate(faces)


def _upright(rng: np.random.Generator) -> tuple[float, float]:
    """Radius and height that seven kinds share."""
    return rng.uniform(0.4, 0.6), rng.uniform(0.7, 1.3)


def cone(rng: np.random.Generator) -> Solid:
    """A full cone."""
    radius, height = _upright(rng)
    return Solid({"side": _revolved([(radius, 0), (0, height)]), "base": _revolved([(0, 0), (radius, 0)])})


def frustum(rng: np.random.Generator) -> Solid:
    """A cone without its tip; half of them are hollow, with a wall and a floor."""
    radius, height = _upright(rng)
    top = radius * rng.uniform(0.55, 1.0)
    pieces = {"side": _revolved([(radius, 0), (top, height)]), "base": _revolved([(0, 0), (radius, 0)])}
    if rng.random() < 0.5:
        pieces["top"] = _revolved([(top, height), (0, height)])
    else:
        wall = 0.12 * top
        pieces["inside"] = _revolved([(top, height), (top - wall, height), (radius - wall, wall), (0, wall)])
    return Solid(pieces)


def mug(rng: np.random.Generator) -> Solid:
    """A hollow frustum with a handle."""
    radius, height = _upright(rng)
    top, wall = radius * rng.uniform(0.55, 1.0), 0.06
    outline = [(0, 0), (radius, 0), (top, height), (top - wall, height), (radius - wall, wall), (0, wall)]
    angle = np.linspace(-0.5, 0.5, 24) * np.pi
    reach, span = rng.uniform(0.25, 0.4), height * rng.uniform(0.25, 0.38)
    z = height * rng.uniform(0.45, 0.55) + span * np.sin(angle)
    start = radius + (top - radius) * z / height  # where the wall stands at that height
    path = np.stack([start + reach * np.cos(angle), 0 * angle, z], -1)
    return Solid({"body": _revolved(outline), "handle": _tube(path, rng.uniform(0.04, 0.07))})


def bottle(rng: np.random.Generator) -> Solid:
    """A frustum with a shoulder and a neck."""
    radius, height = _upright(rng)
    low, high = height * rng.uniform(0.5, 0.65), height * rng.uniform(0.7, 0.8)
    waist, neck = radius * rng.uniform(0.85, 1.0), radius * rng.uniform(0.25, 0.5)
    body = [(0, 0), (radius, 0), (waist, low), (neck, high)]
    return Solid({"body": _revolved(body), "neck": _revolved([(neck, high), (neck, height), (0, height)])})


def gear(rng: np.random.Generator) -> Solid:
    """A prism whose rim has 8 to 14 teeth."""
    radius, height = _upright(rng)
    teeth, depth = int(rng.integers(8, 15)), rng.uniform(0.12, 0.25)
    rim = np.tile(np.repeat([1.0, 1 - depth], 3), teeth)
    return Solid({"body": _prism(radius * rim, height)})


def cross(rng: np.random.Generator) -> Solid:
    """A prism over a cross of four equal arms."""
    radius, height = _upright(rng)
    angle = 2 * np.pi * np.arange(96) / 96
    half = rng.uniform(0.25, 0.45)
    along, across = np.abs(np.cos(angle)), np.abs(np.sin(angle))
    long, short = np.maximum(along, across), np.minimum(along, across)
    rim = np.minimum(1 / long, half / short.clip(1e-9))  # to the end of an arm, or to its side
    return Solid({"body": _prism(radius * rim, height)})


def torus(rng: np.random.Generator) -> Solid:
    """A ring that lies flat."""
    angle, tube = np.linspace(0, 2 * np.pi, SIDES, endpoint=False), rng.uniform(0.12, 0.32)
    path = np.stack([np.cos(angle), rng.uniform(0.75, 1.0) * np.sin(angle), 0 * angle], -1)
    return Solid({"ring": _tube(path, tube, closed=True)})


def helix(rng: np.random.Generator) -> Solid:
    """A tube wound around z two to four times."""
    radius, height = _upright(rng)
    turns = rng.uniform(2, 4)
    angle = np.linspace(0, 2 * np.pi * turns, int(32 * turns))
    path = np.stack([radius * np.cos(angle), radius * np.sin(angle), height * angle / angle[-1]], -1)
    return Solid({"tube": _tube(path, 0.3 * height / turns * rng.uniform(0.5, 0.9))})


def aeroplane(rng: np.random.Generator) -> furniture.Furniture:
    """A fuselage along x, straight wings, and a tail of three fins."""
    length, body = rng.uniform(0.8, 1.0), rng.uniform(0.08, 0.14)
    wing, chord = rng.uniform(0.6, 1.0), rng.uniform(0.12, 0.2)
    at, level = rng.uniform(-0.1, 0.2), rng.uniform(-0.6, 0.6) * body
    fin, tail = rng.uniform(0.18, 0.3), rng.uniform(0.22, 0.38)
    rear = -length + 0.02
    boxes = {
        "wing": ((at - chord, -wing, level - 0.02), (at + chord, wing, level + 0.02)),
        "tail": ((rear, -tail, -0.015), (rear + 0.16, tail, 0.015)),
        "fin": ((rear - 0.01, -0.014, 0.0), (rear + 0.17, 0.014, body + fin)),
    }
    low, high = np.array(list(boxes.values())).transpose(1, 0, 2)
    ends = np.array([[-length, 0.0, 0.0]]), np.array([[length, 0.0, 0.0]])
    return furniture.Furniture(
        "aeroplane",
        (low + high) / 2,
        (high - low) / 2,
        *ends,
        np.array([body]),
        np.array([True]),
        (*boxes, "fuselage"),
        0,
    )


KINDS: dict[str, Callable[[np.random.Generator], Solid | furniture.Furniture]] = {
    "aeroplane": aeroplane,
    "bottle": bottle,
    "chair": furniture.chair,
    "cone": cone,
    "cross": cross,
    "frustum": frustum,
    "gear": gear,
    "helix": helix,
    "lamp": furniture.lamp,
    "mug": mug,
    "table": furniture.table,
    "torus": torus,
}
PARTS: tuple[str, ...] = (
    *(f"aeroplane {part}" for part in ("fuselage", "wing", "tail", "fin")),
    *(f"bottle {part}" for part in ("body", "neck")),
    *(f"chair {part}" for part in ("seat", "back", "leg", "arm")),
    *(f"cone {part}" for part in ("side", "base")),
    "cross body",
    *(f"frustum {part}" for part in ("side", "base", "top", "inside")),
    "gear body",
    "helix tube",
    *(f"lamp {part}" for part in ("foot", "pole", "shade")),
    *(f"mug {part}" for part in ("body", "handle")),
    *(f"table {part}" for part in ("top", "leg")),
    "torus ring",
)


def sample_picture() -> Figure:
    """One cloud of each kind, coloured by part."""
    zoo = clouds(1, 1500, np.random.default_rng(4))
    figure, axes = figures.panels(2, 6, size=(9, 3.4))
    for axis, x, part, kind in zip(axes.flat, zoo.points, zoo.part, KINDS, strict=True):
        across, depth = x @ torch.tensor([0.7, -0.7, 0.0]), x @ torch.tensor([-0.6, -0.6, 0.5])
        up = x @ torch.tensor([0.35, 0.35, 0.87])
        order = depth.argsort()
        colours = [figures.CYCLE[k % len(figures.CYCLE)] for k in part[order].tolist()]
        axis.scatter(across[order], up[order], s=2, c=colours, linewidths=0)
        axis.set(title=kind, aspect="equal", xlim=(-1.05, 1.05), ylim=(-1.05, 1.05))
        axis.set_axis_off()
    return figure
