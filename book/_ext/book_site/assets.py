"""Fonts and the look of formulas from the pinned npm packages, and the theme without what pages do not need."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ConfigError

PACKAGES = Path("book") / "node_modules"
FONTS = {
    "serif.woff2": "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
    "serif-italic.woff2": "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-italic.woff2",
    "sans.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "mono.woff2": "@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2",
}
# Formats of KaTeX's fonts that no browser asks for which knows woff2.
OLDER = re.compile(r',url\([^)]+\) format\("(?:woff|truetype)"\)')
# The theme measures every box of code when a page has loaded, and lays the page out anew for each. Site.js measures
# them as a reader comes near.
MEASURES = re.compile(r',"complete"===document\.readyState\?\w+\(\):window\.addEventListener\("load",\w+\)')


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", copy_packages)
    app.connect("build-finished", calm_theme)
    app.connect("html-page-context", drop_scripts)


def copy_packages(app: Sphinx) -> None:
    """Bring what the pages load into _static/vendor of the site."""
    packages = Path(app.srcdir) / PACKAGES
    if not packages.is_dir():
        raise ConfigError(
            "book/node_modules is missing: build the site with `python -m tools.site build`, which fetches it"
        )
    vendor = Path(app.outdir) / "_static" / "vendor"
    for name, source in FONTS.items():
        copy(packages / source, vendor / "fonts" / name)
    katex = packages / "katex" / "dist"
    for font in katex.glob("fonts/*.woff2"):
        copy(font, vendor / "katex" / "fonts" / font.name)
    (vendor / "katex" / "katex.css").write_text(OLDER.sub("", (katex / "katex.min.css").read_text()))


def copy(source: Path, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def drop_scripts(
    _app: Sphinx, _pagename: str, _template: str, context: dict[str, Any], _doctree: nodes.document | None
) -> None:
    """Pages without code need no copy button, pages without folded cells no toggle button."""
    body = context.get("body", "")
    unused = [
        name
        for name, sign in (("copybutton", "<pre>"), ("clipboard", "<pre>"), ("togglebutton", "toggle"))
        if sign not in body
    ]
    context["script_files"] = [
        script
        for script in context["script_files"]
        if not any(name in str(getattr(script, "filename", script)) for name in unused)
    ]


def calm_theme(app: Sphinx, error: Exception | None) -> None:
    script = Path(app.outdir) / "_static" / "scripts" / "pydata-sphinx-theme.js"
    if error or not script.exists():
        return
    script.write_text(calmed(script.read_text(encoding="utf-8")), encoding="utf-8")


def calmed(script: str) -> str:
    """The theme's script without its measuring of all boxes; a script that has been calmed stays as it is."""
    found = len(MEASURES.findall(script))
    if found > 1 or (not found and '("load"' in script):
        raise ConfigError("the theme's script is not the one that this book knows: look at MEASURES in assets.py")
    return MEASURES.sub("", script)
