"""The one table of a chapter's results: what was measured here, beside what the paper reports."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

from .numbers import single_number
from .run import current_run

Cell = float | tuple[float, float] | str | None
MINUS = "\N{MINUS SIGN}"


class ResultsTable:
    """A table that a notebook shows as HTML and a terminal as text. Made by :func:`results_table`."""

    def __init__(self, header: list[str], body: list[list[str]], best: set[tuple[int, int]], caption: str) -> None:
        self._header, self._body, self._best, self._caption = header, body, best, caption

    def __repr__(self) -> str:
        widths = [max(map(len, column)) for column in zip(self._header, *self._body, strict=True)]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
                 for row in [self._header, *self._body]]  # fmt: skip
        return "\n".join([*lines, self._caption])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self._header)
        rows = []
        for i, (name, *cells) in enumerate(self._body):
            texts = [f"<strong>{html.escape(text)}</strong>" if (i, j) in self._best else html.escape(text)
                     for j, text in enumerate(cells)]  # fmt: skip
            cells_html = "".join(f"<td>{text}</td>" for text in texts)
            rows.append(f'<tr><th scope="row">{html.escape(name)}</th>{cells_html}</tr>')
        return (
            f'<table class="book-results"><caption>{html.escape(self._caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        )


def results_table(
    rows: Mapping[str, Mapping[str, Cell]],
    *,
    paper: Mapping[str, Mapping[str, Cell]] | None = None,
    better: Mapping[str, str] | None = None,
    decimals: int = 3,
    caption: str,
) -> ResultsTable:
    """Lay out measured results and, in columns marked as the paper's, the numbers that the paper reports.

    A column of the paper stands directly behind ours of the same name; those without one of ours come last.

    Args:
        rows: method -> column -> a number, a pair (mean, spread), a text, or None for what this scale does not measure
            (shown as "book only" at ``quick``, as a dash elsewhere). A spread of NaN, that of a single run, is not
            shown. All methods have the same columns.
        paper: method -> column -> the paper's figure; methods that stand only here get a row of their own.
        better: column -> ``higher`` or ``lower``; the best measured number of that column is set in bold.
        decimals: digits after the point, 0 to 9.
        caption: what the table shows and in which units.

    Raises:
        ValueError: if the table is empty, rows have different columns, ``better`` names an unknown column or
            direction, or a cell is none of the above.
    """
    paper, better = paper or {}, better or {}
    if not rows or not all(rows.values()):
        raise ValueError("rows must hold at least one method with at least one column")
    if not isinstance(caption, str) or not caption.strip():
        raise ValueError("caption must say what the table shows")
    if not isinstance(decimals, int) or not 0 <= decimals <= 9:
        raise ValueError(f"decimals must be a whole number from 0 to 9, not {decimals!r}")
    columns = list(next(iter(rows.values())))
    for method, row in rows.items():
        if list(row) != columns:
            raise ValueError(f"rows must all have the columns {columns}; {method!r} has {list(row)}")
    reported = list(dict.fromkeys(column for row in paper.values() for column in row))
    alone = [column for column in reported if column not in columns]
    for column, direction in better.items():
        if column not in columns or direction not in ("higher", "lower"):
            raise ValueError(
                f"better must map one of {columns} to 'higher' or 'lower', not {column!r} to {direction!r}"
            )

    run = current_run()
    missing = "book only" if run is not None and run.scale == "quick" else "–"
    methods = list(dict.fromkeys([*rows, *paper]))
    # Of every shown column: its name, and whether it is the paper's.
    shown = [(c, theirs) for c in columns for theirs in (False, True) if c in reported or not theirs]
    shown += [(c, True) for c in alone]

    def text(method: str, column: str, theirs: bool) -> str:
        if theirs:
            return _text(paper.get(method, {}).get(column), decimals, "–", f"paper[{method!r}][{column!r}]")
        return (
            _text(rows[method][column], decimals, missing, f"rows[{method!r}][{column!r}]") if method in rows else "–"
        )

    body = [[method, *(text(method, column, theirs) for column, theirs in shown)] for method in methods]
    best = {
        (methods.index(_best_method(rows, column, direction)), shown.index((column, False)))
        for column, direction in better.items()
        if _numbers(rows, column)
    }
    header = ["", *(f"{column} (paper)" if theirs else column for column, theirs in shown)]
    return ResultsTable(header, body, best, caption)


def _text(cell: Cell, decimals: int, missing: str, argument: str) -> str:
    if cell is None:
        return missing
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        if len(cell) != 2:
            raise ValueError(f"{argument} must be a number, a pair (mean, spread), a text or None, not {cell!r}")
        mean, spread = (_text(number, decimals, missing, argument) for number in cell)
        return mean if spread == "nan" else f"{mean} ± {spread}"
    number = single_number(cell, argument)
    text = f"{cell:,d}" if isinstance(cell, int) else f"{number:,.{decimals}f}"
    return text.replace("-", MINUS)


def _numbers(rows: Mapping[str, Mapping[str, Cell]], column: str) -> dict[str, float]:
    """Method -> number (the mean of a pair) for the cells of one column that can be compared."""
    cells = {method: row[column][0] if isinstance(row[column], tuple) else row[column] for method, row in rows.items()}
    numbers = {m: single_number(c, column) for m, c in cells.items() if c is not None and not isinstance(c, str)}
    return {method: number for method, number in numbers.items() if not math.isnan(number)}


def _best_method(rows: Mapping[str, Mapping[str, Cell]], column: str, direction: str) -> str:
    numbers = _numbers(rows, column)
    return (max if direction == "higher" else min)(numbers, key=numbers.__getitem__)
