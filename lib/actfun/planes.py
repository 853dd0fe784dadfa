"""Pictures of the plane: samples, regions, boundaries, the triangle of probabilities, and images.

Like the plots, each takes ``ax``, draws on it and returns it.
"""

import numpy as np
from matplotlib.cbook import normalize_kwargs
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon

from actfun import checks
from actfun.looks import BLUE, GREY, MARKERS, PALETTE, one_axes


def points(ax, X, y):
    """Samples, each class with its own marker and colour, in the order of ``np.unique(y)``.

    Parameters
    ----------
    ax : Axes
    X : array (n, 2), finite
    y : array (n,)
        The class of each sample: numbers or texts.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    X, y = _samples(X, y)
    for k, label in enumerate(np.unique(y)):
        ax.plot(
            *X[y == label].T,
            MARKERS[k % len(MARKERS)],
            color=PALETTE[k % len(PALETTE)],
            markersize=4,
            label=str(label),
        )
    return ax


def _samples(X, y):
    X = checks.numbers(X, "X", ("n", 2), finite=True)
    return X, checks.classes(y, "y", len(X))


def decision_regions(ax, predict, X, y, resolution=120):
    """Tint the plane by class, draw the boundary in black and the samples on top.

    Parameters
    ----------
    ax : Axes
    predict : function
        Called with points, shape (m, 2), it gives a class of ``np.unique(y)`` for each. If there
        are two classes it may give the probability of the second, floats between 0 and 1, which
        draws a smoother boundary.
    X : array (n, 2), finite
    y : array (n,)
        The class of each sample.
    resolution : int, at least 2
        Points along each side at which ``predict`` is asked.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these, or ``predict`` gives anything else.
    """
    one_axes(ax)
    if not callable(predict) or isinstance(predict, type):
        raise TypeError(
            f"predict must be a function of points (m, 2), such as net.predict, "
            f"got {checks.shown(predict)}"
        )
    X, y = _samples(X, y)
    resolution = checks.whole_number(resolution, "resolution", 2)
    classes = np.unique(y)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = np.where(low < high, 0.08 * (high - low), 0.5)
    axes = np.linspace(low - margin, high + margin, resolution).T
    grid = np.stack(np.meshgrid(*axes), axis=-1)
    members = _membership(predict(grid.reshape(-1, 2)), classes, resolution)
    for k, member in enumerate(members):
        if member.max() > 0.5:
            hue = PALETTE[k % len(PALETTE)]
            ax.contourf(*axes, member, levels=[0.5, np.inf], colors=[hue], alpha=0.22)
        if k and member.min() < 0.5 < member.max():
            ax.contour(*axes, member, levels=[0.5], colors="black", linewidths=1)
    points(ax, X, y)
    ax.set(xlim=axes[0][[0, -1]], ylim=axes[1][[0, -1]])
    return ax


def _membership(answer, classes, resolution):
    """For each class how much each point of the grid belongs to it, between 0 and 1."""
    answer = np.asarray(answer)
    if answer.size != resolution**2:
        raise ValueError(
            f"predict must give one class or probability for each of {resolution**2} points, "
            f"got shape {answer.shape}"
        )
    answer = answer.reshape(resolution, resolution)
    if np.isin(answer, classes).all():
        return [(answer == label).astype(float) for label in classes]
    if answer.dtype.kind != "f" or len(classes) > 2 or not ((0 <= answer) & (answer <= 1)).all():
        others = np.unique(answer[~np.isin(answer, classes)])
        raise ValueError(
            f"predict must give classes of y, {classes.tolist()}, or the probability of the second "
            f"of two, got {', '.join(map(str, others[:4]))}{' …' * (len(others) > 4)}"
        )
    return [1 - answer, answer]


def line_boundary(ax, w, b, arrow=True, **looks):
    """The line w·x + b = 0 across the present limits, with an arrow to its positive side.

    With w = 0 there is no line, and nothing is drawn; nor for a line farther away than numbers go.

    Parameters
    ----------
    ax : Axes
        Its limits stay.
    w : array (2,), finite
    b : float
    arrow : bool
    looks
        Of the line, as for ``ax.plot``.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    w = checks.numbers(w, "w", (2,), finite=True)
    b = checks.real_number(b, "b")
    length = np.hypot(*w)
    with np.errstate(all="ignore"):
        w, b = w / length, np.divide(b, length)
    if length == 0 or not np.isfinite(b):
        return ax
    view = np.array([ax.get_xlim(), ax.get_ylim()])
    centre, size = view.mean(axis=1), np.ptp(view, axis=1).max()
    foot = centre - (w @ centre + b) * w
    along = np.array([-w[1], w[0]]) * 2 * size
    looks = dict(color="black", linewidth=1.5) | normalize_kwargs(looks, Line2D)
    ax.plot(*np.transpose([foot - along, foot + along]), scalex=False, scaley=False, **looks)
    if arrow:
        tip = foot + 0.18 * size * w
        arrow_looks = dict(arrowstyle="->", color=looks["color"], linewidth=1.5, shrinkA=0)
        ax.annotate("", tip, foot, arrowprops=arrow_looks, annotation_clip=True)
    return ax


def simplex(ax, p, labels=("1", "2", "3")):
    """Probabilities of three classes as a point in a triangle, or several, shape (n, 3), as a path.

    A corner is certainty; the centre is p = (⅓, ⅓, ⅓). The last point is marked.

    Parameters
    ----------
    ax : Axes
    p : array (3,) or (n, 3)
        Numbers from 0 to 1; each three add up to 1, to within 0.001.
    labels : three of str or number
        Of the corners: left, right, top.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    p = np.atleast_2d(checks.numbers(p, "p", (3,), ("n", 3), finite=True))
    if p.min() < 0 or not np.allclose(p.sum(axis=1), 1, rtol=0, atol=1e-3):
        raise ValueError(
            "p must hold probabilities that add up to 1, got "
            f"{p[np.argmax(np.abs(p.sum(axis=1) - 1) + (p.min(axis=1) < 0))].tolist()}"
        )
    labels = checks.labels(labels, "labels", 3)
    corners = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
    ax.add_patch(Polygon(corners, fill=False, edgecolor="black", linewidth=1))
    middle = corners.mean(axis=0)
    for corner, label, side in zip(corners, labels, ("right", "left", "center"), strict=True):
        ax.plot(*np.transpose([corner, middle]), color=GREY, linewidth=0.8, linestyle=":")
        place = corner + 0.06 * (corner - middle)
        ax.text(*place, label, ha=side, va="bottom" if side == "center" else "top")
    path = p @ corners
    ax.plot(*path.T, color=BLUE, linewidth=1.5)
    ax.plot(*path[-1], "o", color=BLUE, markersize=8)
    ax.set(xlim=(-0.15, 1.15), ylim=(-0.15, 1.05), aspect="equal")
    ax.set_axis_off()
    return ax


def picture(ax, pixels):
    """Pixels as squares, the first row on top, without axes around them.

    Parameters
    ----------
    ax : Axes
    pixels : array (rows, columns, 3), finite
        Red, green and blue from 0 to 1; what lies beyond is drawn as 0 or 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these.
    """
    one_axes(ax)
    pixels = checks.numbers(pixels, "pixels", ("rows", "columns", 3), finite=True)
    levels = np.round(255 * pixels.clip(0, 1)).astype(np.uint8)
    ax.imshow(levels, interpolation="none")  # in SVG pixel by pixel, and not drawn anew
    ax.set_axis_off()
    return ax
