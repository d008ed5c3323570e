"""How good landmarks are: their error in units of the face, and how far they scatter over an object."""

from __future__ import annotations

import torch
from torch import Tensor


def interocular_error(found: Tensor, true: Tensor, eyes: tuple[int, int] = (0, 1)) -> Tensor:
    """Mean distance between landmarks and the truth, in percent of the true distance between the eyes.

    Args:
        found, true: points [n, m, 2] of n faces, in one unit.
        eyes: which two of the m points are the eyes.

    Returns:
        One error per face [n], the measure of MAFL, AFLW and 300-W.

    Raises:
        ValueError: if the shapes differ or are not [n, m, 2].
    """
    if found.shape != true.shape or true.ndim != 3 or true.shape[-1] != 2:
        raise ValueError(f"found and true must both be [n, m, 2], not {list(found.shape)} and {list(true.shape)}")
    left, right = eyes
    between = (true[:, left] - true[:, right]).norm(dim=-1)
    return 100 * (found - true).norm(dim=-1).mean(-1) / between


def scatter(points: Tensor, chance: Tensor) -> Tensor:
    """How far each landmark strays over the instances of a category, in an object's own coordinates.

    Args:
        points: where landmark k of instance i lies on the object, [n, K, 2].
        chance: points anywhere on the objects, [m, 2].

    Returns:
        Standard deviation of each landmark relative to that of ``chance`` [K], 0 at one place always, 1 anywhere.

    Raises:
        ValueError: if there are fewer than two instances or points of chance.
    """
    if len(points) < 2 or len(chance) < 2:
        raise ValueError(f"points and chance must hold at least two each, not {len(points)} and {len(chance)}")
    return (points.var(0).sum(-1) / chance.var(0).sum()).sqrt()


def distance_apart(points: Tensor) -> Tensor:
    """Mean distance between two landmarks of one picture, [n], from points [n, K, 2], K at least 2."""
    K = points.shape[1]
    if K < 2:
        raise ValueError(f"points must hold at least two landmarks, not {K}")
    return torch.cdist(points, points).sum((1, 2)) / (K * (K - 1))


def swap_rate(found: Tensor, true: Tensor, pairs: list[tuple[int, int]]) -> float:
    """Share of landmarks that are found nearer to their mirror partner than to their own place.

    Args:
        found, true: points [n, m, 2], in one unit.
        pairs: which of the m points are partners, for example the two eyes.

    Raises:
        ValueError: if the shapes differ, or there is no pair.
    """
    if found.shape != true.shape or not pairs:
        raise ValueError(f"found and true must be alike and pairs some, not {list(found.shape)}, {list(true.shape)}")
    a = [a for a, b in pairs] + [b for a, b in pairs]
    b = [b for a, b in pairs] + [a for a, b in pairs]
    own, other = (found[:, a] - true[:, a]).norm(dim=-1), (found[:, a] - true[:, b]).norm(dim=-1)
    return (other < own).float().mean().item()
