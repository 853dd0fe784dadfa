"""The playground: a network that trains in the page. Its directive, its challenges and links to it.

The scripts are in ``assets/playground``, the tables that they read come from `playground_tables`;
both go to the pages with a ``playground`` and to no other. Without JavaScript, and on paper, there
is a picture of what it would show, with the words that are the directive's content.
"""

from html import escape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import playground_tables
from docutils import nodes
from docutils.parsers.rst import directives
from matplotlib.figure import Figure
from sphinx.util.docutils import ReferenceRole, SphinxDirective

from actfun import ReLU, figures, network, plots

PAGE, PLACE = "chapters/playground", "playground-here"
SCRIPTS = ["tables", "engine", "pictures", "settings", "challenges", "controls"]
ALT = (
    "The moons, two interleaving half circles of points, and the bent boundary "
    "that a small network with ReLU has drawn between them"
)


def picture():
    """What the playground shows at first, after some training: the moons and a boundary."""
    data = next(one for one in playground_tables.data_sets() if one["id"] == "moons")
    points = np.reshape(data["points"], (-1, 3))[: data["train"]]
    X, y = points[:, :2] / 1000, points[:, 2]
    net = network.MLP([2, 4, 4, 1], ReLU(), loss="logistic", seed=1)
    net.fit(X, y, epochs=100, learning_rate=0.03)
    with plt.style.context(["default", "actfun.style"]):
        figure = Figure(figsize=(3.6, 3.2), layout="constrained")
        ax = figure.subplots()
        plots.decision_regions(ax, net.probabilities, X[:100], y[:100], resolution=40)
        ax.set(xticks=(), yticks=())
    return figure


class Playground(SphinxDirective):
    """The place of the playground; its content says what one sees without it."""

    has_content = True

    def run(self):
        words, builder = " ".join(self.content), self.env.app.builder
        if builder.format == "latex":
            picture().savefig(Path(builder.outdir) / "playground.pdf")
            drawing = nodes.raw("", r"\noindent\sphinxincludegraphics{playground.pdf}")
            drawing["format"] = "latex"
            return [drawing, nodes.paragraph("", words)]
        markup = (
            f'<div class="actfun-playground" id="{PLACE}"><figure class="playground-still">'
            f"{figures.svg(picture(), ALT)}<figcaption>{escape(words)}</figcaption></figure></div>"
        )
        return [nodes.raw("", markup, format="html", classes=["playground"])]


class Challenge(SphinxDirective):
    """Something to be reached in the playground: ``challenges.js`` has a rule of this name."""

    required_arguments = 1
    option_spec = {"title": directives.unchanged_required, "start": directives.unchanged_required}
    has_content = True

    def run(self):
        title, start = self.options["title"], self.options["start"]
        data = {"challenge": self.arguments[0], "title": title, "settings": start}
        begin = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
        return [
            nodes.raw("", f'<div class="actfun-challenge"{begin}>', format="html"),
            nodes.paragraph("", "", nodes.strong("", title)),
            *self.parse_content_to_nodes(),
            nodes.raw("", "</div>", format="html"),
        ]


class Play(ReferenceRole):
    """A link to the playground with settings: ``{play}`words <f=tanh&depth=8>```."""

    def run(self):
        builder = self.env.app.builder
        if builder.format != "html":
            return [nodes.inline(self.rawtext, self.title)], []
        address = builder.get_relative_uri(self.env.docname, PAGE)
        address += f"?{self.target}#{PLACE}"
        return [nodes.reference(self.rawtext, self.title, refuri=address, internal=True)], []


def add_scripts(app, pagename, templatename, context, doctree):
    """Give the page its scripts, if it has a playground, and write the tables that they read."""
    if not doctree or not any("playground" in raw["classes"] for raw in doctree.findall(nodes.raw)):
        return
    path = Path(app.outdir) / "_static" / "playground" / "tables.js"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(playground_tables.script(), encoding="utf-8")
    app.add_css_file("playground/playground.css")
    for name in SCRIPTS:
        app.add_js_file(f"playground/{name}.js", loading_method="defer")


def setup(app):
    app.add_directive("playground", Playground)
    app.add_directive("challenge", Challenge)
    app.add_role("play", Play())
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
