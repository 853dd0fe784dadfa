"""Pictures of the plane: samples, regions, boundaries, and the triangle of probabilities.

Like the plots, each takes ``ax``, draws on it and returns it.
"""

import numpy as np
from matplotlib.patches import Polygon

from actfun.looks import BLUE, GREY, MARKERS, PALETTE


def points(ax, X, y):
    """Samples of shape (n, 2), each class with its own marker and colour."""
    X, y = np.asarray(X, float), np.asarray(y)
    for k, label in enumerate(np.unique(y)):
        ax.plot(
            *X[y == label].T,
            MARKERS[k % len(MARKERS)],
            color=PALETTE[k % len(PALETTE)],
            markersize=4,
            label=str(label),
        )
    return ax


def decision_regions(ax, predict, X, y, resolution=120):
    """Tint the plane by class, draw the boundary in black and the samples on top.

    ``predict(X)`` gives a class of ``np.unique(y)`` for each sample, or (floats that are not
    classes) the probability of the second of two classes, which draws a smoother boundary.
    """
    X, classes = np.asarray(X, float), np.unique(y)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.08 * (high - low)
    axes = np.linspace(low - margin, high + margin, resolution).T
    grid = np.stack(np.meshgrid(*axes), axis=-1)
    answer = np.asarray(predict(grid.reshape(-1, 2))).reshape(grid.shape[:2])
    if np.isin(answer, classes).all():
        members = [(answer == label).astype(float) for label in classes]
    else:
        members = [1 - answer, answer]
    for k, member in enumerate(members):
        if member.max() > 0.5:
            hue = PALETTE[k % len(PALETTE)]
            ax.contourf(*axes, member, levels=[0.5, np.inf], colors=[hue], alpha=0.22)
        if k and member.min() < 0.5 < member.max():
            ax.contour(*axes, member, levels=[0.5], colors="black", linewidths=1)
    points(ax, X, y)
    ax.set(xlim=axes[0][[0, -1]], ylim=axes[1][[0, -1]])
    return ax


def line_boundary(ax, w, b, arrow=True, **looks):
    """The line w·x + b = 0 across the present limits, with an arrow to its positive side.

    With w = 0 there is no line, and nothing is drawn.
    """
    w = np.asarray(w, float)
    if w.shape != (2,):
        raise ValueError(f"w must have shape (2,), got {w.shape}")
    length = np.hypot(*w)
    if length == 0:
        return ax
    view = np.array([ax.get_xlim(), ax.get_ylim()])
    centre, size = view.mean(axis=1), np.ptp(view, axis=1).max()
    foot = centre - (w @ centre + b) / length**2 * w
    along = np.array([-w[1], w[0]]) / length * 2 * size
    looks = dict(color="black", linewidth=1.5) | looks
    ax.plot(*np.transpose([foot - along, foot + along]), scalex=False, scaley=False, **looks)
    if arrow:
        tip = foot + 0.18 * size * w / length
        arrow_looks = dict(arrowstyle="->", color=looks["color"], linewidth=1.5, shrinkA=0)
        ax.annotate("", tip, foot, arrowprops=arrow_looks, annotation_clip=True)
    return ax


def simplex(ax, p, labels=("1", "2", "3")):
    """Probabilities of three classes as a point in a triangle, or several, shape (n, 3), as a path.

    A corner is certainty; the centre is p = (⅓, ⅓, ⅓).
    """
    p = np.atleast_2d(np.asarray(p, float))
    if p.ndim != 2 or p.shape[1] != 3:
        raise ValueError(f"p must have shape (3,) or (n, 3), got {p.shape}")
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
