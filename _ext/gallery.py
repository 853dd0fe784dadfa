"""All the functions as little curves, each a link to its page: the ``gallery`` directive.

Its content says where a function is taught, a line each: ``ReLU: relu``. The curves are drawn from
the library's catalogue while the book is built; a function that is not named leads to the page in
the option ``otherwise``. Softmax and Maxout, which no catalogue of curves can hold, may be named.
"""

import matplotlib.pyplot as plt
import numpy as np
from docutils.parsers.rst import directives
from matplotlib.figure import Figure
from sphinx.util.docutils import SphinxDirective

from actfun import ALL, figures, plots, softmax
from actfun.looks import GREY, LINE_STYLES, zero_lines

SPAN, YLIM = (-4, 4), (-1.5, 3)
X = np.linspace(*SPAN, 81)
CARD = """\
:::{{grid-item-card}} {name}
:link: {label}
:link-type: ref
:link-alt: {name}

```{{raw}} html
{drawing}
```
:::
"""


def softmax_curves(ax):
    """The three probabilities as the first of three scores moves."""
    zero_lines(ax)
    for p, style in zip(softmax(np.stack([X, 0 * X, 0 * X - 1]), axis=0), LINE_STYLES):
        ax.plot(X, p, style)


def maxout_curve(ax):
    """The largest of four lines, and the lines."""
    zero_lines(ax)
    lines = np.multiply.outer(X, [-0.6, -0.1, 0.4, 1]) + [-0.5, 0.1, -0.1, -1]
    ax.plot(X, lines, color=GREY, linestyle="--", linewidth=1)
    ax.plot(X, lines.max(axis=1), color=plots.colour("Maxout"), linewidth=2)


OF_VECTORS = {
    "Softmax": (softmax_curves, "Softmax: as one probability rises in an S, two others fall"),
    "Maxout": (maxout_curve, "Maxout: a bowl, the largest of four straight lines"),
}


def drawing(draw, alt):
    """SVG of what ``draw(ax)`` draws, on the scale that all the cards share."""
    with plt.style.context(["default", "actfun.style"]):
        figure = Figure(figsize=(1.5, 1.1), layout="constrained")
        ax = figure.subplots()
        draw(ax)
        ax.set(xlim=SPAN, ylim=YLIM, title="")
        ax.set_axis_off()
        return figures.svg(figure, alt)


def curve(f):
    """SVG of f, bold, and its slope, dashed."""
    shape = "monotone" if f.monotone else "not monotone"
    return drawing(
        lambda ax: plots.small_multiples(np.array([[ax]]), [f], SPAN, YLIM),
        f"{f}: values in {f.range}, {shape}",
    )


def cards(labels, otherwise):
    """(name, label of its page, SVG) for every function; ``labels`` maps names to labels."""
    names = {str(f): f for f in ALL}
    unknown = sorted(set(labels) - set(names) - set(OF_VECTORS))
    if unknown:
        raise ValueError(f"gallery names {', '.join(unknown)}, which the library does not have")
    for name, f in names.items():
        yield name, labels.get(name, otherwise), curve(f)
    for name, picture in OF_VECTORS.items():
        if name in labels:
            yield name, labels[name], drawing(*picture)


def on_paper():
    """All the curves in one figure, for print, seven in a row."""
    small = {"axes.titlesize": 9, "font.family": "DejaVu Sans"}
    with plt.style.context(["default", "actfun.style", small]):
        rows = -(-(len(ALL) + len(OF_VECTORS)) // 7)
        figure = Figure(figsize=(6.8, rows), layout="constrained")
        axes = figure.subplots(rows, 7)
        plots.small_multiples(axes, ALL, SPAN, YLIM)
        for ax, (name, (draw, _)) in zip(axes.flat[len(ALL) :], OF_VECTORS.items()):
            draw(ax)
            ax.set_title(name, pad=2)
        for ax in axes.flat:
            ax.set(xlim=SPAN, ylim=YLIM)
            ax.set_axis_off()
    return figure


class Gallery(SphinxDirective):
    """The grid of cards."""

    has_content = True
    option_spec = {"otherwise": directives.unchanged_required}

    def run(self):
        lines = (line.partition(":") for line in self.content if line.strip())
        labels = {name.strip(): label.strip() for name, _, label in lines}
        try:
            found = list(cards(labels, self.options["otherwise"]))
        except (KeyError, ValueError) as error:
            raise self.error(str(error)) from error
        grid = [CARD.format(name=name, label=label, drawing=svg) for name, label, svg in found]
        head = ["::::{grid} 3 4 4 5", ":gutter: 2", ":class-container: actfun-gallery", ""]
        return self.parse_text_to_nodes("\n".join([*head, *grid, "::::"]))


def setup(app):
    app.add_directive("gallery", Gallery)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
