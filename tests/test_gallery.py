"""The gallery of the landing page: which cards there are, and what is on them."""

import xml.etree.ElementTree as ElementTree

import gallery
import matplotlib.pyplot as plt
import pytest

from actfun import ALL


def test_a_card_for_every_function():
    cards = list(gallery.cards({"ReLU": "relu", "Maxout": "maxout"}, otherwise="comparison"))
    assert [name for name, _, _ in cards] == [*map(str, ALL), "Maxout"]
    labels = {name: label for name, label, _ in cards}
    assert labels["ReLU"] == "relu" and labels["Maxout"] == "maxout"
    assert set(labels.values()) == {"relu", "maxout", "comparison"}


def test_a_drawing_says_what_it_shows():
    for name, _, markup in gallery.cards({"Softmax": "softmax", "Maxout": "maxout"}, "comparison"):
        root = ElementTree.fromstring(markup)
        assert root.get("role") == "img"
        assert root.get("aria-label").startswith(f"{name}: ")
        assert root.find(".//path") is not None
        assert not list(root.iter("text")), "the name is on the card, not in the drawing"


def test_drawings_follow_the_page():
    assert "currentColor" in gallery.curve(ALL[0])
    assert gallery.curve(ALL[0]) == gallery.curve(ALL[0])


def test_a_name_that_nobody_has():
    with pytest.raises(ValueError, match="Swoosh"):
        list(gallery.cards({"Swoosh": "relu"}, "comparison"))


def test_cards_know_nothing_of_the_settings_of_whoever_builds():
    with plt.rc_context({"path.sketch": (5, 20, 2), "lines.linewidth": 9}):
        odd = gallery.drawing(gallery.maxout_curve, "a bowl")
    assert gallery.drawing(gallery.maxout_curve, "a bowl") == odd
