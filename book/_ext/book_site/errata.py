"""The errata: every printed formula that a chapter found wrong, with the numbers that decide."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import chapters, text
from book_site.chapters import Chapter, Erratum
from book_site.tables import Cell, sortable

COLUMNS = ("Paper", "Where", "As printed, off by", "Repaired, off by", "Tolerance", "Chapter")


def setup(app: Sphinx) -> None:
    app.add_directive("errata", ErrataDirective)


class ErrataDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        up = "../" * self.env.docname.count("/")
        known = chapters.chapters(Path(self.env.srcdir)).values()
        rows = [row(chapter, erratum, up) for chapter in known for erratum in chapter.errata]
        html = sortable("Errata of all chapters", COLUMNS, rows) if rows else "<p>No chapter has found one yet.</p>"
        return [nodes.raw("", html, format="html")]


def row(chapter: Chapter, erratum: Erratum, up: str) -> list[Cell]:
    record, paper = erratum.record, chapter.book["paper"]
    errors = [
        Cell(text.number_html(record[k]), text.as_float(record[k]), "number")
        for k in ("printed_error", "repaired_error", "tol")
    ]
    return [
        Cell(f"{text.escape(paper['title'])} ({text.escape(paper['year'])})", paper["title"], "statement"),
        Cell(
            f'<a href="{up}{chapter.docname}.html#{erratum.anchor}">{text.escape(record["where"])}</a>',
            record["where"],
            "statement",
        ),
        *errors,
        Cell(f'<a href="{up}{chapter.docname}.html">{text.escape(chapter.short_title)}</a>', chapter.short_title),
    ]
