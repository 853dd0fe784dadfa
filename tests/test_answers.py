"""Every exercise of the book is checked: right answers pass, the usual wrong ones are named."""

import functools
import itertools
import re

import numpy as np
import pytest
from conftest import NOTEBOOKS, read_notebook

from actfun import diagnostics, network
from actfun.activations import ALL, Sigmoid, Softplus, Tanh
from actfun.exercises import check_answer
from actfun.exercises.answers import Function, Names, Number, Together
from actfun.exercises.questions import QUESTIONS

EXERCISE = re.compile(
    r"^```\{exercise-start\}[^\n]*\n:label: (\S+)\n```\n(.*?)^```\{exercise-end\}", re.M | re.S
)
SOLUTION = re.compile(r"^```\{(?:solution-start\} (\S+)|(solution-end)\})", re.M)


def exercises():
    """By label: the text of the exercise, the code of its solution and what that prints."""
    found = {}
    for path in NOTEBOOKS:
        inside = None
        for cell in read_notebook(path).cells:
            if cell.cell_type == "markdown":
                found |= {label: [text, "", ""] for label, text in EXERCISE.findall(cell.source)}
                for start, end in SOLUTION.findall(cell.source):
                    inside = None if end else start
            elif inside:
                found[inside][1] += cell.source + "\n"
                for output in cell.outputs:
                    data = output.get("data", {}).get("text/plain", "")
                    found[inside][2] += output.get("text", "") + data + "\n"
    return found


BOOK = exercises()
X = np.linspace(-8, 8, 161)


def key_of(label):
    return label.replace("-exercise-", "-")


def words(verdict):
    return " ".join(repr(verdict).split())


# ------------------------------------------------------------------------------------- in the book


@pytest.mark.parametrize("label", BOOK)
def test_every_exercise_says_how_it_is_checked_and_its_solution_passes(label):
    text, code, printed = BOOK[label]
    checks = set(re.findall(r"`(check_\w+)", text))
    assert checks, "the text names no check"
    assert all(f"{check}(" in code for check in checks), "the solution is not checked"
    if "check_answer" in checks:
        assert f'"{key_of(label)}")`' in text and f'"{key_of(label)}")' in code
        assert f"{key_of(label)}: right" in printed
    else:
        assert ": right" in printed


def test_no_question_is_left_from_an_exercise_that_is_gone():
    assert len(BOOK) > 40
    assert set(QUESTIONS) <= set(map(key_of, BOOK))


# --------------------------------------------------------------------------------- what they accept


def an_answer(part, value):
    """Something to hand in that is this value: for a range its middle."""
    if isinstance(part, Number):
        return float(np.mean(value))
    return value


def parts_of(key):
    return [part for part in QUESTIONS[key][1:] if not isinstance(part, Together)]


PARTS = [(key, i) for key in QUESTIONS for i in range(len(parts_of(key)))]


def hand_in(key, **instead):
    """The right answers, with those whose number is given replaced."""
    parts = parts_of(key)
    answers = [an_answer(part, part.right) for part in parts]
    for i, answer in instead.items():
        answers[int(i[1:])] = answer
    return check_answer(answers if len(parts) > 1 else answers[0], key)


@pytest.mark.parametrize("key", QUESTIONS)
def test_right_answers_pass(key):
    verdict = hand_in(key)
    assert verdict and repr(verdict).startswith(f"{key}: right"), verdict


@pytest.mark.parametrize(("key", "i"), PARTS, ids=lambda v: str(v))
def test_each_usual_mistake_gets_its_own_words(key, i):
    part = parts_of(key)[i]
    for wrong, said in part.mistakes.items():
        if isinstance(part, Function):
            wrong, said = said, wrong
        verdict = hand_in(key, **{f"_{i}": an_answer(part, wrong)})
        assert not verdict and f"{part.name}: " in repr(verdict), (wrong, verdict)
        assert said in words(verdict), (wrong, verdict)


@pytest.mark.parametrize("key", QUESTIONS)
def test_each_exercise_knows_at_least_two_mistakes(key):
    known = sum(len(part.mistakes) for part in parts_of(key))
    assert known >= 2, f"{key} knows {known} mistakes; CONTRIBUTING.md, Add a page: two a question"


@pytest.mark.parametrize(("key", "i"), PARTS, ids=lambda v: str(v))
def test_other_wrong_answers_are_wrong_as_well(key, i):
    part = parts_of(key)[i]
    if isinstance(part, Number):
        size = np.max(np.abs(part.right))
        for wrong, said in ((-1e6 * size, "small"), (1e6 * size, "large"), (np.nan, "not a num")):
            assert said in words(hand_in(key, **{f"_{i}": wrong})), part.name
    elif isinstance(part, Names):
        assert "more to find" in words(hand_in(key, **{f"_{i}": []}))
    else:
        assert isinstance(part, Function)
        assert "it raises" in words(hand_in(key, **{f"_{i}": lambda: 0}))
        assert "is the return missing" in words(hand_in(key, **{f"_{i}": lambda *x: None}))


# --------------------------------------------------------------------------------- wrong questions


def test_unknown_keys_are_refused():
    with pytest.raises(ValueError, match=r"'softplus-inverse', .*'elu-fixed'.*got 'elu-fxed'"):
        check_answer(2.58, "elu-fxed")
    with pytest.raises(ValueError, match=r"got 'elu-exercise-fixed'"):
        check_answer(2.58, "elu-exercise-fixed")


@pytest.mark.parametrize(
    ("mine", "given"),
    [(1, "int"), ("abc", "str"), ((1, -1), "2 of them"), ((1, -1, 1, 1), "4 of them")],
)
def test_too_few_and_too_many_answers_are_refused(mine, given):
    names = r"asks for 3 answers \(f\(1\), f\(−1\), slope at 0\)"
    with pytest.raises(ValueError, match=f"{names}, got {given}$"):
        check_answer(mine, "tanh-lecun")


def test_answers_of_the_wrong_kind_are_refused():
    with pytest.raises(TypeError, match="variance must be a number, got str"):
        check_answer("2.58", "elu-fixed")
    with pytest.raises(TypeError, match="variance must be a number, got complex"):
        check_answer(2.58j, "elu-fixed")
    with pytest.raises(TypeError, match="variance must be a number, got list"):
        check_answer([2.58, 2.58], "elu-fixed")
    with pytest.raises(TypeError, match="neuron must be a function, got list"):
        check_answer([1, 2, -2], "neuron-line")


def test_an_unknown_name_is_refused_without_a_word_of_the_right_ones():
    with pytest.raises(ValueError, match=r"rows must be names of .*, got 'Swich'$") as refused:
        check_answer(["Swich"], "choosing-entry")
    assert "SiLU" not in str(refused.value) and "GELU" not in str(refused.value)
    with pytest.raises(ValueError, match="accuracy must be among falls, rises, stays, got 'up'$"):
        check_answer(("up", "falls", 1), "softmax-temperature")


def test_a_new_function_with_the_property_is_asked_for_by_softplus_odd_and_accepted():
    names = [str(f) for f in ALL if np.allclose(f(X) - f(-X), X)]
    assert set(names) - {"Softplus"} == set(parts_of("softplus-odd")[0].right) - {"Softplus"}
    assert check_answer(names, "softplus-odd")


def test_functions_of_the_library_are_answers_too():
    assert not check_answer(Softplus(), "softplus-inverse")
    assert not check_answer((Sigmoid(), Tanh()), "relu-hinges")


def permuted(order, biases=True):
    """The loss half-way between the moons' network and its copy with the units in this order."""
    net, between = trained_on_moons(), trained_on_moons()
    for layer, first in zip(between.layers, (True, False), strict=True):
        moved = layer.weights[:, order] if first else layer.weights[order]
        bias = layer.bias[order] if first and biases else layer.bias
        layer.weights, layer.bias = (layer.weights + moved) / 2, (layer.bias + bias) / 2
    loss = [one.gradients(MOONS.X, MOONS.y).loss for one in (net, between)]
    return loss[0], loss[0], loss[1]


MOONS = diagnostics.moons()


@functools.cache
def moons_network():
    net = network.MLP([2, 8, 1], Tanh(), init="xavier", loss="logistic", seed=0)
    net.fit(MOONS.X, MOONS.y, epochs=40, learning_rate=0.1)
    return net


def trained_on_moons():
    return moons_network().copy()


def test_every_order_of_the_units_is_right_but_the_one_they_have():
    rng = np.random.default_rng(0)
    orders = [rng.permutation(8) for _ in range(200)]
    for i, j in itertools.combinations(range(8), 2):
        orders.append(np.arange(8))
        orders[-1][[i, j]] = j, i
    for order in orders:
        verdict = check_answer(permuted(order), "properties-permute")
        assert verdict, (order, verdict)
    assert "copy" in words(check_answer(permuted(np.arange(8)), "properties-permute"))
