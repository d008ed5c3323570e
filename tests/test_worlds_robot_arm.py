"""The robot arm: correspondences are exact and invertible, films are what they say, arguments are checked."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.worlds import robot_arm as world


@pytest.fixture(scope="module")
def arms():
    return world.films(3, 8, np.random.default_rng(0), size=48)


def test_shapes_and_ranges(arms):
    assert arms.image.shape == (24, 3, 48, 48)
    assert arms.image.dtype == arms.centre.dtype == torch.float32
    assert arms.centre.shape == (24, 8, 2)
    assert arms.angle.shape == (24, 8)
    assert arms.film.tolist() == sorted(8 * [0, 1, 2])
    assert 0 <= arms.image.min() < arms.image.max() <= 1
    assert arms.size == 48


def test_a_seed_decides_everything(arms):
    again, other = (world.films(3, 8, np.random.default_rng(seed), size=48) for seed in (0, 1))
    assert torch.equal(arms.image, again.image)
    assert not torch.equal(arms.image, other.image)


def test_capsules_hang_together(arms):
    half = 48 * world.LENGTH / 2 * torch.stack([arms.angle.cos(), arms.angle.sin()], -1)
    start, end = arms.centre - half, arms.centre + half
    assert torch.allclose(end[:, :5], start[:, 1:6], atol=1e-3)
    assert torch.allclose(end[:, 5:6].expand(-1, 2, -1), start[:, 6:], atol=1e-3)
    assert (start[:, 0].view(3, 8, 2).std(1) < 1e-3).all(), "the anchor of a film does not move"


def test_joints_keep_their_limits_and_move(arms):
    joints = arms.angle[:, 1:6] - arms.angle[:, :5]
    assert joints.abs().max() <= world.LIMIT + 1e-4
    assert (arms.angle[1:8] - arms.angle[:7]).abs().mean() > 0.02


def test_centres_show_their_capsule_and_its_colour(arms):
    quiet = world.films(3, 8, np.random.default_rng(0), size=48, noise=0.0)
    part = world.parts_at(quiet, quiet.centre)
    own = part == torch.arange(8)
    assert own.float().mean() > 0.95
    inside = ((quiet.centre > 1) & (quiet.centre < 46)).all(-1) & own
    n, k = inside.nonzero().T
    x, y = quiet.centre[n, k].round().long().T
    colour = world.COLOURS[torch.tensor([0, 1, 2, 0, 1, 2, 3, 0])[k]]
    off = (quiet.image[n, :, y, x] - colour).abs().amax(1)
    assert off.median() < 1e-3
    assert (off < 0.1).float().mean() > 0.9  # the edge of a neighbour may cross the pixel
    assert torch.equal(quiet.parts()[0, y[0], x[0]], part[0, k[0]])


def test_correspondence_there_and_back(arms):
    a, b = arms[list(range(8))], arms[list(range(8, 16))]
    points = world.pixels(48)
    there, part, seen = world.carry(a, b, points)
    back, again, _ = world.carry(b, a, there)
    assert seen.sum() > 500
    assert torch.allclose(back[seen], points.expand(8, -1, 2)[seen], atol=1e-3)
    assert torch.equal(part[seen], again[seen])
    assert torch.equal(there[part < 0], points.expand(8, -1, 2)[part < 0])


def test_a_frame_corresponds_to_itself(arms):
    there, _, seen = world.carry(arms, arms, world.pixels(48))
    assert torch.allclose(there, world.pixels(48).expand(24, -1, 2), atol=1e-3)
    assert seen.all()


def test_without_a_fork(arms):
    plain = world.films(1, 3, np.random.default_rng(0), links=4, fork=False, shift=0.0)
    assert plain.centre.shape == (3, 4, 2)
    assert plain.parts().max() == 3


@pytest.mark.parametrize(
    "options", [{"count": 0}, {"frames": 0}, {"size": 8}, {"links": 1}, {"shift": -0.1}, {"noise": -1.0}]
)
def test_what_makes_no_sense_is_refused(options):
    with pytest.raises(ValueError, match="must"):
        world.films(**({"count": 1, "frames": 2, "rng": np.random.default_rng(0)} | options))


def test_frames_of_different_arms_do_not_correspond(arms):
    other = world.films(3, 8, np.random.default_rng(0), links=4)
    with pytest.raises(ValueError, match="must be frames of one arm"):
        world.carry(arms, other, world.pixels(48))
