"""From fields to triangle meshes, and the distances between surfaces.

A mesh is ``vertices`` [n, 3] (float) and ``faces`` [m, 3] (int), counter-clockwise seen from outside. Point sets are
NumPy arrays [N, 3]. A field is negative inside. Nothing here is differentiable: these are tools for evaluation.
"""

from collections.abc import Callable

import numpy as np
import torch

Array = np.ndarray


def grid_points(resolution: int, bound: float = 1.0) -> torch.Tensor:
    """The points [resolution**3, 3] of a cubic grid over [-bound, bound]^3, last axis fastest."""
    at = torch.linspace(-bound, bound, resolution)
    return torch.stack(torch.meshgrid(at, at, at, indexing="ij"), -1).reshape(-1, 3)


@torch.no_grad()
def field_to_mesh(
    field: Callable[[torch.Tensor], torch.Tensor],
    resolution: int,
    bound: float = 1.0,
    level: float = 0.0,
    band: float | None = None,
    device: torch.device | str = "cpu",
) -> tuple[Array, Array]:
    """Mesh of ``field = level`` by marching cubes on ``resolution ** 3`` points over [-bound, bound]^3.

    field: points [N, 3] -> values [N], below ``level`` inside. The outermost layer of the grid counts as outside, so
    the mesh is closed. Returns vertices and faces, both empty when the field never crosses the level.

    band: for fields that are (roughly) distances, evaluate every second point first, and the others only where that
    coarse field comes within ``band`` of the level: several times faster, the same mesh as long as the band is wider
    than the diagonal of a coarse cell."""
    if band is None:
        values = _evaluate(field, grid_points(resolution, bound).to(device)).reshape((resolution,) * 3)
    else:
        values = _evaluate_near(field, resolution, bound, level, band, device)
    return volume_to_mesh(values.cpu().numpy(), bound, level)


def volume_to_mesh(volume: Array, bound: float = 1.0, level: float = 0.0) -> tuple[Array, Array]:
    """Mesh of ``volume = level`` by marching cubes, for values that are known already.

    volume: [n, n, n], at the points of :func:`grid_points`, below ``level`` inside. As in :func:`field_to_mesh` the
    outermost layer counts as outside; vertices and faces are empty where the volume never crosses the level.

    Raises:
        ValueError: if the volume is not a cube of at least three points along an edge."""
    from skimage.measure import marching_cubes

    if volume.ndim != 3 or len(set(volume.shape)) > 1 or len(volume) < 3:
        raise ValueError(f"volume must be a cube of at least 3 points along an edge, not {list(volume.shape)}")
    closed = np.array(volume, np.float32)
    inner = closed[1:-1, 1:-1, 1:-1].copy()
    closed = np.maximum(closed, level + 1e-3)
    closed[1:-1, 1:-1, 1:-1] = inner
    if not closed.min() < level < closed.max():
        return np.zeros((0, 3)), np.zeros((0, 3), int)
    step = 2 * bound / (len(closed) - 1)
    vertices, faces, _, _ = marching_cubes(closed, level, spacing=(step,) * 3, gradient_direction="descent")
    return vertices.astype(float) - bound, faces.astype(int)


def _evaluate(field: Callable[[torch.Tensor], torch.Tensor], points: torch.Tensor) -> torch.Tensor:
    return torch.cat([field(chunk) for chunk in points.split(32_768)])


def _evaluate_near(field, resolution: int, bound: float, level: float, band: float, device) -> torch.Tensor:
    """The field on the grid, exact where the coarse field is within ``band`` of the level, else interpolated."""
    coarse = (resolution + 1) // 2
    fine = 2 * coarse - 1
    step = 2 * bound / (resolution - 1)
    far = -bound + step * (fine - 1)
    at = torch.linspace(-bound, far, coarse)
    points = torch.stack(torch.meshgrid(at, at, at, indexing="ij"), -1).reshape(-1, 3)
    values = _evaluate(field, points.to(device)).reshape(1, 1, coarse, coarse, coarse).cpu()
    pad = resolution - fine
    values = torch.nn.functional.interpolate(values, size=(fine,) * 3, mode="trilinear", align_corners=True)
    values = torch.nn.functional.pad(values, (0, pad) * 3, mode="replicate")[0, 0]
    near = (values - level).abs().flatten() < band
    values.view(-1)[near] = _evaluate(field, grid_points(resolution, bound)[near].to(device)).cpu()
    return values


def sample_mesh(vertices: Array, faces: Array, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """``n`` points uniform by area on the mesh: points [n, 3] and the unit normals [n, 3] of their faces."""
    if len(faces) == 0:
        raise ValueError("the mesh has no faces to sample")
    a, b, c = vertices[faces].transpose(1, 0, 2)
    cross = np.cross(b - a, c - a)
    area = np.linalg.norm(cross, axis=-1)
    face = np.searchsorted(np.cumsum(area) / area.sum(), rng.random(n)).clip(max=len(faces) - 1)
    u, v = rng.random((2, n, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    points = a[face] + u * (b - a)[face] + v * (c - a)[face]
    return points, cross[face] / area[face, None].clip(1e-300)


def nearest(queries: Array, points: Array) -> tuple[Array, Array]:
    """Distance [N] from each query [N, 3] to its nearest point [M, 3], and that point's index [N]."""
    from scipy.spatial import cKDTree

    return cKDTree(points).query(queries)


def chamfer(a: Array, b: Array) -> float:
    """Chamfer distance: mean squared distance from ``a`` [N, 3] to ``b`` [M, 3] plus the same from ``b`` to ``a``."""
    return float((nearest(a, b)[0] ** 2).mean() + (nearest(b, a)[0] ** 2).mean())


def earth_mover(a: Array, b: Array) -> float:
    """Earth mover's distance of two sets [N, 3] of equal size: mean distance under the best one-to-one assignment."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    if len(a) != len(b):
        raise ValueError(f"a and b must have the same number of points, not {len(a)} and {len(b)}")
    cost = cdist(a, b)
    return float(cost[linear_sum_assignment(cost)].mean())


def compare_surfaces(
    points: Array, normals: Array, true_points: Array, true_normals: Array, within: float
) -> dict[str, float]:
    """Compare samples of a surface, points and unit normals [N, 3], with samples of the true one [M, 3].

    Returns ``chamfer`` (as `chamfer`), ``accuracy`` (the smallest distance within which 90 % of the points have a true
    one; Seitz et al., CVPR 2006), ``completeness`` (the share of true points with a point ``within`` that distance)
    and ``cosine`` (mean cosine between the true normals and those of the nearest points)."""
    there, _ = nearest(points, true_points)
    back, index = nearest(true_points, points)
    return {
        "chamfer": float((there**2).mean() + (back**2).mean()),
        "accuracy": float(np.quantile(there, 0.9)),
        "completeness": float((back < within).mean()),
        "cosine": float((normals[index] * true_normals).sum(-1).mean()),
    }


def euler_number(vertices: Array, faces: Array) -> int:
    """V - E + F of the mesh (vertices in use only): 2 - 2 * handles for one closed surface, summed over the pieces."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    count = len(vertices) + 1
    return len(np.unique(faces)) - len(np.unique(edges[:, 0] * count + edges[:, 1])) + len(faces)


def shade(
    vertices: Array,
    faces: Array,
    azimuth: float = 0.6,
    elevation: float = 0.4,
    size: int = 128,
    colour: tuple[float, float, float] = (0.55, 0.72, 0.88),
    span: float = 1.0,
) -> Array:
    """A picture [size, size, 3] in [0, 1] of the mesh on white: an orthographic z-buffer with flat shading.

    The camera looks at the origin from (azimuth, elevation) in radians, z up; [-span, span] fills the picture. Back
    faces, seen where a mesh is open, are drawn in grey. Twice the resolution is drawn and averaged."""
    fine = 2 * size
    image = np.ones((fine * fine, 3))
    if len(faces):
        towards = np.array(
            [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)]
        )
        right = np.array([-np.sin(azimuth), np.cos(azimuth), 0.0])
        up = np.cross(towards, right)
        corners = ((vertices @ np.stack([right, -up], -1)) / span + 1) / 2 * fine - 0.5
        pixel, face, nearness = _rasterise(corners[faces], (vertices @ towards)[faces], fine)
        a, b, c = vertices[faces].transpose(1, 0, 2)
        normals = np.cross(b - a, c - a)
        normals /= np.linalg.norm(normals, axis=-1, keepdims=True).clip(1e-300)
        order = np.argsort(nearness, kind="stable")
        image[pixel[order]] = _lit(normals, towards, right, up, colour)[face[order]]
    return image.reshape(size, 2, size, 2, 3).mean((1, 3))


def _rasterise(corners: Array, nearness: Array, size: int) -> tuple[Array, Array, Array]:
    """Pixels that triangles cover. corners [m, 3, 2] (column, row), nearness [m, 3] -> pixel, face and nearness [n]."""
    low = np.ceil(corners.min(axis=1)).clip(0).astype(int)
    extent = (np.floor(corners.max(axis=1)).clip(max=size - 1).astype(int) - low + 1).max(axis=1)
    found = []
    for width in np.unique(extent[extent > 0]):
        group = np.flatnonzero(extent == width)
        for chunk in np.array_split(group, 1 + len(group) * width**2 // 1_000_000):
            offsets = np.stack(np.meshgrid(np.arange(width), np.arange(width)), -1).reshape(-1, 2)
            at = low[chunk, None] + offsets  # [g, width**2, 2]
            a, b, c = (corners[chunk, None, k] for k in range(3))
            double = _cross(b - a, c - a)
            double = np.where(double == 0, np.nan, double)  # seen edge-on: covers nothing
            v, w = _cross(at - a, c - a) / double, _cross(b - a, at - a) / double
            row, column = np.nonzero((v >= 0) & (w >= 0) & (v + w <= 1) & (at < size).all(-1))
            v, w, face = v[row, column], w[row, column], chunk[row]
            near = nearness[face, 0] * (1 - v - w) + nearness[face, 1] * v + nearness[face, 2] * w
            found.append((at[row, column] @ [1, size], face, near))
    pixel, face, near = (np.concatenate(part) for part in zip(*found, strict=True))
    return pixel, face, near


def _cross(a: Array, b: Array) -> Array:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _lit(normals: Array, towards: Array, right: Array, up: Array, colour: tuple[float, float, float]) -> Array:
    """Lambert shading [N, 3] of unit normals [N, 3] by a lamp above the camera's left shoulder."""
    lamp = 0.7 * towards - 0.35 * right + 0.62 * up
    facing = normals @ towards
    light = 0.35 + 0.65 * (normals * np.sign(facing)[:, None] @ (lamp / np.linalg.norm(lamp))).clip(0)
    light = np.round(14 * light) / 14  # few shades: small picture files
    return np.where(facing[:, None] > 0, np.array(colour), 0.6) * light[:, None]
