"""Sheets of images and pictures with fewer levels."""

import numpy as np
import pytest
import torch

from helpers.draw.sheets import posterize, sheet


def test_images_lie_row_by_row_with_white_between():
    images = torch.rand(5, 3, 4, 6)
    laid = sheet(images, columns=3, gap=2)
    assert laid.shape == (4 + 2 + 4, 6 + 2 + 6 + 2 + 6, 3)
    assert np.allclose(laid[6:10, 8:14], images[4].permute(1, 2, 0))
    assert (laid[4:6] == 1).all()
    assert (laid[6:, 14:] == 1).all()  # the last row ends early


def test_grey_and_coloured_images_may_be_mixed():
    laid = sheet([np.zeros((2, 2)), torch.full((3, 2, 2), 0.5)], columns=2, gap=0)
    assert laid[0].tolist() == [[0, 0, 0]] * 2 + [[0.5, 0.5, 0.5]] * 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([], 2), "images must hold at least one image"),
        (([np.zeros((2, 2)), np.zeros((2, 3))], 2), r"images\[1\] must be \[2, 2\] or \[3, 2, 2\]"),
        (([np.zeros((1, 2, 2))], 2), r"images\[0\] must be"),
        ((np.zeros((2, 2, 2)), 0), "columns must be at least 1 and gap at least 0, not 0 and 1"),
        ((np.zeros((2, 2, 2)), 1, -1), "gap at least 0"),
    ],
)
def test_bad_input_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        sheet(*arguments)


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_the_levels_are_even_and_near(kind):
    ramp = kind(np.linspace(0, 1, 101))
    few = posterize(ramp, 5)
    assert type(few) is type(ramp)
    assert sorted({float(level) for level in few}) == [0, 0.25, 0.5, 0.75, 1]
    assert abs(few - ramp).max() <= 0.125 + 1e-12


def test_the_picture_itself_stays():
    picture = torch.rand(3, 4, 4, generator=torch.Generator().manual_seed(0))
    before = picture.clone()
    assert torch.equal(posterize(posterize(picture)), posterize(picture))
    assert torch.equal(picture, before)


@pytest.mark.parametrize("levels", [1, 257, 4.0, True])
def test_a_wrong_number_of_levels_is_named(levels):
    with pytest.raises(ValueError, match="levels must be a whole number from 2 to 256"):
        posterize(torch.zeros(2, 2), levels)
