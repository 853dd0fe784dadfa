"""The playground: its tables against the catalogue, its engine against the book's own network."""

import json
import math
import re
from dataclasses import dataclass

import numpy as np
import playground_tables
import pytest
from conftest import ROOT

from actfun import ALL, Activation, PReLU, Sigmoid, diagnostics, elementwise, network
from actfun.base import REAL
from actfun.network.training import Descent, Training

SCRIPTS = ROOT / "assets" / "playground"
X = np.unique(np.concatenate([np.linspace(-80, 80, 4001), np.sinh(np.linspace(-9, 9, 501))]))
each_function = pytest.mark.parametrize("f", ALL, ids=str)


def read(f, x):
    """Values and slopes at x as a table has them."""
    table = playground_tables.Table(f)
    return np.array([table(float(each)) for each in x]).T


@each_function
def test_tables_say_what_the_catalogue_says(f):
    """For every position of the parameters; relative to values beyond 1, as rounding is."""
    for one in playground_tables.variants(f):
        values, slopes = read(one, X)
        off = np.abs(values - one(X)) / np.maximum(1, np.abs(one(X)))
        assert off.max() < playground_tables.TOLERANCE
        assert np.abs(slopes - one.derivative(X)).max() < playground_tables.TOLERANCE


@each_function
def test_tables_are_exact_at_kinks_and_jumps(f):
    for one in playground_tables.variants(f):
        if not one.kinks:
            continue
        kinks = np.array(one.kinks)
        beside = np.concatenate([np.nextafter(kinks, end) for end in (-np.inf, np.inf)])
        values, slopes = read(one, kinks)
        assert (values == one(kinks)).all() and (slopes == one.derivative(kinks)).all()
        values, slopes = read(one, beside)
        np.testing.assert_allclose(values, one(beside), rtol=1e-11, atol=1e-15)
        np.testing.assert_allclose(slopes, one.derivative(beside), rtol=1e-9)


def test_straight_lines_stay_straight():
    """No rounding enters: where ReLU is silent its value and slope are 0, so that units can die."""
    for f in ALL:
        if f.name in ("Identity", "Step", "ReLU", "Leaky ReLU", "PReLU", "Hard tanh"):
            np.testing.assert_array_equal(read(f, X), [f(X), f.derivative(X)])


@dataclass(frozen=True)
class Parabola(Activation):
    """A newcomer without a limit: x² above 0."""

    name, range, kinks = "Parabola", REAL, (0.0,)

    @elementwise
    def __call__(self, x):
        return np.maximum(x, 0) ** 2

    @elementwise
    def derivative(self, x):
        return 2 * np.maximum(x, 0)


@dataclass(frozen=True)
class Ripples(Activation):
    """A newcomer whose slope has no limit."""

    name, range = "Ripples", REAL

    @elementwise
    def __call__(self, x):
        with np.errstate(invalid="ignore"):
            return x + np.sin(x) ** 2

    @elementwise
    def derivative(self, x):
        with np.errstate(invalid="ignore"):
            return 1 + np.sin(2 * x)


def test_newcomers_need_no_limits():
    np.testing.assert_allclose(read(Parabola(), X), [Parabola()(X), Parabola().derivative(X)])
    inside = X[np.abs(X) < playground_tables.REACH]
    values, slopes = read(Ripples(), inside)
    np.testing.assert_allclose(values, Ripples()(inside), atol=1e-9)
    np.testing.assert_allclose(slopes, Ripples().derivative(inside), atol=1e-9)
    assert np.isfinite(read(Ripples(), [-1e6, 1e6])).all()


def test_what_cannot_be_followed_is_an_error():
    @dataclass(frozen=True)
    class Rough(Activation):
        name, range = "Rough", REAL

        def __call__(self, x):
            return x + np.maximum(np.asarray(x) - 0.3, 0)

        def derivative(self, x):
            return np.where(np.asarray(x) > 0.3, 2.0, 1.0)  # a kink that is not declared

    with pytest.raises(ValueError, match="no polynomial follows Rough at 0.3"):
        playground_tables.Table(Rough())


def test_a_learned_parameter_is_linear():
    for weight in (-0.5, 0.25, 3):
        zero, one = PReLU(0.0), PReLU(1.0)
        np.testing.assert_allclose(PReLU(weight)(X), zero(X) + weight * (one(X) - zero(X)))


def test_initialisers_are_the_librarys():
    rules = {rule["id"]: rule for rule in playground_tables.initialisers()}
    assert set(rules) == {name.replace("_", "-") for name in network.initialisers.INITIALISERS}
    rng = np.random.default_rng(0)
    for key, rule in rules.items():
        init = network.initialisers.as_initialiser(key.replace("-", "_"))
        for fan_in, fan_out in [(2, 8), (8, 1), (3, 5)]:
            spread = rule["spread"][fan_in - 1][fan_out - 1]
            weights = np.concatenate([init(rng, fan_in, fan_out).ravel() for _ in range(2000)])
            found = np.abs(weights).max() if rule["uniform"] else weights.std()
            assert found == pytest.approx(spread, rel=0.03)


def test_data_are_the_books():
    sets = {data["id"]: data for data in playground_tables.data_sets()}
    assert set(sets) == {"moons", "circles", "xor", "spirals"}
    for name in ("moons", "spirals"):
        data = getattr(diagnostics, name)()
        points = np.reshape(sets[name]["points"], (-1, 3))
        np.testing.assert_allclose(points[:200, :2] / 1000, data.X[:200], atol=0.0006)
        assert (points[200:, 2] == data.y_test[:100]).all()


# ------------------------------------------------------------------------------------ the engine

DEPTH = [2, 8, 8, 8, 1]
STEPS, BATCH = 10, 32
TRAIN = """([id, position, sizes, start, x, y, batches, optimiser, rate]) => {
    const lab = window.actfunPlayground;
    const entry = lab.tables.functions.find(f => f.id === id);
    const net = new lab.Network(sizes, new lab.Activation(entry, position));
    net.restore(start);
    const descent = new lab.Descent(net, optimiser), pass = new lab.Pass(net, y.length);
    const losses = batches.map(batch => {
        pass.forward(batch.flatMap(n => [x[2 * n], x[2 * n + 1]]), batch.length);
        const loss = pass.backward(batch.map(n => y[n]));
        descent.update(pass, { rate });
        return loss;
    });
    pass.forward(x, y.length);
    pass.backward(y);
    return { losses, end: net.parameters().map(arrays => arrays.map(a => [...a])),
             seen: lab.inspect(pass) };
}"""


@pytest.fixture(scope="module")
def tables():
    return playground_tables.script()


@pytest.fixture(scope="module")
def engine(chromium, tables):
    """A blank page that has the engine and its tables, and nothing else."""
    tab = chromium.new_page()
    tab.add_script_tag(content=tables)
    tab.add_script_tag(path=SCRIPTS / "engine.js")
    yield tab
    tab.close()


def test_engine_reads_a_table_as_it_is_meant(engine):
    """Kinks, edges and tails included, at every position of every parameter."""
    x = np.unique(np.concatenate([X[::7], [-3, -1, 0, 1, 3, -64, 64, -1e300, 1e300]]))
    for f in ALL:
        shown = [type(f)(0.0), type(f)(1.0)] if hasattr(f, "weight_gradient") else None
        for number, one in enumerate(shown or playground_tables.variants(f)):
            at = np.concatenate([x, one.kinks])
            found = engine.evaluate(
                """([id, number, x]) => {
                    const { tables, Curve } = window.actfunPlayground;
                    const entry = tables.functions.find(f => f.id === id);
                    const values = x.slice(), slopes = x.slice();
                    new Curve(entry.tables[number]).read(x, values, slopes, x.length);
                    return [values, slopes];
                }""",
                [playground_tables.ident(f), number, at.tolist()],
            )
            np.testing.assert_array_equal(found, read(one, at), err_msg=str(one))


def parameters(net):
    """Lists of numbers, as the engine keeps them."""
    return [
        [layer.weights.ravel().tolist(), layer.bias.tolist()]
        + ([[layer.activation.weight]] if isinstance(layer.activation, PReLU) else [])
        for layer in net.layers
    ]


def side_by_side(engine, f, position, optimiser, rate, init, sizes=DEPTH, centred=False):
    """The book's network after ten steps, and what the engine's has become from the same start."""
    points = np.reshape(playground_tables.data_sets()[0]["points"], (-1, 3))[:200]
    x, y = points[:, :2] / 1000, points[:, 2]
    net = network.MLP(sizes, f, init=init, loss="logistic", seed=1, centred=centred)
    rng = np.random.default_rng(0)
    batches = [rng.permutation(len(x))[:BATCH] for _ in range(STEPS)]
    given = [playground_tables.ident(f), position, sizes, parameters(net), x.ravel().tolist()]
    given += [y.tolist(), [batch.tolist() for batch in batches], optimiser, rate]
    theirs = engine.evaluate(TRAIN, given)
    descent = Descent(Training(1, rate, optimiser=optimiser))
    losses = []
    for batch in batches:
        gradients = net.gradients(x[batch], y[batch])
        losses.append(gradients.loss)
        descent.update(net.layers, gradients.parameters)
    np.testing.assert_allclose(theirs["losses"], losses, rtol=1e-6)
    return net, x, y, theirs


@pytest.mark.parametrize("optimiser, rate", [("sgd", 0.05), ("adam", 0.01)])
@each_function
def test_engine_trains_as_the_books_network(engine, f, optimiser, rate):
    """Same weights, same batches, ten steps: every parameter within a millionth of its size."""
    start = [p.default for p in playground_tables._movable(f).values()]
    position = [playground_tables.positions(p).index(p.default)
                for p in playground_tables._movable(f).values()]  # fmt: skip
    assert start == [getattr(f, name) for name in playground_tables._movable(f)]
    net, x, y, theirs = side_by_side(engine, f, position, optimiser, rate, "he")
    for ours, found in zip(parameters(net), theirs["end"], strict=True):
        for mine, other in zip(ours, found, strict=True):
            np.testing.assert_allclose(other, mine, rtol=1e-6, atol=1e-12)
    check_instruments(net, x, y, theirs["seen"])


def check_instruments(net, x, y, seen):
    """Silent and dead units and the gradients are those of actfun.diagnostics."""
    np.testing.assert_allclose([s["silent"] for s in seen], diagnostics.sparsity(net, x))
    dead = [np.mean(s["dead"]) for s in seen]
    np.testing.assert_allclose(dead, diagnostics.dead_units(net, x))
    norms = diagnostics.gradient_norms(net, x, y, of="pre_activations")[:-1]
    np.testing.assert_allclose([s["gradient"] for s in seen], norms, rtol=1e-5, atol=1e-12)
    for s, Z in zip(seen, net.forward(x).pre_activations):
        f = net.layers[0].activation
        flat = (np.abs(f.derivative(Z)) < 0.05) & (f(Z) != 0)
        assert s["saturated"] == pytest.approx(flat.mean())


@pytest.mark.parametrize("f", [f for f in ALL if playground_tables._movable(f)], ids=str)
def test_engine_knows_every_position_of_a_parameter(engine, f):
    declared = playground_tables._movable(f)
    counts = [len(playground_tables.positions(p)) for p in declared.values()]
    for position, one in zip(np.ndindex(*counts), list(_each_value(f)), strict=True):
        net, *_, theirs = side_by_side(engine, one, list(position), "sgd", 0.02, "xavier")
        for ours, found in zip(parameters(net), theirs["end"], strict=True):
            for mine, other in zip(ours, found, strict=True):
                np.testing.assert_allclose(other, mine, rtol=1e-6, atol=1e-12)


def _each_value(f):
    return playground_tables.variants(f)


def test_engine_trains_eight_layers_as_well(engine):
    """Deep logistic layers, started badly and well: small gradients keep their digits too."""
    sizes = [2] + [8] * 8 + [1]
    well = network.scaled("xavier", 4)
    for init, centred in [("xavier", False), (well, True)]:
        for optimiser, rate in [("sgd", 0.1), ("adam", 0.01)]:
            net, *_, theirs = side_by_side(
                engine, Sigmoid(), [], optimiser, rate, init, sizes, centred
            )
            for ours, found in zip(parameters(net), theirs["end"], strict=True):
                for mine, other in zip(ours, found, strict=True):
                    np.testing.assert_allclose(other, mine, rtol=1e-6, atol=1e-12)


def test_engine_holds_no_formula():
    """It multiplies and adds; what it knows of functions it reads."""
    source = (SCRIPTS / "engine.js").read_text(encoding="utf-8")
    allowed = {"floor", "imul", "sqrt", "log", "cos", "PI", "abs"}  # log, cos: normal numbers
    assert set(re.findall(r"Math\.(\w+)", source)) == allowed
    assert source.count("Math.log") == source.count("Math.cos") == 1


def test_random_weights_follow_the_rules(engine):
    """Their spread, the same for the same seed, and layers that are centred where wanted."""
    drawn = engine.evaluate("""([rule, centred]) => {
        const lab = window.actfunPlayground;
        const entry = lab.tables.functions.find(f => f.id === 'sigmoid');
        const net = new lab.Network([8, 8, 8, 1], new lab.Activation(entry, []));
        const found = [];
        for (let seed = 0; seed < 200; seed++) {
            net.draw(lab.tables.initialisers.find(r => r.id === rule), 2, centred, seed);
            found.push(net.layers.map(l => [[...l.weights], [...l.bias]]));
        }
        net.draw(lab.tables.initialisers.find(r => r.id === rule), 2, centred, 0);
        return { found, again: net.layers.map(l => [[...l.weights], [...l.bias]]) };
    }""", ["he", True])  # fmt: skip
    assert drawn["again"] == drawn["found"][0]
    weights = np.array([layers[0][0] for layers in drawn["found"]])
    assert weights.std() == pytest.approx(2 * math.sqrt(2 / 8), rel=0.02)
    assert weights.mean() == pytest.approx(0, abs=0.02)
    for layers in drawn["found"]:
        (_, first), (second, bias), _ = layers
        assert not any(first)
        np.testing.assert_allclose(bias, -0.5 * np.reshape(second, (8, 8)).sum(axis=0), atol=1e-6)


def test_tables_are_plain(tables):
    head, _, rest = tables.partition("tables: ")
    found = json.loads(rest.rpartition(" };")[0])
    assert [f["name"] for f in found["functions"]] == [f.name for f in ALL]
    assert len({f["id"] for f in found["functions"]}) == len(ALL)
    assert all(rule.keys() >= {"id", "name", "spread"} for rule in found["initialisers"])
