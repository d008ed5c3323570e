"""The furniture world: its distances, normals, surfaces, ray casts and topology belong to one another."""

import numpy as np
import pytest
import torch

from helpers.geometry import meshes
from helpers.worlds import furniture

VARIANTS = [
    ("chair", {"arms": True, "hole": True}),
    ("chair", {"arms": False, "hole": False, "round_legs": True, "stretchers": True}),
    ("table", {"legs": 1}),
    ("table", {"legs": 4}),
    ("table", {"legs": 6, "round_legs": True, "stretchers": True}),
    ("sofa", {}),
    ("lamp", {}),
    ("shelf", {"boards": 4, "open_back": True}),
    ("shelf", {"boards": 4, "open_back": False}),
]


@pytest.fixture(params=VARIANTS, ids=lambda variant: "-".join([variant[0], *map(str, variant[1].values())]))
def piece(request):
    kind, options = request.param
    return furniture.KINDS[kind](np.random.default_rng(7), **options).normalised()


def test_surface_has_zero_distance_and_outward_normals(piece):
    points, normals, primitive = piece.surface(3000, np.random.default_rng(0))
    assert np.abs(piece.distance(points)).max() < 1e-12
    assert np.allclose(np.linalg.norm(normals, axis=-1), 1)
    assert (piece.distance(points + 1e-5 * normals) > 0).mean() > 0.999  # all but those at concave edges
    assert piece.occupied(points - 1e-6 * normals).all()
    assert (piece.nearest_primitive(points - 1e-6 * normals) == primitive).mean() > 0.95


def test_normals_are_the_gradient_of_the_distance(piece):
    x = np.random.default_rng(1).uniform(-1, 1, (2000, 3))
    step = 1e-6 * np.eye(3)
    numeric = np.stack([(piece.distance(x + h) - piece.distance(x - h)) / 2e-6 for h in step], -1)
    smooth = np.linalg.norm(numeric, axis=-1) > 0.999  # away from the medial axis
    assert smooth.mean() > 0.95
    assert np.allclose(piece.normals(x)[smooth], numeric[smooth], atol=1e-4)


def test_the_piece_fits_the_unit_sphere(piece):
    points = piece.surface(20_000, np.random.default_rng(2))[0]
    assert 0.85 < np.linalg.norm(points, axis=-1).max() <= 0.97 + 1e-12
    assert np.abs(points.max(0) + points.min(0)).max() < 0.05


def test_nearest_sample_distance_agrees_with_the_primitives(piece):
    x = np.random.default_rng(3).uniform(-1, 1, (2000, 3))
    measured, outside = piece.nearest_sample_distance(x, np.random.default_rng(4)), ~piece.occupied(x)
    assert ((measured < 0) == piece.occupied(x)).all()
    assert (measured[outside] >= piece.distance(x)[outside] - 1e-12).all()
    assert np.abs(measured - piece.distance(x))[outside].max() < 0.05
    assert (np.abs(measured[~outside]) >= np.abs(piece.distance(x)[~outside]) - 1e-12).all()


def test_depth_view_reprojects_onto_the_surface(piece):
    view = piece.depth_view(0.7, 0.3, size=40)
    points = view.points[view.hit]
    assert 0.03 < view.hit.mean() < 0.7
    assert np.abs(piece.distance(points)).max() < 1e-9
    assert (view.normals[view.hit] @ view.rotation[2]).max() < 1e-9  # facing the camera
    assert np.allclose(view.depth[view.hit], 2 + points @ view.rotation[2])
    row, column = np.nonzero(view.hit)
    assert np.allclose(points @ view.rotation[:2].T, (np.stack([column, row], -1) - 19.5) / 20)
    nearer = points - np.random.default_rng(5).uniform(0.001, 0.5, (len(points), 1)) * view.rotation[2]
    assert not piece.occupied(nearer).any()


def test_euler_number_counts_the_handles(piece):
    mesh = meshes.field_to_mesh(lambda x: torch.as_tensor(piece.distance(x.numpy())), 129)
    assert meshes.euler_number(*mesh) == piece.euler == 2 - 2 * piece.handles


def test_raycast_meets_a_ball_and_a_box_in_closed_form():
    none = np.zeros((0, 3))
    ball = furniture.Furniture(
        "ball", none, none, np.zeros((1, 3)), np.array([[0, 0, 1e-9]]), np.array([0.5]), np.array([True]), ("ball",), 0
    )
    origins, rotation = furniture.orthographic_rays(0.4, 0.2, 30)
    origins = origins.reshape(-1, 3)
    distance, normals, primitive = ball.raycast(origins, np.broadcast_to(rotation[2], origins.shape))
    off_axis = np.linalg.norm(origins + 2 * rotation[2], axis=-1)
    hit = off_axis < 0.499
    assert np.allclose(distance[hit], 2 - np.sqrt(0.25 - off_axis[hit] ** 2), atol=1e-6)
    assert np.isinf(distance[off_axis > 0.501]).all()
    assert (primitive[off_axis > 0.501] == -1).all()
    assert np.allclose(normals[hit], (origins + distance[:, None] * rotation[2])[hit] / 0.5, atol=1e-6)
    box = furniture.Furniture(
        "box", np.zeros((1, 3)), np.full((1, 3), 0.25), none, none, np.zeros(0), np.zeros(0, bool), ("box",), 0
    )
    distance, normals, _ = box.raycast(np.array([[2.0, 0.1, 0.1], [2.0, 0.3, 0.1]]), np.array([[-1.0, 0, 0]] * 2))
    assert distance.tolist() == [1.75, np.inf]
    assert normals.tolist() == [[1, 0, 0], [0, 0, 0]]


def test_cameras_are_right_handed_and_upright():
    for azimuth, elevation in [(0.0, 0.0), (2.0, 0.5), (-1.0, -0.7)]:
        _, rotation = furniture.orthographic_rays(azimuth, elevation, 4)
        assert np.allclose(rotation @ rotation.T, np.eye(3))
        assert np.isclose(np.linalg.det(rotation), 1)
        assert rotation[1, 2] < 0  # image down is world down
    azimuth, elevation = furniture.equally_spaced_directions(200)
    towards = np.stack([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])
    assert np.abs(towards.mean(1)).max() < 0.01


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda rng: furniture.table(rng, legs=9), "legs"),
        (lambda rng: furniture.table(rng, legs=2, stretchers=True), "stretchers"),
        (lambda rng: furniture.shelf(rng, boards=1), "boards"),
        (lambda rng: furniture.chair(rng).surface(0, rng), "n must be"),
        (lambda rng: furniture.chair(rng).distance(np.zeros((4, 2))), "points"),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(np.random.default_rng(0))
