"""axe-core finds nothing serious: all pages once, samples in both modes and at both widths."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools.visits import SCROLL

# Highlighted code is the same everywhere and takes most of the time: the samples include it, the other pages do not.
RUN = """async (without) => {
  const context = { include: [["html"]], exclude: without };
  const result = await axe.run(context, { preload: false, resultTypes: ["violations"] });
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`);
}"""


@pytest.fixture(scope="module")
def axe(root: Path) -> str:
    return (root / "book" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def violations(
    browser: Browser, address: str, axe: str, width: int, mode: str, *, without: tuple[str, ...] = ()
) -> list[str]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=mode, bypass_csp=True)  # type: ignore[arg-type]
    opened = context.new_page()
    opened.goto(address, wait_until="load")
    opened.evaluate(SCROLL)  # boxes become reachable as a reader comes near
    opened.add_script_tag(content=axe)
    found = opened.evaluate(RUN, [[selector] for selector in without])
    context.close()
    return found


def test_all_pages(browser: Browser, address: str, pages: list[str], axe: str) -> None:
    found = {}
    for k, page in enumerate(page for page in pages if page != "index.html"):
        mode, width = ("light", "dark")[k % 2], (1300, 390)[k // 2 % 2]
        if bad := violations(browser, address + page, axe, width, mode, without=("div.highlight",)):
            found[f"{page} ({mode}, {width} px)"] = bad
    assert found == {}


@pytest.mark.parametrize(("mode", "width"), list(product(("light", "dark"), (1300, 390))))
def test_samples(browser: Browser, address: str, samples: list[str], axe: str, mode: str, width: int) -> None:
    found = {page: violations(browser, address + page, axe, width, mode) for page in samples}
    assert {page: bad for page, bad in found.items() if bad} == {}


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
