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
from tools.chapters import UsageError, chapter_path, chapter_paths, form, read, without_outputs, write
from tools.hashes import proof_hash
from tools.jobs import run_all

HANGS = 600  # seconds, many times what a chapter takes at `quick`


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


def breaks(path: Path, notebook: NotebookNode) -> list[Break]:
    """The breaks of a chapter: those of its metadata and, in form 2, the harness's own."""
    book = notebook.metadata.book
    if form(book) == 1:  # gone with the last chapter of form 1
        return [Break(path, k, "the core", b["find"], b["replace"], b["claim"]) for k, b in enumerate(book["breaks"])]
    listed = []
    for k, b in enumerate(book.get("core", ())):
        if missing := [name for name in ("piece", "find", "replace") if name not in b]:
            raise UsageError(f"{path.stem}: break {k + 1} of metadata.book.core has no {', '.join(missing)}")
        listed.append(Break(path, k, b["piece"], _frozen(b["find"]), _frozen(b["replace"])))
    return [*listed, Break(path, None, "training cut to one step")]


def _frozen(texts: str | list[str]) -> str | tuple[str, ...]:
    return texts if isinstance(texts, str) else tuple(texts)


def outcome(item: tuple[Break, NotebookNode]) -> Outcome:
    """Run the broken copy of the notebook at ``quick``."""
    each, notebook = item
    if each.number is None:
        return run_broken(notebook, claims_only=True, steps=1, seconds=HANGS)
    try:
        broken = substituted(notebook, each.find, each.replace)
    except ValueError as error:
        return Outcome((), str(error), 0.0)
    return run_broken(broken, claims_only=True, claim=each.claim, seconds=HANGS)


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


def store(path: Path, broken: NotebookNode, found: dict[Break, Outcome]) -> str:
    """Write beside each break what turned red; a sentence if the chapter was edited in the meantime, else ""."""
    notebook = read(path)
    book = notebook.metadata.book
    if proof_hash(notebook) != proof_hash(broken) or breaks(path, notebook) != list(found):
        return "it was edited while it was broken; its notebook is as the edit left it"
    for each, done in found.items():
        if each.number is not None:
            book["core"][each.number]["red"] = list(done.red)
        else:
            book["matrix"] = {"proof": proof_hash(notebook), "steps": list(done.red)}
    write(notebook, path)
    return ""


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
    notebooks = {path: without_outputs(read(path)) for path in paths}
    every = [each for path in paths for each in breaks(path, notebooks[path])]
    items = [(each, notebooks[each.path]) for each in every]
    found: dict[Path, dict[Break, Outcome]] = defaultdict(dict)
    wrong = 0
    for each, done in zip(every, run_all(outcome, items, "breaks"), strict=True):
        found[each.path][each] = done
        why = complaint(each, done)
        wrong += bool(why)
        print(f"NOT PROVED  {each}: {why}" if why else f"{_colour(done)}  {each}", flush=True)
    for path, outcomes in found.items():
        if form(notebooks[path].metadata.book) == 1:
            continue
        by_piece = defaultdict(list)
        for each, done in outcomes.items():
            if each.number is not None:
                by_piece[each.piece].append(done)
        sentences = pieces(notebooks[path], by_piece)
        if not arguments.changed and (edited := store(path, notebooks[path], outcomes)):
            sentences.append(edited)
        for sentence in sentences:
            print(f"NOT PROVED  {path.stem}: {sentence}")
            wrong += 1
    if wrong:
        raise SystemExit(f"{wrong} things are not proved by {len(every)} broken copies.")
    print(f"{len(every)} broken copies of {len(paths)} chapters turned red as they must.")


def _colour(done: Outcome) -> str:
    return f"red ({'; '.join(done.red)})" if done.red else "green"


if __name__ == "__main__":
    main()
