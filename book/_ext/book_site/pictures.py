"""Figures of a chapter by their names, as the notebook holds them."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from book_site import chapters, text
from book_site.chapters import Chapter

# The names of files are those that myst-nb gives, so that a figure shown twice is one file.
EXTENSIONS = {"image/png": "png", "image/jpeg": "jpg", "image/svg+xml": "svg"}
RESULT_HEIGHT = 400  # pixels that the figure in the head of a chapter may take: .chapter-header .result in site.css
VIEW_BOX = re.compile(rb'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Picture:
    """A figure as a file: pixels, or a drawing (SVG)."""

    data: bytes
    extension: str
    alt: str
    shown: tuple[int, int] | None = None  # width and height on the page, where the output says so

    @property
    def drawn(self) -> bool:
        return self.extension == "svg"

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height on the page; those of the file where the output does not say."""
        if self.shown:
            return self.shown
        if not self.drawn:
            return Image.open(io.BytesIO(self.data)).size
        found = VIEW_BOX.search(self.data)
        return (round(float(found[1])), round(float(found[2]))) if found else None

    def write(self, folder: Path) -> str:
        """Make it a file of `folder`; returns its name."""
        name = f"{hashlib.sha256(self.data).hexdigest()}.{self.extension}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(self.data)
        return name


def named(chapter: Chapter, root: Path, name: str | None) -> Picture | None:
    """The figure of that name, or None if the chapter shows none."""
    if name is None:
        return None
    notebook = json.loads((root / f"{chapter.docname}.ipynb").read_text(encoding="utf-8"))
    cells = (cell for cell in notebook["cells"] if shown_as(cell).get("figure", {}).get("name") == name)
    return next((picture for cell in cells if (picture := of_cell(cell))), None)


def of_cell(cell: dict[str, Any]) -> Picture | None:
    for output in cell.get("outputs", []):
        for kind, extension in EXTENSIONS.items():
            if kind in output.get("data", {}):
                content = chapters.joined(output["data"][kind])
                data = "\n".join(content.splitlines()).encode() if extension == "svg" else base64.b64decode(content)
                size = output.get("metadata", {}).get(kind, {})
                shown = (size["width"], size["height"]) if {"width", "height"} <= set(size) else None
                return Picture(data, extension, shown_as(cell).get("image", {}).get("alt", ""), shown)
    return None


def shown_as(cell: dict[str, Any]) -> dict[str, Any]:
    return cell.get("metadata", {}).get("mystnb", {})


def result(chapter: Chapter, root: Path, folder: Path, up: str) -> str:
    """The figure of the result for the head of a chapter: `metadata.book.result`, else its thumbnail."""
    picture = named(chapter, root, chapter.book.get("result") or chapter.book.get("thumbnail"))
    if picture is None:
        return ""
    size = ""
    if picture.size:  # the place is kept free while the picture is still on its way
        width, height = picture.size
        shrink = min(1, RESULT_HEIGHT / height)
        size = f'width="{round(shrink * width)}" height="{round(shrink * height)}"'
    source = f"{up}_images/{picture.write(folder)}"
    return f'<img class="result" src="{source}" alt="{text.escape(picture.alt)}" {size} loading="eager">'
