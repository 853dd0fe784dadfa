"""What an answer may be, and what is wrong with one: a number, names, or a function."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from actfun.exercises.cases import Case, case_problems
from actfun.exercises.trying import as_text, check_callable

CLOSE = 0.01  # of a number's size: an answer may be rounded to three digits


def _within(mine, value):
    low, high = value if isinstance(value, tuple) else (value - CLOSE * abs(value),
                                                        value + CLOSE * abs(value))  # fmt: skip
    return low <= mine <= high


@dataclass(frozen=True)
class Number:
    """A number. ``right`` and what is wrong may be ranges (low, high), ends included."""

    name: str
    right: float | tuple[float, float]
    mistakes: tuple = ()

    def problems(self, mine):
        if np.ndim(mine) != 0 or np.asarray(mine).dtype.kind not in "fiub":
            raise TypeError(f"{self.name} must be a number, got {type(mine).__name__}")
        if _within(mine, self.right):
            return []
        size = "small" if mine < np.min(self.right) else "large"
        otherwise = "It is not a number." if math.isnan(mine) else f"It is too {size}."
        words = next((words for wrong, words in self.mistakes if _within(mine, wrong)), otherwise)
        return [f"you give {as_text(float(mine))}. {words}"]


def _plain(name):
    return "".join(filter(str.isalnum, str(name).lower()))


@dataclass(frozen=True)
class Names:
    """One word or several, in any order. ``others`` may be named too, but nobody does."""

    name: str
    right: tuple
    mistakes: tuple = ()
    others: tuple = ()

    def problems(self, mine):
        given = mine if isinstance(mine, (list, tuple, set, frozenset, np.ndarray)) else [mine]
        allowed = [*self.right, *(wrong for wrong, _ in self.mistakes), *self.others]
        spelt = {_plain(name): name for name in allowed}
        if unknown := [name for name in given if _plain(name) not in spelt]:
            options = ", ".join(repr(str(name)) for name in spelt.values())
            raise ValueError(f"{self.name} must be among {options}, got {unknown[0]!r}")
        named, right = {_plain(name) for name in given}, {_plain(name) for name in self.right}
        words = {_plain(wrong): words for wrong, words in self.mistakes}
        found = [
            f"you name {name}. {words.get(plain, 'It is not among them.')}"
            for plain, name in spelt.items()
            if plain in named - right
        ]
        missing = len(right - named)
        return found or [f"{missing} more to find."] * (missing > 0)


@dataclass(frozen=True)
class Function:
    """A function to try in the cases; what is wrong with it is another function."""

    name: str
    right: object
    cases: tuple[Case, ...]
    mistakes: tuple = ()

    def problems(self, mine):
        check_callable(mine, self.name)
        return case_problems(mine, self.right, self.mistakes, self.cases)
