"""A mean with what makes it comparable: its standard error, or the spread of what it averages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

Values = Sequence[float] | np.ndarray | torch.Tensor


def mean_and_error(values: Values) -> tuple[float, float]:
    """Mean and standard error of the mean, for many scenes or images of one run.

    Args:
        values: one number per scene, [n]; of a single one the error is NaN.

    Raises:
        ValueError: if there is no value, or they have not one axis.
    """
    mean, deviation = mean_and_deviation(values)
    return mean, deviation / len(values) ** 0.5


def mean_and_deviation(values: Values) -> tuple[float, float]:
    """Mean and sample standard deviation, for a few seeds or splits; the same arguments and errors."""
    array = np.asarray(values.detach().cpu() if isinstance(values, torch.Tensor) else values, dtype=float)
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(f"values must be one or more numbers in one axis, not of shape {list(array.shape)}")
    return float(array.mean()), float(array.std(ddof=1)) if len(array) > 1 else float("nan")
