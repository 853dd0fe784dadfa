"""One neuron, and the perceptron: Rosenblatt's rule with the history of its mistakes."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from actfun.base import real_array
from actfun.network.checks import (
    check_activation_instance,
    finite_array,
    labels_array,
    real_number,
    samples_array,
    whole_number,
)


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
