"""Links that say where they lead: helpers in the code of chapters, and terms with their definition as a title."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book_site import chapters, text

GLOSSARY = "book/glossary"
TERM = re.compile(r"glossary\.html#(term-.+)$")
HIGHLIGHTED = re.compile(r'(<div class="highlight"><pre>)(.*?)(</pre>)', re.DOTALL)
IMPORT = re.compile(r'(<span class="kn">import</span> (?:\([^)]*\)|[^\n]*))')
DOT = r'(?:\.|<span class="o">\.</span>)'


def setup(app: Sphinx) -> None:
    app.connect("doctree-resolved", define_terms)
    app.connect("html-page-context", link_helpers)


def define_terms(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Give the links to glossary terms their definition as title."""
    for link in doctree.findall(nodes.reference):
        if found := TERM.search(link.get("refuri", "")):
            link["reftitle"] = definitions(app).get(found[1], "")


def definitions(app: Sphinx) -> dict[str, str]:
    """Anchor of a term -> its definition in plain words."""
    known = getattr(app, "book_definitions", None)
    if known is None:
        known = {}
        for item in app.env.get_doctree(GLOSSARY).findall(nodes.definition_list_item):
            words = " ".join(next(item.findall(nodes.definition)).astext().split())
            known |= {anchor: words for term in item.findall(nodes.term) for anchor in term["ids"]}
        app.book_definitions = known  # type: ignore[attr-defined]
    return known


def link_helpers(
    app: Sphinx, pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None
) -> None:
    """In the code of a chapter, link each function and class of helpers where it is called first."""
    if pagename.startswith("notebooks/"):
        notebook = json.loads((Path(app.srcdir) / f"{pagename}.ipynb").read_text(encoding="utf-8"))
        known = {name for name, *_ in app.env.get_domain("py").get_objects()}
        context["body"] = linked(context["body"], imported(notebook), known, "../../book/api.html")


def imported(notebook: dict[str, Any]) -> dict[str, ModuleType | type | object]:
    """Names that a notebook imports from helpers -> what they are."""
    found = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "helpers" in (source := chapters.source(cell)):
            for node in ast.walk(ast.parse(source)):
                if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "helpers":
                    for alias in node.names:
                        found[alias.asname or alias.name] = member(node.module or "", alias.name)
    return found


def member(module: str, name: str) -> object:
    """What ``from module import name`` gives."""
    inside = importlib.import_module(module)
    return getattr(inside, name) if hasattr(inside, name) else importlib.import_module(f"{module}.{name}")


def linked(body: str, names: dict[str, object], known: set[str], api: str) -> str:
    """The page with links in its highlighted code; `known` are the entries of the page `api`."""
    modules = {name: it for name, it in names.items() if isinstance(it, ModuleType)}
    plain = [name for name in names if name not in modules]
    choices = [rf"(?P<module>{'|'.join(modules)})(?P<dot>{DOT})(?P<member>\w+)"] if modules else []
    choices += [rf"(?P<name>{'|'.join(plain)})"] if plain else []
    if not choices:
        return body
    pattern = re.compile(rf"(?<![\w./-])(?:{'|'.join(choices)})(?=\()")
    seen: set[str] = set()

    def link(found: re.Match[str]) -> str:
        parts = found.groupdict()
        inside = parts.get("module")
        thing = getattr(modules[inside], parts["member"], None) if inside else names[parts["name"]]
        target = f"{getattr(thing, '__module__', '')}.{getattr(thing, '__qualname__', '')}"
        if target not in known or target in seen:
            return found[0]
        seen.add(target)
        about = (inspect.getdoc(thing) or "").split("\n")[0].replace("`", "")
        before, word = (f"{inside}{parts['dot']}", parts["member"]) if inside else ("", parts["name"])
        return f'{before}<a class="helper" href="{api}#{target}" title="{text.escape(about)}">{word}</a>'

    def in_code(block: re.Match[str]) -> str:
        return (
            block[1]
            + "".join(part if IMPORT.match(part) else pattern.sub(link, part) for part in IMPORT.split(block[2]))
            + block[3]
        )

    return HIGHLIGHTED.sub(in_code, body)
