"""The checks of exercises: right answers pass, wrong ones fail in words that name the mistake."""

import re
import sys
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

import actfun
from actfun.activations import ALL
from actfun.base import Activation
from actfun.exercises import (
    check_activation,
    check_maxout,
    check_perceptron,
    check_softmax,
    trying,
)

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
    actfun.Sine(30),
)


@BOTH
@pytest.mark.parametrize("f", ALL + OTHERS, ids=str)
def test_the_catalogue_passes_its_own_check_without_a_hint(f, derivative):
    my_f = f.derivative if derivative else f
    verdict = check_activation(my_f, f.key, derivative, **parameters(f))
    assert verdict.passed and verdict and not verdict.problems and not verdict.hints, verdict
    assert "right at" in repr(verdict)


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


# --------------------------------------------------------------------------- wrong answers do not


@pytest.mark.slow
@BOTH
@pytest.mark.parametrize("key", [f.key for f in ALL])
@pytest.mark.parametrize("g", ALL, ids=str)
def test_no_function_passes_for_another(g, key, derivative):
    f = next(f for f in ALL if f.key == key)
    passed = check_activation(
        g.derivative if derivative else g, key, derivative, **parameters(f)
    ).passed
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


@pytest.mark.parametrize("error", [1e-4, 1e-8, 1e-11])
def test_a_constant_with_a_few_digits_is_not_enough(error):
    assert not check_activation(lambda x: np.tanh((1 + error) * x), "tanh")
    assert not check_activation(lambda x: (1 + error) * np.tanh(x), "tanh")
    assert check_activation(lambda x: (1 + 1e-15) * np.tanh(x), "tanh")


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


def test_a_class_is_no_function_but_its_object_may_be_one():
    with pytest.raises(TypeError, match="must be a function, got the class ELU: an object of it"):
        check_activation(actfun.ELU, "elu")


def test_a_hint_says_for_which_value_it_holds():
    def slope(x, alpha=1.0):
        x = np.array(x + 0.0)
        result = np.where(x >= 0, 1, alpha * np.exp(np.minimum(x, 0)))
        return np.where(np.isnan(x), x, result).astype(x.dtype)

    (hint,) = check_activation(slope, "elu", derivative=True).hints
    assert hint.startswith("With alpha = 1.5: At the kink x = 0 you give 1, this book 1.5")


# ------------------------------------------------------------------------- advice passes the check


def advised(my_f, words, x):
    """my_f with the advice of its verdict followed, as far as it can be followed by machine."""
    if stop := re.search(r"np\.(maximum|minimum)\(x, (-?\d+)\)", words):
        x = getattr(np, stop[1])(x, float(stop[2]))
    kept = np.asarray(x)
    if "begin with x = np.array(x + 0.0)" in words:
        kept = np.array(kept + 0.0)
    result = my_f(kept)
    if "np.where(np.isnan(x), x" in words:
        result = np.where(np.isnan(kept), kept, result)
    return result.astype(kept.dtype) if ".astype(x.dtype)" in words else result


def elu_of_x_dtype(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0))).astype(x.dtype)


@pytest.mark.parametrize(
    ("my_f", "key", "derivative"),
    [
        (lambda x: x * (x > 0), "relu", False),
        (lambda x: x * np.tanh(np.logaddexp(0, x)), "mish", False),
        (lambda x: np.clip(x + 3, 0, 6) * x / 6, "hardswish", False),
        (lambda x: (np.maximum(x + 3, 0) - np.maximum(x - 3, 0)) / 6, "hardsigmoid", False),
        (lambda x: np.where(x > 0, x, 0), "relu", False),
        (lambda x: x >= 0, "step", False),
        (lambda x: np.where(x < 0, 0, 1), "relu", True),
        (lambda x: np.where(x > 0, 1.0, 0.01), "leaky_relu", True),
        (lambda x: np.tanh(np.asarray(x, float)), "tanh", False),
        (elu_of_x_dtype, "elu", False),
    ],
)
def test_whoever_follows_the_advice_passes_in_the_end(my_f, key, derivative):
    words, followed = "", my_f
    for _ in range(3):
        verdict = check_activation(followed, key, derivative)
        if verdict:
            break
        words += " ".join(repr(verdict).split())
        followed = lambda x, words=words: advised(my_f, words, x)  # noqa: E731
    assert verdict and words, verdict


# ------------------------------------------------------------------- what the reader's code does


def test_the_readers_own_line_is_shown():
    def my_relu(x):
        y = np.sqrt(np.abs(x))
        return np.dot(y, [1, 2])

    line = my_relu.__code__.co_firstlineno + 2
    words = " ".join(repr(check_activation(my_relu, "relu")).split())
    assert f"in line {line}: `return np.dot(y, [1, 2])`" in words
    assert f"in line {line}" in repr(check_softmax(lambda z: my_relu(z)))


@pytest.mark.parametrize("thread", [False, True], ids=["main thread", "another thread"])
def test_an_endless_loop_is_stopped_with_a_word(monkeypatch, thread):
    monkeypatch.setattr(trying, "SECONDS", 0.2)

    def endless(x):
        while True:
            try:
                x = x * 1
            except Exception:
                x = 0

    told = []

    def check():
        told.append(repr(check_activation(endless, "relu")))

    if thread:
        worker = threading.Thread(target=check)
        worker.start()
        worker.join()
    else:
        check()
    assert "has not come to an end after 0.2 seconds of work, in line" in " ".join(told[0].split())
    assert sys.gettrace() is None or "coverage" in repr(sys.gettrace())


def test_an_answer_that_sleeps_is_woken():
    def sleepy(x):
        time.sleep(1e6)
        return np.maximum(x, 0)

    assert check_activation(sleepy, "relu")
    assert time.sleep.__module__ == "time"


def test_what_the_answer_prints_is_not_shown_a_hundred_times(capsys):
    def loud(x):
        print("here")
        return np.maximum(x, 0)

    before = sys.gettrace()
    verdict = check_activation(loud, "relu")
    assert sys.gettrace() is before, "the trace function that limits the time is still there"
    assert verdict and "not shown while it is tried" in repr(verdict)
    assert capsys.readouterr().out == ""
    print(verdict)
    assert len(capsys.readouterr().out.splitlines()) < 5


def test_a_parameter_of_another_name_is_recognised():
    def my_prelu(x, a=0.25):
        return np.where(x > 0, x, a * x)

    for parameters_given in ({}, {"weight": 1.5}):
        verdict = check_activation(my_prelu, "prelu", **parameters_given)
        assert verdict and "Your parameter a is called weight here" in repr(verdict)


@pytest.mark.parametrize("key", ["relu", "hardsigmoid", "tanh"])
def test_an_offset_is_told_as_one_also_where_0_is_right_and_beside_kinks(key):
    f = next(f for f in ALL if f.key == key)
    said = " ".join(repr(check_activation(lambda x: f.derivative(x) + 0.5, key, True)).split())
    assert "each value is too large by 0.5." in said and "times" not in said


def test_slopes_on_both_sides_of_a_kink_are_exact():
    def steep(x):
        inside = np.where(x <= -3, 0, np.where(x > 3, 1, np.clip(x, -3, 3) / 3 + 0.5))
        return inside.astype(np.result_type(x, np.float16))

    verdict = check_activation(steep, "hardswish", derivative=True)
    assert verdict and "x = 3 you give 1.5, this book 1" in repr(verdict)


# ------------------------------------------------------ activations that the catalogue may get


class Softsign(Activation):
    name, key = "Softsign", "softsign"
    smoothness = 1

    def __call__(self, x):
        x = np.clip(np.asarray(x), -1e30, 1e30)
        return x / (1 + np.abs(x))

    def derivative(self, x):
        with np.errstate(over="ignore"):
            return 1 / (1 + np.abs(np.asarray(x))) ** 2


class SquaredReLU(Activation):
    name, key = "Squared ReLU", "squared_relu"

    def __call__(self, x):
        return np.maximum(x, 0) ** 2

    def derivative(self, x):
        return 2 * np.maximum(x, 0)


class Snake(Activation):
    name, key = "Snake", "snake"

    def __call__(self, x):
        with np.errstate(invalid="ignore"):
            return np.where(np.isinf(x), x, x + np.sin(x) ** 2)

    def derivative(self, x):
        with np.errstate(invalid="ignore"):
            return 1 + np.sin(2 * np.asarray(x))


class LogSigmoid(Activation):
    name, key = "Log-sigmoid", "logsigmoid"

    def __call__(self, x):
        return -np.logaddexp(0, np.negative(x))

    def derivative(self, x):
        return expit(np.negative(x))


NEW = [dataclass(frozen=True)(cls)() for cls in (Softsign, SquaredReLU, Snake, LogSigmoid)]


@BOTH
@pytest.mark.parametrize("f", NEW, ids=str)
def test_a_new_activation_is_checked_without_an_entry(f, derivative, monkeypatch):
    monkeypatch.setattr(actfun.activations, "ALL", (*ALL, *NEW))
    g = f.derivative if derivative else f
    verdict = check_activation(lambda x: g(x), f.key, derivative)
    assert verdict, verdict
    for wrong, words in (
        (lambda x: -g(x), "sign is reversed"),
        (lambda x: g(2 * x), "at 2x"),
        (lambda x: 3 * g(x), "3 times the right one"),
    ):
        told = " ".join(repr(check_activation(wrong, f.key, derivative)).split())
        assert words in told or "That is" in told or "values of" in told, told
    other = f if derivative else f.derivative
    told = " ".join(repr(check_activation(other, f.key, derivative)).split())
    assert "asked for" in told


# ---------------------------------------------------------------- whatever is handed in is answered

ODD = {
    "print": print,
    "a built-in": max,
    "another shape": np.max,
    "nothing": lambda *a: None,
    "an object": lambda *a: object(),
    "a ragged list": lambda *a: [[1], [2, 3]],
    "an empty array": lambda *a: np.array([]),
    "a dictionary": lambda *a: {1: 2},
    "a masked array": lambda x: np.ma.array(x),
    "noise": lambda x: np.random.default_rng().random(x.shape),
    "an object array": lambda x: x.astype(object),
    "nothing for float32": lambda x: x if x.dtype != np.float32 else None,
    "nothing for one number": lambda x: x if x.size > 1 else None,
    "an error at infinity": lambda x: x if np.isfinite(x).all() else 1 / 0,
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_whatever_is_handed_in_gets_a_verdict(odd):
    for key in ("identity", "relu", "elu", "silu"):
        for derivative in (False, True):
            assert len(repr(check_activation(odd, key, derivative))) > 10
    for check in (check_softmax, check_maxout, check_perceptron):
        assert not check(odd)
