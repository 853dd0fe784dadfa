"""The network: by hand, against finite differences, and what it says to unusable input."""

import copy
import io
import math
import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest

import actfun
from actfun import ALL, Identity, PReLU, ReLU, Sigmoid, Step, Tanh, softmax
from actfun.network import (
    MLP,
    CrossEntropy,
    Dense,
    History,
    Initialiser,
    Logistic,
    Maxout,
    MaxoutLayer,
    Neuron,
    Perceptron,
    Squared,
    framework_default,
    he,
    keeping,
    lecun,
    novikoff_bound,
    scaled,
    siren,
    xavier,
)
from actfun.network.initialisers import INITIALISERS
from actfun.network.stacks import train_together
from actfun.network.training import Training

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
AND, OR, XOR = [0, 0, 0, 1], [0, 1, 1, 1], [0, 1, 1, 0]
OUTPUTS = {"cross_entropy": 3, "logistic": 1, "squared": 2}


def some_data(loss, samples=7, features=3, seed=0, spread=2.0):
    rng = np.random.default_rng(seed)
    X = spread * rng.standard_normal((samples, features))
    if loss == "squared":
        return X, rng.standard_normal((samples, OUTPUTS[loss]))
    return X, rng.integers(0, max(2, OUTPUTS[loss]), samples)


# ------------------------------------------------------------------------- neuron and perceptron


@pytest.mark.parametrize(
    ("weights", "bias", "truth"),
    [([1, 1], -1.5, AND), ([1, 1], -0.5, OR), ([-2, -2], 3, [1, 1, 1, 0])],
)
def test_a_neuron_is_a_gate(weights, bias, truth):
    assert Neuron(weights, bias, Step())(CORNERS).tolist() == truth


def test_a_neuron_adds_its_weighted_inputs():
    neuron = Neuron([2, -1], 0.5, Tanh())
    assert neuron.pre_activation([[1, 3], [0, 0]]).tolist() == [-0.5, 0.5]
    assert neuron([1, 3]) == np.tanh(-0.5)


def test_perceptron_makes_the_mistakes_worked_by_hand():
    # Two samples, x = −1 labelled 0 and x = 2 labelled 1, from w = b = 0.
    # Epoch 1: z = 0 says 1 for x = −1: mistake, w = 1, b = −1. z = 1 for x = 2: right.
    # Epoch 2: z = −2 and z = 1: both right, so it stops.
    perceptron = Perceptron(1).fit([[-1], [2]], [0, 1])
    assert [(m.epoch, m.sample, m.weights[0], m.bias) for m in perceptron.history] == [
        (1, 0, 1, -1)
    ]
    assert (perceptron.converged, perceptron.epochs) == (True, 2)
    perceptron.weights[0] = 5
    assert perceptron.history[-1].weights[0] == 1, "what it knew then"


def test_perceptron_learns_and_within_four_epochs():
    # AND by hand: w, b after each mistake.
    # (0,0): z=0 says 1 → b=−1; (0,1),(1,0): −1, right; (1,1): −1, wrong → w=(1,1), b=0.
    # Epoch 2: (0,0) z=0 → b=−1; (0,1): z=0 → w=(1,0), b=−2; (1,0): −1, right;
    # (1,1): −1, wrong → w=(2,1), b=−1.
    mistakes = Perceptron(2).fit(CORNERS, AND).history[:5]
    assert [(m.epoch, m.sample) for m in mistakes] == [(1, 0), (1, 3), (2, 0), (2, 1), (2, 3)]
    assert [(*m.weights, m.bias) for m in mistakes] == [
        (0, 0, -1),
        (1, 1, 0),
        (1, 1, -1),
        (1, 0, -2),
        (2, 1, -1),
    ]


def test_xor_never_converges():
    perceptron = Perceptron(2).fit(CORNERS, XOR, max_epochs=30)
    assert not perceptron.converged
    assert perceptron.epochs == 30
    assert len(perceptron.history) >= 30
    assert perceptron.accuracy(CORNERS, XOR) <= 0.75


def test_a_second_fit_starts_afresh():
    perceptron = Perceptron(2).fit(CORNERS, XOR, max_epochs=3)
    again = perceptron.fit(CORNERS, AND)
    assert again.converged
    assert len(again.history) == len(Perceptron(2).fit(CORNERS, AND).history)


def test_novikoff_by_hand():
    # x = −1 and x = 2 with w = 2, b = −1: margins 3/√5 and 3/√5, longest sample √(2² + 1²) = √5.
    assert novikoff_bound([[-1], [2]], [0, 1], [2], -1) == pytest.approx(25 / 9)


@pytest.mark.parametrize("seed", range(5))
def test_mistakes_stay_within_novikoffs_bound(seed):
    rng = np.random.default_rng(seed)
    X = rng.uniform(-1, 1, (200, 3))
    w, b = np.array([1.0, -2.0, 0.5]), 0.2
    X = X[np.abs(X @ w + b) > 0.3]
    y = (X @ w + b > 0).astype(int)
    perceptron = Perceptron(3).fit(X, y, max_epochs=1000)
    assert perceptron.converged
    assert 1 < len(perceptron.history) <= novikoff_bound(X, y, w, b)


# --------------------------------------------------------------------------------- initialisers


@pytest.mark.parametrize(
    ("init", "variance"),
    [
        (xavier, 2 / (400 + 600)),
        (he, 2 / 400),
        (lecun, 1 / 400),
        (framework_default, 1 / (3 * 400)),
        (scaled(xavier, 4), 32 / (400 + 600)),
        (keeping(ReLU()), 2 / 400),
        (scaled(scaled("he", 3), 0.5), 4.5 / 400),
    ],
)
def test_initial_weights_have_the_variance_of_their_rule(init, variance):
    weights = init(np.random.default_rng(0), 400, 600)
    assert weights.shape == (400, 600)
    assert weights.var() == pytest.approx(variance, rel=0.01)
    assert abs(weights.mean()) < 4 * math.sqrt(variance / weights.size)


def test_the_framework_default_is_uniform_and_draws_biases():
    weights = framework_default(np.random.default_rng(0), 25, 4000)
    assert 0.199 < np.abs(weights).max() <= 0.2
    biases = MLP([25, 4000, 2], ReLU(), "framework_default").layers[0].bias
    assert 0.19 < np.abs(biases).max() <= np.float32(0.2)
    assert not MLP([25, 40, 2], ReLU(), "he").layers[0].bias.any()


def test_an_initialiser_names_what_it_cannot_use():
    rng = np.random.default_rng(0)
    for draw in (framework_default, framework_default.bias):
        with pytest.raises(ValueError, match="fan_in must be at least 1, got 0"):
            draw(rng, 0, 3)
    with pytest.raises(TypeError, match="fan_out must be an integer, got float 2.5"):
        he.bias(rng, 3, 2.5)
    negative = Initialiser("negative", lambda fan_in, fan_out: -1.0)
    with pytest.raises(ValueError, match=r"variance must lie in \[0, ∞\), got -1.0"):
        MLP([2, 2], init=negative)


def test_sirens_weights_stay_within_their_bounds():
    net = MLP([2, 4000, 50, 3], Tanh(), siren(3, 30), loss="squared")
    bounds = [1 / 2, math.sqrt(6 / 4000) / 30, math.sqrt(6 / 50) / 30]
    for layer, bound in zip(net.layers, bounds, strict=True):
        assert 0.97 * bound < np.abs(layer.weights).max() <= np.float32(bound)
        assert layer.weights.var() == pytest.approx(bound**2 / 3, rel=0.15)
        assert not layer.bias.any()


def test_centred_biases_cancel_the_mean_of_the_logistic_function():
    net = MLP([4, 6, 5, 3], Sigmoid(), "xavier", centred=True)
    assert not net.layers[0].bias.any()
    for layer in net.layers[1:]:
        np.testing.assert_allclose(layer.bias, -layer.weights.sum(axis=0) / 2, rtol=1e-5)
    at_zero = net.forward(np.zeros((1, 4)))
    assert max(np.abs(Z).max() for Z in at_zero.pre_activations) < 1e-6


def test_centring_reaches_every_piece_of_a_maxout_layer():
    # As many pieces as inputs: there a sum over the wrong axis has the right shape.
    net = MLP([4, 3, 5, 2], [Sigmoid(), Maxout(3)], "xavier", centred=True)
    assert np.abs(net.forward(np.zeros((1, 4))).pre_activations[1]).max() < 1e-6
    assert np.abs(net.layers[1].bias).max() > 0.1


def test_a_sample_on_the_line_belongs_to_class_1():
    assert Perceptron(2).predict([[0, 0], [3, -1]]).tolist() == [1, 1]


# ------------------------------------------------------------------------------ back-propagation


def in_float64(net):
    """Weights in double precision, so that finite differences have digits to work with."""
    for layer in net.layers:
        layer.weights = layer.weights.astype(np.float64)
        layer.bias = layer.bias.astype(np.float64)
    return net


def distance_to_kinks(net, X):
    """How far the pre-activations stay from every kink, and maxout pieces from a tie."""
    distances = [math.inf]
    for layer, Z in zip(net.layers, net.forward(X).pre_activations, strict=True):
        if isinstance(layer, MaxoutLayer):
            ordered = np.sort(Z, axis=1)
            distances.append(np.min(ordered[:, -1] - ordered[:, -2]))
        else:
            distances += [np.min(np.abs(Z - kink)) for kink in layer.activation.kinks]
    return min(distances)


def smooth_case(loss, **arguments):
    """A network and data where no pre-activation is near a kink: only there is a slope defined."""
    for seed in range(200):
        net = in_float64(MLP(loss=loss, seed=seed, **arguments))
        X, y = some_data(loss, seed=seed)
        if distance_to_kinks(net, X) > 1e-3:
            return net, X, y
    raise AssertionError("no seed keeps away from the kinks")


def finite_differences(net, X, y, array, h=1e-6):
    """∂loss/∂array by central differences, one entry after the other."""
    slopes = np.empty_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + h
        above = net.gradients(X, y).loss
        array[index] = kept - h
        below = net.gradients(X, y).loss
        array[index] = kept
        slopes[index] = (above - below) / (2 * h)
    return slopes


def check_gradients(net, X, y):
    gradients = net.gradients(X, y)
    assert gradients.loss == pytest.approx(
        net.loss.value(
            net.forward(X).outputs, np.asarray(net.loss.targets(y, len(X), net.sizes[-1]))
        )
    )
    largest = 0.0
    for layer, (dW, db, *rest) in zip(net.layers, gradients.parameters, strict=True):
        for array, gradient in ((layer.weights, dW), (layer.bias, db)):
            assert gradient.shape == array.shape
            measured = finite_differences(net, X, y, array)
            np.testing.assert_allclose(gradient, measured, rtol=1e-6, atol=1e-8)
            largest = max(largest, np.abs(measured).max())
        assert len(rest) == isinstance(layer.activation, PReLU)
        if rest:
            slope, losses = layer.activation.weight, []
            for moved in (slope + 1e-5, slope - 1e-5):
                layer.activation = PReLU(moved)
                losses.append(net.gradients(X, y).loss)
            layer.activation = PReLU(slope)
            measured = (losses[0] - losses[1]) / 2e-5
            assert abs(measured) > 1e-4
            assert rest[0] == pytest.approx(measured, rel=1e-6)
    assert largest > 0.01  # not vacuous
    return gradients


@pytest.mark.parametrize("loss", OUTPUTS)
@pytest.mark.parametrize("activation", ALL, ids=str)
def test_back_propagation_agrees_with_finite_differences(activation, loss):
    check_gradients(
        *smooth_case(loss, sizes=[3, 4, 4, OUTPUTS[loss]], activation=activation, init="xavier")
    )


@pytest.mark.parametrize("loss", OUTPUTS)
def test_maxout_agrees_with_finite_differences(loss):
    sizes = [3, 4, 4, OUTPUTS[loss]]
    check_gradients(*smooth_case(loss, sizes=sizes, activation=Maxout(3)))
    check_gradients(*smooth_case(loss, sizes=sizes, activation=[Tanh(), Maxout(2)]))


@pytest.mark.parametrize("output", [Sigmoid(), PReLU(), Maxout(3)], ids=str)
def test_output_activations_agree_with_finite_differences(output):
    check_gradients(*smooth_case("squared", sizes=[3, 4, 2], activation=Tanh(), output=output))


def test_nothing_passes_a_step():
    net, X, y = smooth_case("cross_entropy", sizes=[3, 5, 3], activation=Step())
    gradients = net.gradients(X, y)
    assert not gradients.parameters[0][0].any()
    assert gradients.parameters[1][0].any()


def test_gradients_at_the_pre_activations():
    net, X, y = smooth_case("cross_entropy", sizes=[3, 5, 3], activation=Tanh())
    gradients = net.gradients(X, y)
    # Softmax and cross-entropy: (p − y)/samples at the logits; below, sums to the bias gradients.
    np.testing.assert_allclose(
        gradients.pre_activations[1], (net.probabilities(X) - np.eye(3)[y]) / len(X), atol=1e-15
    )
    for delta, (_, db) in zip(gradients.pre_activations, gradients.parameters, strict=True):
        np.testing.assert_allclose(delta.sum(axis=0), db)


# --------------------------------------------------------------------------------- forward pass


def test_forward_by_hand():
    net = MLP([2, 2, 1], ReLU(), loss="logistic")
    hidden, output = net.layers
    hidden.weights[:], hidden.bias[:] = [[1, -1], [2, 1]], [0, 3]
    output.weights[:], output.bias[:] = [[2], [-1]], [0.5]
    trace = net.forward([[1, -2], [1, 1]])
    assert trace.pre_activations[0].tolist() == [[-3, 0], [3, 3]]
    assert trace.activations[0].tolist() == [[0, 0], [3, 3]]
    assert trace.outputs.tolist() == [[0.5], [3.5]]
    np.testing.assert_allclose(net.probabilities([[1, -2]]), 1 / (1 + math.exp(-0.5)))


def test_maxout_by_hand():
    net = MLP([1, 1], output=Maxout(2), loss="squared")
    net.layers[0].weights[:] = [[[1]], [[-1]]]
    net.layers[0].bias[:] = 0
    assert net.predict([[-3], [2]]).tolist() == [3, 2]


def test_hidden_units_may_change_places():
    net, X, _ = smooth_case("cross_entropy", sizes=[3, 6, 4, 3], activation=Tanh())
    before = net.forward(X).outputs
    order = np.random.default_rng(1).permutation(6)
    first, second = net.layers[:2]
    first.weights, first.bias = first.weights[:, order], first.bias[order]
    second.weights = second.weights[order]
    np.testing.assert_allclose(net.forward(X).outputs, before, rtol=1e-12, atol=1e-14)


def test_ten_linear_layers_are_one_matrix():
    net = in_float64(MLP([3] * 10 + [2], Identity(), "xavier", loss="squared"))
    product = np.linalg.multi_dot([layer.weights for layer in net.layers])
    X, _ = some_data("squared")
    np.testing.assert_allclose(net.forward(X).outputs, X @ product, rtol=1e-12, atol=1e-15)


def test_a_batch_of_one_and_shapes():
    for loss, outputs in OUTPUTS.items():
        net = MLP([3, 4, outputs], ReLU(), loss=loss)
        X, y = some_data(loss, samples=1)
        trace = net.forward(X)
        assert trace.outputs.shape == (1, outputs)
        assert [g.shape for g in net.gradients(X, y).parameters[0]] == [(3, 4), (4,)]
        assert len(net.fit(X, y, 2, 0.01, batch_size=1).loss) == 2


def test_a_large_batch_is_the_mean_of_its_samples():
    net = in_float64(MLP([3, 4, 3], Tanh()))
    X, y = some_data("cross_entropy")
    one_by_one = [net.gradients(X[i : i + 1], y[i : i + 1]).parameters[0][0] for i in range(len(X))]
    np.testing.assert_allclose(net.gradients(X, y).parameters[0][0], np.mean(one_by_one, axis=0))


def test_parameter_counts():
    assert MLP([64, 32, 10], ReLU()).parameter_count == 64 * 32 + 32 + 32 * 10 + 10
    assert MLP([64, 32, 10], PReLU()).parameter_count == 64 * 32 + 32 + 32 * 10 + 10 + 1
    assert MLP([64, 32, 10], Maxout(3)).parameter_count == 3 * (64 * 32 + 32) + 32 * 10 + 10
    assert MLP([64, 10]).parameter_count == 650


# ------------------------------------------------------------------------------------- training


def test_momentum_by_hand():
    # One weight, one sample x = 1, target 0, squared error: gradient 2(w + b) for both.
    net = MLP([1, 1], loss="squared")
    net.layers[0].weights[:] = 1
    losses = net.fit([[1]], [0], epochs=3, learning_rate=0.125, momentum=0.5).loss
    # a: 1;  step −¼ each: a = ½;  step ½·(−¼) − ⅛ = −¼: a = 0.
    assert losses == [1, 0.25, 0]
    # third step ½·(−¼) − 0 = −⅛: w = 1 − ¼ − ¼ − ⅛
    assert net.layers[0].weights.item() == 0.375
    assert net.layers[0].bias.item() == -0.625


def adam_by_formula(gradients, rate, decay=0.9, other=0.999):
    """Steps as the paper writes them, each from all gradients so far, in exact sums."""
    for t in range(1, len(gradients) + 1):
        past = list(enumerate(gradients[:t], start=1))
        m = math.fsum((1 - decay) * decay ** (t - i) * g for i, g in past) / (1 - decay**t)
        v = math.fsum((1 - other) * other ** (t - i) * g * g for i, g in past) / (1 - other**t)
        yield -rate * m / (math.sqrt(v) + 1e-8)


@pytest.mark.parametrize("momentum", [0.9, 0.5, 0])
def test_adam_steps_as_its_authors_write(momentum):
    # One weight without bias's help: inputs 1, targets t, so the gradient is 2(w + b − t).
    net = MLP([1, 1], loss="squared")
    net.layers[0].weights[:] = 1
    w, b = (np.float32(v) for v in (1, 0))
    gradients, places = [], []
    for _ in range(6):
        gradients.append(2 * (float(w) + float(b) - 0.5))
        *_, step = adam_by_formula(gradients, 0.25, momentum)
        w, b = np.float32(w + step), np.float32(b + step)
        places.append([w, b])
    found = []

    def note(net, step):
        found.append([net.layers[0].weights.item(), net.layers[0].bias.item()])

    net.fit([[1]], [0.5], 6, 0.25, momentum, optimiser="adam", callback=note)
    assert found[1] == pytest.approx([0.75, -0.25], abs=1e-7)  # the first step is the rate
    np.testing.assert_allclose(found[1:], places, rtol=0, atol=1e-6)


def test_adam_hardly_asks_how_large_the_gradients_are():
    def moved(scale):
        net = MLP([1, 1], loss="squared")
        net.layers[0].weights[:] = 0
        net.fit(np.ones((8, 1)), np.full(8, scale), 5, 0.01, batch_size=4, optimiser="adam")
        return net.layers[0].weights.item()

    assert moved(1e6) == pytest.approx(moved(1e3), rel=1e-3)
    assert moved(1e-9) < 0.5 * moved(1e3)  # below ε it does


def test_every_sample_is_seen_once_an_epoch():
    seen = []
    net = MLP([1, 1], loss="squared")
    backward = net._backward
    net._backward = lambda trace, y: seen.append(trace.inputs[:, 0]) or backward(trace, y)
    net.fit(np.arange(10)[:, None] / 10, np.zeros(10), 2, 1e-3, batch_size=4)
    assert [len(batch) for batch in seen] == [4, 4, 2, 4, 4, 2]
    epochs = np.concatenate(seen).reshape(2, 10)
    assert np.array_equal(np.sort(epochs), np.tile(np.arange(10) / 10, (2, 1)))
    assert not np.array_equal(epochs[0], epochs[1])


def trained(seed, activation=None):
    net = MLP([3, 5, 3], activation or Tanh(), seed=seed)
    net.fit(*some_data("cross_entropy", samples=40), epochs=3, learning_rate=0.1)
    return net.layers[0].weights


@pytest.mark.parametrize("activation", [Tanh(), PReLU(), Maxout(2)], ids=str)
def test_a_seed_determines_the_run(activation):
    assert np.array_equal(trained(1, activation), trained(1, activation))
    assert not np.array_equal(trained(1, activation), trained(2, activation))


def test_the_seed_determines_the_initial_weights():
    first, again, other = (MLP([3, 4, 2], ReLU(), seed=seed) for seed in (1, 1, 2))
    for a, b, c in zip(first.layers, again.layers, other.layers, strict=True):
        assert np.array_equal(a.weights, b.weights)
        assert not np.isin(c.weights, a.weights).any()


def test_the_seed_determines_the_order_of_the_mini_batches():
    def order(seed, start):
        net, seen = MLP([1, 1], loss="squared", seed=seed), []
        net.layers = start.copy().layers
        backward = net._backward
        net._backward = lambda trace, y: seen.append(trace.inputs[0, 0]) or backward(trace, y)
        net.fit(np.arange(20)[:, None], np.zeros(20), 1, 1e-9, batch_size=1)
        return seen

    start = MLP([1, 1], loss="squared")
    assert order(1, start) == order(1, start)
    assert order(1, start) != order(2, start)


def test_means_over_an_epoch_are_means_over_samples():
    # The last mini-batch holds one sample of five; at this learning rate nothing changes.
    X, y = some_data("cross_entropy", samples=5)
    for seed in range(10):
        net = MLP([3, 4, 3], Tanh(), seed=seed)
        history = net.fit(X, y, 1, 1e-30, batch_size=4)
        assert history.accuracy == pytest.approx([net.accuracy(X, y)])
        assert history.loss == pytest.approx([net.gradients(X, y).loss])


@pytest.mark.parametrize("loss", OUTPUTS)
def test_validation_is_measured_on_its_own_data_after_the_epoch(loss):
    X, y = some_data(loss, samples=20)
    other = some_data(loss, samples=9, seed=1)
    net = MLP([3, 4, OUTPUTS[loss]], Tanh(), loss=loss)
    history = net.fit(X, y, 2, 0.1, batch_size=10, validation=other)
    assert history.validation_loss[-1] == net.gradients(*other).loss
    assert history.validation_loss[-1] != net.gradients(X, y).loss
    expected = [] if loss == "squared" else [net.accuracy(*other)]
    assert history.validation_accuracy[-1:] == expected


def test_momentum_ends_with_its_fit():
    once, twice = (MLP([3, 4, 3], Tanh(), seed=1) for _ in range(2))
    X, y = some_data("cross_entropy", samples=8)
    for net in (once, twice):
        net.fit(X, y, 1, 0.1, batch_size=None)
    before = twice.copy()
    twice.fit(X, y, 1, 0.1, batch_size=None)
    gradient = before.gradients(X, y).parameters[0][0]
    moved = twice.layers[0].weights - before.layers[0].weights
    np.testing.assert_allclose(moved, -0.1 * gradient, rtol=1e-4, atol=1e-7)


def test_weights_stay_float32_and_arithmetic_is_float64():
    net = MLP([3, 5, 3], Tanh())
    X, y = some_data("cross_entropy")
    net.fit(X.astype(np.float32), y, 2, 0.1)
    assert {layer.weights.dtype for layer in net.layers} == {np.dtype(np.float32)}
    assert net.forward(X.astype(np.float32)).outputs.dtype == np.float64
    assert net.gradients(X, y).parameters[0][0].dtype == np.float64


@pytest.mark.parametrize("activation", [Tanh(), ReLU(), Maxout(2)], ids=str)
def test_it_learns_xor(activation):
    net = MLP([2, 8, 1], activation, loss="logistic", seed=2)
    history = net.fit(CORNERS, XOR, 300, 0.2, batch_size=None)
    assert net.accuracy(CORNERS, XOR) == history.accuracy[-1] == 1
    assert history.loss[-1] < 0.05 < history.loss[0]
    assert net.predict(CORNERS).tolist() == XOR


def test_without_hidden_layers_it_is_logistic_regression():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 1))
    y = (rng.random(400) < Sigmoid()(2 * X[:, 0] - 1)).astype(int)
    net = MLP([1, 1], loss="logistic")
    net.fit(X, y, 500, 0.5, batch_size=None)
    p = net.probabilities(X)
    # At the maximum of the likelihood the residuals are orthogonal to every feature, and to 1.
    assert abs(np.mean(p - y)) < 1e-4
    assert abs(np.mean((p - y) * X[:, 0])) < 1e-4


def test_prelu_learns_its_slope():
    x = np.linspace(-2, 2, 41)[:, None]
    net = MLP([1, 1], output=PReLU(), loss="squared", seed=1)
    net.layers[0].weights[:] = 1
    net.fit(x, np.where(x > 0, x, 0.6 * x)[:, 0], 200, 0.05)
    assert net.layers[0].activation.weight == pytest.approx(0.6, abs=0.01)


def test_logistic_output_with_squared_error_has_an_accuracy():
    net = MLP([2, 6, 1], Tanh(), loss="squared", output=Sigmoid(), seed=1)
    net.fit(CORNERS, OR, 300, 0.5, batch_size=None)
    assert net.accuracy(CORNERS, OR) == 1
    assert (net.predict(CORNERS) > 0.5).tolist() == [bool(t) for t in OR]


def test_validation_callback_snapshots_and_copies():
    X, y = some_data("cross_entropy", samples=20)
    net = MLP([3, 4, 3], Tanh())
    start, steps = net.copy(), []
    history = net.fit(
        X,
        y,
        epochs=3,
        learning_rate=0.1,
        batch_size=10,
        validation=(X, y),
        callback=lambda net, step: steps.append(step),
        snapshot_every=3,
    )
    assert steps == list(range(7))
    assert list(history.snapshots) == [0, 3, 6]
    assert np.array_equal(history.snapshots[0].layers[0].weights, start.layers[0].weights)
    assert np.array_equal(history.snapshots[6].layers[0].weights, net.layers[0].weights)
    assert not np.array_equal(history.snapshots[3].layers[0].weights, net.layers[0].weights)
    assert len(history.validation_loss) == len(history.loss) == 3
    assert history.validation_accuracy[-1] == net.accuracy(X, y)


class Terminal(io.StringIO):
    """An error stream that someone looks at."""

    def isatty(self):
        return True


def test_progress_shows_where_someone_looks_and_nowhere_else(capsys, monkeypatch):
    X, y = some_data("cross_entropy")
    for progress in (False, None, True):
        MLP([3, 4, 3], Tanh()).fit(X, y, 5, 0.01, progress=progress)
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys, "stderr", Terminal())
    MLP([3, 4, 3], Tanh()).fit(X, y, 5, 0.01)
    assert sys.stderr.getvalue() == ""
    history = MLP([3, 4, 3], Tanh()).fit(X, y, 5, 0.01, progress=True)
    shown = sys.stderr.getvalue()
    assert "0/5" in shown and "epoch" in shown
    assert shown.endswith("\r")  # and nothing of it stays
    assert len(history.loss) == 5
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_a_notebook_shows_progress_to_a_person_and_to_nobody_else(client):
    """The front end of a person can answer `input`; what runs notebooks by itself cannot."""
    code = "from actfun.network import MLP\nnet = MLP([1, 2])\n"
    code += "history = net.fit([[0], [1]], [0, 1], 3, 0.1, progress=True)"
    shown = {}
    for person in (True, False):
        outputs = shown[person] = []
        client.execute_interactive(
            code,
            allow_stdin=person,
            stdin_hook=lambda message: None,
            output_hook=lambda message, to=outputs: to.append(message["content"]),
            timeout=600,
        )
    assert any("0/3" in str(content) for content in shown[True])
    assert not any("data" in content or "text" in content for content in shown[False])
    assert not any("ename" in content for content in shown[False])


def test_without_tqdm_a_network_trains_where_nobody_looks(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    X, y = some_data("cross_entropy")
    assert len(MLP([3, 3]).fit(X, y, 2, 0.1, progress=True).loss) == 2


@pytest.mark.parametrize("activation", [ReLU(), Tanh(), PReLU(), Maxout(2)], ids=str)
def test_a_diverging_run_says_so_and_returns_what_it_has(activation):
    X, y = some_data("squared", samples=40)
    net = MLP([3, 8, 2], activation, loss="squared")
    history = net.fit(X, y, epochs=400, learning_rate=50.0)
    assert history.diverged
    assert "diverged" in repr(history)
    assert f"epoch {len(history.loss) + 1}" in history.message
    assert len(history.loss) < 400
    assert np.isfinite(history.loss).all()
    assert all(np.isfinite(layer.weights).all() for layer in net.layers)


def test_a_run_stops_at_the_step_that_diverges():
    X, y = some_data("squared", samples=400)
    steps = []
    net = MLP([3, 8, 2], ReLU(), loss="squared")
    start = net.copy().layers[0].weights
    history = net.fit(X, y, 1, 1e4, callback=lambda net, step: steps.append(step), batch_size=4)
    assert history.diverged
    assert history.steps == steps[-1] < 100
    assert np.array_equal(net.layers[0].weights, start)


def test_a_healthy_run_does_not_claim_to_diverge():
    X, y = some_data("squared", samples=40)
    history = MLP([3, 8, 2], Tanh(), loss="squared").fit(X, y, 5, 0.01)
    assert (history.diverged, history.message) == (False, "")


# ------------------------------------------------------------------------------------ side by side


def bits(net):
    """All that a training changes, to the last bit."""
    arrays = [array.tobytes() for one in net.layers for array in (one.weights, one.bias)]
    dtypes = [array.dtype for one in net.layers for array in (one.weights, one.bias)]
    activations = [layer.activation for layer in net.layers]
    return arrays, dtypes, activations, net.history, net._order.bit_generator.state


def side_by_side(
    X, y, epochs, learning_rate, momentum=0.9, batch_size=16, optimiser="sgd", **arguments
):
    """Histories of five seeds; trained side by side and one after the other they are the same."""
    together, alone = ([MLP(**arguments, seed=s) for s in range(5)] for _ in range(2))
    histories = []
    for passes in (epochs, 1):  # a second training goes on from there
        training = Training(passes, learning_rate, momentum, batch_size, optimiser)
        train_together(together, X, y, training)
        for one, other in zip(together, alone, strict=True):
            other.fit(X, y, **vars(training))
            assert bits(one) == bits(other)
            assert one == other
            for numbers in (one.history.loss, one.history.accuracy):
                assert all(type(number) is float for number in numbers)
        histories += [one.history for one in together]
    assert len({history.loss[-1] for history in histories if history.loss}) > 1
    return histories[:5]


@pytest.mark.parametrize("loss", OUTPUTS)
@pytest.mark.parametrize("activation", [*ALL, Maxout(3)], ids=str)
def test_side_by_side_each_network_ends_as_by_itself(activation, loss):
    sizes = [3, 8, 5, OUTPUTS[loss]]
    data = some_data(loss, samples=40)  # the last of three batches is smaller
    side_by_side(*data, 3, 0.05, sizes=sizes, activation=activation, loss=loss)


@pytest.mark.parametrize(
    "arguments",
    [
        dict(sizes=[3, 3]),
        dict(sizes=[3, 7, 3], activation=Tanh(), batch_size=None),
        dict(sizes=[3, 7, 3], activation=Tanh(), batch_size=1),
        dict(sizes=[3, 7, 3], activation=ReLU(), momentum=0),
        dict(sizes=[3, 7, 6, 3], activation=[PReLU(), Maxout(2)], init=["he", "lecun", "xavier"]),
        dict(sizes=[3, 7, 3], activation=Tanh(), init="framework_default"),
        dict(sizes=[3, 9, 6, 3], activation=Sigmoid(), init=scaled("xavier", 4), centred=True),
        dict(sizes=[3, 70, 99, 3], activation=ReLU(), batch_size=33),
        dict(sizes=[3, 7, 6, 3], activation=[PReLU(), Maxout(2)], optimiser="adam"),
    ],
    ids=str,
)
def test_side_by_side_in_every_configuration(arguments):
    side_by_side(*some_data("cross_entropy", samples=40), 4, 0.1, **arguments)


@pytest.mark.parametrize("activation", [ReLU(), Maxout(2)], ids=str)
def test_side_by_side_adam_forgets_who_left(activation):
    """Adam steps by little more than its rate: only such a rate leads beyond float32."""
    histories = side_by_side(
        *some_data("squared", samples=40),
        *(12, 4e37),
        **dict(sizes=[3, 8, 2], activation=activation, loss="squared", optimiser="adam"),
    )
    assert len({len(history.loss) for history in histories}) > 1  # some go on without the others


@pytest.mark.parametrize("output", [PReLU(), Maxout(4), Tanh()], ids=str)
def test_side_by_side_with_an_output_activation(output):
    data = some_data("squared", samples=40)
    side_by_side(*data, 4, 0.02, sizes=[3, 2], output=output, loss="squared")


@pytest.mark.parametrize("activation", [ReLU(), PReLU(), Maxout(2)], ids=str)
def test_side_by_side_each_network_diverges_by_itself(activation):
    endings = set()
    for learning_rate in (0.05, 0.1, 0.2):
        histories = side_by_side(
            *some_data("squared", samples=40),
            *(12, learning_rate),
            **dict(sizes=[3, 8, 2], activation=activation, loss="squared"),
        )
        endings |= {(len(h.loss), h.message.partition(", ")[2]) for h in histories}
    words = " ".join(message for _, message in endings)
    assert "the loss was" in words and "a weight was" in words
    assert (12, "") in endings and len(endings) > 5


def test_a_readers_own_activation_sees_one_network_after_the_other():
    class Noisy(Tanh):
        def __call__(self, x):
            return super().__call__(x) + noise.standard_normal(np.shape(x))

    data, runs = some_data("cross_entropy", samples=20), []
    for train in (train_together, lambda nets, X, y, t: [n.fit(X, y, **vars(t)) for n in nets]):
        noise = np.random.default_rng(0)
        nets = [MLP([3, 4, 3], Noisy(), seed=seed) for seed in range(3)]
        train(nets, *data, Training(2, 0.1))
        runs.append([bits(net) for net in nets])
    assert runs[0] == runs[1]


def test_networks_side_by_side_keep_what_they_learned_before_an_interruption(monkeypatch):
    X, y = some_data("cross_entropy", samples=20)
    together, alone = ([MLP([3, 4, 3], Tanh(), seed=seed) for seed in range(2)] for _ in range(2))
    backward, calls = MLP._backward, []

    def interrupted(self, trace, targets):
        calls.append(1)
        if len(calls) == 6:  # in the middle of the third epoch of two batches
            raise KeyboardInterrupt
        return backward(self, trace, targets)

    monkeypatch.setattr(MLP, "_backward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        train_together(together, X, y, Training(9, 0.1, batch_size=10))
    for one, other in zip(together, alone, strict=True):
        other.fit(X, y, 2, 0.1, batch_size=10)
        assert one.layers == other.layers
        assert one.history.loss == other.history.loss


# ----------------------------------------------------------------------------- what is interrupted


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError("in the callback")])
def test_what_was_trained_before_an_interruption_is_kept(error):
    X, y = some_data("cross_entropy", samples=20)
    net, weights = MLP([3, 4, 3], Tanh(), seed=1), []

    def note(net, step):
        weights.append(net.layers[0].weights.copy())
        if step == 7:
            raise error

    kind = error if isinstance(error, type) else type(error)
    with pytest.raises(kind):
        net.fit(X, y, 9, 0.1, batch_size=5, validation=(X, y), callback=note, snapshot_every=2)
    history = net.history
    assert (history.steps, list(history.snapshots)) == (7, [0, 2, 4, 6])
    assert len(history.loss) == len(history.accuracy) == len(history.validation_loss) == 1
    assert history.interrupted and not history.diverged
    assert history.message == f"interrupted in epoch 2, after step 7, by {kind.__name__}"
    assert history.message in repr(history)
    assert np.array_equal(net.layers[0].weights, weights[-1])
    assert not np.array_equal(weights[-1], weights[-2])
    whole = MLP([3, 4, 3], Tanh(), seed=1)
    assert whole.fit(X, y, 9, 0.1, batch_size=5).loss[:1] == history.loss
    later = net.fit(X, y, 2, 0.1)
    assert net.history is later and not later.interrupted


def test_the_history_of_the_latest_run_stays_with_the_network():
    X, y = some_data("cross_entropy", samples=20)
    net = MLP([3, 4, 3], Tanh())
    assert net.history == History()
    history = net.fit(X, y, 2, 0.1, snapshot_every=1)
    assert net.history is history
    assert not history.interrupted
    with pytest.raises(ValueError, match="epochs"):
        net.fit(X, y, 0, 0.1)
    assert net.history is history
    assert all(copied.history == History() for copied in (net.copy(), *history.snapshots.values()))


def test_a_perceptron_keeps_the_mistakes_before_an_interruption(monkeypatch):
    from actfun.network import perceptron as module

    def mistake(*facts):
        if facts[0] == 3:
            raise KeyboardInterrupt
        return made(*facts)

    made = module.Mistake
    monkeypatch.setattr(module, "Mistake", mistake)
    perceptron = Perceptron(2)
    with pytest.raises(KeyboardInterrupt):
        perceptron.fit(CORNERS, XOR)
    assert perceptron.history and perceptron.history[-1].epoch == 2


# ------------------------------------------------------------------ equality, pickles, and as text


def everything():
    """One object of every kind, made anew each time."""
    X, y = some_data("cross_entropy", samples=20)
    net = MLP([3, 4, 5, 3], [PReLU(), Maxout(2)], seed=1)
    history = net.fit(X, y, 2, 0.05, snapshot_every=1, validation=(X, y))
    perceptron = Perceptron(2).fit(CORNERS, AND)
    return [
        net,
        history,
        net.forward(X),
        net.gradients(X, y),
        *net.layers,
        Maxout(3),
        Neuron([1, 2], -1.5, Step()),
        perceptron,
        perceptron.history[-1],
        CrossEntropy(),
        Logistic(),
        Squared(),
        *INITIALISERS.values(),
        scaled(he, 2),
    ]


def test_equal_by_contents_through_copies_and_pickles():
    objects, others = everything(), everything()
    for i, (one, other) in enumerate(zip(objects, others, strict=True)):
        assert one == other and not one != other, one
        for twin in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
            assert twin == one and not twin != one, one
            assert repr(twin) == repr(one)
        assert one != 3
        assert " at 0x" not in repr(one) and "object" not in repr(one)
        for another in (*objects[:i], *objects[i + 1 :]):
            assert one != another and not one == another


def test_what_is_only_a_beginning_is_not_equal():
    net, _, trace, gradients, *_ = everything()
    assert trace != trace._replace(activations=trace.activations[:1])
    assert gradients != gradients._replace(parameters=gradients.parameters[:2])
    assert net.history != History(loss=net.history.loss[:1])
    assert Perceptron(2).fit(CORNERS, XOR, 2) != Perceptron(2).fit(CORNERS, XOR, 3)


@pytest.mark.parametrize(
    "change",
    [
        lambda net: net.layers[0].weights.__setitem__((0, 0), 9),
        lambda net: net.layers[1].bias.__setitem__(0, 9),
        lambda net: setattr(net.layers[0], "activation", Tanh()),
        lambda net: net._order.permutation(3),
    ],
)
def test_networks_that_differ_in_one_thing_are_not_equal(change):
    net = MLP([3, 4, 5, 3], [PReLU(), Maxout(2)])
    other = net.copy()
    assert net == other
    change(other)
    assert net != other and not net == other


@pytest.mark.parametrize(
    "twin_of", [MLP.copy, copy.deepcopy, lambda n: pickle.loads(pickle.dumps(n))]
)
def test_a_twin_goes_on_as_the_network_does_and_by_itself(twin_of):
    X, y = some_data("cross_entropy", samples=40)
    net = MLP([3, 5, 3], PReLU(), seed=1)
    net.fit(X, y, 2, 0.1)
    twin = twin_of(net)
    before = net.layers[0].weights.copy()
    history = twin.fit(X, y, 2, 0.1)
    assert np.array_equal(net.layers[0].weights, before)
    assert net != twin
    assert net.fit(X, y, 2, 0.1) == history
    assert net == twin


def test_objects_say_what_they_are():
    net, history, trace, gradients, dense, maxout, _, _, neuron, perceptron, *_ = everything()
    assert repr(trace) == "Trace(20 samples, 3–4–5–3)"
    assert repr(gradients) == f"Gradients(loss {gradients.loss:.4g}, 3 layers)"
    assert repr(dense) == f"Dense(3 → 4, {dense.activation})"
    assert repr(maxout) == "MaxoutLayer(4 → 5, 2 pieces)"
    assert repr(neuron) == "Neuron([1.0, 2.0], -1.5, Step())"
    epochs, mistakes = perceptron.epochs, len(perceptron.history)
    state = f"converged after {epochs} epochs"
    assert repr(perceptron) == f"Perceptron(2 features, {mistakes} mistakes, {state})"
    assert "not trained" in repr(Perceptron(2))
    assert "not converged" in repr(Perceptron(2).fit(CORNERS, XOR, max_epochs=2))
    assert (repr(CrossEntropy()), repr(Squared())) == ("CrossEntropy()", "Squared()")
    assert "He" in repr(he) and "gain=2.0" in repr(scaled(he, 2))
    assert "2 epochs" in repr(history) and "3–4–5–3" in repr(net)


def test_what_changes_has_no_hash_and_what_does_not_has_one():
    net, *_, dense = MLP([3, 3]), *MLP([3, 3]).layers
    for changing in (net, dense, Perceptron(1), Neuron([1], 0, Step())):
        with pytest.raises(TypeError, match="unhashable"):
            hash(changing)
    assert len({he, scaled(he, 1.0), lecun, CrossEntropy(), CrossEntropy(), Maxout(2)}) == 4


# ---------------------------------------------------------------- the caller's things, and weights


class Frame:
    """What a data frame is to NumPy: something with ``__array__``."""

    def __init__(self, values):
        self.values = np.array(values)

    def __array__(self, dtype=None, copy=None):
        return self.values if dtype is None else self.values.astype(dtype)

    def __len__(self):
        return len(self.values)


def read_only(array, dtype=None):
    array = np.array(array, dtype)
    array.setflags(write=False)
    return array


@pytest.mark.parametrize(
    "form",
    [
        lambda values: values.tolist(),
        read_only,
        Frame,
        np.asfortranarray,
        lambda values: np.repeat(values, 2, axis=0)[::2],
        lambda values: values.astype(np.int16) if values.ndim == 1 else values,
        lambda values: values.astype(">i4") if values.ndim == 1 else values,
    ],
    ids=["list", "read-only", "frame", "Fortran", "strided", "int16", "other byte order"],
)
def test_data_in_any_form_are_used_and_left_as_they_were(form):
    X, y = some_data("cross_entropy", samples=12)
    expected = MLP([3, 4, 3], Tanh())
    expected.fit(X, y, 2, 0.1, validation=(X, y))
    kept = X.copy(), y.copy()
    net, (A, b) = MLP([3, 4, 3], Tanh()), (form(X), form(y))
    net.fit(A, b, 2, 0.1, validation=(A, b))
    assert net == expected
    assert net.accuracy(A, b) == expected.accuracy(X, y)
    assert np.array_equal(np.asarray(A), kept[0]) and np.array_equal(np.asarray(b), kept[1])
    step = Perceptron(2).fit(form(CORNERS.astype(float)), form(np.array(AND)))
    assert step == Perceptron(2).fit(CORNERS, AND)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_layers_train_copies_of_the_arrays_that_they_are_made_from(dtype):
    W, b = read_only(np.ones((3, 2)), dtype), read_only(np.zeros(2), dtype)
    stack = read_only(np.ones((2, 3, 2)), dtype), read_only(np.zeros((2, 2)), dtype)
    for layer, arrays in ((Dense(W, b, ReLU()), (W, b)), (MaxoutLayer(*stack), stack)):
        layer.move(np.ones(arrays[0].shape), np.ones(arrays[1].shape))
        assert (layer.weights == 2).all() and (layer.bias == 1).all()
        assert (arrays[0] == 1).all() and (arrays[1] == 0).all()
        assert layer.weights.dtype == layer.bias.dtype == np.float32
    neuron = Neuron(weights := np.array([1.0, 2.0]), 0, Step())
    weights[:] = 7
    assert neuron.weights.tolist() == [1, 2]


def test_a_layer_computes_in_float64_whatever_comes():
    layer = Dense(np.full((2, 1), 1 / 3), [0], Identity())
    third = float(np.float32(1 / 3))
    for A in ([[1, 2]], np.array([[1, 2]], np.float32), np.array([[1, 2]])):
        assert layer.forward(A)[1].dtype == np.float64
        assert layer.forward(A)[1].item() == third + 2 * third
    stack = MaxoutLayer(np.full((1, 2, 1), 1 / 3), [[0]])
    assert stack.forward(np.array([[1, 2]], np.float32))[1].item() == third + 2 * third


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [3, 4], [5, 6]],
        np.arange(1, 7).reshape(3, 2),
        read_only(np.arange(1.0, 7).reshape(3, 2)),
        np.arange(1, 7, dtype=np.float16).reshape(3, 2),
        np.arange(6.0, 0, -1).reshape(3, 2)[::-1, ::-1],
        Frame(np.arange(1.0, 7).reshape(3, 2)),
    ],
    ids=["list", "integers", "read-only", "float16", "reversed view", "frame"],
)
def test_replaced_weights_in_any_form_can_be_trained(values):
    net = MLP([3, 2, 3], Tanh())
    net.layers[0].weights, net.layers[0].bias = values, [0, 1]
    assert net.layers[0].weights.tolist() == [[1, 2], [3, 4], [5, 6]]
    net.fit(*some_data("cross_entropy"), 1, 0.1)
    assert net.layers[0].weights.tolist() != [[1, 2], [3, 4], [5, 6]]
    assert np.asarray(values).tolist() == [[1, 2], [3, 4], [5, 6]]
    double = isinstance(values, np.ndarray) and values.dtype == np.float64
    assert net.layers[0].weights.dtype == (np.float64 if double else np.float32)


@pytest.mark.parametrize(
    "number",
    [Fraction(1, 4), np.array(0.25), *(t(0.25) for t in (np.float16, np.float32, np.longdouble))],
    ids=lambda number: type(number).__name__,
)
def test_numbers_of_every_type_train_alike(number):
    X, y = some_data("cross_entropy", samples=20)
    expected, net = MLP([3, 4, 3], PReLU()), MLP([3, 4, 3], PReLU())
    history = expected.fit(X, y, 2, 0.25, momentum=0.25, batch_size=8)
    assert net.fit(X, y, np.uint8(2), number, momentum=number, batch_size=np.int64(8)) == history
    assert net == expected
    assert scaled(he, number) == scaled(he, 0.25)
    assert Neuron([1], number, Tanh()) == Neuron([1], 0.25, Tanh())


@pytest.mark.parametrize("activation", [*ALL, Maxout(2)], ids=str)
def test_nothing_raises_where_numpy_is_told_to_raise(activation):
    X, y = some_data("cross_entropy", samples=20, spread=1e3)
    with np.errstate(all="raise"):
        net = MLP([3, 8, 3], activation)
        net.layers[0].weights *= 1e30
        net.layers[1].weights *= 1e30
        net.fit(X, y, 2, 1e-3, validation=(X, y))
        net.accuracy(X, y), net.predict(X), net.probabilities(X)
        for loss in ("logistic", "squared"):
            one = MLP([3, 8, 1], activation, loss=loss)
            one.layers[1].weights *= 1e30
            one.fit(X, y % 2, 3, 1e30, validation=(X, y % 2))
            one.accuracy(X, y % 2), one.predict(X), one.gradients(X, y % 2)
        if activation != Maxout(2):
            neuron = Neuron([1e300, -1e300, 1.0], 1e300, activation)
            assert neuron(X * 1e10).shape == neuron.pre_activation(X * 1e10).shape
        Perceptron(3).fit(X * 1e200, y % 2, max_epochs=2).predict(X * 1e200)


def test_losses_do_not_raise_where_numpy_is_told_to_raise():
    z = np.array([[1e4, -1e4], [-750.0, 750.0]])
    with np.errstate(all="raise"):
        for loss, outputs, y in (
            (CrossEntropy(), z, np.array([1, 0])),
            (Logistic(), z[:, :1], np.array([0, 0])),
            (Squared(), z * 1e300, z),
        ):
            assert loss.value(outputs, y) > 0
            assert loss.gradient(outputs, y).shape == outputs.shape


def test_losses_survive_extreme_logits():
    z = np.array([[1e4, -1e4, 0.0], [-1e300, 1e300, 5.0]])
    net = MLP([2, 3])
    assert net.loss.value(z, np.array([0, 1])) == 0
    assert net.loss.value(z[:1], np.array([1])) == 2e4
    np.testing.assert_allclose(net.loss.gradient(z, np.array([0, 1])), 0)
    logistic = MLP([2, 1], loss="logistic").loss
    assert logistic.value(np.array([[800.0], [-800.0]]), np.array([0, 0])) == 400
    assert np.array_equal(softmax(z).sum(axis=1), [1, 1])


# --------------------------------------------------------------------------------- what it refuses

X3, Y3 = np.zeros((4, 3)), [0, 1, 2, 0]
LAYER = Dense(X3, [0, 0, 0], ReLU())
REFUSED = [
    # (call, error, words that the message must hold)
    (lambda: Neuron([[1, 2]], 0, Step()), ValueError, "weights"),
    (lambda: Neuron([1, 2], "0", Step()), TypeError, "bias"),
    (lambda: Neuron([1, 2], 0, Step), TypeError, r"activation.*Step\(\).*class Step"),
    (lambda: Neuron([1, 2], 0, "relu"), TypeError, "activation.*'relu'"),
    (lambda: Neuron([1, 2], 0, Step())([1, 2, 3]), ValueError, r"X.*\(3,\)"),
    (lambda: Perceptron(0), ValueError, "features.*at least 1.*0"),
    (lambda: Perceptron(2.0), TypeError, "features.*integer.*float"),
    (lambda: Perceptron(2).fit(CORNERS, [0, 1, 2, 1]), ValueError, "y.*0 or 1"),
    (lambda: Perceptron(2).fit(CORNERS, [-1, 1, 1, 1]), ValueError, "y.*0 or 1.*-1"),
    (lambda: Perceptron(2).fit(CORNERS, [0, 1]), ValueError, "y must hold 4 labels.*2"),
    (lambda: Perceptron(2).fit(CORNERS, AND, max_epochs=0), ValueError, "max_epochs"),
    (lambda: Perceptron(3).fit(CORNERS, AND), ValueError, r"X.*3 columns.*\(4, 2\)"),
    (lambda: novikoff_bound(CORNERS, XOR, [1, 1], 0), ValueError, "weights and bias must separate"),
    (lambda: he(0, 3, 4), TypeError, "rng.*Generator.*int"),
    (lambda: he(np.random.default_rng(0), 0, 4), ValueError, "fan_in.*at least 1"),
    (lambda: he(np.random.default_rng(0), 4, 1.5), TypeError, "fan_out.*integer"),
    (lambda: scaled(he, 0), ValueError, "gain.*0"),
    (lambda: keeping("relu"), TypeError, "f must be"),
    (lambda: keeping(ReLU(), 0), ValueError, "q.*0"),
    (lambda: scaled(len, 2), TypeError, "init.*xavier"),
    (lambda: MLP([3]), ValueError, "sizes"),
    (lambda: MLP(3), ValueError, "sizes.*3"),
    (lambda: MLP([3, 0, 2], ReLU()), ValueError, "sizes.*at least 1"),
    (lambda: MLP([3, 4.0, 2], ReLU()), TypeError, "sizes.*integer.*4.0"),
    (lambda: MLP([3, 4, 2]), TypeError, "activation.*None"),
    (lambda: MLP([3, 4, 2], ReLU), TypeError, r"activation.*ReLU\(\)"),
    (lambda: MLP([3, 4, 2], [ReLU(), ReLU()]), ValueError, "activation.*1.*got 2"),
    (lambda: MLP([3, 4, 2], ReLU(), init="glorot"), ValueError, "init.*'xavier'.*'glorot'"),
    (lambda: MLP([3, 4, 2], ReLU(), init=3), TypeError, "init.*3"),
    (lambda: MLP([3, 4, 2], ReLU(), init=["he"]), ValueError, "init.*2.*got 1"),
    (lambda: MLP([3, 4, 2], ReLU(), loss="mse"), ValueError, "loss.*'squared'.*'mse'"),
    (lambda: MLP([3, 4, 2], ReLU(), seed=-1), ValueError, "seed.*at least 0"),
    (lambda: MLP([3, 4, 2], ReLU(), seed=None), TypeError, "seed.*integer.*None"),
    (lambda: MLP([3, 2], output=Sigmoid()), ValueError, "output.*cross_entropy"),
    (lambda: MLP([3, 2], output=3, loss="squared"), TypeError, "output.*int"),
    (lambda: Maxout(0), ValueError, "pieces.*at least 1"),
    (lambda: Maxout(True), TypeError, "pieces.*bool"),
    (lambda: MLP([3, 3]).forward(CORNERS), ValueError, r"X.*3 columns.*\(4, 2\)"),
    (lambda: MLP([3, 3]).forward([1, 2, 3]), ValueError, r"X.*\(3,\)"),
    (lambda: MLP([3, 3]).forward(np.zeros((0, 3))), ValueError, "X.*non-empty"),
    (lambda: MLP([3, 3]).forward([[1, 2, math.nan]]), ValueError, "X must be finite"),
    (lambda: MLP([3, 3]).forward([["1", "2", "3"]]), TypeError, "X"),
    (lambda: MLP([3, 3]).forward([[1j, 2, 3]]), TypeError, "X.*complex"),
    (lambda: MLP([3, 3]).gradients(X3, [0, 1, 3, 0]), ValueError, "y.*0 to 2"),
    (lambda: MLP([3, 3]).gradients(X3, [0, 0.5, 1, 0]), ValueError, "y.*integers"),
    (lambda: MLP([3, 3]).gradients(X3, Y3[:3]), ValueError, "y must hold 4 labels.*3"),
    (lambda: MLP([3, 1]), ValueError, r"cross_entropy.*at least 2 outputs.*= 1;.*logistic"),
    (lambda: MLP([3, 2], loss="logistic"), ValueError, "logistic.*exactly 1 output.*= 2"),
    (lambda: MLP([3, 3], loss=["squared"]), ValueError, r"loss.*'logistic'.*\['squared'\]"),
    (lambda: MLP([3, 3], loss=Squared()), ValueError, r"loss.*'logistic'.*Squared\(\)"),
    (lambda: MLP([3, 3], centred="yes"), TypeError, "centred.*True or False.*'yes'"),
    (lambda: MLP([3, 2], loss="squared").gradients(X3, Y3), ValueError, r"y.*\(4, 2\).*\(4,\)"),
    (
        lambda: MLP([3, 1], loss="squared").gradients(X3, [0, 0, 0, math.inf]),
        ValueError,
        "y.*finite",
    ),
    (lambda: MLP([3, 2], loss="squared").probabilities(X3), ValueError, "probabilities.*squared"),
    (lambda: MLP([3, 2], loss="squared").accuracy(X3, Y3), ValueError, "accuracy.*one output"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 0, 0.1), ValueError, "epochs.*at least 1"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 2.5, 0.1), TypeError, "epochs.*integer"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0), ValueError, r"learning_rate.*\(0, ∞\).*0"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, math.nan), ValueError, "learning_rate.*nan"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 10**400), ValueError, "learning_rate.*1.8e308"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, True), TypeError, "learning_rate.*bool"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, np.array([0.1])), TypeError, "learning_rate.*an array"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, "fast"), TypeError, "learning_rate.*str"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, momentum=1), ValueError, r"momentum.*\[0, 1\).*1"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, batch_size=0), ValueError, "batch_size"),
    (
        lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, optimiser="rmsprop"),
        ValueError,
        "optimiser must be 'sgd' or 'adam', got 'rmsprop'",
    ),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, optimiser=["adam"]), ValueError, "optimiser.*adam'"),
    (lambda: siren(0), ValueError, "layers.*at least 1.*0"),
    (lambda: siren(3, 0), ValueError, "frequency.*0"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, validation=X3), TypeError, "validation"),
    (
        lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, validation=(CORNERS, AND)),
        ValueError,
        "validation X",
    ),
    (
        lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, validation=(X3,)),
        TypeError,
        "validation.*tuple of 1",
    ),
    (
        lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, validation=(X3, Y3[:2])),
        ValueError,
        "validation y must hold 4 labels.*2",
    ),
    (
        lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, validation=(X3, [0, 1, 2, 7])),
        ValueError,
        "validation y.*0 to 2.*7",
    ),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, progress="yes"), TypeError, "progress.*'yes'"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, callback=3), TypeError, "callback.*3"),
    (lambda: MLP([3, 3]).fit(X3, ["a", "b", "c", "a"], 1, 0.1), TypeError, "y must hold real"),
    (lambda: MLP([3, 3]).fit(X3, [0, 1, math.nan, 0], 1, 0.1), ValueError, "y must be finite"),
    (lambda: MLP([3, 3]).fit(X3, np.zeros((4, 1)), 1, 0.1), ValueError, r"y.*\(n,\).*\(4, 1\)"),
    (lambda: MLP([3, 3]).fit(Frame([["a"] * 3]), [0], 1, 0.1), TypeError, "X must hold real"),
    (lambda: MLP([3, 3]).fit(X3, [0, 1.5, 2, 1.5], 1, 0.1), ValueError, "y.*0 to 2, got 1.5$"),
    (lambda: Dense([1, 2], [0], ReLU()), ValueError, r"weights.*\(fan_in, units\).*\(2,\)"),
    (lambda: Dense(np.zeros((0, 2)), [0, 0], ReLU()), ValueError, "weights.*non-empty"),
    (lambda: Dense(X3, [0], ReLU()), ValueError, r"bias must have shape \(3,\).*\(1,\)"),
    (lambda: Dense(X3, 0, ReLU()), ValueError, r"bias must have shape \(3,\).*\(\)"),
    (lambda: Dense(X3, [0, 0, math.inf], ReLU()), ValueError, "bias must be finite.*float32"),
    (lambda: Dense(X3 + 1e39, [0, 0, 0], ReLU()), ValueError, "weights must be finite in float32"),
    (lambda: Dense(X3, [0, 0, 0], ReLU), TypeError, r"activation.*ReLU\(\)"),
    (lambda: Dense(X3, [0, 0, 0], ReLU()).forward([1, 2]), ValueError, r"A.*\(samples, 4\).*\(2,"),
    (lambda: MaxoutLayer(X3, [0]), ValueError, r"weights.*\(pieces, fan_in, units\).*\(4, 3\)"),
    (lambda: MaxoutLayer([X3], [0, 0, 0]), ValueError, r"bias must have shape \(1, 3\).*\(3,\)"),
    (
        lambda: setattr(LAYER, "weights", X3.T),
        ValueError,
        r"weights.*\(4, 3\), as before.*\(3, 4\)",
    ),
    (lambda: setattr(LAYER, "weights", [["a"]]), TypeError, "weights must hold real"),
    (lambda: setattr(LAYER, "weights", X3 * 1j), TypeError, "weights.*complex"),
    (lambda: setattr(LAYER, "bias", 0), ValueError, r"bias.*\(3,\), as before.*\(\)"),
    (lambda: setattr(LAYER, "bias", [0, math.nan, 0]), ValueError, "bias must be finite"),
    (lambda: setattr(LAYER, "activation", ReLU), TypeError, r"activation.*ReLU\(\)"),
    (lambda: setattr(LAYER, "activation", abs), TypeError, "activation.*abs"),
    (lambda: setattr(Neuron([1], 0, Step()), "weights", "1"), TypeError, "weights must hold real"),
    (lambda: setattr(Neuron([1], 0, Step()), "bias", math.nan), ValueError, "bias.*nan"),
    (lambda: MLP([3, 3]).fit(X3, Y3, 1, 0.1, snapshot_every=0), ValueError, "snapshot_every"),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_what_it_cannot_use_it_refuses_by_name(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_refused_replacement_leaves_the_layer_as_it_was():
    kept = copy.deepcopy(LAYER)
    for name, value in (("weights", X3.T), ("bias", [0, math.nan, 0]), ("activation", ReLU)):
        with pytest.raises((TypeError, ValueError)):
            setattr(LAYER, name, value)
    assert LAYER == kept


def test_every_initialiser_has_a_name_and_every_text_is_readable():
    assert set(INITIALISERS) == {"xavier", "he", "lecun", "framework_default"}
    assert str(scaled(xavier, 4)) == "4 × Xavier"
    assert str(Maxout(3)) == "Maxout (3 pieces)"
    assert (
        repr(MLP([64, 32, 10], actfun.GELU()))
        == "MLP(64–32–10, GELU, cross-entropy, 2410 parameters)"
    )
