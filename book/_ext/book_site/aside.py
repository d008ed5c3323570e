"""What the head of a chapter keeps folded: how to cite it, its symbols, what changed."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from book_site import chapters, formulas, text
from book_site.chapters import Chapter

WORDS_A_MINUTE = 200
LINES_A_MINUTE = 25  # of code, read to be understood


def aside(chapter: Chapter, root: Path) -> str:
    """The folds, without empty lines; one that would hold nothing is left out."""
    folds = (
        ("Cite this chapter", cite(chapter, root)),
        ("Symbols", symbols(chapter)),
        ("Changes", changes(chapter)),
    )
    return "".join(f"<details><summary>{name}</summary>{inside}</details>" for name, inside in folds if inside)


def reading(notebook: dict[str, Any]) -> str:
    """How long the text and the code that is not folded take to read, to the next five minutes."""
    words = lines = 0
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            words += len(chapters.source(cell).split())
        elif not {"hide-input", "hide-cell"} & set(cell["metadata"].get("tags", [])):
            lines += sum(bool(line.strip()) for line in chapters.source(cell).splitlines())
    minutes = words / WORDS_A_MINUTE + lines / LINES_A_MINUTE
    return f"about {max(5, 5 * round(minutes / 5))} minutes"


def cite(chapter: Chapter, root: Path) -> str:
    """BibTeX of the paper and of the chapter."""
    book, year = chapter.book, str(chapter.run.get("date", ""))[:4]
    ours = "\n".join(
        (
            f"@incollection{{runnablevision-{chapter.slug},",
            f"  title     = {{{chapter.title}}},",
            "  author    = {{The Runnable Vision authors}},",
            "  booktitle = {Runnable Vision},",
            *([f"  year      = {{{year}}},"] if year else []),
            f"  note      = {{Rebuilds \\cite{{{book['paper']['key']}}}}},",
            "}",
        )
    )
    # A raw cell of Markdown ends at an empty line, so entries follow each other in boxes of their own.
    entries = [entry for entry in (entry_of(book["paper"]["key"], root), ours) if entry]
    return "".join(f"<pre>{text.escape(entry)}</pre>" for entry in entries)


def entry_of(key: str, root: Path) -> str:
    path = root / "book" / "references.bib"
    return _entries(path, path.stat().st_mtime_ns).get(key, "")


@lru_cache(maxsize=2)
def _entries(path: Path, _stamp: int) -> dict[str, str]:
    """The bibliography's entries by key, as they are written there."""
    entries = re.finditer(r"^@\w+\{([^,]+),\n.*?^\}", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return {entry.group(1): entry.group() for entry in entries}


def symbols(chapter: Chapter) -> str:
    rows = "".join(
        f"<tr><td>{formulas.in_text(each['symbol'])}</td>"
        f"<td>{text.escape(each['meaning'])}</td><td>{text.escape(each.get('shape', ''))}</td>"
        f"<td><code>{text.escape(each['code'])}</code></td></tr>"
        for each in chapter.book.get("symbols") or []
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Symbol", "Meaning", "Shape", "In the code"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""


def changes(chapter: Chapter) -> str:
    items = "".join(
        f'<li><time datetime="{text.escape(each["date"])}">{text.escape(each["date"])}</time>: '
        f"{text.escape(each['what'])}</li>"
        for each in chapter.book.get("changes") or []
    )
    return f"<ul>{items}</ul>" if items else ""
