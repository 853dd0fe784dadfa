"""One neuron, and the perceptron: Rosenblatt's rule with the history of its mistakes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from actfun.base import real_array
from actfun.network.checks import (
    OVERFLOW_IS_AN_ANSWER,
    Checked,
    check_activation_instance,
    finite_array,
    labels_array,
    real_number,
    samples_array,
    whole_number,
)
from actfun.network.comparing import Comparable, equal, unequal


class Neuron(Comparable):
    """One artificial neuron: a = f(z) with z = w · x + b.

    ``weights`` has shape (features,), ``bias`` is a number, ``activation`` any activation. All
    three may be replaced; what cannot be used raises a ``TypeError`` or ``ValueError`` that names
    it. Weights are copied, arithmetic is float64. Called with inputs of shape (samples, features),
    or one input (features,), it gives one output each.

    >>> Neuron([1, 1], -1.5, Step())([[0, 0], [0, 1], [1, 0], [1, 1]])
    array([0., 0., 0., 1.])
    """

    weights = Checked(
        lambda neuron, name, values: finite_array(values, name, 1).copy(),
        "The weights w, float64 of shape (features,).",
    )
    bias = Checked(lambda neuron, name, value: real_number(value, name), "The bias b, a float.")
    activation = Checked(
        lambda neuron, name, value: check_activation_instance(value, name), "The activation f."
    )

    def __init__(self, weights, bias, activation):
        self.weights, self.bias, self.activation = weights, bias, activation

    def __repr__(self):
        return f"Neuron({self.weights.tolist()}, {self.bias:g}, {self.activation!r})"

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def pre_activation(self, X):
        """The net input z = X · w + b: one number per sample. Infinity and nan stay."""
        X = real_array(X, "X").astype(np.float64, copy=False)
        if X.ndim not in (1, 2) or X.shape[-1] != self.weights.size:
            raise ValueError(
                f"X must have shape (samples, {self.weights.size}) or ({self.weights.size},), "
                f"got {X.shape}"
            )
        return X @ self.weights + self.bias

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def __call__(self, X):
        """f(X · w + b): one number per sample."""
        return self.activation(self.pre_activation(X))


class Mistake(NamedTuple):
    """One correction of the perceptron: where it was wrong, and what it knew afterwards."""

    epoch: int
    sample: int
    weights: np.ndarray
    bias: float

    __eq__, __ne__ = equal, unequal


class Perceptron(Comparable):
    """Rosenblatt's perceptron: a step neuron that learns from each of its mistakes.

    Starting from zero, the samples are shown in order, again and again. A sample that is classified
    correctly changes nothing; after a mistake w ← w + (y − ŷ) x and b ← b + (y − ŷ). (A learning
    rate would only scale w and b.) ``fit`` stops after an epoch without a mistake, or after
    ``max_epochs``.

    Attributes: ``weights``, ``bias``; ``history``, a list with one `Mistake` per correction, in
    order; ``converged``; ``epochs``, how many were run. They are kept up to date while ``fit``
    runs, so that an interruption loses nothing. Source: Rosenblatt, 1958.
    """

    def __init__(self, features):
        self.features = whole_number(features, "features", 1)
        self._forget()

    def __repr__(self):
        state = "not converged" if self.epochs else "not trained"
        if self.converged:
            state = f"converged after {self.epochs} epochs"
        mistakes = f"{len(self.history)} mistake{'s' * (len(self.history) != 1)}"
        return f"Perceptron({self.features} features, {mistakes}, {state})"

    def _forget(self):
        self.weights, self.bias = np.zeros(self.features), 0.0
        self.history, self.converged, self.epochs = [], False, 0

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def fit(self, X, y, max_epochs=100):
        """Learn labels ``y`` in {0, 1}, one per sample of X, from zero; returns the perceptron."""
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
                    mistake = Mistake(self.epochs, sample, self.weights.copy(), self.bias)
                    self.history.append(mistake)
                    self.converged = False
        return self

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def predict(self, X):
        """1 where X · w + b ≥ 0, else 0."""
        return (samples_array(X, self.features) @ self.weights + self.bias >= 0).astype(int)

    def accuracy(self, X, y):
        """The fraction of samples classified correctly."""
        predicted = self.predict(X)
        return float(np.mean(predicted == labels_array(y, len(predicted), 2)))


def novikoff_bound(X, y, weights, bias):
    """The most mistakes that a perceptron starting from zero can make: (R/ρ)².

    The bias counts as one more weight, on a feature that is always 1. R is then the length of the
    longest sample, and ρ the margin that the separating hyperplane (``weights``, ``bias``) leaves:
    the distance of the nearest sample. Any separating hyperplane gives a valid bound; the one with
    the widest margin gives the best. ``ValueError`` if it does not separate the samples.
    Source: Novikoff, 1962.
    """
    weights = finite_array(weights, "weights", 1)
    bias = real_number(bias, "bias")
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
