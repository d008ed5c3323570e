"""``make mutants``: edit a chapter's method or training at random, one place at a time, and see who notices.

The first so many edits that do not crash, in an order that the seed draws, are run at ``quick``; a claim or a check of
values before the exercises must notice them. The share with seed 0 and twenty edits is stored and shown on the page.
"""

from __future__ import annotations

import argparse
import copy
import random
from dataclasses import dataclass
from functools import partial

from nbformat import NotebookNode
from tqdm import tqdm

from tools.breaks import Outcome, run_broken
from tools.chapters import UsageError, chapter_path, read, without_outputs, write
from tools.edits import Edit, applied, edits
from tools.hashes import proof_hash
from tools.jobs import run_all

COUNT, SEED = 20, 0  # of what is stored
LEAST = 0.75  # the share that must be noticed
PATIENCE = 4  # times as long as the chapter itself


@dataclass(frozen=True)
class Tried:
    """One edit and what became of it: noticed, unnoticed or crashed."""

    edit: Edit
    outcome: Outcome

    @property
    def fate(self) -> str:
        return "crashed" if self.outcome.accident else "noticed" if self.outcome.red else "unnoticed"


def outcome(edit: Edit, notebook: NotebookNode, seconds: float) -> Outcome:
    """Run an edited copy at ``quick``."""
    notebook = copy.deepcopy(notebook)
    applied(notebook, edit)
    return run_broken(notebook, claims_only=False, seconds=seconds)


def mutants(slug: str, notebook: NotebookNode, count: int, seed: int) -> list[Tried]:
    """The first ``count`` edits that do not crash, and those between them that do."""
    every = edits(notebook)
    random.Random(seed).shuffle(every)
    sound = run_broken(notebook, claims_only=False)
    if sound.red or sound.accident:
        raise SystemExit(f"{slug} fails as it is: {'; '.join(sound.red) or sound.accident}")
    tried: list[Tried] = []
    run = partial(outcome, notebook=notebook, seconds=PATIENCE * max(sound.seconds, 1.0))
    for edit, done in zip(every, run_all(run, every, f"{slug} (random edits)"), strict=True):
        tried.append(Tried(edit, done))
        tqdm.write(f"{tried[-1].fate:10} {edit.words}   in: {edit.line}")
        if sum(each.fate != "crashed" for each in tried) == count:
            break
    return tried


def table(notebook: NotebookNode, tried: list[Tried], seed: int, before: dict) -> dict:
    """What ``metadata.book.mutants`` keeps; what an author wrote about equivalent edits stays."""
    fates = [each.fate for each in tried]
    survivors = [
        {"cell": notebook.cells[each.edit.cell].id, "line": each.edit.line, "was": each.edit.was, "now": each.edit.now}
        for each in tried
        if each.fate == "unnoticed"
    ]
    words = {each.edit.words for each in tried if each.fate == "unnoticed"}
    return {
        "proof": proof_hash(notebook),
        "seed": seed,
        "noticed": fates.count("noticed"),
        "unnoticed": fates.count("unnoticed"),
        "crashed": fates.count("crashed"),
        "survivors": survivors,
        "equivalent": {each: why for each, why in before.get("equivalent", {}).items() if each in words},
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("chapter")
    parser.add_argument("count", nargs="?", default=str(COUNT))
    parser.add_argument("seed", nargs="?", default=str(SEED))
    arguments = parser.parse_args()
    path = chapter_path(arguments.chapter)
    for name, value in (("COUNT", arguments.count), ("SEED", arguments.seed)):
        if not value.isdecimal() or (name == "COUNT" and int(value) == 0):
            raise UsageError(f"{name} must be a whole number from {int(name == 'COUNT')} on, not {value!r}")
    count, seed = int(arguments.count), int(arguments.seed)
    before = without_outputs(read(path))
    tried = mutants(path.stem, before, count, seed)
    notebook = read(path)
    if proof_hash(notebook) != proof_hash(before):
        raise SystemExit(f"{path.stem} was edited while it was tried; its notebook is as the edit left it.")
    found = table(before, tried, seed, notebook.metadata.book.get("mutants", {}))
    stored = (count, seed) == (COUNT, SEED)
    if stored:
        notebook.metadata.book["mutants"] = found
        write(notebook, path)
    total = found["noticed"] + found["unnoticed"]
    print(f"{path.stem}: {found['noticed']} of {total} edits were noticed, {found['crashed']} more crashed.")
    if total and found["noticed"] < LEAST * total:
        raise SystemExit(f"Fewer than {LEAST:.0%} were noticed: a check is missing.")


if __name__ == "__main__":
    main()
