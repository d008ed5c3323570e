"""How high the sections of a page will be, roughly: what is far from the window is not laid out (see site.css).

Without it the page would jump as a reader scrolls.
"""

from __future__ import annotations

from math import ceil
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

LETTERS = 90  # in a line of text
LINE, CODE_LINE, GAP, FOLDED, PICTURE, FORMULA = 28, 21, 16, 48, 380, 84  # CSS pixels on a desk


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", foretell)


def foretell(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Write the height into each section that the page's title stands over."""
    for chapter in doctree.children if doctree else ():
        for section in chapter.children if isinstance(chapter, nodes.section) else ():
            if isinstance(section, nodes.section):
                start = f'<section id="{section["ids"][0]}"'
                style = f' style="contain-intrinsic-block-size: auto {height(section)}px"'
                context["body"] = context["body"].replace(start, start + style, 1)


def height(node: nodes.Node) -> int:
    """CSS pixels of what is shown of a node before anything is unfolded."""
    kinds = set(getattr(node, "attributes", {}).get("classes", ()))
    if "tag_hide-cell" in kinds:
        return FOLDED
    if isinstance(node, nodes.literal_block):
        return CODE_LINE * node.astext().count("\n") + 2 * CODE_LINE + GAP
    if isinstance(node, nodes.image):
        size = str(node.get("height", "")).removesuffix("px")
        return (int(size) if size.isdigit() else PICTURE) + GAP
    if isinstance(node, nodes.raw):
        return PICTURE if "<img" in node.astext() else LINE
    if isinstance(node, nodes.math_block):
        return FORMULA
    if isinstance(node, nodes.TextElement):
        return LINE * ceil(len(node.astext()) / LETTERS) + GAP
    hidden = "tag_hide-input" in kinds
    return sum(FOLDED if hidden and is_input(child) else height(child) for child in node.children)


def is_input(node: nodes.Node) -> bool:
    return "cell_input" in getattr(node, "attributes", {}).get("classes", ())
