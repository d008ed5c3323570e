"""Verdicts and errata as the page shows them: the sentence, what was measured, its controls, the paper's numbers."""

from __future__ import annotations

import math
from typing import Any

from book_site import seeds, text
from book_site.badges import badge
from book_site.chapters import Erratum, Kind, Verdict
from book_site.statements import Statement


def comparison(record: dict[str, Any]) -> str:
    return f"{text.escape(text.COMPARISON.get(record['op'], record['op']))} {text.number_html(record['bound'])}"


def measured(verdict: Verdict) -> str:
    """The value; a claim that needs a larger scale may have none."""
    missing = verdict.kind is Kind.OPEN and math.isnan(text.as_float(verdict.record["value"]))
    return "not measured" if missing else text.number_html(verdict.record["value"])


def verdict_html(verdict: Verdict) -> str:
    """The whole verdict, under its own anchor."""
    record = verdict.record
    words = text.escape(record.get("statement") or record["why"])
    facts = [*(measurement(verdict) if "value" in record else []), *paper(verdict)]
    return (
        f'<div class="claim" id="{text.escape(verdict.anchor)}"><p>{badge(verdict)} {words}</p>'
        f"{definition_list(facts)}{controls(verdict)}</div>"
    )


def measurement(verdict: Verdict) -> list[tuple[str, str]]:
    record = verdict.record
    bound = "Reproduced would be" if verdict.kind is Kind.NOT_REPRODUCED else "Must be"
    facts = [("Measured", f"<strong>{measured(verdict)}</strong>"), (bound, comparison(record))]
    values = record.get("values") or []
    if len(values) > 1:
        facts.append((f"{len(values)} trainings", text.raised(text.trainings(values))))
    if verdict.seeds:
        facts.append((seeds.label(verdict), seeds.summary(verdict)))
    facts.append(("Scale", f"{text.escape(record.get('scale', '–'))}, {device(record)}, seed {record.get('seed', 0)}"))
    return facts


def paper(verdict: Verdict) -> list[tuple[str, str]]:
    """What the paper reports, and against whom."""
    if verdict.statement:
        return [("The paper", reported(verdict.statement)), ("Against", text.escape(verdict.statement.rival))]
    words = verdict.record.get("paper")
    return [("The paper", text.escape(words))] if words else []


def reported(statement: Statement) -> str:
    return text.escape(f"{statement.place}: {statement.numbers}" if statement.numbers else statement.place)


def controls(verdict: Verdict) -> str:
    """What must fail by the same cell: the untrained network, a blind answer, the strongest rival."""
    found = verdict.record.get("controls") or {}
    items = "".join(f"<li>{control(name, facts, verdict)}</li>" for name, facts in found.items())
    return f'<ul class="controls">{items}</ul>' if items else ""


def control(name: str, facts: dict[str, Any], verdict: Verdict) -> str:
    if "why" in facts:
        return f"{text.escape(name)}: none, {text.escape(facts['why'])}"
    spread = verdict.seeds.get("controls", {}).get(name)
    over = f" (over seeds {text.raised(text.spread(spread))})" if spread else ""
    outcome = "meets the bound, which it must not" if facts["met"] else "fails, as it must"
    return f"{text.escape(name)} <strong>{text.number_html(facts['value'])}</strong>{over}: {outcome}"


def erratum_html(erratum: Erratum) -> str:
    record = erratum.record
    facts = [
        ("As printed, off by", text.number_html(record["printed_error"])),
        ("Repaired, off by", text.number_html(record["repaired_error"])),
        ("Tolerance", text.number_html(record["tol"])),
    ]
    return (
        f'<div class="claim erratum" id="{erratum.anchor}"><p><span class="verdict verdict-core">Erratum</span> '
        f"{text.escape(record['where'])}</p>{definition_list(facts)}</div>"
    )


def definition_list(facts: list[tuple[str, str]]) -> str:
    rows = "".join(f"<div><dt>{text.escape(term)}</dt><dd>{value}</dd></div>" for term, value in facts)
    return f"<dl>{rows}</dl>" if rows else ""


def device(record: dict[str, Any]) -> str:
    kind = str(record.get("device", "–"))
    return {"cpu": "CPU", "cuda": "GPU"}.get(kind, text.escape(kind))
