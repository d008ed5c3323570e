"""Rules for what proves a chapter of form 2: seeds, break matrix and random edits, all of the code as it stands."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from tools.contract.anatomy import Chapter, Code, Findings
from tools.hashes import proof_hash
from tools.mutants import COUNT, LEAST, SEED
from tools.seeds import SEEDS, reproduced_after_all, too_near


def seeds(chapter: Chapter) -> Findings:
    """Every claim was measured with every seed, lies three deviations from its bound, and its controls beyond."""
    table = chapter.book["seeds"]
    if table.get("seeds") != list(SEEDS):
        yield None, f"metadata.book.seeds is for the seeds {table.get('seeds')}, expected {list(SEEDS)}"
        return
    if table.get("proof") != proof_hash(chapter.notebook):
        yield None, "the code has changed since the seeds were run, expected a fresh make seeds"
    for claim in chapter.claims:
        row = table["claims"].get(claim.statement)
        if row is None:
            yield claim.code.index, "the seeds table does not have this claim, expected a value per seed"
        elif _moved(row, claim.code, "book_claim"):
            yield claim.code.index, "the claim has another bound than when its seeds were run, expected make seeds"
        elif claim.at == "quick" and not all(row["held"]):
            bad = [seed for seed, held in zip(SEEDS, row["held"], strict=True) if not held]
            yield claim.code.index, f"the claim does not hold with the seeds {bad}, expected it to hold with all"
    for verdict in chapter.verdicts:
        row = table.get("verdicts", {}).get(verdict.of)
        if verdict.kind == "not_reproduced" and row is None:
            yield verdict.code.index, "the seeds table does not have this verdict, expected a value per seed"
        elif verdict.kind == "not_reproduced" and _moved(row, verdict.code, "book_verdict"):
            yield verdict.code.index, "the verdict has another bound than when its seeds were run, expected make seeds"
    for sentence in too_near(table):
        yield None, f"{sentence}, expected at least three deviations"
    for of in reproduced_after_all(table):
        yield None, f"{of!r} is called not reproduced and holds on all seeds by three deviations, expected a claim"


def _moved(row: dict[str, Any], code: Code, kind: str) -> bool:
    """Whether what the cell recorded compares otherwise than the row: cells from "Explore" on are not of the proof."""
    found = [each.metadata[kind] for each in code.cell.outputs if kind in each.get("metadata", {})]
    return any(row.get(name) != record.get(name) for record in found for name in ("op", "bound", "at"))


def matrix(chapter: Chapter) -> Findings:
    """Each break stands once in the code; a claim dies with every piece, or the page says that none does."""
    by_piece: dict[str, list[str]] = defaultdict(list)
    for each in chapter.book["core"]:
        finds = [each["find"]] if isinstance(each["find"], str) else each["find"]
        replaces = [each["replace"]] if isinstance(each["replace"], str) else each["replace"]
        if len(finds) != len(replaces):
            yield None, f"a break of {each['piece']!r} finds {len(finds)} texts and replaces {len(replaces)}"
        for find in finds:
            if (count := sum(code.cell.source.count(find) for code in chapter.code)) != 1:
                yield None, f"the break's find {find!r} occurs {count} times in the code, expected once"
        if finds == replaces:
            yield None, f"the break replaces {finds} by itself, expected a difference"
        if each.get("red") is None:
            yield None, f"nobody saw what turns red without {each['piece']!r}, expected make mutate"
        by_piece[each["piece"]] += each.get("red") or []
    for piece, red in by_piece.items():
        claimed = any(each.startswith("claim: ") for each in red)
        if claimed == (piece in chapter.book["no_difference"]):
            says = "a claim turned red" if claimed else "no claim turned red"
            yield None, f"{says} without {piece!r}, expected metadata.book.no_difference to say just that"
    stated = {f"claim: {claim.statement}" for claim in chapter.claims}
    for gone in sorted({each for red in by_piece.values() for each in red if each.startswith("claim: ")} - stated):
        yield None, f"the matrix names the {gone!r}, which the chapter does not make, expected a fresh make mutate"
    for piece in sorted(set(chapter.book["no_difference"]) - set(by_piece)):
        yield None, f"metadata.book.no_difference names {piece!r}, expected a piece of metadata.book.core"
    found = chapter.book["matrix"]
    if found.get("proof") != proof_hash(chapter.notebook):
        yield None, "the code has changed since it was broken, expected a fresh make mutate"
    if not found.get("steps"):
        yield None, "nothing turned red when the training loops were cut to one step, expected a claim or a check"


def mutants(chapter: Chapter) -> Findings:
    """Twenty random edits of seed 0 that do not crash; three in four are noticed."""
    found = chapter.book["mutants"]
    total = found["noticed"] + found["unnoticed"]
    if (found.get("seed"), total) != (SEED, COUNT):
        yield None, f"there are {total} random edits of seed {found.get('seed')}, expected {COUNT} of seed {SEED}"
    elif found["noticed"] < LEAST * total:
        yield None, f"{found['noticed']} of {total} random edits were noticed, expected {LEAST:.0%}"
    if found.get("proof") != proof_hash(chapter.notebook):
        yield None, "the code has changed since it was edited at random, expected a fresh make mutants"
