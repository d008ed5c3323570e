"""Shared by all tests: a chapter's run as the book makes it, small and on the CPU, and what its claims display."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers import Run, records, start, statements

PAPER = ("one", "two", "three", "four", "five")  # the statements of the paper of `some_chapter`


@pytest.fixture
def book_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a kernel that runs for the book at ``quick`` with seed 0."""
    monkeypatch.setenv("BOOK_BATCH", "1")
    monkeypatch.setenv("BOOK_SCALE", "quick")
    monkeypatch.setenv("BOOK_SEED", "0")
    monkeypatch.delenv("BOOK_STEP_LIMIT", raising=False)


@pytest.fixture
def run(book_environment: None) -> Run:
    return start("some_chapter")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch, run: Run) -> list[dict]:
    """What claims, verdicts and errata displayed: {"kind", "text", "html", "record"} each."""
    seen: list[dict] = []

    def display(data: dict, *, raw: bool, metadata: dict) -> None:
        assert raw
        ((kind, record),) = metadata.items()
        seen.append({"kind": kind, "text": data["text/plain"], "html": data["text/html"], "record": record})

    monkeypatch.setattr(records, "display", display)
    return seen


@pytest.fixture
def statement_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the statements of papers are read from; nothing lies there yet."""
    monkeypatch.setattr(statements, "FOLDERS", (tmp_path / "nowhere", tmp_path))
    statements.statements.cache_clear()
    yield tmp_path
    statements.statements.cache_clear()


@pytest.fixture
def paper(statement_folder: Path) -> None:
    """The paper of ``some_chapter`` stands on five statements."""
    fields = dict.fromkeys(("place", "metric", "rival", "numbers", "trial"), "as printed")
    written = [{"id": name, "sentence": f"It says <{name}>."} | fields for name in PAPER]
    (statement_folder / "some_chapter.json").write_text(json.dumps(written), encoding="utf-8")
