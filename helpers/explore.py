"""Play with a method: one call that is a page without a kernel in the book, and a live panel when a person runs it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from numbers import Real
from typing import Any

import ipywidgets
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import settings
from .draw import figures, frames
from .draw.sounds import Sound

MOST_STATES = 25
Drawn = Figure | tuple[Figure, Sound]


def explore(draw: Callable[..., Drawn], *, caption: str, alt: str, **parameters: Sequence) -> None:
    """Show ``draw`` with a slider per parameter.

    Executed for the book, every state is drawn once into one HTML figure that works without a kernel (at ``quick``: the
    first, middle and last value of a parameter, or the two ends of each of two). Run by a person, it is a panel that
    calls ``draw`` again at any value between the first and the last.

    Args:
        draw: called with one keyword argument per parameter; returns a figure, or a figure and a ``Sound``.
        caption: below the figure: what to move and what to watch.
        alt: what the picture shows, for those who do not see it.
        parameters: one or two names with the values to show, at most 25 states in all.

    Raises:
        ValueError: if there are no or more than two parameters, an empty one, more than 25 states, no caption or text
            alternative, if ``draw`` returns anything else, or its figures have different numbers of axes.
    """
    for text, argument in ((caption, "caption"), (alt, "alt")):
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"{argument} must be a text that is not empty")
    if not 1 <= len(parameters) <= 2:
        raise ValueError(f"parameters must be one or two, not {len(parameters)}")
    for name, values in parameters.items():
        if len(values) == 0:
            raise ValueError(f"{name} must hold at least one value")
    states = [dict(zip(parameters, values, strict=True)) for values in product(*parameters.values())]
    if len(states) > MOST_STATES:
        raise ValueError(f"parameters must make at most {MOST_STATES} states, not {len(states)}")
    if settings.batch():
        display(HTML(_page(draw, parameters, caption, alt)))
    else:
        display(_panel(draw, parameters, states, caption))


def _page(draw: Callable[..., Drawn], parameters: dict[str, Sequence], caption: str, alt: str) -> str:
    kept = {name: settings.states_to_draw(values) for name, values in parameters.items()}
    if len(kept) == 2:
        kept = {name: values if len(values) == len(parameters[name]) else [values[0], values[-1]]
                for name, values in kept.items()}  # fmt: skip
    drawn = [_draw(draw, dict(zip(kept, values, strict=True))) for values in product(*kept.values())]
    limits = _shared_limits([figure for figure, _ in drawn])
    pictures = [figures.png(_with_limits(figure, limits), figures.FRAME_DPI) for figure, _ in drawn]
    sounds = [sound.html(f"Sound of state {k + 1}") for k, (_, sound) in enumerate(drawn) if sound is not None]
    labels = {name: [_label(value) for value in values] for name, values in kept.items()}
    shown = [len(values) // 2 for values in kept.values()]
    return frames.slider_figure(labels, pictures, caption=caption, alt=alt, shown=shown, sounds=sounds or None)


def _panel(
    draw: Callable[..., Drawn], parameters: dict[str, Sequence], states: list[dict], caption: str
) -> ipywidgets.Widget:
    some = [states[0], states[len(states) // 2], states[-1]]
    limits = _shared_limits([_draw(draw, state)[0] for state in some])
    sliders = {name: _slider(name, values) for name, values in parameters.items()}

    def redraw(**state: Any) -> None:
        figure, sound = _draw(draw, state)
        display(_with_limits(figure, limits))
        if sound is not None:
            display(HTML(sound.html("Sound of this state")))

    output = ipywidgets.interactive_output(redraw, sliders)
    return ipywidgets.VBox([*sliders.values(), output, ipywidgets.Label(caption)])


def _slider(name: str, values: Sequence) -> ipywidgets.Widget:
    """A slider over the whole range of the values: continuous for numbers, the values themselves for anything else."""
    middle = values[len(values) // 2]
    options = {"description": name, "continuous_update": False, "style": {"description_width": "initial"}}
    if any(isinstance(value, bool) or not isinstance(value, Real) for value in values) or len(values) == 1:
        return ipywidgets.SelectionSlider(options=[(_label(v), v) for v in values], value=middle, **options)
    low, high = min(values), max(values)
    if all(isinstance(value, int) for value in values):
        return ipywidgets.IntSlider(value=middle, min=low, max=high, **options)
    return ipywidgets.FloatSlider(
        value=middle, min=low, max=high, step=(high - low) / 200, readout_format=".3g", **options
    )


def _draw(draw: Callable[..., Drawn], state: dict[str, Any]) -> tuple[Figure, Sound | None]:
    drawn = draw(**state)
    figure, sound = drawn if isinstance(drawn, tuple) and len(drawn) == 2 else (drawn, None)
    if not isinstance(figure, Figure) or not isinstance(sound, Sound | None):
        raise ValueError(f"draw must return a figure, or a figure and a Sound, not {type(drawn).__name__} (at {state})")
    return figure, sound


def _label(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, Real) and not isinstance(value, bool) else str(value)


def _axis_names(axes: Axes) -> tuple[str, ...]:
    return ("x", "y", "z") if hasattr(axes, "get_zlim") else ("x", "y")


def _coloured(axes: Axes) -> list:
    """The images and collections of the axes whose colours mean values."""
    return [artist for artist in (*axes.images, *axes.collections) if None not in artist.get_clim()]


def _shared_limits(drawn: list[Figure]) -> list[dict]:
    """Per axes, the smallest limits and colour limits that hold those of all figures."""
    if len({len(figure.axes) for figure in drawn}) > 1:
        raise ValueError("draw must return figures with the same number of axes in every state")
    shared = []
    for group in zip(*(figure.axes for figure in drawn), strict=True):
        limits: dict = {"colours": []}
        for name in _axis_names(group[0]):
            pairs = [getattr(axes, f"get_{name}lim")() for axes in group]
            low, high = min(map(min, pairs)), max(map(max, pairs))
            limits[name] = (high, low) if pairs[0][0] > pairs[0][1] else (low, high)
        for artists in zip(*map(_coloured, group), strict=False):
            ends = [artist.get_clim() for artist in artists]
            limits["colours"].append((min(low for low, _ in ends), max(high for _, high in ends)))
        shared.append(limits)
    return shared


def _with_limits(figure: Figure, shared: list[dict]) -> Figure:
    for axes, limits in zip(figure.axes, shared, strict=True):
        for artist, ends in zip(_coloured(axes), limits["colours"], strict=False):
            artist.set_clim(*ends)
        for name in _axis_names(axes):
            getattr(axes, f"set_{name}lim")(limits[name])
    return figure
