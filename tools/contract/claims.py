"""Rules for the claims: stated once, measured, held with every seed, and breakable."""

from __future__ import annotations

import ast
from collections import Counter

from tools.contract.anatomy import Chapter, Findings
from tools.hashes import proof_hash
from tools.seeds import SEEDS

CHECKED = "nbval-check-output"
CLAIMS = 3


def claim_cells(chapter: Chapter) -> Findings:
    """A claim or erratum is alone in a cell whose output nbval checks."""
    for code in chapter.code:
        calls = code.calls("claim", "erratum")
        if calls and [ast.unparse(call) for call in calls] != [ast.unparse(code.tree)]:
            yield code.index, "holds more than one claim or erratum call, expected it alone"
        if bool(calls) != (CHECKED in code.tags):
            yield code.index, f"{'lacks' if calls else 'has'} the tag {CHECKED}, expected it on claims and errata only"
    for claim in chapter.claims:
        if claim.statement is None:
            yield claim.code.index, "the claim's statement is computed, expected a literal text"
        if claim.code.section != "Does it hold?":
            yield claim.code.index, f"the claim stands under {claim.code.section!r}, expected 'Does it hold?'"


def enough_claims(chapter: Chapter) -> Findings:
    """Three or more, no two alike, a core one at quick."""
    if len(chapter.claims) < CLAIMS:
        yield None, f"there are {len(chapter.claims)} claims, expected at least {CLAIMS}"
    for statement, count in Counter(claim.statement for claim in chapter.claims).items():
        if count > 1:
            yield None, f"{count} claims state {statement!r}, expected no two alike"
    if not any(claim.core for claim in chapter.claims):
        yield None, "no claim has core=True, expected one"
    for claim in chapter.claims:
        if claim.core and claim.at != "quick":
            yield claim.code.index, f"the core claim is asserted from {claim.at!r}, expected 'quick'"


def recorded(chapter: Chapter) -> Findings:
    """The output of a claim's cell is this claim, measured at book scale, and held."""
    for claim in chapter.claims:
        outputs = claim.code.cell.outputs
        records = [output.get("metadata", {}).get("book_claim", {}) for output in outputs]
        if [record.get("statement") for record in records] != [claim.statement]:
            yield claim.code.index, "the output is not the record of this claim, expected that and nothing else"
        elif records[0].get("scale") != "book":
            yield claim.code.index, f"the claim was measured at {records[0].get('scale')!r}, expected 'book'"
        elif records[0].get("asserted") and not records[0].get("held"):
            yield claim.code.index, f"the claim does not hold: measured {records[0].get('value')}"


def breaks(chapter: Chapter) -> Findings:
    """Every break is one substitution that makes a claim go red; one of them a core claim."""
    at_quick = {claim.statement for claim in chapter.claims if claim.at == "quick"}
    for each in chapter.book["breaks"]:
        find, replace = each["find"], each["replace"]
        if (count := sum(code.cell.source.count(find) for code in chapter.code)) != 1:
            yield None, f"the break's find {find!r} occurs {count} times in the code, expected once"
        if find == replace:
            yield None, f"the break replaces {find!r} by itself, expected a difference"
        if each["claim"] not in at_quick:
            yield None, f"the break names {each['claim']!r}, expected the statement of a claim at quick"
    core = {claim.statement for claim in chapter.claims if claim.core}
    if core and core.isdisjoint(each["claim"] for each in chapter.book["breaks"]):
        yield None, "no break names a core claim, expected one"


def seeds(chapter: Chapter) -> Findings:
    """Every claim was measured at quick with every seed; those asserted there held."""
    table = chapter.book["seeds"]
    if table.get("seeds") != list(SEEDS):
        yield None, f"metadata.book.seeds is for the seeds {table.get('seeds')}, expected {list(SEEDS)}"
    if table.get("proof") != proof_hash(chapter.notebook):
        yield None, "the code has changed since the seeds were run, expected a fresh make seeds"
    for claim in chapter.claims:
        held = table["claims"].get(claim.statement, {}).get("held", [])
        if len(held) != len(SEEDS):
            yield claim.code.index, f"the seeds table has {len(held)} values of this claim, expected one per seed"
        elif claim.at == "quick" and not all(held):
            failed = [seed for seed, holds in zip(SEEDS, held, strict=True) if not holds]
            yield claim.code.index, f"the claim does not hold with the seeds {failed}, expected it to hold with all"
