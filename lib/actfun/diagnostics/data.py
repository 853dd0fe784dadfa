"""The data sets of the book."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

import numpy as np

from actfun.network.checks import truth
from actfun.network.comparing import equal, unequal


class Data(NamedTuple):
    """A data set, split once and for all: ``X, y, X_test, y_test = digits()``.

    Inputs are float64 of shape (samples, features), labels integers of shape (samples,). The arrays
    of this library's data sets are read-only.
    """

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    __eq__, __ne__ = equal, unequal

    def __repr__(self):
        train, test = (" × ".join(map(str, np.shape(part))) for part in (self.X, self.X_test))
        return f"Data({train} for training, {test} for testing)"


def _read_only(*arrays):
    for array in arrays:
        array.setflags(write=False)
    return arrays


def _split(X, y, test, seed):
    """Shuffle, and keep the last ``test`` samples for testing."""
    order = np.random.default_rng(seed).permutation(len(X))
    X, y = X[order], y[order]
    return Data(*_read_only(X[:-test], y[:-test], X[-test:], y[-test:]))


def _standardised(data, per_feature):
    """Mean 0 per feature and variance 1, per feature or overall, measured on the training part."""
    mean = data.X.mean(axis=0)
    deviation = (data.X - mean).std(axis=0 if per_feature else None)
    X, X_test = _read_only((data.X - mean) / deviation, (data.X_test - mean) / deviation)
    return data._replace(X=X, X_test=X_test)


def digits(centred=True):
    """1797 handwritten digits of 8 × 8 pixels: 1400 for training, 397 for testing; labels 0 … 9.

    Centred: the mean of every pixel over the training images is 0. All pixels share one scale,
    chosen so that the variance over the whole training set is 1: pixels that never change stay 0.
    With ``centred=False`` the pixels lie in [0, 1], from paper to ink: no input is negative.

    Returns `Data`, every time the same. From scikit-learn (`load_digits`); source: Alpaydin &
    Kaynak, UCI repository, 1998.
    """
    return _digits(truth(centred, "centred"))


@functools.lru_cache
def _digits(centred):
    from sklearn.datasets import load_digits

    images = load_digits()
    pixels = _split(images.data / 16, images.target, test=397, seed=0)
    return _standardised(pixels, per_feature=False) if centred else pixels


@functools.lru_cache
def moons():
    """Two interleaving half circles with noise 0.2: 400 points for training, 400 for testing.

    Two features with mean 0 and variance 1 over the training part; labels 0 and 1. Returns `Data`,
    every time the same. From scikit-learn (`make_moons`).
    """
    from sklearn.datasets import make_moons

    X, y = make_moons(n_samples=800, noise=0.2, random_state=0)
    return _standardised(_split(X, y, test=400, seed=0), per_feature=True)


@functools.lru_cache
def spirals():
    """Two spirals of 1.5 turns around each other: 400 points for training, 400 for testing.

    Two features with mean 0 and variance 1 over the training part; labels 0 and 1. Returns `Data`,
    every time the same.
    """
    rng = np.random.default_rng(0)
    y = np.arange(800) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, 800))
    angle = 3 * math.pi * radius + math.pi * y
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    X += 0.02 * rng.standard_normal(X.shape)
    return _standardised(_split(X, y, test=400, seed=0), per_feature=True)


def iris_pairs():
    """The three pairs of iris species: {"setosa, versicolor": (X, y), …}, 100 flowers each.

    X holds petal length and petal width, with mean 0 and variance 1; y is 0 for the species named
    first. There is no test part: the question is whether a line separates the two at all. Returns a
    new dict of new arrays every time. From scikit-learn (`load_iris`); source: Fisher, 1936.
    """
    from sklearn.datasets import load_iris

    iris = load_iris()
    pairs = {}
    for first, second in [(0, 1), (0, 2), (1, 2)]:
        chosen = (iris.target == first) | (iris.target == second)
        X = iris.data[chosen, 2:]
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        y = (iris.target[chosen] == second).astype(int)
        names = f"{iris.target_names[first]}, {iris.target_names[second]}"
        pairs[names] = _read_only(X, y)
    return pairs


def name_of(data):
    """What the data are called if they are the book's own; else their features."""
    own = {
        "digits of 8 × 8 pixels": digits,
        "digits of 8 × 8 pixels, from 0 to 1": functools.partial(digits, centred=False),
        "two moons": moons,
        "two spirals": spirals,
    }
    features = np.shape(data.X)[-1]
    other = f"{features} {'feature' if features == 1 else 'features'}"
    return next((name for name, known in own.items() if known().X is data.X), other)
