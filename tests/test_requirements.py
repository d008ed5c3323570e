"""pyproject.toml, requirements.txt and environment.yml say the same, and pin nothing that ties them to one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

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


def test_an_older_host_keeps_what_it_has(tmp_path: Path) -> None:
    """Beside the oldest versions that satisfy the bounds, and an older kernel, the package installs itself alone."""
    host = {Requirement(line).name: next(iter(Requirement(line).specifier)).version for line in PROJECT["dependencies"]}
    host |= {"ipykernel": "5.5.6", "notebook": "6.5.7", "tornado": "6.3.3"}
    environment, wheels = tmp_path / "host", tmp_path / "wheels"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    wheels.mkdir()
    for name, version in host.items():
        empty_wheel(wheels, name, version)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, ROOT]
    subprocess.run([*pip, *build], check=True, capture_output=True)
    (package,) = tmp_path.glob("*.whl")
    install = [environment / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--no-index"]
    subprocess.run([*install, *wheels.iterdir()], check=True, capture_output=True)
    done = subprocess.run([*install, package], check=True, capture_output=True, text=True)
    assert done.stdout.strip().splitlines()[-1] == f"Successfully installed runnable-vision-{PROJECT['version']}"


def empty_wheel(folder: Path, name: str, version: str) -> None:
    """A package of that name and version, with nothing in it."""
    stem = f"{canonicalize_name(name).replace('-', '_')}-{version}"
    files = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as archive:
        for file, text in files.items():
            archive.writestr(f"{stem}.dist-info/{file}", text)


def imported(source: str) -> Iterator[str]:
    """The top-level names of the packages that a source imports."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
