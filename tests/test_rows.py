"""The base of scene records: length, picking and moving."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import torch

from helpers.rows import Rows


@dataclass(frozen=True)
class Record(Rows):
    picture: torch.Tensor
    label: torch.Tensor


@pytest.fixture
def record():
    return Record(torch.arange(12.0).reshape(4, 3), torch.tensor([5, 6, 7, 8]))


def test_its_length_is_the_number_of_rows(record):
    assert len(record) == 4


@pytest.mark.parametrize(
    ("index", "labels"),
    [
        (2, [7]),
        (-1, [8]),
        (slice(1, 3), [6, 7]),
        ([3, 0, 0], [8, 5, 5]),
        (torch.tensor([True, False, False, True]), [5, 8]),
    ],
)
def test_every_index_picks_the_same_rows_of_all_tensors(record, index, labels):
    picked = record[index]
    assert isinstance(picked, Record)
    assert picked.label.tolist() == labels
    assert picked.picture[:, 0].tolist() == [3.0 * (label - 5) for label in labels]


def test_a_row_out_of_range_is_an_error(record):
    with pytest.raises(IndexError):
        record[4]


def test_all_tensors_move(record):
    assert {tensor.device.type for tensor in vars(record.to("meta")).values()} == {"meta"}


def test_joined_records_have_the_rows_of_all_parts(record):
    joined = Record.joined([record[2:], record[0], record])
    assert joined.label.tolist() == [7, 8, 5, 5, 6, 7, 8]
    assert joined.picture.shape == (7, 3)


def test_there_must_be_something_to_join():
    with pytest.raises(ValueError, match="parts must hold at least one record"):
        Record.joined([])
