"""Means with errors against SciPy's."""

import numpy as np
import pytest
import torch
from scipy import stats

from helpers.measure.statistics import mean_and_deviation, mean_and_error

VALUES = [0.5, 2.0, 3.5, 7.0]


@pytest.mark.parametrize("kind", [list, np.array, torch.tensor])
def test_both_agree_with_scipy(kind):
    assert mean_and_error(kind(VALUES)) == pytest.approx((np.mean(VALUES), stats.sem(VALUES)))
    assert mean_and_deviation(kind(VALUES)) == pytest.approx((np.mean(VALUES), stats.tstd(VALUES)))


def test_values_that_carry_a_gradient_are_read():
    assert mean_and_error(torch.tensor(VALUES, requires_grad=True))[0] == pytest.approx(3.25)


def test_the_spread_of_a_single_number_is_unknown():
    mean, error = mean_and_error([2.0])
    assert mean == 2.0
    assert np.isnan(error)


@pytest.mark.parametrize("values", [[], 1.0, np.ones((2, 2))])
@pytest.mark.parametrize("function", [mean_and_error, mean_and_deviation])
def test_no_numbers_or_more_axes_are_refused(function, values):
    with pytest.raises(ValueError, match="values must be one or more numbers in one axis"):
        function(values)
