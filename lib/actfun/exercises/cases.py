"""Trying a function of arrays case by case: a reader's softmax, perceptron rule and maxout."""

from __future__ import annotations

import contextlib
import inspect
from dataclasses import dataclass

import numpy as np

from actfun.activations import log_softmax, softmax
from actfun.exercises.mistakes import explanation, sigmoid
from actfun.exercises.trying import (
    Attempt,
    Unusable,
    Verdict,
    agreement,
    as_array,
    as_text,
    attempt_call,
    check_callable,
    returned,
)

SMALL = 8  # an array of more numbers is not shown as a whole


@dataclass(frozen=True)
class Case:
    """Something to try. ``words`` explain a failure of a special case; mistakes the others."""

    where: str
    arguments: tuple
    words: str = ""


def array_text(values, digits=3):
    if isinstance(values, tuple):
        return "(" + ", ".join(array_text(v, digits) for v in values) + ")"
    if np.ndim(values):
        return "[" + ", ".join(array_text(v, digits) for v in values) + "]"
    return as_text(values, digits)


def _agree(mine, right):
    if isinstance(right, tuple):
        return all(map(_agree, mine, right))
    mine = np.asarray(np.nan if mine is None else mine, float)
    return mine.shape == np.shape(right) and np.allclose(mine, right, 1e-9, 1e-12)


def _same(attempt, other):
    """Whether two calls ended alike: in the same exception, or with the same values."""
    if attempt.error or other.error:
        return repr(attempt.error) == repr(other.error)
    with contextlib.suppress(TypeError, ValueError):
        return other.value is not None and np.array_equal(attempt.value, other.value)
    return False


def _outcome(attempt, right, where):
    """What the function gave, in the shape of what is right; raises `Unusable`."""
    if not isinstance(right, tuple):
        return returned(attempt, np.shape(right), where)
    if attempt.error is not None or attempt.value is None:
        return returned(attempt, (), where)
    if not isinstance(attempt.value, (tuple, list)) or len(attempt.value) != len(right):
        raise Unusable(f"It must return {len(right)} things in a tuple, new w and new b.")
    arrays = map(as_array, attempt.value)
    return tuple(
        returned(Attempt(a.reshape(np.shape(b)) if a.size == np.size(b) == 1 else a),
                 np.shape(b), where)  # fmt: skip
        for a, b in zip(arrays, right, strict=True)
    )


def _told(case, came, right):
    """What came and what is right, as far as it can be read; of a large array the worst entry."""
    where = case.where[0].upper() + case.where[1:]
    if not isinstance(right, tuple) and np.size(right) > SMALL:
        with np.errstate(all="ignore"):
            miss = np.nan_to_num(np.abs(came - right), nan=np.inf)
        worst = np.unravel_index(np.argmax(miss), np.shape(right))
        came, right = came[worst], right[worst]
        argument = case.arguments[0]
        if np.ndim(argument) == 1 and len(worst) == 1:
            where = f"At {as_text(argument[worst], 6)}"
        else:
            where += f", at [{', '.join(map(str, worst))}],"
    for digits in range(3, 18):
        texts = array_text(came, digits), array_text(right, digits)
        if texts[0] != texts[1]:
            break
    return f"{where} you give {texts[0]}; {texts[1]} is right."


def case_problems(function, reference, mistakes, cases):
    """What is wrong in the cases: the ordinary ones first, and the special ones only after them.

    ``mistakes`` are pairs of words and a wrong function; it is named if it gives in every ordinary
    case what the reader's function gives.
    """
    results = []
    for case in cases:
        attempt = attempt_call(function, *case.arguments)
        right = reference(*case.arguments)
        try:
            results.append((case, _outcome(attempt, right, case.where), right))
        except Unusable as unusable:
            same = [words for words, rival in mistakes
                    if _same(attempt_call(rival, *case.arguments), attempt)]  # fmt: skip
            return [" ".join([str(unusable), *same[:1]])]
        if attempt.changed:
            return ["It overwrites what it is given: work on new arrays (no -=, no +=)."]
    wrong = [result for result in results if not _agree(*result[1:])]
    if all(case.words for case, _, _ in wrong):
        return [f"{_told(*result)} {result[0].words}" for result in wrong]
    ordinary = [result for result in results if not result[0].words]

    def reproduces(rival):
        return all(_agree(came, attempt_call(rival, *c.arguments).value) for c, came, _ in ordinary)

    first = next(result for result in wrong if not result[0].words)
    words = explanation(mistakes, reproduces)
    if not words and not isinstance(first[2], tuple):
        words = agreement(*first[1:])
    return [f"{_told(*first)} {words}".rstrip()]


def _dtype_problems(function, *arguments):
    for dtype in (np.float32, np.float64):
        got = np.asarray(attempt_call(function, *(a.astype(dtype) for a in arguments)).value).dtype
        if got != dtype:
            return [f"Given {np.dtype(dtype)} it returns {got}; the dtype should be kept."]
    return []


def _random(rng, *shapes):
    """Random arrays of these shapes, of quarters so that they can be read."""
    return tuple(rng.integers(-12, 13, shape) / 4 for shape in shapes)


# --------------------------------------------------------------------------------------- softmax


def _normalised(e, axis):
    return e / e.sum(axis=axis, keepdims=True)


SOFTMAX = {
    "The sum loses its axis: keepdims=True.":
        lambda z, axis=-1: np.exp(z) / np.exp(z).sum(axis=axis),
    "The largest loses its axis: keepdims=True.":
        lambda z, axis=-1: _normalised(np.exp(z - z.max(axis=axis)), axis),
    "Along the last axis of any shape: axis=-1, not axis=1.":
        lambda z, axis=-1: _normalised(np.exp(z), 1),
    "You divide by the sum over the whole array: sum along the axis, with keepdims=True.":
        lambda z, axis=-1: np.exp(z) / np.exp(z).sum(),
    "That is along axis 0: each row must sum to 1.": lambda z, axis=-1: softmax(z, 0),
    "That is along axis 1, which is the last one of a table only: axis=-1.":
        lambda z, axis=-1: softmax(z, min(1, z.ndim - 1)),
    "You ignore axis.": lambda z, axis=-1: softmax(z),
    "The division by the sum is missing: it must add up to 1.": lambda z, axis=-1: np.exp(z),
    "The division by the sum is missing: it must add up to 1. The largest is subtracted.":
        lambda z, axis=-1: np.exp(z - z.max(axis, keepdims=True)),
    "The exponential is missing.": lambda z, axis=-1: _normalised(z, axis),
    "The sign of the scores is reversed.": lambda z, axis=-1: softmax(-z, axis),
    "That is the logarithm of softmax.": lambda z, axis=-1: log_softmax(z, axis),
    "That is the logistic function of each score by itself.": lambda z, axis=-1: sigmoid(z),
    "You take powers of 2, not of e.": lambda z, axis=-1: softmax(z * np.log(2), axis),
    "You take powers of 10, not of e.": lambda z, axis=-1: softmax(z * np.log(10), axis),
    "You divide by the largest, not by the sum.":
        lambda z, axis=-1: np.exp(z - z.max(axis, keepdims=True)),
    "You divide by the root of the sum of squares, not by the sum.":
        lambda z, axis=-1: np.sqrt(_normalised(np.exp(2 * z), axis)),
    "The scores are doubled: that is softmax(2z).": lambda z, axis=-1: softmax(2 * z, axis),
    "You divide by the number of classes, not by the sum.":
        lambda z, axis=-1: np.exp(z) / z.shape[axis],
    "That marks the largest score only: it is argmax, without its soft.":
        lambda z, axis=-1: (z == z.max(axis, keepdims=True)).astype(float),
}  # fmt: skip


def _second_parameter(function, default):
    """The name of the second parameter if it has this default."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[1:2]
    except (TypeError, ValueError):
        return None
    named = [p.name for p in parameters if p.name == "axis" or p.default == default]
    return named[0] if named else None


def check_softmax(my_softmax):
    """Try ``my_softmax(z)``: probabilities along the last axis, shape and dtype kept.

    If it takes ``axis``, other axes are tried as well. Returns a `Verdict`.
    """
    check_callable(my_softmax, "my_softmax")
    rng, table = np.random.default_rng(0), np.array([[1.0, 2.0, 4.0], [0.0, -1.0, 3.0]])
    row = table[0]
    shifted = "Adding a number to all scores must change nothing: subtract the largest score first."
    cases = [
        Case("for z = [1, 2, 4]", (row,)),
        Case("for z = [[1, 2, 4], [0, −1, 3]]", (table,)),
        *(Case(f"for z of shape {s}", _random(rng, s)) for s in ((2, 3, 4), (5, 2, 1, 3))),
        Case("for z = [1000, 1001, 1003]", (row + 999,), "eᶻ overflows. " + shifted),
        Case("for z = [−1000, −999, −997]", (row - 1001,), "All eᶻ round to 0. " + shifted),
        Case("for z = [[1, 2, 4], [1001, 1002, 1004]]", (np.stack([row, row + 1000]),),
             "Subtract from each row its own largest score: max with axis, keepdims=True."),
        Case("for z = [0, −∞]", (np.array([0, -np.inf]),), "The score −∞ has probability 0."),
    ]  # fmt: skip
    axis = _second_parameter(my_softmax, -1)
    if axis:
        cases[2:2] = [
            Case(f"with {axis}=0 and z = [[1, 2, 4], [0, −1, 3]]", (table, 0)),
            *(Case(f"with {axis}={k} and z of shape (3, 2, 4)", (*_random(rng, (3, 2, 4)), k))
              for k in (0, 1, -2)),
        ]  # fmt: skip

    def call(z, k=None):
        return my_softmax(z) if k is None else my_softmax(z, **{axis: k})

    problems = case_problems(call, softmax, SOFTMAX.items(), cases)
    praise = "right: every slice sums to 1, and no score is too large or too small for it."
    return Verdict("softmax", praise, tuple(problems or _dtype_problems(my_softmax, row)))


# ------------------------------------------------------------------------------ the perceptron rule


def _moved(change):
    """A rule that adds change · x to w and change to b."""

    def rule(w, b, x, y, rate=1.0):
        size = rate * change(w @ x, b, y)
        return w + size * x, b + size

    return rule


_rule = _moved(lambda z, b, y: y - (z + b >= 0))
PERCEPTRON = {
    "The step gives 1 at z = 0 as well: ≥, not >.": _moved(lambda z, b, y: y - (z + b > 0)),
    "You compare y with z itself: put z through the step first.":
        _moved(lambda z, b, y: y - (z + b)),
    "You compare y with σ(z): the perceptron puts z through the step.":
        _moved(lambda z, b, y: y - sigmoid(z + b)),
    "np.sign gives −1; the perceptron of this book says 0 or 1.":
        _moved(lambda z, b, y: y - np.sign(z + b)),
    "You move the wrong way: the change is (y − ŷ), not (ŷ − y).":
        _moved(lambda z, b, y: (z + b >= 0) - 1.0 * y),
    "The bias never changes: add learning_rate · (y − ŷ) to it.":
        lambda w, b, x, y, rate=1.0: (_rule(w, b, x, y, rate)[0], b),
    "The weights never change: add learning_rate · (y − ŷ) · x to them.":
        lambda w, b, x, y, rate=1.0: (w, _rule(w, b, x, y, rate)[1]),
    "Nothing changes, not even on a mistake.": _moved(lambda z, b, y: 0),
    "You ignore learning_rate.": lambda w, b, x, y, rate=1.0: _rule(w, b, x, y),
    "The learning rate is missing in the change of the bias.":
        lambda w, b, x, y, rate=1.0: (_rule(w, b, x, y, rate)[0], _rule(w, b, x, y)[1]),
    "The learning rate is missing in the change of the weights.":
        lambda w, b, x, y, rate=1.0: (_rule(w, b, x, y)[0], _rule(w, b, x, y, rate)[1]),
    "The change of the weights must be multiplied by x.":
        lambda w, b, x, y, rate=1.0: (w + _rule(w, b, x, y, rate)[1] - b,
                                      _rule(w, b, x, y, rate)[1]),
    "You change w and b on every sample: only a mistake may change them.":
        _moved(lambda z, b, y: 2 * y - 1),
    "That is Hebb's rule: it adds y·x, whether the answer was right or wrong.":
        _moved(lambda z, b, y: y),
    "You add ŷ·x: the change is (y − ŷ)·x.": _moved(lambda z, b, y: z + b >= 0),
    "Your rule is for labels −1 and 1; here y is 0 or 1, so that a sample of class 0 changes "
    "nothing.": _moved(lambda z, b, y: y * (z + b <= 0)),
    "You learn from y = 1 only: a sample of class 0 taken for 1 must push back.":
        _moved(lambda z, b, y: y * (z + b < 0)),
    "You learn from y = 0 only: a sample of class 1 taken for 0 must pull.":
        _moved(lambda z, b, y: (y - 1) * (z + b >= 0)),
    "The change is twice what it should be: y − ŷ is −1, 0 or 1.":
        _moved(lambda z, b, y: 2.0 * (y - (z + b >= 0))),
    "The change is half of what it should be.": _moved(lambda z, b, y: (y - (z + b >= 0)) / 2),
    "You predict without the bias: z = w·x + b.": _moved(lambda z, b, y: y - (z >= 0)),
    "You predict with w·x − b: the bias is added.": _moved(lambda z, b, y: y - (z - b >= 0)),
    "You predict the other way round: 1 where z ≥ 0.": _moved(lambda z, b, y: y - (z + b < 0)),
}  # fmt: skip


def check_perceptron(my_update):
    """Try ``my_update(w, b, x, y, learning_rate=1.0)``: one step of Rosenblatt's rule, y in {0, 1}.

    It returns the new weights and bias, (w, b), and leaves its arguments alone. The neuron says 1
    where w·x + b ≥ 0. Returns a `Verdict`.
    """
    check_callable(my_update, "my_update")
    rng = np.random.default_rng(0)
    first = [(np.array([1.0, -2.0]), b, np.array([2.0, 3.0]), y, rate)  # w·x = −4
             for b, y, rate in ((1.5, 1, 1.0), (4.5, 0, 1.0), (4.5, 1, 1.0), (4.0, 0, 1.0),
                                (4.0, 1, 1.0), (1.5, 1, 0.5), (4.5, 0, 0.5))]  # fmt: skip
    others = [(w, float(b), x, y, rate) for n in (1, 2, 3) for y in (0, 1) for rate in (1.0, 0.25)
              for _ in range(4) for w, b, x in [_random(rng, n, (), n)]]  # fmt: skip
    cases = [
        Case(f"for w = {array_text(w)}, b = {as_text(b)}, x = {array_text(x)}, y = {y}, "
             f"learning_rate = {as_text(rate)}", (w, b, x, y, rate))
        for w, b, x, y, rate in first + others
    ]  # fmt: skip
    problems = case_problems(my_update, _rule, PERCEPTRON.items(), cases)
    praise = "right: it learns from both kinds of mistake, and from nothing else."
    return Verdict("perceptron update", praise, tuple(problems))


# ---------------------------------------------------------------------------------------- maxout


def _pieces(X, weights, biases):
    return np.einsum("nf,kfu->knu", X, weights) + biases[:, None, :]


MAXOUT = {
    "You take the smallest piece: max, not min.": lambda *a: _pieces(*a).min(axis=0),
    "You add the pieces up: only the largest one counts.": lambda *a: _pieces(*a).sum(axis=0),
    "You average the pieces: only the largest counts.": lambda *a: _pieces(*a).mean(axis=0),
    "The biases are missing.": lambda X, W, b: _pieces(X, W, 0 * b).max(axis=0),
    "The biases are taken away, not added.": lambda X, W, b: _pieces(X, W, -b).max(axis=0),
    "Add the biases before you take the maximum: each piece has its own.":
        lambda X, W, b: _pieces(X, W, 0 * b).max(axis=0) + b.max(axis=0),
    "Every piece has a bias of its own: you use that of the first.":
        lambda X, W, b: _pieces(X, W, 0 * b + b[:1]).max(axis=0),
    "That is never below 0: maxout has no ReLU in it.":
        lambda *a: np.maximum(_pieces(*a).max(axis=0), 0),
    "You take the largest |·|: the sign counts.": lambda *a: np.abs(_pieces(*a)).max(axis=0),
    "You give the first piece only: take the maximum over all k.": lambda *a: _pieces(*a)[0],
    "You give the last piece only: take the maximum over all k.": lambda *a: _pieces(*a)[-1],
    "You compare the first two pieces only: take the maximum over all k.":
        lambda *a: _pieces(*a)[:2].max(axis=0),
    "You compare the first and the last piece only: take the maximum over all k.":
        lambda *a: _pieces(*a)[[0, -1]].max(axis=0),
    "You leave the last piece out.": lambda *a: _pieces(*a)[: max(1, len(a[1]) - 1)].max(axis=0),
    "You leave the first piece out.": lambda *a: _pieces(*a)[min(1, len(a[1]) - 1):].max(axis=0),
    "You give the largest number of the whole array.":
        lambda *a: np.full((len(a[0]), a[2].shape[1]), _pieces(*a).max()),
}  # fmt: skip


def check_maxout(my_maxout):
    """Try ``my_maxout(X, weights, biases)``: for each unit, the largest of its k affine pieces.

    Shapes: X (samples, features), weights (k, features, units), biases (k, units), result (samples,
    units). Returns a `Verdict`.
    """
    check_callable(my_maxout, "my_maxout")
    rng, cases = np.random.default_rng(0), []
    for samples, features, k, units in ((1, 2, 3, 2), (30, 3, 2, 5), (30, 3, 5, 4), (4, 2, 1, 1)):
        shapes = (samples, features), (k, features, units), (k, units)
        where = f"for X, weights, biases of shapes {', '.join(map(str, shapes))}"
        cases.append(Case(where, _random(rng, *shapes)))
    problems = case_problems(my_maxout, lambda *a: _pieces(*a).max(axis=0), MAXOUT.items(), cases)
    problems = problems or _dtype_problems(my_maxout, *cases[0].arguments)
    return Verdict("maxout", "right for every number of pieces and units tried.", tuple(problems))
