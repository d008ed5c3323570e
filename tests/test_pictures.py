"""Pictures with fewer levels."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.pictures import posterize


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
