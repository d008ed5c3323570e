"""Shared by all tests: a chapter's run as the book makes it, small and on the CPU."""

from __future__ import annotations

import pytest

from helpers import Run, start


@pytest.fixture
def book_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a kernel that runs for the book at ``quick`` with seed 0."""
    monkeypatch.setenv("BOOK_BATCH", "1")
    monkeypatch.setenv("BOOK_SCALE", "quick")
    monkeypatch.setenv("BOOK_SEED", "0")


@pytest.fixture
def run(book_environment: None) -> Run:
    return start("some_chapter")
