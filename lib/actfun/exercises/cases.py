"""Checking a reader's softmax, perceptron rule and maxout, case by case."""

from __future__ import annotations

import dataclasses
import inspect
from dataclasses import dataclass

import numpy as np

from actfun.activations import log_softmax, softmax
from actfun.exercises.mistakes import textbook_sigmoid
from actfun.exercises.trying import Attempt, Verdict, as_text, attempt_call, broken, check_callable


@dataclass(frozen=True)
class Case:
    """Something to try. ``words`` explain a failure of a special case; rivals the others."""

    where: str
    arguments: tuple
    options: dict = dataclasses.field(default_factory=dict)
    words: str = ""


def array_text(values):
    if isinstance(values, tuple):
        return "(" + ", ".join(map(array_text, values)) + ")"
    if np.ndim(values):
        return "[" + ", ".join(map(array_text, values)) + "]"
    return as_text(float(values), 3)


def _agree(mine, right):
    if isinstance(right, tuple):
        return all(map(_agree, mine, right))
    return np.shape(mine) == np.shape(right) and np.allclose(mine, right, 1e-6, 1e-12)


def _case_broken(attempt, right, where):
    if not isinstance(right, tuple):
        return broken(attempt, np.shape(right), where)
    if attempt.error is not None or attempt.value is None:
        return broken(attempt, (), where)
    if not isinstance(attempt.value, tuple) or len(attempt.value) != len(right):
        return f"It must return {len(right)} things in a tuple, new w and new b."
    parts = zip(attempt.value, right, strict=True)
    return next(filter(None, (broken(Attempt(a), np.shape(b), where) for a, b in parts)), None)


def case_problems(function, reference, rivals, cases):
    """What is wrong in the cases: the ordinary ones first, and the special ones only after them."""
    results = []
    for case in cases:
        attempt = attempt_call(function, *case.arguments, **case.options)
        right = reference(*case.arguments, **case.options)
        if words := _case_broken(attempt, right, case.where):
            return [words]
        if attempt.changed:
            return ["It overwrites what it is given: work on new arrays (no -=, no +=)."]
        results.append((case, attempt.value, right))
    ordinary = [result for result in results if not result[0].words]
    wrong = [result for result in results if not _agree(*result[1:])]

    def told(case, came, right, words):
        where = case.where[0].upper() + case.where[1:]
        return f"{where} you give {array_text(came)}; {array_text(right)} is right. {words}"

    if all(case.words for case, _, _ in wrong):
        return [told(*result, result[0].words) for result in wrong]
    with np.errstate(all="ignore"):
        fits = (
            words
            for rival, words in rivals
            if all(_agree(came, rival(*c.arguments, **c.options)) for c, came, _ in ordinary)
        )
        words = next(fits, "Compare your code with the formula, step by step.")
    return [told(*next(result for result in wrong if not result[0].words), words)]


def _floats_kept(function, *arguments):
    got = np.asarray(attempt_call(function, *(np.float32(a) for a in arguments)).value).dtype
    if got == np.float32:
        return []
    return [f"Given float32 it returns {got}; the dtype should be kept."]


def check_softmax(my_softmax):
    """Try ``my_softmax(z)``: probabilities along the last axis, shape and dtype kept.

    If it takes ``axis`` by name, the first axis is tried as well. Returns a `Verdict`.
    """
    check_callable(my_softmax, "my_softmax")
    row, table = np.array([1.0, 2.0, 4.0]), np.array([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]])
    e = np.exp
    rivals = (
        (lambda z, axis=-1: e(z) / e(z).sum(),
         "You divide by the sum over the whole array: sum along the axis, with keepdims=True."),
        (lambda z, axis=-1: softmax(z, 0), "That is along axis 0: each row must sum to 1."),
        (lambda z, axis=-1: softmax(z), "You ignore axis."),
        (lambda z, axis=-1: e(z), "The division by the sum is missing: it must add up to 1."),
        (lambda z, axis=-1: z / z.sum(axis=axis, keepdims=True), "The exponential is missing."),
        (lambda z, axis=-1: softmax(-z, axis), "The sign of the scores is reversed."),
        (lambda z, axis=-1: log_softmax(z, axis), "That is the logarithm of softmax."),
        (
            lambda z, axis=-1: textbook_sigmoid(z),
            "That is the logistic function of each score by itself.",
        ),
    )  # fmt: skip
    shifted = "Adding a number to all scores must change nothing: subtract the largest score first."
    cases = [
        Case("for z = [1, 2, 4]", (row,)),
        Case("for z = [[1, 2, 4], [0, −1, 3]]", (table,)),
        Case("for z = [1000, 1001, 1003]", (row + 999,), words="eᶻ overflows. " + shifted),
        Case("for z = [−1000, −999, −997]", (row - 1001,), words="All eᶻ round to 0. " + shifted),
        Case("for z = [[1, 2, 4], [1001, 1002, 1004]]", (np.stack([row, row + 1000]),),
             words="Subtract from each row its own largest score: max with axis, keepdims=True."),
        Case("for z = [0, −∞]", (np.array([0, -np.inf]),), words="The score −∞ has probability 0."),
    ]  # fmt: skip
    try:
        takes_axis = "axis" in inspect.signature(my_softmax).parameters
    except (TypeError, ValueError):
        takes_axis = False
    if takes_axis:
        cases.insert(2, Case("with axis=0 and z = [[1, 2, 4], [0, −1, 3]]", (table,), {"axis": 0}))
    problems = case_problems(my_softmax, softmax, rivals, cases)
    praise = "right: every slice sums to 1, and no score is too large or too small for it."
    return Verdict("softmax", praise, tuple(problems or _floats_kept(my_softmax, row)))


def _perceptron_rule(w, b, x, y, learning_rate=1.0, *, step=lambda z: z >= 0):
    change = learning_rate * (y - step(w @ x + b))
    return w + change * x, b + change


def check_perceptron(my_update):
    """Try ``my_update(w, b, x, y, learning_rate=1.0)``: one step of Rosenblatt's rule, y in {0, 1}.

    It returns the new weights and bias, (w, b), and leaves its arguments alone. The neuron says 1
    where w·x + b ≥ 0. Returns a `Verdict`.
    """
    check_callable(my_update, "my_update")
    rule = _perceptron_rule

    def always(w, b, x, y, rate=1.0):
        return w + rate * (2 * y - 1) * x, b + rate * (2 * y - 1)

    def one_way(w, b, x, y, learning_rate=1.0):
        return rule(w, b, x, y, learning_rate) if y else (w, b)

    def of_step(step):
        return lambda w, b, x, y, learning_rate=1.0: rule(w, b, x, y, learning_rate, step=step)

    rivals = (
        (of_step(lambda z: z > 0), "The step gives 1 at z = 0 as well: ≥, not >."),
        (of_step(lambda z: z), "You compare y with z itself: put z through the step first."),
        (
            of_step(textbook_sigmoid),
            "You compare y with σ(z): the perceptron puts z through the step.",
        ),
        (of_step(np.sign), "np.sign gives −1; the perceptron of this book says 0 or 1."),
        (lambda w, b, x, y, learning_rate=1.0: rule(w, b, x, y, -learning_rate),
         "You move the wrong way: the change is (y − ŷ), not (ŷ − y)."),
        (lambda w, b, x, y, learning_rate=1.0: (rule(w, b, x, y, learning_rate)[0], b),
         "The bias never changes: add learning_rate · (y − ŷ) to it."),
        (lambda w, b, x, y, learning_rate=1.0: (w, rule(w, b, x, y, learning_rate)[1]),
         "The weights never change: add learning_rate · (y − ŷ) · x to them."),
        (lambda w, b, x, y, learning_rate=1.0: (w, b), "Nothing changes, not even on a mistake."),
        (lambda w, b, x, y, learning_rate=1.0: rule(w, b, x, y), "You ignore learning_rate."),
        (lambda w, b, x, y, learning_rate=1.0: (rule(w, b, x, y, learning_rate)[0],
                                                b + y - (w @ x + b >= 0)),
         "The learning rate is missing in the change of the bias."),
        (lambda w, b, x, y, learning_rate=1.0: (w + rule(w, b, x, y, learning_rate)[1] - b,
                                                rule(w, b, x, y, learning_rate)[1]),
         "The change of the weights must be multiplied by x."),
        (lambda w, b, x, y, learning_rate=1.0: always(w, b, x, y, learning_rate),
         "You change w and b on every sample: only a mistake may change them."),
        (one_way, "You learn from y = 1 only: a sample of class 0 taken for 1 must push back."),
        (lambda w, b, x, y, learning_rate=1.0: tuple(
            old + learning_rate * (y - (w @ x >= 0)) * d for old, d in ((w, x), (b, 1))),
         "You predict without the bias: z = w·x + b."),
    )  # fmt: skip
    w, x = np.array([1.0, -2.0]), np.array([2.0, 3.0])  # w·x = −4
    tries = [(1.5, 1, 1.0), (4.5, 0, 1.0), (4.5, 1, 1.0), (1.5, 0, 1.0), (4.0, 0, 1.0),
             (4.0, 1, 1.0), (1.5, 1, 0.5), (4.5, 0, 0.5)]  # fmt: skip
    cases = [
        Case(
            f"for w = [1, −2], b = {b}, x = [2, 3], y = {y}, learning_rate = {rate}",
            (w, b, x, y),
            {"learning_rate": rate},
        )
        for b, y, rate in tries
    ]
    problems = case_problems(my_update, rule, rivals, cases)
    praise = "right: it learns from both kinds of mistake, and from nothing else."
    return Verdict("perceptron update", praise, tuple(problems))


def check_maxout(my_maxout):
    """Try ``my_maxout(X, weights, biases)``: for each unit, the largest of its k affine pieces.

    Shapes: X (samples, features), weights (k, features, units), biases (k, units), result (samples,
    units). Returns a `Verdict`.
    """
    check_callable(my_maxout, "my_maxout")

    def pieces(X, weights, biases):
        return np.einsum("nf,kfu->knu", X, weights) + biases[:, None, :]

    rivals = (
        (lambda *a: pieces(*a).min(axis=0), "You take the smallest piece: max, not min."),
        (lambda *a: pieces(*a).sum(axis=0), "You add the pieces up: only the largest one counts."),
        (lambda *a: pieces(*a).mean(axis=0), "You average the pieces: only the largest counts."),
        (lambda X, W, b: pieces(X, W, 0 * b).max(axis=0), "The biases are missing."),
        (lambda X, W, b: pieces(X, W, 0 * b).max(axis=0) + b.max(axis=0),
         "Add the biases before you take the maximum: each piece has its own."),
        (lambda *a: np.maximum(pieces(*a).max(axis=0), 0), "That is never below 0: maxout has no "
         "ReLU in it."),
        (lambda *a: np.abs(pieces(*a)).max(axis=0), "You take the largest |·|: the sign counts."),
        (lambda *a: pieces(*a)[0], "You give the first piece only: take the maximum over all k."),
    )  # fmt: skip
    rng = np.random.default_rng(0)

    def case(samples, features, k, units):
        shapes = (samples, features), (k, features, units), (k, units)
        arrays = tuple(rng.integers(-4, 5, shape) / 2 - 0.25 for shape in shapes)
        return Case(f"for X, weights, biases of shapes {', '.join(map(str, shapes))}", arrays)

    cases = [case(1, 2, 3, 2), case(4, 3, 2, 5), case(3, 3, 3, 3), case(4, 2, 1, 1)]
    problems = case_problems(my_maxout, lambda X, W, b: pieces(X, W, b).max(axis=0), rivals, cases)
    if not problems:
        problems = _floats_kept(my_maxout, *cases[0].arguments)
    return Verdict("maxout", "right for every number of pieces and units tried.", tuple(problems))
