"""``make run``: execute a chapter; at ``book`` scale, put the outputs into its notebook."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
from importlib.metadata import version
from pathlib import Path

import torch
from nbclient.exceptions import CellExecutionError

from helpers.settings import SCALES, device_from_environment
from tools.chapters import UsageError, alone, chapter_path, read, write
from tools.execute import Execution, execute
from tools.hashes import helpers_hash, page_hash, proof_hash

SHOWN_VERSIONS = ("torch", "numpy", "scipy", "matplotlib")
BOOK_THREADS = 2


def threads_of(scale: str) -> int:
    """How many threads a run at ``scale`` has, whatever the machine: times and outputs must be comparable."""
    return {"quick": 1, "book": BOOK_THREADS, "gpu": os.cpu_count() or 1}[scale]


def run(slug: str, scale: str) -> Execution:
    """Execute the chapter at ``scale``; replace its notebook only on success.

    A ``book`` run stores outputs, hashes, date and versions; any run stores what it cost.
    """
    path = chapter_path(slug)
    if scale not in SCALES:
        raise UsageError(f"SCALE must be one of {', '.join(SCALES)}, not {scale!r}")
    device = device_from_environment()
    if scale == "gpu" and device.type != "cuda":
        raise UsageError(f"SCALE=gpu needs a CUDA device, and this run would be on {device}")
    with alone(path):
        return _run(path, scale, device)


def _run(path: Path, scale: str, device: torch.device) -> Execution:
    slug = path.stem
    threads = threads_of(scale)
    try:
        done = execute(read(path), scale=scale, threads=threads, label=f"{slug} ({scale})")
    except CellExecutionError as error:
        raise SystemExit(f"{error}\n{slug} failed at scale {scale}; its notebook is as it was.") from None
    # The chapter may have been edited while it ran: then its new text is kept and these outputs are not.
    notebook = read(path)
    if page_hash(notebook) != page_hash(done.notebook):
        raise SystemExit(f"{slug} was edited while it ran; its notebook is as the edit left it. Run it again.")
    book = notebook.metadata.setdefault("book", {})
    if scale == "book":
        notebook.cells = done.notebook.cells
        notebook.metadata.pop("widgets", None)
        book["hash"] = {
            "page": page_hash(notebook),
            "proof": proof_hash(notebook),
            "helpers": helpers_hash(notebook),
        }
        book["run"] = {
            "scale": scale,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else f"{platform.machine()} CPU",
            "seed": 0,
            "threads": threads,
            "python": platform.python_version(),
            "versions": {name: version(name) for name in SHOWN_VERSIONS},
        }
    seconds = done.cpu_seconds if scale == "quick" else done.wall_seconds
    for key, value in (("seconds", round(seconds, 1)), ("memory", round(done.memory))):
        book[key] = {**dict.fromkeys(SCALES), **book.get(key, {}), scale: value}
    write(notebook, path)
    return done


def main() -> None:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("chapter")
    parser.add_argument("scale", nargs="?", default="book")
    arguments = parser.parse_args()
    done = run(arguments.chapter, arguments.scale)
    print(
        f"{arguments.chapter} at scale {arguments.scale}: {done.cpu_seconds:.1f} CPU-seconds,"
        f" {done.wall_seconds:.1f} s, {done.memory:.0f} MiB at most."
    )


if __name__ == "__main__":
    main()
