"""Execute a copy of a notebook in a fresh kernel, as the book does it, and measure what that costs."""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from tqdm import tqdm

from tools.chapters import ROOT, without_outputs

# Runs as the last cell of the copy and is taken out again.
MEASURE = """
import json, resource, sys, time
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
print(json.dumps([time.process_time(), peak]))
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ARROW = re.compile(r"^-+> *\d+ (.*)$", re.MULTILINE)


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


def environment(scale: str, seed: int, threads: int, steps: int | None = None) -> dict[str, str]:
    """The environment of a kernel that runs for the book."""
    threads_of = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    limit = "" if steps is None else str(steps)
    book = {"BOOK_BATCH": "1", "BOOK_SCALE": scale, "BOOK_SEED": str(seed), "BOOK_STEP_LIMIT": limit}
    return {**os.environ, **threads_of, **book}


def execute(
    notebook: NotebookNode,
    *,
    scale: str,
    seed: int = 0,
    threads: int = 1,
    steps: int | None = None,
    keep_going: bool = False,
    seconds: float | None = None,
    decided: Callable[[NotebookNode], bool] | None = None,
    label: str = "",
) -> Execution:
    """Execute a copy of ``notebook``; the argument itself is not touched.

    Args:
        notebook: the notebook; its outputs play no role.
        scale, seed: what the kernel finds in ``BOOK_SCALE`` and ``BOOK_SEED``.
        threads: of the numerical libraries.
        steps: where training loops are cut.
        keep_going: run the cells after a failing one too, and leave the errors in the outputs.
        seconds: how long it may take at most.
        decided: asked after each cell, with the cell; what it says True to is the last. Costs are then not measured.
        label: shows a progress bar of that name.

    Raises:
        nbclient.exceptions.CellExecutionError: if a cell fails, unless ``keep_going``.
        TimeoutError: if it takes longer than ``seconds``.
    """
    notebook = without_outputs(notebook)
    notebook.cells.append(new_code_cell(MEASURE))
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        allow_errors=keep_going,
        record_timing=False,
        resources={"metadata": {"path": str(ROOT)}},
    )
    began, start_seconds = time.perf_counter(), math.nan
    codes = [(index, cell) for index, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    with client.setup_kernel(env=environment(scale, seed, threads, steps)):
        for index, cell in tqdm(codes, desc=label, unit="cell", disable=not label):
            if seconds is not None:
                client.timeout = max(1, int(began + seconds - time.perf_counter()))
            client.execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
            if math.isnan(start_seconds):
                start_seconds = time.perf_counter() - began
            if decided is not None and decided(cell):
                break
    wall_seconds = time.perf_counter() - began
    measured = notebook.cells.pop().outputs
    cpu_seconds, memory = json.loads(measured[0].text) if measured else (math.nan, math.nan)
    return Execution(notebook, start_seconds, cpu_seconds, wall_seconds, memory)


def outputs(notebook: NotebookNode) -> list[NotebookNode]:
    """All outputs of all code cells, in order."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def records(notebook: NotebookNode, kind: str) -> list[dict]:
    """What the claims (``kind`` "claim"), verdicts or errata of an executed notebook recorded."""
    return [o.metadata[f"book_{kind}"] for o in outputs(notebook) if f"book_{kind}" in o.get("metadata", {})]


def failed(record: dict) -> bool:
    """Whether a claim, as recorded, raised: it did not hold, or a control met it too."""
    met = any(control.get("met") for control in record.get("controls", {}).values())
    return record["asserted"] and (not record["held"] or met)


def errors(notebook: NotebookNode) -> list[NotebookNode]:
    """The error outputs of an executed notebook."""
    return [output for output in outputs(notebook) if output.output_type == "error"]


def failing_line(error: NotebookNode) -> str:
    """The line of the cell at which it went wrong."""
    found = ARROW.search(COLOUR.sub("", "\n".join(error.traceback)))
    return found[1].strip() if found else ""
