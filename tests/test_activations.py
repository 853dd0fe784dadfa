"""The whole catalogue: every claim of every entry, tested without naming a single function."""

import dataclasses
import inspect
import math
import pydoc
import tracemalloc

import mpmath
import numpy as np
import pytest

from actfun import (
    ALL,
    ELU,
    GELU,
    SELU,
    Activation,
    HardSigmoid,
    HardSwish,
    HardTanh,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Sine,
    Softplus,
    Step,
    Tanh,
    accuracy,
    activations,
    base,
    log_softmax,
    softmax,
    softmax_jacobian,
)

DTYPES = [np.float16, np.float32, np.float64]


def with_other_parameters(f):
    """Instances of f's class with each numeric parameter at both ends of its slider."""
    for p in type(f).parameters().values():
        for value in p.slider or ():
            if value != p.default:
                yield dataclasses.replace(f, **{p.name: float(value)})


CATALOGUE = [variant for f in ALL for variant in (f, *with_other_parameters(f))]
every_function = pytest.mark.parametrize("f", CATALOGUE, ids=repr)


def grid(f, low=-40.0, high=40.0, count=801):
    """Points on [low, high] that are not kinks, irregular so that no formula is flattered."""
    x = np.linspace(low, high, count) + 1e-3 * np.sin(np.arange(count))
    return x[[all(abs(t - kink) > 1e-4 for kink in f.kinks) for t in x]]


def truth(f, x):
    with mpmath.workdps(150):
        return float(f.definition(mpmath.mpf(float(x)), mpmath))


def true_slope(f, x):
    with mpmath.workdps(150):
        return float(mpmath.diff(lambda t: f.definition(t, mpmath), mpmath.mpf(float(x))))


@every_function
def test_value_is_the_definition_to_many_digits(f):
    x = grid(f, -12, 12, 121)
    expected = np.array([truth(f, t) for t in x])
    np.testing.assert_allclose(f(x), expected, rtol=1e-13, atol=1e-300)


@every_function
def test_derivative_is_the_slope_of_the_definition(f):
    x = grid(f, -30, 30, 121)
    expected = np.array([true_slope(f, t) for t in x])
    # Where the slope crosses 0 only its absolute error can be small.
    np.testing.assert_allclose(f.derivative(x), expected, rtol=2e-13, atol=1e-15)


@every_function
def test_derivative_is_the_finite_difference_of_the_value(f):
    x, h = grid(f, -6, 6, 241), 1e-6
    np.testing.assert_allclose(
        f.derivative(x), (f(x + h) - f(x - h)) / (2 * h), rtol=1e-6, atol=1e-8
    )


@every_function
def test_range_holds_and_is_reached(f):
    x = np.concatenate([grid(f, -60, 60, 4001), [-1e30, 0, 1e30, *(t for t, _ in f.extrema())]])
    y = f(x)
    slack = 1e-12
    assert y.min() >= f.range.low - slack and y.max() <= f.range.high + slack
    for end, reached in ((f.range.low, y.min()), (f.range.high, y.max())):
        assert abs(reached) > 1e10 if math.isinf(end) else abs(reached - end) < 1e-6


@every_function
def test_open_ends_of_the_range_are_not_attained(f):
    """Within |x| ≤ 10, where rounding cannot yet reach a limit."""
    y = f(np.linspace(-10, 10, 2001))
    if not f.range.closed_low:
        assert y.min() > f.range.low
    if not f.range.closed_high:
        assert y.max() < f.range.high


@every_function
def test_monotone_is_true_or_has_a_counterexample(f):
    falls = (np.diff(f(np.linspace(-30, 30, 60001))) < -1e-12).any()
    assert falls != f.monotone


@every_function
def test_zero_centred_means_odd(f):
    x = np.linspace(0.01, 20, 500)
    assert np.allclose(f(-x), -f(x), rtol=1e-12, atol=0) == f.zero_centred


@every_function
def test_kinks_are_where_the_one_sided_slopes_differ(f):
    h = 1e-7
    for x in (*f.kinks, 0.0, 0.5, -1.0, 2.0):
        left, right = (f(x) - f(x - h)) / h, (f(x + h) - f(x)) / h
        assert (abs(right - left) > 1e-4) == (x in f.kinks)


@every_function
def test_smoothness_counts_continuous_derivatives(f):
    if f.smoothness == -1:
        assert any(abs(f(k + 1e-9) - f(k - 1e-9)) > 1e-3 for k in f.kinks)
    elif f.smoothness == 0:
        assert f.kinks
        assert all(abs(f(k + 1e-9) - f(k - 1e-9)) < 1e-6 for k in f.kinks)
    else:
        assert not f.kinks
        x, h = np.linspace(-5, 5, 20_001, retstep=True)
        rises = np.diff(f.derivative(x))
        assert np.abs(rises).max() < 0.05
        assert (np.abs(np.diff(rises / h)).max() > 0.25) == (f.smoothness == 1)


@every_function
def test_limits_are_what_far_values_approach(f):
    for limit, x in zip(f.limits, (-1e30, 1e30), strict=True):
        if math.isinf(limit):
            assert f(x) * np.sign(limit) > 1e20
        elif math.isnan(limit):  # it goes up and down for ever
            assert np.ptp(f(np.copysign(np.linspace(20, 30, 101), x))) > 1e-3
        else:
            assert abs(f(x) - limit) < 1e-12
        slope = f.derivative(math.copysign(math.inf, x))
        if math.isinf(slope):
            assert f.derivative(x) * np.sign(slope) > 1e20
        elif math.isnan(slope):  # it goes up and down for ever
            assert np.ptp(f.derivative(np.copysign(np.linspace(20, 30, 101), x))) > 1e-3
        else:
            assert abs(f.derivative(x) - slope) < 1e-12


@pytest.mark.parametrize("f", [f for f in CATALOGUE if math.isfinite(f.period)], ids=repr)
def test_a_function_repeats_itself_after_its_period_and_no_sooner(f):
    x = np.linspace(-9, 9, 201)
    for g in (f, f.derivative):
        np.testing.assert_allclose(g(x + f.period), g(x), atol=1e-13)
        assert not any(np.allclose(g(x + f.period / k), g(x)) for k in (2, 3))


@every_function
def test_extrema_and_lipschitz_constant_are_not_beaten_by_any_sample(f):
    x = np.union1d(np.linspace(-60, 60, 60_001), [t for t, _ in f.extrema()])
    y = f(x)
    turns = np.sign(np.diff(y))[:-1] * np.sign(np.diff(y))[1:] < 0
    assert turns[np.abs(x[1:-1]) <= f.period / 2].sum() == len(f.extrema())
    for t, value in f.extrema():
        nearby = f(t + np.array([-1e-3, 1e-3]))
        assert (nearby > value).all() or (nearby < value).all()
    steepest = np.abs(np.diff(y) / np.diff(x)).max()
    assert steepest <= f.lipschitz() * (1 + 1e-9)
    if math.isfinite(f.lipschitz()):
        assert f.lipschitz() <= steepest * (1 + 2e-3)
    elif f.smoothness >= 0:
        assert np.abs(f.derivative([-1e30, 1e30])).max() > 1e20


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("part", ["__call__", "derivative"])
def test_dtype_and_shape_are_kept(f, dtype, part):
    g = getattr(f, part)
    cube = np.linspace(-4, 4, 24).astype(dtype).reshape(2, 3, 4)
    for x in (cube, cube[:, ::2], cube.T, np.empty((0, 3), dtype), np.array(1, dtype)):
        assert g(x).dtype == dtype and g(x).shape == x.shape
        one_by_one = np.array([g(t) for t in x.ravel()], dtype).reshape(x.shape)
        np.testing.assert_allclose(g(x), one_by_one, rtol=2 * np.finfo(dtype).eps)
    before = cube.copy()
    g(cube)
    assert np.array_equal(cube, before), "the input was changed"


@every_function
@pytest.mark.parametrize("part", ["__call__", "derivative"])
def test_integers_lists_and_scalars_are_float64(f, part):
    g = getattr(f, part)
    expected = g(np.array([-2.0, 0.0, 3.0]))
    for x in ([-2, 0, 3], (-2.0, 0.0, 3.0), np.array([-2, 0, 3], np.int8)):
        assert g(x).dtype == np.float64
        assert np.array_equal(g(x), expected)
    assert isinstance(g(3), float) and g(3) == expected[2]
    assert g(True) == g(1.0)


@every_function
def test_blocks_join_without_a_seam(f):
    x = np.linspace(-5, 5, 2 * base.BLOCK + 7)
    pieces = [f(part) for part in np.array_split(x, 5)]
    np.testing.assert_allclose(f(x), np.concatenate(pieces), rtol=1e-14)


def peak(compute, *arguments):
    """The most memory that a call needs at a time, in multiples of its first argument."""
    tracemalloc.start()
    compute(*arguments)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / arguments[0].nbytes


@pytest.mark.parametrize("f", ALL, ids=str)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_more_than_three_temporary_arrays(f, dtype):
    x = np.linspace(-9, 9, 300_000, dtype=dtype)
    assert 1 <= peak(f, x) <= 4 and 1 <= peak(f.derivative, x) <= 4
    z = x.reshape(-1, 10)
    assert peak(softmax, z) <= 4.3 and peak(log_softmax, z) <= 4.3  # and sums, one for ten


@every_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_nothing_warns_and_nan_stays_nan(f, dtype):
    big, tiny = np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal
    special = [-np.inf, -big, -90, -1, -tiny, -0.0, 0.0, tiny, 1, 90, big, np.inf, np.nan]
    x = np.array(special, dtype)
    with np.errstate(all="raise"):
        value, slope = f(x), f.derivative(x)
    finite = ~np.isinf(x)  # at ±∞ there need not be a limit: test_accuracy looks there
    for result in (value, slope):
        assert np.array_equal(np.isnan(result)[finite], np.isnan(x)[finite])


@every_function
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_lower_precision_agrees_with_float64(f, dtype):
    x = grid(f, -15, 15, 301).astype(dtype)
    x = x[[all(abs(float(t) - kink) > 1e-2 for kink in f.kinks) for t in x]]
    tolerance = 4 * np.finfo(dtype).eps
    for g in (f, f.derivative):
        exact = g(x.astype(np.float64))
        np.testing.assert_allclose(g(x), exact, rtol=tolerance, atol=tolerance * 0.2)


@pytest.mark.parametrize("f", ALL, ids=repr)
@pytest.mark.parametrize("bad", [1j, "3", None, [1, "a"], [[1], [1, 2]], {1: 2}, object()])
def test_input_that_is_no_real_number_is_a_type_error_naming_x(f, bad):
    for g in (f, f.derivative):
        with pytest.raises(TypeError, match="^x must"):
            g(bad)


PARAMETERS = [(type(f), p) for f in ALL for p in type(f).parameters().values()]


@pytest.mark.parametrize(("cls", "p"), PARAMETERS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_parameter_outside_its_limits_is_named_with_its_range(cls, p):
    for wrong in ("none of these", None, 1j, [1.0], True):
        with pytest.raises((TypeError, ValueError), match=f"^{cls.__name__}: {p.name} must"):
            cls(**{p.name: wrong})
    if p.allowed is None:
        return
    outside = [math.nan, *(limit for limit in (-math.inf, math.inf) if limit not in p.allowed)]
    if math.isfinite(p.allowed.low):
        outside.append(p.allowed.low - 0.25)
    for wrong in outside:
        with pytest.raises(ValueError) as error:
            cls(**{p.name: wrong})
        for said in (cls.__name__, p.name, str(p.allowed), repr(wrong)):
            assert said in str(error.value)


@pytest.mark.parametrize("f", ALL, ids=repr)
def test_an_entry_is_complete_frozen_and_equal_to_its_repr(f):
    assert eval(repr(f), vars(activations)) == f
    assert f.formula and f.derivative_formula and str(f) == f.name
    assert f.key == f.key.lower() and " " not in f.key
    assert f.__doc__ and type(f).__name__ in activations.__all__
    for p in f.parameters().values():
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(f, p.name, p.default)


def test_every_activation_class_is_in_the_catalogue():
    classes = {c for c in Activation.__subclasses__() if c.__module__ == activations.__name__}
    assert {type(f) for f in ALL} == classes
    assert len({f.name for f in ALL}) == len(ALL)


def test_parameters_show_in_names_where_they_matter():
    assert str(ELU()) == "ELU"
    assert str(ELU(alpha=0.5)) == "ELU (α = 0.5)"
    assert str(ELU(alpha=2.5e-20)) == "ELU (α = 2.5 × 10⁻²⁰)"
    assert ELU(0.5) == ELU(alpha=0.5) != ELU()


def test_hard_tanh_needs_its_ends_in_order():
    with pytest.raises(ValueError, match="min_val must be below max_val, got 2.0 and 1.0"):
        HardTanh(2, 1)


# Numbers from the literature, typed in here a second time.
PUBLISHED = [
    # (function, x, f(x), f′(x)), None where it is not looked at
    (Step(), 0.0, 1, 0),
    (Sigmoid(), 0.0, 0.5, 0.25),
    (Tanh(), 0.5, 0.46211715726000975, 0.78644773296592741),
    (HardSigmoid(), 1.0, 2 / 3, 1 / 6),
    (HardSigmoid(), 3.0, 1, 0),
    (HardTanh(), 1.0, 1, 0),
    (HardTanh(-2, 1), -1.5, -1.5, 1),
    (ReLU(), 0.0, 0, 0),
    (LeakyReLU(), -1.0, -0.01, 0.01),
    (LeakyReLU(), 0.0, 0, 0.01),
    (PReLU(), 0.0, 0, 0.25),
    (PReLU(2.0), -1.0, -2, 2),
    (Softplus(), 0.0, math.log(2), 0.5),
    (ELU(0.5), 0.0, 0, 0.5),
    (SELU(), 1.0, 1.0507009873554805, 1.0507009873554805),
    (SELU(), 0.0, 0, 1.7580993408473766),
    (SiLU(), 1.0, 0.73105857863000488, 0.92767051187148968),
    (GELU(), 1.0, 0.84134474606854295, 1.08331547058768629),
    (GELU("tanh"), 1.0, 0.84119199060827670, None),
    (Mish(), 1.0, 0.86509838826731033, None),
    (HardSwish(), -3.0, 0, 0),
    (HardSwish(), 3.0, 3, 1),
    (HardSwish(), 1.0, 2 / 3, 5 / 6),
    (Sine(), 1.0, 0.8414709848078965, 0.5403023058681398),
    (Sine(30), 0.5, 0.6502878401571168, -22.790637385764637),
]


@pytest.mark.parametrize(("f", "x", "value", "slope"), PUBLISHED, ids=lambda v: str(v))
def test_published_values_and_conventions_at_kinks(f, x, value, slope):
    assert f(x) == pytest.approx(value, rel=1e-14, abs=1e-300)
    if slope is not None:
        assert f.derivative(x) == pytest.approx(slope, rel=1e-14, abs=1e-300)


def test_selu_keeps_mean_0_and_variance_1():
    """The two constants are what solves these two equations."""
    with mpmath.workdps(25):
        for power, expected in ((1, 0), (2, 1)):
            moment = mpmath.quad(
                lambda t, power=power: SELU().definition(t, mpmath) ** power * mpmath.npdf(t),
                [-30, 0, 30],
            )
            assert abs(moment - expected) < 1e-14


def test_an_open_end_does_not_belong_to_an_interval():
    for low, high in ((False, True), (True, False)):
        interval = base.Interval(0, 1, closed_low=low, closed_high=high)
        assert [x in interval for x in (-0.5, 0, 0.5, 1, 1.5)] == [False, low, True, high, False]
        assert str(interval) == ("[0, 1)" if low else "(0, 1]")


@pytest.mark.parametrize("f", ALL, ids=repr)
def test_a_key_is_the_name_of_the_class_as_pytorch_writes_its_functions(f):
    assert f.key.replace("_", "") == type(f).__name__.lower()


@dataclasses.dataclass(frozen=True)
class Twice(Activation):
    """f(x) = x e^(−x²): a minimum, a maximum, and the steepest slope between them."""

    name, range = "Twice", base.Interval(-0.4289, 0.4289, True, True)

    @base.elementwise
    def __call__(self, x):
        x = np.clip(x, -30, 30)
        return x * np.exp(-x * x)

    @base.elementwise
    def derivative(self, x):
        square = np.minimum(x * x, 1000)
        return (1 - 2 * square) * np.exp(-square)


@dataclasses.dataclass(frozen=True)
class Broken(Activation):
    """f(x) = e^(x − 7) up to 7, then level: the slope comes nearest to 1 just before the kink."""

    name, range, kinks, smoothness = "Broken", base.Interval(0, 1, False, True), (7.0,), 0

    @base.elementwise
    def __call__(self, x):
        return np.exp(np.minimum(x - 7, 0))

    @base.elementwise
    def derivative(self, x):
        return np.where(x < 7, self(x), 0)


def test_a_formula_cannot_change_what_the_caller_holds():
    class Careless:
        precision = np.dtype(np.float32)

        @base.elementwise
        def __call__(self, x):
            return np.exp(x, out=x)

    for dtype in DTYPES:
        x = np.ones(3, dtype)
        with pytest.raises(ValueError, match="read-only"):
            Careless()(x)
        assert (x == 1).all()


def test_every_extremum_is_found():
    turns = np.array(Twice().extrema())
    root, top = math.sqrt(0.5), math.sqrt(0.5) * math.exp(-0.5)
    np.testing.assert_allclose(turns, [(-root, -top), (root, top)], rtol=1e-10)
    assert Twice().lipschitz() == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize(
    ("f", "steepest"),
    [(SELU(), SELU.scale * SELU.alpha), (ELU(3), 3), (PReLU(-2), 2), (Broken(), 1), (ReLU(), 1)],
    ids=str,
)
def test_the_steepest_slope_is_often_beside_a_kink(f, steepest):
    assert f.lipschitz() == pytest.approx(steepest, rel=1e-14)


@pytest.mark.parametrize("f", [*CATALOGUE, HardTanh(-1.7e308, 1.7e308), Twice()], ids=repr)
def test_what_the_caller_wants_of_floating_point_errors_does_no_harm(f):
    with np.errstate(all="raise"):
        f.lipschitz(), f.extrema(), f.limits, f.saturation
        for dtype in DTYPES:
            accuracy.points(f, dtype, 3)


@pytest.mark.parametrize("f", ALL, ids=repr)
@pytest.mark.parametrize("part", ["__call__", "derivative"])
def test_each_method_has_help_of_its_own(f, part):
    text = vars(type(f))[part].__doc__
    assert text.startswith("f(x) for each" if part == "__call__" else "The slope f′(x) for each")
    assert inspect.getdoc(type(f)).splitlines()[0] in pydoc.render_doc(getattr(f, part))


# ------------------------------------------------------------------------------------- softmax


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_sums_to_one_along_the_axis_and_ignores_a_shift(axis, dtype):
    z = np.random.default_rng(0).normal(0, 3, (3, 4, 5)).astype(dtype)
    p = softmax(z, axis)
    assert p.dtype == dtype and p.shape == z.shape
    tolerance = 8 * np.finfo(dtype).eps
    np.testing.assert_allclose(p.astype(float).sum(axis=axis), 1, atol=tolerance)
    np.testing.assert_allclose(
        softmax(z + dtype(8), axis), p, rtol=0.02 if dtype == np.float16 else 1e-5
    )
    np.testing.assert_allclose(np.exp(log_softmax(z, axis)), p, rtol=20 * tolerance, atol=tolerance)


def test_softmax_against_its_definition():
    z = np.random.default_rng(1).normal(0, 10, (50, 6))
    with mpmath.workdps(40):
        for row, p, log_p in zip(z, softmax(z), log_softmax(z), strict=True):
            e = [mpmath.exp(mpmath.mpf(float(t))) for t in row]
            expected = [t / sum(e) for t in e]
            np.testing.assert_allclose(p, [float(t) for t in expected], rtol=1e-14)
            np.testing.assert_allclose(log_p, [float(mpmath.log(t)) for t in expected], rtol=1e-14)


def test_log_softmax_keeps_the_dominant_class():
    assert log_softmax([0.0, -40.0])[0] == pytest.approx(-math.exp(-40), rel=1e-14, abs=0)


def test_softmax_of_extreme_scores():
    with np.errstate(all="raise"):
        assert np.array_equal(softmax([1e308, 0, -1e308]), [1, 0, 0])
        assert np.array_equal(softmax([np.inf, 0]), [1, 0])
        assert np.array_equal(softmax([-np.inf, 0, 0]), [0, 0.5, 0.5])
        assert np.array_equal(log_softmax([-np.inf, 0]), [-np.inf, 0])
        assert np.isnan(softmax([[np.nan, 0], [0, 0]])).tolist() == [[True, True], [False, False]]


def test_softmax_jacobian_is_the_derivative_and_its_rows_sum_to_zero():
    z, h = np.random.default_rng(2).normal(0, 2, (4, 5)), 1e-6
    jacobian = softmax_jacobian(z)
    assert jacobian.shape == (4, 5, 5)
    for j in range(5):
        step = h * np.eye(5)[j]
        difference = (softmax(z + step) - softmax(z - step)) / (2 * h)
        np.testing.assert_allclose(jacobian[..., j], difference, atol=1e-9)
    np.testing.assert_allclose(jacobian.sum(axis=-1), 0, atol=1e-16)
    assert softmax_jacobian([0.0, -800.0])[0, 0] == 0
    assert softmax_jacobian([0.0, -40.0])[0, 0] > 0, "1 − s would have rounded to 0"


@pytest.mark.parametrize("bad_axis", [2, -3, 0.5, None, "x", True, np.False_, np.float64(1)])
def test_softmax_names_a_wrong_axis(bad_axis):
    for function in (softmax, log_softmax):
        with pytest.raises(ValueError, match="^axis must be an integer from -2 to 1, got"):
            function(np.ones((2, 2)), axis=bad_axis)


@pytest.mark.parametrize("integer", [np.int8, np.uint8, np.int64])
def test_softmax_takes_an_axis_of_numpy(integer):
    z = np.arange(6.0).reshape(2, 3)
    assert np.array_equal(softmax(z, integer(0)), softmax(z, 0))
    assert np.array_equal(log_softmax(z, integer(0)), log_softmax(z, 0))


@pytest.mark.parametrize("dtype", DTYPES)
def test_several_scores_of_minus_infinity_have_no_probabilities(dtype):
    z = np.array([[-np.inf] * 3, [0, 0, -np.inf]], dtype)
    with np.errstate(all="raise"):
        for function in (softmax, log_softmax, softmax_jacobian):
            result = function(z)
            assert result.dtype == dtype
            assert np.isnan(result[0]).all() and not np.isnan(result[1]).any()
        for alone in (-np.inf, 0, np.inf):
            z = np.full((2, 1), alone, dtype)
            assert (softmax(z) == 1).all() and (log_softmax(z) == 0).all()
            assert (softmax_jacobian(z) == 0).all()
        for function in (softmax, log_softmax, softmax_jacobian):
            assert np.isnan(function(np.full((1, 1), np.nan, dtype))).all()


def test_the_jacobian_may_underflow_in_silence():
    with np.errstate(all="raise"):
        for dtype in DTYPES:
            far = {np.float16: 12, np.float32: 60}.get(dtype, 500)
            assert softmax_jacobian(np.array([0, -far, -far], dtype))[1, 2] == 0


@pytest.mark.parametrize("function", [softmax, log_softmax, softmax_jacobian])
def test_softmax_names_input_that_it_cannot_use(function):
    with pytest.raises(TypeError, match="^z must"):
        function(["a", "b"])
    with pytest.raises(ValueError, match="^z must have at least one dimension"):
        function(1.0)
    with pytest.raises(ValueError, match="^z must hold at least one score"):
        function(np.empty((2, 0)))
