"""Errata: printed formulas proved wrong by numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from .claims import ClaimFailed
from .numbers import finite_number
from .records import check_sentence, show, started, storable

Values = float | np.ndarray | torch.Tensor


def erratum(
    where: str,
    printed: Values | Callable[[], Values],
    repaired: Values | Callable[[], Values],
    truth: Values | Callable[[], Values],
    *,
    tol: float,
) -> None:
    """Decide by numbers that a printed formula is wrong and the repaired one right; raise if they do not say so.

    Args:
        where: the place in the paper and what is printed there, for example ``"Eq. (3): the sign of the update"``.
        printed: what the formula gives as printed; a number, an array or a function without arguments.
        repaired: what the repaired formula gives, of the same shape.
        truth: what brute force, a closed form or data give, of the same shape.
        tol: largest absolute difference from the truth that counts as meeting it, positive.

    Raises:
        ClaimFailed: unless the printed form misses the truth by more than ``tol`` and the repaired form meets it.
        ValueError: if an argument is not what it should be.
    """
    run = started("erratum")
    check_sentence(where, "where")
    tol = finite_number(tol, "tol")
    if tol <= 0:
        raise ValueError(f"tol must be positive, not {tol:g}")
    truth = _evaluate(truth, "truth")
    if not np.isfinite(truth).all():
        raise ValueError("truth must be finite")
    printed_error = _largest_difference(_evaluate(printed, "printed"), truth, "printed")
    repaired_error = _largest_difference(_evaluate(repaired, "repaired"), truth, "repaired")
    record = {
        "where": where,
        "printed_error": storable(printed_error),
        "repaired_error": storable(repaired_error),
        "tol": tol,
    }
    show("erratum", "Erratum", f"{where}: the printed form misses the truth, the repaired one meets it", record, run)
    if printed_error <= tol:
        raise ClaimFailed(f"{where}: the printed form meets the truth (off by {printed_error:.3g}, tolerance {tol:g})")
    if not repaired_error <= tol:
        raise ClaimFailed(f"{where}: the repaired form is off by {repaired_error:.3g}, tolerance {tol:g}")


def _evaluate(values: Values | Callable[[], Values], argument: str) -> np.ndarray:
    values = values() if callable(values) else values
    if isinstance(values, torch.Tensor):
        values = values.detach().cpu().numpy()
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{argument} must be a number or an array of numbers, not {type(values).__name__}") from None
    if array.size == 0:
        raise ValueError(f"{argument} must not be empty")
    return array


def _largest_difference(array: np.ndarray, truth: np.ndarray, argument: str) -> float:
    if array.shape != truth.shape:
        raise ValueError(f"{argument} must have the shape of truth, {list(truth.shape)}, not {list(array.shape)}")
    difference = np.abs(array - truth)
    return float("inf") if np.isnan(difference).any() else float(difference.max())
