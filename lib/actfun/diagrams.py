"""Drawings of a neuron, of its biological model and of a network of layers.

Like the plots, each takes ``ax``, draws on it and returns it. Shapes are outlines without a fill.
"""

from itertools import pairwise

import numpy as np
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path

from actfun import checks
from actfun.looks import BLUE, GREEN, GREY, RED, one_axes
from actfun.notation import subscript

OUTLINE = dict(fill=False, edgecolor="black", linewidth=1.2)
INPUT, WEIGHT, OUTPUT = BLUE, RED, GREEN


def _arrow(ax, start, end, colour="black", shrink=0.0, **looks):
    looks = dict(arrowstyle="->", color=colour, linewidth=1.2, shrinkA=0, shrinkB=shrink) | looks
    ax.annotate("", end, start, arrowprops=looks)


def _sketch(ax, width, height):
    ax.set(xlim=(0, width), ylim=(0, height), aspect="equal")
    ax.set_axis_off()
    return ax


def neuron_diagram(ax, n_inputs=3):
    """One artificial neuron: inputs, weights, their sum z with the bias, the activation, output.

    ``n_inputs`` is an integer from 1 to 6; a ``TypeError`` or ``ValueError`` otherwise.
    """
    one_axes(ax)
    n_inputs = checks.whole_number(n_inputs, "n_inputs", 1, 6)
    rows = 3.4 / 2 + (np.arange(n_inputs)[::-1] - (n_inputs - 1) / 2) * min(1, 3 / n_inputs)
    total, radius = np.array([4.0, 1.7]), 0.48
    ring = OUTLINE | dict(edgecolor=INPUT)
    for k, row in enumerate(rows, start=1):
        start = np.array([0.95, row])
        ax.add_patch(Circle((0.6, row), min(0.33, 1.2 / n_inputs), **ring))
        ax.text(0.6, row, f"x{subscript(k)}", ha="center", va="center")
        direction = (total - start) / np.hypot(*(total - start))
        _arrow(ax, start, total - radius * direction, WEIGHT)
        place = start + (0.42 if n_inputs < 4 else 0.2) * (total - start) + np.array([0, 0.09])
        ax.text(*place, f"w{subscript(k)}", ha="center", va="bottom")
    ax.add_patch(Circle(total, radius, **OUTLINE))
    ax.text(*total, "Σ", ha="center", va="center", fontsize=15)
    _arrow(ax, (4.0, 0.45), (4.0, 1.7 - radius), WEIGHT)
    ax.text(4.0, 0.4, "b", ha="center", va="top")
    _arrow(ax, (4.0 + radius, 1.7), (5.8, 1.7))
    ax.text(5.13, 1.78, "z", ha="center", va="bottom")
    ax.add_patch(Rectangle((5.8, 1.25), 1.0, 0.9, **OUTLINE))
    ax.text(6.3, 1.7, "f", ha="center", va="center", fontsize=15, fontstyle="italic")
    _arrow(ax, (6.8, 1.7), (8.1, 1.7), OUTPUT)
    ax.text(8.2, 1.7, "a = f(z)", va="center")
    headings = ("inputs", "weights", "sum", "activation", "output")
    for x, text in zip((0.6, 2.4, 4.0, 6.3, 8.9), headings, strict=True):
        ax.text(x, 3.55, text, ha="center", va="bottom", fontsize=10)
    return _sketch(ax, 9.8, 4.0)


def _curve(ax, *corners, width=1.5, colour="black"):
    """A smooth line: quadratic arcs through start, bend, end, bend, end …"""
    codes = [Path.MOVETO] + [Path.CURVE3] * (len(corners) - 1)
    path = Path(corners, codes)
    ax.add_patch(PathPatch(path, fill=False, edgecolor=colour, linewidth=width, capstyle="round"))


def biological_neuron(ax):
    """A nerve cell with the parts that the artificial neuron borrows its words from."""
    one_axes(ax)
    # dendrites: each a stem from the cell body with two branches, a synapse on one of their ends
    for root, bend, fork, tips in (
        ((2.82, 2.6), (2.5, 3.0), (1.75, 3.25), ((0.75, 3.1), (1.0, 3.9))),
        ((2.65, 2.2), (2.2, 2.35), (1.5, 2.15), ((0.55, 2.45), (0.6, 1.75))),
        ((2.82, 1.8), (2.5, 1.4), (1.8, 1.05), ((0.8, 1.05), (1.2, 0.35))),
    ):
        _curve(ax, root, bend, fork, width=3.5, colour=INPUT)
        for tip in tips:
            middle = np.add(fork, tip) / 2 + [0.05, 0.12]
            _curve(ax, fork, middle, tip, width=2, colour=INPUT)
        knob = np.array(tips[0])
        ax.add_patch(Circle(knob - [0.12, 0], 0.1, color=WEIGHT))
        _curve(ax, knob - [0.2, 0], knob - [0.35, 0.02], knob - [0.6, -0.1], width=1.2)
    # cell body, axon hillock, axon, terminals
    ax.add_patch(Circle((3.2, 2.2), 0.55, **OUTLINE | dict(linewidth=2)))
    ax.add_patch(Circle((3.15, 2.25), 0.17, color=GREY))
    _curve(ax, (3.69, 2.45), (3.95, 2.28), (4.3, 2.26), width=2)
    _curve(ax, (3.69, 1.95), (3.95, 2.12), (4.3, 2.14), width=2)
    _curve(ax, (4.3, 2.2), (5.3, 2.25), (6.2, 2.1), (6.9, 1.98), (7.6, 2.2), width=4, colour=OUTPUT)
    for height, tip in ((2.5, (8.6, 3.0)), (2.25, (8.9, 2.2)), (1.9, (8.6, 1.4))):
        _curve(ax, (7.6, 2.2), (8.0, height), tip, width=2, colour=OUTPUT)
        ax.add_patch(Circle(tip, 0.1, color=WEIGHT))
    for text, place, target in (
        ("dendrites", (2.2, 4.05), (1.9, 3.3)),
        ("cell body", (3.7, 3.35), (3.35, 2.77)),
        ("axon hillock", (4.3, 1.0), (4.05, 2.05)),
        ("axon", (5.8, 2.9), (5.6, 2.25)),
        ("synapses", (7.3, 3.6), (8.5, 3.08)),
        ("synapses", (2.2, 0.3), (0.78, 0.98)),
    ):
        ax.annotate(text, target, place, ha="center", va="center", arrowprops=dict(
            arrowstyle="-", color=GREY, linewidth=0.8, shrinkA=1, shrinkB=1))  # fmt: skip
    return _sketch(ax, 9.6, 4.3)


def layers_diagram(ax, sizes):
    """A fully connected network: a column of units for each of ``sizes``, inputs on the left.

    More than 8 units in a layer are drawn as 8 and counted below. ``sizes`` holds at least two
    positive integers; a ``TypeError`` or ``ValueError`` otherwise.
    """
    one_axes(ax)
    sizes = checks.listed(sizes, "sizes", "at least two positive integers")
    sizes = [checks.whole_number(n, f"sizes[{k}]", 1) for k, n in enumerate(sizes)]
    if len(sizes) < 2:
        raise ValueError(f"sizes must hold at least two positive integers, got {sizes}")
    shown = [min(n, 8) for n in sizes]
    gap = 8.4 / (len(sizes) - 1)
    columns = []
    for layer, n in enumerate(shown):
        rows = 2.2 + (np.arange(n) - (n - 1) / 2) * min(0.8, 3 / n)
        columns.append([(0.6 + gap * layer, row) for row in rows])
    radius = min(0.24, 1.1 / max(shown))
    for left, right in pairwise(columns):
        for start in left:
            for end in right:
                run = np.subtract(end, start) / np.hypot(*np.subtract(end, start)) * radius
                ax.plot(*np.transpose([start + run, end - run]), color=GREY, linewidth=0.7)
    for layer, column in enumerate(columns):
        edge = INPUT if layer == 0 else OUTPUT if layer == len(sizes) - 1 else WEIGHT
        name = "input" if layer == 0 else "output" if layer == len(sizes) - 1 else "hidden"
        for place in column:
            ax.add_patch(Circle(place, radius, **OUTLINE | dict(edgecolor=edge, linewidth=1.8)))
        ax.text(column[0][0], 4.0, name, ha="center", va="bottom")
        ax.text(column[0][0], 0.4, str(sizes[layer]), ha="center", va="top")
    return _sketch(ax, 9.6, 4.5)
