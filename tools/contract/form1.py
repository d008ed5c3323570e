"""Rules of the first fourteen chapters alone; they go with the last of them.

So does what serves only those chapters elsewhere: ``Run.generator`` and ``Run.rng`` (helpers/run.py), ``claim(paper=)``
(helpers/claims.py), ``Break.claim`` and the first lines of ``breaks`` (tools/mutate.py), ``FORMER_SEEDS``
(tools/seeds.py), the branches of ``quick_run`` and ``lint`` (tools/check.py), ``METADATA_1`` (foundations.py), the list
of notebooks/ruff.toml with ``FORM_1`` of the Makefile, and "under revision" on the site.
"""

from __future__ import annotations

from tools.contract.anatomy import Chapter, Findings
from tools.contract.page import FOLDED
from tools.hashes import proof_hash
from tools.seeds import FORMER_SEEDS

CLAIMS = 3
SIZE = 800_000  # bytes
AIM, CAPS = 30, {"quick": 45, "book": 600}  # seconds; the aim is for quick


def folded(chapter: Chapter) -> Findings:
    """Nothing but solutions is hidden."""
    for index, cell in enumerate(chapter.notebook.cells):
        for tag in cell.metadata.get("tags", []):
            if tag.startswith(("hide-", "remove-")) and (tag, chapter.section(index)) != (FOLDED, "Exercises"):
                yield index, f"is tagged {tag}, expected {FOLDED} on solutions of exercises only"


def size(chapter: Chapter) -> Findings:
    """What a page of the site can bear."""
    if (found := chapter.path.stat().st_size) > SIZE:
        yield None, f"weighs {found / 1000:.0f} kB, expected at most {SIZE / 1000:.0f} kB"


def seconds(chapter: Chapter) -> Findings:
    """The hard caps; the aim is a remark."""
    for scale, cap in CAPS.items():
        if (found := chapter.book["seconds"][scale]) > cap:
            yield None, f"takes {found:.0f} s at {scale}, expected at most {cap} s"


def aim(chapter: Chapter) -> Findings:
    """A remark, no breach: a quick run should stay within the aim, which leaves room below the cap."""
    if chapter.form == 1 and AIM < (found := chapter.book["seconds"]["quick"]) <= CAPS["quick"]:
        yield None, f"takes {found:.0f} s at quick, expected {AIM} s (the cap is {CAPS['quick']} s)"


def enough_claims(chapter: Chapter) -> Findings:
    """Three or more."""
    if len(chapter.claims) < CLAIMS:
        yield None, f"there are {len(chapter.claims)} claims, expected at least {CLAIMS}"


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
    if table.get("seeds") != list(FORMER_SEEDS):
        yield None, f"metadata.book.seeds is for the seeds {table.get('seeds')}, expected {list(FORMER_SEEDS)}"
    if table.get("proof") != proof_hash(chapter.notebook):
        yield None, "the code has changed since the seeds were run, expected a fresh make seeds"
    for claim in chapter.claims:
        held = table["claims"].get(claim.statement, {}).get("held", [])
        if len(held) != len(FORMER_SEEDS):
            yield claim.code.index, f"the seeds table has {len(held)} values of this claim, expected one per seed"
        elif claim.at == "quick" and not all(held):
            failed = [seed for seed, holds in zip(FORMER_SEEDS, held, strict=True) if not holds]
            yield claim.code.index, f"the claim does not hold with the seeds {failed}, expected it to hold with all"
