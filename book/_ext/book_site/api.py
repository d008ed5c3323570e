"""The API page lists the modules of helpers as they are, so that a new one appears by itself."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

PAGE = "book/api"


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_modules)
    app.connect("env-get-outdated", outdated)


def add_modules(app: Sphinx, docname: str, content: list[str]) -> None:
    if docname == PAGE:
        blocks = [f"## {name}\n\n```{{eval-rst}}\n.. automodule:: {name}\n```\n" for name in modules(Path(app.srcdir))]
        content[0] += "\n" + "\n".join(blocks)


def modules(root: Path) -> list[str]:
    """Modules of helpers that define something public, as dotted names."""
    files = sorted((root / "helpers").rglob("*.py"))
    return [
        ".".join(path.relative_to(root).with_suffix("").parts)
        for path in files
        if path.stem != "__init__" and not path.stem.startswith("_")
    ]


def outdated(app: Sphinx, env: BuildEnvironment, *_changes: set[str]) -> list[str]:
    """Read the page again when the list of modules changed."""
    now = modules(Path(app.srcdir))
    before = getattr(env, "book_api_modules", None)
    env.book_api_modules = now  # type: ignore[attr-defined]
    return [PAGE] if before is not None and before != now else []
