"""``make simulate``: the site when every method of the book has a chapter: copies under other slugs, built and timed.

Works on a copy of the repository in a temporary folder, which it prints and leaves, and changes nothing here.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import tempfile
import time
from itertools import cycle
from pathlib import Path

from tools import site
from tools.chapters import ROOT, chapter_paths, methods
from tools.new import add_to_toc

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "_build", ".*_cache", "__pycache__")


def simulated(folder: Path) -> Path:
    """A copy of the repository in which every method has a chapter, those that have none by copies of form 2."""
    copy = folder / "book"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
    written = {path.stem: path for path in chapter_paths()}
    patterns = cycle(path for path in written.values() if form(path) == 2)
    for slug, method in methods().items():
        if slug not in written:
            pattern = next(patterns)
            target = copy / "notebooks" / method["part"] / f"{slug}.ipynb"
            target.parent.mkdir(exist_ok=True)
            notebook = json.loads(pattern.read_text(encoding="utf-8"))
            target.write_text(json.dumps(renamed(notebook, slug, method, pattern.parent.name)))
            statements = copy / "book" / "statements"
            shutil.copy(statements / f"{pattern.stem}.json", statements / f"{slug}.json")
            add_to_toc(method["part"], slug, copy / "_toc.yml")
    return copy


def form(path: Path) -> int:
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]["book"].get("form", 1)


def renamed(notebook: dict, slug: str, method: dict[str, str], part: str) -> dict:
    """The chapter of that part under another slug: its figures get names of their own, its links still lead."""
    book = notebook["metadata"]["book"]
    names = [
        cell["metadata"]["mystnb"]["figure"]["name"]
        for cell in notebook["cells"]
        if "figure" in cell["metadata"].get("mystnb", {})
    ]
    text = json.dumps(notebook)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, f"{slug.replace('_', '-')}-{name.removeprefix('fig-')}")
    text = re.sub(r"\]\((?=[a-z]\w*\))", f"](../{part}/", text)  # to chapters of the part that it came from
    notebook = json.loads(text)
    notebook["metadata"]["book"] |= {"slug": slug, "part": method["part"], "title": f"{slug}: {book['title']}"}
    return notebook


def main() -> None:
    argparse.ArgumentParser(prog="python -m tools.simulate", description=__doc__.splitlines()[0]).parse_args()
    copy = simulated(Path(tempfile.mkdtemp(prefix="simulated-")))
    print(f"{len(list(copy.glob('notebooks/*/*.ipynb')))} chapters in {copy}")
    for what in ("clean", "one chapter edited", "nothing edited"):
        if what.startswith("one"):
            path = next(copy.glob("notebooks/shapes/*.ipynb"))
            path.write_text(path.read_text(encoding="utf-8").replace("## The problem", "## The problem ", 1))
        start = time.time()
        site.build(copy, clean=what == "clean")
        print(f"{what}: {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
