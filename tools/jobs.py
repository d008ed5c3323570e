"""Lists of independent runs, side by side: the one place that knows on what they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
Result = TypeVar("Result")


def executor() -> Executor:
    """What runs them: one process per core of this machine."""
    return ProcessPoolExecutor(os.cpu_count())


def run_all(function: Callable[[Item], Result], items: Sequence[Item], label: str) -> Iterator[Result]:
    """The results in the order of ``items``, under a progress bar; both must be picklable.

    Leaving the loop early cancels what has not begun. An interruption ends the command with a sentence.
    """
    done = 0
    pool = executor()
    try:
        futures = [pool.submit(function, item) for item in items]
        for future in tqdm(futures, desc=label, unit="run"):
            yield future.result()
            done += 1
    except KeyboardInterrupt:
        raise SystemExit(f"{label}: interrupted after {done} of {len(items)} runs; nothing was written.") from None
    finally:
        pool.shutdown(cancel_futures=True)
