"""Lists of independent runs, side by side: the one place that knows on what they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from tqdm import tqdm

if TYPE_CHECKING:
    from dask.distributed import Client

Item = TypeVar("Item")
Result = TypeVar("Result")


@contextmanager
def executor() -> Iterator[Executor]:
    """What runs them: the Dask scheduler at ``BOOK_SCHEDULER``, else one process per core of this machine."""
    if address := os.environ.get("BOOK_SCHEDULER"):
        with _client(address) as client:
            yield client.get_executor()
    else:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            yield pool


def _client(address: str) -> Client:
    try:
        from dask.distributed import Client
    except ImportError:
        raise SystemExit('BOOK_SCHEDULER needs Dask: pip install -e ".[cluster]"') from None
    try:
        return Client(address, timeout=10)
    except (OSError, ValueError):
        raise SystemExit(f"BOOK_SCHEDULER must be the address of a Dask scheduler that runs, not {address!r}") from None


def run_all(function: Callable[[Item], Result], items: Sequence[Item], label: str) -> Iterator[Result]:
    """The results in the order of ``items``, under a progress bar; both must be picklable.

    Leaving the loop early cancels what has not begun. An interruption ends the command with a sentence.
    """
    done = 0
    with executor() as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            for future in tqdm(futures, desc=label, unit="run"):
                yield future.result()
                done += 1
        except KeyboardInterrupt:
            raise SystemExit(f"{label}: interrupted after {done} of {len(items)} runs; nothing was written.") from None
        finally:
            for future in futures:
                future.cancel()
