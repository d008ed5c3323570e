"""claim and erratum: what they show, keep and raise; each bad argument gets its sentence."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from helpers import ClaimFailed, Run, claim, erratum, records
from helpers import run as run_module


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, run: Run) -> list[dict]:
    """What claims and errata displayed: {"text", "html", "record"} each."""
    seen: list[dict] = []

    def display(data: dict, *, raw: bool, metadata: dict) -> None:
        assert raw
        ((_, record),) = metadata.items()
        seen.append({"text": data["text/plain"], "html": data["text/html"], "record": record})

    monkeypatch.setattr(records, "display", display)
    return seen


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
        "value": 3.25,
        "op": ">=",
        "bound": 2.0,
        "at": "quick",
        "core": True,
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
