"""A table that readers can sort by its column heads and narrow by typing (site.js does both)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from book_site import text


@dataclass(frozen=True)
class Cell:
    """What a cell shows, and what it sorts by (a number sorts as a number)."""

    html: str
    key: str | float = ""
    kind: str = ""


def sortable(caption: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], narrow: str = "") -> str:
    """The table in a box that scrolls in itself; `narrow` labels the field that filters the rows."""
    head = "".join(f'<th scope="col"><button type="button">{text.escape(name)}</button></th>' for name in columns)
    body = "".join(f"<tr>{''.join(map(cell_html, row, columns))}</tr>" for row in rows)
    field = (
        f'<label class="narrow">{text.escape(narrow)} <input type="search" autocomplete="off"></label>'
        if narrow
        else ""
    )
    count = '<p class="count" aria-live="polite"></p>'
    return (
        f'<div class="sortable">{field}<div class="table-scroll"><table><caption>{text.escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{count}</div>"
    )


def cell_html(cell: Cell, column: str) -> str:
    kind = f' class="{cell.kind}"' if cell.kind else ""
    return f'<td{kind} data-key="{text.escape(cell.key)}" data-label="{text.escape(column)}">{cell.html}</td>'
