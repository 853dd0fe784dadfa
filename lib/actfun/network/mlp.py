"""The multilayer perceptron: forward, backward, and training."""

from __future__ import annotations

import copy
import math
import sys
import time
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from actfun.activations import Identity
from actfun.network.checks import (
    check_activation_instance,
    labels_array,
    real_number,
    samples_array,
    whole_number,
)
from actfun.network.initialisers import as_initialiser
from actfun.network.layers import Dense, Maxout, MaxoutLayer
from actfun.network.losses import LOSSES

OVERFLOW_IS_AN_ANSWER = dict(over="ignore", under="ignore", invalid="ignore")


class Trace(NamedTuple):
    """A forward pass: the inputs, then pre-activations and activations of every layer in order."""

    inputs: np.ndarray
    pre_activations: list
    activations: list

    @property
    def outputs(self):
        """The activations of the last layer."""
        return self.activations[-1]


class Gradients(NamedTuple):
    """A backward pass, layer by layer in order.

    ``loss`` is the loss, ``parameters`` a list of (∂loss/∂W, ∂loss/∂b) per layer (for a PReLU layer
    a third entry, ∂loss/∂slope), ``pre_activations`` a list of ∂loss/∂Z.
    """

    loss: float
    parameters: list
    pre_activations: list


@dataclass
class History:
    """What a training run did.

    ``loss`` and ``accuracy`` hold one number per finished epoch: means over its mini-batches, each
    measured before its update. ``validation_loss`` and ``validation_accuracy`` are measured after
    the epoch, if ``validation`` was given. Accuracies stay empty with the squared loss.
    ``snapshots`` maps step numbers to copies of the network. If the loss or a weight stopped being
    finite, ``diverged`` is true and ``message`` says when.
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_accuracy: list = field(default_factory=list)
    snapshots: dict = field(default_factory=dict)
    steps: int = 0
    diverged: bool = False
    message: str = ""

    def __repr__(self):
        text = f"{len(self.loss)} epochs, {self.steps} steps"
        if self.loss:
            text += f", loss {self.loss[-1]:.4g}"
        if self.accuracy:
            text += f", accuracy {100 * self.accuracy[-1]:.1f} %"
        if self.validation_accuracy:
            text += f", validation accuracy {100 * self.validation_accuracy[-1]:.1f} %"
        return f"History({text}{'; ' + self.message if self.message else ''})"


class MLP:
    """A multilayer perceptron: hidden layers with an activation, then a linear output layer.

    Parameters
    ----------
    sizes : list of int
        Features, units of each hidden layer, outputs: ``[64, 32, 10]``. Without hidden layers
        (``[64, 10]``) it is softmax, logistic or linear regression, depending on the loss.
    activation : activation or `Maxout`, or a list with one for each hidden layer
        Needed if there are hidden layers. A `PReLU` learns its slope, one per layer.
    init : str or `Initialiser`, or a list with one for each layer, the output layer included
        "xavier", "he", "lecun", "framework_default", or for instance ``scaled(xavier, 4)``.
    loss : "cross_entropy", "logistic" or "squared"
        The first two are computed from the logits and contain softmax and logistic function.
    seed : int
        Determines the initial weights and, separately, the order of the mini-batches.
    output : activation or `Maxout`, optional
        An activation of the output layer, with the squared loss only.
    centred : bool
        Start each bias at −f(0) ΣW, f the activation of the layer below, so that layers are centred
        even if the activations below are not (0.5 for the logistic function).

    ``layers`` holds the layers (`Dense` or `MaxoutLayer`), whose weights may be read and changed.
    Weights are float32, arithmetic is float64 (see the module's text). Anything unusable raises a
    ``TypeError`` or ``ValueError`` that names the argument.

    >>> net = MLP([2, 8, 1], Tanh(), init="xavier", loss="logistic", seed=1)
    >>> history = net.fit(X, y, epochs=50, learning_rate=0.1)
    """

    def __init__(
        self,
        sizes,
        activation=None,
        init="he",
        loss="cross_entropy",
        seed=0,
        output=None,
        centred=False,
    ):
        if not isinstance(sizes, (list, tuple)) or len(sizes) < 2:
            raise ValueError(
                f"sizes must be a list of at least 2 integers (features, …, outputs), got {sizes!r}"
            )
        self.sizes = [whole_number(size, "every entry of sizes", 1) for size in sizes]
        depth = len(sizes) - 1
        if loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(map(repr, LOSSES))}, got {loss!r}")
        self.loss = LOSSES[loss]
        if output is not None and loss != "squared":
            raise ValueError(
                f'output must be None with loss "{loss}", which is computed from the logits; '
                f"got {output!r}"
            )
        activations = [
            spec if isinstance(spec, Maxout) else check_activation_instance(spec)
            for spec in _one_each(activation, depth - 1, "activation", "hidden layer")
        ]
        if output is None:
            output = Identity()
        elif not isinstance(output, Maxout):
            check_activation_instance(output, "output")
        initialisers = [as_initialiser(one) for one in _one_each(init, depth, "init", "layer")]
        seed = whole_number(seed, "seed", 0)
        rng = np.random.default_rng([seed, 0])
        self._order = np.random.default_rng([seed, 1])
        self.layers = []
        below = None
        for fan_in, units, spec, initialiser in zip(
            self.sizes[:-1], self.sizes[1:], [*activations, output], initialisers, strict=True
        ):
            offset = float(below(0.0)) if centred and callable(below) else 0.0
            self.layers.append(_new_layer(rng, fan_in, units, spec, initialiser, offset))
            below = spec

    def __repr__(self):
        hidden = dict.fromkeys(str(layer.activation) for layer in self.layers[:-1])
        facts = ["–".join(map(str, self.sizes)), *hidden, self.loss.key.replace("_", "-")]
        return f"MLP({', '.join(facts)}, {self.parameter_count} parameters)"

    @property
    def parameter_count(self):
        """The number of weights and biases, and of learned slopes."""
        return sum(layer.parameter_count for layer in self.layers)

    def copy(self):
        """An independent copy, weights and random state included."""
        return copy.deepcopy(self)

    # ------------------------------------------------------------------------------- using it

    def forward(self, X):
        """Run inputs (samples, features) through the network; returns the whole `Trace`."""
        return self._forward(samples_array(X, self.sizes[0]))

    def _forward(self, X):
        trace, A = Trace(X, [], []), X
        with np.errstate(**OVERFLOW_IS_AN_ANSWER):
            for layer in self.layers:
                Z, A = layer.forward(A)
                trace.pre_activations.append(Z)
                trace.activations.append(A)
        return trace

    def probabilities(self, X):
        """Class probabilities: (samples, classes), or P(y = 1), shape (samples,), if logistic."""
        if self.loss.key == "squared":
            raise ValueError('probabilities need loss "cross_entropy" or "logistic", not "squared"')
        return self.loss.probabilities(self.forward(X).outputs)

    def predict(self, X):
        """Labels, shape (samples,); with the squared loss the outputs themselves."""
        return self.loss.predict(self.forward(X).outputs)

    def accuracy(self, X, y):
        """The fraction of labels predicted correctly.

        With the squared loss: one output, labels 0 or 1, decided at ½.
        """
        outputs = self.forward(X).outputs
        return self._accuracy(outputs, self._labels(y, len(outputs)))

    def _labels(self, y, samples):
        if self.loss.key != "squared":
            return self.loss.targets(y, samples, self.sizes[-1])
        if self.sizes[-1] != 1:
            raise ValueError('accuracy with loss "squared" needs a network with one output')
        return labels_array(y, samples, 2)

    def _accuracy(self, outputs, labels):
        if self.loss.key == "squared":
            return float(np.mean((outputs[:, 0] >= 0.5) == labels))
        return float(np.mean(self.loss.predict(outputs) == labels))

    # ------------------------------------------------------------------------------ learning

    def gradients(self, X, y):
        """Back-propagation: the loss on (X, y) and its `Gradients`, everything in float64."""
        X = samples_array(X, self.sizes[0])
        return self._backward(self._forward(X), self.loss.targets(y, len(X), self.sizes[-1]))

    def _backward(self, trace, y):
        parameters, deltas = [], []
        with np.errstate(**OVERFLOW_IS_AN_ANSWER):
            loss = self.loss.value(trace.outputs, y)
            gradient = self.loss.gradient(trace.outputs, y)
            for i in reversed(range(len(self.layers))):
                layer, Z = self.layers[i], trace.pre_activations[i]
                A = trace.activations[i - 1] if i else trace.inputs
                delta = layer.delta(Z, gradient)
                parameters.append(layer.parameter_gradients(A, Z, gradient, delta))
                deltas.append(delta)
                if i:
                    gradient = layer.input_gradient(delta)
        return Gradients(loss, parameters[::-1], deltas[::-1])

    def fit(
        self,
        X,
        y,
        epochs,
        learning_rate,
        momentum=0.9,
        batch_size=32,
        validation=None,
        progress=False,
        callback=None,
        snapshot_every=None,
    ):
        """Train by stochastic gradient descent with momentum; returns a `History`.

        For every mini-batch v ← momentum · v − learning_rate · gradient and weights ← weights + v.

        Parameters
        ----------
        X, y : arrays
            Inputs (samples, features) and targets: integer labels, or real numbers if squared.
        epochs : int
            Passes over the data, each in a new random order. A second ``fit`` goes on from there.
        learning_rate, momentum : float
            learning_rate > 0, and momentum in [0, 1).
        batch_size : int or None
            Samples per update; the last batch may be smaller. None: all of them (gradient descent).
        validation : (X, y), optional
            Measured after every epoch.
        progress : bool
            Print about one line per second, with epoch and loss, to the error stream.
        callback : function (net, step), optional
            Called before the first update (step 0) and after every update.
        snapshot_every : int, optional
            Keep a copy of the network in ``history.snapshots`` every so many steps, from step 0.

        A run that diverges warns of nothing: it stops, ``history.diverged`` is true and
        ``history.message`` says when. The network is left as it was after the last finite epoch.
        """
        X = samples_array(X, self.sizes[0])
        y = self.loss.targets(y, len(X), self.sizes[-1])
        epochs = whole_number(epochs, "epochs", 1)
        learning_rate = real_number(learning_rate, "learning_rate", 0, math.inf, low_allowed=False)
        momentum = real_number(momentum, "momentum", 0, 1)
        batch_size = len(X) if batch_size is None else whole_number(batch_size, "batch_size", 1)
        if snapshot_every is not None:
            snapshot_every = whole_number(snapshot_every, "snapshot_every", 1)
        if callback is not None and not callable(callback):
            raise TypeError(f"callback must be a function (net, step), got {callback!r}")
        if validation is not None:
            validation = self._validation(validation)

        history = History()
        velocities = None
        shown = time.monotonic()

        def after_step():
            if snapshot_every is not None and history.steps % snapshot_every == 0:
                history.snapshots[history.steps] = self.copy()
            if callback is not None:
                callback(self, history.steps)

        after_step()
        for epoch in range(1, epochs + 1):
            finite = copy.deepcopy(self.layers)
            order = self._order.permutation(len(X))
            X_mixed, y_mixed = X[order], y[order]
            loss = correct = 0.0
            for start in range(0, len(X), batch_size):
                inputs, targets = (
                    X_mixed[start : start + batch_size],
                    y_mixed[start : start + batch_size],
                )
                trace = self._forward(inputs)
                gradients = self._backward(trace, targets)
                if not math.isfinite(gradients.loss):
                    return self._diverged(history, finite, epoch, "the loss")
                loss += gradients.loss * len(inputs)
                if self.loss.key != "squared":
                    correct += self._accuracy(trace.outputs, targets) * len(inputs)
                if velocities is None:
                    velocities = [
                        [np.zeros_like(gradient) for gradient in layer]
                        for layer in gradients.parameters
                    ]
                with np.errstate(**OVERFLOW_IS_AN_ANSWER):
                    for layer, steps, slopes in zip(
                        self.layers, velocities, gradients.parameters, strict=True
                    ):
                        for step, slope in zip(steps, slopes, strict=True):
                            step *= momentum
                            step -= learning_rate * slope
                        layer.move(*steps)
                history.steps += 1
                after_step()
            if not all(layer.is_finite() for layer in self.layers):
                return self._diverged(history, finite, epoch, "a weight")
            history.loss.append(loss / len(X))
            if self.loss.key != "squared":
                history.accuracy.append(correct / len(X))
            if validation is not None:
                outputs = self._forward(validation[0]).outputs
                history.validation_loss.append(self.loss.value(outputs, validation[1]))
                if self.loss.key != "squared":
                    history.validation_accuracy.append(self._accuracy(outputs, validation[1]))
            if progress and (time.monotonic() - shown > 1 or epoch == epochs):
                shown = time.monotonic()
                print(f"epoch {epoch}/{epochs}: loss {history.loss[-1]:.4g}", file=sys.stderr)
        return history

    def _validation(self, validation):
        if not isinstance(validation, (tuple, list)) or len(validation) != 2:
            raise TypeError("validation must be a pair (X, y)")
        X = samples_array(validation[0], self.sizes[0], "validation X")
        return X, self.loss.targets(validation[1], len(X), self.sizes[-1])

    def _diverged(self, history, finite, epoch, what):
        self.layers = finite
        history.diverged = True
        history.message = (
            f"diverged: in epoch {epoch}, step {history.steps}, {what} was no longer finite"
        )
        return history


def _one_each(value, count, name, per):
    """A list of ``count`` entries: the value repeated, or the list that was given."""
    if not isinstance(value, (list, tuple)):
        return [value] * count
    if len(value) != count:
        raise ValueError(f"{name} must be one, or {count}: one per {per}; got {len(value)}")
    return list(value)


def _new_layer(rng, fan_in, units, spec, init, offset):
    """A layer with random weights; biases cancel inputs whose mean is ``offset``."""
    if isinstance(spec, Maxout):
        pieces = range(spec.pieces)
        weights = np.array([init(rng, fan_in, units) for _ in pieces])
        bias = np.array([init.bias(rng, fan_in, units) for _ in pieces])
        return MaxoutLayer(weights, bias - offset * weights.sum(axis=1))
    weights = init(rng, fan_in, units)
    bias = init.bias(rng, fan_in, units)
    return Dense(weights, bias - offset * weights.sum(axis=0), spec)
