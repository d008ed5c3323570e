"""Execute every notebook at ``quick`` under nbval, the longest first, two at a time: what CI does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tools.chapters import ROOT, chapter_paths, read
from tools.execute import environment


def main() -> None:
    def seconds(path: Path) -> float:
        return (read(path).metadata.book.get("seconds") or {}).get("quick") or 0.0

    paths = sorted(chapter_paths(), key=seconds, reverse=True)
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env", "-p", "no:cacheprovider"]
    workers = ["-n", str(min(2, os.cpu_count() or 1)), "--dist", "loadfile", "--no-loadscope-reorder"]
    # A cell of a quick run that takes longer than this hangs.
    limit = ["--nbval-cell-timeout", "300"]
    seed = int(os.environ.get("BOOK_SEED") or 0)
    done = subprocess.run(
        [*command, *workers, *limit, *map(str, paths)], cwd=ROOT, env=environment("quick", seed, threads=1), check=False
    )
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
