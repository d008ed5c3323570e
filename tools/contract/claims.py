"""Rules for what a chapter asserts: one verdict for each statement of its paper, and claims with controls."""

from __future__ import annotations

import ast
from collections import Counter

from helpers.statements import FIRST_OPTIONAL, Statement, statements
from tools.contract.anatomy import OTHER_VERDICTS, Chapter, Findings
from tools.execute import failed

CHECKED = "nbval-check-output"
HOLDS = "Does it hold?"


def claim_cells(chapter: Chapter) -> Findings:
    """A claim, verdict or erratum is alone in a cell whose output nbval checks."""
    for code in chapter.code:
        calls = code.calls("claim", "erratum", *OTHER_VERDICTS)
        if calls and [ast.unparse(call) for call in calls] != [ast.unparse(code.tree)]:
            yield code.index, "holds more than one claim, verdict or erratum call, expected it alone"
        if bool(calls) != (CHECKED in code.tags):
            yield (
                code.index,
                f"{'lacks' if calls else 'has'} the tag {CHECKED}, expected it on claims, verdicts and errata only",
            )
        if code.section != HOLDS and code.calls("claim", *OTHER_VERDICTS):
            yield code.index, f"the claim or verdict stands under {code.section!r}, expected {HOLDS!r}"
    for claim in chapter.claims:
        if claim.statement is None:
            yield claim.code.index, "the claim's statement is computed, expected a literal text"


def core_claim(chapter: Chapter) -> Findings:
    """No two claims alike; a core one at quick."""
    for statement, count in Counter(claim.statement for claim in chapter.claims).items():
        if count > 1:
            yield None, f"{count} claims state {statement!r}, expected no two alike"
    if not any(claim.core for claim in chapter.claims):
        yield None, "no claim has core=True, expected one"
    for claim in chapter.claims:
        if claim.core and claim.at != "quick":
            yield claim.code.index, f"the core claim is asserted from {claim.at!r}, expected 'quick'"


def controlled(chapter: Chapter) -> Findings:
    """A claim that could not lose is none: controls stand beside what judges the paper or carries the core."""
    for claim in chapter.claims:
        if (claim.core or "of" in claim.given) and "controls" not in claim.given:
            yield claim.code.index, "the claim has no controls, expected untrained, blind and rival"
        if "paper" in claim.given:
            yield claim.code.index, "the claim has paper=, expected of= with the id of the statement that it reproduces"


def known_statements(chapter: Chapter) -> dict[str, Statement]:
    """The statements of the chapter's paper; none where the book has no list (``verdicts`` says so)."""
    try:
        return statements(chapter.path.stem)
    except ValueError:
        return {}


def verdicts(chapter: Chapter) -> Findings:
    """Exactly one for each statement of the paper; "not tried" from the fifth on."""
    known = known_statements(chapter)
    if not known:
        yield None, f"there is no book/statements/{chapter.path.stem}.json, expected what the paper stands on"
    given = Counter(verdict.of for verdict in chapter.verdicts)
    for of in known:
        if given[of] != 1:
            yield None, f"the statement {of!r} has {given[of]} verdicts, expected one"
    for verdict in chapter.verdicts:
        if verdict.of not in known:
            yield verdict.code.index, f"judges {verdict.of!r}, expected the literal id of a statement of the paper"
        elif verdict.kind == "not_tried" and known[verdict.of].number < FIRST_OPTIONAL:
            yield verdict.code.index, f"leaves statement {known[verdict.of].number} untried, expected a verdict"


def quoted(chapter: Chapter) -> Findings:
    """The text above a verdict quotes the statement that it judges."""
    known = known_statements(chapter)
    for verdict in chapter.verdicts:
        above = chapter.notebook.cells[verdict.code.index - 1]
        said = " ".join(above.source.replace("\n>", "\n").split()) if above.cell_type == "markdown" else ""
        if verdict.of in known and " ".join(known[verdict.of].sentence.split()) not in said:
            yield verdict.code.index, f"the text above does not quote the statement {verdict.of!r} word for word"


def recorded(chapter: Chapter) -> Findings:
    """The output of a claim's or verdict's cell is this one, measured at book scale, and did not fail."""
    for claim in chapter.claims:
        outputs = claim.code.cell.outputs
        found = [output.get("metadata", {}).get("book_claim", {}) for output in outputs]
        if [record.get("statement") for record in found] != [claim.statement]:
            yield claim.code.index, "the output is not the record of this claim, expected that and nothing else"
        elif found[0].get("scale") != "book":
            yield claim.code.index, f"the claim was measured at {found[0].get('scale')!r}, expected 'book'"
        elif failed(found[0]):
            yield claim.code.index, f"the claim does not hold: measured {found[0].get('value')}"
    for verdict in chapter.verdicts:
        if verdict.kind == "claim":
            continue
        found = [output.get("metadata", {}).get("book_verdict", {}) for output in verdict.code.cell.outputs]
        if [record.get("of") for record in found] != [verdict.of]:
            yield verdict.code.index, "the output is not the record of this verdict, expected that and nothing else"
        elif found[0].get("met"):
            yield verdict.code.index, f"{verdict.of!r} is called not reproduced and shows at book, expected a claim"
