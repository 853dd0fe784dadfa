"""Every exercise of the book is checked: right answers pass, the usual wrong ones are named."""

import re

import numpy as np
import pytest
from conftest import NOTEBOOKS, read_notebook

from actfun.activations import ALL, ReLU, Sigmoid, Softplus, Step, Tanh
from actfun.exercises import check_answer
from actfun.exercises.answers import Function, Names, Number
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
    elif label != "relu-exercise-notes":  # which looks at a wrong one
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


PARTS = [(key, i) for key, (_, *parts) in QUESTIONS.items() for i in range(len(parts))]


def hand_in(key, **instead):
    """The right answers, with those whose number is given replaced."""
    _, *parts = QUESTIONS[key]
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
    part = QUESTIONS[key][1 + i]
    for wrong, said in part.mistakes:
        verdict = hand_in(key, **{f"_{i}": an_answer(part, wrong)})
        assert not verdict and f"{part.name}: " in repr(verdict), (wrong, verdict)
        assert said in words(verdict), (wrong, verdict)


@pytest.mark.parametrize("key", QUESTIONS)
def test_each_exercise_knows_at_least_two_mistakes(key):
    assert sum(len(part.mistakes) for part in QUESTIONS[key][1:]) >= 2


@pytest.mark.parametrize(("key", "i"), PARTS, ids=lambda v: str(v))
def test_other_wrong_answers_are_wrong_as_well(key, i):
    part = QUESTIONS[key][1 + i]
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


# --------------------------------------------------------- what readers hand in, computed by hand

relu, step = ReLU(), Step()


def inverse_in_one_piece(s):
    return np.log(np.exp(s) - 1)


def xor_of(b):
    def xor(X):
        hidden = step(X @ np.array([[1, 1], [1, 1]]) + np.array([-0.5, -1.5]))
        return step(hidden @ np.array([1, -1]) + b)

    return xor


ODD = QUESTIONS["softplus-odd"][1].right
RIGHT = [
    ("neuron-write", lambda X, w, b, f: f(np.sum(X * w, axis=1) + b)),
    ("neuron-line", lambda X: np.array(X) @ [0.1, 0.2] >= 0.2),
    ("neuron-xor", xor_of(-0.5)),
    ("why-nonlinear-xor", lambda s: 2 * relu(s - 0.5) - 3 * relu(s - 1)),
    ("why-nonlinear-pattern", [np.True_, np.False_]),
    ("logistic-bias", (-0.54, 0.658)),
    ("tanh-lecun", np.array([1, -1, 1.144])),
    ("relu-hinges", (lambda x: x + 2 * relu(-x), lambda x: (relu(x + 1) - relu(x - 1)) / 2)),
    ("softplus-odd", {f.key if f.name != "GELU (tanh)" else f.name for f in ALL if str(f) in ODD}),
    ("softmax-twice", [0.576, 0.551, 0.00271, 5.91]),
    ("elu-fixed", 2.58),
    ("mish-exact", 3.53),
    ("comparison-twin", (1.77, 0.0139, 0.184)),
    ("comparison-twin", (1.8, 0.01, 0.18)),
    ("properties-gain", (1.53, 1.68, 1.59)),
    ("choosing-entry", ["GELU", "SiLU"]),
    ("choosing-repair", [1.0, 0.86]),
]


@pytest.mark.parametrize(("key", "mine"), RIGHT, ids=lambda v: v if isinstance(v, str) else "")
def test_right_answers_in_other_forms_pass(key, mine):
    assert check_answer(mine, key)


WRONG = [
    ("neuron-line", lambda X: X @ [-1, -2] + 2 >= 0, "reverse all signs"),
    ("neuron-line", lambda X: X @ [2, 1] - 2 >= 0, "through (1, 0) and (0, 2)"),
    ("neuron-xor", xor_of(0), "needs a bias below 0"),
    ("neuron-xor", lambda X: X.max(axis=1), "That is OR"),
    ("neuron-write", lambda X, w, b, f: f(X * w + b), "returns shape (4, 3); (4,) is expected"),
    ("perceptron-pocket", (1, 0.94), "counts from 0"),
    ("why-nonlinear-pattern", (True, True), "one matrix would do for the whole plane"),
    ("logistic-bias", (0.543, 0.6576), "log-odds of benign"),
    ("logistic-bias", (-0.543, 0.6931), "the loss of b = 0"),
    ("tanh-lecun", (1, 1, 1.144), "tanh is odd"),
    ("tanh-lecun", (1, -1, 1.7159), "slope at 0: you give 1.716. By the chain rule"),
    ("relu-hinges", (lambda x: relu(x) - relu(-x), lambda x: np.clip(x, 0, 1)), "my_abs: For x"),
    ("relu-hinges", (np.abs, lambda x: relu(x + 1) - relu(x - 1)), "the slope is ½"),
    ("leaky-relu-deeper", (-10, 5), "leak of 0.01"),
    ("leaky-relu-gain", (0.545, 0.917), "factor: you give 0.917. That is for the variance"),
    ("softplus-inverse", inverse_in_one_piece, "For s = [1e−20] you give [−∞]; [−46.1] is right."),
    ("softplus-inverse", inverse_in_one_piece, "For s = [1e3] you give [∞]; [1e3] is right. eˢ"),
    ("softplus-odd", [*ODD[2:], "Mish"], "Mish. Close"),
    ("softplus-odd", ODD[2:], "2 more to find"),
    ("softplus-odd", ["Step", "ReLU"], "you name Step. It is not among them"),
    ("elu-fixed", 1.606, "the gain is its square"),
    ("elu-fixed", 3.1, "too large"),
    ("elu-dropout", 0.9, "division by 1 − p is missing"),
    ("softmax-twice", (0.475, 0.551, 0.00271, 5.91), "there are 2 classes, not 3"),
    ("softmax-twice", (0.576, 0.795, 0.00271, 5.91), "in bits"),
    ("softmax-temperature", ("stays", "rises", 1), "a large T brings the scores together"),
    ("mish-exact", 1.262, "That is ln b"),
    ("mish-cap", (5.7, "gradient"), "most of the loss stays"),
    ("silu-gelu-threshold", (lambda x: x * (1 + np.tanh(x)) / 2, 2), "Compare your code"),
    ("silu-gelu-threshold", (lambda x: x / 2 * np.exp(-np.abs(x)), 2), "it falls again"),
    ("silu-gelu-repel", (1, 0.173, 1.14, 28.9, 34.2), "the factor v gives 1 more"),
    ("comparison-twin", (1.702, 0.02, 0.184), "the value of the paper"),
    ("comparison-elu", ("tanh", 0.86), "Only its left side"),
    ("properties-gain", (2.35, 1.68, 1.59), "gain in variance: take the root"),
    ("maxout-tent", (lambda x: 1 - np.abs(x), 3, 2), "falls below 0"),
    ("choosing-entry", ("SiLU", Tanh()), "Its slope at 0 is 1"),
    ("choosing-repair", (0.96, 0.09), "second way: you give 0.09. That is still chance"),
]


@pytest.mark.parametrize("case", range(len(WRONG)))
def test_wrong_answers_are_told_what_is_wrong(case):
    key, mine, said = WRONG[case]
    verdict = check_answer(mine, key)
    assert not verdict and said in words(verdict), verdict
    assert max(map(len, repr(verdict).splitlines())) <= 88


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
    with pytest.raises(TypeError, match="gain must be a number, got str"):
        check_answer("2.58", "elu-fixed")
    with pytest.raises(TypeError, match="gain must be a number, got complex"):
        check_answer(2.58j, "elu-fixed")
    with pytest.raises(TypeError, match="gain must be a number, got list"):
        check_answer([2.58, 2.58], "elu-fixed")
    with pytest.raises(TypeError, match="neuron must be a function, got list"):
        check_answer([1, 2, -2], "neuron-line")
    with pytest.raises(ValueError, match=r"rows must be among 'SiLU', .*'SELU', got 'Swish'"):
        check_answer(["SiLU", "Swish"], "choosing-entry")


def test_functions_of_the_library_are_answers_too():
    assert not check_answer(Softplus(), "softplus-inverse")
    assert not check_answer((Sigmoid(), Tanh()), "relu-hinges")
