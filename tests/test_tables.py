"""results_table: what it shows, and what it says to bad input."""

from __future__ import annotations

import re

import pytest

from helpers import Run, results_table

ROWS = {"ours": {"error": 1.5, "steps": 1200}, "baseline": {"error": (2.0, 0.25), "steps": None}}


def test_table_shows_both_columns_and_marks_the_best(run: Run) -> None:
    table = results_table(
        ROWS,
        paper={"ours": {"error": 1.0}, "older": {"error": 3}},
        better={"error": "lower"},
        decimals=2,
        caption="Errors.",
    )
    page = table._repr_html_()
    assert "<caption>Errors.</caption>" in page
    assert '<th scope="col">error (paper)</th>' in page
    assert "<strong>1.50</strong>" in page
    assert "2.00 ± 0.25" in page
    assert "book only" in page
    assert "1,200" in page
    assert '<th scope="row">older</th><td>–</td><td>3</td><td>–</td>' in page
    assert repr(table).splitlines()[0].split() == ["error", "error", "(paper)", "steps"]


def test_the_papers_column_stands_beside_ours(run: Run) -> None:
    table = results_table(
        {"ours": {"a": 1, "b": 2, "c": 3}},
        paper={"ours": {"c": 30, "d": 40}, "older": {"a": 10}},
        better={"c": "lower"},
        caption="x",
    )
    page = table._repr_html_()
    heads = re.findall(r"<th scope=.col.>([^<]*)</th>", page)
    assert heads == ["", "a", "a (paper)", "b", "c", "c (paper)", "d (paper)"]
    first, second = re.findall("<tr><th scope=.row.>[^<]*</th>(.*?)</tr>", page)
    assert re.findall("<td>(.*?)</td>", first) == ["1", "–", "2", "<strong>3</strong>", "30", "40"]
    assert re.findall("<td>(.*?)</td>", second) == ["–", "10", "–", "–", "–", "–"]


def test_names_are_escaped_and_minus_is_a_minus(run: Run) -> None:
    page = results_table({"<b>": {"a": -1.0}}, caption="x")._repr_html_()
    assert "&lt;b&gt;" in page
    assert "\N{MINUS SIGN}1.000" in page


def test_the_unknown_spread_of_a_single_run_is_not_shown(run: Run) -> None:
    page = results_table({"a": {"x": (0.5, float("nan"))}}, caption="x")._repr_html_()
    assert "<td>0.500</td>" in page


def test_higher_is_better_and_nan_never_wins(run: Run) -> None:
    rows = {"a": {"x": float("nan")}, "b": {"x": 1.0}, "c": {"x": 2.0}}
    assert "<strong>2.000</strong>" in results_table(rows, better={"x": "higher"}, caption="x")._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rows": {}}, "rows must hold at least one method"),
        ({"rows": {"a": {}}}, "rows must hold at least one method"),
        ({"rows": {"a": {"x": 1}, "b": {"y": 1}}}, "rows must all have the columns"),
        ({"rows": {"a": {"x": [1, 2, 3]}}}, r"rows\['a'\]\['x'\] must be one number"),
        ({"rows": {"a": {"x": (1, 2, 3)}}}, r"rows\['a'\]\['x'\] must be a number, a pair"),
        ({"better": {"speed": "higher"}}, "better must map one of"),
        ({"better": {"error": "big"}}, "better must map one of"),
        ({"caption": ""}, "caption must say"),
        ({"decimals": -1}, "decimals must be a whole number"),
    ],
)
def test_table_rejects(run: Run, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        results_table(**{"rows": ROWS, "caption": "Errors."} | arguments)
