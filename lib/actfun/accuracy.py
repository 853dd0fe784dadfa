"""How far a computed value is from the true one, on the whole line of floating-point numbers.

The truth is an activation's ``definition``, evaluated with hundreds of digits by mpmath (which is
imported only here, and only when asked). Errors are counted in ULP, units in the last place: the
distance between neighbouring floats at the true value. Rounding the truth once costs up to 0.5 ULP.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

__all__ = ["Worst", "errors", "exact", "points", "truth", "ulps", "worst"]

NEAR_A_ROOT = 0.5  # this close to an extremum of f, where f′ crosses 0 …
FLOOR_THERE = 0.2  # … errors of f′ are counted in ULP of at least this
COARSE = 12  # points of each kind for a page that should not take long


def points(f, dtype, count=200, kinks=True):
    """Inputs in ``dtype``, in order, on which to try ``f``: about ten times ``count`` of them.

    On both sides: evenly over the exponents, from the smallest subnormal to the largest finite
    number; evenly over widths from 1 to where exponentials underflow, more densely where they are
    subnormal; and every approach to 0, to the kinks and to the roots of f′. Without ``kinks`` the
    kinks themselves are left out.
    """
    limits = np.finfo(dtype)
    rng = np.random.default_rng(0)
    lowest, highest = math.log2(limits.smallest_subnormal), math.log2(limits.max)
    exponents = np.linspace(lowest, np.nextafter(highest, 0), 2 * count)
    widths = (1, 8, 40, -1.05 * lowest * math.log(2))
    centres = [0.0, *f.kinks, *(x for x, _ in f.extrema())]
    near = np.ldexp(1.0, -np.arange(limits.nmant + 1))
    approaches = [centre + sign * near for centre in centres for sign in (-1, 0, 1)]
    with np.errstate(over="ignore", under="ignore"):
        positive = [np.exp2(exponents), *(rng.uniform(0, width, count) for width in widths)]
        positive.append(-np.log(np.exp2(rng.uniform(lowest, math.log2(limits.tiny), count))))
        positive = np.concatenate([*positive, [limits.max, limits.tiny, limits.smallest_subnormal]])
        x = np.concatenate([positive, -positive, *map(np.ravel, approaches)]).astype(dtype)
    x = np.unique(x[np.isfinite(x)])
    return x if kinks else x[~np.isin(x, np.array(f.kinks, dtype))]


def exact(f, t, derivative=False, tail=0):
    """f(t), or f′(t), to at least 32 digits: a number of mpmath, for any ``t`` of mpmath.

    The slope is a difference over a step of 10⁻²⁵, or 10⁻²⁵t near 0. ``tail`` is the number of
    digits needed besides for exponentials that are far smaller than 1 and yet count.
    """
    import mpmath

    def definition(t):
        try:
            return mpmath.mpf(f.definition(t, mpmath))
        except OverflowError:  # in mpmath's erfc beyond 10¹⁵⁰, where GELU is a straight line
            far = mpmath.sign(t) * mpmath.mpf("1e100")
            return f.definition(far, mpmath) * (t / far)

    size = abs(t) or mpmath.mpf("1e-400")
    powers = mpmath.log10(size)
    # For e^t − 1 at tiny t, and for the change of t² or 1/t over the step.
    powers = 2 * abs(powers) if derivative else max(-powers, 0)
    with mpmath.workdps(int(80 + powers + tail)):
        if not derivative:
            return definition(t)
        h = min(size, 1) * mpmath.mpf("1e-25")
        return (definition(t + h) - definition(t - h)) / (2 * h)


def truth(f, x, derivative=False):
    """f(x), or f′(x), to about 32 digits: two float64 arrays whose sum it is.

    Where the value is not a finite float64 the first is infinite and the second 0.
    """
    import mpmath

    underflow = 25 - math.log10(np.finfo(x.dtype).smallest_subnormal)

    def value(t):
        # An e^−t or e^−t² that does not underflow counts beside 1.
        tail = min(t * t, underflow) if abs(t) < 1000 else 0
        true = exact(f, mpmath.mpf(t), derivative, tail)
        high = float(true)
        return high, float(true - high) if math.isfinite(high) else 0.0

    pairs = [value(float(t)) for t in x]
    return np.array(pairs).reshape(-1, 2).T


def ulps(computed, high, low, floor=0.0):
    """The error of ``computed`` against the truth ``high + low``, in ULP of the dtype of computed.

    An overflow is no error where the truth rounds to the same infinity. With ``floor``, a truth
    smaller than it is treated as if it were as large.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        size = np.maximum(np.abs(high), floor).astype(computed.dtype)
        spacing = np.spacing(size).astype(np.float64)
        error = np.abs((computed.astype(np.float64) - high) - low) / spacing
        same = computed == high.astype(computed.dtype)
    return np.where(np.isfinite(size), error, np.where(same, 0, np.inf))


class Worst(NamedTuple):
    """The largest error in ULP, and the input where it occurs."""

    error: float
    x: float


def errors(f, compute, x, exact, derivative=False):
    """The errors of ``compute(x)`` in ULP, given ``exact``, the `truth` for f or its derivative.

    A derivative cannot be right in every digit where its sign changes: near an extremum of f its
    error is counted in ULP of ``max(|f′|, 0.2)``. A nan counts as an infinite error.
    """
    floor = np.zeros(x.shape)
    if derivative:
        for root, _ in f.extrema():
            floor[np.abs(x.astype(np.float64) - root) < NEAR_A_ROOT] = FLOOR_THERE
    error = ulps(compute(x), *exact, floor)
    return np.where(np.isnan(error), np.inf, error)


def worst(f, compute, x, exact, derivative=False):
    """The `Worst` of the `errors`."""
    error = errors(f, compute, x, exact, derivative)
    i = int(np.argmax(error))
    return Worst(float(error[i]), float(x[i]))
