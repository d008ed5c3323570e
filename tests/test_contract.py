"""The chapter contract: a good notebook passes, and each bad one breaks its rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from tests.notebook_factory import (
    BREAKDOWN,
    CORE,
    SLUG,
    STATEMENTS,
    code,
    figure,
    good_notebook,
    good_notebook_2,
    printed,
    put,
    quote,
    seal,
    shown,
    text,
    verdict,
)
from tools.contract import COMMON, FORM_1, FORM_2, FOUNDATIONS, __main__, breaches, remarks, too_heavy

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
    """Change what the output of a claim or verdict recorded."""

    def change(notebook: NotebookNode) -> None:
        (recorded,) = cell(notebook, name).outputs[0].metadata.values()
        recorded.update(values)

    return change


def both(*changes: Change) -> Change:
    def change(notebook: NotebookNode) -> None:
        for each in changes:
            each(notebook)

    return change


def break_with(**values: object) -> Change:
    """Change the first break, of either form."""

    def change(notebook: NotebookNode) -> None:
        book = notebook.metadata.book
        (book.breaks if "breaks" in book else book.core)[0].update(values)

    return change


def unsaid(notebook: NotebookNode) -> None:
    """Take what turned red from the first break, as if nobody had run it."""
    del notebook.metadata.book.core[0]["red"]


def rename(name: str, old: str, new: str) -> Change:
    """Judge another statement, in the code and in the record."""
    return both(edit(name, old, new), record(name, of=new))


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
    ("first_code_cell", "imports", "does not begin with", edit("imports", "# Opened alone?", "# Hello?")),
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
    (
        "device_neutral",
        "method",
        "torch.zeros(3) in a method",
        append("method", "class A:\n    def f(self, x):\n        return x + torch.zeros(3)"),
    ),
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
    ("core_claim", None, "no two alike", repeat_claim),
    ("core_claim", None, "no claim has core=True", edit("core", ", core=True", "")),
    ("core_claim", "more", "'book', expected 'quick'", edit("more", "at=", "core=True, at=")),
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


def add_figures(count: int) -> Change:
    cells = [(text(f"about-{k}", "Look."), figure(f"fig-{k}", "show('more')")) for k in range(count)]
    return insert("results", *(each for pair in cells for each in pair))


def add_verdict(of: str) -> Change:
    again, above = verdict("not_testable", of), quote(of)
    again.id, above.id = "again", "quote-again"
    return insert("more", above, again)


# The same for what chapters of form 2 keep besides.
NOTHING = [0.0] * 10
MISPLACED = both(move("satellites", "results"), move("quote-satellites", "results"))
SHOWS = {"op": "<", "bound": 1.0, "at": "quick", "values": NOTHING, "met": [True] * 10}
NULL_THAT_SHOWS = both(record("more-pairs", at="quick"), set_in("seeds.verdicts.more-pairs", SHOWS))
TH = '<table class="book-results"><tr>' + '<th scope="col">a</th>' * 8 + "</tr></table>"
BAD_2: list[tuple[str, str | None, str, Change]] = [
    ("metadata", None, "form is 3, expected 2", set_in("form", 3)),
    ("metadata", None, "form is '2', expected 2", set_in("form", "2")),
    ("metadata", None, "no 'core'", set_in("core", None)),
    ("metadata", None, "breaks with piece", set_in("core", [])),
    ("metadata", None, "how (zeroed, ", break_with(how="bent")),
    ("metadata", None, "breaks with piece", break_with(find=[])),
    ("metadata", None, "piece -> one sentence", set_in("no_difference", {"squares": ""})),
    ("metadata", None, "related", set_in("related", [])),
    ("metadata", None, "symbols with their meanings", set_in("symbols", [{"symbol": "x"}])),
    ("metadata", None, "changes with date and what", set_in("changes", ["Begun."])),
    ("metadata", None, "words of the list in vocabulary.json", set_in("tasks", ["line fitting"])),
    ("metadata", None, "words of the list in vocabulary.json", set_in("techniques", [["attention"]])),
    ("metadata", None, "what make mutate writes", set_in("matrix.proof", None)),
    ("metadata", None, "what make mutants writes", set_in("mutants.noticed", None)),
    ("folded", "config", "is not tagged hide-input", cell_metadata("config", tags=[])),
    ("folded", "show", "only draws and is not tagged hide-input", cell_metadata("show", tags=[])),
    ("folded", "method", "is tagged hide-cell", cell_metadata("method", tags=["hide-cell"])),
    ("folded", "solution-1", "is tagged remove-cell", cell_metadata("solution-1", tags=["hide-cell", "remove-cell"])),
    ("lengths", None, "visible lines of code, expected at most 500", append("solve", "# so\n" * 490)),
    ("lengths", None, "words, expected at most 2500", append("idea", "word " * 2500)),
    ("lengths", None, "13 figures, expected at most 12", add_figures(11)),
    ("narrow_tables", "solve", "7 columns, expected at most 6", output("solve", shown("text/html", TH))),
    ("short_logs", "solve", "4 lines for 1 trainings", output("solve", printed("step 1\nstep 2\nstep 3"))),
    ("result_picture", None, "metadata.book.result is 'fig-none'", set_in("result", "fig-none")),
    ("related", None, "'no_method' is not another method", set_in("related", ["robust_loss", "no_method"])),
    ("config_keywords", "config", "has values without names", edit("config", "Config(n=20, ", "Config(20, ")),
    ("streams", "solve", "no literal name", edit("solve", '"pairs"', "str(cfg.m)")),
    ("streams", "solve", "no literal name", edit("solve", '"pairs"', "")),
    ("streams", "solve", "'points' is made in two places", edit("solve", '"pairs"', '"points"')),
    ("streams", "fig-liars", "uses run.generator", edit("fig-liars", 'run.stream("points")', "run.generator")),
    ("streams", "solve", "uses run.rng", append("solve", "noise = run.rng.random()")),
    ("streams", None, "no loop runs over run.steps", edit("solve", "run.steps(3, ", "run.progress(3, ")),
    ("size", None, "expected at most 1000 kB", output("play", shown("text/html", "x" * 1_000_000))),
    ("seconds", None, "31 s at quick, expected at most 30 s", set_in("seconds.quick", 31.0)),
    ("seconds", None, "241 s at book, expected at most 240 s", set_in("seconds.book", 241)),
    ("controlled", "core", "no controls", edit("core", ", controls=", ", untold=")),
    ("controlled", "breakdown", "no controls", edit("breakdown", ", controls=", ", untold=")),
    ("controlled", "more", "has paper=", edit("more", "at=", 'paper="Table 1", at=')),
    ("verdicts", None, "'satellites' has 2 verdicts", add_verdict("satellites")),
    (
        "verdicts",
        None,
        "'breaks-past-half' has 2 verdicts",
        add_verdict("breaks-past-half"),
    ),
    ("verdicts", None, "'exact-fit' has 0 verdicts", both(drop("exact-fit"), drop("mechanism"))),
    ("verdicts", "exact-fit", "judges 'exactly'", rename("exact-fit", "exact-fit", "exactly")),
    ("verdicts", "core", "judges None", edit("core", 'of="ten-times-nearer"', "of=str(cfg)")),
    ("verdicts", "satellites", "leaves statement 4 untried", edit("satellites", "not_testable", "not_tried")),
    ("claim_cells", "satellites", "lacks the tag", cell_metadata("satellites", tags=[])),
    (
        "claim_cells",
        "satellites",
        "under 'Results'",
        MISPLACED,
    ),
    ("quoted", "exact-fit", "does not quote the statement", edit("quote-exact-fit", "exactly", "nearly")),
    ("quoted", "more-pairs", "does not quote the statement", drop("quote-more-pairs")),
    ("recorded", "core", "does not hold", record("core", controls={"blind": {"value": 9.0, "met": True}})),
    ("recorded", "satellites", "not the record of this verdict", record("satellites", of="exact-fit")),
    ("recorded", "satellites", "not the record of this verdict", output("satellites", printed("by the way"))),
    ("recorded", "more-pairs", "called not reproduced and shows at book", record("more-pairs", met=True)),
    ("no_files", "solve", "uses tempfile.mkdtemp", append("solve", "import tempfile\nfolder = tempfile.mkdtemp()")),
    ("seeds", None, "for the seeds [0, 1, 2, 3, 4], expected [0, 1,", set_in("seeds.seeds", [0, 1, 2, 3, 4])),
    ("seeds", None, "expected a fresh make seeds", set_in("seeds.proof", "0123456789abcdef")),
    ("seeds", "breakdown", "does not have this claim", set_in(f"seeds.claims.{BREAKDOWN}", None)),
    ("seeds", "core", "the seeds [1]", set_in(f"seeds.claims.{CORE}.held", [True, False, *[True] * 8])),
    ("seeds", "core", "another bound than when its seeds", set_in(f"seeds.claims.{CORE}.bound", 9.0)),
    ("seeds", "more", "another bound than when its seeds", record("more", at="quick")),
    ("seeds", "more-pairs", "does not have this verdict", set_in("seeds.verdicts.more-pairs", None)),
    ("seeds", "more-pairs", "another bound than when its seeds", record("more-pairs", bound=2.0)),
    ("seeds", None, "the bound lies 2.2 deviations", set_in(f"seeds.claims.{CORE}.values", [9.0, 9.0, *[2.0] * 8])),
    ("seeds", None, "the bound lies 0.0 deviations", set_in(f"seeds.claims.{CORE}.values", ["nan", *NOTHING[1:]])),
    ("seeds", None, "the control blind lies", set_in(f"seeds.claims.{CORE}.controls.blind", [8.0, *[99.0] * 9])),
    ("seeds", None, "the control blind lies -inf", set_in(f"seeds.claims.{CORE}.controls.blind", NOTHING)),
    ("seeds", None, "the control blind lies -0.0", set_in(f"seeds.claims.{CORE}.controls.blind", ["nan"] * 10)),
    (
        "seeds",
        None,
        "'more-pairs' is called not reproduced and holds",
        NULL_THAT_SHOWS,
    ),
    ("matrix", None, "finds 1 texts and replaces 2", break_with(replace=["a", "b"])),
    ("matrix", None, "occurs 0 times", break_with(find=".mode(")),
    ("matrix", None, "occurs 2 times", break_with(find=["residuals(theta"])),
    ("matrix", None, "by itself", break_with(replace=".median(dim=1).values")),
    ("matrix", None, "nobody saw what turns red without 'the median'", unsaid),
    ("matrix", None, "no claim turned red without 'the median'", break_with(red=["check: solve"])),
    ("matrix", None, "no claim turned red without 'the median'", break_with(red=[])),
    ("matrix", None, "a claim turned red without 'the median'", set_in("no_difference.the median", "None.")),
    ("matrix", None, "no_difference names 'lines'", set_in("no_difference.lines", "None.")),
    ("matrix", None, "which the chapter does not make", break_with(red=["claim: it holds"])),
    ("matrix", None, "expected a fresh make mutate", set_in("matrix.proof", "0123456789abcdef")),
    ("matrix", None, "nothing turned red when the training loops", set_in("matrix.steps", [])),
    ("mutants", None, "19 random edits of seed 0, expected 20 of seed 0", set_in("mutants.noticed", 15)),
    ("mutants", None, "20 random edits of seed 1, expected 20 of seed 0", set_in("mutants.seed", 1)),
    ("mutants", None, "14 of 20 random edits", both(set_in("mutants.noticed", 14), set_in("mutants.unnoticed", 6))),
    ("mutants", None, "expected a fresh make mutants", set_in("mutants.proof", "0123456789abcdef")),
]
UNSEALED = ("fresh", "executed", "seeds", "matrix", "mutants")  # what these rules look at, sealing would mend


@pytest.fixture(autouse=True)
def _statements(statement_folder: Path) -> None:
    """The papers of the miniature chapters have statements of their own; see :func:`tests.notebook_factory.put`."""


def test_the_good_notebook_keeps_the_contract(tmp_path: Path) -> None:
    paths = put(good_notebook_2(), tmp_path)
    assert breaches(*paths) == []
    assert remarks(*paths) == []


def test_the_good_notebook_of_form_1_keeps_the_contract(tmp_path: Path) -> None:
    paths = put(good_notebook(), tmp_path)
    assert breaches(*paths) == []
    assert remarks(*paths) == []
    assert too_heavy(paths[:1]) is None


def check_breaks(notebook: NotebookNode, rule: str, where: str | None, says: str, folder: Path) -> None:
    """The notebook breaks this rule and no other, at this cell, in these words."""
    found = breaches(*put(notebook, folder))
    assert {breach.rule for breach in found} == {rule}, "\n".join(map(str, found))
    lines = [str(breach) for breach in found if (breach.cell and breach.cell[1]) == where]
    assert any(says in line for line in lines), "\n".join(map(str, found))
    assert all(line.startswith(f"{SLUG}.ipynb" + (", cell " if where else ": ")) for line in lines)


@pytest.mark.parametrize(("rule", "where", "says", "change"), BAD, ids=[f"{bad[0]}: {bad[2]}" for bad in BAD])
def test_a_bad_notebook_of_form_1_breaks_its_rule(
    rule: str, where: str | None, says: str, change: Change, tmp_path: Path
) -> None:
    notebook = good_notebook()
    change(notebook)
    if rule not in UNSEALED:
        seal(notebook)
    check_breaks(notebook, rule, where, says, tmp_path)


@pytest.mark.parametrize(("rule", "where", "says", "change"), BAD_2, ids=[f"{bad[0]}: {bad[2]}" for bad in BAD_2])
def test_a_bad_notebook_breaks_its_rule(
    rule: str, where: str | None, says: str, change: Change, tmp_path: Path
) -> None:
    notebook = good_notebook_2()
    change(notebook)
    if rule not in UNSEALED and "proof" in notebook.metadata.book.matrix:
        seal(notebook)
    check_breaks(notebook, rule, where, says, tmp_path)


def test_a_computed_statement_of_a_claim_is_told(tmp_path: Path) -> None:
    notebook = good_notebook_2()
    edit("breakdown", f'"{BREAKDOWN}"', "str(error)")(notebook)
    found = map(str, breaches(*put(notebook, tmp_path)))
    assert any("(breakdown): the claim's statement is computed, expected a literal text" in line for line in found)


def test_a_chapter_without_statements_is_told(tmp_path: Path) -> None:
    paths = put(good_notebook_2(), tmp_path)
    (tmp_path / f"{SLUG}.json").unlink()
    found = [str(breach) for breach in breaches(*paths)]
    assert f"there is no book/statements/{SLUG}.json, expected what the paper stands on" in found[0]
    assert len(found) == 1 + len(STATEMENTS)


def test_own_data_at_paper_scale_may_lie_in_a_folder(tmp_path: Path) -> None:
    notebook = good_notebook_2()
    source = "import tempfile\nfrom pathlib import Path\nfolder = Path(tempfile.mkdtemp())\nopen(folder / 'a.txt', 'w')"
    insert("paper", code("own-data", source), text("exercising", "Now you."))(notebook)
    cell(notebook, "exercising").source, cell(notebook, "paper").source = (
        cell(notebook, "paper").source[cell(notebook, "paper").source.index("## Exercises") :],
        "## At paper scale",
    )
    seal(notebook)
    assert breaches(*put(notebook, tmp_path)) == []


@pytest.mark.parametrize("content", ["<<<<<<< HEAD", '{"worksheets": [], "nbformat": 3}'])
def test_a_file_that_is_no_notebook(content: str, tmp_path: Path) -> None:
    path, bibliography = put(good_notebook(), tmp_path)
    path.write_text(content, encoding="utf-8")
    assert "is no notebook of format 4" in str(breaches(path, bibliography)[0])


def test_every_rule_has_a_bad_notebook() -> None:
    common = {rule.__name__ for rule in FOUNDATIONS + COMMON}
    assert {rule for rule, *_ in BAD} == common | {rule.__name__ for rule in FORM_1}
    own = {rule.__name__ for rule in FORM_2}
    assert own <= {rule for rule, *_ in BAD_2} <= own | common


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
    path.write_bytes(bytes(550_001))
    assert "median notebook weighs 550 kB" in (too_heavy([path] * 3) or "")
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
