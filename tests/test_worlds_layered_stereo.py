"""Layered stereo: disparity maps pixels, occlusion is right, regions are what they say."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from helpers.worlds.layered_stereo import HELD_OUT, StereoScenes, layered_stereo

SIZE = (20, 48, 80, 14.0)


@pytest.fixture(scope="module")
def clean() -> StereoScenes:
    """Scenes without noise or gain."""
    return layered_stereo(*SIZE, torch.Generator().manual_seed(3), noise=0.0, gain=0.0, mirror=1.0)


def read_right(image: torch.Tensor, disparity: torch.Tensor) -> torch.Tensor:
    """``image`` [B, C, H, W] of the right view at x - disparity."""
    H, W = disparity.shape[1:]
    x = torch.arange(float(W)) - disparity
    y = torch.arange(float(H))[:, None].expand_as(disparity)
    grid = torch.stack([(2 * x + 1) / W - 1, (2 * y + 1) / H - 1], -1)
    return F.grid_sample(image, grid, align_corners=False, padding_mode="border")


def test_shapes_and_ranges(clean: StereoScenes) -> None:
    n, H, W, most = SIZE
    assert len(clean) == n
    assert clean.left.shape == clean.right.shape == (n, 3, H, W)
    assert clean.disparity.shape == (n, H, W)
    assert clean.disparity.min() > 0
    assert clean.disparity.max() < 1.1 * most
    for view in (clean.left, clean.right):
        assert view.min() >= 0
        assert view.max() <= 1


def test_disparity_maps_visible_pixels_to_their_colour(clean: StereoScenes) -> None:
    difference = (read_right(clean.right, clean.disparity) - clean.left).abs().mean(1)
    plain = ~(clean.occluded | clean.reflective | clean.edge)
    assert difference[plain].median() < 0.01
    assert difference[plain].quantile(0.9) < 0.06
    shifted = (read_right(clean.right, clean.disparity + 1.5) - clean.left).abs().mean(1)
    textured = plain & ~clean.textureless
    assert shifted[textured].median() > 5 * difference[textured].median()


def test_occluded_pixels_are_those_that_another_pixel_covers(clean: StereoScenes) -> None:
    """Splat every left pixel into the right view: a hidden one finds a nearer neighbour there, a visible one none."""
    x = torch.arange(float(SIZE[2])) - clean.disparity
    outside = x < -0.5
    assert clean.occluded[outside].all()
    inside = x.round().long().clamp(0, SIZE[2] - 1)
    nearest = torch.zeros_like(clean.disparity).scatter_reduce(2, inside, clean.disparity, "amax", include_self=True)
    covered = nearest.gather(2, inside) > clean.disparity + 1.0
    agree = (covered == clean.occluded)[~outside].float().mean()
    assert agree > 0.96
    assert 0.03 < clean.occluded.float().mean() < 0.3


def test_regions_are_disjoint_and_all_occur(clean: StereoScenes) -> None:
    regions = clean.textureless.int() + clean.thin.int() + clean.reflective.int()
    assert regions.max() == 1
    assert all(region.any() for region in (clean.textureless, clean.thin, clean.reflective, clean.edge))


def test_flat_surfaces_have_no_texture_and_mirrors_mislead(clean: StereoScenes) -> None:
    steps = clean.left.mean(1).diff(dim=2).abs()
    flat = clean.textureless[:, :, 1:] & clean.textureless[:, :, :-1] & ~clean.edge[:, :, 1:]
    other = ~(clean.textureless | clean.edge)[:, :, 1:]
    assert steps[flat].median() < 0.2 * steps[other].median()
    difference = (read_right(clean.right, clean.disparity) - clean.left).abs().mean(1)
    visible = ~clean.occluded & ~clean.edge
    assert difference[visible & clean.reflective].median() > 5 * difference[visible & ~clean.reflective].median()


def test_switches() -> None:
    plain = layered_stereo(*SIZE, torch.Generator().manual_seed(0), flat=0.0, mirror=0.0, bars=0)
    assert not (plain.textureless | plain.reflective | plain.thin).any()


def test_the_generator_decides_everything() -> None:
    a, b = (layered_stereo(18, 24, 32, 6, torch.Generator().manual_seed(1)) for _ in range(2))
    assert torch.equal(a.left, b.left)
    assert torch.equal(a.disparity, b.disparity)
    held_out = layered_stereo(18, 24, 32, 6, torch.Generator().manual_seed(1), photographs=HELD_OUT)
    assert not torch.equal(a.left, held_out.left)


def test_a_part_of_the_scenes(clean: StereoScenes) -> None:
    part = clean[torch.tensor([3, 1])].to(torch.device("cpu"))
    assert len(part) == 2
    assert torch.equal(part.disparity[1], clean.disparity[1])


@pytest.mark.parametrize(
    ("change", "message"), [({"n": 0}, "positive"), ({"bars": 3}, "bars"), ({"flat": 2.0}, "share")]
)
def test_senseless_arguments(change: dict, message: str) -> None:
    arguments = {"n": 1, "height": 8, "width": 8, "most": 2, "generator": torch.Generator()} | change
    with pytest.raises(ValueError, match=message):
        layered_stereo(**arguments)


def test_unknown_photographs() -> None:
    with pytest.raises(ValueError, match="photographs"):
        layered_stereo(1, 8, 8, 2, torch.Generator(), photographs=("moon",))
