"""Looking into a network: dead units, zeros, the length of gradients, and a report of it all."""

from __future__ import annotations

import math

import numpy as np

from actfun.network import MLP, MaxoutLayer
from actfun.network.checks import OVERFLOW_IS_AN_ANSWER
from actfun.reports import FLAT, Report


def _network(net):
    if not isinstance(net, MLP):
        raise TypeError(f"net must be an MLP, got {type(net).__name__}")
    return net


def _hidden(net, X):
    """(layer, pre-activations, activations) of every hidden layer for the inputs ``X``."""
    trace = _network(net).forward(X)
    return list(zip(net.layers, trace.pre_activations, trace.activations, strict=True))[:-1]


@np.errstate(**OVERFLOW_IS_AN_ANSWER)
def dead_units(net, X):
    """The fraction of dead units in every hidden layer: slope f′(z) = 0 on *all* of X.

    Such a unit passes no gradient back and cannot learn from X. At a kink the slope is the one that
    the activation's ``derivative`` gives, 0 for the ReLU. In a maxout layer: the fraction of pieces
    that never win; between equal pieces the first wins.

    ``net`` is an `MLP`, ``X`` has shape (samples, features). Returns shape (hidden layers,).
    """
    fractions = []
    for layer, Z, _ in _hidden(net, X):
        if isinstance(layer, MaxoutLayer):
            wins = layer.winners(Z)[:, None] == np.arange(len(layer.weights))[:, None]
            alive = wins.any(axis=0)
        else:
            alive = (layer.activation.derivative(Z) != 0).any(axis=0)
        fractions.append(1 - alive.mean())
    return np.array(fractions)


def sparsity(net, X):
    """The fraction of activations that are exactly 0 in every hidden layer, averaged over X.

    ``net`` is an `MLP`, ``X`` has shape (samples, features). Returns shape (hidden layers,).
    """
    return np.array([np.mean(A == 0) for _, _, A in _hidden(net, X)])


def exact_zeros(net, X):
    """How many pre-activations are exactly 0 in every hidden layer, over all of X.

    Only there does the choice of a slope at the kink of a ReLU matter. Called from a training
    callback it counts while the network learns. In a maxout layer every piece counts.

    ``net`` is an `MLP`, ``X`` has shape (samples, features). Returns integers, shape (hidden
    layers,).
    """
    return np.array([np.count_nonzero(Z == 0) for _, Z, _ in _hidden(net, X)], dtype=int)


@np.errstate(**OVERFLOW_IS_AN_ANSWER)
def gradient_norms(net, X, y, of="weights"):
    """The length of the loss gradient, layer by layer from the first to the output layer.

    ``of`` is "weights" (∂loss/∂W, Frobenius norm) or "pre_activations" (∂loss/∂Z over all samples).
    ``net`` is an `MLP`, X and y are as for its ``fit``. Returns shape (layers,).
    """
    gradients = _network(net).gradients(X, y)
    if of == "weights":
        arrays = [layer[0] for layer in gradients.parameters]
    elif of == "pre_activations":
        arrays = gradients.pre_activations
    else:
        raise ValueError(f'of must be "weights" or "pre_activations", got {of!r}')
    return np.array([np.sqrt(np.sum(array**2)) for array in arrays])


@np.errstate(**OVERFLOW_IS_AN_ANSWER)
def report(net, X, y):
    """A `Report` of the network on (X, y), as ``actfun.torch.watch`` makes it of anybody's model.

    ``net`` is an `MLP` without maxout layers, X and y are as for its ``fit``. Activations and
    layers are numbered from 1; no step is made, so no ``update`` is known.
    """
    gradients = _network(net).gradients(X, y)
    dead, activations = dead_units(net, X), []
    for k, (layer, Z, A) in enumerate(_hidden(net, X)):
        if isinstance(layer, MaxoutLayer):
            raise TypeError("net must be an MLP without maxout layers")
        slope = layer.activation.derivative(Z)
        unit = Z / np.maximum(np.sqrt(np.sum(Z**2, axis=1, keepdims=True)), 1e-300)
        alike = np.sum(unit.sum(axis=0) ** 2) - np.sum(unit**2)
        pairs = len(Z) * (len(Z) - 1)
        activations.append(
            dict(
                at=str(k + 1),
                activation=str(layer.activation),
                mean=float(A.mean()),
                size=float(np.mean(Z**2)),
                spread=float(np.sqrt(A.var(axis=0).mean())),
                saturated=float(np.mean(np.abs(slope) < FLAT)),
                silent=float(np.mean(A == 0)),
                dead=float(dead[k]),
                correlation=float(alike / pairs) if pairs else math.nan,
                gradient=_root_mean_square(gradients.pre_activations[k]),
            )
        )
    layers = [
        dict(layer=str(k), shape=layer.weights.shape, weight=_root_mean_square(layer.weights),
             gradient=_root_mean_square(parts[0]), update=math.nan, steps=0)
        for k, (layer, parts) in enumerate(zip(net.layers, gradients.parameters), start=1)
    ]  # fmt: skip
    return Report(activations, layers, passes=1)


def _root_mean_square(array):
    return float(np.sqrt(np.mean(np.square(array, dtype=float))))
