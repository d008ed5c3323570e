"""``make all-runs``: execute every chapter at one scale, on this machine or on a cluster, and write what it came to.

The notebooks stay as they are. The table, ``_build/runs-<scale>.csv``, has one row a chapter: seconds, CPU-seconds,
memory in MiB, how many claims held and failed, and the error of a chapter that did not come to its end.
"""

from __future__ import annotations

import argparse
import csv
import os
from functools import partial
from pathlib import Path

from helpers.settings import SCALES
from tools.chapters import ROOT, UsageError, chapter_paths, read
from tools.execute import errors, execute, failed, failing_line, records
from tools.jobs import run_all
from tools.run import threads_of

COLUMNS = ("chapter", "seconds", "cpu_seconds", "memory", "held", "failed", "error")


def row(path: Path, scale: str) -> dict[str, object]:
    """Execute a chapter to its end, whatever fails on the way."""
    done = execute(read(path), scale=scale, threads=threads_of(scale), keep_going=True)
    claims = records(done.notebook, "claim")
    wrong = [error for error in errors(done.notebook) if error.ename != "ClaimFailed"]
    return {
        "chapter": path.stem,
        "seconds": round(done.wall_seconds, 1),
        "cpu_seconds": round(done.cpu_seconds, 1),
        "memory": round(done.memory),
        "held": sum(record["asserted"] and not failed(record) for record in claims),
        "failed": sum(map(failed, claims)),
        "error": f"{wrong[0].ename} at {failing_line(wrong[0])}" if wrong else "",
    }


def all_runs(scale: str) -> Path:
    """Run the book; the path of the table, which is written row by row."""
    table = ROOT / "_build" / f"runs-{scale}.csv"
    table.parent.mkdir(exist_ok=True)
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for each in run_all(partial(row, scale=scale), chapter_paths(), f"all chapters ({scale})"):
            writer.writerow(each)
            file.flush()
            print(
                f"{each['chapter']}: {each['seconds']} s, {each['held']} held, {each['failed']} failed {each['error']}"
            )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="make all-runs", description=__doc__)
    parser.add_argument("scale", nargs="?", default="quick")
    scale = parser.parse_args().scale
    if scale not in SCALES:
        raise UsageError(f"SCALE must be one of {', '.join(SCALES)}, not {scale!r}")
    print(f"The table is {os.path.relpath(all_runs(scale))}.")


if __name__ == "__main__":
    main()
