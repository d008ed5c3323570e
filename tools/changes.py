"""Which chapters changed since the last landed commit: what ``make test`` breaks and runs twice."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nbformat

from tools.chapters import ROOT, chapter_paths, read
from tools.hashes import proof_hash


def changed_chapters() -> list[Path]:
    """The chapters whose proof, by the rule of today, is not that of the last landed commit."""
    base = landed_commit()
    return [path for path in chapter_paths() if base is None or proof_hash(read(path)) != _hash_at(base, path)]


def landed_commit() -> str | None:
    """The commit to compare with: ``BOOK_BASE``, else where this branch left its upstream, else the newest commit that
    is older than half a day (a fresh clone of work that is just landing); None where there is none of them."""
    if base := os.environ.get("BOOK_BASE"):
        return base
    head, upstream = _git("rev-parse", "HEAD"), _git("merge-base", "HEAD", "@{upstream}")
    return upstream if upstream and upstream != head else _git("rev-list", "-1", "--before=12 hours ago", "HEAD")


def _hash_at(commit: str, path: Path) -> str | None:
    text = _git("show", f"{commit}:{path.relative_to(ROOT).as_posix()}")
    return text and proof_hash(nbformat.reads(text, as_version=4))


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or None if done.returncode == 0 else None
