"""The chapter contract: what every notebook of the book keeps to, one small function per rule.

A rule takes a :class:`~tools.contract.anatomy.Chapter` and yields what it finds: the index of a cell (or None for the
notebook as a whole) and one sentence that says what is wrong and what was expected. A new rule is a function in the
room that it belongs to, a line in ``COMMON`` or of its form, and a bad notebook in ``tests/test_contract.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tools.contract import claims, code, form1, foundations, outputs, page, proof
from tools.contract.anatomy import Chapter, Findings

MEDIAN_SIZE = 550_000  # bytes

Rule = Callable[[Chapter], Findings]

# The other rules read what these make sure of.
FOUNDATIONS: tuple[Rule, ...] = (foundations.valid_notebook, foundations.plain_python, foundations.metadata)

COMMON: tuple[Rule, ...] = (
    page.title_cell,
    page.sections,
    page.prose_between,
    page.known_citations,
    page.pictures,
    page.html_pictures,
    page.figure_names,
    page.explored,
    page.exercises,
    code.identity,
    code.first_code_cell,
    code.config_cell,
    code.cell_lengths,
    code.no_network,
    code.no_files,
    code.no_pyplot,
    code.device_neutral,
    code.liftable_code,
    outputs.fresh,
    outputs.executed,
    outputs.clean_outputs,
    outputs.no_machine_path,
    claims.claim_cells,
    claims.core_claim,
    claims.recorded,
)

FORM_1: tuple[Rule, ...] = (
    form1.folded,
    form1.size,
    form1.seconds,
    form1.enough_claims,
    form1.breaks,
    form1.seeds,
)

FORM_2: tuple[Rule, ...] = (
    page.folded,
    page.lengths,
    page.narrow_tables,
    page.short_logs,
    page.result_picture,
    code.related,
    code.config_keywords,
    code.streams,
    outputs.size,
    outputs.seconds,
    claims.controlled,
    claims.verdicts,
    claims.quoted,
    proof.seeds,
    proof.matrix,
    proof.mutants,
)

# What is allowed but should be better.
REMARKS: tuple[Rule, ...] = (form1.aim,)


@dataclass(frozen=True)
class Breach:
    """One place where a notebook does not keep to the contract.

    Attributes:
        notebook: its file name.
        cell: its number, counted from 1 as in the tracebacks of ``load_chapter``, and its id; None for the notebook.
        rule: the name of the rule.
        sentence: what is wrong and what was expected.
    """

    notebook: str
    cell: tuple[int, str] | None
    rule: str
    sentence: str

    def __str__(self) -> str:
        where = "" if self.cell is None else f", cell {self.cell[0]} ({self.cell[1]})"
        return f"{self.notebook}{where}: {self.sentence} [{self.rule}]"


def breaches(path: Path, bibliography: Path) -> list[Breach]:
    """Every breach of the contract by one notebook; where a foundation is broken, only those."""
    try:
        chapter = Chapter.read(path, bibliography)
    except (ValueError, AttributeError) as error:
        return [Breach(path.name, None, "valid_notebook", f"is no notebook of format 4, expected one: {error}")]
    return _apply(FOUNDATIONS, chapter) or _apply(COMMON + (FORM_1 if chapter.form == 1 else FORM_2), chapter)


def remarks(path: Path, bibliography: Path) -> list[Breach]:
    """What a notebook without breaches should still do better."""
    return _apply(REMARKS, Chapter.read(path, bibliography))


def too_heavy(paths: Sequence[Path]) -> str | None:
    """A sentence if the median of three notebooks or more is too heavy, else None; each has its own limit besides."""
    size = median(path.stat().st_size for path in paths)
    if len(paths) < 3 or size <= MEDIAN_SIZE:
        return None
    return f"the median notebook weighs {size / 1000:.0f} kB, expected at most {MEDIAN_SIZE / 1000:.0f} kB"


def _apply(rules: Sequence[Rule], chapter: Chapter) -> list[Breach]:
    found = []
    for rule in rules:
        for index, sentence in rule(chapter):
            cell = None if index is None else (index + 1, chapter.notebook.cells[index].get("id", "no id"))
            found.append(Breach(chapter.path.name, cell, rule.__name__, sentence))
    return found
