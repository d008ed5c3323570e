"""Dense correspondence against maps whose matches one knows."""

from __future__ import annotations

import pytest
import torch

from helpers.measure.correspondence import best_cells, cell_centres, cells_at, transfer_error


def test_cells_and_their_centres_belong_together():
    centres = cell_centres(5)
    assert centres[:2].tolist() == [[0.5, 0.5], [2.5, 0.5]]
    assert torch.equal(cells_at(centres, 5), torch.arange(25))
    assert cells_at(torch.tensor([[-9.0, 99.0]]), 5).tolist() == [20]
    assert cell_centres(3, 1)[4].tolist() == [1.0, 1.0]


def test_labels_that_move_are_found_where_they_went():
    labels = torch.eye(16)[None]
    others = labels.roll(1, 1)  # one cell to the right, row by row
    assert torch.equal(best_cells(labels, others)[0], (torch.arange(16) + 1) % 16)
    assert torch.equal(best_cells(labels[0, :3], others)[0], torch.tensor([1, 2, 3]))
    there = cell_centres(4)[None] + torch.tensor([2.0, 0.0])
    inside = (torch.arange(16) % 4 < 3)[None]
    assert transfer_error(labels, others, there, inside).tolist() == [0.0]
    assert transfer_error(labels, labels, there, inside).tolist() == [2.0]


@pytest.mark.parametrize(
    "call",
    [
        lambda: cell_centres(0),
        lambda: best_cells(torch.ones(2, 3), torch.ones(1, 4, 2)),
        lambda: transfer_error(torch.ones(1, 5, 2), torch.ones(1, 5, 2), torch.ones(1, 5, 2), torch.ones(1, 5) > 0),
    ],
)
def test_what_makes_no_sense_is_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
