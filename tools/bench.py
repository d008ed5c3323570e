"""``make bench``: measure what chapters, pieces, site and pages cost, and write the book's page about it."""

from __future__ import annotations

import contextlib
import datetime
import os
import platform
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from tools import site
from tools.chapters import ROOT, chapter_paths, read
from tools.execute import execute
from tools.peers import peer_rows
from tools.visits import Visit, launched_browser, visit

PAGE = ROOT / "book" / "bench.md"
HEAD = """# Benchmarks

What the book itself costs, measured by `make bench` on {date} on {cores} cores ({machine}, Python {python}).

"""


def chapter_rows() -> list[list[str]]:
    """Per chapter at ``quick`` on one thread: kernel start, CPU-seconds, peak memory."""
    rows = []
    for path in tqdm(chapter_paths(), desc="chapters", unit="chapter"):
        done = execute(read(path), scale="quick")
        costs = [f"{done.start_seconds:.1f} s", f"{done.cpu_seconds:.1f} s", f"{done.memory:.0f} MiB"]
        rows.append([f"[{path.stem}](../{path.relative_to(ROOT).as_posix()})", *costs])
    return rows


def build_rows() -> list[list[str]]:
    """Seconds of the site's build: clean, unchanged, and with one chapter edited (the edit is taken back)."""
    path = chapter_paths()[0]
    before = path.read_bytes()
    rows = [["clean", seconds(lambda: site.build(clean=True))], ["unchanged", seconds(site.build)]]
    try:
        path.write_bytes(before.replace(b"## Exercises", b"## Exercises\\n\\nOne more line.", 1))
        rows.append(["one chapter edited", seconds(site.build)])
    finally:
        path.write_bytes(before)
    site.build()
    return rows


def page_rows() -> list[list[str]]:
    """Per page: what crosses the wire, compressed, with an empty cache, and when it can be read and used."""
    folder = ROOT / "_build" / "html"
    pages = [
        p.relative_to(folder).as_posix()
        for kind in ("book", "notebooks")
        for p in sorted((folder / kind).rglob("*.html"))
    ]
    with site.server(folder) as running, launched_browser() as browser:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{running.server_address[1]}/"
        visit(browser, address, pages[0])  # the first page pays for the start of the browser
        visits: list[Visit] = [visit(browser, address, page) for page in tqdm(pages, desc="pages", unit="page")]
        running.shutdown()
    return [
        [
            f"`{seen.page}`",
            f"{seen.bytes_at_load / 1000:.0f} kB",
            f"{seen.bytes_scrolled / 1000:.0f} kB",
            f"{seen.readable:.2f} s",
            f"{seen.interactive:.2f} s",
        ]
        for seen in sorted(visits, key=lambda seen: -seen.bytes_at_load)
    ]


def seconds(call: Callable[[], Path]) -> str:
    began = time.perf_counter()
    with contextlib.redirect_stdout(None):
        call()
    return f"{time.perf_counter() - began:.1f} s"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    return "".join(f"| {' | '.join(row)} |\n" for row in [header, ["---"] * len(header), *rows])


def main() -> None:
    parts = {
        "Chapters at quick, one thread": (["chapter", "kernel start", "CPU", "peak memory"], chapter_rows()),
        "Pieces beside public libraries that give the same answer, one thread": (
            ["piece", "task", "library", "ours", "library's", "ratio", "why a slower one stays"],
            peer_rows(),
        ),
        "Building the site": (["build", "time"], build_rows()),
        "Pages, compressed, with an empty cache": (
            ["page", "at load", "scrolled through", "readable", "interactive"],
            page_rows(),
        ),
    }
    facts = {"date": datetime.datetime.now(datetime.UTC).date(), "cores": os.cpu_count(), "machine": platform.machine()}
    text = HEAD.format(**facts, python=platform.python_version())
    text += "\n".join(f"## {title}\n\n{table(*part)}" for title, part in parts.items())
    PAGE.write_text(text, encoding="utf-8")
    print(f"{text}\nWritten to {PAGE.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
