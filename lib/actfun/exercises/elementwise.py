"""Checking a reader's activation function, or its derivative."""

from __future__ import annotations

import dataclasses
import inspect
import math

import numpy as np

from actfun.activations import ALL
from actfun.exercises.mistakes import reason_for
from actfun.exercises.trying import (
    HUGE,
    LOST,
    TOLERANCE,
    Verdict,
    as_text,
    attempt_call,
    broken,
    check_callable,
    try_at,
    what_came,
)


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
        return f"{single}{what_came(x[i], mine[i], right[i])} {words}"

    if at_zero.any():
        yield "zero", told(at_zero, "The formula divides 0 by 0 there: cancel x, or treat 0 apart.")
    if (sane & near).any() or (blown & near & (x != 0)).any():
        ordinary = near & (x != 0) | near & np.isfinite(mine)
        if single:
            words = "In float64 you are right: somewhere digits cancel, or a constant is rounded."
        else:
            here = (v[ordinary] for v in (x, mine, right, wrong))
            words = reason_for(call, f, derivative, *here)
        yield "value", told(wrong & near & ordinary, words)
    if (blown & ~near & ~tiny).any():
        yield (
            "overflow",
            told(
                blown & ~near & ~tiny,
                "An exponential overflows to ∞, and ∞ − ∞, ∞/∞ and 0·∞ have no value: rewrite the "
                "formula so that only exponentials of numbers ≤ 0 are taken.",
            ),
        )
    if (sane & near).any():
        return
    if (sane & tiny).any():
        yield (
            "cancellation",
            told(
                sane & tiny,
                "Close to 0 two nearly equal numbers cancel (such as eˣ − 1): np.expm1, np.log1p "
                "or np.tanh keep the digits.",
            ),
        )
    far = sane & ~tiny
    if (far & (mine == 0)).any():
        yield (
            "saturation",
            told(
                far & (mine == 0),
                "Rounded to 0 too early: a difference such as 1 − s or 1 − tanh², or a sum such as "
                "1 + eˣ, loses the small term. Rewrite it with e^−|x|"
                + (
                    ", or your network stops learning there."
                    if derivative
                    else ", np.log1p or erfc."
                ),
            ),
        )
    elif far.any():
        yield "far", told(far, "Right near 0 only: out there something cuts it off, or cancels.")


def _limit_problems(call, f, derivative):
    """±∞ must give the limit; nan must stay nan, in a slope as well, where it is only a hint."""
    for x in (-np.inf, np.inf):
        limit, _ = _expected(f, derivative, x)
        mine = try_at(call, x)
        if not np.isclose(mine, limit, rtol=1e-6, atol=1e-12, equal_nan=True):
            words = "It is the limit that is asked for."
            if math.isnan(mine):
                words = (
                    "Products such as −∞ · 0 have no value: stop x at a large finite number "
                    "with np.maximum or np.clip, or choose another form."
                )
            yield "limit", f"{what_came(x, mine, float(limit))} {words}"
    if not np.isnan(try_at(call, np.nan)):
        yield (
            "nan hint" if derivative else "nan",
            (
                f"{what_came(np.nan, try_at(call, np.nan), np.nan)} An error upstream must stay "
                "visible. Comparisons with nan are false: np.maximum, np.minimum and np.clip keep "
                "it; so does np.where if its last argument contains x."
            ),
        )


def _kink_hint(call, f):
    """Any slope between those on both sides is right; tell where it is another than the book's."""
    for x in f.kinks if f.smoothness == 0 else ():
        mine, ours = try_at(call, x), float(f.derivative(x))
        if not np.isclose(mine, ours):
            yield (
                "kink hint",
                (
                    f"At the kink x = {as_text(x)} you give {as_text(mine)}, this book "
                    f"{as_text(ours)}: every slope between those on both sides is right there."
                ),
            )


def _form_problems(call, f, derivative):
    """Shapes, dtypes, integers, overwritten inputs and warnings, once the values are right."""
    x = np.linspace(-2.5, 2.5, 6)
    flat = call(x).value
    for shape in ((), (2, 3), (3, 1, 2)):
        part = x[:1] if shape == () else x
        attempt = call(part.reshape(shape))
        words = broken(attempt, shape, f"with an array of shape {shape}")
        if words is None and not np.array_equal(np.ravel(attempt.value), flat[: part.size]):
            words = f"In shape {shape} the same numbers give other values than in a row."
        if words:
            yield "shape", words
            break
    for dtype in (np.float64, np.float32):
        got = np.asarray(call(x.astype(dtype)).value).dtype
        if got != dtype:
            yield (
                "dtype",
                (
                    f"Given {np.dtype(dtype)} it returns {got}; the dtype of x should be kept: end "
                    "with .astype(x.dtype), or build the result from x."
                ),
            )
            break
    whole = np.arange(-3, 4)
    attempt = call(whole)
    words = broken(attempt, whole.shape, "with an array of integers")
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
        yield (
            "warning hint",
            (
                f"NumPy warns at x = {as_text(at)}, though the result is right: a large number "
                "overflows on the way. np.where computes both of its branches and throws one away; "
                "bound the input there, as in np.exp(np.minimum(x, 0))."
            ),
        )


def _examine(call, f, derivative):
    """Everything to tell, as {kind: words}; in float32 only what float64 does not show."""
    found = {}
    for dtype in (np.float64, np.float32):
        x = _points(f, dtype)
        attempt = call(x)
        if words := broken(attempt, x.shape, f"with an array of {np.dtype(dtype)}"):
            alone = (t for t in x if call(np.array([t])).error is not None)
            if attempt.error is not None and (bad := next(alone, None)) is not None:
                words += f" The first number that it fails at is x = {as_text(bad)}."
            return {"broken": words}
        for kind, words in _value_problems(call, f, derivative, dtype, attempt.value):
            found.setdefault(kind, words)
        if found:
            break
    if not found:
        found.update(_limit_problems(call, f, derivative))
        if derivative:
            found.update(_kink_hint(call, f))
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
    be called or the activation has no such parameter. At a kink every subgradient is right; one
    that is not the book's is a hint, as are a warning and a slope that turns nan into a number.
    """
    check_callable(my_f, "my_f")
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
            trials.append((other, {**given, name: value}, f"With {name} = {as_text(value)}: "))
    for f_tried, options, prefix in trials:
        found = _examine(lambda x, o=options: attempt_call(my_f, x, **o), f_tried, derivative)
        kinds_of_hint = ("kink hint", "nan hint", "warning hint")
        hints = tuple(found.pop(kind) for kind in kinds_of_hint if kind in found)
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
