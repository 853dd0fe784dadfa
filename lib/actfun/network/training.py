"""Stochastic gradient descent with momentum, epoch by epoch."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np

from actfun.network.checks import (
    FROM_0_BELOW_1,
    OVERFLOW_IS_AN_ANSWER,
    POSITIVE,
    real_number,
    whole_number,
)


@dataclass(frozen=True)
class Training:
    """How `MLP.fit` descends: its arguments, checked."""

    epochs: int
    learning_rate: float
    momentum: float = 0.9
    batch_size: int | None = 32

    def __post_init__(self):
        vars(self).update(
            epochs=whole_number(self.epochs, "epochs", 1),
            learning_rate=real_number(self.learning_rate, "learning_rate", POSITIVE),
            momentum=real_number(self.momentum, "momentum", FROM_0_BELOW_1),
        )
        if self.batch_size is not None:
            vars(self).update(batch_size=whole_number(self.batch_size, "batch_size", 1))


def train(net, history, X, y, training, validation, after_step, advance):
    """Go through all epochs, or stop when the loss or a weight is no longer finite.

    ``after_step()`` is called before the first update and after each, ``advance(text)`` after every
    epoch. All that happens is noted in ``history`` at once.
    """
    after_step()
    velocities = []
    for epoch in range(1, training.epochs + 1):
        finite = copy.deepcopy(net.layers)
        culprit = _epoch(net, history, X, y, training, velocities, after_step)
        if culprit:
            net.layers = finite
            history.diverged = True
            history.message = (
                f"diverged: in epoch {epoch}, step {history.steps}, {culprit} was no longer finite"
            )
            return
        if validation is not None:
            _validate(net, history, *validation)
        advance(f"loss {history.loss[-1]:.4g}")


def _epoch(net, history, X, y, training, velocities, after_step):
    """One pass over the data in a new order; returns what is no longer finite, if anything."""
    order = net._order.permutation(len(X))
    size = training.batch_size or len(X)
    loss = correct = 0.0
    for start in range(0, len(X), size):
        batch = order[start : start + size]
        trace, targets = net._forward(X[batch]), y[batch]
        gradients = net._backward(trace, targets)
        if not math.isfinite(gradients.loss):
            return "the loss"
        loss += gradients.loss * len(batch)
        if net.loss.key != "squared":
            correct += net._accuracy(trace.outputs, targets) * len(batch)
        _update(net.layers, gradients.parameters, training, velocities)
        history.steps += 1
        after_step()
    if not all(layer.is_finite() for layer in net.layers):
        return "a weight"
    history.loss.append(loss / len(X))
    if net.loss.key != "squared":
        history.accuracy.append(correct / len(X))
    return None


@np.errstate(**OVERFLOW_IS_AN_ANSWER)
def _update(layers, gradients, training, velocities):
    """One step of gradient descent with momentum; the velocities start at 0."""
    if not velocities:
        velocities += [[np.zeros_like(slope) for slope in slopes] for slopes in gradients]
    for layer, steps, slopes in zip(layers, velocities, gradients, strict=True):
        for step, slope in zip(steps, slopes, strict=True):
            step *= training.momentum
            step -= training.learning_rate * slope
        layer.move(*steps)


def _validate(net, history, X, y):
    outputs = net._forward(X).outputs
    history.validation_loss.append(net.loss.value(outputs, y))
    if net.loss.key != "squared":
        history.validation_accuracy.append(net._accuracy(outputs, y))
