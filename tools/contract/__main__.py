"""``python -m tools.contract [slug]``: print what breaks the chapter contract."""

from __future__ import annotations

import argparse

from tools.chapters import ROOT, chapter_path, chapter_paths
from tools.contract import breaches, remarks, too_heavy

BIBLIOGRAPHY = ROOT / "book" / "references.bib"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.contract", description="Print what breaks the contract.")
    parser.add_argument("chapter", nargs="?", help="only this one")
    slug = parser.parse_args().chapter
    paths = [chapter_path(slug)] if slug else chapter_paths()
    if not paths:
        raise SystemExit("There is no chapter yet, expected at least one in notebooks/<part>/.")
    found = 0
    for path in paths:
        wrong = breaches(path, BIBLIOGRAPHY)
        for line in wrong or [f"remark: {remark}" for remark in remarks(path, BIBLIOGRAPHY)]:
            print(line)
        found += len(wrong)
    if not slug and (heavy := too_heavy(paths)):
        print(heavy)
        found += 1
    if found:
        raise SystemExit(f"Breaches of the chapter contract: {found}.")


if __name__ == "__main__":
    main()
