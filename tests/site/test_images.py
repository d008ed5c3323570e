"""Figures of a notebook on the page: the SVG or the pixels that the cell shows, at the size that the helpers gave."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from nbformat import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser
from sphinx.application import Sphinx

from helpers import figures
from helpers.draw import pictures
from helpers.draw.pictures import Picture

CONF = 'extensions = ["myst_nb", "book_site.images"]\nnb_execution_mode = "off"\nhtml_theme = "basic"\n'
STYLE = "img { max-width: 100%; height: auto; } body, figure, div { margin: 0; padding: 0; min-width: 0; }"
SIZES = """async () => {
  for (const image of document.images) { image.loading = "eager"; await image.decode(); }
  return [...document.images].map((image) => [image.naturalWidth, image.offsetWidth, image.offsetHeight]);
}"""


@pytest.fixture(scope="module")
def shown() -> list[Picture]:
    figures.set_style()
    drawing = figures.curves({"a": np.arange(9) ** 2}, xlabel="step", ylabel="loss")
    return [pictures.of_cell(figure) for figure in (drawing, figures.images([np.eye(4)] * 2))]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, shown: list[Picture]) -> Path:
    """A site of one notebook: two figures with captions, as chapters have them."""
    source = tmp_path_factory.mktemp("site")
    cells = [new_markdown_cell("# Title")]
    for k, picture in enumerate(shown):
        data, metadata = picture.bundle()
        data["text/plain"] = "<Figure size 576x326 with 1 Axes>"
        output = new_output("display_data", data=data, metadata=metadata)
        figure = {"figure": {"caption": "A caption.", "name": f"fig-{k}"}, "image": {"alt": f"Figure {k}"}}
        cells.append(new_code_cell("draw()", outputs=[output], metadata={"mystnb": figure}))
    language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    write(new_notebook(cells=cells, metadata=language), source / "index.ipynb")
    (source / "conf.py").write_text(CONF)
    app = Sphinx(source, source, source / "html", source / "doctrees", "html", status=None, warningiserror=True)
    app.build()
    return source / "html" / "index.html"


def test_the_page_shows_what_the_cell_shows(page: Path, shown: list[Picture]) -> None:
    images = re.findall("<img[^>]*>", page.read_text(encoding="utf-8"))
    assert [picture.mime for picture in shown] == ["image/svg+xml", "image/png"]
    for k, (image, picture, kind) in enumerate(zip(images, shown, ("svg", "png"), strict=True)):
        file = page.parent / re.search(f'src="([^"]*[.]{kind})"', image)[1]
        assert file.read_bytes() == picture.data
        assert f'width="{picture.width}" height="{picture.height}"' in image
        assert f'alt="Figure {k}"' in image
        assert "style=" not in image


@pytest.mark.parametrize("viewport", [1300, 360])
def test_pictures_keep_their_shape(browser: Browser, page: Path, shown: list[Picture], viewport: int) -> None:
    opened = browser.new_page(viewport={"width": viewport, "height": 900})
    opened.goto(page.as_uri(), wait_until="load")
    opened.add_style_tag(content=STYLE)
    for picture, (natural, width, height) in zip(shown, opened.evaluate(SIZES), strict=True):
        assert natural == picture.width * (1 if picture.mime == "image/svg+xml" else 2)
        assert width == picture.width if viewport > picture.width else width <= viewport
        assert height == pytest.approx(width * picture.height / picture.width, abs=1)
    opened.close()
