"""Furniture from boxes, cylinders and capsules, with exact ground truth.

Conventions
-----------
The frame is right-handed with **z up**. A piece faces **+x** (a chair's back is at -x); left and right are +y and -y.
Azimuth is measured in radians from +x towards +y, elevation from the ground plane upwards. Lengths have no unit until
a piece is ``normalised()``: then it is centred and fits the unit sphere. Signed distances are negative inside.

A piece is a union of primitives. Its occupancy is exact. The smallest of the primitives' signed distances has the exact
sign everywhere and the exact value outside; inside, where primitives overlap, it only bounds the depth from below:
``Furniture.nearest_sample_distance`` measures the distance to the boundary of the *union* instead.

Each generator makes one connected solid, so that its surface has Euler number ``2 - 2 * handles``. Parts never share a
face exactly (they overlap or keep clear of each other), so a sample of the surface lies on one primitive only.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from ..draw import figures

Array = np.ndarray


@dataclass(frozen=True)
class Furniture:
    """A union of ``B`` axis-aligned boxes and ``R`` rods; primitives are numbered boxes first.

    kind: name of the generator. box_centre, box_half: [B, 3]. rod_start, rod_end: [R, 3]. rod_radius: [R].
    rod_round: [R] bool, capsules (True) or flat-ended cylinders. part: B + R names ("seat", "leg", ...).
    handles: genus of the surface.
    """

    kind: str
    box_centre: Array
    box_half: Array
    rod_start: Array
    rod_end: Array
    rod_radius: Array
    rod_round: Array
    part: tuple[str, ...]
    handles: int

    @property
    def euler(self) -> int:
        """Euler number of the surface, 2 - 2 * handles."""
        return 2 - 2 * self.handles

    def primitive_distances(self, points: Array) -> Array:
        """Signed distance of ``points`` [N, 3] to each primitive: [B + R, N], exact for each primitive alone."""
        points = _points(points)
        boxes = _plane_distance(np.abs(points - self.box_centre[:, None]) - self.box_half[:, None])
        axial, radial, _ = self._rod_coordinates(points)
        length = np.linalg.norm(self.rod_end - self.rod_start, axis=-1)[:, None]
        flat = _plane_distance(
            np.stack([np.abs(axial - length / 2) - length / 2, radial - self.rod_radius[:, None]], -1)
        )
        overshoot = axial - axial.clip(0, length)
        ball = np.hypot(overshoot, radial) - self.rod_radius[:, None]
        return np.concatenate([boxes, np.where(self.rod_round[:, None], ball, flat)])

    def distance(self, points: Array) -> Array:
        """The smallest primitive distance at ``points`` [N, 3]: [N], exact sign; exact value outside (see module)."""
        return self.primitive_distances(points).min(axis=0)

    def occupied(self, points: Array) -> Array:
        """Whether ``points`` [N, 3] lie inside: [N] bool, exact."""
        return self.distance(points) < 0

    def nearest_primitive(self, points: Array) -> Array:
        """Index of the primitive of smallest signed distance: [N] int; ``part`` names it."""
        return self.primitive_distances(points).argmin(axis=0)

    def normals(self, points: Array, primitive: Array | None = None) -> Array:
        """Unit gradient [N, 3] of the distance of the given (default: nearest) primitive; outward at the surface."""
        points = _points(points)
        primitive = self.nearest_primitive(points) if primitive is None else np.asarray(primitive)
        boxes = len(self.box_centre)
        out = np.zeros_like(points)
        for index in np.unique(primitive):
            here = primitive == index
            gradient = self._box_gradient if index < boxes else self._rod_gradient
            out[here] = gradient(points[here], index if index < boxes else index - boxes)
        return out

    def surface(self, n: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """``n`` samples of the union's surface, uniform by area: points and outward normals [n, 3], primitive [n]."""
        if n < 1:
            raise ValueError(f"n must be at least 1, not {n}")
        areas = self._primitive_areas()
        points, normals, owner, count = [], [], [], 0
        while count < n:
            index = rng.choice(len(areas), size=2 * n, p=areas / areas.sum())
            x, normal = self._on_primitives(np.sort(index), rng)
            index = np.sort(index)
            others = self.primitive_distances(x)
            others[index, np.arange(len(x))] = np.inf
            keep = others.min(axis=0) > 0 if len(areas) > 1 else np.ones(len(x), bool)
            points.append(x[keep]), normals.append(normal[keep]), owner.append(index[keep])
            count += int(keep.sum())
        points, normals, owner = (np.concatenate(part) for part in (points, normals, owner))
        order = rng.permutation(len(points))[:n]
        return points[order], normals[order], owner[order]

    def nearest_sample_distance(self, points: Array, rng: np.random.Generator, samples: int = 20_000) -> Array:
        """Signed distance [N] by the closest-sample rule (DeepSDF, section 5): the magnitude is the distance to the
        nearest of ``samples`` surface points, hence at least the true one; the sign is the exact occupancy."""
        from scipy.spatial import cKDTree

        points = _points(points)
        magnitude = cKDTree(self.surface(samples, rng)[0]).query(points)[0]
        return np.where(self.occupied(points), -magnitude, magnitude)

    def raycast(self, origins: Array, directions: Array) -> tuple[Array, Array, Array]:
        """First hit of rays from outside. origins, directions (of unit length): [N, 3].

        Returns the distance along the ray [N] (inf on a miss), the outward normal [N, 3] (0 on a miss) and the
        primitive [N] (-1 on a miss). Exact up to rounding."""
        origins, directions = _points(origins), _points(directions)
        entry = np.concatenate([self._enter_boxes(origins, directions), self._enter_rods(origins, directions)])
        primitive, distance = entry.argmin(axis=0), entry.min(axis=0)
        hit = np.isfinite(distance)
        normals = np.zeros_like(origins)
        normals[hit] = self.normals(origins[hit] + distance[hit, None] * directions[hit], primitive[hit])
        return distance, normals, np.where(hit, primitive, -1)

    def depth_view(self, azimuth: float, elevation: float, size: int = 64, span: float = 1.0) -> "DepthView":
        """Orthographic depth map of ``size`` x ``size`` pixels over [-span, span]^2, seen from the given direction."""
        origins, rotation = orthographic_rays(azimuth, elevation, size, span)
        directions = np.broadcast_to(rotation[2], origins.shape)
        depth, normals, primitive = self.raycast(origins.reshape(-1, 3), directions.reshape(-1, 3))
        points = origins.reshape(-1, 3) + np.where(np.isfinite(depth), depth, 0)[:, None] * rotation[2]
        return DepthView(
            depth.reshape(size, size),
            points.reshape(size, size, 3),
            normals.reshape(size, size, 3),
            primitive.reshape(size, size),
            rotation,
        )

    def moved(self, scale: float = 1.0, shift: Array = (0.0, 0.0, 0.0)) -> "Furniture":
        """The piece at ``scale * x + shift``."""
        shift = np.asarray(shift, float)
        return replace(
            self,
            box_centre=scale * self.box_centre + shift,
            box_half=scale * self.box_half,
            rod_start=scale * self.rod_start + shift,
            rod_end=scale * self.rod_end + shift,
            rod_radius=scale * self.rod_radius,
        )

    def normalised(self, margin: float = 0.97) -> "Furniture":
        """The piece with its bounding box centred at the origin, scaled into the sphere of radius ``margin``."""
        ends = np.stack([self.rod_start, self.rod_end])  # [2, R, 3]
        axis = (self.rod_end - self.rod_start) / np.linalg.norm(self.rod_end - self.rod_start, axis=-1, keepdims=True)
        flat, radius = ~self.rod_round[:, None], self.rod_radius[:, None]
        extent = radius * np.where(flat, np.sqrt((1 - axis**2).clip(0)), 1.0)
        low = np.concatenate([self.box_centre - self.box_half, ends.min(axis=0) - extent])
        high = np.concatenate([self.box_centre + self.box_half, ends.max(axis=0) + extent])
        centre = (low.min(axis=0) + high.max(axis=0)) / 2
        along = ((ends - centre) * axis).sum(-1, keepdims=True)
        across = np.linalg.norm(ends - centre - along * axis, axis=-1, keepdims=True)
        tips = np.where(flat, np.hypot(along, across + radius), np.hypot(along, across) + radius)
        corners = np.linalg.norm(np.abs(self.box_centre - centre) + self.box_half, axis=-1)
        reach = np.concatenate([corners, tips.ravel()])
        scale = margin / reach.max()
        return self.moved(scale, -scale * centre)

    def _rod_coordinates(self, points: Array) -> tuple[Array, Array, Array]:
        """Axial and radial coordinates [R, N] of points [N, 3] from the start of each rod, and its axis [R, 3]."""
        axis = self.rod_end - self.rod_start
        axis = axis / np.linalg.norm(axis, axis=-1, keepdims=True)
        offset = points - self.rod_start[:, None]
        axial = np.einsum("rnd,rd->rn", offset, axis)
        radial = np.linalg.norm(offset - axial[..., None] * axis[:, None], axis=-1)
        return axial, radial, axis

    def _box_gradient(self, points: Array, box: int) -> Array:
        offset = points - self.box_centre[box]
        return _plane_gradient(np.abs(offset) - self.box_half[box]) * np.where(offset < 0, -1.0, 1.0)

    def _rod_gradient(self, points: Array, rod: int) -> Array:
        axis = self.rod_end[rod] - self.rod_start[rod]
        length = np.linalg.norm(axis)
        axis = axis / length
        offset = points - self.rod_start[rod]
        axial = offset @ axis
        outward = offset - axial[:, None] * axis
        radial = np.linalg.norm(outward, axis=-1, keepdims=True)
        outward = outward / radial.clip(1e-12)
        if self.rod_round[rod]:
            gradient = np.stack([axial - axial.clip(0, length), radial[:, 0]], -1)
            gradient = gradient / np.linalg.norm(gradient, axis=-1, keepdims=True).clip(1e-12)
        else:
            beyond = np.stack([np.abs(axial - length / 2) - length / 2, radial[:, 0] - self.rod_radius[rod]], -1)
            gradient = _plane_gradient(beyond) * np.stack(
                [np.where(axial < length / 2, -1.0, 1.0), np.ones_like(axial)], -1
            )
        return gradient[:, :1] * axis + gradient[:, 1:] * outward

    def _primitive_areas(self) -> Array:
        x, y, z = 2 * self.box_half.T
        length = np.linalg.norm(self.rod_end - self.rod_start, axis=-1)
        ends = np.where(self.rod_round, 4, 2) * np.pi * self.rod_radius**2
        return np.concatenate([2 * (x * y + y * z + z * x), 2 * np.pi * self.rod_radius * length + ends])

    def _on_primitives(self, index: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """A uniform point on each of the primitives ``index`` [n] (sorted): points and outward normals [n, 3]."""
        boxes = len(self.box_centre)
        on_box = index[index < boxes]
        half = self.box_half[on_box]
        area = np.stack([half[:, 1] * half[:, 2], half[:, 2] * half[:, 0], half[:, 0] * half[:, 1]], -1)
        axis = (rng.random((len(on_box), 1)) > np.cumsum(area / area.sum(-1, keepdims=True), -1)[:, :2]).sum(-1)
        normal = np.eye(3)[axis] * rng.choice([-1.0, 1.0], (len(on_box), 1))
        inside = rng.uniform(-1, 1, (len(on_box), 3)) * (normal == 0)
        box_points = self.box_centre[on_box] + half * (inside + normal)
        rod_points, rod_normals = self._on_rods(index[index >= boxes] - boxes, rng)
        return np.concatenate([box_points, rod_points]), np.concatenate([normal, rod_normals])

    def _on_rods(self, rod: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        axis = self.rod_end[rod] - self.rod_start[rod]
        length = np.linalg.norm(axis, axis=-1, keepdims=True)
        axis = axis / length.clip(1e-12)
        radius = self.rod_radius[rod, None]
        random = rng.normal(size=(len(rod), 3))
        across = random - (random * axis).sum(-1, keepdims=True) * axis
        across = across / np.linalg.norm(across, axis=-1, keepdims=True)
        ball = random / np.linalg.norm(random, axis=-1, keepdims=True)
        upper = (ball * axis).sum(-1, keepdims=True) > 0
        round_end = self.rod_start[rod] + upper * length * axis + radius * ball
        cap = rng.choice([0.0, 1.0], (len(rod), 1))
        disc = np.sqrt(rng.random((len(rod), 1))) * radius * across
        flat_end = self.rod_start[rod] + cap * length * axis + disc
        is_round = self.rod_round[rod, None]
        side_share = length / (length + np.where(is_round, 2, 1) * radius)
        on_side = rng.random((len(rod), 1)) < side_share
        side = self.rod_start[rod] + rng.random((len(rod), 1)) * length * axis + radius * across
        end, end_normal = np.where(is_round, round_end, flat_end), np.where(is_round, ball, (2 * cap - 1) * axis)
        return np.where(on_side, side, end), np.where(on_side, across, end_normal)

    def _enter_boxes(self, origins: Array, directions: Array) -> Array:
        """Distance at which rays enter each box, [B, N], inf where they miss it (slab test)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = 1 / directions
            offset = self.box_centre[:, None] - origins
            first = (offset - np.sign(directions) * self.box_half[:, None]) * inverse
            last = (offset + np.sign(directions) * self.box_half[:, None]) * inverse
        parallel = directions == 0
        if parallel.any():
            between = np.abs(offset) <= self.box_half[:, None]
            first = np.where(parallel, np.where(between, -np.inf, np.inf), first)
            last = np.where(parallel, np.inf, last)
        first, last = _largest(first), -_largest(-last)
        return np.where((first <= last) & (first > 0), first, np.inf)

    def _enter_rods(self, origins: Array, directions: Array) -> Array:
        """Distance at which rays enter each rod, [R, N], inf where they miss it."""
        axis = self.rod_end - self.rod_start
        length = np.linalg.norm(axis, axis=-1, keepdims=True)
        axis = axis / length.clip(1e-12)
        offset = origins - self.rod_start[:, None]
        along, start = directions @ axis.T, np.einsum("rnd,rd->rn", offset, axis)
        across, out = directions - along.T[..., None] * axis[:, None], offset - start[..., None] * axis[:, None]
        radius = self.rod_radius[:, None]
        side = _enter_quadric((across**2).sum(-1), (across * out).sum(-1), (out**2).sum(-1) - radius**2)
        where = start + side * along.T
        side = np.where((where >= 0) & (where <= length), side, np.inf)
        ends = []
        for end in (0 * length, length):
            apart = offset - (end * axis)[:, None]
            ball = _enter_quadric(1.0, (apart * directions).sum(-1), (apart**2).sum(-1) - radius**2)
            with np.errstate(divide="ignore", invalid="ignore"):
                flat = (end - start) / along.T
                rim = ((out + flat[..., None] * across) ** 2).sum(-1)
            flat = np.where((along.T != 0) & (flat > 0) & (rim <= radius**2), flat, np.inf)
            ends.append(np.where(self.rod_round[:, None], ball, flat))
        return np.minimum(side, np.minimum(*ends))


@dataclass(frozen=True)
class DepthView:
    """What an orthographic depth camera sees of a piece: images of ``size`` x ``size`` pixels, in the world frame.

    depth: along the viewing direction from the plane through ``-2 * direction``, inf on a miss. points: hits [H, W, 3].
    normals: outward, 0 on a miss. primitive: -1 on a miss. rotation: [3, 3], rows right, down, forward.
    """

    depth: Array
    points: Array
    normals: Array
    primitive: Array
    rotation: Array

    @property
    def hit(self) -> Array:
        """Pixels that see the piece, [H, W] bool."""
        return np.isfinite(self.depth)


def orthographic_rays(azimuth: float, elevation: float, size: int, span: float = 1.0) -> tuple[Array, Array]:
    """Origins [size, size, 3] of parallel rays towards the origin and the rotation [3, 3] (rows right, down, forward).

    The rays start on the plane at distance 2 from the origin, on the side of (azimuth, elevation); pixel centres divide
    [-span, span] evenly, the first row is the top. All rays run along ``rotation[2]``."""
    towards = np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
    rotation = np.stack([right, np.cross(-towards, right), -towards])
    at = (np.arange(size) - (size - 1) / 2) * (2 * span / size)
    across, down = np.meshgrid(at, at)
    return 2 * towards + across[..., None] * rotation[0] + down[..., None] * rotation[1], rotation


def equally_spaced_directions(n: int) -> tuple[Array, Array]:
    """Azimuth [n] and elevation [n] of ``n`` directions spread evenly over the sphere (golden-angle spiral)."""
    step = np.arange(n)
    return step * np.pi * (3 - np.sqrt(5)) % (2 * np.pi), np.arcsin(1 - (2 * step + 1) / n)


def chair(
    rng: np.random.Generator,
    arms: bool | None = None,
    hole: bool | None = None,
    round_legs: bool = False,
    stretchers: bool = False,
) -> Furniture:
    """A chair: seat, four legs, back. A hole in the back (probability 0.4) and each of two arms (0.5) make handles.

    round_legs: cylinders for boxes. stretchers: two capsules join the legs of each side, one handle each."""
    arms = bool(rng.random() < 0.5) if arms is None else arms
    hole = bool(rng.random() < 0.4) if hole is None else hole
    depth, width = rng.uniform(0.35, 0.55, 2)
    thick = rng.uniform(0.05, 0.09)
    leg, height = rng.uniform(0.05, 0.09), rng.uniform(0.5, 0.9)
    back, rise = rng.uniform(0.04, 0.07), rng.uniform(0.5, 0.95)
    post, rail = rng.uniform(0.07, 0.11), rng.uniform(0.12, 0.2)
    arm_at, arm_thick = rng.uniform(0.35, 0.5), rng.uniform(0.04, 0.06)
    build = _Builder()
    build.box("seat", (-depth, depth), (-width, width), (-thick, thick))
    x, y = depth - leg - 0.015, width - leg - 0.015
    for sx in (-1, 1):
        for sy in (-1, 1):
            build.leg("leg", (sx * x, sy * y), leg, -thick - height, 0.0, round_legs)
    rear = (-depth + 0.01, -depth + 0.01 + 2 * back)
    inner = width - 0.01
    if hole:
        for side in (-1, 1):
            build.box("back", rear, sorted((side * inner, side * (inner - 2 * post))), (0.0, rise))
        build.box(
            "back", (rear[0] + 0.005, rear[1] - 0.005), (-inner + post, inner - post), (rise - 2 * rail, rise - 0.01)
        )
    else:
        build.box("back", rear, (-inner, inner), (0.0, rise))
    if arms:
        for side in (-1, 1):
            at = sorted((side * (width - 0.005 - 2 * arm_thick), side * (width - 0.005)))
            build.box("arm", (rear[0] + back, depth - 0.03), at, (arm_at - arm_thick, arm_at + arm_thick))
            build.box("arm", (depth - 0.04 - 2 * arm_thick, depth - 0.04), (at[0] + 0.01, at[1] - 0.01), (0.0, arm_at))
    if stretchers:
        for side in (-1, 1):
            level = -thick - height * rng.uniform(0.4, 0.7)
            build.rod("stretcher", (-x, side * y, level), (x, side * y, level), 0.6 * leg, True)
    return build.made("chair", int(hole) + 2 * int(arms) + 2 * int(stretchers))


def table(rng: np.random.Generator, legs: int = 4, round_legs: bool = False, stretchers: bool = False) -> Furniture:
    """A table: a top on ``legs`` legs (1 is a pedestal with a foot, 4 stand in the corners, others on an ellipse).

    stretchers: a capsule joins each leg with the next one; each adds a handle (needs 3 legs or more)."""
    if not 1 <= legs <= 8:
        raise ValueError(f"legs must be between 1 and 8, not {legs}")
    if stretchers and legs < 3:
        raise ValueError("stretchers need at least 3 legs")
    depth, width = rng.uniform(0.35, 0.6), rng.uniform(0.5, 0.85)
    thick, leg, height = rng.uniform(0.04, 0.08), rng.uniform(0.045, 0.075), rng.uniform(0.6, 1.0)
    build = _Builder()
    build.box("top", (-depth, depth), (-width, width), (-thick, thick))
    angle = 2 * np.pi * (np.arange(legs) + 0.5) / legs
    reach = np.sqrt(2.0) if legs == 4 else 1.0
    x = reach * np.cos(angle) * (depth - leg - 0.03) if legs > 1 else np.zeros(1)
    y = reach * np.sin(angle) * (width - leg - 0.03) if legs > 1 else np.zeros(1)
    for i in range(legs):
        build.leg("leg", (x[i], y[i]), leg, -thick - height, 0.0, round_legs)
    if legs == 1:
        build.rod("foot", (0, 0, -thick - height - 0.05), (0, 0, -thick - height + 0.05), 0.75 * depth, False)
    if stretchers:
        level = -thick - height * rng.uniform(0.5, 0.8)
        for i in range(legs):
            j = (i + 1) % legs
            build.rod("stretcher", (x[i], y[i], level), (x[j], y[j], level), 0.6 * leg, True)
    return build.made("table", legs if stretchers else 0)


def sofa(rng: np.random.Generator) -> Furniture:
    """A sofa: seat block, back, two solid arms, four short feet; no handles."""
    depth, width = rng.uniform(0.35, 0.5), rng.uniform(0.65, 1.0)
    seat, back = rng.uniform(0.15, 0.22), rng.uniform(0.08, 0.14)
    rise, arm, arm_rise = rng.uniform(0.35, 0.6), rng.uniform(0.07, 0.13), rng.uniform(0.12, 0.28)
    foot, low = rng.uniform(0.04, 0.06), rng.uniform(0.06, 0.14)
    build = _Builder()
    build.box("seat", (-depth, depth), (-width, width), (-seat, seat))
    build.box("back", (-depth + 0.01, -depth + 0.01 + 2 * back), (-width + 0.01, width - 0.01), (0.0, seat + rise))
    for side in (-1, 1):
        at = sorted((side * (width - 0.02), side * (width - 0.02 - 2 * arm)))
        build.box("arm", (-depth + 0.02, depth - 0.02), at, (0.0, seat + arm_rise))
        for end in (-1, 1):
            build.leg("leg", (end * (depth - 0.1), side * (width - 0.12)), foot, -seat - low, 0.0, True)
    return build.made("sofa", 0)


def lamp(rng: np.random.Generator) -> Furniture:
    """A lamp: round foot, thin upright or bent arm of capsules, round shade; no handles."""
    base, foot, height = rng.uniform(0.25, 0.4), rng.uniform(0.03, 0.06), rng.uniform(0.9, 1.4)
    pole, shade, tall = rng.uniform(0.03, 0.05), rng.uniform(0.25, 0.45), rng.uniform(0.15, 0.3)
    bend = rng.uniform(0.2, 0.5) if rng.random() < 0.4 else 0.0
    build = _Builder()
    build.rod("foot", (0, 0, -foot), (0, 0, foot), base, False)
    elbow = (-bend, 0.0, 0.55 * height)
    build.rod("pole", (0, 0, 0), elbow, pole, True)
    build.rod("pole", elbow, (0, 0, height), pole, True)
    build.rod("shade", (0, 0, height - tall), (0, 0, height + tall), shade, False)
    return build.made("lamp", 0)


def shelf(rng: np.random.Generator, boards: int | None = None, open_back: bool | None = None) -> Furniture:
    """A shelf: two sides joined by 3 to 6 boards. With an open back each compartment is a handle."""
    boards = int(rng.integers(3, 7)) if boards is None else boards
    if boards < 2:
        raise ValueError(f"boards must be at least 2, not {boards}")
    open_back = bool(rng.random() < 0.5) if open_back is None else open_back
    depth, width, height = rng.uniform(0.15, 0.3), rng.uniform(0.3, 0.6), rng.uniform(0.7, 1.0)
    thick = rng.uniform(0.025, 0.04)
    build = _Builder()
    for side in (-1, 1):
        at = sorted((side * width, side * (width - 2 * thick)))
        build.box("side", (-depth, depth), at, (-height, height))
    for level in np.linspace(-height + 3 * thick, height - 3 * thick, boards):
        build.box(
            "board", (-depth + 0.01, depth - 0.01), (-width + thick, width - thick), (level - thick, level + thick)
        )
    if not open_back:
        build.box(
            "back",
            (-depth + 0.02, -depth + 0.02 + 2 * thick),
            (-width + thick, width - thick),
            (-height + 0.02, height - 0.02),
        )
    return build.made("shelf", boards - 1 if open_back else 0)


KINDS: dict[str, Callable[..., Furniture]] = {
    "chair": chair,
    "table": table,
    "sofa": sofa,
    "lamp": lamp,
    "shelf": shelf,
}


def sample_picture() -> Figure:
    """One piece of each kind, coloured by part."""
    rng, lamp = np.random.default_rng(1), np.array([0.3, -0.5, 0.8])
    pictures = []
    for make in KINDS.values():
        piece = make(rng).normalised()
        view = piece.depth_view(0.7, 0.35, size=160)
        names = sorted(set(piece.part))
        colours = np.array([to_rgb(figures.CYCLE[names.index(part)]) for part in piece.part])[view.primitive]
        light = 0.45 + 0.55 * (view.normals @ lamp).clip(0)[..., None]
        pictures.append(np.where(view.hit[..., None], (colours * light).clip(0, 1), 1.0))
    return figures.images(pictures, list(KINDS))


class _Builder:
    """Collects named primitives and makes the piece."""

    def __init__(self) -> None:
        self.boxes: list[tuple[str, Array, Array]] = []
        self.rods: list[tuple[str, Array, Array, float, bool]] = []

    def box(self, part: str, x, y, z) -> None:
        low, high = np.array([x, y, z], float).T
        self.boxes.append((part, (low + high) / 2, (high - low) / 2))

    def rod(self, part: str, start, end, radius: float, is_round: bool) -> None:
        self.rods.append((part, np.array(start, float), np.array(end, float), radius, is_round))

    def leg(self, part: str, at, half: float, low: float, high: float, is_round: bool) -> None:
        if is_round:
            self.rod(part, (*at, low), (*at, high), half, False)
        else:
            self.box(part, (at[0] - half, at[0] + half), (at[1] - half, at[1] + half), (low, high))

    def made(self, kind: str, handles: int) -> Furniture:
        def stack(rows, width=3):
            return np.array(rows, float).reshape(-1, width)

        return Furniture(
            kind,
            stack([box[1] for box in self.boxes]),
            stack([box[2] for box in self.boxes]),
            stack([rod[1] for rod in self.rods]),
            stack([rod[2] for rod in self.rods]),
            np.array([rod[3] for rod in self.rods], float),
            np.array([rod[4] for rod in self.rods], bool),
            tuple(item[0] for item in (*self.boxes, *self.rods)),
            handles,
        )


def _points(points: Array) -> Array:
    points = np.asarray(points, float)
    if points.ndim != 2 or points.shape[1] != 3:
        raise ValueError(f"points must have shape [N, 3], not {list(points.shape)}")
    return points


def _plane_distance(beyond: Array) -> Array:
    """Distance to a box from the signed excess beyond each of its planes [..., K]: [...]."""
    outside = np.maximum(beyond, 0)
    return np.sqrt(np.einsum("...k,...k", outside, outside)) + np.minimum(_largest(beyond), 0)


def _largest(values: Array) -> Array:
    """Maximum over a last axis of two or three entries [..., K]: [...]; NumPy's own is slow along so short an axis."""
    return reduce(np.maximum, np.moveaxis(values, -1, 0))


def _plane_gradient(beyond: Array) -> Array:
    """Gradient of `_plane_distance` [..., K]."""
    outside = beyond.clip(0)
    length = np.linalg.norm(outside, axis=-1, keepdims=True)
    inside = np.eye(beyond.shape[-1])[beyond.argmax(axis=-1)]
    return np.where(length > 0, outside / length.clip(1e-300), inside)


def _enter_quadric(a, b: Array, c: Array) -> Array:
    """Smaller positive root of a t^2 + 2 b t + c = 0, inf where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        root = (-b - np.sqrt(b**2 - a * c)) / a
    return np.where(np.isfinite(root) & (root > 0), root, np.inf)
