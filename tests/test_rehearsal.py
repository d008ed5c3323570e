"""``make rehearse``: a GPU's faults are found without a GPU, where they are, and nothing else is called one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tools.rehearse import faults


def test_the_pretended_device() -> None:
    checks = Path(__file__).with_name("check_rehearsed_device.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(checks)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


CHAPTER = """
import torch
from helpers import claim, start
run = start("small")
x = torch.ones(2, device=run.device)
---
assert False, "asked of no rehearsal"
---
claim("one is more than two", 1.0, ">", 2.0)
---
y = x + 1.0
y + torch.ones(2)
---
assert x.numpy().all()
---
undefined
"""
FAULTS = (
    "notebook, <module>: y + torch.ones(2): Expected all tensors to be on the same device",
    "notebook, <module>: bool(x.numpy().all()): can't convert rehearsal:0 device type tensor to numpy",
    "undefined: NameError: name 'undefined' is not defined",
)


def test_what_a_gpu_would_refuse_in_a_chapter(tmp_path: Path) -> None:
    path = tmp_path / "small.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source.strip()) for source in CHAPTER.split("---")]), path)
    sentences = faults(path)
    assert len(sentences) == len(FAULTS), sentences
    for sentence, expected in zip(sentences, FAULTS, strict=True):
        assert sentence.startswith(f"small: {expected}")
