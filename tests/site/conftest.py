"""The site under test: built once from scratch, served as a real host does, opened in a real browser."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tools import site
from tools.visits import launched_browser

EXTENSION = Path(__file__).parents[2] / "book" / "_ext"
sys.path.insert(0, str(EXTENSION))


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def built(root: Path) -> Path:
    """The folder of the site, built from scratch with warnings as errors."""
    return site.build(root, clean=True)


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
