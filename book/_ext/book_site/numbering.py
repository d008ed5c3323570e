"""Figures, tables and code are numbered within their page: "Fig. 3", whatever stands before it in the book."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

Numbers = dict[str, dict[str, dict[str, tuple[int, ...]]]]  # page -> kind -> id -> number


def setup(app: Sphinx) -> None:
    app.connect("env-get-updated", through_the_book, priority=100)
    app.connect("env-check-consistency", within_pages)


def through_the_book(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Give Sphinx its own numbers back, so that it sees which pages they changed on."""
    env.toc_fignumbers = getattr(env, "book_fignumbers", env.toc_fignumbers)
    return []


def within_pages(_app: Sphinx, env: Any) -> None:
    env.book_fignumbers = env.toc_fignumbers
    env.toc_fignumbers = from_one(env.toc_fignumbers)


def from_one(numbers: Numbers) -> Numbers:
    """The same order, from 1 on each page."""
    return {
        page: {
            kind: {identifier: (k,) for k, identifier in enumerate(sorted(each, key=each.__getitem__), 1)}
            for kind, each in kinds.items()
        }
        for page, kinds in numbers.items()
    }
