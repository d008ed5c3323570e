r"""Symbols of formulas that know their names in the code, so that a page can mark the one for the other.

A chapter lists its symbols in ``metadata.book.symbols``. Where one stands in a formula, it is wrapped in KaTeX's
``\htmlData``; the words of the formula stay what they were for everything else that reads them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S")
# What follows these is a word, a name of an environment or one letter in another type, not symbols.
OPAQUE = re.compile(r"\\(text\w*|math\w+|operatorname|tag|label|begin|end|left|right|[bB]igg?[lr]?|boldsymbol|color)$")
Symbols = list[tuple[list[str], str]]  # the tokens of a symbol, and its names in the code


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", mark_formulas)


def mark_formulas(app: Sphinx, doctree: nodes.document) -> None:
    docname = app.env.docname
    if docname.startswith("notebooks/"):
        notebook = json.loads((Path(app.srcdir) / f"{docname}.ipynb").read_text(encoding="utf-8"))
        known = symbols(notebook["metadata"].get("book", {}).get("symbols") or [])
        for formula in doctree.findall(lambda node: isinstance(node, nodes.math | nodes.math_block)):
            formula["symbols"] = known


def symbols(listed: list[dict[str, str]]) -> Symbols:
    """The listed symbols, one by one, the longest first; rows such as ``x, y`` are several of the same names."""
    found = [
        (tokens(one), " ".join(names(each["code"])))
        for each in listed
        for one in re.split(r",(?:\\ |\s)+", each["symbol"])
    ]
    return sorted(found, key=lambda each: -len(each[0]))


def names(code: str) -> list[str]:
    """The names that the code gives to a symbol: ``cfg.gamma`` is ``gamma``, ``pooled(p)`` is ``pooled``."""
    return [match[1] for match in re.finditer(r"(?:^|,)\s*(?:\w+\.)*(\w+)", re.sub(r"\(.*?\)", "", code))]


def tokens(tex: str) -> list[str]:
    return TOKEN.findall(tex)


def marked(tex: str, known: Symbols) -> str:
    r"""The formula with ``{\htmlData{code=...}{...}}`` around each known symbol."""
    found = list(TOKEN.finditer(tex))
    words = [match[0] for match in found]
    pieces, done, k = [], 0, 0
    while k < len(found):
        names, length = next(
            ((names, len(each)) for each, names in known if words[k : k + len(each)] == each and ends(words, k, each)),
            ("", 0),
        )
        if length:
            start, end = found[k].start(), found[k + length - 1].end()
            pieces += [tex[done:start], rf"{{\htmlData{{code={names}}}{{{tex[start:end]}}}}}"]
            done, k = end, k + length
        else:
            k = behind(words, k + 1) if OPAQUE.match(words[k]) else k + 1
    return "".join(pieces) + tex[done:]


def ends(words: list[str], k: int, symbol: list[str]) -> bool:
    """Whether the symbol at token k is whole: one that has an index of its own must not be followed by another."""
    following = words[k + len(symbol) : k + len(symbol) + 1]
    return not ({"_", "^"} & set(symbol) and following and following[0] in "_^'")


def behind(words: list[str], k: int) -> int:
    """The place behind the argument at token k: a group in braces, or one token."""
    depth = 0
    while k < len(words):
        depth += {"{": 1, "}": -1}.get(words[k], 0)
        k += 1
        if depth <= 0:
            break
    return k
