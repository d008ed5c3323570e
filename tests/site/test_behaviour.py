"""What the pages do: tables sort and narrow, the gallery filters, the reader's choice of light or dark stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tools.visits import DESK, PHONE

COME_TO = """async () => {  // twice: what lies between gets its height on the way
  for (let k = 0; k < 2; k += 1) {
    name_below.startContainer.parentElement.scrollIntoView({ block: "center" });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  }
}"""


@pytest.fixture
def opened(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    yield page
    page.close()


def keys(opened: Page, column: int) -> list[str]:
    return opened.evaluate(
        f"[...document.querySelectorAll('.sortable tbody tr')].map((row) => row.cells[{column}].dataset.key)"
    )


@pytest.fixture
def scoreboard(opened: Page, address: str) -> Page:
    """The page with a row per verdict, as soon as a chapter judges the statements of its paper."""
    opened.goto(address + "book/scoreboard.html")
    if not opened.locator(".sortable").count():
        pytest.skip("all chapters are under revision")
    return opened


@pytest.mark.parametrize("page", ["scoreboard", "status"])
def test_tables_sort(opened: Page, address: str, page: str) -> None:
    opened.goto(f"{address}book/{page}.html")
    heads = opened.locator(".sortable th button").all_inner_texts()
    for column, name in enumerate(heads):
        button = opened.locator(".sortable th button").nth(column)
        button.press("Enter")
        rising = keys(opened, column)
        assert opened.locator(".sortable th").nth(column).get_attribute("aria-sort") == "ascending"
        if name.strip() in ("Measured", "Must be", "Form", "Edits noticed"):
            numbers = [float(key) for key in rising if key not in ("", "nan")]
            assert numbers == sorted(numbers)
        button.press("Enter")
        assert sorted(keys(opened, column)) == sorted(rising)
        assert opened.locator(".sortable th").nth(column).get_attribute("aria-sort") == "descending"


def test_scoreboard_narrows(scoreboard: Page) -> None:
    first = keys(scoreboard, 2)[0]
    scoreboard.fill(".narrow input", first)
    shown = scoreboard.locator(".sortable tbody tr:visible")
    assert shown.count() >= 1
    assert all(first in text for text in shown.all_inner_texts())
    scoreboard.fill(".narrow input", "no claim says this")
    assert scoreboard.locator(".sortable tbody tr:visible").count() == 0


def test_a_verdict_links_to_its_cell(scoreboard: Page) -> None:
    row = scoreboard.locator(".sortable tbody tr").first
    word = row.locator(".verdict").first.inner_text()
    row.locator("td.statement a").click()
    scoreboard.wait_for_load_state("load")
    assert scoreboard.locator(".claim:target .verdict").first.inner_text() == word


def test_a_link_to_a_method_opens_its_statements(opened: Page, address: str) -> None:
    opened.goto(address + "book/parts/fitting.html#method-filterreg")
    assert opened.locator("#method-filterreg li").first.is_visible()
    assert not opened.locator("#method-uniloss li").first.is_visible()


def test_gallery_filters(opened: Page, address: str) -> None:
    opened.goto(address + "book/index.html")
    everything = opened.locator(".gallery .tile").count()
    assert everything
    for name in ("part", "task", "teaches"):
        select = opened.locator(f"select[name={name}]")
        for value in select.locator("option").all_inner_texts()[1:]:
            select.select_option(value)
            tiles = opened.locator(".gallery .tile:visible")
            assert tiles.count() >= 1
            assert all(value in (tile.get_attribute(f"data-{name}") or "").split("|") for tile in tiles.all())
        select.select_option("All")
        assert opened.locator(".gallery .tile:visible").count() == everything


def test_a_link_says_what_it_leads_to(opened: Page, address: str, built: Path, chapters: list[str]) -> None:
    with_terms = next(page for page in chapters if "glossary.html#term-" in (built / page).read_text(encoding="utf-8"))
    opened.goto(address + with_terms)
    preview = opened.locator("#preview")
    for kind in ("a[href*='glossary.html#term-']", "a[href*='bibliography.html#ref-']"):
        link = opened.locator(f"article {kind}[data-title]").first
        assert not preview.is_visible()
        link.focus()
        assert preview.inner_text() == link.get_attribute("data-title")
        assert link.get_attribute("aria-describedby") == "preview"
        opened.keyboard.press("Escape")
        assert not preview.is_visible()
        link.hover()
        preview.hover()  # it stays while the pointer is on it
        opened.wait_for_timeout(500)
        assert preview.is_visible()
        opened.mouse.move(0, 0)
        preview.wait_for(state="hidden")


MARKED = "[...(CSS.highlights.get('symbol') ?? [])].map((range) => range.toString())"


def test_symbols_and_their_names_mark_each_other(opened: Page, address: str, built: Path, chapters: list[str]) -> None:
    with_symbols = [page for page in chapters if "data-code=" in (built / page).read_text(encoding="utf-8")]
    if not with_symbols:
        pytest.skip("no chapter lists its symbols")
    for page in with_symbols:
        opened.goto(address + page)
        pair = opened.evaluate(
            """() => {
                for (const symbol of document.querySelectorAll("article [data-code]")) {
                    if (!symbol.closest("section section")) continue;
                    const boxes = [...symbol.closest("section").querySelectorAll(".cell_input pre")];
                    const code = boxes.filter((box) => !box.closest("details:not([open])"));
                    const names = symbol.dataset.code.split(" ");
                    const found = code.map((box) => occurrences(box, names)).flat()[0];
                    if (!found || symbol.closest("details")) continue;
                    symbol.id = "one-symbol";
                    window.name_below = found;
                    return names;
                }
            }"""
        )
        assert pair, f"{page}: no symbol of a formula has its name in the code below"
        opened.locator("#one-symbol").hover()
        assert set(opened.evaluate(MARKED)) <= set(pair)
        assert opened.evaluate(MARKED)
        assert "marked" in opened.locator("#one-symbol").get_attribute("class")
        opened.evaluate(COME_TO)
        box = opened.evaluate("name_below.getBoundingClientRect().toJSON()")
        opened.mouse.move(0, 0)
        opened.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        opened.wait_for_function("document.querySelectorAll('article [data-code].marked').length > 0")
        opened.locator("article h1:visible").hover()
        opened.wait_for_function(f"{MARKED}.length === 0")
        assert opened.locator(".marked").count() == 0


def test_dark_mode_is_remembered(opened: Page, address: str, chapters: list[str]) -> None:
    opened.goto(address + "book/index.html")
    button = opened.locator(".theme-switch-button:visible").first
    for _ in range(3):
        if opened.evaluate("document.documentElement.dataset.mode") == "dark":
            break
        button.click()
    opened.goto(address + chapters[0])
    assert opened.evaluate("document.documentElement.dataset.theme") == "dark"


def test_pages_read_without_scripts(browser: Browser, address: str, chapters: list[str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(address + chapters[0])
    assert opened.locator(".chapter-header").is_visible()
    assert opened.locator("figure.book-explore [data-state]:visible").count() >= 1
    context.close()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_link_to_a_far_section_arrives(browser: Browser, address: str, chapters: list[str], width: int) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900})
    opened.goto(f"{address}{chapters[0]}#does-it-hold", wait_until="networkidle")
    opened.wait_for_function("scrollY > 3000")
    assert 0 <= opened.evaluate("document.getElementById('does-it-hold').getBoundingClientRect().top") < 200
    opened.close()


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_link_within_the_page_arrives(browser: Browser, address: str, chapters: list[str], width: int) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900})
    opened.goto(address + chapters[0], wait_until="networkidle")
    opened.evaluate("document.querySelector(\"nav a[href='#does-it-hold']\").click()")
    opened.wait_for_function("scrollY > 3000")
    assert 0 <= opened.evaluate("document.getElementById('does-it-hold').getBoundingClientRect().top") < 200
    opened.close()


def test_a_page_that_is_opened_again_is_where_it_was(opened: Page, address: str, chapters: list[str]) -> None:
    opened.goto(f"{address}{chapters[0]}#does-it-hold", wait_until="networkidle")
    opened.evaluate("scrollBy(0, -500)")
    opened.wait_for_timeout(300)
    before = opened.evaluate("document.getElementById('does-it-hold').getBoundingClientRect().top")
    opened.reload(wait_until="networkidle")
    opened.wait_for_function("scrollY > 3000")
    after = opened.evaluate("document.getElementById('does-it-hold').getBoundingClientRect().top")
    assert abs(after - before) < 30


def test_an_address_that_names_no_place_does_no_harm(opened: Page, address: str, chapters: list[str]) -> None:
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    for place in ("", "%", "no-such-place", "%E4"):
        opened.goto("about:blank")
        opened.goto(f"{address}{chapters[0]}#{place}", wait_until="networkidle")
    assert errors == []
