"""On paper: no controls, no cut code, explorers show the frame that is chosen."""

from __future__ import annotations

from playwright.sync_api import Browser

CUT = """() => [...document.querySelectorAll("pre")]
  .filter((pre) => pre.clientWidth && pre.scrollWidth > pre.clientWidth + 1)
  .map((pre) => pre.textContent)"""
SIDES = ".bd-sidebar-primary, .bd-sidebar-secondary, .prev-next-area"
CONTROLS = f"button, input, select, nav, dialog, {SIDES}, .headerlink, .actions"


def test_a_chapter_prints(browser: Browser, address: str, chapters: list[str]) -> None:
    page_width = 690  # A4 less its margins, in CSS pixels
    context = browser.new_context(viewport={"width": page_width, "height": 1000}, color_scheme="dark")
    opened = context.new_page()
    for chapter in chapters[:3]:
        opened.emulate_media(media="screen")
        opened.goto(address + chapter, wait_until="load")
        opened.emulate_media(media="print")
        assert opened.locator(CONTROLS).locator("visible=true").count() == 0, chapter
        assert opened.locator("article h1").first.is_visible(), f"{chapter} has no title"
        assert opened.evaluate(CUT) == [], chapter
        assert opened.evaluate("document.documentElement.scrollWidth") <= page_width, chapter
        for figure in opened.locator("figure.book-explore").all():
            shown = figure.locator("[data-state]").locator("visible=true")
            assert shown.count() == 1, chapter
        background = opened.evaluate("getComputedStyle(document.body).backgroundColor")
        assert background in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), f"{chapter} prints on {background}"
        assert len(opened.pdf()) > 10_000
    context.close()
