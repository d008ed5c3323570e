"""The map of a part: its methods in lanes, and numbered arrows that say how one leads to another."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from book_site import chapters, text
from book_site.chapters import Chapter, Method
from book_site.tally import tally

WIDTH, NODE_HEIGHT, LANE_TITLE, LANE_GAP, NODE_GAP, WIDEST = 760, 64, 26, 44, 30, 150
TIP = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M0 0 8 4 0 8z"/></marker></defs>'
)


def setup(app: Sphinx) -> None:
    app.add_directive("part-map", PartMapDirective)


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    column: int

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True)
class Link:
    start: str
    end: str
    words: str


class PartMapDirective(SphinxDirective):
    """Content (YAML): `lanes` (question -> slugs) and `links` (list of "slug -> slug: how they relate")."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        self.env.note_dependency(str(root / "book" / "methods.csv"))
        spec = yaml.safe_load("\n".join(self.content))
        planned, known = chapters.methods(root), chapters.chapters(root)
        links = [parse_link(line) for line in spec["links"]]
        in_lanes = [slug for lane in spec["lanes"].values() for slug in lane]
        in_links = [slug for link in links for slug in (link.start, link.end)]
        unknown = [slug for slug in in_lanes + in_links if slug not in planned]
        if unknown:
            raise self.error(f"the map names methods that are not in book/methods.csv: {', '.join(unknown)}")
        up = "../" * self.env.docname.count("/")
        picture = drawing(spec["lanes"], links, planned, known, up)
        html = f'<div class="map table-scroll">{picture}</div>{legend(links, planned)}'
        return [nodes.raw("", html, format="html")]


def parse_link(line: str) -> Link:
    ends, _, words = line.partition(": ")
    start, _, end = ends.partition(" -> ")
    return Link(start.strip(), end.strip(), words.strip())


def drawing(
    lanes: dict[str, list[str]], links: list[Link], planned: dict[str, Method], known: dict[str, Chapter], up: str
) -> str:
    boxes: dict[str, Box] = {}
    titles, y = [], 0.0
    for question, slugs in lanes.items():
        titles.append(f'<text class="lane" x="0" y="{y + 14:g}">{text.escape(question)}</text>')
        width = min(WIDEST, (WIDTH - NODE_GAP * (len(slugs) - 1)) / len(slugs))
        pitch = WIDTH / len(slugs)
        for k, slug in enumerate(slugs):
            boxes[slug] = Box(pitch * k + (pitch - width) / 2, y + LANE_TITLE, width, k)
        y += LANE_TITLE + NODE_HEIGHT + LANE_GAP
    arrows = "".join(arrow(boxes[link.start], boxes[link.end], k + 1) for k, link in enumerate(links))
    drawn = "".join(node(planned[slug], box, known, up) for slug, box in boxes.items())
    height = y - LANE_GAP + 30
    label = "Map of the methods; the list below says the same in words"
    size = f'viewBox="-2 -2 {WIDTH + 4} {height:g}" width="{WIDTH + 4}" height="{height:g}"'
    return f'<svg role="group" aria-label="{label}" {size}>{TIP}{"".join(titles)}{arrows}{drawn}</svg>'


def node(method: Method, box: Box, known: dict[str, Chapter], up: str) -> str:
    lines = textwrap.wrap(method.name, max(8, int(box.width / 7.4)))[:2]
    chapter = known.get(method.slug)
    room = NODE_HEIGHT - (16 if chapter else 0)
    first = box.y + room / 2 + (5 if len(lines) == 1 else -4)
    words = "".join(
        f'<tspan x="{box.middle:.1f}" y="{first + 17 * k:.1f}">{text.escape(line)}</tspan>'
        for k, line in enumerate(lines)
    )
    outline = f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{NODE_HEIGHT}" rx="7"/>'
    shape = f"{outline}<text>{words}</text>"
    if chapter:
        state = (
            f'<text class="state" x="{box.middle:.1f}" y="{box.y + NODE_HEIGHT - 9:.1f}">{brief_state(chapter)}</text>'
        )
        return f'<a class="node" href="{up}{method.docname}.html">{shape}{state}</a>'
    return f'<g class="node coming"><title>{text.escape(method.name)}: still to come</title>{shape}</g>'


def brief_state(chapter: Chapter) -> str:
    return f"{tally([chapter]).reproduced} reproduced" if chapter.judged else "under revision"


def arrow(start: Box, end: Box, number: int) -> str:
    """A curve between two boxes with its number in the middle; arrows at one box leave from different places."""
    shift = (number % 3 - 1) * 16
    x0, x1 = start.middle + shift, end.middle + shift
    if start.y != end.y:
        y0, y1 = (start.y + NODE_HEIGHT, end.y) if end.y > start.y else (start.y, end.y + NODE_HEIGHT)
        half = (y0 + y1) / 2
        path = f"M{x0:.1f} {y0:g} C{x0:.1f} {half:g} {x1:.1f} {half:g} {x1:.1f} {y1:g}"
        near = abs(y1 - y0) < NODE_HEIGHT + LANE_GAP + LANE_TITLE  # else other boxes would hide the middle
        tag = ((x0 + x1) / 2, half) if near else (x0, y0 + math.copysign(LANE_GAP / 2, y1 - y0))
    elif abs(start.column - end.column) == 1:
        y = start.y + NODE_HEIGHT / 2
        x0, x1 = (start.x + start.width, end.x) if end.x > start.x else (start.x, end.x + end.width)
        path, tag = f"M{x0:.1f} {y:g} L{x1:.1f} {y:g}", ((x0 + x1) / 2, y)
    else:
        y, low = start.y + NODE_HEIGHT, start.y + NODE_HEIGHT + 34
        path, tag = f"M{x0:.1f} {y:g} C{x0:.1f} {low:g} {x1:.1f} {low:g} {x1:.1f} {y:g}", ((x0 + x1) / 2, y + 25.5)
    return (
        f'<path class="arrow" d="{path}" marker-end="url(#tip)"/>'
        f'<circle class="tag" cx="{tag[0]:.1f}" cy="{tag[1]:.1f}" r="9"/>'
        f'<text class="tag" x="{tag[0]:.1f}" y="{tag[1] + 4:.1f}">{number}</text>'
    )


def legend(links: list[Link], planned: dict[str, Method]) -> str:
    return f'<ol class="map-legend">{"".join(legend_item(link, planned) for link in links)}</ol>'


def legend_item(link: Link, planned: dict[str, Method]) -> str:
    start, end = (text.escape(planned[slug].name) for slug in (link.start, link.end))
    return f"<li><strong>{start} → {end}:</strong> {text.escape(link.words)}</li>"
