"""What proves a chapter: seeds, break matrix, random edits and cells twice, on a small one with known survivors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests import inline
from tests.small_chapter import (
    HALVED,
    STATEMENT,
    SURVIVOR,
    TRAINED,
    write_small_chapter,
    write_small_chapter_2,
)
from tools import breaks, chapters, check, jobs, mutants, mutate, seeds, twice
from tools.breaks import Outcome, run_broken, substituted
from tools.chapters import read
from tools.edits import applied, edits
from tools.execute import execute
from tools.hashes import proof_hash
from tools.seeds import distance, reproduced_after_all, too_near


@pytest.fixture
def folder(statement_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The chapters of this book; its commands run in this process, without kernels."""
    monkeypatch.setattr(chapters, "NOTEBOOKS", statement_folder)
    monkeypatch.setattr(jobs, "executor", inline.InlineExecutor)
    for module in (breaks, seeds, twice):
        monkeypatch.setattr(module, "execute", inline.execute)
    return statement_folder


def command(module: object, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["command", *arguments])
    module.main()


# Seeds.


@pytest.mark.parametrize(
    ("values", "op", "bound", "expected"),
    [
        ([1.0, 2.0, 3.0], ">=", -1.0, 3.0),
        ([1.0, 2.0, 3.0], ">", 4.0, -2.0),
        ([1.0, 2.0, 3.0], "<", 5.0, 3.0),
        ([1.0, 2.0, 3.0], "<=", 2.0, 0.0),
        ([2.0, 2.0], ">=", 1.0, math.inf),
        ([2.0, 2.0], ">=", 2.0, math.inf),
        ([2.0, 2.0], ">", 2.0, -math.inf),
        ([-0.0, 0.0], ">=", 0.0, math.inf),
        ([2.0, 2.0], "<", 1.0, -math.inf),
        ([2.0], "<=", 3.0, math.inf),
        ([2.0, 2.0], "==", 2.0, math.inf),
        ([2.0, 3.0], "==", 2.0, 0.0),
        ([3.0, 4.0], "==", 2.0, -math.inf),
        (["inf", "inf"], "<=", 2.0, -math.inf),
        (["inf", 1.0], "<=", 2.0, 0.0),
        (["nan", 1.0], "<=", 2.0, 0.0),
        (["nan", "nan"], "==", 2.0, 0.0),
    ],
)
def test_distance_in_deviations(values: list, op: str, bound: float, expected: float) -> None:
    assert distance(values, op, bound) == pytest.approx(expected)


def a_row(values: list, at: str = "quick", **controls: list) -> dict:
    return {"op": ">=", "bound": 0.0, "at": at, "values": values, "held": [True] * 3, "controls": controls}


def test_too_near_names_claims_and_controls() -> None:
    table = {
        "claims": {
            "clear": a_row([3.0, 4.0, 5.0], blind=[-4.0, -5.0, -6.0]),
            "near": a_row([1.0, 2.0, 3.0], blind=[-4.0, -5.0, -6.0]),
            "of book only": a_row([1.0, 2.0, 3.0], at="book", blind=[1.0, 1.0, 1.0]),
            "hardly controlled": a_row([3.0, 4.0, 5.0], blind=[-1.0, -2.0, -3.0], rival=[1.0, 1.0, 1.0]),
            "never controlled": a_row([3.0, 4.0, 5.0], untrained=["nan", "nan", "nan"]),
        }
    }
    assert too_near(table) == [
        "the bound lies 2.0 deviations from the mean of 'near'",
        "the control blind lies 2.0 deviations on the failing side of 'hardly controlled'",
        "the control rival lies -inf deviations on the failing side of 'hardly controlled'",
        "the control untrained lies -0.0 deviations on the failing side of 'never controlled'",
    ]


@pytest.mark.parametrize(
    ("at", "values", "found"),
    [("quick", [3.0, 4.0, 5.0], ["x"]), ("quick", [1.0, 2.0, 3.0], []), ("book", [3.0, 4.0, 5.0], [])],
)
def test_a_null_that_shows_on_all_seeds_is_named(at: str, values: list, found: list[str]) -> None:
    assert reproduced_after_all({"verdicts": {"x": {"op": ">=", "bound": 0.0, "at": at, "values": values}}}) == found


def test_seeds_are_stored(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_small_chapter_2(folder)
    command(seeds, monkeypatch, "small")
    stored = read(path).metadata.book.seeds
    assert stored.seeds == list(range(10))
    assert stored.proof == proof_hash(read(path))
    halved, trained = stored.claims[HALVED], stored.claims[TRAINED]
    assert len(set(halved["values"])) == 10
    assert halved["values"] == pytest.approx([2.0] * 10, abs=0.01)
    assert (halved.op, halved.bound, halved.at, halved.controls) == ("<=", 2.1, "quick", {})
    assert (trained["values"], trained.held) == ([1.0] * 10, [True] * 10)
    assert trained.controls == {"untrained": [0.0] * 10, "blind": [0.1] * 10}
    null = {"op": ">", "bound": 1.5, "at": "quick", "values": [1.0] * 10, "met": [False] * 10}
    assert stored.verdicts == {"thirds": null}
    said = capsys.readouterr().out
    assert f"inf deviations)  {TRAINED}" in said
    assert "not reproduced: thirds: 1  1" in said


def test_seeds_of_form_1_are_five(folder: Path) -> None:
    path = write_small_chapter(folder)
    seeds.seeds("small")
    stored = read(path).metadata.book.seeds
    assert stored.seeds == [0, 1, 2, 3, 4]
    assert stored.claims[STATEMENT]["values"] == [2.0] * 5


@pytest.mark.parametrize(
    ("replace", "says", "ends"),
    [
        (
            ('"<=", 2.1', '"<=", 1.9'),
            f"FAILED   2.001 ± .*{HALVED}",
            "small: 1 claims do not hold on every seed, 1",
        ),
        (('"<=", 2.1', '"<=", 2.0025'), "TOO NEAR the bound lies", "0 claims .*, 1 bounds are too near"),
        (('"blind": 0.1', '"blind": 0.95'), "TOO NEAR the control blind lies -inf", "1 bounds are too near"),
        (('">", 1.5', '">", 0.5'), "TOO NEAR 'thirds' is called not reproduced and holds on all", "1 bounds are"),
    ],
)
def test_seeds_tell_what_fails_or_lies_too_near(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    replace: tuple[str, str],
    says: str,
    ends: str,
) -> None:
    path = write_small_chapter_2(folder, replace)
    with pytest.raises(SystemExit, match=ends):
        command(seeds, monkeypatch, "small")
    assert re.search(says, capsys.readouterr().out)
    assert len(read(path).metadata.book.seeds.claims) == 2


def test_seeds_say_all_that_went_wrong(folder: Path) -> None:
    path = write_small_chapter_2(folder, ("arrived, noise = train(0)", "arrived, noise = 1 / 0, 0"))
    before = path.read_bytes()
    wrong = "ZeroDivisionError: division by zero at `arrived, noise = 1 / 0, 0`; "
    with pytest.raises(SystemExit, match=f"small, seed 0: {wrong}seed 1: {wrong}.*; nothing was written"):
        seeds.seeds("small")
    assert path.read_bytes() == before


# Breaks.


def test_substitution_takes_texts_that_stand_once(folder: Path) -> None:
    notebook = read(write_small_chapter_2(folder))
    broken = substituted(notebook, ["w + 0.25", ") / 2"], ["w", ") / 3"])
    assert [cell.id for cell in notebook.cells if cell not in broken.cells] == ["half", "train"]
    with pytest.raises(ValueError, match="the text to find, 'w - 1', stands 0 times in the code, expected once"):
        substituted(notebook, "w - 1", "w")
    with pytest.raises(ValueError, match="the text to find, 'return', stands 4 times in the code, expected once"):
        substituted(notebook, ["w + 0.25", "return"], ["w", ""])
    with pytest.raises(ValueError, match="a break finds 2 texts and replaces 1, expected as many"):
        substituted(notebook, ["w + 0.25", ") / 2"], ["w"])


@pytest.mark.parametrize(
    ("find", "replace", "claims_only", "red", "accident"),
    [
        ("", "", True, (), ""),
        (") / 2", ")", True, (f"claim: {HALVED}",), ""),
        ("w + 0.25", "w", True, (f"claim: {TRAINED}",), ""),
        ("n = n - 1", "return 5", True, ("check: check",), ""),
        ("n = n - 1", "return 5", False, ("check: check",), ""),
        ("1 - 1", "1", True, (), "IndexError: list index out of range"),
        ("[0]\n", "[9]\n", True, (), "IndexError: "),
        ('"blind": 0.1', '"blind": 1.1', True, (f"claim: {TRAINED}",), ""),
        ('"<=", 2.1', '"=<", 2.1', True, (), "ValueError: op must be one of"),
        ('">", 1.5', '">", 0.5', True, (), ""),
    ],
)
def test_what_turns_red_and_what_is_an_accident(
    folder: Path, find: str, replace: str, claims_only: bool, red: tuple, accident: str
) -> None:
    notebook = read(write_small_chapter_2(folder, ("0.001 * noise[0]", "0.001 * noise[0]\n")))
    done = run_broken(substituted(notebook, find, replace) if find else notebook, claims_only=claims_only)
    assert done.red == red
    assert done.accident.startswith(accident)
    assert bool(done.accident) == bool(accident)


def test_a_check_that_is_red_first_is_no_accident_and_no_claim(folder: Path) -> None:
    notebook = read(write_small_chapter_2(folder, ("assert first([7]) == 7", "assert first([7]) == 8; late = 1")))
    notebook.cells.insert(-5, new_code_cell("late"))
    done = run_broken(notebook, claims_only=True)
    assert (done.red, done.accident) == (("check: check",), "")


def test_a_red_erratum_has_its_name(folder: Path) -> None:
    sources = ['from helpers import erratum, start\nrun = start("small")', 'erratum("Eq. (1)", 1.0, 1.0, 1.0, tol=0.1)']
    done = run_broken(new_notebook(cells=list(map(new_code_cell, sources))), claims_only=False)
    assert (done.red, done.accident) == (("erratum: Eq. (1)",), "")


def test_what_fails_in_the_exercises_is_the_readers(folder: Path) -> None:
    done = run_broken(read(write_small_chapter_2(folder, ("answer = ", "answer = 1 / 0 + "))), claims_only=True)
    assert (done.red, done.accident) == ((), "")


def test_a_named_claim_is_awaited_behind_others_that_turn_red(folder: Path) -> None:
    notebook = substituted(read(write_small_chapter_2(folder)), [") / 2", "w + 0.25"], [")", "w"])
    first = run_broken(notebook, claims_only=True)
    assert len(first.red) == 1
    (other,) = {HALVED, TRAINED} - set(first.claims)
    assert set(run_broken(notebook, claims_only=True, claim=other).claims) == {HALVED, TRAINED}


def test_training_cut_to_one_step_turns_red(folder: Path) -> None:
    assert run_broken(read(write_small_chapter_2(folder)), claims_only=True, steps=1).red == (f"claim: {TRAINED}",)


def test_the_matrix_is_written_beside_the_breaks(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_small_chapter_2(folder)
    command(mutate, monkeypatch, "small")
    book = read(path).metadata.book
    assert [each.red for each in book.core] == [[f"claim: {HALVED}"], [], [f"claim: {TRAINED}"]]
    assert book.matrix == {"proof": proof_hash(read(path)), "steps": [f"claim: {TRAINED}"]}
    assert "4 broken copies of 1 chapters turned red as they must." in capsys.readouterr().out


HALVING = {"piece": "halving", "find": ") / 2", "replace": ")", "how": "identity"}


@pytest.mark.parametrize(
    ("code", "book", "says"),
    [
        ((), {"no_difference": {}}, "no claim turned red without 'relu', and metadata.book.no_difference does not"),
        (
            (),
            {"core": [HALVING], "no_difference": {"halving": "None."}},
            "names 'halving', without which a claim",
        ),
        (
            (),
            {"core": [HALVING | {"find": "/ 3"}]},
            "an accident, which proves nothing: the text to find, '/ 3'",
        ),
        ((), {"core": [HALVING | {"replace": "+ y)"}]}, "an accident, which proves nothing: NameError"),
        (
            (),
            {"core": [HALVING | {"find": "n = n - 1", "replace": "return 5"}]},
            "no claim turned red without",
        ),
        (
            ("run.steps(4, ", "run.progress(4, "),
            {},
            "training cut to one step: nothing turned red",
        ),
    ],
)
def test_what_the_matrix_does_not_prove(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    code: tuple,
    book: dict,
    says: str,
) -> None:
    write_small_chapter_2(folder, *([code] if code else []), **book)
    with pytest.raises(SystemExit, match="things are not proved by"):
        command(mutate, monkeypatch, "small")
    assert says in capsys.readouterr().out


def test_a_break_that_hangs_is_an_accident(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutate, "HANGS", 0.3)
    path = write_small_chapter_2(folder, core=[HALVING | {"find": "n = n - 1", "replace": "n = n + 1"}])
    each, _ = mutate.breaks(path, read(path))
    done = mutate.outcome((each, read(path)))
    assert mutate.complaint(each, done) == "an accident, which proves nothing: it took more than 0 s"


def test_a_break_that_lacks_a_part_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_small_chapter_2(folder, core=[HALVING, {"piece": "relu", "find": "torch.relu(x)"}])
    with pytest.raises(SystemExit):
        command(mutate, monkeypatch, "small")
    assert capsys.readouterr().err == "small: break 2 of metadata.book.core has no replace\n"


@pytest.mark.parametrize(
    ("replace", "why"),
    [("x", ""), ("2 * x", f"the claim '{STATEMENT}' stayed green"), ("undefined * x", "proves nothing: NameError")],
)
def test_breaks_of_form_1(folder: Path, replace: str, why: str) -> None:
    path = write_small_chapter(folder)
    notebook = read(path)
    notebook.metadata.book.breaks[0].replace = replace
    (each,) = mutate.breaks(path, notebook)
    complaint = mutate.complaint(each, mutate.outcome((each, notebook)))
    assert why in complaint
    assert bool(why) == bool(complaint)


# Random edits.


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("a + b", ["(a)", "(b)", "((a) - (b))"]),
        ("a @ b", ["(a)", "(b)"]),
        ("a ** 2", ["(a)"]),
        ("a // b", ["(a)"]),
        ("-a", ["(a)"]),
        ("a.sum(-1)", []),
        ("a <= b", ["(a >= b)"]),
        ("a == b", ["(a != b)"]),
        ("a < b < c", []),
        ("x.detach()", ["(x)"]),
        ("F.relu(x)", ["(x)"]),
        ("torch.nn.functional.relu(x, inplace=True)", ["(x)"]),
        ("math.exp(x)", ["(x)"]),
        ("torch.rand(3).exp()", ["(torch.rand(3))"]),
        ("torch.exp()", []),
        ("torch.log(x)", ["(x)"]),
        ("bar.log(loss=x)", []),
        ("x.clamp(min=0)", ["(x)"]),
        ("nn.ReLU()", ["nn.Identity()"]),
        ('f"{a + b}"', []),
        ("é + ß", ["(é)", "(ß)", "((é) - (ß))"]),
    ],
)
def test_what_stands_in_the_place_of_an_expression(line: str, others: list[str]) -> None:
    source = f'def f(a, b=1 + 2):\n    """Adds c + d."""\n    assert c + d\n    s: int = 1\n    return "ü", {line}'
    notebook = new_notebook(cells=[nbformat.v4.new_markdown_cell("## The method"), new_code_cell(source)])
    found = edits(notebook)
    assert [each.now for each in found] == others
    for each in found:
        changed = nbformat.from_dict(notebook)
        applied(changed, each)
        assert changed.cells[1].source == source.replace(line, each.now)
        notebook.cells[1].source = source


FATES = {
    "torch.relu(x) / 2 -> (torch.relu(x))": "noticed",
    SURVIVOR: "unnoticed",
    "1 - 1 -> (1)": "crashed",
    "1 - 1 -> ((1) + (1))": "crashed",
    "n > 0 -> (n < 0)": "noticed",
    "n - 1 -> (n)": "crashed",
    "n - 1 -> (1)": "crashed",
    "n - 1 -> ((n) + (1))": "crashed",
    "w + 0.25 -> (w)": "noticed",
    "w + 0.25 -> (0.25)": "crashed",
    "w + 0.25 -> ((w) - (0.25))": "noticed",
}


def test_edits_are_of_the_method_and_the_training_alone(folder: Path) -> None:
    assert [each.words for each in edits(read(write_small_chapter_2(folder)))] == list(FATES)


def test_random_edits_have_their_fates(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    notebook = read(write_small_chapter_2(folder))
    tried = mutants.mutants("small", notebook, count=99, seed=0)
    assert {each.edit.words: each.fate for each in tried} == FATES
    assert sum(each.outcome.accident.startswith("it took more than") for each in tried) == 3
    again = mutants.mutants("small", notebook, count=2, seed=0)
    assert [each.edit for each in again] == [each.edit for each in tried[: len(again)]]
    assert [each.fate != "crashed" for each in again].count(True) == 2
    assert again[-1].fate != "crashed"
    assert [each.edit for each in mutants.mutants("small", notebook, 2, seed=1)] != [each.edit for each in again]


def test_random_edits_are_stored_with_their_survivors(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    why = {SURVIVOR: "no residual is negative", "w + 0.25 -> (w)": "of an edit that is gone"}
    path = write_small_chapter_2(folder, mutants={"equivalent": why})
    command(mutants, monkeypatch, "small")
    stored = read(path).metadata.book.mutants
    assert (stored.noticed, stored.unnoticed, stored.crashed, stored.seed) == (4, 1, 6, 0)
    assert stored.proof == proof_hash(read(path))
    line = "return torch.relu(x) / 2"
    assert stored.survivors == [{"cell": "half", "line": line, "was": "torch.relu(x)", "now": "(x)"}]
    assert stored.equivalent == {SURVIVOR: "no residual is negative"}
    assert "small: 4 of 5 edits were noticed, 6 more crashed." in capsys.readouterr().out


def test_another_count_or_seed_is_not_stored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    path = write_small_chapter_2(folder)
    before = path.read_bytes()
    command(mutants, monkeypatch, "small", "20", "7")
    assert path.read_bytes() == before


def test_too_many_survivors_fail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    write_small_chapter_2(folder, ("assert countdown(3) == 0\n", ""))
    with pytest.raises(SystemExit, match="Fewer than 75% were noticed: a check is missing"):
        command(mutants, monkeypatch, "small")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nothing"], "CHAPTER must be one of small, not 'nothing'"),
        (["small", "many"], "COUNT must be a whole number from 1 on, not 'many'"),
        (["small", "2.5"], "COUNT must be a whole number from 1 on, not '2.5'"),
        (["small", "20", ""], "SEED must be a whole number from 0 on, not ''"),
    ],
)
def test_wrong_arguments_of_mutants_are_named(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    write_small_chapter_2(folder)
    with pytest.raises(SystemExit):
        command(mutants, monkeypatch, *arguments)
    assert capsys.readouterr().err == f"{says}\n"


def test_a_chapter_that_fails_as_it_is_has_no_edits(folder: Path) -> None:
    notebook = read(write_small_chapter_2(folder, ('"<=", 2.1', '"<=", 1.1')))
    with pytest.raises(SystemExit, match=f"small fails as it is: claim: {HALVED}"):
        mutants.mutants("small", notebook, 2, 0)


# Interruptions, and edits in the meantime.

COMMANDS = [(seeds, "small (seeds)", 10), (mutate, "breaks", 4), (mutants, "small (random edits)", 11)]


@pytest.mark.parametrize(("module", "label", "count"), COMMANDS, ids=["seeds", "mutate", "mutants"])
def test_an_interruption_loses_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: object, label: str, count: int
) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    path = write_small_chapter_2(folder)
    before, asked = path.read_bytes(), []

    class Interrupted(inline.InlineExecutor):
        def submit(self, function: Callable, /, *args: object, **kwargs: object) -> inline.Later:
            def call() -> object:
                asked.append(args)
                if len(asked) == 3:
                    raise KeyboardInterrupt
                return function(*args, **kwargs)

            return inline.Later(call)

    monkeypatch.setattr(jobs, "executor", Interrupted)
    with pytest.raises(SystemExit) as ended:
        command(module, monkeypatch, "small")
    assert str(ended.value) == f"{label}: interrupted after 2 of {count} runs; nothing was written."
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("module", "label", "count"), COMMANDS, ids=["seeds", "mutate", "mutants"])
def test_an_edit_in_the_meantime_is_kept_and_nothing_stored(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    module: object,
    label: str,
    count: int,
) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    path = write_small_chapter_2(folder)
    edited: list[bytes] = []

    class Edited(inline.InlineExecutor):
        def submit(self, function: Callable, /, *args: object, **kwargs: object) -> inline.Later:
            def call() -> object:
                if not edited:
                    write_small_chapter_2(folder, ("w + 0.25", "w + 0.3"), core=[])
                    edited.append(path.read_bytes())
                return function(*args, **kwargs)

            return inline.Later(call)

    monkeypatch.setattr(jobs, "executor", Edited)
    with pytest.raises(SystemExit) as ended:
        command(module, monkeypatch, "small")
    assert "as the edit left it" in str(ended.value) + capsys.readouterr().out
    assert path.read_bytes() == edited[0]


def test_a_new_text_in_the_meantime_moves_no_edit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutants, "PATIENCE", 0.3)
    path = write_small_chapter_2(folder)

    class Edited(inline.InlineExecutor):
        def submit(self, function: Callable, /, *args: object, **kwargs: object) -> inline.Later:
            notebook = read(path)
            notebook.cells.insert(1, nbformat.v4.new_markdown_cell("One more word."))
            nbformat.write(notebook, path)
            return super().submit(function, *args, **kwargs)

    monkeypatch.setattr(jobs, "executor", Edited)
    command(mutants, monkeypatch, "small")
    stored = read(path)
    assert stored.cells[1].source == "One more word."
    assert [each.cell for each in stored.metadata.book.mutants.survivors] == ["half"]


def test_runs_are_processes_of_this_machine_in_the_order_of_the_items() -> None:
    assert list(jobs.run_all(math.sqrt, [9.0, 4.0, 1.0], "roots")) == [3.0, 2.0, 1.0]
    with pytest.raises(ValueError, match="math domain error"):
        list(jobs.run_all(math.sqrt, [4.0, -1.0, 9.0], "roots"))


# Cells twice.


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("", "", None),
        ('run.stream("noise", k)', "run.generator", "cell trained: error, noise changed when the cell ran again"),
        ("assert countdown(3) == 0", "torch.rand(())", None),
        ("assert countdown(3) == 0", "drawn = torch.rand(())", "cell check: drawn changed when the cell ran again"),
        (
            "assert countdown(3) == 0",
            "import tempfile\nwith tempfile.TemporaryDirectory() as at:\n    large = torch.empty(2, device='meta')",
            None,
        ),
        ("assert countdown(3) == 0", "print(run.rng.random())", "cell check: its output changed when it ran again"),
        ("assert countdown(3) == 0", "for never in ():\n    inside = 1\nkept = {1, 2}; del kept", None),
        ("assert countdown(3) == 0", "seen = {run.rng.random()}", "cell check: seen changed when the cell ran again"),
        ("w.item(), x", "(w / 0).no_item, x", "small fails at quick: AttributeError: "),
    ],
)
def test_cells_twice(folder: Path, old: str, new: str, says: str | None) -> None:
    path = write_small_chapter_2(folder, (old, new))
    found = twice.differences(path)
    assert len(found) == (says is not None)
    assert all(says in each for each in found)
    assert check.quick_run(path) == found


def test_cells_twice_as_a_command(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_small_chapter_2(folder)
    command(twice, monkeypatch, "small")
    write_small_chapter_2(folder, ('run.stream("noise", k)', "run.generator"))
    with pytest.raises(SystemExit, match="Not all cells give the same when they run twice"):
        command(twice, monkeypatch, "small")
    write_small_chapter(folder)
    command(twice, monkeypatch, "small")
    said = capsys.readouterr().out
    assert "All cells of 1 chapters give the same" in said
    assert "small, cell trained: error, noise changed" in said
    assert "All cells of 0 chapters give the same" in said


# In kernels.


def test_a_kernel_that_hangs_is_ended_and_one_that_dies_is_an_accident() -> None:
    hanging = new_notebook(cells=[new_code_cell("while True:\n    pass")])
    assert run_broken(hanging, claims_only=False, seconds=1) == Outcome((), "it took more than 1 s", 1)
    dying = new_notebook(cells=[new_code_cell("import os\nos._exit(1)")])
    assert run_broken(dying, claims_only=False) == Outcome((), "its kernel died", 0.0)


def test_a_kernel_stops_at_the_cell_that_decides() -> None:
    sources = ["import os\nprint(os.environ['BOOK_STEP_LIMIT'])", "assert False", "print('never')"]
    notebook = new_notebook(cells=list(map(new_code_cell, sources)))
    done = execute(notebook, scale="quick", steps=1, keep_going=True, decided=lambda cell: "assert" in cell.source)
    assert [len(cell.outputs) for cell in done.notebook.cells] == [1, 1, 0]
    assert done.notebook.cells[0].outputs[0].text == "1\n"
    assert math.isnan(done.cpu_seconds)
    assert all(not cell.outputs for cell in notebook.cells)
