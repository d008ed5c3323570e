"""Pictures that are only looked at: fewer levels make a page lighter."""

from __future__ import annotations

import numpy as np
import torch


def posterize(image: np.ndarray | torch.Tensor, levels: int = 16) -> np.ndarray | torch.Tensor:
    """Round the values of a picture to evenly spaced levels; a PNG file of it shrinks by half or more.

    Args:
        image: of any shape, values in [0, 1].
        levels: how many are left, 2 to 256, 0 and 1 among them.

    Returns:
        A new array or tensor of the same shape and type.

    Raises:
        ValueError: if ``levels`` is not a whole number from 2 to 256.
    """
    if isinstance(levels, bool) or not isinstance(levels, int) or not 2 <= levels <= 256:
        raise ValueError(f"levels must be a whole number from 2 to 256, not {levels!r}")
    return ((levels - 1) * image).round() / (levels - 1)
