"""``make new``: begin a chapter: a notebook from the template, with its metadata, where it belongs."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

import jupytext

from helpers.statements import statements
from tools.chapters import METHODS, NOTEBOOKS, ROOT, UsageError, methods, write

TOC = ROOT / "_toc.yml"
TEMPLATE = Path(__file__).parent / "template" / "chapter.py"


def new(slug: str) -> Path:
    """Write the notebook of a method that has none yet, enter it in _toc.yml, and return its path."""
    known = methods()
    if slug not in known:
        raise UsageError(f"CHAPTER must be a method of {METHODS.relative_to(ROOT)}: {', '.join(known)}, not {slug!r}")
    method = known[slug]
    path = NOTEBOOKS / method["part"] / f"{slug}.ipynb"
    if path.exists():
        raise UsageError(f"CHAPTER {slug!r} has a notebook already, in {method['part']}")
    key = f"{method['authors'].split(';')[0].split()[-1].lower()}{method['year']}"
    text = TEMPLATE.read_text(encoding="utf-8").replace("# STATEMENTS\n", verdict_cells(slug))
    for placeholder, value in (("SLUG-DASHED", slug.replace("_", "-")), ("SLUG", slug), ("BIBKEY", key)):
        text = text.replace(placeholder, value)
    notebook = jupytext.reads(text, fmt="py:percent")
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["book"] = {
        "slug": slug,
        "part": method["part"],
        "title": "TITLE: the method in plain words",
        "summary": "",
        "paper": {name: method[name] for name in ("title", "authors", "venue")}
        | {"year": int(method["year"]), "key": key},
        "task": [],
        "teaches": [],
        "prerequisites": [],
        "thumbnail": f"fig-{slug.replace('_', '-')}-problem",
        "display_only": [],
        "form": 2,
        "related": [],
        "tasks": [],
        "techniques": [],
        "symbols": [],
        "changes": [],
        "core": [],
        "no_difference": {},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    write(notebook, path)
    add_to_toc(method["part"], slug)
    return path


def verdict_cells(slug: str) -> str:
    """Percent-format cells that quote each statement of the paper above the place of its verdict."""
    cells = []
    for each in statements(slug).values():
        quote = _filled(each.sentence, "# > ")
        place = _filled(f"{each.place}: {each.metric}; against {each.rival}. {each.numbers}".strip(), "# ")
        trial = _filled(f"A fair trial: {each.trial}", "# ")
        verdict = f'raise NotImplementedError("the verdict on {each.id}")'
        head = f"# ### {each.id.replace('-', ' ').capitalize()}\n{quote}\n#\n{place}"
        cells.append(f'{head}\n\n# %% tags=["nbval-check-output"]\n{trial}\n{verdict}\n')
    return "#\n" + "\n# %% [markdown]\n".join(cells)


def _filled(text: str, indent: str) -> str:
    return textwrap.fill(text, 88, initial_indent=indent, subsequent_indent=indent)


def add_to_toc(part: str, slug: str, toc: Path | None = None) -> None:
    """Put the chapter behind the others of its part in _toc.yml; comments and order of the file stay."""
    toc = toc or TOC
    lines = toc.read_text(encoding="utf-8").splitlines()
    place = lines.index(f"      - file: book/parts/{part}") + 1
    if lines[place].strip() != "sections:":
        lines.insert(place, "        sections:")
    place += 1
    while lines[place].startswith("          - file: "):
        place += 1
    lines.insert(place, f"          - file: notebooks/{part}/{slug}")
    toc.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make new", description=__doc__)
    parser.add_argument("chapter")
    path = new(parser.parse_args().chapter).relative_to(ROOT)
    print(f"{path} is there and in _toc.yml. Add its paper to book/references.bib, then write;")
    print(f"`make run CHAPTER={path.stem} SCALE=quick` runs it.")


if __name__ == "__main__":
    main()
