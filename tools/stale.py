"""``make stale``: list the chapters whose outputs were made with other code or other helpers than those here."""

from __future__ import annotations

from tools.chapters import chapter_paths, read
from tools.hashes import helpers_hash, page_hash


def stale() -> dict[str, str]:
    """Slug of each stale chapter -> why."""
    found = {}
    for path in chapter_paths():
        notebook = read(path)
        stored = notebook.metadata.get("book", {}).get("hash") or {}
        if stored.get("page") != page_hash(notebook):
            found[path.stem] = "its code changed since its outputs were made"
        elif stored.get("helpers") != helpers_hash(notebook):
            found[path.stem] = "a helper that it uses changed since its outputs were made"
    return found


def main() -> None:
    found = stale()
    for slug, why in found.items():
        print(f"{slug}: {why}; `make run CHAPTER={slug}` makes them anew.")
    if not found:
        print("The outputs of all chapters are fresh.")


if __name__ == "__main__":
    main()
