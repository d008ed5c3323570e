"""What the site knows of the book: the planned methods, the chapters that exist, and what their outputs measured."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from book_site.statements import Statement, statements


@dataclass(frozen=True)
class Method:
    """One row of book/methods.csv: a method of the book, written already or still to come."""

    slug: str
    part: str
    name: str
    title: str
    authors: str
    venue: str
    year: str
    line: str

    @property
    def docname(self) -> str:
        return f"notebooks/{self.part}/{self.slug}"

    @property
    def anchor(self) -> str:
        """Where the page of the part lists the method's statements."""
        return f"method-{self.slug}"


class Kind(StrEnum):
    """What a cell of "Does it hold?" says."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not reproduced"
    NOT_TESTABLE = "not testable"
    NOT_TRIED = "not tried"
    MECHANISM = "mechanism"
    HELD = "held"  # a claim of form 1
    FAILED = "failed"
    OPEN = "open"  # a claim that is asserted from a larger scale on


@dataclass(frozen=True)
class Verdict:
    """A claim, or a statement of the paper judged without one, as its cell recorded it."""

    anchor: str
    record: dict[str, Any]
    kind: Kind
    statement: Statement | None = None
    seeds: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Erratum:
    anchor: str
    record: dict[str, Any]


@dataclass(frozen=True)
class Chapter:
    """A notebook of the book: its `metadata.book` and what its outputs hold."""

    docname: str
    book: dict[str, Any]
    title: str
    verdicts: tuple[Verdict, ...] = ()
    errata: tuple[Erratum, ...] = ()
    statements: tuple[Statement, ...] = ()

    @property
    def slug(self) -> str:
        return self.book["slug"]

    @property
    def run(self) -> dict[str, Any]:
        return self.book.get("run") or {}

    @property
    def short_title(self) -> str:
        return self.title.partition(":")[0]

    @property
    def noticed(self) -> tuple[int, int] | None:
        """Random edits of the code that the chapter noticed, and of how many; None where none was tried."""
        edits = self.book.get("mutants")
        return (edits["noticed"], edits["noticed"] + edits["unnoticed"]) if edits else None

    @property
    def form(self) -> int:
        return self.book.get("form", 1)

    @property
    def judged(self) -> bool:
        """Whether the chapter judges the statements of its paper (form 2); the first chapters do not yet."""
        return self.form == 2

    @property
    def on_statements(self) -> dict[str, Verdict]:
        """The verdicts on statements of the paper, by the statement's id."""
        return {verdict.statement.id: verdict for verdict in self.verdicts if verdict.statement}


def methods(root: Path) -> dict[str, Method]:
    """All methods of the book by slug, in the order of the book."""
    path = root / "book" / "methods.csv"
    return _methods(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _methods(path: Path, _stamp: int) -> dict[str, Method]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["slug"]: Method(**row) for row in csv.DictReader(file)}


def chapters(root: Path) -> dict[str, Chapter]:
    """The chapters of the book, by slug, in its order."""
    order = {slug: k for k, slug in enumerate(methods(root))}
    found = [read(path, root) for path in map(root.joinpath, listed(root))]
    found.sort(key=lambda chapter: order.get(chapter.slug, len(order)))
    return {chapter.slug: chapter for chapter in found}


def listed(root: Path) -> list[str]:
    """The notebooks that _toc.yml names and that exist; a draft beside them is no chapter yet."""
    named = re.findall(r"^\s*- file: (notebooks/\S+)$", (root / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return [path for name in named if (root / (path := f"{name}.ipynb")).is_file()]


def read(path: Path, root: Path) -> Chapter:
    docname = path.relative_to(root).with_suffix("").as_posix()
    return _chapter(path, docname, statements(root, path.stem), path.stat().st_mtime_ns)


@lru_cache(maxsize=512)
def _chapter(path: Path, docname: str, told: tuple[Statement, ...], _stamp: int) -> Chapter:
    return from_notebook(json.loads(path.read_text(encoding="utf-8")), docname, told)


def from_notebook(notebook: dict[str, Any], docname: str, told: tuple[Statement, ...] = ()) -> Chapter:
    """The chapter of a parsed notebook; `told` are the statements of its paper."""
    book = notebook["metadata"].get("book") or {}
    if not book.get("slug"):
        raise ValueError(f"{docname}.ipynb has no metadata.book.slug")
    by_id = {statement.id: statement for statement in told}
    verdicts = []
    for _, record in records(notebook, "book_claim", "book_verdict"):
        of = record.get("of")
        if of and of not in by_id:
            raise ValueError(f"{docname}.ipynb judges {of!r}, which is no statement of book/statements")
        anchor = f"verdict-{of}" if of else f"claim-{len(verdicts) + 1}"
        kind = kind_of(record, book.get("form", 1))
        verdicts.append(Verdict(anchor, record, kind, by_id.get(of), over_seeds(record, book)))
    errata = [
        Erratum(f"erratum-{k}", record) for k, (_, record) in enumerate(records(notebook, "book_erratum"), start=1)
    ]
    title = book.get("title") or first_heading(notebook)
    return Chapter(docname, book, title, tuple(verdicts), tuple(errata), told)


def kind_of(record: dict[str, Any], form: int) -> Kind:
    if "verdict" in record:
        return Kind(record["verdict"])
    if not record.get("asserted", True):
        return Kind.OPEN
    if not record.get("held"):
        return Kind.FAILED
    if form == 1:
        return Kind.HELD
    return Kind.REPRODUCED if record.get("of") else Kind.MECHANISM


def over_seeds(record: dict[str, Any], book: dict[str, Any]) -> dict[str, Any]:
    """What other seeds measured: their scale and numbers, the values, and whether each met the bound."""
    seeds = book.get("seeds") or {}
    # What is judged from a larger scale on is not tried where the seeds run.
    if record.get("at", "quick") != seeds.get("scale"):
        return {}
    if "verdict" in record:
        found = seeds.get("verdicts", {}).get(record["of"])
        return {"scale": seeds["scale"], "seeds": seeds["seeds"], **found, "held": found["met"]} if found else {}
    found = seeds.get("claims", {}).get(record["statement"])
    return {"scale": seeds["scale"], "seeds": seeds["seeds"], **found} if found else {}


def records(notebook: dict[str, Any], *keys: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Outputs whose metadata carry one of the keys, in order, each with that record."""
    return [
        (output, output["metadata"][key])
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        for key in keys
        if key in output.get("metadata", {})
    ]


def first_heading(notebook: dict[str, Any]) -> str:
    for cell in notebook["cells"]:
        for line in source(cell).splitlines():
            if line.startswith("# "):
                return line[2:].strip()
    return "Untitled"


def source(cell: dict[str, Any]) -> str:
    """The text of a cell; notebooks store it as a string or as a list of lines."""
    return joined(cell["source"])


def joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
