"""The site under test: built once from scratch, served as a real host does, opened in a real browser.

The tests of a module run in one process, one after the other; the pages are dealt into shares, each of which is
visited once, in whatever process comes to it first.
"""

from __future__ import annotations

import fcntl
import sys
import threading
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from tools import site
from tools.visits import DESK, PHONE, Visit, launched_browser, visit

SHARES = [pytest.param(k, marks=pytest.mark.xdist_group(f"pages {k}")) for k in range(4)]
EXTENSION = Path(__file__).parents[2] / "book" / "_ext"
sys.path.insert(0, str(EXTENSION))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """The folder of the site, built from scratch with warnings as errors, by the first process that needs it."""
    folder = root / "_build" / "html"
    stamp = tmp_path_factory.getbasetemp().parent / f"built-{testrun_uid}"
    with stamp.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not stamp.stat().st_size:
            site.build(root, clean=True)
            file.write("built")
    return folder


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the site is served, compressed; ends with a slash."""
    with site.server(built) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched_browser() as started:
        yield started


@pytest.fixture(scope="session")
def pages(built: Path) -> list[str]:
    """Every page of the site, as addresses within it."""
    found = [path.relative_to(built) for path in sorted(built.rglob("*.html"))]
    return [path.as_posix() for path in found if path.parts[0] not in ("_static", "_sources")]


@pytest.fixture(scope="session")
def parsed(built: Path, pages: list[str]) -> dict[str, BeautifulSoup]:
    """Page -> its HTML, read once for all that only looks at it."""
    return {page: BeautifulSoup((built / page).read_text(encoding="utf-8"), "html.parser") for page in pages}


@pytest.fixture(scope="session")
def axe(root: Path) -> str:
    """The source of axe-core, which judges accessibility in the page itself."""
    return (root / "book" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session", params=SHARES)
def visits(request: pytest.FixtureRequest, browser: Browser, address: str, pages: list[str], axe: str) -> list[Visit]:
    """A share of the pages, each visited once: in light and dark, on a desk and on a phone, in turn."""
    visit(browser, address, pages[0])  # the first page pays for the start of the browser
    share = [page for page in pages if page != "index.html"][request.param :: len(SHARES)]
    turns = list(product((DESK, PHONE), ("light", "dark")))
    return [visit(browser, address, page, *turns[k % len(turns)], axe=axe) for k, page in enumerate(share)]


@pytest.fixture(scope="session")
def chapters(pages: list[str]) -> list[str]:
    found = [page for page in pages if page.startswith("notebooks/")]
    assert found, "the site has no chapter"
    return found


@pytest.fixture(scope="session")
def samples(chapters: list[str]) -> list[str]:
    """One page of each kind, for what is too slow to try on all."""
    return [
        chapters[0],
        "book/index.html",
        "book/scoreboard.html",
        "book/parts/fitting.html",
        "book/api.html",
        "search.html",
    ]
