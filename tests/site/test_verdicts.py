"""Chapters of form 2 on the site: verdicts, counts, header, scoreboard, statements; and chapters under revision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import small_form2 as small
from book_site import badges, claims, folds, gallery, header, partmap, parts, pictures, scoreboard, seeds, status, tally
from book_site.chapters import Chapter, Kind, Method, from_notebook
from book_site.statements import statements

METHOD = Method("one", "fitting", "One", "A Paper", "Ada One", "CVPR", "2019", "A line.")
OTHER = Method("other", "fitting", "Other", "Another Paper", "Cy Three", "ECCV", "2020", "A line.")
COUNTS = "1 of 5 statements reproduced, 1 not, 1 not testable, 1 not tried, 1 without a verdict; 1 mechanism claim held"


def chapter(*outputs: dict[str, object], **book: object) -> Chapter:
    return from_notebook(small.notebook(*outputs, **book), "notebooks/fitting/one", small.STATEMENTS)


def form1(slug: str = "old") -> Chapter:
    record = {"statement": "a", "value": 1, "op": ">", "bound": 0, "at": "quick", "core": True, "paper": "Table 1: 2"}
    book = {"slug": slug, "part": "fitting", "title": "Old: yes", "paper": small.PAPER}
    cell = small.code("claim()", metadata={"book_claim": record | {"asserted": True, "held": True} | small.RUN})
    return from_notebook({"metadata": {"book": book}, "cells": [cell]}, f"notebooks/fitting/{slug}", small.STATEMENTS)


def test_each_statement_has_its_verdict() -> None:
    judged = chapter()
    kinds = {name: verdict.kind for name, verdict in judged.on_statements.items()}
    assert kinds == {
        "first": Kind.REPRODUCED, "second": Kind.NOT_REPRODUCED, "third": Kind.NOT_TESTABLE, "fifth": Kind.NOT_TRIED
    }  # fmt: skip
    assert judged.on_statements["first"].statement == small.STATEMENTS[0]
    assert [verdict.anchor for verdict in judged.verdicts if not verdict.statement] == ["claim-5"]


def test_a_verdict_on_no_statement_is_named() -> None:
    with pytest.raises(ValueError, match=r"notebooks/fitting/one\.ipynb judges 'sixth', which is no statement"):
        chapter(small.verdict("sixth", "not tried"))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({}, Kind.MECHANISM), ({"of": "first"}, Kind.REPRODUCED), ({"held": False}, Kind.FAILED),
     ({"of": "first", "held": False, "asserted": False, "at": "gpu"}, Kind.OPEN)],
)  # fmt: skip
def test_kinds_of_claims(changes: dict[str, object], kind: Kind) -> None:
    [verdict] = chapter(small.claim(**changes)).verdicts
    assert verdict.kind is kind
    assert badges.WORDS[kind] in badges.badge(verdict)


def test_kinds_are_counted_apart() -> None:
    assert tally.sentence(tally.tally([chapter()])) == COUNTS
    assert tally.sentence(tally.tally([chapter(small.claim(held=False), small.claim())])).endswith(
        "0 of 5 statements reproduced, 5 without a verdict; 1 of 2 mechanism claims held"
    )


def test_a_chapter_under_revision_enters_no_count() -> None:
    assert tally.tally([form1(), chapter()]) == tally.tally([chapter()])
    assert tally.state(form1()) == badges.REVISION
    html = tally.figures([form1(), chapter()])
    assert "<strong>1</strong> of them under revision" in html
    assert "<strong>1 of 5</strong> statements reproduced" in html


def test_without_a_chapter_of_form_2_nothing_is_counted() -> None:
    assert "reproduced" not in tally.figures([form1()])
    html = scoreboard.page([form1()], "../")
    assert "<table" not in html
    assert html.count(badges.REVISION) == 1


def test_a_reproduced_statement_shows_everything() -> None:
    html = claims.verdict_html(chapter().on_statements["first"])
    assert 'id="verdict-first"' in html
    assert ">Reproduced<" in html
    assert ">Core<" in html
    assert small.REPRODUCED in html
    assert "&lt; 1" in html
    assert "3 trainings</dt><dd>0.7, 0.8, 0.9; standard error 0.0577" in html
    assert "Seeds 0 to 2 at quick" in html
    assert "mean 3.0 deviations clear of the bound" in html
    assert "Table 1: 1 against 2" in html
    assert "the rival" in html
    assert "untrained <strong>1.31</strong> (over seeds 1.2 to 1.4): fails, as it must" in html
    assert "blind <strong>0.5</strong>: meets the bound, which it must not" in html
    assert "rival: none, nothing can stand in its place" in html


def test_a_statement_that_is_not_reproduced_shows_numbers_and_reason() -> None:
    html = claims.verdict_html(chapter().on_statements["second"])
    assert ">Not reproduced<" in html
    assert "Why second is not reproduced." in html
    assert "Reproduced would be</dt><dd>&lt; 1" in html
    assert "mean 2.0 deviations short of the bound" in html


@pytest.mark.parametrize(("name", "words"), [("third", "Not testable here"), ("fifth", "Not tried")])
def test_statements_that_were_not_measured_show_a_reason(name: str, words: str) -> None:
    html = claims.verdict_html(chapter().on_statements[name])
    assert f">{words}<" in html
    assert f"Why {name} is" in html
    assert "Measured" not in html
    assert "Table 1: 1 against 2" in html


def test_values_that_are_equal_have_no_distance() -> None:
    mechanism = chapter().verdicts[-1]
    assert seeds.deviations(mechanism) is None
    assert seeds.summary(mechanism).endswith("</svg>")


def test_header_of_form_2() -> None:
    judged = chapter(
        related=["old", "other"],
        mutants={"noticed": 17, "unnoticed": 3, "crashed": 4},
        no_difference={"mask": "Its error is the same without it."},
    )
    html = header.chapter_header(judged, {"old": form1()}, {"other": OTHER}, "../../", picture='<img class="result">')
    assert '<img class="result">' in html
    assert COUNTS in html
    assert '<a href="#verdict-first">Core claim</a>: 0.8, must be &lt; 1. Seeds 0 to 2 at quick' in html
    assert "mean 3.0 deviations clear of the bound" in html
    assert "17 of 20 random edits" in html
    assert "<strong>mask</strong>: Its error is the same without it." in html
    assert '<a href="../../notebooks/fitting/old.html">Old</a>' in html
    assert '<a href="../../book/parts/fitting.html#method-other">Other</a> (still to come)' in html


def test_header_of_form_1_says_that_it_is_under_revision() -> None:
    html = header.chapter_header(form1(), {}, {}, "../../")
    assert badges.REVISION in html
    assert "its claims enter no count" in html
    assert "Core claim" not in html


def saved(folder: Path, *cells: dict[str, object], **book: object) -> Chapter:
    """A chapter whose notebook stands in the folder."""
    notebook = small.notebook(**book)
    notebook["cells"] += cells
    path = folder / "notebooks" / "fitting" / "one.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return chapter(**book)


def test_the_result_is_shown_in_the_header(tmp_path: Path) -> None:
    cells = [
        small.figure("fig-one-thumb", {"image/png": small.PIXEL}, "A pixel."),
        small.figure("fig-one-result", {"image/svg+xml": '<svg viewBox="0 0 460.8 345.6"></svg>'}, "A <drawing>."),
    ]
    drawn = saved(tmp_path, *cells, thumbnail="fig-one-thumb", result="fig-one-result")
    html = pictures.result(drawn, tmp_path, tmp_path / "_images", "../../")
    assert 'alt="A &lt;drawing&gt;." width="461" height="346" loading="eager"' in html
    [file] = (tmp_path / "_images").iterdir()
    assert f'src="../../_images/{file.name}"' in html
    assert file.suffix == ".svg"
    pixels = pictures.result(chapter(thumbnail="fig-one-thumb"), tmp_path, tmp_path / "_images", "")
    assert 'alt="A pixel." width="1" height="1"' in pixels
    assert pictures.result(chapter(result="fig-none"), tmp_path, tmp_path / "_images", "") == ""


def test_a_result_is_as_large_as_its_output_says() -> None:
    cell = small.figure("fig-one-thumb", {"image/png": small.PIXEL}, "A pixel.")
    cell["outputs"][0]["metadata"] = {"image/png": {"width": 30, "height": 20}}
    picture = pictures.of_cell(cell)
    assert picture is not None
    assert picture.size == (30, 20)


def test_scoreboard_has_a_row_for_each_verdict_of_form_2() -> None:
    html = scoreboard.page([form1(), chapter()], "../")
    assert html.count("<tr>") == 1 + len(small.OUTPUTS)
    assert '<a href="../notebooks/fitting/one.html#verdict-third">The sentence of third.</a>' in html
    assert f'<a href="../notebooks/fitting/one.html#verdict-first">{small.REPRODUCED}</a>' in html
    assert "3 of 3 pass" in html
    assert "3.0 deviations clear" in html
    assert html.count('<a href="../notebooks/fitting/old.html">Old</a>') == 1


def test_cards_and_maps_say_where_a_chapter_stands(tmp_path: Path) -> None:
    judged = saved(tmp_path)
    assert COUNTS in gallery.card(judged, tmp_path, tmp_path / "_images", "../")
    box = partmap.Box(0.0, 0.0, 150.0, 0)
    assert ">1 of 5 reproduced<" in partmap.node(METHOD, box, {"one": judged}, "../")
    assert ">under revision<" in partmap.node(METHOD, box, {"one": form1("one")}, "../")
    assert "still to come" in partmap.node(METHOD, box, {}, "../")


def test_statements_of_a_part() -> None:
    html = parts.method_statements(METHOD, small.STATEMENTS, chapter(), "../")
    assert 'id="method-one"' in html
    assert html.count("<li>") == 5
    assert '<a href="../notebooks/fitting/one.html#verdict-second">' in html
    assert "error, lower is better; against the rival. Table 1: 1 against 2" in html
    coming = parts.method_statements(OTHER, small.STATEMENTS, None, "../")
    assert "5 statements, still to come" in coming
    assert "verdict" not in coming
    assert badges.REVISION in parts.method_statements(METHOD, small.STATEMENTS, form1("one"), "../")


def test_status_shows_form_and_noticed_edits() -> None:
    cells = dict(zip(status.COLUMNS, status.row(chapter(mutants={"noticed": 17, "unnoticed": 3}), ""), strict=True))
    assert cells["Form"].html == "2"
    assert cells["Edits noticed"].html == "17 of 20"
    assert cells["Seeds tried"].html == "0 to 2"
    old = dict(zip(status.COLUMNS, status.row(form1(), ""), strict=True))
    assert (old["Form"].html, old["Edits noticed"].html) == ("1", "–")


@pytest.mark.parametrize(
    ("cell", "words"),
    [(small.code("import torch\nrun = start()", tags=("hide-input",)), "Show the imports"),
     (small.code("@dataclass\nclass Config:\n    n: int\ncfg = 1", tags=("hide-input",)), "Show the code of Config"),
     (small.code("plot()", tags=("hide-input",), figure={"name": "fig-one"}), "Show the code of this figure"),
     (small.code("x = 1", tags=("hide-input",)), "Show the code"),
     (small.code("x = 1", tags=("hide-cell",)), "Show the solution")],
)  # fmt: skip
def test_folded_cells_say_what_opens(cell: dict[str, object], words: str) -> None:
    folds.set_prompts({"cells": [cell]})
    assert cell["metadata"]["mystnb"]["code_prompt_show"] == words


def test_statements_are_read_from_the_book(root: Path) -> None:
    told = statements(root, "robust_loss")
    assert told[0].id == "adaptive-vae-beats-fixed"
    assert statements(root, "no_such_method") == ()
