"""The scoreboard: every claim of every chapter with what was measured, read from the outputs of the notebooks."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import chapters, claims, text
from book_site.chapters import Chapter, Claim
from book_site.tables import Cell, sortable

COLUMNS = ("Chapter", "Claim", "Measured", "Must be", "Over seeds", "Run", "The paper")


def setup(app: Sphinx) -> None:
    app.add_directive("scoreboard", ScoreboardDirective)
    app.add_directive("tally", TallyDirective)


class ScoreboardDirective(SphinxDirective):
    def run(self) -> list[nodes.Node]:
        up = "../" * self.env.docname.count("/")
        known = list(chapters.chapters(Path(self.env.srcdir)).values())
        return [nodes.raw("", page(known, up), format="html")]


class TallyDirective(SphinxDirective):
    """The scoreboard in one line."""

    def run(self) -> list[nodes.Node]:
        known = list(chapters.chapters(Path(self.env.srcdir)).values())
        measured = any(chapter.claims for chapter in known)
        return [nodes.raw("", summary(known) if measured else "", format="html")]


def page(known: list[Chapter], up: str) -> str:
    rows = [row(chapter, claim, up) for chapter in known for claim in chapter.claims]
    if not rows:
        return "<p>No chapter has been run yet.</p>"
    return summary(known) + sortable("Claims of all chapters", COLUMNS, rows, narrow="Show only rows with")


def summary(known: list[Chapter]) -> str:
    every = [claim for chapter in known for claim in chapter.claims]
    asserted = [claim for claim in every if claim.record.get("asserted", True)]
    held = sum(claim.held for claim in asserted)
    over_seeds = [held for claim in every for held in claim.seeds.get("held", [])]
    facts = [
        (len(known), "chapter" if len(known) == 1 else "chapters"),
        (len(every), "claim" if len(every) == 1 else "claims"),
        (f"{held} of {len(asserted)}", "held in the published run"),
    ]
    if over_seeds:
        facts.append((f"{sum(over_seeds)} of {len(over_seeds)}", "held with other seeds"))
    return '<ul class="figures">' + "".join(f"<li><strong>{n}</strong> {words}</li>" for n, words in facts) + "</ul>"


def row(chapter: Chapter, claim: Claim, up: str) -> list[Cell]:
    record = claim.record
    link = f"{up}{chapter.docname}.html#{claim.anchor}"
    core = ' <span class="verdict verdict-core">Core</span>' if record.get("core") else ""
    seeds = ""
    if claim.seeds:
        count = f"{sum(claim.seeds['held'])} of {len(claim.seeds['held'])} held"
        seeds = (
            f'{claims.strip(claim)}<span class="fine">{text.raised(text.spread(claim.seeds["values"]))}; {count}</span>'
        )
    scale = record.get("scale", "–")
    return [
        Cell(f'<a href="{up}{chapter.docname}.html">{text.escape(chapter.short_title)}</a>', chapter.short_title),
        Cell(f'<a href="{link}">{text.escape(record["statement"])}</a>{core}', record["statement"], "statement"),
        Cell(f"{claims.measured(record)} {claims.mark(claim)}", text.as_float(record["value"]), "number"),
        Cell(claims.comparison(record), text.as_float(record["bound"]), "number"),
        Cell(seeds or "not measured", held_share(claim)),
        Cell(f"{text.escape(scale)}, {claims.device(record)}", f"{scale} {record.get('device')}"),
        Cell(text.escape(record.get("paper") or "–"), record.get("paper") or "", "paper"),
    ]


def held_share(claim: Claim) -> float:
    held = claim.seeds.get("held", [])
    return sum(held) / len(held) if held else -1.0
