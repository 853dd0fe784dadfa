"""Every function and slope against the truth, on the whole line, in units in the last place."""

import math
from functools import cache
from typing import NamedTuple

import mpmath
import numpy as np
import pytest

from actfun import ALL, GELU, Mish, SiLU, Softplus, accuracy, log_softmax, softmax

DTYPES = (np.float64, np.float32, np.float16)
BOUNDS = {  # ULP for f and for f′
    np.float64: (4, 8),
    np.float32: (8, 10),
    np.float16: (1, 1),
}


class Larger(NamedTuple):
    """An error beyond the bounds that is accepted for low ≤ x < high, and why."""

    f: object
    dtype: type
    low: float
    high: float
    bound: float  # ULP
    reason: str

    def __str__(self):
        return f"{self.f}-{self.dtype.__name__}-{self.high}"


GATE = "the gate is subnormal: it has few digits, and its error is multiplied by x"
EXCEPTIONS = (
    Larger(SiLU(), np.float64, -752, -708, 400, GATE),
    Larger(SiLU(), np.float32, -110, -87, 60, GATE),
    Larger(Mish(), np.float64, -752, -708, 400, GATE),
    Larger(Mish(), np.float32, -110, -87, 60, GATE),
    Larger(GELU(), np.float64, -39, -37.5, 30, GATE),
    Larger(GELU(), np.float64, -2, -1, 6, "scipy's ndtr itself is up to 5 ULP off"),
    Larger(GELU("tanh"), np.float64, -22, -1, 1200, "e^2u magnifies a rounding error in u"),
)

every_case = pytest.mark.parametrize("derivative", [False, True], ids=["f", "slope"])
SLOW = (GELU(),)  # its truth takes mpmath a while
every_function = pytest.mark.parametrize(
    "f", [pytest.param(f, marks=pytest.mark.slow if f in SLOW else ()) for f in ALL], ids=str
)
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)


def measured(f, dtype, derivative, count=40):
    """Points without kinks, the errors there, and the bounds that hold there."""
    x = accuracy.points(f, dtype, count, kinks=not derivative)
    g = f.derivative if derivative else f
    bound = np.full(x.shape, float(BOUNDS[dtype][derivative]))
    for e in EXCEPTIONS:
        if (e.f, e.dtype) == (f, dtype):
            bound[(e.low <= x) & (x < e.high)] = max(e.bound, BOUNDS[dtype][derivative])
    return x, accuracy.errors(f, g, x, accuracy.truth(f, x, derivative), derivative), bound


@every_dtype
@every_case
@every_function
def test_within_the_bounds_on_the_whole_line(f, derivative, dtype):
    x, error, bound = measured(f, dtype, derivative)
    worst = np.argmax(error / bound)
    assert error[worst] <= bound[worst], f"{error[worst]:.3g} ULP at x = {x[worst]!r}"


@cache
def far_out(f, side, derivative):
    """Two values, or slopes, beyond all floating-point numbers."""
    return [accuracy.exact(f, side * mpmath.mpf(x), derivative) for x in ("1e320", "3e320")]


def limit_at_infinity(f, side, dtype, derivative=False):
    """What values and slopes tend to; nan if they do not."""
    with np.errstate(over="ignore", under="ignore"):
        near, far = dtype(far_out(f, side, derivative))
    return near + 0 if near == far else math.nan  # never −0


@every_dtype
@every_function
def test_zeros_infinities_and_nan(f, dtype):
    with np.errstate(all="raise"):
        low, zero, minus_zero, high, nan = f(np.array([-np.inf, 0, -0.0, np.inf, np.nan], dtype))
        slopes = f.derivative(np.array([-np.inf, np.inf, np.nan], dtype))
    for value, slope, side in ((low, slopes[0], -1), (high, slopes[1], 1)):
        np.testing.assert_equal(value + 0, limit_at_infinity(f, side, dtype))
        np.testing.assert_equal(slope + 0, limit_at_infinity(f, side, dtype, derivative=True))
    with mpmath.workdps(40):
        at_zero = dtype(f.definition(mpmath.mpf(0), mpmath))
    assert zero == minus_zero == at_zero
    assert math.isnan(nan) and math.isnan(slopes[2])


@pytest.mark.slow
@pytest.mark.parametrize("e", EXCEPTIONS, ids=str)
def test_an_exception_is_needed(e):
    """One whose error keeps the bounds of all others is no exception any more: take it out."""
    x = np.linspace(*np.clip((e.low, e.high), -1e30, 1e30), 90).astype(e.dtype)
    for derivative, g in ((False, e.f), (True, e.f.derivative)):
        error = accuracy.errors(e.f, g, x, accuracy.truth(e.f, x, derivative), derivative)
        if error.max() > BOUNDS[e.dtype][derivative]:
            return
    pytest.fail("it keeps the bounds of all others")


# ------------------------------------------------------------------- the measuring rod itself


def test_points_reach_both_ends_and_every_kink():
    for dtype in DTYPES:
        x, limits = accuracy.points(SiLU(), dtype), np.finfo(dtype)
        for edge in (limits.smallest_subnormal, limits.tiny, limits.max, 0):
            assert {edge, -edge} <= set(x)
        assert x.dtype == dtype and (np.diff(x) > 0).all()
        root = SiLU().extrema()[0][0]
        assert np.abs(x.astype(float) - root).min() < 2 * limits.eps


def test_the_truth_has_more_digits_than_float64():
    high, low = accuracy.truth(Softplus(), np.array([0.0, -700.0]))
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(high[0]) + mpmath.mpf(low[0]) - mpmath.log(2)) < 1e-30
    assert high[1] == math.exp(-700) or abs(high[1] / math.exp(-700) - 1) < 1e-15
    slopes = accuracy.truth(Softplus(), np.array([0.0, 5e-324, 1e300, -1e300]), derivative=True)
    assert np.array_equal(slopes[0], [0.5, 0.5, 1, 0])
    assert np.abs(slopes[1]).max() < 1e-30


class Algebraic(NamedTuple):
    """A function with an algebraic tail, and its slope in closed form."""

    definition: object
    slope: object


@pytest.mark.parametrize(
    "f",
    [
        Algebraic(lambda x, m: x / (1 + abs(x)), lambda x, m: 1 / (1 + abs(x)) ** 2),
        Algebraic(lambda x, m: m.atan(x), lambda x, m: 1 / (1 + x * x)),
        Algebraic(lambda x, m: max(x, 0) ** 2, lambda x, m: 2 * max(x, 0)),
        Algebraic(lambda x, m: x + m.sin(x) ** 2, lambda x, m: 1 + m.sin(2 * x)),
    ],
    ids=["softsign", "arctan", "squared ReLU", "snake"],
)
def test_the_truth_of_a_slope_far_out_and_near_0(f):
    x = np.array([-2.67e60, -3e28, -1e-300, 0, 5e-324, 1e-9, 3, 1e100, 2e150])
    high, low = accuracy.truth(f, x, derivative=True)
    with mpmath.workdps(800):
        exact = [f.slope(mpmath.mpf(float(t)), mpmath) for t in x]
        for head, rest, true in zip(high, low, exact):
            assert abs(mpmath.mpf(head) + mpmath.mpf(rest) - true) <= abs(true) * 1e-20 + 1e-323


def test_errors_are_counted_in_ulp():
    one, eps = np.ones(1), np.finfo(float).eps
    zero = 0 * one
    assert accuracy.ulps(one + eps, one, zero) == 1
    assert accuracy.ulps(one - eps, one, zero) == 1
    assert accuracy.ulps(one, one, eps / 4 * one) == 0.25
    assert accuracy.ulps(one.astype(np.float32), one, 2.0**-24 * one) == 0.5
    assert accuracy.ulps(zero, 5e-324 * one, zero) == 1
    assert accuracy.ulps(np.array([np.inf]), np.array([1e40]), zero) == np.inf
    assert accuracy.ulps(np.array([np.inf], np.float32), np.array([1e40]), zero) == 0
    assert accuracy.ulps(np.array([1e38], np.float32), np.array([1e40]), zero) == np.inf
    assert accuracy.ulps(zero, 1e-20 * one, zero, floor=1.0) == 1e-20 / eps


def test_a_textbook_formula_is_found_out():
    x = accuracy.points(Softplus(), np.float64, 20)
    with np.errstate(over="ignore"):
        error, where = accuracy.worst(
            Softplus(), lambda t: np.log(1 + np.exp(t)), x, accuracy.truth(Softplus(), x)
        )
    assert error == math.inf and where > 709


# ------------------------------------------------------------------------------------ softmax


def scores(dtype):
    """Rows of scores: alike, apart, and so far apart that one class has everything."""
    rng = np.random.default_rng(0)
    spread = np.repeat([0.1, 1, 4, 12, 40], 12)
    return (spread[:, None] * rng.standard_normal((60, 5))).astype(dtype)


def true_softmax(z):
    """ln softmax and softmax of one row, each as (high, low) arrays."""
    with mpmath.workdps(400):
        e = [mpmath.exp(mpmath.mpf(float(t))) for t in z]
        total = sum(e)
        exact = [[mpmath.log(t / total) for t in e], [t / total for t in e]]
        return [([float(v) for v in row], [float(v - float(v)) for v in row]) for row in exact]


@every_dtype
def test_softmax_and_its_logarithm(dtype):
    """z − max z is rounded, and the exponential magnifies that by the difference itself."""
    z = scores(dtype)
    below = z.max(axis=1, keepdims=True) - z.astype(np.float64)
    if dtype == np.float16:  # computed in float32, where the rounding does not show
        below[:] = 0
    runner_up = np.sort(below, axis=1)[:, 1:2]
    truths = [true_softmax(row) for row in z]
    for computed, which, magnified in (
        (log_softmax(z), 0, np.where(z == z.max(axis=1, keepdims=True), runner_up, 0)),
        (softmax(z), 1, below),
    ):
        high, low = (np.array([t[which][part] for t in truths]) for part in (0, 1))
        error = accuracy.ulps(computed, high, low)
        assert (error <= BOUNDS[dtype][0] + magnified).all(), error.max()


def test_the_dominant_class_keeps_its_logarithm():
    for gap in (10.0, 40.0, 300.0, 700.0):
        high, low = true_softmax([0.0, -gap])[0]
        error = accuracy.ulps(log_softmax([0.0, -gap]), np.array(high), np.array(low))
        assert error.max() <= 4, (gap, error)
