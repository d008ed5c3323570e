"""Runs of notebooks without kernels and processes, for the tests of the commands: the same records in a second."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from typing import Any

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from helpers import records
from helpers import run as run_module
from tools.chapters import without_outputs
from tools.execute import Execution, environment


class Later:
    """A future whose function is called when somebody asks for the result."""

    def __init__(self, call: Callable[[], Any]) -> None:
        self.result = call

    def cancel(self) -> bool:
        return True


class InlineExecutor(Executor):
    """Runs one after the other in this process, none before its result is asked for."""

    def submit(self, function: Callable, /, *args: Any, **kwargs: Any) -> Later:  # type: ignore[override]
        return Later(lambda: function(*args, **kwargs))


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
    """As :func:`tools.execute.execute`, in this process."""
    notebook, names = without_outputs(notebook), {"__name__": "__main__"}
    began = time.perf_counter()
    with _environment(environment(scale, seed, threads, steps)), _alarm(seconds):
        for cell in notebook.cells:
            if cell.cell_type != "code":
                continue
            error = _run(cell, names)
            if error is not None and not keep_going:
                raise CellExecutionError("", type(error).__name__, str(error))
            if decided is not None and decided(cell):
                break
    return Execution(notebook, 0.1, 0.2, time.perf_counter() - began, 100.0)


def _run(cell: NotebookNode, names: dict) -> Exception | None:
    """Fill the outputs of the cell; the error, if it failed."""

    def display(data: dict, *, raw: bool, metadata: dict) -> None:
        cell.outputs.append(NotebookNode(new_output("display_data", data, metadata=metadata)))

    error, printed = None, io.StringIO()
    shown, records.display = records.display, display
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(cell.source, "<cell>", "exec"), names)
    except TimeoutError:
        raise
    except Exception as caught:
        error = caught
        frames = traceback.walk_tb(caught.__traceback__)
        lines = [line for frame, line in frames if frame.f_code.co_filename == "<cell>"]
        arrow = [f"---> {lines[0]} {cell.source.splitlines()[lines[0] - 1]}"] if lines else []  # as a kernel has it
        failure = new_output("error", ename=type(caught).__name__, evalue=str(caught), traceback=arrow)
        cell.outputs.append(failure)
    finally:
        records.display = shown
    if printed.getvalue():
        cell.outputs.insert(0, new_output("stream", name="stdout", text=printed.getvalue()))
    return error


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before, run = dict(os.environ), run_module._current
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        run_module._current = run


@contextlib.contextmanager
def _alarm(seconds: float | None) -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds or 0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
