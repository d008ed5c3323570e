"""The API page lists the modules of helpers as they are, so that a new one appears by itself; worlds show a picture."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from book_site import text

if TYPE_CHECKING:
    from helpers.draw import pictures

PAGE, WORLDS = "book/api", "helpers.worlds."


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_modules)
    app.connect("env-get-outdated", outdated)
    app.connect("autodoc-process-docstring", headings_to_rubrics)
    app.connect("autodoc-process-bases", public_bases)


def add_modules(app: Sphinx, docname: str, content: list[str]) -> None:
    if docname == PAGE:
        root = Path(app.srcdir)
        content[0] += "\n" + "\n".join(block(name, root, Path(app.outdir) / "_images") for name in modules(root))


def block(name: str, root: Path, images: Path) -> str:
    picture = world_picture(name, root, images) if name.startswith(WORLDS) else ""
    return f"## {name}\n{picture}\n```{{eval-rst}}\n.. automodule:: {name}\n```\n"


def world_picture(name: str, root: Path, images: Path) -> str:
    """What a world's `sample_picture()` draws, as a figure; the first line of its docstring is the caption."""
    picture, words = drawn(name, root)
    images.mkdir(parents=True, exist_ok=True)
    kind = picture.mime.removeprefix("image/").removesuffix("+xml")
    path = images / f"world-{hashlib.sha256(picture.data).hexdigest()[:20]}.{kind}"
    path.write_bytes(picture.data)
    size = f'width="{picture.width}" height="{picture.height}"'
    image = f'<img src="../_images/{path.name}" {size} alt="{words}" loading="lazy">'
    return f'\n<figure class="world">{image}<figcaption>{words}</figcaption></figure>\n'


def drawn(name: str, root: Path) -> tuple[pictures.Picture, str]:
    """The picture and its caption, kept from build to build as long as neither this file nor helpers change.

    Worlds take seconds to draw, and helpers to import.
    """
    digest = hashlib.sha256(name.encode())
    for path in (Path(__file__), *sorted((root / "helpers").rglob("*.py"))):
        digest.update(path.read_bytes())
    kept = root / "_build" / ".worlds" / digest.hexdigest()
    if not kept.exists():
        from helpers.draw import figures, pictures

        draw = importlib.import_module(name).sample_picture
        figures.set_style()
        words = text.escape(inspect.getdoc(draw).splitlines()[0])
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(pickle.dumps((pictures.frame(draw()), words)))
    return pickle.loads(kept.read_bytes())


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


def headings_to_rubrics(
    _app: Sphinx, what: str, _name: str, _object: object, _options: object, lines: list[str]
) -> None:
    """Every world has its "Conventions": as sections of one page their names would clash, rubrics have none."""
    if what != "module":
        return
    for k in range(len(lines) - 1, 0, -1):
        if lines[k] and not lines[k].strip("-") and len(lines[k]) >= len(lines[k - 1]) > 0:
            lines[k - 1 : k + 1] = [f".. rubric:: {lines[k - 1]}", ""]


def public_bases(_app: Sphinx, _name: str, _object: object, _options: object, bases: list[type]) -> None:
    """Name the nearest public ancestor in place of a base that is private, and so has no entry to link to."""
    bases[:] = [next(kind for kind in base.__mro__ if not kind.__name__.startswith("_")) for base in bases]
