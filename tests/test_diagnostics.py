"""What the experiments measure, on networks whose answer is known."""

import inspect
import io
import math
import pickle

import numpy as np
import pytest

from actfun import ALL, ELU, SELU, Identity, LeakyReLU, ReLU, Sigmoid, SiLU, Tanh
from actfun.diagnostics import (
    Data,
    Race,
    dead_units,
    digits,
    exact_zeros,
    gradient_norms,
    iris_pairs,
    layer_statistics,
    moons,
    race,
    races,
    setup,
    sparsity,
    spirals,
    summary,
)
from actfun.network import MLP, Maxout, lecun, scaled, xavier
from actfun.network.stacks import train_together

# ------------------------------------------------------------------------------------- data


@pytest.mark.parametrize(
    ("load", "shapes", "classes"),
    [(digits, (1400, 397, 64), 10), (moons, (400, 400, 2), 2), (spirals, (400, 400, 2), 2)],
)
def test_data_are_split_scaled_and_read_only(load, shapes, classes):
    data = load()
    train, test, features = shapes
    assert data.X.shape == (train, features)
    assert data.X_test.shape == (test, features)
    assert data.y.shape == (train,)
    assert data.y_test.shape == (test,)
    np.testing.assert_allclose(data.X.mean(axis=0), 0, atol=1e-12)
    assert data.X.var() == pytest.approx(1)
    assert set(data.y) == set(data.y_test) == set(range(classes))
    together = np.vstack([data.X, data.X_test])
    assert len(np.unique(together, axis=0)) == train + test  # no sample in both parts
    for array in data:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    assert load() is data


def by_hand(X, y, test, deviation):
    """Shuffled and split as the book does, both parts scaled by the training part."""
    order = np.random.default_rng(0).permutation(len(X))
    X, y = X[order], y[order]
    train, rest = X[:-test], X[-test:]
    scale = deviation(train - train.mean(axis=0))
    return Data(
        (train - train.mean(axis=0)) / scale,
        y[:-test],
        (rest - train.mean(axis=0)) / scale,
        y[-test:],
    )


def test_the_test_part_is_scaled_by_the_training_part():
    from sklearn.datasets import load_digits, make_moons

    pairs = [
        (digits(), by_hand(*load_digits(return_X_y=True), 397, np.std)),
        (
            moons(),
            by_hand(*make_moons(800, noise=0.2, random_state=0), 400, lambda X: X.std(axis=0)),
        ),
    ]
    for data, expected in pairs:
        for array, other in zip(data, expected, strict=True):
            np.testing.assert_allclose(array, other, rtol=1e-9, atol=1e-12)
        assert np.abs(data.X_test.mean(axis=0)).max() > 0.01
    # The spirals have no source to start from: their test part keeps a mean and a scale of its own.
    X_test = spirals().X_test
    assert np.abs(X_test.mean(axis=0)).min() > 1e-3
    assert np.abs(X_test.std(axis=0) - 1).min() > 1e-3


def test_the_spirals_wind_around_each_other():
    data = spirals()
    X, y = np.vstack([data.X, data.X_test]), np.concatenate([data.y, data.y_test])
    assert abs(MLP([2, 1], loss="logistic", seed=0).accuracy(X, y) - 0.5) < 0.2
    distances = np.linalg.norm(X[:, None] - X[None], axis=-1)
    np.fill_diagonal(distances, np.inf)
    assert (y[distances.argmin(axis=1)] == y).mean() > 0.97


def test_what_is_wrong_is_refused_whatever_was_asked_before():
    assert digits(True) is digits()
    for centred in (1, 0, [], None):
        with pytest.raises(TypeError, match="centred must be True or False"):
            digits(centred)


def test_nobody_can_change_the_data_of_others():
    pairs = iris_pairs()
    expected = {name: (X.copy(), y.copy()) for name, (X, y) in pairs.items()}
    pairs.clear()
    again = iris_pairs()
    assert list(again) == list(expected)
    for name, (X, y) in again.items():
        assert np.array_equal(X, expected[name][0]) and np.array_equal(y, expected[name][1])
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(X.std(axis=0), 1)


def test_iris_pairs_are_petals_and_the_first_name_is_class_0():
    from sklearn.datasets import load_iris

    iris = load_iris()
    X, y = iris_pairs()["setosa, virginica"]
    petals = iris.data[iris.target != 1][:, 2:]
    np.testing.assert_allclose(X, (petals - petals.mean(axis=0)) / petals.std(axis=0))
    assert y.tolist() == [0] * 50 + [1] * 50


def test_data_are_equal_by_contents_and_say_what_they_are():
    data = digits()
    twin = pickle.loads(pickle.dumps(data))
    assert twin == data and not twin != data and twin is not data
    assert data != digits(centred=False) and not data == moons()
    assert repr(data) == "Data(1400 × 64 for training, 397 × 64 for testing)"
    assert repr(Data([[1]], [0], [], [])) == "Data(1 × 1 for training, 0 for testing)"
    statistics = layer_statistics(ReLU(), depth=2, width=4)
    assert statistics == layer_statistics(ReLU(), depth=2, width=4)
    assert statistics != layer_statistics(ReLU(), depth=2, width=4, seed=1)


def test_pixels_from_paper_to_ink():
    data = digits(centred=False)
    assert (data.X.min(), data.X.max()) == (0, 1)
    assert np.array_equal(data.y, digits().y)
    scale = np.ptp(digits().X)
    difference = digits().X - digits().X[0], data.X - data.X[0]
    np.testing.assert_allclose(np.corrcoef(*map(np.ravel, difference))[0, 1], 1)
    assert scale > 1


def test_two_iris_pairs_separate_and_one_does_not():
    from actfun.network import Perceptron

    pairs = iris_pairs()
    converged = {
        names: Perceptron(2).fit(X, y, max_epochs=200).converged for names, (X, y) in pairs.items()
    }
    assert converged == {
        "setosa, versicolor": True,
        "setosa, virginica": True,
        "versicolor, virginica": False,
    }
    for X, y in pairs.values():
        assert X.shape == (100, 2)
        assert y.sum() == 50


# -------------------------------------------------------------------------- looking into a network


def net_with_bias(activation, *biases):
    """One hidden layer with these biases, weights 1, on inputs −1, 0 and 1."""
    net = MLP([1, len(biases), 1], activation, loss="logistic")
    net.layers[0].weights[:] = 1
    net.layers[0].bias[:] = biases
    return net, np.array([[-1.0], [0.0], [1.0]])


def test_dead_means_no_slope_on_any_sample():
    # z over the samples: −6 … −4 dead, −1 … 1 alive, −2 … 0 dead (slope 0 at 0), 1 … 3 alive
    net, X = net_with_bias(ReLU(), -5, 0, -1, 2)
    assert dead_units(net, X) == [0.5]
    assert sparsity(net, X) == [(3 + 2 + 3 + 0) / 12]
    assert exact_zeros(net, X) == [2]
    net.layers[0].activation = LeakyReLU()
    assert dead_units(net, X) == [0]
    assert sparsity(net, X) == [2 / 12]


def test_a_saturated_unit_is_dead_only_when_its_slope_underflows():
    assert dead_units(*net_with_bias(Sigmoid(), -50, 0)) == [0]
    assert dead_units(*net_with_bias(Sigmoid(), -1000, 0)) == [0.5]


def test_every_hidden_layer_is_looked_at_and_the_output_is_not():
    net = MLP([1, 2, 4, 1], [ReLU(), Tanh()], loss="squared")
    first, second, output = net.layers
    first.weights[:], first.bias[:] = 1, [-9, 0]
    second.weights[:], second.bias[:] = 0, [0, 0, 0, 1]
    output.weights[:], output.bias[:] = 0, 0
    X = [[-1.0], [2.0]]
    assert dead_units(net, X).tolist() == [0.5, 0]
    assert sparsity(net, X).tolist() == [0.75, 0.75]
    assert exact_zeros(net, X).tolist() == [0, 6]
    for none in (dead_units(MLP([1, 2]), X), exact_zeros(MLP([1, 2]), X)):
        assert none.shape == (0,)


def test_dead_pieces_of_a_maxout_layer():
    net = MLP([1, 1, 1], Maxout(3), loss="logistic")
    net.layers[0].weights[:] = [[[1]], [[-1]], [[0]]]
    net.layers[0].bias[:] = [[0], [0], [-1]]
    assert dead_units(net, [[-1], [2]]) == pytest.approx(1 / 3)
    assert exact_zeros(net, [[0], [2]]) == [2]


def test_a_dead_layer_gets_no_gradient_and_a_leak_revives_it():
    net = MLP([64, 20, 20, 10], ReLU())
    net.layers[0].bias[:] = -1000
    X, y, *_ = digits()
    assert dead_units(net, X)[0] == 1
    assert gradient_norms(net, X, y)[0] == 0
    net.layers[0].activation = LeakyReLU(0.1)
    assert dead_units(net, X)[0] == 0
    assert gradient_norms(net, X, y)[0] > 0


def test_gradient_norms_are_those_of_back_propagation():
    X, y, *_ = moons()
    net = MLP([2, 8, 8, 1], Tanh(), "xavier", loss="logistic")
    gradients = net.gradients(X, y)
    expected = [np.linalg.norm(dW) for dW, _ in gradients.parameters]
    np.testing.assert_allclose(gradient_norms(net, X, y), expected)
    expected = [np.linalg.norm(delta) for delta in gradients.pre_activations]
    np.testing.assert_allclose(gradient_norms(net, X, y, of="pre_activations"), expected)


def test_gradient_norms_by_hand():
    # One sample x = (3, 4), target 0, linear: z = 1, loss 1, so ∂/∂z = 2 and ∂/∂W = (6, 8).
    net = MLP([2, 1], loss="squared")
    net.layers[0].weights[:], net.layers[0].bias[:] = [[-1], [1]], 0
    assert gradient_norms(net, [[3, 4]], [0]).tolist() == [10]
    assert gradient_norms(net, [[3, 4]], [0], of="pre_activations").tolist() == [2]


def test_gradients_vanish_in_a_deep_logistic_network():
    X, y, *_ = digits()
    ratios = []
    for init in (xavier, scaled(xavier, 4)):
        norms = gradient_norms(
            MLP([64] * 11 + [10], Sigmoid(), init, centred=True), X, y, of="pre_activations"
        )
        ratios.append(norms[0] / norms[-1])
    assert ratios[0] < 1e-4
    assert ratios[1] > 1e-2


# ---------------------------------------------------------------------------------- statistics


def test_the_identity_keeps_its_variance_with_lecun_weights():
    statistics = layer_statistics(Identity(), lecun, depth=20, width=400)
    np.testing.assert_allclose(statistics.std, 1, atol=0.15)
    np.testing.assert_allclose(statistics.gradient, 1, atol=0.15)
    np.testing.assert_allclose(statistics.mean, 0, atol=0.05)


def test_statistics_of_a_layer_by_hand():
    rng = np.random.default_rng(3)
    inputs = rng.standard_normal((50, 8))
    statistics = layer_statistics(ELU(), "he", depth=2, width=8, seed=5, inputs=inputs)
    rng = np.random.default_rng(5)
    first, second = (rng.standard_normal((8, 8)) * math.sqrt(2 / 8) for _ in range(2))
    Z1 = inputs @ first
    Z2 = ELU()(Z1) @ second
    A2 = ELU()(Z2)
    delta2 = rng.standard_normal(A2.shape) * ELU().derivative(Z2)
    delta1 = delta2 @ second.T * ELU().derivative(Z1)
    np.testing.assert_allclose(statistics.mean, [ELU()(Z1).mean(), A2.mean()])
    np.testing.assert_allclose(statistics.std, [ELU()(Z1).std(), A2.std()])
    spread = [math.sqrt(np.mean(np.var(A, axis=0))) for A in (ELU()(Z1), A2)]
    np.testing.assert_allclose(statistics.spread, spread)
    rms = [math.sqrt(np.mean(delta**2)) for delta in (delta1, delta2)]
    np.testing.assert_allclose(statistics.gradient, rms)


def test_selu_keeps_its_fixed_point_and_others_do_not():
    selu = layer_statistics(SELU(), lecun, depth=100)
    assert abs(selu.mean[-1]) < 0.1
    assert 0.85 < selu.std[-1] < 1.15
    assert layer_statistics(Tanh(), xavier, depth=100).std[-1] < 0.1
    assert layer_statistics(SiLU(), "he", depth=100).std[-1] < 1e-12
    assert layer_statistics(SELU(), xavier, depth=100, seed=1).std[-1] == pytest.approx(1, abs=0.15)
    assert layer_statistics(SELU(), "he", depth=100).std[-1] > 10


def test_alpha_dropout_keeps_the_fixed_point_and_dropout_does_not():
    def std(**kind):
        return layer_statistics(SELU(), lecun, depth=50, width=256, **kind).std[-1]

    assert std(alpha_dropout=0.1) == pytest.approx(1, abs=0.15)
    assert std(dropout=0.1) > 1.2


@pytest.mark.parametrize("kind", ["dropout", "alpha_dropout"])
def test_one_layer_of_dropout_keeps_the_mean(kind):
    options = dict(depth=1, width=200, samples=5000)
    before = layer_statistics(SELU(), lecun, **options)
    after = layer_statistics(SELU(), lecun, **options, **{kind: 0.3})
    assert after.mean[0] == pytest.approx(before.mean[0], abs=0.01)
    if kind == "alpha_dropout":
        assert after.std[0] == pytest.approx(before.std[0], abs=0.01)
    else:  # E[a²]/(1 − rate)
        assert after.std[0] == pytest.approx(before.std[0] / math.sqrt(0.7), abs=0.01)


def backwards(Z, A, mask, W, gradient, f):
    """What arrives at the pre-activations, and below them."""
    delta = gradient * mask * f.derivative(Z)
    return math.sqrt(np.mean(delta**2)), delta @ W.T


@pytest.mark.parametrize("rate", [0.2, 0.6])
@pytest.mark.parametrize("kind", ["dropout", "alpha_dropout"])
def test_dropout_by_hand(kind, rate):
    """Which units are kept, what becomes of them, and no gradient through the others."""
    inputs = np.random.default_rng(3).standard_normal((50, 8))
    statistics = layer_statistics(
        SELU(), lecun, depth=2, width=8, seed=5, inputs=inputs, **{kind: rate}
    )
    rng, A, layers = np.random.default_rng(5), inputs, []
    for _ in range(2):
        W = rng.standard_normal((8, 8)) * math.sqrt(1 / 8)
        Z = A @ W
        draw = rng.random((50, 8))
        if kind == "dropout":
            mask = (draw >= rate) / (1 - rate)
            A = SELU()(Z) * mask
        else:  # Klambauer et al. (2017): a(x d + α′(1 − d)) + b
            keep, low = 1 - rate, SELU().limits[0]
            a = (keep + low**2 * keep * (1 - keep)) ** -0.5
            b = -a * (1 - keep) * low
            A = a * np.where(draw < keep, SELU()(Z), low) + b
            mask = a * (draw < keep)
        layers.append((Z, A, mask, W))
    np.testing.assert_allclose(statistics.mean, [layer[1].mean() for layer in layers])
    np.testing.assert_allclose(statistics.std, [layer[1].std() for layer in layers])
    gradient, lengths = rng.standard_normal((50, 8)), []
    for layer in reversed(layers):
        length, gradient = backwards(*layer, gradient, SELU())
        lengths.append(length)
    np.testing.assert_allclose(statistics.gradient, lengths[::-1])


def test_batch_norm_holds_any_activation_in_place():
    plain = layer_statistics(Sigmoid(), xavier, depth=50)
    normed = layer_statistics(Sigmoid(), xavier, depth=50, batch_norm=True)
    assert plain.std[-1] > 0.1  # between units: every sample gives the same activations
    assert plain.spread[-1] < 1e-12
    assert normed.spread[-1] > 0.1
    assert plain.gradient[0] < 1e-20
    assert normed.gradient[0] > 1e-3


def test_the_gradient_of_batch_norm_against_finite_differences():
    inputs = np.random.default_rng(0).standard_normal((6, 4))
    statistics = layer_statistics(Tanh(), depth=2, width=4, batch_norm=True, inputs=inputs)
    rng = np.random.default_rng(0)
    weights = [rng.standard_normal((4, 4)) * math.sqrt(2 / 4) for _ in range(2)]
    upstream = rng.standard_normal((6, 4))

    def normalised(Z):
        return (Z - Z.mean(axis=0)) / Z.std(axis=0)

    def objective(Z1):  # a function of the normalised pre-activations of the first layer
        return np.sum(upstream * np.tanh(normalised(np.tanh(Z1) @ weights[1])))

    Z1, slopes = normalised(inputs @ weights[0]), np.empty((6, 4))
    for index in np.ndindex(6, 4):
        step = np.zeros((6, 4))
        step[index] = 1e-6
        slopes[index] = (objective(Z1 + step) - objective(Z1 - step)) / 2e-6
    assert statistics.gradient[0] == pytest.approx(math.sqrt(np.mean(slopes**2)), rel=1e-6)


def test_random_biases_and_centring_by_hand():
    inputs = np.random.default_rng(3).standard_normal((50, 4))
    statistics = layer_statistics(
        Sigmoid(), "framework_default", depth=2, width=4, seed=5, centred=True, inputs=inputs
    )
    rng, A = np.random.default_rng(5), inputs
    for layer, offset in enumerate((0, 0.5)):
        W, b = rng.uniform(-0.5, 0.5, (4, 4)), rng.uniform(-0.5, 0.5, 4)
        A = Sigmoid()((A - offset) @ W + b)
        assert statistics.mean[layer] == pytest.approx(A.mean())
        assert statistics.spread[layer] == pytest.approx(math.sqrt(A.var(axis=0).mean()))


def test_centred_statistics_of_the_logistic_function():
    plain = layer_statistics(Sigmoid(), scaled(xavier, 4), depth=30)
    centred = layer_statistics(Sigmoid(), scaled(xavier, 4), depth=30, centred=True)
    assert abs(centred.mean[-1] - 0.5) < 0.02
    assert centred.gradient[0] > 10 * plain.gradient[0]


# -------------------------------------------------------------------------------------- races


def small_race(**arguments):
    configurations = {
        "wide": dict(sizes=[2, 16, 1], activation=Tanh(), init="xavier", loss="logistic"),
        "none": dict(sizes=[2, 1], loss="logistic", learning_rate=0.01),
    }
    return race(configurations, moons(), **{"seeds": range(3), "epochs": 10, **arguments})


def test_a_race_is_the_training_it_stands_for():
    result = small_race()
    net = MLP([2, 16, 1], Tanh(), "xavier", loss="logistic", seed=2)
    net.fit(moons().X, moons().y, 10, 0.05)
    assert result.scores["wide"][2] == net.accuracy(moons().X_test, moons().y_test)
    net = MLP([2, 1], loss="logistic", seed=0)
    net.fit(moons().X, moons().y, 10, 0.01)
    assert result.scores["none"][0] == net.accuracy(moons().X_test, moons().y_test)
    assert not result.diverged["wide"].any()


def test_the_setup_says_what_a_race_with_the_same_arguments_does():
    sizes = [64, 32, 32, 10]
    design = dict(
        configurations={
            "a": dict(sizes=sizes, activation=ReLU()),
            "b": dict(
                sizes=sizes,
                activation=Sigmoid(),
                init=["xavier", scaled("xavier", 4), scaled("xavier", 4)],
                centred=True,
                learning_rate=0.5,
                optimiser="adam",
            ),
        },
        data=digits(),
        epochs=3,
        seeds=range(2),
    )
    assert dict(setup(**design).rows) == {
        "data": "digits of 8 × 8 pixels",
        "split": "1400 for training, 397 for testing",
        "network": "64–32–32–10",
        "activation": "ReLU / Sigmoid",
        "start": "He / Xavier, then 4 × Xavier, centred",
        "loss": "cross-entropy",
        "optimiser": "SGD, momentum 0.9, batches of 32 / Adam, batches of 32",
        "learning rate": "0.05 / 0.5",
        "updates": "132 (3 epochs)",
        "seeds": "2",
        "guessing scores": "11%",
    }
    assert inspect.signature(setup) == inspect.signature(race)


def test_the_setup_of_one_regression_in_one_batch():
    X, y = np.zeros((7, 3)), np.arange(7) / 2
    line = {"line": dict(sizes=[3, 1], loss="squared")}
    design = dict(seeds=[0], batch_size=None, momentum=0, epochs=1, measure=lambda *run: 0)
    rows = dict(setup(line, (X, y, X, y), **design).rows)
    assert rows["data"] == "3 features"
    assert rows["optimiser"] == "SGD, all data at once"
    assert rows["updates"] == "1 (1 epoch)"
    assert not {"guessing scores", "activation"} & set(rows)
    for whole in (np.arange(7) - 3, 10**12 * np.arange(7)):
        assert dict(setup(line, (X, whole, X, whole), **design).rows) == rows
    with pytest.raises(ValueError, match=r"\['a'\].*'sizes'"):
        setup({"a": {}}, moons())


def test_a_race_may_measure_anything():
    result = small_race(measure=lambda net, data: net.parameter_count)
    assert result.scores["wide"].tolist() == [65] * 3
    assert result.rows()[0] == ("wide", "65", "0", "65", "65", "3", "0")


def test_a_diverging_run_is_counted():
    configurations = {"wild": dict(sizes=[2, 8, 1], activation=ReLU(), loss="squared")}
    result = race(configurations, moons(), seeds=[0, 1], epochs=50, learning_rate=50.0)
    assert result.diverged["wild"].tolist() == [True, True]
    assert summary(result)[0].diverged == 2


def test_the_summary_of_known_scores():
    result = Race(
        {"a": np.array([0.5, 0.7, 0.9]), "|x|": np.array([1.0])},
        {"a": np.array([False, True, False]), "|x|": np.array([False])},
    )
    first, second = summary(result)
    assert first == pytest.approx(("a", 0.7, 0.2, 0.5, 0.9, 3, 1))
    assert second.mean == 1
    assert math.isnan(second.sd)
    assert result._repr_markdown_().splitlines() == [
        "|  | mean | sd | min | max | seeds | diverged |",
        "| :-- | --: | --: | --: | --: | --: | --: |",
        "| a | 70.0% | 20.0% | 50.0% | 90.0% | 3 | 1 |",
        r"| \|x\| | 100.0% | – | 100.0% | 100.0% | 1 | 0 |",
    ]
    text = repr(result).splitlines()
    assert text[2].split() == "a 70.0% 20.0% 50.0% 90.0% 3 1".split()
    assert len({len(line) for line in text}) == 1


def test_progress_is_silent_where_nobody_looks(capsys, monkeypatch):
    small_race()
    small_race(progress=True)
    assert capsys.readouterr() == ("", "")
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr("sys.stderr", stream)
    small_race(progress=False)
    assert stream.getvalue() == ""
    small_race()
    assert "0/6" in stream.getvalue()
    assert stream.getvalue().endswith("\r")  # and nothing of it stays


def test_every_configuration_is_tried_before_any_is_trained(monkeypatch):
    def train(*arguments, **options):
        raise AssertionError("trained before all was checked")

    monkeypatch.setattr(races, "train_together", train)
    good = dict(sizes=[2, 1], loss="logistic")
    unusable = {
        "activation must be an activation": dict(sizes=[2, 3, 1], loss="logistic"),
        "init must be one of": dict(good, init="glorot"),
        "exactly 1 output": dict(sizes=[2, 2], loss="logistic"),
        "2 columns|3 columns": dict(sizes=[3, 1], loss="logistic"),
        r"learning_rate must lie in \(0, ∞\)": dict(good, learning_rate=0),
        r"momentum must lie in \[0, 1\)": dict(good, momentum=1),
        "epochs must be an integer": dict(good, epochs=2.5),
        "batch_size must be at least 1": dict(good, batch_size=0),
        r"y must have shape \(400, 2\)": dict(sizes=[2, 2], loss="squared"),
    }
    for words, configuration in unusable.items():
        with pytest.raises((TypeError, ValueError), match=words) as caught:
            race({"good": good, "bad": configuration}, moons())
        assert str(caught.value).startswith("configurations['bad']")
    X, y, X_test, y_test = moons()
    with pytest.raises(ValueError, match=r"configurations\['real'\]: y must hold labels.* 0 or 1"):
        race({"real": dict(sizes=[2, 1], loss="squared")}, (X, X[:, 0], X_test, X_test[:, 0]))
    for data, words in (
        ((X, y, X_test, y_test + 1), "0 or 1, got 2"),
        ((X, y, X, y[:9]), "400 labels"),
    ):
        with pytest.raises(ValueError, match=words):
            race({"good": good}, data)


def measure_until(stop, error):
    """Measures 1, 2, 3 …, until it raises."""
    count = iter(range(1, 100))

    def measure(net, data):
        score = next(count)
        if score == stop:
            raise error
        return score

    return measure


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError("mine")])
def test_finished_runs_survive_an_interruption(error):
    with pytest.raises(type(error)) as caught:
        small_race(measure=measure_until(5, error), epochs=1)
    finished = caught.value.race
    assert {label: scores.tolist() for label, scores in finished.scores.items()} == {
        "wide": [1, 2, 3],
        "none": [4],
    }
    assert [row.seeds for row in summary(finished)] == [3, 1]
    assert "wide" in repr(finished)
    with pytest.raises(type(error)) as caught:
        small_race(measure=measure_until(1, error), epochs=1)
    assert caught.value.race == Race({}, {}, percent=False)
    assert repr(caught.value.race) == "no finished run"


def test_finished_configurations_survive_an_interruption_of_the_training(monkeypatch):
    def train(nets, X, y, training):
        if nets[0].sizes == [2, 1]:  # the second configuration
            raise KeyboardInterrupt
        train_together(nets, X, y, training)

    monkeypatch.setattr(races, "train_together", train)
    with pytest.raises(KeyboardInterrupt) as caught:
        small_race()
    monkeypatch.undo()
    assert list(caught.value.race.scores) == ["wide"]
    assert caught.value.race.scores["wide"].tolist() == small_race().scores["wide"].tolist()


def test_a_measure_that_is_no_number_is_named():
    with pytest.raises(TypeError, match=r"measure must return a number, got \[1, 2\]"):
        small_race(measure=lambda net, data: [1, 2], epochs=1)


def test_seeds_may_come_from_a_generator_and_nothing_is_changed():
    configurations = {"a": dict(sizes=[2, 4, 1], activation=[Tanh()], loss="logistic", epochs=1)}
    kept = {"a": dict(configurations["a"])}
    result = race(configurations, tuple(moons()), seeds=(seed for seed in (4, 7)))
    assert configurations == kept
    assert result == race(configurations, moons(), seeds=[4, 7])
    assert result.scores["a"].size == 2
    assert result.scores["a"][0] == race(configurations, moons(), seeds=[4]).scores["a"][0]
    assert result != race(configurations, moons(), seeds=[4, 8])


def test_a_race_is_equal_by_contents_and_keeps_its_own():
    scores, diverged = {"a": np.array([0.5, 0.75])}, {"a": [False, True]}
    result = Race(scores, diverged)
    assert pickle.loads(pickle.dumps(result)) == result
    assert result != Race(scores, {"a": [True, True]})
    assert result != Race(scores, diverged, percent=False)
    scores["a"][:] = 0
    scores["b"] = 1
    assert result.scores["a"].tolist() == [0.5, 0.75]
    assert list(result.scores) == ["a"]
    assert repr(result).startswith(" ") and "at 0x" not in repr(result)


def test_infinite_scores_warn_of_nothing():
    result = Race({"a": [math.inf, 1.0], "b": [math.nan, 1.0]}, {"a": [True] * 2, "b": [True] * 2})
    first, second = summary(result)
    assert (first.mean, first.low, first.high) == (math.inf, 1, math.inf)
    assert math.isnan(first.sd) and math.isnan(second.mean)
    assert result.rows()[0] == ("a", "inf%", "–", "100.0%", "inf%", "2", "2")


@pytest.mark.parametrize("activation", ALL, ids=str)
def test_nothing_raises_where_numpy_is_told_to_raise(activation):
    X, y, *_ = moons()
    with np.errstate(all="raise"):
        net = MLP([2, 8, 8, 1], activation, loss="squared", seed=0)
        for layer in net.layers:
            layer.weights *= 1e30
        for look in (dead_units, sparsity, exact_zeros):
            assert look(net, X * 1e250).shape == (2,)
        for of in ("weights", "pre_activations"):
            assert gradient_norms(net, X * 1e250, y, of).shape == (3,)
        for options in ({}, {"batch_norm": True}, {"dropout": 0.5}, {"alpha_dropout": 0.5}):
            init = scaled("he", 1e6)
            layer_statistics(activation, init, depth=100, width=8, samples=8, **options)
            layer_statistics(
                activation, scaled("he", 1e-6), depth=100, width=8, samples=8, **options
            )
        plan = {
            "a": dict(sizes=[2, 4, 1], activation=activation, loss="squared", learning_rate=1e30)
        }
        summary(race(plan, moons(), seeds=[0], epochs=3))


class Bump:
    """An activation of the reader's own, which NumPy would complain of."""

    def __call__(self, x):
        return np.exp(-x * x)

    def derivative(self, x):
        return -2 * x * np.exp(-x * x)


def test_instruments_do_not_raise_where_numpy_is_told_to_raise():
    net = MLP([1, 3, 1], Bump(), loss="squared")
    net.layers[0].weights[:], net.layers[0].bias[:] = 1, [0, 0, 1]
    net.layers[1].weights[:] = 0
    with np.errstate(all="raise"):
        assert dead_units(net, [[50.0], [60.0]]).tolist() == [1]
        assert dead_units(net, [[0.5], [60.0]]).tolist() == [0]
        assert gradient_norms(net, [[0.0]], [1e-200], "pre_activations").tolist() == [0, 0]
        assert gradient_norms(net, [[0.0]], [1e200])[1] == math.inf


# --------------------------------------------------------------------------------- what it refuses

NET = MLP([2, 3, 1], ReLU(), loss="logistic")
ONE = {"one": dict(sizes=[2, 1], loss="logistic")}
REFUSED = [
    (lambda: dead_units(ReLU(), [[1, 2]]), TypeError, "net must be an MLP.*ReLU"),
    (lambda: dead_units(NET, [[1, 2, 3]]), ValueError, r"X.*2 columns.*\(1, 3\)"),
    (lambda: sparsity(None, [[1, 2]]), TypeError, "net.*NoneType"),
    (lambda: exact_zeros(3, [[1, 2]]), TypeError, "net.*int"),
    (lambda: gradient_norms(NET, [[1, 2]], [1], of="z"), ValueError, "of.*pre_activations.*'z'"),
    (lambda: gradient_norms(NET, [[1, 2]], [2]), ValueError, "y.*0 or 1"),
    (lambda: digits(centred="yes"), TypeError, "centred.*'yes'"),
    (lambda: layer_statistics(ReLU), TypeError, r"activation.*ReLU\(\)"),
    (lambda: layer_statistics(ReLU(), "hee"), ValueError, "init.*'he'.*'hee'"),
    (lambda: layer_statistics(ReLU(), depth=0), ValueError, "depth.*at least 1"),
    (lambda: layer_statistics(ReLU(), width=1.5), TypeError, "width.*integer"),
    (lambda: layer_statistics(ReLU(), samples=0), ValueError, "samples"),
    (lambda: layer_statistics(ReLU(), seed=-1), ValueError, "seed"),
    (lambda: layer_statistics(ReLU(), dropout=1), ValueError, r"dropout.*\[0, 1\).*1"),
    (lambda: layer_statistics(ReLU(), alpha_dropout=-0.1), ValueError, "alpha_dropout.*-0.1"),
    (lambda: layer_statistics(ReLU(), inputs=[[1, 2]]), ValueError, "inputs.*128 columns"),
    (lambda: layer_statistics(ReLU(), samples=1, batch_norm=True), ValueError, "samples.*2"),
    (lambda: race([], moons()), TypeError, "configurations.*dict"),
    (lambda: race({}, moons()), TypeError, "configurations.*non-empty"),
    (lambda: race({"a": {}}, moons()), ValueError, r"configurations\['a'\].*'sizes'"),
    (lambda: race({"a": {**ONE["one"], "width": 3}}, moons()), ValueError, r"\['a'\].*'width'"),
    (lambda: race({"a": {**ONE["one"], "seed": 3}}, moons()), ValueError, r"\['a'\].*'seed'"),
    (lambda: race(ONE, moons().X), TypeError, "data.*X_test"),
    (lambda: race(ONE, moons(), seeds=[]), ValueError, "seeds.*at least one"),
    (lambda: race(ONE, moons(), seeds=3), TypeError, "seeds.*3"),
    (lambda: race(ONE, moons(), seeds=[0.5]), TypeError, "seed.*integer"),
    (lambda: race(ONE, moons(), epochs=0), ValueError, "epochs.*at least 1"),
    (lambda: race(ONE, Data(*digits())), ValueError, "X.*2 columns"),
    (lambda: race(ONE, moons(), measure="accuracy"), TypeError, "measure.*'accuracy'"),
    (lambda: race(ONE, moons(), seeds="12"), TypeError, "seeds.*integer.*'1'"),
    (lambda: race(ONE, moons(), progress=1), TypeError, "progress.*True or False.*1"),
    (lambda: Race([1], {}), TypeError, "scores and diverged must be dicts"),
    (lambda: Race({"a": [[1]]}, {"a": [[1]]}), ValueError, r"scores\['a'\].*per seed.*\(1, 1\)"),
    (lambda: Race({"a": []}, {"a": []}), ValueError, r"scores\['a'\].*per seed.*\(0,\)"),
    (lambda: Race({"a": ["x"]}, {"a": [0]}), TypeError, r"scores\['a'\] must hold real numbers"),
    (lambda: Race({"a": [1, 2]}, {"a": [True]}), ValueError, r"diverged\['a'\].*2 booleans.*True"),
    (lambda: Race({"a": [1, 2]}, {}), ValueError, r"diverged must have.*scores, \['a'\], got \[\]"),
    (
        lambda: Race({"a": [1]}, {"a": [False], "z": [True]}),
        ValueError,
        r"diverged must have the labels of scores.*got \['a', 'z'\]",
    ),
    (lambda: Race({"a": [1]}, {"a": ["no"]}), TypeError, r"each of diverged\['a'\].*str 'no'"),
    (lambda: Race({"a": [1]}, {"a": [[1], [1, 0]]}), TypeError, r"each of diverged\['a'\].*list"),
    (lambda: layer_statistics(ReLU(), centred=1), TypeError, "centred.*True or False.*1"),
    (
        lambda: layer_statistics(ReLU(), batch_norm=None),
        TypeError,
        "batch_norm.*True or False.*None",
    ),
    (lambda: layer_statistics(Maxout(2)), TypeError, "activation.*Maxout"),
    (lambda: layer_statistics(ReLU(), dropout="0.1"), TypeError, "dropout.*real number.*'0.1'"),
    (
        lambda: layer_statistics(ReLU(), inputs=[[math.nan] * 128]),
        ValueError,
        "inputs must be finite",
    ),
    (lambda: dead_units(NET, [[math.nan, 0]]), ValueError, "X must be finite"),
    (lambda: sparsity(NET, [["a", "b"]]), TypeError, "X must hold real"),
    (lambda: gradient_norms(NET, [[1, 2]], [0, 1]), ValueError, "y must hold 1 labels.*2"),
    (lambda: gradient_norms([NET], [[1, 2]], [0]), TypeError, "net must be an MLP.*list"),
    (lambda: summary({"a": [1]}), TypeError, "result must be a Race.*dict"),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_what_it_cannot_use_it_refuses_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call()
