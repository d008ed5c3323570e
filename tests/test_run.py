"""start, Run and Progress: scales, seeds, generators, streams, history, and what they say to bad input."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from helpers import Run, start
from helpers.run import current_run, passive


def test_start_reads_scale_and_seed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    monkeypatch.setenv("BOOK_SEED", "7")
    run = start("some_chapter")
    assert (run.scale, run.seed, run.slug) == ("book", 7, "some_chapter")
    assert current_run() is run
    line = capsys.readouterr().out
    assert line.count("\n") == 1
    assert "some_chapter · scale book · seed 7" in line


def test_every_generator_follows_the_seed(book_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def draws(seed: str) -> list[float]:
        monkeypatch.setenv("BOOK_SEED", seed)
        run = start("some_chapter")
        drawn = [torch.rand(1, generator=run.generator), torch.rand(1), run.rng.random(), np.random.random()]
        return [float(number) for number in drawn]

    first, again, other = draws("0"), draws("0"), draws("1")
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))


@pytest.mark.parametrize("slug", ["", "Robust", "a-b", "1a", None, 3])
def test_start_rejects_a_malformed_slug(slug: object) -> None:
    with pytest.raises(ValueError, match="slug must be lower-case"):
        start(slug)


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("BOOK_SCALE", "huge", "BOOK_SCALE must be one of quick, book, gpu, not 'huge'"),
        ("BOOK_SEED", "-1", "BOOK_SEED must be a whole number"),
        ("BOOK_SEED", "nan", "BOOK_SEED must be a whole number"),
        ("BOOK_SEED", str(2**63), "BOOK_SEED must be a whole number"),
        ("BOOK_DEVICE", "gpu", "BOOK_DEVICE must name a device that torch finds here, such as cpu, not 'gpu'"),
        ("BOOK_DEVICE", "cuda:99", "BOOK_DEVICE must name a device that torch finds here, such as cpu, not 'cuda:99'"),
        ("OMP_NUM_THREADS", "many", "OMP_NUM_THREADS must be a whole number from 1 on, not 'many'"),
        ("OMP_NUM_THREADS", "0", "OMP_NUM_THREADS must be a whole number from 1 on, not '0'"),
    ],
)
def test_start_rejects_bad_variables(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValueError, match=message):
        start("some_chapter")


def test_the_largest_seed_seeds_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SEED", str(2**63 - 1))
    assert start("some_chapter").seed == 2**63 - 1


def test_a_list_of_threads_means_its_first_number(monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.get_num_threads()
    monkeypatch.setenv("OMP_NUM_THREADS", "2,1")
    start("some_chapter")
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_the_device_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_DEVICE", "meta")
    monkeypatch.delenv("BOOK_SCALE", raising=False)
    run = start("some_chapter")
    assert (run.device.type, run.scale) == ("meta", "quick")


def test_a_terminal_without_signs_shows_others() -> None:
    code = "from helpers import start; start('some_chapter')"
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("some_chapter ? scale quick ? seed 0")


def test_pick_and_at_least(run: Run) -> None:
    assert run.pick(quick=1, book=2, gpu=3) == 1
    assert run.at_least("quick")
    assert not run.at_least("book")
    with pytest.raises(ValueError, match="scale must be one of quick, book, gpu"):
        run.at_least("large")


def test_a_stream_depends_on_seed_name_and_index_alone(book_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def draws(seed: str, name: str, index: int) -> tuple[float, float]:
        monkeypatch.setenv("BOOK_SEED", seed)
        run = start("some_chapter")
        torch.rand(3, generator=run.stream("whatever ran before"))
        return torch.rand(1, generator=run.stream(name, index)).item(), run.numpy_stream(name, index).random()

    first = draws("0", "people", 0)
    assert first == draws("0", "people", 0)
    others = [draws("1", "people", 0), draws("0", "people", 1), draws("0", "places", 0), draws("0", "people ", 0)]
    assert len({first, *others}) == 5
    assert len({number for drawn in (first, *others) for number in drawn}) == 10


def test_a_stream_is_the_same_on_every_machine(run: Run) -> None:
    assert run.stream("people").initial_seed() == 3131174283824503858
    assert run.stream("people").device.type == "cpu"


def test_a_stream_that_is_made_again_starts_again(run: Run) -> None:
    one, again = run.stream("people", 2), run.stream("people", 2)
    assert torch.equal(torch.randn(4, generator=one), torch.randn(4, generator=again))
    assert not torch.equal(torch.randn(4, generator=one), torch.randn(4, generator=run.stream("people", 2)))
    np.testing.assert_array_equal(run.numpy_stream("a").random(4), run.numpy_stream("a").random(4))


def test_two_streams_are_independent(run: Run) -> None:
    draws = torch.stack([torch.randn(4000, generator=run.stream("training", k)) for k in range(4)])
    correlation = torch.corrcoef(draws) - torch.eye(4)
    assert correlation.abs().max() < 0.1


@pytest.mark.parametrize("name", ["", "  ", None, 3])
def test_a_stream_needs_a_name(run: Run, name: object) -> None:
    for stream in (run.stream, run.numpy_stream):
        with pytest.raises(ValueError, match="name must say what is drawn, not"):
            stream(name)


@pytest.mark.parametrize("index", [-1, 1.0, True, None, "0"])
def test_a_stream_is_counted_by_whole_numbers(run: Run, index: object) -> None:
    for stream in (run.stream, run.numpy_stream):
        with pytest.raises(ValueError, match="index must be a whole number from 0 on, not"):
            stream("people", index)


@pytest.mark.parametrize(("limit", "done"), [("", 5), ("1", 1), ("3", 3), ("9", 5)])
def test_the_harness_cuts_loops_of_steps_and_no_others(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], limit: str, done: int
) -> None:
    monkeypatch.setenv("BOOK_STEP_LIMIT", limit)
    steps = run.steps(5, "training")
    for step in steps:
        steps.log(loss=step)
    assert len(steps) == len(steps.history["loss"]) == done
    assert f"training: {done} steps" in capsys.readouterr().out
    assert len(list(run.progress(5, "testing"))) == 5


@pytest.mark.parametrize("limit", ["0", "-1", "one", "1.5"])
def test_a_bad_step_limit_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("BOOK_STEP_LIMIT", limit)
    with pytest.raises(ValueError, match=f"BOOK_STEP_LIMIT must be a whole number from 1 on, not '{limit}'"):
        run.steps(5, "training")


@pytest.mark.parametrize("limit", ["", "1"])
@pytest.mark.parametrize("count", [0, -3, 2.5, None, True, [1, 2], "5"])
def test_steps_are_counted_with_and_without_a_limit(
    run: Run, monkeypatch: pytest.MonkeyPatch, count: object, limit: str
) -> None:
    monkeypatch.setenv("BOOK_STEP_LIMIT", limit)
    with pytest.raises(ValueError, match="count must be a whole number from 1 on, not"):
        run.steps(count, "training")


def test_passive_start_changes_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    before, style = torch.random.get_rng_state(), current_run()
    capsys.readouterr()
    with passive("gpu"):
        lifted = start("other_chapter")
    assert lifted.scale == "gpu"
    assert capsys.readouterr().out == ""
    assert torch.equal(torch.random.get_rng_state(), before)
    assert current_run() is style


def test_progress_iterates_and_keeps_history(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    steps = run.progress(3, "training")
    for step in steps:
        steps.log(loss=torch.tensor(2.0 - step), rate=step)
    assert len(steps) == 3
    np.testing.assert_array_equal(steps.history["loss"], [2.0, 1.0, 0.0])
    np.testing.assert_array_equal(steps.history["rate"], [0, 1, 2])
    assert "training: 3 steps" in capsys.readouterr().out
    assert list(run.progress("abc", "letters")) == ["a", "b", "c"]


def test_running_a_loop_again_starts_a_new_history(run: Run) -> None:
    steps = run.progress(2, "training")
    for _ in range(2):
        for _ in steps:
            steps.log(loss=1.0)
    assert len(steps.history["loss"]) == 2


def test_progress_keeps_nan_so_that_the_curve_shows_it(run: Run) -> None:
    steps = run.progress(1, "training")
    for _ in steps:
        steps.log(loss=float("nan"))
    assert np.isnan(steps.history["loss"]).all()


@pytest.mark.parametrize("steps", [0, -3, 2.5, None, [], True])
def test_progress_rejects_bad_steps(run: Run, steps: object) -> None:
    with pytest.raises(ValueError, match="steps must be"):
        run.progress(steps, "training")


def test_progress_rejects_what_is_no_number(run: Run) -> None:
    steps = run.progress(1, "training")
    with pytest.raises(ValueError, match=r"loss must be one number, not an array of shape \[2\]"):
        [steps.log(loss=torch.zeros(2)) for _ in steps]


def test_progress_shows_a_bar_to_a_person(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("BOOK_BATCH", "0")
    steps = run.progress(2, "training")
    for _ in steps:
        steps.log(loss=0.5)
    assert "training: 100%" in capsys.readouterr().err
