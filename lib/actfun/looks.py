"""What all pictures share: hues and line styles of functions, figure sizes, names at curve ends."""

import logging
import zlib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import rc_params_from_file
from matplotlib.ticker import FuncFormatter

_STYLE = rc_params_from_file(Path(__file__).with_name("style.mplstyle"), use_default_template=False)
PALETTE = tuple("#" + hue.lstrip("#") for hue in _STYLE["axes.prop_cycle"].by_key()["color"])
BLUE, RED, GREEN, VIOLET, OCHRE, PINK, SLATE = PALETTE
GREY = "#808080"
LINE_STYLES = ("-", "--", "-.", ":")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", "*", ">")

# Relatives share a hue and differ in line style; those often compared differ in hue.
_LOOKS = {
    "Identity": (SLATE, "-"),
    "Step": (SLATE, "--"),
    "Sigmoid": (BLUE, "-"),
    "Hard sigmoid": (BLUE, "--"),
    "GELU": (BLUE, "-."),
    "GELU (tanh)": (BLUE, ":"),
    "Tanh": (RED, "-"),
    "Hard tanh": (RED, "--"),
    "Mish": (RED, "-."),
    "ReLU": (GREEN, "-"),
    "Softplus": (GREEN, "-."),
    "Leaky ReLU": (OCHRE, "-"),
    "PReLU": (OCHRE, "--"),
    "ELU": (VIOLET, "-"),
    "SELU": (VIOLET, "--"),
    "SiLU": (PINK, "-"),
    "Hard swish": (PINK, "--"),
}


def _no_complaint_about_fallback_fonts(record):
    """Logging filter: only the first family of ``font.family`` has to be installed."""
    fallbacks = plt.rcParams["font.family"][1:]
    return not (record.msg.endswith("not found.") and set(record.args or ()) & set(fallbacks))


logging.getLogger("matplotlib.font_manager").addFilter(_no_complaint_about_fallback_fonts)


def panels(rows=1, cols=1, width=6.4, height=None, **options):
    """A figure of the book's size and its axes, as from ``plt.subplots`` (options go there)."""
    height = height or (2.8 if rows == 1 else 1.7 * rows)
    return plt.subplots(rows, cols, figsize=(width, height), **options)


def known_function(thing):
    """The name of the function that has a look of its own, or "" if there is none."""
    name = thing if isinstance(thing, str) else thing.name
    known = [k for k in _LOOKS if name == k or name.startswith((k + " ", k + ",", k + ":"))]
    return max(known, key=len, default="")


def look(thing):
    """(hue, line style) of a function, or of a label that begins with a function's name."""
    if known_function(thing):
        return _LOOKS[known_function(thing)]
    number = zlib.crc32((thing if isinstance(thing, str) else thing.name).encode())
    return PALETTE[number % len(PALETTE)], LINE_STYLES[number // len(PALETTE) % len(LINE_STYLES)]


def colour(f):
    """The hue of a function (or label), the same in every picture; a new name gets its own."""
    return look(f)[0]


def line_style(f):
    """The line style that goes with ``colour(f)``, unless the picture has another such line."""
    return look(f)[1]


def distinct_looks(things):
    """A look for each thing: its own hue, and a line style of its own while there are any left.

    After that a style is used again with another hue. Functions come first; then a label that names
    none takes the next free hue, in the order of the palette.
    """
    things, taken = list(things), {}
    for i in sorted(range(len(things)), key=lambda i: not known_function(things[i])):
        hue, style = look(things[i])
        if not known_function(things[i]):
            hues = [hue for hue in PALETTE if hue not in {h for h, _ in taken.values()}]
            hue, style = (hues or PALETTE)[0], LINE_STYLES[len(taken) % len(LINE_STYLES)]
        styles, used = (style, *LINE_STYLES), [s for _, s in taken.values()]
        every = [(hue, s) for s in styles if s not in used]
        every += [(h, s) for h in (hue, *PALETTE) for s in styles]
        taken[i] = next((look for look in every if look not in taken.values()), (hue, style))
    return [taken[i] for i in range(len(things))]


def labels(functions):
    """Names where they tell the functions apart, else the full text with its parameters."""
    names = [f.name for f in functions]
    return [str(f) if names.count(f.name) > 1 else f.name for f in functions]


def zero_lines(ax):
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)


def label_end(ax, line, text):
    """Name a line of ``ax`` beside its last point in view, in the right margin, and join the two.

    What joins them is grey and dotted if it crosses the picture, so as not to look like the line.
    """
    (x, y), hue = line.get_data(), line.get_color()
    low, high = ax.get_ylim()
    drawn = np.flatnonzero(np.isfinite(y))
    visible = drawn[(y[drawn] >= low) & (y[drawn] <= high)]
    last = visible[-1] if visible.size else drawn[-1]
    end = x[last], np.clip(y[last], low, high)
    leader = dict(arrowstyle="-", color=hue, linewidth=1, shrinkA=0, shrinkB=1, relpos=(0, 0.5))
    if (ax.transData + ax.transAxes.inverted()).transform(end)[0] < 0.9:
        leader |= dict(linestyle=":", color=GREY)
    label = ax.annotate(
        text,
        end,
        (1.06, 0.5),
        textcoords="axes fraction",
        va="center",
        annotation_clip=False,
        arrowprops=leader,
    )
    label.set_label("_curve end")
    _spread_endlabels(ax)


def _spread_endlabels(ax):
    """Move the labels of curve ends apart: as little as possible, in order, inside the axes."""
    texts = [text for text in ax.texts if text.get_label() == "_curve end"]
    ax.get_ylim()  # brings the limits up to date
    to_axes = ax.transData + ax.transAxes.inverted()
    heights = [to_axes.transform(label.xy)[1] for label in texts]
    order = np.argsort(heights, kind="stable")
    pixels = 1.25 * texts[0].get_fontsize() * ax.figure.dpi / 72
    gap = min(pixels / ax.bbox.height, 1 / max(1, len(texts) - 1))
    # With k gaps subtracted from the k-th height, "apart" means "not falling": isotonic regression.
    slots = [heights[i] - k * gap for k, i in enumerate(order)]
    sums = np.concatenate([[0], np.cumsum(slots)])
    count = len(slots)
    for k, i in enumerate(order):
        best = max(
            min((sums[j] - sums[start]) / (j - start) for j in range(k + 1, count + 1))
            for start in range(k + 1)
        )
        texts[i].xyann = (1.06, min(max(best, 0), 1 - (count - 1) * gap) + k * gap)


def power_ticks(axis):
    """Write the ticks of a logarithmic axis as 10⁻², 10⁻¹, 1, 10, 10² …

    Within a single decade the ticks at 2 and 5 have numbers too.
    """
    superscript = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

    def major(value, position):
        exponent = round(np.log10(value))
        if exponent in (0, 1):
            return str(10**exponent)
        return "10" + str(exponent).translate(superscript)

    def minor(value, position):
        low, high = axis.get_view_interval()
        return f"{value:g}" if high < 12 * low and f"{value:e}"[0] in "25" else ""

    axis.set_major_formatter(FuncFormatter(major))
    axis.set_minor_formatter(FuncFormatter(minor))
