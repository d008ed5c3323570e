"""Dense correspondence: where labels of one picture are found in another one, and how far that is from the truth.

A label map has one vector for each cell of a grid; a cell covers ``stride`` x ``stride`` pixels. Cells are numbered row
by row, maps are flattened to [n, N, L] with N = side * side, points are (x, y) in pixels with centres at integers.
"""

from __future__ import annotations

import torch
from torch import Tensor


def cell_centres(side: int, stride: int = 2, device: torch.device | str | None = None) -> Tensor:
    """Centres of the cells of a map of ``side`` cells along an edge, row by row, (x, y) in pixels, float32 [side², 2].

    Raises:
        ValueError: if ``side`` or ``stride`` is below 1.
    """
    if side < 1 or stride < 1:
        raise ValueError(f"side and stride must be at least 1, not {side} and {stride}")
    line = stride * torch.arange(side, dtype=torch.float32, device=device) + (stride - 1) / 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], -1).view(-1, 2)


def cells_at(points: Tensor, side: int, stride: int = 2) -> Tensor:
    """The cells that points [..., 2] lie in, int64 [...]; points beyond the map go to its nearest cell."""
    column, row = ((points - (stride - 1) / 2) / stride).round().clamp(0, side - 1).long().unbind(-1)
    return side * row + column


def best_cells(queries: Tensor, labels: Tensor) -> Tensor:
    """The cell whose label has the largest inner product with each query.

    Args:
        queries: [m, L], the same for all pictures, or [n, m, L].
        labels: [n, N, L].

    Returns:
        int64 [n, m].

    Raises:
        ValueError: if the labels differ in length.
    """
    if queries.shape[-1] != labels.shape[-1] or labels.ndim != 3:
        raise ValueError(
            f"labels must be [n, N, L] with L as of queries, not {list(labels.shape)} and {list(queries.shape)}"
        )
    return (labels @ queries.expand(len(labels), -1, -1).mT).argmax(1)


def transfer_error(labels: Tensor, others: Tensor, there: Tensor, valid: Tensor, stride: int = 2) -> Tensor:
    """How far from the truth the cells of pictures are found in other pictures, by their labels alone.

    Args:
        labels, others: label maps [n, N, L] of both.
        there: where each cell of the first is in the second, [n, N, 2] in pixels.
        valid: which cells count, bool [n, N].

    Returns:
        Mean distance in pixels over the valid cells of each picture [n]; NaN where there is none.

    Raises:
        ValueError: if N is no square, or shapes do not fit.
    """
    side = round(labels.shape[1] ** 0.5)
    if side**2 != labels.shape[1] or there.shape[:2] != labels.shape[:2] or valid.shape != labels.shape[:2]:
        raise ValueError(
            "labels, there and valid must agree in n and N, a square, not "
            f"{list(labels.shape)}, {list(there.shape)} and {list(valid.shape)}"
        )
    found = cell_centres(side, stride, labels.device)[best_cells(labels, others)]
    distance = (found - there).norm(dim=-1) * valid
    return distance.sum(1) / valid.sum(1)
