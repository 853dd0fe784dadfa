"""The book on paper: what moves, folds away or is a link on a page has to do without that there."""

import html
import re
from pathlib import Path

import gallery
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import exercise_enumerable_node, solution_node

CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
SLIDER = "On screen this is a slider; here are some of its positions."


def latex(text):
    return nodes.raw("", text, format="latex")


class PaperTransform(SphinxPostTransform):
    formats = ("latex",)


class PicturesHaveCaptions(PaperTransform):
    """A figure shown by a cell has its caption in its markup for the page; here it gets it back."""

    default_priority = 3  # before myst-nb drops that markup

    def run(self, **kwargs):
        for bundle in self.document.findall(nodes.container):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {form["mime_type"]: form for form in bundle}
            markup = forms["text/html"].astext() if "text/html" in forms else ""
            words = [html.unescape(caption) for caption in CAPTION.findall(markup)]
            if "actfun-slider" in markup:
                words.append(SLIDER)
            elif words:
                forms["image/png"][0]["width"] = "80%"  # its letters are then those of the text
            if words:
                figure = nodes.figure("", forms["image/png"][0], nodes.caption("", " ".join(words)))
                forms["image/png"][:] = [figure]


class NothingIsFolded(PaperTransform):
    """An output that a page folds away is printed; code that draws a picture stays away."""

    default_priority = 100  # before the cells are hidden that are folded on a page

    def run(self, **kwargs):
        for cell in self.document.findall(nodes.container):
            if "tag_hide-output" in cell["classes"]:
                cell["classes"].remove("tag_hide-output")


class GalleryIsAPicture(PaperTransform):
    """The cards of the landing page, which are links, become one drawing and a line of links."""

    default_priority = 20  # after the links have found their pages

    def run(self, **kwargs):
        for grid in list(self.document.findall(nodes.container)):
            if "actfun-gallery" in grid["classes"]:
                gallery.on_paper().savefig(Path(self.app.outdir) / "gallery.pdf")
                line = nodes.paragraph()
                for link in grid.findall(nodes.reference):
                    line += [link.deepcopy(), nodes.Text(" · ")]
                line.pop()
                grid.replace_self([latex(r"\noindent\sphinxincludegraphics{gallery.pdf}"), line])


class LinksHavePages(PaperTransform):
    """Behind a link to another part of the book stands its page."""

    default_priority = 30

    def run(self, **kwargs):
        for link in list(self.document.findall(nodes.reference)):
            words = link.next_node(nodes.inline)
            if "refuri" in link and words and {"std-ref", "doc"} & set(words["classes"]):
                place = link["refuri"].removeprefix("%")
                label = place.replace("#", ":") if "#" in place else f"{place}::doc"
                page = latex(rf"~(p.~\pageref{{\detokenize{{{label}}}}})")
                link.parent.insert(link.parent.index(link) + 1, page)


class ChoicesAreAList(PaperTransform):
    """The choices of a quick question, drop-downs on a page, with what there is to say to each."""

    default_priority = 100  # before sphinx-design takes the drop-downs apart

    def run(self, **kwargs):
        for box in list(self.document.findall(nodes.container)):
            if box.get("design_component") != "dropdown":
                continue
            choice, (answer, *more) = nodes.strong("", "", *box[0].children), box[1:]
            answer.insert(0, [choice, nodes.Text(": ")])
            item = nodes.list_item("", answer, *more)
            before = box.parent[box.parent.index(box) - 1]
            if isinstance(before, nodes.bullet_list):
                before += item
                box.parent.remove(box)
            else:
                box.replace_self(nodes.bullet_list("", item))


class EmptyHeadersAreLow(PaperTransform):
    """An empty paragraph in a header would make its row two lines high."""

    default_priority = 100

    def run(self, **kwargs):
        for header in self.document.findall(nodes.thead):
            for entry in header.findall(nodes.entry):
                if not entry.astext():
                    entry.clear()


class IntroductionHasAName(PaperTransform):
    """The landing page bears the title of the book, which is not repeated above its text."""

    default_priority = 800  # after Jupyter Book has taken the landing page apart

    def run(self, **kwargs):
        heading = r"\chapter*{%s}\addcontentsline{toc}{chapter}{%s}\markboth{%s}{%s}"
        title = self.document.next_node(nodes.section).next_node(nodes.title)
        title.parent.insert(1, latex(heading.replace("%s", "About this book")))


class SolutionsLast(PaperTransform):
    """The solutions are at the end of the book, out of sight of whoever does the exercise.

    There they are sorted by chapters; an exercise and its solution name each other's page.
    """

    default_priority = 900  # after sphinx-exercise has given them their titles

    def run(self, **kwargs):
        places = list(self.document.findall(addnodes.start_of_file))
        end = nodes.section("", nodes.title("", "Solutions"), ids=["solutions"])
        chapters = {}
        for solution in list(self.document.findall(solution_node)):
            solution.parent.remove(solution)
            page = solution["docname"]
            if page not in chapters:
                title = nodes.title("", self.env.titles[page].astext())
                chapters[page] = nodes.section("", title, ids=[f"solutions-{len(chapters)}"])
                end += chapters[page]
            chapters[page] += solution
            self.refer(solution, solution["target_label"], "solution", "exercise")
        for exercise in self.document.findall(exercise_enumerable_node):
            self.refer(exercise, exercise["label"], "exercise", "solution")
        if chapters:
            places[-1].parent.append(end)

    def refer(self, box, label, here, there):
        """Mark the page of a box and print that of the other."""
        places = {
            "exercise": f"{box['docname']}:{label}",  # where Sphinx lets links from elsewhere lead
            "solution": f"solution:{label}",
        }
        box[0] += latex(
            rf"\label{{\detokenize{{{places[here]}}}}}"
            rf"\hfill\textmd{{{there} on page~\pageref{{\detokenize{{{places[there]}}}}}}}"
        )


def setup(app):
    for transform in PaperTransform.__subclasses__():
        app.add_post_transform(transform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
