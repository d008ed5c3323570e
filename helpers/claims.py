"""Claims: sentences that fail when the measurement, or a control that must not meet them, says otherwise."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from . import settings
from .numbers import finite_number, number_list, single_number
from .records import check_sentence, show, started, storable
from .statements import statement as statement_of

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}
CONTROLS = ("untrained", "blind", "rival")
TRAININGS = 3  # the fewest that a verdict at book rests on
CLEAR = 3.0  # standard errors between their mean and the bound

Numbers = Sequence[float] | np.ndarray | torch.Tensor
Control = float | torch.Tensor | Numbers | tuple[None, str]


class ClaimFailed(AssertionError):  # noqa: N818 - reads as what happened: "ClaimFailed: ..."
    """A claim or an erratum that the measurement contradicts."""


def claim(
    statement: str,
    value: float | torch.Tensor,
    op: str,
    bound: float,
    *,
    of: str | None = None,
    values: Numbers | None = None,
    at: str = "quick",
    core: bool = False,
    controls: Mapping[str, Control] | None = None,
    paper: str | None = None,
) -> None:
    """Show the claim, keep what was measured with it, and raise if it does not hold or a control meets it too.

    The line that is shown is the same at every scale and seed; the measurement travels in the output's metadata. From
    scale ``at`` upward a claim that fails, or measures NaN, raises; below, it is only recorded.

    Args:
        statement: what was measured and holds, one full sentence without a measured number.
        value: what was measured, one number; with ``values``, their mean.
        op: how it compares with the bound: ``>=``, ``>``, ``<=``, ``<`` or ``==``.
        bound: a finite number: parity with the rival, the paper's own size, or what the mechanism says.
        of: id of the paper's statement that this reproduces; without it the claim is about a mechanism.
        values: one number per paired training. All must meet the bound, and from three on their mean must lie three
            standard errors clear of it. A claim with ``of`` needs three or more at ``book`` and above.
        at: the smallest scale at which the claim must hold.
        core: whether this claim dies when the paper's contribution is broken.
        controls: the same quantity for ``untrained``, ``blind`` (an answer that ignores the input) and ``rival`` (the
            strongest rival or ablation in the method's place): each a number, as many as ``values`` (their mean
            counts), or ``(None, reason)`` where one cannot exist. Needed with ``of``.
        paper: what the paper reports for it. For chapters of form 1 only, and gone with the last of them.

    Raises:
        ClaimFailed: if the claim must hold at this scale and does not, or a control meets the bound.
        ValueError: if an argument is not what it should be.
    """
    run = started("claim")
    check_sentence(statement, "statement")
    settings.check_scale(at, "at")
    if of is not None:
        statement_of(run.slug, of)
    if paper is not None:
        check_sentence(paper, "paper")
    value, bound = single_number(value, "value"), check_bound(op, bound)
    trainings = [value] if values is None else number_list(values, "values")
    if not _alike(value, mean := mean_of(trainings), largest=max(map(abs, trainings))):
        raise ValueError(f"value must be the mean of values, {mean:.6g}, not {value:.6g}")
    if of is not None:
        check_trainings(trainings, run.at_least("book"))
    compared = _compared(controls, op, bound, len(trainings), needed=of is not None)
    asserted, held = run.at_least(at), meets(trainings, op, bound)
    record = {
        "statement": statement,
        "of": of,
        "value": storable(value),
        "values": None if values is None else [storable(each) for each in trainings],
        "op": op,
        "bound": bound,
        "at": at,
        "core": bool(core),
        "controls": compared,
        "paper": paper,
        "asserted": asserted,
        "held": held,
    }
    show("claim", "Claim", f"{statement} ({op} {bound:g})", record, run)
    if asserted and not held:
        each = "" if len(trainings) == 1 else f" (each: {', '.join(f'{v:.4g}' for v in trainings)})"
        clear = f", clear of it by {CLEAR:g} standard errors" if all(OPERATORS[op](v, bound) for v in trainings) else ""
        raise ClaimFailed(f"{statement}: measured {value:.6g}{each}, which must be {op} {bound:g}{clear}")
    for name, control in compared.items():
        if asserted and control.get("met"):
            raise ClaimFailed(
                f"{statement}: the control {name} meets it too, {float(control['value']):.6g} {op} {bound:g}"
            )


def meets(values: Sequence[float], op: str, bound: float) -> bool:
    """Whether all values meet the bound and, from three on, their mean lies three standard errors clear of it."""
    if not all(OPERATORS[op](value, bound) for value in values):  # NaN compares with nothing
        return False
    if len(values) < TRAININGS or op == "==":
        return True
    if not all(map(math.isfinite, values)):
        return False
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return abs(float(np.mean(values)) - bound) >= CLEAR * error


def mean_of(values: Sequence[float]) -> float:
    """Their mean; NaN, and no warning, where infinities of both signs are among them."""
    return math.nan if {math.inf, -math.inf} <= set(values) else float(np.mean(values))


def _alike(value: float, mean: float, largest: float) -> bool:
    """Whether ``value`` is the mean of numbers as large as ``largest``, which may have been added in float32."""
    if not (math.isfinite(value) and math.isfinite(mean)):
        return str(value) == str(mean)
    return math.isclose(value, mean, rel_tol=1e-4, abs_tol=max(1e-9, 1e-6 * largest))


def check_bound(op: str, bound: float) -> float:
    """``bound`` as a finite float, after a look at ``op``; raises ``ValueError`` that names what is wrong."""
    if op not in OPERATORS:
        raise ValueError(f"op must be one of {', '.join(OPERATORS)}, not {op!r}")
    return finite_number(bound, "bound")


def check_trainings(values: Sequence[float], final: bool) -> None:
    """Raise ``ValueError`` if a verdict that is ``final`` rests on fewer than three trainings."""
    if final and len(values) < TRAININGS:
        raise ValueError(f"values must hold at least {TRAININGS} paired trainings at this scale, not {len(values)}")


def _compared(
    controls: Mapping[str, Control] | None, op: str, bound: float, count: int, *, needed: bool
) -> dict[str, dict[str, Any]]:
    """Per control its value and whether it meets the bound, or why there is none."""
    if controls is None and not needed:
        return {}
    if not isinstance(controls, Mapping) or set(controls) != set(CONTROLS):
        given = ", ".join(map(str, controls)) if isinstance(controls, Mapping) and controls else repr(controls)
        raise ValueError(f"controls must be exactly {', '.join(CONTROLS)}, not {given}")
    compared = {}
    for name in CONTROLS:
        control, argument = controls[name], f"controls[{name!r}]"
        if control is None or (isinstance(control, tuple) and control and control[0] is None):
            if control is None or len(control) != 2:
                raise ValueError(f"{argument} must be a number or (None, why there is none), not {control!r}")
            compared[name] = {"why": check_sentence(control[1], f"the reason of {argument}")}
            continue
        numbers = number_list(control, argument)
        if len(numbers) not in (1, count):
            raise ValueError(f"{argument} must be one number or {count}, as many as values, not {len(numbers)}")
        mean = mean_of(numbers)
        compared[name] = {"value": storable(mean), "met": OPERATORS[op](mean, bound)}
    return compared
