"""How weights start: Xavier, He, LeCun, SIREN and the frameworks' default."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from actfun.base import NON_NEGATIVE
from actfun.network.checks import POSITIVE, real_number, whole_number
from actfun.signals import MeanField


@dataclass(frozen=True)
class Initialiser:
    """Random weights with mean 0 and the variance that a rule gives for fan-in and fan-out.

    Called with ``(rng, fan_in, fan_out)`` it draws weights of shape (fan_in, fan_out), in float64.
    ``variance(fan_in, fan_out)`` is the rule, ``gain`` multiplies the weights, ``uniform`` draws
    from a uniform instead of a normal distribution. Biases start at 0, or with ``random_bias``
    are drawn like a weight. It can be pickled if the rule can, that is, unless that is a lambda.
    """

    name: str
    variance: Callable[[int, int], float] = field(repr=False)
    gain: float = 1.0
    uniform: bool = False
    random_bias: bool = False

    def __call__(self, rng, fan_in, fan_out):
        """Random weights, float64 of shape (fan_in, fan_out), drawn from a NumPy ``Generator``."""
        return self._draw(rng, fan_in, fan_out)

    def bias(self, rng, fan_in, fan_out):
        """The initial biases, shape (fan_out,)."""
        if self.random_bias:
            return self._draw(rng, fan_in, fan_out, bias=True)
        return np.zeros(whole_number(fan_out, "fan_out", 1))

    def _draw(self, rng, fan_in, fan_out, bias=False):
        fan_in = whole_number(fan_in, "fan_in", 1)
        fan_out = whole_number(fan_out, "fan_out", 1)
        shape = fan_out if bias else (fan_in, fan_out)
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy random Generator, got {type(rng).__name__}")
        variance = real_number(self.variance(fan_in, fan_out), "variance", NON_NEGATIVE)
        deviation = self.gain * math.sqrt(variance)
        if self.uniform:
            return rng.uniform(-1, 1, shape) * deviation * math.sqrt(3)
        return rng.standard_normal(shape) * deviation

    def __str__(self):
        return self.name if self.gain == 1 else f"{self.gain:.4g} × {self.name}"


def scaled(init, gain):
    """The same initialiser with weights (and random biases) ``gain`` times as large.

    ``init`` is one of the names or an `Initialiser`, ``gain`` a number above 0.
    """
    gain = real_number(gain, "gain", POSITIVE)
    init = as_initialiser(init)
    return dataclasses.replace(init, gain=init.gain * gain)


def keeping(f, q=1.0):
    """Weights that keep the size q = E[z²] of a signal from one layer of units f to the next.

    LeCun's initialisation with the gain √(q / E[f(z)²]); the inputs of such a layer are what f
    returns. See `actfun.signals.MeanField.keeping`, whose errors it raises.
    """
    return scaled(lecun, MeanField.keeping(f, q).sigma_w)


def siren(layers, frequency=30.0):
    """The weights of SIREN, for `MLP`'s ``init``: a list with an `Initialiser` for each layer.

    For hidden units sin(frequency · z). Uniform: in the first layer in ±1/fan_in, in the others in
    ±√(6/fan_in)/frequency. Source: Sitzmann et al., 2020.
    """
    layers = whole_number(layers, "layers", 1)
    frequency = real_number(frequency, "frequency", POSITIVE)
    first = Initialiser("uniform in ±1/fan_in", _third_of_square, uniform=True)
    return [first] + [Initialiser("uniform He", _twice_fan_in, 1 / frequency, True)] * (layers - 1)


def _both_fans(fan_in, fan_out):
    return 2 / (fan_in + fan_out)


def _twice_fan_in(fan_in, fan_out):
    return 2 / fan_in


def _fan_in(fan_in, fan_out):
    return 1 / fan_in


def _third_of_fan_in(fan_in, fan_out):
    return 1 / (3 * fan_in)


def _third_of_square(fan_in, fan_out):
    return 1 / (3 * fan_in**2)


xavier = Initialiser("Xavier", _both_fans)
"""Normal, variance 2/(fan_in + fan_out). Source: Glorot & Bengio, 2010."""

he = Initialiser("He", _twice_fan_in)
"""Normal, variance 2/fan_in. Source: He, Zhang, Ren & Sun, 2015."""

lecun = Initialiser("LeCun", _fan_in)
"""Normal, variance 1/fan_in. Source: LeCun, Bottou, Orr & Müller, 1998."""

framework_default = Initialiser(
    "framework default", _third_of_fan_in, uniform=True, random_bias=True
)
"""Uniform in ±1/√fan_in, biases too: what PyTorch's ``nn.Linear`` does unless told otherwise."""

INITIALISERS = {
    "xavier": xavier,
    "he": he,
    "lecun": lecun,
    "framework_default": framework_default,
}


def as_initialiser(init, name="init"):
    """The `Initialiser` that a name stands for, or the one given."""
    if isinstance(init, str) and init in INITIALISERS:
        return INITIALISERS[init]
    if isinstance(init, Initialiser):
        return init
    problem = ValueError if isinstance(init, str) else TypeError
    raise problem(
        f"{name} must be one of {', '.join(map(repr, INITIALISERS))} or an Initialiser, "
        f"got {init!r}"
    )
