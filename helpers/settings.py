"""The environment variables that steer a run, read and checked in one place."""

from __future__ import annotations

import os
from collections.abc import Sequence

import torch

SCALES = ("quick", "book", "gpu")


def batch() -> bool:
    """Whether the notebook is executed for the book (``BOOK_BATCH=1``) and nobody sits in front of the kernel."""
    return os.environ.get("BOOK_BATCH") == "1"


def unseen() -> bool:
    """Whether nobody will look at the outputs: a ``quick`` run for the book is made for what it asserts."""
    return batch() and scale_from_environment() == "quick"


def scale_from_environment() -> str:
    """Scale of this run: ``BOOK_SCALE``, else ``gpu`` where it runs on CUDA and ``quick`` where it does not."""
    scale = os.environ.get("BOOK_SCALE") or ("gpu" if device_from_environment().type == "cuda" else "quick")
    return check_scale(scale, "BOOK_SCALE")


def seed_from_environment() -> int:
    """Seed of this run: ``BOOK_SEED``, a whole number from 0 on; 0 where it is not set."""
    text = os.environ.get("BOOK_SEED") or "0"
    if not text.isdecimal() or int(text) >= 2**63:
        raise ValueError(f"BOOK_SEED must be a whole number from 0 to 2**63 - 1, not {text!r}")
    return int(text)


def device_from_environment() -> torch.device:
    """Device of this run: ``BOOK_DEVICE``, for example ``cuda:1`` or ``mps``, else CUDA where it is there, else CPU."""
    text = os.environ.get("BOOK_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=text).device
    except (RuntimeError, AssertionError, NotImplementedError):  # what torch raises differs with the name
        raise ValueError(f"BOOK_DEVICE must name a device that torch finds here, such as cpu, not {text!r}") from None


def threads_from_environment() -> int | None:
    """How many threads torch may use: the first number of ``OMP_NUM_THREADS``; None where it is not set."""
    text = os.environ.get("OMP_NUM_THREADS") or ""
    if not text:
        return None
    first = text.split(",")[0].strip()  # OpenMP takes a list, one number for each level of nesting
    if not first.isdecimal() or int(first) == 0:
        raise ValueError(f"OMP_NUM_THREADS must be a whole number from 1 on, not {text!r}")
    return int(first)


def step_limit() -> int | None:
    """How many steps a training loop may take (``BOOK_STEP_LIMIT``, set by the harness); None where it is not set."""
    text = os.environ.get("BOOK_STEP_LIMIT") or ""
    if text and (not text.isdecimal() or int(text) == 0):
        raise ValueError(f"BOOK_STEP_LIMIT must be a whole number from 1 on, not {text!r}")
    return int(text) if text else None


def check_scale(scale: str, argument: str) -> str:
    """Return ``scale`` if it is one of the three; raise ``ValueError`` that names ``argument`` if it is not."""
    if scale not in SCALES:
        raise ValueError(f"{argument} must be one of {', '.join(SCALES)}, not {scale!r}")
    return scale


def states_to_draw(values: Sequence) -> list:
    """The values of a slider that this run draws: all, or first, middle and last in a ``quick`` run for the book."""
    if unseen() and len(values) > 3:
        return [values[0], values[len(values) // 2], values[-1]]
    return list(values)
