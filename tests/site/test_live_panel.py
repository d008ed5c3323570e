"""In a real JupyterLab with a kernel, `explore` gives a panel that draws at values never computed before."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Page

PRECOMPUTED = [0.0, 0.5, 1.0]
START, KERNEL = 60, 90  # seconds at most
DRAW = """
import json
from pathlib import Path
import numpy as np
from helpers import explore, figures
from helpers.draw.sounds import Sound

def draw(**state):
    Path("next.json").write_text(json.dumps(state))
    Path("next.json").replace("state.json")  # in one step: the test may be reading
    figure, axes = figures.panels(1, 1)
    axes.plot([0, 1], list(state.values())[:1] * 2)
    axes.set_title(str(state))
    return figure

def draw_and_sing(**state):
    return draw(**state), Sound(np.sin(np.arange(16000) * state["alpha"])[None], 16000)
"""
KINDS = {
    "one": "explore(draw, alpha=[0.0, 0.5, 1.0], caption='One.', alt='A line')",
    "two": "explore(draw, alpha=[0.0, 0.5, 1.0], beta=[0.0, 0.5, 1.0], caption='Two.', alt='A line')",
    "sound": "explore(draw_and_sing, alpha=[0.0, 0.5, 1.0], caption='Sound.', alt='A line')",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lab")


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[str]:
    """Address of a JupyterLab of our own, in an empty folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("BOOK_", "JUPYTER_"))}
    places = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "RUNTIME")}
    options = [
        f"--ServerApp.root_dir={folder}",
        f"--port={port}",
        "--IdentityProvider.token=",
        "--no-browser",
        "--allow-root",
    ]
    log = (folder / "lab.log").open("w")
    command = [sys.executable, "-m", "jupyterlab", *options, "--ServerApp.port_retries=0"]
    process = subprocess.Popen(command, env={**environment, **places}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    try:
        wait_for(address, process, folder / "lab.log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
        log.close()


def wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(address + "api", timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()}", pytrace=False)


CHOICE = (
    "explore(draw, alpha=[0.0, 0.5, 1.0], method=['ours', 'theirs'], caption='Choice.', alt='A line',"
    " start={'alpha': 1.0, 'method': 'ours'}, labels={'method': 'who answers'})"
)


@pytest.mark.parametrize("kind", KINDS)
def test_panel_recomputes(browser: Browser, lab: str, folder: Path, kind: str) -> None:
    with panel(browser, lab, folder, kind, KINDS[kind]) as opened:
        handles = opened.locator(".jp-OutputArea .widget-slider [role=slider]")
        handles.first.wait_for(timeout=KERNEL * 1000)
        before = drawn_picture(opened)
        for handle in handles.all():
            handle.focus()
            handle.press("ArrowRight")
        wait_for_another(opened, before)
        state = drawn_last(folder / "state.json")
        assert len(state) == handles.count()
        assert not any(value in PRECOMPUTED for value in state.values()), state
        if kind == "sound":
            opened.locator(".jp-OutputArea .jupyter-widgets audio").wait_for()  # exactly one; it follows the picture


def test_panel_has_buttons_for_choices(browser: Browser, lab: str, folder: Path) -> None:
    with panel(browser, lab, folder, "choice", CHOICE) as opened:
        buttons = opened.locator(".jp-OutputArea .widget-radio-box input")
        buttons.first.wait_for(timeout=KERNEL * 1000)
        before = drawn_picture(opened)
        assert json.loads((folder / "state.json").read_text()) == {"alpha": 1.0, "method": "ours"}
        assert opened.locator(".jp-OutputArea .widget-radio").inner_text().split("\n")[0] == "who answers"
        buttons.nth(1).check()
        wait_for_another(opened, before)
        assert json.loads((folder / "state.json").read_text()) == {"alpha": 1.0, "method": "theirs"}


@contextmanager
def panel(browser: Browser, lab: str, folder: Path, kind: str, call: str) -> Iterator[Page]:
    """A notebook that was run up to its panel."""
    notebook = new_notebook(cells=[new_code_cell(DRAW), new_code_cell(call)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / f"{kind}.ipynb")
    (folder / "state.json").unlink(missing_ok=True)
    context = browser.new_context(viewport={"width": 1300, "height": 1000})
    opened = context.new_page()
    opened.goto(f"{lab}lab/workspaces/{kind}/tree/{kind}.ipynb")
    run_all(opened)
    yield opened
    context.close()


def drawn_picture(opened: Page) -> str | None:
    picture = opened.locator(".jp-OutputArea .jupyter-widgets img").first
    picture.wait_for()
    assert picture.evaluate("image => image.clientWidth") >= 300
    return picture.get_attribute("src")


def wait_for_another(opened: Page, before: str | None) -> None:
    opened.wait_for_function(
        "before => { const image = document.querySelector('.jp-OutputArea .jupyter-widgets img');"
        " return image && image.src !== before; }",
        arg=before,
    )


def run_all(opened: Page) -> None:
    opened.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=START * 1000)
    opened.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=KERNEL * 1000)
    opened.get_by_role("menuitem", name="Run", exact=True).click()
    opened.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def drawn_last(file: Path) -> dict[str, float]:
    """The state of the last drawing, once it has moved away from the precomputed ones."""
    deadline = time.monotonic() + 20
    while True:
        state = json.loads(file.read_text())
        if time.monotonic() > deadline or not any(value in PRECOMPUTED for value in state.values()):
            return state
        time.sleep(0.2)
