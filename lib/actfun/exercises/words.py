"""What the reader is told: the verdict, and numbers as they stand in its sentences."""

import re
import textwrap
from dataclasses import dataclass

import numpy as np

SHOWN = 3  # problems told at a time
ADVICE = {  # a pattern in what is said of an exception and of the reader's line, and what to tell
    r"np\.max\(|np\.min\(": "np.max and np.min take the largest and smallest of one array; "
    "np.maximum and np.minimum compare two, number by number.",
    "truth value": "A Python if (also inside max, min, and, or) needs one true or false, and an "
    "array holds many: use np.where, np.maximum or np.minimum.",
    "converted to|must be real number": "Python's math functions and float() take a single number: "
    "use NumPy's.",
    "math range": "Python's math functions raise where NumPy's give inf: use NumPy's.",
    "item assignment": "Of a single number a formula makes no array, and nothing can be assigned "
    "to its parts: put np.array(…) around the formula.",
    "of integers, .*Cannot cast": "An array of integers takes no fractions: begin with "
    "x = np.array(x + 0.0).",
}


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


def advice(said, table=ADVICE):
    """What helps against an exception, or a warning, as far as its words tell."""
    return next((words for part, words in table.items() if re.search(part, said)), "")


def as_text(value, digits=4):
    """A number in words, or all numbers of an array."""
    if np.ndim(value):
        return f"[{', '.join(as_text(v, digits) for v in value)}]"
    text = re.sub(r"e\+?(-?)0*", r"e\1", f"{float(value) + 0.0:.{digits}g}")
    return text.replace("-", "−").replace("inf", "∞")


def apart(mine, right, digits=4):
    """Both numbers as text, with as many digits as it takes to differ."""
    texts = [(as_text(mine, n), as_text(right, n)) for n in range(digits, 18)]
    return next((pair for pair in texts if pair[0] != pair[1]), texts[-1])


def what_came(x, mine, right):
    """The input, what came and what is right."""
    came, wanted = apart(mine, right)
    return f"At x = {as_text(x, 6)} you give {came}; {wanted} is right."


def agreement(mine, right):
    """A sentence on to how many digits the worst of these values is right, if to two or more."""
    with np.errstate(all="ignore"):
        worst = np.fmax.reduce(np.abs(np.subtract(mine, right) / right), axis=None)  # 0/0 is right
    agree = np.isfinite(mine).all() and 0 < worst <= 0.01
    return f"It agrees to {int(-np.log10(worst))} digits." if agree else ""
