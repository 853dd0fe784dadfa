"""The book on paper: what folds away on a page stands open there, so some of it has to move."""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx_exercise.nodes import solution_node


class SolutionsLast(SphinxPostTransform):
    """The solutions are at the end of the book, out of sight of whoever does the exercise."""

    default_priority = 900  # after sphinx-exercise has given them their titles
    formats = ("latex",)

    def run(self, **kwargs):
        solutions = list(self.document.findall(solution_node))
        for solution in solutions:
            solution.parent.remove(solution)
        if solutions:
            section = nodes.section("", nodes.title("", "Solutions"), *solutions, ids=["solutions"])
            self.document.append(section)


class ChoicesAreNamed(SphinxPostTransform):
    """The choices of a quick question, drop-downs on a page, are told from their answers."""

    default_priority = 100  # before sphinx-design takes the drop-downs apart
    formats = ("latex",)

    def run(self, **kwargs):
        for box in self.document.findall(nodes.container):
            if box.get("design_component") == "dropdown" and isinstance(box[0], nodes.rubric):
                title = box[0]
                box[0] = nodes.paragraph("", "", nodes.strong("", "", *title.children))


def setup(app):
    app.add_post_transform(SolutionsLast)
    app.add_post_transform(ChoicesAreNamed)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
