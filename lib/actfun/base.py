"""What every activation function shares: how it is declared, checked, evaluated and measured."""

from __future__ import annotations

import dataclasses
import functools
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import brentq, minimize_scalar

BLOCK = 8192  # elements computed at a time, so that temporaries stay in the processor's cache
INFINITY = math.inf
EVERYWHERE = np.sinh(np.linspace(-12, 12, 8000))  # ±81 000, densest around 0; where we look first


def real_array(x, name="x"):
    """``x`` as an array of float16, float32 or float64; integers and booleans become float64.

    Raises ``TypeError`` for anything else: text, complex numbers, objects, ragged lists.
    """
    try:
        array = np.asarray(x)
    except ValueError:
        raise TypeError(f"{name} must be an array of real numbers, got a ragged sequence") from None
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if array.dtype in (np.float16, np.float32, np.float64):
        return array
    raise TypeError(
        f"{name} must hold real numbers (float16, float32, float64 or integers), "
        f"got {type(x).__name__} of dtype {array.dtype}"
    )


def elementwise(formula):
    """Turn a formula for one block of floats into a method that keeps shape, dtype and nan."""

    @functools.wraps(formula)
    def apply(self, x):
        x = real_array(x)
        precision = np.float32 if x.dtype == np.float16 else x.dtype
        source, result = x.reshape(-1), np.empty(x.size, x.dtype)
        with np.errstate(over="ignore", under="ignore"):
            for start in range(0, x.size, BLOCK):
                block = source[start : start + BLOCK].astype(precision, copy=False)
                value = result[start : start + BLOCK]
                value[:] = formula(self, block)
                np.copyto(value, block, where=np.isnan(block), casting="same_kind")
        return result.reshape(x.shape)[()]

    return apply


@dataclass(frozen=True)
class Interval:
    """A range of real numbers. ``Interval(0, INFINITY, closed_low=True)`` prints as [0, ∞)."""

    low: float
    high: float
    closed_low: bool = False
    closed_high: bool = False

    def __contains__(self, value):
        above = value >= self.low if self.closed_low else value > self.low
        below = value <= self.high if self.closed_high else value < self.high
        return bool(above and below)

    def __str__(self):
        left, right = "[" if self.closed_low else "(", "]" if self.closed_high else ")"
        return f"{left}{_number(self.low)}, {_number(self.high)}{right}"


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of an activation: what it may be, and how a slider should move it."""

    name: str
    default: float | str
    symbol: str
    limits: Interval | None = None
    slider: tuple[float, float] | None = None
    choices: tuple[str, ...] | None = None

    def check(self, value, owner):
        """Raise ``TypeError`` or ``ValueError`` if ``value`` is not allowed."""
        subject = f"{owner}: {self.name}"
        if self.choices is not None:
            if value not in self.choices:
                allowed = " or ".join(repr(choice) for choice in self.choices)
                raise ValueError(f"{subject} must be {allowed}, got {value!r}")
        elif isinstance(value, (bool, np.bool_)) or not isinstance(
            value, (int, float, np.integer, np.floating)
        ):
            raise TypeError(f"{subject} must be a real number, got {type(value).__name__}")
        elif value not in self.limits:
            raise ValueError(f"{subject} must lie in {self.limits}, got {value!r}")


def parameter(default, symbol, limits=None, slider=None, choices=None):
    """Declare a parameter as a dataclass field: default, symbol, limits, suggested slider span."""
    facts = {"symbol": symbol, "limits": limits, "slider": slider, "choices": choices}
    return dataclasses.field(default=default, metadata=facts)


class Activation:
    """Base class: checks the parameters, and computes what need not be declared.

    A subclass is a frozen dataclass whose fields are its parameters. It declares the facts below
    and defines three methods: ``definition``, the formula as it stands in books, and ``__call__``
    and ``derivative``, the ones to compute with, each decorated with ``elementwise``.
    """

    name: ClassVar[str]  # what people call it
    key: ClassVar[str]  # its name in code: PyTorch's functional name where there is one
    formula: ClassVar[str]  # LaTeX of f(x)
    derivative_formula: ClassVar[str]  # LaTeX of f′(x)
    range: Interval  # the values that f takes
    kinks: tuple[float, ...] = ()  # where f is not differentiable
    smoothness: float = INFINITY  # n for n continuous derivatives; -1 for a jump
    monotone: bool = True  # non-decreasing
    zero_centred: bool = False  # odd: f(−x) = −f(x), so symmetric inputs give mean 0
    proposed = ""  # authors and year, for the card
    references = ()  # keys in references.bib

    def definition(self, x, m):
        """f(x) as it is written in books, one number at a time, with the functions of ``m``.

        With ``m = mpmath`` this is the truth that ``__call__`` and ``derivative`` are tested on.
        """
        raise NotImplementedError

    def __post_init__(self):
        for declared in self.parameters().values():
            declared.check(getattr(self, declared.name), type(self).__name__)

    def __str__(self):
        """The name, followed by the parameters if any of them is not at its default."""
        if self == type(self)():
            return self.name
        values = (
            f"{declared.symbol} = {_number(getattr(self, declared.name))}"
            for declared in self.parameters().values()
        )
        return f"{self.name} ({', '.join(values)})"

    @classmethod
    def parameters(cls):
        """The declared parameters, ``{name: Parameter}``, in the order of the constructor."""
        return {
            field.name: Parameter(field.name, field.default, **field.metadata)
            for field in dataclasses.fields(cls)
        }

    @property
    def limits(self):
        """The limits (f(−∞), f(∞))."""
        return float(self(-INFINITY)) + 0.0, float(self(INFINITY)) + 0.0  # never −0

    @property
    def saturation(self):
        """The sides, of "left" and "right", on which the slope tends to 0."""
        ends = {"left": -INFINITY, "right": INFINITY}
        return tuple(side for side, end in ends.items() if self.derivative(end) == 0)

    def extrema(self):
        """The points (x, f(x)) where a strict local minimum or maximum of f lies, from the left.

        Found as sign changes of the slope between points all over the line, then refined.
        """
        x = EVERYWHERE
        slope = self.derivative(x)
        points = []
        for i in np.flatnonzero(np.sign(slope[:-1]) * np.sign(slope[1:]) < 0):
            turn = brentq(self.derivative, x[i], x[i + 1], xtol=1e-12)
            points.append((turn, float(self(turn))))
        return points

    def lipschitz(self):
        """The Lipschitz constant, ``max |f′|``: how much f can stretch a difference of inputs.

        Infinite for a function that jumps.
        """
        if self.smoothness < 0:
            return INFINITY
        kinks = np.array((0.0, *self.kinks))
        x = np.concatenate([kinks, np.nextafter(kinks, -INFINITY), np.nextafter(kinks, INFINITY)])
        x = np.unique(np.concatenate([[-INFINITY], EVERYWHERE, x, [INFINITY]]))
        steepness = np.abs(self.derivative(x))
        best = int(np.argmax(steepness))
        if not 1 < best < x.size - 2:  # steepest at an end
            return float(steepness[best])
        refined = minimize_scalar(
            lambda t: -abs(self.derivative(t)), bounds=x[[best - 1, best + 1]], method="bounded"
        )
        return float(max(steepness[best], -refined.fun))


def _number(value):
    """A parameter or limit as text: a true minus, ∞, and no trailing zeros."""
    if isinstance(value, str):
        return value
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.6g}".replace("-", "−")


REAL = Interval(-INFINITY, INFINITY)
NON_NEGATIVE = Interval(0, INFINITY, closed_low=True)
