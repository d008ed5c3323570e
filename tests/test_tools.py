"""The commands: a run never loses a notebook, seeds and mutations are measured, wrong names get a sentence."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml

from tests.small_chapter import STATEMENT, write_small_chapter
from tools import chapters, colab, mutate, new, run, seeds, stale
from tools.chapters import ROOT, read
from tools.hashes import page_hash, proof_hash


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(chapters, "NOTEBOOKS", tmp_path)
    return tmp_path


def test_book_run_writes_outputs_hash_and_cost(folder: Path) -> None:
    path = write_small_chapter(folder)
    run.run("small", "book")
    notebook = read(path)
    book = notebook.metadata.book
    assert [cell.outputs[0].text for cell in notebook.cells[5:6]] == ["2.0\n"]
    assert book.hash.page == page_hash(notebook)
    assert book.seconds.book > 0
    assert book.seconds.gpu is None
    assert book.memory.book > 50
    assert (book.run.scale, book.run.seed) == ("book", 0)
    assert stale.stale() == {}


def test_other_scales_only_write_what_they_cost(folder: Path) -> None:
    path = write_small_chapter(folder)
    run.run("small", "quick")
    notebook = read(path)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    assert notebook.metadata.book.seconds.quick > 0
    assert "small" in stale.stale()


def test_a_failing_run_leaves_the_notebook_as_it_was(folder: Path) -> None:
    path = write_small_chapter(folder, replace=("result = twice(1.0)", "result = 1 / 0"))
    before = path.read_bytes()
    with pytest.raises(SystemExit, match="small failed at scale book; its notebook is as it was"):
        run.run("small", "book")
    assert path.read_bytes() == before


def test_stale_sees_edited_code(folder: Path) -> None:
    path = write_small_chapter(folder)
    run.run("small", "book")
    notebook = read(path)
    notebook.cells[3].source += "\nTHIRD = 3"
    nbformat.write(notebook, path)
    assert stale.stale() == {"small": "its code changed since its outputs were made"}


def test_seeds_are_stored(folder: Path) -> None:
    path = write_small_chapter(folder)
    seeds.seeds("small")
    stored = read(path).metadata.book.seeds
    assert stored.seeds == [0, 1, 2, 3, 4]
    assert stored.proof == proof_hash(read(path))
    assert stored.claims[STATEMENT] == {"values": [2.0] * 5, "held": [True] * 5}


def test_seeds_report_a_failing_claim_and_stop_at_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "SEEDS", (0, 1))
    write_small_chapter(folder, replace=(">=", "<="))
    assert [record["held"] for record in seeds.seeds("small")[0]] == [False] * 2
    write_small_chapter(folder, replace=("result = twice(1.0)", "result = 1 / 0"))
    with pytest.raises(RuntimeError, match="small, seed 0: ZeroDivisionError"):
        seeds.seeds("small")


@pytest.mark.parametrize(
    ("replace", "why"),
    [
        ("x", ""),
        ("2 * x", "stayed green at 2.0"),
        ("undefined * x", "an unrelated error came: NameError"),
    ],
)
def test_mutation_proves_only_what_turns_red(folder: Path, replace: str, why: str) -> None:
    path = write_small_chapter(folder)
    verdict = mutate.verdict(mutate.Mutation(path, "SECOND * x", replace, STATEMENT))
    assert why in verdict
    assert bool(why) == bool(verdict)


def test_mutation_needs_a_measured_claim_and_one_place(folder: Path) -> None:
    path = write_small_chapter(folder)
    assert "was never measured" in mutate.verdict(mutate.Mutation(path, "SECOND * x", "x", "another"))
    with pytest.raises(ValueError, match="stands 0 times in the code, expected once"):
        mutate.broken(read(path), mutate.Mutation(path, "THIRD", "x", STATEMENT))
    with pytest.raises(ValueError, match="stands 2 times in the code, expected once"):
        mutate.broken(read(path), mutate.Mutation(path, "FIRST", "x", STATEMENT))


def test_new_begins_a_chapter_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toc, written = folder / "_toc.yml", chapters.ROOT.joinpath("_toc.yml").read_text()
    # One part with chapters and one without, whatever the book has by now.
    toc.write_text(re.sub(r"\n +sections:(\n +- file: notebooks/efficiency/\w+)+", "", written))
    monkeypatch.setattr(new, "TOC", toc)
    monkeypatch.setattr(new, "NOTEBOOKS", folder)
    path = new.new("filterreg")
    new.new("dsa_pruning")
    fitting, efficiency = yaml.safe_load(toc.read_text())["parts"][1]["chapters"][0:13:12]
    assert fitting["sections"][-1] == {"file": "notebooks/fitting/filterreg"}
    assert efficiency == {"file": "book/parts/efficiency", "sections": [{"file": "notebooks/efficiency/dsa_pruning"}]}
    assert path == folder / "fitting" / "filterreg.ipynb"
    notebook = read(path)
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.book.paper.key == "gao2019"
    assert 'start("filterreg")' in notebook.cells[1].source
    with pytest.raises(SystemExit):
        new.new("filterreg")
    assert page_hash(read(path)) == page_hash(notebook)


def test_colab_copies_install_the_package_first(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_small_chapter(folder)
    monkeypatch.setattr(colab, "NOTEBOOKS", folder)
    monkeypatch.setattr(colab, "OUT", tmp_path / "colab")
    (copy,) = colab.colab("https://example.org/book")
    first = read(copy).cells[0].source
    assert "git+https://example.org/book" in first
    assert "torch=" not in first


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["run", "CHAPTER=nothing"], "CHAPTER must be one of robust_loss"),
        (["run"], "CHAPTER must be one of robust_loss"),
        (["run", "CHAPTER=robust_loss", "SCALE=huge"], "SCALE must be one of quick, book, gpu, not 'huge'"),
        (["seeds", "CHAPTER=nothing"], "CHAPTER must be one of robust_loss"),
        (["mutate", "CHAPTER=nothing"], "CHAPTER must be one of robust_loss"),
        (["new", "CHAPTER=nothing"], "CHAPTER must be a method of"),
        (["new", "CHAPTER=robust_loss"], "CHAPTER 'robust_loss' has a notebook already"),
        (["colab"], "BOOK_REPOSITORY_URL must be the address of the repository"),
    ],
)
def test_wrong_names_get_a_sentence(command: list[str], message: str) -> None:
    done = subprocess.run(["make", "--silent", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_help_lists_every_command() -> None:
    text = subprocess.run(["make", "--silent", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("book", "serve", "lab", "run", "new", "seeds", "mutate", "stale", "bench", "colab", "pin", "test"):
        assert f"\n{command} " in f"\n{text}"
