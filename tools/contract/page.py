"""Rules for what the reader sees: title, sections, text, pictures, exploring, exercises."""

from __future__ import annotations

import ast
import re
from collections import Counter
from itertools import zip_longest
from typing import Any

from tools.contract.anatomy import CITATION, Chapter, Code, Findings, citations, is_text, output_texts

SECTIONS = (
    "The problem",
    "The idea",
    "The world",
    "The method",
    "Training",  # or Solving
    "Results",
    "Explore",
    "Does it hold?",
    "At paper scale",
    "Exercises",
    "What we changed",
)
CODE_CELLS_IN_A_ROW = 3
EXERCISES = 3
FOLDED, SET_UP = "hide-cell", "hide-input"
CODE_LINES, WORDS, FIGURES, COLUMNS, LOG_LINES = 500, 2500, 12, 6, 3
LOG = re.compile(r"\d steps in [\d.]+ s")  # the line of a training
NO_PROSE = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$|```.*?```|`[^`]*`|\]\([^)]*\)|\{\w+\}", re.DOTALL)
PICTURES = {"image/png", "image/jpeg", "image/svg+xml"}
BARE_IMAGE = re.compile(r"<img(?![^>]*\balt=\"[^\"])")


def title_cell(chapter: Chapter) -> Findings:
    """The first cell: `# Title`, what the method does, a citation of its paper."""
    first, title, key = chapter.notebook.cells[0], chapter.book["title"], chapter.book["paper"]["key"]
    lines = [line.strip() for line in first.source.splitlines() if line.strip()]
    if first.cell_type != "markdown" or lines[:1] != [f"# {title}"]:
        yield 0, f"the first cell does not start with the title of metadata.book, expected '# {title}'"
    elif not re.search(r"\w", CITATION.sub("", "".join(lines[1:]))):
        yield 0, "the title cell does not say what the method does, expected one line"
    if key not in citations(first.source):
        yield 0, f"the title cell does not cite the paper, expected {{cite}}`{key}`"


def sections(chapter: Chapter) -> Findings:
    """One `#` title and the eleven `##` sections, exactly and in order."""
    for heading in [heading for heading in chapter.headings if heading.level == 1][1:]:
        yield heading.index, f"{heading.text!r} is a second # title, expected one"
    found = [heading for heading in chapter.headings if heading.level == 2]
    for heading, expected in zip_longest(found, SECTIONS):
        if heading is None:
            yield None, f"there are {len(found)} sections, expected {expected!r} to follow"
            return
        if heading.text != expected and (heading.text, expected) != ("Solving", "Training"):
            yield heading.index, f"the section is {heading.text!r}, expected {expected or 'no more'!r}"
            return


def prose_between(chapter: Chapter) -> Findings:
    """Text leads the reader: only few code cells stand in a row."""
    row = 0
    for index, cell in enumerate(chapter.notebook.cells):
        row = row + 1 if cell.cell_type == "code" else 0
        if row == CODE_CELLS_IN_A_ROW + 1:
            yield index, f"more than {CODE_CELLS_IN_A_ROW} code cells stand in a row, expected text between them"


def known_citations(chapter: Chapter) -> Findings:
    """Every citation has its entry in the bibliography."""
    for index, cell in enumerate(chapter.notebook.cells):
        if cell.cell_type == "markdown":
            for key in sorted(citations(cell.source) - chapter.bibliography):
                yield index, f"cites {key!r}, expected a key of references.bib"
    if (key := chapter.book["paper"]["key"]) not in chapter.bibliography:
        yield None, f"metadata.book.paper.key is {key!r}, expected a key of references.bib"


def with_picture(chapter: Chapter) -> list[Code]:
    return [code for code in chapter.code if any(PICTURES & set(output.get("data", ())) for output in code.shown)]


def described(code: Code) -> dict[str, Any]:
    """What the metadata of a cell says about its figure: caption, name, alt."""
    mystnb = code.cell.metadata.get("mystnb", {})
    return {**mystnb.get("figure", {}), **mystnb.get("image", {})}


def pictures(chapter: Chapter) -> Findings:
    """Every picture has a caption, a text alternative and a name, and stands alone in its cell."""
    for code in with_picture(chapter):
        for key, where in (("caption", "figure.caption"), ("name", "figure.name"), ("alt", "image.alt")):
            if not is_text(described(code).get(key)):
                yield code.index, f"the picture has no mystnb.{where} in the cell's metadata, expected a text"
    for code in chapter.code:
        if described(code) and len(code.shown) != 1:
            yield code.index, f"the figure's cell shows {len(code.shown)} outputs, expected one under its caption"


def html_pictures(chapter: Chapter) -> Findings:
    """Pictures in HTML (explore, turntables) have a text alternative too."""
    for code in chapter.code:
        if any(BARE_IMAGE.search(text) for text in output_texts(code.cell)):
            yield code.index, "an <img> in the output has no alt text, expected one"


def figure_names(chapter: Chapter) -> Findings:
    """No two figures have one name; the thumbnail is one of them."""
    names = [described(code).get("name") for code in with_picture(chapter)]
    for name, count in Counter(names).items():
        if count > 1:
            yield None, f"{count} figures have the name {name!r}, expected each its own"
    if (thumbnail := chapter.book["thumbnail"]) not in names:
        yield None, f"metadata.book.thumbnail is {thumbnail!r}, expected a figure: {', '.join(map(str, names))}"


def explored(chapter: Chapter) -> Findings:
    """One explore(...), in its section, with caption and alt."""
    calls = [(code, call) for code in chapter.code for call in code.calls("explore")]
    if len(calls) != 1:
        yield None, f"there are {len(calls)} calls of explore, expected one"
    for code, call in calls:
        if code.section != "Explore":
            yield code.index, f"explore is called under {code.section!r}, expected 'Explore'"
        for name in sorted({"caption", "alt"} - {each.arg for each in call.keywords}):
            yield code.index, f"explore has no {name}, expected a text"


def exercises(chapter: Chapter) -> Findings:
    """Three `###` exercises, each with a check and a folded solution."""
    titles = [heading for heading in chapter.headings if heading.level == 3 and heading.section == "Exercises"]
    if len(titles) != EXERCISES:
        yield None, f"there are {len(titles)} exercises (### under Exercises), expected {EXERCISES}"
    for number, title in enumerate(titles, start=1):
        cells = [code for code in chapter.code if code.section == "Exercises" and code.exercise == number]
        if not any(FOLDED in code.tags for code in cells):
            yield title.index, f"exercise {title.text!r} has no solution, expected a code cell tagged {FOLDED}"
        if not any("assert" in code.cell.source for code in cells if FOLDED not in code.tags):
            yield title.index, f"exercise {title.text!r} has no check, expected a visible code cell that asserts"


def folded(chapter: Chapter) -> Findings:
    """Set-up is folded, solutions are hidden; nothing else of a page is taken from the reader."""
    for code in chapter.code[:2]:
        if SET_UP not in code.tags:
            yield code.index, f"is not tagged {SET_UP}, expected it on set-up and configuration"
    for code in chapter.code:
        names = {getattr(node, "name", None) for node in code.tree.body}
        if names and names <= set(chapter.book["display_only"]) and not {SET_UP, FOLDED} & set(code.tags):
            yield code.index, f"only draws and is not tagged {SET_UP}, expected it on functions that only draw"
    for index, cell in enumerate(chapter.notebook.cells):
        for tag in cell.metadata.get("tags", []):
            solution = (tag, chapter.section(index)) == (FOLDED, "Exercises")
            if tag.startswith(("hide-", "remove-")) and tag != SET_UP and not solution:
                yield index, f"is tagged {tag}, expected {SET_UP}, or {FOLDED} on solutions of exercises"


def lengths(chapter: Chapter) -> Findings:
    """One sitting: visible code, words and figures have a limit."""
    visible = [code for code in chapter.code if not {SET_UP, FOLDED} & set(code.tags)]
    for found, most, what in (
        (sum(len(counted_lines(code)) for code in visible), CODE_LINES, "visible lines of code"),
        (sum(words(cell.source) for cell in chapter.notebook.cells if cell.cell_type == "markdown"), WORDS, "words"),
        (len(with_picture(chapter)), FIGURES, "figures"),
    ):
        if found > most:
            yield None, f"has {found} {what}, expected at most {most}"


def counted_lines(code: Code) -> set[int]:
    """The numbers of the lines of a code cell that hold something, docstrings apart."""
    docstrings = {
        line
        for node in ast.walk(code.tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    lines = code.cell.source.splitlines()
    return {number for number, line in enumerate(lines, start=1) if line.strip()} - docstrings


def words(text: str) -> int:
    """The words of a Markdown text: equations, code and addresses apart."""
    return len(re.findall(r"[^\W\d_][\w'’-]*", NO_PROSE.sub(" ", text)))


def narrow_tables(chapter: Chapter) -> Findings:
    """A table of results fits a page: at most six columns beside the names of its rows."""
    for code in chapter.code:
        for text in output_texts(code.cell):
            if 'class="book-results"' in text and (count := len(re.findall(r'<th scope="col"', text)) - 1) > COLUMNS:
                yield code.index, f"the table has {count} columns, expected at most {COLUMNS}"


def short_logs(chapter: Chapter) -> Findings:
    """A training tells what it did in at most three lines."""
    for code in chapter.code:
        printed = "".join(each.text for each in code.cell.outputs if each.get("name") == "stdout").splitlines()
        trainings = sum(bool(LOG.search(line)) for line in printed)
        if trainings and len(printed) > LOG_LINES * trainings:
            yield code.index, f"prints {len(printed)} lines for {trainings} trainings, expected {LOG_LINES} for each"


def result_picture(chapter: Chapter) -> Findings:
    """The picture of the header is a figure of the chapter."""
    names = [described(code).get("name") for code in with_picture(chapter)]
    if (result := chapter.book.get("result")) is not None and result not in names:
        yield None, f"metadata.book.result is {result!r}, expected a figure: {', '.join(map(str, names))}"
