"""``make versions``: try the package with the lowest and the newest versions that its bounds allow.

For each Python of this machine from 3.11 on, and for both ends, an environment of its own is made, and the tests of
helpers and of loading chapters run there. What fails is said at the end; nothing of the book's own environment changes.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from tools.chapters import ROOT

PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")
ENDS = ("lowest", "newest")
# What needs the book's own tools, or the exact versions of the book's environment, is not asked here.
TESTS = ("test_run.py", "test_chapters.py", "test_claims.py", "test_explore.py", "test_worlds.py", "test_blocks.py")
TESTS += ("test_meshes.py", "test_clouds.py", "test_statistics.py", "test_open_set.py", "test_figures.py")
TIMES = "not wheel and not validator"  # of test_chapters: build a wheel, or look at what is imported when


def wanted(end: str) -> Iterator[str]:
    """The dependencies of the package, at the lowest version of each bound or without an upper one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for line in project["dependencies"]:
        requirement = Requirement(line)
        (bound,) = requirement.specifier
        yield f"{requirement.name}=={bound.version}.*" if end == "lowest" else line


def outcome(python: str, end: str) -> str:
    """``passed``, or what went wrong, in an environment that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        inside = str(Path(folder, "bin", "python"))
        pip = [inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        test = [inside, "-m", "pytest", "-q", "-x", "-k", TIMES, *(f"tests/{name}" for name in TESTS)]
        for command in ([*pip, *wanted(end), "pytest", "nbformat", "nbclient", "ipykernel"], test):
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                return " ".join((done.stdout + done.stderr).strip().splitlines()[-3:])
    return "passed"


def starts(python: str) -> bool:
    """Whether there is such a Python, and not only a name of it, as pyenv leaves one."""
    return bool(shutil.which(python)) and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0


def main() -> None:
    found = [python for python in PYTHONS if starts(python)]
    failed = 0
    for python in found:
        for end in ENDS:
            said = outcome(python, end)
            failed += said != "passed"
            print(f"{python}, {end} versions: {said}", flush=True)
    if failed:
        raise SystemExit(f"{failed} of {len(found) * len(ENDS)} environments failed.")


if __name__ == "__main__":
    main()
