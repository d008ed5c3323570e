"""The gallery of the landing page: a card per chapter, filtered by part, task and what it teaches."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import chapters, text
from book_site.chapters import Chapter
from book_site.partnames import PARTS
from book_site.tally import state
from book_site.thumbnails import thumbnail


def setup(app: Sphinx) -> None:
    app.add_directive("gallery", GalleryDirective)


class GalleryDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        root, images = Path(self.env.srcdir), Path(self.env.app.outdir) / "_images"
        up = "../" * self.env.docname.count("/")
        known = list(chapters.chapters(root).values())
        cards = "".join(card(chapter, root, images, up) for chapter in known)
        html = f'<div class="gallery">{filters(known)}<ul class="tiles">{cards}</ul></div>'
        return [nodes.raw("", html, format="html")]


def card(chapter: Chapter, root: Path, images: Path, up: str) -> str:
    """Thumbnail, title, one line and part; the whole card is the link."""
    name = thumbnail(chapter, root, images)
    picture = f'<img src="{up}_images/{name}" alt="" width="560" height="350" loading="lazy">' if name else ""
    book = chapter.book
    part = PARTS.get(book["part"], book["part"])
    data = {"part": part, "task": "|".join(book.get("task") or []), "teaches": "|".join(book.get("teaches") or [])}
    attributes = " ".join(f'data-{key}="{text.escape(value)}"' for key, value in data.items())
    return (
        f'<li class="tile" {attributes}>{picture}<div>'
        f'<h3><a href="{up}{chapter.docname}.html">{text.escape(chapter.title)}</a></h3>'
        f'<p>{text.escape(book.get("summary") or "")}</p><p class="fine">{text.escape(part)}</p>'
        f'<p class="fine">{state(chapter)}</p></div></li>'
    )


def filters(known: list[Chapter]) -> str:
    parts = [name for slug, name in PARTS.items() if any(chapter.book["part"] == slug for chapter in known)]
    tasks = sorted({task for chapter in known for task in chapter.book.get("task") or []})
    ideas = sorted({idea for chapter in known for idea in chapter.book.get("teaches") or []})
    selects = select("part", "Part", parts) + select("task", "Task", tasks) + select("teaches", "Teaches", ideas)
    return f'<form class="filters">{selects}<p class="count" aria-live="polite"></p></form>'


def select(name: str, label: str, values: list[str]) -> str:
    options = "".join(f"<option>{text.escape(value)}</option>" for value in values)
    every = f'<option value="">All</option>{options}'
    return f'<label>{label} <select name="{name}" autocomplete="off">{every}</select></label>'
