"""book/statements: what each paper stands on, one file a method, written down before anything was measured."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from helpers import statements as reader

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


def test_the_reader_numbers_them_in_their_order() -> None:
    written = json.loads((BOOK / "statements" / "tide.json").read_text(encoding="utf-8"))
    read = reader.statements("tide")
    assert list(read) == [each["id"] for each in written]
    assert [each.number for each in read.values()] == list(range(1, len(written) + 1))
    for each in written:
        one = reader.statement("tide", each["id"])
        assert {field: getattr(one, field) for field in FIELDS} == each


def test_unknown_names_are_named() -> None:
    with pytest.raises(ValueError, match=r"slug must be a method of the book, .*, not 'tied'"):
        reader.statements("tied")
    known = ", ".join(reader.statements("tide"))
    with pytest.raises(ValueError, match=re.escape(f"of must be a statement of tide: {known}, not 'nothing'")):
        reader.statement("tide", "nothing")


def test_a_wheel_without_a_checkout_is_read_too(statement_folder: Path, paper: None) -> None:
    assert not reader.FOLDERS[0].exists()
    assert list(reader.statements("some_chapter")) == ["one", "two", "three", "four", "five"]
