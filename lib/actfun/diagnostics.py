"""What the experiments measure: gradients by layer, dead units, layer statistics, races over seeds.

Here too are the data sets of the book, always split and scaled in the same way.
"""

from __future__ import annotations

import functools
import math
import sys
import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from actfun.network import MLP, MaxoutLayer
from actfun.network.checks import (
    check_activation_instance,
    real_number,
    samples_array,
    whole_number,
)
from actfun.network.initialisers import as_initialiser

__all__ = [
    "Data",
    "LayerStatistics",
    "Race",
    "dead_units",
    "digits",
    "exact_zeros",
    "gradient_norms",
    "iris_pairs",
    "layer_statistics",
    "moons",
    "race",
    "sparsity",
    "spirals",
    "summary",
]


# ------------------------------------------------------------------------------ data for the book


class Data(NamedTuple):
    """A data set, split once and for all: ``X, y, X_test, y_test = digits()``. Read-only arrays."""

    X: np.ndarray
    y: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray


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


@functools.lru_cache
def digits(centred=True):
    """1797 handwritten digits of 8 × 8 pixels: 1400 for training, 397 for testing; labels 0 … 9.

    Centred: the mean of every pixel over the training images is 0. All pixels share one scale,
    chosen so that the variance over the whole training set is 1: pixels that never change stay 0.
    With ``centred=False`` the pixels lie in [0, 1], from paper to ink: no input is negative.
    From scikit-learn (`load_digits`); source: Alpaydin & Kaynak, UCI repository, 1998.
    """
    from sklearn.datasets import load_digits

    if not isinstance(centred, bool):
        raise TypeError(f"centred must be True or False, got {centred!r}")
    images = load_digits()
    pixels = _split(images.data / 16, images.target, test=397, seed=0)
    return _standardised(pixels, per_feature=False) if centred else pixels


@functools.lru_cache
def moons():
    """Two interleaving half circles with noise 0.2: 400 points for training, 400 for testing.

    Two features with mean 0 and variance 1 over the training part; labels 0 and 1. From
    scikit-learn (`make_moons`).
    """
    from sklearn.datasets import make_moons

    X, y = make_moons(n_samples=800, noise=0.2, random_state=0)
    return _standardised(_split(X, y, test=400, seed=0), per_feature=True)


@functools.lru_cache
def spirals():
    """Two spirals of 1.5 turns around each other: 400 points for training, 400 for testing.

    Two features with mean 0 and variance 1 over the training part; labels 0 and 1.
    """
    rng = np.random.default_rng(0)
    y = np.arange(800) % 2
    radius = np.sqrt(rng.uniform(0.02, 1, 800))
    angle = 3 * math.pi * radius + math.pi * y
    X = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    X += 0.02 * rng.standard_normal(X.shape)
    return _standardised(_split(X, y, test=400, seed=0), per_feature=True)


@functools.lru_cache
def iris_pairs():
    """The three pairs of iris species: {"setosa, versicolor": (X, y), …}, 100 flowers each.

    X holds petal length and petal width, with mean 0 and variance 1; y is 0 for the species named
    first. There is no test part: the question is whether a line separates the two at all. From
    scikit-learn (`load_iris`); source: Fisher, 1936.
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


# --------------------------------------------------------------------- looking into a network


def _network(net):
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an MLP, got {type(net).__name__}")
    return net


def dead_units(net, X):
    """The fraction of dead units in every hidden layer: slope f′(z) = 0 on *all* of X.

    Such a unit passes no gradient back and cannot learn from X. In a maxout layer: the fraction of
    pieces that never win. Returns shape (hidden layers,).
    """
    trace = _network(net).forward(X)
    fractions = []
    for layer, Z in zip(net.layers[:-1], trace.pre_activations[:-1], strict=True):
        if isinstance(layer, MaxoutLayer):
            wins = layer.winners(Z)[:, None] == np.arange(len(layer.weights))[:, None]
            alive = wins.any(axis=0)
        else:
            alive = (layer.activation.derivative(Z) != 0).any(axis=0)
        fractions.append(1 - alive.mean())
    return np.array(fractions)


def sparsity(net, X):
    """The fraction of activations that are exactly 0 in every hidden layer, averaged over X."""
    trace = _network(net).forward(X)
    return np.array([np.mean(A == 0) for A in trace.activations[:-1]])


def exact_zeros(net, X):
    """How many pre-activations are exactly 0 in every hidden layer, over all of X.

    Only there does the choice of a slope at the kink of a ReLU matter. Called from a training
    callback it counts while the network learns.
    """
    trace = _network(net).forward(X)
    return np.array([np.count_nonzero(Z == 0) for Z in trace.pre_activations[:-1]])


def gradient_norms(net, X, y, of="weights"):
    """The length of the loss gradient, layer by layer from the first to the output layer.

    ``of`` is "weights" (∂loss/∂W, Frobenius norm) or "pre_activations" (∂loss/∂Z over all samples).
    """
    gradients = _network(net).gradients(X, y)
    if of == "weights":
        arrays = [layer[0] for layer in gradients.parameters]
    elif of == "pre_activations":
        arrays = gradients.pre_activations
    else:
        raise ValueError(f'of must be "weights" or "pre_activations", got {of!r}')
    return np.array([np.sqrt(np.sum(array**2)) for array in arrays])


# ------------------------------------------------------------------- signals in a deep network


class LayerStatistics(NamedTuple):
    """Layer by layer, arrays of length depth.

    ``mean`` and ``std`` are those of the activations, over all units and samples together.
    ``spread`` is how far apart the samples still are, the root mean square over units of the
    deviation between samples: where it is 0 every input gives the same output, even if ``std`` is
    not 0. ``gradient`` is the root mean square of the gradient at the pre-activations when one of
    size 1 arrives at the top.
    """

    mean: np.ndarray
    std: np.ndarray
    spread: np.ndarray
    gradient: np.ndarray


def layer_statistics(
    activation,
    init="he",
    depth=50,
    width=128,
    samples=256,
    seed=0,
    centred=False,
    batch_norm=False,
    dropout=0.0,
    alpha_dropout=0.0,
    inputs=None,
):
    """Send standard normal inputs through ``depth`` random layers, and a random gradient back.

    Parameters
    ----------
    activation, init, centred
        As for `MLP`; every layer is ``width`` wide. Nothing is trained; all is float64.
    samples, seed
        How many random inputs, and the seed of everything random.
    batch_norm : bool
        Normalise each pre-activation to mean 0 and variance 1 over the samples (scale 1, shift 0).
    dropout, alpha_dropout : float in [0, 1)
        Rate of plain dropout (activations set to 0, the others divided by 1 − rate), or of alpha
        dropout (set to SELU's −λα, then scaled and shifted to keep mean 0 and variance 1;
        Klambauer et al., 2017). The statistics are taken after it.
    inputs : array (samples, width), optional
        Inputs to use in place of random ones; ``samples`` is then ignored.

    Returns `LayerStatistics`.
    """
    check_activation_instance(activation)
    init = as_initialiser(init)
    depth, width = whole_number(depth, "depth", 1), whole_number(width, "width", 1)
    samples, seed = whole_number(samples, "samples", 1), whole_number(seed, "seed", 0)
    dropout = real_number(dropout, "dropout", 0, 1)
    alpha_dropout = real_number(alpha_dropout, "alpha_dropout", 0, 1)
    rng = np.random.default_rng(seed)
    if inputs is None:
        A = rng.standard_normal((samples, width))
    else:
        A = samples_array(inputs, width, "inputs")
    if batch_norm and len(A) < 2:
        raise ValueError(f"samples must be at least 2 with batch_norm, got {len(A)}")
    offset = 0.0
    mean, std, spread, backward = [], [], [], []
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for _ in range(depth):
            W = init(rng, width, width)
            Z = A @ W + init.bias(rng, width, width) - offset * W.sum(axis=0)
            offset = float(activation(0.0)) if centred else 0.0
            deviation = None
            if batch_norm:
                deviation = np.sqrt(Z.var(axis=0) + 1e-300)
                Z = (Z - Z.mean(axis=0)) / deviation
            A, mask = _drop(rng, activation(Z), dropout, alpha_dropout)
            backward.append((W, Z, mask * activation.derivative(Z), deviation))
            mean.append(A.mean())
            std.append(A.std())
            spread.append(np.sqrt(A.var(axis=0).mean()))
        gradient = rng.standard_normal(A.shape)
        lengths = []
        for W, Z, slope, deviation in reversed(backward):
            delta = gradient * slope
            lengths.append(np.sqrt(np.mean(delta**2)))
            if deviation is not None:  # back through the normalisation
                delta = (delta - delta.mean(axis=0) - Z * (delta * Z).mean(axis=0)) / deviation
            gradient = delta @ W.T
    return LayerStatistics(*map(np.array, (mean, std, spread, lengths[::-1])))


def _drop(rng, A, rate, alpha_rate):
    """Activations after dropout, and ∂after/∂before."""
    mask = 1.0
    if rate:
        mask = (rng.random(A.shape) >= rate) / (1 - rate)
        A = A * mask
    if alpha_rate:
        keep, saturated = 1 - alpha_rate, -1.7580993408473766  # −λα of SELU
        kept = rng.random(A.shape) < keep
        scale = 1 / math.sqrt(keep * (1 + saturated**2 * alpha_rate))
        A = scale * np.where(kept, A, saturated) - scale * alpha_rate * saturated
        mask = mask * scale * kept
    return A, mask


# ------------------------------------------------------------------------------------- races


@dataclass
class Race:
    """The result of a `race`: one score per configuration and seed.

    ``scores`` maps each label to an array with one score per seed, ``diverged`` to an array of
    booleans. As the last line of a cell it shows its `summary` as a table.
    """

    scores: dict
    diverged: dict
    percent: bool = True

    header = ("", "mean", "sd", "min", "max", "seeds", "diverged")

    def rows(self):
        """The table as text, row by row: label, mean, sd, min, max, seeds, diverged."""
        return [
            (str(row.label), *map(self._number, row[1:5]), *map(str, row[5:]))
            for row in summary(self)
        ]

    def _number(self, score):
        if math.isnan(score):
            return "–"
        return f"{score:.1%}" if self.percent else f"{score:.4g}"

    def __repr__(self):
        table = [self.header, *self.rows()]
        label = max(len(row[0]) for row in table)
        return "\n".join(
            f"{row[0]:<{label}}" + "".join(f"{cell:>10}" for cell in row[1:]) for row in table
        )

    def _repr_markdown_(self):
        lines = [self.header, ("---", *["--:"] * (len(self.header) - 1)), *self.rows()]
        return "\n".join(
            f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines
        )


def race(
    configurations,
    data,
    seeds=range(5),
    epochs=20,
    learning_rate=0.05,
    momentum=0.9,
    batch_size=32,
    measure=None,
    progress=None,
):
    """Train every configuration with every seed on the same data, and measure each.

    Parameters
    ----------
    configurations : dict
        Label → dict of `MLP` arguments (``sizes``, ``activation``, ``init``, …). An entry may also
        hold ``epochs``, ``learning_rate``, ``momentum`` or ``batch_size`` to override those below.
    data : Data
        For instance `digits()`; any (X, y, X_test, y_test).
    seeds : iterable of int
        The same seeds for every configuration.
    measure : function (net, data) -> number, optional
        What to record of a trained network; its accuracy on the test part unless given.
    progress : bool, optional
        Keep a line on the error stream up to date. None: only if that is a terminal.

    Returns `Race`. A run that diverges is measured as it was after its last finite epoch, and
    counted in ``diverged``.

    >>> race({"He": dict(sizes=[64, 32, 10], init="he"),
    ...       "Xavier": dict(sizes=[64, 32, 10], init="xavier")}, digits(), epochs=5)
    """
    if not isinstance(configurations, dict) or not configurations:
        raise TypeError(
            f"configurations must be a non-empty dict of label → dict, got {configurations!r}"
        )
    common = dict(
        epochs=epochs, learning_rate=learning_rate, momentum=momentum, batch_size=batch_size
    )
    allowed = ["sizes", "activation", "init", "loss", "output", "centred", *common]
    for label, configuration in configurations.items():
        if not isinstance(configuration, dict) or "sizes" not in configuration:
            raise ValueError(
                f"configurations[{label!r}] must be a dict of MLP arguments with 'sizes', "
                f"got {configuration!r}"
            )
        for name in configuration:
            if name not in allowed:
                raise ValueError(
                    f"configurations[{label!r}] may hold {', '.join(allowed)}, got {name!r}"
                )
    if not isinstance(data, (tuple, list)) or len(data) != 4:
        raise TypeError(f"data must be (X, y, X_test, y_test), got {type(data).__name__}")
    data = Data(*data)
    if not hasattr(seeds, "__iter__"):
        raise TypeError(f"seeds must be a list or range of integers, got {seeds!r}")
    seeds = list(seeds)
    if not seeds:
        raise ValueError("seeds must hold at least one seed, got none")
    if measure is not None and not callable(measure):
        raise TypeError(f"measure must be a function (net, data) -> number, got {measure!r}")
    report = _Progress(len(configurations) * len(seeds), progress)
    scores, diverged = {}, {}
    for label, configuration in configurations.items():
        training = {name: configuration.get(name, value) for name, value in common.items()}
        arguments = {name: value for name, value in configuration.items() if name not in common}
        results, failures = [], []
        for seed in seeds:
            net = MLP(**arguments, seed=seed)
            failures.append(net.fit(data.X, data.y, **training).diverged)
            score = measure(net, data) if measure else net.accuracy(data.X_test, data.y_test)
            results.append(float(score))
            report(label)
        scores[label], diverged[label] = np.array(results), np.array(failures)
    report.finish()
    return Race(scores, diverged, percent=measure is None)


class _Progress:
    """One line on the error stream, rewritten at most every half second."""

    def __init__(self, total, wanted):
        self.total, self.done, self.shown = total, 0, 0.0
        self.wanted = sys.stderr.isatty() if wanted is None else wanted
        self.start = time.monotonic()

    def __call__(self, label):
        self.done += 1
        now = time.monotonic()
        if self.wanted and now - self.shown > 0.5:
            self.shown = now
            left = (now - self.start) / self.done * (self.total - self.done)
            line = f"{self.done}/{self.total} runs, about {left:.0f} s left: {label}"
            print(f"\r{line:<78.78}", end="", file=sys.stderr, flush=True)

    def finish(self):
        if self.wanted:
            print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)


class Summary(NamedTuple):
    """The scores of one configuration: ``sd`` is the sample standard deviation over seeds."""

    label: object
    mean: float
    sd: float
    low: float
    high: float
    seeds: int
    diverged: int


def summary(result):
    """A `Race` as a list of (label, mean, sd, low, high, seeds, diverged), in the order given.

    ``sd`` is the sample standard deviation over seeds (n − 1), nan for a single seed.
    """
    if not isinstance(result, Race):
        raise TypeError(f"result must be a Race, got {type(result).__name__}")
    return [
        Summary(
            label,
            float(scores.mean()),
            float(scores.std(ddof=1)) if scores.size > 1 else math.nan,
            float(scores.min()),
            float(scores.max()),
            scores.size,
            int(result.diverged[label].sum()),
        )
        for label, scores in result.scores.items()
    ]
