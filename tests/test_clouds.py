"""Point clouds: samples and neighbourhoods against brute force and SciPy."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree

from helpers.geometry.clouds import ball_query, farthest_points, gathered, nearest_points


@pytest.fixture(scope="module")
def points():
    return torch.rand(3, 60, 3, generator=torch.Generator().manual_seed(0))


def radius(points, index):
    return torch.cdist(points, points[index]).amin(1).max().item()


def test_each_next_point_is_the_farthest_from_those_before(points):
    index = farthest_points(points, 10)
    for x, taken in zip(points, index, strict=True):
        assert (x - x.mean(0)).norm(dim=1).argmax() == taken[0]
        for k in range(1, 10):
            assert torch.cdist(x, x[taken[:k]]).amin(1).argmax() == taken[k]


def test_the_sample_covers_within_twice_the_best_radius():
    x = torch.rand(1, 12, 3, generator=torch.Generator().manual_seed(1))
    best = min(radius(x[0], list(some)) for some in combinations(range(12), 3))
    assert radius(x[0], farthest_points(x, 3)[0]) <= 2 * best


def test_the_order_of_the_points_does_not_matter(points):
    order = torch.randperm(60, generator=torch.Generator().manual_seed(2))
    one, other = gathered(points, farthest_points(points, 8)), points[:, order]
    assert torch.equal(one, gathered(other, farthest_points(other, 8)))


def test_all_points_are_taken_once(points):
    assert torch.equal(farthest_points(points, 60).sort(1).values, torch.arange(60).expand(3, -1))


def test_neighbours_are_those_of_a_tree(points):
    centres = points[:, :7] + 0.01
    index = nearest_points(points, centres, 5)
    for x, c, found in zip(points, centres, index, strict=True):
        assert np.array_equal(cKDTree(x).query(c, 5)[1], found)


def test_a_ball_holds_what_lies_within_and_is_filled_by_the_nearest(points):
    index = ball_query(points, points[:, :7], 0.25, 20)
    for x, found in zip(points, index, strict=True):
        for k, near in enumerate(found.tolist()):
            within = set(torch.nonzero((x - x[k]).norm(dim=1) <= 0.25)[:, 0].tolist())
            assert set(near) == within if len(within) <= 20 else set(near) <= within
            assert near[0] == k


def test_an_empty_ball_takes_the_nearest_point(points):
    far = torch.full((3, 1, 3), 9.0)
    assert torch.equal(ball_query(points, far, 0.1, 4), nearest_points(points, far, 1).expand(-1, -1, 4))


def test_rows_are_gathered_by_any_index(points):
    index = torch.tensor([[[0, 1], [2, 3]]]).expand(3, -1, -1)
    assert torch.equal(gathered(points, index), points[:, :4].reshape(3, 2, 2, 3))


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda x: farthest_points(x[0], 3), r"points must be \[B, N, 3\], not \[60, 3\]"),
        (lambda x: farthest_points(x, 61), "count must be from 1 to the number of points, 60, not 61"),
        (lambda x: nearest_points(x, x, 0), "count must be from 1"),
        (lambda x: nearest_points(x, x[..., :2], 3), r"centres must be \[B, N, 3\]"),
        (lambda x: ball_query(x, x, 0.0, 3), "radius must be positive, not 0.0"),
    ],
)
def test_bad_input_gets_a_sentence(points, call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call(points)
