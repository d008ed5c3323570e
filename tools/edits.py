"""Random edits of the syntax tree: the small mistakes that a port of a method could contain, one at a time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from nbformat import NotebookNode

from tools.chapters import sections

SECTIONS = ("The method", "Training", "Solving")
NONLINEARITIES = """
    abs clamp clip cos cumsum detach elu exp expm1 gelu leaky_relu log log1p log_softmax logsigmoid logsumexp normalize
    relu round sigmoid sign silu sin softmax softplus sqrt square tanh tril triu
""".split()  # noqa: SIM905 - a list that is read
LAYERS = ["ELU", "GELU", "LeakyReLU", "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh"]
MODULES = ("torch", "F", "nn", "np", "math")  # a function of theirs gets its argument in the brackets
FLIPPED = {ast.Lt: ">", ast.Gt: "<", ast.LtE: ">=", ast.GtE: "<=", ast.Eq: "!=", ast.NotEq: "=="}
NOT_EDITED = (ast.Assert, ast.Raise, ast.JoinedStr, ast.Import, ast.ImportFrom)


class Edit(NamedTuple):
    """One place of one code cell in other words.

    Attributes:
        cell: index of the cell in the notebook.
        start, end: where the text stands, counted in UTF-8 bytes of the cell's source.
        was, now: the text, and what takes its place.
        line: the line of code around it.
    """

    cell: int
    start: int
    end: int
    was: str
    now: str
    line: str

    @property
    def words(self) -> str:
        return f"{self.was} -> {self.now}"


def edits(notebook: NotebookNode) -> list[Edit]:
    """Every edit of the functions and classes under "The method" and "Training", in the order of the text."""
    left_out = set(notebook.metadata.get("book", {}).get("display_only", ()))
    found = []
    for index, (cell, section) in enumerate(zip(notebook.cells, sections(notebook), strict=True)):
        if cell.cell_type == "code" and section in SECTIONS:
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in left_out:
                    found += _edits_of(node, index, cell.source)
    return found


def applied(notebook: NotebookNode, edit: Edit) -> None:
    """Change the notebook in place."""
    source = notebook.cells[edit.cell].source.encode()
    notebook.cells[edit.cell].source = (source[: edit.start] + edit.now.encode() + source[edit.end :]).decode()


def _edits_of(tree: ast.AST, index: int, source: str) -> Iterator[Edit]:
    lines = source.encode().splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for node in _editable(tree):
        start, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
        was = source.encode()[start:end].decode()
        for now in dict.fromkeys(_other_words(node)):
            if now != was:
                yield Edit(index, start, end, was, now, lines[node.lineno - 1].decode().strip())


def _editable(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions below ``tree`` that compute: no checks, messages, annotations, defaults or decorators."""
    waiting = [tree]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, NOT_EDITED):
            continue
        if isinstance(node, ast.expr):
            yield node
        left_out = {"annotation", "returns", "decorator_list", "args" if isinstance(node, ast.FunctionDef) else ""}
        for name, value in ast.iter_fields(node):
            if name not in left_out:
                waiting += [
                    each for each in (value if isinstance(value, list) else [value]) if isinstance(each, ast.AST)
                ]


def _other_words(node: ast.expr) -> Iterator[str]:
    """What could stand in the place of the expression."""
    if isinstance(node, ast.BinOp):
        left, right = (f"({ast.unparse(each)})" for each in (node.left, node.right))
        if isinstance(node.op, ast.Add | ast.Sub):
            yield from (left, right, f"({left} {'-' if isinstance(node.op, ast.Add) else '+'} {right})")
        elif isinstance(node.op, ast.Mult | ast.MatMult):
            yield from (left, right)
        elif isinstance(node.op, ast.Div | ast.FloorDiv | ast.Pow | ast.Mod):
            yield left
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        if not isinstance(node.operand, ast.Constant):  # -1 names an axis as often as a number
            yield f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in FLIPPED:
        yield f"({ast.unparse(node.left)} {FLIPPED[type(node.ops[0])]} {ast.unparse(node.comparators[0])})"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in LAYERS:
            yield f"{ast.unparse(node.func.value)}.Identity()"
        elif node.func.attr in NONLINEARITIES:
            if node.func.attr == "log" and node.keywords:
                return  # what a training keeps, no logarithm
            if not _names_module(node.func.value):
                yield f"({ast.unparse(node.func.value)})"
            elif node.args:
                yield f"({ast.unparse(node.args[0])})"


def _names_module(node: ast.expr) -> bool:
    """Whether this is ``torch``, ``nn.functional`` or the like, and no value."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in MODULES
