"""The hashes: what they are blind to, and what each of the three sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import hashes
from tools.hashes import helpers_hash, only_draws, page_hash, proof_hash

CODE = '''import torch
def f(x, y=None):
    """Add."""
    # as in Eq. (1)
    return [x + 1.0, -y, {**x}, f"{x:.2f}"]
z: float = f(1)[0]
'''


def notebook(*sources: str, **book: object) -> NotebookNode:
    """One code cell per source; a source that starts with # and a blank is a heading."""
    cells = [new_markdown_cell(each) if each.startswith("#") else new_code_cell(each) for each in sources]
    return new_notebook(cells=cells, metadata={"book": book})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import torch\n", ""),
        ("import torch\n", "import math\nfrom helpers.draw import sheets\n"),
        ('    """Add."""\n', ""),
        ("Add.", "Add one."),
        ("# as in Eq. (1)", "# as in Eq. (2)"),
        ("x + 1.0", "(x  +\n        1.0)"),
        ("1.0", "1.00"),
        ("\nz", "\n\n\nz"),
        ('f"{x:.2f}"', "f'{x:.2f}'"),
        ("def f(x", "def f(\n    x"),
    ],
)
def test_imports_docstrings_comments_and_layout_change_no_hash(old: str, new: str) -> None:
    assert old in CODE
    changed = CODE.replace(old, new)
    one, other = notebook("## A", CODE, "## Explore", CODE), notebook("## A", changed, "## Explore", changed)
    assert page_hash(one) == page_hash(other)
    assert proof_hash(one) == proof_hash(other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1.0", "1"),
        ("1.0", "2.0"),
        ("x + 1.0", "x - 1.0"),
        ("-y", "y"),
        ("y=None", "y=0"),
        ("y=None", "y=False"),
        ("def f(x", "def g(x"),
        ("z: float", "z: int"),
        (".2f", ".3f"),
        ("{**x}", "{x: x}"),
        ("return ", ""),
        ("z: float = f(1)[0]\n", ""),
    ],
)
def test_code_changes_the_hashes(old: str, new: str) -> None:
    assert old in CODE
    one, other = notebook("## A", CODE), notebook("## A", CODE.replace(old, new))
    assert page_hash(one) != page_hash(other)
    assert proof_hash(one) != proof_hash(other)


def test_texts_empty_cells_and_outputs_are_not_code() -> None:
    one, other = notebook("## A", CODE), notebook("## B", "# C", CODE, " ")
    other.cells[2].outputs = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    assert (page_hash(one), proof_hash(one)) == (page_hash(other), proof_hash(other))
    assert page_hash(notebook("%time x")) != page_hash(notebook("%time y"))


def test_the_proof_is_of_quick_and_the_page_of_all_scales() -> None:
    config = "cfg = run.pick(quick=Config(n=1), book=Config(n=2), gpu=Config(n=3))"
    one, larger = (notebook("## A", each) for each in (config, config.replace("n=2", "n=7")))
    other = notebook("## A", config.replace("n=1", "n=7"))
    assert proof_hash(one) == proof_hash(larger) != proof_hash(other)
    assert page_hash(one) != page_hash(larger)


def test_the_proof_ends_at_explore_and_leaves_out_what_only_draws() -> None:
    show = "def show():\n    return 1"
    before = notebook("## A", CODE, show, "## Explore", "explore(show)", display_only=["show"])
    for changed in (
        notebook("## A", CODE, show, "## Explore", "explore(draw)", "## Exercises", "1 + 1", display_only=["show"]),
        notebook("## A", CODE, show.replace("1", "2"), "## Explore", "explore(show)", display_only=["show"]),
    ):
        assert proof_hash(changed) == proof_hash(before)
        assert page_hash(changed) != page_hash(before)
    other = notebook("## A", CODE, show.replace("1", "2"), "## Explore", "explore(show)", display_only=[])
    assert proof_hash(other) != proof_hash(before)


@pytest.mark.parametrize(
    ("source", "counts"),
    [
        ("x = show()", True),
        ("def f():\n    return show()", True),
        ("class Net:\n    start = show()", True),
        ("## Does it hold?\nx = show()", True),
        ("## Explore\nexplore(show)", False),
        ("def draw():\n    return show()", False),
        ("x = draw", False),
    ],
)
def test_a_function_that_a_result_depends_on_does_not_only_draw(source: str, counts: bool) -> None:
    *heading, code = source.split("\n", 1) if source.startswith("##") else [source]
    book = notebook("## A", "def show():\n    return 1", *heading, code, display_only=["show", "draw"])
    if source == "x = draw":
        book.cells[-1].metadata["mystnb"] = {"figure": {"name": "fig-a"}}
    assert ("show" not in only_draws(book)) == counts


def test_what_is_called_by_what_counts_counts() -> None:
    sources = "def show():\n    return 1", "def twice():\n    return 2 * show()"
    assert only_draws(notebook("## A", *sources, display_only=["show", "twice"])) == {"show", "twice"}
    assert only_draws(notebook("## A", *sources, "x = twice()", display_only=["show", "twice"])) == set()


def test_the_hashes_are_the_same_on_every_machine() -> None:
    assert page_hash(notebook("x = 1")) == "390bc1c684c16641"


FILES = {
    "__init__.py": "from .base import start\n",
    "base.py": "from .inner import deep\nRATE = 2\ndef start(x): return deep(x) * RATE\ndef unused(): return 1\n",
    "inner.py": "LIMIT = 3\n\ndef deep(x):\n    return min(x, LIMIT)\n\ndef other():\n    return 4\n",
    "draw/__init__.py": "",
    "draw/sheets.py": "from ..inner import other\n\ndef sheet():\n    return other()\n\ndef frame():\n    return 5\n",
}
IMPORTS = "import helpers.draw.sheets\nfrom helpers import start\nfrom helpers.draw import sheets as s"
USER = notebook(IMPORTS, "start(1)")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package ``helpers`` of a few definitions."""
    monkeypatch.setattr(hashes, "ROOT", tmp_path)
    for name, text in FILES.items():
        (tmp_path / "helpers" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "helpers" / name).write_text(text, encoding="utf-8")
    forget()
    yield tmp_path / "helpers"
    forget()


def forget() -> None:
    hashes._top_level.cache_clear()
    hashes._names.cache_clear()


def hash_after(package: Path, user: NotebookNode, file: str, old: str, new: str) -> str:
    before = (package / file).read_text(encoding="utf-8")
    assert old in before
    (package / file).write_text(before.replace(old, new), encoding="utf-8")
    forget()
    return helpers_hash(user)


@pytest.mark.parametrize(
    ("file", "old", "new", "seen"),
    [
        ("base.py", "deep(x) *", "deep(x) +", True),
        ("base.py", "RATE = 2", "RATE = 3", True),
        ("inner.py", "min", "max", True),
        ("inner.py", "LIMIT = 3", "LIMIT = 4", True),
        ("base.py", "return 1", "return 2", False),
        ("inner.py", "return 4", "return 5", False),
        ("draw/sheets.py", "return 5", "return 6", False),
        ("draw/sheets.py", "return other()", "return 2 * other()", False),
        ("inner.py", "def deep(x):\n", 'def deep(x):\n    """The least of two."""\n', False),
        ("inner.py", "return min", "# bounded\n    return min", False),
        ("inner.py", "def other():", "def more():\n    return 7\n\n\ndef other():", False),
    ],
)
def test_helpers_are_seen_where_they_are_used_or_called(
    package: Path, file: str, old: str, new: str, seen: bool
) -> None:
    before = helpers_hash(USER)
    assert (hash_after(package, USER, file, old, new) != before) is seen


@pytest.mark.parametrize("call", ["s.sheet()", "helpers.draw.sheets.sheet()", "s.sheet"])
def test_an_attribute_of_a_module_is_a_use(package: Path, call: str) -> None:
    user = notebook(IMPORTS, call)
    before = helpers_hash(user)
    assert hash_after(package, user, "base.py", "RATE = 2", "RATE = 3") == before
    assert hash_after(package, user, "draw/sheets.py", "return 5", "return 6") == before
    assert hash_after(package, user, "inner.py", "return 4", "return 5") != before


def test_a_move_changes_no_hash(package: Path) -> None:
    before = helpers_hash(USER)
    (package / "room").mkdir()
    (package / "room" / "__init__.py").write_text("")
    (package / "inner.py").rename(package / "room" / "deeper.py")
    assert hash_after(package, USER, "base.py", "from .inner", "from .room.deeper") == before


def test_who_uses_no_helper_has_the_hash_of_nothing(package: Path) -> None:
    assert helpers_hash(notebook("x = 1")) == helpers_hash(notebook("import helpers", "y = 2"))
