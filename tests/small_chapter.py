"""A chapter of a few cells, for the tests of the commands: it runs in a second and can be broken on purpose."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

STATEMENT = "twice is more than once"
CODE = [
    'import torch\n\nfrom helpers import claim, start\n\nrun = start("small")',
    "from dataclasses import dataclass\n\n\n@dataclass\nclass Config:\n    n: int\n\n\n"
    "cfg = run.pick(quick=Config(1), book=Config(2), gpu=Config(3))\nPAPER = Config(4)\nFIRST, SECOND = 1, 2",
    "def twice(x: float) -> float:\n    return FIRST * SECOND * x * cfg.n / cfg.n",
    "def show_result() -> float:\n    return result",
    "result = twice(1.0) + 0 * torch.rand(()).item()\nprint(result)",
    f'claim("{STATEMENT}", result, ">=", 1.5, core=True)',
]


def write_small_chapter(folder: Path, replace: tuple[str, str] = ("", "")) -> Path:
    """Write the chapter ``fitting/small.ipynb`` below ``folder``, with one replacement in its code; return its path."""
    cells = [new_markdown_cell("# Small"), *(new_code_cell(source.replace(*replace)) for source in CODE)]
    notebook = new_notebook(cells=cells)
    breaks = [{"find": "SECOND * x", "replace": "x", "claim": STATEMENT}]
    notebook.metadata["book"] = {"slug": "small", "display_only": ["show_result"], "breaks": breaks}
    path = folder / "fitting" / "small.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path
