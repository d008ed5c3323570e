"""Reuse a method: take the functions and classes of a chapter out of its notebook, without running the chapter.

A chapter is the module ``helpers.chapters.<scale>.<slug>`` in every process that has the package, so what is made of
its classes can be pickled, saved, and sent to workers.
"""

from __future__ import annotations

import ast
import builtins
import json
import linecache
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

from .run import passive
from .settings import SCALES, check_scale

# In a source checkout the notebooks lie beside this package; an installed wheel carries them inside it.
NOTEBOOK_FOLDERS = (Path(__file__).parents[1] / "notebooks", Path(__file__).parent / "notebooks")

PACKAGE = "helpers"  # as notebooks call it; a program may have it as runnable_vision

__path__: list[str] = []  # the scales are packages in this module, found by ``_Finder``


def load_chapter(slug: str, scale: str = "quick") -> ModuleType:
    """The module of a chapter's imports, configuration, functions, classes and UPPER_CASE constants.

    Nothing else of the chapter runs: no training, no figure, no seed, no print. A constant that draws random numbers is
    left out, and the global generators stay as they were. Tracebacks name the cell. A second call returns the same
    module, so its classes are the same; ``importlib.reload`` reads a notebook that was edited.

    Args:
        slug: name of the chapter, for example ``"robust_loss"``.
        scale: which configuration ``cfg`` is: ``quick``, ``book`` or ``gpu``; each scale is a module of its own.

    Raises:
        ValueError: if there is no such chapter or scale.
    """
    find_chapter(slug)
    return import_module(f"{__name__}.{check_scale(scale, 'scale')}.{slug}")


class _Finder(MetaPathFinder):
    """Finds ``helpers.chapters.<scale>`` and ``helpers.chapters.<scale>.<slug>``."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        parent, _, names = fullname.partition(f"{__name__}.")
        scale, _, slug = names.partition(".")
        if parent or scale not in SCALES or (slug and slug not in _chapters()):
            return None
        return spec_from_loader(fullname, _Lift(scale, slug), is_package=not slug)


class _Lift(Loader):
    def __init__(self, scale: str, slug: str) -> None:
        self.scale, self.slug = scale, slug

    def exec_module(self, module: ModuleType) -> None:
        if not self.slug:
            return
        # As plain JSON: the validator of schemas that nbformat brings in takes three seconds to import.
        notebook = json.loads(find_chapter(self.slug).read_text(encoding="utf-8"))
        left_out = set(notebook["metadata"].get("book", {}).get("display_only", ()))
        module.__doc__ = f"Lifted out of the chapter {self.slug} by load_chapter."
        module.__file__ = f"<{self.slug}>"  # where inspect looks for classes
        whole: list[str] = []
        with passive(self.scale), _same_generators():
            for number, cell in enumerate(notebook["cells"], start=1):
                if cell["cell_type"] == "code":
                    source = "".join(cell["source"])  # lines, in most files
                    code = liftable(ast.parse(source), set(vars(module)), left_out)
                    _execute(code, source, f"<{self.slug}, cell {number}>", module, len(whole))
                    whole += f"{source}\n".splitlines(keepends=True)
        _remember(module.__file__, whole)


@contextmanager
def _same_generators() -> Iterator[None]:
    """Leave the global generators of torch, NumPy and Python as they were."""
    before = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield
    finally:
        torch.set_rng_state(before[0])
        np.random.set_state(before[1])
        random.setstate(before[2])


def _drawn() -> tuple:
    """What changes when anybody draws from a global generator."""
    name, keys, *rest = np.random.get_state()
    return torch.get_rng_state().numpy().tobytes(), (name, keys.tobytes(), *rest), random.getstate()


def find_chapter(slug: str) -> Path:
    """Path of the chapter's notebook.

    Raises:
        ValueError: if there is no such chapter; the message lists those there are.
    """
    chapters = _chapters()
    if slug not in chapters:
        raise ValueError(f"slug must be one of {', '.join(sorted(chapters))}, not {slug!r}")
    return chapters[slug]


def _chapters() -> dict[str, Path]:
    return {path.stem: path for folder in NOTEBOOK_FOLDERS for path in sorted(folder.glob("*/*.ipynb"))}


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


def _execute(code: ast.Module, source: str, filename: str, module: ModuleType, offset: int) -> None:
    """Run the statements of a cell that starts ``offset`` lines down in the whole; constants that draw are left out."""
    _remember(filename, source.splitlines(keepends=True))
    for node in map(_from_here, code.body):
        constant = isinstance(node, ast.Assign | ast.AnnAssign)
        if constant and not _taken(node.value) <= set(vars(module)) | set(dir(builtins)):
            continue  # made of one that was left out
        before = _drawn() if constant else None
        exec(compile(ast.Module([node], type_ignores=[]), filename, "exec"), module.__dict__)
        if constant and _drawn() != before:
            for name in _bound(node):
                del module.__dict__[name]
        if isinstance(node, ast.ClassDef) and sys.version_info >= (3, 13):
            module.__dict__[node.name].__firstlineno__ += offset  # by which inspect finds a class in the whole


def _from_here(node: ast.stmt) -> ast.stmt:
    """An import from ``helpers`` turned to this package, whatever it was imported as."""
    if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE:
        node.module = node.module.replace(PACKAGE, __package__, 1)
    return node


def _remember(filename: str, lines: list[str]) -> None:
    linecache.cache[filename] = (sum(map(len, lines)), None, lines, filename)


sys.meta_path.append(_Finder())
