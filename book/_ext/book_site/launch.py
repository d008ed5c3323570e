"""Buttons of a chapter: the download, and the services that can open it once the build knows the repository."""

from __future__ import annotations

import os
from urllib.parse import quote, urlencode, urlsplit

from book_site.chapters import Chapter

COLAB, BINDER = "https://colab.research.google.com/github", "https://mybinder.org/v2"


def actions(chapter: Chapter, up: str) -> list[tuple[str, str, str]]:
    """Label, address and further attributes of each button."""
    download = f"{up}_sources/{chapter.docname}.ipynb"
    return [
        ("Download notebook", download, f' download="{chapter.slug}.ipynb"'),
        *launchers(f"{chapter.docname}.ipynb"),
    ]


def launchers(path: str) -> list[tuple[str, str, str]]:
    """What opens the notebook at `path` of the repository; nothing while BOOK_REPOSITORY_URL is not set."""
    repository = os.environ.get("BOOK_REPOSITORY_URL", "").rstrip("/").removesuffix(".git")
    if not repository:
        return []
    branch = os.environ.get("BOOK_REPOSITORY_BRANCH", "main")
    place = urlsplit(repository)
    name = place.path.strip("/")
    on_github = place.hostname == "github.com"
    found = []
    if on_github:
        copies = os.environ.get("BOOK_COLAB_BRANCH", branch)
        found.append(("Open in Colab", f"{COLAB}/{name}/blob/{copies}/{path}", ""))
    source = f"gh/{name}" if on_github else f"git/{quote(repository, safe='')}"
    found.append(("Open on Binder", f"{BINDER}/{source}/{branch}?urlpath={quote(f'lab/tree/{path}', safe='')}", ""))
    if hub := os.environ.get("BOOK_JUPYTERHUB_URL", "").rstrip("/"):
        target = f"lab/tree/{name.rpartition('/')[2]}/{path}"
        query = urlencode({"repo": repository, "branch": branch, "urlpath": target})
        found.append(("Open on JupyterHub", f"{hub}/hub/user-redirect/git-pull?{query}", ""))
    return found
