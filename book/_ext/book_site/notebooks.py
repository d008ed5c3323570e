"""Chapters on their way to the page: the header goes in, verdicts get numbers, frames of explorers become files."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book_site import aside, chapters, claims, explorers, folds, header, pictures, statements

# Pages that show what the notebooks hold, and are written anew when one of them changes.
COLLECTED = ("book/index", "book/scoreboard", "book/errata", "book/status")


def setup(app: Sphinx) -> None:
    app.connect("source-read", prepare)
    app.connect("doctree-read", shorten_title, priority=900)
    app.connect("env-get-outdated", collected_pages)


def prepare(app: Sphinx, docname: str, content: list[str]) -> None:
    """Change the notebook that myst-nb is about to read; the file itself, which readers download, stays as it is."""
    if not docname.startswith("notebooks/"):
        return
    notebook = json.loads(content[0])
    root, images = Path(app.srcdir), Path(app.outdir) / "_images"
    slug = docname.rsplit("/", 1)[-1]
    app.env.note_dependency(str(statements.file_of(root, slug)))
    chapter = chapters.from_notebook(notebook, docname, statements.statements(root, slug))
    known = chapters.chapters(root)

    app.env.metadata[docname]["description"] = chapter.book.get("summary", "")
    judged = chapters.records(notebook, "book_claim", "book_verdict")
    for verdict, (output, _) in zip(chapter.verdicts, judged, strict=True):
        output["data"]["text/html"] = claims.verdict_html(verdict)
    for erratum, (output, _) in zip(chapter.errata, chapters.records(notebook, "book_erratum"), strict=True):
        output["data"]["text/html"] = claims.erratum_html(erratum)
    for page in explorers.outputs(notebook):
        page["data"]["text/html"] = explorers.with_files(
            chapters.joined(page["data"]["text/html"]), images, up(docname) + "_images"
        )
    folds.set_prompts(notebook)
    folds.fold_logs(notebook)
    picture = pictures.result(chapter, root, images, up(docname)) if chapter.judged else ""
    head = header.chapter_header(
        chapter,
        known,
        chapters.methods(root),
        up(docname),
        picture=picture,
        reading=aside.reading(notebook),
        folds=aside.aside(chapter, root),
    )
    notebook["cells"].insert(1, raw_html(head))
    content[0] = json.dumps(notebook)


def shorten_title(app: Sphinx, _doctree: nodes.document) -> None:
    """In the sidebar and in links to the next page, a chapter goes by what stands before the colon of its title."""
    env, docname = app.env, app.env.docname
    if not docname.startswith("notebooks/") or docname not in env.titles:
        return
    short = env.titles[docname].astext().partition(":")[0]
    env.titles[docname] = nodes.title("", short)
    if link := next(env.tocs[docname].findall(nodes.reference), None):
        link.children = [nodes.Text(short)]


def up(docname: str) -> str:
    """From a page to the root of the site."""
    return "../" * docname.count("/")


def raw_html(html: str) -> dict[str, Any]:
    return {
        "cell_type": "markdown",
        "id": uuid.uuid5(uuid.NAMESPACE_URL, html).hex[:8],
        "metadata": {},
        "source": f"```{{raw}} html\n{html}\n```",
    }


def collected_pages(
    _app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    touched = any(docname.startswith("notebooks/") for docname in added | changed | removed)
    parts = {f"book/parts/{docname.split('/')[1]}" for docname in added | removed if docname.startswith("notebooks/")}
    return [docname for docname in (*COLLECTED, *sorted(parts)) if docname in env.found_docs] if touched else []
