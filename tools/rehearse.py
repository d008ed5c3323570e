"""``make rehearse``: run chapters at ``quick`` on a pretended accelerator that refuses what CUDA refuses.

Training loops are cut to a few steps, and claims and assertions are not asked: only where tensors lie is. A fault is
written down with its line, mended, and the run goes on; see :mod:`tools.rehearsal`.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from tqdm import tqdm

from tools.changes import changed_chapters
from tools.chapters import chapter_path, chapter_paths, is_code, read
from tools.execute import COLOUR, execute, failing_line
from tools.jobs import run_all

STEPS = 4
BEGIN = """
import os as _os
from tools.rehearsal import device as _rehearsal
_os.environ["BOOK_DEVICE"] = str(_rehearsal.register())
_rehearsal.survey()
"""
END = "import json as _json; print(_json.dumps(list(dict.fromkeys(_rehearsal.faults))))"


class _Unasked(ast.NodeTransformer):
    """Assertions are computed, so that their tensors meet, and not asked."""

    def visit_Assert(self, node: ast.Assert) -> ast.Expr:
        asked = ast.Call(ast.Name("bool", ast.Load()), [node.test], [])
        return ast.copy_location(ast.fix_missing_locations(ast.Expr(asked)), node)


def rehearsed(notebook: NotebookNode) -> NotebookNode:
    """A copy that begins on the pretended device, asserts nothing, and ends by printing the faults as JSON."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        if is_code(cell):
            cell.source = ast.unparse(_Unasked().visit(ast.parse(cell.source)))
    made.cells = [new_code_cell(BEGIN), *made.cells, new_code_cell(END)]
    return made


def faults(path: Path) -> list[str]:
    """A sentence for each place at which the chapter would fail on a GPU."""
    done = execute(rehearsed(read(path)), scale="quick", steps=STEPS, keep_going=True).notebook
    errors = [o for cell in done.cells if is_code(cell) for o in cell.outputs if o.output_type == "error"]
    broken = [
        f"{failing_line(error)}: {error.ename}: {COLOUR.sub('', error.evalue)[:200]}"
        for error in errors
        if error.ename != "ClaimFailed"
    ]
    seen = json.loads(done.cells[-1].outputs[0].text)
    return [f"{path.stem}: {sentence}" for sentence in (*seen, *broken)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make rehearse", description=__doc__)
    parser.add_argument("chapter", nargs="?", help="only this one")
    parser.add_argument("--changed", action="store_true", help="the chapters that changed since the last landed commit")
    arguments = parser.parse_args()
    every = changed_chapters if arguments.changed else chapter_paths
    paths = [chapter_path(arguments.chapter)] if arguments.chapter else every()
    found = 0
    for sentences in run_all(faults, paths, "rehearse"):
        found += len(sentences)
        for sentence in sentences:
            tqdm.write(sentence)
    if found:
        raise SystemExit("On a GPU this would fail.")
    print(f"{len(paths)} chapters run on the pretended accelerator without a fault.")


if __name__ == "__main__":
    main()
