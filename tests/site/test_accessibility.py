"""axe-core finds nothing serious on samples, code included, in both modes and at both widths; pictures keep theirs."""

from __future__ import annotations

from itertools import product

import pytest
from playwright.sync_api import Browser

from tools.visits import SCROLL, barriers


def found(browser: Browser, address: str, axe: str, width: int, mode: str) -> list[str]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=mode)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(address, wait_until="load")
    opened.evaluate(SCROLL)  # boxes become reachable as a reader comes near
    seen = barriers(opened, axe)
    context.close()
    return seen


@pytest.mark.parametrize(("mode", "width"), list(product(("light", "dark"), (1300, 390))))
def test_samples(browser: Browser, address: str, samples: list[str], axe: str, mode: str, width: int) -> None:
    seen = {page: found(browser, address + page, axe, width, mode) for page in samples}
    assert {page: bad for page, bad in seen.items() if bad} == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_pictures_are_never_filtered(browser: Browser, address: str, chapters: list[str], mode: str) -> None:
    context = browser.new_context(color_scheme=mode)  # type: ignore[arg-type]
    opened = context.new_page()
    for page in (chapters[0], "book/index.html"):
        opened.goto(address + page, wait_until="load")
        assert opened.evaluate("document.documentElement.dataset.theme") == mode
        filters = opened.evaluate("[...new Set([...document.images].map((image) => getComputedStyle(image).filter))]")
        assert filters == ["none"], page
    context.close()
