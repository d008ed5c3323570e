"""Claims: sentences that fail when the measurement says otherwise. Errata: printed formulas proved wrong."""

from __future__ import annotations

import html
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from IPython.display import display

from . import settings
from .numbers import finite_number, single_number
from .run import Run, current_run

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}

Values = float | np.ndarray | torch.Tensor


class ClaimFailed(AssertionError):  # noqa: N818 - reads as what happened: "ClaimFailed: ..."
    """A claim or an erratum that the measurement contradicts."""


def claim(
    statement: str,
    value: float | torch.Tensor,
    op: str,
    bound: float,
    *,
    at: str = "quick",
    core: bool = False,
    paper: str | None = None,
) -> None:
    """Show the claim, keep what was measured with it, and raise if it does not hold.

    The line that is shown is the same at every scale and seed; the measurement travels in the output's metadata. From
    scale ``at`` upward a claim that fails, or measures NaN, raises; below, it is only recorded.

    Args:
        statement: what holds, in words and without a measured number.
        value: what was measured, one number.
        op: how it compares with the bound: ``>=``, ``>``, ``<=``, ``<`` or ``==``.
        bound: a finite number that comes from the mechanism, with margin over seeds.
        at: the smallest scale at which the claim must hold.
        core: whether this claim dies when the paper's contribution is broken.
        paper: what the paper reports for it, with its place, for example ``"Table 1: 0.836 against 0.966"``.

    Raises:
        ClaimFailed: if the claim must hold at this scale and does not.
        ValueError: if an argument is not what it should be.
    """
    run = _started("claim")
    _check_sentence(statement, "statement")
    if op not in OPERATORS:
        raise ValueError(f"op must be one of {', '.join(OPERATORS)}, not {op!r}")
    settings.check_scale(at, "at")
    if paper is not None:
        _check_sentence(paper, "paper")
    value, bound = single_number(value, "value"), finite_number(bound, "bound")
    asserted = run.at_least(at)
    held = not math.isnan(value) and OPERATORS[op](value, bound)
    record = {
        "statement": statement,
        "value": value if math.isfinite(value) else str(value),
        "op": op,
        "bound": bound,
        "at": at,
        "core": bool(core),
        "paper": paper,
        "asserted": asserted,
        "held": held,
    }
    _show("claim", f"{statement} ({op} {bound:g})", record, run)
    if asserted and not held:
        raise ClaimFailed(f"{statement}: measured {value:.6g}, which must be {op} {bound:g}")


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
    run = _started("erratum")
    _check_sentence(where, "where")
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
        "printed_error": printed_error if math.isfinite(printed_error) else str(printed_error),
        "repaired_error": repaired_error if math.isfinite(repaired_error) else str(repaired_error),
        "tol": tol,
    }
    _show("erratum", f"{where}: the printed form misses the truth, the repaired one meets it", record, run)
    if printed_error <= tol:
        raise ClaimFailed(f"{where}: the printed form meets the truth (off by {printed_error:.3g}, tolerance {tol:g})")
    if not repaired_error <= tol:
        raise ClaimFailed(f"{where}: the repaired form is off by {repaired_error:.3g}, tolerance {tol:g}")


def _started(caller: str) -> Run:
    run = current_run()
    if run is None:
        raise ValueError(f"{caller} needs a run: call start(slug) in the first cell")
    return run


def _check_sentence(text: str, argument: str) -> None:
    if not isinstance(text, str) or not text.strip() or "\n" in text:
        raise ValueError(f"{argument} must be one line of text, not {text!r}")


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
    return math.inf if np.isnan(difference).any() else float(difference.max())


def _show(kind: str, line: str, record: dict[str, Any], run: Run) -> None:
    """Display one line that is the same everywhere; what was measured goes along as the output's metadata."""
    record |= {"scale": run.scale, "seed": run.seed, "device": run.device.type}
    data = {
        "text/plain": f"{kind.capitalize()}: {line}",
        "text/html": f'<div class="book-{kind}"><strong>{kind.capitalize()}.</strong> {html.escape(line)}</div>',
    }
    display(data, raw=True, metadata={f"book_{kind}": record})
