"""Rules for the code: first cells, lengths, what it must not touch, and that load_chapter can lift it."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from helpers.chapters import liftable
from helpers.settings import SCALES
from tools.chapters import methods
from tools.contract.anatomy import Chapter, Findings, bound_and_taken, full_names

ALONE = "# Opened alone? pip install ./runnable-vision, a copy of the book's repository, first."
LINES, LINES_WITH_CLASSES = 25, 40

# Names in full, as `full_names` spells them.
BUNDLED = (
    "astronaut|binary_blobs|brick|camera|chelsea|coffee|coins|grass|gravel|horse|hubble_deep_field|immunohistochemistry"
    "|lfw_subset|moon|page|retina|rocket|stereo_motorcycle|text"
)
NETWORK = re.compile(
    r"(urllib3?|requests|https?|httpx|aiohttp|socket|ftplib|wget|gdown|pooch|huggingface_hub|torch\.hub|scipy\.datasets"
    r"|torch\.utils\.model_zoo|librosa\.ex|librosa\.example|librosa\.util\.example)(\.|$)"
    rf"|sklearn\.datasets\.(fetch_|\*)|skimage\.data\.(?!({BUNDLED})$)"
)
SYSTEM = re.compile(
    r"(os|subprocess|pathlib|shutil|tempfile|glob|skimage\.io)(\.|$)|(trimesh|librosa|torch)\.(load|save)$"
    r"|numpy\.(load|save|savez|savez_compressed|loadtxt|savetxt|genfromtxt|fromfile|memmap)$"
    r"|builtins\.(open|get_ipython|__import__)$"
)
FILE_METHODS = ("imread", "imsave", "open", "read", "save", "savefig", "tofile", "write")
FACTORIES = re.compile(
    r"torch\.(arange|empty|eye|full|linspace|logspace|ones|rand|randint|randn|randperm|tensor|zeros)"
)
NO_METHODS = {"staticmethod", "classmethod"}
PYPLOT = re.compile(r"(matplotlib\.pyplot|pylab)(\.|$)")


def identity(chapter: Chapter) -> Findings:
    """Slug and part are the file's place; prerequisites are chapters."""
    path, book = chapter.path, chapter.book
    if book["slug"] != path.stem:
        yield None, f"metadata.book.slug is {book['slug']!r}, expected the file's name {path.stem!r}"
    if book["part"] != path.parent.name:
        yield None, f"metadata.book.part is {book['part']!r}, expected the folder {path.parent.name!r}"
    known = {other.stem for other in path.parents[1].glob("*/*.ipynb")} - {path.stem}
    for slug in sorted(set(book["prerequisites"]) - known):
        yield None, f"the prerequisite {slug!r} is not another chapter, expected the slug of one"


def related(chapter: Chapter) -> Findings:
    """The neighbours that a chapter names are methods of the book, and not itself."""
    for slug in sorted(set(chapter.book["related"]) - (set(methods()) - {chapter.path.stem})):
        yield None, f"the related {slug!r} is not another method, expected the slug of one"


def first_code_cell(chapter: Chapter) -> Findings:
    """How to install the package, imports and `run = start("<slug>")`, nothing else."""
    if chapter.code and chapter.code[0].cell.source.split("\n")[0] != ALONE:
        yield chapter.code[0].index, f"the first code cell does not begin with {ALONE!r}"
    wanted = f"run = start({chapter.path.stem!r})"
    body = chapter.code[0].tree.body if chapter.code else []
    others = [node for node in body[:-1] if not isinstance(node, ast.Import | ast.ImportFrom)]
    if others or not body or ast.unparse(body[-1]) != wanted:
        yield chapter.code[0].index if chapter.code else None, f"the first code cell is not imports and then {wanted}"


def config_cell(chapter: Chapter) -> Findings:
    """The second code cell: one dataclass, `cfg = run.pick(quick=, book=, gpu=)`, PAPER and other constants."""
    if len(chapter.code) < 2:
        yield None, "there is no second code cell, expected the configuration"
        return
    index, body = chapter.code[1].index, chapter.code[1].tree.body
    classes = [node for node in body if isinstance(node, ast.ClassDef)]
    if [[ast.unparse(each).split("(")[0] for each in node.decorator_list] for node in classes] != [["dataclass"]]:
        yield index, "the second code cell does not hold one class, expected the @dataclass of the configuration"
    assigned = [ast.unparse(node.targets[0]) for node in body if isinstance(node, ast.Assign)]
    picked = [{each.arg for each in call.keywords} for call in chapter.code[1].calls("pick")]
    if "cfg" not in assigned or picked != [set(SCALES)]:
        yield index, f"the second code cell does not set cfg = run.pick({'=..., '.join(SCALES)}=...)"
    if "PAPER" not in assigned:
        yield index, "the second code cell does not set PAPER, expected the paper's own configuration"
    if len(classes) + len(assigned) != len(body) or any(name != "cfg" and not name.isupper() for name in assigned):
        yield index, "the second code cell holds more than the dataclass, cfg, PAPER and other UPPER_CASE constants"


def config_keywords(chapter: Chapter) -> Findings:
    """A configuration is read by its names."""
    for code in chapter.code[1:2]:
        names = [node.name for node in code.tree.body if isinstance(node, ast.ClassDef)]
        for call in code.calls(*names):
            if call.args:
                yield code.index, f"{ast.unparse(call)[:50]} has values without names, expected keywords only"


def streams(chapter: Chapter) -> Findings:
    """Every generator is made where it is used, under a name of its own; loops that train can be cut."""
    names: list[str] = []
    for code in chapter.code:
        for call in code.calls("stream", "numpy_stream"):
            name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            if not isinstance(name, str):
                yield code.index, f"{ast.unparse(call)[:50]} has no literal name, expected one"
            elif name in names:
                yield code.index, f"the stream {name!r} is made in two places, expected a name of its own for each"
            names.append(name)
        for name in ("run.generator", "run.rng"):
            if re.search(rf"\b{re.escape(name)}\b", code.cell.source):
                yield code.index, f"uses {name}, expected run.stream or run.numpy_stream"
    if not any(code.calls("steps") for code in chapter.code):
        yield None, "no loop runs over run.steps, expected those that train or solve"


def cell_lengths(chapter: Chapter) -> Findings:
    """A code cell is one thought."""
    for code in chapter.code:
        lines = [line.strip() for line in code.cell.source.splitlines()]
        counted = {number for number, line in enumerate(lines, start=1) if line and not line.startswith("#")}
        classes = [node for node in code.tree.body if isinstance(node, ast.ClassDef)]
        outside = counted - {number for node in classes for number in range(node.lineno, node.end_lineno + 1)}
        if not counted:
            yield code.index, "holds no code, expected some"
        if len(outside) > LINES:
            yield code.index, f"has {len(outside)} lines of code outside classes, expected at most {LINES}"
        elif len(counted) > LINES_WITH_CLASSES:
            yield code.index, f"has {len(counted)} lines of code, expected at most {LINES_WITH_CLASSES}"


def uses(chapter: Chapter, forbidden: re.Pattern[str], expected: str) -> Findings:
    """One finding per cell, with the longest of the forbidden names in it."""
    found: dict[int, str] = {}
    for index, name in full_names(chapter):
        if forbidden.match(name):
            found[index] = max(found.get(index, ""), name.removeprefix("builtins."), key=len)
    for index, name in sorted(found.items()):
        yield index, f"uses {name}, expected {expected}"


def no_network(chapter: Chapter) -> Findings:
    """Nothing is downloaded."""
    yield from uses(chapter, NETWORK, "no network: bundled pictures and worlds only")


def no_files(chapter: Chapter) -> Findings:
    """Nothing is read or written; buffers in memory are fine, and so is the tiny copy of the real data's layout."""
    own_data = {code.index for code in chapter.code if code.section == "At paper scale"} if chapter.form > 1 else set()
    for index, sentence in uses(chapter, SYSTEM, "no files and no system: everything stays in memory"):
        if index not in own_data:
            yield index, sentence
    for code in chapter.code:
        if code.index in own_data:
            continue
        for call in code.calls(*FILE_METHODS):
            first = call.args[0] if call.args else None
            if isinstance(first, ast.JoinedStr) or (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                yield code.index, f"{ast.unparse(call)[:50]} means a file, expected everything to stay in memory"


def no_pyplot(chapter: Chapter) -> Findings:
    """Figures belong to nobody's state."""
    yield from uses(chapter, PYPLOT, "figures from helpers.draw.figures, without pyplot's state")


def device_neutral(chapter: Chapter) -> Findings:
    """Tensors are made on run.device, and inside a class where its input lies."""
    for code in chapter.code:
        if "cuda" in code.cell.source:
            yield code.index, 'says "cuda", expected run.device'
        for call in made_in_methods(code.tree):
            yield code.index, f"{ast.unparse(call)[:50]} in a method names no device, expected device= or .to"


def made_in_methods(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls of torch's factories in methods that neither name a device nor are moved to one. Left out are static and
    class methods, methods that build a module, whose tensors move with it, and draws, whose generator has a device."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for method in [node for each in classes for node in each.body if isinstance(node, ast.FunctionDef)]:
        nodes = list(ast.walk(method))
        builds = any(isinstance(node, ast.Attribute) and node.attr == "register_buffer" for node in nodes)
        if builds or method.name == "__init__" or {ast.unparse(each) for each in method.decorator_list} & NO_METHODS:
            continue
        moved = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr == "to"}
        for call in [node for node in nodes if isinstance(node, ast.Call) and id(node) not in moved]:
            said = {keyword.arg for keyword in call.keywords}
            if FACTORIES.fullmatch(ast.unparse(call.func)) and not said & {"device", "generator"}:
                yield call


def liftable_code(chapter: Chapter) -> Findings:
    """What load_chapter lifts stands on its own: builtins, arguments, imports, constants, run, cfg and each other."""
    left_out = set(chapter.book["display_only"])
    lifted, known = [], set(dir(builtins))
    for code in chapter.code:
        for node in liftable(code.tree, known, left_out).body:
            bound, taken = bound_and_taken(node)
            lifted.append((code.index, bound, taken))
            known |= bound
    for index, bound, taken in lifted:
        for name in sorted(taken - known):
            yield (
                index,
                f"{', '.join(sorted(bound))} uses {name!r}, which load_chapter leaves out, expected an argument",
            )
    defined = {getattr(node, "name", None) for code in chapter.code for node in code.tree.body}
    for name in sorted(left_out - defined):
        yield None, f"metadata.book.display_only names {name!r}, expected a top-level function"
