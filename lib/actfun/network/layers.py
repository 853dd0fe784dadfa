"""Layers: affine maps with an activation, and maxout."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actfun.activations import PReLU
from actfun.base import real_array
from actfun.network.checks import (
    OVERFLOW_IS_AN_ANSWER,
    Checked,
    check_activation_instance,
    whole_number,
)
from actfun.network.comparing import Comparable


def _own(values, name, dtype=np.float32):
    """A copy of the caller's numbers as an array of that dtype, if they are finite in it."""
    with np.errstate(**OVERFLOW_IS_AN_ANSWER):
        array = real_array(values, name).astype(dtype, order="C")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite in {array.dtype}, got nan, infinity or too much")
    return array


def _replacement(layer, name, values):
    """What is put in place of weights or biases: a copy of the same shape."""
    double = isinstance(values, np.ndarray) and values.dtype.type is np.float64
    array = _own(values, name, np.float64 if double else np.float32)
    shape = getattr(layer, name).shape
    if array.shape != shape:
        raise ValueError(f"{name} must have shape {shape}, as before, got {array.shape}")
    return array


class _Layer(Comparable):
    """What both kinds of layer share: Z = A W + b, once or for several pieces.

    Beneath the checks of ``forward`` arrays may have more axes in front: networks side by side.
    """

    weights = Checked(_replacement, "The weights; what replaces them is copied.")
    bias = Checked(_replacement, "The biases; what replaces them is copied.")
    form = ()  # what the axes of the weights are

    def __init__(self, weights, bias):
        weights, bias = _own(weights, "weights"), _own(bias, "bias")
        if weights.ndim != len(self.form) or weights.size == 0:
            form = ", ".join(self.form)
            raise ValueError(f"weights must be a non-empty ({form}) array, got {weights.shape}")
        shape = (*weights.shape[:-2], weights.shape[-1])
        if bias.shape != shape:
            raise ValueError(f"bias must have shape {shape}, as the weights have, got {bias.shape}")
        vars(self).update(weights=weights, bias=bias)

    @property
    def units(self):
        """How many outputs the layer has."""
        return self.weights.shape[-1]

    @property
    def parameter_count(self):
        """The number of weights and biases."""
        return self.weights.size + self.bias.size

    @np.errstate(**OVERFLOW_IS_AN_ANSWER)
    def forward(self, A):
        """(Z, activations) for inputs of shape (samples, fan_in).

        Activations have shape (samples, units), and so has Z in a dense layer; in a maxout layer it
        has shape (samples, pieces, units).
        """
        return self._forward(self._inputs(A))

    def _inputs(self, A):
        A, fan_in = real_array(A, "A").astype(np.float64, copy=False), self.weights.shape[-2]
        if A.ndim != 2 or A.shape[1] != fan_in:
            raise ValueError(f"A must have shape (samples, {fan_in}), got {A.shape}")
        return A

    def move(self, weights, bias):
        """Add a step to every parameter, computed in float64 and rounded once to its dtype."""
        for parameter, step in ((self.weights, weights), (self.bias, bias)):
            np.add(parameter, step, out=parameter, casting="same_kind")

    def is_finite(self):
        """Whether no weight or bias is nan or infinite."""
        return bool(np.isfinite(self.weights).all() and np.isfinite(self.bias).all())


class Dense(_Layer):
    """A fully connected layer: Z = A W + b, activations f(Z).

    ``weights`` (fan_in, units) and ``bias`` (units,) are copied and kept as float32; arithmetic is
    float64. They and ``activation`` may be read, changed in place and replaced at any time, by
    finite numbers of the same shape: a float64 array stays float64, all else becomes float32. A
    `PReLU` learns its slope. Whatever does not fit raises a ``TypeError`` or ``ValueError`` that
    names it. Two layers are equal if weights, biases and activation are.
    """

    form = ("fan_in", "units")
    activation = Checked(
        lambda layer, name, value: check_activation_instance(value, name), "The activation f."
    )

    def __init__(self, weights, bias, activation):
        super().__init__(weights, bias)
        self.activation = activation

    def __repr__(self):
        return f"Dense({self.weights.shape[0]} → {self.units}, {self.activation})"

    @property
    def parameter_count(self):
        """The number of weights and biases, and of a learned slope."""
        return super().parameter_count + self._learns_slope

    @property
    def _learns_slope(self):
        return isinstance(self.activation, PReLU)

    def _forward(self, A):
        Z = A @ self.weights
        Z += self.bias[..., None, :]
        return Z, self.activation(Z)

    def delta(self, Z, gradient):
        """∂loss/∂Z from ∂loss/∂f(Z): times the slope of the activation."""
        return gradient * self.activation.derivative(Z)

    def parameter_gradients(self, A, Z, gradient, delta):
        """(∂loss/∂W, ∂loss/∂b), and for a PReLU also ∂loss/∂slope."""
        gradients = A.mT @ delta, delta.sum(axis=-2)
        if self._learns_slope:
            slopes = gradient * self.activation.weight_gradient(Z)
            gradients += (slopes.sum(axis=(-2, -1)),)
        return gradients

    def input_gradient(self, delta):
        """∂loss/∂A, for the layer below."""
        return delta @ self.weights.mT

    def move(self, weights, bias, slope=None):
        """Add a step to every parameter, computed in float64 and rounded once to its dtype."""
        super().move(weights, bias)
        if slope is not None:
            self._move_slope(slope)

    def _move_slope(self, step):
        self.activation = moved(self.activation, step)


def moved(prelu, step):
    """The `PReLU` after a step of its slope, unless that leads beyond float32."""
    weight = float(np.float32(prelu.weight + step))
    return PReLU(weight if math.isfinite(weight) else prelu.weight)


@dataclass(frozen=True)
class Maxout:
    """A learned hidden "activation": each unit is the maximum of ``pieces`` affine functions.

    Give it to `MLP` in place of an activation; that layer is then a `MaxoutLayer`. As ``output`` it
    makes the network a single maxout layer: ``MLP([1, 1], output=Maxout(5), loss="squared")`` fits
    convex curves by five straight pieces. ``pieces`` is an integer, at least 1. Source: Goodfellow
    et al., 2013.
    """

    pieces: int = 2

    def __post_init__(self):
        whole_number(self.pieces, "pieces", 1)

    def __str__(self):
        return f"Maxout ({self.pieces} pieces)"


class MaxoutLayer(_Layer):
    """A layer of maxout units: h = max over k of A W_k + b_k.

    ``weights`` (pieces, fan_in, units) and ``bias`` (pieces, units): k times the parameters of a
    dense layer, kept, changed and compared as in `Dense`. Z has shape (samples, pieces, units). The
    gradient goes to the winning piece only; between equal pieces the first wins.
    """

    form = ("pieces", "fan_in", "units")

    def __repr__(self):
        return f"MaxoutLayer({self.weights.shape[1]} → {self.units}, {len(self.weights)} pieces)"

    @property
    def activation(self):
        """The `Maxout` that the layer was made from."""
        return Maxout(self.weights.shape[0])

    def _forward(self, A):
        Z = (A[..., None, :, :] @ self.weights).swapaxes(-3, -2)
        Z += self.bias[..., None, :, :]
        return Z, Z.max(axis=-2)

    def winners(self, Z):
        """Which piece is largest, for every sample and unit: shape (samples, units)."""
        return Z.argmax(axis=-2)

    def delta(self, Z, gradient):
        """∂loss/∂Z: the gradient where a piece won, 0 elsewhere."""
        delta = np.zeros_like(Z)
        winners = self.winners(Z)[..., None, :]
        np.put_along_axis(delta, winners, gradient[..., None, :], axis=-2)
        return delta

    def parameter_gradients(self, A, Z, gradient, delta):
        """(∂loss/∂W, ∂loss/∂b)."""
        return A.mT[..., None, :, :] @ delta.swapaxes(-3, -2), delta.sum(axis=-3)

    def input_gradient(self, delta):
        """∂loss/∂A, for the layer below."""
        return (delta.swapaxes(-3, -2) @ self.weights.mT).sum(axis=-3)
