"""First weights that depend on a seed and on nothing that ran before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int | torch.Generator) -> Iterator[None]:
    """Within this context PyTorch's global generators start from ``seed``; after it they go on as before.

    Layers draw their first weights from the global generator and take no other, so two networks that are made under one
    seed start alike, whatever the chapter drew in between.

    Args:
        seed: a whole number from 0 on, or a generator that nothing was drawn from, such as ``run.stream("net")``.

    Raises:
        ValueError: if ``seed`` is anything else.
    """
    if isinstance(seed, torch.Generator):
        seed = seed.initial_seed()
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0 on, not {seed!r}")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
