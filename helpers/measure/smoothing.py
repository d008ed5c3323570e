"""Running means of noisy curves, aligned with the steps that they average."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from .. import settings


def running_mean(values: Sequence[float] | np.ndarray | torch.Tensor, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Average each ``width`` neighbours of a curve, as ``figures.curves`` takes it.

    Args:
        values: one number per step, [n], for example a loss of ``Progress.history``.
        width: how many neighbours, 1 to n; 1 changes nothing. Where the harness has cut the training loops short, a
            curve that is shorter than ``width`` is averaged as a whole.

    Returns:
        The steps in the middle of each window [n - width + 1], and the means [n - width + 1].

    Raises:
        ValueError: if ``values`` has not one axis, or ``width`` is not a whole number from 1 to n.
    """
    curve = np.asarray(values.detach().cpu() if isinstance(values, torch.Tensor) else values, dtype=float)
    if curve.ndim != 1:
        raise ValueError(f"values must be one number per step, not an array of shape {list(curve.shape)}")
    if settings.step_limit() and isinstance(width, int):
        width = min(width, len(curve))
    if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= len(curve):
        raise ValueError(f"width must be a whole number from 1 to {len(curve)}, the number of values, not {width!r}")
    means = np.lib.stride_tricks.sliding_window_view(curve, width).mean(1)
    return np.arange(len(means)) + (width - 1) / 2, means
