"""claim and erratum: what they show, keep and raise; each bad argument gets its sentence."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch

from helpers import ClaimFailed, claim, erratum
from helpers import run as run_module

CONTROLS = {"untrained": 0.0, "blind": [0.5, 1.0, 1.5], "rival": (None, "nothing else solves it")}


@pytest.fixture
def at_book(monkeypatch: pytest.MonkeyPatch, shown: list[dict]) -> None:
    """The run is at scale ``book``."""
    monkeypatch.setenv("BOOK_SCALE", "book")
    run_module.start("some_chapter")


@pytest.mark.parametrize(
    ("value", "op", "bound", "held"),
    [
        (2, ">=", 2, True),
        (2, ">", 2, False),
        (2, "<=", 2, True),
        (2, "<", 2, False),
        (2, "==", 2, True),
        (3, "==", 2, False),
    ],
)
def test_operators(shown: list[dict], value: float, op: str, bound: float, held: bool) -> None:
    if held:
        claim("it holds", value, op, bound)
    else:
        with pytest.raises(ClaimFailed, match="it holds: measured"):
            claim("it holds", value, op, bound)
    assert shown[0]["record"]["held"] is held


@pytest.mark.parametrize(
    "value", [1.5, np.float32(1.5), np.array(1.5), torch.tensor(1.5), torch.tensor(1.5, requires_grad=True)]
)
def test_one_number_of_any_kind(shown: list[dict], value: object) -> None:
    claim("it holds", value, ">", 1)
    assert shown[0]["record"]["value"] == 1.5


def test_the_record_carries_the_measurement_and_the_line_does_not(shown: list[dict]) -> None:
    claim("it <holds>", 3.25, ">=", 2, core=True, paper="Table 1: 4")
    assert shown[0]["text"] == "Claim: it <holds> (>= 2)"
    assert "it &lt;holds&gt;" in shown[0]["html"]
    assert "3.25" not in shown[0]["text"] + shown[0]["html"]
    assert shown[0]["record"] == {
        "statement": "it <holds>",
        "of": None,
        "value": 3.25,
        "values": None,
        "op": ">=",
        "bound": 2.0,
        "at": "quick",
        "core": True,
        "controls": {},
        "paper": "Table 1: 4",
        "asserted": True,
        "held": True,
        "scale": "quick",
        "seed": 0,
        "device": run_module.current_run().device.type,
    }


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), 1.0])
def test_failing_is_recorded_before_it_raises(shown: list[dict], value: float) -> None:
    with pytest.raises(ClaimFailed):
        claim("it holds", value, ">=", 2)
    assert shown[0]["record"]["held"] is False
    assert shown[0]["record"]["asserted"] is True


def test_below_its_scale_a_claim_only_records(shown: list[dict]) -> None:
    claim("it holds", float("nan"), ">=", 2, at="book")
    assert shown[0]["record"] | {"held": False, "asserted": False, "value": "nan"} == shown[0]["record"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"statement": ""}, "statement must be one line of text"),
        ({"statement": 3}, "statement must be one line of text"),
        ({"statement": "two\nlines"}, "statement must be one line of text"),
        ({"value": torch.zeros(3)}, r"value must be one number, not an array of shape \[3\]"),
        ({"value": np.zeros(0)}, r"value must be one number, not an array of shape \[0\]"),
        ({"value": "3"}, "value must be one number, not str"),
        ({"value": None}, "value must be one number, not NoneType"),
        ({"op": "=>"}, "op must be one of >=, >, <=, <, ==, not '=>'"),
        ({"bound": float("nan")}, "bound must be finite, not nan"),
        ({"bound": float("inf")}, "bound must be finite, not inf"),
        ({"at": "large"}, "at must be one of quick, book, gpu, not 'large'"),
        ({"paper": ""}, "paper must be one line of text"),
    ],
)
def test_claim_rejects(shown: list[dict], arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        claim(**{"statement": "it holds", "value": 3, "op": ">=", "bound": 2} | arguments)
    assert shown == []


def test_a_claim_about_a_statement_keeps_trainings_and_controls(shown: list[dict], paper: None) -> None:
    values = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
    claim("it holds", values.mean(), ">=", 2, of="one", values=values, controls=CONTROLS)
    record = shown[0]["record"]
    assert (record["of"], record["value"], record["values"]) == ("one", 5.0, [4.0, 5.0, 6.0])
    assert record["controls"] == {
        "untrained": {"value": 0.0, "met": False},
        "blind": {"value": 1.0, "met": False},
        "rival": {"why": "nothing else solves it"},
    }
    assert (shown[0]["text"], record["held"]) == ("Claim: it holds (>= 2)", True)


@pytest.mark.parametrize("control", [2.0, [0.0, 9.0, 0.0], np.array(3), float("inf")])
def test_a_control_that_meets_the_bound_raises(shown: list[dict], control: object) -> None:
    with pytest.raises(ClaimFailed, match="it holds: the control blind meets it too"):
        claim("it holds", 5.0, ">=", 2, values=[4.0, 5.0, 6.0], controls=CONTROLS | {"blind": control})
    assert (shown[0]["record"]["held"], shown[0]["record"]["controls"]["blind"]["met"]) == (True, True)


@pytest.mark.parametrize("control", [2.0, float("inf"), -float("inf"), float("nan"), [1.0, float("nan"), 1.0]])
def test_below_its_scale_a_control_only_records(shown: list[dict], control: object) -> None:
    claim("it holds", 5.0, "<=", 9, values=[4.0, 5.0, 6.0], at="book", controls=CONTROLS | {"rival": control})
    met = shown[0]["record"]["controls"]["rival"]["met"]
    assert met is (control in (2.0, -float("inf")))


@pytest.mark.parametrize(
    ("values", "op", "bound", "held"),
    [
        ([1.0, 2.0, 3.0], ">=", 0.2, True),  # the mean, 2, is 3.1 standard errors, 1 / sqrt(3), above
        ([1.0, 2.0, 3.0], ">=", 0.3, False),  # 2.9 of them
        ([1.0, 2.0, 3.0], "<", 3.8, True),
        ([1.0, 2.0, 3.0], "<", 3.7, False),
        ([1.0, 2.0, 30.0], ">=", 1.5, False),  # one training is below
        ([1.0, 3.0], ">=", 0.9, True),  # two have no error worth its name
        ([2.0, 2.0, 2.0], ">=", 2.0, True),
        ([2.0, 2.0, 2.0], ">", 2.0, False),
        ([2.0, 2.0, 2.0], "==", 2.0, True),
        ([2.0, 2.0, 3.0], "==", 2.0, False),
        ([2.0, float("nan"), 3.0], ">=", 0.0, False),
        ([2.0, float("inf"), 3.0], ">=", 0.0, False),
        ([float("inf")], ">=", 0.0, True),
    ],
)
def test_all_trainings_meet_the_bound_and_their_mean_is_clear_of_it(
    shown: list[dict], values: list[float], op: str, bound: float, held: bool
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        claim("it holds", np.mean(values), op, bound, values=values, at="book")
    assert shown[0]["record"]["held"] is held


def test_the_sentence_says_when_only_the_clearance_is_missing(shown: list[dict]) -> None:
    words = r"measured 2 \(each: 1, 2, 3\), which must be >= 0.3"
    with pytest.raises(ClaimFailed, match=words + ", clear of it by 3 standard errors"):
        claim("it holds", 2.0, ">=", 0.3, values=[1.0, 2.0, 3.0])
    with pytest.raises(ClaimFailed, match=words.replace("0.3", "1.5") + "$"):
        claim("it holds", 2.0, ">=", 1.5, values=[1.0, 2.0, 3.0])


def test_a_mean_that_was_added_in_float32_is_the_mean(shown: list[dict]) -> None:
    values = torch.tensor([1e4, 1e4 + 1, -2e4 + 2], dtype=torch.float32)
    claim("it holds", values.mean() + 1e-3, "<=", 1e6, values=values)
    assert shown[0]["record"]["held"]


def test_a_verdict_at_book_rests_on_three_trainings(at_book: None, shown: list[dict], paper: None) -> None:
    with pytest.raises(ValueError, match="values must hold at least 3 paired trainings at this scale, not 2"):
        claim("it holds", 5.0, ">=", 2, of="one", values=[5.0, 5.0], controls=CONTROLS)
    with pytest.raises(ValueError, match="at least 3 paired trainings at this scale, not 1"):
        claim("it holds", 5.0, ">=", 2, of="one", at="gpu", controls=CONTROLS)
    claim("it holds", 5.0, ">=", 2, of="one", values=[5.0, 5.0, 5.0], controls=CONTROLS)
    claim("a mechanism does", 5.0, ">=", 2)
    assert [each["record"]["asserted"] for each in shown] == [True, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"of": "six"}, "of must be a statement of some_chapter: one, two, three, four, five, not 'six'"),
        ({"of": ""}, "of must be a statement of some_chapter: .* not ''"),
        ({"controls": None}, "controls must be exactly untrained, blind, rival, not None"),
        ({"controls": {}}, r"controls must be exactly untrained, blind, rival, not \{\}"),
        ({"controls": 3.0}, "controls must be exactly untrained, blind, rival, not 3.0"),
        ({"controls": {"untrained": 0, "blind": 0}}, "controls must be exactly .*, not untrained, blind"),
        ({"controls": CONTROLS | {"deaf": 0}}, "controls must be exactly .*, not untrained, blind, rival, deaf"),
        ({"controls": CONTROLS | {"blind": [1.0, 1.0]}}, r"controls\['blind'\] must be one number or 3, .* not 2"),
        ({"controls": CONTROLS | {"blind": np.eye(3)}}, r"controls\['blind'\] must be numbers in one axis, .*\[3, 3\]"),
        ({"controls": CONTROLS | {"blind": []}}, r"controls\['blind'\] must hold one or more numbers, not \[\]"),
        ({"controls": CONTROLS | {"blind": "low"}}, r"controls\['blind'\] must hold one or more numbers, not 'low'"),
        ({"controls": CONTROLS | {"rival": None}}, r"controls\['rival'\] must be a number or \(None, why"),
        ({"controls": CONTROLS | {"rival": (None,)}}, r"controls\['rival'\] must be a number or \(None, why"),
        ({"controls": CONTROLS | {"rival": (None, "")}}, r"the reason of controls\['rival'\] must be one line of text"),
        ({"values": [4.0, 5.0, "6"]}, r"values\[2\] must be one number, not str"),
        ({"values": np.ones((3, 2))}, r"values must be numbers in one axis, not an array of shape \[3, 2\]"),
        ({"values": range(3)}, "values must hold one or more numbers"),
        ({"value": 4.0}, "value must be the mean of values, 5, not 4"),
        ({"value": float("nan")}, "value must be the mean of values, 5, not nan"),
        ({"value": float("inf")}, "value must be the mean of values, 5, not inf"),
        ({"values": [4.0, float("nan"), 6.0]}, "value must be the mean of values, nan, not 5"),
    ],
)
def test_a_claim_about_a_statement_rejects(shown: list[dict], paper: None, arguments: dict, message: str) -> None:
    good = {"statement": "it holds", "value": 5.0, "op": ">=", "bound": 2, "of": "one", "values": [4.0, 5.0, 6.0]}
    with pytest.raises(ValueError, match=message):
        claim(**good | {"controls": CONTROLS} | arguments)
    assert shown == []


def test_claim_needs_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "_current", None)
    with pytest.raises(ValueError, match="claim needs a run"):
        claim("it holds", 3, ">=", 2)


def test_erratum_decides(shown: list[dict]) -> None:
    x = torch.linspace(0, 1, 5)
    erratum("Eq. (1): the sign", lambda: -x, lambda: x, x.numpy(), tol=1e-6)
    assert shown[0]["record"]["printed_error"] == 2.0
    assert shown[0]["record"]["repaired_error"] == 0.0


@pytest.mark.parametrize(
    ("printed", "repaired", "message"),
    [
        (1.0, 1.0, "the printed form meets the truth"),
        (2.0, 3.0, "the repaired form is off by 2"),
        (2.0, float("nan"), "the repaired form is off by inf"),
    ],
)
def test_erratum_fails(shown: list[dict], printed: float, repaired: float, message: str) -> None:
    with pytest.raises(ClaimFailed, match=message):
        erratum("Eq. (1)", printed, repaired, 1.0, tol=1e-6)
    assert len(shown) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"where": " "}, "where must be one line of text"),
        ({"tol": 0}, "tol must be positive"),
        ({"tol": float("nan")}, "tol must be finite"),
        ({"truth": float("nan")}, "truth must be finite"),
        ({"truth": []}, "truth must not be empty"),
        ({"printed": "x"}, "printed must be a number or an array of numbers, not str"),
        ({"repaired": [1.0, 2.0]}, r"repaired must have the shape of truth, \[\], not \[2\]"),
    ],
)
def test_erratum_rejects(shown: list[dict], arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        erratum(**{"where": "Eq. (1)", "printed": 2.0, "repaired": 1.0, "truth": 1.0, "tol": 1e-6} | arguments)
