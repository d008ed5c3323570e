r"""Formulas that bear the paper's number by ``\tag``: Sphinx wraps some in an environment that allows none."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", keep_tags)


def keep_tags(_app: Sphinx, doctree: nodes.document) -> None:
    for formula in doctree.findall(nodes.math_block):
        words = formula.astext()
        if r"\tag" in words and not formula.get("nowrap") and not formula.get("label"):
            formula["nowrap"] = True
            formula.children = [nodes.Text(rf"\begin{{equation*}}{words}\end{{equation*}}")]
