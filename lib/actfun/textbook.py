"""The formulas as books print them, typed in as they stand, overflow and cancellation included.

``textbook(f)`` and ``textbook(f, derivative=True)`` are what the catalogue's own formulas are
measured against, for accuracy and for speed. They are not meant for use.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import erf

__all__ = ["textbook"]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log(1 + np.exp(x))


def bell(x):
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def phi(x):
    return 0.5 * (1 + erf(x / math.sqrt(2)))


def gate(f, x):
    return np.tanh(f.scale * (x + f.cubic * x**3))


VALUES = {
    "Identity": lambda f, x: x.copy(),
    "Step": lambda f, x: np.where(x >= 0, x.dtype.type(1), x.dtype.type(0)),
    "Sigmoid": lambda f, x: sigmoid(x),
    "Tanh": lambda f, x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "Hard sigmoid": lambda f, x: np.minimum(np.maximum(x + 3, 0), 6) / 6,
    "Hard tanh": lambda f, x: np.minimum(np.maximum(x, f.min_val), f.max_val),
    "ReLU": lambda f, x: np.maximum(x, 0),
    "Leaky ReLU": lambda f, x: np.where(x > 0, x, f.negative_slope * x),
    "PReLU": lambda f, x: np.where(x > 0, x, f.weight * x),
    "Softplus": lambda f, x: softplus(f.beta * x) / f.beta,
    "ELU": lambda f, x: np.where(x > 0, x, f.alpha * (np.exp(x) - 1)),
    "SELU": lambda f, x: f.scale * np.where(x > 0, x, f.alpha * (np.exp(x) - 1)),
    "SiLU": lambda f, x: x * sigmoid(f.beta * x),
    "GELU": lambda f, x: x * phi(x),
    "GELU (tanh)": lambda f, x: 0.5 * x * (1 + gate(f, x)),
    "Mish": lambda f, x: x * np.tanh(softplus(x)),
    "Hard swish": lambda f, x: x * np.minimum(np.maximum(x + 3, 0), 6) / 6,
    "Sine": lambda f, x: np.sin(f.frequency * x),
}

SLOPES = {
    "Identity": lambda f, x: np.ones_like(x),
    "Step": lambda f, x: np.zeros_like(x),
    "Sigmoid": lambda f, x: sigmoid(x) * (1 - sigmoid(x)),
    "Tanh": lambda f, x: 1 - np.tanh(x) ** 2,
    "Hard sigmoid": lambda f, x: np.where(np.abs(x) < 3, x.dtype.type(1 / 6), x.dtype.type(0)),
    "Hard tanh": lambda f, x: ((f.min_val < x) & (x < f.max_val)).astype(x.dtype),
    "ReLU": lambda f, x: (x > 0).astype(x.dtype),
    "Leaky ReLU": lambda f, x: np.where(x > 0, x.dtype.type(1), x.dtype.type(f.negative_slope)),
    "PReLU": lambda f, x: np.where(x > 0, x.dtype.type(1), x.dtype.type(f.weight)),
    "Softplus": lambda f, x: sigmoid(f.beta * x),
    "ELU": lambda f, x: np.where(x > 0, 1, f.alpha * np.exp(x)),
    "SELU": lambda f, x: f.scale * np.where(x > 0, 1, f.alpha * np.exp(x)),
    "SiLU": lambda f, x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
    "GELU": lambda f, x: phi(x) + x * bell(x),
    "GELU (tanh)": lambda f, x: (
        0.5 * (1 + gate(f, x))
        + 0.5 * x * (1 - gate(f, x) ** 2) * f.scale * (1 + 3 * f.cubic * x**2)
    ),
    "Mish": lambda f, x: np.tanh(softplus(x)) + x * sigmoid(x) * (1 - np.tanh(softplus(x)) ** 2),
    "Hard swish": lambda f, x: np.where(
        x < -3, x.dtype.type(0), np.where(x > 3, x.dtype.type(1), x / 3 + 0.5)
    ),
    "Sine": lambda f, x: f.frequency * np.cos(f.frequency * x),
}


def textbook(f, derivative=False):
    """The book's formula of an activation of the catalogue, or of its slope, as a function of x."""
    formula = (SLOPES if derivative else VALUES)[f.name]

    def apply(x):
        with np.errstate(all="ignore"):
            return formula(f, x)

    return apply
