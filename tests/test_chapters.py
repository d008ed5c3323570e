"""load_chapter: what it lifts out of a notebook, from a checkout and from an installed wheel."""

from __future__ import annotations

import ast
import inspect
import json
import os
import subprocess
import sys
import traceback
import zipfile
from importlib import import_module, reload
from pathlib import Path

import pytest

from helpers import chapters, load_chapter
from helpers.settings import SCALES
from tests.small_chapter import write_small_chapter
from tools.chapters import ROOT, chapter_paths


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked wheel, and nothing else of the book."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(chapters, "NOTEBOOK_FOLDERS", (tmp_path,))
    for scale in SCALES:
        monkeypatch.delitem(sys.modules, f"helpers.chapters.{scale}.small", raising=False)
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


def test_a_chapter_is_one_module_a_scale(folder: Path) -> None:
    write_small_chapter(folder)
    small, gpu = load_chapter("small"), load_chapter("small", "gpu")
    assert load_chapter("small") is small
    assert isinstance(load_chapter("small").cfg, small.Config)
    assert (small.cfg.n, gpu.cfg.n) == (1, 3)
    assert import_module("helpers.chapters.gpu.small") is gpu
    write_small_chapter(folder, replace=("FIRST, SECOND = 1, 2", "FIRST, SECOND = 1, 7"))
    assert reload(small).SECOND == 7
    with pytest.raises(ModuleNotFoundError):
        import_module("helpers.chapters.quick.tiny")
    with pytest.raises(ModuleNotFoundError):
        import_module("helpers.chapters.huge.small")


def test_the_source_of_functions_and_classes_is_found(folder: Path) -> None:
    write_small_chapter(folder)
    small = load_chapter("small")
    assert inspect.getsource(small.Config) == "@dataclass\nclass Config:\n    n: int\n"
    assert inspect.getsource(small.twice).startswith("def twice(x: float)")


def test_a_constant_that_draws_is_left_out_and_generators_stay(folder: Path) -> None:
    drawn = "A, B = torch.rand(2), 3", "C = np.random.rand()", "D = random.random()", "E = A + 1", "F = 5"
    lines = "\n".join(["import random", "import numpy as np", "FIRST, SECOND = 1, 2", *drawn])
    write_small_chapter(folder, replace=("FIRST, SECOND = 1, 2", lines))
    before = chapters._drawn()
    small = load_chapter("small")
    assert chapters._drawn() == before
    assert small.F == 5
    assert not {"A", "B", "C", "D", "E"} & set(vars(small))


USE = """
import copy, inspect, pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import torch
from helpers import load_chapter

def first(batch):
    return batch[0]

if __name__ == "__main__":
    net, x = load_chapter("deepsdf").Encoder(4).eval().requires_grad_(False), torch.ones(2, 7, 6)
    assert type(pickle.loads(pickle.dumps(net))) is type(copy.deepcopy(net)) is type(net)
    assert "def forward" in inspect.getsource(type(net))
    for method in ("spawn", "forkserver"):
        with ProcessPoolExecutor(1, get_context(method)) as pool:
            assert torch.allclose(pool.submit(net.forward, x).result(), net(x), atol=1e-5)
        loader = torch.utils.data.DataLoader([net], num_workers=1, collate_fn=first, multiprocessing_context=method)
        assert type(next(iter(loader))) is type(net)
    torch.export.export(net, (x,))
    assert torch.allclose(torch.compile(net, backend="aot_eager", fullgraph=True)(x), net(x), atol=1e-5)
    torch.save(net, "saved.pt")
"""
LOAD = "import torch; print(type(torch.load('saved.pt', weights_only=False)))"


def test_what_a_chapter_makes_goes_to_other_processes(site: Path, tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(USE)
    options = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(site)}, "check": True}
    subprocess.run([sys.executable, "use.py"], **options)
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, **options)
    assert done.stdout == "<class 'helpers.chapters.quick.deepsdf.Encoder'>\n"


BESIDE = """
import helpers, pickle, torch
from runnable_vision import load_chapter
from runnable_vision.worlds import furniture
assert helpers.MINE
net = load_chapter("occupancy_networks")
print(net.__name__, net.start.__module__, furniture.__name__)
"""


def test_a_file_of_the_users_with_our_name_does_no_harm(site: Path, tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("MINE = True")
    (tmp_path / "use.py").write_text(BESIDE)
    options = {"cwd": tmp_path, "env": os.environ | {"PYTHONPATH": str(site)}, "check": True}
    done = subprocess.run([sys.executable, "use.py"], capture_output=True, text=True, **options)
    assert done.stdout.split() == [
        "runnable_vision.chapters.quick.occupancy_networks",
        "runnable_vision.run",
        "runnable_vision.worlds.furniture",
    ]


def test_a_chapter_is_read_without_the_validator_of_notebooks() -> None:
    code = "import sys, helpers; helpers.load_chapter('robust_loss'); sys.exit('nbformat' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_an_installed_wheel_carries_chapters_and_statements(site: Path, tmp_path: Path) -> None:
    carried = {path.stem for path in site.glob("helpers/notebooks/*/*.ipynb")}
    assert carried == {path.stem for path in chapter_paths()}
    assert all('"image/png"' not in path.read_text() for path in site.glob("helpers/notebooks/*/*.ipynb"))
    written = ROOT / "book" / "statements"
    stated = {path.name: path.read_bytes() for path in site.glob("helpers/book/statements/*")}
    assert stated == {path.name: path.read_bytes() for path in written.iterdir()}
    program = f"""
import sys
sys.path.insert(0, {str(site)!r})
import helpers
assert helpers.__file__.startswith({str(site)!r})
from helpers import statements
assert not statements.FOLDERS[0].exists()
for slug in {sorted(carried)}:
    assert helpers.load_chapter(slug).PAPER
    print(*statements.statements(slug))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    for slug in carried:
        assert json.loads(stated[f"{slug}.json"])[-1]["id"] in done.stdout
