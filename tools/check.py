"""``make check``: everything that proves one chapter, in the order in which an author wants to know it."""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tools import site, twice
from tools.chapters import ROOT, chapter_path, form, read
from tools.contract import breaches
from tools.contract.__main__ import BIBLIOGRAPHY
from tools.visits import DESK, PHONE, launched_browser, visit


def contract(path: Path) -> list[str]:
    return [str(breach) for breach in breaches(path, BIBLIOGRAPHY)]


def readable(path: Path) -> bool:
    """Whether the other stages can begin: it is a notebook of plain Python and says which form it has."""
    broken = {breach.rule for breach in breaches(path, BIBLIOGRAPHY)}
    if {"valid_notebook", "plain_python"} & broken:
        return False
    metadata = read(path).metadata
    return "book" in metadata and form(metadata.book) in (1, 2)


def lint(path: Path) -> list[str]:
    wide = [] if form(read(path).metadata.book) > 1 else ["--config", "line-length = 120"]
    failed = [
        subprocess.run([sys.executable, "-m", "ruff", *command, *wide, str(path)], cwd=ROOT).returncode
        for command in (["check", "--quiet"], ["format", "--check", "--quiet"])
    ]
    return ["ruff finds faults, see above"] if any(failed) else []


def quick_run(path: Path) -> list[str]:
    """At ``quick``, every cell twice (once in form 1, whose cells share a generator)."""
    if form(read(path).metadata.book) > 1:
        return twice.differences(path)
    done = subprocess.run([sys.executable, "-m", "tools.run", path.stem, "quick"], cwd=ROOT)
    return ["the quick run failed, see above"] if done.returncode else []


def matrix(path: Path) -> list[str]:
    done = subprocess.run([sys.executable, "-m", "tools.mutate", path.stem], cwd=ROOT)
    return ["the break matrix is not red everywhere, see above"] if done.returncode else []


def page(path: Path) -> list[str]:
    """The chapter's page, built and opened at both widths."""
    folder = site.build()
    name = path.relative_to(ROOT).with_suffix(".html").as_posix()
    found = []
    with site.server(folder) as running, launched_browser() as browser:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        for width in (DESK, PHONE):
            seen = visit(browser, f"http://127.0.0.1:{running.server_address[1]}/", name, width)
            faults = [*seen.missing, *seen.complaints, *seen.unrendered, *seen.broken_images]
            faults += [f"the page is {seen.widest[width]} pixels wide"] if seen.widest[width] > width else []
            found += [f"at {width} pixels: {fault}" for fault in faults]
        running.shutdown()
    return found


STAGES: tuple[Callable[[Path], list[str]], ...] = (contract, lint, quick_run, matrix, page)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make check", description=__doc__)
    parser.add_argument("chapter")
    path = chapter_path(parser.parse_args().chapter)
    faulty = []
    for stage in STAGES:
        found = stage(path)
        name = stage.__name__.replace("_", " ")
        print("\n".join([f"{name}: {'not in order' if found else 'in order'}", *found]), flush=True)
        faulty += [name] if found else []
        if stage is contract and found and not readable(path):
            raise SystemExit(f"{path.stem} is not in order: no other stage can read it.")
    if faulty:
        raise SystemExit(f"{path.stem} is not in order: {', '.join(faulty)}.")
    print(f"{path.stem} is in order. Random edits: `make mutants CHAPTER={path.stem}`; seeds: `make seeds`.")


if __name__ == "__main__":
    main()
