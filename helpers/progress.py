"""An iterator for loops that take time: it shows how far the loop is and keeps what the loop measured."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tqdm.auto import tqdm

from . import settings
from .numbers import single_number


class Progress:
    """Iterate once over ``steps``; log what you measure on the way.

    A live kernel shows a bar; a run for the book prints one line at the end instead.

    Args:
        steps: how many steps (the iterator then yields 0, 1, ...), or the sequence to iterate over.
        label: what the bar and the line are called.

    Raises:
        ValueError: if ``steps`` is neither a positive whole number nor a non-empty sequence.
    """

    def __init__(self, steps: int | Sequence, label: str) -> None:
        if isinstance(steps, bool) or not (isinstance(steps, int) or hasattr(steps, "__len__")):
            raise ValueError(f"steps must be a whole number or a sequence, not {type(steps).__name__}")
        self._items = range(steps) if isinstance(steps, int) else steps
        if len(self._items) == 0:
            raise ValueError(f"steps must be positive or a non-empty sequence, got {steps!r}")
        self._label = label
        self._logged: dict[str, list[float]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator:
        self._logged.clear()
        began = time.perf_counter()
        self._bar = tqdm(self._items, desc=self._label, disable=settings.batch(), leave=True)
        yield from self._bar
        if settings.batch():
            last = "".join(f", {name} {values[0]:.4g} to {values[-1]:.4g}" for name, values in self._logged.items())
            print(f"{self._label}: {len(self)} steps in {time.perf_counter() - began:.1f} s{last}")

    def log(self, **values: float | torch.Tensor) -> None:
        """Keep one number per name, for example ``log(loss=loss)``; NaN is kept, so that a curve shows it.

        Raises:
            ValueError: if a value is not a single number.
        """
        for name, value in values.items():
            self._logged[name].append(single_number(value, name))
        if not settings.batch():
            self._bar.set_postfix({name: f"{logged[-1]:.3g}" for name, logged in self._logged.items()}, refresh=False)

    @property
    def history(self) -> dict[str, np.ndarray]:
        """What was logged: name -> float array [number of logs]."""
        return {name: np.array(values) for name, values in self._logged.items()}
