"""What the other rules stand on: a valid notebook of plain Python with complete metadata."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from typing import Any

import nbformat

from tools.chapters import PARTS
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
    "breaks": (
        lambda value: isinstance(value, list) and bool(value) and all(map(is_break, value)),
        "at least one {find, replace, claim}, all texts",
    ),
    "seconds": (is_cost, "numbers for quick and book, from make run"),
    "memory": (is_cost, "numbers for quick and book, from make run"),
    "seeds": (record(claims=lambda value: isinstance(value, dict)), "the table that make seeds writes"),
    "hash": (record(page=is_text, proof=is_text, helpers=is_text), "page, proof and helpers, from make run SCALE=book"),
    "run": (record(scale=is_text), "what make run SCALE=book writes"),
}


def metadata(chapter: Chapter) -> Findings:
    """The kernel is named, and every key of metadata.book is there and of its type."""
    kernel = chapter.notebook.metadata.get("kernelspec", {}).get("name")
    if kernel != "python3":
        yield None, f"metadata.kernelspec.name is {kernel!r}, expected 'python3', without which the site has no colours"
    for key, (fits, expected) in METADATA.items():
        if key not in chapter.book:
            yield None, f"metadata.book has no {key!r}, expected {expected}"
        elif not fits(chapter.book[key]):
            yield None, f"metadata.book.{key} is {str(chapter.book[key])[:60]!r}, expected {expected}"
