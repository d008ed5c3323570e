"""load_chapter: what it lifts out of a notebook, from a checkout and from an installed wheel."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import traceback
import zipfile
from pathlib import Path

import pytest

from helpers import chapters, load_chapter
from tests.small_chapter import write_small_chapter
from tools.chapters import ROOT, chapter_paths


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(chapters, "NOTEBOOK_FOLDERS", (tmp_path,))
    return tmp_path


def test_lifts_definitions_and_nothing_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_small_chapter(folder)
    small = load_chapter("small", scale="gpu")
    assert small.twice(2.0) == 4.0
    assert (small.cfg.n, small.PAPER.n, small.FIRST, small.run.scale) == (3, 4, 1, "gpu")
    assert not hasattr(small, "result")
    assert not hasattr(small, "show_result")
    assert capsys.readouterr().out == ""


def test_a_capital_symbol_for_a_result_is_no_constant() -> None:
    source = (
        "N = 3\nX = result + 1\nA, B = N, [n for n in range(N)]\nC, x = 1, 2\nD.n = 1\nE[0] = 1\nF = lambda n: n + X"
    )
    lifted = chapters.liftable(ast.parse(source), set())
    assert [ast.unparse(node) for node in lifted.body] == ["N = 3", "A, B = (N, [n for n in range(N)])"]


def test_tracebacks_name_the_cell(folder: Path) -> None:
    write_small_chapter(folder)
    with pytest.raises(TypeError) as caught:
        load_chapter("small").twice(None)
    frame = traceback.extract_tb(caught.tb)[-1]
    assert frame.filename == "<small, cell 4>"
    assert frame.line == "return FIRST * SECOND * x * cfg.n / cfg.n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tiny",), "slug must be one of small, not 'tiny'"),
        (("small", "huge"), "scale must be one of quick, book, gpu"),
    ],
)
def test_load_chapter_rejects(folder: Path, arguments: tuple, message: str) -> None:
    write_small_chapter(folder)
    with pytest.raises(ValueError, match=message):
        load_chapter(*arguments)


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
@pytest.mark.parametrize("scale", ["quick", "gpu"])
def test_every_chapter_loads(path: Path, scale: str) -> None:
    assert load_chapter(path.stem, scale).PAPER


def test_a_chapter_is_read_without_the_validator_of_notebooks() -> None:
    code = "import sys, helpers; helpers.load_chapter('robust_loss'); sys.exit('nbformat' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_an_installed_wheel_carries_chapters_and_statements(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    carried = {path.stem for path in site.glob("helpers/notebooks/*/*.ipynb")}
    assert carried == {path.stem for path in chapter_paths()}
    assert all('"image/png"' not in path.read_text() for path in site.glob("helpers/notebooks/*/*.ipynb"))
    written = ROOT / "book" / "statements"
    stated = {path.name: path.read_bytes() for path in site.glob("helpers/book/statements/*")}
    assert stated == {path.name: path.read_bytes() for path in written.iterdir()}
    slug = sorted(carried)[0]
    program = f"""
import sys
sys.path.insert(0, {str(site)!r})
import helpers
assert helpers.__file__.startswith({str(site)!r})
from helpers import statements
assert not statements.FOLDERS[0].exists()
print(helpers.load_chapter({slug!r}).PAPER, *statements.statements({slug!r}))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Config" in done.stdout
    assert json.loads(stated[f"{slug}.json"])[-1]["id"] in done.stdout
