"""Set-up of a chapter: its scale, device, seeded random generators, threads and figure style."""

from __future__ import annotations

import hashlib
import io
import platform
import random
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import torch

from . import settings
from .draw import figures
from .progress import Progress

T = TypeVar("T")

_passive_scale: ContextVar[str | None] = ContextVar("passive_scale", default=None)
_current: Run | None = None


@dataclass(frozen=True)
class Run:
    """One execution of a chapter. Made by :func:`start`.

    Attributes:
        slug: name of the chapter.
        scale: ``quick``, ``book`` or ``gpu``.
        seed: what ``BOOK_SEED`` says; every generator of the run is derived from it.
        device: where the chapter makes its tensors.
        generator, rng: one torch and one NumPy generator for the whole chapter, seeded with ``seed``. For chapters of
            form 1 only, and gone with the last of them: a cell that is run twice draws other numbers from them.
    """

    slug: str
    scale: str
    seed: int
    device: torch.device
    generator: torch.Generator = field(repr=False)
    rng: np.random.Generator = field(repr=False)

    def pick(self, *, quick: T, book: T, gpu: T) -> T:
        """Return the argument that belongs to the scale of this run."""
        return {"quick": quick, "book": book, "gpu": gpu}[self.scale]

    def at_least(self, scale: str) -> bool:
        """Whether this run is at ``scale`` or above it (quick < book < gpu).

        Raises:
            ValueError: if ``scale`` is not one of the three.
        """
        settings.check_scale(scale, "scale")
        return settings.SCALES.index(self.scale) >= settings.SCALES.index(scale)

    def stream(self, name: str, index: int = 0) -> torch.Generator:
        """A torch generator on the CPU of the seed, ``name`` and ``index`` alone, whatever ran before.

        Make it in the cell or function that draws from it: run twice, it draws the same numbers again.

        Args:
            name: what is drawn, a text that no other call in the notebook has.
            index: which of several draws of that name, from 0 on, for example the number of a training.

        Raises:
            ValueError: if ``name`` is empty or ``index`` is not a whole number from 0 on.
        """
        return torch.Generator().manual_seed(self._key(name, index))

    def numpy_stream(self, name: str, index: int = 0) -> np.random.Generator:
        """As :meth:`stream`, for NumPy."""
        return np.random.default_rng(self._key(name, index))

    def _key(self, name: str, index: int) -> int:
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"name must say what is drawn, not {name!r}")
        if isinstance(index, bool) or not isinstance(index, int) or index < 0:
            raise ValueError(f"index must be a whole number from 0 on, not {index!r}")
        digest = hashlib.sha256(f"{self.seed}\0{name}\0{index}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1  # torch takes seeds of 63 bits

    def steps(self, count: int, label: str) -> Progress:
        """Iterate over the ``count`` steps of a training or a solver; as :meth:`progress` of everything else.

        The harness of the book cuts these loops to their first step, and a claim must then fail.

        Raises:
            ValueError: if ``count`` is not a whole number from 1 on.
        """
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"count must be a whole number from 1 on, not {count!r}")
        limit = settings.step_limit()
        return Progress(count if limit is None else min(count, limit), label)

    def progress(self, steps: int | Sequence[T], label: str) -> Progress:
        """Iterate over ``steps`` (a count, or a sequence) with a progress bar and a history; see :class:`Progress`."""
        return Progress(steps, label)


def start(slug: str) -> Run:
    """Set the run up and print one line that says where and how it runs.

    Scale, seed and device come from ``BOOK_SCALE``, ``BOOK_SEED`` and ``BOOK_DEVICE``. Seeds the global generators of
    torch, NumPy and Python, asks torch for deterministic algorithms on the CPU (on CUDA they raise for common backward
    passes), binds torch to ``OMP_NUM_THREADS`` threads where that is set, and sets the style of the figures.

    Args:
        slug: name of the chapter: lower-case letters, digits and underscores.

    Raises:
        ValueError: if ``slug`` is malformed, or one of the variables is.
    """
    if not isinstance(slug, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
        raise ValueError(f"slug must be lower-case letters, digits and underscores, not {slug!r}")
    passive = _passive_scale.get()
    if passive is not None:
        return _make_run(slug, passive, seed=0)
    run = _make_run(slug, settings.scale_from_environment(), settings.seed_from_environment())
    random.seed(run.seed)
    np.random.seed(run.seed % 2**32)  # NumPy's old generator takes no larger ones
    torch.manual_seed(run.seed)
    torch.use_deterministic_algorithms(run.device.type == "cpu")
    torch.utils.deterministic.fill_uninitialized_memory = False  # a tenth of a step of a small network
    if threads := settings.threads_from_environment():
        torch.set_num_threads(threads)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that lacks a sign shows another one and goes on
        sys.stdout.reconfigure(errors="replace")
    figures.set_style()
    global _current
    _current = run
    print(
        f"{run.slug} · scale {run.scale} · seed {run.seed} · {_device_name(run.device)}"
        f" · Python {platform.python_version()} · torch {torch.__version__}"
    )
    return run


def current_run() -> Run | None:
    """The run that :func:`start` set up in this process, or None before that."""
    return _current


@contextmanager
def passive(scale: str) -> Iterator[None]:
    """Within this context :func:`start` sets no seed, prints nothing and changes nothing: it only makes a ``Run``."""
    token = _passive_scale.set(settings.check_scale(scale, "scale"))
    try:
        yield
    finally:
        _passive_scale.reset(token)


def _make_run(slug: str, scale: str, seed: int) -> Run:
    device = settings.device_from_environment()
    return Run(slug, scale, seed, device, torch.Generator().manual_seed(seed), np.random.default_rng(seed))


def _device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "cpu":
        return f"{platform.machine()} CPU, {torch.get_num_threads()} threads"
    return str(device)
