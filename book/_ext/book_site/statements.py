"""What the papers stand on: the statements of book/statements, each of which a chapter judges once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Statement:
    """A statement of a paper, written down before anything was measured."""

    id: str
    sentence: str
    place: str
    metric: str
    rival: str
    numbers: str
    trial: str


def file_of(root: Path, slug: str) -> Path:
    return root / "book" / "statements" / f"{slug}.json"


def statements(root: Path, slug: str) -> tuple[Statement, ...]:
    """The statements of one method, in order of importance; none where the book does not plan it."""
    path = file_of(root, slug)
    return _statements(path, path.stat().st_mtime_ns) if path.exists() else ()


@lru_cache(maxsize=512)
def _statements(path: Path, _stamp: int) -> tuple[Statement, ...]:
    return tuple(Statement(**record) for record in json.loads(path.read_text(encoding="utf-8")))
