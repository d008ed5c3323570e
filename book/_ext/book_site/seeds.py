"""How a measured number spreads over seeds: a small drawing, and the distance from the bound in deviations."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

from book_site import text
from book_site.chapters import Verdict

WIDTH, HEIGHT, MARGIN = 120, 22, 8


def label(verdict: Verdict) -> str:
    return f"Seeds {text.seeds(verdict.seeds['seeds'])} at {verdict.seeds['scale']}"


def summary(verdict: Verdict) -> str:
    """The spread in numbers, drawn, and its distance from the bound."""
    spread = f"{text.raised(text.spread(verdict.seeds['values']))} {strip(verdict)}"
    words = distance(verdict)
    return f"{spread} mean {words} of the bound" if words else spread


def distance(verdict: Verdict) -> str:
    """How far the mean over seeds lies from the bound, and on which side."""
    count = deviations(verdict)
    if count is None:
        return ""
    far = text.number(abs(count)) if abs(count) >= 100 else f"{abs(count):.1f}"
    return f"{far} deviations {'clear' if count >= 0 else 'short'}"


def deviations(verdict: Verdict) -> float | None:
    """Standard deviations from the bound to the mean over seeds, positive on the side that passes."""
    values = [text.as_float(value) for value in verdict.seeds.get("values", [])]
    op = verdict.record["op"]
    if len(values) < 2 or not all(map(math.isfinite, values)) or op == "==":
        return None
    gap = statistics.mean(values) - verdict.record["bound"]
    deviation = statistics.stdev(values)
    return (gap if op in (">=", ">") else -gap) / deviation if deviation else None


def strip(verdict: Verdict) -> str:
    """A dot per seed, the bound as a line, the side that passes shaded."""
    values = [v for v in map(text.as_float, verdict.seeds.get("values", [])) if math.isfinite(v)]
    if not values:
        return ""
    bound = float(verdict.record["bound"])
    place = scale_of([*values, bound])
    x = place(bound)
    op = verdict.record["op"]
    left, width = (x, WIDTH - x) if op in (">=", ">") else (0.0, x) if op in ("<=", "<") else (x - 2, 4.0)
    dots = "".join(f'<circle cx="{place(v):.1f}" cy="{HEIGHT / 2:g}" r="3.5"/>' for v in values)
    words = f"{label(verdict)}: {text.spread(values)}; bound {text.number(bound)}"
    return (
        f'<svg class="strip" role="img" aria-label="{text.escape(words)}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}"><rect x="{left:.1f}" y="3" width="{width:.1f}" height="{HEIGHT - 6}"/>'
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>{dots}</svg>'
    )


def scale_of(numbers: list[float]) -> Callable[[float], float]:
    """Value -> place on the strip; logarithmic when positive values span more than two orders of magnitude."""
    log = min(numbers) > 0 and max(numbers) / min(numbers) > 100
    warp = math.log if log else float
    low, high = warp(min(numbers)), warp(max(numbers))
    span = high - low or 1.0
    return lambda value: MARGIN + (WIDTH - 2 * MARGIN) * ((warp(value) - low) / span if high > low else 0.5)
