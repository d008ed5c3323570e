"""The lists of a part's methods, written and still to come, what their papers stand on, and the list of all parts."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import badges, chapters, claims, gallery, text
from book_site.chapters import Chapter, Method
from book_site.partnames import PARTS
from book_site.statements import Statement, file_of, statements
from book_site.tally import state


def setup(app: Sphinx) -> None:
    app.add_directive("part-chapters", PartChaptersDirective)
    app.add_directive("part-statements", PartStatementsDirective)
    app.add_directive("parts", PartsDirective)


class PartChaptersDirective(SphinxDirective):
    """Argument: the part's name as in book/methods.csv."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        root, images = Path(self.env.srcdir), Path(self.env.app.outdir) / "_images"
        self.env.note_dependency(str(root / "book" / "methods.csv"))
        up = "../" * self.env.docname.count("/")
        here = [method for method in chapters.methods(root).values() if method.part == self.arguments[0]]
        known = chapters.chapters(root)
        written = [known[method.slug] for method in here if method.slug in known]
        for chapter in written:
            self.env.note_dependency(str(root / f"{chapter.docname}.ipynb"))
        coming = [method for method in here if method.slug not in known]
        html = ""
        if written:
            html += f'<ul class="tiles">{"".join(gallery.card(chapter, root, images, up) for chapter in written)}</ul>'
        if coming:
            heading = '<p class="coming-heading">Still to come</p>'
            html += f'{heading}<ul class="coming">{"".join(map(coming_item, coming))}</ul>'
        return [nodes.raw("", html, format="html")]


def coming_item(method: Method) -> str:
    people = method.authors.split("; ")
    authors = f"{people[0]} and others" if len(people) > 2 else " and ".join(people)
    source = (
        f"<cite>{text.escape(method.title)}</cite>, {text.escape(authors)}, {text.escape(method.venue)} {method.year}"
    )
    words = f"<strong>{text.escape(method.name)}</strong> {text.escape(method.line)}"
    return f'<li>{words}<span class="fine">{source}</span></li>'


class PartStatementsDirective(SphinxDirective):
    """What the papers of a part stand on, folded by method. Argument: the part's name as in book/methods.csv."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        up = "../" * self.env.docname.count("/")
        known, html = chapters.chapters(root), ""
        for method in chapters.methods(root).values():
            if method.part == self.arguments[0]:
                self.env.note_dependency(str(file_of(root, method.slug)))
                html += method_statements(method, statements(root, method.slug), known.get(method.slug), up)
        return [nodes.raw("", html, format="html")]


def method_statements(method: Method, told: tuple[Statement, ...], chapter: Chapter | None, up: str) -> str:
    """The statements of one method behind its name, each with the verdict of the chapter that judges them."""
    where = state(chapter) if chapter else f"{len(told)} statements, still to come"
    items = "".join(f"<li>{statement_html(statement, chapter, up)}</li>" for statement in told)
    summary = f'<summary><strong>{text.escape(method.name)}</strong> <span class="fine">{where}</span></summary>'
    return f'<details class="statements" id="{method.anchor}">{summary}<ol>{items}</ol></details>'


def statement_html(statement: Statement, chapter: Chapter | None, up: str) -> str:
    verdict = chapter.on_statements.get(statement.id) if chapter else None
    mark = f"{badges.linked(verdict, chapter, up)} " if chapter and verdict else ""
    facts = f"{text.escape(statement.metric)}; against {text.escape(statement.rival)}. {claims.reported(statement)}"
    return f'{mark}{text.escape(statement.sentence)}<span class="fine">{facts}</span>'


class PartsDirective(SphinxDirective):
    """All parts with their number of chapters."""

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / "book" / "methods.csv"))
        up = "../" * self.env.docname.count("/")
        planned, known = chapters.methods(root), chapters.chapters(root)
        items = []
        for slug, name in PARTS.items():
            members = [method.slug for method in planned.values() if method.part == slug]
            done = sum(member in known for member in members)
            share = f'<span style="width:{100 * done / len(members):.0f}%"></span>'
            items.append(
                f'<li><a href="{up}book/parts/{slug}.html">{text.escape(name)}</a>'
                f'<span class="fine">{done} of {len(members)} chapters</span>'
                f'<span class="bar" aria-hidden="true">{share}</span></li>'
            )
        return [nodes.raw("", f'<ul class="parts">{"".join(items)}</ul>', format="html")]
