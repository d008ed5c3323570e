"""not_reproduced, not_testable, not_tried: a null is shown with its numbers, never raises, and is never a claim."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch

from helpers import not_reproduced, not_testable, not_tried
from helpers import run as run_module

WHY = "two rates and twice the steps changed nothing"


@pytest.mark.parametrize(
    ("values", "met"),
    [
        (0.1, False),
        ([0.9, 1.1, 1.0], False),
        (torch.tensor([4.0, 5.0, 6.0], requires_grad=True), True),
        (np.array([1.0, 2.0, 30.0]), False),
        ([2.0, 3.0, 9.0], False),
        (math.nan, False),
        ([5.0, math.nan, 5.0], False),
        ([math.inf, -math.inf, 5.0], False),
    ],
)
def test_a_null_never_raises_and_is_no_claim(shown: list[dict], paper: None, values: object, met: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        not_reproduced("two", values, ">", 1.0, why=WHY)
    (output,) = shown
    assert output["kind"] == "book_verdict"
    assert output["text"] == "Not reproduced: It says <two>."
    assert "It says &lt;two&gt;." in output["html"]
    assert (output["record"]["met"], output["record"]["verdict"]) == (met, "not reproduced")


def test_a_null_keeps_its_numbers(shown: list[dict], paper: None) -> None:
    not_reproduced("two", [1.0, math.inf], "<", 1.0, why=WHY, at="book")
    assert shown[0]["record"] == {
        "of": "two",
        "verdict": "not reproduced",
        "why": WHY,
        "values": [1.0, "inf"],
        "value": "inf",
        "op": "<",
        "bound": 1.0,
        "at": "book",
        "met": False,
        "scale": "quick",
        "seed": 0,
        "device": run_module.current_run().device.type,
    }


def test_what_is_not_testable_or_not_tried_has_a_reason_and_no_number(shown: list[dict], paper: None) -> None:
    not_testable("one", why="it takes the features of a network that is not here")
    not_tried("five", "the experiments here do not answer it")
    assert [each["text"] for each in shown] == ["Not testable here: It says <one>.", "Not tried: It says <five>."]
    assert [each["kind"] for each in shown] == ["book_verdict"] * 2
    assert set(shown[0]["record"]) == {"of", "verdict", "why", "scale", "seed", "device"}
    assert [each["record"]["verdict"] for each in shown] == ["not testable", "not tried"]


@pytest.mark.parametrize("of", ["one", "four"])
def test_the_first_four_statements_are_tried(shown: list[dict], paper: None, of: str) -> None:
    with pytest.raises(ValueError, match=f"of must be a statement from the 5th on to stay untried; '{of}' is number"):
        not_tried(of, "no time")
    assert shown == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"of": "six"}, "of must be a statement of some_chapter: one, two, three, four, five, not 'six'"),
        ({"why": ""}, "why must be one line of text"),
        ({"why": "two\nlines"}, "why must be one line of text"),
        ({"values": []}, r"values must hold one or more numbers, not \[\]"),
        ({"values": np.eye(2)}, r"values must be numbers in one axis, not an array of shape \[2, 2\]"),
        ({"values": [1.0, None]}, r"values\[1\] must be one number, not NoneType"),
        ({"values": [1.0, 2.0], "at": "quick"}, "values must hold at least 3 paired trainings at this scale, not 2"),
        ({"op": "!="}, "op must be one of >=, >, <=, <, ==, not '!='"),
        ({"bound": math.nan}, "bound must be finite, not nan"),
        ({"at": "large"}, "at must be one of quick, book, gpu, not 'large'"),
    ],
)
def test_not_reproduced_rejects(shown: list[dict], paper: None, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        not_reproduced(**{"of": "two", "values": [1.0, 2.0, 3.0], "op": ">", "bound": 1.0, "why": WHY} | arguments)
    assert shown == []


@pytest.mark.parametrize("verdict", [not_testable, not_tried])
def test_an_unknown_statement_or_no_reason_is_named(shown: list[dict], paper: None, verdict: object) -> None:
    with pytest.raises(ValueError, match=r"of must be a statement of some_chapter: one, .*, five, not 'six'"):
        verdict("six", "why")
    with pytest.raises(ValueError, match="why must be one line of text"):
        verdict("five", " ")


def test_a_method_without_a_list_of_statements_is_named(shown: list[dict], statement_folder: object) -> None:
    with pytest.raises(ValueError, match=r"slug must be a method of the book, whose .* known, not 'some_chapter'"):
        not_testable("one", "why")


@pytest.mark.parametrize(
    ("verdict", "arguments"),
    [(not_reproduced, ([1.0], ">", 1.0)), (not_testable, ()), (not_tried, ())],
)
def test_a_verdict_needs_a_run(monkeypatch: pytest.MonkeyPatch, verdict: object, arguments: tuple) -> None:
    monkeypatch.setattr(run_module, "_current", None)
    with pytest.raises(ValueError, match=f"{verdict.__name__} needs a run: call start"):
        verdict("one", *arguments, why="why")
