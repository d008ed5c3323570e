"""The commands: a run never loses a notebook, check goes on where it can, wrong names get a sentence."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml

from tests import inline
from tests.small_chapter import write_small_chapter, write_small_chapter_2
from tools import chapters, check, colab, new, run, simulate, site, stale, twice
from tools.chapters import ROOT, chapter_path, read
from tools.hashes import helpers_hash, page_hash, proof_hash


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
    hashes = {"page": page_hash(notebook), "proof": proof_hash(notebook), "helpers": helpers_hash(notebook)}
    assert book.hash == hashes
    assert book.seconds.book > 0
    assert book.seconds.gpu is None
    assert book.memory.book > 50
    assert (book.run.scale, book.run.seed) == ("book", 0)
    assert stale.stale() == {}
    notebook.cells[3].source += "\n# more of a comment than of code"
    nbformat.write(notebook, path)
    assert stale.stale() == {}
    book.hash.helpers = "0123456789abcdef"
    nbformat.write(notebook, path)
    assert stale.stale() == {"small": "a helper that it uses changed since its outputs were made"}
    notebook.cells[3].source += "\nTHIRD = 3"
    nbformat.write(notebook, path)
    assert stale.stale() == {"small": "its code changed since its outputs were made"}


def test_other_scales_only_write_what_they_cost(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "execute", inline.execute)
    path = write_small_chapter(folder)
    run.run("small", "quick")
    notebook = read(path)
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    assert notebook.metadata.book.seconds.quick > 0
    assert "small" in stale.stale()


def test_a_failing_run_leaves_the_notebook_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "execute", inline.execute)
    path = write_small_chapter(folder, replace=("result = twice(1.0)", "result = 1 / 0"))
    before = path.read_bytes()
    with pytest.raises(SystemExit, match="small failed at scale book; its notebook is as it was"):
        run.run("small", "book")
    assert path.read_bytes() == before


def test_the_second_of_two_runs_of_a_chapter_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "execute", inline.execute)
    path = write_small_chapter(folder)
    before = path.read_bytes()
    with chapters.alone(path), pytest.raises(SystemExit, match="small is being run by another command"):
        run.run("small", "book")
    assert path.read_bytes() == before
    run.run("small", "book")


def test_a_full_disk_loses_nothing_and_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(notebook: object, temporary: Path) -> None:
        temporary.write_text("{")
        raise OSError(28, "No space left on device")

    path = write_small_chapter(folder)
    before, notebook = path.read_bytes(), read(path)
    monkeypatch.setattr(chapters.nbformat, "write", full)
    with pytest.raises(SystemExit, match=r"small.ipynb could not be written .*No space left.*; it is as it was"):
        chapters.write(notebook, path)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["small.ipynb"]


def test_a_port_that_is_used_gets_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "_build" / "html").mkdir(parents=True)
    (folder / "_build" / "html" / "index.html").touch()
    monkeypatch.setattr(site, "ROOT", folder)
    with site.server(folder) as other:
        port = other.server_address[1]
        monkeypatch.setattr("sys.argv", ["site", "serve", "--port", str(port)])
        with pytest.raises(SystemExit, match=f"PORT={port} cannot be used"):
            site.main()


def test_a_chapter_that_was_edited_while_it_ran_stays_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_small_chapter(folder)

    def execute(*arguments: object, **options: object) -> object:
        write_small_chapter(folder, replace=("SECOND = 1, 2", "SECOND = 1, 3"))
        return inline.execute(*arguments, **options)

    monkeypatch.setattr(run, "execute", execute)
    with pytest.raises(SystemExit, match="small was edited while it ran; its notebook is as the edit left it"):
        run.run("small", "book")
    assert "SECOND = 1, 3" in path.read_text()
    assert "hash" not in read(path).metadata.book


def checked(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines of ``make check CHAPTER=small``, its last sentence included."""
    monkeypatch.setattr("sys.argv", ["check", "small"])
    with pytest.raises(SystemExit) as ended:
        check.main()
    return [*capsys.readouterr().out.splitlines(), str(ended.value)]


def test_check_goes_through_all_stages(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(twice, "execute", inline.execute)
    stages = {stage.__name__: lambda path: [] for stage in check.STAGES[3:]}
    for name, stage in stages.items():
        stage.__name__ = name
    monkeypatch.setattr(check, "STAGES", (*check.STAGES[:3], *stages.values()))
    (folder / "small.json").write_text("[]")
    write_small_chapter_2(folder, ('"<=", 2.1', '"<=", 1.1'))
    lines = checked(monkeypatch, capsys)
    found = [line for line in lines if line.endswith("in order")]
    assert found == [
        "contract: not in order",
        "lint: not in order",
        "quick run: not in order",
        "matrix: in order",
        "page: in order",
    ]
    assert any(line.startswith("small.ipynb: metadata.book has no 'symbols'") for line in lines)
    assert "ruff finds faults, see above" in lines
    assert any(line.startswith("small fails at quick: ClaimFailed: half of four") for line in lines)
    assert lines[-1] == "small is not in order: contract, lint, quick run."


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"nbformat": 4', "<<<<<<< HEAD", "small.ipynb: is no notebook of format 4"),
        ("def half(x):", "def half(x)", "is not plain Python"),
        ('"form": 2', '"form": "two"', "metadata.book.form is 'two', expected 2"),
        ('"form": 2', '"form": 3', "metadata.book.form is 3, expected 2"),
        ('"book": {', '"cook": {', "metadata.book has no 'slug'"),
        ('"cell_type": "code"', '"cell_type": "kode"', "is not a valid notebook"),
    ],
)
def test_check_ends_where_the_other_stages_could_not_begin(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    path = write_small_chapter_2(folder)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    lines = checked(monkeypatch, capsys)
    assert lines[0] == "contract: not in order"
    assert any(says in line for line in lines)
    assert lines[-1] == "small is not in order: no other stage can read it."


def test_a_file_that_is_no_notebook_ends_a_command_with_a_sentence(folder: Path) -> None:
    write_small_chapter(folder).write_text("<<<<<<< HEAD")
    with pytest.raises(SystemExit, match=r"small\.ipynb is no notebook: Notebook does not appear to be JSON"):
        run.run("small", "quick")


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
    assert notebook.metadata.book.form == 2
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
        (["mutants", "CHAPTER=robust_loss", "COUNT=0"], "COUNT must be a whole number from 1 on, not '0'"),
        (["mutants", "CHAPTER=robust_loss", "SEED=x"], "SEED must be a whole number from 0 on, not 'x'"),
        (["check", "CHAPTER=nothing"], "CHAPTER must be one of robust_loss"),
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
    commands = "book serve lab run new check seeds mutate mutants stale bench colab pin test"
    for command in commands.split():
        assert f"\n{command} " in f"\n{text}"


def test_a_copied_chapter_has_names_of_its_own() -> None:
    notebook = json.loads(chapter_path("pointmixup").read_text(encoding="utf-8"))
    before = json.dumps(notebook)
    assert "](deepsdf)" in before
    copy = simulate.renamed(notebook, "new_one", {"part": "pixels"}, "shapes")
    assert "](../shapes/deepsdf)" in json.dumps(copy)
    assert "](deepsdf)" not in json.dumps(copy)
    book = copy["metadata"]["book"]
    assert (book["slug"], book["part"]) == ("new_one", "pixels")
    names = re.findall(r'"name": "(.*?)"', json.dumps([cell["metadata"] for cell in copy["cells"]]))
    assert names
    assert all(name.startswith("new-one-") for name in names)
    assert book["thumbnail"] in names
    assert json.dumps(notebook) == before
