"""Laws that hold for all inputs: hypothesis looks for one where they do not."""

import dataclasses
import math
import tempfile
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import actfun
from actfun import (
    ALL,
    ELU,
    GELU,
    HardSigmoid,
    HardTanh,
    Identity,
    LeakyReLU,
    Mish,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
    log_softmax,
    softmax,
    softmax_jacobian,
)
from actfun.exercises import check_activation
from actfun.network import MLP, Maxout

EPS = np.finfo(np.float64).eps
real = st.floats(-1e6, 1e6)
moderate = st.floats(-30, 30)
anything = st.floats(allow_nan=True, allow_infinity=True)
scores = arrays.arrays(np.float64, arrays.array_shapes(max_dims=3, max_side=6), elements=moderate)


def close(a, b, ulps=16, absolute=0.0):
    np.testing.assert_allclose(a, b, rtol=ulps * EPS, atol=absolute)


@st.composite
def activations(draw):
    """A function of the catalogue with parameters anywhere on their sliders."""
    f = draw(st.sampled_from(ALL))
    return dataclasses.replace(
        f, **{p.name: draw(st.floats(*p.slider)) for p in f.parameters().values() if p.slider}
    )


# ----------------------------------------------------------------------------------- the catalogue


@given(x=real)
def test_tanh_is_a_stretched_sigmoid(x):
    close(Tanh()(x), 2 * Sigmoid()(2 * x) - 1, absolute=4 * EPS)
    close(Tanh().derivative(x), 4 * Sigmoid().derivative(2 * x), absolute=1e-300)


@given(x=real)
def test_sigmoid_of_minus_x_is_the_rest(x):
    close(Sigmoid()(x) + Sigmoid()(-x), 1)
    close(Sigmoid().derivative(x), Sigmoid()(x) * Sigmoid()(-x), absolute=1e-300)


@given(x=real, beta=st.floats(0.01, 100))
def test_the_slope_of_softplus_is_the_sigmoid(x, beta):
    close(Softplus(beta).derivative(x), Sigmoid()(beta * x))
    close(Softplus(beta)(x) - Softplus(beta)(-x), x, absolute=16 * EPS * (abs(x) + 1 / beta))


@given(x=real)
def test_limits_in_a_parameter_are_other_functions(x):
    close(ELU(0.0)(x), ReLU()(x))
    close(LeakyReLU(0.0)(x), ReLU()(x))
    close(LeakyReLU(1.0)(x), Identity()(x))
    close(PReLU(0.01)(x), LeakyReLU()(x))
    close(SiLU(1000.0)(x), ReLU()(x), absolute=3e-4)
    close(Softplus(1000.0)(x), ReLU()(x), absolute=7e-4)
    close(HardTanh(-3, 3)(x), 6 * HardSigmoid()(x) - 3, absolute=8 * EPS)
    close(SiLU(1e-3)(x / 1e6), x / 2e6, absolute=3e-4)


@given(x=moderate)
def test_gelu_is_near_its_approximation_and_mish_near_silu(x):
    assert abs(GELU()(x) - GELU("tanh")(x)) < 5e-4
    assert abs(Mish()(x) - SiLU()(x)) < 0.3
    assert abs(GELU()(x) - SiLU(1.702)(x)) < 0.021


@given(f=activations(), x=real)
def test_symmetries(f, x):
    if f.zero_centred:
        close(f(-x), -f(x))
        close(f.derivative(-x), f.derivative(x))
    if type(f) in (SiLU, GELU, Softplus):  # f(x) − f(−x) = x, so f′(x) + f′(−x) = 1
        close(f.derivative(x) + f.derivative(-x), 1)
    if type(f) is Sigmoid:
        close(f.derivative(-x), f.derivative(x))


@given(f=activations(), x=anything)
def test_values_stay_in_the_range_and_nan_stays(f, x):
    y, slope = f(x), f.derivative(x)
    if math.isnan(x):
        assert math.isnan(y) and math.isnan(slope)
    else:
        slack = 4 * EPS * max(abs(v) for v in (f.range.low, f.range.high, 1) if math.isfinite(v))
        assert math.isinf(x) or not math.isnan(y + slope)  # at ±∞ there need not be a limit
        assert not (y < f.range.low - slack or y > f.range.high + slack)
        assert not abs(slope) > f.lipschitz() * (1 + 8 * EPS)


@given(f=activations(), x=real, y=real)
def test_order_is_kept_and_no_difference_is_stretched_too_far(f, x, y):
    low, high = sorted((x, y))
    rise = f(high) - f(low)
    slack = 16 * EPS * (1 + abs(f(high)) + abs(f(low)))
    if f.monotone:
        assert rise >= -slack
    if math.isfinite(f.lipschitz()):
        if math.isfinite(f.period):  # the angle is rounded
            slack += EPS * f.lipschitz() * max(abs(x), abs(y))
        assert abs(rise) <= f.lipschitz() * (high - low) + slack


@given(f=activations(), x=st.floats(-20, 20), h=st.floats(1e-6, 1e-4))
def test_a_difference_lies_between_the_slopes(f, x, h):
    """The mean value theorem: on a short piece without a kink, to second order."""
    assume(f.smoothness != -1 and all(abs(x - kink) > 2 * h for kink in f.kinks))
    assume(f.smoothness != 1 or abs(x) > 2 * h)
    rise = (f(x + h) - f(x - h)) / (2 * h)
    parameters = [v for v in vars(f).values() if isinstance(v, float)]
    curvature = 100 * max([1.0, *parameters]) ** 2
    rounding = 1e-15 * (1 + abs(f(x))) + EPS * f.lipschitz() * abs(x)  # of values and of x ± h
    assert abs(rise - f.derivative(x)) <= curvature * h**2 + rounding / h


# ----------------------------------------------------------------- any parameters, dtypes, layouts

SHAPES = {
    "as it is": lambda x: x,
    "no dimension": lambda x: x[:1].reshape(()),
    "empty": lambda x: x[:0].reshape(0, 3),
    "every other": lambda x: np.repeat(x, 2)[::2],
    "backwards": lambda x: x[::-1],
    "by columns": lambda x: np.asfortranarray(x.reshape(2, -1)),
    "windows that overlap": lambda x: np.lib.stride_tricks.sliding_window_view(x, 3),
    "repeated without memory": lambda x: np.broadcast_to(x, (3, x.size)),
    "a field of records": lambda x: np.rec.fromarrays([x, x], names="x, y").x,
    "not aligned": lambda x: np.frombuffer(b"?" + x.tobytes(), x.dtype, offset=1),
    "a matrix": lambda x: np.asarray(x).view(np.matrix),
    "a memory map": lambda x: in_a_file(x),
    "with __array__": lambda x: HasArray(x),
}


class HasArray:
    """What pandas, PyTorch and others offer, and nothing else."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype, copy=copy)


def in_a_file(x):
    with tempfile.TemporaryFile() as file:
        mapped = np.memmap(file, x.dtype, "w+", shape=x.shape)
    mapped[:] = x
    return mapped


def parameter_values(p):
    """Any value that is allowed, extreme ones often, as Python and NumPy write numbers."""
    if p.choices:
        return st.sampled_from(p.choices) | st.sampled_from(p.choices).map(np.str_)
    low, high = max(p.allowed.low, -1.7e308), min(p.allowed.high, 1.7e308)
    extreme = [0, 1, 5e-324, 1e-46, 1e-40, 1e-8, 65505, 1e39, 1.7e308]
    within = [v * s for v in extreme for s in (1, -1) if low <= v * s <= high]
    numbers = st.sampled_from([low, high, *within]) | st.floats(low, high)
    kinds = (float, np.float64, np.longdouble, np.array)
    numbers = st.builds(lambda kind, value: kind(value), st.sampled_from(kinds), numbers)
    signed = (np.int8, np.float16, np.float32, int, Fraction)
    small = [kind(v) for kind in signed for v in (-2, 0, 1, 3) if low <= v <= high]
    small += [kind(v) for kind in (np.uint8, np.uint64) for v in (0, 1, 3) if low <= v <= high]
    return numbers | st.sampled_from(small)


@st.composite
def extreme_activations(draw):
    """A function of the catalogue with any parameters that it allows."""
    cls = type(draw(st.sampled_from(ALL)))
    values = {name: draw(parameter_values(p)) for name, p in cls.parameters().items()}
    if cls is HardTanh:
        assume(float(values["min_val"]) < float(values["max_val"]))
    return cls(**values)


FLOATS = {"f2": 16, "f4": 32, "f8": 64}


@st.composite
def inputs_of_any_kind(draw):
    """(input, its values as a plain array): any dtype and byte order, any layout."""
    code = draw(st.sampled_from(sorted(FLOATS)))
    limits = np.finfo(code)
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, float(limits.max), float(limits.min)]
    special += [float(limits.smallest_subnormal), -float(limits.tiny), 3.0, -3.0]
    element = st.sampled_from(special) | st.floats(width=FLOATS[code])
    values = draw(st.lists(element, min_size=6, max_size=6))
    x = np.array(values, draw(st.sampled_from("<>")) + code)
    x = SHAPES[draw(st.sampled_from(sorted(SHAPES)))](x)
    if isinstance(x, np.ndarray) and draw(st.booleans()):
        x.flags.writeable = False
    return x, np.array(np.asarray(x), code)


@settings(max_examples=200)
@given(f=extreme_activations(), kinds=inputs_of_any_kind(), part=st.sampled_from(["f", "slope"]))
def test_dtype_shape_and_limits_hold_for_everything_that_is_allowed(f, kinds, part):
    x, plain = kinds
    g = f if part == "f" else f.derivative
    before = plain.tobytes()
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        result = g(x)
    assert type(result) is (np.ndarray if plain.ndim else plain.dtype.type)
    assert result.dtype == plain.dtype and result.shape == plain.shape
    usual = type(f)() if part == "f" else type(f)().derivative  # its limits: test_accuracy
    assert np.array_equal(np.isnan(result), np.isnan(usual(plain)))
    assert np.array(np.asarray(x), plain.dtype).tobytes() == before, "the input was changed"
    # Rounded once from float64, it is the same but for the digits that the dtype has.
    with np.errstate(over="ignore", under="ignore"):
        exact = g(plain.astype(np.float64)).astype(plain.dtype)
        kinks = np.array(f.kinks, plain.dtype) if part == "slope" else ()
    slack = 16 * np.finfo(plain.dtype).eps
    near = np.isclose(result, exact, rtol=slack, atol=slack, equal_nan=True)
    assert (near | np.isin(plain, kinks)).all()
    assert eval(repr(f), vars(actfun)) == f and "np." not in repr(f)
    assert all(type(value) in (float, str) for value in dataclasses.asdict(f).values())


@pytest.mark.parametrize(
    "f",
    [*ALL, softmax, log_softmax, softmax_jacobian],
    ids=lambda f: getattr(f, "__name__", str(f)),
)
def test_a_masked_array_is_refused_before_its_mask_is_lost(f):
    for g in (f, f.derivative) if f in ALL else (f,):
        with pytest.raises(TypeError, match=r"^[xz] must not be a masked array.*filled"):
            g(np.ma.masked_greater([1.0, 2.0], 1.5))


@pytest.mark.parametrize(
    "wrong", [True, np.True_, 1j, "1", None, [1.0], np.array([1.0]), np.array(True), Decimal(1)]
)
def test_a_parameter_that_is_no_real_number_is_refused(wrong):
    with pytest.raises(TypeError, match="^ELU: alpha must be a real number, got"):
        ELU(wrong)


def test_a_parameter_beyond_the_floats_is_refused():
    for wrong in (10**400, np.longdouble("1e400"), math.inf, np.float32(np.inf)):
        with pytest.raises(ValueError, match=r"^ELU: alpha must lie in \[0, ∞\), got"):
            ELU(wrong)
    for wrong in (np.array("tanh"), ["tanh"], "TANH", 1):
        with pytest.raises(ValueError, match="^GELU: approximate must be 'none' or 'tanh', got"):
            GELU(wrong)


@pytest.mark.parametrize("code", [">f2", ">f4", ">f8", ">i4", ">u2"])
def test_the_other_byte_order_is_read_and_the_machines_own_comes_back(code):
    x = np.arange(6).astype(code).reshape(2, 3)
    native = x.astype(x.dtype.newbyteorder("="))
    for g in (*ALL, *(f.derivative for f in ALL), softmax, log_softmax, softmax_jacobian):
        assert g(x).dtype.isnative and np.array_equal(g(x), g(native))
        assert g(x).dtype == (native.dtype if native.dtype.kind == "f" else np.float64)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize(
    ("f", "x", "value", "slope"),
    [
        (ELU(1e39), [-np.inf, 0, np.inf], [-1e39, 0, np.inf], [0, 1e39, 1]),
        (PReLU(1e39), [-np.inf, 0, np.inf], [-np.inf, 0, np.inf], [1e39, 1e39, 1]),
        (LeakyReLU(1e-46), [-np.inf, 0, np.inf], [-np.inf, 0, np.inf], [1e-46, 1e-46, 1]),
        (HardTanh(0, 1.7e308), [-np.inf, 1, np.inf], [0, 1, 1.7e308], [0, 1, 0]),
        (HardTanh(np.float64(-1), np.float64(1)), [-2, 0.5, 2], [-1, 0.5, 1], [0, 1, 0]),
    ],
    ids=repr,
)
def test_parameters_that_float32_does_not_hold(f, x, value, slope, dtype):
    with np.errstate(over="ignore", under="ignore"):
        expected = np.array(value).astype(dtype), np.array(slope).astype(dtype)
    for g, right in zip((f, f.derivative), expected):
        assert g(np.array(x, dtype)).dtype == dtype
        assert np.array_equal(g(np.array(x, dtype)), right)


# ------------------------------------------------------------------------------------------ softmax


@given(z=scores, shift=moderate)
def test_softmax_does_not_see_a_shift(z, shift):
    np.testing.assert_allclose(softmax(z + shift), softmax(z), rtol=1e-13)
    np.testing.assert_allclose(softmax(z).sum(axis=-1), 1, rtol=1e-14)
    np.testing.assert_allclose(np.exp(log_softmax(z)), softmax(z), rtol=1e-13)


@given(z=scores, data=st.data())
def test_softmax_follows_a_permutation_and_keeps_the_order(z, data):
    order = data.draw(st.permutations(range(z.shape[-1])))
    np.testing.assert_allclose(softmax(z)[..., order], softmax(z[..., order]), rtol=1e-14)
    ranked = np.take_along_axis(softmax(z), np.argsort(z, axis=-1), axis=-1)
    assert (np.diff(ranked, axis=-1) >= 0).all()


@given(a=real, b=real)
def test_softmax_of_two_scores_is_the_sigmoid_of_their_difference(a, b):
    close(softmax([a, b])[0], Sigmoid()(a - b), absolute=1e-300)


@given(z=scores)
def test_the_jacobian_is_symmetric_and_its_rows_sum_to_zero(z):
    J = softmax_jacobian(z)
    np.testing.assert_allclose(J, np.swapaxes(J, -1, -2), rtol=1e-14, atol=1e-300)
    assert (np.abs(J.sum(axis=-1)) <= 1e-15).all()
    assert (np.linalg.eigvalsh(J) >= -1e-15).all()


# ----------------------------------------------------------------------------------- the network

sizes = st.lists(st.integers(1, 5), min_size=1, max_size=3)
hidden = st.sampled_from([*ALL, Maxout(2)])


def inputs(seed, samples, features):
    return np.random.default_rng(seed).standard_normal((samples, features))


@given(widths=sizes, activation=hidden, seed=st.integers(0, 99), data=st.data())
def test_the_units_of_a_layer_may_change_places(widths, activation, seed, data):
    net = MLP([3, *widths, 2], activation, seed=seed)
    X, y = inputs(seed, 5, 3), np.arange(5) % 2
    before, gradients = net.forward(X).outputs, net.gradients(X, y)
    i = data.draw(st.integers(0, len(widths) - 1))
    order = data.draw(st.permutations(range(widths[i])))
    layer, above = net.layers[i], net.layers[i + 1]
    layer.weights, layer.bias = layer.weights[..., order], layer.bias[..., order]
    above.weights = np.take(above.weights, order, axis=-2)
    np.testing.assert_allclose(net.forward(X).outputs, before, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(
        net.gradients(X, y).parameters[i][0],
        gradients.parameters[i][0][..., order],
        rtol=1e-8,
        atol=1e-12,
    )


@given(widths=sizes, activation=hidden, seed=st.integers(0, 99), samples=st.integers(1, 6))
def test_a_sample_does_not_see_the_others(widths, activation, seed, samples):
    """Alone, as a batch of one, it gives the same; and gradients of a batch are their mean."""
    net = MLP([3, *widths, 2], activation, seed=seed)
    X, y = inputs(seed, samples, 3), np.arange(samples) % 2
    alone = [net.forward(X[i : i + 1]).outputs[0] for i in range(samples)]
    np.testing.assert_allclose(net.forward(X).outputs, alone, rtol=1e-10, atol=1e-12)
    one_by_one = [net.gradients(X[i : i + 1], y[i : i + 1]) for i in range(samples)]
    for layer in range(len(net.layers)):
        np.testing.assert_allclose(
            net.gradients(X, y).parameters[layer][0],
            np.mean([g.parameters[layer][0] for g in one_by_one], axis=0),
            rtol=1e-8,
            atol=1e-12,
        )


# ------------------------------------------------------------------------------------ the exercises

WRONG_BY = {  # what is done to a right answer, and words of which one must be in the verdict
    "negated": (lambda g, x: -g(x), ("sign",)),
    "reversed": (lambda g, x: g(-x), ("f(−x)", "sign", "values of another", "exchanged")),
    "too large": (lambda g, x: g(x) + 0.5, ("too large by 0.5", "values of", "times the right")),
    "tripled": (lambda g, x: 3 * g(x), ("3 times", "factor", "what")),
    "stretched": (lambda g, x: g(2 * x), ("2x", "what", "values of", "twice", "2 times")),
    "kept from 4 on": (lambda g, x: g(np.minimum(x, 4)), ("wrong", "near 0 only")),
    "half precision": (lambda g, x: g(x).astype(np.float16).astype(x.dtype), ("wrong", "is right")),
    "a list": (lambda g, x: list(np.ravel(g(x))), ("list",)),
    "flat": (lambda g, x: g(np.ravel(x)), ("shape",)),
    "always float64": (lambda g, x: g(x).astype(np.float64), ("float64",)),
    "nothing": (lambda g, x: None, ("return",)),
}


@given(f=activations(), derivative=st.booleans())
def test_a_right_answer_is_never_called_wrong(f, derivative):
    given_parameters = {name: getattr(f, name) for name in f.parameters()}
    g = f.derivative if derivative else f
    assert check_activation(g, f.key, derivative, **given_parameters).passed


@given(f=activations(), derivative=st.booleans(), how=st.sampled_from(sorted(WRONG_BY)))
def test_a_wrong_answer_is_told_what_is_wrong(f, derivative, how):
    g = f.derivative if derivative else f
    change, words = WRONG_BY[how]
    x = np.linspace(-6, 6, 97)
    x = x[~np.isin(x, f.kinks)]
    try:
        came = np.asarray(change(g, x), float)
        assume(came.shape != x.shape or np.abs(came - g(x)).max() > 1e-2 or "float64" in words[0])
    except TypeError:
        pass
    given_parameters = {name: getattr(f, name) for name in f.parameters()}
    # Three times too large is also who forgets to divide by 3.
    assume(how != "tripled" or 3 not in given_parameters.values())
    verdict = check_activation(lambda t: change(g, t), f.key, derivative, **given_parameters)
    assert not verdict
    said = " ".join(repr(verdict).split())
    assert any(word in said for word in (*words, "the same value at every x")), said


@pytest.mark.parametrize("how", sorted(WRONG_BY))
def test_every_wrong_answer_applies_to_something(how):
    change, words = WRONG_BY[how]
    verdict = check_activation(lambda x: change(Tanh(), x), "tanh")
    assert not verdict and any(word in " ".join(repr(verdict).split()) for word in words)
