"""Where the chapters are and what makes one fresh: shared by all commands."""

from __future__ import annotations

import copy
import csv
import fcntl
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
METHODS = ROOT / "book" / "methods.csv"
PARTS = (
    "fitting",
    "correspondence",
    "views",
    "shapes",
    "people",
    "structure",
    "pixels",
    "objects",
    "retrieval",
    "open_world",
    "generation",
    "language",
    "efficiency",
    "sound",
)


FENCE = re.compile(r"^(```|~~~|:::).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,3}) +(.+?) *$", re.MULTILINE)


class UsageError(SystemExit):
    """A wrong argument on the command line: one sentence, exit status 2."""

    def __init__(self, message: str) -> None:
        print(message, file=sys.stderr)
        super().__init__(2)


def methods() -> dict[str, dict[str, str]]:
    """Slug -> slug, part, title, authors, venue, year of the methods that the book is about."""
    with METHODS.open(encoding="utf-8", newline="") as file:
        return {row["slug"]: row for row in csv.DictReader(file)}


def chapter_paths() -> list[Path]:
    """The notebooks of the book, in the order of its parts."""
    return sorted(NOTEBOOKS.glob("*/*.ipynb"), key=lambda path: (PARTS.index(path.parent.name), path.stem))


def chapter_path(slug: str) -> Path:
    """The notebook of a chapter; an unknown name ends the command with a sentence that lists the right ones."""
    chapters = {path.stem: path for path in chapter_paths()}
    if slug not in chapters:
        raise UsageError(f"CHAPTER must be one of {', '.join(chapters) or '(there is no chapter yet)'}, not {slug!r}")
    return chapters[slug]


def read(path: Path) -> NotebookNode:
    """The notebook at ``path``; a file that is none ends the command with a sentence."""
    try:
        return nbformat.read(path, as_version=4)
    except (ValueError, AttributeError) as error:
        raise SystemExit(f"{path.name} is no notebook: {str(error)[:200]}") from None


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy as it is before it runs."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def write(notebook: NotebookNode, path: Path) -> None:
    """Replace the notebook at ``path`` in one step, so that an interruption loses nothing."""
    nbformat.validate(notebook)
    temporary = path.with_suffix(".ipynb.tmp")
    try:
        nbformat.write(notebook, temporary)
        temporary.replace(path)
    except OSError as error:  # a full disk, say
        raise SystemExit(f"{path.name} could not be written ({error}); it is as it was.") from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Within this context no other command executes the notebook; one that tries ends with a sentence."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(f"{path.stem} is being run by another command; wait for it, or stop it.") from None
        yield


def sections(notebook: NotebookNode) -> list[str]:
    """Per cell the ``##`` section that it stands in, "" before the first."""
    found, section = [], ""
    for cell in notebook.cells:
        text = FENCE.sub("", cell.source) if cell.cell_type == "markdown" else ""
        section = next((title for marks, title in reversed(HEADING.findall(text)) if marks == "##"), section)
        found.append(section)
    return found


def cells_before(notebook: NotebookNode, section: str) -> list[NotebookNode]:
    """The cells in front of a ``##`` section: all of them where there is none."""
    names = sections(notebook)
    return notebook.cells[: names.index(section)] if section in names else notebook.cells


def form(book: NotebookNode | dict) -> int:
    """Which form a chapter has, of its ``metadata.book``: 1 for the first fourteen until their turn comes, else 2."""
    return book.get("form", 1)


def is_code(cell: NotebookNode) -> bool:
    """Whether it is a code cell that is not empty."""
    return cell.cell_type == "code" and bool(cell.source.strip())


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that are not empty."""
    return [cell for cell in notebook.cells if is_code(cell)]
