"""Stochastic gradient descent, with momentum or by Adam, epoch by epoch."""

from __future__ import annotations

import copy
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
    optimiser: str = "sgd"

    def __post_init__(self):
        vars(self).update(
            epochs=whole_number(self.epochs, "epochs", 1),
            learning_rate=real_number(self.learning_rate, "learning_rate", POSITIVE),
            momentum=real_number(self.momentum, "momentum", FROM_0_BELOW_1),
        )
        if self.batch_size is not None:
            vars(self).update(batch_size=whole_number(self.batch_size, "batch_size", 1))
        if not isinstance(self.optimiser, str) or self.optimiser not in OPTIMISERS:
            raise ValueError(
                f"optimiser must be {' or '.join(map(repr, OPTIMISERS))}, got {self.optimiser!r}"
            )

    def __str__(self):
        batches = f"batches of {self.batch_size}" if self.batch_size else "all data at once"
        if self.optimiser == "adam":
            return f"Adam, {batches}"
        momentum = f", momentum {self.momentum:g}" if self.momentum else ""
        return f"SGD{momentum}, {batches}"


def _momentum(slope, training, updates, velocity):
    velocity *= training.momentum
    velocity -= training.learning_rate * slope
    return velocity


def _adam(slope, training, updates, mean, square):
    """Kingma & Ba, 2015: running means of slope and slope², divided by the weights they hold."""
    mean += (1 - training.momentum) * (slope - mean)
    square += (1 - ADAM_DECAY) * (slope * slope - square)
    rate = training.learning_rate / (1 - training.momentum**updates)
    return -rate * mean / (np.sqrt(square / (1 - ADAM_DECAY**updates)) + ADAM_EPSILON)


ADAM_DECAY, ADAM_EPSILON = 0.999, 1e-8
OPTIMISERS = {"sgd": (_momentum, 1), "adam": (_adam, 2)}  # the step, and how much it remembers


class Descent:
    """The steps of one training, and for each parameter the arrays that these remember."""

    def __init__(self, training):
        self.training, self.updates, self.memories = training, 0, []

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def update(self, layers, gradients):
        """Move every parameter by its step."""
        step, count = OPTIMISERS[self.training.optimiser]
        if not self.memories:
            self.memories = [
                [[np.zeros_like(slope) for _ in range(count)] for slope in slopes]
                for slopes in gradients
            ]
        self.updates += 1
        for layer, memories, slopes in zip(layers, self.memories, gradients, strict=True):
            steps = (
                step(slope, self.training, self.updates, *memory)
                for slope, memory in zip(slopes, memories, strict=True)
            )
            layer.move(*steps)

    def only(self, chosen):
        """Of networks side by side these go on."""
        self.memories = [
            [[array[chosen] for array in memory] for memory in memories]
            for memories in self.memories
        ]


def train(net, history, X, y, training, validation, after_step, advance):
    """Go through all epochs, or stop when the loss or a weight is no longer finite.

    ``after_step()`` is called before the first update and after each, ``advance(text)`` after every
    epoch. All that happens is noted in ``history`` at once.
    """

    def count(finite):
        history.steps += 1
        after_step()

    after_step()
    descent = Descent(training)
    for number in range(1, training.epochs + 1):
        kept = copy.deepcopy(net.layers)
        order = net._order.permutation(len(X))
        measured = epoch(net, order, X, y, descent, count)
        finite = all(layer.is_finite() for layer in net.layers)
        if not note(net, history, number, *measured, finite):
            net.layers = kept
            return
        if validation is not None:
            _validate(net, history, *validation)
        advance(f"loss {history.loss[-1]:.4g}")


def epoch(net, order, X, y, descent, after_step):
    """One pass over the data in that order; returns (loss, accuracy, whether each loss was finite).

    ``after_step(finite)`` is called after every update; without any finite loss there is none. For
    a stack of networks ``order`` has shape (networks, samples), and each number is an array.
    """
    size = descent.training.batch_size or len(X)
    loss, correct, finite = 0.0, 0.0, True
    for start in range(0, len(X), size):
        batch = order[..., start : start + size]
        trace, targets = net._forward(X[batch]), y[batch]
        gradients = net._backward(trace, targets)
        finite = finite & np.isfinite(gradients.loss)
        if not finite.any():
            break
        loss += gradients.loss * batch.shape[-1]
        if net.loss.key != "squared":
            correct += net._accuracy(trace.outputs, targets) * batch.shape[-1]
        descent.update(net.layers, gradients.parameters)
        after_step(finite)
    return loss / len(X), correct / len(X), finite


def note(net, history, number, loss, accuracy, finite_loss, finite_weights):
    """Write an epoch into the history; returns whether the run may go on."""
    if finite_loss and finite_weights:
        history.loss.append(float(loss))
        if net.loss.key != "squared":
            history.accuracy.append(float(accuracy))
        return True
    culprit = "a weight" if finite_loss else "the loss"
    history.diverged = True
    history.message = (
        f"diverged: in epoch {number}, step {history.steps}, {culprit} was no longer finite"
    )
    return False


def _validate(net, history, X, y):
    outputs = net._forward(X).outputs
    history.validation_loss.append(net.loss.value(outputs, y))
    if net.loss.key != "squared":
        history.validation_accuracy.append(net._accuracy(outputs, y))
