from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.metrics import auc, average_precision_score, roc_auc_score

from helpers.measure.open_set import aupr, auroc, oscr


def scores(ties: bool) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    known, unknown = rng.normal(0.5, 1, 83), rng.normal(0, 1, 47)
    return (known.round(1), unknown.round(1)) if ties else (known, unknown)


def both(known: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.repeat([True, False], [len(known), len(unknown)]), np.concatenate([known, unknown])


@pytest.mark.parametrize("ties", [False, True])
def test_auroc_agrees_with_scikit_learn(ties: bool) -> None:
    known, unknown = scores(ties)
    assert auroc(known, unknown) == pytest.approx(roc_auc_score(*both(known, unknown)), abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_aupr_agrees_with_scikit_learn_for_either_kind_of_positive(ties: bool) -> None:
    known, unknown = scores(ties)
    truth, score = both(known, unknown)
    assert aupr(known, unknown) == pytest.approx(average_precision_score(truth, score), abs=1e-12)
    assert aupr(-unknown, -known) == pytest.approx(average_precision_score(~truth, -score), abs=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_oscr_is_the_area_under_its_curve(ties: bool) -> None:
    known, unknown = scores(ties)
    right = np.random.default_rng(1).random(len(known)) < 0.7
    thresholds = np.concatenate([[np.inf], np.unique(np.concatenate([known, unknown]))[::-1]])
    correct = [(right & (known >= t)).mean() for t in thresholds]
    alarms = [(unknown >= t).mean() for t in thresholds]
    assert oscr(known, right, unknown) == pytest.approx(auc(alarms, correct), abs=1e-12)


def test_oscr_of_a_perfect_and_of_a_hopeless_classifier() -> None:
    known, unknown = scores(ties=False)
    assert oscr(known, np.ones(83, bool), unknown) == pytest.approx(auroc(known, unknown))
    assert oscr(known, np.zeros(83, bool), unknown) == 0


def test_known_answers() -> None:
    assert auroc([3.0, 2.0], [1.0, 0.0]) == 1
    assert auroc([1.0, 1.0], [1.0]) == 0.5
    assert aupr([2.0, 0.0], [1.0]) == pytest.approx((1 + 2 / 3) / 2)
    assert oscr([3.0, 0.0], [True, True], [1.0, 2.0]) == 0.5


def test_tensors_with_gradients_are_taken() -> None:
    known, unknown = torch.tensor([0.3, 0.6], requires_grad=True), torch.tensor([0.5])
    assert auroc(known, unknown) == 0.5
    assert oscr(known, torch.tensor([True, False]), unknown) == 0


@pytest.mark.parametrize("bad", [[], [[1.0, 2.0]], [float("nan"), 1.0]])
def test_scores_that_are_no_scores_are_refused(bad: list) -> None:
    for measure in (auroc, aupr):
        with pytest.raises(ValueError, match="must"):
            measure(bad, [1.0])
        with pytest.raises(ValueError, match="must"):
            measure([1.0], bad)


@pytest.mark.parametrize("right", [[True], [1.0, 0.0], [[True, False]]])
def test_right_must_match_the_known(right: list) -> None:
    with pytest.raises(ValueError, match="right must be 2 truth values"):
        oscr([1.0, 2.0], right, [0.0])
