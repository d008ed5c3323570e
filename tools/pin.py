"""``make pin``: compile the bounds of pyproject.toml to the exact pins of requirements.txt."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.chapters import ROOT

# The version that the committed outputs were made with. Elsewhere newer ones do too (see pyproject.toml).
TORCH = "torch==2.13.0"
# Belong to one build of torch for one kind of machine; torch brings in what it needs.
PLATFORM_PACKAGES = ("nvidia-", "triton")


def compiled_requirements() -> str:
    """All dependencies of pyproject.toml, extras included, as exact pins without local versions or addresses."""
    with tempfile.TemporaryDirectory() as folder:
        constraint, out = Path(folder, "constraints.txt"), Path(folder, "requirements.txt")
        constraint.write_text(TORCH)
        quiet = ["--quiet", "--strip-extras", "--allow-unsafe", "--no-annotate", "--no-header"]
        no_addresses = ["--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"]
        command = [sys.executable, "-m", "piptools", "compile", "--all-extras", "-c", str(constraint), "-o", str(out)]
        subprocess.run([*command, *quiet, *no_addresses, "pyproject.toml"], cwd=ROOT, check=True)
        pins = [line.split("+")[0] for line in out.read_text().splitlines() if "==" in line]
    return "".join(f"{pin}\n" for pin in pins if not pin.startswith(PLATFORM_PACKAGES))


def main() -> None:
    (ROOT / "requirements.txt").write_text("# Made by `make pin` from pyproject.toml.\n" + compiled_requirements())


if __name__ == "__main__":
    main()
