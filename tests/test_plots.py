"""Pictures: what the artists hold is what was given, and looks are what the book promises."""

import itertools
import logging
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import CenteredNorm, to_rgb
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text

from actfun import (
    ALL,
    ELU,
    GELU,
    SELU,
    HardSwish,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Step,
    Tanh,
    plots,
)
from actfun.looks import GREY, LINE_STYLES, PALETTE, distinct_looks, label_end

BASELINES = Path(__file__).parent / "images"


@pytest.fixture(autouse=True)
def book_style():
    with plt.style.context("actfun.style"):
        yield
    plt.close("all")


@pytest.fixture
def ax():
    return plots.panels()[1]


@pytest.fixture
def pair():
    return plots.panels(1, 2)[1]


def texts(ax):
    return [text.get_text() for text in ax.texts]


class Square:
    """Not in the catalogue, not even an Activation."""

    name = "Square"

    def __call__(self, x):
        return np.square(x)

    def derivative(self, x):
        return 2 * np.asarray(x)


# --------------------------------------------------------------------------------------- looks


def linear(hue):
    rgb = np.array(to_rgb(hue))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    low, high = sorted(linear(hue) @ [0.2126, 0.7152, 0.0722] for hue in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("hue", [*PALETTE, GREY])
def test_every_hue_is_legible_on_light_and_dark_pages(hue):
    assert contrast(hue, "white") >= 3
    assert contrast(hue, "#121212") >= 3


# What the eye without one kind of cone sees (Machado, Oliveira & Fernandes, 2009).
SIGHT = {
    "all cones": np.eye(3),
    "no long": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no medium": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


@pytest.mark.parametrize("sight", SIGHT)
def test_hues_differ_for_every_reader(sight):
    def oklab(hue):  # Ottosson, 2020: equal distances look equally different
        rgb = np.clip(np.array(SIGHT[sight]) @ linear(hue), 0, 1)
        cones = np.cbrt(np.array([[0.41222, 0.53633, 0.05145], [0.2119, 0.6807, 0.1074],
                                  [0.0883, 0.28172, 0.62998]]) @ rgb)  # fmt: skip
        return np.array([[0.21045, 0.79362, -0.00407], [1.978, -2.42859, 0.45059],
                         [0.0259, 0.78277, -0.80868]]) @ cones  # fmt: skip

    gaps = [np.linalg.norm(oklab(a) - oklab(b)) for a, b in itertools.combinations(PALETTE, 2)]
    assert min(gaps) > 0.09


def test_no_two_functions_look_the_same():
    looks = {(plots.colour(f), plots.line_style(f)) for f in ALL}
    assert len(looks) == len(ALL)


def test_a_label_has_the_colour_of_its_function():
    assert plots.colour("ELU (α = 0.5)") == plots.colour(ELU()) == plots.colour(ELU(0.5))
    assert plots.colour("ReLU, He") == plots.colour(ReLU())
    assert plots.colour("Leaky ReLU") != plots.colour("ReLU")
    assert plots.colour("ReLUctant") == plots.colour("ReLUctant")


def test_a_new_function_gets_a_stable_colour():
    assert plots.colour(Square()) == plots.colour("Square") == "#7e44e7"


def test_repeated_functions_get_different_looks():
    labels = ["SiLU"] * 6
    assert len(set(distinct_looks(labels))) == 6


def test_functions_in_one_picture_differ_in_line_style_and_keep_their_hues():
    functions = [Sigmoid(), Tanh(), ReLU(), SELU()]
    hues, styles = zip(*distinct_looks(functions))
    assert sorted(styles) == sorted(LINE_STYLES) and styles[0] == plots.line_style(functions[0])
    assert list(hues) == list(map(plots.colour, functions))


def test_a_label_leaves_their_hues_to_the_functions_after_it():
    (first, _), (second, _) = distinct_looks(["something", "GELU"])
    assert first != second == plots.colour("GELU")


def test_no_font_is_missed(ax, caplog):
    """The style asks for what comes with matplotlib, so that nobody has to hide its complaints."""
    with caplog.at_level(logging.WARNING):
        ax.set_title("f′ → ∞, −1 × 10⁻⁷, x₁, β")
        ax.figure.canvas.draw()
    assert not caplog.records
    assert not logging.getLogger("matplotlib.font_manager").filters


# ----------------------------------------------------------------------------------- functions


@pytest.mark.parametrize("f", [*ALL, Square()], ids=lambda f: f.name)
def test_curve_data_are_the_function(pair, f):
    assert plots.function_and_derivative(pair, f) is pair
    for ax, g in zip(pair, (f, f.derivative), strict=True):
        curve = ax.lines[2]
        x, y = curve.get_data()
        inside = np.isfinite(y)
        np.testing.assert_array_equal(y[inside], g(x[inside]))
        assert (x[inside][0], x[inside][-1]) == (-6, 6)
        assert curve.get_color() == plots.colour(f)


def dots(ax):
    open_dots, filled = ax.lines[3:5]
    assert open_dots.get_markerfacecolor() == "none"
    return ([tuple(np.round(p, 6)) for p in line.get_xydata()] for line in (open_dots, filled))


def test_step_has_no_vertical_line(pair):
    plots.function_and_derivative(pair, Step())
    y = pair[0].lines[2].get_ydata()
    jump = np.flatnonzero(np.isnan(y))
    assert jump.size == 1 and y[jump - 1] == 0 and y[jump + 1] == 1
    open_dots, filled = dots(pair[0])
    assert open_dots == [(0, 0)] and filled == [(0, 1)]
    open_dots, filled = dots(pair[1])
    assert open_dots == [(0, 0), (0, 0)] and filled == []


@pytest.mark.parametrize(
    ("f", "open_dots", "filled"),
    [
        (ReLU(), [(0, 1)], [(0, 0)]),
        (ELU(0.5), [(0, 1)], [(0, 0.5)]),
        (ELU(), [], []),
        (HardSwish(), [(-3, -0.5), (3, 1.5)], [(-3, 0), (3, 1)]),
    ],
    ids=str,
)
def test_dots_at_jumps_of_the_slope(pair, f, open_dots, filled):
    plots.function_and_derivative(pair, f)
    assert list(dots(pair[1])) == [open_dots, filled]
    assert list(dots(pair[0])) == [[], []]


def shaded(ax):
    spans = [np.ptp(patch.get_extents().transformed(ax.transData.inverted()).intervalx)
             for patch in ax.patches]  # fmt: skip
    return np.round(spans, 2).tolist()


@pytest.mark.parametrize(
    ("f", "widths"),
    [
        (Sigmoid(), [3.11, 3.11]),
        (ReLU(), [6, 0]),
        (Step(), [12, 0]),
        (LeakyReLU(), [0, 0]),  # slope 0.01 is small, but it does not fade
        (SiLU(), [1.92, 0]),  # the flat bottom at −1.28 is not saturation
    ],
    ids=str,
)
def test_shading_is_where_the_function_saturates(pair, f, widths):
    plots.function_and_derivative(pair, f)
    for ax in pair:
        assert shaded(ax) == pytest.approx(widths, abs=0.011)
    assert ("shaded" in pair[1].get_xlabel()) == any(widths)


def test_labels_of_curves_do_not_overlap(ax):
    assert plots.curves(ax, ALL, span=(-3, 3)) is ax
    assert texts(ax) == [f.name for f in ALL]
    heights = sorted(label.xyann[1] for label in ax.texts)
    assert heights[0] >= -1e-9 and heights[-1] <= 1 + 1e-9
    assert np.diff(heights).min() == pytest.approx(1 / (len(ALL) - 1))

    other = plots.panels()[1]
    plots.curves(other, [ReLU(), ELU(), SELU(), GELU(), Tanh()])
    other.figure.canvas.draw()
    boxes = [Text.get_window_extent(label) for label in other.texts]
    assert not any(a.y0 < b.y1 and b.y0 < a.y1 for a, b in itertools.combinations(boxes, 2))


def test_label_stands_at_the_end_of_its_curve(ax):
    plots.curves(ax, [Sigmoid(), ReLU()], ylim=(-1, 2))
    low, high = ax.texts
    assert low.xy == pytest.approx((6, Sigmoid()(6.0)))
    assert low.xyann[1] == pytest.approx((Sigmoid()(6.0) + 1) / 3)
    assert high.xy == pytest.approx((2, 2), abs=0.05)  # where it leaves the picture


def test_labels_move_only_as_far_as_they_must(ax):
    ax.set_ylim(0, 1)
    for height in (0.5, 0.5, 0.9, 0.1):
        label_end(ax, *ax.plot([0, 1], [0, height]), "name")
    one, two, high, low = (label.xyann[1] for label in ax.texts)
    assert (low, high) == pytest.approx((0.1, 0.9))
    assert one + two == pytest.approx(1) and two - one > 0.05


def leaders(ax):
    return [label.arrow_patch.get_linestyle() for label in ax.texts]


def test_label_of_a_curve_that_leaves_the_picture_is_joined_by_dots(ax):
    plots.curves(ax, [Sigmoid(), ReLU()], ylim=(-1, 2))
    assert leaders(ax) == ["solid", ":"]


def test_label_of_runs_stands_where_they_leave_or_diverge(ax):
    ax.set(xlim=(0, 10), ylim=(0.1, 10))
    runs = {"up": [1, 5, 50], "nan": [1, 2, np.nan], "under": [0.01] * 3, "to the end": [1, 1, 2]}
    plots.against(ax, [0, 5, 10], runs, log=True)
    assert leaders(ax) == [":", ":", "solid", "solid"]
    ends = [(5, 5), (5, 2), (10, 0.1), (10, 2)]
    np.testing.assert_allclose([label.xy for label in ax.texts], ends)


def test_curves_of_one_family_are_told_apart(ax):
    plots.curves(ax, [SiLU(), SiLU(2)], derivative=True)
    assert texts(ax) == ["SiLU", "SiLU (β = 2)"]
    one, two = (ax.lines[k] for k in (2, 5))
    assert one.get_linestyle() != two.get_linestyle()
    np.testing.assert_array_equal(two.get_ydata(), SiLU(2).derivative(two.get_xdata()))


def test_small_multiples():
    axes = plots.panels(2, 3)[1]
    assert plots.small_multiples(axes, ALL[:5]) is axes
    assert [ax.get_title(loc="left") for ax in axes.flat] == [*(f.name for f in ALL[:5]), ""]
    assert not axes[1, 2].axison
    with pytest.raises(ValueError, match=f"a panel for each of {len(ALL)} functions, got 6"):
        plots.small_multiples(axes, ALL)


# --------------------------------------------------------------------------------- experiments


def test_by_layer(ax):
    values = np.array([[1, 4.0], [1, 1.0]])
    assert plots.by_layer(ax, values, "ReLU") is ax
    np.testing.assert_array_equal(ax.lines[-1].get_xydata(), [[1, 1], [2, 2.5]])
    assert len(ax.lines) == 3 and texts(ax) == ["ReLU"]


def test_by_layer_on_a_logarithmic_axis(ax):
    plots.by_layer(ax, [[1, 4.0, 1e-3], [1, 1.0, 0]], "Tanh", log=True)
    np.testing.assert_allclose(ax.lines[-1].get_ydata(), [1, 2, np.nan])
    assert ax.texts[0].xy == pytest.approx((2, 2))
    labels = [ax.yaxis.get_major_formatter()(value) for value in (1e-12, 0.1, 1, 10, 1000)]
    assert labels == ["10⁻¹²", "10⁻¹", "1", "10", "10³"]


def test_against(ax):
    runs = {"ReLU": [[1, 4], [1, 1]], "Tanh": [[2, 2]]}
    assert plots.against(ax, [0.1, 10], runs, log=True) is ax
    np.testing.assert_allclose(ax.lines[2].get_xydata(), [[0.1, 1], [10, 2]])
    assert texts(ax) == ["ReLU", "Tanh"] and ax.get_yscale() == "log"


def test_values_with_too_many_axes_are_an_error(ax):
    with pytest.raises(ValueError, match="values_per_seed must have shape"):
        plots.by_layer(ax, np.zeros((2, 3, 4)))


def test_spread_shows_every_seed(ax):
    results = {"ReLU": [1, 2, 3], "Tanh": [4, 4, 7]}
    assert plots.spread(ax, results) is ax
    seeds = [line for line in ax.lines if line.get_markersize() == 5]
    assert [list(line.get_xdata()) for line in seeds] == list(results.values())
    assert [label.get_text() for label in ax.get_yticklabels()] == list(results)
    assert ax.get_ylim() == (1.5, -0.5)
    bars = [container.lines[2][0].get_segments()[0][:, 0] for container in ax.containers]
    np.testing.assert_allclose(bars, [[1, 3], [5 - np.sqrt(3), 5 + np.sqrt(3)]])


def test_learning_curves_end_where_a_seed_diverges(ax):
    runs = {"ReLU": [[1, 2, 3], [3, 4, np.inf]], "other": [[0, 0, 1]]}
    assert plots.learning_curves(ax, runs) is ax
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), [2, 3, np.nan])
    assert [label.xy for label in ax.texts] == [(2, 3), (3, 1)]


def test_heatmap_numbers_are_legible(ax):
    matrix = np.append(np.linspace(-1, 1, 20), np.nan).reshape(3, 7)
    assert plots.heatmap(ax, matrix, "abc", "defghij", cmap="PuOr", norm=CenteredNorm()) is ax
    assert len(ax.texts) == 21
    assert texts(ax)[0] == "−1.00" and texts(ax)[-1] == "–"
    assert "0.05" in texts(ax) and "−0.05" in texts(ax)
    mesh = ax.collections[0]
    for value, text in zip(matrix.flat[:-1], ax.texts, strict=False):
        assert contrast(mesh.to_rgba(value)[:3], text.get_color()) >= 4
        red, green, blue = to_rgb(text.get_color())
        assert not red == green == blue  # a pure grey follows the page, the cell does not
    with pytest.raises(ValueError, match="row_labels must hold 3 labels, got 2"):
        plots.heatmap(ax, matrix, "ab", "cd")


# ------------------------------------------------------------------------- points and diagrams


def test_no_minus_before_zero(ax):
    plots.heatmap(ax, [[-0.001, -0.01]], "a", "bc")
    assert texts(ax) == ["0.00", "−0.01"]


def test_points_have_a_marker_for_each_class(ax):
    X, y = np.arange(12.0).reshape(6, 2), np.array([0, 1, 2, 0, 1, 2])
    assert plots.points(ax, X, y) is ax
    assert len({line.get_marker() for line in ax.lines}) == 3
    np.testing.assert_array_equal(ax.lines[1].get_xydata(), X[y == 1])


@pytest.mark.parametrize("kind", ["classes", "probabilities"])
def test_decision_regions_follow_the_prediction(ax, kind):
    X = np.array([[-1, -1], [1, 1], [-1, 1], [1, -1.0]])
    y = (X[:, 0] > 0).astype(int)

    def predict(points):
        p = 1 / (1 + np.exp(-3 * points[:, 0]))
        return p if kind == "probabilities" else (p > 0.5).astype(int)

    assert plots.decision_regions(ax, predict, X, y) is ax
    left, right, boundary = ax.collections[0], ax.collections[1], ax.collections[2]
    left, right = (set_.get_paths()[0].get_extents() for set_ in (left, right))
    assert left.x1 == pytest.approx(0, abs=0.02) and right.x0 == pytest.approx(0, abs=0.02)
    assert boundary.get_paths()[0].vertices[:, 0] == pytest.approx(0, abs=0.02)


def test_one_class_everywhere_has_no_boundary(ax):
    X, y = np.array([[0, 0], [1, 1.0]]), np.array([0, 1])
    plots.decision_regions(ax, lambda points: np.zeros(len(points), int), X, y)
    assert len(ax.collections) == 1


def test_line_boundary(ax):
    ax.set(xlim=(-2, 2), ylim=(-1, 3))
    assert plots.line_boundary(ax, [3, 4], -5) is ax
    x = ax.lines[0].get_xydata()
    np.testing.assert_allclose(x @ [3, 4], 5)
    assert np.abs(x).max() > 3 and ax.get_xlim() == (-2, 2)
    arrow = ax.texts[0]
    assert np.dot(arrow.xyann, [3, 4]) == pytest.approx(5) and np.dot(arrow.xy, [3, 4]) > 5
    with pytest.raises(ValueError, match="w must have shape"):
        plots.line_boundary(ax, [1, 2, 3], 0)


def test_a_boundary_takes_the_looks_of_a_line_by_their_short_names(ax):
    plots.line_boundary(ax, [3, 4], -5, lw=3, c="red", ls="--")
    (line,) = ax.lines
    assert (line.get_linewidth(), line.get_color(), line.get_linestyle()) == (3, "red", "--")
    assert ax.texts[0].arrow_patch.get_edgecolor() == (1, 0, 0, 1)


def test_no_weights_no_line(ax):
    plots.line_boundary(ax, [0, 0], 1)
    assert not ax.lines


def test_bars_and_simplex(pair):
    assert plots.bars(pair[0], "abc", [0.5, 0.3, 0.2]) is pair[0]
    assert [bar.get_height() for bar in pair[0].patches] == [0.5, 0.3, 0.2]
    assert texts(pair[0]) == ["0.50", "0.30", "0.20"]
    assert plots.simplex(pair[1], [[1, 0, 0], [1 / 3] * 3], "abc") is pair[1]
    path = pair[1].lines[-2].get_xydata()
    np.testing.assert_allclose(path, [[0, 0], [0.5, np.sqrt(3) / 6]])
    with pytest.raises(ValueError, match="p must have shape"):
        plots.simplex(pair[1], [0.5, 0.5])


def test_neuron_diagram(ax):
    assert plots.neuron_diagram(ax, n_inputs=4) is ax
    assert {"x₄", "w₄", "Σ", "b", "z", "f", "a = f(z)"} <= set(texts(ax))
    with pytest.raises(ValueError, match="n_inputs must be an integer from 1 to 6"):
        plots.neuron_diagram(ax, n_inputs=7)


def test_biological_neuron_names_its_parts(ax):
    assert plots.biological_neuron(ax) is ax
    parts = {"dendrites", "cell body", "axon hillock", "axon", "synapses"}
    assert parts <= set(texts(ax))


def test_layers_diagram(ax):
    assert plots.layers_diagram(ax, [2, 3, 12, 1]) is ax
    assert len(ax.patches) == 2 + 3 + 8 + 1
    assert len(ax.lines) == 2 * 3 + 3 * 8 + 8 * 1
    assert texts(ax)[1::2] == ["2", "3", "12", "1"]
    with pytest.raises(ValueError, match="sizes must hold"):
        plots.layers_diagram(ax, [3])


# ------------------------------------------------------------------------------------ pictures


def step_picture():
    fig, axes = plots.panels(1, 2)
    plots.function_and_derivative(axes, Step())
    return fig


def neuron_picture():
    fig, ax = plots.panels()
    plots.biological_neuron(ax)
    return fig


PICTURES = {"step": step_picture, "biological_neuron": neuron_picture}


def save_without_text(fig, path):
    """Small, in a fixed place, and without anything that depends on fonts."""
    fig.set_layout_engine("none")
    for ax in fig.axes:
        ax.set(xticks=[], yticks=[], xlabel="", title="")
        ax.set_title("", loc="left")
        for text in ax.texts:
            text.set_visible(False)
    fig.savefig(path, dpi=50)


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_as_it_was(name, tmp_path):
    save_without_text(PICTURES[name](), tmp_path / "drawn.png")
    assert compare_images(BASELINES / f"{name}.png", tmp_path / "drawn.png", tol=4) is None


if __name__ == "__main__":  # draws the pictures to compare with anew
    with plt.style.context("actfun.style"):
        for name, draw in PICTURES.items():
            save_without_text(draw(), BASELINES / f"{name}.png")
