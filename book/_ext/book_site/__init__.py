"""The site of the book: everything that Jupyter Book does not bring, one file per thing."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from book_site import (
    api,
    assets,
    citations,
    errata,
    explorers,
    folds,
    formulas,
    gallery,
    highlight,
    images,
    links,
    notebooks,
    numbering,
    pages,
    partmap,
    parts,
    roles,
    scoreboard,
    status,
    symbols,
)

ROOMS = (
    notebooks,
    gallery,
    parts,
    partmap,
    scoreboard,
    errata,
    status,
    explorers,
    folds,
    formulas,
    highlight,
    links,
    citations,
    numbering,
    api,
    images,
    roles,
    symbols,
    assets,
    pages,
)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value(
        "comments_config", None, ""
    )  # Jupyter Book sets it for an extension that this book does without
    app.connect("config-inited", allow_parallel_reading)
    for room in ROOMS:
        room.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def allow_parallel_reading(app: Sphinx, _config: Config) -> None:
    """The table of contents brings an extension that does not say so itself; it acts when all pages have been read."""
    app.extensions["sphinx_multitoc_numbering"].parallel_read_safe = True
