"""``python -m tools.twice``: run every code cell of a chapter twice in a row: the same values, the same verdicts.

A reader who runs a cell again must see what the book shows. The values that a cell binds, what it displays and what its
claims record are compared; times are not.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import re
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tools.changes import changed_chapters
from tools.chapters import chapter_path, form, read
from tools.execute import execute
from tools.jobs import run_all

SECONDS = re.compile(r"\d+\.\d s\b")
# Defined in the copy's kernel; `_book_values` prints a digest of each value that a cell has bound.
PROBE = """
import dataclasses as _dc, hashlib as _hl, json as _js, tempfile as _tf
import numpy as _np, torch as _th

def _book_bytes(x, depth=0):
    if isinstance(x, _th.nn.Module):
        x = x.state_dict()
    if _dc.is_dataclass(x) and not isinstance(x, type):
        x = {f.name: getattr(x, f.name) for f in _dc.fields(x)}
    if isinstance(x, _th.Generator):
        x = x.get_state()
    if isinstance(x, _th.Tensor):
        x = (str(x.dtype), *x.shape) if x.is_meta else x.detach().cpu().numpy()
    if isinstance(x, _np.ndarray) and x.dtype != object:
        return repr((x.dtype.str, x.shape)).encode() + _np.ascontiguousarray(x).tobytes()
    if isinstance(x, str) and x.startswith(_tf.gettempdir()):
        return b"a temporary file"
    if isinstance(x, (bool, int, float, complex, str, bytes, _np.generic)) or x is None:
        return repr(x).encode()
    if isinstance(x, dict) and depth < 6:
        return b"{" + b",".join(repr(k).encode() + _book_bytes(v, depth + 1) for k, v in x.items()) + b"}"
    if isinstance(x, (set, frozenset)):
        x = sorted(x, key=repr)
    if isinstance(x, _np.ndarray):
        x = x.tolist()
    if isinstance(x, (list, tuple)) and depth < 6:
        return b"[" + b",".join(_book_bytes(v, depth + 1) for v in x) + b"]"
    return type(x).__name__.encode()

def _book_values(*names):
    bound = {name: globals()[name] for name in names if name in globals()}
    print(_js.dumps({k: _hl.sha256(_book_bytes(v)).hexdigest()[:12] for k, v in bound.items()}))
"""


def doubled(notebook: NotebookNode) -> NotebookNode:
    """A copy in which every code cell stands twice, each followed by a look at the values that it binds."""
    twice = copy.deepcopy(notebook)
    twice.cells = [new_code_cell(PROBE)]
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.source.strip():
            names = sorted(_bound(ast.parse(cell.source)))
            look = f"_book_values({', '.join(map(repr, names))})"
            for _ in range(2):
                again = copy.deepcopy(cell)
                again.id = new_code_cell("").id
                twice.cells += [again, new_code_cell(look)]
    return twice


def _bound(tree: ast.Module) -> set[str]:
    """The names that the statements of a cell give to values, those inside functions apart."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.ListComp | ast.DictComp | ast.SetComp):
            continue
        if isinstance(node, ast.GeneratorExp | ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting += ast.iter_child_nodes(node)
    return found - {"_"}


def differences(path: Path) -> list[str]:
    """A sentence for each cell of the chapter that gave something else the second time."""
    notebook = read(path)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    try:
        done = execute(doubled(notebook), scale="quick").notebook.cells[1:]
    except CellExecutionError as error:
        return [f"{path.stem} fails at quick: {error.ename}: {error.evalue}"]
    found = []
    for number, cell in enumerate(codes):
        first, look, second, look_again = done[4 * number : 4 * number + 4]
        where = f"{path.stem}, cell {cell.get('id', number + 1)}"
        values, again = (json.loads(each.outputs[0].text) for each in (look, look_again))
        if changed := [name for name in values if values[name] != again.get(name)]:
            found.append(f"{where}: {', '.join(changed)} changed when the cell ran again")
        elif _shown(first) != _shown(second):
            found.append(f"{where}: its output changed when it ran again")
    return found


def _shown(cell: NotebookNode) -> list[str]:
    """What a cell displays, and prints in however many pieces, without times and the numbers of executions."""
    shown = ["".join(output.text for output in cell.outputs if output.output_type == "stream")]
    for output in cell.outputs:
        if output.output_type == "stream":
            continue
        plain = {key: value for key, value in output.items() if key != "execution_count"}
        shown.append(json.dumps(plain, sort_keys=True))
    return [SECONDS.sub("s", each) for each in shown]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.twice", description=__doc__)
    parser.add_argument("chapter", nargs="?", help="only this one")
    parser.add_argument("--changed", action="store_true", help="the chapters that changed since the last landed commit")
    arguments = parser.parse_args()
    paths = [chapter_path(arguments.chapter)] if arguments.chapter else changed_chapters()
    paths = [path for path in paths if form(read(path).metadata.book) > 1]  # form 1 shares one generator among cells
    found = [sentence for sentences in run_all(differences, paths, "twice") for sentence in sentences]
    for sentence in found:
        print(sentence)
    if found:
        raise SystemExit("Not all cells give the same when they run twice.")
    print(f"All cells of {len(paths)} chapters give the same when they run twice.")


if __name__ == "__main__":
    main()
