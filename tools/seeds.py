"""``make seeds``: run a chapter at ``quick`` with seeds 0 to 9 and store what claims, controls and verdicts measured.

A bound of form 2 lies at least three standard deviations from the mean over the seeds, and each control three on the
failing side.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from nbformat import NotebookNode

from helpers.claims import OPERATORS
from tools.chapters import chapter_path, form, read, without_outputs, write
from tools.execute import errors, execute, failing_line, records
from tools.hashes import proof_hash
from tools.jobs import run_all

SEEDS = tuple(range(10))
FORMER_SEEDS = (0, 1, 2, 3, 4)  # of form 1, gone with the last chapter of it
DISTANCE = 3.0  # standard deviations


def distance(values: Sequence[float], op: str, bound: float) -> float:
    """How many standard deviations the bound lies from the mean of ``values``: positive where the mean meets it.

    Infinite where they are all alike; zero where some are no numbers, or infinite, or meet ``==`` and others do not.
    """
    numbers = [float(value) for value in values]
    if op == "==" or len(set(numbers)) == 1:
        meeting = {OPERATORS[op](number, bound) for number in numbers}
        if any(map(math.isnan, numbers)) or len(meeting) > 1:
            return 0.0
        return math.inf if meeting == {True} else -math.inf
    if not all(map(math.isfinite, numbers)):
        return 0.0
    margin = float(np.mean(numbers)) - bound if op in (">=", ">") else bound - float(np.mean(numbers))
    return margin / float(np.std(numbers, ddof=1))


def measure(seed: int, notebook: NotebookNode) -> dict[str, list]:
    """What claims and verdicts of one ``quick`` run recorded, and what went wrong but for failed claims."""
    done = execute(notebook, scale="quick", seed=seed, keep_going=True)
    wrong = [
        f"seed {seed}: {error.ename}: {error.evalue} at `{failing_line(error)}`"
        for error in errors(done.notebook)
        if error.ename != "ClaimFailed"
    ]
    return {"claim": records(done.notebook, "claim"), "verdict": records(done.notebook, "verdict"), "wrong": wrong}


def seeds(slug: str) -> dict:
    """Run the seeds; return and store ``metadata.book.seeds``, unless the chapter was edited in the meantime."""
    path = chapter_path(slug)
    before = read(path)
    tried = SEEDS if form(before.metadata.book) > 1 else FORMER_SEEDS
    runs = list(run_all(partial(measure, notebook=without_outputs(before)), tried, f"{slug} (seeds)"))
    if wrong := [first for run in runs for first in run["wrong"][:1]]:
        raise SystemExit(f"{slug}, {'; '.join(wrong)}; nothing was written.")
    claims = zip(*(run["claim"] for run in runs), strict=True)
    verdicts = zip(*([v for v in run["verdict"] if "values" in v] for run in runs), strict=True)
    table = {
        "scale": "quick",
        "seeds": list(tried),
        "proof": proof_hash(before),
        "claims": {each[0]["statement"]: _over_seeds(each) for each in claims},
        "verdicts": {each[0]["of"]: _null_over_seeds(each) for each in verdicts},
    }
    notebook = read(path)
    if proof_hash(notebook) != table["proof"]:
        raise SystemExit(f"{slug} was edited while its seeds ran; its notebook is as the edit left it. Run them again.")
    notebook.metadata.book["seeds"] = table
    write(notebook, path)
    return table


def _over_seeds(each: tuple[dict, ...]) -> dict:
    controls = {
        name: [record["controls"][name]["value"] for record in each]
        for name, control in each[0].get("controls", {}).items()
        if "value" in control
    }
    first = each[0]
    return {
        "op": first["op"],
        "bound": first["bound"],
        "at": first["at"],
        "values": [record["value"] for record in each],
        "held": [record["held"] for record in each],
        "controls": controls,
    }


def _null_over_seeds(each: tuple[dict, ...]) -> dict:
    compared = {name: each[0][name] for name in ("op", "bound", "at")}
    return {**compared, "values": [record["value"] for record in each], "met": [record["met"] for record in each]}


def too_near(table: dict) -> list[str]:
    """What lies less than three deviations from its bound at ``quick``: a sentence for each claim and control."""
    found = []
    for statement, row in table["claims"].items():
        if row["at"] != "quick":
            continue
        if (far := distance(row["values"], row["op"], row["bound"])) < DISTANCE:
            found.append(f"the bound lies {far:.1f} deviations from the mean of {statement!r}")
        for name, values in row["controls"].items():
            if (far := -distance(values, row["op"], row["bound"])) < DISTANCE:
                found.append(f"the control {name} lies {far:.1f} deviations on the failing side of {statement!r}")
    return found


def reproduced_after_all(table: dict) -> list[str]:
    """The statements that are called "not reproduced" and hold on all seeds by three deviations."""
    return [
        of
        for of, row in table.get("verdicts", {}).items()
        if row.get("at") == "quick" and distance(row["values"], row["op"], row["bound"]) >= DISTANCE
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make seeds", description=__doc__)
    parser.add_argument("chapter")
    slug = parser.parse_args().chapter
    table = seeds(slug)
    notebook = read(chapter_path(slug))
    failed = 0
    for statement, row in table["claims"].items():
        bad = row["at"] == "quick" and not all(row["held"])
        failed += bad
        verdict = "FAILED" if bad else "held" if row["at"] == "quick" else f"at {row['at']}"
        print(f"{verdict:8} {_summary(row['values'], row['op'], row['bound'])}  {statement}")
        for name, values in row["controls"].items():
            print(f"{'':8} {name}: {_summary(values, row['op'], row['bound'])}")
    for of, row in table["verdicts"].items():
        print(f"not reproduced: {of}: {'  '.join(f'{float(v):.4g}' for v in row['values'])}")
    near = too_near(table) if form(notebook.metadata.book) > 1 else []
    near += [f"{of!r} is called not reproduced and holds on all seeds" for of in reproduced_after_all(table)]
    for sentence in near:
        print(f"TOO NEAR {sentence}")
    if failed or near:
        raise SystemExit(f"{slug}: {failed} claims do not hold on every seed, {len(near)} bounds are too near.")


def _summary(values: Sequence[float], op: str, bound: float) -> str:
    numbers = np.array(values, dtype=float)
    spread = f"{numbers.mean():.4g} ± {numbers.std(ddof=1):.2g}"
    return f"{spread} ({op} {bound:g}: {distance(values, op, bound):.1f} deviations)"


if __name__ == "__main__":
    main()
