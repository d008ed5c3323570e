"""Figures: what they draw, and what they say to bad input."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from helpers import Run, figures
from helpers.draw.pictures import PAGE_WIDTH, PER_INCH


def test_panels_belong_to_no_pyplot_state(run: Run) -> None:
    before = plt.get_fignums()
    _, axes = figures.panels(2, 3)
    assert axes.shape == (2, 3)
    assert plt.get_fignums() == before
    single, axis = figures.panels()
    assert single.axes == [axis]


def test_by_default_no_figure_is_wider_than_the_page(run: Run) -> None:
    many = figures.images([np.zeros((2, 2))] * 9)
    for figure in (figures.panels(1, 3)[0], figures.panels()[0], many):
        assert PER_INCH * figure.get_size_inches()[0] <= PAGE_WIDTH


def test_images_takes_both_channel_orders(run: Run) -> None:
    red = np.zeros((4, 6, 3))
    red[..., 0] = 1
    figure = figures.images([red, torch.tensor(red).permute(2, 0, 1), red[..., 0]], ["a", "b", "c"], columns=2)
    first, second, third = (axes.images[0].get_array() for axes in figure.axes[:3])
    np.testing.assert_array_equal(first, second)
    assert third.shape == (4, 6)
    assert [axes.get_title() for axes in figure.axes[:3]] == ["a", "b", "c"]


def test_curves_draw_lines_and_bands(run: Run) -> None:
    x, y = np.arange(1, 4), torch.tensor([1.0, 2.0, 3.0])
    figure = figures.curves({"a": y, "b": (x, y), "c": (x, y, y / 10)}, xlabel="step", ylabel="loss", logy=True)
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines] == ["a", "b", "c"]
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), [0, 1, 2])
    assert len(axes.collections) == 1
    assert axes.get_yscale() == "log"


def test_diverging_maps_are_symmetric(run: Run) -> None:
    _, axes = figures.panels()
    assert figures.heat(np.array([[-1.0, 3.0]]), axes, kind="diverging").get_clim() == (-3, 3)
    _, axes = figures.panels()
    assert figures.heat(np.array([[1.0, np.nan]]), axes, vmax=5).get_clim() == (1, 5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: figures.panels(0), "rows must be a whole number from 1 on"),
        (lambda: figures.panels(1, 2.5), "columns must be a whole number from 1 on"),
        (lambda: figures.images([]), "images must hold at least one image"),
        (lambda: figures.images([np.zeros((2, 2, 4))]), r"images\[0\] must be \[H, W\]"),
        (lambda: figures.images([np.zeros((0, 2))]), r"images\[0\] must be \[H, W\]"),
        (lambda: figures.images([np.full((2, 2), np.nan)]), r"images\[0\] must hold finite values"),
        (lambda: figures.images([np.zeros((2, 2))], ["a", "b"]), "titles must have one entry per image, 1, not 2"),
        (lambda: figures.curves({}, xlabel="x", ylabel="y"), "curves must hold at least one curve"),
        (lambda: figures.curves({"a": ([1], [1, 2])}, xlabel="x", ylabel="y"), r"curves\['a'\] must be y, \(x, y\)"),
        (lambda: figures.curves({"a": np.zeros((2, 2))}, xlabel="x", ylabel="y"), r"curves\['a'\] must be y"),
        (lambda: figures.heat(np.zeros(3), figures.panels()[1]), r"array must be \[H, W\]"),
        (lambda: figures.heat(np.full((2, 2), np.nan), figures.panels()[1]), r"array must be \[H, W\] with finite"),
        (lambda: figures.heat(np.zeros((2, 2)), figures.panels()[1], kind="rainbow"), "kind must be one of sequential"),
    ],
)
def test_figures_reject(run: Run, call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
