"""Execute a copy of a notebook in a fresh kernel, as the book does it, and measure what that costs."""

from __future__ import annotations

import copy
import json
import os
import time
from dataclasses import dataclass

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from tqdm import tqdm

from tools.chapters import ROOT, code_cells

# Runs as the last cell of the copy and is taken out again.
MEASURE = """
import json, resource, sys, time
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
print(json.dumps([time.process_time(), peak]))
"""


@dataclass(frozen=True)
class Execution:
    """An executed copy of a notebook, with what it cost.

    Attributes:
        notebook: the copy, with outputs.
        start_seconds: from the start of the kernel until the first code cell, the imports, has run.
        cpu_seconds: of the kernel, all threads, imports included.
        wall_seconds: from the start of the kernel to its end.
        memory: peak resident memory of the kernel in MiB.
    """

    notebook: NotebookNode
    start_seconds: float
    cpu_seconds: float
    wall_seconds: float
    memory: float


def environment(scale: str, seed: int, threads: int) -> dict[str, str]:
    """The environment of a kernel that runs for the book."""
    threads_of = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    # Threads that wait for each other must not spin: on a busy machine that makes small layers ten times slower.
    threads_of["OMP_WAIT_POLICY"] = "PASSIVE"
    return {**os.environ, **threads_of, "BOOK_BATCH": "1", "BOOK_SCALE": scale, "BOOK_SEED": str(seed)}


def execute(
    notebook: NotebookNode, *, scale: str, seed: int = 0, threads: int = 1, keep_going: bool = False, label: str = ""
) -> Execution:
    """Execute a copy of ``notebook``; the argument itself is not touched.

    Args:
        notebook: the notebook; its outputs play no role.
        scale, seed: what the kernel finds in ``BOOK_SCALE`` and ``BOOK_SEED``.
        threads: of the numerical libraries.
        keep_going: run the cells after a failing one too, and leave the errors in the outputs.
        label: shows a progress bar of that name.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails, unless ``keep_going``.
    """
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.cells.append(new_code_cell(MEASURE))
    ends: list[float] = []

    def count(**_: object) -> None:
        ends.append(time.perf_counter())
        bar.update()

    with tqdm(total=len(code_cells(notebook)), desc=label, unit="cell", disable=not label) as bar:
        client = NotebookClient(
            notebook,
            timeout=None,
            kernel_name="python3",
            allow_errors=keep_going,
            record_timing=False,
            resources={"metadata": {"path": str(ROOT)}},
            on_cell_executed=count,
        )
        began = time.perf_counter()
        client.execute(env=environment(scale, seed, threads))
    seconds = time.perf_counter() - began
    cpu_seconds, memory = json.loads(notebook.cells.pop().outputs[0].text)
    return Execution(notebook, ends[0] - began, cpu_seconds, seconds, memory)


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    """All outputs of all code cells, in order."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def claims(notebook: NotebookNode) -> list[dict]:
    """What the claims of an executed notebook recorded."""
    return [o.metadata.book_claim for o in outputs(notebook) if "book_claim" in o.get("metadata", {})]


def errors(notebook: NotebookNode) -> list[NotebookNode]:
    """The error outputs of an executed notebook."""
    return [output for output in outputs(notebook) if output.output_type == "error"]
