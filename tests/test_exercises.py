"""The checks of exercises: right answers pass, wrong ones fail in words that name the mistake."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf, erfc, expit, ndtr

import actfun
from actfun.activations import ALL
from actfun.exercises import check_activation, check_maxout, check_perceptron, check_softmax

BOTH = pytest.mark.parametrize("derivative", [False, True], ids=["f", "slope"])


def parameters(f):
    return {name: getattr(f, name) for name in f.parameters()}


# ------------------------------------------------------------------------------ right answers pass

OTHERS = (
    actfun.ELU(0.5),
    actfun.LeakyReLU(0.2),
    actfun.PReLU(-0.5),
    actfun.Softplus(7),
    actfun.SiLU(0.1),
    actfun.HardTanh(-0.7, 2.1),
)


@BOTH
@pytest.mark.parametrize("f", ALL + OTHERS, ids=str)
def test_the_catalogue_passes_its_own_check_without_a_hint(f, derivative):
    my_f = f.derivative if derivative else f
    verdict = check_activation(my_f, f.key, derivative, **parameters(f))
    assert verdict.passed and verdict and not verdict.problems and not verdict.hints, verdict
    assert "right at" in repr(verdict)


def sigmoid_by_mask(x):
    result = np.empty(x.shape, x.dtype if x.dtype.kind == "f" else float)
    right = x >= 0
    result[right] = 1 / (1 + np.exp(-x[right]))
    result[~right] = np.exp(x[~right]) / (1 + np.exp(x[~right]))
    return result


def sigmoid_slope(x):
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


RIGHT = {
    "sigmoid, textbook": (lambda x: 1 / (1 + np.exp(-x)), "sigmoid", False),
    "sigmoid, by mask": (sigmoid_by_mask, "sigmoid", False),
    "sigmoid, two forms": (
        lambda x: np.where(x >= 0, 1 / (1 + np.exp(-x)), np.exp(x) / (1 + np.exp(x))),
        "sigmoid",
        False,
    ),
    "sigmoid, scipy": (expit, "sigmoid", False),
    "sigmoid, clipped": (lambda x: 1 / (1 + np.exp(-np.clip(x, -500, 500))), "sigmoid", False),
    "sigmoid, log": (lambda x: np.exp(-np.logaddexp(0, -x)), "sigmoid", False),
    "sigmoid slope": (sigmoid_slope, "sigmoid", True),
    "sigmoid slope, product": (lambda x: expit(x) * expit(-x), "sigmoid", True),
    "tanh": (np.tanh, "tanh", False),
    "tanh slope": (lambda x: 4 * sigmoid_slope(2 * x), "tanh", True),
    "relu": (lambda x: np.maximum(x, 0), "relu", False),
    "relu, other order": (lambda x: np.maximum(0, x), "relu", False),
    "relu, where": (lambda x: np.where(x < 0, 0, x), "relu", False),
    "relu slope 0": (lambda x: (x > 0).astype(x.dtype), "relu", True),
    "relu slope 1": (lambda x: (x >= 0).astype(x.dtype), "relu", True),
    "relu slope 1/2": (lambda x: np.heaviside(x, 0.5), "relu", True),
    "step": (lambda x: np.heaviside(x, 1), "step", False),
    "leaky": (lambda x: np.where(x > 0, x, 0.01 * x), "leaky_relu", False),
    "leaky, max": (lambda x: np.maximum(x, 0.01 * x), "leaky_relu", False),
    "leaky, parameter": (
        lambda x, negative_slope=0.01: np.where(x > 0, x, negative_slope * x),
        "leaky_relu",
        False,
    ),
    "softplus": (lambda x: np.logaddexp(0, x), "softplus", False),
    "softplus, parameter": (
        lambda x, beta=1.0: np.logaddexp(0, beta * x) / beta,
        "softplus",
        False,
    ),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), "elu", False),
    "elu, unbounded": (lambda x: np.where(x > 0, x, np.expm1(x)), "elu", False),
    "elu slope": (lambda x: np.exp(np.minimum(x, 0)), "elu", True),
    "silu": (lambda x: np.maximum(x, -1000) / (1 + np.exp(-np.maximum(x, -1000))), "silu", False),
    "gelu": (lambda x: np.maximum(x, -1e3) * ndtr(x), "gelu", False),
    "gelu, erfc": (
        lambda x: np.maximum(x, -1e3) * 0.5 * erfc(-x / math.sqrt(2)),
        "gelu",
        False,
    ),
    "mish": (lambda x: np.maximum(x, -1e3) * np.tanh(np.logaddexp(0, x)), "mish", False),
    "hard swish": (lambda x: np.maximum(x, -3) * np.clip(x + 3, 0, 6) / 6, "hardswish", False),
    "hard sigmoid": (lambda x: np.clip(x / 6 + 0.5, 0, 1), "hardsigmoid", False),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_answers_written_differently_pass(name):
    my_f, key, derivative = RIGHT[name]
    verdict = check_activation(my_f, key, derivative)
    assert verdict, verdict


def test_another_slope_at_the_kink_is_right_and_a_hint_says_so():
    slope_1 = check_activation(lambda x: (x >= 0).astype(x.dtype), "relu", derivative=True)
    assert slope_1 and "At the kink x = 0 you give 1, this book 0" in repr(slope_1)
    exp = check_activation(lambda x: np.where(x < 0, np.exp(x), 1), "elu", derivative=True)
    assert exp and "kink" not in repr(exp) and "both of its branches" in repr(exp)


def test_an_answer_for_other_parameters_gets_them_or_has_them_built_in():
    assert check_activation(lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)), "elu", alpha=0.5)
    assert check_activation(
        lambda x, alpha=1.0: np.where(x > 0, x, alpha * np.expm1(x)), "elu", alpha=0.5
    )


# -------------------------------------------------------------------------- wrong answers are named


def tanh_of_the_notes(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def mish_of_the_notes(x):
    return x * tanh_of_the_notes(np.log10(1 + np.exp(x)))


def mish_slope_of_the_notes(x):
    s = np.log10(1 + np.exp(x))
    sech = 2 / (np.exp(s) + np.exp(-s))
    return sech * sech * x / (1 + np.exp(-x)) + mish_of_the_notes(x) / x


def elu_with_if(x):
    return x if x > 0 else np.exp(x) - 1


def relu_in_place(x):
    x *= x > 0
    return x


def relu_by_writing(x):
    x[x < 0] = 0
    return x


def elu_truncated(x):
    result = np.zeros_like(x)
    result[x > 0] = x[x > 0]
    result[x <= 0] = np.expm1(x[x <= 0])
    return result


def no_return(x):
    np.maximum(x, 0)


def elu_without_alpha(x, alpha=1.0):
    return np.where(x > 0, x, np.expm1(x))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


WRONG = [  # my_f, key, derivative, parameters, phrases that must be said
    # the notes
    (tanh_of_the_notes, "sigmoid", False, {}, ["another function, Tanh"]),
    (tanh_of_the_notes, "tanh", False, {}, ["x = 1000 you give nan; 1 is", "overflow", "cancel"]),
    (lambda x: 1 - np.tanh(x) ** 2, "tanh", True, {}, ["x = 20 you give 0", "too early"]),
    (lambda x: 1 - tanh_of_the_notes(x) ** 2, "sigmoid", True, {}, ["derivative of Tanh"]),
    (lambda x: 1 - tanh_of_the_notes(x) ** 2, "tanh", True, {},
     ["x = 1000 you give nan; 0 is", "overflow"]),
    (lambda x: np.where(x < 0, 0, 1), "relu", True, {},
     ["returns int64", "Hint: At x = nan", "At the kink x = 0 you give 1, this book 0"]),
    (lambda x: np.where(x < 0, 0.01 * x, x), "leaky_relu", False, {"negative_slope": 0.2},
     ["what γ = 0.01 gives, not 0.2"]),
    (lambda x: np.where(x < 0, 0.01, 1), "leaky_relu", True, {"negative_slope": 0.2},
     ["what γ = 0.01 gives, not 0.2"]),
    (lambda x: np.where(x < 0, 0.01, 1), "leaky_relu", True, {},
     ["float32 it returns float64", "At the kink x = 0 you give 1, this book 0.01"]),
    (lambda x: np.where(x < 0, np.exp(x), 1), "elu", True, {"alpha": 0.5},
     ["what α = 1 gives, not 0.5"]),
    (lambda x: np.where(x < 0, np.exp(x) - 1, x), "elu", False, {},
     ["x = −1e−20 you give 0", "np.expm1", "Hint: NumPy warns at x = 1000", "both of its"]),
    (lambda x: np.where(x < 0, np.exp(x) - 1, x), "elu", False, {"alpha": 0.5},
     ["x = −1 you give −0.6321; −0.3161", "what α = 1 gives, not 0.5"]),
    (mish_of_the_notes, "mish", False, {}, ["np.log10 is not", "overflow"]),
    (mish_slope_of_the_notes, "mish", True, {},
     ["x = 0 you give nan", "0 by 0", "np.log10", "overflows"]),
    # the formula
    (lambda x: np.log10(1 + np.exp(x)), "softplus", False, {}, ["np.log10 is not"]),
    (lambda x: np.log2(1 + np.exp(x)), "softplus", False, {}, ["np.log2 is not"]),
    (lambda x: 1 / (1 + np.exp(x)), "sigmoid", False, {}, ["f(−x)", "sign of x is reversed"]),
    (lambda x: np.exp(-x) / (1 + np.exp(-x)), "sigmoid", False, {}, ["f(−x)"]),
    (lambda x: 2 * sigmoid(x) - 1, "tanh", False, {}, ["value at x/2"]),
    (sigmoid_slope, "sigmoid", False, {}, ["That is the derivative"]),
    (sigmoid, "sigmoid", True, {}, ["That is the function itself"]),
    (lambda x: 1 - np.tanh(x) ** 2, "sigmoid", True, {}, ["derivative of Tanh"]),
    (lambda x: x * (1 - x), "sigmoid", True, {}, ["value, not x"]),
    (lambda x: sigmoid(x) * (1 + sigmoid(x)), "sigmoid", True, {}, ["σ(1 − σ)"]),
    (lambda x: 1 - x**2, "tanh", True, {}, ["value, not x"]),
    (lambda x: 1 - np.tanh(x), "tanh", True, {}, ["square is missing"]),
    (lambda x: -np.tanh(x), "tanh", False, {}, ["sign is reversed everywhere"]),
    (lambda x: np.minimum(x, 0), "relu", False, {}, ["branches are exchanged"]),
    (lambda x: np.abs(x), "relu", False, {}, ["That is |x|"]),
    (lambda x: (x < 0).astype(x.dtype), "relu", True, {}, ["branches are exchanged"]),
    (lambda x: np.where(x > 0, 0.01 * x, x), "leaky_relu", False, {}, ["branches are exchanged"]),
    (lambda x: np.where(x > 0, x, 0.01), "leaky_relu", False, {}, ["multiplied by x"]),
    (lambda x: np.maximum(x, 0), "leaky_relu", False, {}, ["negative_slope stands"]),
    (lambda x: np.where(x > 0, x, -0.01 * x), "leaky_relu", False, {}, ["wrong for x < 0", "sign"]),
    (lambda x: np.where(x > 0, x, 0.1 * x), "leaky_relu", False, {}, ["x < 0", "10 times"]),
    (lambda x: np.where(x > 0, x, np.exp(x)), "elu", False, {}, ["−1 after eˣ"]),
    (lambda x: np.where(x > 0, x, 0.5 * np.exp(x) - 1), "elu", False, {"alpha": 0.5}, ["brackets"]),
    (lambda x: np.where(x > 0, np.expm1(x), x), "elu", False, {}, ["branches are exchanged"]),
    (lambda x: np.where(x > 0, 1, np.expm1(x)), "elu", True, {}, ["−1 is a constant"]),
    (elu_without_alpha, "elu", False, {}, ["With alpha = 1.5", "α = 1 gives, not 1.5"]),
    (actfun.ELU(), "selu", False, {}, ["another function, ELU"]),
    (actfun.ELU(actfun.SELU.alpha), "selu", False, {}, ["λ = 1.0507"]),
    (lambda x: sigmoid(x), "silu", False, {}, ["f(x)/x", "factor x is missing"]),
    (lambda x: sigmoid(x), "silu", True, {}, ["product rule"]),
    (lambda x: x * sigmoid(x), "silu", False, {"beta": 2.0}, ["β = 1 gives, not 2"]),
    (lambda x: x * sigmoid(1.702 * x), "gelu", False, {}, ["1.702"]),
    (lambda x: x * (1 + erf(x)) / 2, "gelu", False, {}, ["√2 is missing"]),
    (actfun.GELU("tanh"), "gelu", False, {}, ["GELU (tanh)"]),
    (lambda x: np.clip((x + 1) / 2, 0, 1), "hardsigmoid", False, {}, ["1/6"]),
    (lambda x: np.sign(x), "step", False, {}, ["np.sign gives −1"]),
    (lambda x: np.heaviside(x, 0), "step", False, {}, ["x = 0 you give 0; 1", "Only the kink"]),
    (lambda x: x + 1, "identity", False, {}, ["everywhere", "too large by 1"]),
    (lambda x: 0 * x, "relu", False, {}, ["same value at every x"]),
    (lambda x: x * np.nan, "relu", False, {}, ["no finite number"]),
    (lambda x: np.where((x > 0).any(), x, 0 * x), "relu", False, {}, ["numbers of the array"]),
    (lambda x: np.where(x > 0, x, x * x), "elu", False, {}, ["wrong for x < 0: compare"]),
    (lambda x: np.cosh(x) / np.sinh(x), "tanh", False, {}, ["upside down"]),
    (lambda x: np.log(np.exp(x)), "softplus", False, {}, ["The 1 inside", "undoes"]),
    (lambda x, beta=1.0: np.logaddexp(0, beta * x), "softplus", False, {}, ["division by β"]),
    (lambda x: np.where(x > 0, actfun.SELU()(x), actfun.SELU()(x) / 1.0507009873554805), "selu",
     False, {}, ["both branches"]),
    (lambda x: np.where(x > 0, 1, actfun.SELU().derivative(x)), "selu", True, {},
     ["both branches"]),
    (lambda x: x * sigmoid(x) * (1 - sigmoid(x)), "silu", True, {}, ["two terms", "is missing"]),
    (lambda x: x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi), "gelu", True, {}, ["two terms"]),
    (lambda x: x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**2))) / 2, "gelu",
     False, {"approximate": "tanh"}, ["x³, not x²"]),
    (lambda x: x * np.logaddexp(0, x), "mish", False, {}, ["tanh around"]),
    (lambda x: x * np.tanh(sigmoid(x)), "mish", False, {}, ["softplus, not σ"]),
    (lambda x: np.tanh(np.logaddexp(0, x)) + x * sigmoid(x) / np.cosh(np.logaddexp(0, x)), "mish",
     True, {}, ["square is missing"]),
    (lambda x: x * np.clip(x + 3, 0, 6), "hardswish", False, {}, ["division by 6"]),
    # the arithmetic
    (lambda x: np.log(1 + np.exp(x)), "softplus", False, {},
     ["give ∞; 1000", "x = −40 you give 0"]),
    (lambda x: sigmoid(x) * (1 - sigmoid(x)), "sigmoid", True, {},
     ["x = 40 you give 0; 4.248e−18"]),
    (lambda x: x * 0.5 * (1 + erf(x / math.sqrt(2))), "gelu", False, {}, ["too early", "erfc"]),
    (lambda x: 1 / (1 + np.exp(-np.clip(x, -20, 20))), "sigmoid", False, {}, ["cuts it off"]),
    (lambda x: np.maximum(x, 0) + 1e-9, "relu", False, {}, ["too large by 1e−9"]),
    (lambda x: np.tanh(x.astype(np.float16).astype(x.dtype)), "tanh", False, {}, ["you give"]),
    # ±∞ and nan
    (lambda x: x * (x > 0), "relu", False, {}, ["nearly", "x = −∞ you give nan; 0", "−∞ · 0"]),
    (lambda x: x * np.tanh(np.logaddexp(0, x)), "mish", False, {}, ["nearly", "x = −∞"]),
    (lambda x: np.where(x > 0, x, 0), "relu", False, {}, ["nearly", "x = nan you give 0"]),
    # the form
    (elu_with_if, "elu", False, {}, ["ValueError", "Python if", "np.where"]),
    (lambda x: max(0, x), "relu", False, {}, ["Python if", "np.maximum"]),
    (lambda x: math.tanh(x), "tanh", False, {}, ["TypeError", "math module"]),
    (np.vectorize(lambda x: 1 / (1 + math.exp(-x))), "sigmoid", False, {},
     ["OverflowError", "math functions raise", "fails at is x = −1000"]),
    (no_return, "relu", False, {}, ["None", "return"]),
    (lambda x: [max(0, t) for t in x], "relu", False, {}, ["returns a list"]),
    (lambda x: "0", "relu", False, {}, ["returns a str"]),
    (lambda x: x + 0j, "identity", False, {}, ["complex"]),
    (lambda x: x[:3], "identity", False, {}, ["shape (3,)"]),
    (lambda x: np.atleast_1d(np.tanh(x)), "tanh", False, {}, ["shape (1,); () is expected"]),
    (lambda x: np.tanh(x).ravel(), "tanh", False, {}, ["shape"]),
    (lambda x: np.where(x > 0, 1.0, 0.01), "leaky_relu", True, {}, ["float32 it returns float64"]),
    (lambda x: np.tanh(np.asarray(x, float)), "tanh", False, {}, ["float32 it returns float64"]),
    (relu_by_writing, "relu", False, {}, ["overwrites its input"]),
    (relu_in_place, "relu", False, {}, ["overwrites its input", "x = −∞"]),
    (elu_truncated, "elu", False, {}, ["integers", "np.zeros_like(x)"]),
    (lambda: 0, "relu", False, {}, ["positional argument", "arguments of the exercise"]),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_wrong_answers_are_named(case):
    my_f, key, derivative, given, phrases = WRONG[case]
    verdict = check_activation(my_f, key, derivative, **given)
    words = " ".join(repr(verdict).split())
    assert not verdict and not verdict.passed
    missing = [phrase for phrase in phrases if phrase not in words]
    assert not missing, repr(verdict)
    assert "0x" not in words and len(repr(verdict).splitlines()) < 20
    assert max(map(len, repr(verdict).splitlines())) <= 88


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("key", [f.key for f in ALL])
@pytest.mark.parametrize("g", ALL, ids=str)
def test_no_function_passes_for_another(g, key, derivative):
    f = next(f for f in ALL if f.key == key)
    passed = check_activation(g.derivative if derivative else g, key, derivative).passed
    assert passed == (str(g) == str(f))


@BOTH
@pytest.mark.parametrize("f", ALL, ids=str)
def test_the_verdict_says_what_the_explanation_would_give(f, derivative):
    """The derivative handed in for the function, and the other way round, is told as such."""
    mine = f if derivative else f.derivative
    words = " ".join(repr(check_activation(mine, f.key, derivative, **parameters(f))).split())
    assert "asked for" in words or "same value at every x" in words, words


@settings(max_examples=60, deadline=None)
@given(
    f=st.sampled_from(ALL),
    derivative=st.booleans(),
    size=st.floats(1e-5, 1e3),
    sign=st.sampled_from([-1, 1]),
    kind=st.sampled_from(["add", "scale", "shift"]),
)
def test_a_perturbed_function_never_passes(f, derivative, size, sign, kind):
    right = f.derivative if derivative else f
    wrong = {
        "add": lambda x: right(x) + sign * size,
        "scale": lambda x: right(x) * (1 + sign * size),
        "shift": lambda x: right(x + sign * size),
    }[kind]
    x = np.linspace(-6, 6, 49)
    x = x[~np.isin(x, f.kinks)]
    if np.allclose(wrong(x), right(x), rtol=0, atol=1e-10):  # a constant slope, moved, is itself
        return
    assert not check_activation(wrong, f.key, derivative, **parameters(f))


# --------------------------------------------------------------------------------- wrong questions


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=r"'elu', .*'mish'.*got 'eleu'"):
        check_activation(np.tanh, "eleu")
    with pytest.raises(TypeError, match=r"'elu' takes alpha, got beta"):
        check_activation(np.tanh, "elu", beta=1)
    with pytest.raises(TypeError, match=r"'tanh' takes no parameters, got alpha"):
        check_activation(np.tanh, "tanh", alpha=1)
    with pytest.raises(ValueError, match=r"alpha must lie in"):
        check_activation(np.tanh, "elu", alpha=-1)


@pytest.mark.parametrize(
    "check",
    [lambda g: check_activation(g, "elu"), check_softmax, check_perceptron, check_maxout],
)
def test_only_functions_are_checked(check):
    with pytest.raises(TypeError, match="must be a function, got ndarray"):
        check(np.zeros(3))


# ---------------------------------------------------------------------- softmax, perceptron, maxout


def broken_softmax(z, axis=-1, *, whole=False, top=None, power=np.exp):
    e = power(z if top is None else z - top(z))
    return e / (e.sum() if whole else e.sum(axis=axis, keepdims=True))


def in_place_softmax(z):
    z -= z.max(axis=-1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


SOFTMAX = [
    (lambda z: broken_softmax(z, whole=True), "whole array"),
    (lambda z: actfun.softmax(z, 0) if z.ndim > 1 else actfun.softmax(z), "axis 0"),
    (lambda z, axis=-1: actfun.softmax(z), "ignore axis"),
    (lambda z: broken_softmax(z, axis=1), "axis=-1"),
    (lambda z: broken_softmax(z), "eᶻ overflows"),
    (lambda z: broken_softmax(z, top=np.max), "its own largest score"),
    (lambda z: np.exp(z), "division by the sum"),
    (lambda z: z / z.sum(axis=-1, keepdims=True), "exponential is missing"),
    (lambda z: actfun.softmax(-z), "sign of the scores"),
    (lambda z: actfun.log_softmax(z), "logarithm of softmax"),
    (lambda z: expit(z), "logistic function of each"),
    (lambda z: np.exp(z) / np.exp(z).sum(axis=-1), "keepdims=True"),
    (lambda z: actfun.softmax(z).astype(np.float64), "float32 it returns float64"),
    (in_place_softmax, "overwrites"),
    (lambda z: None, "return missing"),
]


@pytest.mark.parametrize("case", range(len(SOFTMAX)))
def test_softmax_mistakes_are_named(case):
    my_softmax, phrase = SOFTMAX[case]
    verdict = check_softmax(my_softmax)
    assert not verdict and phrase in " ".join(repr(verdict).split()), verdict


def test_right_softmaxes_pass():
    assert check_softmax(actfun.softmax)
    assert check_softmax(lambda z: np.exp(z - np.logaddexp.reduce(z, axis=-1, keepdims=True))), (
        "log-sum-exp"
    )


def update(w, b, x, y, learning_rate=1.0, step=lambda z: z >= 0):
    change = learning_rate * (y - step(w @ x + b))
    return w + change * x, b + change


def in_place_update(w, b, x, y, learning_rate=1.0):
    w += learning_rate * (y - (w @ x + b >= 0)) * x
    return w, b


def rule(change):
    """Give change(w, b, x, y, eta) the signature that the check asks for."""
    return lambda w, b, x, y, learning_rate=1.0: change(w, b, x, y, learning_rate)


PERCEPTRON = [
    (rule(lambda w, b, x, y, eta: update(w, b, x, y, eta, lambda z: z > 0)), "≥, not >"),
    (rule(lambda w, b, x, y, eta: update(w, b, x, y, eta, lambda z: z)), "z itself"),
    (rule(lambda w, b, x, y, eta: update(w, b, x, y, eta, expit)), "σ(z)"),
    (rule(lambda w, b, x, y, eta: update(w, b, x, y, eta, np.sign)), "np.sign gives −1"),
    (rule(lambda w, b, x, y, eta: update(w, b, x, y, -eta)), "wrong way"),
    (rule(lambda w, b, x, y, eta: update(w, b, x, y)), "ignore learning_rate"),
    (rule(lambda w, b, x, y, eta: (update(w, b, x, y, eta)[0], b)), "bias never"),
    (rule(lambda w, b, x, y, eta: (w, update(w, b, x, y, eta)[1])), "weights never"),
    (rule(lambda w, b, x, y, eta: (w, b)), "Nothing changes"),
    (rule(lambda w, b, x, y, eta: (w + eta * (2 * y - 1) * x, b + eta * (2 * y - 1))),
     "every sample"),
    (rule(lambda w, b, x, y, eta: update(w, b, x, y, eta) if y else (w, b)), "y = 1 only"),
    (rule(lambda w, b, x, y, eta: (update(w, b, x, y, eta)[0], update(w, b, x, y)[1])),
     "missing in the change of the bias"),
    (rule(lambda w, b, x, y, eta: (w + eta * (y - (w @ x + b >= 0)),
                                   update(w, b, x, y, eta)[1])), "must be multiplied by x"),
    (rule(lambda w, b, x, y, eta: (update(w, 0, x, y, eta)[0], b + update(w, 0, x, y, eta)[1])),
     "without the bias"),
    (rule(lambda w, b, x, y, eta: w), "2 things in a tuple"),
    (rule(lambda w, b, x, y, eta: None), "return missing"),
    (in_place_update, "overwrites"),
    (lambda w, b, x, y: update(w, b, x, y), "learning_rate"),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(PERCEPTRON)))
def test_perceptron_mistakes_are_named(case):
    my_update, phrase = PERCEPTRON[case]
    verdict = check_perceptron(my_update)
    assert not verdict and phrase in " ".join(repr(verdict).split()), verdict


def test_right_updates_pass():
    def with_if(w, b, x, y, learning_rate=1.0):
        guess = 1 if np.dot(w, x) + b >= 0 else 0
        if guess == y:
            return w, b
        sign = 1 if y == 1 else -1
        return w + sign * learning_rate * x, b + sign * learning_rate

    assert check_perceptron(with_if) and check_perceptron(update)


MAXOUT = [
    (lambda X, W, b: (X @ W + b[:, None]).min(axis=0), "max, not min"),
    (lambda X, W, b: (X @ W + b[:, None]).sum(axis=0), "add the pieces"),
    (lambda X, W, b: (X @ W).max(axis=0), "biases are missing"),
    (lambda X, W, b: (X @ W).max(axis=0) + b.max(axis=0), "before you take the maximum"),
    (lambda X, W, b: np.maximum((X @ W + b[:, None]).max(axis=0), 0), "ReLU"),
    (lambda X, W, b: (X @ W + b[:, None])[0], "first piece only"),
    (lambda X, W, b: (X @ W + b[:, None]).max(axis=2), "is expected"),
    (lambda X, W, b: (X @ W + b[:, None]).max(axis=0).astype(float), "returns float64"),
]


@pytest.mark.parametrize("case", range(len(MAXOUT)))
def test_maxout_mistakes_are_named(case):
    my_maxout, phrase = MAXOUT[case]
    verdict = check_maxout(my_maxout)
    assert not verdict and phrase in " ".join(repr(verdict).split()), verdict


def test_right_maxouts_pass():
    def by_loop(X, weights, biases):
        result = X @ weights[0] + biases[0]
        for w, b in zip(weights[1:], biases[1:], strict=True):
            result = np.maximum(result, X @ w + b)
        return result

    assert check_maxout(by_loop)
    assert check_maxout(lambda X, W, b: (X @ W + b[:, None]).max(axis=0))
