"""The first slider of another page: the ``first-slider`` directive, with that page as its content.

It is the picture that the other page's cell has made, so nothing is drawn or trained for it, and
who wants to know how it is made finds its code there.
"""

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOGGER = logging.getLogger(__name__)


class Place(nodes.General, nodes.Element):
    """Where the slider will be."""


class FirstSlider(SphinxDirective):
    required_arguments = 1

    def run(self):
        place = Place(page=self.arguments[0])
        self.set_source_info(place)
        return [place]


def is_slider(node):
    bundle = isinstance(node, nodes.container) and node.get("nb_element") == "mime_bundle"
    return bundle and "actfun-slider" in "".join(raw.astext() for raw in node.findall(nodes.raw))


class PutIn(SphinxPostTransform):
    default_priority = 2  # before a bundle is given the form that its builder shows

    def run(self, **kwargs):
        for place in list(self.document.findall(Place)):
            page = place["page"]
            known = page in self.env.found_docs
            sliders = self.env.get_doctree(page).findall(is_slider) if known else iter(())
            slider = next(sliders, None)
            if slider is None:
                LOGGER.warning("first-slider: no slider on %s", page, location=place)
                place.parent.remove(place)
            else:
                place.replace_self(slider.deepcopy())


def setup(app):
    app.add_node(Place)
    app.add_directive("first-slider", FirstSlider)
    app.add_post_transform(PutIn)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
