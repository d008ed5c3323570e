"""Figures as files: which kind, how large, how small their text, how heavy; and that a notebook shows exactly one."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import nbformat
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from skimage import data

from helpers import Run, figures
from helpers.draw import pictures
from helpers.draw.pictures import Picture

GENERATOR = np.random.default_rng(0)
PHOTOGRAPH = data.astronaut() / 255


@pytest.fixture(autouse=True)
def seen(book_environment: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits in front of the kernel."""
    monkeypatch.setenv("BOOK_BATCH", "0")


def lines(points: int = 50, curves: int = 3, width: float = 6) -> Figure:
    figure, axes = figures.panels(size=(width, 3))
    axes.plot(GENERATOR.random((points, curves)).cumsum(0))
    axes.set_title("a title", fontsize="small")
    return figure


def dots(count: int) -> Figure:
    figure, axes = figures.panels(size=(4, 3))
    figure.colorbar(axes.scatter(*GENERATOR.random((2, count)), c=GENERATOR.random(count)))
    return figure


def heat() -> Figure:
    figure, axes = figures.panels(size=(4, 3))
    figures.heat(np.eye(3), axes)
    return figure


def mesh() -> Figure:
    figure, axes = figures.panels(size=(4, 3))
    axes.pcolormesh(np.eye(3))
    return figure


def solid() -> Figure:
    figure, axes = figures.panels(size=(4, 3), subplot_kw={"projection": "3d"})
    axes.plot([0, 1], [0, 1], [0, 1])
    return figure


def pixels_of(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


@pytest.mark.parametrize(
    ("draw", "mime"),
    [
        (lines, "image/svg+xml"),
        (lambda: dots(30), "image/svg+xml"),
        (heat, "image/png"),
        (mesh, "image/png"),
        (solid, "image/png"),
        (lambda: figures.images([np.eye(4)]), "image/png"),
        (lambda: figures.images([PHOTOGRAPH] * 3), "image/jpeg"),
        (lambda: lines(points=1500, curves=12), "image/png"),
    ],
)
def test_drawings_are_svg_and_pictures_pixels(run: Run, draw: Callable[[], Figure], mime: str) -> None:
    assert pictures.of_cell(draw()).mime == mime


def test_the_same_figure_gives_the_same_bytes(run: Run) -> None:
    values = GENERATOR.random(40)

    def draw(points: int) -> Figure:
        figure, axes = figures.panels(1, 2)
        axes[0].plot(values, marker="o")
        axes[0].fill_between(range(40), values, alpha=0.2)
        axes[1].plot(np.resize(values, points))
        return figure

    for points in (40, 4000):
        figure = draw(points)
        drawing = pictures.svg(figure)
        assert drawing == pictures.svg(figure) == pictures.svg(draw(points))
        text = drawing.data.decode()
        assert not any(word in text for word in ("<metadata", "<!--", "<!DOCTYPE", "Matplotlib", "font-family"))
        assert "http" not in re.sub(r' xmlns(:\w+)?="[^"]*"', "", text), "an address beside those of the name spaces"
        assert ("<image" in text) is (points == 4000)
    assert pictures.pixels(heat()) == pictures.pixels(heat())


def test_two_drawings_may_stand_in_one_page(run: Run) -> None:
    names = []
    for figure in (lines(points=20), lines(points=21)):
        root = ET.fromstring(pictures.svg(figure).data)
        names.append({element.get("id") for element in root.iter()} - {None})
        used = {element.get("{http://www.w3.org/1999/xlink}href") for element in root.iter()} - {None}
        assert names[-1]
        assert {name.removeprefix("#") for name in used} <= names[-1] | {"DejaVuSans-3"}  # a space: nothing to draw
    assert not names[0] & names[1]


@pytest.mark.parametrize("width", [2.0, 6.0, 7.2, 14.0])
@pytest.mark.parametrize("encode", [pictures.svg, pictures.pixels])
def test_no_text_is_too_small_to_read(run: Run, width: float, encode: Callable[[Figure], Picture]) -> None:
    figure = lines(width=width)
    (axes,) = figure.axes
    axes.tick_params(labelsize="x-small")
    axes.annotate("here", (0, 0), fontsize=3)
    picture = encode(figure)
    texts = [text for text in figure.findobj(Text) if text.get_text()]
    assert len(texts) > 5
    assert picture.width == min(round(96 * width), 696)
    assert min(text.get_size() / 72 * picture.width / width for text in texts) >= 11 - 1e-9


def test_pixels_are_two_for_one_and_fewer_where_they_weigh_too_much(run: Run) -> None:
    sharp = pictures.pixels(heat())
    assert (sharp.width, sharp.height) == (384, 288)
    assert pixels_of(sharp).size == (768, 576)
    heavy = pictures.pixels(figures.images([PHOTOGRAPH] * 6, columns=3))
    assert (heavy.width, heavy.height) == (691, 461)
    assert pixels_of(heavy).width < 2 * 691


def test_a_palette_where_that_changes_nothing(run: Run) -> None:
    assert pixels_of(pictures.pixels(heat())).mode == "P"
    gradient = np.linspace(0, 1, 150 * 150).reshape(150, 150)
    gradient = np.stack([gradient, gradient.T, 1 - gradient])
    assert pixels_of(pictures.pixels(figures.images([gradient]))).mode == "RGB"


def test_frames_are_as_sharp_as_their_weight_allows(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = [figures.images([np.full((4, 4), value)]) for value in (0.2, 0.8)]
    few = pictures.frames(drawn)
    assert [(frame.width, frame.mime) for frame in few] == [(300, "image/png")] * 2
    assert [pixels_of(frame).width for frame in few] == [600, 600]
    monkeypatch.setattr(pictures, "FRAMES_WEIGHT", 0)
    assert [pixels_of(frame).width for frame in pictures.frames(drawn)] == [300, 300]
    assert pictures.frame(figures.images([PHOTOGRAPH])).mime == "image/jpeg"
    assert pictures.frame(lines(width=12)).width == 660


def test_views_weigh_what_they_may(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    photograph = figures.images([PHOTOGRAPH])
    good = pictures.views([photograph], 300)[0]
    monkeypatch.setattr(pictures, "FRAMES_WEIGHT", len(good.data) - 1)
    light = pictures.views([photograph], 300)[0]
    assert len(light.data) < len(good.data)
    assert pixels_of(light).size == pixels_of(good).size == (300, 300)


CELLS = (
    "from helpers import figures, start\nrun = start('some_chapter')",
    "figures.curves({'a': [1, 2]}, xlabel='x', ylabel='y')",
    "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.close()",
    "display(figures.curves({'a': [1, 2]}, xlabel='x', ylabel='y'))",
    "figures.images([[[0, 1], [1, 0]]])",
)


def test_a_cell_shows_one_picture_and_its_size(book_environment: None) -> None:
    notebook = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.outputs if output.output_type != "stream"]
    found = [(output.data, output.metadata) for output in outputs if "text/html" not in output.data]
    mimes = ["image/svg+xml", "image/svg+xml", "image/png"]
    assert [sorted(data) for data, _ in found] == [[mime, "text/plain"] for mime in mimes]
    sizes = [{"width": 576, "height": 326}] * 2 + [{"width": 230, "height": 230}]
    assert [metadata for _, metadata in found] == [{mime: size} for mime, size in zip(mimes, sizes, strict=True)]
    assert found[0] == found[1], "pyplot changed how a figure is shown"


def test_what_nobody_will_see_is_drawn_once_and_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    figure = heat()
    sharp, sharp_frame = pictures.of_cell(figure), pictures.frame(figure)
    monkeypatch.setenv("BOOK_BATCH", "1")
    drafts = [pictures.of_cell(heat()), pictures.of_cell(lines(width=4)), *pictures.frames([heat()])]
    assert {draft.mime for draft in drafts} == {"image/png"}
    assert (drafts[0].width, drafts[2].width) == (sharp.width, sharp_frame.width)
    for draft in drafts:
        assert abs(pixels_of(draft).width - draft.width) <= 1
    monkeypatch.setenv("BOOK_SCALE", "book")
    assert pictures.of_cell(figure) == sharp
