"""Every page, opened in a browser: it needs nothing from elsewhere, complains of nothing, is light and fast."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from statistics import median
from time import sleep

import pytest
from playwright.sync_api import Browser, Route

from tools import site
from tools.visits import DESK, PHONE, SHIFTS, Visit, blocked, visit

HEAVIEST, MEDIAN = 1_000_000, 700_000  # bytes over the wire when a page is opened with an empty cache
READABLE, INTERACTIVE, WORK, BLOCKED = 1.0, 2.0, 0.8, 0.6  # seconds
SHIFT = 0.05
LATE = re.compile(r"\.(woff2|png|jpg|svg)$")  # fonts and pictures
TRIES = 3  # a page that misses its time is measured again: other work on the machine is not the page's fault


def test_nothing_comes_from_elsewhere(visits: list[Visit], address: str) -> None:
    assert {
        seen.page: away for seen in visits if (away := [url for url in seen.requests if not url.startswith(address)])
    } == {}


def test_nothing_is_missing(visits: list[Visit]) -> None:
    assert {seen.page: seen.missing for seen in visits if seen.missing} == {}


def test_console_is_silent(visits: list[Visit]) -> None:
    assert {seen.page: seen.complaints for seen in visits if seen.complaints} == {}


def test_formulas_and_citations_are_rendered(visits: list[Visit]) -> None:
    assert {seen.page: seen.unrendered for seen in visits if seen.unrendered} == {}


def test_pictures_appear(visits: list[Visit]) -> None:
    assert {seen.page: seen.broken_images for seen in visits if seen.broken_images} == {}


def test_pages_do_not_scroll_sideways(visits: list[Visit]) -> None:
    too_wide = {seen.page: seen.widest for seen in visits if any(page > window for window, page in seen.widest.items())}
    assert too_wide == {}, "widths of the page by those of the window"


def test_nothing_is_a_barrier(visits: list[Visit]) -> None:
    assert {(seen.page, seen.width, seen.mode): seen.barriers for seen in visits if seen.barriers} == {}


def test_pages_are_light(visits: list[Visit], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{table(visits)}")
    heavy = {seen.page: seen.bytes_at_load for seen in visits if seen.bytes_at_load > HEAVIEST}
    assert heavy == {}, f"at most {HEAVIEST} bytes"
    chapters = [seen.bytes_at_load for seen in visits if seen.page.startswith("notebooks/")]
    assert not chapters or median(chapters) <= MEDIAN


def table(visits: list[Visit]) -> str:
    head = f"{'page':52}{'kB':>7}{'scrolled':>10}{'readable':>10}{'interactive':>13}{'work':>9}{'shift':>8}"
    rows = [
        f"{seen.page:52}{seen.bytes_at_load / 1000:7.0f}{seen.bytes_scrolled / 1000:10.0f}{seen.readable:8.2f} s"
        f"{seen.interactive:11.2f} s{seen.work:7.2f} s{seen.shift:8.3f}"
        for seen in sorted(visits, key=lambda seen: -seen.bytes_at_load)
    ]
    return "\n".join([head, *rows])


def test_pages_are_fast(visits: list[Visit], browser: Browser, address: str) -> None:
    slow = {}
    for seen in visits:
        tries = [seen]
        while not fast(tries[-1]) and len(tries) < TRIES:
            tries.append(visit(browser, address, seen.page, seen.width, seen.mode))
        if not fast(tries[-1]):
            slow[seen.page] = [(f"{t.readable:.2f} s", f"{t.interactive:.2f} s", f"{t.work:.2f} s") for t in tries]
    assert slow == {}, f"readable within {READABLE} s, interactive within {INTERACTIVE} s, {WORK} s of work"


def fast(seen: Visit) -> bool:
    return seen.readable <= READABLE and seen.interactive <= INTERACTIVE and seen.work <= WORK


def test_a_slow_device_is_not_blocked(browser: Browser, address: str, heaviest: list[str]) -> None:
    blocking = {
        page: times
        for page in heaviest
        if min(times := [blocked(browser, address, page) for _ in range(TRIES)]) > BLOCKED
    }
    assert blocking == {}, f"at most {BLOCKED} s"


@pytest.fixture(scope="session")
def heaviest(built: Path, pages: list[str]) -> list[str]:
    """The three pages with most text and elements."""
    return sorted(pages, key=lambda page: -(built / page).stat().st_size)[:3]


def test_nothing_moves_under_the_reader(visits: list[Visit]) -> None:
    assert {seen.page: round(seen.shift, 3) for seen in visits if seen.shift > SHIFT} == {}


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_what_arrives_late_moves_nothing(browser: Browser, address: str, samples: list[str], width: int) -> None:
    moved = {}
    for page in samples:
        opened = browser.new_page(viewport={"width": width, "height": 900})
        opened.add_init_script(SHIFTS)
        opened.route(LATE, late)
        opened.goto(address + page, wait_until="networkidle")
        moved[page] = opened.evaluate("window.bookShift")
        opened.close()
    assert {page: round(shift, 3) for page, shift in moved.items() if shift > SHIFT} == {}


def late(route: Route) -> None:
    sleep(0.3)
    route.continue_()


def test_landing_page_is_the_entrance(browser: Browser, address: str) -> None:
    opened = browser.new_page()
    opened.goto(address)
    opened.wait_for_url("**/book/index.html")
    assert opened.title().startswith("Runnable Vision")
    opened.close()


@pytest.mark.parametrize("base", ["", "a/base/"])
def test_unknown_address_gets_the_404_page(browser: Browser, built: Path, tmp_path: Path, base: str) -> None:
    served = tmp_path / "served"
    start = served / base
    start.parent.mkdir(parents=True, exist_ok=True)
    start.symlink_to(built)
    if base:
        (served / "404.html").symlink_to(built / "404.html")
    opened = browser.new_page()
    with site.server(served) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        for place in ("no-such-page.html", "notebooks/gone.html", "x/y/z/"):
            answer = opened.goto(f"http://127.0.0.1:{running.server_address[1]}/{base}{place}")
            assert answer is not None
            assert answer.status == 404
            assert opened.inner_text("article h1").startswith("Page not found")
            family = "getComputedStyle(document.querySelector('article h1')).fontFamily"
            assert "Source Serif" in opened.evaluate(family), "the page found its style"
            opened.locator(".navbar-brand").first.click()
            opened.wait_for_url(f"**/{base}book/index.html")
        running.shutdown()
    opened.close()


def test_search_works_without_a_network(browser: Browser, address: str) -> None:
    opened = browser.new_page()
    opened.goto(address + "book/index.html")
    opened.keyboard.press("Control+k")
    opened.keyboard.type("counter-clockwise")
    opened.keyboard.press("Enter")
    opened.wait_for_url("**/search.html?q=*")
    opened.wait_for_selector("ul.search li a")
    assert "Conventions" in opened.inner_text("ul.search")
    opened.close()
