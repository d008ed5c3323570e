"""The world of faces: picture, landmarks, mask and coordinates agree, and its three parts can be exchanged."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from helpers.worlds import faces

POINTS = torch.tensor(list(faces.LANDMARKS.values()))
NAMES = list(faces.LANDMARKS)


@pytest.fixture(scope="module")
def some():
    return faces.faces(70, np.random.default_rng(3), size=48)


def parts(count, seed, **pose):
    rng = np.random.default_rng(seed)
    return faces.draw_shapes(count, rng), faces.draw_looks(count, rng), faces.draw_poses(count, rng, **pose)


def at(values, points):
    """Values [n, c, S, S] at points [n, m, 2] in pixels, bilinear: [n, m, c]."""
    size = values.shape[-1]
    grid = ((2 * points + 1) / size - 1)[:, None]
    return torch.nn.functional.grid_sample(values, grid, align_corners=False)[:, :, 0].movedim(1, -1)


def test_shapes_types_and_ranges(some):
    n = len(some)
    assert some.image.shape == (n, 3, 48, 48)
    assert some.uv.shape == (n, 2, 48, 48)
    assert some.mask.shape == (n, 48, 48)
    assert some.landmarks.shape == (n, len(POINTS), 2)
    assert some.image.dtype == some.uv.dtype == some.landmarks.dtype == torch.float32
    assert some.mask.dtype == torch.bool
    assert some.image.min() >= 0
    assert some.image.max() <= 1
    assert some.uv.isfinite().all()
    assert torch.equal(some.mask, some.uv.square().sum(1) <= 1)


def test_to_canonical_inverts_to_pixels_inside_and_beyond_the_disc():
    shape, _, pose = parts(200, 0, yaw=0.35)
    uv = torch.tensor(np.random.default_rng(1).uniform(-1.5, 1.5, (200, 300, 2)), dtype=torch.float32)
    back = faces.to_canonical(faces.to_pixels(uv, shape, pose, 64), shape, pose, 64)
    assert torch.allclose(back, uv, atol=2e-3)


def test_the_map_of_coordinates_shows_the_landmarks_where_they_are(some):
    inside = POINTS.norm(dim=1) < 0.9
    assert (at(some.uv, some.landmarks)[:, inside] - POINTS[inside]).abs().max() < 0.05
    assert (some.canonical(some.landmarks) - POINTS).abs().max() < 1e-3
    assert at(some.mask[:, None].float(), some.landmarks)[:, inside].min() > 0.9


def test_the_map_does_not_fold():
    shape, _, pose = parts(100, 4, yaw=0.35, roll=0.0)
    line = torch.linspace(-1.2, 1.2, 121)
    for v in (-0.8, -0.12, 0.3, 0.6):
        row = torch.stack([line, torch.full_like(line, v)], 1)
        assert (faces.to_pixels(row, shape, pose, 64)[:, :, 0].diff(dim=1) > 0).all()
    column = torch.stack([torch.zeros_like(line), line], 1)
    assert (faces.to_pixels(column, shape, pose, 64)[:, :, 1].diff(dim=1) > 0).all()


def test_what_is_painted_lies_at_the_landmarks():
    shape, look, pose = parts(40, 5)
    plain = {"skin": (0.0, 1.0, 0.0), "iris": (0.0, 0.0, 1.0), "lips": (1.0, 0.0, 0.0), "hair": (0.0, 1.0, 1.0)}
    colours = {name: torch.tensor(colour).expand(40, 3) for name, colour in plain.items()}
    look = faces.Looks(**{**vars(look), **colours, "glasses": 0 * look.glasses, "beard": 0 * look.beard})
    painted = faces.render(shape, look, pose, 192)
    eyes = at(painted.image, painted.landmarks[:, list(faces.EYES)])
    assert eyes.max() < 0.2  # the pupils
    for name, channel in (("left mouth corner", 0), ("right mouth corner", 0), ("left cheek", 1)):
        colour = at(painted.image, painted.landmarks[:, [NAMES.index(name)]])[:, 0]
        assert (colour.argmax(1) == channel).float().mean() > 0.9


def test_yaw_moves_the_nose_and_not_the_outline():
    shape, _, pose = parts(10, 6, yaw=0.0)
    turned = faces.Poses(pose.centre, pose.scale, pose.roll, torch.full_like(pose.yaw, 0.2))
    move = (faces.to_pixels(POINTS, shape, turned, 64) - faces.to_pixels(POINTS, shape, pose, 64)).norm(dim=-1)
    nose, eye, cheek = (move[:, NAMES.index(name)] for name in ("nose tip", "left eye", "left cheek"))
    assert (nose > eye).all()
    assert (eye > cheek).all()
    angle = torch.linspace(0, 6.28, 50)
    rim = torch.stack([angle.cos(), angle.sin()], 1)
    assert torch.allclose(faces.to_pixels(rim, shape, turned, 64), faces.to_pixels(rim, shape, pose, 64), atol=1e-3)


def test_in_level_light_a_plain_head_is_symmetric_down_to_its_eyes():
    shape, look, pose = parts(20, 7, yaw=0.0, roll=0.0)
    level = torch.tensor([0.0, 0.0, 1.0]).expand(20, 3)
    style = look.style.clone()
    style[:, 1:] = torch.tensor([-0.7, 0.0, 0.0])
    look = faces.Looks(**{**vars(look), "light": level, "style": style, "texture": 0 * look.texture})
    pose = faces.Poses(0 * pose.centre, pose.scale, pose.roll, pose.yaw)
    head = faces.render(shape, look, pose, 64)
    inside = torch.nn.functional.max_pool2d(1 - head.mask[:, None].float(), 3, 1, 1)[:, 0] == 0  # no rim
    inside &= head.uv[:, 0].abs() > 0.2  # the nose has its shadow on one side
    assert ((head.image - head.image.flip(-1)).abs().amax(1)[inside] < 1e-3).all()


def test_with_its_usual_looks_a_face_is_not_symmetric(some):
    assert (some.image - some.image.flip(-1)).abs().mean() > 0.03


def test_shapes_and_poses_vary_independently():
    shape, _, pose = parts(2000, 8)
    spread = torch.stack([shape.heights[:, 2], shape.width, shape.spacing[:, 2], pose.scale, pose.roll, pose.yaw])
    off = torch.corrcoef(spread) - torch.eye(len(spread))
    assert off.abs().max() < 0.08
    assert pose.roll.abs().max() <= math.radians(20)
    assert pose.centre.abs().max() <= 0.08
    order = shape.heights.diff(dim=1)
    assert order.min() > 0.05


def test_a_look_changes_no_geometry_and_a_shape_no_colour():
    shape, look, pose = parts(6, 9)
    other = faces.draw_looks(6, np.random.default_rng(10), palette="painted", marks=0.2)
    one, two = faces.render(shape, look, pose, 48), faces.render(shape, other, pose, 48)
    assert torch.equal(one.uv, two.uv)
    assert torch.equal(one.landmarks, two.landmarks)
    assert (one.image - two.image).abs().mean() > 0.05


def test_marks_stick_to_the_skin():
    shape, look, pose = parts(5, 11)
    marked = faces.Looks(**{**vars(look), "texture": 4 * look.texture})
    change = (faces.render(shape, marked, pose, 48).image - faces.render(shape, look, pose, 48).image).abs().amax(1)
    outside = ~faces.render(shape, look, pose, 48).mask
    near = torch.nn.functional.max_pool2d((~outside)[:, None].float(), 3, 1, 1)[:, 0] > 0
    assert (change[~near] == 0).all()
    assert change[~outside].mean() > 0.005


def test_shares_of_glasses_and_beards():
    rng = np.random.default_rng(12)
    none, all_of_them = (faces.draw_looks(50, rng, glasses=share, beard=share) for share in (0, 1))
    assert none.glasses.sum() == none.beard.sum() == 0
    assert all_of_them.glasses.sum() == all_of_them.beard.sum() == 50


def test_the_same_seed_makes_the_same_faces_and_another_does_not():
    one, same, other = (faces.faces(3, np.random.default_rng(seed), size=32) for seed in (1, 1, 2))
    assert torch.equal(one.image, same.image)
    assert torch.equal(one.landmarks, same.landmarks)
    assert not torch.equal(one.image, other.image)


def test_many_faces_are_painted_like_few(some):
    few = faces.render(some.shape[60:70], some.look[60:70], some.pose[60:70], 48)
    assert torch.allclose(few.image, some.image[60:70], atol=1e-6)


def test_selecting_keeps_several_faces(some):
    for index, n in ((3, 1), (slice(0, 5), 5), ([1, 2], 2), (torch.arange(4), 4)):
        chosen = some[index]
        assert len(chosen) == len(chosen.shape) == len(chosen.look.skin) == len(chosen.pose.yaw) == n
    assert torch.equal(some[[7]].eye_distance(), some[7].eye_distance())
    assert (some.eye_distance() > 4).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda rng: faces.faces(0, rng), "count"),
        (lambda rng: faces.draw_shapes(0, rng), "count"),
        (lambda rng: faces.faces(2, rng, size=8), "size"),
        (lambda rng: faces.faces(2, rng, fill=0), "fill"),
        (lambda rng: faces.draw_looks(2, rng, glasses=1.5), "glasses"),
        (lambda rng: faces.draw_looks(2, rng, marks=-1), "marks"),
        (lambda rng: faces.draw_looks(2, rng, palette="neon"), "palette"),
        (lambda rng: faces.draw_poses(2, rng, yaw=0.5), "yaw"),
        (lambda rng: faces.draw_poses(2, rng, zoom=1.0), "zoom"),
        (lambda rng: faces.draw_poses(2, rng, shift=-0.1), "shift"),
        (lambda rng: faces.render(*parts(2, 0)[:2], parts(3, 0)[2], 48), "as many"),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(np.random.default_rng(0))


def test_wild_faces_agree_with_their_truth_and_differ_more():
    wild = faces.wild_faces(60, np.random.default_rng(4), size=48)
    inside = POINTS.norm(dim=1) < 0.9
    assert (wild.canonical(wild.landmarks) - POINTS).abs().max() < 1e-3
    assert wild.image.min() >= 0
    assert wild.image.max() <= 1
    seen = ((wild.landmarks > 0) & (wild.landmarks < 47)).all(-1) & inside
    assert seen.float().mean() > 0.8
    assert at(wild.mask[:, None].float(), wild.landmarks)[..., 0][seen].min() > 0.8
    usual = faces.draw_shapes(300, np.random.default_rng(0))
    wide = faces.draw_shapes(300, np.random.default_rng(0), variety=1.5)
    assert (wide.heights.diff(dim=1) > 0).all()
    assert torch.allclose(wide.spacing, 1.5 * usual.spacing, atol=1e-6)


def test_the_map_of_the_widest_variety_can_be_inverted():
    rng = np.random.default_rng(5)
    shape, pose = faces.draw_shapes(200, rng, variety=1.5), faces.draw_poses(200, rng, yaw=0.24)
    uv = torch.tensor(rng.uniform(-1.5, 1.5, (200, 300, 2)), dtype=torch.float32)
    assert torch.allclose(faces.to_canonical(faces.to_pixels(uv, shape, pose, 64), shape, pose, 64), uv, atol=2e-3)


def test_paint_is_one_motif_and_clutter_stays_behind_the_head():
    def looks(**how):
        return faces.draw_looks(5, np.random.default_rng(0), **how)

    plain, painted, cluttered = looks(), looks(paint=0.3), looks(clutter=5)
    motif = painted.texture - plain.texture
    assert motif.std() == pytest.approx(0.3, rel=0.01)
    assert torch.allclose(motif, motif[:1].expand_as(motif), atol=1e-6)
    assert torch.equal(cluttered.skin, plain.skin)
    rng = np.random.default_rng(1)
    shape, pose = faces.draw_shapes(5, rng), faces.draw_poses(5, rng)
    before, after = (faces.render(shape, look, pose, 48) for look in (plain, cluttered))
    changed = (before.image - after.image).abs().sum(1) > 0.01
    assert not changed[before.uv.norm(dim=1) < 0.95].any()
    assert changed.float().mean() > 0.05


@pytest.mark.parametrize(("name", "value"), [("clutter", -1), ("slant", -0.1), ("paint", -0.1)])
def test_looks_refuse_what_is_negative(name, value):
    with pytest.raises(ValueError, match=name):
        faces.draw_looks(2, np.random.default_rng(0), **{name: value})


def test_shapes_refuse_too_much_variety():
    with pytest.raises(ValueError, match="variety"):
        faces.draw_shapes(2, np.random.default_rng(0), variety=2)
