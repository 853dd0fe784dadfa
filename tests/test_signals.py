"""The maps of a signal: against closed forms, and against random networks of width 128.

A layer whose pre-activations are drawn from the normal distribution has, on average over all
networks, exactly the sizes and products that the maps say, whatever its width. So the mean over
many layers must be within its own standard error, which the sample gives: five of them are allowed.
"""

import math

import numpy as np
import pytest
from scipy.special import erf

from actfun import (
    ALL,
    ELU,
    GELU,
    SELU,
    HardTanh,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Sine,
    Step,
    Tanh,
)
from actfun.expectation import expectation, expectation_of_product
from actfun.signals import MeanField, depth_scale

WIDTH, ERRORS = 128, 5
CORRELATIONS = (-1, -0.7, 0, 0.3, 0.9, 0.99, 0.9999, 0.9999999)
each_activation = pytest.mark.parametrize("f", ALL, ids=str)


class Erf:
    """Its means have closed forms (Williams, 1996)."""

    name = "erf"

    def __call__(self, x):
        return erf(x)

    def derivative(self, x):
        return 2 / math.sqrt(math.pi) * np.exp(-np.square(x))


def arc_cosine(q, c):
    """E[relu(u) relu(v)] (Cho & Saul, 2009, for n = 1)."""
    return q * (math.sqrt(1 - c**2) + c * (math.pi - math.acos(c))) / (2 * math.pi)


# ------------------------------------------------------------------------------- closed forms


@pytest.mark.parametrize("q", [0.01, 1, 10, 100])
@pytest.mark.parametrize("c", CORRELATIONS)
def test_products_have_their_closed_forms(q, c):
    product = expectation_of_product
    assert product(ReLU(), q, c) == pytest.approx(arc_cosine(q, c), abs=1e-13 * q)
    assert product(Identity(), q, c) == pytest.approx(q * c, abs=1e-13 * q)
    # Cho & Saul for n = 0: the step
    assert product(Step(), q, c) == pytest.approx(0.25 + math.asin(c) / math.tau, abs=1e-13)
    known = 2 / math.pi * math.asin(2 * q * c / (1 + 2 * q))
    assert product(Erf(), q, c) == pytest.approx(known, abs=1e-10 if q < 100 else 1e-6)


@pytest.mark.parametrize("c", CORRELATIONS)
@pytest.mark.parametrize(("frequency", "q"), [(1, 0.01), (1, 1), (1, 10), (2, 2), (6, 1)])
def test_the_product_of_sines_has_its_closed_form(frequency, q, c):
    turn = frequency**2 * q
    known = math.exp(-turn) * math.sinh(turn * c)
    assert expectation_of_product(Sine(frequency), q, c) == pytest.approx(known, abs=1e-6)


@each_activation
@pytest.mark.parametrize("c", [-0.5, 0.5])
def test_products_are_those_of_the_series_in_hermite_polynomials(f, c):
    """E[f(u) f(v)] = Σ aₙ² cⁿ, and aₙ is an integral on one line (Mehler's formula)."""
    series = 0.0
    for n in range(44):
        hermite = np.polynomial.hermite_e.HermiteE.basis(n)
        a = expectation(lambda z, hermite=hermite: f(z) * hermite(z), f.kinks)
        series += a**2 / math.factorial(n) * c**n
    assert expectation_of_product(f, 1, c) == pytest.approx(series, abs=1e-12)


@pytest.mark.parametrize("q", [0.2, 1, 30])
def test_relu_has_the_maps_of_he(q):
    m = MeanField(ReLU(), math.sqrt(2))
    assert m.size(q) == pytest.approx(q)
    assert (m.slope(q), m.chi(q)) == pytest.approx((1, 1))
    for c in (-1, 0, 0.5, 1):
        assert m.correlation(c, q) == pytest.approx(2 * arc_cosine(1, c), abs=1e-13)


def test_weights_and_biases_enter_as_the_formula_says():
    m = MeanField(ReLU(), 3, 0.5)
    assert m.size(2) == pytest.approx(9 * 1 + 0.25)
    assert m.size(0) == 0.25
    assert (m.slope(2), m.chi(2)) == pytest.approx((4.5, 4.5))
    assert m.correlation(0.3, 2) == pytest.approx((9 * arc_cosine(2, 0.3) + 0.25) / 9.25)


@pytest.mark.parametrize("q", [1e-8, 0.05, 1, 20])
@each_activation
def test_the_slope_of_the_size_map_is_that_of_its_differences(f, q):
    m, step = MeanField(f, 1.3, 0.2), 1e-4
    difference = (m.size(q * (1 + step)) - m.size(q * (1 - step))) / (2 * q * step)
    noise = 1e-14 * m.size(q) / (q * step)
    assert m.slope(q) == pytest.approx(difference, rel=1e-6, abs=1e-7 + noise)


@each_activation
def test_chi_is_the_slope_of_the_correlation_map_at_1(f):
    m, gap = MeanField.keeping(f), 1e-5
    rise = (1 - m.correlation(1 - gap, 1)) / gap
    if f.smoothness < 0:
        assert m.chi(1) == 0 and rise > 100  # a jump: an infinite slope, and no gradient
    else:
        # a kink makes the map leave its tangent by √gap, not by gap
        assert rise == pytest.approx(m.chi(1), rel=2 * math.sqrt(gap))


# ------------------------------------------------------------------ fixed points, critical weights


def test_a_homogeneous_function_lets_every_size_live_at_its_own_weights_only():
    leaky = (LeakyReLU(0.3), math.sqrt(2 / 1.09))
    for f, scale in ((Identity(), 1), (ReLU(), math.sqrt(2)), leaky):
        (point,) = MeanField(f, scale).fixed_points()
        assert point.kind == "every size" and point.slope == pytest.approx(1)
        (small,) = MeanField(f, 0.9 * scale).fixed_points()
        assert (small.q, small.kind, small.slope) == (0, "attracts", pytest.approx(0.81))
        (large,) = MeanField(f, 1.1 * scale).fixed_points()
        assert (large.q, large.kind) == (0, "repels")
        (biased,) = MeanField(f, 0.8 * scale, 0.6).fixed_points()
        assert (biased.q, biased.kind) == (pytest.approx(1), "attracts")


def test_known_fixed_points():
    zero, one = MeanField(SELU()).fixed_points()  # Klambauer et al., 2017
    assert (zero.q, zero.kind, one.kind) == (0, "repels", "attracts")
    assert (one.q, one.slope) == pytest.approx((1, 0.782648), abs=1e-6)
    (still,) = MeanField(Tanh()).fixed_points()
    assert (still.q, still.kind, round(still.slope, 6)) == (0, "attracts", 1)
    assert [p.kind for p in MeanField(Tanh(), 1.1).fixed_points()] == ["repels", "attracts"]
    (falls, flees) = MeanField.keeping(SiLU()).fixed_points()
    assert (falls.kind, flees.kind, flees.q) == ("attracts", "repels", pytest.approx(1))
    sine = MeanField(Sine(), 2).fixed_points()[-1]
    assert sine.q == pytest.approx(2 * (1 - math.exp(-2 * sine.q)))


@each_activation
def test_keeping_keeps(f):
    for q in (0.3, 1.0, 4.0):
        m = MeanField.keeping(f, q)
        assert m.size(q) == pytest.approx(q) and m.sigma_b == 0
    kept = [p for p in MeanField.keeping(f).fixed_points() if p.q == pytest.approx(1)]
    (point,) = kept
    wanted = "every size" if abs(point.slope - 1) < 1e-9 else "attracts"
    assert point.kind == ("repels" if point.slope > 1 + 1e-9 else wanted)


def test_critical_weights_pass_gradients_and_keep_the_size():
    for f in (Tanh(), SELU(), GELU(), ELU(), HardTanh(), Sine()):
        m = MeanField.critical(f)
        assert (m.chi(1), m.size(1)) == pytest.approx((1, 1))
        assert m.sigma_b > 0.1
    assert MeanField.critical(ReLU(), 7) == MeanField(ReLU(), MeanField.critical(ReLU()).sigma_w)
    assert MeanField.critical(ReLU()).sigma_w == pytest.approx(math.sqrt(2))
    for f in (Sigmoid(), Step()):
        with pytest.raises(ValueError, match=f"keep gradients and the size 1 of {f}"):
            MeanField.critical(f)


def test_depth_scales():
    for factor in (math.exp(-0.1), math.exp(0.1)):
        assert depth_scale(factor) == pytest.approx(10)
    assert (depth_scale(0), depth_scale(1)) == (0, math.inf)


def test_a_signal_goes_through_layer_by_layer():
    m = MeanField(Tanh(), 1.4, 0.3)
    sizes, correlations = m.through(3, 2.0, 0.1)
    assert sizes[:2].tolist() == [2.0, m.size(2.0)]
    assert correlations[:2].tolist() == [0.1, m.correlation(0.1, 2.0)]
    assert sizes[2] == m.size(sizes[1])
    assert correlations[2] == m.correlation(correlations[1], sizes[1])
    sizes, correlations = MeanField(Identity(), 900).through(5)
    assert np.isnan(sizes).tolist() == np.isnan(correlations).tolist() == [False] * 3 + [True] * 2


def test_underflow_is_no_error():
    """In the tail of a gate a signal may be as small as numbers go."""
    with np.errstate(all="raise"):
        assert MeanField(SiLU()).fixed_points()[0].kind == "attracts"
        assert MeanField(GELU()).size(100) == pytest.approx(50, rel=1e-3)
        assert 0 < MeanField(GELU()).correlation(0.5, 100) < 1


def test_nothing_stays_nothing():
    class Nothing(Identity):
        def __call__(self, x):
            return 0 * x

    assert MeanField(Nothing()).correlation(0.5, 1) == MeanField(Nothing()).correlation(1, 1) == 0
    with pytest.raises(ValueError, match="f must not be 0 everywhere"):
        MeanField.keeping(Nothing())


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: MeanField(np.tanh), TypeError, "f must be a function with a name"),
        (lambda: MeanField(Tanh), TypeError, r"f must be an instance such as Tanh\(\)"),
        (lambda: MeanField(Tanh(), 0), ValueError, "sigma_w must be finite and greater than 0"),
        (lambda: MeanField(Tanh(), 1e160), ValueError, "sigma_w must be at most 1e.100"),
        (lambda: MeanField(Tanh(), "1"), TypeError, "sigma_w must be a real number"),
        (lambda: MeanField(Tanh(), 1, -0.1), ValueError, "sigma_b must be at least 0, got -0.1"),
        (lambda: MeanField(Tanh()).size(-1), ValueError, "q must be at least 0"),
        (lambda: MeanField(Tanh()).chi(-1), ValueError, "q must be at least 0"),
        (lambda: MeanField(Tanh()).slope(0), ValueError, "q must be finite and greater than 0"),
        (lambda: MeanField(Tanh()).correlation(1.1, 1), ValueError, "c must be .* from -1 to 1"),
        (lambda: MeanField(Tanh()).correlation(0, 0), ValueError, "q must be finite and greater"),
        (lambda: MeanField(Tanh()).through(0), ValueError, "depth must be at least 1"),
        (lambda: MeanField(Tanh()).through(4, c=math.nan), ValueError, "c must be finite, got nan"),
        (lambda: MeanField(Tanh()).through(4, c=2), ValueError, "c must be .* from -1 to 1"),
        (lambda: MeanField(Tanh()).through(4, c=None), TypeError, "c must be a real number"),
        (lambda: MeanField(Tanh(), 10**400), ValueError, "sigma_w must be .* beyond the largest"),
        (lambda: MeanField.keeping(Tanh(), -1), ValueError, "q must be finite and greater than 0"),
        (lambda: depth_scale(-1), ValueError, "factor must be at least 0"),
    ],
)
def test_errors_name_what_came_and_what_may_come(call, error, words):
    with pytest.raises(error, match=words):
        call()


# -------------------------------------------------------------------------- random networks


def standard_errors(sample, expected):
    """By how many standard errors the mean of a sample misses what was expected."""
    error = np.std(sample, ddof=1) / math.sqrt(len(sample))
    return abs(np.mean(sample) - expected) / max(error, 1e-12)


def random_layer(f, rng, networks, q, c):
    """Two inputs of size q and correlation c in each of many networks: their values one on."""
    z = rng.standard_normal((2, networks, WIDTH))
    z[1] = c * z[0] + math.sqrt(1 - c**2) * z[1]
    return math.sqrt(q) * z


@pytest.mark.parametrize("q", [0.25, 1, 9])
@each_activation
def test_one_layer_of_width_128_does_what_the_maps_say(f, q):
    """Mean size, product and backward factor over 400 networks; each sample gives its own error."""
    m, c, networks = MeanField(f, 1.5, 0.3), 0.6, 400
    rng = np.random.default_rng(ALL.index(f))
    u, v = f(random_layer(f, rng, networks, q, c))
    W = rng.standard_normal((networks, WIDTH, WIDTH)) * 1.5 / math.sqrt(WIDTH)
    b = rng.standard_normal((networks, WIDTH)) * 0.3
    x, y = (np.einsum("ni,nij->nj", a, W) + b for a in (u, v))
    assert standard_errors((x**2).mean(axis=1), m.size(q)) < ERRORS
    product = m.correlation(c, q) * m.size(q)
    assert standard_errors((x * y).mean(axis=1), product) < ERRORS
    z = random_layer(f, rng, networks, q, c)[0]
    back = f.derivative(z) * np.einsum("nj,nij->ni", rng.standard_normal(z.shape), W)
    assert standard_errors((back**2).mean(axis=1), m.chi(q)) < ERRORS


@each_activation
def test_every_layer_of_a_deep_network_does_what_the_maps_say(f):
    """Given a layer's activations, the next z are normal with the size Q = σ_w² mean(a²) + σ_b².

    So the next Q is V(Q) on average, at every depth and width: no bias, only scatter.
    """
    m, networks, depth = MeanField(f, 1.2, 0.4), 6, 20
    rng = np.random.default_rng(ALL.index(f))
    z, sizes = rng.standard_normal((networks, WIDTH)), np.empty((depth, networks))
    for layer in range(depth):
        a = f(z)
        sizes[layer] = 1.2**2 * (a**2).mean(axis=1) + 0.4**2
        W = rng.standard_normal((networks, WIDTH, WIDTH)) / math.sqrt(WIDTH)
        z = 1.2 * np.einsum("ni,nij->nj", a, W) + 0.4 * rng.standard_normal(z.shape)
    expected = np.vectorize(m.size)(sizes[:-1])
    assert standard_errors((sizes[1:] / expected - 1).ravel(), 0) < ERRORS
