"""The losses, each with its value and its gradient with respect to the outputs."""

from __future__ import annotations

import numpy as np

from actfun.activations import Sigmoid, log_softmax, softmax
from actfun.base import real_array
from actfun.network.checks import labels_array


class CrossEntropy:
    """Softmax, cross-entropy on logits: mean of −ln softmax(z)_y, labels y = 0 … classes − 1."""

    key = "cross_entropy"

    def targets(self, y, samples, outputs):
        """``y`` checked: integer labels, shape (samples,)."""
        if outputs < 2:
            raise ValueError(
                'loss "cross_entropy" needs at least 2 outputs; for one use "logistic"'
            )
        return labels_array(y, samples, outputs)

    def value(self, z, y):
        """−ln softmax(z)_y, averaged over the samples."""
        return -float(log_softmax(z)[np.arange(len(y)), y].mean())

    def gradient(self, z, y):
        """(softmax(z) − onehot(y)) / samples."""
        gradient = softmax(z)
        gradient[np.arange(len(y)), y] -= 1
        return gradient / len(y)

    def probabilities(self, z):
        """softmax(z), shape (samples, classes)."""
        return softmax(z)

    def predict(self, z):
        """The class with the largest logit, shape (samples,)."""
        return z.argmax(axis=1)


class Logistic:
    """Logistic function and log-loss on one logit: mean of ln(1 + e^z) − y z, labels y 0 or 1."""

    key = "logistic"

    def targets(self, y, samples, outputs):
        """``y`` checked: labels 0 or 1, shape (samples,)."""
        if outputs != 1:
            raise ValueError(f'loss "logistic" needs exactly 1 output, got sizes[-1] = {outputs}')
        return labels_array(y, samples, 2)

    def value(self, z, y):
        """ln(1 + e^z) − y z, averaged over the samples."""
        z = z[:, 0]
        return float(np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))))

    def gradient(self, z, y):
        """(σ(z) − y) / samples."""
        return (Sigmoid()(z) - y[:, None]) / len(y)

    def probabilities(self, z):
        """σ(z), shape (samples,)."""
        return Sigmoid()(z[:, 0])

    def predict(self, z):
        """1 where z ≥ 0, else 0, shape (samples,)."""
        return (z[:, 0] >= 0).astype(np.intp)


class Squared:
    """Squared error: mean of (a − y)² over samples and outputs, as in PyTorch (no factor ½)."""

    key = "squared"

    def targets(self, y, samples, outputs):
        """``y`` checked: real numbers, shape (samples, outputs), or (samples,) for one output."""
        y = real_array(y, "y").astype(np.float64, copy=False)
        if y.shape == (samples,) and outputs == 1:
            y = y[:, None]
        if y.shape != (samples, outputs):
            raise ValueError(f"y must have shape ({samples}, {outputs}), got {y.shape}")
        if not np.isfinite(y).all():
            raise ValueError("y must be finite, got nan or infinity")
        return y

    def value(self, a, y):
        """(a − y)², averaged over samples and outputs."""
        return float(np.mean((a - y) ** 2))

    def gradient(self, a, y):
        """2 (a − y) / (samples · outputs)."""
        return 2 * (a - y) / y.size

    def predict(self, a):
        """The outputs themselves, shape (samples,) if there is one output."""
        return a[:, 0] if a.shape[1] == 1 else a


LOSSES = {loss.key: loss for loss in (CrossEntropy(), Logistic(), Squared())}
