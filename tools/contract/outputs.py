"""Rules for the outputs: fresh, from one run at book scale, clean, light and affordable."""

from __future__ import annotations

import re

from tools.contract.anatomy import Chapter, Findings, output_texts
from tools.hashes import page_hash

SIZE = 1_000_000  # bytes
CAPS = {"quick": 30, "book": 240}  # seconds
WARNING = re.compile(r"\b\w*warning:|Traceback \(most recent call last\)", re.IGNORECASE)
MACHINE_PATH = re.compile(
    r"(?<![\w.:/-])/(?:home|root|Users|work|tmp)\b[\w./-]*|\b[A-Z]:\\{1,2}(?:Users|Temp|Windows)\b"
)


def fresh(chapter: Chapter) -> Findings:
    """The outputs belong to this code."""
    if chapter.book["hash"]["page"] != page_hash(chapter.notebook):
        yield None, "the code has changed since its outputs were made, expected a fresh make run SCALE=book"


def executed(chapter: Chapter) -> Findings:
    """From one run at book scale, top to bottom."""
    if (scale := chapter.book["run"].get("scale")) != "book":
        yield None, f"the outputs come from scale {scale!r}, expected 'book'"
    for expected, code in enumerate(chapter.code, start=1):
        if code.cell.execution_count != expected:
            yield code.index, f"the execution count is {code.cell.execution_count}, expected {expected}"
            return


def clean_outputs(chapter: Chapter) -> Findings:
    """No error, no stderr, no warning."""
    for code in chapter.code:
        for output in code.cell.outputs:
            if output.output_type == "error":
                yield code.index, f"the output is an error, {output.ename}, expected none"
            elif output.get("name") == "stderr":
                yield code.index, f"stderr says {output.text[:60]!r}, expected nothing"
        for found in filter(None, map(WARNING.search, output_texts(code.cell))):
            yield code.index, f"the output says {found.group()!r}, expected no warning"


def no_machine_path(chapter: Chapter) -> Findings:
    """Neither text nor code nor output knows whose machine it was."""
    for index, cell in enumerate(chapter.notebook.cells):
        for found in filter(None, map(MACHINE_PATH.search, [cell.source, *output_texts(cell)])):
            yield index, f"says {found.group()}, expected no path of a machine"


def size(chapter: Chapter) -> Findings:
    """What a page of the site can bear."""
    if (found := chapter.path.stat().st_size) > SIZE:
        yield None, f"weighs {found / 1000:.0f} kB, expected at most {SIZE / 1000:.0f} kB"


def seconds(chapter: Chapter) -> Findings:
    """What a reader and continuous integration can bear."""
    for scale, cap in CAPS.items():
        if (found := chapter.book["seconds"][scale]) > cap:
            yield None, f"takes {found:.0f} s at {scale}, expected at most {cap} s"
