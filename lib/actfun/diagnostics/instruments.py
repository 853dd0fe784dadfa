"""Looking into a network: dead units, zeros, and the length of gradients, layer by layer."""

from __future__ import annotations

import numpy as np

from actfun.network import MLP, MaxoutLayer
from actfun.network.checks import OVERFLOW_IS_AN_ANSWER


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
