"""Where each point of the source notes is in the book: the ``coverage`` directive.

A page says what it covers below a labelled heading, in a comment that no reader sees:
``<!-- covers: N2.3.1a N2.3.1b -->``. The points themselves are in ``chapters/inventory.csv``.
"""

import csv
import json
import re
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

MARK = re.compile(r"<!--\s*covers:\s*([^>]*?)\s*-->")
LABEL = re.compile(r"^\(([\w-]+)\)=\s*$")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*$")
ON_PAPER = r"lp{0.42\linewidth}p{0.4\linewidth}"  # LaTeX does not find the widths by itself
WORDS = {"teach": "taught", "correct": "corrected"}


class Place(NamedTuple):
    """A heading that covers a point; ``title`` is that of its page."""

    page: str
    title: str
    label: str
    heading: str


def inventory(chapters):
    """The points of the notes, in order: a dict with id, status and point for each."""
    with (Path(chapters) / "inventory.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pages(chapters):
    """(name, text of all Markdown cells) of every notebook and Markdown page."""
    for path in sorted(Path(chapters).glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        yield path.stem, "\n\n".join(text)


def places(chapters):
    """For each id that a page marks: the labelled headings that cover it.

    Raises ``ValueError`` for a mark that does not stand under a labelled heading.
    """
    found = {}
    for page, text in pages(chapters):
        label = place = title = None
        fenced = False
        for line in text.splitlines():
            fenced ^= line.startswith("```")
            if match := LABEL.match(line):
                label = match[1]
            elif not fenced and (match := HEADING.match(line)):
                title = title or match[1]
                place = Place(page, title, label, match[1]) if label else None
                label = None
            elif match := MARK.search(line):
                if place is None:
                    raise ValueError(f"{page}: {line} does not stand under a labelled heading")
                for point in match[1].split():
                    found.setdefault(point, []).append(place)
            elif line.strip():
                label = None
    return found


class Coverage(SphinxDirective):
    """The table: a point of the notes, what became of it, and where."""

    def run(self):
        chapters = Path(self.env.srcdir) / "chapters"
        found = places(chapters)
        lines = ["| point | the notes say | here |", "|---|---|---|"]
        for row in inventory(chapters):
            where = "; ".join(
                f"{title}: " + ", ".join(f"{{ref}}`{place.label}`" for place in group)
                for title, group in groupby(found.get(row["id"], ()), lambda place: place.title)
            )
            word = WORDS[row["status"]]
            lines.append(f"| {row['id']} | {row['point']} | *{word}* in {where} |")
        widths = addnodes.tabular_col_spec(spec=ON_PAPER)
        return [widths, *self.parse_text_to_nodes("\n".join(lines))]


def setup(app):
    app.add_directive("coverage", Coverage)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
