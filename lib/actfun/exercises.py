"""What is wrong with the reader's own function, in words.

``check_activation(my_f, "elu")`` tries a function at ordinary, tiny, huge and non-finite inputs, in
float64 and float32 and in several shapes, and answers with a `Verdict`. A wrong answer is held
against the mistakes that people make: tables of wrong formulas (``SLIPS``, ``_rivals``), of
exceptions (``ERRORS``) and of factors (``FACTORS``), each entry with its words. Any activation in
``ALL`` can be checked; an entry in ``SLIPS`` is optional.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import textwrap
import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from actfun.activations import ALL, log_softmax, softmax

__all__ = ["Verdict", "check_activation", "check_maxout", "check_perceptron", "check_softmax"]

HUGE = [10, 20, 40, 80, 100, 300, 1000, 10000]  # e^100 overflows float32, e^1000 float64
TOLERANCE = {np.float64: 1e-12, np.float32: 2e-6}  # of max(1, |value|), for |x| up to 6
LOST = {np.float64: 1e-200, np.float32: 1e-30}  # below this a value may as well be 0
SHOWN = 3  # problems told at a time


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer of a check: true in a condition if all is right; its repr is the words.

    ``problems`` and ``hints`` are tuples of sentences; a hint alone does not fail the check.
    ``nearly`` says that only ±∞ and nan are wrong.
    """

    subject: str
    praise: str
    problems: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    nearly: bool = False

    @property
    def passed(self):
        return not self.problems

    def __bool__(self):
        return self.passed

    def __repr__(self):
        near = "nearly. It is right at every finite input, but not at ±∞ or nan."
        head = self.praise if self.passed else near if self.nearly else "not right yet."
        lines = [f"{self.subject}: {head}"]
        lines += [f"{i}. {words}" for i, words in enumerate(self.problems[:SHOWN], start=1)]
        if len(self.problems) > SHOWN:
            lines.append(f"There is more to see once this is mended ({len(self.problems)} in all).")
        lines += [f"Hint: {words}" for words in self.hints]
        whole = {"break_long_words": False, "break_on_hyphens": False}
        return "\n".join(textwrap.fill(t, 88, subsequent_indent="   ", **whole) for t in lines)


# ------------------------------------------------------------------ calling the reader's function

ERRORS = (  # part of an exception's message, and what to tell
    ("truth value", "A Python if (also inside max, min, and, or) needs one true or false, and an "
     "array holds many: use np.where, np.maximum or np.minimum."),
    ("converted to", "The functions of Python's math module take a single number: use NumPy's."),
    ("math range", "Python's math functions raise where NumPy's give inf: use NumPy's."),
    ("positional argument", "It must be possible to call it with the arguments of the exercise."),
    ("Cannot cast", "An integer array cannot hold the result of the operation in place."),
    ("broadcast", "The shapes do not fit: a sum or maximum along an axis needs keepdims=True."),
)  # fmt: skip


def _callable(function, name):
    if not callable(function):
        raise TypeError(f"{name} must be a function, got {type(function).__name__}")


@dataclass
class Attempt:
    """One call of the reader's function: what it returned, raised, warned of and overwrote."""

    value: object = None
    error: Exception | None = None
    warned: bool = False
    changed: bool = False


def _try(function, *arguments, **options):
    given = [np.array(a) if isinstance(a, np.ndarray) else a for a in arguments]
    attempt = Attempt()
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
        warnings.simplefilter("always")
        try:
            attempt.value = function(*given, **options)
        except Exception as error:  # whatever it is, the reader is told
            attempt.error = error
    attempt.warned = any(issubclass(w.category, RuntimeWarning) for w in caught)
    attempt.changed = not all(
        np.array_equal(now, then, equal_nan=True)
        for now, then in zip(given, arguments, strict=True)
    )
    return attempt


def _broken(attempt, shape, where):
    """What is wrong with a result before its values are looked at, or None."""
    value, error = attempt.value, attempt.error
    if error is not None:
        message = (str(error).splitlines() or [""])[0][:100]
        advice = next((words for part, words in ERRORS if part in message), "")
        return f"Called {where}, it raises {type(error).__name__}: {message}. {advice}".rstrip()
    if value is None:
        return "It returns None: is the return missing?"
    if not isinstance(value, (np.ndarray, np.generic, int, float)):
        return f"It returns a {type(value).__name__}; an array is expected."
    if np.asarray(value).dtype.kind not in "fiub":
        return f"It returns an array of dtype {np.asarray(value).dtype}; numbers are expected."
    if np.shape(value) != shape:
        return f"Called {where}, it returns shape {np.shape(value)}; {shape} is expected."
    return None


def _number(value, digits=4):
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value + 0.0:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else text).replace("-", "−")


def _came(x, mine, right):
    """The input, what came and what is right, with as many digits as it takes to differ."""
    for digits in (4, 7, 10, 13):
        texts = _number(mine, digits), _number(right, digits)
        if texts[0] != texts[1]:
            break
    return f"At x = {_number(x, 6)} you give {texts[0]}; {texts[1]} is right."


# ------------------------------------------------------------------------ the mistakes people make


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _branches(right, left):
    return lambda f, x: np.where(x > 0, right(f, x), left(f, x))


def _log10_mish(f, x):
    return x * np.tanh(np.log10(1 + np.exp(x)))


def _log10_mish_slope(f, x):
    s = np.log10(1 + np.exp(x))
    return np.tanh(s) + x * _sigmoid(x) / np.cosh(s) ** 2


LOG10 = "np.log10 is not the natural logarithm: use np.log, or better np.log1p."
SWAPPED = "The two branches are exchanged: check the condition, or the order inside np.where."
LAMBDA = "The factor λ = 1.0507… is missing."
OUTPUT = "The formula needs the function's value, not x: compute f(x) first and put that in."

SLIPS = {  # (key, derivative): wrong formulas of (f, x), each with its words
    ("step", False): [(lambda f, x: np.sign(x), "np.sign gives −1 on the left; a step gives 0.")],
    ("sigmoid", True): [
        (lambda f, x: x * (1 - x), OUTPUT),
        (lambda f, x: f(x) * (1 + f(x)), "The sign inside the bracket is wrong: σ(1 − σ)."),
    ],
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
    ("selu", False): [(lambda f, x: f(x) / f.scale, LAMBDA)],
    ("selu", True): [(lambda f, x: f.derivative(x) / f.scale, LAMBDA)],
    ("gelu", False): [
        (lambda f, x: x * _sigmoid(1.702 * x), "That is the approximation x σ(1.702x)."),
        (lambda f, x: x * (1 + erf(x)) / 2, "Φ(x) is ½(1 + erf(x/√2)): the √2 is missing."),
    ],
    ("mish", False): [(_log10_mish, LOG10)],
    ("mish", True): [(_log10_mish_slope, LOG10)],
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
            yield (rival.derivative if derivative else rival)(x), (
                f"You get what {declared.symbol} = {_number(wrong)} gives, not "
                f"{_number(value)}: check where {name} stands in your formula."
            )
    yield -target(x), "The sign is reversed everywhere."
    yield target(-x), "You have f(−x): the sign of x is reversed, perhaps inside the exponential."
    yield target(2 * x), "You have the value at 2x: there is a factor 2 too many inside."
    yield target(x / 2), "You have the value at x/2: a factor 2 is missing inside."
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
    return f"between {_number(x[wrong].min())} and {_number(x[wrong].max())}"


def _reason(call, f, derivative, x, mine, right, wrong):
    """Why values in the ordinary range are wrong: the first explanation that fits."""
    smooth = ~np.isin(x, f.kinks)
    if not (wrong & smooth).any():
        return "Only the kink is wrong: check < against ≤ there."
    one_by_one = np.array([_try_one(call, t) for t in x])
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
        times = f"Each value there is {_number(ratio[0])} times the right one: look for a factor."
        return f"It is wrong {where}. {(by_name or [times])[0]}"
    if np.ptp(offset) < 1e-9:
        side = "large" if offset[0] > 0 else "small"
        return f"It is wrong {where}: each value is too {side} by {_number(abs(offset[0]))}."
    return f"It is wrong {where}: compare your formula with the card, branch by branch."


# ------------------------------------------------------------------------------ one activation


def _points(f, dtype):
    """The finite inputs: a grid with its kinks, close to 0, and far out; all exact in float32."""
    grid = np.union1d(np.linspace(-6, 6, 49), np.float32(f.kinks))
    return np.concatenate([grid, [1e-20, -1e-20], HUGE, np.negative(HUGE)]).astype(dtype)


def _expected(f, derivative, x):
    """Lowest and highest value accepted at x: at a kink, any slope between those on both sides."""
    x = np.asarray(x, np.float64)
    if not derivative:
        return f(x), f(x)
    sides = np.stack([f.derivative(x)] + [f.derivative(x + step) for step in (-1e-6, 1e-6)])
    kink = np.isin(x, np.float32(f.kinks))
    low, high = np.where(kink, sides.min(0), sides[0]), np.where(kink, sides.max(0), sides[0])
    jump = kink & (f.smoothness < 0)  # no slope exists there, so none is asked for
    return np.where(jump, -np.inf, low), np.where(jump, np.inf, high)


def _value_problems(call, f, derivative, dtype, mine):
    """Pairs (kind of mistake, words) for the finite inputs in one precision."""
    x = _points(f, dtype)
    mine = np.asarray(mine, np.float64)
    low, high = _expected(f, derivative, x)
    right = np.clip(mine, low, high)
    right = np.where(np.isnan(mine), np.where(np.isfinite(low), low, 0), right)
    with np.errstate(invalid="ignore"):
        error = np.abs(mine - right)  # ∞ − ∞ where a jump allows anything
    near, tiny = (np.abs(x) <= 6) & (np.abs(x) > 1e-9) | (x == 0), np.abs(x) == np.abs(dtype(1e-20))
    size = np.abs(right)
    strict = TOLERANCE[dtype] * np.maximum(size, near)
    allowed = np.where(near | (size > 1e-3), strict, 0.01 * size + LOST[dtype])
    wrong = ~(error <= allowed) & np.isfinite(low)
    blown = wrong & ~np.isfinite(mine)
    at_zero, sane = blown & (near & (x == 0) | tiny), wrong & ~blown
    single = "" if dtype is np.float64 else "In float32: "

    def told(where, words):
        order = np.lexsort((-x, np.abs(x), np.where(near, np.abs(np.abs(x) - 1), 0)))
        i = order[where[order]][0]  # x = 1 or −1 if it is among them, else the smallest far out
        return f"{single}{_came(x[i], mine[i], right[i])} {words}"

    if at_zero.any():
        yield "zero", told(at_zero, "The formula divides 0 by 0 there: cancel x, or treat 0 apart.")
    if (sane & near).any() or (blown & near & (x != 0)).any():
        ordinary = near & (x != 0) | near & np.isfinite(mine)
        if single:
            words = "In float64 you are right: somewhere digits cancel, or a constant is rounded."
        else:
            here = (v[ordinary] for v in (x, mine, right, wrong))
            words = _reason(call, f, derivative, *here)
        yield "value", told(wrong & near & ordinary, words)
    if (blown & ~near & ~tiny).any():
        yield "overflow", told(
            blown & ~near & ~tiny,
            "An exponential overflows to ∞, and ∞ − ∞, ∞/∞ and 0·∞ have no value: rewrite the "
            "formula so that only exponentials of numbers ≤ 0 are taken.",
        )
    if (sane & near).any():
        return
    if (sane & tiny).any():
        yield "cancellation", told(
            sane & tiny,
            "Close to 0 two nearly equal numbers cancel (such as eˣ − 1): np.expm1, np.log1p or "
            "np.tanh keep the digits.",
        )
    far = sane & ~tiny
    if (far & (mine == 0)).any():
        yield "saturation", told(
            far & (mine == 0),
            "Rounded to 0 too early: a difference such as 1 − s or 1 − tanh², or a sum such as "
            "1 + eˣ, loses the small term. Rewrite it with e^−|x|"
            + (", or your network stops learning there." if derivative else ", np.log1p or erfc."),
        )
    elif far.any():
        yield "far", told(far, "Right near 0 only: out there something cuts it off, or cancels.")


def _limit_problems(call, f, derivative):
    """±∞ must give the limit; nan must stay nan, in a slope as well, where it is only a hint."""
    for x in (-np.inf, np.inf):
        limit, _ = _expected(f, derivative, x)
        mine = _try_one(call, x)
        if not np.isclose(mine, limit, rtol=1e-6, atol=1e-12):
            words = "It is the limit that is asked for."
            if math.isnan(mine):
                words = (
                    "Products such as −∞ · 0 have no value: stop x at a large finite number "
                    "with np.maximum or np.clip, or choose another form."
                )
            yield "limit", f"{_came(x, mine, float(limit))} {words}"
    if not np.isnan(_try_one(call, np.nan)):
        yield "nan hint" if derivative else "nan", (
            f"{_came(np.nan, _try_one(call, np.nan), np.nan)} An error upstream must stay visible. "
            "Comparisons with nan are false: np.maximum, np.minimum and np.clip keep it; so does "
            "np.where if its last argument contains x."
        )


def _try_one(call, x):
    value = call(np.array([x])).value
    return float(np.ravel(value)[0]) if np.size(value) and value is not None else math.nan


def _form_problems(call, f, derivative):
    """Shapes, dtypes, integers, overwritten inputs and warnings, once the values are right."""
    x = np.linspace(-2.5, 2.5, 6)
    flat = call(x).value
    for shape in ((), (2, 3), (3, 1, 2)):
        part = x[:1] if shape == () else x
        attempt = call(part.reshape(shape))
        words = _broken(attempt, shape, f"with an array of shape {shape}")
        if words is None and not np.array_equal(np.ravel(attempt.value), flat[: part.size]):
            words = f"In shape {shape} the same numbers give other values than in a row."
        if words:
            yield "shape", words
            break
    for dtype in (np.float64, np.float32):
        got = np.asarray(call(x.astype(dtype)).value).dtype
        if got != dtype:
            yield "dtype", (
                f"Given {np.dtype(dtype)} it returns {got}; the dtype of x should be kept: end "
                "with .astype(x.dtype), or build the result from x."
            )
            break
    whole = np.arange(-3, 4)
    attempt = call(whole)
    words = _broken(attempt, whole.shape, "with an array of integers")
    low, high = _expected(f, derivative, whole)
    if words is None and (np.clip(attempt.value, low - 1e-9, high + 1e-9) != attempt.value).any():
        words = (
            "An array of integers gives other values than the same numbers as floats: does "
            "np.empty_like(x) or np.zeros_like(x) make an integer array that cuts them off?"
        )
    if words:
        yield "integers", words
    if call(x).changed:
        yield "changed", "It overwrites its input: work on a new array (no x *= …, no x[mask] = …)."
    inputs = sorted(_points(f, np.float64), key=abs)
    at = next((t for t in inputs if call(np.array([t])).warned), None)
    if at is not None:
        yield "warning hint", (
            f"NumPy warns at x = {_number(at)}, though the result is right: a large number "
            "overflows on the way. np.where computes both of its branches and throws one away; "
            "bound the input there, as in np.exp(np.minimum(x, 0))."
        )


def _examine(call, f, derivative):
    """Everything to tell, as {kind: words}; in float32 only what float64 does not show."""
    found = {}
    for dtype in (np.float64, np.float32):
        x = _points(f, dtype)
        attempt = call(x)
        if words := _broken(attempt, x.shape, f"with an array of {np.dtype(dtype)}"):
            alone = (t for t in x if call(np.array([t])).error is not None)
            if attempt.error is not None and (bad := next(alone, None)) is not None:
                words += f" The first number that it fails at is x = {_number(bad)}."
            return {"broken": words}
        for kind, words in _value_problems(call, f, derivative, dtype, attempt.value):
            found.setdefault(kind, words)
        if found:
            break
    if not found:
        found.update(_limit_problems(call, f, derivative))
    form = dict(_form_problems(call, f, derivative))
    if set(found) & {"zero", "value", "overflow"}:  # these explain integers and warnings too
        form = {kind: form[kind] for kind in form if kind not in ("integers", "warning hint")}
    return found | form


def check_activation(my_f, key, derivative=False, **parameters):
    """Try ``my_f(x)`` against the activation ``key`` or its slope; say what is wrong, and why.

    ``my_f`` takes an array and returns one of the same shape and dtype. ``parameters`` are those of
    the catalogue's class, such as ``alpha=0.5``; they are passed on to ``my_f`` if it takes them by
    name. A parameter that ``my_f`` takes but you do not give is also tried away from its default.

    Returns a `Verdict`. Raises ``ValueError`` for an unknown key, ``TypeError`` if ``my_f`` cannot
    be called or the activation has no such parameter. At a kink every subgradient is right. A
    warning, or a slope that turns nan into a number, is only a hint.
    """
    _callable(my_f, "my_f")
    kinds = {f.key: type(f) for f in ALL}
    if key not in kinds:
        raise ValueError(f"key must be one of {', '.join(map(repr, kinds))}, got {key!r}")
    declared = kinds[key].parameters()
    if unknown := sorted(set(parameters) - set(declared)):
        allowed = ", ".join(declared) or "no parameters"
        raise TypeError(f"{key!r} takes {allowed}, got {', '.join(unknown)}")
    f = kinds[key](**parameters)
    try:
        taken = [name for name in declared if name in inspect.signature(my_f).parameters]
    except (TypeError, ValueError):  # some compiled functions have no signature
        taken = []
    given = {name: parameters[name] for name in taken if name in parameters}
    trials = [(f, given, "")]
    for name in taken:
        if name not in parameters and declared[name].slider:
            low, high = declared[name].slider
            value = low + 0.75 * (high - low)
            other = dataclasses.replace(f, **{name: value})
            trials.append((other, {**given, name: value}, f"With {name} = {_number(value)}: "))
    for f_tried, options, prefix in trials:
        found = _examine(lambda x, o=options: _try(my_f, x, **o), f_tried, derivative)
        hints = tuple(found.pop(kind) for kind in ("nan hint", "warning hint") if kind in found)
        problems = tuple(prefix + words for words in found.values())
        if problems:
            break
    count = _points(f, np.float64).size
    return Verdict(
        f"derivative of {key}" if derivative else key,
        f"right at {count} points and at ±∞, in float32 and float64.",
        problems,
        hints,
        nearly=bool(found) and set(found) <= {"limit", "nan"},
    )


# ------------------------------------------------------- softmax, perceptron, maxout: case by case


@dataclass(frozen=True)
class Case:
    """Something to try. ``words`` explain a failure of a special case; rivals the others."""

    where: str
    arguments: tuple
    options: dict = dataclasses.field(default_factory=dict)
    words: str = ""


def _text(values):
    if isinstance(values, tuple):
        return "(" + ", ".join(map(_text, values)) + ")"
    if np.ndim(values):
        return "[" + ", ".join(map(_text, values)) + "]"
    return _number(float(values), 3)


def _agree(mine, right):
    if isinstance(right, tuple):
        return all(map(_agree, mine, right))
    return np.shape(mine) == np.shape(right) and np.allclose(mine, right, 1e-6, 1e-12)


def _case_broken(attempt, right, where):
    if not isinstance(right, tuple):
        return _broken(attempt, np.shape(right), where)
    if attempt.error is not None or attempt.value is None:
        return _broken(attempt, (), where)
    if not isinstance(attempt.value, tuple) or len(attempt.value) != len(right):
        return f"It must return {len(right)} things in a tuple, new w and new b."
    parts = zip(attempt.value, right, strict=True)
    return next(filter(None, (_broken(Attempt(a), np.shape(b), where) for a, b in parts)), None)


def _case_problems(function, reference, rivals, cases):
    """What is wrong in the cases: the ordinary ones first, and the special ones only after them."""
    results = []
    for case in cases:
        attempt = _try(function, *case.arguments, **case.options)
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
        return f"{where} you give {_text(came)}; {_text(right)} is right. {words}"

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
    got = np.asarray(_try(function, *(np.float32(a) for a in arguments)).value).dtype
    if got == np.float32:
        return []
    return [f"Given float32 it returns {got}; the dtype should be kept."]


def check_softmax(my_softmax):
    """Try ``my_softmax(z)``: probabilities along the last axis, shape and dtype kept.

    If it takes ``axis`` by name, the first axis is tried as well. Returns a `Verdict`.
    """
    _callable(my_softmax, "my_softmax")
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
        (lambda z, axis=-1: _sigmoid(z), "That is the logistic function of each score by itself."),
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
    problems = _case_problems(my_softmax, softmax, rivals, cases)
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
    _callable(my_update, "my_update")
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
        (of_step(_sigmoid), "You compare y with σ(z): the perceptron puts z through the step."),
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
    problems = _case_problems(my_update, rule, rivals, cases)
    praise = "right: it learns from both kinds of mistake, and from nothing else."
    return Verdict("perceptron update", praise, tuple(problems))


def check_maxout(my_maxout):
    """Try ``my_maxout(X, weights, biases)``: for each unit, the largest of its k affine pieces.

    Shapes: X (samples, features), weights (k, features, units), biases (k, units), result (samples,
    units). Returns a `Verdict`.
    """
    _callable(my_maxout, "my_maxout")

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
    problems = _case_problems(
        my_maxout, lambda X, W, b: pieces(X, W, b).max(axis=0), rivals, cases
    )
    if not problems:
        problems = _floats_kept(my_maxout, *cases[0].arguments)
    return Verdict("maxout", "right for every number of pieces and units tried.", tuple(problems))
