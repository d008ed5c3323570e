"""The scoreboard: every verdict of every chapter with what was measured, read from the outputs of the notebooks."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import badges, chapters, claims, seeds, text
from book_site.chapters import Chapter, Verdict
from book_site.tables import Cell, sortable
from book_site.tally import figures

COLUMNS = ("Chapter", "Verdict", "Statement or claim", "Measured", "Must be", "Over seeds", "The paper")


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
        return [nodes.raw("", figures(known) if known else "", format="html")]


def page(known: list[Chapter], up: str) -> str:
    if not known:
        return "<p>No chapter has been run yet.</p>"
    rows = [row(chapter, verdict, up) for chapter in known for verdict in chapter.verdicts if chapter.judged]
    table = sortable("Verdicts of all chapters", COLUMNS, rows, narrow="Show only rows with") if rows else ""
    return figures(known) + table + under_revision(known, up)


def under_revision(known: list[Chapter], up: str) -> str:
    """The chapters that enter no count, once each."""
    items = "".join(
        f'<li><a href="{up}{chapter.docname}.html">{text.escape(chapter.short_title)}</a> {badges.REVISION}</li>'
        for chapter in known
        if not chapter.judged
    )
    words = "These chapters still have the book's first form. Their claims enter no count:"
    return f'<p>{words}</p><ul class="revised">{items}</ul>' if items else ""


def row(chapter: Chapter, verdict: Verdict, up: str) -> list[Cell]:
    record, statement = verdict.record, verdict.statement
    words = record.get("statement") or (statement.sentence if statement else "")
    link = f"{up}{chapter.docname}.html#{verdict.anchor}"
    return [
        Cell(f'<a href="{up}{chapter.docname}.html">{text.escape(chapter.short_title)}</a>', chapter.short_title),
        Cell(badges.badge(verdict), badges.WORDS[verdict.kind], "number"),
        Cell(f'<a href="{text.escape(link)}">{text.escape(words)}</a>', words, "statement"),
        *measurement(verdict),
        Cell(claims.reported(statement) if statement else "–", statement.place if statement else "", "paper"),
    ]


def measurement(verdict: Verdict) -> list[Cell]:
    """What was measured, its bound, and the spread over seeds; dashes where nothing was."""
    record = verdict.record
    if "value" not in record:
        return [Cell("–", "", "number")] * 3
    return [
        Cell(claims.measured(verdict), text.as_float(record["value"]), "number"),
        Cell(claims.comparison(record), text.as_float(record["bound"]), "number"),
        Cell(over_seeds(verdict) or "not measured", met_share(verdict)),
    ]


def over_seeds(verdict: Verdict) -> str:
    if not verdict.seeds:
        return ""
    met = verdict.seeds["held"]
    facts = [
        text.raised(text.spread(verdict.seeds["values"])),
        f"{sum(met)} of {len(met)} pass",
        seeds.distance(verdict),
    ]
    return seeds.strip(verdict) + "".join(f'<span class="fine">{fact}</span>' for fact in facts if fact)


def met_share(verdict: Verdict) -> float:
    met = verdict.seeds.get("held", [])
    return sum(met) / len(met) if met else -1.0
