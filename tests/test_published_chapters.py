"""The published chapters keep the contract."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.chapters import chapter_paths
from tools.contract import __main__, breaches, too_heavy


def test_there_are_chapters_and_they_are_light() -> None:
    assert chapter_paths(), "there is no chapter yet, expected at least one in notebooks/<part>/"
    assert too_heavy(chapter_paths()) is None


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_a_chapter_keeps_the_contract(path: Path) -> None:
    found = breaches(path, __main__.BIBLIOGRAPHY)
    assert not found, "\n".join(map(str, found))
