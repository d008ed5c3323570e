"""The picture of a chapter for the gallery and for shared links: the figure that `metadata.book.thumbnail` names."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image

from book_site.chapters import Chapter
from book_site.pictures import Picture, named

GALLERY, CARD = (560, 350), (1200, 630)


def thumbnail(chapter: Chapter, root: Path, folder: Path) -> str | None:
    """File name of the gallery picture in `folder`, or None if the chapter shows no such figure."""
    picture = named(chapter, root, chapter.book.get("thumbnail"))
    if picture is None:
        return None
    return picture.write(folder) if picture.drawn else fitted(picture, GALLERY, folder, "thumb", "webp")


def card(chapter: Chapter, root: Path, folder: Path) -> str | None:
    """File name of the picture that accompanies a shared link: pixels, since other sites show no drawings."""
    picture = named(chapter, root, chapter.book.get("thumbnail"))
    return None if picture is None or picture.drawn else fitted(picture, CARD, folder, "card", "jpg")


def fitted(picture: Picture, size: tuple[int, int], folder: Path, kind: str, extension: str) -> str:
    """The picture fitted into `size` on white."""
    name = f"{kind}-{hashlib.sha256(picture.data).hexdigest()[:20]}.{extension}"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.open(io.BytesIO(picture.data)).convert("RGBA")
        image.thumbnail((size[0] - 24, size[1] - 24), Image.Resampling.LANCZOS)
        sheet = Image.new("RGB", size, "white")
        sheet.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2), image)
        sheet.save(path, quality=85)
    return name
