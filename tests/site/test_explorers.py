"""Explorers: each page brings all frames; on one page of each kind every state is reached by mouse and by keyboard."""

from __future__ import annotations

import io
import math
from itertools import product
from pathlib import Path

import pytest
from book_site.explorers import with_files
from bs4 import BeautifulSoup, Tag
from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from helpers.draw.frames import Control, explorer
from helpers.draw.pictures import Picture

SHOWN = "figure => figure.querySelector('[data-state]:not([hidden])').dataset.state"
LOADED = """async figure => {
  const image = figure.querySelector('[data-state]:not([hidden]) img');
  image.loading = 'eager';
  await image.decode();
  return image.naturalWidth > 0 && image.getBoundingClientRect().width > 0;
}"""


Kind = tuple[str, frozenset[str]]


@pytest.fixture(scope="module")
def explorers(parsed: dict[str, BeautifulSoup]) -> dict[str, list[Tag]]:
    """Page -> its explorers, as they stand in its HTML."""
    found = {page: figures for page, soup in parsed.items() if (figures := soup.select("figure.book-explore"))}
    assert "book/index.html" in found, "the landing page has no live explorer"
    return found


@pytest.fixture(scope="module")
def with_explorers(explorers: dict[str, list[Tag]]) -> list[str]:
    """The landing page, and the first page of each kind: what the browser does there it does on the others."""
    first: dict[frozenset[Kind], str] = {}
    for page, figures in explorers.items():
        first.setdefault(frozenset(map(kind, figures)), page)
    return sorted({"book/index.html", *first.values()})


def kind(figure: Tag) -> Kind:
    """The scripts of an explorer and the kinds of its controls: outputs of older runs have others."""
    box = figure.select_one(".book-explore-controls")
    scripts = {tag["oninput"] for tag in [box, *box.find_all(True)] if tag.has_attr("oninput")}
    return " ".join(sorted(scripts)), frozenset(child.name for child in box.find_all(recursive=False))


def test_every_state_has_its_own_picture(built: Path, explorers: dict[str, list[Tag]]) -> None:
    for page, figures in explorers.items():
        for figure in figures:
            frames = figure.select("[data-state]")
            controls = figure.select(".book-explore-controls > *")
            assert [frame["data-state"] for frame in frames] == list(map(str, range(math.prod(map(states, controls)))))
            assert sum(not frame.has_attr("hidden") for frame in frames) == 1, page
            images = [frame.find("img") for frame in frames]
            assert len({image["src"] for image in images}) > 1 or len(frames) == 1, f"{page}: it never changes"
            for image in images:
                assert image["alt"], page
                assert image["loading"] == "lazy", f"{page}: all frames are fetched at once"
                assert not image["src"].startswith("data:"), f"{page} embeds pictures"
                file = (built / page).parent / image["src"]
                if file.suffix != ".svg":
                    with Image.open(file) as picture:
                        picture.verify()


def states(control: Tag) -> int:
    if control.name == "fieldset":
        return len(control.find_all("input"))
    return int(control.find("input")["max"]) + 1


def test_controls_have_names(explorers: dict[str, list[Tag]]) -> None:
    for page, figures in explorers.items():
        for field in (field for figure in figures for field in figure.find_all("input")):
            assert field.find_parent("label").get_text().strip(), page
            assert field["type"] != "range" or field["aria-valuetext"], page
        for group in (group for figure in figures for group in figure.find_all("fieldset")):
            assert group.find("legend").get_text().strip(), page


@pytest.fixture
def opened(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    yield page
    page.close()


def figures(opened: Page, address: str, page: str) -> list[Locator]:
    opened.goto(address + page, wait_until="load")
    return opened.locator("figure.book-explore").all()


def test_only_the_shown_frame_is_fetched(opened: Page, address: str, with_explorers: list[str]) -> None:
    fetched: list[str] = []
    opened.on("request", lambda request: fetched.append(request.url))
    for page in with_explorers:
        fetched.clear()
        found = figures(opened, address, page)
        for figure in found:
            come_to(figure)
            figure.locator("[data-state]:not([hidden]) img").first.evaluate("image => image.decode()")
        opened.wait_for_load_state("networkidle")
        frames = {url for url in fetched if "/explore-" in url}
        assert len(frames) <= len(found), page


def come_to(figure: Locator) -> None:
    """Scroll there; twice, since what lies above gets its height on the way."""
    for _ in range(2):
        figure.scroll_into_view_if_needed()
        figure.page.wait_for_timeout(200)


def labelled(figure: Locator, page: str) -> None:
    for field in figure.locator("input").all():
        assert field.evaluate("input => input.labels[0]?.textContent.trim()"), page
    for slider in figure.locator("input[type=range]").all():
        assert slider.get_attribute("aria-valuetext"), page
    for group in figure.locator("fieldset").all():
        assert group.locator("legend").inner_text().strip(), page


def test_all_states_by_keyboard(opened: Page, address: str, with_explorers: list[str]) -> None:
    for page in with_explorers:
        for figure in figures(opened, address, page):
            walk(figure, page)


def walk(figure: Locator, page: str) -> None:
    """Reach every state by keyboard, and see its own picture in each."""
    controls = figure.locator(".book-explore-controls > *").all()
    seen, pictures = [], set()
    for state in product(*map(range, map(places, controls))):
        for control, place in zip(controls, state, strict=True):
            set_by_keyboard(control, place)
        seen.append(int(figure.evaluate(SHOWN)))
        assert figure.evaluate(LOADED), f"{page}, state {state}"
        pictures.add(figure.locator("[data-state]:not([hidden]) img").get_attribute("src"))
        for slider in figure.locator("input[type=range]").all():
            text = slider.evaluate("input => input.nextElementSibling.value")
            assert text == slider.get_attribute("aria-valuetext")
    assert seen == list(range(len(seen))), page
    assert len(pictures) > 1 or len(seen) == 1, f"{page}: the picture never changes"


def is_choice(control: Locator) -> bool:
    return control.evaluate("control => control.tagName") == "FIELDSET"


def places(control: Locator) -> int:
    if is_choice(control):
        return control.locator("input").count()
    return int(control.locator("input").get_attribute("max") or 0) + 1


def set_by_keyboard(control: Locator, place: int) -> None:
    if is_choice(control):
        while (now := int(control.locator("input:checked").input_value())) != place:
            control.locator("input:checked").press("ArrowRight" if now < place else "ArrowLeft")
        return
    slider = control.locator("input")
    slider.press("Home")
    for _ in range(place):
        slider.press("ArrowRight")


def test_all_states_by_mouse(opened: Page, address: str, with_explorers: list[str]) -> None:
    for page in with_explorers:
        for figure in figures(opened, address, page):
            sliders = figure.locator("input[type=range]").all()
            for k, slider in enumerate(sliders):
                reached = drag(opened, slider, int(slider.get_attribute("max") or 0))
                others = [int(other.input_value()) for other in sliders]
                assert reached == list(range(int(slider.get_attribute("max") or 0) + 1)), page
                assert others[k] == reached[-1]
                assert figure.evaluate(LOADED), page
            for button in figure.locator("fieldset label").all():
                button.click()
                assert button.locator("input").is_checked(), page
                assert figure.evaluate(LOADED), page


def drag(opened: Page, slider: Locator, last: int) -> list[int]:
    """Drag the knob from the left end to the right; return the places that the slider went through."""
    slider.press("Home")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    y, knob = box["y"] + box["height"] / 2, 8
    length = box["width"] - 2 * knob
    opened.mouse.move(box["x"] + knob, y)
    opened.mouse.down()
    reached = [int(slider.input_value())]
    for step in range(1, 4 * last + 1):
        opened.mouse.move(box["x"] + knob + length * step / (4 * last), y)
        if (place := int(slider.input_value())) != reached[-1]:
            reached.append(place)
    opened.mouse.up()
    return reached


# What `explore` gives, in a page of its own: no style, no script of the site, no network.


def picture(shade: int) -> Picture:
    file = io.BytesIO()
    Image.new("L", (600, 400), shade).save(file, format="png")
    return Picture(file.getvalue(), "image/png", 300, 200)


def made(caption: str) -> str:
    controls = [
        Control("who answers", ["ours", "theirs", "<neither>"], 1, choice=True),
        Control("noise", ["0", "1"], 0),
    ]
    return explorer(controls, [picture(40 * k) for k in range(6)], caption=caption, alt="Grey")


@pytest.fixture
def alone(browser: Browser) -> Page:
    context = browser.new_context(viewport={"width": 700, "height": 900}, offline=True)
    page = context.new_page()
    page.set_content(f"<!doctype html><html lang='en'><title>Made</title>{made('First.')}{made('Second.')}")
    yield page
    context.close()


def test_made_explorers_work_alone(alone: Page) -> None:
    first, second = alone.locator("figure.book-explore").all()
    for figure in (first, second):
        assert figure.evaluate(SHOWN) == "2"
        labelled(figure, "made")
        box = figure.locator("img:visible").bounding_box()
        assert (box["width"], box["height"]) == (300, 200)
    walk(first, "made")
    assert first.evaluate(SHOWN) == "5"
    assert second.evaluate(SHOWN) == "2", "the two share their buttons"
    second.get_by_label("<neither>").check()
    assert (first.evaluate(SHOWN), second.evaluate(SHOWN)) == ("5", "4")
    assert first.get_by_role("group", name="who answers").count() == 1


def test_made_explorers_are_accessible(alone: Page, root: Path) -> None:
    axe = root / "book" / "node_modules" / "axe-core" / "axe.min.js"
    if not axe.exists():
        pytest.skip("axe-core comes with the site's packages")
    alone.add_script_tag(content=axe.read_text(encoding="utf-8"))
    result = alone.evaluate("async () => await axe.run('figure', { preload: false })")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in result["violations"]] == []


def test_older_outputs_still_work(alone: Page, tmp_path: Path) -> None:
    """An output of the first form: a script in each slider, no size, no buttons."""
    script = (
        "const f=this.closest('figure');let k=0;for(const r of f.querySelectorAll('input')){k=k*(+r.max+1)+ +r.value;"
        "const t=JSON.parse(r.dataset.labels)[r.value];r.nextElementSibling.value=t;r.setAttribute('aria-valuetext',t)}"
        "f.querySelectorAll('[data-state]').forEach((d,i)=>{d.hidden=i!==k})"
    )
    slider = (
        '<label>alpha <input type="range" min="0" max="1" step="1" value="0" aria-valuetext="1"'
        f' data-labels="[&quot;1&quot;, &quot;2&quot;]" oninput="{script}"><output>1</output></label>'
    )
    frames = [
        f'<div data-state="{k}"{" hidden" * k}><img loading="lazy" alt="a" src="{picture(k).address}"></div>'
        for k in range(2)
    ]
    html = f'<figure class="book-explore"><div class="book-explore-controls">{slider}</div>{"".join(frames)}</figure>'
    moved = with_files(html, tmp_path, "_images")
    assert moved.count('.png" width="600" height="400"') == 2
    alone.set_content(html)
    walk(alone.locator("figure"), "older")
