"""What all pictures share: hues and line styles of functions, figure sizes, names at curve ends.

Each function of the catalogue has one hue and one line style in the whole book. ``_LOOKS`` says
them; whoever is in ``ALL`` and not there gets the next pair that nobody has, so that a new function
needs no entry. To give it a pair by choice, add its name to ``_LOOKS``. There are 28 pairs; for
more, add dashes to ``LINE_STYLES``.
"""

import zlib
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import rc_params_from_file
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from actfun import checks
from actfun.activations import ALL
from actfun.notation import power_of_ten

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
    "Sine": (OCHRE, "-."),
    "ELU": (VIOLET, "-"),
    "SELU": (VIOLET, "--"),
    "SiLU": (PINK, "-"),
    "Hard swish": (PINK, "--"),
}


def with_newcomers(looks, names):
    """The looks, and for each name that has none the next one that nobody has, in that order."""
    free = [(h, s) for s in LINE_STYLES for h in PALETTE if (h, s) not in looks.values()]
    return looks | dict(zip([name for name in dict.fromkeys(names) if name not in looks], free))


_LOOKS = with_newcomers(_LOOKS, (f.name for f in ALL))


def one_axes(ax, name="ax"):
    """``ax``, if it is one Axes to draw on."""
    if not isinstance(ax, Axes):
        raise TypeError(f"{name} must be one Axes, such as panels()[1], got {checks.shown(ax)}")
    return ax


def many_axes(axes, name="axes"):
    """Axes, one or in lists or arrays, as a flat array."""
    try:
        flat = np.ravel(axes)
    except ValueError:
        raise TypeError(f"{name} must hold Axes only, got {checks.shown(axes)}") from None
    if not flat.size:
        raise ValueError(f"{name} must hold at least one Axes, got none")
    for ax in flat:
        one_axes(ax, f"each of {name}" if flat.size > 1 else name)
    return flat


def panels(rows=1, cols=1, width=6.4, height=None, **options):
    """A figure of the book's size and its axes, as from ``plt.subplots``.

    Parameters
    ----------
    rows, cols : int, at least 1
    width, height : float
        In inches. A height is chosen to fit the rows unless given.
    options
        Go to ``plt.subplots`` (``sharex``, ``gridspec_kw`` …).

    Returns
    -------
    (Figure, Axes or array of Axes)

    Raises
    ------
    TypeError, ValueError
        If a number is not one of these; what `options` may be is up to matplotlib.
    """
    rows, cols = checks.whole_number(rows, "rows", 1), checks.whole_number(cols, "cols", 1)
    if height is None:
        height = 2.8 if rows == 1 else 1.7 * rows
    size = [checks.real_number(width, "width", 0), checks.real_number(height, "height", 0)]
    return plt.subplots(rows, cols, figsize=size, **options)


def _name(thing, name="f"):
    """What the look goes by: the name of a function, or a label as text."""
    return checks.label(getattr(checks.instance(thing, name), "name", thing), name)


def known_function(f):
    """The name of the function that has a look of its own, or "" if there is none."""
    name = _name(f)
    known = [k for k in _LOOKS if name == k or name.startswith((k + " ", k + ",", k + ":"))]
    return max(known, key=len, default="")


def look(f):
    """(hue, line style) of a function, or of a label that begins with a function's name.

    A name that is not in the catalogue gets a pair that depends on the name alone.
    """
    if known_function(f):
        return _LOOKS[known_function(f)]
    number = zlib.crc32(_name(f).encode())
    return PALETTE[number % len(PALETTE)], LINE_STYLES[number // len(PALETTE) % len(LINE_STYLES)]


def colour(f):
    """The hue of a function (or label), "#rrggbb", the same in every picture.

    A label has the hue of the function whose name it begins with ("ELU, He weights"); any other
    name gets one that depends on the name alone. A ``TypeError`` for what has no name.
    """
    return look(f)[0]


def line_style(f):
    """The line style, "-", "--", "-." or ":", that goes with ``colour(f)``.

    Unlike the hue it may give way: no two curves of one picture have the same.
    """
    return look(f)[1]


def distinct_looks(things):
    """A look for each thing: its own hue, and a line style of its own while there are any left.

    After that a style is used again with another hue. Functions come first; then a label that names
    none takes the next free hue, in the order of the palette.
    """
    things, taken = checks.listed(things, "things", "functions or labels"), {}
    things = [_name(thing, f"things[{i}]") for i, thing in enumerate(things)]
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
    functions = checks.functions(functions, derivative=False)
    names = [f.name for f in functions]
    return [str(f) if names.count(f.name) > 1 else f.name for f in functions]


def zero_lines(ax):
    """A thin grey line through 0 each way, behind the curves."""
    one_axes(ax)
    ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)


def label_end(ax, line, text):
    """Name a line of ``ax`` beside its last point in view, in the right margin, and join the two.

    What joins them is grey and dotted if it crosses the picture, so as not to look like the line.
    """
    one_axes(ax)
    checks.text(text, "text")
    if not isinstance(line, Line2D):
        raise TypeError(f"line must be a line, as ax.plot gives, got {checks.shown(line)}")
    (x, y), hue = line.get_data(), line.get_color()
    low, high = ax.get_ylim()
    drawn = np.flatnonzero(np.isfinite(y))
    if not drawn.size:
        raise ValueError(f"line must have a finite point, to name it {text!r} there, got none")
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
    from scipy.optimize import isotonic_regression  # slow to load, and only needed here

    texts = [text for text in ax.texts if text.get_label() == "_curve end"]
    ax.get_ylim()  # brings the limits up to date
    to_axes = ax.transData + ax.transAxes.inverted()
    heights = [to_axes.transform(label.xy)[1] for label in texts]
    order = np.argsort(heights, kind="stable")
    pixels = 1.25 * texts[0].get_fontsize() * ax.figure.dpi / 72
    gap = min(pixels / ax.bbox.height, 1 / max(1, len(texts) - 1))
    # With k gaps subtracted from the k-th height, "apart" means "not falling".
    steps = gap * np.arange(len(texts))
    places = isotonic_regression(np.take(heights, order) - steps).x.clip(0, 1 - steps[-1]) + steps
    for i, place in zip(order, places, strict=True):
        texts[i].xyann = (1.06, place)


def power_ticks(axis):
    """Write the ticks of a logarithmic axis as 10⁻², 10⁻¹, 1, 10, 10² …

    Within a single decade the ticks at 2 and 5 have numbers too.

    Parameters
    ----------
    axis : Axis
        ``ax.xaxis`` or ``ax.yaxis``, after ``ax.set_xscale("log")``.

    Raises
    ------
    TypeError
        If `axis` is none.
    ValueError
        If it is not logarithmic.
    """
    if not isinstance(axis, Axis):
        raise TypeError(f"axis must be an axis such as ax.yaxis, got {checks.shown(axis)}")
    if axis.get_scale() != "log":
        raise ValueError(f'axis must have the scale "log", got "{axis.get_scale()}"')

    def major(value, position):
        exponent = round(np.log10(value))
        if exponent in (0, 1) or not np.isclose(value, 10.0**exponent, rtol=1e-9, atol=0):
            return f"{value:g}"
        return power_of_ten(exponent)

    def minor(value, position):
        low, high = axis.get_view_interval()
        return f"{value:g}" if high < 12 * low and f"{value:e}"[0] in "25" else ""

    axis.set_major_formatter(FuncFormatter(major))
    axis.set_minor_formatter(FuncFormatter(minor))
