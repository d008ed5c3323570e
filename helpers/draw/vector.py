"""Matplotlib's SVG made light: the same drawing in a third of the characters, without what no reader sees."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
HUNDREDTHS = 100  # of a point, 1/72 inch: the finest place in a drawing

STEP = re.compile(r"([MLQCz])([^MLQCz]*)")
MOVE = re.compile(r"translate\(([-\d.e]+ [-\d.e]+)\)(.*)")
REFERENCE = re.compile(r"#([\w.-]+)")


def compact(drawing: str, width: int, height: int) -> str:
    """The same drawing as one element: no date, no maker, no comment, no address; relative paths, short names.

    Args:
        drawing: an SVG as Matplotlib writes it.
        width, height: at which it is shown, in CSS pixels.

    Returns:
        The ``<svg>`` element. Its identifiers begin with a hash of the drawing, so that two may stand on one page.
    """
    root = ET.fromstring(drawing)
    for element in list(root):
        if element.tag == f"{SVG}metadata":
            root.remove(element)
    root.attrib = {"width": str(width), "height": str(height), "viewBox": root.attrib["viewBox"]}
    referenced = set(REFERENCE.findall(drawing))
    for element in root.iterfind(".//*"):
        _shorten(element, referenced)
    _unwrap(root)
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    text = text.replace("ns0:", "").replace(":ns0", "").replace(" />", "/>")
    return _renamed(text)


def path_data(data: str) -> str:
    """The same outline in relative steps of hundredths of a unit."""
    out, last = [], ""
    x = y = start_x = start_y = 0
    for letter, numbers in STEP.findall(data):
        if letter == "z":
            out.append("z")
            x, y, last = start_x, start_y, ""
            continue
        places = [round(HUNDREDTHS * float(number)) for number in numbers.split()]
        if letter == "M":
            out.append("M" + _joined(places))
            x, y = start_x, start_y = places
            last = ""  # what follows an absolute move without a letter would be absolute
            continue
        steps = [place - (y if k % 2 else x) for k, place in enumerate(places)]
        x, y = places[-2:]
        kind = letter.lower()
        if kind == "l" and 0 in steps:
            kind, steps = ("v", steps[1:]) if steps[0] == 0 else ("h", steps[:1])
        numbers = _joined(steps)
        out.append((" " if numbers[0] != "-" else "") + numbers if kind == last else kind + numbers)
        last = kind
    return "".join(out)


def _joined(places: list[int]) -> str:
    text = ""
    for place in places:
        number = _number(place)
        text += number if not text or number[0] == "-" else f" {number}"
    return text


def _number(place: int) -> str:
    """Hundredths as a decimal number: no zero before the point, none at the end."""
    whole, part = divmod(abs(place), HUNDREDTHS)
    text = (f"{whole or ''}.{part:02d}".rstrip("0")) if part else str(whole)
    return f"-{text}" if place < 0 else text


def _shorten(element: ET.Element, referenced: set[str]) -> None:
    attributes = element.attrib
    element.tail = None
    if element.tag != f"{SVG}style":
        element.text = None
    if attributes.get("id") not in referenced:
        attributes.pop("id", None)
    if HREF in attributes:
        attributes["href"] = attributes.pop(HREF)
    if "d" in attributes:
        attributes["d"] = path_data(attributes["d"])
    if "style" in attributes:
        attributes["style"] = re.sub(r"([:;]) ", r"\1", attributes["style"]).rstrip(";")
    if moved := MOVE.fullmatch(attributes.get("transform", "")):
        place, rest = dict(zip("xy", moved[1].split(), strict=True)), moved[2].strip()
        if element.tag == f"{SVG}use" and not rest:  # a letter within a word
            del attributes["transform"]
            attributes.update({name: number for name, number in place.items() if float(number)})
        else:
            attributes["transform"] = f"translate({_rounded(place['x'])} {_rounded(place['y'])}){rest}"
    for name in ("x", "y", "width", "height"):
        if name in attributes:
            attributes[name] = _rounded(attributes[name])


def _rounded(number: str) -> str:
    return _number(round(HUNDREDTHS * float(number)))


def _unwrap(element: ET.Element) -> None:
    """Take away groups that say nothing, and make one of neighbours that say the same."""
    kept: list[ET.Element] = []
    for child in element:
        _unwrap(child)
        if child.tag != f"{SVG}g":
            kept.append(child)
        elif not child.attrib:
            kept += child
        elif kept and kept[-1].tag == child.tag and kept[-1].attrib == child.attrib:
            kept[-1].extend(child)
        else:
            kept.append(child)
    element[:] = kept


def _renamed(text: str) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:4]
    names = {name: f"f{digest}{k:x}" for k, name in enumerate(dict.fromkeys(re.findall(r' id="([^"]+)"', text)))}
    text = re.sub(r' id="([^"]+)"', lambda match: f' id="{names[match[1]]}"', text)
    return re.sub(r'(href="|url\()#([^")]+)', lambda match: f"{match[1]}#{names[match[2]]}", text)
