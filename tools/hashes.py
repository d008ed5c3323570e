"""What makes a chapter fresh: hashes of its syntax trees, blind to imports, docstrings, comments and layout.

Three of them are stored in ``metadata.book.hash``: ``page``, of all code cells, says whether the outputs belong to the
code; ``proof``, of the cells before "Explore" without the functions that only draw, whether seeds, break matrix and
random edits do; ``helpers``, of the definitions that the chapter uses and what those call, whether a helper changed.
They are the same on every Python and after a move of a file.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from nbformat import NotebookNode

from tools.chapters import ROOT, cells_before, is_code, sections

PACKAGE = "helpers"
SETTINGS = f"{PACKAGE}.settings"  # says where and at which scale a chapter runs, not what it computes: left out
# What a tree says beside the code: where names are used, and where Python versions differ.
LEFT_OUT = {"ctx", "kind", "type_comment", "type_ignores", "type_params"}


class Place(NamedTuple):
    """A name in a module of the package; without a name, the module."""

    module: str
    name: str = ""


def page_hash(notebook: NotebookNode) -> str:
    """Hash of all code cells; the committed outputs belong to exactly this code."""
    return _digest(map(tree_text, _trees(notebook.cells)))


def proof_hash(notebook: NotebookNode) -> str:
    """Hash of the code before "Explore" without what only draws; seeds and breaks were run with this code.

    They run at ``quick``, so what ``run.pick`` holds ready for the other scales is left out too.
    """
    left_out = only_draws(notebook)
    texts = []
    for tree in _trees(cells_before(notebook, "Explore")):
        kept = [node for node in tree.body if getattr(node, "name", None) not in left_out]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "pick":
                node.keywords = [each for each in node.keywords if each.arg == "quick"]
        texts.append(tree_text(ast.Module(kept, type_ignores=[])))
    return _digest(texts)


def only_draws(notebook: NotebookNode) -> set[str]:
    """The display-only functions that nothing calls but cells with a figure, "Explore", and one another."""
    found = set(notebook.metadata.get("book", {}).get("display_only", ()))
    placed = zip(notebook.cells, sections(notebook), strict=True)
    cells = [cell for cell, section in placed if section != "Explore" and is_code(cell)]
    while reached := found & _names_that_count(cells, found):
        found -= reached
    return found


def _names_that_count(cells: list[NotebookNode], drawing: set[str]) -> set[str]:
    """Names used by functions that do not only draw, and by the other statements of cells without a figure."""
    names = set()
    for cell, tree in zip(cells, _trees(cells), strict=True):
        figure = "figure" in cell.metadata.get("mystnb", {})
        for node in tree.body:
            defines = isinstance(node, ast.FunctionDef | ast.ClassDef)
            if node.name not in drawing if defines else not figure:
                names |= {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names


def helpers_hash(notebook: NotebookNode) -> str:
    """Hash of the public definitions of ``helpers`` that the chapter uses, and of all that they call."""
    return _digest(_definitions(_used([*_trees(notebook.cells)], PACKAGE)))


def tree_text(node: ast.AST) -> str:
    """The tree as a text without imports, docstrings, positions and empty fields."""
    fields = []
    for name, value in ast.iter_fields(node):
        if name not in LEFT_OUT and value not in (None, []):
            fields.append(f"{name}={_value_text(node, name, value)}")
    return f"{type(node).__name__}({','.join(fields)})"


def _value_text(node: ast.AST, name: str, value: object) -> str:
    if isinstance(value, ast.AST):
        return tree_text(value)
    if isinstance(value, list):
        skip = int(name == "body" and _has_docstring(node))
        kept = [each for each in value[skip:] if not isinstance(each, ast.Import | ast.ImportFrom)]
        return f"[{','.join(tree_text(each) if isinstance(each, ast.AST) else repr(each) for each in kept)}]"
    return repr(value)


def _has_docstring(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None
    )


def _trees(cells: list[NotebookNode]) -> Iterator[ast.Module]:
    for cell in cells:
        if is_code(cell):
            try:
                yield ast.parse(cell.source)
            except SyntaxError:  # the contract says so; here its text is as good as a tree
                yield ast.Module([ast.Expr(ast.Constant(cell.source))], type_ignores=[])


def _digest(texts: Iterator[str] | list[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8")).hexdigest()[:16]


# The definitions of the package, found by names from a notebook on.


def _definitions(waiting: set[Place]) -> list[str]:
    """Name and text of every definition that can be reached from those that wait."""
    found: dict[Place, str] = {}
    while waiting:
        place = waiting.pop()
        if place.module == SETTINGS:
            continue
        nodes = _top_level(place.module).get(place.name, ())
        found[place] = f"{place.name}:{'|'.join(map(tree_text, nodes))}"
        waiting |= _used(nodes, place.module) - set(found)
    return sorted(found.values())


def _used(nodes: list[ast.AST] | tuple[ast.AST, ...], module: str) -> set[Place]:
    """The definitions of the package that these nodes of a module name, directly or as attributes of modules."""
    known = {} if module == PACKAGE else _names(module)
    for node in nodes:
        known = known | _imported(node, module)
    used = set()
    for node in nodes:
        for each in ast.walk(node):
            if isinstance(each, ast.Name | ast.Attribute):
                used |= _places(_chain(each), known)
    return used


def _chain(node: ast.expr) -> list[str]:
    """``a.b.c`` as its names; empty where it does not start with a name."""
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return [node.id, *reversed(names)] if isinstance(node, ast.Name) else []


def _places(names: list[str], known: dict[str, Place]) -> set[Place]:
    others = names[1:]
    place = known.get(names[0]) if names else None
    while place is not None:
        if place.name in _top_level(place.module):
            return {place}
        if place.name:  # imported there from somewhere else, or a module of that package
            elsewhere = _names(place.module).get(place.name)
            place = elsewhere if elsewhere not in (None, place) else _as_module(f"{place.module}.{place.name}")
        elif others:
            place = Place(place.module, others.pop(0))
        else:
            return set()
    return set()


def _as_module(name: str) -> Place | None:
    return Place(name) if _file(name) else None


@lru_cache(maxsize=512)
def _top_level(module: str) -> dict[str, tuple[ast.stmt, ...]]:
    """Name -> the statements that define it at the top of the module."""
    path = _file(module)
    found: dict[str, list[ast.stmt]] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path else ():
        for name in _bound(node):
            found.setdefault(name, []).append(node)
    return {name: tuple(nodes) for name, nodes in found.items()}


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {each.id for target in targets if target for each in ast.walk(target) if isinstance(each, ast.Name)}


@lru_cache(maxsize=512)
def _names(module: str) -> dict[str, Place]:
    """The names of a module that lead into the package: its own definitions, and what it imports from there."""
    path = _file(module)
    if path is None:
        return {}
    own = {name: Place(module, name) for name in _top_level(module)}
    return own | _imported(ast.parse(path.read_text(encoding="utf-8")), module)


def _imported(tree: ast.AST, module: str) -> dict[str, Place]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                path = _file(module)
                above = node.level - (path is not None and path.name == "__init__.py")
                base = module.split(".")[: len(module.split(".")) - above]
                source = ".".join([*base, *filter(None, [source])])
            if source.split(".")[0] == PACKAGE:
                found |= {alias.asname or alias.name: Place(source, alias.name) for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == PACKAGE:
                    found[alias.asname or PACKAGE] = Place(alias.name if alias.asname else PACKAGE)
    return found


def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((file for file in (path / "__init__.py", path.with_suffix(".py")) if file.is_file()), None)
