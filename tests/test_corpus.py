"""Hundreds of right and wrong answers to the exercises, and what must be said of each.

The answers stand in ``tests/answers/``: what is checked, the answer and, for a wrong one, what must
be said (several pieces parted by " & ") and what must not.
"""

import functools
import linecache
import math
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf, erfc, expit, ndtr

import actfun
from actfun.exercises import (
    check_activation,
    check_answer,
    check_maxout,
    check_perceptron,
    check_softmax,
)
from actfun.exercises.questions import QUESTIONS

ANSWERS = Path(__file__).parent / "answers"
NAMES = {name: getattr(actfun, name) for name in actfun.__all__ if hasattr(actfun, name)} | {
    "np": np, "math": math, "functools": functools, "Decimal": Decimal, "Fraction": Fraction,
    "erf": erf, "erfc": erfc, "expit": expit, "ndtr": ndtr,
}  # fmt: skip
OTHERS = {"softmax": check_softmax, "maxout": check_maxout, "perceptron": check_perceptron}
STYLES = (
    "lambda x: {}",
    "lambda x, more=None: {}",
    "functools.partial(lambda k, x: {}, 1)",
    "type('F', (), {{'__call__': lambda self, x: {}}})()",
    "lambda x: np.asarray({})",
)


def lines(name):
    for line in (ANSWERS / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in f"{line} ".split(" | ")]


def evaluate(answer):
    linecache.cache["answer.py"] = len(answer), None, [answer], "answer.py"
    space, mode = dict(NAMES), "exec" if answer.startswith("def ") else "eval"
    value = eval(compile(answer, "answer.py", mode), space)
    return space.get("f", value)


def is_formula(what, answer):
    """Whether this is a formula in x, rather than a function or an answer to a question."""
    open_ended = answer.startswith(("lambda", "def ", "functools.", "np.vectorize", "ELU("))
    return what.split("'")[0].split()[0] not in {*OTHERS, *QUESTIONS} and not open_ended


def verdict(what, answer):
    key = re.split(r"['\s]", what)[0]
    mine = evaluate(answer)
    if key in OTHERS:
        return OTHERS[key](mine)
    if key in QUESTIONS:
        return check_answer(mine, key)
    given = dict(pair.split("=") for pair in what.split()[1:])
    given = {name: eval(value) for name, value in given.items()}
    return check_activation(mine, key, derivative=what.startswith(key + "'"), **given)


RIGHT = [
    (what, style.format(answer))
    for what, answer in lines("right.txt")
    for style in (STYLES if is_formula(what, answer) else ("{}",))
]


@pytest.mark.parametrize(("what", "answer"), RIGHT)
def test_right_answers_pass(what, answer):
    got = verdict(what, answer)
    assert got.passed and ": right" in repr(got), repr(got)
    assert not got.problems


@pytest.mark.parametrize(("what", "answer", "said", "unsaid"), [
    (*cells, "")[:4] for cells in lines("wrong.txt")
])  # fmt: skip
def test_wrong_answers_are_told_what_is_wrong(what, answer, said, unsaid):
    got = verdict(what, answer)
    words = " ".join(repr(got).split())
    assert not got.passed and not got
    for piece in said.split(" & "):
        assert piece.strip() in words, repr(got)
    for piece in filter(None, unsaid.split(" & ")):
        assert piece not in words, repr(got)
    assert "0x" not in words and "NoneType" not in words
    assert max(map(len, repr(got).splitlines())) <= 88
    for came, right in re.findall(r"you give (.+?); (.+?) is right", words):
        assert came != right, "the same number as wrong and as right"
