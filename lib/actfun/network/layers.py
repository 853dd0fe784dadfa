"""Layers: affine maps with an activation, and maxout."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actfun.activations import PReLU
from actfun.network.checks import whole_number


def _add(parameter, step):
    """parameter += step, computed in float64 and rounded once to the dtype of the parameter."""
    np.add(parameter, step, out=parameter, casting="same_kind")


class Dense:
    """A fully connected layer: Z = A W + b, activations f(Z).

    ``weights`` (fan_in, units) and ``bias`` (units,) are float32 arrays; they and ``activation``
    may be read, changed and replaced at any time. A `PReLU` learns its slope.
    """

    def __init__(self, weights, bias, activation):
        self.weights = np.asarray(weights, np.float32)
        self.bias = np.asarray(bias, np.float32)
        self.activation = activation

    @property
    def units(self):
        """How many outputs the layer has."""
        return self.weights.shape[1]

    @property
    def parameter_count(self):
        """The number of weights and biases, and of a learned slope."""
        return self.weights.size + self.bias.size + isinstance(self.activation, PReLU)

    def forward(self, A):
        """(Z, f(Z)) for inputs of shape (samples, fan_in)."""
        Z = A @ self.weights + self.bias
        return Z, self.activation(Z)

    def delta(self, Z, gradient):
        """∂loss/∂Z from ∂loss/∂f(Z): times the slope of the activation."""
        return gradient * self.activation.derivative(Z)

    def parameter_gradients(self, A, Z, gradient, delta):
        """(∂loss/∂W, ∂loss/∂b), and for a PReLU also ∂loss/∂slope."""
        gradients = A.T @ delta, delta.sum(axis=0)
        if isinstance(self.activation, PReLU):
            gradients += (np.sum(gradient * self.activation.weight_gradient(Z)),)
        return gradients

    def input_gradient(self, delta):
        """∂loss/∂A, for the layer below."""
        return delta @ self.weights.T

    def move(self, weights, bias, slope=None):
        """Add a step to every parameter."""
        _add(self.weights, weights)
        _add(self.bias, bias)
        if slope is not None:
            moved = float(np.float32(self.activation.weight + slope))
            self.activation = PReLU(moved if math.isfinite(moved) else self.activation.weight)

    def is_finite(self):
        """Whether no weight or bias is nan or infinite."""
        return bool(np.isfinite(self.weights).all() and np.isfinite(self.bias).all())


@dataclass(frozen=True)
class Maxout:
    """A learned hidden "activation": each unit is the maximum of ``pieces`` affine functions.

    Give it to `MLP` in place of an activation; that layer is then a `MaxoutLayer`. As ``output`` it
    makes the network a single maxout layer: ``MLP([1, 1], output=Maxout(5), loss="squared")`` fits
    convex curves by five straight pieces. Source: Goodfellow et al., 2013.
    """

    pieces: int = 2

    def __post_init__(self):
        whole_number(self.pieces, "pieces", 1)

    def __str__(self):
        return f"Maxout ({self.pieces} pieces)"


class MaxoutLayer:
    """A layer of maxout units: h = max over k of A W_k + b_k.

    ``weights`` (pieces, fan_in, units) and ``bias`` (pieces, units): k times the parameters of a
    dense layer. Z has shape (samples, pieces, units). The gradient goes to the winning piece only;
    between equal pieces the first wins.
    """

    def __init__(self, weights, bias):
        self.weights = np.asarray(weights, np.float32)
        self.bias = np.asarray(bias, np.float32)

    @property
    def activation(self):
        """The `Maxout` that the layer was made from."""
        return Maxout(self.weights.shape[0])

    @property
    def units(self):
        """How many outputs the layer has."""
        return self.weights.shape[2]

    @property
    def parameter_count(self):
        """The number of weights and biases."""
        return self.weights.size + self.bias.size

    def forward(self, A):
        """(Z, max Z) for inputs of shape (samples, fan_in)."""
        Z = np.matmul(A, self.weights).transpose(1, 0, 2) + self.bias
        return Z, Z.max(axis=1)

    def winners(self, Z):
        """Which piece is largest, for every sample and unit: shape (samples, units)."""
        return Z.argmax(axis=1)

    def delta(self, Z, gradient):
        """∂loss/∂Z: the gradient where a piece won, 0 elsewhere."""
        delta = np.zeros_like(Z)
        np.put_along_axis(delta, self.winners(Z)[:, None], gradient[:, None], axis=1)
        return delta

    def parameter_gradients(self, A, Z, gradient, delta):
        """(∂loss/∂W, ∂loss/∂b)."""
        return A.T @ delta.transpose(1, 0, 2), delta.sum(axis=0)

    def input_gradient(self, delta):
        """∂loss/∂A, for the layer below."""
        return np.einsum("sku,kiu->si", delta, self.weights)

    def move(self, weights, bias):
        """Add a step to every parameter."""
        _add(self.weights, weights)
        _add(self.bias, bias)

    is_finite = Dense.is_finite
