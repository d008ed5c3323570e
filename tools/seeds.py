"""``make seeds``: run a chapter at ``quick`` with seeds 0 to 4 and store what each claim measured."""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tqdm import tqdm

from tools.chapters import chapter_path, read, write
from tools.execute import claims, errors, execute
from tools.hashes import proof_hash

SEEDS = (0, 1, 2, 3, 4)


def measure(path: Path, seed: int) -> list[dict]:
    """What the claims of one ``quick`` run recorded; an error that is no failed claim raises."""
    done = execute(read(path), scale="quick", seed=seed, keep_going=True)
    for error in errors(done.notebook):
        if error.ename != "ClaimFailed":
            raise RuntimeError(f"{path.stem}, seed {seed}: {error.ename}: {error.evalue}")
    return claims(done.notebook)


def seeds(slug: str) -> list[list[dict]]:
    """Per claim, its records over the seeds; the notebook's ``metadata.book.seeds`` keeps values and outcomes."""
    path = chapter_path(slug)
    proof = proof_hash(read(path))
    with ProcessPoolExecutor(min(len(SEEDS), os.cpu_count() or 1)) as pool:
        runs = list(tqdm(pool.map(measure, [path] * len(SEEDS), SEEDS), desc=f"{slug} (seeds)", total=len(SEEDS)))
    by_claim = [list(records) for records in zip(*runs, strict=True)]
    notebook = read(path)
    notebook.metadata.book["seeds"] = {
        "scale": "quick",
        "seeds": list(SEEDS),
        "proof": proof,
        "claims": {
            records[0]["statement"]: {"values": [r["value"] for r in records], "held": [r["held"] for r in records]}
            for records in by_claim
        },
    }
    write(notebook, path)
    return by_claim


def main() -> None:
    parser = argparse.ArgumentParser(prog="make seeds", description=__doc__)
    parser.add_argument("chapter")
    slug = parser.parse_args().chapter
    failed = 0
    for records in seeds(slug):
        first = records[0]
        bad = sum(record["asserted"] and not record["held"] for record in records)
        failed += bad > 0
        verdict = "FAILED" if bad else "held" if first["asserted"] else f"at {first['at']}"
        values = "  ".join(f"{float(record['value']):.4g}" for record in records)
        print(f"{verdict:8} {values}  ({first['op']} {first['bound']:g})  {first['statement']}")
    if failed:
        raise SystemExit(f"{slug}: {failed} claims do not hold on every seed.")


if __name__ == "__main__":
    main()
