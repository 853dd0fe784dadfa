"""The multilayer perceptron: forward, backward, and training."""

from __future__ import annotations

import copy

import numpy as np

from actfun.activations import Identity
from actfun.network.checks import (
    OVERFLOW_IS_AN_ANSWER,
    check_activation_instance,
    labels_array,
    samples_array,
    truth,
    whole_number,
)
from actfun.network.comparing import same
from actfun.network.initialisers import as_initialiser
from actfun.network.layers import Dense, Maxout, MaxoutLayer
from actfun.network.losses import LOSSES, mean
from actfun.network.progress import progress_bar
from actfun.network.records import Gradients, History, Trace
from actfun.network.training import Training, train


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
        An activation of the output layer, with the squared loss only; linear unless given.
    centred : bool
        Start each bias at −f(0) ΣW, f the activation of the layer below, so that layers are centred
        even if the activations below are not (0.5 for the logistic function).

    Notes
    -----
    ``layers`` holds the layers (`Dense` or `MaxoutLayer`), whose weights may be read and changed;
    ``history`` is the `History` of the latest ``fit``, also of one that was interrupted. Weights
    are float32, arithmetic is float64 (see the module's text). Networks are equal if their layers,
    loss and random state are: trained in the same way they stay so. A copy or pickle is equal.

    Anything unusable raises a ``TypeError`` or ``ValueError`` that names the argument, what came
    and what is allowed; so does a loss that does not fit the number of outputs. Nothing that is
    passed in is changed.

    Examples
    --------
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
        if not isinstance(loss, str) or loss not in LOSSES:
            raise ValueError(f"loss must be one of {', '.join(map(repr, LOSSES))}, got {loss!r}")
        self.loss = LOSSES[loss]
        self.loss.check_outputs(self.sizes[-1])
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
        seed, centred = whole_number(seed, "seed", 0), truth(centred, "centred")
        rng = np.random.default_rng([seed, 0])
        self._order = np.random.default_rng([seed, 1])
        self.layers, self.history = [], History()
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
        """An independent copy, weights and random state included, with an empty ``history``."""
        twin = copy.copy(self)
        twin.history = History()
        return copy.deepcopy(twin)

    __hash__ = None  # networks change

    def __eq__(self, other):
        return same(self._state(), other._state()) if isinstance(other, MLP) else NotImplemented

    def _state(self):
        return self.sizes, self.loss, self.layers, self._order.bit_generator.state

    # ------------------------------------------------------------------------------- using it

    def forward(self, X):
        """Run inputs (samples, features) through the network; returns the whole `Trace`."""
        return self._forward(samples_array(X, self.sizes[0]))

    def _forward(self, X):
        trace, A = Trace(X, [], []), X
        with np.errstate(**OVERFLOW_IS_AN_ANSWER):
            for layer in self.layers:
                Z, A = layer._forward(A)
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
        squared = self.loss.key == "squared"
        said = outputs[..., 0] >= 0.5 if squared else self.loss.predict(outputs)
        return mean(said == labels, axes=-1)

    # ------------------------------------------------------------------------------ learning

    def gradients(self, X, y):
        """Back-propagation: the loss on (X, y) and its `Gradients`, everything in float64."""
        X, y = self._samples(X, y)
        return self._backward(self._forward(X), y)

    def _samples(self, X, y, prefix=""):
        X = samples_array(X, self.sizes[0], prefix + "X")
        return X, self.loss.targets(y, len(X), self.sizes[-1], prefix + "y")

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
        optimiser="sgd",
    ):
        """Train by stochastic gradient descent, with momentum or by Adam; returns a `History`.

        For every mini-batch v ← momentum · v − learning_rate · gradient and weights ← weights + v.
        Adam (Kingma & Ba, 2015) steps by −learning_rate · m/(√s + 1e-8): m and s are running means
        of the gradient and of its square that forget by the factors momentum and 0.999 a step,
        corrected for their start at 0.

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
        progress : bool or None
            A progress bar (with tqdm) where a person sees it: in a terminal or a notebook at work,
            never in a log or a stored output. False: none at all.
        callback : function (net, step), optional
            Called before the first update (step 0) and after every update.
        snapshot_every : int, optional
            Keep a copy of the network in ``history.snapshots`` every so many steps, from step 0.
        optimiser : "sgd" or "adam"

        Notes
        -----
        A run that diverges warns of nothing: it stops, ``history.diverged`` is true and
        ``history.message`` says when. The network is left as it was after the last finite epoch.

        An error in the callback or a Ctrl-C is passed on. What was trained until then is kept: the
        weights of the last update, and in ``net.history`` all that this would have returned, its
        ``interrupted`` true.
        """
        X, y = self._samples(X, y)
        training = Training(epochs, learning_rate, momentum, batch_size, optimiser)
        if snapshot_every is not None:
            snapshot_every = whole_number(snapshot_every, "snapshot_every", 1)
        if callback is not None and not callable(callback):
            raise TypeError(f"callback must be a function (net, step), got {callback!r}")
        if validation is not None:
            if not isinstance(validation, (tuple, list)) or len(validation) != 2:
                raise TypeError(
                    f"validation must be a pair (X, y), got {type(validation).__name__}"
                    + (f" of {len(validation)}" if isinstance(validation, (tuple, list)) else "")
                )
            validation = self._samples(*validation, "validation ")

        bar = progress_bar(training.epochs, "epoch", progress)
        history = self.history = History()

        def after_step():
            if snapshot_every is not None and history.steps % snapshot_every == 0:
                history.snapshots[history.steps] = self.copy()
            if callback is not None:
                callback(self, history.steps)

        try:
            with bar as advance:
                train(self, history, X, y, training, validation, after_step, advance)
        except BaseException as problem:  # Ctrl-C as well
            history.interrupted = True
            history.message = (
                f"interrupted in epoch {len(history.loss) + 1}, after step {history.steps}, "
                f"by {type(problem).__name__}"
            )
            raise
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
