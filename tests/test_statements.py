"""book/statements: what each paper stands on, one file a method, written down before anything was measured."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

BOOK = Path(__file__).parents[1] / "book"
FIELDS = ["id", "sentence", "place", "metric", "rival", "numbers", "trial"]
with (BOOK / "methods.csv").open(encoding="utf-8", newline="") as file:
    SLUGS = [row["slug"] for row in csv.DictReader(file)]


def test_no_file_without_a_method() -> None:
    assert {path.stem for path in (BOOK / "statements").iterdir()} == set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_four_to_eight_complete_statements(slug: str) -> None:
    statements = json.loads((BOOK / "statements" / f"{slug}.json").read_text(encoding="utf-8"))
    assert 4 <= len(statements) <= 8
    for statement in statements:
        assert list(statement) == FIELDS
        assert all(isinstance(words, str) for words in statement.values())
        assert [field for field in FIELDS if not statement[field].strip()] in ([], ["numbers"])
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", statement["id"])
    assert len({statement["id"] for statement in statements}) == len(statements)
