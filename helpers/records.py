"""One line that is the same at every scale, seed and machine, with what was measured as the output's metadata."""

from __future__ import annotations

import html
import math
from typing import Any

from IPython.display import display

from .run import Run, current_run


def started(caller: str) -> Run:
    """The run that ``start`` has set up.

    Raises:
        ValueError: if there is none yet; the message names the ``caller``.
    """
    run = current_run()
    if run is None:
        raise ValueError(f"{caller} needs a run: call start(slug) in the first cell")
    return run


def check_sentence(text: str, argument: str) -> str:
    """Return ``text`` if it is one line; raise ``ValueError`` that names ``argument`` if it is not."""
    if not isinstance(text, str) or not text.strip() or "\n" in text:
        raise ValueError(f"{argument} must be one line of text, not {text!r}")
    return text


def storable(number: float) -> float | str:
    """A number as a notebook can store it: JSON has neither infinities nor NaN."""
    return number if math.isfinite(number) else str(number)


def show(kind: str, word: str, line: str, record: dict[str, Any], run: Run) -> None:
    """Display ``word: line``; ``record`` goes along as the metadata ``book_<kind>``, with scale, seed and device."""
    record |= {"scale": run.scale, "seed": run.seed, "device": run.device.type}
    data = {
        "text/plain": f"{word}: {line}",
        "text/html": f'<div class="book-{kind}"><strong>{word}.</strong> {html.escape(line)}</div>',
    }
    display(data, raw=True, metadata={f"book_{kind}": record})
