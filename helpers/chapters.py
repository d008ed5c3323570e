"""Reuse a method: take the functions and classes of a chapter out of its notebook, without running the chapter."""

from __future__ import annotations

import ast
import linecache
import sys
from pathlib import Path
from types import ModuleType

import nbformat

from helpers.run import passive

# In a source checkout the notebooks lie beside this package; an installed wheel carries them inside it.
NOTEBOOK_FOLDERS = (Path(__file__).parents[1] / "notebooks", Path(__file__).parent / "notebooks")


def load_chapter(slug: str, scale: str = "quick") -> ModuleType:
    """Make a module of a chapter's imports, configuration, functions, classes and UPPER_CASE constants.

    Nothing else of the chapter runs: no training, no figure, no seed, no print. Tracebacks name the cell.

    Args:
        slug: name of the chapter, for example ``"robust_loss"``.
        scale: which configuration ``cfg`` is: ``quick``, ``book`` or ``gpu``.

    Raises:
        ValueError: if there is no such chapter or scale.
    """
    notebook = nbformat.read(find_chapter(slug), as_version=4)
    left_out = set(notebook.metadata.get("book", {}).get("display_only", ()))
    module = ModuleType(f"chapter_{slug}", f"Lifted out of the chapter {slug} by load_chapter.")
    sys.modules[module.__name__] = module
    with passive(scale):
        for number, cell in enumerate(notebook.cells, start=1):
            if cell.cell_type == "code":
                _execute(liftable(ast.parse(cell.source), left_out), cell.source, f"<{slug}, cell {number}>", module)
    return module


def find_chapter(slug: str) -> Path:
    """Path of the chapter's notebook.

    Raises:
        ValueError: if there is no such chapter; the message lists those there are.
    """
    chapters = {path.stem: path for folder in NOTEBOOK_FOLDERS for path in sorted(folder.glob("*/*.ipynb"))}
    if slug not in chapters:
        raise ValueError(f"slug must be one of {', '.join(sorted(chapters))}, not {slug!r}")
    return chapters[slug]


def liftable(cell: ast.Module, left_out: set[str] = frozenset()) -> ast.Module:
    """The part of a cell that :func:`load_chapter` takes: imports, ``run``, ``cfg``, functions, classes, constants.

    Args:
        cell: the parsed code cell.
        left_out: names of functions that only draw results of the chapter.
    """
    return ast.Module([node for node in cell.body if _is_liftable(node, left_out)], type_ignores=[])


def _is_liftable(node: ast.stmt, left_out: set[str]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name not in left_out
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [name for target in targets for name in ast.walk(target) if not isinstance(name, ast.expr_context)]
        return all(
            isinstance(name, ast.Tuple)
            or (isinstance(name, ast.Name) and (name.id in ("run", "cfg") or name.id.isupper()))
            for name in names
        )
    return False


def _execute(code: ast.Module, source: str, filename: str, module: ModuleType) -> None:
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(code, filename, "exec"), module.__dict__)
