"""Figures as inline SVG: themed, described, small, and the same every time."""

import base64
import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from actfun import figures


@pytest.fixture(autouse=True)
def plain_looks():
    with matplotlib.rc_context(), matplotlib.style.context("default"):
        yield
    plt.close("all")


def curve(**looks):
    fig = Figure(figsize=(4, 2))
    ax = fig.subplots()
    ax.plot([0, 1, 2], [1, 0, 1 / 3], **looks)
    ax.set_title("f′ < 1 & so on")
    return fig


def styles(markup, tag):
    return [e.get("style", "") for e in ElementTree.fromstring(markup).iter(tag)]


def test_markup_is_well_formed_and_carries_its_description():
    root = ElementTree.fromstring(figures.svg(curve(), alt='a "bent" line'))
    assert root.tag == "svg" and root.get("role") == "img"
    assert root.get("aria-label") == 'a "bent" line'
    assert "f′ < 1 & so on" in [text.text for text in root.iter("text")]


def test_without_a_description_the_drawing_is_hidden_from_assistive_technology():
    root = ElementTree.fromstring(figures.svg(curve()))
    assert root.get("aria-hidden") == "true" and root.get("role") is None


def panels(rows, columns, **options):
    fig = plt.figure(figsize=(6, 3), layout="constrained")
    axes = fig.subplots(rows, columns, squeeze=False, **options)
    for number, ax in enumerate(axes.flat):
        ax.plot([0, 1], [0, number])
        ax.set(xlabel=f"panel {number}", ylabel="y")
    return fig, axes


def texts_by_column(fig):
    root = figures.svg_tree(fig)
    drawings = [root] if root.tag == "svg" else root
    return [{text.text for text in svg.iter("text") if text.text[0] == "p"} for svg in drawings]


def test_columns_of_panels_are_drawings_of_their_own():
    fig, _ = panels(2, 2)
    assert texts_by_column(fig) == [{"panel 0", "panel 2"}, {"panel 1", "panel 3"}]


def test_columns_share_the_whole_width_and_nothing_is_drawn_twice():
    fig, _ = panels(1, 3)
    fig.axes[0].set_zorder(1)  # it is drawn last
    row = ElementTree.fromstring(figures.svg(fig, alt="three lines"))
    assert (row.tag, row.get("role"), row.get("aria-label")) == ("div", "img", "three lines")
    assert all(svg.get("aria-hidden") == "true" and svg.get("role") is None for svg in row)
    boxes = [[float(number) for number in svg.get("viewBox").split()] for svg in row]
    assert boxes[0][0] == 0 and boxes[-1][0] + boxes[-1][2] == pytest.approx(6 * 72)
    for left, right in pairwise(boxes):
        end = left[0] + left[2]  # two numbers that are written with two decimals
        assert end == pytest.approx(right[0], abs=0.011) and left[3] == right[3] == 3 * 72
    assert sum(float(svg.get("width")) for svg in row) == pytest.approx(6 * 96, abs=0.1)
    assert [[t.text for t in svg.iter("text") if t.text[0] == "p"] for svg in row] == [
        ["panel 0"], ["panel 1"], ["panel 2"]
    ]  # fmt: skip


def test_an_edge_lies_in_the_gap_between_what_is_drawn():
    fig, axes = panels(1, 2)
    axes[0, 0].annotate("a name at the end", (1, 0), (1.05, 0.5), textcoords="axes fraction")
    figures.svg_tree(fig)  # which lays it out
    _, edge, _ = figures.column_edges(fig)
    left, right = (ax.get_tightbbox() for ax in axes[0])
    assert left.x1 < edge * fig.dpi / 72 < right.x0


@pytest.mark.parametrize("how", ["ticks of a neighbour", "text", "legend", "one column", "inset"])
def test_what_belongs_together_stays_together(how):
    fig, axes = panels(*{"one column": (2, 1)}.get(how, (1, 2)), sharey=how[:2] == "ti")
    if how == "text":
        fig.text(0.5, 0.5, "across")
    elif how == "legend":
        axes[0, 0].lines[0].set_label("line")
        fig.legend()
    elif how == "inset":
        axes[0, 0].inset_axes([0.9, 0.2, 1, 0.2])
    assert len(texts_by_column(fig)) == 1


def test_a_panel_across_two_columns_holds_them_together():
    fig = plt.figure(figsize=(6, 3), layout="constrained")
    axes = fig.subplot_mosaic("AAC;BDC")
    axes["A"].set_ylabel("begins further left than B")
    fig.draw_without_rendering()
    _, edge, _ = figures.column_edges(fig)
    assert axes["D"].get_position().x1 < edge / (6 * 72) < axes["C"].get_position().x0


def test_a_panel_without_axes_reads_nothing_off_its_neighbour():
    fig, axes = panels(1, 2, sharey=True)
    axes[0, 1].set_axis_off()
    assert len(texts_by_column(fig)) == 2


def test_a_colour_bar_and_a_second_axis_go_with_their_panel():
    fig, axes = panels(1, 2)
    fig.colorbar(axes[0, 0].scatter([0, 1], [0, 1], c=[0, 1]), ax=axes[0, 0], label="pbar")
    axes[0, 1].twinx().set_ylabel("ptwin")
    found = texts_by_column(fig)
    assert {"panel 0"} <= found[0] and {"panel 1", "ptwin"} <= found[-1]
    assert all("panel 1" not in column for column in found[:-1])


def test_every_reference_resolves_in_the_whole_drawing():
    fig, axes = panels(1, 2)
    for ax in axes.flat:
        ax.plot([0, 1], [0, 1], "o")
    markup = figures.svg(fig)
    ids = re.findall(r' id="([^"]+)"', markup)
    assert len(ids) == len(set(ids))
    assert set(ids) == set(re.findall(r'(?:href="|url\()#([^")]+)', markup))


def test_only_what_is_too_wide_for_a_phone_gets_larger_letters():
    fig, _ = panels(1, 2)
    assert "actfun-wide" not in figures.svg(fig) and "actfun-wide" not in figures.svg(curve())
    assert 'class="actfun-wide"' in figures.svg(Figure(figsize=(6.4, 2)))


def test_the_drawing_shrinks_but_does_not_grow():
    root = ElementTree.fromstring(figures.svg(curve()))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == (
        "384",
        "192",
        "0 0 288 144",
    )
    assert "max-width:100%" in root.get("style") and "height:auto" in root.get("style")


def test_ink_follows_the_text_and_backgrounds_are_transparent():
    markup = figures.svg(curve())
    assert "#000000" not in markup and "#ffffff" not in markup
    assert "stroke:currentColor" in markup
    assert "fill:currentColor" in ElementTree.fromstring(markup).get("style")
    assert not any(style.startswith("fill:#fff") for style in styles(markup, "path"))


def test_other_colours_stay():
    assert "stroke:#1a85d6" in figures.svg(curve(color="#1a85d6"))


def test_grey_lines_are_a_paler_ink():
    assert "stroke:currentColor" in figures.svg(curve(color="0.8"))
    assert "stroke-opacity:0.2" in figures.svg(curve(color="0.8"))


def test_a_grey_heat_map_keeps_its_greys():
    fig = Figure(figsize=(2, 2))
    fig.subplots().pcolormesh(np.array([[0.0, 0.5], [0.6, 1.0]]), cmap="gray")
    markup = figures.svg(fig)
    (mesh,) = (g for g in ElementTree.fromstring(markup).iter("g") if g.get("shape-rendering"))
    cells = [cell.get("style", "") for cell in mesh.iter("path")]
    assert mesh.get("fill") == "#000000" and not any("fill" in style for style in cells[:1])
    assert any("fill:#ffffff" in style for style in cells) and len(cells) == 4


def test_the_background_of_the_figure_itself_is_restored():
    fig = curve()
    dpi, canvas = fig.dpi, fig.canvas
    figures.svg(fig)
    assert fig.patch.get_visible() and fig.axes[0].patch.get_visible()
    assert fig.dpi == dpi and fig.canvas is canvas


def test_coordinates_have_two_decimals():
    markup = figures.svg(curve())
    for name in ("d", "x", "y"):
        for value in re.findall(rf' {name}="([^"]*)"', markup):
            assert not re.search(r"\.\d{3}", value), value


def test_only_referenced_ids_remain_and_every_reference_resolves():
    fig = curve(marker="o")
    markup = figures.svg(fig)
    ids = re.findall(r' id="([^"]+)"', markup)
    references = set(re.findall(r'(?:href="|url\()#([^")]+)', markup))
    assert ids and len(ids) == len(set(ids)) and set(ids) == references


def test_different_figures_share_no_ids():
    first, second = figures.svg(curve()), figures.svg(curve(color="red"))
    assert not set(re.findall(r' id="([^"]+)"', first)) & set(re.findall(r' id="([^"]+)"', second))


def test_no_style_sheet_or_script_leaks_into_the_page():
    markup = figures.svg(curve())
    for tag in ("<style", "<script", "<metadata", "<?xml", "<!DOCTYPE"):
        assert tag not in markup


@pytest.mark.slow
def test_the_same_figure_gives_the_same_markup_in_another_process():
    code = (
        "from matplotlib.figure import Figure; from actfun import figures\n"
        "fig = Figure(figsize=(4, 2)); ax = fig.subplots(); ax.plot([0, 1, 2], [1, 0, 1 / 3])\n"
        "ax.set_title('f′ < 1 & so on'); print(ascii(figures.svg(fig)))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == ascii(figures.svg(curve()))


def test_show_gives_svg_for_a_page_and_png_for_the_rest():
    picture = figures.show(curve(), alt="a bent line", caption="Bent & straight")
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == "Picture('a bent line')"
    assert bundle["text/html"].startswith('<figure class="actfun-figure"><svg')
    assert "<figcaption>Bent &amp; straight</figcaption>" in bundle["text/html"]
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_show_closes_the_figure():
    fig, ax = plt.subplots()
    figures.show(fig, alt="empty axes")
    assert not plt.fignum_exists(fig.number)


def test_show_closes_the_figure_that_cannot_be_drawn():
    fig, ax = plt.subplots()
    ax.set_title("$\\nonsense{$")
    with pytest.raises(ValueError):
        figures.show(fig, alt="a title that is no formula")
    assert plt.get_fignums() == []


def test_drawing_changes_nothing_of_the_figure():
    fig, axes = panels(1, 2)

    def state():
        look = [fig.dpi, fig.canvas, fig.get_facecolor(), *fig.get_size_inches()]
        return [*look, *(ax.get_zorder() for ax in axes.flat)]

    before, settings, numbers = state(), dict(matplotlib.rcParams), plt.get_fignums()
    figures.svg(fig)
    figures.png(fig)
    assert before == state() and dict(matplotlib.rcParams) == settings
    assert plt.get_fignums() == numbers


def test_pixels_come_and_go():
    array = figures.pixels(curve(), dpi=50)
    assert array.shape == (100, 200, 3) and array.dtype == np.uint8 and array.max() == 255
    again = plt.imread(io.BytesIO(figures.pixels_to_png(array)))
    assert np.array_equal(np.round(255 * again[..., :3]), array)


@pytest.mark.parametrize("alt", ["", "  \n"])
def test_a_blank_description_is_refused(alt):
    with pytest.raises(ValueError, match="alt must say"):
        figures.show(curve(), alt=alt)


def test_wrong_kinds_are_refused():
    with pytest.raises(TypeError, match="fig must be a matplotlib Figure, got str"):
        figures.show("figure", alt="text")
    with pytest.raises(TypeError, match="alt must be a string, got int"):
        figures.show(curve(), alt=3)
    with pytest.raises(TypeError, match="caption must be a string"):
        figures.show(curve(), alt="a line", caption=3)
    with pytest.raises(TypeError, match="alt must be a string, got int"):
        figures.svg(curve(), alt=3)
    with pytest.raises(TypeError, match="fig must be a matplotlib Figure, got Axes"):
        figures.show(curve().axes[0], alt="text")
    with pytest.raises(TypeError, match="fig must be a matplotlib Figure, got list"):
        figures.pixels([curve()])
    with pytest.raises(ValueError, match="dpi must be finite and greater than 0, got 0"):
        figures.png(curve(), dpi=0)
    with pytest.raises(TypeError, match="dpi must be a real number, got str 'x'"):
        figures.png(curve(), dpi="x")
    with pytest.raises(ValueError, match=r"array must have shape .* got \(2, 2\) and float64"):
        figures.pixels_to_png(np.zeros((2, 2)))


def test_a_png_is_opaque_whatever_the_style_says():
    with matplotlib.rc_context({"savefig.transparent": True, "figure.facecolor": "none"}):
        image = figures.png(curve())
    pixels = plt.imread(io.BytesIO(image))
    assert pixels.shape[2] == 3 or np.all(pixels[..., 3] == 1)
