"""The chapter contract: a good notebook passes, each bad one breaks its rule, and the real chapters keep it all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from tests.notebook_factory import BREAKDOWN, CORE, SLUG, code, good_notebook, printed, put, seal, shown, text
from tools.chapters import chapter_paths
from tools.contract import FOUNDATIONS, RULES, __main__, breaches, remarks, too_heavy

Change = Callable[[NotebookNode], None]


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(each for each in notebook.cells if each.id == name)


def edit(name: str, old: str, new: str) -> Change:
    """Replace text in a cell."""

    def change(notebook: NotebookNode) -> None:
        assert old in cell(notebook, name).source
        cell(notebook, name).source = cell(notebook, name).source.replace(old, new)

    return change


def append(name: str, line: str) -> Change:
    """Add a line to a cell."""

    def change(notebook: NotebookNode) -> None:
        cell(notebook, name).source += "\n" + line

    return change


def insert(after: str, *cells: NotebookNode) -> Change:
    """Put cells behind a cell."""

    def change(notebook: NotebookNode) -> None:
        place = notebook.cells.index(cell(notebook, after)) + 1
        notebook.cells[place:place] = cells

    return change


def drop(name: str) -> Change:
    """Take a cell out."""
    return lambda notebook: notebook.cells.remove(cell(notebook, name))


def output(name: str, *outputs: NotebookNode) -> Change:
    """Add outputs to a cell."""
    return lambda notebook: cell(notebook, name).outputs.extend(outputs)


def cell_metadata(name: str, **values: object) -> Change:
    return lambda notebook: cell(notebook, name).metadata.update(values)


def set_in(path: str, value: object) -> Change:
    """Set an entry of metadata.book, whose place is written with dots; None removes it."""

    def change(notebook: NotebookNode) -> None:
        *folders, key = path.split(".")
        place = notebook.metadata.book
        for folder in folders:
            place = place[folder]
        place.pop(key) if value is None else place.update({key: value})

    return change


def record(name: str, **values: object) -> Change:
    """Change what the output of a claim recorded."""
    return lambda notebook: cell(notebook, name).outputs[0].metadata.book_claim.update(values)


def break_with(**values: str) -> Change:
    return lambda notebook: notebook.metadata.book.breaks[0].update(values)


def described(name: str, **values: dict) -> Change:
    return lambda notebook: cell(notebook, name).metadata.mystnb.update(values)


def duplicate_id(notebook: NotebookNode) -> None:
    cell(notebook, "show").id = "method"


def long_function(name: str, lines: int) -> str:
    return f"def {name}():" + "\n    x = 1  # one" * (lines - 1)


def move(name: str, after: str) -> Change:
    """Move a cell behind another one."""

    def change(notebook: NotebookNode) -> None:
        moved = cell(notebook, name)
        notebook.cells.remove(moved)
        insert(after, moved)(notebook)

    return change


def repeat_claim(notebook: NotebookNode) -> None:
    again = NotebookNode({**cell(notebook, "breakdown"), "id": "again"})
    insert("more", text("so", "Once more."), again)(notebook)


def nameless_stream(notebook: NotebookNode) -> None:
    cell(notebook, "imports").outputs[0].pop("name")


LONG_CLASS = "class Long:" + "\n    x = 1" * 40
ERROR = new_output("error", ename="ValueError", evalue="", traceback=[])
SVG = shown("image/svg+xml", "<svg></svg>")

# The rule that fires, the cell that it names (None: the notebook), what it says, and how the good notebook was spoiled.
BAD: list[tuple[str, str | None, str, Change]] = [
    ("metadata", None, "metadata.kernelspec.name is None", lambda notebook: notebook.metadata.pop("kernelspec")),
    ("valid_notebook", "imports", "'name' is a required property", nameless_stream),
    ("valid_notebook", None, "format is (4, 4)", lambda nb: nb.update(nbformat_minor=4)),
    ("valid_notebook", None, "2 cells have the id 'method'", duplicate_id),
    ("valid_notebook", None, "no cells", lambda nb: nb.cells.clear()),
    ("plain_python", "solve", "line 3", append("solve", "%timeit error")),
    ("plain_python", "solve", "shell escapes", append("solve", "!wget liars.csv")),
    ("metadata", None, "no 'teaches'", set_in("teaches", None)),
    ("metadata", None, "summary", set_in("summary", "long " * 40)),
    ("metadata", None, "part", set_in("part", "pieces")),
    ("metadata", None, "paper", set_in("paper.year", "1984")),
    ("metadata", None, "seconds", set_in("seconds.book", None)),
    ("metadata", None, "breaks", set_in("breaks", [])),
    ("metadata", None, "run", set_in("run.scale", None)),
    ("title_cell", "title", "does not start with the title", edit("title", "Least median", "Median")),
    ("title_cell", "title", "does not say what", edit("title", "Fits a line that ignores half of the points", "")),
    ("title_cell", "title", "does not cite", edit("title", "{cite}", "")),
    ("sections", "idea", "'The insight', expected 'The idea'", edit("idea", "The idea", "The insight")),
    ("sections", "changed", "a second # title", append("changed", "# More")),
    ("sections", None, "10 sections, expected 'What we changed'", drop("changed")),
    ("sections", "changed", "'Thanks', expected 'no more'", append("changed", "## Thanks")),
    ("prose_between", "d", "in a row", insert("results", *(code(name, "error") for name in "abcd"), text("e", "So."))),
    ("known_citations", "idea", "cites 'nobody2000'", append("idea", "See {cite:t}`nobody2000`.")),
    ("pictures", "fig-liars", "no mystnb.figure.caption", described("fig-liars", figure={"name": "fig-liars"})),
    ("pictures", "fig-liars", "no mystnb.figure.name", described("fig-liars", figure={"caption": "Look."})),
    ("pictures", "fig-liars", "no mystnb.image.alt", described("fig-liars", image={"alt": " "})),
    ("pictures", "fig-liars", "shows 2 outputs", output("fig-liars", SVG)),
    ("pictures", "show", "no mystnb.image.alt", output("show", SVG)),
    ("html_pictures", "play", "no alt text", output("play", shown("text/html", '<img alt="" src="">'))),
    ("figure_names", None, "2 figures", described("fig-liars", figure={"caption": "Look.", "name": "fig-errors"})),
    ("figure_names", None, "thumbnail", set_in("thumbnail", "fig-none")),
    ("explored", None, "0 calls", edit("play", "explore(", "print(")),
    ("explored", "play", "no alt", edit("play", ', alt="The line lets go."', "")),
    ("explored", "more-play", "under 'Results'", insert("results", code("more-play", "explore(caption=x, alt=x)"))),
    ("exercises", None, "2 exercises", edit("exercise-3", "### 3. ", "")),
    ("exercises", "exercise-2", "no solution", cell_metadata("solution-2", tags=[])),
    ("exercises", "exercise-2", "no check", edit("check-2", "assert", "return")),
    ("folded", "method", "hide-cell", cell_metadata("method", tags=["hide-cell"])),
    ("folded", "check-1", "hide-input", cell_metadata("check-1", tags=["hide-input"])),
    ("identity", None, "metadata.book.slug", set_in("slug", "most_median")),
    ("identity", None, "metadata.book.part", set_in("part", "sound")),
    ("identity", None, "prerequisite 'no_chapter'", set_in("prerequisites", ["no_chapter"])),
    ("first_code_cell", "imports", "not imports", edit("imports", "run = ", "torch.rand(1)\nrun = ")),
    ("first_code_cell", "imports", f"start('{SLUG}')", edit("imports", SLUG, "most_median")),
    ("config_cell", "config", "not hold one class", edit("config", "@dataclass\nclass Config:", "class Config:")),
    ("config_cell", "config", "run.pick", edit("config", "gpu=", "huge=")),
    ("config_cell", "config", "PAPER", edit("config", "PAPER", "OTHER")),
    ("config_cell", "config", "holds more", append("config", "width = 3")),
    ("cell_lengths", "show", "26 lines", append("show", long_function("long", 22))),
    ("cell_lengths", "show", "45 lines of code, expected at most 40", append("show", LONG_CLASS)),
    ("cell_lengths", "empty", "no code", insert("results", code("empty", "# Nothing yet."))),
    ("no_network", "sample", "urllib.request", append("sample", "import urllib.request")),
    ("no_network", "sample", "requests.get", append("sample", "import requests\nPAGE = requests.get(cfg.n)")),
    ("no_network", "solve", "torch.hub.load", append("solve", "torch.hub.load(cfg, cfg)")),
    ("no_network", "sample", "skimage.data.eagle", append("sample", "from skimage import data\nEAGLE = data.eagle()")),
    ("no_network", "sample", "fetch_openml", append("sample", "from sklearn.datasets import fetch_openml")),
    ("no_files", "solve", "uses open", append("solve", "open(SLUG)")),
    ("no_files", "sample", "uses pathlib.Path", append("sample", "from pathlib import Path")),
    ("no_files", "solve", "uses torch.save", append("solve", "torch.save(error, TRUE)")),
    ("no_files", "solve", "savefig('a.png')", append("solve", "show('a').savefig('a.png')")),
    ("no_pyplot", "sample", "matplotlib.pyplot", append("sample", "import matplotlib.pyplot as plt")),
    ("device_neutral", "solve", "cuda", append("solve", "error.to('cuda')")),
    ("liftable_code", "method", "distance uses 'x'", append("method", "def distance(y):\n    return (y - x).abs()")),
    ("liftable_code", "method", "Net uses 'theta'", append("method", "class Net:\n    start = theta")),
    ("liftable_code", "solve", "f uses 'SCALE'", append("solve", "SCALE = error.max()\n\ndef f():\n    return SCALE")),
    ("liftable_code", "method", "uses 'show'", append("method", "def twice():\n    return [show(k) for k in 'ab']")),
    ("liftable_code", "show", "show uses 'error'", set_in("display_only", [])),
    ("liftable_code", None, "names 'hide'", set_in("display_only", ["show", "hide"])),
    ("fresh", None, "code has changed", set_in("hash.page", "0123456789abcdef")),
    ("executed", None, "'quick', expected 'book'", set_in("run.scale", "quick")),
    ("executed", "show", "is 99, expected 7", lambda nb: cell(nb, "show").update(execution_count=99)),
    ("clean_outputs", "solve", "ValueError", output("solve", ERROR)),
    ("clean_outputs", "solve", "stderr", output("solve", printed("hm", "stderr"))),
    ("clean_outputs", "solve", "UserWarning", output("solve", printed("UserWarning: slow"))),
    ("no_machine_path", "solve", "/home/me/x.py", output("solve", printed("from /home/me/x.py"))),
    ("no_machine_path", "idea", "C:\\Users", append("idea", "Look into C:\\Users\\me.")),
    ("no_machine_path", "solve", "/tmp/x", append("solve", "theta.name = '/tmp/x'")),
    ("size", None, "expected at most 800 kB", output("play", shown("text/html", "x" * 800_000))),
    ("seconds", None, "46 s at quick", set_in("seconds.quick", 46.0)),
    ("seconds", None, "601 s at book", set_in("seconds.book", 601)),
    ("claim_cells", "core", "more than one", edit("core", "claim(", "error.mul_(1)\nclaim(")),
    ("claim_cells", "core", "lacks the tag", cell_metadata("core", tags=[])),
    ("claim_cells", "erratum", "lacks the tag", insert("idea", code("erratum", 'erratum("Eq. (1)", 1, 2, 2, tol=1)'))),
    ("claim_cells", "solve", "has the tag", cell_metadata("solve", tags=["nbval-check-output"])),
    ("claim_cells", "breakdown", "under 'Results'", move("breakdown", after="results")),
    ("enough_claims", None, "2 claims", drop("breakdown")),
    ("enough_claims", None, "no two alike", repeat_claim),
    ("enough_claims", None, "no claim has core=True", edit("core", ", core=True", "")),
    ("enough_claims", "more", "'book', expected 'quick'", edit("more", "at=", "core=True, at=")),
    ("recorded", "breakdown", "not the record", record("breakdown", statement="another")),
    ("recorded", "breakdown", "not the record", output("breakdown", printed("by the way"))),
    ("recorded", "breakdown", "does not hold", record("breakdown", held=False)),
    ("recorded", "breakdown", "'quick', expected 'book'", record("breakdown", scale="quick")),
    ("breaks", None, "occurs 0 times", break_with(find=".mode(")),
    ("breaks", None, "occurs 2 times", break_with(find="residual(theta")),
    ("breaks", None, "by itself", break_with(replace=".median(dim=1).values")),
    ("breaks", None, "expected the statement", break_with(claim="nothing")),
    ("breaks", None, "no break names a core claim", break_with(claim=BREAKDOWN)),
    ("seeds", None, "expected [0, 1, 2, 3, 4]", set_in("seeds.seeds", [0, 1, 2])),
    ("seeds", None, "expected a fresh make seeds", set_in("seeds.proof", "0123456789abcdef")),
    ("seeds", "breakdown", "0 values", set_in(f"seeds.claims.{BREAKDOWN}", None)),
    ("seeds", "core", "seeds [1]", set_in(f"seeds.claims.{CORE}.held", [True, False, True, True, True])),
]


def test_the_good_notebook_keeps_the_contract(tmp_path: Path) -> None:
    paths = put(good_notebook(), tmp_path)
    assert breaches(*paths) == []
    assert remarks(*paths) == []
    assert too_heavy(paths[:1]) is None


@pytest.mark.parametrize(("rule", "where", "says", "change"), BAD, ids=[f"{bad[0]}: {bad[2]}" for bad in BAD])
def test_a_bad_notebook_breaks_its_rule(
    rule: str, where: str | None, says: str, change: Change, tmp_path: Path
) -> None:
    notebook = good_notebook()
    change(notebook)
    if rule not in ("fresh", "executed", "seeds"):
        seal(notebook)
    found = breaches(*put(notebook, tmp_path))
    assert {breach.rule for breach in found} == {rule}, "\n".join(map(str, found))
    lines = [str(breach) for breach in found if (breach.cell and breach.cell[1]) == where]
    assert any(says in line for line in lines), "\n".join(map(str, found))
    assert all(line.startswith(f"{SLUG}.ipynb" + (", cell " if where else ": ")) for line in lines)


@pytest.mark.parametrize("content", ["<<<<<<< HEAD", '{"worksheets": [], "nbformat": 3}'])
def test_a_file_that_is_no_notebook(content: str, tmp_path: Path) -> None:
    path, bibliography = put(good_notebook(), tmp_path)
    path.write_text(content, encoding="utf-8")
    assert "is no notebook of format 4" in str(breaches(path, bibliography)[0])


def test_every_rule_has_a_bad_notebook() -> None:
    assert {rule.__name__ for rule in FOUNDATIONS + RULES} == {rule for rule, *_ in BAD}


@pytest.mark.parametrize(
    "line",
    [
        "from skimage import data\nCAT = data.chelsea()",
        "from sklearn.datasets import load_digits",
        "import io\nBUFFER = io.BytesIO()\nshow('a').savefig(BUFFER)",
        "def scaled(x, *, by=TRUE):\n    return [y * by for y in x]",
        "def requests(http):\n    return http",
        "@torch.no_grad()\ndef low(values: torch.Tensor) -> float:\n    return min(values, key=lambda v: v.sum())",
        'print("50 %", 7 % 2)',
    ],
)
def test_what_is_allowed(line: str, tmp_path: Path) -> None:
    notebook = good_notebook()
    append("sample", line)(notebook)
    seal(notebook)
    assert breaches(*put(notebook, tmp_path)) == []


def test_more_seconds_than_the_aim_are_a_remark(tmp_path: Path) -> None:
    notebook = good_notebook()
    set_in("seconds.quick", 31.0)(notebook)
    paths = put(notebook, tmp_path)
    assert breaches(*paths) == []
    assert [str(remark) for remark in remarks(*paths)] == [
        f"{SLUG}.ipynb: takes 31 s at quick, expected 30 s (the cap is 45 s) [aim]"
    ]


def test_the_median_of_all_notebooks(tmp_path: Path) -> None:
    path = tmp_path / "heavy.ipynb"
    path.write_bytes(bytes(400_001))
    assert "median notebook weighs 400 kB" in (too_heavy([path] * 3) or "")
    assert too_heavy([path] * 2) is None


def test_the_command_prints_breaches_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = good_notebook()
    set_in("thumbnail", "fig-none")(notebook)
    path, bibliography = put(notebook, tmp_path)
    monkeypatch.setattr("sys.argv", ["contract"])
    monkeypatch.setattr(__main__, "BIBLIOGRAPHY", bibliography)
    monkeypatch.setattr(__main__, "chapter_paths", lambda: [path])
    with pytest.raises(SystemExit, match="contract: 1"):
        __main__.main()
    assert "metadata.book.thumbnail is 'fig-none'" in capsys.readouterr().out


def test_there_are_chapters_and_they_are_light() -> None:
    assert chapter_paths(), "there is no chapter yet, expected at least one in notebooks/<part>/"
    assert too_heavy(chapter_paths()) is None


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_a_chapter_keeps_the_contract(path: Path) -> None:
    found = breaches(path, __main__.BIBLIOGRAPHY)
    assert not found, "\n".join(map(str, found))
