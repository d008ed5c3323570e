"""The small marks beside a verdict: its word and its sign, so that colour is never alone."""

from __future__ import annotations

from book_site.chapters import Chapter, Kind, Verdict
from book_site.text import escape

WORDS = {
    Kind.REPRODUCED: "Reproduced",
    Kind.NOT_REPRODUCED: "Not reproduced",
    Kind.NOT_TESTABLE: "Not testable here",
    Kind.NOT_TRIED: "Not tried",
    Kind.MECHANISM: "Mechanism",
    Kind.HELD: "Held",
    Kind.FAILED: "Failed",
    Kind.OPEN: "Not asserted here",
}
CORE = '<span class="verdict verdict-core" title="Fails when the core of the method is broken">Core</span>'
REVISION = '<span class="verdict verdict-revision">Under revision</span>'


def badge(verdict: Verdict) -> str:
    """The verdict in a word, with "Core" beside a claim that dies with the method's core."""
    return f"{word(verdict)} {CORE}" if verdict.record.get("core") else word(verdict)


def word(verdict: Verdict) -> str:
    return f'<span class="verdict verdict-{verdict.kind.replace(" ", "-")}">{WORDS[verdict.kind]}</span>'


def linked(verdict: Verdict, chapter: Chapter, up: str) -> str:
    """The verdict in a word that leads to its cell."""
    return f'<a href="{escape(f"{up}{chapter.docname}.html#{verdict.anchor}")}">{word(verdict)}</a>'
