"""Networks of one configuration, trained side by side.

Every array gets the networks as its first axis, so that one call of NumPy serves them all. It
multiplies such stacks matrix by matrix and adds them up in the same order as a single one, so each
network ends with the very weights that it would have by itself.
"""

from __future__ import annotations

import copy

import numpy as np

from actfun.activations import ALL, PReLU
from actfun.network.checks import OVERFLOW_IS_AN_ANSWER
from actfun.network.layers import Dense, Maxout, moved
from actfun.network.records import History
from actfun.network.training import Descent, epoch, note

OURS = {Maxout, *map(type, ALL)}  # a reader's own activation may remember how it was called


@np.errstate(**OVERFLOW_IS_AN_ANSWER)
def train_together(nets, X, y, training):
    """Train networks of one configuration, each in its own order of mini-batches.

    To the last bit it is ``net.fit(X, y, …)`` for one after the other, ``net.history`` and random
    state included: one that diverges is left as it was after its last finite epoch. The networks
    are brought up to date after every epoch, and stay so if the training is interrupted. With an
    activation that is not of the catalogue they do train one after the other.
    """
    if any(type(layer.activation) not in OURS for layer in nets[0].layers):
        for net in nets:
            net.fit(X, y, **vars(training))
        return
    X, y = nets[0]._samples(X, y)
    for net in nets:
        net.history = History()

    def count(finite):
        for net, counts in zip(nets, finite):
            net.history.steps += int(counts)

    stack, descent = _stacked(nets), Descent(training)
    for number in range(1, training.epochs + 1):
        order = np.array([net._order.permutation(len(X)) for net in nets])
        measured = epoch(stack, order, X, y, descent, count)
        results = zip(*np.broadcast_arrays(*measured, _finite(stack.layers)))
        sound = [note(net, net.history, number, *result) for net, result in zip(nets, results)]
        for k in np.flatnonzero(sound):
            _hand_back(stack.layers, nets[k].layers, k)
        if not all(sound):
            nets = [nets[k] for k in np.flatnonzero(sound)]
            if not nets:
                return
            stack = _stacked(nets)
            descent.only(sound)


def _stacked(nets):
    """A network whose layers hold the parameters of all of them."""
    stack = copy.copy(nets[0])
    stack.layers = [_side_by_side(layers) for layers in zip(*(net.layers for net in nets))]
    return stack


def _side_by_side(layers):
    stack = copy.copy(layers[0])
    arrays = {name: np.stack([vars(one)[name] for one in layers]) for name in ("weights", "bias")}
    vars(stack).update(arrays)
    if isinstance(stack.activation, PReLU):
        stack = object.__new__(_PReLULayers)
        vars(stack).update(arrays, activation=_PReLUs([one.activation for one in layers]))
    return stack


def _finite(layers):
    """For each network whether all its weights and biases are."""
    arrays = [array for layer in layers for array in (layer.weights, layer.bias)]
    return np.all([np.isfinite(a).reshape(len(a), -1).all(axis=1) for a in arrays], axis=0)


def _hand_back(stacked, layers, k):
    for stack, layer in zip(stacked, layers):
        layer.weights[...], layer.bias[...] = stack.weights[k], stack.bias[k]
        if isinstance(stack, _PReLULayers):
            layer.activation = stack.activation.each[k]


class _PReLUs:
    """A `PReLU` for each network, with a slope of its own."""

    def __init__(self, each):
        self.each = each

    def __call__(self, Z):
        return np.array([f(z) for f, z in zip(self.each, Z)])

    def derivative(self, Z):
        return np.array([f.derivative(z) for f, z in zip(self.each, Z)])

    def weight_gradient(self, Z):
        return np.array([f.weight_gradient(z) for f, z in zip(self.each, Z)])


class _PReLULayers(Dense):
    _learns_slope = True

    def _move_slope(self, steps):
        self.activation = _PReLUs(list(map(moved, self.activation.each, steps)))
