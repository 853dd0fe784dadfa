"""Pictures of measurements: by layer, against a value, over epochs, by seed, as cells, bars, ranks.

Like the plots, each takes ``ax``, draws on it and returns it. A label that begins with a function's
name has that function's colour; numbers may be labels too.
"""

import copy

import numpy as np
from matplotlib.colors import Normalize, is_color_like
from matplotlib.ticker import MaxNLocator

from actfun import checks
from actfun.looks import (
    BLUE,
    GREY,
    colour,
    distinct_looks,
    label_end,
    line_style,
    many_axes,
    one_axes,
    power_ticks,
)
from actfun.notation import minus


def _by_seed(values, name):
    """Values of shape (seeds, n); what is infinite is nan, since neither can be drawn."""
    values = np.atleast_2d(checks.numbers(values, name, ("n",), ("seeds", "n")))
    return np.where(np.isfinite(values), values, np.nan)


def _runs(runs, name):
    """[(label, values of shape (seeds, n), (hue, style))] of a dict."""
    pairs = checks.by_label(runs, name, "array (seeds, n)")
    looks = distinct_looks(label for label, _ in pairs)
    return [
        (label, _by_seed(values, f"{name}[{label!r}]"), look)
        for (label, values), look in zip(pairs, looks, strict=True)
    ]


def _mean_and_deviation(values):
    """The mean over seeds and the sample standard deviation, 0 for one seed; nan for nan."""
    with np.errstate(all="ignore"):
        mean = values.mean(axis=0)
        return mean, values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros_like(mean)


def _draw_runs(ax, x, values, label, hue, style, log):
    """Values of shape (seeds, n) over x: a thin line for each seed and a bold one for the mean."""
    if log:
        ax.set_yscale("log")
        values = np.log(values, where=values > 0, out=np.full_like(values, np.nan))
    centre, _ = _mean_and_deviation(values)
    if log:
        values, centre = np.exp(values), np.exp(centre)
        power_ticks(ax.yaxis)
    ax.plot(x, values.T, color=hue, linewidth=0.8, alpha=0.6)
    (mean,) = ax.plot(x, centre, color=hue, linestyle=style)
    if label and np.isfinite(centre).any():
        label_end(ax, mean, label)
    return ax


def _rows_from_the_top(ax, labels):
    """A row at 0, 1, 2 … for each label, the first one on top, without an axis line."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    return ax


def by_layer(ax, values_per_seed, label="", log=False, hue=None):
    """A measurement by layer: thin lines for seeds, a bold one for their mean, over layers 1, 2 …

    Parameters
    ----------
    ax : Axes
    values_per_seed : array (seeds, layers) or (layers,)
        nan and ±∞ leave a gap.
    label : str, number or function, optional
        Stands at the end of the mean and gives it its look.
    log : bool
        A logarithmic axis and a geometric mean; what is not positive leaves a gap.
    hue : colour, optional
        In place of the label's.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    values = _by_seed(values_per_seed, "values_per_seed")
    label = checks.label(label)
    if hue is not None and not (isinstance(hue, (str, tuple, list)) and is_color_like(hue)):
        raise ValueError(f"hue must be a colour, got {checks.shown(hue)}")
    style = line_style(label) if label else "-"
    hue = hue or (colour(label) if label else BLUE)
    _draw_runs(ax, np.arange(1, values.shape[1] + 1), values, label, hue, style, log)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("layer")
    return ax


def against(ax, x, runs_by_label, log=False):
    """Runs over n values of x: a thin line for each seed, a bold one for the mean, with its name.

    Parameters
    ----------
    ax : Axes
        Set ``ax.set_xscale("log")`` before, if x needs it; x must then be positive.
    x : array (n,)
    runs_by_label : dict of label → array (seeds, n) or (n,)
    log : bool
        As in `by_layer`.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    x = checks.numbers(x, "x", ("n",), finite=True)
    logarithmic = ax.get_xscale() == "log"
    if logarithmic and x.min() <= 0:
        raise ValueError(f"x must be positive on a logarithmic axis, got {x.min():g}")
    runs = _runs(runs_by_label, "runs_by_label")
    for label, values, _ in runs:
        if values.shape[1] != x.size:
            raise ValueError(
                f"runs_by_label[{label!r}] must have a value for each of the {x.size} in x, "
                f"got {values.shape[1]}"
            )
    for label, values, (hue, style) in runs:
        _draw_runs(ax, x, values, label, hue, style, log)
    if logarithmic:
        power_ticks(ax.xaxis)
    return ax


def spread(ax, results):
    """Scores by seed, a row each from the top: each seed a dot; below them mean ± sd in black.

    Parameters
    ----------
    ax : Axes
    results : dict of label → array of scores
        ``race.scores``, for instance. The sd is that of a sample (n − 1), 0 for a single score; a
        score that is nan or infinite has no dot, and its row no mean.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    rows = [(label, values.ravel(), hue) for label, values, (hue, _) in _runs(results, "results")]
    for row, (_, scores, hue) in enumerate(rows):
        ax.plot(scores, np.full(scores.size, row - 0.14), "o", color=hue, alpha=0.7)
        mean, deviation = _mean_and_deviation(scores[:, None])
        ax.errorbar(
            mean,
            row + 0.2,
            xerr=deviation,
            fmt="D",
            color="black",
            markersize=4,
            capsize=3,
            linewidth=1.2,
        )
    return _rows_from_the_top(ax, [label for label, _, _ in rows])


def learning_curves(ax, curves_by_label):
    """What changes with the epochs 1, 2 …: the mean, named at its end, in a band of ± 1 sd.

    The curve ends where the first seed has diverged (nan or infinite).

    Parameters
    ----------
    ax : Axes
    curves_by_label : dict of label → array (seeds, epochs) or (epochs,)

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    for label, values, (hue, style) in _runs(curves_by_label, "curves_by_label"):
        epochs = np.arange(1, values.shape[1] + 1)
        mean, deviation = _mean_and_deviation(values)
        ax.fill_between(epochs, mean - deviation, mean + deviation, color=hue, alpha=0.2, lw=0)
        (line,) = ax.plot(epochs, mean, color=hue, linestyle=style)
        if np.isfinite(mean).any():
            label_end(ax, line, label)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("epoch")
    return ax


def heatmap(ax, matrix, row_labels, column_labels, fmt="{:.2f}", cmap=None, norm=None):
    """A matrix as coloured cells with their numbers, the first row on top.

    Parameters
    ----------
    ax : Axes
    matrix : array (rows, columns)
        nan and ±∞ are empty cells with a dash; what `norm` has no colour for is a number alone.
    row_labels, column_labels : str or number each
    fmt : str
        How a number is written.
    cmap : colour map or its name
        cividis unless given.
    norm : matplotlib Normalize, optional
        From values to colours (``LogNorm()`` …). It is not changed: one without limits takes them
        from each matrix anew.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these, or the labels do not match the matrix.
    """
    one_axes(ax)
    values = checks.numbers(matrix, "matrix", ("rows", "columns"))
    row_labels = checks.labels(row_labels, "row_labels", values.shape[0])
    column_labels = checks.labels(column_labels, "column_labels", values.shape[1])
    checks.number_format(fmt)
    if norm is not None and not isinstance(norm, Normalize):
        raise TypeError(f"norm must be a Normalize such as LogNorm(), got {checks.shown(norm)}")
    cells = np.ma.masked_invalid(values)
    mesh = ax.pcolormesh(cells, cmap=cmap or "cividis", norm=copy.deepcopy(norm))
    colours = mesh.to_rgba(cells)
    for (row, column), value in np.ndenumerate(values):
        text, ink = minus(fmt.format(value)) if np.isfinite(value) else "–", "black"
        red, green, blue, alpha = colours[row, column]
        if alpha:
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
    """A bar for each value with its number on top; probabilities get an axis from 0 to 1.

    Parameters
    ----------
    ax : Axes
    labels : n of str or number
    values : array (n,), finite
    fmt : str
        How a number is written.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these, or there is not one label for each value.
    """
    one_axes(ax)
    values = checks.numbers(values, "values", ("n",), finite=True)
    labels = checks.labels(labels, "labels", values.size)
    checks.number_format(fmt)
    ax.bar(range(len(values)), values, width=0.6, color=BLUE)
    for k, value in enumerate(values):
        ax.annotate(
            minus(fmt.format(value)),
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


def rate_curves(ax, curves_by_label, rate=None, named=None):
    """Scores against the learning rate, a line for each label; a vertical line marks one rate.

    Parameters
    ----------
    ax : Axes
    curves_by_label : dict of label → dict of learning rate → score
    rate : float > 0, optional
    named : labels, optional
        These have their looks, and their names in a legend; the others are thin and grey.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    rate = None if rate is None else checks.real_number(rate, "rate", 0)
    lines = {}
    for label, curve in checks.by_label(curves_by_label, "curves_by_label", "{rate: score}"):
        name = f"curves_by_label[{label!r}]"
        if not hasattr(curve, "items") or not len(curve):
            raise TypeError(f"{name} must be a dict of learning rate → score, "
                            f"got {checks.shown(curve)}")  # fmt: skip
        pairs = checks.numbers(sorted(curve.items()), name, ("n", 2), finite=True)
        lines[label] = pairs.T
    named = [label for label in _chosen(named, "named") if label in lines]
    ax.set_xscale("log")
    for label, line in lines.items():
        if label not in named:
            ax.plot(*line, color=GREY, linewidth=0.7)
    for label, (hue, style) in zip(named, distinct_looks(named) if named else ()):
        ax.plot(*lines[label], color=hue, linestyle=style, label=label)
    if named:  # beside the panel: where the rates are too large all curves end alike
        ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False, handlelength=1.8)
    if rate is not None:
        ax.axvline(rate, color="black", linewidth=1.2)
    power_ticks(ax.xaxis)
    ax.set_xlabel("learning rate")
    return ax


def standings(ax, scores_by_label, intervals=None, marks=None, best=None):
    """A row for each label, from the top: a pale dot for each seed and a diamond for their mean.

    Parameters
    ----------
    ax : Axes
    scores_by_label : dict of label → array (seeds,)
    intervals : dict of label → (low, high), optional
        A bar in the rows of those that have one.
    marks : dict of label → number, optional
        Another score of those that have one: a large dot.
    best : labels, optional
        Their diamonds are filled, those of the others hollow.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    rows = [
        (label, checks.numbers(scores, f"scores_by_label[{label!r}]", ("seeds",), finite=True))
        for label, scores in checks.by_label(scores_by_label, "scores_by_label", "array (seeds,)")
    ]
    intervals = {} if intervals is None else {
        label: checks.numbers(ends, f"intervals[{label!r}]", (2,), finite=True)
        for label, ends in checks.by_label(intervals, "intervals", "(low, high)")
    }  # fmt: skip
    marks = {} if marks is None else {
        label: checks.real_number(mark, f"marks[{label!r}]")
        for label, mark in checks.by_label(marks, "marks", "number")
    }  # fmt: skip
    best = _chosen(best, "best")
    seeds = [(score, row) for row, (_, scores) in enumerate(rows) for score in scores]
    ax.plot(*zip(*seeds), "o", color=GREY, markersize=3, alpha=0.6)
    bars = [(*intervals[label], row) for row, (label, _) in enumerate(rows) if label in intervals]
    if bars:
        low, high, at = zip(*bars)
        ax.hlines(at, low, high, color="black", linewidth=1.2)
    for filled in (True, False):
        means = [(scores.mean(), row) for row, (label, scores) in enumerate(rows)
                 if (label in best) == filled]  # fmt: skip
        if means:
            ax.plot(*zip(*means), "D", color="black", markersize=5,
                    markerfacecolor="black" if filled else "none")  # fmt: skip
    for row, (label, _) in enumerate(rows):
        if label in marks:
            ax.plot(marks[label], row, "o", color=BLUE, markersize=6)
    return _rows_from_the_top(ax, [label for label, _ in rows])


PANELS = {"spread": True, "correlation": False, "gradient": True, "dead": False}  # logarithmic?


def _columns(rows):
    """The numbers of each panel, row by row."""
    rows = checks.listed(rows, "rows_by_label", "rows")
    try:
        return {name: [float(row[name]) for row in rows] for name in PANELS}
    except (TypeError, ValueError, KeyError, IndexError):
        wanted = ", ".join(PANELS)
        raise ValueError(
            f"rows_by_label must hold rows with numbers for {wanted}, got {checks.shown(rows[0])}"
        ) from None


def report(axes, rows_by_label):
    """What a `Report` says, activation by activation: spread, correlation, gradient, share of dead.

    Parameters
    ----------
    axes : four Axes, such as ``panels(2, 2)[1]``
    rows_by_label : list of dict, or dict of label → list of dict
        The rows of ``report.activations``, of one report or of several. What is not finite, and on
        the logarithmic axes of spread and gradient what is not positive, leaves a gap.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    if many_axes(axes).size != len(PANELS):
        raise ValueError(f"axes must be four Axes, got {many_axes(axes).size}")
    rows_by_label = rows_by_label if isinstance(rows_by_label, dict) else {"": rows_by_label}
    pairs = checks.by_label(rows_by_label, "rows_by_label", "rows")
    columns = {label: _columns(rows) for label, rows in pairs}
    for ax, (name, log) in zip(many_axes(axes), PANELS.items()):
        values = {label: found[name] for label, found in columns.items()}
        if log:
            ax.set_yscale("log")
        for (label, column), (hue, style) in zip(values.items(), distinct_looks(values)):
            column = np.where(np.isfinite(column), column, np.nan).astype(float)
            column[column <= 0] = np.nan if log else 0.0
            (line,) = ax.plot(range(1, len(column) + 1), column, "o", ls=style, color=hue, ms=3)
            if label and np.isfinite(column).any():
                label_end(ax, line, label)
        if log and np.isfinite([v for column in values.values() for v in column if v > 0]).any():
            power_ticks(ax.yaxis)
        if not log:
            ax.set_ylim(min(-0.02, *(v for c in values.values() for v in c if v == v)), 1.05)
        ax.set_title(name)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    for ax in many_axes(axes)[2:]:
        ax.set_xlabel("activation")
    return axes


def _chosen(labels, name):
    """Some labels, none by default."""
    labels = () if labels is None else checks.listed(labels, name, "labels")
    return [checks.label(one, f"each of {name}") for one in labels]
