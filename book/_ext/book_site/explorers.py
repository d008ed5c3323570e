"""Explorers without their weight: frames and sounds become files, and the browser fetches the one that is shown."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from PIL import Image
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import chapters, text

EMBEDDED = re.compile(r'<(img|audio)\b([^>]*?) src="data:(?:image|audio)/([a-z0-9.+-]+);base64,([^"]+)"')
EXTENSIONS = {"png": "png", "jpeg": "jpg", "svg+xml": "svg", "mpeg": "mp3", "mp3": "mp3", "ogg": "ogg", "wav": "wav"}


def setup(app: Sphinx) -> None:
    app.add_directive("explorer", ExplorerDirective)


def outputs(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The outputs that hold an explorer or another figure with sliders."""
    return [
        output
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if "book-explore" in chapters.joined(output.get("data", {}).get("text/html", ""))
    ]


def with_files(html: str, folder: Path, address: str) -> str:
    """The same HTML with its pictures and sounds in `folder`, reached from the page by `address`."""
    folder.mkdir(parents=True, exist_ok=True)

    def replace(match: re.Match[str]) -> str:
        tag, attributes, subtype, data = match.groups()
        payload = base64.b64decode(data)
        name = f"explore-{hashlib.sha256(payload).hexdigest()[:20]}.{EXTENSIONS[subtype]}"
        path = folder / name
        if not path.exists():
            path.write_bytes(payload)
        sized = tag == "audio" or " width=" in attributes  # else the output of an older run
        return f'<{tag}{attributes} src="{address}/{name}"{"" if sized else size(payload)}'

    return EMBEDDED.sub(replace, html)


def size(payload: bytes) -> str:
    """Width and height, so that the page does not jump when a frame arrives."""
    try:
        width, height = Image.open(io.BytesIO(payload)).size
    except OSError:  # SVG: it brings its own size
        return ""
    return f' width="{width}" height="{height}"'


class ExplorerDirective(SphinxDirective):
    """Shows the first explorer of a chapter, for example on the landing page; nothing while the chapter is missing.

    Options: `link`, the words below the figure that lead to the chapter.
    """

    required_arguments = 1
    option_spec: ClassVar = {"link": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        chapter = chapters.chapters(root).get(self.arguments[0])
        if chapter is None:
            return []
        path = root / f"{chapter.docname}.ipynb"
        self.env.note_dependency(str(path))
        found = outputs(json.loads(path.read_text(encoding="utf-8")))
        if not found:
            return []
        up = "../" * self.env.docname.count("/")
        figure = with_files(
            chapters.joined(found[-1]["data"]["text/html"]), Path(self.env.app.outdir) / "_images", f"{up}_images"
        )
        words = text.escape(self.options.get("link", chapter.title))
        link = f'<a class="explorer-link" href="{up}{chapter.docname}.html">{words}</a>'
        return [nodes.raw("", f'<div class="explorer">{figure}{link}</div>', format="html")]
