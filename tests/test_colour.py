"""No drawing of the book tells anything by colour alone.

Two marks in one panel that differ in hue differ in something that a grey print keeps as well: kind,
dashes, width, symbol, filled or hollow. If not, they lie side by side, where an axis or a label
tells which is which. Only where lines have used up four kinds of dashes is it enough that a thin
line joins a name to each. Faint marks (a band, the line of a seed, a tinted region) may go with a
full mark of their hue. Heat maps carry their numbers.
"""

import re
from dataclasses import dataclass
from itertools import combinations

import pytest
from conftest import soup, toc_pages


@dataclass
class Mark:
    """A curve, an area or a set of equal symbols, as far as the eye can tell it from others."""

    hue: tuple
    faint: bool
    kind: str  # "line", "area", or the outline of the symbol
    hollow: bool
    dashes: list
    width: float
    points: list


def rules(tag):
    return dict(rule.split(":", 1) for rule in tag.get("style", "").split(";") if ":" in rule)


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+\.?\d*", text)]


def corners(path):
    values = numbers(path["d"])
    return list(zip(values[::2], values[1::2]))


def mark(style, points, symbol=None):
    hollow = style.get("fill") == "none" or style.get("fill-opacity") == "0"
    role = "stroke" if hollow else "fill"
    hue, opacity = style.get(role, "currentColor"), float(style.get(f"{role}-opacity", 1))
    width = float(style.get("stroke-width", 1))
    return Mark(
        hue=(hue, opacity if hue == "currentColor" else 1),  # grey is ink, thinned
        faint=opacity < 1,
        kind=symbol or ("line" if hollow else "area"),
        hollow=hollow,
        dashes=[round(dash / width, 1) for dash in numbers(style.get("stroke-dasharray", ""))],
        width=width,
        points=points,
    )


def is_frame(path):
    return rules(path).get("stroke-linecap") == "square"


def is_leader(path):
    """Whether it joins a name to a curve: matplotlib draws it before the name, as an arc."""
    name = path.parent.find_next_sibling("g")
    return "Q" in path["d"] and name and name.find("text", recursive=False)


def marks_in(panel):
    """What stands directly in a panel; ticks and legends are nested deeper."""
    for path in panel.select(":scope > g > path"):
        style = rules(path)
        if is_frame(path) or is_leader(path):
            continue
        if {style.get("fill"), style.get("stroke", "none")} != {"none"}:
            yield mark(style, corners(path))
    for group in panel.select(":scope > g > g:has(> use)"):
        uses = group.find_all("use", recursive=False)
        drawing = panel.find_parent("figure") or panel.find_parent("svg")  # columns share symbols
        symbol = drawing.find(id=uses[0]["href"].removeprefix("#"))
        places = [(float(use["x"]), float(use["y"])) for use in uses]
        yield mark(rules(uses[0]), places, symbol["d"])


def look_alike(a, b):
    thin, thick = sorted((a.width, b.width))
    return (a.kind, a.hollow, a.dashes) == (b.kind, b.hollow, b.dashes) and thick < 1.5 * thin


def side_by_side(a, b):
    spans = [[(min(axis), max(axis)) for axis in zip(*mark.points)] for mark in (a, b)]
    return any(s[1] <= t[0] + 0.5 or t[1] <= s[0] + 0.5 for s, t in zip(*spans))


def touches(tip, mark):
    return any(abs(tip[0] - x) + abs(tip[1] - y) < 3 for x, y in mark.points)


def told_by_colour_alone(panel):
    marks = list(marks_in(panel))
    full = [mark.hue for mark in marks if not mark.faint]
    marks = [mark for mark in marks if not (mark.faint and mark.hue in full)]
    dashes = {tuple(mark.dashes) for mark in marks if mark.kind == "line"}
    paths = panel.select(":scope > g > path")
    has_axes = any(map(is_frame, paths))
    tips = [corners(path)[-1] for path in paths if is_leader(path)]
    for a, b in combinations(marks, 2):
        if a.hue == b.hue or not look_alike(a, b):
            continue
        if not (a.kind == "line" and has_axes) and side_by_side(a, b):
            continue
        joined = all(any(touches(tip, mark) for tip in tips) for mark in (a, b))
        if not (joined and len(dashes) >= 4):
            yield f"{a.kind} {a.hue[0]} and {b.hue[0]}"


def panels(book, page):
    for drawing in soup(book / f"{page}.html").select("article svg[role=img]"):
        for panel in drawing.select(":scope > g > g"):
            yield drawing["aria-label"], panel


@pytest.mark.parametrize("page", toc_pages())
def test_nothing_is_told_by_colour_alone(book, page):
    found = [(problem, alt) for alt, panel in panels(book, page)
             for problem in told_by_colour_alone(panel)]  # fmt: skip
    assert found == []


def test_heat_maps_carry_their_numbers(book):
    maps = 0
    for page in toc_pages():
        for alt, panel in panels(book, page):
            cells = panel.select(":scope > g[shape-rendering] path")
            maps += bool(cells)
            assert len(cells) <= len(panel.select(":scope > g > text")), alt
    assert maps
