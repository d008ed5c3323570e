"""What each paper stands on: the closed list of statements that its chapter is judged by, written before any result."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

# In a source checkout the lists lie in the book beside this package; an installed wheel carries them inside it.
FOLDERS = (Path(__file__).parents[1] / "book" / "statements", Path(__file__).parent / "book" / "statements")
# The statements stand in order of importance; from this one on a chapter may leave one untried.
FIRST_OPTIONAL = 5


@dataclass(frozen=True)
class Statement:
    """One thing that a paper says, and what a fair trial of it needs.

    Attributes:
        id: its name.
        number: its place in the order of importance, from 1 on.
        sentence: what the paper says, in one full sentence.
        place: where it says so.
        metric: the quantity, and which direction is better.
        rival: what the paper compares with.
        numbers: what the paper measured; empty where it gives none.
        trial: what a fair trial needs.
    """

    id: str
    number: int
    sentence: str
    place: str
    metric: str
    rival: str
    numbers: str
    trial: str


@lru_cache(maxsize=128)
def statements(slug: str) -> dict[str, Statement]:
    """The statements of a method's paper by id, in order of importance.

    Raises:
        ValueError: if the book has no list for ``slug``.
    """
    path = next((path for folder in FOLDERS if (path := folder / f"{slug}.json").is_file()), None)
    if path is None:
        raise ValueError(f"slug must be a method of the book, whose statements are known, not {slug!r}")
    records = json.loads(path.read_text(encoding="utf-8"))
    return {each["id"]: Statement(number=number, **each) for number, each in enumerate(records, start=1)}


def statement(slug: str, of: str) -> Statement:
    """The statement ``of`` the paper of the method ``slug``.

    Raises:
        ValueError: if there is no such statement; the message lists those there are.
    """
    known = statements(slug)
    if of not in known:
        raise ValueError(f"of must be a statement of {slug}: {', '.join(known)}, not {of!r}")
    return known[of]
