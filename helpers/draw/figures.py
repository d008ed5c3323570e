"""Figures in one style. Every function returns a Matplotlib figure that pyplot does not own.

A cell shows a figure by ending with it; so it is shown exactly once, and running the cell again is harmless. Its
caption and its text alternative stand in the cell's metadata (``mystnb.figure.caption``, ``mystnb.image.alt``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import torch
from IPython import get_ipython
from IPython.display import HTML
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from .. import settings
from . import frames, pictures

Array = np.ndarray | torch.Tensor

# The Okabe-Ito palette: its colours stay apart for colour-blind readers.
COLOURS = {
    "ours": "#0072B2",
    "baseline": "#D55E00",
    "ablation": "#CC79A7",
    "truth": "#000000",
    "paper": "#E69F00",
    "other": "#009E73",
}
CYCLE = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
WIDE = 7.2  # inches: a figure that fills the page
TURN_WIDTH = 300  # CSS pixels: a view of a turntable
COLOUR_MAPS = {"sequential": "viridis", "diverging": "RdBu_r", "cyclic": "twilight"}


def set_style() -> None:
    """Set the book's Matplotlib style and teach the notebook to show figures as sharp and light files."""
    matplotlib.rcParams.update(
        {
            "axes.grid": True,
            "axes.prop_cycle": matplotlib.cycler(color=CYCLE),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": "medium",
            "figure.constrained_layout.use": True,
            "figure.dpi": pictures.PER_INCH,
            "font.size": 10,
            "grid.alpha": 0.25,
            "image.cmap": "viridis",
            "image.interpolation": "nearest",
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "savefig.facecolor": "white",
        }
    )
    shell = get_ipython()
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Figure, _shown)


def _shown(figure: Figure, **_choice: object) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """The one picture of a figure. What else would draw it, such as pyplot's own formatter, loses its registration."""
    formatters = get_ipython().display_formatter.formatters
    for kind in ("image/png", "image/jpeg", "image/svg+xml", "application/pdf"):
        formatters[kind].pop(Figure, None)
    return pictures.of_cell(figure).bundle()


def panels(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float] | None = None, **subplots: Any
) -> tuple[Figure, Any]:
    """A figure with a grid of axes.

    Args:
        rows, columns: how many, at least 1.
        size: width and height in inches; by default 7.2 wide, as the page (4.5 for a single column), and
            2.4 per row (3 for a single column).
        subplots: passed to ``Figure.subplots``, for example ``sharey=True`` or ``subplot_kw={"projection": "3d"}``.

    Returns:
        The figure, and one Axes or an array of them, as ``pyplot.subplots`` gives it.

    Raises:
        ValueError: if ``rows`` or ``columns`` is below 1.
    """
    for count, argument in ((rows, "rows"), (columns, "columns")):
        if not isinstance(count, int) or count < 1:
            raise ValueError(f"{argument} must be a whole number from 1 on, not {count!r}")
    figure = Figure(figsize=size or ((WIDE, 2.4 * rows) if columns > 1 else (4.5, 3 * rows)), layout="constrained")
    return figure, figure.subplots(rows, columns, **subplots)


def images(
    images: Sequence[Array],
    titles: Sequence[str] | None = None,
    *,
    columns: int | None = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
    cmap: str = "gray",
) -> Figure:
    """A grid of images without axes.

    Args:
        images: each [H, W], [H, W, 3] or [3, H, W], with values in [vmin, vmax] (outside they saturate).
        titles: one per image.
        columns: images per row; all in one row by default.
        vmin, vmax: values shown as the ends of the scale.
        cmap: colour map of one-channel images.

    Raises:
        ValueError: if there is no image, a shape is none of the above, a value is not finite, or the number of titles
            is not that of the images.
    """
    pictures = [_picture(image, f"images[{i}]", vmin, vmax) for i, image in enumerate(images)]
    if not pictures:
        raise ValueError("images must hold at least one image")
    if titles is not None and len(titles) != len(pictures):
        raise ValueError(f"titles must have one entry per image, {len(pictures)}, not {len(titles)}")
    columns = min(columns or len(pictures), len(pictures))
    rows = -(-len(pictures) // columns)
    side = min(2.4, WIDE / columns)
    height = side * max(p.shape[0] / p.shape[1] for p in pictures) + (0.3 if titles else 0)
    figure, axes = panels(rows, columns, size=(side * columns, height * rows), squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for i, (axis, picture) in enumerate(zip(axes.flat, pictures, strict=False)):
        axis.imshow(picture, cmap=cmap, vmin=vmin, vmax=vmax)
        if titles is not None:
            axis.set_title(titles[i], fontsize="small")
    return figure


def curves(
    curves: Mapping[str, Array | tuple[Array, ...]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    logx: bool = False,
    logy: bool = False,
    axes: Axes | None = None,
) -> Figure:
    """Labelled curves in one set of axes.

    Args:
        curves: label -> y, or (x, y), or (x, y, spread), each [n]; the spread is drawn as a band y ± spread.
        xlabel, ylabel, title: texts.
        logx, logy: logarithmic axes.
        axes: draw there; in a new figure by default.

    Returns:
        The figure that holds the axes.

    Raises:
        ValueError: if there is no curve, or the arrays of one have different lengths or more than one dimension.
    """
    if not curves:
        raise ValueError("curves must hold at least one curve")
    if axes is None:
        _, axes = panels(size=(6, 3.4))
    for label, curve in curves.items():
        arrays = [_numpy(a) for a in (curve if isinstance(curve, tuple) else (curve,))]
        x, y, *spread = arrays if len(arrays) > 1 else (np.arange(arrays[0].size), *arrays)
        if len(spread) > 1 or any(a.ndim != 1 or a.size != x.size or a.size == 0 for a in (x, y, *spread)):
            shapes = ", ".join(str(list(a.shape)) for a in arrays)
            raise ValueError(f"curves[{label!r}] must be y, (x, y) or (x, y, spread) of one length, not {shapes}")
        (line,) = axes.plot(x, y, label=label)
        if spread:
            axes.fill_between(x, y - spread[0], y + spread[0], color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if logx:
        axes.set_xscale("log")
    if logy:
        axes.set_yscale("log")
    axes.legend()
    return axes.figure


def heat(
    array: Array,
    axes: Axes,
    *,
    kind: str = "sequential",
    label: str = "",
    vmin: float | None = None,
    vmax: float | None = None,
) -> AxesImage:
    """Draw a map of values with the right colour scale and its colour bar.

    Args:
        array: values [H, W]; NaN is drawn as nothing.
        axes: where to draw.
        kind: ``sequential`` for amounts, ``diverging`` for signed values (symmetric about 0), ``cyclic`` for angles.
        label: of the colour bar, with the unit.
        vmin, vmax: ends of the scale; those of the data by default.

    Raises:
        ValueError: if ``array`` is not [H, W] or holds no finite value, or ``kind`` is unknown.
    """
    values = _numpy(array)
    if kind not in COLOUR_MAPS:
        raise ValueError(f"kind must be one of {', '.join(COLOUR_MAPS)}, not {kind!r}")
    if values.ndim != 2 or not np.isfinite(values).any():
        raise ValueError(f"array must be [H, W] with finite values, not of shape {list(values.shape)}")
    low = np.nanmin(values) if vmin is None else vmin
    high = np.nanmax(values) if vmax is None else vmax
    if kind == "diverging":
        high = max(abs(low), abs(high))
        low = -high
    image = axes.imshow(values, cmap=COLOUR_MAPS[kind], vmin=low, vmax=high)
    axes.set(xticks=[], yticks=[])
    axes.figure.colorbar(image, ax=axes, label=label, shrink=0.8)
    return image


def turntable(
    draw: Callable[[Axes], None],
    *,
    caption: str,
    alt: str,
    steps: int = 24,
    elevation: float = 20.0,
    size: tuple[float, float] = (3.2, 2.9),
) -> HTML:
    """A three-dimensional figure that a slider turns about its vertical axis, without a kernel.

    Its views are JPEG files 300 CSS pixels wide.

    Args:
        draw: draws once into the 3-D axes that it is given.
        caption, alt: below the figure, and for those who do not see it.
        steps: how many views a full turn has, 2 to 36; three of them are drawn at ``quick`` runs for the book.
        elevation: of the camera above the horizon, in degrees.
        size: width and height in inches; text has its size in relation to them, and the width is 300 pixels anyway.

    Raises:
        ValueError: if ``steps`` is out of range.
    """
    if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 36:
        raise ValueError(f"steps must be a whole number from 2 to 36, not {steps!r}")
    figure, axes = panels(size=size, subplot_kw={"projection": "3d"})
    draw(axes)
    azimuths = settings.states_to_draw([round(360 * k / steps) for k in range(steps)])

    def turned(azimuth: int) -> Figure:
        axes.view_init(elev=elevation, azim=azimuth - 60)
        return figure

    views = pictures.views(map(turned, azimuths), TURN_WIDTH)
    turn = frames.Control("turn", [f"{azimuth}°" for azimuth in azimuths], shown=0)
    return HTML(frames.explorer([turn], views, caption=caption, alt=alt))


def _numpy(array: Array) -> np.ndarray:
    if isinstance(array, torch.Tensor):
        array = array.detach().cpu().numpy()
    return np.asarray(array, dtype=float)


def _picture(image: Array, argument: str, vmin: float, vmax: float) -> np.ndarray:
    values = _numpy(image)
    if values.ndim == 3 and values.shape[0] == 3 and values.shape[2] != 3:
        values = values.transpose(1, 2, 0)
    if values.size == 0 or values.ndim not in (2, 3) or (values.ndim == 3 and values.shape[2] != 3):
        raise ValueError(f"{argument} must be [H, W], [H, W, 3] or [3, H, W], not {list(values.shape)}")
    if not np.isfinite(values).all():
        raise ValueError(f"{argument} must hold finite values only")
    return ((values - vmin) / (vmax - vmin)).clip(0, 1) if values.ndim == 3 else values
