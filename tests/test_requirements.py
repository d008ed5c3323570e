"""pyproject.toml, requirements.txt and environment.yml say the same, and pin nothing that ties them to one machine."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.chapters import ROOT, chapter_paths, code_cells, read

PINS = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = [*PROJECT["dependencies"], *(line for extra in PROJECT["optional-dependencies"].values() for line in extra)]


@pytest.mark.parametrize("pin", PINS)
def test_pins_are_plain(pin: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin), (
        "expected NAME==VERSION: no address, path or local version"
    )
    assert not pin.startswith(("nvidia", "triton")), "torch brings in what its build needs"


@pytest.mark.parametrize("wanted", WANTED)
def test_every_dependency_is_pinned_within_its_bounds(wanted: str) -> None:
    pinned = {canonicalize_name(name): version for name, version in (pin.split("==") for pin in PINS)}
    requirement = Requirement(wanted)
    assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def test_torch_is_pinned_here_and_only_bounded_below_for_hosts() -> None:
    assert "torch==2.13.0" in PINS
    assert all("==" not in wanted and "<=" not in wanted for wanted in PROJECT["dependencies"])
    assert not any(re.match(r"torch(vision|audio)", line) for line in [*PINS, *WANTED])


def test_conda_installs_the_same() -> None:
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert "python=3.11" in dependencies
    assert dependencies[-1] == {"pip": ["-r requirements.txt", "-e ."]}


def test_a_user_installs_what_is_imported_and_nothing_else() -> None:
    """What nobody imports may replace what a host runs, as ipykernel does; what only another package brings may go."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "helpers").rglob("*.py")]
    sources += [cell.source for path in chapter_paths() for cell in code_cells(read(path))]
    brought = packages_distributions()
    names = {name for source in sources for name in imported(source)} - sys.stdlib_module_names - {"helpers"}
    used = {canonicalize_name(brought[name][0]) for name in names}
    assert used == {canonicalize_name(Requirement(wanted).name) for wanted in PROJECT["dependencies"]}


def imported(source: str) -> Iterator[str]:
    """The top-level names of the packages that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
