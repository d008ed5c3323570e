"""A chapter taken apart for the contract: its headings, code cells, claims, names and the texts of its outputs."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from nbformat import NotebookNode

from tools.chapters import FENCE, HEADING, form

CITATION = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")
ENTRY = re.compile(r"^\s*@(?!comment|string|preamble)\w+\s*\{\s*([^,\s]+)", re.MULTILINE | re.IGNORECASE)
DATA = re.compile(r"base64,[\w+/=]+")


OTHER_VERDICTS = ("not_reproduced", "not_testable", "not_tried")

Findings = Iterator[tuple[int | None, str]]  # index of a cell, or None for the notebook as a whole; one sentence


class Heading(NamedTuple):
    index: int  # of its cell
    level: int
    text: str
    section: str  # the ## heading that it stands under, or is


class Code(NamedTuple):
    """A code cell."""

    index: int
    cell: NotebookNode
    tree: ast.Module
    section: str
    exercise: int  # how many ### stand above it in its section

    @property
    def tags(self) -> list[str]:
        return self.cell.metadata.get("tags", [])

    @property
    def shown(self) -> list[NotebookNode]:
        """The outputs that are no streams."""
        return [output for output in self.cell.outputs if output.output_type != "stream"]

    def calls(self, *names: str) -> list[ast.Call]:
        """The calls of functions with one of these names, bare or as attributes."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]
        return [call for call in calls if ast.unparse(call.func).split(".")[-1] in names]


class Claim(NamedTuple):
    code: Code
    statement: str | None  # None where it is computed
    at: str
    core: bool
    of: str | None
    given: frozenset[str]  # the names of the arguments that are given by name


class Verdict(NamedTuple):
    """A cell that judges a statement of the paper: a claim that is `of` one, or one of the other three."""

    code: Code
    kind: str  # the name of the function that it calls
    of: str | None  # None where it is computed


@dataclass(frozen=True)
class Chapter:
    """A notebook as it lies on the disk, and the keys of the bibliography."""

    path: Path
    notebook: NotebookNode
    bibliography: frozenset[str]

    @classmethod
    def read(cls, path: Path, bibliography: Path) -> Chapter:
        """Unlike ``tools.chapters.read``, repair nothing: the contract wants to see what is wrong."""
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
        return cls(path, notebook, frozenset(ENTRY.findall(bibliography.read_text(encoding="utf-8"))))

    @property
    def book(self) -> dict[str, Any]:
        return self.notebook.metadata.get("book", {})

    @cached_property
    def headings(self) -> list[Heading]:
        found, section = [], ""
        for index, cell in enumerate(self.notebook.cells):
            text = FENCE.sub("", cell.source) if cell.cell_type == "markdown" else ""
            for marks, title in HEADING.findall(text):
                section = title if len(marks) == 2 else section
                found.append(Heading(index, len(marks), title, section))
        return found

    @cached_property
    def code(self) -> list[Code]:
        found = []
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type == "code":
                section = self.section(index)
                exercise = sum(h.level == 3 and h.section == section and h.index < index for h in self.headings)
                found.append(Code(index, cell, ast.parse(cell.source), section, exercise))
        return found

    @cached_property
    def claims(self) -> list[Claim]:
        found = []
        for code in self.code:
            for call in code.calls("claim"):
                given = literals(call, "statement")
                at, core, of = given.get("at", "quick"), given.get("core", False), given.get("of")
                names = frozenset(each.arg for each in call.keywords if each.arg)
                found.append(Claim(code, given.get("statement"), at, core, of, names))
        return found

    @cached_property
    def verdicts(self) -> list[Verdict]:
        found = []
        for code in self.code:
            for call in code.calls("claim", *OTHER_VERDICTS):
                name = ast.unparse(call.func).split(".")[-1]
                given = literals(call, "" if name == "claim" else "of")
                if name != "claim" or any(each.arg == "of" for each in call.keywords):
                    found.append(Verdict(code, name, given.get("of")))
        return found

    @property
    def form(self) -> int:
        return form(self.book)

    def section(self, index: int) -> str:
        """The section that a cell stands in."""
        return next((heading.section for heading in reversed(self.headings) if heading.index <= index), "")


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def literals(call: ast.Call, *positional: str) -> dict[str, Any]:
    """The arguments of a call that are literals, by name."""
    arguments = dict(zip(positional, call.args, strict=False)) | {each.arg: each.value for each in call.keywords}
    return {name: value.value for name, value in arguments.items() if isinstance(value, ast.Constant)}


def citations(text: str) -> set[str]:
    """The keys that a text cites."""
    return {key.strip() for keys in CITATION.findall(text) for key in keys.split(",")}


def output_texts(cell: NotebookNode) -> Iterator[str]:
    """What the outputs of a cell say, without the bytes of pictures and sounds."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        for kind, value in output.get("data", {}).items():
            if kind not in ("image/png", "image/jpeg"):
                yield DATA.sub("", str(value))


def full_names(chapter: Chapter) -> Iterator[tuple[int, str]]:
    """Every name that the code imports or uses, spelled out, with the index of its cell.

    After ``from skimage import data``, ``data.coins`` is skimage.data.coins; what no import brought is in builtins.
    """
    imported: dict[str, str] = {}
    nodes = [(code.index, node) for code in chapter.code for node in ast.walk(code.tree)]
    for index, node in nodes:
        for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
            if isinstance(node, ast.ImportFrom):
                name = imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
            else:
                name, top = alias.name, alias.name.split(".")[0]
                imported[alias.asname or top] = name if alias.asname else top
            yield index, name
    for index, node in nodes:
        if isinstance(node, ast.Name | ast.Attribute) and re.fullmatch(r"[\w.]+", name := ast.unparse(node)):
            first, *others = name.split(".")
            yield index, ".".join([imported.get(first, f"builtins.{first}"), *others])


def bound_and_taken(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a top-level statement binds, and those that it takes from around it."""

    def taken(table: symtable.SymbolTable) -> set[str]:
        own = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global() and symbol.is_referenced()}
        return own.union(*map(taken, table.get_children()))

    table = symtable.symtable(ast.unparse(statement), "<cell>", "exec")
    bound = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    return bound, taken(table)
