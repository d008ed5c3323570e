"""Reuse a method: take the functions and classes of a chapter out of its notebook, without running the chapter."""

from __future__ import annotations

import ast
import builtins
import json
import linecache
import sys
from pathlib import Path
from types import ModuleType

from .run import passive

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
    # As plain JSON: the validator of schemas that nbformat brings in takes three seconds to import.
    notebook = json.loads(find_chapter(slug).read_text(encoding="utf-8"))
    left_out = set(notebook["metadata"].get("book", {}).get("display_only", ()))
    module = ModuleType(f"chapter_{slug}", f"Lifted out of the chapter {slug} by load_chapter.")
    sys.modules[module.__name__] = module
    with passive(scale):
        for number, cell in enumerate(notebook["cells"], start=1):
            if cell["cell_type"] == "code":
                source = "".join(cell["source"])  # lines, in most files
                code = liftable(ast.parse(source), set(vars(module)), left_out)
                _execute(code, source, f"<{slug}, cell {number}>", module)
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


def liftable(cell: ast.Module, known: set[str], left_out: set[str] = frozenset()) -> ast.Module:
    """The part of a cell that :func:`load_chapter` takes: imports, ``run``, ``cfg``, functions, classes, constants.

    An UPPER_CASE name is a constant if its value is made of names that are lifted too; else it is a result of the
    chapter whose symbol happens to be a capital.

    Args:
        cell: the parsed code cell.
        known: the names lifted from the cells before.
        left_out: names of functions that only draw results of the chapter.
    """
    known = known | set(dir(builtins))
    lifted = []
    for node in cell.body:
        if _is_liftable(node, known, left_out):
            lifted.append(node)
            known |= _bound(node)
    return ast.Module(lifted, type_ignores=[])


def _is_liftable(node: ast.stmt, known: set[str], left_out: set[str]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name not in left_out
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        constant = all(name in ("run", "cfg") or (name.isidentifier() and name.isupper()) for name in _bound(node))
        return constant and _taken(node.value) <= known
    return False


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement gives to what it makes."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in node.names}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    # A target such as `x[0]` changes something that is there: its text is no name of a constant.
    leaves = [leaf for target in targets for leaf in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return {ast.unparse(leaf) for leaf in leaves}


def _taken(value: ast.expr) -> set[str]:
    """The names that an expression needs from outside."""
    names = [node for node in ast.walk(value) if isinstance(node, ast.Name)]
    own = {node.arg for node in ast.walk(value) if isinstance(node, ast.arg)}
    own |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return {name.id for name in names} - own


def _execute(code: ast.Module, source: str, filename: str, module: ModuleType) -> None:
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(code, filename, "exec"), module.__dict__)
