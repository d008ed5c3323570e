"""Folded cells say what opens: the solution of an exercise, or code that would distract."""

from __future__ import annotations

import ast
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from book_site import chapters, text

GLANCE = 3  # lines of a log that stay open


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", name_by_words)


def name_by_words(
    _app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None
) -> None:
    """Let screen readers say the words of a summary, in place of one label that myst-nb gives to all."""
    if "body" in context:
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")


def set_prompts(notebook: dict[str, Any]) -> None:
    """Give the summary of each cell that myst-nb folds its words."""
    for cell in notebook["cells"]:
        if words := opens(cell):
            shown = cell["metadata"].setdefault("mystnb", {})
            shown |= {"code_prompt_show": f"Show {words}", "code_prompt_hide": f"Hide {words}"}


def fold_logs(notebook: dict[str, Any]) -> None:
    """Fold what a cell printed where it is longer than a glance."""
    for cell in notebook["cells"]:
        if "outputs" in cell:
            cell["outputs"] = [folded(output) for output in cell["outputs"]]


def folded(output: dict[str, Any]) -> dict[str, Any]:
    if output["output_type"] != "stream":
        return output
    printed = chapters.joined(output["text"]).rstrip("\n")
    lines = printed.count("\n") + 1
    if lines <= GLANCE:
        return output
    log = f'<details class="log"><summary>Log, {lines} lines</summary><pre>{text.escape(printed)}</pre></details>'
    return {"output_type": "display_data", "data": {"text/html": log}, "metadata": {}}


def opens(cell: dict[str, Any]) -> str:
    """What the fold hides, in words; nothing where there is none."""
    tags = cell["metadata"].get("tags", [])
    if "hide-cell" in tags:
        return "the solution"
    return code(ast.parse(chapters.source(cell)), cell["metadata"]) if "hide-input" in tags else ""


def code(tree: ast.Module, metadata: dict[str, Any]) -> str:
    """The definitions by name, else the imports, else the drawing."""
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    if names:
        return f"the code of {', '.join(names)}"
    if any(isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body):
        return "the imports"
    return "the code of this figure" if "figure" in metadata.get("mystnb", {}) else "the code"
