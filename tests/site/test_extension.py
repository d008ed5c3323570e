"""The book's Sphinx extension, without a build."""

from __future__ import annotations

import base64
import io
import math
import re
from pathlib import Path
from types import SimpleNamespace

import pygments
import pytest
import yaml
from book_site import (
    aside,
    assets,
    claims,
    explorers,
    folds,
    formulas,
    header,
    highlight,
    images,
    launch,
    links,
    numbering,
    pages,
    seeds,
    symbols,
    text,
)
from book_site.chapters import Chapter, Kind, Method, Verdict, from_notebook
from bs4 import BeautifulSoup
from PIL import Image
from pygments.lexers import get_lexer_by_name
from pygments.styles import get_style_by_name
from pygments.token import Text
from sphinx.errors import ConfigError

PAPER = {"title": "A Paper", "authors": "Ada One; Bob Two", "venue": "CVPR", "year": 2019, "key": "one2019"}
METHOD = Method("other", "fitting", "Other", "Another Paper", "Cy Three", "ECCV", "2020", "A line.")


def chapter(**book: object) -> Chapter:
    return Chapter("notebooks/fitting/one", {"slug": "one", "part": "fitting", "paper": PAPER, **book}, "One: it works")


def record(**changes: object) -> dict[str, object]:
    facts = {"statement": "a & b", "value": 0.5, "op": ">=", "bound": 0.4, "at": "quick", "core": True}
    return (
        facts | {"paper": None, "asserted": True, "held": True, "scale": "book", "seed": 0, "device": "cpu"} | changes
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.123456, "0.123"), (1234.5, "1,234"), (0, "0"), (-2.5, "−2.5"), (3e-9, "3 × 10⁻⁹"), (2.5e7, "2.5 × 10⁷"),
     ("nan", "not a number"), (math.inf, "∞"), (None, "–"), (100.0, "100")],
)  # fmt: skip
def test_numbers(value: object, words: str) -> None:
    assert text.number(value) == words


@pytest.mark.parametrize(("value", "words"), [(None, "not measured"), (3.14, "3.1 s"), (21.3, "21 s"), (161, "3 min")])
def test_seconds(value: object, words: str) -> None:
    assert text.seconds(value) == words


def test_header_says_what_was_not_measured() -> None:
    html = header.expectation(chapter(seconds={"quick": 12.0, "book": 100.0, "gpu": None}, memory=None))
    assert html.count("not measured") == 4


def test_prerequisites_are_links_where_the_chapter_exists() -> None:
    here = chapter(prerequisites=["known", "other"])
    known = Chapter("notebooks/fitting/known", {"slug": "known"}, "Known: yes")
    html = header.links(here.book["prerequisites"], {"known": known}, {"other": METHOD}, "../../")
    coming = '<a href="../../book/parts/fitting.html#method-other">Other</a> (still to come)'
    assert html == f'<a href="../../notebooks/fitting/known.html">Known</a>, {coming}'


def test_no_launch_button_without_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOOK_REPOSITORY_URL", raising=False)
    monkeypatch.setenv("BOOK_JUPYTERHUB_URL", "https://hub.example.org")
    assert [label for label, _, _ in launch.actions(chapter(), "../../")] == ["Download notebook"]


def test_launch_buttons_with_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://github.com/some/book.git")
    monkeypatch.setenv("BOOK_JUPYTERHUB_URL", "https://hub.example.org/")
    monkeypatch.delenv("BOOK_COLAB_BRANCH", raising=False)
    found = {label: url for label, url, _ in launch.actions(chapter(), "../../")}
    assert (
        found["Open in Colab"]
        == "https://colab.research.google.com/github/some/book/blob/main/notebooks/fitting/one.ipynb"
    )
    assert (
        found["Open on Binder"]
        == "https://mybinder.org/v2/gh/some/book/main?urlpath=lab%2Ftree%2Fnotebooks%2Ffitting%2Fone.ipynb"
    )
    assert found["Open on JupyterHub"].startswith(
        "https://hub.example.org/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgithub.com"
    )


def test_other_hosts_have_no_colab_button(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOK_REPOSITORY_URL", "https://git.example.org/some/book")
    monkeypatch.delenv("BOOK_JUPYTERHUB_URL", raising=False)
    assert [label for label, _, _ in launch.actions(chapter(), "")] == ["Download notebook", "Open on Binder"]


def test_claims_show_value_bound_and_seeds() -> None:
    tried = {"scale": "quick", "seeds": [0, 1, 2, 3, 4], "values": [0.5, 0.6, 0.45, 0.7, 0.5], "held": [True] * 5}
    html = claims.verdict_html(Verdict("claim-1", record(), Kind.HELD, seeds=tried))
    assert 'id="claim-1"' in html
    assert "a &amp; b" in html
    assert "≥ 0.4" in html
    assert ">Held<" in html
    assert "Seeds 0 to 4 at quick" in html
    assert html.count("<circle") == 5
    assert "0.45 to 0.7" in html


def test_a_failed_claim_and_one_that_is_not_asserted() -> None:
    assert ">Failed<" in claims.verdict_html(Verdict("claim-1", record(value="nan"), Kind.FAILED))
    html = claims.verdict_html(Verdict("claim-1", record(value="nan", at="gpu"), Kind.OPEN))
    assert ">Not asserted here<" in html
    assert "not measured" in html


def test_strip_bears_values_that_are_equal_or_not_finite() -> None:
    def strip(value: object) -> str:
        tried = {"scale": "quick", "seeds": [0], "values": [value], "held": [True]}
        return seeds.strip(Verdict("claim-1", record(bound=1.0), Kind.HELD, seeds=tried))

    assert "<circle" in strip(1.0)
    assert strip("nan") == ""


def test_frames_become_files(tmp_path: Path) -> None:
    pixel = base64.b64encode(b"not a picture, but bytes").decode()
    html = f'<img alt="a" src="data:image/png;base64,{pixel}"><audio src="data:audio/mpeg;base64,{pixel}"></audio>'
    moved = explorers.with_files(html, tmp_path, "../_images")
    assert "base64" not in moved
    assert len(list(tmp_path.iterdir())) == 2
    assert moved.count('src="../_images/explore-') == 2


def test_frames_keep_the_size_that_they_state(tmp_path: Path) -> None:
    sized = (
        f'<img loading="lazy" width="300" height="200" alt="a &gt; b" src="data:image/jpeg;base64,{pixel(600, 400)}">'
    )
    moved = explorers.with_files(sized, tmp_path, "_images")
    assert moved.startswith('<img loading="lazy" width="300" height="200" alt="a &gt; b" src="_images/explore-')
    assert moved.count("width=") == 1
    older = explorers.with_files(f'<img alt="a" src="data:image/jpeg;base64,{pixel(60, 40)}">', tmp_path, "_images")
    assert older.endswith('.jpg" width="60" height="40">')


def pixel(width: int, height: int) -> str:
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, format="jpeg")
    return base64.b64encode(file.getvalue()).decode()


def test_sizes_are_attributes_that_give_way() -> None:
    image = '<img alt="a" src="_images/a.svg" style="width: 576px; height: 326px;" />'
    found = images.IMAGE.sub(lambda match: images.rewritten(match, Path(), {}), image)
    assert found == '<img alt="a" src="_images/a.svg" width="576" height="326" loading="lazy">'


def test_a_notebook_without_metadata_is_named() -> None:
    with pytest.raises(ValueError, match=r"notebooks/fitting/one\.ipynb has no metadata\.book\.slug"):
        from_notebook({"metadata": {}, "cells": []}, "notebooks/fitting/one")


def app(folder: Path, base: str) -> SimpleNamespace:
    env = SimpleNamespace(
        found_docs={"book/index", "notebooks/a&b"}, metadata={"book/index": {"description": "A book."}}
    )
    config = SimpleNamespace(html_baseurl=base, html_title="Runnable Vision")
    return SimpleNamespace(outdir=folder, srcdir=folder, env=env, config=config, builder=SimpleNamespace(name="html"))


def test_sitemap_where_the_address_is_known(tmp_path: Path) -> None:
    pages.write_sitemap(app(tmp_path, ""), None)
    assert not (tmp_path / "sitemap.xml").exists()
    pages.write_sitemap(app(tmp_path, "https://book.example.org/"), None)
    sitemap = (tmp_path / "sitemap.xml").read_text(encoding="utf-8")
    assert "<loc>https://book.example.org/notebooks/a&amp;b.html</loc>" in sitemap
    assert "https://book.example.org/sitemap.xml" in (tmp_path / "robots.txt").read_text()


@pytest.mark.parametrize(("base", "image"), [("", False), ("https://book.example.org/", True)])
def test_shared_links_have_a_card(tmp_path: Path, base: str, image: bool) -> None:
    context = {"title": "The <em>book</em>"}
    pages.share(app(tmp_path, base), "book/index", "page.html", context, None)
    assert '<meta property="og:title" content="The book">' in context["metatags"]
    assert '<meta name="description" content="A book.">' in context["metatags"]
    assert ('content="https://book.example.org/_static/card.png"' in context["metatags"]) is image


def test_the_404_page_starts_at_the_site_where_its_address_is_known(tmp_path: Path) -> None:
    [(_, context, _)] = pages.not_found(app(tmp_path, "https://example.org/book/"))
    assert context["metatags"] == '<base href="/book/">'
    [(_, context, _)] = pages.not_found(app(tmp_path, ""))
    assert "<base" not in context["metatags"]


def test_figures_count_from_one_on_each_page() -> None:
    book = {
        "a": {"figure": {"x": (1,), "y": (2,)}, "table": {"t": (1,)}},
        "b": {"figure": {"late": (12,), "early": (3,)}},
    }
    assert numbering.from_one(book) == {
        "a": {"figure": {"x": (1,), "y": (2,)}, "table": {"t": (1,)}},
        "b": {"figure": {"early": (1,), "late": (2,)}},
    }


def test_sphinx_compares_its_own_numbers() -> None:
    env = SimpleNamespace(toc_fignumbers={"a": {"figure": {"x": (7,)}}})
    numbering.within_pages(None, env)
    assert env.toc_fignumbers == {"a": {"figure": {"x": (1,)}}}
    assert numbering.through_the_book(None, env) == []
    assert env.toc_fignumbers == {"a": {"figure": {"x": (7,)}}}


def test_a_long_log_folds_and_a_short_one_stays() -> None:
    def stream(lines: int) -> dict[str, object]:
        return {"output_type": "stream", "name": "stdout", "text": ["a < b\n"] * lines}

    notebook = {"cells": [{"outputs": [stream(3), stream(4)]}, {}]}
    folds.fold_logs(notebook)
    short, long = notebook["cells"][0]["outputs"]
    assert short == stream(3)
    assert "<summary>Log, 4 lines</summary>" in long["data"]["text/html"]
    assert long["data"]["text/html"].count("a &lt; b") == 4


def test_reading_time_counts_what_is_seen() -> None:
    text_cell = {"cell_type": "markdown", "source": "word " * 2000, "metadata": {}}
    code = {"cell_type": "code", "source": "x = 1\n\n" * 250, "metadata": {}}
    folded = code | {"metadata": {"tags": ["hide-input"]}}
    assert aside.reading({"cells": [text_cell, code, folded]}) == "about 20 minutes"
    assert aside.reading({"cells": []}) == "about 5 minutes"


def test_a_chapter_can_be_cited(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    entry = "@inproceedings{one2019,\n  title = {A < Paper},\n}"
    (tmp_path / "book" / "references.bib").write_text(f"% Papers\n\n{entry}\n\n@book{{two,\n  title = {{B}}\n}}\n")
    html = aside.cite(chapter(run={"date": "2026-11-29T10:00"}), tmp_path)
    assert "A &lt; Paper" in html
    assert "{B}" not in html
    assert "title     = {One: it works}" in html
    assert "year      = {2026}" in html
    assert "\n\n" not in html
    assert "year      =" not in aside.cite(chapter(), tmp_path)


def test_folds_of_the_header_hold_symbols_and_changes(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "references.bib").write_text("")
    book = chapter(
        symbols=[{"symbol": r"\alpha", "meaning": "shape", "code": "alpha"}],
        changes=[{"date": "2026-11-29", "what": "New."}],
    )
    html = aside.aside(book, tmp_path)
    assert html.count("<details>") == 3
    assert 'class="katex"' in html
    assert '<time datetime="2026-11-29">' in html
    assert aside.aside(chapter(), tmp_path).count("<details>") == 1


def test_formulas_are_set_without_a_browser() -> None:
    assert 'class="katex"' in formulas.in_text("x^2")
    assert 'class="katex-display"' in formulas.displayed(r"x \tag{1}")
    assert formulas.ask(r"\nonsense{", r"\nonsense{", False).keys() == {"error"}


LISTED = [
    {"symbol": r"\gamma,\ \beta", "code": "self.gamma, beta"},
    {"symbol": "x", "code": "x"},
    {"symbol": "x'", "code": "x2"},
    {"symbol": r"\phi^*", "code": "pooled(p, q)"},
    {"symbol": "a", "code": "a"},
]


@pytest.mark.parametrize(
    ("tex", "marks"),
    [
        (r"\gamma x'+\beta", ["gamma beta", "x2", "gamma beta"]),
        (r"\frac x2 + y^x_x", ["x", "x", "x"]),
        (r"\phi^*(x)", ["pooled", "x"]),
        (r"\phi^*_k \phi ^ *", ["pooled"]),
        (r"\text{a x} \mathbf x \operatorname{max}_{a} \left(a\right) \begin{split}a\end{split}", ["a", "a", "a"]),
        (r"\exp \tag{x}", []),
    ],
)
def test_symbols_of_formulas_know_their_names(tex: str, marks: list[str]) -> None:
    words = symbols.marked(tex, symbols.symbols(LISTED))
    assert re.findall(r"\\htmlData\{code=(.*?)\}", words) == marks
    html = formulas.ask(tex, words, True)["html"]
    assert re.findall(r'data-code="(.*?)"', html) == marks
    assert "htmlData" not in html, "who copies a formula gets the formula"
    plain = formulas.ask(tex, tex, True)["html"]
    assert re.sub(r"<[^>]*>", "", html) == re.sub(r"<[^>]*>", "", plain)


def test_code_has_no_element_around_what_has_no_colour_of_its_own(root: Path) -> None:
    settings = yaml.safe_load((root / "_config.yml").read_text())["sphinx"]["config"]["html_theme_options"]
    for style in map(get_style_by_name, (settings["pygments_light_style"], settings["pygments_dark_style"])):
        colours = {style.style_for_token(kind)["color"] for kind in (*highlight.PLAIN, Text)}
        assert len(colours) == 1, style
    code = "import numpy\nx = f(numpy.pi, 2)\n"
    html = pygments.highlight(code, get_lexer_by_name("python"), highlight.Sparing(nowrap=True))
    assert 'class="n"' not in html
    assert 'class="mi">2<' in html
    assert BeautifulSoup(html, "html.parser").get_text() == code


def test_the_theme_measures_no_boxes() -> None:
    script = 'a(),"complete"===document.readyState?I():window.addEventListener("load",I)})();'
    assert assets.calmed(script) == "a()})();"
    assert assets.calmed("a()})();") == "a()})();"
    with pytest.raises(ConfigError, match="not the one that this book knows"):
        assets.calmed('window.addEventListener("load",J)')


def test_helpers_are_linked_where_they_are_called_first() -> None:
    code = (
        "from helpers import claim, figures\nfrom helpers.nets.first_weights import (\n    seeded,\n)\n"
        "with seeded(0):  # seeded once\n    figures.panels(1)\nfigures.panels(2)\nf(claim, seeded(1))\n"
    )
    body = pygments.highlight(code, get_lexer_by_name("python"), highlight.Sparing())
    names = links.imported({"cells": [{"cell_type": "code", "source": code}]})
    known = {"helpers.draw.figures.panels", "helpers.nets.first_weights.seeded", "helpers.claims.claim"}
    linked = BeautifulSoup(links.linked(body, names, known, "api.html"), "html.parser")
    found = linked.find_all("a", class_="helper")
    assert [(link.get_text(), link["href"]) for link in found] == [
        ("seeded", "api.html#helpers.nets.first_weights.seeded"),
        ("panels", "api.html#helpers.draw.figures.panels"),
    ]
    assert found[1]["title"] == "A figure with a grid of axes."
    assert linked.get_text() == BeautifulSoup(body, "html.parser").get_text()
    assert links.linked(body, names, set(), "api.html") == body
    assert links.linked("<p>f(1)</p>", {}, known, "api.html") == "<p>f(1)</p>"
