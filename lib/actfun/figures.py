"""Matplotlib figures as inline SVG that follows the page.

``show(fig, alt=...)`` ends a cell that draws: the reader gets vector graphics in the colours of
the page, light or dark, with a text for those who do not see the picture. ``svg`` gives the markup
alone, and ``sliders`` builds on ``svg_tree``, the same thing before it is written out.
"""

import base64
import bisect
import hashlib
import html
import io
import re
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager
from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

from actfun import checks
from actfun.audience import someone_is_there

PLACEHOLDER = "\ue000"
"""Stands for the prefix of every id until the whole markup is known; see ``with_prefix``."""

PIXELS_PER_INCH = 96
POINTS_PER_INCH = 72
TOO_WIDE_FOR_A_PHONE = 480
"""Pixels. What is wider gets larger letters there, by ``figures.css``."""

_NUMBER = re.compile(r"-?\d+\.\d+")
_REFERENCE = re.compile(r"#([\w-]+)")
_GEOMETRY = {"d", "x", "y", "width", "height", "points", "transform"}


def svg(fig, alt=None):
    """The figure as SVG markup to be put into a page.

    Black becomes the colour of the surrounding text, grey lines a paler shade of it, and white
    backgrounds become transparent. The drawing takes the width it is given, up to its natural size;
    where that is narrow, columns of panels go below one another (see `column_edges`).
    The same figure gives the same markup every time.

    Parameters
    ----------
    fig : matplotlib Figure
        It stays as it is.
    alt : str, optional
        Accessible name. Without it the drawing is hidden from assistive technology.

    Returns
    -------
    str
        An ``<svg>``, or a ``<div>`` of them, one for each column of panels.

    Raises
    ------
    TypeError
        If `fig` is not a Figure, or `alt` not a string.
    ValueError
        If `alt` is blank.
    """
    if alt is not None:
        check_text("alt", alt)
    root = svg_tree(fig)
    describe(root, alt)
    return with_prefix(to_markup(root))


def show(fig, alt, caption=None):
    """Show a figure, described in words.

    Parameters
    ----------
    fig : matplotlib Figure
        It is closed, also if it cannot be drawn: a notebook does not draw it a second time.
    alt : str
        What the picture shows, for those who do not see it. On the pages of the book at least
        twelve words, and none of them a colour.
    caption : str, optional
        Text under the picture.

    Returns
    -------
    Picture

    Raises
    ------
    TypeError
        If `fig` is not a Figure, or a text is not a string.
    ValueError
        If a text is blank.
    """
    check_figure(fig)
    check_text("alt", alt)
    if caption is not None:
        check_text("caption", caption)
    try:
        markup, image = svg(fig, alt), png(fig)
    finally:
        plt.close(fig)
    return Picture(markup, image, alt, caption)


class Picture:
    """A drawn figure: SVG for a page, PNG for anything else, and its description."""

    def __init__(self, markup, image, alt, caption=None):
        self.markup = markup
        self.image = image
        self.alt = alt
        self.caption = caption

    def __repr__(self):
        return f"Picture({self.alt!r})"

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/plain": repr(self),
            "text/html": self._html(),
            "image/png": base64.b64encode(self.image).decode("ascii"),
        }

    def _html(self):
        drawing = img(self.image, self.alt) if someone_is_there() else self.markup
        return f'<figure class="actfun-figure">{drawing}{figcaption(self.caption)}</figure>'


def png(fig, dpi=120):
    """The figure as PNG bytes, on white.

    Raises
    ------
    TypeError, ValueError
        If `fig` is not a Figure, or `dpi` (dots per inch) not positive.
    """
    return pixels_to_png(pixels(fig, dpi), dpi)


def pixels(fig, dpi=144):
    """The figure on white as an array of shape (height, width, 3) of bytes; raises as `png`.

    The figure stays as it is. (Its ``savefig`` draws it twice.)
    """
    check_figure(fig)
    dpi = checks.real_number(dpi, "dpi", 0)
    with _canvas(fig, FigureCanvasAgg) as canvas:
        fig.set(dpi=dpi, facecolor="white")
        canvas.draw()
        return np.array(canvas.buffer_rgba())[..., :3]


@contextmanager
def _canvas(fig, kind):
    """Another canvas to draw the figure on; it gets its own back, its resolution and its colour."""
    canvas, before = fig.canvas, {"dpi": fig.dpi, "facecolor": fig.get_facecolor()}
    try:
        yield kind(fig)
    finally:
        fig.set(**before)  # while its own canvas, which may be a window, does not look
        fig.set_canvas(canvas)


def pixels_to_png(array, dpi=None):
    """PNG bytes of such an array, which may say how large it is on paper."""
    from PIL import Image

    array = np.asarray(array)
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3:
        raise ValueError(
            "array must have shape (height, width, 3) and dtype uint8, "
            f"got {array.shape} and {array.dtype}"
        )
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, format="png", dpi=dpi and (dpi, dpi))
    return buffer.getvalue()


def img(image, alt):
    """PNG bytes as an ``<img>``, which also survives the sanitisers of notebook viewers."""
    data = base64.b64encode(image).decode("ascii")
    style = "max-width:100%;height:auto"
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt)}" style="{style}">'


def figcaption(caption):
    """The caption as markup; nothing for no caption."""
    return f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""


def check_figure(fig):
    """Raise unless `fig` is a figure of matplotlib."""
    if not isinstance(fig, Figure):
        raise TypeError(f"fig must be a matplotlib Figure, got {type(fig).__name__}")


def check_text(name, text):
    """Raise unless `text` is a string that says something."""
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, got {type(text).__name__}")
    if not text.strip():
        raise ValueError(f"{name} must say what there is to see, got {text!r}")


# ---------------------------------------------------------------- the drawing as a tree


def svg_tree(fig, edges=None):
    """The figure as a cleaned and themed element tree, ids still starting with `PLACEHOLDER`.

    It is cut into columns of panels at the `edges`, those of `column_edges` if none are given. The
    root is an ``<svg>``, or a ``<div>`` with one for each column.
    """
    check_figure(fig)
    root = ElementTree.fromstring(_draw(fig))
    _strip(root)
    _theme(root)
    _shorten(root)
    family = _lift_font(root)
    columns = _cut(root, fig, edges or column_edges(fig))
    height = fig.get_figheight()
    drawings = [_drawing(parts, *ends, height, family) for parts, ends in columns]
    if len(drawings) == 1:
        root = drawings[0]
    else:
        root = _side_by_side(drawings)
    _rename_ids(root)
    return root


def column_edges(fig):
    """Where the figure can be cut into columns of panels: their edges, in points from the left.

    Nothing is drawn across the gap between two columns. Panels that read their ticks off a
    neighbour stay beside it, and what stands on the figure itself holds all of it together.
    """
    whole = [0, fig.get_figwidth() * POINTS_PER_INCH]
    loose = [fig.texts, fig.legends, fig.lines, fig.patches, fig.artists, fig.images, fig.subfigs]
    if any(loose) or any(_reads_off_a_neighbour(ax) for ax in fig.axes):
        return whole
    boxes = [ax.get_tightbbox() for ax in fig.axes if ax.get_visible()]
    scale, edges, reach = POINTS_PER_INCH / fig.dpi, [], np.inf
    for left, right in sorted((box.x0, box.x1) for box in boxes if box is not None):
        if left > reach:
            edges.append(scale * (reach + left) / 2)
        reach = right if reach == np.inf else max(reach, right)
    return [whole[0], *edges, whole[1]]


def _reads_off_a_neighbour(ax):
    """Whether the ticks of its y axis have their numbers at another panel of the same row."""
    return (
        ax.axison
        and len(ax.get_shared_y_axes().get_siblings(ax)) > 1
        and not any(label.get_visible() for label in ax.get_yticklabels())
    )


def _cut(root, fig, edges):
    """The drawing in columns: the elements of each, and its ends."""
    columns = [[] for _ in edges[1:]]
    columns[0] = list(root)
    if len(columns) > 1:
        everything = root.find("g")  # matplotlib numbers the axes as it draws them
        panels = [g for g in everything if g.get("id", "").startswith("axes_")]
        drawn = sorted((ax for ax in fig.axes if ax.get_visible()), key=lambda ax: ax.zorder)
        for ax, panel in zip(drawn, panels, strict=True):
            box = ax.get_position()
            middle = (box.x0 + box.x1) / 2 * fig.get_figwidth() * POINTS_PER_INCH
            column = bisect.bisect(edges, middle) - 1
            if column:
                everything.remove(panel)
                columns[column].append(panel)
    return list(zip(columns, pairwise(edges), strict=True))


def _drawing(parts, left, right, height, family):
    """A column of panels as a drawing of its own."""
    width = (right - left) * PIXELS_PER_INCH / POINTS_PER_INCH
    drawing = ElementTree.Element(
        "svg",
        {
            "viewBox": " ".join(map(_short, (left, 0, right - left, height * POINTS_PER_INCH))),
            "width": _short(width),
            "height": _short(height * PIXELS_PER_INCH),
            "style": "max-width:100%;height:auto;fill:currentColor;stroke-linejoin:round;"
            f"stroke-linecap:butt;font-family:{family}",
        },
    )
    if width > TOO_WIDE_FOR_A_PHONE:
        drawing.set("class", "actfun-wide")
    drawing.extend(parts)
    return drawing


def _side_by_side(drawings):
    """Columns that shrink together, to three quarters, and then go below one another."""
    flow = "display:flex;flex-wrap:wrap;justify-content:center;align-items:flex-start"
    row = ElementTree.Element("div", {"class": "actfun-columns", "style": flow})
    for drawing in drawings:
        width = float(drawing.get("width"))
        room = f"flex:{width:g} 1 {0.75 * width:g}px;min-width:0;max-width:{width:g}px"
        style = drawing.get("style").replace("max-width:100%", f"{room};overflow:visible")
        drawing.attrib.update({"style": style, "aria-hidden": "true"})  # the row has the name
        row.append(drawing)
    return row


def describe(root, alt):
    """Give the drawing its accessible name."""
    if alt is None:
        root.set("aria-hidden", "true")
    else:
        root.attrib.update({"role": "img", "aria-label": alt})


def to_markup(element):
    """The tree as text."""
    return ElementTree.tostring(element, encoding="unicode")


def with_prefix(markup):
    """Replace the placeholder in ids by a prefix that depends on the content alone."""
    digest = hashlib.sha256(markup.encode("utf-8")).hexdigest()
    return markup.replace(PLACEHOLDER, f"f{digest[:8]}-")


def _draw(fig):
    """SVG text as matplotlib writes it, without backgrounds."""
    backgrounds = [fig.patch] + [ax.patch for ax in fig.axes if _is_white(ax.get_facecolor())]
    visible = [patch.get_visible() for patch in backgrounds]
    settings = {"svg.fonttype": "none", "svg.hashsalt": "actfun"}
    buffer = io.BytesIO()
    try:
        for patch in backgrounds:
            patch.set_visible(False)
        with _canvas(fig, FigureCanvasSVG) as canvas, mpl.rc_context(settings):
            canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})
    finally:
        for patch, was_visible in zip(backgrounds, visible):
            patch.set_visible(was_visible)
    return buffer.getvalue()


def _is_white(colour):
    return to_hex(colour) == "#ffffff"


def _strip(root):
    """Drop namespaces, metadata, white space and matplotlib's page-wide style sheet."""
    for parent in root.iter():
        parent.tag = parent.tag.rpartition("}")[2]
        for key in [key for key in parent.attrib if "}" in key]:
            parent.set(key.rpartition("}")[2], parent.attrib.pop(key))
        for child in list(parent):
            name = child.tag.rpartition("}")[2]
            if name == "metadata" or (name == "defs" and child.find("{*}style") is not None):
                parent.remove(child)
                continue
            if child.tail and not child.tail.strip():
                child.tail = None
        if parent.text and not parent.text.strip() and parent.tag not in ("text", "tspan"):
            parent.text = None


def _theme(root):
    """Ink takes the colour of the surrounding text; heat maps keep their greys."""
    meshes = [group for group in root.iter("g") if group.get("id", "").startswith("QuadMesh")]
    for mesh in meshes:
        mesh.set("shape-rendering", "crispEdges")  # no seams between the cells
        mesh.set("fill", "#000000")  # which matplotlib leaves out as the default
    heat_map = {id(element) for mesh in meshes for element in mesh.iter()}
    for element in root.iter():
        if "style" not in element.attrib:
            continue
        style = _rules(element.get("style"))
        for role in ("fill", "stroke"):
            colour = style.get(role, "none")
            if not colour.startswith("#") or id(element) in heat_map:
                continue
            red, green, blue = to_rgb(colour)
            if colour == "#ffffff":
                style[role] = "var(--actfun-paper,#fff)"
            elif red == green == blue and (red == 0 or role == "stroke" or element.tag == "text"):
                style[role] = "currentColor"
                if red > 0:
                    strength = (1 - red) * float(style.get(f"{role}-opacity", 1))
                    style[f"{role}-opacity"] = f"{strength:.2g}"
        element.set("style", ";".join(f"{name}:{value}" for name, value in style.items()))


def _rules(style):
    """A style attribute as a dict; the `font` shorthand of older matplotlib is spelt out."""
    rules = dict(
        (part.strip() for part in rule.split(":", 1)) for rule in style.split(";") if ":" in rule
    )
    shorthand = re.fullmatch(r"(.*?)([\d.]+px) (.+)", rules.pop("font", ""))
    if shorthand:
        for word in shorthand[1].split():
            rules["font-style" if word in ("italic", "oblique") else "font-weight"] = word
        rules["font-size"], rules["font-family"] = shorthand[2], shorthand[3]
    return rules


def _shorten(root):
    """Two decimals (a hundredth of a point) are plenty, and the same on every processor."""
    for element in root.iter():
        for name in _GEOMETRY.intersection(element.attrib):
            value = element.attrib[name]
            if name == "transform" and ("scale" in value or "matrix" in value):
                continue
            value = _NUMBER.sub(lambda match: _short(float(match[0])), value)
            if name == "d":
                value = re.sub(r"\s*([A-Za-z])\s*", r"\1", value).strip()
            element.attrib[name] = value


def _short(number):
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _lift_font(root):
    """Move the font family that most texts share to the root; return it."""
    pattern = re.compile(r"font-family:([^;]+);?")
    texts = [element for element in root.iter() if "font-family" in element.get("style", "")]
    families = [pattern.search(element.get("style"))[1] for element in texts]
    common = max(sorted(set(families)), key=families.count, default="sans-serif")
    for element, family in zip(texts, families):
        if family == common:
            element.set("style", pattern.sub("", element.get("style")))
    return common


def _rename_ids(root):
    """Number the ids that something refers to in order of appearance; drop the others."""
    names = {}
    for element in root.iter():
        for name, value in element.attrib.items():
            if name == "href" and value.startswith("data:"):
                continue
            if name == "href" or "url(#" in value:
                for old in _REFERENCE.findall(value):
                    names.setdefault(old, f"{PLACEHOLDER}{len(names)}")
                element.set(name, _REFERENCE.sub(lambda m: "#" + names.get(m[1], m[1]), value))
    for element in root.iter():
        if "id" in element.attrib:
            if element.get("id") in names:
                element.set("id", names[element.get("id")])
            else:
                del element.attrib["id"]
