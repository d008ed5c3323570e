"""What the chapters found, the kinds of verdicts counted apart. A chapter under revision enters no count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from book_site import badges, text
from book_site.chapters import Chapter, Kind

JUDGED = (Kind.REPRODUCED, Kind.NOT_REPRODUCED, Kind.NOT_TESTABLE, Kind.NOT_TRIED)


@dataclass(frozen=True)
class Tally:
    statements: int
    kinds: Counter[Kind]
    mechanisms: int

    @property
    def reproduced(self) -> str:
        return f"{self.kinds[Kind.REPRODUCED]} of {self.statements}"

    @property
    def held(self) -> str:
        """Mechanism claims that held, of how many if it is not all."""
        held = self.kinds[Kind.MECHANISM]
        return str(held) if held == self.mechanisms else f"{held} of {self.mechanisms}"

    @property
    def without(self) -> int:
        """Statements that no cell of the published run decides."""
        return self.statements - sum(self.kinds[kind] for kind in JUDGED)


def tally(chapters: Iterable[Chapter]) -> Tally:
    judged = [chapter for chapter in chapters if chapter.judged]
    verdicts = [verdict for chapter in judged for verdict in chapter.verdicts]
    return Tally(
        statements=sum(len(chapter.statements) for chapter in judged),
        kinds=Counter(verdict.kind for verdict in verdicts),
        mechanisms=sum(verdict.statement is None for verdict in verdicts),
    )


def sentence(counts: Tally) -> str:
    """ "4 of 8 statements reproduced, 2 not, 1 not testable, 1 not tried; 5 mechanism claims held"."""
    others = [
        (counts.kinds[Kind.NOT_REPRODUCED], "not"),
        (counts.kinds[Kind.NOT_TESTABLE], "not testable"),
        (counts.kinds[Kind.NOT_TRIED], "not tried"),
        (counts.without, "without a verdict"),
    ]
    words = [f"{counts.reproduced} statements reproduced", *(f"{n} {what}" for n, what in others if n)]
    claims = f"; {counts.held} mechanism {text.plural(counts.mechanisms, 'claim')} held" if counts.mechanisms else ""
    return ", ".join(words) + claims


def state(chapter: Chapter) -> str:
    """Where a chapter stands, in a line: its counts, or that it is under revision."""
    return text.escape(sentence(tally([chapter]))) if chapter.judged else badges.REVISION


def figures(chapters: list[Chapter]) -> str:
    """The whole book in a few large numbers, the kinds apart."""
    revised = sum(not chapter.judged for chapter in chapters)
    facts: list[tuple[object, str]] = [(len(chapters), text.plural(len(chapters), "chapter"))]
    if revised:
        facts.append((revised, "of them under revision"))
    if revised < len(chapters):
        counts = tally(chapters)
        facts += [
            (counts.reproduced, "statements reproduced"),
            (counts.kinds[Kind.NOT_REPRODUCED], "not reproduced"),
            (counts.kinds[Kind.NOT_TESTABLE], "not testable here"),
            (counts.kinds[Kind.NOT_TRIED], "not tried"),
            *([(counts.without, "without a verdict")] if counts.without else []),
            (counts.held, f"mechanism {text.plural(counts.mechanisms, 'claim')} held"),
        ]
    return '<ul class="figures">' + "".join(f"<li><strong>{n}</strong> {words}</li>" for n, words in facts) + "</ul>"
