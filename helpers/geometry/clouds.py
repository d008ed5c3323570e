"""Batches of point clouds [B, N, 3]: which points stand for the others, and who is near whom. On any device."""

from __future__ import annotations

import torch
from torch import Tensor


def farthest_points(points: Tensor, count: int) -> Tensor:
    """Farthest-point sampling: each next point is the one farthest from all that were taken before.

    The first is the point farthest from the mean, so that the same set is taken from points in any order (ties apart).
    The radius within which the sample covers the cloud is at most twice the smallest possible (Gonzalez, 1985).

    Args:
        points: [B, N, 3].
        count: how many, from 1 to N.

    Returns:
        Indices into the points [B, count], in the order of taking.

    Raises:
        ValueError: if ``points`` is not [B, N, 3] or ``count`` not from 1 to N.
    """
    _check(points=points)
    if not 1 <= count <= points.shape[1]:
        raise ValueError(f"count must be from 1 to the number of points, {points.shape[1]}, not {count}")
    rows = torch.arange(len(points), device=points.device)
    last = (points - points.mean(1, keepdim=True)).square().sum(-1).argmax(1)
    taken, gap = [last], points.new_full(points.shape[:2], torch.inf)
    for _ in range(count - 1):
        gap = torch.minimum(gap, (points - points[rows, last][:, None]).square().sum(-1))
        last = gap.argmax(1)
        taken.append(last)
    return torch.stack(taken, 1)


def nearest_points(points: Tensor, centres: Tensor, count: int) -> Tensor:
    """Indices [B, M, count] of the points [B, N, 3] nearest to each centre [B, M, 3], nearest first.

    Raises:
        ValueError: if a batch is not [B, ., 3] or ``count`` not from 1 to N.
    """
    return _nearest(points, centres, count).indices


def ball_query(points: Tensor, centres: Tensor, radius: float, count: int) -> Tensor:
    """Indices [B, M, count] of points [B, N, 3] within ``radius`` of each centre [B, M, 3], nearest first.

    Where fewer than ``count`` lie within, the nearest point fills up, as in PointNet++; it is taken even when it lies
    farther than the radius.

    Raises:
        ValueError: if a batch is not [B, ., 3], ``count`` not from 1 to N, or ``radius`` not positive.
    """
    if radius <= 0:
        raise ValueError(f"radius must be positive, not {radius}")
    gap, index = _nearest(points, centres, count)
    return torch.where(gap <= radius, index, index[..., :1])


def gathered(values: Tensor, index: Tensor) -> Tensor:
    """Rows of ``values`` [B, N, C] at ``index`` [B, ...]: [B, ..., C]."""
    flat = index.flatten(1)[..., None].expand(-1, -1, values.shape[-1])
    return values.gather(1, flat).view(*index.shape, values.shape[-1])


def _nearest(points: Tensor, centres: Tensor, count: int) -> torch.return_types.topk:
    _check(points=points, centres=centres)
    if not 1 <= count <= points.shape[1]:
        raise ValueError(f"count must be from 1 to the number of points, {points.shape[1]}, not {count}")
    return torch.cdist(centres, points).topk(count, largest=False)


def _check(**batches: Tensor) -> None:
    for name, batch in batches.items():
        if batch.ndim != 3 or batch.shape[-1] != 3:
            raise ValueError(f"{name} must be [B, N, 3], not {list(batch.shape)}")
