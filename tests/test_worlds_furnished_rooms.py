"""The furnished rooms: occupancy, surfaces and rays belong to the placed pieces."""

import numpy as np
import pytest

from helpers.worlds import furnished_rooms


@pytest.fixture(params=range(4))
def room(request):
    return furnished_rooms.furnished_room(np.random.default_rng(request.param), walls=(2, 4))


def one_by_one(room, points):
    """Occupancy by the definition: each point in the frame of each piece."""
    inside = np.zeros((len(room.pieces), len(points)), bool)
    for k, piece in enumerate(room.pieces):
        c, s = np.cos(room.yaw[k]), np.sin(room.yaw[k])
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
        inside[k] = piece.occupied((points - room.shift[k]) @ turn / room.scale[k])
    return inside


def test_a_point_is_inside_where_it_is_inside_a_piece(room):
    points = np.random.default_rng(0).uniform(-0.55, 0.55, (20_000, 3))
    assert np.array_equal(room.occupied(points), one_by_one(room, points).any(0))
    assert 0.02 < room.occupied(points).mean() < 0.2


def test_every_piece_stands_in_the_cube_and_on_the_ground(room):
    points, _, piece = room.surface(6000, np.random.default_rng(1))
    assert np.abs(points).max() < 0.6
    assert (np.abs(points) <= 0.5).all(1).mean() > 0.97
    ground = points[piece == 0]
    assert room.pieces[0].kind == "ground"
    for k in range(1, len(room.pieces)):
        assert abs(points[piece == k][:, 2].min() - ground[:, 2].max()) < 0.05


def test_samples_lie_on_the_surface_of_the_union_with_outward_normals(room):
    points, normals, piece = room.surface(4000, np.random.default_rng(2))
    assert np.allclose(np.linalg.norm(normals, axis=1), 1)
    assert not room.occupied(points + 1e-7 * normals).any()
    assert room.occupied(points - 1e-7 * normals).all()
    inside = one_by_one(room, points - 1e-7 * normals)
    assert inside[piece, np.arange(len(points))].all()


def test_samples_are_uniform_by_area():
    room = furnished_rooms.furnished_room(np.random.default_rng(5), objects=(0, 0), walls=(0, 0))
    (half,) = room.pieces[0].box_half
    points, normals, _ = room.surface(20_000, np.random.default_rng(3))
    faces = np.array([half[1] * half[2], half[0] * half[2], half[0] * half[1]])
    measured = (np.abs(normals) > 0.5).mean(0)
    assert np.allclose(measured, faces / faces.sum(), atol=0.01)
    upper = points[normals[:, 2] > 0.5, :2] / half[:2]
    assert np.abs(upper.mean(0)).max() < 0.03
    assert np.allclose(upper.var(0), 1 / 3, atol=0.02)


def test_rays_end_where_the_first_piece_begins(room):
    rng = np.random.default_rng(4)
    origins = np.array([[0.1, -0.2, 0.49]]).repeat(500, 0)
    rays = rng.normal(size=(500, 3)) * [1, 1, 0.3] - [0, 0, 2]
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    distance, normals, piece = room.raycast(origins, rays)
    hit = piece >= 0
    assert hit.mean() > 0.2
    ends = origins[hit] + distance[hit, None] * rays[hit]
    assert room.occupied(ends + 1e-7 * rays[hit]).all()
    assert ((normals[hit] * rays[hit]).sum(1) < 0).all()
    for share in (0.2, 0.6, 0.999):
        assert not room.occupied(origins[hit] + share * distance[hit, None] * rays[hit]).any()
    away = origins[~hit, None] + np.linspace(0, 2, 60)[:, None] * rays[~hit, None]
    assert not room.occupied(away.reshape(-1, 3)).any()


def test_a_room_is_drawn_by_its_generator_alone():
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (3000, 3))
    first, second, other = (furnished_rooms.furnished_room(np.random.default_rng(seed)) for seed in (8, 8, 9))
    assert np.array_equal(first.occupied(points), second.occupied(points))
    assert (first.occupied(points) != other.occupied(points)).any()
    samples = [first.surface(100, np.random.default_rng(1))[0] for _ in range(2)]
    assert np.array_equal(*samples)


def test_what_is_asked_for_is_there():
    rooms = [
        furnished_rooms.furnished_room(np.random.default_rng(k), {"arch": furnished_rooms.arch}, (2, 2), (3, 3), 0.02)
        for k in range(5)
    ]
    for room in rooms:
        kinds = [piece.kind for piece in room.pieces]
        assert (kinds.count("ground"), kinds.count("wall"), kinds.count("arch")) == (1, 3, 2)
        assert np.isclose(2 * room.pieces[0].box_half[0, 2], 0.02)
        assert all(np.isclose(2 * piece.box_half.min(), 0.02) for piece in room.pieces if piece.kind == "wall")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda rng: furnished_rooms.furnished_room(rng, {}), "kinds"),
        (lambda rng: furnished_rooms.furnished_room(rng, objects=(4, 2)), "objects"),
        (lambda rng: furnished_rooms.furnished_room(rng, walls=(0, 5)), "walls"),
        (lambda rng: furnished_rooms.furnished_room(rng, thickness=0.0), "thickness"),
        (lambda rng: furnished_rooms.furnished_room(rng, size=(0.3, 0.9)), "size"),
        (lambda rng: furnished_rooms.furnished_room(rng).surface(0, rng), "n must be"),
        (lambda rng: furnished_rooms.furnished_room(rng).occupied(np.zeros((4, 2))), "points"),
        (lambda rng: furnished_rooms.furnished_room(rng, rise=(0.3, 0.2)), "rise"),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(np.random.default_rng(0))
