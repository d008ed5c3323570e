"""What all scene records share: tensors whose first axis counts the scenes, picked and moved together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Self

import torch


class Rows:
    """Base of a dataclass of tensors, each [n, ...]: its length is n, and indexing gives a record of fewer rows."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def __getitem__(self, index: int | slice | list[int] | torch.Tensor) -> Self:
        """The rows that ``index`` selects, always as several rows: a single number gives a record of length 1.

        Raises:
            IndexError: if a row is out of range.
        """
        if isinstance(index, int):
            index = [index]
        return type(self)(*(getattr(self, field.name)[index] for field in fields(self)))

    def to(self, device: torch.device | str) -> Self:
        """The same record with all its tensors on ``device``."""
        return type(self)(*(getattr(self, field.name).to(device) for field in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one after the other, in one record.

        Raises:
            ValueError: if there is no part.
        """
        if not parts:
            raise ValueError("parts must hold at least one record")
        return cls(*(torch.cat([getattr(part, field.name) for part in parts]) for field in fields(cls)))
