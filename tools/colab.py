"""``make colab``: copies of the notebooks whose first cell installs the package without touching the host's torch."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from tools.chapters import NOTEBOOKS, ROOT, UsageError, chapter_paths, read

OUT = ROOT / "_build" / "colab"


def colab(repository: str) -> list[Path]:
    """Write a copy of each chapter, without outputs, that installs ``repository`` first; return the copies' paths."""
    written = []
    for path in chapter_paths():
        notebook = read(path)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        install = (
            f"# The host keeps its own torch: the package asks for no exact versions.\n%pip install -q git+{repository}"
        )
        notebook.cells.insert(0, new_code_cell(install))
        copy = OUT / path.relative_to(NOTEBOOKS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, copy)
        written.append(copy)
    return written


def main() -> None:
    repository = os.environ.get("BOOK_REPOSITORY_URL")
    if not repository:
        raise UsageError(
            "BOOK_REPOSITORY_URL must be the address of the repository: make colab BOOK_REPOSITORY_URL=https://..."
        )
    print(f"{len(colab(repository))} copies are in {OUT.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
