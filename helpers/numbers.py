"""Checks of numbers that people pass in: one sentence that names the argument when it is not what was expected."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
import torch


def single_number(value: object, argument: str) -> float:
    """``value`` as a float, infinities and NaN included.

    Args:
        value: a Python, NumPy or torch number, or an array or tensor without dimensions (on any device).
        argument: its name, for the message.

    Raises:
        ValueError: if ``value`` is anything else.
    """
    if isinstance(value, torch.Tensor):
        value = value.detach().cpu().numpy()
    if isinstance(value, np.ndarray):
        if value.ndim:
            raise ValueError(f"{argument} must be one number, not an array of shape {list(value.shape)}")
        value = value.item()
    if not isinstance(value, Real | np.bool_):
        raise ValueError(f"{argument} must be one number, not {type(value).__name__}")
    return float(value)


def finite_number(value: object, argument: str) -> float:
    """As :func:`single_number`, but raises ``ValueError`` for NaN and infinities too."""
    number = single_number(value, argument)
    if not math.isfinite(number):
        raise ValueError(f"{argument} must be finite, not {number}")
    return number


def number_list(values: object, argument: str) -> list[float]:
    """One or more numbers as floats, infinities and NaN included; one number counts as a list of it.

    Args:
        values: a number, or a sequence, array or tensor [n] of numbers, n at least 1.
        argument: its name, for the message.

    Raises:
        ValueError: if ``values`` is anything else.
    """
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    if isinstance(values, np.ndarray) and values.ndim > 1:
        raise ValueError(f"{argument} must be numbers in one axis, not an array of shape {list(values.shape)}")
    if isinstance(values, Real | np.bool_) or (isinstance(values, np.ndarray) and values.ndim == 0):
        return [single_number(values, argument)]
    if not isinstance(values, np.ndarray | list | tuple) or len(values) == 0:
        raise ValueError(f"{argument} must hold one or more numbers, not {values!r}")
    return [single_number(value, f"{argument}[{index}]") for index, value in enumerate(values)]
