"""The losses, each with its value and its gradient with respect to the outputs.

All are stateless: any two of a class are equal. A value may be infinite where the outputs are, and
then nothing warns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from actfun.activations import Sigmoid, log_softmax, softmax
from actfun.base import real_array
from actfun.network.checks import OVERFLOW_IS_AN_ANSWER, labels_array

SIGMOID = Sigmoid()


def mean(terms, axes=(-2, -1)):
    """The mean over samples and outputs, a float; for networks side by side one for each."""
    means = terms.mean(axis=axes)
    return means if means.ndim else float(means)


def _one_hot(z, y):
    return y[..., None] == np.arange(z.shape[-1])


@dataclass(frozen=True)
class CrossEntropy:
    """Softmax, cross-entropy on logits: mean of −ln softmax(z)_y, labels y = 0 … classes − 1."""

    key = "cross_entropy"

    def check_outputs(self, outputs):
        """Raise ``ValueError`` unless there are at least 2 outputs, one for each class."""
        if outputs < 2:
            raise ValueError(
                'loss "cross_entropy" needs at least 2 outputs, '
                f'got sizes[-1] = {outputs}; for one use "logistic"'
            )

    def targets(self, y, samples, outputs, name="y"):
        """``y`` checked: integer labels 0 … outputs − 1, shape (samples,)."""
        return labels_array(y, samples, outputs, name)

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def value(self, z, y):
        """−ln softmax(z)_y, averaged over the samples; z has shape (samples, classes)."""
        return -mean(log_softmax(z)[_one_hot(z, y)].reshape(y.shape), axes=-1)

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def gradient(self, z, y):
        """(softmax(z) − onehot(y)) / samples, shape (samples, classes)."""
        return (softmax(z) - _one_hot(z, y)) / y.shape[-1]

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def probabilities(self, z):
        """softmax(z), shape (samples, classes)."""
        return softmax(z)

    def predict(self, z):
        """The class with the largest logit, the first of equal ones; shape (samples,)."""
        return z.argmax(axis=-1)


@dataclass(frozen=True)
class Logistic:
    """Logistic function and log-loss on one logit: mean of ln(1 + e^z) − y z, labels y 0 or 1."""

    key = "logistic"

    def check_outputs(self, outputs):
        """Raise ``ValueError`` unless there is exactly 1 output, the logit."""
        if outputs != 1:
            raise ValueError(
                f'loss "logistic" needs exactly 1 output, got sizes[-1] = {outputs}; '
                'for several use "cross_entropy"'
            )

    def targets(self, y, samples, outputs, name="y"):
        """``y`` checked: labels 0 or 1, shape (samples,)."""
        return labels_array(y, samples, 2, name)

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def value(self, z, y):
        """ln(1 + e^z) − y z, averaged over the samples; z has shape (samples, 1)."""
        y = y[..., None]
        return mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def gradient(self, z, y):
        """(σ(z) − y) / samples, shape (samples, 1)."""
        return (SIGMOID(z) - y[..., None]) / y.shape[-1]

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def probabilities(self, z):
        """σ(z), shape (samples,)."""
        return SIGMOID(z[..., 0])

    def predict(self, z):
        """1 where z ≥ 0, else 0, shape (samples,)."""
        return (z[..., 0] >= 0).astype(np.intp)


@dataclass(frozen=True)
class Squared:
    """Squared error: mean of (a − y)² over samples and outputs, as in PyTorch (no factor ½)."""

    key = "squared"

    def check_outputs(self, outputs):
        """Any number of outputs will do."""

    def targets(self, y, samples, outputs, name="y"):
        """``y`` checked: real numbers, shape (samples, outputs), or (samples,) for one output."""
        y = real_array(y, name).astype(np.float64, copy=False)
        if y.shape == (samples,) and outputs == 1:
            y = y[:, None]
        if y.shape != (samples, outputs):
            raise ValueError(f"{name} must have shape ({samples}, {outputs}), got {y.shape}")
        if not np.isfinite(y).all():
            raise ValueError(f"{name} must be finite, got nan or infinity")
        return y

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def value(self, a, y):
        """(a − y)², averaged over samples and outputs."""
        return mean((a - y) ** 2)

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def gradient(self, a, y):
        """2 (a − y) / (samples · outputs), shape (samples, outputs)."""
        return 2 * (a - y) / (y.shape[-2] * y.shape[-1])

    def predict(self, a):
        """The outputs themselves, shape (samples,) if there is one output."""
        return a[:, 0] if a.shape[1] == 1 else a


LOSSES = {loss.key: loss for loss in (CrossEntropy(), Logistic(), Squared())}
