"""Common corruptions: as SciPy, scikit-image and Pillow make them, worse with severity, each picture with its draw."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image
from scipy import ndimage
from skimage import color, util
from skimage.metrics import structural_similarity

from helpers.worlds import corruptions as world
from helpers.worlds import glyphs

EVERY = (*world.KINDS, *world.HELD_OUT)


def stream(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return glyphs.glyphs(torch.arange(10).repeat(6), "0123456789", stream(), size=32, colour=True, noise=0.0).image


def strength(kind: str, severity: int):
    return world._HOW[kind][1][severity - 1]


@pytest.mark.parametrize("kind", EVERY)
class TestEveryKind:
    def test_pictures_of_the_same_shape_in_range_and_the_given_ones_untouched(self, kind, images):
        before = images.clone()
        for severity in world.SEVERITIES:
            corrupted = world.corrupt(images, kind, severity, stream())
            assert corrupted.shape == images.shape
            assert corrupted.dtype == images.dtype
            assert corrupted.min() >= 0
            assert corrupted.max() <= 1
        assert torch.equal(images, before)

    def test_the_draw_decides(self, kind, images):
        first, again, other = (world.corrupt(images, kind, 3, stream(seed)) for seed in (1, 1, 2))
        assert torch.equal(first, again)
        random = not torch.equal(first, other)
        assert random == (kind not in FIXED)

    def test_worse_with_severity(self, kind, images):
        def left(severity: int) -> float:
            corrupted = world.corrupt(images, kind, severity, stream()).numpy()
            pairs = zip(images.numpy(), corrupted, strict=True)
            return np.mean([structural_similarity(a, b, channel_axis=0, data_range=1.0) for a, b in pairs])

        likeness = [left(severity) for severity in (1, 3, 5)]
        if kind == "saturate":  # less colour, then more
            assert max(likeness) < 0.999
        else:
            assert likeness[0] > likeness[1] > likeness[2]

    def test_any_size_and_a_single_picture(self, kind):
        corrupted = world.corrupt(torch.rand(1, 3, 9, 14, generator=stream()), kind, 5, stream())
        assert corrupted.shape == (1, 3, 9, 14)
        assert corrupted.isfinite().all()


FIXED = {"defocus blur", "zoom blur", "brightness", "contrast", "pixelate", "jpeg", "gaussian blur", "saturate"}


def test_the_kinds():
    assert len(world.KINDS) == 13
    assert set(world.KINDS).isdisjoint(world.HELD_OUT)
    assert set(world._HOW) == set(EVERY)
    assert all(len(strengths) == len(world.SEVERITIES) for _, strengths in world._HOW.values())


def test_each_picture_has_a_draw_of_its_own():
    same = torch.rand(1, 3, 16, 16, generator=stream()).expand(2, -1, -1, -1)
    for kind in set(EVERY) - FIXED:
        one, two = world.corrupt(same, kind, 3, stream())
        assert not torch.equal(one, two), kind


def test_severities_in_turn(images):
    for kind in ("contrast", "pixelate"):
        corrupted = world.in_turn(images, kind, stream())
        for k in range(7):
            assert torch.equal(corrupted[k], world.corrupt(images[k : k + 1], kind, 1 + k % 5, stream())[0])
    assert world.in_turn(images[:2], "fog", stream()).shape == images[:2].shape


class TestLikeOtherLibraries:
    """The moments of noises, which draw otherwise, and the values of what is not random."""

    grey = torch.full((20, 3, 24, 24), 0.5)

    @pytest.mark.parametrize(
        ("kind", "mode", "options"),
        [
            ("gaussian noise", "gaussian", {"var": 0.08**2}),
            ("speckle noise", "speckle", {"var": 0.2**2}),
            ("impulse noise", "s&p", {"amount": 0.03}),
        ],
    )
    def test_noise_as_in_scikit_image(self, kind, mode, options):
        ours = world.corrupt(self.grey, kind, 2, stream()).numpy()
        theirs = util.random_noise(self.grey.numpy(), mode, rng=0, **options)
        assert ours.mean() == pytest.approx(theirs.mean(), abs=4e-3)
        assert ours.std() == pytest.approx(theirs.std(), rel=0.04)

    def test_shot_noise_has_the_variance_of_photons(self):
        ours = world.corrupt(self.grey, "shot noise", 2, stream())
        assert ours.var().item() == pytest.approx(0.5 / strength("shot noise", 2), rel=0.05)
        assert ours.mean().item() == pytest.approx(0.5, abs=3e-3)

    def test_gaussian_blur_as_in_scipy(self, images):
        ours = world.corrupt(images, "gaussian blur", 4, stream())[7, 1].numpy()
        theirs = ndimage.gaussian_filter(images[7, 1].numpy(), strength("gaussian blur", 4), mode="nearest")
        np.testing.assert_allclose(ours, theirs, atol=1e-5)

    def test_filters_as_in_scipy(self, images):
        kernels = torch.rand(len(images), 5, 5, generator=stream())
        ours = world._filtered(images, kernels)[3, 2].numpy()
        kernel = (kernels[3] / kernels[3].sum()).numpy()
        np.testing.assert_allclose(ours, ndimage.correlate(images[3, 2].numpy(), kernel, mode="nearest"), atol=1e-5)

    def test_zoom_as_in_scipy(self, images):
        zoom, middle = 1.3, (images.shape[-1] - 1) / 2
        ours = world._mapped(images, torch.eye(2, 3).expand(len(images), -1, -1) / zoom)[5, 0].numpy()
        matrix, offset = np.eye(2) / zoom, middle - middle / zoom
        theirs = ndimage.affine_transform(images[5, 0].numpy(), matrix, offset, order=1, mode="nearest")
        np.testing.assert_allclose(ours, theirs, atol=1e-4)

    def test_jpeg_as_in_pillow(self, images):
        ours = world.corrupt(images, "jpeg", 3, stream())[4].permute(1, 2, 0).numpy()
        eight_bits = (255 * images[4]).round().byte().permute(1, 2, 0).numpy()
        file = io.BytesIO()
        Image.fromarray(eight_bits).save(file, "JPEG", quality=strength("jpeg", 3))
        np.testing.assert_allclose(255 * ours, np.asarray(Image.open(file)), atol=1e-3)

    def test_pixelate_as_in_pillow(self, images):
        ours = world.corrupt(images, "pixelate", 2, stream())[4]
        picture = Image.fromarray((255 * images[4]).round().byte().permute(1, 2, 0).numpy())
        theirs = picture.resize((16, 16), Image.Resampling.BOX).resize((32, 32), Image.Resampling.NEAREST)
        np.testing.assert_allclose(255 * ours.permute(1, 2, 0).numpy(), np.asarray(theirs), atol=1.5)

    @pytest.mark.parametrize("kind", ["brightness", "saturate"])
    def test_colours_as_in_scikit_image(self, kind, images):
        ours = world.corrupt(images, kind, 3, stream())[8].permute(1, 2, 0).numpy()
        hsv, how = color.rgb2hsv(images[8].permute(1, 2, 0).numpy()), strength(kind, 3)
        if kind == "brightness":
            hsv[..., 2] = np.clip(hsv[..., 2] + how, 0, 1)
        else:
            hsv[..., 1] = np.clip(how[0] * hsv[..., 1] + how[1], 0, 1)
        np.testing.assert_allclose(ours, color.hsv2rgb(hsv), atol=1e-5)


class TestMotionBlur:
    def test_a_dot_becomes_a_line_of_that_length(self):
        dot = torch.zeros(50, 3, 31, 31)
        dot[:, :, 15, 15] = 1
        line = world.corrupt(dot, "motion blur", 5, stream())[:, 0]
        y, x = torch.meshgrid(*[torch.arange(31.0) - 15] * 2, indexing="ij")
        mass = line.sum((1, 2))
        assert torch.allclose(mass, torch.ones(50), atol=1e-4)
        xx, yy, xy = ((line * each).sum((1, 2)) for each in (x * x, y * y, x * y))
        root = ((xx - yy).square() + 4 * xy.square()).sqrt()
        along, across = (xx + yy + root) / 2, (xx + yy - root) / 2
        assert (12 * along).sqrt().mean().item() == pytest.approx(strength("motion blur", 5), rel=0.15)
        assert across.max() < 0.5


class TestFogAndSnow:
    def test_fog_keeps_the_brightest_value_as_a_bound_and_takes_contrast(self, images):
        fog = world.corrupt(images, "fog", 3, stream())
        assert (fog.amax((1, 2, 3)) <= images.amax((1, 2, 3)) + 1e-6).all()
        assert fog.std((2, 3)).mean() < images.std((2, 3)).mean()

    def test_fog_is_coarse(self):
        fog = world.corrupt(torch.full((30, 3, 32, 32), 0.5), "fog", 3, stream())[:, 0]
        near = (fog[:, 1:] - fog[:, :-1]).square().mean() / fog.var((1, 2)).mean()
        assert near < 0.4  # 2 for white noise

    def test_snow_only_brightens(self, images):
        assert (world.corrupt(images, "snow", 4, stream()) >= images - 1e-6).all()


def test_elastic_moves_by_the_share_that_is_said():
    ramp = torch.linspace(0, 1, 64).expand(40, 3, 64, 64).contiguous()
    moved = world.corrupt(ramp, "elastic", 3, stream()) - ramp
    inner = moved[..., 8:-8, 8:-8]
    assert inner.square().mean().sqrt().item() == pytest.approx(strength("elastic", 3), rel=0.2)


def test_bad_arguments(images):
    for bad, words in (
        ((images[:, :1], "fog", 1), "images must be"),
        ((images[..., :5], "fog", 1), "images must be"),
        ((images, "rain", 1), "kind must be"),
        ((images, "fog", 0), "severity must be"),
        ((images, "fog", True), "severity must be"),
    ):
        with pytest.raises(ValueError, match=words):
            world.corrupt(*bad, stream())
