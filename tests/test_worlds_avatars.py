"""The world of avatars: factors are what they say, the corner is empty, and chance stays in its region."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.worlds import avatars


@pytest.fixture(scope="module")
def some():
    return avatars.avatars(600, np.random.default_rng(3), size=32)


def one(**changes):
    """A plain avatar without shift or tilt, and with the factors that are named."""
    plain = {"shift": 0.0, "tilt": 0.0, "width": 0.5, "hair": 0.2, "beard": 0.0, "glasses": 0.0}
    values = {**plain, "skin": 0.5, "ground": 0.0, **changes}
    return avatars.Factors(*(torch.tensor([values[name]]) for name in avatars.NAMES))


def painted(size=64, **changes):
    return avatars.render(one(**changes), avatars.draw_chance(1, np.random.default_rng(0)), size).image[0]


def test_shapes_types_and_ranges(some):
    assert some.image.shape == (600, 3, 32, 32)
    assert some.region.shape == (600, 32, 32)
    assert some.image.dtype == torch.float32
    assert some.region.dtype == torch.bool
    assert some.image.min() >= 0
    assert some.image.max() <= 1
    assert some.factors.table().shape == (600, len(avatars.NAMES))
    for name, (low, high) in avatars.LIMITS.items():
        values = getattr(some.factors, name)
        assert low <= values.min() < values.max() <= high


def test_the_corner_is_empty_and_full_where_it_is_allowed(some):
    assert not avatars.forbidden(some.factors).any()
    free = avatars.draw_factors(4000, np.random.default_rng(0), corner=True)
    assert abs(avatars.forbidden(free).float().mean() - 0.25) < 0.03


def test_only_hair_and_beard_depend_on_each_other():
    table = avatars.draw_factors(20_000, np.random.default_rng(1)).table()
    off = torch.corrcoef(table.T) - torch.eye(len(avatars.NAMES))
    hair, beard = avatars.NAMES.index("hair"), avatars.NAMES.index("beard")
    assert off[hair, beard] < -0.2
    off[hair, beard] = off[beard, hair] = 0
    assert off.abs().max() < 0.04


def test_the_three_allowed_quarters_are_equally_full():
    factors = avatars.draw_factors(30_000, np.random.default_rng(2))
    much_hair, much_beard = factors.hair > 0.5, factors.beard > 0.5
    for quarter in (much_hair & ~much_beard, ~much_hair & much_beard, ~much_hair & ~much_beard):
        assert abs(quarter.float().mean() - 1 / 3) < 0.02


def test_chance_changes_only_its_region(some):
    other = avatars.render(some.factors, avatars.draw_chance(600, np.random.default_rng(9)), 32)
    assert torch.equal(other.region, some.region)
    change = (other.image - some.image).abs().mean(1)
    assert change[some.region].mean() > 20 * change[~some.region].mean()
    near = torch.nn.functional.max_pool2d(some.region[:, None].float(), 3, 1, 1)[:, 0] > 0
    assert (change[~near] > 0.02).float().mean() < 0.01


def test_each_factor_moves_what_it_says():
    ground = painted()[:, 0, 0]
    head = [(painted(shift=shift) - ground[:, None, None]).abs().sum(0) > 0.05 for shift in (-0.2, 0.2)]
    column = torch.arange(64.0)
    left, right = ((mask.sum(0) * column).sum() / mask.sum() for mask in head)
    assert right - left == pytest.approx(0.4 * 32, abs=0.5)  # pixels
    wide, narrow = ((painted(width=width) - ground[:, None, None]).abs().sum(0) > 0.05 for width in (0.58, 0.4))
    assert wide.sum() > 1.2 * narrow.sum()
    assert painted(hair=0.9)[:, 45, 13].sum() != painted(hair=0.1)[:, 45, 13].sum()
    assert torch.allclose(painted(beard=0.8)[:, 54, 32], torch.tensor([0.24, 0.13, 0.10]), atol=0.02)
    assert painted(glasses=1.0)[:, 31, 32].sum() < 0.3 < painted(glasses=0.0)[:, 31, 32].sum()
    assert not torch.allclose(painted(ground=1.0)[:, 0, 0], ground)
    same = painted(skin=1.0) == painted(skin=0.0)
    assert same[:, :8].all()
    assert not same.all()


def test_a_tilt_turns_the_head_about_its_middle():
    turned, mirrored = (painted(size=64, tilt=tilt, hair=0.0) for tilt in (0.3, -0.3))
    dark = [(image.sum(0) < 0.3).float() for image in (turned, mirrored)]
    low = [mask * torch.linspace(-1, 1, 64)[:, None] * torch.linspace(-1, 1, 64) for mask in dark]
    assert low[0].sum() > 0 > low[1].sum()  # clockwise: what is right lies lower


def test_the_table_can_be_undone(some):
    back = avatars.from_table(some.factors.table())
    for name in avatars.NAMES:
        assert torch.allclose(getattr(back, name), getattr(some.factors, name), atol=1e-6)
    wild = avatars.from_table(torch.tensor([[-1.0] * 8, [2.0] * 8]))
    assert torch.allclose(wild.table(), torch.tensor([[0.0] * 8, [1.0] * 8]), atol=1e-6)


def test_the_region_is_small_and_follows_the_hair():
    short, long = (avatars.stochastic_region(one(hair=hair), 64).float().mean() for hair in (0.0, 1.0))
    assert 0.02 < short < 0.8 * long < 0.5


def test_the_same_seed_makes_the_same_avatars_and_another_does_not():
    first, same, other = (avatars.avatars(3, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.image, same.image)
    assert not torch.equal(first.image, other.image)


def test_many_are_painted_like_few(some):
    few = avatars.render(some.factors[300:304], some.chance[300:304], 32)
    assert torch.allclose(few.image, some.image[300:304], atol=1e-6)


def test_a_larger_picture_shows_the_same(some):
    large = avatars.render(some.factors[:50], some.chance[:50], 64).image
    small = torch.nn.functional.avg_pool2d(large, 2)
    assert (small - some.image[:50]).abs().mean() < 0.02


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda rng: avatars.avatars(0, rng), "count"),
        (lambda rng: avatars.draw_chance(0, rng), "count"),
        (lambda rng: avatars.avatars(2, rng, size=4), "size"),
        (lambda rng: avatars.stochastic_region(one(), 7), "size"),
        (lambda rng: avatars.render(one(), avatars.draw_chance(2, rng), 16), "as many"),
        (lambda rng: avatars.from_table(torch.zeros(3, 5)), "table"),
    ],
)
def test_bad_arguments_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong(np.random.default_rng(0))


def test_there_is_a_sample_picture():
    assert len(avatars.sample_picture().axes) == 24
