"""What an answer may be, and what is wrong with one: a number, names, or a function."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from actfun import activations
from actfun.exercises.cases import Case, case_problems
from actfun.exercises.mistakes import VALUES, explanation, inside, outside
from actfun.exercises.trying import Attempt, Unusable, as_array, check_callable, raised
from actfun.exercises.words import advice, as_text

CLOSE = 0.01  # of a number's size: an answer may be rounded to three digits
WORDS = {"swish": "silu", "logistic": "sigmoid", "hyperbolictangent": "tanh", "rectifier": "relu",
         "linear": "identity", "heaviside": "step", "yes": "true", "no": "false",
         "1": "true", "0": "false"}  # fmt: skip


def _within(mine, value, close=CLOSE):
    if isinstance(value, tuple):
        return value[0] <= mine <= value[1]
    return abs(mine - value) <= close * abs(value)


@dataclass(frozen=True)
class Number:
    """A number. ``right`` and the keys of ``mistakes`` may be ranges (low, high), ends included.

    A ``share`` may be given in percent. A whole number is counted or chosen, so that the general
    mistakes (a square, a half) say nothing of it.
    """

    name: str
    right: float | tuple[float, float]
    mistakes: dict = field(default_factory=dict)
    share: bool = False

    def problems(self, mine):
        try:
            value = float(as_array(mine).item())
        except (Unusable, ValueError):  # ValueError: it holds none or several
            raise TypeError(f"{self.name} must be a number, got {type(mine).__name__}") from None
        if any(_within(v, self.right) for v in (value, value / 100)[: 1 + self.share]):
            return []
        near, share = np.mean(self.right), value
        if self.share and value > 1:
            share = min(value, value / 100, key=lambda v: max(v / near, near / v))
        words = next((words for wrong, words in self.mistakes.items() if _within(share, wrong)), "")
        if not words and not isinstance(self.right, tuple) and self.right % 1:
            slips = ((words, change(np.float64(self.right))) for words, change in VALUES.items())
            words = explanation(slips, lambda wrong: _within(share, wrong, CLOSE / 2))
        size = "too small" if share < np.min(self.right) else "too large"
        size = "not a number" if math.isnan(share) else size
        return [f"you give {as_text(value)}. {words or f'It is {size}.'}"]


def plain(name):
    """A name as it is compared: of an activation or its class its name, letters and digits only."""
    name = next((f for f in activations.ALL if type(f) is name), name)
    letters = "".join(filter(str.isalnum, str(name).lower()))
    return WORDS.get(letters, letters)


@dataclass(frozen=True)
class Names:
    """One word or several, in any order; those in ``free`` may be named or left out."""

    name: str
    right: tuple
    mistakes: dict = field(default_factory=dict)
    free: tuple = ()

    def problems(self, mine):
        given = re.split(r"[,;/\n]|\band\b", mine) if isinstance(mine, str) else mine
        several = isinstance(given, Iterable) and getattr(given, "ndim", 1) > 0
        named = {plain(name): name for name in (np.ravel(list(given)) if several else [given])}
        own = {plain(name): str(name) for name in (*self.right, *self.mistakes)}
        functions = {plain(f): str(f) for f in activations.ALL}
        for word, name in named.items():
            if word not in own | functions:
                among = "names of activations in actfun.ALL" if set(own) & set(functions) else (
                    "among " + ", ".join(sorted(own.values())))  # fmt: skip
                raise ValueError(f"{self.name} must be {among}, got {str(name)!r}")
        words = {plain(wrong): words for wrong, words in self.mistakes.items()}
        right, free = set(map(plain, self.right)), set(map(plain, self.free))
        found = [f"you name {name}. {words.get(word, 'It is not among them.')}"
                 for word, name in (functions | own).items()
                 if word in set(named) - right - free]  # fmt: skip
        missing = len(right - free - set(named))
        return found or [f"{missing} more to find."] * (missing > 0)


@dataclass(frozen=True)
class Function:
    """A function to try in the cases; ``mistakes`` are words and wrong functions.

    ``needs`` are conditions that no table of values holds: words for whoever fails them.
    """

    name: str
    right: object
    cases: tuple[Case, ...]
    mistakes: dict = field(default_factory=dict)
    needs: dict = field(default_factory=dict)

    def problems(self, mine):
        check_callable(mine, self.name)
        wrong = [*self.mistakes.items(), *outside(self.right), *inside(self.right)]
        problems = case_problems(mine, self.right, wrong, self.cases)
        found = [f"{words} {advice(words)}".rstrip() for words in problems]
        tried = [(words, Attempt(condition, mine)) for words, condition in self.needs.items()]
        return found or [f"elsewhere {raised(attempt.error)}" if attempt.error else words
                         for words, attempt in tried if not attempt.value]  # fmt: skip


@dataclass(frozen=True)
class Together:
    """A condition on all answers of a question, with words for whoever fails it."""

    words: str
    condition: object
