"""How numbers, times and devices are written on the site."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from statistics import stdev
from typing import Any

MINUS = "\N{MINUS SIGN}"
PLAIN, RAISED = "-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
TO_SUPERSCRIPT = str.maketrans(PLAIN, RAISED)
FROM_SUPERSCRIPT = str.maketrans(RAISED, PLAIN.replace("-", MINUS))
COMPARISON = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "="}
SCALES = ("quick", "book", "gpu")


def escape(text: object) -> str:
    return html.escape(str(text))


def number(value: object) -> str:
    """Three significant digits; "not a number" for what a broken measurement leaves behind."""
    if value is None:
        return "–"
    x = as_float(value)
    if math.isnan(x):
        return "not a number"
    if math.isinf(x):
        return ("" if x > 0 else MINUS) + "∞"
    if x == 0:
        return "0"
    if 1e-3 <= abs(x) < 1e5:
        digits = max(0, 2 - math.floor(math.log10(abs(x))))
        text = f"{x:,.{digits}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)
    mantissa, exponent = f"{x:.1e}".split("e")
    power = str(int(exponent)).translate(TO_SUPERSCRIPT)
    return f"{mantissa.removesuffix('.0').replace('-', MINUS)} × 10{power}"


def number_html(value: object) -> str:
    """`number` with the power of ten as a real superscript, which every font can draw."""
    return raised(number(value))


def raised(words: str) -> str:
    return re.sub(f"[{RAISED}]+", lambda power: f"<sup>{power.group().translate(FROM_SUPERSCRIPT)}</sup>", words)


def as_float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan


def seconds(value: object) -> str:
    """A duration: seconds below two minutes, minutes above."""
    if value is None:
        return "not measured"
    x = as_float(value)
    if x < 10:
        return f"{x:.1f} s"
    return f"{x:.0f} s" if x < 120 else f"{x / 60:.0f} min"


def megabytes(value: object) -> str:
    if value is None:
        return "not measured"
    x = as_float(value)
    return f"{x:.0f} MB" if x < 1000 else f"{x / 1000:.1f} GB"


def per_scale(value: object) -> dict[str, Any]:
    """A figure stored per scale; one bare number counts for `quick`."""
    if isinstance(value, Mapping):
        return {scale: value.get(scale) for scale in SCALES}
    return {scale: value if scale == "quick" else None for scale in SCALES}


def seeds(numbers: Sequence[int]) -> str:
    """ "0 to 4" for a run of seeds, else the list."""
    ordered = sorted(numbers)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(map(str, ordered))


def spread(values: Sequence[object]) -> str:
    """Smallest and largest of the values."""
    numbers = [as_float(v) for v in values]
    low, high = number(min(numbers)), number(max(numbers))
    return low if low == high else f"{low} to {high}"


def trainings(values: Sequence[object]) -> str:
    """The values of a few trainings with the standard error of their mean, or their spread if they are many."""
    numbers = [as_float(v) for v in values]
    words = ", ".join(map(number, numbers)) if len(numbers) <= 6 else spread(numbers)
    if not all(map(math.isfinite, numbers)):
        return words
    return f"{words}; standard error {number(stdev(numbers) / math.sqrt(len(numbers)))}"


def plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
