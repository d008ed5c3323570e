"""Figures as files, sharp and light: drawings as SVG, pictures as PNG or JPEG.

A figure is shown at 96 CSS pixels an inch, but never wider than the page; files of pixels hold two for each pixel of
the page and direction, so that they are sharp on a dense screen, and fewer where they would weigh too much. No text is
smaller than 11 pixels on the page: what a figure sets smaller is set to that size when it becomes a file. The same
figure gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import Collection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.image import AxesImage, BboxImage, FigureImage
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.text import Text
from PIL import Image

from .. import settings

PAGE_WIDTH = 696  # CSS pixels: the column of text on a screen that is 1300 wide
FRAME_WIDTHS = 300, 660  # of a frame of an explorer: never smaller, and at most the page less the explorer's border
PER_INCH = 96
LEAST_TEXT = 11  # CSS pixels
SHARPNESS = 2, 1.5, 1.25, 1  # pixels of a file for one of the page, per direction; the first that is light enough
JPEG_QUALITIES = 85, 75, 60, 45

DENSE = 2000  # vertices: an artist that has more becomes pixels inside the SVG
DOT = 4  # a point of a scatter weighs as much as so many vertices of a line
LIGHT_SVG = 40_000  # characters: up to here a drawing stays an SVG even if its PNG were smaller
CELL_WEIGHT = 60_000  # bytes of one picture
FRAMES_WEIGHT = 150_000  # bytes of all frames of an explorer, or of all views of a turntable, together
PHOTOGRAPH = 60_000  # colours: no palette could hold what has more

PNG, JPEG, SVG = "image/png", "image/jpeg", "image/svg+xml"


@dataclass(frozen=True)
class Picture:
    """A figure as a file.

    Attributes:
        data: the file.
        mime: ``image/png``, ``image/jpeg`` or ``image/svg+xml``.
        width, height: as a page shows it, in CSS pixels.
    """

    data: bytes
    mime: str
    width: int
    height: int

    @property
    def address(self) -> str:
        """The file as the address of an ``<img>``."""
        return f"data:{self.mime};base64,{base64.b64encode(self.data).decode()}"

    def bundle(self) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
        """Data and metadata of an output of a cell, by their type."""
        data = self.data.decode() if self.mime == SVG else base64.b64encode(self.data).decode()
        return {self.mime: data}, {self.mime: {"width": self.width, "height": self.height}}


def of_cell(figure: Figure) -> Picture:
    """The picture that a cell shows: an SVG of a drawing, pixels of a figure that holds pictures or is in 3-D.

    A drawing that weighs more as SVG than as PNG becomes pixels too. What nobody will look at is drawn once, plainly.
    """
    if settings.unseen():
        return _draft(figure, 0, PAGE_WIDTH)
    if _holds_pictures(figure):
        return pixels(figure)
    drawing = svg(figure)
    if len(drawing.data) <= LIGHT_SVG:
        return drawing
    other = pixels(figure)
    return other if 4 / 3 * len(other.data) < len(drawing.data) else drawing


def pixels(figure: Figure) -> Picture:
    """A PNG at twice the size on the page, with fewer pixels where it weighed over 60 kB.

    It is a JPEG where that weighs less than half: photographs do.
    """
    width, height = _shown(figure, 0, PAGE_WIDTH)
    for sharpness in SHARPNESS:
        drawn = _drawn(figure, width, sharpness)
        data, mime = _png(drawn), PNG
        if len(data) > CELL_WEIGHT and 2 * len(other := _jpeg(drawn)) < len(data):
            data, mime = other, JPEG
        if len(data) <= CELL_WEIGHT:
            break
    return Picture(data, mime, width, height)


def svg(figure: Figure) -> Picture:
    """An SVG without a date, an address to load or a font: texts are outlines, and dense artists are pixels."""
    width, height = _shown(figure, 0, PAGE_WIDTH)
    per_inch = _legible(figure, width)
    for artist in figure.findobj(lambda artist: _vertices(artist) > DENSE):
        artist.set_rasterized(True)
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": "Runnable Vision", "svg.fonttype": "path"}):
        _save(figure, buffer, format="svg", dpi=SHARPNESS[0] * per_inch, metadata=nothing)
    return Picture(_light(buffer.getvalue(), width, height).encode(), SVG, width, height)


def frame(figure: Figure, sharpness: float = SHARPNESS[0]) -> Picture:
    """One frame of an explorer, at least 300 CSS pixels wide, with ``sharpness`` pixels for each of the page."""
    width, height = _shown(figure, *FRAME_WIDTHS)
    drawn = _drawn(figure, width, sharpness)
    data, mime = min((_png(drawn), PNG), (_jpeg(drawn), JPEG), key=lambda file: len(file[0]))
    return Picture(data, mime, width, height)


def frames(figures: Sequence[Figure]) -> list[Picture]:
    """Frames of one explorer, each a PNG or, where that is smaller, a JPEG.

    They are drawn at twice their size on the page, or with fewer pixels if they weighed over 150 kB together.
    """
    if settings.unseen():
        return [_draft(figure, *FRAME_WIDTHS) for figure in figures]
    some = {0, len(figures) // 2, len(figures) - 1} if figures else set()
    for sharpness in SHARPNESS:
        drawn = {k: frame(figures[k], sharpness) for k in sorted(some)}
        if len(figures) * np.mean([len(frame.data) for frame in drawn.values()]) <= FRAMES_WEIGHT:
            break
    return [drawn[k] if k in some else frame(figure, sharpness) for k, figure in enumerate(figures)]


def views(figures: Iterable[Figure], width: int) -> list[Picture]:
    """Views of a turntable: JPEG files as wide as they are shown, in CSS pixels.

    Their quality is such that they weigh at most 150 kB together, if that can be.
    """
    drawn = [_drawn(figure, width, 1) for figure in figures]  # one after the other: it may be one figure that turns
    for quality in JPEG_QUALITIES:
        files = [_jpeg(view, quality) for view in drawn]
        if sum(map(len, files)) <= FRAMES_WEIGHT:
            break
    return [Picture(data, JPEG, *view.size) for data, view in zip(files, drawn, strict=True)]


def _draft(figure: Figure, least: int, most: int) -> Picture:
    """A PNG with one pixel for each of the page, as matplotlib writes it: every artist is drawn, and no time goes into
    its weight."""
    width, height = _shown(figure, least, most)
    buffer = io.BytesIO()
    _save(figure, buffer, format="png", dpi=_legible(figure, width), pil_kwargs={"compress_level": 1})
    return Picture(buffer.getvalue(), PNG, width, height)


def _light(drawing: str, width: int, height: int) -> str:
    """The same drawing as one element in two thirds of the characters, shown at ``width`` by ``height`` CSS pixels.

    Its identifiers begin with a hash of the drawing, so that two may stand on one page.
    """
    from scour import scour  # only where something is drawn

    options = scour.sanitizeOptions()
    options.strip_xml_prolog = options.strip_comments = options.remove_metadata = options.shorten_ids = True
    options.newlines, options.indent_type, options.digits = False, "none", 5
    options.shorten_ids_prefix = f"f{hashlib.sha256(drawing.encode()).hexdigest()[:4]}"
    element = scour.scourString(drawing, options)
    element = element[element.index("<svg") :].strip()
    return re.sub(r' width="[^"]*" height="[^"]*"', f' width="{width}" height="{height}"', element, count=1)


def _shown(figure: Figure, least: int, most: int) -> tuple[int, int]:
    """Width and height on the page, in CSS pixels, the width between ``least`` and ``most``."""
    across, down = figure.get_size_inches()
    width = round(min(max(PER_INCH * across, least), most))
    return width, round(width * down / across)


def _legible(figure: Figure, width: int) -> float:
    """Raise texts that were too small to read at this width on the page; return its CSS pixels per inch of figure."""
    per_inch = width / figure.get_size_inches()[0]
    least = LEAST_TEXT * 72 / per_inch  # points
    for axes in figure.axes:
        for axis in (getattr(axes, f"{name}axis") for name in "xyz" if hasattr(axes, f"{name}axis")):
            if any(tick.label1.get_size() < least for tick in axis.get_major_ticks()[:1]):
                axis.set_tick_params(which="both", labelsize=least)
    for text in figure.findobj(Text):
        if text.get_size() < least:
            text.set_size(least)
    return per_inch


def _drawn(figure: Figure, width: int, sharpness: float) -> Image.Image:
    """The figure in pixels: ``sharpness`` of them for each of the page, per direction."""
    buffer = io.BytesIO()
    dpi = sharpness * _legible(figure, width)
    _save(figure, buffer, format="png", dpi=dpi, pil_kwargs={"compress_level": 1})
    return Image.open(buffer).convert("RGB")


def _save(figure: Figure, buffer: io.IOBase, **options: Any) -> None:
    """Save, and keep the layout: made again it would move by a fraction of a pixel, and views would tremble."""
    figure.savefig(buffer, **options)
    figure.set_layout_engine("none")


def _png(drawn: Image.Image) -> bytes:
    """A PNG with a palette of 16 to 256 colours where an eye could hardly tell."""
    picture, true = drawn, np.asarray(drawn, np.int16)
    for colours in (16, 32, 64, 256) if drawn.getcolors(PHOTOGRAPH) else ():
        fewer = drawn.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        difference = true - np.asarray(fewer.convert("RGB"), np.int16)
        # No small area in another colour than its legend, and no bands in what is smooth.
        most = 20 if colours == 256 else 3
        if np.abs(difference).max() < 20 and np.square(difference, dtype=np.int32).mean() < most:
            picture = fewer
            break
    buffer = io.BytesIO()
    picture.save(buffer, format="png", optimize=True)
    return buffer.getvalue()


def _jpeg(drawn: Image.Image, quality: int = JPEG_QUALITIES[0]) -> bytes:
    buffer = io.BytesIO()
    drawn.save(buffer, format="jpeg", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def _holds_pictures(figure: Figure) -> bool:
    """Whether it shows pixels, a mesh that is no colour bar, or anything in 3-D."""
    return any(hasattr(axes, "get_zlim") for axes in figure.axes) or bool(figure.findobj(_is_picture))


def _is_picture(artist: Artist) -> bool:
    if isinstance(artist, QuadMesh):
        return artist.axes is None or artist.axes.get_label() != "<colorbar>"
    return isinstance(artist, AxesImage | BboxImage | FigureImage)


def _vertices(artist: Artist) -> int:
    """How much an artist weighs in an SVG, in vertices of a line."""
    if isinstance(artist, Line2D):
        dotted = artist.get_marker() not in (None, "None", "none", "", " ")
        return len(artist.get_xdata()) * (DOT if dotted else 1)
    if isinstance(artist, Collection):
        if len(artist.get_offsets()) > 1:
            return DOT * len(artist.get_offsets())
        return sum(len(path.vertices) for path in artist.get_paths())
    return len(artist.get_path().vertices) if isinstance(artist, PathPatch) else 0
