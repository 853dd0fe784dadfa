"""A neuron, the perceptron, and a small multilayer network trained by back-propagation.

Arrays are (samples, features). A layer maps its inputs A to pre-activations Z = A W + b, one column
per unit, and to activations f(Z). The gradient of the loss with respect to Z is called delta.

**The same numbers on every processor.** Weights are *stored* as float32, arithmetic is float64, and
every update is rounded to float32 once. Processors disagree in the last bits of an exponential
or a matrix product; that rounding absorbs the difference, so a run ends in the same weights
everywhere. Velocities (momentum) stay float64.
"""

from __future__ import annotations

import copy
import dataclasses
import math
import operator
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from actfun.activations import (
    Identity,
    PReLU,
    Sigmoid,
    log_softmax,
    softmax,
)
from actfun.base import real_array

__all__ = [
    "INITIALISERS",
    "LOSSES",
    "MLP",
    "CrossEntropy",
    "Dense",
    "Gradients",
    "History",
    "Initialiser",
    "Logistic",
    "Maxout",
    "MaxoutLayer",
    "Mistake",
    "Neuron",
    "Perceptron",
    "Squared",
    "Trace",
    "framework_default",
    "he",
    "lecun",
    "novikoff_bound",
    "scaled",
    "xavier",
]

OVERFLOW_IS_AN_ANSWER = dict(over="ignore", under="ignore", invalid="ignore")


# ------------------------------------------------------------------------ checking what comes in


def finite_array(values, name, dimensions):
    """``values`` as a float64 array with that many dimensions; an error that names it otherwise."""
    array = real_array(values, name).astype(np.float64, copy=False)
    if array.ndim != dimensions or array.size == 0:
        form = {1: "(n,)", 2: "(samples, features)"}[dimensions]
        raise ValueError(f"{name} must be a non-empty {form} array, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got nan or infinity")
    return array


def samples_array(X, features, name="X"):
    """``X`` as a finite float64 array of shape (samples, features)."""
    array = finite_array(X, name, 2)
    if array.shape[1] != features:
        raise ValueError(f"{name} must have {features} columns (features), got shape {array.shape}")
    return array


def labels_array(y, samples, classes, name="y"):
    """``y`` as integer labels 0 … classes − 1, one per sample."""
    array = finite_array(y, name, 1)
    if array.size != samples:
        raise ValueError(f"{name} must hold {samples} labels, one per sample, got {array.size}")
    if not (np.isin(array, np.arange(classes))).all():
        allowed = "0 or 1" if classes == 2 else f"integers from 0 to {classes - 1}"
        raise ValueError(f"{name} must hold labels {allowed}, got {np.unique(array)[:12]}")
    return array.astype(np.intp)


def whole_number(value, name, low):
    """``value`` as an int that is at least ``low``."""
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be an integer, got {type(value).__name__} {value!r}")
    if operator.index(value) < low:
        raise ValueError(f"{name} must be at least {low}, got {value}")
    return operator.index(value)


def real_number(value, name, low, high, low_allowed=True):
    """``value`` as a float in [low, high), or in (low, high)."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"{name} must be a real number, got {type(value).__name__} {value!r}")
    if not ((low <= value if low_allowed else low < value) and value < high):
        left, right = "[" if low_allowed else "(", "∞" if high == math.inf else f"{high:g}"
        raise ValueError(f"{name} must lie in {left}{low:g}, {right}), got {value!r}")
    return float(value)


def check_activation_instance(activation, name="activation"):
    """Anything callable with a ``derivative`` will do, but not a class in place of an instance."""
    if isinstance(activation, type):
        raise TypeError(
            f"{name} must be an instance such as {activation.__name__}(), "
            f"got the class {activation.__name__}"
        )
    if not (callable(activation) and hasattr(activation, "derivative")):
        raise TypeError(
            f"{name} must be an activation such as ReLU(), got {type(activation).__name__} "
            f"{activation!r}"
        )
    return activation


# ------------------------------------------------------------------------------------- one neuron


class Neuron:
    """One artificial neuron: a = f(z) with z = w · x + b.

    ``weights`` has shape (features,), ``bias`` is a number, ``activation`` any activation. Called
    with inputs of shape (samples, features), or one input (features,), it gives one output each.

    >>> Neuron([1, 1], -1.5, Step())([[0, 0], [0, 1], [1, 0], [1, 1]])
    array([0., 0., 0., 1.])
    """

    def __init__(self, weights, bias, activation):
        self.weights = finite_array(weights, "weights", 1)
        self.bias = real_number(bias, "bias", -math.inf, math.inf, low_allowed=False)
        self.activation = check_activation_instance(activation)

    def pre_activation(self, X):
        """The net input z = X · w + b."""
        X = real_array(X, "X")
        if X.ndim not in (1, 2) or X.shape[-1] != self.weights.size:
            raise ValueError(
                f"X must have shape (samples, {self.weights.size}) or ({self.weights.size},), "
                f"got {X.shape}"
            )
        return X @ self.weights + self.bias

    def __call__(self, X):
        return self.activation(self.pre_activation(X))


class Mistake(NamedTuple):
    """One correction of the perceptron: where it was wrong, and what it knew afterwards."""

    epoch: int
    sample: int
    weights: np.ndarray
    bias: float


class Perceptron:
    """Rosenblatt's perceptron: a step neuron that learns from each of its mistakes.

    Starting from zero, the samples are shown in order, again and again. A sample that is classified
    correctly changes nothing; after a mistake w ← w + (y − ŷ) x and b ← b + (y − ŷ). (A learning
    rate would only scale w and b.) ``fit`` stops after an epoch without a mistake, or after
    ``max_epochs``.

    Attributes: ``weights``, ``bias``; ``history``, a list with one `Mistake` per correction, in
    order; ``converged``; ``epochs``, how many were run. Source: Rosenblatt, 1958.
    """

    def __init__(self, features):
        self.features = whole_number(features, "features", 1)
        self._forget()

    def _forget(self):
        self.weights, self.bias = np.zeros(self.features), 0.0
        self.history, self.converged, self.epochs = [], False, 0

    def fit(self, X, y, max_epochs=100):
        """Learn labels ``y`` in {0, 1} from zero; returns the perceptron itself."""
        X = samples_array(X, self.features)
        y = labels_array(y, len(X), 2)
        max_epochs = whole_number(max_epochs, "max_epochs", 1)
        self._forget()
        while not self.converged and self.epochs < max_epochs:
            self.epochs += 1
            self.converged = True
            for sample, (x, target) in enumerate(zip(X, y, strict=True)):
                error = target - float(x @ self.weights + self.bias >= 0)
                if error:
                    self.weights = self.weights + error * x
                    self.bias += error
                    self.history.append(Mistake(self.epochs, sample, self.weights, self.bias))
                    self.converged = False
        return self

    def predict(self, X):
        """1 where X · w + b ≥ 0, else 0."""
        return (samples_array(X, self.features) @ self.weights + self.bias >= 0).astype(int)

    def accuracy(self, X, y):
        """The fraction of samples classified correctly."""
        predicted = self.predict(X)
        return float(np.mean(predicted == labels_array(y, len(predicted), 2)))


def novikoff_bound(X, y, weights, bias):
    """The most mistakes that a perceptron starting from zero can make: (R/γ)².

    The bias counts as one more weight, on a feature that is always 1. R is then the length of the
    longest sample, and γ the margin that the separating hyperplane (``weights``, ``bias``) leaves:
    the distance of the nearest sample. Any separating hyperplane gives a valid bound; the one with
    the widest margin gives the best. ``ValueError`` if it does not separate the samples.
    Source: Novikoff, 1962.
    """
    weights = finite_array(weights, "weights", 1)
    bias = real_number(bias, "bias", -math.inf, math.inf, low_allowed=False)
    X = samples_array(X, weights.size)
    signs = 2 * labels_array(y, len(X), 2) - 1
    margin = np.min(signs * (X @ weights + bias))
    if margin <= 0:
        raise ValueError(
            "weights and bias must separate the two classes strictly, "
            f"but a sample lies {-margin:.3g} on the wrong side of (or on) w·x + b = 0"
        )
    longest = np.max(np.sum(X**2, axis=1) + 1)
    return float(longest * (weights @ weights + bias**2) / margin**2)


# ---------------------------------------------------------------------------------- initialisers


@dataclass(frozen=True)
class Initialiser:
    """Random weights with mean 0 and the variance that a rule gives for fan-in and fan-out.

    Called with ``(rng, fan_in, fan_out)`` it draws weights of shape (fan_in, fan_out), in float64.
    ``variance(fan_in, fan_out)`` is the rule, ``gain`` multiplies the weights, ``uniform`` draws
    from a uniform instead of a normal distribution. Biases start at 0, or with ``random_bias``
    are drawn like a weight.
    """

    name: str
    variance: Callable[[int, int], float]
    gain: float = 1.0
    uniform: bool = False
    random_bias: bool = False

    def __call__(self, rng, fan_in, fan_out):
        fan_in = whole_number(fan_in, "fan_in", 1)
        fan_out = whole_number(fan_out, "fan_out", 1)
        return self._draw(rng, fan_in, fan_out, (fan_in, fan_out))

    def bias(self, rng, fan_in, fan_out):
        """The initial biases, shape (fan_out,)."""
        if self.random_bias:
            return self._draw(rng, fan_in, fan_out, fan_out)
        return np.zeros(fan_out)

    def _draw(self, rng, fan_in, fan_out, shape):
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy random Generator, got {type(rng).__name__}")
        deviation = self.gain * math.sqrt(self.variance(fan_in, fan_out))
        if self.uniform:
            return rng.uniform(-1, 1, shape) * deviation * math.sqrt(3)
        return rng.standard_normal(shape) * deviation

    def __str__(self):
        return self.name if self.gain == 1 else f"{self.gain:g} × {self.name}"


def scaled(init, gain):
    """The same initialiser with weights (and random biases) ``gain`` times as large."""
    gain = real_number(gain, "gain", 0, math.inf, low_allowed=False)
    init = as_initialiser(init)
    return dataclasses.replace(init, gain=init.gain * gain)


xavier = Initialiser("Xavier", lambda fan_in, fan_out: 2 / (fan_in + fan_out))
"""Normal, variance 2/(fan_in + fan_out). Source: Glorot & Bengio, 2010."""

he = Initialiser("He", lambda fan_in, fan_out: 2 / fan_in)
"""Normal, variance 2/fan_in. Source: He, Zhang, Ren & Sun, 2015."""

lecun = Initialiser("LeCun", lambda fan_in, fan_out: 1 / fan_in)
"""Normal, variance 1/fan_in. Source: LeCun, Bottou, Orr & Müller, 1998."""

framework_default = Initialiser(
    "framework default", lambda fan_in, fan_out: 1 / (3 * fan_in), uniform=True, random_bias=True
)
"""Uniform in ±1/√fan_in, biases too: what PyTorch's ``nn.Linear`` does unless told otherwise."""

INITIALISERS = {
    "xavier": xavier,
    "he": he,
    "lecun": lecun,
    "framework_default": framework_default,
}


def as_initialiser(init, name="init"):
    """The `Initialiser` that a name stands for, or the one given."""
    if isinstance(init, str) and init in INITIALISERS:
        return INITIALISERS[init]
    if isinstance(init, Initialiser):
        return init
    problem = ValueError if isinstance(init, str) else TypeError
    raise problem(
        f"{name} must be one of {', '.join(map(repr, INITIALISERS))} or an Initialiser, "
        f"got {init!r}"
    )


# ----------------------------------------------------------------------------------------- losses


class CrossEntropy:
    """Softmax, cross-entropy on logits: mean of −ln softmax(z)_y, labels y = 0 … classes − 1."""

    key = "cross_entropy"

    def targets(self, y, samples, outputs):
        """``y`` checked: integer labels, shape (samples,)."""
        if outputs < 2:
            raise ValueError(
                'loss "cross_entropy" needs at least 2 outputs; for one use "logistic"'
            )
        return labels_array(y, samples, outputs)

    def value(self, z, y):
        return -float(log_softmax(z)[np.arange(len(y)), y].mean())

    def gradient(self, z, y):
        """(softmax(z) − onehot(y)) / samples."""
        gradient = softmax(z)
        gradient[np.arange(len(y)), y] -= 1
        return gradient / len(y)

    def probabilities(self, z):
        return softmax(z)

    def predict(self, z):
        return z.argmax(axis=1)


class Logistic:
    """Logistic function and log-loss on one logit: mean of ln(1 + e^z) − y z, labels y 0 or 1."""

    key = "logistic"

    def targets(self, y, samples, outputs):
        """``y`` checked: labels 0 or 1, shape (samples,)."""
        if outputs != 1:
            raise ValueError(f'loss "logistic" needs exactly 1 output, got sizes[-1] = {outputs}')
        return labels_array(y, samples, 2)

    def value(self, z, y):
        z = z[:, 0]
        return float(np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))))

    def gradient(self, z, y):
        """(σ(z) − y) / samples."""
        return (Sigmoid()(z) - y[:, None]) / len(y)

    def probabilities(self, z):
        return Sigmoid()(z[:, 0])

    def predict(self, z):
        return (z[:, 0] >= 0).astype(np.intp)


class Squared:
    """Squared error: mean of (a − y)² over samples and outputs, as in PyTorch (no factor ½)."""

    key = "squared"

    def targets(self, y, samples, outputs):
        """``y`` checked: real numbers, shape (samples, outputs), or (samples,) for one output."""
        y = real_array(y, "y").astype(np.float64, copy=False)
        if y.shape == (samples,) and outputs == 1:
            y = y[:, None]
        if y.shape != (samples, outputs):
            raise ValueError(f"y must have shape ({samples}, {outputs}), got {y.shape}")
        if not np.isfinite(y).all():
            raise ValueError("y must be finite, got nan or infinity")
        return y

    def value(self, a, y):
        return float(np.mean((a - y) ** 2))

    def gradient(self, a, y):
        """2 (a − y) / (samples · outputs)."""
        return 2 * (a - y) / y.size

    def predict(self, a):
        return a[:, 0] if a.shape[1] == 1 else a


LOSSES = {loss.key: loss for loss in (CrossEntropy(), Logistic(), Squared())}


# ----------------------------------------------------------------------------------------- layers


def _add(parameter, step):
    """parameter += step, computed in float64 and rounded once to the dtype of the parameter."""
    np.add(parameter, step, out=parameter, casting="same_kind")


class Dense:
    """A fully connected layer: Z = A W + b, activations f(Z).

    ``weights`` (fan_in, units) and ``bias`` (units,) are float32 arrays; they and ``activation``
    may be read, changed and replaced at any time. A `PReLU` learns its slope.
    """

    def __init__(self, weights, bias, activation):
        self.weights = np.asarray(weights, np.float32)
        self.bias = np.asarray(bias, np.float32)
        self.activation = activation

    @property
    def units(self):
        return self.weights.shape[1]

    @property
    def parameter_count(self):
        return self.weights.size + self.bias.size + isinstance(self.activation, PReLU)

    def forward(self, A):
        """(Z, f(Z)) for inputs of shape (samples, fan_in)."""
        Z = A @ self.weights + self.bias
        return Z, self.activation(Z)

    def delta(self, Z, gradient):
        """∂loss/∂Z from ∂loss/∂f(Z): times the slope of the activation."""
        return gradient * self.activation.derivative(Z)

    def parameter_gradients(self, A, Z, gradient, delta):
        """(∂loss/∂W, ∂loss/∂b), and for a PReLU also ∂loss/∂slope."""
        gradients = A.T @ delta, delta.sum(axis=0)
        if isinstance(self.activation, PReLU):
            gradients += (np.sum(gradient * self.activation.weight_gradient(Z)),)
        return gradients

    def input_gradient(self, delta):
        """∂loss/∂A, for the layer below."""
        return delta @ self.weights.T

    def move(self, weights, bias, slope=None):
        """Add a step to every parameter."""
        _add(self.weights, weights)
        _add(self.bias, bias)
        if slope is not None:
            moved = float(np.float32(self.activation.weight + slope))
            self.activation = PReLU(moved if math.isfinite(moved) else self.activation.weight)

    def is_finite(self):
        return bool(np.isfinite(self.weights).all() and np.isfinite(self.bias).all())


@dataclass(frozen=True)
class Maxout:
    """A learned hidden "activation": each unit is the maximum of ``pieces`` affine functions.

    Give it to `MLP` in place of an activation; that layer is then a `MaxoutLayer`. As ``output`` it
    makes the network a single maxout layer: ``MLP([1, 1], output=Maxout(5), loss="squared")`` fits
    convex curves by five straight pieces. Source: Goodfellow et al., 2013.
    """

    pieces: int = 2

    def __post_init__(self):
        whole_number(self.pieces, "pieces", 1)

    def __str__(self):
        return f"Maxout ({self.pieces} pieces)"


class MaxoutLayer:
    """A layer of maxout units: h = max over k of A W_k + b_k.

    ``weights`` (pieces, fan_in, units) and ``bias`` (pieces, units): k times the parameters of a
    dense layer. Z has shape (samples, pieces, units). The gradient goes to the winning piece only;
    between equal pieces the first wins.
    """

    def __init__(self, weights, bias):
        self.weights = np.asarray(weights, np.float32)
        self.bias = np.asarray(bias, np.float32)

    @property
    def activation(self):
        return Maxout(self.weights.shape[0])

    units = property(lambda self: self.weights.shape[2])
    parameter_count = property(lambda self: self.weights.size + self.bias.size)

    def forward(self, A):
        """(Z, max Z) for inputs of shape (samples, fan_in)."""
        Z = np.matmul(A, self.weights).transpose(1, 0, 2) + self.bias
        return Z, Z.max(axis=1)

    def winners(self, Z):
        """Which piece is largest, for every sample and unit: shape (samples, units)."""
        return Z.argmax(axis=1)

    def delta(self, Z, gradient):
        """∂loss/∂Z: the gradient where a piece won, 0 elsewhere."""
        delta = np.zeros_like(Z)
        np.put_along_axis(delta, self.winners(Z)[:, None], gradient[:, None], axis=1)
        return delta

    def parameter_gradients(self, A, Z, gradient, delta):
        """(∂loss/∂W, ∂loss/∂b)."""
        return A.T @ delta.transpose(1, 0, 2), delta.sum(axis=0)

    def input_gradient(self, delta):
        """∂loss/∂A, for the layer below."""
        return np.einsum("sku,kiu->si", delta, self.weights)

    def move(self, weights, bias):
        """Add a step to every parameter."""
        _add(self.weights, weights)
        _add(self.bias, bias)

    is_finite = Dense.is_finite


# ---------------------------------------------------------------------------------- the network


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
