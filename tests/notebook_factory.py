"""A miniature chapter that keeps the whole contract, of each of the two forms, for tests to break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.contract.code import ALONE
from tools.hashes import page_hash, proof_hash

SLUG, PART, KEY = "least_median", "fitting", "rousseeuw1984"
CORE = "at 40 % outliers it is ten times nearer the true slope than least squares"
BREAKDOWN = "past one half of outliers the error grows twentyfold"
BOOK_ONLY = "more pairs bring the line no nearer"
MECHANISM = "the median of an odd number of residuals is one of them"

# What the paper of the chapter of form 2 stands on: id -> sentence.
STATEMENTS = {
    "ten-times-nearer": "At 40 % outliers the line is ten times nearer than that of least squares.",
    "breaks-past-half": "Past one half of outliers every method breaks down.",
    "more-pairs": "More pairs bring the line nearer.",
    "satellites": "On the orbits of 11,000 satellites it finds the 40 that were mistyped.",
    "exact-fit": "A line through more than half of the points is found exactly.",
}


def text(name: str, *lines: str) -> NotebookNode:
    return new_markdown_cell("\n".join(lines), id=name)


def code(name: str, source: str, *outputs: NotebookNode, tags: tuple[str, ...] = (), **metadata: dict) -> NotebookNode:
    metadata |= {"tags": list(tags)} if tags else {}
    return new_code_cell(source, id=name, outputs=list(outputs), metadata=metadata)


def printed(line: str, stream: str = "stdout") -> NotebookNode:
    return new_output("stream", name=stream, text=f"{line}\n")


def shown(kind: str, data: str, **metadata: dict) -> NotebookNode:
    return new_output("display_data", {kind: data, "text/plain": "<shown>"}, metadata=metadata)


def figure(name: str, source: str) -> NotebookNode:
    described = {"figure": {"caption": "Look at the left panel.", "name": name}, "image": {"alt": "Two panels."}}
    return code(name, source, shown("image/png", "iVBORw0KGgo="), mystnb=described)


def claim(name: str, statement: str, arguments: str, *, at: str = "quick", core: bool = False) -> NotebookNode:
    op, bound = arguments.split(", ")[1:3]
    record = {"statement": statement, "value": 12.0, "op": op.strip('"'), "bound": float(bound), "at": at, "core": core}
    output = shown("text/html", statement, book_claim={**record, "asserted": True, "held": True, "scale": "book"})
    return code(name, f'claim("{statement}", {arguments})', output, tags=("nbval-check-output",))


def quote(of: str) -> NotebookNode:
    """The text above a verdict: the statement that it judges, wrapped as authors wrap it, and its place."""
    half = STATEMENTS[of].replace(" ", "\n> ", 4).replace("\n> ", " ", 3)
    return text(f"quote-{of}", f"### {of.replace('-', ' ')}", f"> {half}", "", "Section 4.")


def verdict(kind: str, of: str, arguments: str = "", **measured: Any) -> NotebookNode:
    """A cell that judges a statement of the paper otherwise than by a claim."""
    record = {"of": of, "verdict": kind.replace("_", " "), "why": "no time", "scale": "book", **measured}
    source = f'{kind}("{of}"{arguments}, why="no time")'
    return code(of, source, shown("text/html", of, book_verdict=record), tags=("nbval-check-output",))


def exercise(number: int) -> list[NotebookNode]:
    return [
        text(f"exercise-{number}", f"### {number}. Change the loss", "Does it still hold?"),
        code(f"check-{number}", "def check(answer):\n    assert answer > 0"),
        code(f"solution-{number}", f"check({number})", tags=("hide-cell",)),
    ]


IMPORTS = f"""\
{ALONE}
import torch
from dataclasses import dataclass
from helpers import claim, explore, figures, start
run = start("{SLUG}")"""

CONFIG = """\
@dataclass
class Config:
    n: int  # points
    m: int  # random pairs drawn

cfg = run.pick(quick=Config(200, 300), book=Config(2000, 3000), gpu=Config(200_000, 3000))
PAPER = Config(20, 1000)
TRUE = torch.tensor([3.0, 1.0])"""

METHOD = """\
def residuals(theta, x, y):
    return y - (theta[:, :1] * x + theta[:, 1:])  # [m, n]

def median_squared_residual(theta, x, y):
    return (residuals(theta, x, y) ** 2).median(dim=1).values  # [m]"""

SHOW = "def show(title):\n    drawing, axes = figures.panels()\n    axes.plot(error)\n    return drawing"

EXPLORE = 'explore(show, title=["a", "b"], caption="Drag past one half.", alt="The line lets go.")'


def good_notebook() -> NotebookNode:
    """The chapter, sealed: numbered and hashed like one that was just executed at ``book`` scale."""
    cells = [
        text("title", "# Least median of squares", f"Fits a line that ignores half of the points {{cite}}`{KEY}`."),
        code("imports", IMPORTS, printed(f"{SLUG} · scale book · seed 0")),
        code("config", CONFIG),
        text("problem", "## The problem", "Least squares squares its enemies."),
        code("sample", "def sample(n, generator):\n    return torch.rand(n, generator=generator)"),
        figure("fig-liars", "x = sample(cfg.n, run.generator)\nfigures.curves({'x': x})"),
        text(
            "idea",
            "## The idea",
            "The median does not care.",
            "",
            "## The world",
            "Points.",
            "",
            "## The method",
            "Eq. 1.",
        ),
        code("method", METHOD),
        text("solving", "## Solving", "What do you expect?"),
        code("solve", "theta = torch.rand(cfg.m, 2)\nerror = median_squared_residual(theta, x, x)"),
        text("results", "## Results", "The table says who wins."),
        code("show", SHOW),
        figure("fig-errors", "show('errors')"),
        text("explore", "## Explore", "Drag."),
        code(
            "play",
            EXPLORE,
            shown("text/html", '<img loading="lazy" alt="The line." src="data:image/png;base64,iVBOR">'),
        ),
        text("hold", "## Does it hold?", "Section 4 proves a breakdown point of one half."),
        claim("core", CORE, 'error.min(), "<=", 10, core=True', core=True),
        claim("breakdown", BREAKDOWN, 'error.max(), ">=", 20'),
        claim("more", BOOK_ONLY, 'error.mean(), "<=", 2, at="book"', at="book"),
        text("paper", "## At paper scale", "The same code.", "", "## Exercises", "Three of them."),
        *(cell for number in (1, 2, 3) for cell in exercise(number)),
        text("changed", "## What we changed", "Random pairs replace all pairs."),
    ]
    book = {
        "slug": SLUG,
        "part": PART,
        "title": "Least median of squares",
        "summary": "A line that ignores half of the points.",
        "paper": {"title": "LMS", "authors": "Peter J. Rousseeuw", "venue": "JASA", "year": 1984, "key": KEY},
        "task": ["line fitting"],
        "teaches": ["robust statistics", "breakdown point"],
        "prerequisites": [],
        "thumbnail": "fig-errors",
        "display_only": ["show"],
        "breaks": [{"find": ".median(dim=1).values", "replace": ".mean(dim=1)", "claim": CORE}],
        "seconds": {"quick": 3.2, "book": 20.5, "gpu": None},
        "memory": {"quick": 400, "book": 500, "gpu": None},
        "seeds": {
            "scale": "quick",
            "seeds": [0, 1, 2, 3, 4],
            "claims": {
                CORE: {"values": [12.0] * 5, "held": [True] * 5},
                BREAKDOWN: {"values": [21.0] * 5, "held": [True] * 5},
                BOOK_ONLY: {"values": [3.0] * 5, "held": [False] * 5},
            },
        },
        "hash": {"page": "", "proof": "", "helpers": "0123456789abcdef"},
        "run": {"scale": "book", "seed": 0},
    }
    notebook = new_notebook(
        cells=cells, metadata={"book": book, "kernelspec": {"display_name": "Python 3", "name": "python3"}}
    )
    seal(notebook)
    return notebook


CONTROLS = 'controls={"untrained": error.max(), "blind": error.max(), "rival": (None, "no rival")}'


def good_notebook_2() -> NotebookNode:
    """The same chapter in form 2, with the statements of :data:`STATEMENTS`, sealed."""
    notebook = good_notebook()
    cells = {cell.id: cell for cell in notebook.cells}
    for name, old, new in (
        ("imports", "claim, explore, figures", "claim, explore, figures, not_reproduced, not_testable, not_tried"),
        ("config", "Config(200, 300)", "Config(n=200, m=300)"),
        ("config", "Config(2000, 3000)", "Config(n=2000, m=3000)"),
        ("config", "Config(200_000, 3000)", "Config(n=200_000, m=3000)"),
        ("config", "Config(20, 1000)", "Config(n=20, m=1000)"),
        ("fig-liars", "run.generator", 'run.stream("points")'),
        ("solve", "cfg.m, 2)", 'cfg.m, 2, generator=run.stream("pairs"))\nfor _ in run.steps(3, "solving"):'),
        ("solve", "\nerror", "\n    error"),
    ):
        assert cells[name].source.count(old) == 1, old
        cells[name].source = cells[name].source.replace(old, new)
    cells["solve"].outputs = [printed("solving: 3 steps in 0.1 s, loss 2 to 1")]
    for name in ("imports", "config", "show"):
        cells[name].metadata["tags"] = ["hide-input"]
    first = notebook.cells.index(cells["core"])
    core = f'error.min(), "<=", 10, core=True, of="ten-times-nearer", values=[e.min() for e in error], {CONTROLS}'
    notebook.cells[first : first + 3] = [
        quote("ten-times-nearer"),
        claim("core", CORE, core, core=True),
        quote("breaks-past-half"),
        claim("breakdown", BREAKDOWN, f'error.max(), ">=", 20, of="breaks-past-half", {CONTROLS}'),
        quote("more-pairs"),
        verdict("not_reproduced", "more-pairs", ', error, "<", 1', op="<", bound=1.0, at="book", met=False),
        quote("satellites"),
        verdict("not_testable", "satellites"),
        quote("exact-fit"),
        verdict("not_tried", "exact-fit"),
        text("mechanism", "### Mechanism", "What the median does."),
        claim("more", MECHANISM, 'error.min(), "==", 0, at="book"', at="book"),
    ]
    book = notebook.metadata.book
    del book["breaks"]
    near, far = [2.0 + k / 100 for k in range(10)], [40.0 - k for k in range(10)]
    book |= {
        "form": 2,
        "related": ["robust_loss"],
        "tasks": ["regression"],
        "techniques": ["robust estimation"],
        "symbols": [{"symbol": r"\theta", "meaning": "the line", "code": "theta"}],
        "changes": [{"date": "2025-01-31", "what": "Begun."}],
        "core": [
            {
                "piece": "the median",
                "find": ".median(dim=1).values",
                "replace": ".mean(dim=1)",
                "how": "identity",
                "red": [f"claim: {CORE}"],
            },
            {"piece": "squares", "find": [" ** 2"], "replace": [".abs()"], "how": "identity", "red": ["check: solve"]},
        ],
        "no_difference": {"squares": "Any growing function of the residuals has the same median."},
        "seeds": {
            "scale": "quick",
            "seeds": list(range(10)),
            "proof": "",
            "claims": {
                CORE: row("<=", 10.0, near, untrained=far, blind=far),
                BREAKDOWN: row(">=", 20.0, far, untrained=near, blind=near),
                MECHANISM: row("==", 0.0, near, at="book"),
            },
            "verdicts": {"more-pairs": {"op": "<", "bound": 1.0, "at": "book", "values": near, "met": [False] * 10}},
        },
        "matrix": {"proof": "", "steps": [f"claim: {CORE}"]},
        "mutants": {
            "proof": "",
            "seed": 0,
            "noticed": 16,
            "unnoticed": 4,
            "crashed": 3,
            "survivors": [],
            "equivalent": {},
        },
    }
    seal(notebook)
    return notebook


def row(op: str, bound: float, values: list[float], *, at: str = "quick", **controls: list[float]) -> dict[str, Any]:
    """What the seeds of a claim measured."""
    held = [at == "quick"] * len(values)
    return {"op": op, "bound": bound, "at": at, "values": values, "held": held, "controls": controls}


def seal(notebook: NotebookNode) -> None:
    """Number the code cells and store their hashes, as fresh runs do."""
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code_cells, start=1):
        cell.execution_count = count
    book = notebook.metadata.book
    book["hash"]["page"] = page_hash(notebook)
    book["hash"]["proof"] = proof_hash(notebook)
    for kind in ("seeds", "matrix", "mutants"):
        if kind in book:
            book[kind]["proof"] = proof_hash(notebook)


def put(notebook: NotebookNode, folder: Path) -> tuple[Path, Path]:
    """Write the notebook, as it is, a bibliography and the statements below ``folder``; the paths of the first two."""
    path, bibliography = folder / PART / f"{SLUG}.ipynb", folder / "references.bib"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")
    bibliography.write_text(
        f"@article{{{KEY},\n  title = {{Least Median of Squares Regression}},\n}}\n", encoding="utf-8"
    )
    fields = dict.fromkeys(("place", "metric", "rival", "numbers", "trial"), "as printed")
    statements = [{"id": of, "sentence": sentence, **fields} for of, sentence in STATEMENTS.items()]
    (folder / f"{SLUG}.json").write_text(json.dumps(statements), encoding="utf-8")
    return path, bibliography
