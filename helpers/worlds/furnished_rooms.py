"""Rooms in a unit cube: a slab of ground, low walls and solid pieces at arbitrary places, with exact ground truth.

Conventions
-----------
A room lies in [-0.55, 0.55]^3, **z up**. Lengths are fractions of the cube's edge. Its pieces are `furniture.Furniture`
in frames of their own; a point ``x`` of a piece's frame stands in the room at ``scale * turned(x) + shift``, turned
about z by the piece's yaw. Ground and walls are pieces of one box, scale 1, yaw 0. Pieces may overlap, and the room is
their union: occupancy is exact everywhere, and samples of the surface are uniform on the surface of the union. No two
pieces share a face (probability 0).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ..draw import figures
from . import furniture
from .furniture import Furniture

Array = np.ndarray


@dataclass(frozen=True)
class Room:
    """The union of ``P`` placed pieces.

    pieces: in frames of their own. yaw, scale: [P]. shift: [P, 3]. reach: [P], radius of a ball around the origin of a
    piece's frame that holds it.
    """

    pieces: tuple[Furniture, ...]
    yaw: Array
    scale: Array
    shift: Array
    reach: Array

    def occupied(self, points: Array) -> Array:
        """Whether ``points`` [N, 3] lie inside: [N] bool, exact."""
        points = _points(points)
        inside = np.zeros(len(points), bool)
        for k in range(len(self.pieces)):
            near = np.flatnonzero(~inside & self._near(points, k))
            inside[near] = self.pieces[k].occupied(self._local(points[near], k))
        return inside

    def surface(self, n: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """``n`` samples of the union's surface, uniform by area: points, outward normals [n, 3], piece [n]."""
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        areas = [scale**2 * piece._primitive_areas() for piece, scale in zip(self.pieces, self.scale, strict=True)]
        owner = np.repeat(np.arange(len(areas)), [len(each) for each in areas])
        primitive = np.concatenate([np.arange(len(each)) for each in areas])
        share = np.concatenate(areas) / np.concatenate(areas).sum()
        found, count = [], 0
        while count < n:
            drawn = np.sort(rng.choice(len(share), size=n + n // 3, p=share))
            for k in np.unique(owner[drawn]):
                found.append(self._on_piece(k, primitive[drawn[owner[drawn] == k]], rng))
                count += len(found[-1][0])
        points, normals, piece = (np.concatenate(part) for part in zip(*found, strict=True))
        order = rng.permutation(len(points))[:n]
        return points[order], normals[order], piece[order]

    def raycast(self, origins: Array, directions: Array) -> tuple[Array, Array, Array]:
        """First hit of rays that start outside all pieces. origins, directions (of unit length): [N, 3].

        Returns the distance [N] (inf on a miss), the outward normal [N, 3] (0 on a miss) and the piece [N] (-1)."""
        origins, directions = _points(origins), _points(directions)
        distance, which = np.full(len(origins), np.inf), np.full(len(origins), -1)
        normals = np.zeros_like(origins)
        for k, piece in enumerate(self.pieces):
            there, normal, _ = piece.raycast(self._local(origins, k), _turned(directions, -self.yaw[k]))
            first = self.scale[k] * there < distance
            distance[first], which[first] = (self.scale[k] * there)[first], k
            normals[first] = _turned(normal[first], self.yaw[k])
        return distance, normals, which

    def _local(self, points: Array, k: int) -> Array:
        return _turned(points - self.shift[k], -self.yaw[k]) / self.scale[k]

    def _near(self, points: Array, k: int) -> Array:
        away = points - self.shift[k]
        return np.einsum("nd,nd->n", away, away) <= (self.scale[k] * self.reach[k]) ** 2

    def _on_piece(self, k: int, index: Array, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """Points on primitives ``index`` [m] (sorted) of piece ``k`` that no other primitive covers, normals, k."""
        piece = self.pieces[k]
        x, normals = piece._on_primitives(index, rng)
        if len(piece.part) > 1:
            others = piece.primitive_distances(x)
            others[index, np.arange(len(x))] = np.inf
            keep = others.min(axis=0) > 0
            x, normals = x[keep], normals[keep]
        points = self.scale[k] * _turned(x, self.yaw[k]) + self.shift[k]
        free = np.ones(len(points), bool)
        for other in range(len(self.pieces)):
            near = np.flatnonzero(free & self._near(points, other)) if other != k else []
            free[near] = ~self.pieces[other].occupied(self._local(points[near], other))
        return points[free], _turned(normals[free], self.yaw[k]), np.full(int(free.sum()), k)


def stairs(rng: np.random.Generator) -> Furniture:
    """Three to five steps, each a box on the ground; no handles."""
    steps, width = int(rng.integers(3, 6)), rng.uniform(0.3, 0.5)
    rise, tread = rng.uniform(0.18, 0.26), rng.uniform(0.2, 0.3)
    k = np.arange(steps)
    high, x = rise * (k + 1), tread * k
    centre = np.stack([x, 0 * x, high / 2], -1)
    half = np.stack([np.full(steps, tread / 2 + 0.01), width - 0.005 * k, high / 2 - 0.001 * (steps - k)], -1)
    return _of_boxes("stairs", centre, half, ("step",) * steps, 0)


def arch(rng: np.random.Generator) -> Furniture:
    """Two posts and a beam: a door without a wall; no handles."""
    post, width, height = rng.uniform(0.16, 0.22), rng.uniform(0.45, 0.65), rng.uniform(0.5, 0.9)
    beam = rng.uniform(0.16, 0.22)
    centre = np.array([[0, -width, height / 2], [0, width, height / 2], [0, 0, height]])
    half = np.array([[post, post, height / 2], [post, post, height / 2], [post - 0.01, width + post - 0.01, beam]])
    return _of_boxes("arch", centre, half, ("post", "post", "beam"), 0)


def block(rng: np.random.Generator) -> Furniture:
    """A solid box of any proportions: a chest, a shelf, a post."""
    return _of_boxes("block", np.zeros((1, 3)), rng.uniform(0.35, 1, (1, 3)), ("block",), 0)


def drum(rng: np.random.Generator) -> Furniture:
    """A solid upright cylinder."""
    height, none = rng.uniform(0.4, 1), np.zeros((0, 3))
    ends = np.array([[0, 0, -height]]), np.array([[0, 0, height]])
    return Furniture("drum", none, none, *ends, rng.uniform(0.4, 0.7, 1), np.zeros(1, bool), ("drum",), 0)


KINDS: dict[str, Callable[..., Furniture]] = {
    "block": block,
    "drum": drum,
    "stairs": stairs,
    "arch": arch,
    "sofa": furniture.sofa,
}


def furnished_room(
    rng: np.random.Generator,
    kinds: Mapping[str, Callable[..., Furniture]] = KINDS,
    objects: tuple[int, int] = (4, 6),
    walls: tuple[int, int] = (0, 1),
    thickness: float = 0.05,
    size: tuple[float, float] = (0.36, 0.56),
    rise: tuple[float, float] = (0.12, 0.2),
) -> Room:
    """A room: a slab of ground of random size and height, walls along its edges, objects of random kind, place and yaw.

    Args:
        rng: draws everything.
        kinds: name to generator of a piece; one is drawn for each object.
        objects, walls: the fewest and the most; 0 to 4 walls.
        thickness: of ground and walls, up to 0.1.
        size: smallest and largest diameter of the ball around an object.
        rise: lowest and highest wall.

    Raises:
        ValueError: if an argument is out of its range.
    """
    if not kinds:
        raise ValueError("kinds must name at least one generator")
    if not 0 <= objects[0] <= objects[1]:
        raise ValueError(f"objects must be the fewest and the most, not {objects}")
    if not 0 <= walls[0] <= walls[1] <= 4:
        raise ValueError(f"walls must be two of 0 to 4 in order, not {walls}")
    if not 0 < thickness <= 0.1:
        raise ValueError(f"thickness must be in (0, 0.1], not {thickness}")
    if not 0 < size[0] <= size[1] <= 0.7:
        raise ValueError(f"size must be two diameters of at most 0.7 in order, not {size}")
    if not 0 < rise[0] <= rise[1] <= 0.6:
        raise ValueError(f"rise must be two heights of at most 0.6 in order, not {rise}")
    ground = np.array([rng.uniform(0.36, 0.495), rng.uniform(0.36, 0.495)])  # half edges
    top = rng.uniform(-0.45, -0.35)
    placed = [_box_piece("ground", [(-e, e) for e in ground], (top - thickness, top))]
    for side in rng.permutation(4)[: rng.integers(walls[0], walls[1] + 1)]:
        along, sign = side % 2, 1 if side < 2 else -1
        inset, height = rng.uniform(0.005, 0.1), rng.uniform(*rise)
        ends = ground[along] * np.array([-1, 1]) * rng.uniform(0.75, 0.98, 2)
        face = sign * (ground[1 - along] - inset)
        across = sorted((face, face - sign * thickness))
        placed.append(_box_piece("wall", [ends, across] if along == 0 else [across, ends], (top - 0.005, top + height)))
    names, taken = list(kinds), []
    for _ in range(rng.integers(objects[0], objects[1] + 1)):
        piece = kinds[names[rng.integers(len(names))]](rng).normalised(1.0)
        scale, yaw = rng.uniform(*size) / 2, rng.uniform(0, 2 * np.pi)
        low = _lowest(piece)
        round_about = scale * np.sqrt(max(1 - low**2, 0.25))
        for _ in range(20):  # keep objects apart where there is room
            at = rng.uniform(-1, 1, 2) * (ground - 0.9 * round_about)
            if all(np.hypot(*(at - other)) > round_about + radius for other, radius in taken):
                break
        taken.append((at, round_about))
        placed.append((piece, yaw, scale, (*at, top - 0.004 - scale * low), 1.0))
    pieces, yaw, scale, shift, reach = zip(*placed, strict=True)
    return Room(pieces, np.array(yaw), np.array(scale), np.array(shift, float), np.array(reach))


def room_view(room: Room, azimuth: float = 0.8, elevation: float = 0.6, size: int = 160, span: float = 0.7) -> Array:
    """A picture [size, size, 3] in [0, 1] of a room, coloured by kind of piece, seen in parallel projection."""
    origins, rotation = furniture.orthographic_rays(azimuth, elevation, size, span)
    rays = np.broadcast_to(rotation[2], origins.shape).reshape(-1, 3)
    distance, normals, which = room.raycast(origins.reshape(-1, 3), rays)
    names = ("wall", *KINDS)
    shades = [to_rgb(name) for name in figures.CYCLE if min(to_rgb(name)) != max(to_rgb(name))]  # no black, no grey
    colour = [shades[names.index(e.kind) % len(shades)] if e.kind in names else (0.75,) * 3 for e in room.pieces]
    light = 0.45 + 0.55 * (normals @ (np.array([0.45, 0.3, 0.85]) / 1.008)).clip(0)[:, None]
    picture = np.where(np.isfinite(distance)[:, None], (np.array(colour)[which] * light).clip(0, 1), 1.0)
    return picture.reshape(size, size, 3)


def sample_picture() -> Figure:
    """Rooms with ground, walls and furniture."""
    rooms = [furnished_room(np.random.default_rng(seed)) for seed in range(4)]
    return figures.images([room_view(room) for room in rooms])


def _of_boxes(kind: str, centre: Array, half: Array, part: tuple[str, ...], handles: int) -> Furniture:
    none = np.zeros((0, 3))
    return Furniture(kind, centre, half, none, none, np.zeros(0), np.zeros(0, bool), part, handles)


def _box_piece(kind: str, sides: list, rise: tuple[float, float]) -> tuple[Furniture, float, float, Array, float]:
    """A single box as placed: piece about its own centre, yaw, scale, shift, reach."""
    low, high = np.array([*sides, rise], float).T
    half = (high - low) / 2
    piece = _of_boxes(kind, np.zeros((1, 3)), half[None], (kind,), 0)
    return piece, 0.0, 1.0, (low + high) / 2, float(np.linalg.norm(half))


def _lowest(piece: Furniture) -> float:
    """The smallest height that a piece reaches."""
    axis = piece.rod_end - piece.rod_start
    tilt = 1 - (axis[:, 2] / np.linalg.norm(axis, axis=-1).clip(1e-300)) ** 2
    below = piece.rod_radius * np.where(piece.rod_round, 1.0, np.sqrt(tilt.clip(0)))
    rods = np.minimum(piece.rod_start[:, 2], piece.rod_end[:, 2]) - below
    return float(np.concatenate([piece.box_centre[:, 2] - piece.box_half[:, 2], rods]).min())


def _turned(x: Array, yaw: float) -> Array:
    """Points or vectors [N, 3] turned about z."""
    c, s = np.cos(yaw), np.sin(yaw)
    return np.stack([c * x[:, 0] - s * x[:, 1], s * x[:, 0] + c * x[:, 1], x[:, 2]], -1)


def _points(points: Array) -> Array:
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"points must have shape [N, 3], not {list(points.shape)}")
    return points
