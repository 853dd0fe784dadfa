"""What every activation function shares: how it is declared, checked, evaluated and measured."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from actfun import checks
from actfun.notation import significant

BLOCK = 8192  # elements computed at a time, so that temporaries stay in the processor's cache
FLOATS = (np.dtype(np.float64), np.dtype(np.float32), np.dtype(np.float16))
INFINITY = math.inf
EVERYWHERE = np.sinh(np.linspace(-12, 12, 8000))  # ±81 000, densest around 0; where we look first


def real_array(x, name="x"):
    """``x`` as a plain array of float16, float32 or float64, in the machine's byte order.

    Integers (of up to 64 bits) and booleans become float64. Matrices, memory maps, pandas objects
    and whatever else has ``__array__`` give plain arrays. A masked array is refused, since its mask
    would be lost. Raises ``TypeError`` for that and for anything else: text, complex numbers,
    objects, ragged lists.
    """
    if type(x) is not np.ndarray and isinstance(x, np.ndarray) and hasattr(x, "mask"):
        raise TypeError(
            f"{name} must not be a masked array, whose mask would be lost; "
            f"fill it first, with {name}.filled(np.nan) for instance"
        )
    try:
        array = np.asarray(x)
    except ValueError:
        raise TypeError(f"{name} must be an array of real numbers, got a ragged sequence") from None
    if array.dtype in FLOATS:
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if array.dtype.newbyteorder("=") in FLOATS:
        return array.astype(array.dtype.newbyteorder("="))
    raise TypeError(
        f"{name} must hold real numbers (float16, float32, float64 or integers of up to 64 bits), "
        f"got {type(x).__name__} of dtype {array.dtype}"
    )


def elementwise(formula):
    """Turn a formula for one block of floats into a method that keeps shape, dtype and nan.

    The formula meets float32 and float64 only: float16 is computed in float32, and both in float64
    where a parameter of the activation would overflow or lose digits in float32.
    """

    @functools.wraps(formula)
    def apply(self, x):
        x = real_array(x)
        precision = max(x.dtype, self.precision)
        source, result = x.reshape(-1), np.empty(x.size, x.dtype)
        with np.errstate(over="ignore", under="ignore"):
            for start in range(0, x.size, BLOCK):
                block = source[start : start + BLOCK].astype(precision, copy=False)
                block.flags.writeable = False  # it may be the caller's own array
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
        return f"{left}{_written(self.low)}, {_written(self.high)}{right}"


REAL = Interval(-INFINITY, INFINITY)
NON_NEGATIVE = Interval(0, INFINITY, closed_low=True)


def real_number(value, name, limits=REAL):
    """``value``, any real number of Python or NumPy, as a float in the `Interval` ``limits``.

    An array of no dimension is a number too. Raises ``TypeError`` for what is none, ``ValueError``
    for what lies outside or is no finite float64.
    """
    number = checks.real(value, name, f"lie in {limits}")
    if number not in limits:
        raise ValueError(f"{name} must lie in {limits}, got {value!r}")
    return number


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of an activation: what it may be, and how a slider should move it.

    ``allowed`` is the interval in which a number must lie, ``choices`` the texts that may be given.
    """

    name: str
    default: float | str
    symbol: str
    allowed: Interval | None = None
    slider: tuple[float, float] | None = None
    choices: tuple[str, ...] | None = None

    @property
    def limits(self):
        """Another name of ``allowed``; `Activation.limits` is something else."""
        return self.allowed

    def check(self, value, owner):
        """``value`` as a Python float (or str), so that it never changes the dtype of an array.

        Errors as for ``real_number``, and ``ValueError`` for a text that is not among the choices.
        """
        subject = f"{owner}: {self.name}"
        if self.choices is not None:
            if not isinstance(value, str) or value not in self.choices:
                choices = " or ".join(repr(choice) for choice in self.choices)
                raise ValueError(f"{subject} must be {choices}, got {value!r}")
            return str(value)
        return real_number(value, subject, self.allowed) + 0.0  # never −0


def parameter(default, symbol, allowed=None, slider=None, choices=None):
    """Declare a parameter as a dataclass field: its default and the facts of a `Parameter`."""
    facts = {"symbol": symbol, "allowed": allowed, "slider": slider, "choices": choices}
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
    period: float = INFINITY  # after which f repeats itself
    zero_centred: bool = False  # odd: f(−x) = −f(x), so symmetric inputs give mean 0
    proposed = ""  # authors and year, for the card
    references = ()  # keys in references.bib

    def definition(self, x, m):
        """f(x) as it is written in books, one number at a time, with the functions of ``m``.

        With ``m = mpmath`` this is the truth that ``__call__`` and ``derivative`` are tested on.
        """
        raise NotImplementedError

    def __call__(self, x):
        """f(x) for each element of ``x``, in its shape and dtype; nan stays nan.

        Integers and booleans become float64. Raises ``TypeError`` for what is no real number.
        """
        raise NotImplementedError

    def derivative(self, x):
        """The slope f′(x) for each element of ``x``, in its shape and dtype; nan stays nan.

        Integers and booleans become float64. Raises ``TypeError`` for what is no real number.
        """
        raise NotImplementedError

    def __init_subclass__(cls, **options):
        """Put what the class says of its formula into the help of the two methods."""
        super().__init_subclass__(**options)
        for name in ("__call__", "derivative"):
            method = vars(cls).get(name)
            if method is not None and method.__doc__ is None:
                both = inspect.getdoc(vars(Activation)[name]), inspect.cleandoc(cls.__doc__ or "")
                method.__doc__ = "\n\n".join(filter(None, both))

    def __post_init__(self):
        for name, declared in self.parameters().items():
            value = declared.check(getattr(self, name), type(self).__name__)
            object.__setattr__(self, name, value)  # the class is frozen

    @functools.cached_property
    def precision(self):
        """The least that is computed in: float32, or float64 if a parameter does not fit in it."""
        numbers = np.array([0.0, *(v for v in vars(self).values() if isinstance(v, float))])
        size, single = np.abs(numbers[numbers != 0]), np.finfo(np.float32)
        fits = ((size >= single.tiny) & (size <= single.max)).all()
        return np.dtype(np.float32 if fits else np.float64)

    def __str__(self):
        """The name, followed by the parameters if any of them is not at its default."""
        if self == type(self)():
            return self.name
        declared = self.parameters().values()
        texts = [f"{each.symbol} = {_written(getattr(self, each.name))}" for each in declared]
        return f"{self.name} ({', '.join(texts)})"

    @classmethod
    def parameters(cls):
        """The declared parameters, ``{name: Parameter}``, in the order of the constructor."""
        return {
            field.name: Parameter(field.name, field.default, **field.metadata)
            for field in dataclasses.fields(cls)
        }

    @property
    def limits(self):
        """The limits (f(−∞), f(∞)), nan where there is none."""
        return float(self(-INFINITY)) + 0.0, float(self(INFINITY)) + 0.0  # never −0

    @property
    def saturation(self):
        """The sides, of "left" and "right", on which the slope tends to 0."""
        ends = {"left": -INFINITY, "right": INFINITY}
        return tuple(side for side, end in ends.items() if self.derivative(end) == 0)

    def extrema(self):
        """The points (x, f(x)) where a strict local minimum or maximum of f lies, from the left.

        Those of the period around 0, if f repeats itself. Found as sign changes of the slope
        between points all over the line, or the period, then refined.
        """
        from scipy.optimize import brentq

        repeats = math.isfinite(self.period)
        x = self.period * np.linspace(-0.5, 0.5, 1000) if repeats else EVERYWHERE
        slope = self.derivative(x)
        points = []
        for i in np.flatnonzero(np.sign(slope[:-1]) * np.sign(slope[1:]) < 0):
            turn = brentq(self.derivative, x[i], x[i + 1], xtol=1e-12)
            points.append((turn, float(self(turn))))
        return points

    def lipschitz(self):
        """The Lipschitz constant, ``max |f′|``: how much f can stretch a difference of inputs.

        Infinite for a function that jumps or grows ever steeper. Found as the largest slope at the
        ends of the line, beside the kinks, and between points all over the line, then refined.
        """
        from scipy.optimize import minimize_scalar

        if self.smoothness < 0:
            return INFINITY
        kinks = np.array((0.0, *self.kinks))
        with np.errstate(under="ignore", over="ignore"):
            beside = [np.nextafter(kinks, end) for end in (-INFINITY, INFINITY)]
        edges = np.concatenate([[-INFINITY, INFINITY], kinks, *beside])
        largest = np.nanmax(np.abs(self.derivative(edges)))  # nan: no limit at that end
        slope = np.abs(self.derivative(EVERYWHERE))
        largest = max(largest, slope.max())
        # Of peaks that are alike the one nearest to 0: there the points lie closest.
        peaks = 1 + np.flatnonzero((slope[1:-1] >= slope[:-2]) & (slope[1:-1] >= slope[2:]))
        peaks = peaks[slope[peaks] >= 0.999 * largest]
        if peaks.size:
            peak = min(peaks, key=lambda i: abs(EVERYWHERE[i]))
            refined = minimize_scalar(
                lambda t: -abs(self.derivative(t)),
                bounds=EVERYWHERE[[peak - 1, peak + 1]],
                method="bounded",
            )
            largest = max(largest, -refined.fun)
        return float(largest)


def _written(value):
    """A parameter or the end of an interval as text."""
    return value if isinstance(value, str) else significant(value, 6)
