"""What the other rules stand on: a valid notebook of plain Python with complete metadata."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import nbformat

from tools.chapters import PARTS, ROOT
from tools.contract.anatomy import Chapter, Findings, is_text

Check = Callable[[Any], bool]


def valid_notebook(chapter: Chapter) -> Findings:
    """nbformat's schema, of a minor version that has cell ids."""
    notebook = chapter.notebook
    version = (notebook.nbformat, notebook.nbformat_minor)
    if version < (4, 5):
        yield None, f"its format is {version}, expected (4, 5) or later, where cells have ids"
        return
    for error in nbformat.validator.iter_validate(notebook):
        where = list(error.relative_path)
        index = where[1] if where[:1] == ["cells"] and len(where) > 1 else None
        yield index, f"is not a valid notebook: {error.message[:200]}"
    for name, count in Counter(cell.get("id") for cell in notebook.cells).items():
        if name is not None and count > 1:
            yield None, f"{count} cells have the id {name!r}, expected one"
    if not notebook.cells:
        yield None, "has no cells"


def plain_python(chapter: Chapter) -> Findings:
    """No magics, no shell escapes: every code cell parses."""
    for index, cell in enumerate(chapter.notebook.cells):
        if cell.cell_type == "code":
            try:
                ast.parse(cell.source)
            except SyntaxError as error:
                yield index, f"line {error.lineno} is not plain Python (no magics, no shell escapes): {error.msg}"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def texts(least: int, most: int) -> Check:
    return lambda value: isinstance(value, list) and least <= len(value) <= most and all(map(is_text, value))


def record(**fields: Check) -> Check:
    return lambda value: isinstance(value, dict) and all(fits(value.get(key)) for key, fits in fields.items())


is_break = record(find=is_text, replace=lambda value: isinstance(value, str), claim=is_text)
is_cost = record(quick=is_number, book=is_number, gpu=lambda value: value is None or is_number(value))


def controlled(name: str) -> Check:
    """A list of words from the controlled list of that name in book/vocabulary.json."""
    words = json.loads(VOCABULARY.read_text(encoding="utf-8"))[name]
    return lambda value: isinstance(value, list) and bool(value) and all(each in words for each in value)


VOCABULARY = ROOT / "book" / "vocabulary.json"
HOW = ("zeroed", "identity", "detached", "flipped", "shuffled", "wrong sample", "untrained")


def is_substitution(value: Any) -> bool:
    """One text, or several that are exchanged together."""
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(map(is_string, value)))


def is_string(value: Any) -> bool:
    return isinstance(value, str)


def some(fits: Check) -> Check:
    return lambda value: isinstance(value, list) and bool(value) and all(map(fits, value))


METADATA: dict[str, tuple[Check, str]] = {
    "slug": (is_text, "a text"),
    "part": (PARTS.__contains__, f"one of {', '.join(PARTS)}"),
    "title": (is_text, "a text"),
    "summary": (lambda value: is_text(value) and len(value) <= 140, "a sentence of at most 140 characters"),
    "paper": (
        record(title=is_text, authors=is_text, venue=is_text, key=is_text, year=is_number),
        "title, authors, venue, key (texts) and year (a number)",
    ),
    "task": (texts(1, 4), "a list of one to four phrases"),
    "teaches": (texts(2, 5), "a list of two to five phrases"),
    "prerequisites": (texts(0, 9), "a list of slugs, which may be empty"),
    "thumbnail": (is_text, "the name of a figure"),
    "display_only": (texts(0, 99), "a list of functions, which may be empty"),
    "seconds": (is_cost, "numbers for quick and book, from make run"),
    "memory": (is_cost, "numbers for quick and book, from make run"),
    "seeds": (record(claims=lambda value: isinstance(value, dict)), "the table that make seeds writes"),
    "hash": (record(page=is_text, proof=is_text, helpers=is_text), "page, proof and helpers, from make run SCALE=book"),
    "run": (record(scale=is_text), "what make run SCALE=book writes"),
}

# Of chapters of form 1, beside the above.
METADATA_1: dict[str, tuple[Check, str]] = {
    "breaks": (some(is_break), "at least one {find, replace, claim}, all texts"),
}
# Of chapters of form 2, beside the above.
METADATA_2: dict[str, tuple[Check, str]] = {
    "core": (
        some(record(piece=is_text, find=is_substitution, replace=is_substitution, how=HOW.__contains__)),
        f"breaks with piece, find, replace and how ({', '.join(HOW)})",
    ),
    "no_difference": (
        lambda value: isinstance(value, dict) and all(map(is_text, value.values())),
        "piece -> one sentence, which may be empty",
    ),
    "related": (texts(1, 9), "a list of slugs of methods of the book"),
    "symbols": (some(record(symbol=is_text, meaning=is_text)), "symbols with their meanings"),
    "changes": (some(record(date=is_text, what=is_text)), "changes with date and what"),
    "tasks": (controlled("tasks"), f"words of the list in {VOCABULARY.name}"),
    "techniques": (controlled("techniques"), f"words of the list in {VOCABULARY.name}"),
    "matrix": (record(proof=is_text), "what make mutate writes"),
    "mutants": (record(proof=is_text, noticed=is_number, unnoticed=is_number), "what make mutants writes"),
}


def metadata(chapter: Chapter) -> Findings:
    """The kernel is named, and every key of metadata.book is there and of its type."""
    kernel = chapter.notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield None, f"metadata.kernelspec.name is {kernel!r}, expected 'python3', without which the site has no colours"
    if chapter.form not in (1, 2):
        yield (
            None,
            f"metadata.book.form is {chapter.form!r}, expected 2 (none in the first fourteen chapters)",
        )
        return
    for key, (fits, expected) in (METADATA | (METADATA_1 if chapter.form == 1 else METADATA_2)).items():
        if key not in chapter.book:
            yield None, f"metadata.book has no {key!r}, expected {expected}"
        elif not fits(chapter.book[key]):
            yield None, f"metadata.book.{key} is {str(chapter.book[key])[:60]!r}, expected {expected}"
