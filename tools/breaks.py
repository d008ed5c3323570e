"""Run a chapter that was broken on purpose, and see what turns red."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from tools.chapters import cells_before, code_cells
from tools.execute import execute, failed

# The mistakes that a notebook is written to notice.
NOTICED = ("AssertionError", "ClaimFailed")


@dataclass(frozen=True)
class Outcome:
    """What became of a broken copy.

    Attributes:
        red: what failed before the exercises: "claim: <statement>", "erratum: <where>" or "check: <id of a cell>".
        accident: the first error of another kind, if it came before anything was red; it proves nothing.
        seconds: how long the run took.
    """

    red: tuple[str, ...]
    accident: str
    seconds: float

    @property
    def claims(self) -> list[str]:
        """The statements of the claims that turned red."""
        return [each.removeprefix("claim: ") for each in self.red if each.startswith("claim: ")]


def substituted(notebook: NotebookNode, find: str | Sequence[str], replace: str | Sequence[str]) -> NotebookNode:
    """A copy of the notebook with each text to find, which must stand in the code exactly once, replaced.

    Raises:
        ValueError: if a text stands there never or more than once, or there are not as many texts to replace them.
    """
    notebook = copy.deepcopy(notebook)
    finds = [find] if isinstance(find, str) else list(find)
    replaces = [replace] if isinstance(replace, str) else list(replace)
    if len(finds) != len(replaces):
        raise ValueError(f"a break finds {len(finds)} texts and replaces {len(replaces)}, expected as many")
    for old, new in zip(finds, replaces, strict=True):
        hits = [cell for cell in code_cells(notebook) if old in cell.source]
        if (count := sum(cell.source.count(old) for cell in hits)) != 1:
            raise ValueError(f"the text to find, {old!r}, stands {count} times in the code, expected once")
        hits[0].source = hits[0].source.replace(old, new)
    return notebook


def without_exercises(notebook: NotebookNode) -> NotebookNode:
    """A copy that ends before the exercises: what fails there is the reader's."""
    notebook = copy.deepcopy(notebook)
    notebook.cells = cells_before(notebook, "Exercises")
    return notebook


def run_broken(
    notebook: NotebookNode,
    *,
    claims_only: bool,
    claim: str = "",
    steps: int | None = None,
    seconds: float | None = None,
) -> Outcome:
    """Run a broken notebook at ``quick`` without its exercises, until it is decided.

    Args:
        notebook: the broken copy.
        claims_only: whether only a red claim decides; else a red check of values does too.
        claim: the statement of the only claim that decides; any of them where it is empty.
        steps: where training loops are cut.
        seconds: how long it may take; a longer run is an accident.
    """
    red: list[str] = []
    accidents: list[str] = []

    def decided(cell: NotebookNode) -> bool:
        for output in cell.outputs:
            record = output.get("metadata", {}).get("book_claim")
            if record and failed(record):
                red.append(f"claim: {record['statement']}")
            if output.output_type == "error" and output.ename not in NOTICED:
                accidents.append(f"{output.ename}: {output.evalue}")
            elif output.output_type == "error":
                red.extend(_noticed_by(cell))
        if claims_only:
            return any(each.startswith(f"claim: {claim}") for each in red) or (bool(accidents) and not red)
        return bool(red or accidents)

    try:
        done = execute(
            without_exercises(notebook), scale="quick", steps=steps, keep_going=True, seconds=seconds, decided=decided
        )
    except TimeoutError:
        return Outcome(tuple(red), "" if red else f"it took more than {seconds:.0f} s", seconds or 0.0)
    except DeadKernelError:
        return Outcome(tuple(red), "" if red else "its kernel died", 0.0)
    accident = accidents[0] if accidents and not red else ""
    return Outcome(tuple(dict.fromkeys(red)), accident, done.wall_seconds)


def _noticed_by(cell: NotebookNode) -> list[str]:
    """What a cell that failed is, unless it is a claim, whose record says more."""
    shown = [output.get("metadata", {}) for output in cell.outputs]
    if any("book_claim" in each for each in shown):
        return []
    errata = [f"erratum: {each['book_erratum']['where']}" for each in shown if "book_erratum" in each]
    return errata or [f"check: {cell.get('id', 'no id')}"]
