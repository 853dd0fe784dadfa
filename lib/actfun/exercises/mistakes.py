"""The mistakes people make: each is a function that makes the right thing wrong, with its words.

The words are told only if the mistake, applied to what is right, gives what the reader's answer
gives at every input. What holds for one activation only is optional: the others need no entry.
"""

import contextlib
import dataclasses

import numpy as np
from scipy.special import erf

from actfun import activations
from actfun.exercises.words import as_text

LOG = "np.log10 is not the natural logarithm: use np.log, or better np.log1p."
MINUS_LEAK = "That is max(0, x) minus a multiple of x: choose the branch by the sign of x."
EXCHANGED = "The two branches are exchanged."
OUTPUT = "The formula needs the function's value, not x: compute f(x) first and put that in."
VALUES = {  # what can be done to any right value, of a function or a number
    "The sign is reversed.": lambda v: -v,
    "Upside down: that is one over it.": lambda v: 1 / v,
    "That is the square: take the root.": lambda v: v**2,
    "That is the root: take the square.": lambda v: v**0.5,
    "That is the natural logarithm: take the exponential.": np.log,
    "That is the exponential: take the logarithm.": np.exp,
    LOG: lambda v: v / np.log(10),
    "That is to base 2, in bits: the natural logarithm is np.log.": lambda v: v / np.log(2),
    "That is one minus it.": lambda v: 1 - v,
    "That is twice as much.": lambda v: 2 * v,
    "That is half of it.": lambda v: v / 2,
    "That is the absolute value.": np.abs,
    "You cut it off where it is negative.": lambda v: np.maximum(v, 0),
}  # fmt: skip
REVERSED = "You have f(−x): the sign of x is reversed, perhaps inside the exponential."


def outside(g, values=VALUES):
    """What can be done to what any function g of one number gives."""
    for words, change in values.items():
        yield words, lambda x, change=change: change(g(x))
    yield "You have x times what is right.", lambda x: x * g(x)
    yield "It must be multiplied by x: the factor x is missing.", lambda x: g(x) / x


def inside(g):
    """What can be done to what it is given."""
    yield REVERSED, lambda x: g(-x)
    yield "You have −f(−x).", lambda x: -g(-x)
    yield "You have the value at 2x: there is a factor 2 too many inside.", lambda x: g(2 * x)
    yield "You have the value at x/2: a factor 2 is missing inside.", lambda x: g(x / 2)
    yield "You have the value at |x|.", lambda x: g(np.abs(x))
    yield "You have the value at x².", lambda x: g(x**2)


sigmoid, softplus = activations.Sigmoid(), activations.Softplus()


def _tanh_gelu(x, factor=activations.GELU.scale, power=3):
    return x * (1 + np.tanh(factor * (x + activations.GELU.cubic * x**power))) / 2


PARTICULAR = {  # to one function, or to its derivative (True): wrong formulas of f and x
    ("sigmoid", True): {
        OUTPUT: lambda f, x: x * (1 - x),
        "The sign inside the bracket is wrong: σ(1 − σ).": lambda f, x: f(x) * (1 + f(x)),
        "The square is missing: e^−x/(1 + e^−x)².": lambda f, x: f(-x)},
    ("tanh", True): {
        OUTPUT: lambda f, x: 1 - x * x,
        "The square is missing: 1 − tanh².": lambda f, x: 1 - f(x),
        "The sign inside is wrong: 1 − tanh².": lambda f, x: 1 + f(x) ** 2},
    ("hardsigmoid", False): {
        "It has Keras 2's slope 0.2; here it is 1/6.": lambda f, x: np.clip(0.2 * x + 0.5, 0, 1),
        "Nothing stops it at 0 and 1.": lambda f, x: x / 6 + 0.5},
    ("leaky_relu", False): {MINUS_LEAK: lambda f, x: np.maximum(x, 0) - f.negative_slope * x},
    ("prelu", False): {MINUS_LEAK: lambda f, x: np.maximum(x, 0) - f.weight * x},
    ("elu", False): {
        EXCHANGED: lambda f, x: np.where(x > 0, f.alpha * np.expm1(x), x),
        "The −1 after eˣ is missing.": lambda f, x: np.where(x > 0, x, f.alpha * np.exp(x)),
        "α stands inside the exponential.": lambda f, x: np.where(x > 0, x, np.expm1(f.alpha * x))},
    ("elu", True): {
        EXCHANGED: lambda f, x: np.where(x > 0, f.alpha * np.exp(x), 1),
        "The −1 is a constant: it goes when you differentiate.":
            lambda f, x: np.where(x > 0, 1, f.alpha * np.expm1(x))},
    ("softplus", False): {
        "The 1 inside ln(1 + eˣ) is missing: the logarithm undoes eˣ.": lambda f, x: x,
        "β is missing inside: ln(1 + e^βx)/β.": lambda f, x: softplus(x) / f.beta},
    ("hardswish", False): {
        "Nothing stops the gate at 0 and 1.": lambda f, x: x * (x + 3) / 6,
        "Nothing stops the gate at 0.": lambda f, x: x * np.minimum(x + 3, 6) / 6},
    ("gelu", False): {
        "That is the approximation x σ(1.702x).": lambda f, x: x * sigmoid(1.702 * x),
        "Φ(x) is ½(1 + erf(x/√2)): the √2 is missing.": lambda f, x: x * (1 + erf(x)) / 2,
        "Φ(x) is ½(1 + erf(x/√2)): the 1 is missing.": lambda f, x: f(x) - x / 2,
        "Inside tanh the small term is 0.044715 x³, not x².": lambda f, x: _tanh_gelu(x, power=2),
        "The factor √(2/π) inside tanh is missing.": lambda f, x: _tanh_gelu(x, factor=1)},
    ("mish", False): {
        LOG: lambda f, x: x * np.tanh(np.log10(1 + np.exp(x))),
        "The tanh around the softplus is missing.": lambda f, x: x * softplus(x),
        "Inside tanh stands softplus, not σ.": lambda f, x: x * np.tanh(sigmoid(x)),
        "Inside tanh stands softplus, not x.": lambda f, x: x * np.tanh(x)},
    ("mish", True): {
        LOG: lambda f, x: np.tanh(s := np.log10(1 + np.exp(x))) + x * sigmoid(x) / np.cosh(s) ** 2,
        "In 1/cosh² the square is missing.":
            lambda f, x: f(x) / x + x * sigmoid(x) / np.cosh(softplus(x)),
        "The inner derivative σ(x) is missing.":
            lambda f, x: f(x) / x + x / np.cosh(softplus(x)) ** 2},
}  # fmt: skip
CONSTANTS = {"selu": {"λ": activations.SELU.scale, "α": activations.SELU.alpha},
             "hardswish": {"1/6": 1 / 6}}  # fmt: skip
USUAL = (0, 0.01, 0.1, 0.2, 0.25, 0.5, 1, 2)  # values of a parameter


def mistakes(f, derivative):
    """Pairs (words, wrong function of x), the likeliest first."""
    target, other = (f.derivative, f) if derivative else (f, f.derivative)
    yield ("That is the function itself; its derivative is asked for." if derivative
           else "That is the derivative; the function itself is asked for."), other  # fmt: skip
    for words, slip in PARTICULAR.get((f.key, derivative), {}).items():
        yield words, lambda x, slip=slip: slip(f, x)
    if f.kinks == (0.0,):
        yield EXCHANGED, lambda x: target(-x) if derivative or f.smoothness < 0 else -f(-x)
    for name, p in f.parameters().items():
        for value in p.choices or (p.default, *USUAL):
            came, asked = (v if p.choices else as_text(v) for v in (value, getattr(f, name)))
            what = name if p.choices else p.symbol
            with contextlib.suppress(ValueError):  # not allowed, as a lower bound above the upper
                g = dataclasses.replace(f, **{name: value})
                yield (f"You get what {what} = {came} gives, not {asked}.",
                       g.derivative if derivative else g)  # fmt: skip
    missing = "x times the gate's slope (product rule)" if derivative else "the factor x"
    yield f"You have f(x)/x: {missing} is missing.", lambda x: f(x) / x
    yield "The sign is reversed.", lambda x: -target(x)
    yield REVERSED, lambda x: target(-x)
    for g in activations.ALL:
        yield f"Those are the values of another function, {g}.", g
        yield f"Those are the values of the derivative of {g}.", g.derivative
    if derivative:
        yield ("By the product rule there are two terms: the one without x, f(x)/x, is missing.",
               lambda x: target(x) - f(x) / x)  # fmt: skip
    constants = {p.symbol: getattr(f, name) for name, p in f.parameters().items() if not p.choices}
    values = {}
    for symbol, c in (constants | CONSTANTS.get(f.key, {})).items():
        values[f"The factor {symbol} is missing."] = lambda v, c=c: v / c
        values[f"The division by {symbol} is missing."] = lambda v, c=c: v * c
    changed = list(outside(target, VALUES | values))
    yield from changed
    for side, sign in (("x < 0", -1), ("x > 0", 1)):
        steady = np.ptp(target(sign * np.arange(1.0, 4))) == 0  # where one number explains nothing
        for words, wrong in changed:
            if not (steady and words in VALUES):
                yield (f"For {side}: {words}", lambda x, wrong=wrong, sign=sign:
                       np.where(x * sign > 0, wrong(x), target(x)))  # fmt: skip
    yield from inside(target)


def explanation(wrong_ones, reproduces):
    """The words of the first mistake whose outcome is the reader's, or nothing."""
    with np.errstate(all="ignore"):
        return next((words for words, outcome in wrong_ones if reproduces(outcome)), "")
