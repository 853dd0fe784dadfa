"""What a reader sees: which way up, on which side, under which name, in which colour.

The artists are asked for where they lie on the screen, as the eye would take it: x to the right,
y upwards.
"""

import itertools
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm, Normalize, same_color
from matplotlib.figure import Figure

from actfun import (
    ALL,
    ELU,
    SELU,
    HardSigmoid,
    HardSwish,
    HardTanh,
    LeakyReLU,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    charts,
    diagrams,
    looks,
    planes,
    plots,
)


@pytest.fixture(autouse=True)
def book_style():
    with plt.style.context("actfun.style"):
        yield


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.fixture
def pair():
    return Figure(figsize=(6.4, 2.8)).subplots(1, 2)


def screen(ax, points):
    """Where points of the axes lie on the screen."""
    return ax.transData.transform(np.asarray(points, float))


def place(text):
    """Where a text stands on the screen."""
    return text.get_transform().transform(text.get_position())


def named(ax):
    return {text.get_text(): text for text in ax.texts}


def in_order(places):
    return all(a < b for a, b in itertools.pairwise(places))


# ------------------------------------------------------------------------------------ heat map


@pytest.fixture
def cells(ax):
    """A heat map of three rows and two columns, and the cell that covers each place on screen."""
    matrix = np.array([[1.0, 2], [3, 4], [5, 6]])
    charts.heatmap(ax, matrix, ["top", "middle", "bottom"], ["left", "right"], fmt="{:.0f}")
    mesh = ax.collections[0]
    corners = mesh.get_coordinates()
    values = mesh.get_array()

    def value_at(x, y):
        for row, column in np.ndindex(values.shape):
            one, other = corners[row, column], corners[row + 1, column + 1]
            (x0, y0), (x1, y1) = np.sort(screen(ax, [one, other]), axis=0)
            if x0 < x < x1 and y0 < y < y1:
                return values[row, column]

    return ax, matrix, value_at


def test_a_heat_map_reads_as_the_matrix_is_written(cells):
    ax, matrix, value_at = cells
    rows = [screen(ax, (0, tick))[1] for tick in ax.get_yticks()]
    columns = [screen(ax, (tick, 0))[0] for tick in ax.get_xticks()]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["top", "middle", "bottom"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["left", "right"]
    assert in_order(rows[::-1]) and in_order(columns)
    assert [[value_at(x, y) for x in columns] for y in rows] == matrix.tolist()


def test_the_number_in_a_cell_is_its_value(cells):
    ax, matrix, value_at = cells
    assert len(ax.texts) == matrix.size
    for text in ax.texts:
        assert value_at(*place(text)) == float(text.get_text())


def test_the_colour_of_a_cell_follows_the_norm_and_the_map(ax):
    charts.heatmap(ax, [[1, 10, 100]], "a", "bcd", cmap="Greys", norm=LogNorm(1, 100))
    shades = ax.collections[0].to_rgba([1, 10, 100])[:, 0]
    np.testing.assert_allclose(shades, plt.get_cmap("Greys")([0, 0.5, 1.0])[:, 0], atol=0.01)
    charts.heatmap(ax, [[0, 1]], "a", "bc")
    assert ax.collections[1].get_cmap().name == "cividis"


# ------------------------------------------------------------------------------- measurements


def ticks(axis):
    return {label.get_text(): place for label, place in
            zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True)}  # fmt: skip


def test_rows_of_scores_run_down_and_carry_their_own_dots(ax):
    results = {"Tanh": [4, 4, 7], "ReLU": [1, 2, 3], "He": [9]}
    charts.spread(ax, results)
    rows = ticks(ax.yaxis)
    assert list(rows) == list(results)
    assert in_order([screen(ax, (0, row))[1] for row in rows.values()][::-1])
    dots = [line for line in ax.lines if line.get_markersize() == 5]
    for (label, scores), line, bar in zip(results.items(), dots, ax.containers, strict=True):
        (height,) = set(line.get_ydata())
        assert abs(height - rows[label]) < 0.25 and list(line.get_xdata()) == scores
        mean = bar.lines[0]
        assert mean.get_xdata() == pytest.approx(np.mean(scores))
        assert 0 < mean.get_ydata()[0] - rows[label] < 0.3  # below its dots, in its own row
        assert mean.get_color() == "black"
    hues = [line.get_color() for line in dots]
    assert hues[:2] == [plots.colour("Tanh"), plots.colour("ReLU")] and len(set(hues)) == 3


def test_a_learning_curve_lies_in_a_band_of_its_own_deviation(ax):
    runs = {"ReLU": np.array([[1.0, 2], [3, 4], [5, 9]]), "Tanh": np.array([[7.0, 8]])}
    charts.learning_curves(ax, runs)
    assert ax.get_xlabel() == "epoch"
    for (label, values), band, line in zip(runs.items(), ax.collections, ax.lines, strict=True):
        edges = band.get_paths()[0].vertices
        sd = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(2)
        for epoch, mean, width in zip((1, 2), values.mean(axis=0), sd, strict=True):
            heights = edges[edges[:, 0] == epoch, 1]
            assert heights.min() == pytest.approx(mean - width)
            assert heights.max() == pytest.approx(mean + width)
        np.testing.assert_allclose(line.get_xydata(), np.c_[[1, 2], values.mean(axis=0)])
        assert line.get_color() == plots.colour(label)
        assert same_color(band.get_facecolor()[0][:3], plots.colour(label))
    assert [label.get_text() for label in ax.texts] == list(runs)


def test_layers_are_counted_from_one_in_the_colour_of_the_label(ax):
    charts.by_layer(ax, [[1, 2, 3], [3, 4, 5]], "Tanh, Xavier")
    *seeds, mean = ax.lines
    assert ax.get_xlabel() == "layer" and list(mean.get_xdata()) == [1, 2, 3]
    assert [list(seed.get_ydata()) for seed in seeds] == [[1, 2, 3], [3, 4, 5]]
    assert {line.get_color() for line in ax.lines} == {plots.colour("Tanh")}
    assert mean.get_linewidth() > seeds[0].get_linewidth()
    charts.by_layer(ax, [1, 2], hue="black")
    assert ax.lines[-1].get_color() == "black"


def test_bars_stand_over_their_labels(ax):
    charts.bars(ax, ["cat", "dog", "owl"], [0.2, -1.5, 3])
    heights = {text: bar.get_height() for (text, place), bar in
               zip(ticks(ax.xaxis).items(), ax.patches, strict=True)
               if bar.get_x() < place < bar.get_x() + bar.get_width()}  # fmt: skip
    assert heights == {"cat": 0.2, "dog": -1.5, "owl": 3}
    assert [(t.get_text(), t.xy) for t in ax.texts] == [
        ("0.20", (0, 0.2)), ("−1.50", (1, -1.5)), ("3.00", (2, 3))
    ]  # fmt: skip


def test_ticks_of_a_logarithmic_axis_say_what_is_there(ax):
    ax.set(yscale="log", ylim=(0.2, 2))
    plots.power_ticks(ax.yaxis)
    minor, major = ax.yaxis.get_minor_formatter(), ax.yaxis.get_major_formatter()
    assert [minor(value) for value in (0.2, 0.3, 0.5, 2)] == ["0.2", "", "0.5", "2"]
    assert [major(value) for value in (0.5, 1, 10, 0.01, 1e5)] == ["0.5", "1", "10", "10⁻²", "10⁵"]
    ax.set_ylim(0.01, 100)
    assert [minor(value) for value in (0.2, 0.5, 2)] == ["", "", ""]


def test_a_logarithmic_x_must_be_positive(ax):
    with pytest.raises(ValueError, match="must have the scale"):
        plots.power_ticks(ax.xaxis)
    ax.set_xscale("log")
    with pytest.raises(ValueError, match="x must be positive on a logarithmic axis, got 0"):
        charts.against(ax, [0, 1], {"a": [1, 2]})


# ----------------------------------------------------------------------------------- functions


@pytest.mark.parametrize(
    ("f", "sides"),
    [
        (ReLU(), [(-6, 0)]),
        (Softplus(), [(-6, -2.94)]),
        (HardTanh(), [(-6, -1), (1, 6)]),
        (LeakyReLU(), []),
    ],
    ids=str,
)
def test_shading_lies_on_the_side_that_is_flat(pair, f, sides):
    plots.function_and_derivative(pair, f)
    for ax in pair:
        boxes = [patch.get_path().get_extents(patch.get_patch_transform()) for patch in ax.patches]
        spans = [(box.x0, box.x1) for box in boxes if box.x1 > box.x0]
        assert np.ravel(spans) == pytest.approx(np.ravel(sides), abs=0.01)
        assert ax.get_xlim() == (-6, 6)
        for low, high in spans:
            middle = (low + high) / 2
            assert abs(f.derivative(middle)) < 0.05


def test_the_function_stands_left_of_its_slope(pair):
    plots.function_and_derivative(pair, SELU(), span=(-2, 1))
    left, right = pair
    assert left.get_position().x1 < right.get_position().x0
    assert left.get_title(loc="left") == "SELU" and right.get_title(loc="left") == "slope f′"
    for ax, g in ((left, SELU()), (right, SELU().derivative)):
        x, y = ax.lines[2].get_data()
        assert np.isfinite(y).any() and np.nanmax(np.abs(y - g(x))) == 0
    assert left.get_xlabel() == "x" and right.get_xlabel().startswith("x")


@pytest.mark.parametrize("derivative", [False, True])
def test_each_name_is_joined_to_its_own_curve(ax, derivative):
    functions = [Tanh(), ReLU(), Sigmoid(), LeakyReLU(0.3), ELU()]
    plots.curves(ax, functions, span=(-3, 2), derivative=derivative, ylim=(-1, 3))
    lines = ax.lines[2::3]
    for f, line, text in zip(functions, lines, ax.texts, strict=True):
        g = f.derivative if derivative else f
        assert text.get_text() == f.name and text.xy == (2, g(2.0))
        assert line.get_color() == plots.colour(f) == text.arrow_patch.get_edgecolor()[:3] or (
            same_color(line.get_color(), text.arrow_patch.get_edgecolor())
        )
        x, y = line.get_data()
        np.testing.assert_array_equal(y[np.isfinite(y)], g(x[np.isfinite(y)]))
    # names stand in the order of the ends of their curves, up to ties
    ends, heights = zip(*sorted((text.xy[1], text.xyann[1]) for text in ax.texts))
    assert in_order([h for h, e in zip(heights, ends) if ends.count(e) == 1])


def test_small_multiples_are_read_row_by_row():
    axes = Figure().subplots(2, 2)
    functions = [Sigmoid(), ReLU(), Tanh()]
    plots.small_multiples(axes, functions)
    by_place = sorted(axes.flat, key=lambda ax: (-ax.get_position().y0, ax.get_position().x0))
    assert [ax.get_title(loc="left") for ax in by_place[:3]] == [f.name for f in functions]
    for ax, f in zip(by_place, functions, strict=False):
        grey, bold = (line for line in ax.lines[2:] if len(line.get_xdata()) > 9)
        for line, g in ((grey, f.derivative), (bold, f)):
            x, y = line.get_data()
            np.testing.assert_array_equal(y[np.isfinite(y)], g(x[np.isfinite(y)]))
        assert bold.get_color() == plots.colour(f) and bold.get_linestyle() == "-"
        assert grey.get_color() == looks.GREY and grey.get_linestyle() == "--"
        assert bold.get_linewidth() > grey.get_linewidth()
        assert (ax.get_xlim(), ax.get_ylim()) == ((-4, 4), (-1.5, 3))


def test_small_multiples_fit_one_axes(ax):
    assert plots.small_multiples(ax, [ReLU()]) is ax and ax.get_title(loc="left") == "ReLU"


def test_kinks_close_together_leave_no_line_between_their_dots(pair):
    plots.function_and_derivative(pair, HardTanh(-0.05, 0.05))
    x, y = pair[1].lines[2].get_data()
    assert np.isnan(y[np.flatnonzero(np.diff(np.sign(x))) + 1]).any()
    assert set(y[np.isfinite(y)]) == {0.0} and (np.diff(x[np.isfinite(x)]) >= 0).all()


def test_a_function_without_a_value_in_sight_is_an_error(ax):
    class Log:
        name = "Log"

        def __call__(self, x):
            return np.log(x)

        def derivative(self, x):
            return 1 / x

    plots.curves(ax, [Log()], span=(-1, 4))
    with pytest.raises(ValueError, match="line must have a finite point, to name it 'Log'"):
        plots.curves(ax, [Log()], span=(-4, -1))


def test_a_function_without_a_slope_can_be_drawn_but_its_slope_cannot(ax):
    class Halves:
        name = "Halves"

        def __call__(self, x):
            return x / 2

    assert named(plots.curves(ax, [Halves()])).keys() == {"Halves"}
    with pytest.raises(TypeError, match="with a name and a derivative, .* got Halves"):
        plots.curves(ax, [Halves()], derivative=True)


def test_zero_lines_cross_at_zero(ax):
    looks.zero_lines(ax)
    across, up = ax.lines
    assert set(across.get_ydata()) == {0} and set(up.get_xdata()) == {0}


# ---------------------------------------------------------------------------------- the plane


X = np.array([[-1, -3], [1, 1], [-1, 1], [1, -3.0], [0.5, 1]])


@pytest.mark.parametrize("kind", ["classes", "texts", "probabilities"])
@pytest.mark.parametrize("side", [0, 1])
def test_tints_lie_around_their_samples(ax, kind, side):
    """Samples of a class lie in the tint of their own hue: nothing is mirrored or swapped."""
    inside = X[:, side] > 0.2
    y = np.where(inside, "in", "other") if kind == "texts" else inside.astype(int)

    def predict(points):
        p = 1 / (1 + np.exp(-9 * (points[:, side] - 0.2)))
        return {"classes": p > 0.5, "probabilities": p}.get(kind, np.where(p > 0.5, "in", "other"))

    planes.decision_regions(ax, predict, X, y)
    tints = [c for c in ax.collections if c.get_fill()]
    assert len(tints) == len(ax.lines) == 2
    for label, line in zip(np.unique(y), ax.lines, strict=True):
        np.testing.assert_array_equal(line.get_xydata(), X[y == label])
        assert line.get_label() == str(label)
        (tint,) = (c for c in tints if same_color(c.get_facecolor()[0][:3], line.get_color()))
        for sample in line.get_xydata():
            assert any(path.contains_point(sample) for path in tint.get_paths())
    assert ax.get_xlim()[0] < -1 and ax.get_ylim()[1] > 1


def test_a_single_sample_has_a_region(ax):
    planes.decision_regions(ax, lambda points: np.zeros(len(points)), [[2, 3]], [0])
    assert ax.get_xlim() == (1.5, 2.5) and ax.get_ylim() == (2.5, 3.5)


def test_the_line_is_where_the_neuron_is_undecided_however_small_its_weights(ax):
    ax.set(xlim=(-2, 2), ylim=(-2, 2))
    for scale in (1, 1e-200, 1e200):
        planes.line_boundary(ax, np.array([1, -2]) * scale, 1 * scale)
        x = ax.lines[-1].get_xydata()
        np.testing.assert_allclose(x @ [1, -2], -1, atol=1e-9)
        arrow = ax.texts[-1]
        assert np.array(arrow.xy) @ [1, -2] > np.array(arrow.xyann) @ [1, -2]


def test_corners_of_the_triangle_have_their_own_labels(ax):
    planes.simplex(ax, [[1, 0, 0], [0, 1, 0], [0, 0, 1]], ("one", "two", "three"))
    path, last = ax.lines[-2].get_xydata(), ax.lines[-1].get_xydata()
    labels = named(ax)
    for corner, label in zip(path, ("one", "two", "three"), strict=True):
        assert np.hypot(*(labels[label].get_position() - corner)) < 0.1
    np.testing.assert_array_equal(last, path[-1:])


def test_pixels_are_drawn_as_they_are_and_cut_off_beyond_0_and_1(ax):
    planes.picture(ax, [[[0.2, -1, 2]], [[0, 0.799, 1]]])
    (image,) = ax.images
    assert image.get_array().tolist() == [[[51, 0, 255]], [[0, 204, 255]]]
    assert ax.get_ylim() == (1.5, -0.5)  # the first row on top
    assert not ax.axison


# ----------------------------------------------------------------------------------- diagrams


def test_a_neuron_is_read_from_left_to_right(ax):
    diagrams.neuron_diagram(ax, 3)
    text = named(ax)
    parts = ("inputs", "weights", "sum", "activation", "output")
    assert in_order([place(text[name])[0] for name in parts])
    assert in_order([place(text[name])[0] for name in ("x₁", "w₁", "Σ", "z", "f", "a = f(z)")])
    for letter in "xw":
        assert in_order([place(text[f"{letter}{k}"])[1] for k in "₃₂₁"])
    for part, symbol in zip(parts, ("x₁", "w₁", "Σ", "f", "a = f(z)"), strict=True):
        assert abs(text[part].get_position()[0] - text[symbol].get_position()[0]) < 0.9


def test_parts_of_the_nerve_cell_are_named_in_the_order_of_the_signal(ax):
    diagrams.biological_neuron(ax)
    targets = [(text.get_text(), *text.xy) for text in ax.texts]
    x = {name: x for name, x, _ in targets}
    assert in_order([x[name] for name in ("dendrites", "cell body", "axon hillock", "axon")])
    synapses = sorted(x for name, x, _ in targets if name == "synapses")
    assert synapses[0] < x["dendrites"] and synapses[1] > x["axon"]
    body = ax.patches[np.argmax([getattr(p, "radius", 0) for p in ax.patches])]
    assert np.hypot(*(np.array([*targets[1][1:]]) - body.center)) == pytest.approx(0.6, abs=0.1)


def test_scores_stand_over_their_learning_rates(ax):
    curves = {"ReLU": {0.1: 50, 0.01: 40}, "other": {0.01: 20, 0.1: 30}, "Tanh": {0.1: 60}}
    charts.rate_curves(ax, curves, rate=0.03, named=["Tanh", "ReLU"])
    other, tanh, relu, mark = ax.lines
    assert relu.get_xydata().tolist() == [[0.01, 40], [0.1, 50]]
    assert other.get_xydata().tolist() == [[0.01, 20], [0.1, 30]]
    assert tanh.get_xydata().tolist() == [[0.1, 60]] and set(mark.get_xdata()) == {0.03}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Tanh", "ReLU"]


def test_a_ranking_is_read_from_the_top_and_ties_are_filled(ax):
    charts.standings(ax, {"a": [3, 5], "b": [1, 2]}, {"b": (0, 4)}, {"a": 2.5}, ["a"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    filled, hollow = (line for line in ax.lines if line.get_marker() == "D")
    assert filled.get_xydata().tolist() == [[4, 0]] and hollow.get_xydata().tolist() == [[1.5, 1]]
    assert [line.get_markerfacecolor() for line in (filled, hollow)] == ["black", "none"]
    assert [bar.tolist() for bar in ax.collections[0].get_segments()] == [[[0, 1], [4, 1]]]
    assert len(ax.lines[0].get_xdata()) == 4
    (mark,) = (line for line in ax.lines if line.get_markersize() == 6)
    assert mark.get_xydata().tolist() == [[2.5, 0]]


def test_layers_run_from_input_to_output(ax):
    diagrams.layers_diagram(ax, [2, 4, 1])
    words = [(t.get_text(), t.get_position()[0]) for t in ax.texts]
    names, counts = words[::2], words[1::2]
    assert [name for name, _ in names] == ["input", "hidden", "output"]
    assert [count for count, _ in counts] == ["2", "4", "1"]
    assert in_order([x for _, x in names])
    units = {}
    for circle in ax.patches:
        units.setdefault(circle.center[0], []).append(circle)
    assert [(x, len(column)) for x, column in units.items()] == [
        (x, int(count)) for count, x in counts
    ]
    hues = [column[0].get_edgecolor() for column in units.values()]
    assert all(map(same_color, hues, (diagrams.INPUT, diagrams.WEIGHT, diagrams.OUTPUT)))


# -------------------------------------------------------------------------------------- looks


def test_the_style_is_what_the_pages_rely_on():
    rc = plt.rcParams
    for ink in ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"):
        assert rc[ink] == "black", ink  # the page puts its own text colour there
    assert rc["svg.fonttype"] == "none" and rc["svg.hashsalt"] == "actfun"
    assert rc["axes.facecolor"] == "none" and rc["image.cmap"] == "cividis"
    assert not (rc["axes.spines.top"] or rc["axes.spines.right"] or rc["legend.frameon"])
    assert rc["axes.titlelocation"] == "left" and rc["figure.constrained_layout.use"]
    assert list(rc["figure.figsize"]) == [6.4, 2.8]
    assert min(rc[size] for size in ("font.size", "xtick.labelsize", "ytick.labelsize")) >= 10
    assert tuple(rc["axes.prop_cycle"].by_key()["color"]) == looks.PALETTE


def test_relatives_share_a_hue_and_differ_in_dashes():
    families = [(Sigmoid, HardSigmoid), (Tanh, HardTanh), (LeakyReLU, PReLU), (ELU, SELU),
                (SiLU, HardSwish), (ReLU, Softplus)]  # fmt: skip
    for one, other in families:
        assert plots.colour(one()) == plots.colour(other())
        assert plots.line_style(one()) != plots.line_style(other())
    assert len({plots.colour(one()) for one, _ in families}) == len(families)


def test_every_function_of_the_catalogue_has_a_look_of_its_own():
    assert {f.name for f in ALL} <= set(looks._LOOKS)
    assert len({looks.look(f) for f in ALL}) == len(ALL)


NEWCOMERS = ["Softsign", "ReLU squared", "Log-sigmoid", "Arctan", "Snake", "Softshrink"]


@pytest.mark.parametrize("names", [NEWCOMERS, NEWCOMERS[::-1], NEWCOMERS[:2]])
def test_functions_that_join_get_looks_that_nobody_has(names):
    grown = looks.with_newcomers(looks._LOOKS, [*looks._LOOKS, *names, *NEWCOMERS])
    assert len(set(grown.values())) == len(grown) == len(looks._LOOKS) + len(NEWCOMERS)
    assert looks._LOOKS.items() <= grown.items()


def test_a_function_that_joins_keeps_its_look_when_its_name_begins_like_another(monkeypatch):
    grown = looks.with_newcomers(looks._LOOKS, ["ReLU squared"])
    monkeypatch.setattr(looks, "_LOOKS", grown)
    assert looks.look("ReLU squared") == looks.look("ReLU squared, He") == grown["ReLU squared"]
    assert looks.look("ReLU, He") == grown["ReLU"] != grown["ReLU squared"]


# ------------------------------------------------------------------- nothing of the caller's


def frozen(values):
    array = np.array(values)
    array.setflags(write=False)
    return array


class Naive:
    """Right in the middle; far out its formulas overflow."""

    name = "Naive"

    def __call__(self, x):
        return 1 / (1 + np.exp(-x))

    def derivative(self, x):
        return np.exp(-x) / (1 + np.exp(-x)) ** 2


def draw_everything():
    """Each picture on its own axes, from arrays that cannot be written to."""

    def one():
        return Figure().subplots()

    runs = {"ReLU": frozen([[1.0, 2, np.inf], [1e200, 1e200, -1]]), "Tanh": frozen([1, -np.inf, 0])}
    for f in (*ALL, Naive()):
        plots.function_and_derivative(Figure().subplots(1, 2), f, span=(-50, 50))
    plots.curves(one(), ALL, derivative=True)
    plots.small_multiples(Figure().subplots(-(-len(ALL) // 8), 8), ALL)
    for log in (False, True):
        charts.by_layer(one(), runs["ReLU"], "ReLU", log=log)
        charts.against(one(), frozen([1, 2, 3]), runs, log=log)
    charts.spread(one(), runs)
    charts.learning_curves(one(), runs)
    charts.heatmap(one(), frozen([[np.nan, 1], [np.inf, 1e-300]]), "ab", "cd", norm=LogNorm())
    charts.heatmap(one(), np.full((2, 2), np.nan), "ab", "cd")
    charts.heatmap(one(), np.ma.masked_less([[1, 2]], 2), "a", "bc")
    charts.bars(one(), "abc", frozen([1e-300, 0, 1]))
    planes.points(one(), frozen(X), frozen([0, 1, 2, 0, 1]))
    planes.decision_regions(one(), lambda points: np.abs(points[:, 0]) / 2, frozen(X),
                            frozen([0, 1, 1, 0, 1]))  # fmt: skip
    planes.line_boundary(one(), frozen([1e-300, 1e-300]), 1e300)
    planes.picture(one(), frozen(np.full((2, 3, 3), 1.5)))
    planes.simplex(one(), frozen([[1.0, 0, 0], [1e-300, 0, 1]]))
    diagrams.neuron_diagram(one())
    diagrams.layers_diagram(one(), (2, 3, 1))


def test_nothing_warns_and_nothing_of_the_caller_changes():
    before = dict(plt.rcParams)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_everything()
    assert dict(plt.rcParams) == before


def test_a_strict_caller_sees_no_floating_point_error():
    with np.errstate(all="raise"):
        draw_everything()


def test_a_norm_is_left_as_it_was(ax):
    norm = Normalize()
    charts.heatmap(ax, [[1, 2]], "a", "bc", norm=norm)
    assert norm.vmin is norm.vmax is None
    assert ax.collections[0].norm.vmax == 2


def test_a_cell_that_the_norm_has_no_colour_for_is_a_number_on_paper(ax):
    charts.heatmap(ax, [[1, 0, -1, np.nan, 10]], "a", "bcdef", fmt="{:.0f}", norm=LogNorm())
    assert [text.get_text() for text in ax.texts] == ["1", "0", "−1", "–", "10"]
    assert [text.get_color() for text in ax.texts[1:4]] == ["black"] * 3


def test_what_else_is_on_the_axes_stays_where_it_was(ax):
    (line,) = ax.plot([0, 1], [0, 1], color="black", label="mine")
    text = ax.text(0.5, 0.5, "mine")
    note = ax.annotate("mine", (0, 0), (0.5, 0.2))
    plots.curves(ax, [ReLU(), Tanh()])
    charts.spread(ax, {"a": [1, 2]})
    planes.line_boundary(ax, [1, 1], 0)
    assert {line, text, note} <= set(ax.get_children())
    assert (text.get_position(), note.xyann) == ((0.5, 0.5), (0.5, 0.2))
    assert line.get_xydata().tolist() == [[0, 0], [1, 1]] and line.get_color() == "black"
