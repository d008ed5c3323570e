"""The picture of a chapter: the figure that `metadata.book.thumbnail` names, for the gallery and for shared links."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

from PIL import Image

from book_site import chapters
from book_site.chapters import Chapter

GALLERY, CARD = (560, 350), (1200, 630)


def thumbnail(chapter: Chapter, root: Path, folder: Path) -> str | None:
    """File name of the gallery picture in `folder`, or None if the chapter shows no such figure."""
    picture = figure(chapter, root)
    return None if picture is None else written(picture, GALLERY, folder, "thumb", "webp")


def card(chapter: Chapter, root: Path, folder: Path) -> str | None:
    """File name of the picture that accompanies a shared link."""
    picture = figure(chapter, root)
    return None if picture is None else written(picture, CARD, folder, "card", "jpg")


def figure(chapter: Chapter, root: Path) -> bytes | None:
    """The PNG or JPEG of the chapter's thumbnail figure."""
    notebook = json.loads((root / f"{chapter.docname}.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if figure_name(cell) != chapter.book.get("thumbnail"):
            continue
        for output in cell.get("outputs", []):
            for kind in ("image/png", "image/jpeg"):
                if kind in output.get("data", {}):
                    return base64.b64decode(chapters.joined(output["data"][kind]))
    return None


def figure_name(cell: dict[str, Any]) -> str | None:
    return cell.get("metadata", {}).get("mystnb", {}).get("figure", {}).get("name")


def written(picture: bytes, size: tuple[int, int], folder: Path, kind: str, extension: str) -> str:
    """The picture fitted into `size` on white."""
    name = f"{kind}-{hashlib.sha256(picture).hexdigest()[:20]}.{extension}"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.open(io.BytesIO(picture)).convert("RGBA")
        image.thumbnail((size[0] - 24, size[1] - 24), Image.Resampling.LANCZOS)
        sheet = Image.new("RGB", size, "white")
        sheet.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2), image)
        sheet.save(path, quality=85)
    return name
