"""Errors and scatter of landmarks against numbers that one can see."""

from __future__ import annotations

import pytest
import torch

from helpers.measure.landmarks import distance_apart, interocular_error, scatter, swap_rate

FACE = torch.tensor([[[-1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])


def test_the_error_is_in_percent_of_the_distance_between_the_eyes():
    moved = FACE + torch.tensor([0.0, 0.5])
    assert interocular_error(moved, FACE).tolist() == [25.0]
    assert interocular_error(3 * moved, 3 * FACE).tolist() == [25.0]  # whatever the unit


def test_scatter_is_nought_for_one_place_and_one_for_chance():
    chance = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    points = torch.stack([torch.zeros(500, 2), chance, chance / 2], 1)
    assert torch.allclose(scatter(points, chance), torch.tensor([0.0, 1.0, 0.5]))


def test_distance_apart_is_the_mean_over_pairs():
    assert torch.allclose(distance_apart(FACE), torch.tensor([(2 + 2 * 2**0.5) / 3]))


def test_swapped_eyes_are_counted():
    swapped = FACE[:, [1, 0, 2]]
    assert swap_rate(FACE, FACE, [(0, 1)]) == 0
    assert swap_rate(swapped, FACE, [(0, 1)]) == 1
    assert swap_rate(torch.cat([FACE, swapped]), FACE.repeat(2, 1, 1), [(0, 1)]) == 0.5


@pytest.mark.parametrize(
    "call",
    [
        lambda: interocular_error(FACE, FACE[:, :2]),
        lambda: scatter(FACE, FACE[0]),
        lambda: distance_apart(FACE[:, :1]),
        lambda: swap_rate(FACE, FACE, []),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
