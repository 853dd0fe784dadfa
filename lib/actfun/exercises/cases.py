"""Trying a function of arrays case by case: a reader's softmax, perceptron rule and maxout."""

from dataclasses import dataclass

import numpy as np

from actfun.activations import log_softmax, softmax
from actfun.exercises.mistakes import explanation, sigmoid
from actfun.exercises.trying import Attempt, Unusable, as_array, check_callable, parameters_of
from actfun.exercises.words import Verdict, agreement, apart, as_text

SMALL = 8  # an array of more numbers is not shown as a whole


@dataclass(frozen=True)
class Case:
    """Something to try. ``words`` explain a failure of a special case; mistakes the others."""

    where: str
    arguments: tuple
    words: str = ""


def _agree(mine, right):
    return np.shape(mine) == np.shape(right) and np.allclose(mine, right, 1e-9, 1e-12)


def _told(case, came, right):
    """What came and what is right, as far as it can be read; of a large array the worst entry."""
    where = case.where[0].upper() + case.where[1:]
    if np.size(right) > SMALL:
        with np.errstate(all="ignore"):
            miss = np.nan_to_num(np.abs(came - right), nan=np.inf)
        worst = np.unravel_index(np.argmax(miss), np.shape(right))
        came, right, x = came[worst], right[worst], case.arguments[0]
        index = ", ".join(map(str, worst))
        where = f"At {as_text(x[worst], 6)}" if x.ndim == 1 else f"{where}, at [{index}],"
    came, right = apart(came, right, 3)
    return f"{where} you give {came}; {right} is right."


def case_problems(function, reference, mistakes, cases):
    """What is wrong in the cases: the ordinary ones first, and the special ones only after them.

    ``mistakes`` are pairs of words and a wrong function; it is named if it gives in every ordinary
    case what the reader's function gives.
    """
    results = []
    for case in cases:
        attempt, right = Attempt(function, *case.arguments), reference(*case.arguments)
        try:
            results.append((case, attempt.array(np.shape(right), case.where), right))
        except Unusable as unusable:
            return [str(unusable)]
        if attempt.changed:
            return ["It overwrites what it is given: work on new arrays (no -=, no +=)."]
    wrong = [result for result in results if not _agree(*result[1:])]
    first = next((result for result in wrong if not result[0].words), None)
    if first is None:
        return [f"{_told(*result)} {result[0].words}" for result in wrong]
    ordinary = [result for result in results if not result[0].words]

    def reproduces(rival):
        return all(_agree(came, Attempt(rival, *c.arguments).value) for c, came, _ in ordinary)

    words = explanation(mistakes, reproduces) or agreement(*first[1:])
    return [f"{_told(*first)} {words}".rstrip()]


def _dtype_problems(function, *arguments):
    for dtype in (np.float32, np.float64):
        value = Attempt(function, *(a.astype(dtype) for a in arguments)).value
        got = np.asarray(value).dtype
        if got != dtype and not isinstance(value, (list, tuple)):
            return [f"Given {np.dtype(dtype)} it returns {got}; the dtype should be kept."]
    return []


def _random(rng, *shapes):
    """Random arrays of these shapes, of quarters so that they can be read."""
    return tuple(rng.integers(-12, 13, shape) / 4 for shape in shapes)


SOFTMAX = {
    "You divide by the sum over the whole array: sum along the axis, with keepdims=True.":
        lambda z, axis=-1: np.exp(z) / np.exp(z).sum(),
    "That is along axis 0: each row must sum to 1.": lambda z, axis=-1: softmax(z, 0),
    "You ignore axis.": lambda z, axis=-1: softmax(z),
    "The division by the sum is missing: it must add up to 1.": lambda z, axis=-1: np.exp(z),
    "The division by the sum is missing: it must add up to 1. The largest is subtracted.":
        lambda z, axis=-1: np.exp(z - z.max(axis, keepdims=True)),
    "The exponential is missing.": lambda z, axis=-1: z / z.sum(axis=axis, keepdims=True),
    "The sign of the scores is reversed.": lambda z, axis=-1: softmax(-z, axis),
    "That is the logarithm of softmax.": log_softmax,
    "That is the logistic function of each score by itself.": lambda z, axis=-1: sigmoid(z),
    "You take powers of 2, not of e.": lambda z, axis=-1: softmax(z * np.log(2), axis),
    "You take powers of 10, not of e.": lambda z, axis=-1: softmax(z * np.log(10), axis),
    "The scores are doubled: that is softmax(2z).": lambda z, axis=-1: softmax(2 * z, axis),
    "That is argmax, not softmax.": lambda z, axis=-1: 1.0 * (z == z.max(axis, keepdims=True)),
}  # fmt: skip


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
        Case("for z = [0, 3000, 2999, 0]", (np.array([0, 3000.0, 2999, 0]),),
             "eᶻ overflows. " + shifted),
        Case("for z = [−1000, −999, −997]", (row - 1001,), "All eᶻ round to 0. " + shifted),
        Case("for z = [[1, 2, 4], [1001, 1002, 1004]]", (np.stack([row, row + 1000]),),
             "Subtract from each row its own largest score: max with axis, keepdims=True."),
        Case("for z = [0, −∞]", (np.array([0, -np.inf]),), "The score −∞ has probability 0."),
    ]  # fmt: skip
    axis = [p for p in parameters_of(my_softmax) if p.name == "axis"]
    needed = any(p.default is p.empty for p in axis)
    if axis:
        (cube,) = _random(rng, (3, 2, 4))
        cases[2:2] = [Case(f"with axis={k} and z of shape {z.shape}", (z, k))
                      for z, k in ((table, 0), (cube, 0), (cube, 1), (cube, -2))]  # fmt: skip

    def call(z, axis=None):
        axis = -1 if axis is None and needed else axis
        return my_softmax(z) if axis is None else my_softmax(z, axis=axis)

    problems = case_problems(call, softmax, SOFTMAX.items(), cases)
    problems = [words + " The sum and the largest must keep their axis: keepdims=True."
                * ("broadcast" in words) for words in problems]  # fmt: skip
    praise = "right: every slice sums to 1, and no score is too large or too small for it."
    return Verdict("softmax", praise, tuple(problems or _dtype_problems(call, row)))


def _rule(change=lambda z, y, b: y - (z >= 0), update=lambda c, x, rate: (rate * c * x, rate * c)):
    """A rule whose ``change`` sees z = w·x + b; it gives w and b in one array."""

    def rule(w, b, x, y, rate=1.0):
        more_w, more_b = update(change(w @ x + b, y, b), x, rate)
        return np.append(w + more_w, b + more_b)

    return rule


CHANGES = {
    "The step gives 1 at z = 0 as well: ≥, not >.": lambda z, y, b: y - (z > 0),
    "You compare y with z itself: put z through the step first.": lambda z, y, b: y - z,
    "You compare y with σ(z): put z through the step.": lambda z, y, b: y - sigmoid(z),
    "np.sign gives −1; here a neuron says 0 or 1.": lambda z, y, b: y - np.sign(z),
    "You move the wrong way: the change is (y − ŷ), not (ŷ − y).": lambda z, y, b: (z >= 0) - y,
    "Nothing changes, not even on a mistake.": lambda z, y, b: 0,
    "Only a mistake may change w and b: you do it on every sample.": lambda z, y, b: 2 * y - 1,
    "That is Hebb's rule: it adds y·x, whether the answer was right or wrong.": lambda z, y, b: y,
    "You add ŷ·x: the change is (y − ŷ)·x.": lambda z, y, b: z >= 0,
    "Your rule is for labels −1 and 1: class 0 changes nothing.": lambda z, y, b: y * (z <= 0),
    "You learn from y = 1 only: a 0 taken for 1 must push back.": lambda z, y, b: y * (z < 0),
    "You learn from y = 0 only: a 1 taken for 0 must pull.": lambda z, y, b: (y - 1) * (z >= 0),
    "The change is twice what it should be.": lambda z, y, b: 2 * (y - (z >= 0)),
    "You predict without the bias: z = w·x + b.": lambda z, y, b: y - (z - b >= 0),
    "You predict with w·x − b: the bias is added.": lambda z, y, b: y - (z - 2 * b >= 0),
    "You predict the other way round: 1 where z ≥ 0.": lambda z, y, b: y - (z < 0),
}  # fmt: skip
UPDATES = {  # what is added to w and to b, for a change c
    "The bias never changes: add learning_rate · (y − ŷ) to it.": lambda c, x, r: (r * c * x, 0),
    "The weights never change: add learning_rate · (y − ŷ) · x.": lambda c, x, r: (0, r * c),
    "You ignore learning_rate.": lambda c, x, r: (c * x, c),
    "The learning rate is missing in the change of the bias.": lambda c, x, r: (r * c * x, c),
    "The learning rate is missing in the change of the weights.": lambda c, x, r: (c * x, r * c),
    "The change of the weights must be multiplied by x.": lambda c, x, r: (r * c, r * c),
}  # fmt: skip
PERCEPTRON = {words: _rule(change) for words, change in CHANGES.items()}
PERCEPTRON |= {words: _rule(update=update) for words, update in UPDATES.items()}


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
    where = "for w = {}, b = {}, x = {}, y = {}, learning_rate = {}"
    cases = [Case(where.format(*map(as_text, given)), given) for given in first + others]

    def in_one_array(w, *others):
        new = my_update(w, *others)
        if not isinstance(new, (tuple, list)) or len(new) != 2:
            raise Unusable("It must return 2 things in a tuple, w and b: is the return missing?")
        return np.append(*map(as_array, new))

    problems = case_problems(in_one_array, _rule(), PERCEPTRON.items(), cases)
    praise = "right: it learns from both kinds of mistake, and from nothing else."
    return Verdict("perceptron update", praise, tuple(problems))


def _pieces(X, weights, biases):
    return np.einsum("nf,kfu->knu", X, weights) + biases[:, None, :]


SOME = {"the first piece": [0], "the last piece": [-1], "the first two pieces": [0, 1],
        "the first and the last piece": [0, -1]}  # fmt: skip
MAXOUT = {  # of the pieces p, biases b included; both of shape (k, …)
    "You take the smallest piece: max, not min.": lambda p, b: p.min(0),
    "You add the pieces up: only the largest one counts.": lambda p, b: p.sum(0),
    "You average the pieces: only the largest counts.": lambda p, b: p.mean(0),
    "The biases are missing.": lambda p, b: (p - b).max(0),
    "The biases are taken away, not added.": lambda p, b: (p - 2 * b).max(0),
    "Add the biases before you take the maximum.": lambda p, b: (p - b).max(0) + b.max(0),
    "Every piece has a bias of its own, not the first's.": lambda p, b: (p - b + b[0]).max(0),
    "That is never below 0: maxout has no ReLU in it.": lambda p, b: np.maximum(p.max(0), 0),
    "You take the largest |·|: the sign counts.": lambda p, b: np.abs(p).max(0),
} | {
    f"You take {which} only: take the maximum over all k.":
        lambda p, b, k=k: p.take(k, axis=0, mode="wrap").max(0) for which, k in SOME.items()
}  # fmt: skip


def check_maxout(my_maxout):
    """Try ``my_maxout(X, weights, biases)``: for each unit, the largest of its k affine pieces.

    Shapes: X (samples, features), weights (k, features, units), biases (k, units), result (samples,
    units). Returns a `Verdict`.
    """
    check_callable(my_maxout, "my_maxout")
    rng = np.random.default_rng(0)
    sizes = ((1, 2, 3, 2), (30, 3, 2, 5), (30, 3, 5, 4), (4, 2, 1, 1))
    shapes = [((n, features), (k, features, units), (k, units)) for n, features, k, units in sizes]
    where = "for X, weights, biases of shapes {}, {}, {}"
    cases = [Case(where.format(*three), _random(rng, *three)) for three in shapes]
    mistakes = [(words, lambda X, W, b, wrong=wrong: wrong(_pieces(X, W, b), b[:, None]))
                for words, wrong in MAXOUT.items()]  # fmt: skip
    problems = case_problems(my_maxout, lambda *a: _pieces(*a).max(axis=0), mistakes, cases)
    problems = problems or _dtype_problems(my_maxout, *cases[0].arguments)
    return Verdict("maxout", "right for every number of pieces and units tried.", tuple(problems))
