"""Chapters of a few cells, for the tests of the commands: each runs in a second and can be broken on purpose."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
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
    breaks = [{"find": "SECOND * x", "replace": "x", "claim": STATEMENT}]
    return _write(folder, cells, {"slug": "small", "display_only": ["show_result"], "breaks": breaks})


# The same for form 2. Of the random edits of `half` a claim notices one and nobody the other; those of `first` crash;
# of those of `countdown` a check of values notices one and the others hang; of those of `train` a claim notices two.
HALVED, TRAINED = "half of four is not much more than two", "the training arrives at one"
SURVIVOR = "torch.relu(x) -> (x)"
METHOD = {
    "half": "def half(x):\n    return torch.relu(x) / 2",
    "first": "def first(values):\n    return values[1 - 1]",
    "countdown": "def countdown(n):\n    while n > 0:\n        n = n - 1\n    return n",
    "check": "assert countdown(3) == 0\nassert first([7]) == 7",
}
TRAIN = """\
def train(k):
    x = torch.randn(3, generator=run.stream("noise", k))
    w = torch.zeros(())
    for _ in (bar := run.steps(4, "training")):
        w = w + 0.25
        bar.log(loss=w)
    return w.item(), x"""
CONTROLS = '{"untrained": 0.0, "blind": 0.1, "rival": (None, "there is none")}'
NULL = {"id": "thirds", "sentence": "Thirds are better than halves."}


def write_small_chapter_2(folder: Path, *replace: tuple[str, str], **book: object) -> Path:
    """Write the chapter in form 2, with replacements in its code and changes of its metadata, and its statements."""
    code = {
        "imports": 'import torch\nfrom helpers import claim, not_reproduced, start\nrun = start("small")',
        **METHOD,
        "train": TRAIN,
        "trained": "arrived, noise = train(0)\nerror = half(torch.tensor(4.0)) + 0.001 * noise[0]",
        "halved": f'claim("{HALVED}", error, "<=", 2.1)',
        "arrived": f'claim("{TRAINED}", arrived, ">=", 0.9, core=True, controls={CONTROLS})',
        "thirds": 'not_reproduced("thirds", [arrived] * 3, ">", 1.5, why="they are not", at="quick")',
        "solution": "answer = first([7])",
    }
    titles = {
        "half": "## The method",
        "train": "## Training",
        "halved": "## Explore\n\n## Does it hold?",
        "solution": "## Exercises",
    }
    cells = []
    for name, source in code.items():
        for old, new in replace:
            source = source.replace(old, new)
        cells += [new_markdown_cell(titles[name], id=f"above-{name}")] if name in titles else []
        cells.append(new_code_cell(source, id=name))
    core = [
        {"piece": "halving", "find": ") / 2", "replace": ")", "how": "identity"},
        {"piece": "relu", "find": "torch.relu(x)", "replace": "x", "how": "identity"},
        {"piece": "training", "find": ["w + 0.25", "0.1"], "replace": ["w - 0.25", "0.2"], "how": "flipped"},
    ]
    metadata = {"form": 2, "slug": "small", "display_only": [], "core": core, "no_difference": {"relu": "None."}}
    fields = dict.fromkeys(("place", "metric", "rival", "numbers", "trial"), "as printed")
    (folder / "small.json").write_text(json.dumps([NULL | fields]), encoding="utf-8")
    return _write(folder, cells, metadata | book)


def _write(folder: Path, cells: list[NotebookNode], book: dict) -> Path:
    path = folder / "fitting" / "small.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new_notebook(cells=cells, metadata={"book": book}), path)
    return path
