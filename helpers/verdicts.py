"""Verdicts on statements of a paper that its chapter does not reproduce, cannot test here, or did not try."""

from __future__ import annotations

from typing import Any

from . import settings
from .claims import Numbers, check_bound, check_trainings, mean_of, meets
from .numbers import number_list
from .records import check_sentence, show, started, storable
from .statements import FIRST_OPTIONAL, statement


def not_reproduced(of: str, values: Numbers, op: str, bound: float, *, why: str, at: str = "book") -> None:
    """Measured here, and the paper's direction does not appear; never raises on a number.

    Args:
        of: id of the paper's statement.
        values: one number per paired training, at least three from scale ``at`` upward.
        op, bound: how the values would have compared with the bound, had the statement shown.
        why: what was tried, and what the numbers say instead, in one line.
        at: the scale that the verdict rests on.

    Raises:
        ValueError: if an argument is not what it should be.
    """
    run = started("not_reproduced")
    settings.check_scale(at, "at")
    bound, trainings = check_bound(op, bound), number_list(values, "values")
    check_trainings(trainings, run.at_least(at))
    measured = {
        "values": [storable(value) for value in trainings],
        "value": storable(mean_of(trainings)),
        "op": op,
        "bound": bound,
        "at": at,
        "met": meets(trainings, op, bound),
    }
    _show("not reproduced", of, why, measured)


def not_testable(of: str, why: str) -> None:
    """The statement ``of`` cannot be tested here; ``why`` says what a fair trial would take, in one line.

    Raises:
        ValueError: if ``of`` is no statement of this chapter's paper, or ``why`` is not one line.
    """
    _show("not testable", of, why, {})


def not_tried(of: str, why: str) -> None:
    """The statement ``of`` could be tested and was not; allowed from the fifth statement of the list on.

    Raises:
        ValueError: as :func:`not_testable`, and if the statement is one of the first four.
    """
    run = started("not_tried")
    if (number := statement(run.slug, of).number) < FIRST_OPTIONAL:
        raise ValueError(
            f"of must be a statement from the {FIRST_OPTIONAL}th on to stay untried; {of!r} is number {number}"
        )
    _show("not tried", of, why, {})


def _show(verdict: str, of: str, why: str, measured: dict[str, Any]) -> None:
    run = started(verdict.replace(" ", "_"))
    said = statement(run.slug, of)
    check_sentence(why, "why")
    words = "Not testable here" if verdict == "not testable" else verdict.capitalize()
    show("verdict", words, said.sentence, {"of": of, "verdict": verdict, "why": why} | measured, run)
