"""The seam between lists of runs and what they run on: one machine, or a Dask scheduler with workers that may die."""

from __future__ import annotations

import csv
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_chapter import write_small_chapter_2
from tools import all_runs, chapters, seeds
from tools.chapters import read
from tools.jobs import run_all

NO_STATEMENT = ('not_reproduced("thirds", [arrived] * 3, ">", 1.5, why="they are not", at="quick")', "")


def square(number: int) -> int:
    return number**2


def kill_the_first_worker(item: tuple[int, Path]) -> int:
    """The square of a number; the first process that is asked for that of 3 is killed in the middle."""
    number, marker = item
    if number == 3:
        try:
            marker.touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
        except FileExistsError:
            pass
    return number**2


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a scheduler with two workers on this machine, to which the commands now go."""
    from dask.distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        monkeypatch.setenv("BOOK_SCHEDULER", cluster.scheduler_address)
        yield cluster.scheduler_address


def test_one_machine_gives_results_in_order() -> None:
    assert list(run_all(square, range(5), "squares")) == [0, 1, 4, 9, 16]


def test_a_worker_that_dies_loses_no_result(scheduler: str, tmp_path: Path) -> None:
    items = [(number, tmp_path / "killed") for number in range(8)]
    assert list(run_all(kill_the_first_worker, items, "squares")) == [number**2 for number in range(8)]
    assert (tmp_path / "killed").exists()


def test_seeds_and_all_runs_go_to_the_scheduler(
    scheduler: str, statement_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapters, "NOTEBOOKS", statement_folder)
    monkeypatch.setattr(seeds, "SEEDS", (0, 1, 2))
    path = write_small_chapter_2(statement_folder, NO_STATEMENT)
    table = seeds.seeds("small")
    assert all(len(claim["values"]) == 3 for claim in table["claims"].values())
    assert read(path).metadata.book.seeds == table
    monkeypatch.setattr(all_runs, "ROOT", statement_folder)
    with all_runs.all_runs("quick").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["chapter"], row["held"], row["failed"], row["error"]) == ("small", "2", "0", "")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense"])
def test_a_scheduler_that_does_not_answer_gets_a_sentence(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCHEDULER", address)
    with pytest.raises(SystemExit, match="BOOK_SCHEDULER must be the address of a Dask scheduler that runs"):
        list(run_all(square, [1], "squares"))
