"""Explorers on the page: every state can be reached by mouse and by keyboard, with no kernel."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

SHOWN = "figure => figure.querySelector('[data-state]:not([hidden])').dataset.state"
LOADED = """async figure => {
  const image = figure.querySelector('[data-state]:not([hidden]) img');
  image.loading = 'eager';
  await image.decode();
  return image.naturalWidth > 0 && image.getBoundingClientRect().width > 0;
}"""


@pytest.fixture(scope="module")
def with_explorers(built: Path, pages: list[str]) -> list[str]:
    found = [page for page in pages if 'class="book-explore"' in (built / page).read_text(encoding="utf-8")]
    assert "book/index.html" in found, "the landing page has no live explorer"
    return found


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
            figure.scroll_into_view_if_needed()
        opened.wait_for_load_state("networkidle")
        frames = {url for url in fetched if "/explore-" in url}
        assert len(frames) <= len(found), page
        assert "data:image" not in opened.content(), f"{page} embeds pictures"


def test_sliders_are_labelled(opened: Page, address: str, with_explorers: list[str]) -> None:
    for page in with_explorers:
        for figure in figures(opened, address, page):
            for slider in figure.locator("input[type=range]").all():
                label = slider.evaluate("input => input.labels[0]?.textContent.trim()")
                assert label, page
                assert slider.get_attribute("aria-valuetext"), page
            assert all(image.get_attribute("alt") for image in figure.locator("img").all()), page


def test_all_states_by_keyboard(opened: Page, address: str, with_explorers: list[str]) -> None:
    for page in with_explorers:
        for figure in figures(opened, address, page):
            sliders = figure.locator("input[type=range]").all()
            sizes = [int(slider.get_attribute("max") or 0) + 1 for slider in sliders]
            seen, pictures = [], set()
            for state in product(*map(range, sizes)):
                for slider, place in zip(sliders, state, strict=True):
                    set_by_keyboard(slider, place)
                seen.append(int(figure.evaluate(SHOWN)))
                assert figure.evaluate(LOADED), f"{page}, state {state}"
                pictures.add(figure.locator("[data-state]:not([hidden]) img").get_attribute("src"))
                texts = [slider.evaluate("input => input.nextElementSibling.value") for slider in sliders]
                assert texts == [slider.get_attribute("aria-valuetext") for slider in sliders]
            assert seen == list(range(len(seen))), page
            assert len(pictures) > 1 or len(seen) == 1, f"{page}: the picture never changes"


def set_by_keyboard(slider: Locator, place: int) -> None:
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
