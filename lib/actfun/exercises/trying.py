"""Calling a reader's function, and putting what happened into words."""

from __future__ import annotations

import math
import textwrap
import warnings
from dataclasses import dataclass

import numpy as np

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
        """Whether nothing is wrong."""
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
        return "\n".join(textwrap.fill(t, 76, subsequent_indent="   ", **whole) for t in lines)


# ------------------------------------------------------------------ calling the reader's function

ERRORS = (  # part of an exception's message, and what to tell
    ("truth value", "A Python if (also inside max, min, and, or) needs one true or false, and an "
     "array holds many: use np.where, np.maximum or np.minimum."),
    ("converted to", "The functions of Python's math module take a single number: use NumPy's."),
    ("math range", "Python's math functions raise where NumPy's give inf: use NumPy's."),
    ("positional argument", "It must be possible to call it with the arguments of the exercise."),
    ("Cannot cast", "An integer array cannot hold the result of the operation in place."),
    ("broadcast", "The shapes do not fit: a sum or maximum along an axis needs keepdims=True."),
    ("out of bounds for array of dim", "The last axis of an array of any shape is axis=-1."),
)  # fmt: skip


def check_callable(function, name):
    if not callable(function):
        raise TypeError(f"{name} must be a function, got {type(function).__name__}")


@dataclass
class Attempt:
    """One call of the reader's function: what it returned, raised, warned of and overwrote."""

    value: object = None
    error: Exception | None = None
    warned: bool = False
    changed: bool = False


def attempt_call(function, *arguments, **options):
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
        if isinstance(then, np.ndarray)
    )
    return attempt


def broken(attempt, shape, where):
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


def as_text(value, digits=4):
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value + 0.0:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else text).replace("-", "−")


def what_came(x, mine, right):
    """The input, what came and what is right, with as many digits as it takes to differ."""
    for digits in (4, 7, 10, 13):
        texts = as_text(mine, digits), as_text(right, digits)
        if texts[0] != texts[1]:
            break
    return f"At x = {as_text(x, 6)} you give {texts[0]}; {texts[1]} is right."


def try_at(call, x):
    value = call(np.array([x])).value
    return float(np.ravel(value)[0]) if np.size(value) and value is not None else math.nan
