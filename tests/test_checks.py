"""What tables and pictures say to arguments that they cannot use."""

import inspect
import itertools
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from actfun import ReLU, Tanh, charts, diagrams, looks, notation, planes, plots, tables
from actfun.diagnostics import Data, Race
from actfun.network import MLP

X, Y = np.array([[-1.0, 0], [1, 0], [0, 2]]), np.array([0, 1, 1])
ROWS = [{"spread": 1.0, "correlation": 0.5, "gradient": 0.1, "dead": 0.0}] * 2
RUNS = {"ReLU": [[1, 2, 3.0], [2, 3, 4]], 0.1: [3, 2, 1]}


@pytest.fixture(autouse=True)
def no_figure_stays():
    yield
    plt.close("all")


def one():
    return Figure().subplots()


def two():
    return Figure().subplots(1, 2)


def four():
    return Figure().subplots(2, 2)


def on_the_right(points):
    return (points[:, 0] > 0).astype(int)


def line(ax):
    return dict(ax=ax, line=ax.plot([0, 1], [0, 1])[0], text="end")


def logarithmic():
    ax = one()
    ax.set_yscale("log")
    return ax.yaxis


# Every public function, with arguments that it takes.
CALLS = {
    tables.Table: lambda: dict(header=["a", "b"], rows=[["c", 1]], caption="C", align="lr"),
    tables.card: lambda: dict(f=ReLU()),
    tables.comparison: lambda: dict(functions=[ReLU()], about="summary"),
    tables.mean_output: lambda: dict(f=ReLU()),
    notation.number: lambda: dict(value=1.5, digits=3),
    looks.panels: lambda: dict(rows=1, cols=2, width=6, height=3),
    looks.one_axes: lambda: dict(ax=one()),
    looks.many_axes: lambda: dict(axes=two()),
    looks.known_function: lambda: dict(f="ReLU"),
    tables.verdicts: lambda: dict(name="ReLU"),
    looks.look: lambda: dict(f="ReLU"),
    looks.colour: lambda: dict(f="ReLU"),
    looks.line_style: lambda: dict(f="ReLU"),
    looks.distinct_looks: lambda: dict(things=[ReLU(), "run", 0.1]),
    looks.labels: lambda: dict(functions=[ReLU(), Tanh()]),
    looks.zero_lines: lambda: dict(ax=one()),
    looks.label_end: lambda: line(one()),
    looks.power_ticks: lambda: dict(axis=logarithmic()),
    plots.function_and_derivative: lambda: dict(
        axes=two(), f=ReLU(), span=(-1, 1), threshold=0.1
    ),
    plots.curves: lambda: dict(ax=one(), functions=[ReLU()], span=(-1, 1), ylim=(0, 1)),
    plots.small_multiples: lambda: dict(
        axes=two(), functions=[ReLU()], span=(-1, 1), ylim=(0, 1)
    ),
    charts.by_layer: lambda: dict(ax=one(), values_per_seed=[[1, 2], [2, 3]], label="x", hue="red"),
    charts.against: lambda: dict(ax=one(), x=[1, 2, 3], runs_by_label=RUNS),
    charts.spread: lambda: dict(ax=one(), results=RUNS),
    charts.learning_curves: lambda: dict(ax=one(), curves_by_label=RUNS),
    charts.heatmap: lambda: dict(
        ax=one(), matrix=[[1, 2], [3, 4.0]], row_labels="ab", column_labels=[1, 2], fmt="{:.1f}",
        norm=LogNorm(),
    ),  # fmt: skip
    charts.bars: lambda: dict(ax=one(), labels="ab", values=[0.5, 0.5], fmt="{:.1f}"),
    charts.rate_curves: lambda: dict(
        ax=one(), curves_by_label={"a": {0.1: 3, 0.2: 5}, "b": {0.1: 2}}, rate=0.1, named=["a"]
    ),
    charts.standings: lambda: dict(
        ax=one(), scores_by_label={"a": [1, 2], "b": [0, 1]}, intervals={"b": (0, 1)},
        marks={"a": 0.5}, best=["a"],
    ),  # fmt: skip
    charts.report: lambda: dict(axes=four(), rows_by_label={"a": ROWS}),
    planes.points: lambda: dict(ax=one(), X=X, y=Y),
    planes.decision_regions: lambda: dict(ax=one(), predict=on_the_right, X=X, y=Y, resolution=9),
    planes.line_boundary: lambda: dict(ax=one(), w=[1, 2], b=0.5),
    planes.simplex: lambda: dict(ax=one(), p=[0.5, 0.25, 0.25], labels="abc"),
    planes.picture: lambda: dict(ax=one(), pixels=np.zeros((2, 4, 3))),
    diagrams.neuron_diagram: lambda: dict(ax=one(), n_inputs=3),
    diagrams.biological_neuron: lambda: dict(ax=one()),
    diagrams.layers_diagram: lambda: dict(ax=one(), sizes=[2, 3, 1]),
}

# Nothing of these is ever meant …
ODD = {
    "a class": lambda: ReLU,
    "a race": lambda: Race({"a": np.ones(2)}, {"a": np.zeros(2, bool)}),
    "a network": lambda: MLP([2, 3, 1], Tanh(), loss="logistic"),
    "data": lambda: Data(X, Y, X, Y),
    "a module": lambda: plt,
    "a figure": lambda: Figure(),
    "axes in an array": lambda: Figure().subplots(2, 3),
    "nothing": lambda: (),
    "no entry": lambda: {},
    "ragged": lambda: [[1, 2], [3]],
    "complex": lambda: 1j,
    "not a number": lambda: np.nan,
    "a generator of objects": lambda: (object() for _ in range(2)),
    "an object": lambda: object(),
}
# … but here, where any label will do, or any number of axes.
TAKEN = {
    ("number", "value", "not a number"),
    ("known_function", "f", "not a number"),
    ("look", "f", "not a number"),
    ("colour", "f", "not a number"),
    ("line_style", "f", "not a number"),
    ("by_layer", "label", "not a number"),
    ("many_axes", "axes", "axes in an array"),
    ("small_multiples", "axes", "axes in an array"),
}


def public_functions(module):
    names = getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]
    return {
        thing
        for thing in (getattr(module, name) for name in names)
        if callable(thing) and thing.__module__ == module.__name__
    }


def test_every_public_function_is_tried():
    modules = (tables, plots, charts, planes, diagrams, looks)
    assert set().union(*map(public_functions, modules)) - set(CALLS) == {looks.with_newcomers}


@pytest.mark.parametrize("function", CALLS, ids=lambda f: f.__name__)
def test_an_odd_argument_is_named(function):
    arguments = CALLS[function]()
    function(**arguments)
    wrong, taken = [], set()
    for name, (odd, thing) in itertools.product(arguments, ODD.items()):
        named = re.compile(rf"(each (label )?of )?{name}(\[.*\])? must .*\bgot ", re.DOTALL)
        try:
            function(**arguments | {name: thing()})
        except (TypeError, ValueError) as problem:
            said = str(problem)
            if not named.match(said) or " at 0x" in said or len(said) > 350:
                wrong.append((name, odd, said))
        else:
            taken.add((function.__name__, name, odd))
    assert not wrong
    assert taken == {entry for entry in TAKEN if entry[0] == function.__name__}


NAN, INF = np.nan, np.inf
WRONG = [
    (tables.Table, dict(header="ab"), "header must be a list of cells, got str 'ab'"),
    (tables.Table, dict(rows=["ab"]), "rows[0] must be a list of cells, got str 'ab'"),
    (tables.Table, dict(rows=[("a",)]), "rows[0] must have 2 cells, as the header has, got 1"),
    (tables.Table, dict(rows=[("a", None)]), "rows[0] must hold text and numbers"),
    (tables.Table, dict(rows=[]), "rows must be a list of rows of cells, got none"),
    (tables.Table, dict(align="lx"), "align must be 2 letters of l, c and r, got 'lx'"),
    (tables.card, dict(f=ReLU), "f must be an instance such as ReLU(), got the class ReLU"),
    (tables.card, dict(f="ReLU"), "f must be an activation such as ReLU(), got str 'ReLU'"),
    (tables.comparison, dict(functions=ReLU()), "functions must be a list of activations"),
    (tables.comparison, dict(functions=[Tanh(), ReLU]), "functions[1] must be an instance such as"),
    (tables.comparison, dict(functions=[]), "functions must be a list of activations"),
    (tables.mean_output, dict(f=lambda x: 1.0), "f(x) must have shape (400,), got ()"),
    (notation.number, dict(value="1"), "value must be a real number, got str '1'"),
    (notation.number, dict(value=[1]), "value must be a real number, got list [1]"),
    (notation.number, dict(digits=0), "digits must be at least 1, got 0"),
    (looks.panels, dict(rows=0), "rows must be at least 1, got 0"),
    (looks.panels, dict(cols=1.5), "cols must be an integer, got float 1.5"),
    (looks.panels, dict(height=0), "height must be finite and greater than 0, got 0"),
    (looks.power_ticks, dict(axis="y"), "axis must be an axis such as ax.yaxis, got str 'y'"),
    (plots.curves, dict(ax=plt), "ax must be one Axes, such as panels()[1], got module"),
    (plots.curves, dict(functions=ReLU()), "functions must be a list of functions"),
    (plots.curves, dict(span=(1, -1)), "span must be (low, high) with low < high, got (1, -1)"),
    (plots.curves, dict(span=(0, 0)), "span must be (low, high) with low < high, got (0, 0)"),
    (plots.curves, dict(span=(0, INF)), "span must be finite, got nan or infinity in 1 of 2"),
    (plots.curves, dict(span=(0, 1, 2)), "span must have shape (2,), got (3,)"),
    (plots.curves, dict(ylim=(1, 0)), "ylim must be (low, high) with low < high, got (1, 0)"),
    (plots.function_and_derivative, dict(threshold=0), "threshold must be finite and greater than"),
    (plots.function_and_derivative, dict(axes=[1, 2]), "each of axes must be one Axes"),
    (charts.by_layer, dict(values_per_seed=[]), "values_per_seed must have shape (n,) or (seeds,"),
    (charts.by_layer, dict(values_per_seed=np.ones((2, 2, 2))), "got (2, 2, 2)"),
    (charts.by_layer, dict(hue="reddish"), "hue must be a colour, got str 'reddish'"),
    (charts.against, dict(x=[1, 2]), "must have a value for each of the 2 in x, got 3"),
    (charts.against, dict(x=[1, NAN, 2]), "x must be finite, got nan or infinity in 1 of 3"),
    (charts.against, dict(runs_by_label=[1, 2, 3]), "runs_by_label must be a dict of label"),
    (charts.spread, dict(results={"a": "bc"}), "results['a'] must be an array of real numbers"),
    (charts.spread, dict(results={"a": []}), "results['a'] must have shape (n,)"),
    (charts.spread, dict(results={None: [1]}), "each label of results must be text, a number"),
    (charts.learning_curves, dict(curves_by_label={}), "curves_by_label must be a dict of label"),
    (charts.heatmap, dict(matrix=[1, 2]), "matrix must have shape (rows, columns), got (2,)"),
    (charts.heatmap, dict(row_labels="abc"), "row_labels must hold 2 labels, got 3"),
    (charts.heatmap, dict(column_labels="a"), "column_labels must hold 2 labels, got 1"),
    (charts.heatmap, dict(fmt="{:d}"), "fmt must be a format of one number such as '{:.2f}'"),
    (charts.heatmap, dict(norm=(0, 1)), "norm must be a Normalize such as LogNorm(), got tuple"),
    (charts.bars, dict(labels="abc"), "labels must hold 2 labels, got 3"),
    (charts.bars, dict(values=[1, INF]), "values must be finite, got nan or infinity in 1 of 2"),
    (charts.rate_curves, dict(curves_by_label={"a": [1, 2]}), "['a'] must be a dict of learning"),
    (charts.rate_curves, dict(curves_by_label={"a": {0.1: NAN}}), "['a'] must be finite"),
    (charts.rate_curves, dict(rate=0), "rate must be finite and greater than 0, got 0"),
    (charts.standings, dict(scores_by_label={"a": [1, INF]}), "['a'] must be finite"),
    (charts.standings, dict(intervals={"a": 1}), "['a'] must have shape (2,), got ()"),
    (charts.standings, dict(marks={"a": "high"}), "marks['a'] must be a real number"),
    (planes.points, dict(y=[None, "a", "b"]), "y must hold numbers or texts, got an array"),
    (planes.points, dict(y=[0, 1]), "y must have shape (3,), a class for each sample, got (2,)"),
    (planes.points, dict(X=X[:, :1]), "X must have shape (n, 2), got (3, 1)"),
    (planes.points, dict(X=[[0, NAN], [1, 1], [2, 2]]), "X must be finite"),
    (planes.decision_regions, dict(predict=MLP), "predict must be a function of points"),
    (planes.decision_regions, dict(resolution=1), "resolution must be at least 2, got 1"),
    (planes.line_boundary, dict(w=[1, 2, 3]), "w must have shape (2,), got (3,)"),
    (planes.line_boundary, dict(w=[1, INF]), "w must be finite, got nan or infinity in 1 of 2"),
    (planes.line_boundary, dict(b=10**400), "b must be finite, got a number beyond the largest"),
    (planes.line_boundary, dict(b=NAN), "b must be finite, got nan"),
    (planes.simplex, dict(p=[3, 2, 0]), "p must hold probabilities that add up to 1, got [3.0,"),
    (planes.simplex, dict(p=[[1, 0, 0], [1.5, -1, 0.5]]), "got [1.5, -1.0, 0.5]"),
    (planes.simplex, dict(p=[0.5, 0.5]), "p must have shape (3,) or (n, 3), got (2,)"),
    (planes.simplex, dict(labels="ab"), "labels must hold 3 labels, got 2"),
    (planes.picture, dict(pixels=np.ones((2, 3))), "pixels must have shape (rows, columns, 3)"),
    (planes.picture, dict(pixels=np.full((1, 1, 3), NAN)), "pixels must be finite, got nan or"),
    (diagrams.neuron_diagram, dict(n_inputs=True), "n_inputs must be an integer, got bool True"),
    (diagrams.layers_diagram, dict(sizes=[2, 0]), "sizes[1] must be at least 1, got 0"),
    (diagrams.layers_diagram, dict(sizes=3), "sizes must be a list of at least two positive"),
]  # fmt: skip


def test_the_error_says_what_came_and_what_is_allowed():
    for function, changes, words in WRONG:
        with pytest.raises((TypeError, ValueError), match=re.escape(words)):
            function(**CALLS[function]() | changes)


@pytest.mark.parametrize(
    ("y", "answer", "words"),
    [
        ([0, 1, 2], lambda p: p[:, 0] / 9 + 0.5, "classes of y, [0, 1, 2], or the probability"),
        ([-1, 1, 1], on_the_right, "classes of y, [-1, 1], or the probability of the second"),
        ([0, 1, 1], lambda p: 3 * on_the_right(p), "got 3"),
        ([0, 1, 1], lambda p: 4 * p[:, 0], "of the second of two, got -4"),
        (["a", "b", "b"], on_the_right, "classes of y, ['a', 'b'], or the probability"),
        ([0, 1, 1], lambda p: np.full((len(p), 2), 0.5), "for each of 81 points, got shape (81, 2"),
        ([0, 1, 1], lambda p: np.full(len(p), np.nan), "got nan"),
    ],
)
def test_a_prediction_is_a_class_or_a_probability(y, answer, words):
    arguments = CALLS[planes.decision_regions]() | dict(y=y, predict=answer)
    with pytest.raises(ValueError, match=re.escape(words)):
        planes.decision_regions(**arguments)


def test_an_error_leaves_the_axes_as_they_were():
    ax = one()
    for function, changes, _ in WRONG:
        arguments = CALLS[function]() | {"ax": ax} | changes
        if arguments["ax"] is ax and "ax" in inspect.signature(function).parameters:
            with pytest.raises((TypeError, ValueError)):
                function(**arguments)
    assert not (ax.lines or ax.texts or ax.collections or ax.patches)


def test_any_iterable_will_do():
    table = tables.Table((c for c in "ab"), ((str(i), i) for i in range(2)))
    assert table.rows == (("0", "0"), ("1", "1"))
    assert tables.Table("ab".split("x") + ["c"], np.eye(2)).rows == (("1", "0"), ("0", "1"))
    assert len(tables.comparison((f for f in [ReLU(), Tanh()]), iter(["function"])).rows) == 2
    assert len(plots.curves(one(), (f for f in [ReLU(), Tanh()])).texts) == 2
    assert len(diagrams.layers_diagram(one(), (np.int64(n) for n in (2, 3))).patches) == 5


class Frame(dict):
    """What a data frame is here: a mapping that is neither true nor false."""

    def __bool__(self):
        raise ValueError("the truth value is ambiguous")


def test_data_frames_and_columns_of_texts_are_drawn():
    runs = Frame(a=np.arange(3), b=np.arange(3))
    for draw in (charts.spread, charts.learning_curves, charts.standings):
        assert draw(one(), runs).lines
    assert charts.against(one(), [1, 2, 3], runs).lines
    assert charts.rate_curves(one(), {"a": Frame({0.1: 1, 1.0: 2})}).lines
    texts = np.array(["left", "right", "right"], dtype=object)
    assert [line.get_label() for line in planes.points(one(), X, texts).lines] == ["left", "right"]
    assert planes.decision_regions(one(), lambda points: texts[on_the_right(points)], X, texts)


def test_scores_of_a_race_over_numbers_are_drawn():
    half, never = np.float32(0.5), np.zeros(2, bool)
    race = Race({0.1: np.ones(2), half: np.zeros(2)}, {0.1: never, half: never})
    ticks = charts.spread(one(), race.scores).get_yticklabels()
    assert [tick.get_text() for tick in ticks] == ["0.1", "0.5"]
