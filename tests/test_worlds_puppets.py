"""The world of puppets: causes are what they say, can be exchanged, and the truth fits the picture."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from helpers.worlds import puppets


@pytest.fixture(scope="module")
def some():
    return puppets.puppets(60, np.random.default_rng(3), size=64, bags=0.5, short=0.3, back=0.3)


def standing(n=1, **changes):
    """Poses without any bend, in the middle."""
    pose = puppets.draw_poses(n, np.random.default_rng(0), articulation=0, lean=0, shift=(0, 0), behind=0)
    return replace(pose, **changes)


def plain(n=1, seed=0, **how):
    rng = np.random.default_rng(seed)
    return puppets.draw_bodies(n, rng), puppets.draw_outfits(n, rng, **how), puppets.draw_grounds(n, rng)


def test_shapes_types_and_ranges(some):
    assert some.image.shape == (60, 3, 64, 64)
    assert some.part.shape == some.mask.shape == (60, 64, 64)
    assert some.joints.shape == (60, len(puppets.JOINTS), 2)
    assert some.image.dtype == some.joints.dtype == torch.float32
    assert some.part.dtype == torch.uint8
    assert some.part.max() < len(puppets.PARTS)
    assert 0 <= some.image.min() < some.image.max() <= 1
    assert 0.1 < some.mask.float().mean() < 0.3
    assert puppets.puppets(2, np.random.default_rng(0), size=(64, 32)).image.shape == (2, 3, 64, 32)


def test_most_joints_lie_in_the_picture_on_a_part_of_theirs(some):
    assert some.visible().float().mean() > 0.85
    inside = ((some.joints > 0) & (some.joints < 63)).all(-1)
    assert inside.float().mean() > 0.97


def test_every_part_is_seen_somewhere(some):
    assert set(some.part.unique().tolist()) == set(range(len(puppets.PARTS)))


def test_bones_have_the_lengths_of_the_body(some):
    unit = 64 * some.pose.scale
    for a, b, length in ((1, 2, some.body.arm[:, 0]), (5, 6, some.body.arm[:, 1]), (7, 8, some.body.leg[:, 0])):
        bone = (some.joints[:, a] - some.joints[:, b]).norm(dim=-1)
        assert torch.allclose(bone, unit * length, rtol=1e-3)


def test_angles_are_what_they_say():
    body, _, _ = plain()
    raised = torch.tensor([[math.pi / 2, 0.0]])
    joints = puppets.find_joints(body, standing(shoulder=raised, elbow=torch.zeros(1, 2)), 64)[0]
    arm = joints[2] - joints[1]
    assert arm[0] < 0
    assert abs(arm[1]) < 1e-3
    assert abs(joints[5] - joints[4])[0] < 1e-3
    assert (joints[5] - joints[4])[1] > 0
    bent = puppets.find_joints(body, standing(shoulder=raised, elbow=raised), 64)[0]
    assert (bent[3] - bent[2])[1] < 0
    assert torch.equal(bent[2], joints[2])
    leaning = puppets.find_joints(body, standing(tilt=torch.tensor([0.3])), 64)[0]
    assert leaning[0, 0] > 32 > leaning[7, 0]


def test_a_mirrored_pose_gives_mirrored_joints():
    body = puppets.draw_bodies(20, np.random.default_rng(1))
    pose = puppets.draw_poses(20, np.random.default_rng(2))
    pairs = {name: getattr(pose, name).flip(1) for name in ("shoulder", "elbow", "hip", "knee")}
    other = replace(pose, centre=pose.centre * torch.tensor([-1, 1]), tilt=-pose.tilt, neck=-pose.neck, **pairs)
    there = puppets.find_joints(body, other, 64)[:, list(puppets.MIRRORED)]
    here = puppets.find_joints(body, pose, 64)
    assert torch.allclose(torch.stack([63 - here[..., 0], here[..., 1]], -1), there, atol=1e-3)


def test_a_group_paints_its_parts_and_nothing_else():
    body, outfit, ground = plain(8, patterned=0.0)
    pose = standing(8)
    other = puppets.draw_outfits(8, np.random.default_rng(9), patterned=0.0)
    before = puppets.render(body, pose, outfit, ground, 64)
    for group in ("skin", "shirt", "sleeves", "trousers", "shoes"):
        after = puppets.render(body, pose, outfit.exchanged(other, [group]), ground, 64)
        assert torch.equal(before.part, after.part)
        own = before.group() == puppets.GROUPS.index(group)
        near = torch.nn.functional.max_pool2d(own[:, None].float(), 5, 1, 2)[:, 0] > 0
        change = (after.image - before.image).abs().mean(1)
        assert change[own].mean() > 0.03
        assert change[~near].mean() < 1e-3  # what is left lies under the rims of other parts


def test_a_swap_keeps_the_pose_and_takes_the_clothes(some):
    swap = puppets.render(some.body, some.pose, some.outfit[list(range(59, -1, -1))], some.ground, 64)
    assert torch.equal(swap.joints, some.joints)
    ground = (swap.part == 0) & (some.part == 0)
    edge = torch.nn.functional.max_pool2d((~ground)[:, None].float(), 3, 1, 1)[:, 0] > 0
    assert torch.equal(swap.image.movedim(1, -1)[~edge], some.image.movedim(1, -1)[~edge])


def test_bare_limbs_are_skin():
    body, outfit, ground = plain(4, short=1.0)
    made = puppets.render(body, standing(4), outfit, ground, 64)
    lower = (made.part == puppets.PARTS.index("left lower leg")) | (made.part == puppets.PARTS.index("left lower arm"))
    assert (made.group()[lower] == puppets.GROUPS.index("skin")).all()
    assert (made.group()[made.part == puppets.PARTS.index("left upper leg")] == 4).all()
    assert (made.group()[made.part == 0] == -1).all()


def test_bags_show_where_they_are_carried():
    body, outfit, ground = plain(2)
    bag = puppets.PARTS.index("bag")
    for kind, back, least, most in ((0, 0.0, 0, 0), (1, 0.0, 1, 400), (1, 1.0, 100, 600), (2, 0.0, 10, 300)):
        worn = replace(outfit, bag=torch.tensor([kind, kind]))
        pose = standing(2, back=torch.full((2,), back))
        area = (puppets.render(body, pose, worn, ground, 64).part == bag).sum((1, 2))
        assert (area >= least).all()
        assert (area <= most).all()


def test_patterns_move_with_the_limb_and_keep_two_colours():
    body, outfit, ground = plain(1)
    outfit = replace(outfit, pattern=torch.full((1, 7), 1))
    ground = replace(ground, light=torch.zeros(1, 2))
    made = [puppets.render(body, standing(1, shoulder=torch.full((1, 2), a)), outfit, ground, 128) for a in (0.3, 1.5)]
    spread = [each.image[0][:, each.part[0] == 7].std(1).sum() for each in made]
    assert spread[0] > 0.05
    assert abs(spread[0] / spread[1] - 1) < 0.35


def test_albums_keep_body_and_outfit():
    made = puppets.albums(3, 4, np.random.default_rng(5), same_ground=True)
    assert len(made) == 12
    for record in (made.body, made.outfit, made.ground):
        first = next(iter(vars(record).values()))
        assert torch.equal(first[0], first[3])
        assert not torch.equal(first[0], first[4])
    assert not torch.equal(made.pose.shoulder[0], made.pose.shoulder[1])


def test_motions_are_smooth_and_start_where_they_should():
    pose = puppets.draw_poses(3, np.random.default_rng(0))
    moving = puppets.draw_motion(pose, 20, np.random.default_rng(1))
    assert len(moving) == 60
    assert torch.allclose(moving.shoulder[::20], pose.shoulder)
    steps = moving.elbow.view(3, 20, 2).diff(dim=1).abs()
    assert steps.max() < 0.9
    assert steps.max() > 0.05


def test_painting_onto_a_picture_leaves_it_and_tells_the_new_figure():
    body, outfit, ground = plain(3)
    first = puppets.render(body, standing(3), outfit, ground, 64)
    kept = first.image.clone()
    shifted = standing(3, centre=torch.tensor([[0.2, -0.09]]).repeat(3, 1))
    both = puppets.render(body, shifted, outfit, ground, 64, onto=first.image)
    assert torch.equal(first.image, kept)
    untouched = torch.nn.functional.max_pool2d(both.mask[:, None].float(), 5, 1, 2)[:, 0] == 0
    assert torch.equal(both.image.movedim(1, -1)[untouched], kept.movedim(1, -1)[untouched])


def test_the_same_seed_makes_the_same_puppets_and_many_are_painted_like_few():
    first, same, other = (puppets.puppets(140, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.image, same.image)
    assert not torch.equal(first.image, other.image)
    few = puppets.render(first.body[130:134], first.pose[130:134], first.outfit[130:134], first.ground[130:134], 48)
    assert torch.allclose(few.image, first.image[130:134], atol=1e-5)


def test_a_larger_picture_shows_the_same(some):
    large = puppets.render(some.body, some.pose, some.outfit, some.ground, 128)
    small = torch.nn.functional.avg_pool2d(large.image, 2)
    assert (small - some.image).abs().mean() < 0.02
    assert torch.allclose((large.joints + 0.5) / 2, some.joints + 0.5, atol=1e-3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda rng: puppets.puppets(0, rng), "count"),
        (lambda rng: puppets.puppets(2, rng, size=8), "size"),
        (lambda rng: puppets.draw_bodies(2, rng, variety=3), "variety"),
        (lambda rng: puppets.draw_poses(2, rng, articulation=2), "articulation"),
        (lambda rng: puppets.draw_poses(2, rng, back=2), "back"),
        (lambda rng: puppets.draw_poses(2, rng, scale=(1, 0.5)), "scale"),
        (lambda rng: puppets.draw_outfits(2, rng, bags=-1), "bags"),
        (lambda rng: puppets.draw_grounds(2, rng, cells=0), "cells"),
        (lambda rng: puppets.draw_grounds(2, rng, contrast=2), "contrast"),
        (lambda rng: puppets.draw_motion(standing(), 0, rng), "frames"),
        (lambda rng: puppets.albums(2, 0, rng), "pictures"),
        (lambda rng: puppets.find_joints(puppets.draw_bodies(2, rng), standing(), 32), "as many"),
        (lambda rng: plain()[1].exchanged(plain()[1], ["hat"]), "hat"),
        (lambda rng: plain(2)[1].exchanged(plain()[1], ["hair"]), "rows"),
        (
            lambda rng: puppets.render(
                plain()[0], standing(), plain()[1], plain()[2], 32, onto=torch.zeros(1, 3, 16, 16)
            ),
            "onto",
        ),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(np.random.default_rng(0))


def test_there_is_a_sample_picture():
    assert len(puppets.sample_picture().axes) == 32
