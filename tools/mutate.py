"""``make mutate``: break chapters on purpose, as their break matrix says, and see what turns red.

For each piece of ``metadata.book.core`` at least one break must redden a claim; besides, all training loops are cut to
their first step, and that must redden something too. What turned red is written beside each break.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools.breaks import Outcome, run_broken, substituted
from tools.changes import changed_chapters
from tools.chapters import chapter_path, chapter_paths, form, read, write
from tools.hashes import proof_hash
from tools.jobs import run_all


@dataclass(frozen=True)
class Break:
    """One way to break one chapter.

    Attributes:
        path: of the notebook.
        number: its place in the matrix; None where the harness cuts the training loops.
        piece: what it removes.
        find, replace: the substitution.
        claim: the statement that must turn red, in chapters of form 1.
    """

    path: Path
    number: int | None
    piece: str
    find: str | tuple[str, ...] = ()
    replace: str | tuple[str, ...] = ()
    claim: str = ""

    def __str__(self) -> str:
        return f"{self.path.stem}: {self.piece}" + (f", {self.find!r} -> {self.replace!r}" if self.find else "")


def breaks(path: Path) -> list[Break]:
    """The breaks of a chapter: those of its metadata and, in form 2, the harness's own."""
    book = read(path).metadata.book
    if form(book) == 1:  # gone with the last chapter of form 1
        return [Break(path, k, "the core", b["find"], b["replace"], b["claim"]) for k, b in enumerate(book["breaks"])]
    listed = [
        Break(path, k, b["piece"], _frozen(b["find"]), _frozen(b["replace"]))
        for k, b in enumerate(book.get("core", ()))
    ]
    return [*listed, Break(path, None, "training cut to one step")]


def _frozen(texts: str | list[str]) -> str | tuple[str, ...]:
    return texts if isinstance(texts, str) else tuple(texts)


def outcome(each: Break) -> Outcome:
    """Run the broken copy at ``quick``."""
    notebook = read(each.path)
    if each.number is None:
        return run_broken(notebook, claims_only=True, steps=1)
    try:
        broken = substituted(notebook, each.find, each.replace)
    except ValueError as error:
        return Outcome((), str(error), 0.0)
    return run_broken(broken, claims_only=True)


def complaint(each: Break, done: Outcome) -> str:
    """What is wrong with one break by itself; "" if nothing is. Pieces as a whole are judged by :func:`pieces`."""
    if done.accident:
        return f"an accident, which proves nothing: {done.accident}"
    if each.claim and each.claim not in done.claims:  # form 1
        return f"the claim {each.claim!r} stayed green"
    if each.number is None and not done.red:
        return "nothing turned red"
    return ""


def pieces(notebook: NotebookNode, outcomes: dict[str, list[Outcome]]) -> list[str]:
    """What is wrong with the pieces of a chapter of form 2: no claim dies with one, and its page does not say so."""
    admitted = notebook.metadata.book.get("no_difference", {})
    wrong = []
    for piece, done in outcomes.items():
        claimed = any(each.claims for each in done)
        if not claimed and piece not in admitted:
            wrong.append(f"no claim turned red without {piece!r}, and metadata.book.no_difference does not say so")
        if claimed and piece in admitted:
            wrong.append(f"metadata.book.no_difference names {piece!r}, without which a claim turned red")
    return wrong


def store(path: Path, found: dict[Break, Outcome]) -> None:
    """Write beside each break what turned red, unless the chapter was edited in the meantime."""
    notebook = read(path)
    book = notebook.metadata.book
    now = breaks(path)
    if now != list(found):
        raise SystemExit(f"{path.stem} was edited while it was broken; its notebook is as the edit left it.")
    for each, done in found.items():
        if each.number is not None:
            book["core"][each.number]["red"] = list(done.red)
        else:
            book["matrix"] = {"proof": proof_hash(notebook), "steps": list(done.red)}
    write(notebook, path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__)
    parser.add_argument("chapter", nargs="?", help="only this one")
    parser.add_argument(
        "--changed",
        action="store_true",
        help="only chapters whose proof changed since the last landed commit; writes nothing",
    )
    arguments = parser.parse_args()
    if arguments.chapter:
        paths = [chapter_path(arguments.chapter)]
    else:
        paths = changed_chapters() if arguments.changed else chapter_paths()
    every = [each for path in paths for each in breaks(path)]
    found: dict[Path, dict[Break, Outcome]] = defaultdict(dict)
    wrong = 0
    for each, done in zip(every, run_all(outcome, every, "breaks"), strict=True):
        found[each.path][each] = done
        why = complaint(each, done)
        wrong += bool(why)
        print(f"NOT PROVED  {each}: {why}" if why else f"{_colour(done)}  {each}", flush=True)
    for path, outcomes in found.items():
        notebook = read(path)
        if form(notebook.metadata.book) == 1:
            continue
        by_piece = defaultdict(list)
        for each, done in outcomes.items():
            if each.number is not None:
                by_piece[each.piece].append(done)
        for sentence in pieces(notebook, by_piece):
            print(f"NOT PROVED  {path.stem}: {sentence}")
            wrong += 1
        if not arguments.changed:
            store(path, outcomes)
    if wrong:
        raise SystemExit(f"{wrong} things are not proved by {len(every)} broken copies.")
    print(f"{len(every)} broken copies of {len(paths)} chapters turned red as they must.")


def _colour(done: Outcome) -> str:
    return f"red ({'; '.join(done.red)})" if done.red else "green"


if __name__ == "__main__":
    main()
