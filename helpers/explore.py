"""Play with a method: one call that is a page without a kernel in the book, and a live panel when a person runs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from numbers import Integral, Real
from typing import Any

import ipywidgets
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import settings
from .draw import frames, pictures
from .draw.sounds import Sound

MOST_STATES = 25
Drawn = Figure | tuple[Figure, Sound]


def explore(
    draw: Callable[..., Drawn],
    *,
    caption: str,
    alt: str,
    start: Mapping[str, Any] | None = None,
    labels: Mapping[str, str] | None = None,
    **parameters: Sequence,
) -> None:
    """Show ``draw`` with a slider per quantity and a group of radio buttons per choice.

    A parameter whose values are all numbers is a quantity; texts, truth values and whatever else are a choice.
    Executed for the book, every state is drawn once into one HTML figure that works without a kernel. At ``quick`` only
    a few are: the first, middle and last value of a parameter, or the two ends of each of two, and in the place of the
    middle, or of one of the ends, what ``start`` says. Run by a person, it is a panel that calls ``draw`` again at any
    value between the first and the last.

    Args:
        draw: called with one keyword argument per parameter; returns a figure, or a figure and a ``Sound``.
        caption: below the figure: what to move and what to watch.
        alt: what the picture shows, for those who do not see it.
        start: parameter -> the one of its values in which the figure opens; by default the middle one.
        labels: parameter -> what it is called on the page; by default its name, with spaces for underscores.
        parameters: one or two names with the values to show, at most 25 states in all.

    Raises:
        ValueError: if there are no or more than two parameters, an empty one, more than 25 states, no caption or text
            alternative, if ``start`` or ``labels`` names no parameter, a value that is not among those to show or an
            empty text, if ``draw`` returns anything else, or its figures have different numbers of axes.
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
    opened, words = _starts(start, parameters), _words(labels, parameters)
    if settings.batch():
        display(HTML(_page(draw, parameters, opened, words, caption, alt)))
    else:
        display(_panel(draw, parameters, states, opened, words, caption))


def _starts(start: Mapping[str, Any] | None, parameters: dict[str, Sequence]) -> dict[str, int]:
    """Parameter -> index of the value that ``start`` gives it; parameters that it leaves out are not there."""
    found = {}
    for name, value in _checked(start, parameters, "start").items():
        places = [k for k, each in enumerate(parameters[name]) if each is value or each == value]
        if not places:
            values = ", ".join(map(repr, parameters[name]))
            raise ValueError(f"start[{name!r}] must be one of {values}, not {value!r}")
        found[name] = places[0]
    return found


def _words(labels: Mapping[str, str] | None, parameters: dict[str, Sequence]) -> dict[str, str]:
    """Parameter -> what it is called on the page."""
    given = _checked(labels, parameters, "labels")
    for name, text in given.items():
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"labels[{name!r}] must be a text that is not empty, not {text!r}")
    return {name: given.get(name, name.replace("_", " ")) for name in parameters}


def _checked(given: Mapping[str, Any] | None, parameters: dict[str, Sequence], argument: str) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise ValueError(f"{argument} must map parameters ({', '.join(parameters)}), not be {given!r}")
    for name in given:
        if name not in parameters:
            raise ValueError(f"{argument} must name parameters ({', '.join(parameters)}), not {name!r}")
    return given


def _page(
    draw: Callable[..., Drawn],
    parameters: dict[str, Sequence],
    opened: dict[str, int],
    words: dict[str, str],
    caption: str,
    alt: str,
) -> str:
    kept = {name: _kept(values, opened.get(name), len(parameters) == 2) for name, values in parameters.items()}
    chosen = {name: [parameters[name][k] for k in places] for name, places in kept.items()}
    drawn = [_draw(draw, dict(zip(chosen, values, strict=True))) for values in product(*chosen.values())]
    limits = _shared_limits([figure for figure, _ in drawn])
    shots = pictures.frames([_with_limits(figure, limits) for figure, _ in drawn])
    sounds = [sound.html(f"Sound of state {k + 1}") for k, (_, sound) in enumerate(drawn) if sound is not None]
    controls = []
    for name, places in kept.items():
        shown = places.index(opened[name]) if name in opened else len(places) // 2
        texts = [_label(value) for value in chosen[name]]
        controls.append(frames.Control(words[name], texts, shown, choice=_is_choice(parameters[name])))
    return frames.explorer(controls, shots, caption=caption, alt=alt, sounds=sounds or None)


def _kept(values: Sequence, opened: int | None, one_of_two: bool) -> list[int]:
    """Indices of the values that this run draws, the one of ``start`` among them."""
    every = list(range(len(values)))
    few = settings.states_to_draw(every)
    if len(few) == len(every):
        return every
    first, middle, last = few
    if opened is None or opened in (first, last):
        return [first, last] if one_of_two else [first, middle, last]
    return [opened, last] if one_of_two else [first, opened, last]


def _panel(
    draw: Callable[..., Drawn],
    parameters: dict[str, Sequence],
    states: list[dict],
    opened: dict[str, int],
    words: dict[str, str],
    caption: str,
) -> ipywidgets.Widget:
    some = [states[0], states[len(states) // 2], states[-1]]
    limits = _shared_limits([_draw(draw, state)[0] for state in some])
    controls = {
        name: _control(words[name], values, opened.get(name, len(values) // 2)) for name, values in parameters.items()
    }

    def redraw(**state: Any) -> None:
        figure, sound = _draw(draw, state)
        data, metadata = pictures.frame(_with_limits(figure, limits)).bundle()
        display(data, metadata=metadata, raw=True)
        if sound is not None:
            display(HTML(sound.html("Sound of this state")))

    output = ipywidgets.interactive_output(redraw, controls)
    return ipywidgets.VBox([*controls.values(), output, ipywidgets.Label(caption)])


def _control(words: str, values: Sequence, opened: int) -> ipywidgets.Widget:
    """Radio buttons for a choice; for a quantity a slider over the whole range of its values, continuous for floats."""
    options = {"description": words, "value": values[opened], "style": {"description_width": "initial"}}
    if _is_choice(values):
        return ipywidgets.RadioButtons(options=[(_label(v), v) for v in values], **options)
    options["continuous_update"] = False
    if len(values) == 1:
        return ipywidgets.SelectionSlider(options=[(_label(v), v) for v in values], **options)
    low, high = min(values), max(values)
    if all(isinstance(value, Integral) for value in values):
        return ipywidgets.IntSlider(min=low, max=high, **options)
    return ipywidgets.FloatSlider(min=low, max=high, step=(high - low) / 200, readout_format=".3g", **options)


def _is_choice(values: Sequence) -> bool:
    """Whether the values are no quantity: not all of them are numbers."""
    return any(isinstance(value, bool) or not isinstance(value, Real) for value in values)


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
