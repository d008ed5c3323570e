"""explore, its page without a kernel and its live panel; turntables; what they say to bad input."""

from __future__ import annotations

import html
import importlib
import json
import re

import ipywidgets
import pytest
from IPython.display import HTML
from matplotlib.figure import Figure

from helpers import Run, explore, figures
from helpers.draw import frames

# The package shows the function under this name; its module is needed to see what it displays.
explore_module = importlib.import_module("helpers.explore")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list:
    seen: list = []
    monkeypatch.setattr(explore_module, "display", seen.append)
    return seen


def draw(alpha: float = 1.0, beta: float = 1.0) -> Figure:
    figure, axes = figures.panels(size=(1, 1))
    axes.plot([0, 1], [0, alpha * beta])
    return figure


def page(shown: list) -> str:
    (output,) = shown
    assert isinstance(output, HTML)
    return output.data


def test_page_has_a_picture_per_state(run: Run, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    explore(draw, alpha=[0.0, 0.5, 1.0, 2.0], caption="Move <it>.", alt="A line")
    text = page(shown)
    assert text.count("<img") == text.count('loading="lazy"') == 4
    assert text.count(" hidden>") == 3
    assert 'alt="A line (alpha 0.5)"' in text
    assert "<figcaption>Move &lt;it&gt;.</figcaption>" in text
    assert 'type="range" min="0" max="3" step="1" value="2"' in text
    assert len(html.unescape(re.search('oninput="([^"]*)"', text)[1])) < 1000


def test_two_parameters_lie_in_product_order(run: Run, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    explore(draw, alpha=[0, 1], beta=[1.0, 2.0, 3.0], caption="c", alt="A line")
    alternatives = re.findall('<img loading="lazy" alt="([^"]*)"', page(shown))
    assert alternatives[1] == "A line (alpha 0, beta 2)"
    assert alternatives[3] == "A line (alpha 1, beta 1)"


def test_quick_draws_first_middle_and_last(run: Run, shown: list) -> None:
    explore(draw, alpha=[0.0, 1.0, 2.0, 3.0, 4.0], caption="c", alt="a")
    labels = json.loads(html.unescape(re.search('data-labels="([^"]*)"', page(shown))[1]))
    assert labels == ["0", "2", "4"]


def test_quick_draws_the_corners_of_two(run: Run, shown: list) -> None:
    explore(draw, alpha=[0.0, 1.0, 2.0, 3.0, 4.0], beta=[0.0, 1.0, 2.0, 3.0, 4.0], caption="c", alt="a")
    assert page(shown).count("<img") == 4


def test_all_pictures_share_their_limits() -> None:
    def coloured(alpha: float) -> Figure:
        figure, axes = figures.panels(1, 2, size=(2, 1))
        axes[0].plot([0, 1], [0, alpha])
        axes[1].imshow([[0.0, alpha]])
        return figure

    drawn = [coloured(1.0), coloured(5.0)]
    limits = explore_module._shared_limits(drawn)
    for figure in drawn:
        explore_module._with_limits(figure, limits)
    assert drawn[0].axes[0].get_ylim() == drawn[1].axes[0].get_ylim()
    assert drawn[0].axes[0].get_ylim()[1] >= 5
    assert drawn[0].axes[1].images[0].get_clim() == (0.0, 5.0)
    assert drawn[0].axes[1].get_ylim()[0] > drawn[0].axes[1].get_ylim()[1]


def test_a_person_gets_sliders_that_recompute(run: Run, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_BATCH", "0")
    asked: list[float] = []

    def recording(alpha: float, kind: str) -> Figure:
        asked.append(alpha)
        return draw(alpha)

    explore(recording, alpha=[0.0, 0.5, 1.0], kind=["a", "b"], caption="c", alt="a")
    panel = shown[-1]
    alpha, kind = panel.children[:2]
    assert isinstance(alpha, ipywidgets.FloatSlider)
    assert isinstance(kind, ipywidgets.SelectionSlider)
    alpha.value = 0.345
    assert asked[-1] == pytest.approx(0.345)


def two_axes_at_one(alpha: float) -> Figure:
    return figures.panels(1, 1 + int(alpha))[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "parameters must be one or two, not 0"),
        ({"a": [1], "b": [1], "c": [1]}, "parameters must be one or two, not 3"),
        ({"alpha": []}, "alpha must hold at least one value"),
        ({"alpha": list(range(26))}, "parameters must make at most 25 states, not 26"),
        ({"alpha": range(6), "beta": range(5)}, "parameters must make at most 25 states, not 30"),
        ({"alpha": [1], "caption": ""}, "caption must be a text"),
        ({"alpha": [1], "alt": None}, "alt must be a text"),
        (
            {"alpha": [1], "draw": lambda alpha: None},
            "draw must return a figure, or a figure and a Sound, not NoneType",
        ),
        ({"alpha": [0, 1], "draw": two_axes_at_one}, "draw must return figures with the same number of axes"),
    ],
)
def test_explore_rejects(run: Run, shown: list, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        explore(**{"draw": draw, "caption": "c", "alt": "a"} | arguments)
    assert shown == []


def test_turntable_turns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    table = figures.turntable(
        lambda axes: axes.scatter([0, 1], [0, 2], [0, 3]), caption="Turn it.", alt="Points", steps=4
    )
    sources = re.findall('src="([^"]*)"', table.data)
    assert len(sources) == len(set(sources)) == 4
    assert "Points (turn 90°)" in table.data
    with pytest.raises(ValueError, match="steps must be a whole number from 2 to 25"):
        figures.turntable(lambda axes: None, caption="c", alt="a", steps=99)


def test_script_is_small() -> None:
    assert len(frames.SHOW_STATE) < 1000
