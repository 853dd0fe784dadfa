"""What random layers do to a signal: its size, the likeness of two inputs, a gradient coming back.

In a wide layer of random weights a pre-activation z is a sum of many small parts, so it is nearly
normal, and two numbers say all: the size q = E[z²] and, for two inputs, the correlation c. Each
layer maps them to those of the next. Sources: Poole et al., 2016; Schoenholz et al., 2017.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from actfun import checks
from actfun.expectation import expectation, expectation_of_product

SIZES = np.geomspace(1e-8, 1e8, 161)  # among which fixed points are looked for
ROUNDING = 1e-10
LARGEST = 1e100  # of the scales: their squares and products are finite


class FixedPoint(NamedTuple):
    """A size ``q`` that a layer returns, V(q) = q, and what happens beside it.

    ``kind`` is "attracts", "repels", or "every size" where V(q) = q for all q. ``slope`` is V′(q),
    the factor of a small deviation of the size, ``chi`` that of a gradient; at q = 0 from above.
    """

    q: float
    kind: str
    slope: float
    chi: float


@dataclass(frozen=True)
class MeanField:
    """The maps of one random layer z ↦ f(z) W + b, as its width goes to infinity.

    All is computed by Gauss–Legendre quadrature between the kinks; how exactly, `expectation` and
    `expectation_of_product` say. A network of width n scatters around it by some 1/√n a layer. A
    ``TypeError`` or ``ValueError``, here and in the methods, names an argument of no use.

    Parameters
    ----------
    f : activation
        Anything with a ``name`` and a ``derivative``; ``kinks``, if it has them, are respected.
    sigma_w : float > 0
        The variance of weights is σ_w²/n for n inputs: 1 is LeCun's initialisation, √2 He's.
    sigma_b : float ≥ 0
        Standard deviation of the biases.
    """

    f: object
    sigma_w: float = 1.0
    sigma_b: float = 0.0

    def __post_init__(self):
        checks.function(self.f)
        object.__setattr__(self, "sigma_w", checks.real_number(self.sigma_w, "sigma_w", 0))
        object.__setattr__(self, "sigma_b", _not_negative(self.sigma_b, "sigma_b"))
        for name in ("sigma_w", "sigma_b"):
            if getattr(self, name) > LARGEST:
                raise ValueError(f"{name} must be at most {LARGEST:g}, got {getattr(self, name):g}")

    @classmethod
    def keeping(cls, f, q=1.0):
        """The weights that keep the size q > 0 without biases: σ_w² = q / E[f(√q z)²]."""
        q = checks.real_number(q, "q", 0)
        square = _mean_square(checks.function(f), q)
        if not square > 0:
            raise ValueError(f"f must not be 0 everywhere, got {f}")
        return cls(f, math.sqrt(q / square))

    @classmethod
    def critical(cls, f, q=1.0):
        """The edge of chaos at the size q > 0: χ(q) = 1 by the weights, V(q) = q by the biases.

        ``ValueError`` if σ_b² would be negative. Source: Hayou, Doucet & Rousseau, 2019.
        """
        q = checks.real_number(q, "q", 0)
        steepness = cls(f).chi(q)
        rest = q - cls(f).size(q) / steepness if steepness else -math.inf
        if rest < -1e-9 * q:
            raise ValueError(f"no weights and biases keep gradients and the size {q:g} of {f}")
        return cls(f, 1 / math.sqrt(steepness), math.sqrt(rest if rest > 1e-9 * q else 0.0))

    def size(self, q):
        """V(q) = σ_w² E[f(√q z)²] + σ_b², z standard normal: the size in the next layer, q ≥ 0."""
        q = _not_negative(q, "q")
        return self.sigma_w**2 * _mean_square(self.f, q) + self.sigma_b**2

    def slope(self, q):
        """V′(q) for q > 0, as σ_w² E[f(√q z)² (z² − 1)] / 2q: it needs no f′ and allows jumps."""
        q = checks.real_number(q, "q", 0)
        root, constant = math.sqrt(q), float(self.f(0.0)) ** 2  # which saves digits

        def moved(z):
            return (self.f(root * z) ** 2 - constant) * (z**2 - 1)

        return self.sigma_w**2 * expectation(moved, _kinks(self.f, root)) / (2 * q)

    def chi(self, q):
        """χ(q) = σ_w² E[f′(√q z)²], the factor of a gradient's mean square in one layer, q ≥ 0.

        Times q/V(q) it is the slope of the correlation map at c = 1; but where f jumps that is
        infinite, while no gradient passes. Source: Schoenholz et al., 2017.
        """
        q = _not_negative(q, "q")
        return self.sigma_w**2 * _mean_square(self.f, q, self.f.derivative)

    def correlation(self, c, q):
        """C(c) = (σ_w² E[f(u) f(v)] + σ_b²) / V(q): of two inputs, in the next layer.

        Here u and v are normal with mean 0, variance q > 0 and correlation c, from −1 to 1; 0 if
        nothing is left of either (V(q) = 0).
        """
        c, q = _likeness(c), checks.real_number(q, "q", 0)
        return self._correlation(c, q, self.size(q))

    def _correlation(self, c, q, size):
        if c == 1 or size == 0:
            return float(size > 0)
        both = self.sigma_w**2 * expectation_of_product(self.f, q, c) + self.sigma_b**2
        return min(1.0, max(-1.0, both / size))

    def through(self, depth, q=1.0, c=0.5):
        """Sizes and correlations in ``depth`` layers: arrays whose first elements are q and c.

        Where the size has left the range from 1e-12 to 1e12 both are nan.
        """
        found = np.full((2, checks.whole_number(depth, "depth", 1)), math.nan)
        q, c = checks.real_number(q, "q", 0), _likeness(c)
        for layer in range(depth):
            if not 1e-12 <= q <= 1e12:
                break
            found[:, layer] = here = q, c
            size = self.size(q)
            q, c = size, self._correlation(c, q, size)
            if np.allclose((q, c), here, rtol=1e-12, atol=0):  # settled
                found[:, layer + 1 :] = [[q], [c]]
                break
        return tuple(found)

    def fixed_points(self):
        """The sizes with V(q) = q, as a tuple of `FixedPoint`, the smallest first.

        0 is one of them if V(0) = 0; where every size is one, the only answer is that at q = 1.
        Looked for from 1e-8 to 1e8: two within a factor of 1.26 may be missed.
        """
        from scipy.optimize import brentq  # slow to load, and only needed here

        def growth(q):
            return self.size(q) / q - 1

        signs = np.array([np.sign(g) * (abs(g) > ROUNDING) for g in map(growth, SIZES)])
        moving = np.flatnonzero(signs)
        if not moving.size:
            return (self._fixed_point(1.0, "every size"),)
        found, before = [], moving[0]
        if self.size(0.0) == 0:
            kind = "repels" if signs[before] > 0 else "attracts"
            found.append(self._fixed_point(SIZES[0], kind)._replace(q=0.0))
        for here in moving[1:]:
            if signs[here] != signs[before]:
                kind = "attracts" if signs[before] > 0 else "repels"
                root = brentq(growth, SIZES[before], SIZES[here], xtol=1e-14)
                found.append(self._fixed_point(root, kind))
            before = here
        return tuple(found)

    def _fixed_point(self, q, kind):
        return FixedPoint(float(q), kind, self.slope(q), self.chi(q))


def depth_scale(factor):
    """In how many layers a deviation changes e-fold, if each multiplies it by ``factor`` ≥ 0.

    That is ``1/abs(ln(factor))``, infinite at 1 and 0 at 0. Source: Schoenholz et al., 2017.
    """
    factor = _not_negative(factor, "factor")
    if factor == 0:
        return 0.0
    return math.inf if abs(factor - 1) < ROUNDING else 1 / abs(math.log(factor))


def _not_negative(value, name):
    value = checks.real_number(value, name)
    if value < 0:
        raise ValueError(f"{name} must be at least 0, got {value}")
    return value


def _likeness(c):
    """A correlation as a float."""
    c = checks.real_number(c, "c")
    if not -1 <= c <= 1:
        raise ValueError(f"c must be a number from -1 to 1, got {c}")
    return c


def _mean_square(f, q, g=None):
    """E[g(√q z)²], where g is f itself or has its kinks."""
    root, g = math.sqrt(q), g or f
    return expectation(lambda z: g(root * z) ** 2, _kinks(f, root))


def _kinks(f, root):
    """Those of f(√q z)."""
    return [kink / root for kink in getattr(f, "kinks", ()) if root]
