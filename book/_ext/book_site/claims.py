"""Claims and errata as the page shows them: the sentence, what was measured, and how it spreads over seeds."""

from __future__ import annotations

import math
from typing import Any

from book_site import text
from book_site.chapters import Claim, Erratum

WIDTH, HEIGHT, MARGIN = 120, 22, 8


def mark(claim: Claim) -> str:
    """Whether the claim held, for eyes and for screen readers."""
    if not claim.record.get("asserted", True):
        scale = claim.record.get("at", "book")
        title = f"Asserted from scale {text.escape(scale)}"
        return f'<span class="verdict verdict-open" title="{title}">Not asserted here</span>'
    return (
        '<span class="verdict verdict-held">Held</span>'
        if claim.held
        else '<span class="verdict verdict-failed">Failed</span>'
    )


def comparison(record: dict[str, Any]) -> str:
    return f"{text.escape(text.COMPARISON.get(record['op'], record['op']))} {text.number_html(record['bound'])}"


def measured(record: dict[str, Any]) -> str:
    """The value; a claim that needs a larger scale may have none."""
    missing = not record.get("asserted", True) and math.isnan(text.as_float(record["value"]))
    return "not measured" if missing else text.number_html(record["value"])


def claim_html(claim: Claim) -> str:
    """The whole claim, under its own anchor."""
    record = claim.record
    facts = [
        ("Measured", f"<strong>{measured(record)}</strong>"),
        ("Must be", comparison(record)),
    ]
    if claim.seeds:
        facts.append((seeds_label(claim), f"{text.raised(text.spread(claim.seeds['values']))} {strip(claim)}"))
    facts.append(("Scale", f"{text.escape(record.get('scale', '–'))}, {device(record)}, seed {record.get('seed', 0)}"))
    if record.get("paper"):
        facts.append(("The paper", text.escape(record["paper"])))
    core = '<span class="verdict verdict-core" title="Fails when the core of the method is broken">Core</span>'
    return (
        f'<div class="claim" id="{claim.anchor}"><p>{mark(claim)}{core if record.get("core") else ""} '
        f"{text.escape(record['statement'])}</p>{definition_list(facts)}</div>"
    )


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
    return f"<dl>{rows}</dl>"


def device(record: dict[str, Any]) -> str:
    kind = str(record.get("device", "–"))
    return {"cpu": "CPU", "cuda": "GPU"}.get(kind, text.escape(kind))


def seeds_label(claim: Claim) -> str:
    return f"Seeds {text.seeds(claim.seeds['seeds'])} at {claim.seeds['scale']}"


def strip(claim: Claim) -> str:
    """A small drawing: a dot per seed, the bound as a line, the side that passes shaded."""
    values = [v for v in map(text.as_float, claim.seeds.get("values", [])) if math.isfinite(v)]
    if not values:
        return ""
    bound = float(claim.record["bound"])
    place = scale_of([*values, bound])
    x = place(bound)
    op = claim.record["op"]
    left, width = (x, WIDTH - x) if op in (">=", ">") else (0.0, x) if op in ("<=", "<") else (x - 2, 4.0)
    dots = "".join(f'<circle cx="{place(v):.1f}" cy="{HEIGHT / 2:g}" r="3.5"/>' for v in values)
    label = f"{seeds_label(claim)}: {text.spread(values)}; bound {text.number(bound)}"
    return (
        f'<svg class="strip" role="img" aria-label="{text.escape(label)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><rect x="{left:.1f}" y="3" width="{width:.1f}" height="{HEIGHT - 6}"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>{dots}</svg>'
    )


def scale_of(numbers: list[float]) -> Any:
    """Value -> place on the strip; logarithmic when positive values span more than two orders of magnitude."""
    log = min(numbers) > 0 and max(numbers) / min(numbers) > 100
    warp = math.log if log else float
    low, high = warp(min(numbers)), warp(max(numbers))
    span = high - low or 1.0
    return lambda value: MARGIN + (WIDTH - 2 * MARGIN) * ((warp(value) - low) / span if high > low else 0.5)
