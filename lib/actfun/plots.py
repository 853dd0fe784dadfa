"""Pictures: each function takes ``ax`` (or ``axes``), draws on it and returns it.

A function to be drawn is anything callable that has a ``name`` and a ``derivative``; ``kinks``, the
points where it is not differentiable, are respected if it has them. Looks come from
``plt.style.use("actfun.style")``. The same function has the same colour in every picture; curves in
one picture differ in line style as well. Text is Unicode, black, and short; every other colour is
legible on light and dark pages.
"""

import numpy as np
from matplotlib.ticker import MaxNLocator

from actfun.diagrams import (
    biological_neuron,
    decision_ladder,
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
    panels,
    power_ticks,
    zero_lines,
)
from actfun.planes import decision_regions, line_boundary, points, simplex

__all__ = [
    "against",
    "bars",
    "biological_neuron",
    "by_layer",
    "colour",
    "curves",
    "decision_ladder",
    "decision_regions",
    "function_and_derivative",
    "heatmap",
    "layers_diagram",
    "learning_curves",
    "line_boundary",
    "line_style",
    "neuron_diagram",
    "panels",
    "points",
    "power_ticks",
    "simplex",
    "small_multiples",
    "spread",
]

# ------------------------------------------------------------------------------------ functions


def _draw_curve(ax, f, span, slope=False, **looks):
    """Draw f (or f′) over the span, broken where it jumps, with dots that say what it is there.

    A filled dot is the value at the jump, an open one a limit that is not the value. At a jump of
    f the slope does not exist, so both dots of f′ are open.
    """
    low, high = span
    g = f.derivative if slope else f
    kinks = sorted(k for k in getattr(f, "kinks", ()) if low < k < high)
    nudge = 1e-9 * (high - low)
    ring = 0.018 * (high - low)  # an open dot is not crossed by its line
    xs, ys, open_dots, filled_dots = [], [], [], []
    start = low
    for k in [*kinks, high]:
        stop, jump = k, False
        if k != high:
            left, right, value = (float(g(t)) for t in (k - nudge, k + nudge, k))
            jump = not np.isclose(left, right, atol=1e-6)
            undefined = slope and not np.isclose(f(k - nudge), f(k + nudge), atol=1e-6)
            if jump or undefined:
                on_left = np.isclose(left, value, atol=1e-6) and not undefined
                on_right = np.isclose(right, value, atol=1e-6) and not undefined
                for y, meets in ((left, on_left), (right, on_right)):
                    (filled_dots if meets else open_dots).append((k, y))
                if not (on_left or on_right or undefined):
                    filled_dots.append((k, value))
                jump = True
                stop = k - nudge if on_left else k - ring
        x = np.linspace(start, stop, 301)
        xs.append(x)
        ys.append(g(x))
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
    steep = np.flatnonzero(np.abs(f.derivative(x)) >= threshold)
    left, right = (x[steep[0]], x[steep[-1]]) if steep.size else (high, high)
    if abs(float(f.derivative(-1e4))) > 1e-6:
        left = low
    if abs(float(f.derivative(1e4))) > 1e-6:
        right = high
    return (low, left), (right, high)


def function_and_derivative(axes, f, span=(-6, 6), threshold=0.05):
    """f on the first of two axes and f′ on the second, over the same x.

    Shaded: the tails on which f saturates: f′ → 0, and its size is already below ``threshold``.
    """
    for ax, slope, title in zip(axes, (False, True), (str(f), "slope f′"), strict=True):
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
    """Several functions (or their derivatives) on one axes, each named at its right end."""
    functions = list(functions)
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
    """One small panel a function: f drawn bold, f′ dashed in grey, all on one scale.

    Panels that are left over are hidden.
    """
    functions = list(functions)
    flat = np.ravel(axes)
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
    columns = np.shape(axes)[-1]
    for ax in flat[max(0, len(functions) - columns) : len(functions)]:
        ax.tick_params(labelbottom=True)
    return axes


# ---------------------------------------------------------------------------------- experiments


def _by_seed(values, name):
    values = np.atleast_2d(np.asarray(values, float))
    if values.ndim != 2:
        raise ValueError(f"{name} must have shape (seeds, n), got {values.shape}")
    return values


def _draw_runs(ax, x, values, label, hue, style, log):
    """Values of shape (seeds, n) over x: a thin line for each seed and a bold one for the mean."""
    if log:
        ax.set_yscale("log")
        values = np.log(np.where(values > 0, values, np.nan))
    centre = values.mean(axis=0)
    if log:
        values, centre = np.exp(values), np.exp(centre)
        power_ticks(ax.yaxis)
    ax.plot(x, values.T, color=hue, linewidth=0.8, alpha=0.6)
    (mean,) = ax.plot(x, centre, color=hue, linestyle=style)
    if label and np.isfinite(centre).any():
        label_end(ax, mean, label)
    return ax


def by_layer(ax, values_per_seed, label="", log=False, hue=None):
    """A measurement by layer, shape (seeds, layers): thin lines for seeds, a bold one for the mean.

    With ``log`` the axis is logarithmic and the mean geometric; zeros leave a gap.
    """
    values = _by_seed(values_per_seed, "values_per_seed")
    style = line_style(label) if label else "-"
    hue = hue or (colour(label) if label else BLUE)
    _draw_runs(ax, np.arange(1, values.shape[1] + 1), values, label, hue, style, log)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("layer")
    return ax


def against(ax, x, runs_by_label, log=False):
    """``{label: array (seeds, n)}`` over n values of x: seeds as thin lines, the mean a bold one.

    ``log`` as in `by_layer`. Set ``ax.set_xscale("log")`` before, if x needs it.
    """
    x = np.asarray(x, float)
    looks = distinct_looks(runs_by_label)
    for (label, values), (hue, style) in zip(runs_by_label.items(), looks, strict=True):
        _draw_runs(ax, x, _by_seed(values, label), label, hue, style, log)
    if ax.get_xscale() == "log":
        power_ticks(ax.xaxis)
    return ax


def spread(ax, results):
    """Scores by seed, ``{label: scores}``: each seed a dot; below them mean ± sd in black."""
    rows = zip(results.values(), distinct_looks(results), strict=True)
    for row, (scores, (hue, _)) in enumerate(rows):
        scores = np.ravel(np.asarray(scores, float))
        ax.plot(scores, np.full(scores.size, row - 0.14), "o", color=hue, alpha=0.7)
        deviation = scores.std(ddof=1) if scores.size > 1 else 0
        ax.errorbar(
            scores.mean(),
            row + 0.2,
            xerr=deviation,
            fmt="D",
            color="black",
            markersize=4,
            capsize=3,
            linewidth=1.2,
        )
    ax.set_yticks(range(len(results)), list(results))
    ax.set_ylim(len(results) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def learning_curves(ax, curves_by_label):
    """``{label: array (seeds, epochs)}``: the mean, named at its end, in a band of ± 1 sd.

    The curve ends where the first seed has diverged (nan or infinite).
    """
    looks = distinct_looks(curves_by_label)
    for (label, values), (hue, style) in zip(curves_by_label.items(), looks, strict=True):
        values = _by_seed(values, label)
        values = np.where(np.isfinite(values), values, np.nan)
        epochs = np.arange(1, values.shape[1] + 1)
        mean = values.mean(axis=0)
        deviation = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros_like(mean)
        ax.fill_between(epochs, mean - deviation, mean + deviation, color=hue, alpha=0.2, lw=0)
        (line,) = ax.plot(epochs, mean, color=hue, linestyle=style)
        if np.isfinite(mean).any():
            label_end(ax, line, label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    return ax


def _signed(text):
    """A formatted number with a true minus, and none before a zero."""
    return text.replace("-", "−" if set(text) & set("123456789") else "")


def heatmap(ax, matrix, row_labels, column_labels, fmt="{:.2f}", cmap=None, norm=None):
    """A matrix as coloured cells with their numbers; nan is an empty cell with a dash.

    ``norm`` as in matplotlib (``LogNorm()`` …); ``cmap`` may be any colour map.
    """
    matrix = np.ma.masked_invalid(np.asarray(matrix, float))
    if matrix.shape != (len(row_labels), len(column_labels)):
        raise ValueError(
            f"matrix must have shape {len(row_labels), len(column_labels)}, got {matrix.shape}"
        )
    mesh = ax.pcolormesh(matrix, cmap=cmap or "cividis", norm=norm)
    for (row, column), value in np.ndenumerate(matrix.data):
        text, ink = "–", "black"
        if np.isfinite(value):
            text = _signed(fmt.format(value))
            red, green, blue, _ = mesh.to_rgba(value)
            light = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.18
            ink = "#101418" if light else "#f8f8f4"  # no pure grey: the page would replace it
        ax.text(column + 0.5, row + 0.5, text, color=ink, ha="center", va="center", fontsize=10)
    ax.set_xticks(np.arange(len(column_labels)) + 0.5, column_labels)
    ax.set_yticks(np.arange(len(row_labels)) + 0.5, row_labels)
    ax.set_ylim(len(row_labels), 0)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def bars(ax, labels, values, fmt="{:.2f}"):
    """A bar for each value with its number on top; probabilities get an axis from 0 to 1."""
    values = np.asarray(values, float)
    ax.bar(range(len(values)), values, width=0.6, color=BLUE)
    for k, value in enumerate(values):
        ax.annotate(
            _signed(fmt.format(value)),
            (k, value),
            (0, 3 if value >= 0 else -3),
            textcoords="offset points",
            ha="center",
            va="bottom" if value >= 0 else "top",
        )
    ax.axhline(0, color="black", linewidth=0.8)
    ax.set_xticks(range(len(values)), labels)
    if values.min() >= 0 and values.max() <= 1:
        ax.set_ylim(0, 1.12)
        ax.set_yticks((0, 0.5, 1))
    else:
        ax.margins(y=0.15)
    ax.tick_params(axis="x", length=0)
    return ax
