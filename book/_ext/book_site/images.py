"""Pictures that load when they come near, and keep their place until then."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx

IMAGE = re.compile(r"<img ([^>]*)>")
ADDRESS = re.compile(r'src="((?:\.\./)*)_images/([^"]+)"')
# Docutils writes the size that an output's metadata states as a style, which would keep the height on narrow screens.
STYLE = re.compile(r' ?style="width: (\d+)px; height: (\d+)px;"')


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", lazy)


def lazy(app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None) -> None:
    if "body" in context:
        context["body"] = IMAGE.sub(
            lambda match: rewritten(match, Path(app.srcdir), app.builder.images), context["body"]
        )


def rewritten(match: re.Match[str], root: Path, images: dict[str, str]) -> str:
    attributes = STYLE.sub(r' width="\1" height="\2"', match.group(1)).rstrip("/ ").lstrip()
    if "loading=" not in attributes:
        attributes += ' loading="lazy"'
    address = ADDRESS.search(attributes)
    if address and "width=" not in attributes and "style=" not in attributes:
        source = next((path for path, name in images.items() if name == address.group(2)), None)
        if source and (size := picture_size(root / source)):
            attributes += f' width="{size[0]}" height="{size[1]}"'
    return f"<img {attributes}>"


@lru_cache(maxsize=4096)
def picture_size(path: Path) -> tuple[int, int] | None:
    try:
        return Image.open(path).size
    except OSError:
        return None
