"""Running means: values, alignment and bad input."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers.measure.smoothing import running_mean


def test_means_stand_at_the_middle_of_their_windows():
    steps, means = running_mean([0.0, 3.0, 6.0, 0.0], 3)
    assert steps.tolist() == [1.0, 2.0]
    assert means.tolist() == [3.0, 3.0]


def test_a_straight_line_stays_where_it_is():
    line = np.linspace(-1, 4, 50)
    for width in (1, 4, 7, 50):
        steps, means = running_mean(line, width)
        assert np.allclose(means, np.interp(steps, np.arange(50), line))


def test_a_tensor_that_needs_a_gradient_is_taken():
    values = torch.arange(5.0, requires_grad=True)
    assert running_mean(values, 5)[1].tolist() == [2.0]


@pytest.mark.parametrize("width", [0, 5, -1, 2.0, True])
def test_a_wrong_width_is_named(width):
    with pytest.raises(ValueError, match="width must be a whole number from 1 to 4"):
        running_mean([1, 2, 3, 4], width)


def test_a_curve_that_the_harness_cut_short_is_averaged_as_a_whole(monkeypatch):
    monkeypatch.setenv("BOOK_STEP_LIMIT", "1")
    steps, means = running_mean([4.0], 20)
    assert (steps.tolist(), means.tolist()) == ([0.0], [4.0])
    assert running_mean([1.0, 2.0, 3.0], 2)[1].tolist() == [1.5, 2.5]
    with pytest.raises(ValueError, match="width must be a whole number from 1 to 0"):
        running_mean([], 20)
    with pytest.raises(ValueError, match="width must be a whole number from 1 to 1, the number of values, not True"):
        running_mean([4.0], True)


def test_a_table_is_refused():
    with pytest.raises(ValueError, match=r"values must be one number per step, not an array of shape \[2, 2\]"):
        running_mean(np.eye(2), 1)
