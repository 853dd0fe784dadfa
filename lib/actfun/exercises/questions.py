"""What the exercises ask, the right answers, and the wrong ones that people give, each with words.

A key is an exercise's label without ``exercise``: "elu-fixed" is ``elu-exercise-fixed``. Right
answers are computed here, except those that an experiment on the page measures: they are ranges.
What a general mistake makes of a right answer (a sign, a square, a logarithm) needs no entry.
"""

import math

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from actfun import evidence
from actfun.activations import ALL, GELU, ReLU, Sigmoid, SiLU, Softplus, Step, Tanh
from actfun.exercises.answers import Function, Names, Number, Together
from actfun.exercises.cases import Case
from actfun.exercises.words import Verdict, as_text
from actfun.expectation import expectation
from actfun.signals import MeanField

_relu, _step, _silu, _gelu, _tanh = ReLU(), Step(), SiLU(), GELU(), Tanh()
_rng = np.random.default_rng(0)


def _at(*values, name="x", words=""):
    x = np.array(values, float)
    return Case(f"for {name} = {as_text(x)}", (x,), words)


def _on(low, high, name="x"):
    """A hundred numbers between low and high, off every grid."""
    x = np.sort(_rng.integers(low * 1024, high * 1024, 100) / 1024)
    return Case(f"for a hundred {name} between {low} and {high}", (x,))


_CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
_PLANE = _rng.integers(-12, 13, (60, 2)) / 4 + 1 / 16  # nowhere on the line of neuron-line


def _neuron_case(samples, features, f, name):
    X, w = _rng.integers(-8, 9, (samples, features)) / 4, _rng.integers(-8, 9, features) / 4
    return Case(f"with {samples} samples of {features} features and {name}", (X, w, 0.75, f))


def _line(w1, w2, b):
    return lambda X: _step(np.asarray(X) @ np.array([w1, w2]) + b)


def _corners(*outputs):
    """The function of Boolean samples that is this at (0, 0), (0, 1), (1, 0) and (1, 1)."""
    return lambda X: np.array(outputs, float)[(np.asarray(X) > 0.5) @ [2, 1]]


def _two_bends(f):
    """Whether f is pieced together of straight lines that meet, with two bends at most."""
    for offset in (0, 1 / 256):
        bend = np.diff(np.ravel(f(np.arange(-3, 5, 1 / 64) + offset)).astype(float), 2)
        at = np.flatnonzero(np.abs(bend) > 1e-9)
        whole = [g for g in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if g.size]
        if len(whole) > 2 or any(g.size > 2 or np.ptp(np.sign(bend[g])) for g in whole):
            return False
    return True


def _laplace_gated(x):
    return x * np.where(x <= 0, np.exp(np.minimum(x, 0)) / 2, 1 - np.exp(-np.maximum(x, 0)) / 2)


def _from_gelu(f):
    """The largest distance between f and GELU."""
    return float(np.abs(f(_FINE) - _gelu(_FINE)).max())


_MALIGNANT = 147 / 400  # in the training part
_BIAS = math.log(_MALIGNANT / (1 - _MALIGNANT))
_ENTROPY = -_MALIGNANT * math.log(_MALIGNANT) - (1 - _MALIGNANT) * math.log(1 - _MALIGNANT)
_OF_3, _OF_1000 = (math.e / (math.e + n - 1) for n in (3, 1000))  # after two softmaxes
_LECUN = 1.7159 * math.tanh(2 / 3)
_HE = 1 / math.sqrt(1 + 0.3**2)
_GRID = _at(-3, -1, -0.5, 0, 0.5, 1, 3)
_FINE = np.linspace(-5, 5, 1001)
_FIXED = brentq(lambda g: expectation(lambda z: np.tanh(math.sqrt(0.4 * g) * z) ** 2) - 0.4, 1, 10)
_TWIN = minimize_scalar(lambda beta: _from_gelu(SiLU(beta)), bounds=(1, 2.5), method="bounded").x
_ADD_X = tuple(str(f) for f in ALL if np.allclose(f(_FINE) - f(-_FINE), _FINE))
_LONG = evidence.cell("mnist1d-plain8-sgd-he", 500)
_LEADERS = (next(iter(_LONG.at(max(map(min, _LONG.curves.values()))))), _LONG.ranking()[0].name)
_ORDER = "Dividing all scores by T keeps their order, so the largest stays."

QUESTIONS = {
    # the neuron, and why it must not be linear
    "neuron-write": ("right: one formula for all samples at once.",
        Function("my_neuron", lambda X, w, b, f: f(X @ w + b), (
            _neuron_case(4, 3, Sigmoid(), "the logistic function"),
            _neuron_case(7, 3, _step, "the step function"),
            _neuron_case(3, 3, np.tanh, "tanh"), _neuron_case(1, 2, np.tanh, "tanh"),
        ), {
            "The bias is missing: z = w·x + b.": lambda X, w, b, f: f(X @ w),
            "Add b before you apply f, not after it.": lambda X, w, b, f: f(X @ w) + b,
            "That is z itself: the activation f is missing.": lambda X, w, b, f: X @ w + b,
            "The bias is added, not taken away.": lambda X, w, b, f: f(X @ w - b)})),
    "neuron-line": ("right: it is off at the origin, and turns on exactly at the line.",
        Function("neuron", _line(1, 2, -2), (
            Case("at the origin", (np.zeros((1, 2)),)),
            Case("at (1.99, 0), (2.01, 0), (0, 0.99), (0, 1.01)",
                 (np.array([[1.99, 0], [2.01, 0], [0, 0.99], [0, 1.01]]),)),
            Case("at 60 points of the plane", (_PLANE,)),
        ), {
            "The line is right, but the origin is on: reverse all signs.": _line(-1, -2, 2),
            "That line runs through (1, 0) and (0, 2), not (2, 0) and (0, 1).": _line(2, 1, -2),
            "That line is parallel and runs through (1, 0) and (0, ½).": _line(1, 2, -1),
            "That line is parallel and runs through (4, 0) and (0, 2).": _line(1, 2, -4),
            "The sign of b is wrong: put (2, 0) into w·x + b.": _line(1, 2, 2),
            "b is missing: put (2, 0) into w·x + b.": _line(1, 2, 0),
            "That is z itself: put it through the step.": lambda X: X @ np.array([1, 2]) - 2})),
    "neuron-xor": ("right: on where exactly one of the two is.",
        Function("xor", _corners(0, 1, 1, 0), (
            Case("at (0, 0), (0, 1), (1, 0), (1, 1)", (_CORNERS,)),
            Case("at (1, 0), (0, 0), (1, 1), (0, 1), (1, 0)", (_CORNERS[[2, 0, 3, 1, 2]],)),
        ), {
            "That is OR: AND must take its part away.": _corners(0, 1, 1, 1),
            "That is AND.": _corners(0, 0, 0, 1),
            "Everything is reversed: that is true where both are equal.": _corners(1, 0, 0, 1),
            "That is NOT AND: at (0, 0) the answer must be 0.": _corners(1, 1, 1, 0),
            "Always on: at z = 0 a step is on, so lower the last bias.": _corners(1, 1, 1, 1),
            "That is the sum of the two: at (1, 1) the answer must be 0.": _corners(0, 1, 1, 2),
        }, {"Step neurons answer 0 or 1 everywhere, this does not: build it from three of them.":
            lambda xor: np.isin(np.ravel(xor(_PLANE)), (0, 1)).all()})),
    "perceptron-rate": (
        "right: starting from zero the learning rate sets the length of w, and nothing else.",
        Number("ratio of the mistakes", 1, {
            4: "It does not need four times the mistakes: the sign of z sees no common factor."}),
        Number("ratio of the lengths", 0.25, {1: "Does your update use learning_rate?"})),
    "perceptron-pocket": ("right: it had the best line in its hands at once, and lost it.",
        Number("correction", 2, {
            1: "Python counts from 0: the entry at index 1 is correction 2.",
            4001: "That is the last correction: the perceptron does not end with its best line."}),
        Number("share right", (0.935, 0.945), {
            (0.825, 0.835): "That is the last line: keep the best one.",
            (0.055, 0.065): "That is the share that it has wrong."}, share=True)),
    "why-nonlinear-xor": ("right: two bends are enough.",
        Function("two_hinges", lambda s: _relu(s) - 2 * _relu(s - 1), (
            _at(0, 1, 1, 2, name="s"), _at(2, 1, 0, 0, 1, name="s"),
        ), {
            "At 0, 1 and 2 that is s itself: a second hinge must bend it down at 1.": _relu,
            "That is OR: from 1 on the curve must fall.": lambda s: _relu(s) - _relu(s - 1),
            "The second hinge bends up: its sign is −.": lambda s: _relu(s) + 2 * _relu(s - 1),
            "That is AND: the first hinge is missing.": lambda s: _relu(s - 1),
        }, {"Two ReLUs give straight lines and two bends: this is no such sum.": _two_bends})),
    "why-nonlinear-pattern": (
        "right: one matrix for one pattern of active units, and for no other.",
        Names("near", (True,), {False: "In every layer the columns of a silent unit must be 0."}),
        Names("far", (False,), {True: "Then one matrix would do for the whole plane."})),
    # signals
    "signals-absolute": ("right: it keeps every size, and makes strangers alike in one layer.",
        Number("scale", 1, {
            math.sqrt(2): "That makes up for half of the signal: is half of this one lost?"}),
        Number("correlation", 2 / math.pi, {
            math.sqrt(2 / math.pi): "That is the mean: its square is a part of the size.",
            1 / math.pi: "That is ReLU's: it has half the mean, and twice the weights' square.",
            0: "Only a function with mean 0 leaves strangers strangers."})),
    "signals-centred": ("right: 4 is the border, and below it a small signal soon is gone.",
        Number("scale", 4, {16: "That is its square.", 1: "Near 0 the slope is not 1, but ¼.",
                            2: "The slope enters squared."}),
        Number("layers", -1 / math.log(9 / 16), {
            -1 / math.log(3 / 4): "The size is a mean square: square the factor."})),
    "diagnose-depth": ("right: thirteen layers, and Adam no longer sees a gradient.",
        Number("layers", 13, {
            12: "Twelve of them leave a little more than that: count on.",
            6: "The factor is that of the gradient itself, not of its mean square.",
            (12.7, 12.9): "There are only whole layers.",
            26: "The factor is that of the gradient itself, not its root."})),
    # sigmoid, tanh and softmax
    "logistic-bias": (
        "right: the log-odds of the base rate, and a loss below ln 2 before any training.",
        Number("b", _BIAS, {
            -_BIAS: "Those are the log-odds of benign: malignant is class 1.",
            _MALIGNANT: "That is the probability itself: b is the z for which σ(z) is that.",
            math.log(_MALIGNANT): "The logarithm is that of the odds, p/(1 − p), not of p."}),
        Number("log-loss", _ENTROPY, {math.log(2): "That is ln 2, the loss of b = 0."})),
    "tanh-lecun": ("right: the targets lie well inside the range, where the slope is not small.",
        Number("f(1)", _LECUN, {1.7159 * math.tanh(1): "The factor ⅔ inside tanh is missing."}),
        Number("f(−1)", -_LECUN, {_LECUN: "tanh is odd: f(−1) = −f(1)."}),
        Number("slope at 0", 1.7159 * 2 / 3, {1.7159: "By the chain rule ⅔ comes out."})),
    "softmax-twice": (
        "right: a difference of 1 between the scores is all that the second softmax can get.",
        Number("largest probability of 3", _OF_3, {
            1: "Its scores come out of a softmax: they cannot grow beyond 1.",
            1 / 3: "That is for equal scores: one of them may reach 1, the others 0.",
            math.e / (math.e + 3): "Beside the best there are 2 classes, not 3."}, share=True),
        Number("smallest loss of 3", -math.log(_OF_3)),
        Number("largest probability of 1000", _OF_1000, share=True),
        Number("smallest loss of 1000", -math.log(_OF_1000))),
    "softmax-temperature": ("right: T changes how sure the network says it is, not what it says.",
        Names("accuracy", ("stays",), {"rises": _ORDER, "falls": _ORDER}),
        Names("confidence", ("falls",), {
            "rises": "The other way: a large T brings the scores together.",
            "stays": "The largest probability depends on the distance between the scores."}),
        Number("best T", 1, {2: "The network is now less sure than it is right."})),
    # ReLU, its relatives and softplus
    "relu-hinges": ("right: one hinge for each bend, and one more to rise on the left.",
        Function("my_abs", np.abs, (_GRID, _on(-20, 20)), {
            "That is x: the second hinge is added, not taken away.": lambda x: x}),
        Function("my_ramp", lambda x: np.clip((x + 1) / 2, 0, 1), (_GRID, _on(-20, 20)), {
            "It rises to 2: the slope is ½.": lambda x: np.clip(x + 1, 0, 2),
            "It rises for ever: a second hinge must bend it back.": lambda x: _relu(x + 1) / 2,
            "It rises from 0 to 1: the first hinge is at −1.": lambda x: np.clip(x, 0, 1)})),
    "leaky-relu-gain": ("right: what the function takes, the weights give back.",
        Number("share that is left", (1 + 0.3**2) / 2, {
            (1 + 0.3) / 2: "It is the mean square: the leak counts with γ²."}, share=True),
        Number("factor", _HE, {
            _HE**2: "That is for the variance: the weights are multiplied by its root.",
            math.sqrt(2) * _HE: "That is the whole gain: He's weights have √2 already."})),
    "softplus-inverse": ("right, for small s and for large.",
        Function("inverse_softplus", lambda s: s + np.log(-np.expm1(-s)), (
            _at(1e-5, 0.009, 0.04, 1, 3, name="s"), _on(1, 20, "s"),
            _at(1e-20, name="s", words="eˢ − 1 cancels: np.expm1 keeps the digits."),
            _at(1000, name="s", words="eˢ overflows: take it out of the logarithm."),
        ), {
            "That is softplus itself: solve ln(1 + e^b) = s for b.": Softplus(),
            "That is e^b: take its logarithm.": np.expm1})),
    "softplus-odd": ("right: half the ramp plus something even.",
        Names("functions", _ADD_X, {
            "Leaky ReLU": "It gives (1 + γ)x: the leak counts on both sides.",
            "Mish": "Close, but the gates at x and −x do not add up to 1."}, free=("Softplus",))),
    # the smooth ones
    "elu-fixed": ("right: here the mean square stays at 0.4, and signals return to it.",
        Number("variance", _FIXED, {
            math.sqrt(_FIXED): "That is the factor on the weights: its square is asked for.",
            _FIXED**2: "That is squared once too often."})),
    "elu-dropout": ("right: the mean stays, the variance grows.",
        Number("variance", (1 / 0.9 - 0.01, 1 / 0.9 + 0.01), {
            (0.89, 0.91): "The division by 1 − p is missing.",
            (1 / 0.81 - 0.01, 1 / 0.81 + 0.01): "E m² is 1 − p, not 1: only that share survives.",
            (1.05, 1.06): "That is the standard deviation."})),
    "mish-exact": ("right: there tanh(ln 2/ln b) is ½.",
        Number("b", 4 ** (1 / math.log(3)), {
            math.log(4) / math.log(3): "That is ln b: take the exponential.",
            2 ** (1 / math.log(3)): "artanh y = ½ ln((1 + y)/(1 − y)): the ½ is missing.",
            10: "With the notes' log10 the slope at 0 is below ⅓."})),
    "silu-gelu-threshold": ("right: x times the probability that the threshold lies below x.",
        Function("activation", _laplace_gated, (_at(-3, -1, -0.5, 0.5, 1, 3), _on(-20, 20)), {
            "That is the gate alone: multiply it by x.": lambda x: _laplace_gated(x) / x,
            "Right of 0 the gate is 1 − ½e^−x: it falls again.": lambda x: x * np.exp(-abs(x)) / 2,
            "That is the logistic distribution, SiLU.": _silu}),
        Number("smoothness", 2, {3: "The third derivative, 3G″ + x G‴, jumps at 0."})),
    "silu-gelu-repel": (
        "right: for ReLU an error stays, for the others it grows by a sixth or so per layer.",
        *(Number(f"m of {f}", m, {m - 1: "By the product rule the factor v gives 1 more."})
          for f in (_relu, _silu, _gelu) for m in [MeanField.keeping(f).slope(1)]),
        *(Number(f"layers of {f}", (math.log(100) / growth - 1, math.log(100) / growth + 1), {
            1 / growth: "That is until it has grown e times: from 1 % to 100 % it is 100 times.",
        }) for f in (_silu, _gelu) for growth in [math.log(MeanField.keeping(f).slope(1))])),
    "comparison-twin": ("right: a SiLU that is steeper inside is nearly GELU.",
        Number("β", (_TWIN - 0.03, _TWIN + 0.03), {
            1.702: "That is the value of the paper: it is good, but not the best here."}),
        Number("distance", (0.01, 0.0165), {_from_gelu(SiLU(1.702)): "That is for β = 1.702."}),
        Number("SiLU to Mish", (0.179, 0.189), {_from_gelu(_silu): "That is SiLU to GELU."})),
    "comparison-elu": ("right: above 0 ELU is ReLU, and that is where large steps do their harm.",
        Names("nearer to", ("ReLU",), {
            "tanh": "Only its left side is like tanh: see what η = 0.5 does to it.",
            "neither": "At η = 0.5 it is lost, as one of them is."}),
        Number("accuracy at η = 0.2", (0.75, 0.945), {(0, 0.2): "Has it He weights?"}, share=True)),
    "properties-gain": (
        "right: the gain that gives back what the function takes, for a signal of size 1.",
        *(Number(f"gain of {f}", 1 / math.sqrt(square), {
            square: "That is the mean square: take one over its root.",
        }) for f in (_gelu, _silu, _tanh) for square in [MeanField(f).size(1)])),
    # maxout, and choosing
    "maxout-best": ("right: half the error of the tangents. Training finds no such unit.",
        Number("lifted", 1 / 128, {1 / 64: "By none or all of their error: lift them by half."}),
        Number("trained", (0.028, 0.036), {(0.04, 0.046): "The median, not the smallest."})),
    "maxout-tent": ("right: each unit bends up only, so the bend down takes one of its own.",
        Function("tent", lambda x: np.maximum(0, 1 - np.abs(x)), (_GRID, _on(-20, 20)), {
            "It falls below 0: the outer kinks are missing.": lambda x: 1 - np.abs(x),
            "It hangs upside down: exchange the units.": lambda x: np.minimum(0, np.abs(x) - 1)}),
        Number("pieces of the first", 3, {2: "It bends at −1 and at 1: that makes three pieces."}),
        Number("pieces of the second", 2)),
    "properties-permute": (
        "right: one loss in two places. Were it convex, no point between could be worse.",
        Number("trained", (0.08, 0.1), {(0.5, 1): "That is about the loss before training."}),
        Number("swapped", (0.08, 0.1), {
            (0.1, 100): "The function changed: move each unit with all its weights and its bias."}),
        Number("average", (0.08, 0.51), {
            (0.51, 100): "No order gives as much: average all weights and biases (divide by 2)."}),
        Together("swapped: the loss must not change at all: move each unit with all its weights.",
                 lambda trained, swapped, _: math.isclose(trained, swapped, rel_tol=0.07)),
        Together("average: that is the loss of the trained network: is the swapped one a copy of "
                 "its own, in another order?", lambda trained, _, average: trained != average)),
    "fair-race-rates": ("right: at the same steps the steep one leads, each at its own another.",
        *(Names(which, (right,), {wrong: words}) for which, right, wrong, words in (
            ("at one rate", *_LEADERS, "That one leads where each has its own rate."),
            ("each at its own rate", *_LEADERS[::-1], "That one leads at the smallest rate.")))),
    "fair-race-own": ("right: between tanh and σ, as its slow approach to ±1 lets one expect.",
        Number("score", (54.8, 58.3), {
            (51.5, 54.8): "That is after 500 updates, is it? The last of the three tables counts.",
            (33, 48): "That is after 150 updates, is it? The last of the three tables counts."})),
    "paint-between": ("right: the faster the wave, the freer it is between two pixels.",
        Number("frequency", 5, {
            60: "That fits the seen pixels best. Look at the others.",
            30: "On the unseen pixels it is behind ReLU: try a slower one."}),
        Number("score", (17, 18.8), {
            (19.3, 21.5): "That is on the pixels that it was trained on.",
            (15, 16.95): "That is a faster one: it guesses worse."})),
    "paint-weights": ("right: He's weights know nothing of ω, so their angles grow with it.",
        Number("deviation", 20, {
            400: "That is the variance: take its root.",
            20 * math.sqrt(2): "The inputs are sines: their mean square is ½, not 1.",
            1: "That is with SIREN's weights."}),
        Number("c", math.sqrt(6 / 256) / 20, {
            math.sqrt(6 / 256): "The frequency is missing: divide by ω.",
            math.sqrt(2 / 256) / 20: "That is the standard deviation of such weights."})),
    "choosing-entry": ("right: near 0 they all halve their input, and ask for large weights.",
        Names("rows", ("SiLU", "GELU"), {
            "ReLU": "ReLU keeps half of a signal of any size, Hard swish less of a small one.",
            "Tanh": "Its slope at 0 is 1: small weights are enough for it."},
            free=("GELU (tanh)",))),
    "choosing-repair": ("right: two cures, one for the function and one for its weights.",
        *(Number(f"{which} way", (0.85, 1), {
            (0, 0.2): "That is still chance: the gradient does not reach the first layers.",
            (0.2, 0.85): "Better, but not there yet.",
        }, share=True) for which in ("first", "second"))),
}  # fmt: skip


def check_answer(mine, key):
    """Judge ``mine``, the answer to the exercise ``key``; say which mistake a wrong one is.

    The exercise says what to hand in: a number, a name, several names in a list, or a function;
    where it asks for several things, all of them in one list or tuple, in that order. A number may
    be rounded to three digits, and a share may be in percent.

    Returns a `Verdict`. Raises ``ValueError`` for an unknown key, for too few or too many answers
    and for a name that is no choice, ``TypeError`` for an answer of the wrong kind.
    """
    if key not in QUESTIONS:
        raise ValueError(f"key must be one of {', '.join(map(repr, QUESTIONS))}, got {key!r}")
    praise, *parts = QUESTIONS[key]
    together = [part for part in parts if isinstance(part, Together)]
    parts = [part for part in parts if part not in together]
    answers = [mine] if len(parts) == 1 else mine
    several = isinstance(answers, (list, tuple, np.ndarray))
    if not several or len(answers) != len(parts):
        names = ", ".join(part.name for part in parts)
        given = f"{len(answers)} of them" if several else type(mine).__name__
        raise ValueError(f"{key!r} asks for {len(parts)} answers ({names}), got {given}")
    problems = [f"{part.name}: {words}" for part, answer in zip(parts, answers, strict=True)
                for words in part.problems(answer)]  # fmt: skip
    problems += [part.words for part in together if not problems and not part.condition(*answers)]
    return Verdict(key, praise, tuple(problems))
