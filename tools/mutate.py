"""``make mutate``: break chapters on purpose, as ``metadata.book.breaks`` says, and see the named claim turn red."""

from __future__ import annotations

import argparse
import copy
import os
import subprocess
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.chapters import ROOT, chapter_path, chapter_paths, code_cells, read
from tools.execute import claims, errors, execute
from tools.hashes import proof_hash

# A failed claim, or a check of values that stands behind the broken piece. Any other error means that the break is an
# accident and proves nothing.
RED = ("ClaimFailed", "AssertionError")


@dataclass(frozen=True)
class Mutation:
    """One way to break one chapter."""

    path: Path
    find: str
    replace: str
    claim: str

    def __str__(self) -> str:
        return f"{self.path.stem}: {self.find!r} -> {self.replace!r}"


def mutations(path: Path) -> list[Mutation]:
    """The breaks that the chapter's metadata name."""
    return [Mutation(path, b["find"], b["replace"], b["claim"]) for b in read(path).metadata.book["breaks"]]


def broken(notebook: NotebookNode, mutation: Mutation) -> NotebookNode:
    """A copy of the notebook with the mutation's substitution.

    Raises:
        ValueError: if the text to find does not stand in the code exactly once.
    """
    notebook = copy.deepcopy(notebook)
    hits = [cell for cell in code_cells(notebook) if mutation.find in cell.source]
    count = sum(cell.source.count(mutation.find) for cell in hits)
    if count != 1:
        raise ValueError(f"{mutation}: the text to find stands {count} times in the code, expected once")
    hits[0].source = hits[0].source.replace(mutation.find, mutation.replace)
    return notebook


def verdict(mutation: Mutation) -> str:
    """Run the broken copy at ``quick``; "" if the named claim was measured and failed, else what happened instead."""
    done = execute(broken(read(mutation.path), mutation), scale="quick", keep_going=True)
    for error in errors(done.notebook):
        if error.ename not in RED:
            return f"an unrelated error came: {error.ename}: {error.evalue}"
    named = [record for record in claims(done.notebook) if record["statement"] == mutation.claim]
    if not named:
        return f"the claim {mutation.claim!r} was never measured"
    if named[0]["held"] or not named[0]["asserted"]:
        return f"the claim {mutation.claim!r} stayed green at {named[0]['value']}"
    return ""


def changed_chapters() -> list[Path]:
    """The chapters whose code is not that of the last landed commit."""
    base = landed_commit()
    return [path for path in chapter_paths() if base is None or proof_hash(read(path)) != _hash_at(base, path)]


def landed_commit() -> str | None:
    """The commit to compare with: ``BOOK_BASE``, else where this branch left its upstream, else the newest commit that
    is older than half a day (a fresh clone of work that is just landing); None where there is none of them."""
    if base := os.environ.get("BOOK_BASE"):
        return base
    head, upstream = _git("rev-parse", "HEAD"), _git("merge-base", "HEAD", "@{upstream}")
    return upstream if upstream and upstream != head else _git("rev-list", "-1", "--before=12 hours ago", "HEAD")


def _hash_at(commit: str, path: Path) -> str | None:
    text = _git("show", f"{commit}:{path.relative_to(ROOT).as_posix()}")
    return text and proof_hash(nbformat.reads(text, as_version=4))


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or None if done.returncode == 0 else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("chapter", nargs="?", help="only this one")
    parser.add_argument(
        "--changed", action="store_true", help="only chapters whose code changed since the last landed commit"
    )
    arguments = parser.parse_args()
    if arguments.chapter:
        paths = [chapter_path(arguments.chapter)]
    else:
        paths = changed_chapters() if arguments.changed else chapter_paths()
    all_mutations = [mutation for path in paths for mutation in mutations(path)]
    green = 0
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for mutation, why in zip(all_mutations, pool.map(verdict, all_mutations), strict=True):
            print(f"NOT PROVED  {mutation}: {why}" if why else f"red as it must be  {mutation}", flush=True)
            green += bool(why)
    if green:
        raise SystemExit(f"{green} of {len(all_mutations)} broken copies did not turn red for the named claim.")
    print(f"{len(all_mutations)} broken copies of {len(paths)} chapters turned red.")


if __name__ == "__main__":
    main()
