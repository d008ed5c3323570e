"""Links within the site: every page, file and anchor that is linked exists."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup


def test_links_lead_somewhere(built: Path, parsed: dict[str, BeautifulSoup]) -> None:
    files = {(built / page).resolve(): soup for page, soup in parsed.items()}
    anchors = {path: {tag["id"] for tag in soup.find_all(id=True)} for path, soup in files.items()}
    broken = []
    for path, soup in files.items():
        for tag, attribute in [("a", "href"), ("img", "src"), ("link", "href"), ("script", "src"), ("audio", "src")]:
            for found in soup.find_all(tag, attrs={attribute: True}):
                target = urlsplit(found[attribute])
                if target.scheme or target.netloc:
                    continue
                file = (path.parent / unquote(target.path)).resolve() if target.path else path
                file = file / "index.html" if file.is_dir() else file
                if not file.is_file():
                    broken.append(f"{path.name}: {found[attribute]}")
                elif target.fragment and file in anchors and unquote(target.fragment) not in anchors[file]:
                    broken.append(f"{path.name}: {found[attribute]} (no such anchor)")
    assert broken == []


def test_ids_are_unique(parsed: dict[str, BeautifulSoup]) -> None:
    repeated = {}
    for page, soup in parsed.items():
        ids = Counter(tag["id"] for tag in soup.find_all(id=True))
        if twice := {name for name, times in ids.items() if times > 1}:
            repeated[page] = twice
    assert repeated == {}


def test_every_notebook_is_a_page(root: Path, pages: list[str]) -> None:
    notebooks = [path.relative_to(root).with_suffix(".html").as_posix() for path in root.glob("notebooks/*/*.ipynb")]
    assert [page for page in notebooks if page not in pages] == [], "add it to _toc.yml"


def test_downloads_are_the_notebooks_themselves(
    root: Path, built: Path, parsed: dict[str, BeautifulSoup], chapters: list[str]
) -> None:
    for page in chapters:
        link = parsed[page].find("a", string="Download notebook")
        assert link is not None, page
        file = (built / page).parent / link["href"]
        assert json.loads(file.read_text()) == json.loads((root / page).with_suffix(".ipynb").read_text()), page


def test_only_the_book_is_published(built: Path) -> None:
    folders = {path.name for path in built.iterdir() if path.is_dir()}
    assert folders <= {"book", "notebooks", "_images", "_sources", "_static", "_sphinx_design_static", "_downloads"}
    assert not list(built.rglob("node_modules"))
    assert not list(built.rglob("site-packages"))
