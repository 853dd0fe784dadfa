"""Pictures: each function takes ``ax`` (or ``axes``), draws on it and returns it.

A function to be drawn is anything callable that has a ``name`` and a ``derivative``; ``kinks``, the
points where it is not differentiable, are respected if it has them. Looks come from
``plt.style.use("actfun.style")``. The same function has the same colour in every picture; curves in
one picture differ in line style as well. Text is Unicode, black, and short; every other colour is
legible on light and dark pages.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from actfun import checks
from actfun.charts import (
    against,
    bars,
    by_layer,
    heatmap,
    learning_curves,
    rate_curves,
    report,
    spread,
    standings,
)
from actfun.diagrams import (
    biological_neuron,
    layers_diagram,
    neuron_diagram,
)
from actfun.looks import (
    BLUE,
    GREY,
    colour,
    distinct_looks,
    label_end,
    labels,
    line_style,
    many_axes,
    one_axes,
    panels,
    power_ticks,
    zero_lines,
)
from actfun.planes import decision_regions, line_boundary, picture, points, simplex

__all__ = [
    "BLUE",
    "GREY",
    "against",
    "bars",
    "biological_neuron",
    "by_layer",
    "colour",
    "curves",
    "decision_regions",
    "function_and_derivative",
    "heatmap",
    "layers_diagram",
    "learning_curves",
    "line_boundary",
    "line_style",
    "neuron_diagram",
    "panels",
    "picture",
    "points",
    "power_ticks",
    "rate_curves",
    "report",
    "simplex",
    "small_multiples",
    "spread",
    "standings",
]


def _values(f, x, slope=False):
    """f(x) or f′(x) for an array x; what overflows is a gap in the picture, and no warning."""
    with np.errstate(all="ignore"):
        values = f.derivative(x) if slope else f(x)
    return checks.numbers(values, f"the {'slope' if slope else 'value'} of {f.name}", x.shape)


def _draw_curve(ax, f, span, slope=False, **looks):
    """Draw f (or f′) over the span, broken where it jumps, with dots that say what it is there.

    A filled dot is the value at the jump, an open one a limit that is not the value. At a jump of
    f the slope does not exist, so both dots of f′ are open.
    """
    low, high = span
    kinks = sorted(k for k in getattr(f, "kinks", ()) if low < k < high)
    nudge = 1e-9 * (high - low)
    ring = 0.018 * (high - low)  # an open dot is not crossed by its line
    xs, ys, open_dots, filled_dots = [], [], [], []
    start = low
    for k in [*kinks, high]:
        stop, jump = k, False
        if k != high:
            left, value, right = _values(f, np.array([k - nudge, k, k + nudge]), slope)
            jump = not np.isclose(left, right, atol=1e-6)
            undefined = slope and not np.isclose(
                *_values(f, np.array([k - nudge, k + nudge])), atol=1e-6
            )
            if jump or undefined:
                on_left = np.isclose(left, value, atol=1e-6) and not undefined
                on_right = np.isclose(right, value, atol=1e-6) and not undefined
                for y, meets in ((left, on_left), (right, on_right)):
                    (filled_dots if meets else open_dots).append((k, y))
                if not (on_left or on_right or undefined):
                    filled_dots.append((k, value))
                jump = True
                stop = k - nudge if on_left else k - ring
        if start < stop:  # else two dots touch
            x = np.linspace(start, stop, 301)
            xs.append(x)
            ys.append(_values(f, x, slope))
        if jump:
            xs.append([np.nan])
            ys.append([np.nan])
            start = k + nudge if on_right else k + ring
        else:
            start = k
    (line,) = ax.plot(np.concatenate(xs), np.concatenate(ys), **looks)
    for dots, fill in ((open_dots, "none"), (filled_dots, line.get_color())):
        ax.plot(
            *np.reshape(dots, (-1, 2)).T,
            "o",
            color=line.get_color(),
            markersize=looks.get("markersize", 5),
            markerfacecolor=fill,
            markeredgewidth=1.5,
        )
    return line


def _saturated_tails(f, span, threshold):
    """The two stretches at the ends of the span, possibly empty, on which f has gone flat.

    A tail counts if the slope tends to 0 on that side: a slope that is small and stays is not
    saturation.
    """
    low, high = span
    x = np.linspace(low, high, 2001)
    steep = np.flatnonzero(np.abs(_values(f, x, slope=True)) >= threshold)
    left, right = (x[steep[0]], x[steep[-1]]) if steep.size else (high, high)
    far_left, far_right = np.abs(_values(f, np.array([-1e4, 1e4]), slope=True))
    return (low, left if far_left <= 1e-6 else low), (right if far_right <= 1e-6 else high, high)


def function_and_derivative(axes, f, span=(-6, 6), threshold=0.05):
    """f on the first of two axes and f′ on the second, over the same x.

    Shaded: the tails on which f saturates: f′ → 0, and its size is already below ``threshold``.
    Where f or f′ jumps, a filled dot is its value and an open one a limit.

    Parameters
    ----------
    axes : two Axes, such as ``panels(1, 2)[1]``
    f : function
    span : (low, high)
        The x that are shown.
    threshold : float > 0

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    if many_axes(axes).shape != (2,) or np.ndim(axes) != 1:
        raise TypeError(f"axes must be two Axes, such as panels(1, 2)[1], got {checks.shown(axes)}")
    checks.function(f)
    span = checks.interval(span, "span")
    threshold = checks.real_number(threshold, "threshold", 0)
    for ax, slope, title in zip(axes, (False, True), (labels([f])[0], "slope f′"), strict=True):
        zero_lines(ax)
        tails = _saturated_tails(f, span, threshold)
        for low, high in tails:
            ax.axvspan(low, high, color=GREY, alpha=0.22, linewidth=0)
        _draw_curve(ax, f, span, slope, color=colour(f), linewidth=2.5)
        ax.set_xlim(span)
        low, high = ax.get_ylim()
        if high - low < 0.15:
            ax.set_ylim(-0.5, 1)
        ax.set_title(title)
        ax.set_xlabel("x")
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=(1, 2, 2.5, 5, 10)))
    shaded = any(high > low for low, high in tails)
    axes[1].set_xlabel(f"x   (shaded: |f′| < {threshold:g})" if shaded else "x")
    return axes


def curves(ax, functions, span=(-6, 6), derivative=False, ylim=None):
    """Several functions (or their derivatives) on one axes, each named at its right end.

    Parameters
    ----------
    ax : Axes
    functions : iterable of functions
    span : (low, high)
        The x that are shown.
    derivative : bool
        Draw f′ in place of f; without it a function needs no derivative.
    ylim : (low, high), optional
        The y that are shown; all that there are by default.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these, or a function has no finite value in the span.
    """
    one_axes(ax)
    functions = checks.functions(functions, derivative=derivative)
    span = checks.interval(span, "span")
    ylim = None if ylim is None else checks.interval(ylim, "ylim")
    zero_lines(ax)
    lines = [
        _draw_curve(ax, f, span, derivative, color=hue, linestyle=style)
        for f, (hue, style) in zip(functions, distinct_looks(functions), strict=True)
    ]
    ax.set_xlim(span)
    ax.set_ylim(ylim)
    for line, text in zip(lines, labels(functions), strict=True):
        label_end(ax, line, text)
    ax.set_xlabel("x")
    return ax


def small_multiples(axes, functions, span=(-4, 4), ylim=(-1.5, 3)):
    """One small panel a function, row by row: f drawn bold, f′ dashed in grey, all on one scale.

    Panels that are left over are hidden.

    Parameters
    ----------
    axes : Axes or array of Axes, at least one for each function
    functions : iterable of functions
    span, ylim : (low, high)
        The x and y that are shown.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    functions = checks.functions(functions)
    span, ylim = checks.interval(span, "span"), checks.interval(ylim, "ylim")
    flat = many_axes(axes)
    if len(functions) > flat.size:
        raise ValueError(f"axes must have a panel for each of {len(functions)} functions, "
                         f"got {flat.size}")  # fmt: skip
    for ax, f, label in zip(flat, functions, labels(functions), strict=False):
        zero_lines(ax)
        small = dict(linewidth=1.5, markersize=3)
        _draw_curve(ax, f, span, True, color=GREY, linestyle="--", **small)
        _draw_curve(ax, f, span, color=colour(f), **small | dict(linewidth=2))
        ax.set(xlim=span, ylim=ylim)
        ax.set_title(label, pad=2)
    for ax in flat[len(functions) :]:
        ax.set_axis_off()
    columns = np.shape(axes)[-1] if np.ndim(axes) else 1
    for ax in flat[max(0, len(functions) - columns) : len(functions)]:
        ax.tick_params(labelbottom=True)
    return axes
