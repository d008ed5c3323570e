"""The execution status: what ran when, how long, on what, at which scale."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import chapters, text
from book_site.chapters import Chapter
from book_site.tables import Cell, sortable

COLUMNS = (
    "Chapter",
    "Form",
    "Seeds tried",
    "Edits noticed",
    "Ran on",
    "Scale",
    "Device",
    "Seed",
    "quick",
    "book",
    "gpu",
    "Memory",
    "Versions",
)


def setup(app: Sphinx) -> None:
    app.add_directive("execution-status", StatusDirective)


class StatusDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        up = "../" * self.env.docname.count("/")
        rows = [row(chapter, up) for chapter in chapters.chapters(Path(self.env.srcdir)).values()]
        html = (
            sortable("Runs whose outputs the pages show", COLUMNS, rows)
            if rows
            else "<p>No chapter has been run yet.</p>"
        )
        return [nodes.raw("", html, format="html")]


def row(chapter: Chapter, up: str) -> list[Cell]:
    run, seeds = chapter.run, chapter.book.get("seeds") or {}
    times, memory = text.per_scale(chapter.book.get("seconds")), text.per_scale(chapter.book.get("memory"))
    date, scale = str(run.get("date", "not run"))[:10], run.get("scale", "–")
    versions = {"Python": run.get("python"), **(run.get("versions") or {})}
    peak = memory.get(scale) or memory["quick"]
    return [
        Cell(f'<a href="{up}{chapter.docname}.html">{text.escape(chapter.short_title)}</a>', chapter.short_title),
        Cell(str(chapter.form), chapter.form, "number"),
        Cell(
            text.escape(text.seeds(seeds["seeds"]) if seeds.get("seeds") else "–"),
            len(seeds.get("seeds") or []),
        ),
        edits(chapter),
        Cell(text.escape(date), date, "number"),
        Cell(text.escape(scale), scale),
        Cell(text.escape(run.get("device", "–")), run.get("device", "")),
        Cell(str(run.get("seed", "–")), text.as_float(run.get("seed")), "number"),
        *(Cell(brief(text.seconds(times[s])), text.as_float(times[s] or 0), "number") for s in text.SCALES),
        Cell(brief(text.megabytes(peak)), text.as_float(peak or 0), "number"),
        Cell(text.escape(", ".join(f"{k} {v}" for k, v in versions.items() if v)), "", "fine"),
    ]


def edits(chapter: Chapter) -> Cell:
    """The share of random edits of the code that the chapter noticed."""
    share = chapter.noticed
    return Cell(f"{share[0]} of {share[1]}", share[0] / share[1], "number") if share else Cell("–", 0, "number")


def brief(words: str) -> str:
    """A dash for what was not measured: the page says so once."""
    return "–" if words == "not measured" else words
