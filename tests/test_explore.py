"""explore, its page without a kernel and its live panel; turntables; what they say to bad input."""

from __future__ import annotations

import base64
import html
import importlib
import io
import json
import re

import ipywidgets
import numpy as np
import pytest
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from helpers import Run, explore, figures
from helpers.draw import frames

# The package shows the function under this name; its module is needed to see what it displays.
explore_module = importlib.import_module("helpers.explore")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list:
    seen: list = []
    monkeypatch.setattr(explore_module, "display", lambda shown, **_how: seen.append(shown))
    return seen


def draw(alpha: float = 1.0, beta: float = 1.0, method: object = "ours") -> Figure:
    figure, axes = figures.panels(size=(1, 1))
    axes.plot([0, 1], [0, alpha * beta])
    axes.set_title(str(method))
    return figure


def shown_state(text: str) -> str:
    """The words that tell which state is not hidden."""
    (frame,) = re.findall('<div data-state="[0-9]+"><img[^>]*alt="([^"]*)"', text)
    return frame


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
    alternatives = re.findall('<img[^>]* alt="([^"]*)"', page(shown))
    assert alternatives[1] == "A line (alpha 0, beta 2)"
    assert alternatives[3] == "A line (alpha 1, beta 1)"


def test_quick_draws_first_middle_and_last(run: Run, shown: list) -> None:
    explore(draw, alpha=[0.0, 1.0, 2.0, 3.0, 4.0], caption="c", alt="a")
    labels = json.loads(html.unescape(re.search('data-labels="([^"]*)"', page(shown))[1]))
    assert labels == ["0", "2", "4"]


def test_quick_draws_the_corners_of_two(run: Run, shown: list) -> None:
    explore(draw, alpha=[0.0, 1.0, 2.0, 3.0, 4.0], beta=[0.0, 1.0, 2.0, 3.0, 4.0], caption="c", alt="a")
    assert page(shown).count("<img") == 4


def test_choices_are_buttons_and_quantities_sliders(run: Run, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    explore(
        draw,
        method=["ours", "<theirs>"],
        beta=[1.0, 2.0, 4.0],
        caption="c",
        alt="A line",
        start={"method": "ours", "beta": 4.0},
        labels={"beta": "how steep"},
    )
    text = page(shown)
    assert "<fieldset><legend>method</legend>" in text
    buttons = re.findall('<label><input type="radio" name="([^"]*)" value="([0-9])"[^>]*?( checked)?> ([^<]*)<', text)
    assert [button[1:] for button in buttons] == [("0", " checked", "ours"), ("1", "", "&lt;theirs&gt;")]
    assert len({button[0] for button in buttons}) == 1
    assert '<label>how steep <input type="range" min="0" max="2" step="1" value="2"' in text
    assert shown_state(text) == "A line (method ours, how steep 4)"


@pytest.mark.parametrize("values", [[False, True], [0, None], ["0", "1"], [0, True]])
def test_what_is_no_number_is_a_choice(run: Run, shown: list, values: list) -> None:
    explore(draw, method=values, caption="c", alt="a")
    assert page(shown).count('type="radio"') == 2


def test_names_lose_their_underscores(run: Run, shown: list) -> None:
    explore(lambda how_far: draw(how_far), how_far=[0, 1], caption="c", alt="a")
    assert "<label>how far <input" in page(shown)


def test_two_explorers_share_no_group(run: Run, shown: list) -> None:
    for caption in ("one", "two"):
        explore(draw, method=["a", "b"], caption=caption, alt="a")
    names = [set(re.findall('name="([^"]*)"', output.data)) for output in shown]
    assert [len(each) for each in names] == [1, 1]
    assert not names[0] & names[1]


@pytest.mark.parametrize(
    ("start", "states"),
    [
        ({"alpha": 1.0}, ["0", "1", "4"]),
        ({"alpha": 0.0}, ["0", "2", "4"]),
        ({"alpha": 4.0}, ["0", "2", "4"]),
        (None, ["0", "2", "4"]),
    ],
)
def test_quick_draws_where_it_starts(run: Run, shown: list, start: dict | None, states: list[str]) -> None:
    explore(draw, alpha=[0.0, 1.0, 2.0, 3.0, 4.0], caption="c", alt="a", start=start)
    labels = json.loads(html.unescape(re.search('data-labels="([^"]*)"', page(shown))[1]))
    assert labels == states
    opened = 2.0 if start is None else start["alpha"]
    assert shown_state(page(shown)) == f"a (alpha {opened:g})"


@pytest.mark.parametrize("place", [(a, b) for a in (0, 1, 4) for b in (0, 2, 4)])
def test_quick_draws_where_two_start(run: Run, shown: list, place: tuple[int, int]) -> None:
    alpha, beta = place
    five = [0, 1, 2, 3, 4]
    explore(draw, alpha=five, beta=five, caption="c", alt="a", start={"alpha": alpha, "beta": beta})
    assert page(shown).count("<img") == 4
    assert shown_state(page(shown)) == f"a (alpha {alpha}, beta {beta})"


def test_pictures_are_wide_and_sharp(run: Run, shown: list, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    explore(draw, alpha=[0, 1], caption="c", alt="a")
    pictures = re.findall('<img[^>]* width="300" height="300"[^>]* src="data:image/[a-z]*;base64,([^"]*)"', page(shown))
    assert [Image.open(io.BytesIO(base64.b64decode(each))).size for each in pictures] == [(600, 600)] * 2


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
    assert isinstance(kind, ipywidgets.RadioButtons)
    assert (alpha.value, kind.value) == (0.5, "b")
    alpha.value = 0.345
    assert asked[-1] == pytest.approx(0.345)


def test_a_person_sees_the_same_words_and_the_same_start(
    run: Run, shown: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOK_BATCH", "0")
    explore(
        draw,
        alpha=np.arange(4),
        method=["ours", "theirs", None],
        caption="c",
        alt="a",
        start={"alpha": 3, "method": "ours"},
        labels={"method": "who answers"},
    )
    alpha, method = shown[-1].children[:2]
    assert isinstance(alpha, ipywidgets.IntSlider)
    assert (alpha.description, method.description) == ("alpha", "who answers")
    assert (alpha.value, method.value) == (3, "ours")
    assert [label for label, _ in method.options] == ["ours", "theirs", "None"]


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
        ({"alpha": [0, 1], "start": 1}, r"start must map parameters \(alpha\), not be 1"),
        ({"alpha": [0, 1], "start": {"gamma": 1}}, r"start must name parameters \(alpha\), not 'gamma'"),
        ({"alpha": [0, 1], "start": {"alpha": 0.5}}, r"start\['alpha'\] must be one of 0, 1, not 0.5"),
        ({"alpha": [0, 1], "labels": ["alpha"]}, r"labels must map parameters \(alpha\), not be \['alpha'\]"),
        ({"alpha": [0, 1], "labels": {"b": "x"}}, r"labels must name parameters \(alpha\), not 'b'"),
        ({"alpha": [0, 1], "labels": {"alpha": " "}}, r"labels\['alpha'\] must be a text that is not empty, not ' '"),
    ],
)
def test_explore_rejects(run: Run, shown: list, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        explore(**{"draw": draw, "caption": "c", "alt": "a"} | arguments)
    assert shown == []


def points(axes: Axes) -> None:
    axes.scatter([0, 1], [0, 2], [0, 3])


def test_turntable_turns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_SCALE", "book")
    table = figures.turntable(points, caption="Turn it.", alt="Points", steps=4, size=(2.0, 1.0))
    sources = re.findall('width="300" height="150"[^>]* src="data:image/jpeg;base64,([^"]*)"', table.data)
    assert len(sources) == len(set(sources)) == 4
    assert Image.open(io.BytesIO(base64.b64decode(sources[0]))).size == (300, 150)
    assert "Points (turn 90°)" in table.data


def test_turntable_has_24_views_and_three_at_quick(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert figures.turntable(points, caption="c", alt="a").data.count("<img") == 3
    monkeypatch.setenv("BOOK_SCALE", "book")
    assert figures.turntable(points, caption="c", alt="a").data.count("<img") == 24


@pytest.mark.parametrize("steps", [1, 37, 4.0, True])
def test_turntable_rejects(steps: object) -> None:
    with pytest.raises(ValueError, match=f"steps must be a whole number from 2 to 36, not {steps}"):
        figures.turntable(points, caption="c", alt="a", steps=steps)


def test_script_is_small() -> None:
    assert len(frames.SHOW_STATE) < 1000
