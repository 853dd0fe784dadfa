"""The mistakes people make: wrong formulas and what to say about each."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.special import erf

from actfun.activations import ALL
from actfun.exercises.trying import as_text, try_at


def textbook_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _branches(right, left):
    return lambda f, x: np.where(x > 0, right(f, x), left(f, x))


def _log10_mish(f, x):
    return x * np.tanh(np.log10(1 + np.exp(x)))


def _log10_mish_slope(f, x):
    s = np.log10(1 + np.exp(x))
    return np.tanh(s) + x * textbook_sigmoid(x) / np.cosh(s) ** 2


def _mish_slope_without_square(f, x):
    s = np.logaddexp(0, x)
    return np.tanh(s) + x * textbook_sigmoid(x) / np.cosh(s)


def _gelu_squared(f, x):
    return x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x))) / 2


LOG10 = "np.log10 is not the natural logarithm: use np.log, or better np.log1p."
SWAPPED = "The two branches are exchanged: check the condition, or the order inside np.where."
ON_BOTH_SIDES = "λ = 1.0507… multiplies both branches: on one side it is missing."
LAMBDA = "The factor λ = 1.0507… is missing."
OUTPUT = "The formula needs the function's value, not x: compute f(x) first and put that in."

SLIPS = {  # (key, derivative): wrong formulas of (f, x), each with its words
    ("step", False): [(lambda f, x: np.sign(x), "np.sign gives −1 on the left; a step gives 0.")],
    ("sigmoid", True): [
        (lambda f, x: x * (1 - x), OUTPUT),
        (lambda f, x: f(x) * (1 + f(x)), "The sign inside the bracket is wrong: σ(1 − σ)."),
    ],
    ("tanh", False): [(lambda f, x: 1 / np.tanh(x), "The fraction is upside down.")],
    ("tanh", True): [
        (lambda f, x: 1 - x * x, OUTPUT),
        (lambda f, x: 1 - f(x), "The square is missing: 1 − tanh²."),
    ],
    ("hardsigmoid", False): [
        (lambda f, x: np.clip(0.2 * x + 0.5, 0, 1), "It has Keras 2's slope 0.2; here it is 1/6."),
        (lambda f, x: np.clip((x + 1) / 2, 0, 1), "It has the slope 1/2 of 2015; here: 1/6."),
    ],
    ("relu", False): [
        (lambda f, x: np.minimum(x, 0), SWAPPED),
        (lambda f, x: np.abs(x), "That is |x|: a negative x must give 0."),
    ],
    ("relu", True): [(lambda f, x: x < 0, SWAPPED)],
    ("leaky_relu", False): [
        (_branches(lambda f, x: f.negative_slope * x, lambda f, x: x), SWAPPED),
        (_branches(lambda f, x: x, lambda f, x: f.negative_slope),
         "On the left you return the slope itself; it must be multiplied by x."),
    ],
    ("leaky_relu", True): [(_branches(lambda f, x: f.negative_slope, lambda f, x: 1), SWAPPED)],
    ("prelu", False): [(_branches(lambda f, x: f.weight * x, lambda f, x: x), SWAPPED)],
    ("prelu", True): [(_branches(lambda f, x: f.weight, lambda f, x: 1), SWAPPED)],
    ("elu", False): [
        (_branches(lambda f, x: f.alpha * np.expm1(x), lambda f, x: x), SWAPPED),
        (_branches(lambda f, x: x, lambda f, x: f.alpha * np.exp(x)),
         "The −1 after eˣ is missing."),
        (_branches(lambda f, x: x, lambda f, x: f.alpha * np.exp(x) - 1),
         "The brackets are missing: α multiplies all of (eˣ − 1)."),
    ],
    ("elu", True): [
        (_branches(lambda f, x: f.alpha * np.exp(x), lambda f, x: 1), SWAPPED),
        (_branches(lambda f, x: 1, lambda f, x: f.alpha * np.expm1(x)),
         "The −1 is a constant: it goes when you differentiate."),
    ],
    ("selu", False): [
        (lambda f, x: f(x) / f.scale, LAMBDA),
        (_branches(lambda f, x: f(x), lambda f, x: f(x) / f.scale), ON_BOTH_SIDES),
        (_branches(lambda f, x: f(x) / f.scale, lambda f, x: f(x)), ON_BOTH_SIDES),
    ],
    ("selu", True): [
        (lambda f, x: f.derivative(x) / f.scale, LAMBDA),
        (_branches(lambda f, x: f.scale, lambda f, x: f.derivative(x) / f.scale), ON_BOTH_SIDES),
        (_branches(lambda f, x: 1, lambda f, x: f.derivative(x)), ON_BOTH_SIDES),
    ],
    ("softplus", False): [
        (lambda f, x: f(x) * f.beta, "The division by β is missing."),
        (lambda f, x: x, "The 1 inside ln(1 + eˣ) is missing: the logarithm undoes eˣ."),
    ],
    ("hardswish", False): [(lambda f, x: 6 * f(x), "The division by 6 is missing.")],
    ("gelu", False): [
        (lambda f, x: x * textbook_sigmoid(1.702 * x), "That is the approximation x σ(1.702x)."),
        (lambda f, x: x * (1 + erf(x)) / 2, "Φ(x) is ½(1 + erf(x/√2)): the √2 is missing."),
        (_gelu_squared, "Inside tanh the small term is 0.044715 x³, not x²."),
    ],
    ("mish", False): [
        (_log10_mish, LOG10),
        (lambda f, x: x * np.logaddexp(0, x), "The tanh around the softplus is missing."),
        (lambda f, x: x * np.tanh(textbook_sigmoid(x)), "Inside tanh stands softplus, not σ."),
    ],
    ("mish", True): [
        (_log10_mish_slope, LOG10),
        (_mish_slope_without_square, "The slope of tanh is 1/cosh²: the square is missing."),
    ],
}  # fmt: skip
FACTORS = {1 / math.log(10): LOG10, 1 / math.log(2): "np.log2 is not the natural logarithm.",
           -1: "The sign is wrong there."}  # fmt: skip


def _rivals(f, derivative, x):
    """Wrong answers by the dozen: pairs of values and the words for them, the likeliest first."""
    target, other = (f.derivative, f) if derivative else (f, f.derivative)
    yield other(x), "That is " + (
        "the function itself; its derivative is asked for." if derivative
        else "the derivative; the function itself is asked for."
    )  # fmt: skip
    for slip, words in SLIPS.get((f.key, derivative), ()):
        yield slip(f, x), words
    for name, declared in f.parameters().items():
        value = getattr(f, name)
        for wrong in () if declared.choices else (declared.default, 0, 1, -value):
            try:
                rival = dataclasses.replace(f, **{name: wrong})
            except ValueError:
                continue
            yield (
                (rival.derivative if derivative else rival)(x),
                (
                    f"You get what {declared.symbol} = {as_text(wrong)} gives, not "
                    f"{as_text(value)}: check where {name} stands in your formula."
                ),
            )
    yield -target(x), "The sign is reversed everywhere."
    yield target(-x), "You have f(−x): the sign of x is reversed, perhaps inside the exponential."
    yield target(2 * x), "You have the value at 2x: there is a factor 2 too many inside."
    yield target(x / 2), "You have the value at x/2: a factor 2 is missing inside."
    if derivative:
        yield (
            target(x) - f(x) / x,
            ("By the product rule there are two terms: the one without x, f(x)/x, is missing."),
        )
    yield f(x) / x, "You have f(x)/x: " + (
        "by the product rule, x times the slope of the gate must be added." if derivative
        else "the factor x is missing."
    )  # fmt: skip
    for g in ALL:
        yield g(x), f"Those are the values of another function, {g}."
        yield g.derivative(x), f"Those are the values of the derivative of {g}."


def _same(values, mine, use):
    values = np.broadcast_to(values, mine.shape)
    use = use & np.isfinite(values) & np.isfinite(mine)
    return np.count_nonzero(use) >= 4 and np.allclose(values[use], mine[use], 1e-11, 1e-11)


def _region(x, wrong):
    for words, side in (("for x < 0", x < 0), ("for x > 0", x > 0)):
        if not (wrong & ~side & (x != 0)).any():
            return words
    if wrong.mean() > 0.9:
        return "everywhere"
    return f"between {as_text(x[wrong].min())} and {as_text(x[wrong].max())}"


def reason_for(call, f, derivative, x, mine, right, wrong):
    """Why values in the ordinary range are wrong: the first explanation that fits."""
    smooth = ~np.isin(x, f.kinks)
    if not (wrong & smooth).any():
        return "Only the kink is wrong: check < against ≤ there."
    one_by_one = np.array([try_at(call, t) for t in x])
    if _same(right, one_by_one, smooth):
        return "One number at a time it is right: here the other numbers of the array get in."
    finite = mine[np.isfinite(mine)]
    if not finite.size:
        return "You give no finite number at all."
    if np.ptp(finite) == 0:
        return "You give the same value at every x."
    with np.errstate(all="ignore"):
        for values, words in _rivals(f, derivative, x):
            if _same(values, mine, smooth):
                return words
        use = wrong & smooth & (right != 0)
        ratio, offset = mine[use] / right[use], mine[wrong & smooth] - right[wrong & smooth]
    where = _region(x, wrong)
    if ratio.size and np.ptp(ratio) < 1e-9:
        by_name = [words for c, words in FACTORS.items() if abs(ratio[0] - c) < 1e-9]
        times = f"Each value there is {as_text(ratio[0])} times the right one: look for a factor."
        return f"It is wrong {where}. {(by_name or [times])[0]}"
    if np.ptp(offset) < 1e-9:
        side = "large" if offset[0] > 0 else "small"
        return f"It is wrong {where}: each value is too {side} by {as_text(abs(offset[0]))}."
    return f"It is wrong {where}: compare your formula with the card, branch by branch."
