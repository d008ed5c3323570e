"""Pieces of ``helpers`` beside the public library that does the same: the same answer, and how the times compare."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import torch
import trimesh
from scipy.spatial import cKDTree
from scipy.spatial.transform import Rotation
from sklearn.neighbors import KDTree

from helpers.geometry.clouds import ball_query, nearest_points
from helpers.geometry.meshes import chamfer, euler_number, nearest, volume_to_mesh
from helpers.geometry.rotations import rotation_matrices

TIMES = 9  # alternating runs of both, of which the middle one counts
BATCHED = "whole batches, on any device"
CLOUDS, POINTS, CENTRES, NEIGHBOURS, RADIUS = 8, 1024, 256, 16, 0.2


@dataclass(frozen=True)
class Piece:
    """One thing that both do.

    Attributes:
        name: of the helper.
        task: what was asked of both, in words.
        peer: the library's function.
        ours, theirs: calls without arguments, whose answers are arrays or numbers.
        exact: whether the answers are integers; else they agree to 1e-5.
        why: what ours has that the library's has not, where it is slower.
    """

    name: str
    task: str
    peer: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    exact: bool = False
    why: str = ""

    def same(self) -> bool:
        ours, theirs = (np.asarray(call()) for call in (self.ours, self.theirs))
        return np.array_equal(ours, theirs) if self.exact else np.allclose(ours, theirs, rtol=1e-5, atol=1e-5)

    def milliseconds(self) -> tuple[float, float]:
        """The middle time of ours and of theirs, run in turn."""
        found: tuple[list[float], list[float]] = ([], [])
        for _ in range(TIMES):
            for times, call in zip(found, (self.ours, self.theirs), strict=True):
                began = time.perf_counter()
                call()
                times.append(1000 * (time.perf_counter() - began))
        return median(found[0]), median(found[1])


def pieces() -> list[Piece]:
    """Every piece that has a peer, on inputs of the size that chapters use."""
    rng = np.random.default_rng(0)
    points = rng.random((CLOUDS, POINTS, 3))
    batch, some = torch.from_numpy(points), torch.from_numpy(points[:, :CENTRES])
    a, b = points[0], rng.random((POINTS, 3))
    at = np.linspace(-1, 1, 48)
    x, y, z = np.meshgrid(at, at, at, indexing="ij")
    vertices, faces = volume_to_mesh((np.hypot(x, y) - 0.6) ** 2 + z**2 - 0.06)  # a torus
    vectors = rng.normal(size=(10_000, 3))
    asked = f"{CLOUDS} clouds of {POINTS} points, {CENTRES} centres"

    def tree_neighbours() -> np.ndarray:
        return np.stack([cKDTree(p).query(p[:CENTRES], NEIGHBOURS)[1] for p in points])

    def tree_balls() -> np.ndarray:
        found = []
        for p in points:
            gap, index = cKDTree(p).query(p[:CENTRES], NEIGHBOURS, distance_upper_bound=RADIUS)
            found.append(np.where(np.isfinite(gap), index, index[:, :1]))
        return np.stack(found)

    def tree_chamfer() -> float:
        there, back = KDTree(b).query(a)[0], KDTree(a).query(b)[0]
        return (there**2).mean() + (back**2).mean()

    return [
        Piece(
            "nearest_points", f"{asked}, {NEIGHBOURS} neighbours", "scipy.spatial.cKDTree",
            lambda: nearest_points(batch, some, NEIGHBOURS), tree_neighbours, exact=True, why=BATCHED,
        ),
        Piece(
            "ball_query", f"{asked}, {NEIGHBOURS} within {RADIUS}", "scipy.spatial.cKDTree",
            lambda: ball_query(batch, some, RADIUS, NEIGHBOURS), tree_balls, exact=True, why=BATCHED,
        ),
        Piece(
            "nearest", f"two clouds of {POINTS} points", "sklearn.neighbors.KDTree",
            lambda: nearest(a, b)[0], lambda: KDTree(b).query(a)[0][:, 0],
        ),
        Piece(
            "chamfer", f"two clouds of {POINTS} points", "sklearn.neighbors.KDTree",
            lambda: chamfer(a, b), tree_chamfer,
        ),
        Piece(
            "euler_number", f"a torus of {len(faces):,} faces", "trimesh.Trimesh.euler_number",
            lambda: euler_number(vertices, faces),
            lambda: trimesh.Trimesh(vertices, faces, process=False).euler_number, exact=True,
            why="takes arrays; trimesh belongs to the tests",
        ),
        Piece(
            "rotation_matrices", f"{len(vectors):,} vectors", "scipy.spatial.transform.Rotation",
            lambda: rotation_matrices(torch.from_numpy(vectors)), lambda: Rotation.from_rotvec(vectors).as_matrix(),
            why="differentiable, on any device",
        ),
    ]  # fmt: skip


def peer_rows() -> list[list[str]]:
    """Per piece: the task, the peer, both times and their ratio, on one thread, and why a slower one stays.

    Raises:
        ValueError: if a piece and its peer disagree.
    """
    asked = pieces()
    for piece in asked:
        if not piece.same():
            raise ValueError(f"{piece.name} and {piece.peer} give other answers for {piece.task}")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    rows = []
    for piece in asked:
        ours, theirs = piece.milliseconds()
        times = [f"{ours:.1f} ms", f"{theirs:.1f} ms", f"{ours / theirs:.2f}"]
        rows.append([f"`{piece.name}`", piece.task, f"`{piece.peer}`", *times, piece.why])
    torch.set_num_threads(threads)
    return rows
