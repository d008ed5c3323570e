"""Small pictures made light: many in one sheet, and fewer levels where they are only looked at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch


def sheet(images: Sequence[np.ndarray | torch.Tensor], columns: int, gap: int = 1) -> np.ndarray:
    """Lay images out row by row, with white between them and where the last row ends early.

    Args:
        images: all of one size, each [H, W] or [3, H, W], values in [0, 1]; a tensor [n, H, W] or [n, 3, H, W] will do.
        columns: images in a row, at least 1.
        gap: pixels between two images, at least 0.

    Returns:
        The sheet [rows * (H + gap) - gap, columns * (W + gap) - gap, 3], float; grey images have three equal channels.

    Raises:
        ValueError: if there is no image, one has another size or shape, or ``columns`` or ``gap`` is out of range.
    """
    arrays = [np.asarray(image.detach().cpu() if isinstance(image, torch.Tensor) else image) for image in images]
    if not arrays:
        raise ValueError("images must hold at least one image")
    if columns < 1 or gap < 0:
        raise ValueError(f"columns must be at least 1 and gap at least 0, not {columns} and {gap}")
    H, W = arrays[0].shape[-2:]
    for i, array in enumerate(arrays):
        if array.shape not in ((H, W), (3, H, W)):
            raise ValueError(f"images[{i}] must be [{H}, {W}] or [3, {H}, {W}], as the first, not {list(array.shape)}")
    rows = -(-len(arrays) // columns)
    laid = np.ones((rows * (H + gap), columns * (W + gap), 3))
    for i, array in enumerate(arrays):
        y, x = (H + gap) * (i // columns), (W + gap) * (i % columns)
        laid[y : y + H, x : x + W] = np.broadcast_to(array, (3, H, W)).transpose(1, 2, 0)
    return laid[: rows * (H + gap) - gap, : columns * (W + gap) - gap]


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
