"""What the site knows of the book: the planned methods, the chapters that exist, and what their outputs measured."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any


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


@dataclass(frozen=True)
class Claim:
    """A claim as its cell recorded it, with what other seeds measured."""

    anchor: str
    record: dict[str, Any]
    seeds: dict[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return bool(self.record.get("held"))


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
    claims: tuple[Claim, ...]
    errata: tuple[Erratum, ...]

    @property
    def slug(self) -> str:
        return self.book["slug"]

    @property
    def run(self) -> dict[str, Any]:
        return self.book.get("run") or {}

    @property
    def short_title(self) -> str:
        return self.title.partition(":")[0]


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
    found = [_chapter(path, root, path.stat().st_mtime_ns) for path in map(root.joinpath, listed(root))]
    found.sort(key=lambda chapter: order.get(chapter.slug, len(order)))
    return {chapter.slug: chapter for chapter in found}


def listed(root: Path) -> list[str]:
    """The notebooks that _toc.yml names and that exist; a draft beside them is no chapter yet."""
    named = re.findall(r"^\s*- file: (notebooks/\S+)$", (root / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE)
    return [path for name in named if (root / (path := f"{name}.ipynb")).is_file()]


@lru_cache(maxsize=512)
def _chapter(path: Path, root: Path, _stamp: int) -> Chapter:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return from_notebook(notebook, path.relative_to(root).with_suffix("").as_posix())


def from_notebook(notebook: dict[str, Any], docname: str) -> Chapter:
    """The chapter of a parsed notebook."""
    book = notebook["metadata"].get("book") or {}
    if not book.get("slug"):
        raise ValueError(f"{docname}.ipynb has no metadata.book.slug")
    title = book.get("title") or first_heading(notebook)
    seeds = book.get("seeds") or {}
    per_statement = seeds.get("claims") or {}
    claims, errata = [], []
    for _, record in records(notebook, "book_claim"):
        # A claim that is asserted from a larger scale on is not tried where the seeds run.
        spread = per_statement.get(record["statement"]) if record.get("at", "quick") == seeds.get("scale") else None
        tried = {"scale": seeds.get("scale"), "seeds": seeds.get("seeds"), **spread} if spread else {}
        claims.append(Claim(f"claim-{len(claims) + 1}", record, tried))
    for _, record in records(notebook, "book_erratum"):
        errata.append(Erratum(f"erratum-{len(errata) + 1}", record))
    return Chapter(docname, book, title, tuple(claims), tuple(errata))


def records(notebook: dict[str, Any], key: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Outputs that carry `metadata.<key>`, in order, each with that record."""
    return [
        (output, output["metadata"][key])
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
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
