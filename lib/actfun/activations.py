"""The catalogue: one small class per activation function, then ``ALL``; softmax beside them.

Everything known about a function stands in its class: formula, parameters and their limits, range,
kinks, history. Cards, tables, plots, sliders, exercises and tests read it there. To add a function,
write one class and put an instance of it into ``ALL``.

Conventions shared by every function here:

* An instance is callable, ``f(x)``, and ``f.derivative(x)`` is its slope, element by element. The
  shape is kept, and so is a dtype of float16, float32 or float64 (in the machine's byte order);
  integers and booleans become float64. Lists, scalars and whatever NumPy takes for an array are
  accepted, and the result is a plain array; anything that is not a real number is a ``TypeError``,
  and so is a masked array, whose mask would be lost.
* ``nan`` stays ``nan`` and ``±inf`` gives the limit, ``nan`` where there is none. Nothing warns: a
  result too large for its dtype is ``inf``, one too small is 0, as IEEE 754 rounds them.
* float16 is computed in float32 and rounded once; both are computed in float64 where a parameter
  does not fit in float32.
* A parameter becomes a Python float, and is checked, when an instance is made: outside its limits
  it is a ``ValueError``, and what is not a real number a ``TypeError``.
* Names, parameters and defaults are PyTorch's. At a kink, so is the value of the derivative.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral

import numpy as np

from actfun.base import (
    INFINITY,
    NON_NEGATIVE,
    REAL,
    Activation,
    Interval,
    elementwise,
    parameter,
    real_array,
)

__all__ = [
    "ALL",
    "ELU",
    "GELU",
    "SELU",
    "HardSigmoid",
    "HardSwish",
    "HardTanh",
    "Identity",
    "LeakyReLU",
    "Mish",
    "PReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Sine",
    "Softplus",
    "Step",
    "Tanh",
    "log_softmax",
    "softmax",
    "softmax_jacobian",
]


# ------------------------------------------------------------------------------- the references


@dataclass(frozen=True)
class Identity(Activation):
    r"""f(x) = x: no activation at all, the reference that every other is measured against."""

    name = "Identity"
    key = "identity"
    formula = r"x"
    derivative_formula = r"1"
    range = REAL
    zero_centred = True

    def definition(self, x, m):
        return x

    def __call__(self, x):
        return np.positive(real_array(x))

    @elementwise
    def derivative(self, x):
        return 1.0


@dataclass(frozen=True)
class Step(Activation):
    r"""f(x) = 0 for x < 0 and 1 for x ≥ 0 (Heaviside), the perceptron's activation.

    The derivative is 0 wherever it exists; at the jump it does not exist, and 0 is returned.
    Source: McCulloch & Pitts, 1943; Rosenblatt, 1958.
    """

    name = "Step"
    key = "step"
    formula = r"\begin{cases}0 & x < 0\\ 1 & x \ge 0\end{cases}"
    derivative_formula = r"0 \quad (x \ne 0)"
    range = Interval(0, 1, closed_low=True, closed_high=True)
    kinks = (0.0,)
    smoothness = -1
    proposed = "McCulloch & Pitts, 1943"
    references = ("mcculloch1943", "rosenblatt1958")

    def definition(self, x, m):
        return m.mpf(x >= 0)

    @elementwise
    def __call__(self, x):
        return x >= 0

    @elementwise
    def derivative(self, x):
        return 0.0


# ------------------------------------------------------------------------------------- S-shaped


def _sigmoid(x):
    """1 / (1 + e^−x) without overflow: only the exponential of −|x| is ever taken."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1 + e)


def _sigmoid_both_ways(x):
    """σ(x) and σ(−x), from one exponential."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1 + e), np.maximum(e, x < 0) / (1 + e)


@dataclass(frozen=True)
class Sigmoid(Activation):
    r"""σ(x) = 1 / (1 + e⁻ˣ), the logistic function; σ′ = σ(1 − σ).

    The slope is computed as e/(1 + e)² with e = e^−|x|: σ(1 − σ) rounds to 0 from x = 37 on.
    Source: Rumelhart, Hinton & Williams, 1986.
    """

    name = "Sigmoid"
    key = "sigmoid"
    formula = r"\frac{1}{1 + e^{-x}}"
    derivative_formula = r"\sigma(x)\,(1 - \sigma(x))"
    range = Interval(0, 1)
    proposed = "Rumelhart, Hinton & Williams, 1986 (in networks)"
    references = ("rumelhart1986",)

    def definition(self, x, m):
        return 1 / (1 + m.exp(-x))

    @elementwise
    def __call__(self, x):
        return _sigmoid(x)

    @elementwise
    def derivative(self, x):
        e = np.exp(-np.abs(x))
        return e / (1 + e) ** 2


@dataclass(frozen=True)
class Tanh(Activation):
    r"""tanh x = (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ) = 2σ(2x) − 1; tanh′ = 1 − tanh².

    The slope is computed as (2e/(1 + e²))² with e = e^−|x|: 1 − tanh² rounds to 0 from x = 19.1 on.
    Source: LeCun, Bottou, Orr & Müller, 1998.
    """

    name = "Tanh"
    key = "tanh"
    formula = r"\frac{e^{x} - e^{-x}}{e^{x} + e^{-x}}"
    derivative_formula = r"1 - \tanh^2 x"
    range = Interval(-1, 1)
    zero_centred = True
    proposed = "LeCun et al., 1998 (recommended)"
    references = ("lecun1998",)

    def definition(self, x, m):
        return (m.exp(x) - m.exp(-x)) / (m.exp(x) + m.exp(-x))

    @elementwise
    def __call__(self, x):
        return np.tanh(x)

    @elementwise
    def derivative(self, x):
        e = np.exp(-np.abs(x))
        return (2 * e / (1 + e * e)) ** 2


@dataclass(frozen=True)
class HardSigmoid(Activation):
    r"""A straight line between 0 at x = −3 and 1 at x = 3: f(x) = clip(x + 3, 0, 6) / 6.

    The slope is 1/6 inside and 0 outside and at the kinks. The slope of 1/6 is PyTorch's and
    Keras 3's; Courbariaux, Bengio & David (2015) used clip((x + 1)/2, 0, 1).
    """

    name = "Hard sigmoid"
    key = "hardsigmoid"
    formula = r"\frac{\min(\max(x + 3,\, 0),\, 6)}{6}"
    derivative_formula = r"\begin{cases}1/6 & |x| < 3\\ 0 & |x| > 3\end{cases}"
    range = Interval(0, 1, closed_low=True, closed_high=True)
    kinks = (-3.0, 3.0)
    smoothness = 0
    proposed = "Courbariaux, Bengio & David, 2015 (in networks)"
    references = ("courbariaux2015",)

    def definition(self, x, m):
        return min(max(x + 3, 0), 6) / m.mpf(6)

    @elementwise
    def __call__(self, x):
        return np.clip(x + 3, 0, 6) / 6

    @elementwise
    def derivative(self, x):
        return np.divide(np.abs(x) < 3, 6, dtype=x.dtype)


@dataclass(frozen=True)
class HardTanh(Activation):
    r"""f(x) = clip(x, min_val, max_val): the identity, cut off at both ends.

    The slope is 1 strictly inside and 0 outside and at the kinks. ``min_val`` and ``max_val`` are
    finite, and ``min_val < max_val``. Source: Collobert, 2004.
    """

    min_val: float = parameter(-1.0, "min", REAL, slider=(-3, 0))
    max_val: float = parameter(1.0, "max", REAL, slider=(0.5, 3))

    name = "Hard tanh"
    key = "hardtanh"
    formula = r"\min(\max(x,\, \text{min}),\, \text{max})"
    derivative_formula = (
        r"\begin{cases}1 & \text{min} < x < \text{max}\\ 0 & \text{outside}\end{cases}"
    )
    smoothness = 0
    proposed = "Collobert, 2004"
    references = ("collobert2004",)

    def __post_init__(self):
        super().__post_init__()
        if not self.min_val < self.max_val:
            raise ValueError(
                "HardTanh: min_val must be below max_val, "
                f"got {self.min_val!r} and {self.max_val!r}"
            )

    @property
    def range(self):
        return Interval(self.min_val, self.max_val, closed_low=True, closed_high=True)

    @property
    def kinks(self):
        return (self.min_val, self.max_val)

    @property
    def zero_centred(self):
        return self.min_val == -self.max_val

    def definition(self, x, m):
        return min(max(x, self.min_val), self.max_val)

    def __call__(self, x):
        x = real_array(x)
        with np.errstate(over="ignore", under="ignore"):
            low, high = np.array([self.min_val, self.max_val]).astype(x.dtype)
        return np.clip(x, low, high)

    @elementwise
    def derivative(self, x):
        return (x > self.min_val) & (x < self.max_val)


# ----------------------------------------------------------------------------------- rectifiers


@dataclass(frozen=True)
class ReLU(Activation):
    r"""f(x) = max(0, x); f′ = 1 for x > 0, 0 for x < 0.

    At 0 any slope in [0, 1] is a subgradient; like PyTorch, JAX and TensorFlow we return 0.
    Source: Nair & Hinton, 2010; used by Fukushima as early as 1969.
    """

    name = "ReLU"
    key = "relu"
    formula = r"\max(0, x)"
    derivative_formula = r"\begin{cases}0 & x < 0\\ 1 & x > 0\end{cases}"
    range = NON_NEGATIVE
    kinks = (0.0,)
    smoothness = 0
    proposed = "Fukushima, 1969; Nair & Hinton, 2010"
    references = ("fukushima1969", "nair2010")

    def definition(self, x, m):
        return max(0, x)

    def __call__(self, x):
        return np.maximum(real_array(x), 0)

    @elementwise
    def derivative(self, x):
        return x > 0


def _leak(x, slope):
    """x above 0 and slope · x below; a slope of 0 takes −∞ to 0 as well."""
    choose = np.maximum if slope <= 1 else np.minimum
    return choose(x, slope * x if slope else 0)


@dataclass(frozen=True)
class LeakyReLU(Activation):
    r"""f(x) = x for x > 0 and negative_slope · x otherwise; f′ = 1 or negative_slope.

    ``negative_slope`` lies in [0, 1]; at 0 it is ReLU, at 1 the identity. At the kink the slope is
    ``negative_slope``, as in PyTorch. Source: Maas, Hannun & Ng, 2013.
    """

    negative_slope: float = parameter(
        0.01, "γ", Interval(0, 1, closed_low=True, closed_high=True), slider=(0, 0.5)
    )

    name = "Leaky ReLU"
    key = "leaky_relu"
    formula = r"\begin{cases}\gamma x & x \le 0\\ x & x > 0\end{cases}"
    derivative_formula = r"\begin{cases}\gamma & x < 0\\ 1 & x > 0\end{cases}"
    proposed = "Maas, Hannun & Ng, 2013"
    references = ("maas2013",)

    @property
    def range(self):
        return REAL if self.negative_slope > 0 else NON_NEGATIVE

    @property
    def kinks(self):
        return () if self.negative_slope == 1 else (0.0,)

    @property
    def smoothness(self):
        return INFINITY if self.negative_slope == 1 else 0

    @property
    def zero_centred(self):
        return self.negative_slope == 1

    def definition(self, x, m):
        return x if x > 0 else self.negative_slope * x

    @elementwise
    def __call__(self, x):
        return _leak(x, self.negative_slope)

    @elementwise
    def derivative(self, x):
        return np.maximum(x > 0, self.negative_slope, dtype=x.dtype)


@dataclass(frozen=True)
class PReLU(Activation):
    r"""f(x) = x for x > 0 and weight · x otherwise, with a weight that training adjusts.

    ``weight`` is any finite number (0.25 to start with); below 0 the function is not monotone. One
    weight serves all units of a layer here; PyTorch can also keep one per unit. At the kink the
    slope is ``weight``. Source: He, Zhang, Ren & Sun, 2015.
    """

    weight: float = parameter(0.25, "γ", REAL, slider=(-0.5, 1))

    name = "PReLU"
    key = "prelu"
    formula = r"\begin{cases}\gamma x & x \le 0\\ x & x > 0\end{cases}"
    derivative_formula = r"\begin{cases}\gamma & x < 0\\ 1 & x > 0\end{cases}"
    proposed = "He, Zhang, Ren & Sun, 2015"
    references = ("he2015",)

    @property
    def range(self):
        return REAL if self.weight > 0 else NON_NEGATIVE

    @property
    def kinks(self):
        return () if self.weight == 1 else (0.0,)

    @property
    def smoothness(self):
        return INFINITY if self.weight == 1 else 0

    @property
    def monotone(self):
        return self.weight >= 0

    @property
    def zero_centred(self):
        return self.weight == 1

    def definition(self, x, m):
        return x if x > 0 else self.weight * x

    @elementwise
    def __call__(self, x):
        return _leak(x, self.weight)

    @elementwise
    def derivative(self, x):
        return np.where(x > 0, 1, self.weight)

    @elementwise
    def weight_gradient(self, x):
        """How f(x) changes with the weight: min(x, 0), in the shape and dtype of x."""
        return np.minimum(x, 0)


# --------------------------------------------------------------------------- smooth rectifiers


@dataclass(frozen=True)
class Softplus(Activation):
    r"""f(x) = ln(1 + e^{βx}) / β; f′ = σ(βx).

    ``beta`` lies in [0.001, 1000]; towards ∞ it gives ReLU. Computed as
    max(x, 0) + ln(1 + e^−|βx|)/β, which neither overflows nor loses the tail. Source: Dugas et
    al., 2001.
    """

    beta: float = parameter(
        1.0, "β", Interval(1e-3, 1e3, closed_low=True, closed_high=True), slider=(0.5, 10)
    )

    name = "Softplus"
    key = "softplus"
    formula = r"\frac{1}{\beta}\ln\left(1 + e^{\beta x}\right)"
    derivative_formula = r"\sigma(\beta x)"
    range = Interval(0, INFINITY)
    proposed = "Dugas et al., 2001"
    references = ("dugas2001",)

    def definition(self, x, m):
        return m.log(1 + m.exp(self.beta * x)) / self.beta

    @elementwise
    def __call__(self, x):
        return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(self.beta * x))) / self.beta

    @elementwise
    def derivative(self, x):
        return _sigmoid(self.beta * x)


@dataclass(frozen=True)
class ELU(Activation):
    r"""f(x) = x for x > 0 and α(eˣ − 1) otherwise; f′ = 1 or αeˣ.

    ``alpha`` ≥ 0 is the depth −α at which it saturates. Only α = 1 makes the slope continuous at 0,
    where we return α as PyTorch does. expm1(min(x, 0)) keeps small x exact and never overflows.
    Source: Clevert, Unterthiner & Hochreiter, 2016.
    """

    alpha: float = parameter(1.0, "α", NON_NEGATIVE, slider=(0, 2))

    name = "ELU"
    key = "elu"
    formula = r"\begin{cases}\alpha\,(e^{x} - 1) & x \le 0\\ x & x > 0\end{cases}"
    derivative_formula = r"\begin{cases}\alpha\,e^{x} & x < 0\\ 1 & x > 0\end{cases}"
    proposed = "Clevert, Unterthiner & Hochreiter, 2016"
    references = ("clevert2016",)

    @property
    def range(self):
        return Interval(-self.alpha, INFINITY, closed_low=self.alpha == 0)

    @property
    def kinks(self):
        return () if self.alpha == 1 else (0.0,)

    @property
    def smoothness(self):
        return 1 if self.alpha == 1 else 0

    def definition(self, x, m):
        return x if x > 0 else self.alpha * (m.exp(x) - 1)

    @elementwise
    def __call__(self, x):
        return np.maximum(x, 0) + self.alpha * np.expm1(np.minimum(x, 0))

    @elementwise
    def derivative(self, x):
        return np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))


@dataclass(frozen=True)
class SELU(Activation):
    r"""f(x) = λ·ELU(x; α) with λ = 1.0507… and α = 1.6733…; f′ = λ or λαeˣ.

    The two constants make mean 0 and variance 1 a fixed point for layers with LeCun-normal weights.
    At the kink the slope is λα. Source: Klambauer, Unterthiner, Mayr & Hochreiter, 2017.
    """

    name = "SELU"
    key = "selu"
    formula = r"\lambda\begin{cases}\alpha\,(e^{x} - 1) & x \le 0\\ x & x > 0\end{cases}"
    derivative_formula = r"\lambda\begin{cases}\alpha\,e^{x} & x < 0\\ 1 & x > 0\end{cases}"
    alpha = 1.6732632423543772848
    scale = 1.0507009873554804934
    range = Interval(-alpha * scale, INFINITY)
    kinks = (0.0,)
    smoothness = 0
    proposed = "Klambauer et al., 2017"
    references = ("klambauer2017",)

    def definition(self, x, m):
        return self.scale * (x if x > 0 else self.alpha * (m.exp(x) - 1))

    @elementwise
    def __call__(self, x):
        below = self.scale * self.alpha * np.expm1(np.minimum(x, 0))
        return self.scale * np.maximum(x, 0) + below

    @elementwise
    def derivative(self, x):
        return self.scale * np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, 0)))


# ---------------------------------------------------------------------------- gated by themselves

# x times a gate that tends to 0 on the left: −∞ · 0 has no value, so x stops at −1000, where every
# gate below is 0 already in any precision.
FLOOR = -1000.0


@dataclass(frozen=True)
class SiLU(Activation):
    r"""f(x) = x σ(βx), also called Swish; f′ = σ(βx)(1 + βx σ(−βx)).

    ``beta`` lies in [0.001, 1000]: towards 0 it gives x/2, towards ∞ ReLU. PyTorch's SiLU is
    β = 1. Source: Elfwing, Uchibe & Doya, 2018; Ramachandran, Zoph & Le, 2017.
    """

    beta: float = parameter(
        1.0, "β", Interval(1e-3, 1e3, closed_low=True, closed_high=True), slider=(0.05, 10)
    )

    name = "SiLU"
    key = "silu"
    formula = r"x\,\sigma(\beta x)"
    derivative_formula = r"\sigma(\beta x)\,\bigl(1 + \beta x\,(1 - \sigma(\beta x))\bigr)"
    monotone = False
    proposed = "Elfwing et al., 2018; Ramachandran et al., 2017"
    references = ("elfwing2018", "ramachandran2017")

    @property
    def range(self):
        return Interval(-0.2784645427610738 / self.beta, INFINITY, closed_low=True)

    def definition(self, x, m):
        return x / (1 + m.exp(-self.beta * x))

    @elementwise
    def __call__(self, x):
        return np.maximum(x, FLOOR / self.beta) * _sigmoid(self.beta * x)

    @elementwise
    def derivative(self, x):
        z = np.clip(self.beta * x, FLOOR, -FLOOR)
        gate, opposite = _sigmoid_both_ways(z)
        return gate * (1 + z * opposite)


def _normal(t):
    """e^(−t²/2) and the tail Φ(−t) of the normal distribution for t ≥ 0, to a few ULP.

    The exponential would magnify a rounding error in t² by t²/2. So t² is taken in two parts, the
    first of which is exact, and far out the tail is erfcx, which varies slowly, times the
    exponential.
    """
    from scipy.special import erfcx, ndtr  # for GELU alone: it takes longer to load than all else

    head = t.astype(np.float32).astype(np.float64)
    power = np.exp(-head * head / 2) * np.exp((head - t) * (head + t) / 2)
    tail = ndtr(-t)
    far = t > 2  # nearer, ndtr is good enough, and three times as fast
    tail[far] = erfcx(t[far] / math.sqrt(2)) * power[far] / 2
    return power, tail


@dataclass(frozen=True)
class GELU(Activation):
    r"""f(x) = x Φ(x), with Φ the normal distribution function; f′ = Φ(x) + x φ(x).

    ``approximate="tanh"`` replaces Φ by ½(1 + tanh u) = σ(2u), u = √(2/π)(x + 0.044715 x³). PyTorch
    and Keras default to the exact form, JAX to the approximation. ``GELU.cubic`` is the 0.044715.
    Source: Hendrycks & Gimpel, 2016.
    """

    approximate: str = parameter("none", "form", choices=("none", "tanh"))

    key = "gelu"
    monotone = False
    proposed = "Hendrycks & Gimpel, 2016"
    references = ("hendrycks2016",)
    scale = math.sqrt(2 / math.pi)
    cubic = 0.044715

    @property
    def name(self):
        return "GELU" if self.approximate == "none" else "GELU (tanh)"

    def __str__(self):
        return self.name

    @property
    def formula(self):
        if self.approximate == "none":
            return r"x\,\Phi(x)"
        return r"x\,\sigma(2u),\; u = \sqrt{2/\pi}\,\left(x + 0.044715\,x^3\right)"

    @property
    def derivative_formula(self):
        if self.approximate == "none":
            return r"\Phi(x) + x\,\varphi(x)"
        return r"\sigma(2u) + 2x\,u'\,\sigma(2u)\,(1 - \sigma(2u))"

    @property
    def range(self):
        low = -0.16997120747990369 if self.approximate == "none" else -0.17004075057125412
        return Interval(low, INFINITY, closed_low=True)

    def definition(self, x, m):
        if self.approximate == "none":
            return x * m.ncdf(x)
        return x * (1 + m.tanh(m.sqrt(2 / m.pi) * (x + self.cubic * x**3))) / 2

    @elementwise
    def __call__(self, x):
        if self.approximate == "none":
            t = np.minimum(np.abs(x), -FLOOR).astype(np.float64)
            _, tail = _normal(t)
            return np.where(x >= 0, x - t * tail, -t * tail)
        return np.maximum(x, FLOOR) * _sigmoid(self._twice_u(x))

    @elementwise
    def derivative(self, x):
        x = np.clip(x, FLOOR, -FLOOR)
        if self.approximate == "none":
            t = np.abs(x).astype(np.float64)
            power, tail = _normal(t)
            below = tail - t * (power / math.sqrt(2 * math.pi))
            return np.where(x >= 0, 1 - below, below)
        gate, opposite = _sigmoid_both_ways(self._twice_u(x))
        slope_of_u = self.scale * (1 + 3 * self.cubic * x * x)
        return gate * (1 + 2 * x * slope_of_u * opposite)

    def _twice_u(self, x):
        """2u, in float64: the exponential magnifies an error in it."""
        x = x.astype(np.float64)
        return x * (2 * self.scale + 2 * self.scale * self.cubic * (x * x))


@dataclass(frozen=True)
class Mish(Activation):
    r"""f(x) = x tanh(softplus(x)).

    With e = eˣ and n = e(e + 2) the hyperbolic tangent is n/(n + 2), and
    f′ = n/(n + 2) + 4x e(e + 1)/(n + 2)². Above x = 25 the gate is 1 to every digit, so e stops
    there and cannot overflow. Source: Misra, 2020.
    """

    name = "Mish"
    key = "mish"
    formula = r"x\,\tanh\bigl(\ln(1 + e^{x})\bigr)"
    derivative_formula = r"\tanh(s) + x\,\sigma(x)\,\bigl(1 - \tanh^2 s\bigr),\; s = \ln(1 + e^{x})"
    range = Interval(-0.30884341301725043, INFINITY, closed_low=True)
    monotone = False
    proposed = "Misra, 2020"
    references = ("misra2020",)

    def definition(self, x, m):
        return x * m.tanh(m.log(1 + m.exp(x)))

    @elementwise
    def __call__(self, x):
        e = np.exp(np.minimum(x, 25))
        n = e * (e + 2)
        return np.maximum(x, FLOOR) * (n / (n + 2))

    @elementwise
    def derivative(self, x):
        x = np.clip(x, FLOOR, 25)
        e = np.exp(x)
        n = e * (e + 2)
        return (n + 4 * x * e * ((e + 1) / (n + 2))) / (n + 2)


@dataclass(frozen=True)
class HardSwish(Activation):
    r"""f(x) = x · clip(x + 3, 0, 6) / 6: SiLU with a straight-line gate.

    The slope is x/3 + 1/2 inside, 0 up to −3 and 1 from 3 on, as in PyTorch. Source: Howard et al.,
    2019.
    """

    name = "Hard swish"
    key = "hardswish"
    formula = r"x\,\frac{\min(\max(x + 3,\, 0),\, 6)}{6}"
    derivative_formula = r"\begin{cases}0 & x < -3\\ x/3 + 1/2 & |x| < 3\\ 1 & x > 3\end{cases}"
    range = Interval(-0.375, INFINITY, closed_low=True)
    kinks = (-3.0, 3.0)
    smoothness = 0
    monotone = False
    proposed = "Howard et al., 2019"
    references = ("howard2019",)

    def definition(self, x, m):
        return x * min(max(x + 3, 0), 6) / 6

    @elementwise
    def __call__(self, x):
        return np.maximum(x, -3) * (np.clip(x + 3, 0, 6) / 6)

    @elementwise
    def derivative(self, x):
        return np.where(np.abs(x) < 3, x / 3 + 0.5, x > 0)


# ------------------------------------------------------------------------------------- periodic


@dataclass(frozen=True)
class Sine(Activation):
    r"""f(x) = sin(ωx); f′ = ω cos(ωx). It has no limit at ±∞, and is nan there.

    ``frequency``, in [0.001, 1000], is ω. Except for powers of 2, ωx is rounded before the sine
    is taken, and that error, half a unit in the last place of ωx, shows in the value; so all but
    ω = 1 is computed in float64. Source: Sitzmann et al., 2020, whose SIREN has ω = 30.
    """

    frequency: float = parameter(
        1.0, "ω", Interval(1e-3, 1e3, closed_low=True, closed_high=True), slider=(0.5, 4)
    )

    name = "Sine"
    key = "sine"
    formula = r"\sin(\omega x)"
    derivative_formula = r"\omega\cos(\omega x)"
    range = Interval(-1, 1, closed_low=True, closed_high=True)
    monotone = False
    zero_centred = True
    proposed = "Sitzmann et al., 2020 (SIREN)"
    references = ("sitzmann2020",)

    @property
    def period(self):
        return 2 * math.pi / self.frequency

    @property
    def precision(self):
        return np.dtype(np.float32 if self.frequency == 1 else np.float64)

    def definition(self, x, m):
        return m.sin(self.frequency * x)

    @elementwise
    def __call__(self, x):
        return self._of_angle(np.sin, x)

    @elementwise
    def derivative(self, x):
        return self.frequency * self._of_angle(np.cos, x)

    def _of_angle(self, wave, x):
        """The sine or cosine of ωx; of x where ωx overflows, being off by many periods anyway."""
        if self.frequency != 1:
            angle = self.frequency * x
            x = np.where(np.isinf(angle), x, angle)
        with np.errstate(invalid="ignore"):  # ±∞
            return wave(x)


# ---------------------------------------------------------------------- softmax, for a whole layer


def _scores(z, axis):
    z = real_array(z, "z")
    if z.ndim == 0:
        raise ValueError("z must have at least one dimension, got a single number")
    whole = isinstance(axis, Integral) and not isinstance(axis, bool)
    if not whole or not -z.ndim <= axis < z.ndim:
        raise ValueError(f"axis must be an integer from {-z.ndim} to {z.ndim - 1}, got {axis!r}")
    if z.shape[axis] == 0:
        raise ValueError(f"z must hold at least one score along axis {axis}, got shape {z.shape}")
    return z.astype(np.float32) if z.dtype == np.float16 else z, z.dtype


def _below_maximum(z, axis):
    """z minus its maximum along the axis; an infinite maximum counts as 0 below itself.

    Except for several scores that are all −∞: nan, since no probabilities fit them.
    """
    top = z.max(axis=axis, keepdims=True)
    if z.shape[axis] > 1:
        top[np.isneginf(top)] = np.nan
    return np.subtract(z, top, out=np.zeros_like(z), where=(z != top) | np.isnan(z))


def softmax(z, axis=-1):
    r"""softmax(z)ᵢ = e^{zᵢ} / Σⱼ e^{zⱼ}: scores (logits) to probabilities along ``axis``.

    Shape and dtype are kept, as for the activations. The maximum is subtracted first, so no score
    overflows. Scores of −∞ get probability 0; scores of +∞ share all of it equally (the limit along
    equal scores); a nan makes its whole slice nan, and so do several scores that are all −∞: every
    class is ruled out, and no limit exists (as in PyTorch and SciPy). A single score has
    probability 1, whatever it is but nan. ``ValueError`` for a single number and for an ``axis``
    that is no integer, that z does not have or that is empty. Source: Bridle, 1990.
    """
    z, dtype = _scores(z, axis)
    with np.errstate(under="ignore", over="ignore"):
        e = np.exp(_below_maximum(z, axis))
        return (e / e.sum(axis=axis, keepdims=True)).astype(dtype, copy=False)


def log_softmax(z, axis=-1):
    r"""ln softmax(z), computed without taking the logarithm of a rounded probability.

    It is zᵢ − m − ln Σⱼ e^{zⱼ − m}, m the maximum. The term e⁰ = 1 of the maximum itself is taken
    out of the sum and the rest goes through log1p, so that the dominant class keeps its digits:
    log_softmax([0, −40])[0] is −4.2e−18, not 0. Shapes, dtypes, infinities and errors as for
    `softmax`. Source: Blanchard, Higham & Higham, 2021.
    """
    z, dtype = _scores(z, axis)
    with np.errstate(under="ignore", over="ignore"):
        shifted = _below_maximum(z, axis)
        rest = np.exp(shifted)
        np.put_along_axis(rest, np.expand_dims(shifted.argmax(axis=axis), axis), 0, axis)
        return (shifted - np.log1p(rest.sum(axis=axis, keepdims=True))).astype(dtype, copy=False)


def softmax_jacobian(z):
    r"""∂softmax(z)ᵢ/∂zⱼ = sᵢ(δᵢⱼ − sⱼ) for each vector along the last axis: (…, n) to (…, n, n).

    The diagonal sᵢ(1 − sᵢ) is computed as sᵢ Σ_{j≠i} sⱼ, so every row sums to 0 to rounding. The
    dtype is kept; where a probability is nan, so is its row's whole matrix; errors as for
    `softmax`.
    """
    z, dtype = _scores(z, -1)
    s = softmax(z)
    with np.errstate(under="ignore"):
        jacobian = -s[..., :, None] * s[..., None, :]
        diagonal = np.arange(s.shape[-1])
        jacobian[..., diagonal, diagonal] = 0 * s  # nan stays nan
        jacobian[..., diagonal, diagonal] = -jacobian.sum(axis=-1)
        return jacobian.astype(dtype, copy=False)


#: One instance of each activation, in the order of the tables.
#:
#: :meta hide-value:
ALL = (
    Identity(),
    Step(),
    Sigmoid(),
    Tanh(),
    HardSigmoid(),
    HardTanh(),
    ReLU(),
    LeakyReLU(),
    PReLU(),
    Softplus(),
    ELU(),
    SELU(),
    SiLU(),
    GELU(),
    GELU("tanh"),
    Mish(),
    HardSwish(),
    Sine(),
)
