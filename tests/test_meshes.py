"""Meshes from fields and distances between surfaces, with trimesh and brute force as oracles."""

from itertools import permutations

import numpy as np
import pytest
import trimesh

from helpers.geometry import meshes


def ball(x):
    return x.norm(dim=-1) - 0.6


def torus(x):
    return ((x[:, :2].norm(dim=-1) - 0.6) ** 2 + x[:, 2] ** 2).sqrt() - 0.2


@pytest.fixture(scope="module")
def ball_mesh():
    return meshes.field_to_mesh(ball, 49)


def test_a_ball_has_its_area_volume_and_orientation(ball_mesh):
    oracle = trimesh.Trimesh(*ball_mesh, process=False)
    assert oracle.is_watertight
    assert oracle.volume == pytest.approx(4 / 3 * np.pi * 0.6**3, rel=0.01)  # positive: counter-clockwise from outside
    assert oracle.area == pytest.approx(4 * np.pi * 0.36, rel=0.01)


@pytest.mark.parametrize("resolution", [48, 49])
def test_the_band_changes_nothing(resolution):
    full, banded = meshes.field_to_mesh(torus, resolution), meshes.field_to_mesh(torus, resolution, band=0.16)
    assert np.array_equal(full[1], banded[1])
    assert np.allclose(full[0], banded[0])


def test_a_field_that_leaves_the_grid_is_closed_and_an_empty_one_is_empty():
    assert trimesh.Trimesh(*meshes.field_to_mesh(lambda x: x[:, 2], 17), process=False).is_watertight
    vertices, faces = meshes.field_to_mesh(lambda x: 1 + 0 * x[:, 0], 9)
    assert vertices.shape == faces.shape == (0, 3)
    assert (meshes.shade(vertices, faces, size=8) == 1).all()


def test_a_volume_gives_the_mesh_of_the_field_that_it_was_read_from(ball_mesh):
    for field in (ball, torus, lambda x: x[:, 2]):
        volume = field(meshes.grid_points(49)).reshape(49, 49, 49).numpy()
        before = volume.copy()
        for mine, other in zip(meshes.volume_to_mesh(volume), meshes.field_to_mesh(field, 49), strict=True):
            assert np.array_equal(mine, other)
        assert np.array_equal(volume, before)
    assert meshes.volume_to_mesh(np.ones((5, 5, 5)))[1].shape == (0, 3)
    for wrong in (np.ones((5, 5, 4)), np.ones((2, 2, 2)), np.ones((5, 5))):
        with pytest.raises(ValueError, match="volume must be a cube"):
            meshes.volume_to_mesh(wrong)


def test_euler_numbers(ball_mesh):
    assert meshes.euler_number(*ball_mesh) == trimesh.Trimesh(*ball_mesh, process=False).euler_number == 2
    ring = meshes.field_to_mesh(torus, 49)
    assert meshes.euler_number(*ring) == trimesh.Trimesh(*ring, process=False).euler_number == 0


def test_samples_lie_on_the_mesh_uniformly_by_area(ball_mesh):
    points, normals = meshes.sample_mesh(*ball_mesh, 4000, np.random.default_rng(0))
    assert np.abs(np.linalg.norm(points, axis=-1) - 0.6).max() < 0.003
    assert (normals * points / 0.6).sum(-1).min() > 0.9
    assert np.abs(points.mean(0)).max() < 0.03
    vertices = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 5], [3, 0, 5], [0, 3, 5]])
    points, _ = meshes.sample_mesh(vertices, np.array([[0, 1, 2], [3, 4, 5]]), 5000, np.random.default_rng(0))
    assert (points[:, 2] == 5).mean() == pytest.approx(0.9, abs=0.02)
    with pytest.raises(ValueError, match="no faces"):
        meshes.sample_mesh(np.zeros((0, 3)), np.zeros((0, 3), int), 5, np.random.default_rng(0))


def test_distances_against_brute_force():
    a, b = np.random.default_rng(0).normal(size=(2, 6, 3))
    pairs = np.linalg.norm(a[:, None] - b, axis=-1)
    assert meshes.chamfer(a, b) == pytest.approx((pairs.min(0) ** 2).mean() + (pairs.min(1) ** 2).mean())
    best = min(pairs[np.arange(6), list(order)].mean() for order in permutations(range(6)))
    assert meshes.earth_mover(a, b) == pytest.approx(best)
    with pytest.raises(ValueError, match="same number"):
        meshes.earth_mover(a, b[:5])


def test_compare_surfaces():
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(1000, 3))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    same = meshes.compare_surfaces(normals, normals, normals, normals, within=0.01)
    assert same == {"chamfer": 0, "accuracy": 0, "completeness": 1, "cosine": pytest.approx(1)}
    far = np.concatenate([normals, np.full((20, 3), 9.0)])  # 2 % of outliers do not move the accuracy
    moved = meshes.compare_surfaces(far, far, normals, normals, within=0.01)
    assert moved["accuracy"] == 0
    assert moved["chamfer"] > 1
    half = normals[normals[:, 0] > 0]
    assert meshes.compare_surfaces(half, half, normals, normals, within=1e-6)["completeness"] == len(half) / 1000


def test_shade_draws_the_near_side_on_white(ball_mesh):
    picture = meshes.shade(*ball_mesh, size=64)
    assert picture.shape == (64, 64, 3)
    covered = (picture.min(-1) < 1).mean()
    assert covered == pytest.approx(np.pi * 0.36 / 4, abs=0.03)
    assert (picture[32, 32, 2] > picture[32, 32, 0] + 0.05).all()  # front faces are blue
    inside_out = meshes.shade(ball_mesh[0], ball_mesh[1][:, ::-1], size=64)
    assert np.ptp(inside_out[32, 32]) < 1e-9  # back faces are grey
    vertices = np.array([[0.5, -1, -1], [0.5, 1, -1], [0.5, 0, 1], [-0.5, -1, -1], [-0.5, 1, -1], [-0.5, 0, 1.0]])
    front, both = (meshes.shade(vertices, np.array(f), 0.0, 0.0, 32) for f in ([[0, 1, 2]], [[3, 5, 4], [0, 1, 2]]))
    assert np.allclose(front[20, 16], both[20, 16])  # what is behind stays hidden


@pytest.mark.filterwarnings("error")
def test_shade_leaves_out_triangles_without_area(ball_mesh):
    vertices, faces = ball_mesh
    degenerate = np.concatenate([faces, faces[:5, [0, 1, 1]], faces[:5, [0, 0, 0]]])
    assert np.array_equal(meshes.shade(vertices, degenerate, size=32), meshes.shade(vertices, faces, size=32))
