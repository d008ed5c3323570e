"""How well a score tells known from unknown: areas under curves, without a threshold and by sorting.

A score is one number per picture, large for what is taken as known. Ties count one half, as in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

Values = Sequence[float] | np.ndarray | torch.Tensor


def auroc(known: Values, unknown: Values) -> float:
    """Probability that a known picture scores above an unknown one: the area under the ROC curve.

    Args:
        known: scores of known pictures [n].
        unknown: scores of unknown pictures [m].

    Raises:
        ValueError: if either has no value, not one axis, or a NaN.
    """
    known, unknown = _scores(known, "known"), np.sort(_scores(unknown, "unknown"))
    below, up_to = (np.searchsorted(unknown, known, side) for side in ("left", "right"))
    return float((below + up_to).mean() / (2 * len(unknown)))


def aupr(positive: Values, negative: Values) -> float:
    """Average precision: the area under the steps of precision against recall.

    For unknown pictures as the positives, hand over the negated scores of both.

    Args:
        positive: scores of what is sought [n].
        negative: scores of all else [m].

    Raises:
        ValueError: as :func:`auroc`.
    """
    positive, negative = np.sort(_scores(positive, "positive")), np.sort(_scores(negative, "negative"))
    hits, misses = (len(each) - np.searchsorted(each, positive, "left") for each in (positive, negative))
    return float((hits / (hits + misses)).mean())


def oscr(known: Values, right: Sequence[bool] | np.ndarray | torch.Tensor, unknown: Values) -> float:
    """Open-set classification rate: the area under correct classification against false alarms.

    For each threshold, the curve has the share of known pictures that are named rightly *and* score above it, against
    the share of unknown ones that score above it. A rightly named picture counts as often as it beats unknown ones.

    Args:
        known: scores of known pictures [n].
        right: whether each of them was given its class [n].
        unknown: scores of unknown pictures [m].

    Raises:
        ValueError: as :func:`auroc`, or if ``right`` is not one truth value for each known picture.
    """
    known = _scores(known, "known")
    right = np.asarray(right.detach().cpu() if isinstance(right, torch.Tensor) else right)
    if right.dtype != bool or right.shape != known.shape:
        raise ValueError(f"right must be {len(known)} truth values, not {right.dtype} of shape {list(right.shape)}")
    return float(right.mean()) * auroc(known[right], unknown) if right.any() else 0.0


def _scores(values: Values, argument: str) -> np.ndarray:
    array = np.asarray(values.detach().cpu() if isinstance(values, torch.Tensor) else values, dtype=float)
    if array.ndim != 1 or len(array) == 0:
        raise ValueError(f"{argument} must be one or more numbers in one axis, not of shape {list(array.shape)}")
    if np.isnan(array).any():
        raise ValueError(f"{argument} must hold no NaN")
    return array
