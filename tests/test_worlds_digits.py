"""The digits' world: boxes, masks and labels belong to the same digits, and the limits of the arguments are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from helpers.worlds import digits


@pytest.fixture(scope="module")
def street():
    return digits.streets(60, np.random.default_rng(3))


@pytest.fixture(scope="module")
def pile():
    return digits.piles(60, np.random.default_rng(4))


@pytest.fixture(params=["street", "pile"])
def scenes(request):
    return request.getfixturevalue(request.param)


def sides(scenes):
    """The longer side of the box of each digit that is there."""
    box = scenes.box[scenes.label != digits.NOTHING]
    return (box[:, 2:] - box[:, :2]).amax(1)


def test_the_parts_share_no_digit():
    (train, train_labels), (test, test_labels) = digits.digits("train"), digits.digits("test")
    assert len(train) + len(test) == 1797
    assert len(train) == len(train_labels)
    assert len(test) == len(test_labels)
    assert set(train_labels.tolist()) == set(test_labels.tolist()) == set(range(digits.CLASSES))
    seen = {tuple(image) for image in train.flatten(1).tolist()}
    assert not seen & {tuple(image) for image in test.flatten(1).tolist()}


def test_shapes_and_ranges(scenes):
    n, most = scenes.label.shape
    assert scenes.image.shape == (n, 1, 64, 64)
    assert scenes.instance.shape == (n, 64, 64)
    assert scenes.box.shape == (n, most, 4)
    assert scenes.image.dtype == scenes.box.dtype == scenes.hidden.dtype == torch.float32
    assert scenes.label.dtype == scenes.instance.dtype == torch.int64
    assert 0 <= scenes.image.min() < scenes.image.max() <= 1
    assert ((scenes.label >= digits.NOTHING) & (scenes.label < digits.CLASSES)).all()


def test_every_scene_has_a_digit_and_the_empty_places_come_last(scenes):
    there = scenes.label != digits.NOTHING
    assert there.any(1).all()
    assert (there[:, :-1] | ~there[:, 1:]).all()
    assert (scenes.box[~there] == 0).all()


def test_boxes_lie_on_the_canvas_and_keep_to_the_sides(street, pile):
    for scenes, low, high in ((street, 12, 28), (pile, 14, 30)):
        box = scenes.box
        assert box.min() >= 0
        assert box.max() <= 64
        assert low - 1 <= sides(scenes).min()
        assert high - 1 <= sides(scenes).max() <= high


def test_boxes_hold_their_digit_and_are_tight_where_nothing_is_hidden(scenes):
    masks = scenes.masks()
    for i, k in torch.nonzero(scenes.label != digits.NOTHING).tolist():
        y, x = torch.nonzero(masks[i, k], as_tuple=True)
        left, top, right, bottom = scenes.box[i, k].tolist()
        if len(x):
            assert left <= x.min() < x.max() < right
            assert top <= y.min() < y.max() < bottom
        if scenes.hidden[i, k] == 0:
            assert [left, top, right, bottom] == [x.min(), y.min(), x.max() + 1, y.max() + 1]


def test_the_front_digit_is_never_hidden_and_some_others_are(scenes):
    there = scenes.label != digits.NOTHING
    front = there.sum(1) - 1
    assert (scenes.hidden.gather(1, front[:, None]) == 0).all()
    assert scenes.hidden[there].max() > 0.1
    assert scenes.hidden.max() < 0.9


def test_masks_part_the_canvas_and_carry_the_classes(scenes):
    masks = scenes.masks()
    assert (masks.sum(1) <= 1).all()
    assert (masks.any(1) == (scenes.instance > 0)).all()
    semantic = scenes.semantic()
    for k in range(masks.shape[1]):
        wanted = scenes.label[:, k, None, None].expand_as(semantic)
        assert (semantic[masks[:, k]] == wanted[masks[:, k]]).all()
    assert (semantic[scenes.instance == 0] == digits.NOTHING).all()


@pytest.mark.parametrize("overlap", [0.0, 0.2])
def test_boxes_share_at_most_the_allowed_part(overlap):
    scenes = digits.streets(30, np.random.default_rng(5), overlap=overlap)
    box, label = scenes.box, scenes.label
    common = torch.minimum(box[:, :, None, 2:], box[:, None, :, 2:]) - torch.maximum(
        box[:, :, None, :2], box[:, None, :, :2]
    )
    common = common.clamp_min(0).prod(-1)  # [n, K, K]
    area = (box[..., 2:] - box[..., :2]).prod(-1)
    share = common / torch.minimum(area[:, :, None], area[:, None]).clamp_min(1)
    apart = ~torch.eye(label.shape[1], dtype=torch.bool)
    assert share[:, apart].max() <= overlap + 1e-6


def test_streets_without_strokes_and_noise_show_the_digit_itself():
    scenes = digits.streets(20, np.random.default_rng(6), number=(1, 1), strokes=(0, 0), grey=(1.0, 1.0))
    inside = scenes.image[:, 0][scenes.instance > 0].mean()
    outside = scenes.image[:, 0][scenes.instance == 0].mean()
    assert inside > 0.6 > 0.35 > outside


def test_piles_have_one_grey_and_a_rim_where_it_is_asked_for():
    plain = digits.piles(20, np.random.default_rng(7), halo=0.0, noise=0.0)
    rimmed = digits.piles(20, np.random.default_rng(7), halo=1.0, noise=0.0)
    for scenes in (plain, rimmed):
        assert torch.allclose(scenes.image[:, 0][scenes.instance > 0], torch.tensor(0.8))
    changed = (plain.image != rimmed.image)[:, 0]
    assert changed.any()
    assert (rimmed.image[:, 0][changed] == 0).all()
    assert (rimmed.instance[changed] == 0).all()
    assert (plain.instance == rimmed.instance)[~changed].all()
    beside = torch.nn.functional.max_pool2d((plain.instance > 0)[:, None].float(), 3, 1, 1)[:, 0] > 0
    assert not (changed & ~beside).any()


def test_turned_digits_differ_from_upright_ones():
    upright = digits.piles(10, np.random.default_rng(8), turn=0.0, noise=0.0)
    turned = digits.piles(10, np.random.default_rng(8), turn=math.radians(25), noise=0.0)
    assert (upright.label[:, 0] == turned.label[:, 0]).all()
    assert (upright.instance != turned.instance).any()


def test_the_same_seed_makes_the_same_scenes_and_another_does_not():
    one, same, other = (digits.streets(4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.image, same.image)
    assert torch.equal(one.instance, same.instance)
    assert not torch.equal(one.image, other.image)


def test_selecting_keeps_several_scenes(street):
    for index, n in ((3, 1), (slice(0, 5), 5), ([1, 2], 2), (torch.arange(4), 4)):
        some = street[index]
        assert len(some) == len(some.label) == len(some.hidden) == n
    assert torch.equal(street[[7]].image, street[7].image)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda rng: digits.digits("all"), "part"),
        (lambda rng: digits.streets(0, rng), "count"),
        (lambda rng: digits.streets(2, rng, number=(3, 2)), "number"),
        (lambda rng: digits.streets(2, rng, number=(0, 2)), "number"),
        (lambda rng: digits.streets(2, rng, strokes=(2, 1)), "strokes"),
        (lambda rng: digits.piles(2, rng, side=(20, 70)), "side"),
        (lambda rng: digits.piles(2, rng, side=(4, 12)), "side"),
        (lambda rng: digits.piles(2, rng, overlap=1.5), "overlap"),
        (lambda rng: digits.piles(2, rng, part="val"), "part"),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(np.random.default_rng(0))
