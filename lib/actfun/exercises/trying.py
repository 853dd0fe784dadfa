"""Calling a reader's function safely, and putting what happened into words."""

import contextlib
import inspect
import io
import re
import sys
import sysconfig
import textwrap
import time
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

SECONDS = 5.0  # of the processor's time that one call may take
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
    "Cannot cast": "An array of integers takes no fractions: begin with x = np.array(x + 0.0).",
}
NOT_THE_READERS = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(np.__file__).parent), str(Path(__file__).parent.parent), "<__array", "<frozen"}
)


def no_input(prompt=""):
    raise EOFError("input() would wait here; the numbers are arguments")


def no_sleep(seconds):
    """Nothing is won by waiting."""


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


class Unusable(Exception):
    """The reader's function raised, or what it returned cannot be compared; the words say it."""


class TooLong(BaseException):
    """Raised inside the reader's function when its time is up; no ``except Exception`` stops it."""


@contextlib.contextmanager
def time_limit():
    """Raise `TooLong` in Python code that runs for more than ``SECONDS`` of processor time.

    A trace function does it on every system and in every thread. Under a debugger, which needs the
    trace function for itself, there is no limit.
    """
    end = time.process_time() + SECONDS

    def watch(frame, event, argument):
        if time.process_time() > end and not frame.f_code.co_filename.startswith(NOT_THE_READERS):
            raise TooLong
        return watch

    before = sys.gettrace()
    sys.settrace(before or watch)
    try:
        yield
    finally:
        sys.settrace(before)


@dataclass
class Attempt:
    """One call: what the reader's function returned, raised, warned of, overwrote and printed."""

    value: object = None
    error: BaseException | None = None
    warned: tuple[str, ...] = ()
    changed: bool = False
    printed: bool = False


def check_callable(function, name):
    if not callable(function):
        raise TypeError(f"{name} must be a function, got {type(function).__name__}")


def parameters_of(function):
    """The parameters of a function; none for some compiled functions, which have no signature."""
    function = function.pyfunc if isinstance(function, np.vectorize) else function
    with contextlib.suppress(TypeError, ValueError):
        return list(inspect.signature(function).parameters.values())
    return []


def attempt_call(function, *arguments, **options):
    given = [np.array(a) if isinstance(a, np.ndarray) else a for a in arguments]
    attempt, printed = Attempt(), io.StringIO()
    with (
        warnings.catch_warnings(record=True) as caught,
        np.errstate(all="warn", under="ignore"),
        contextlib.redirect_stdout(printed),
        mock.patch("builtins.input", no_input),
        mock.patch("time.sleep", no_sleep),
    ):
        warnings.simplefilter("always")
        try:
            with time_limit():
                attempt.value = function(*given, **options)
        except (Exception, SystemExit, TooLong) as error:  # whatever it is, the reader is told
            attempt.error = error
    attempt.warned = tuple(str(w.message) for w in caught if w.category is RuntimeWarning)
    attempt.printed = bool(printed.getvalue())
    now, then = ([np.asarray(a).tobytes() for a in arrays] for arrays in (given, arguments))
    attempt.changed = now != then
    return attempt


def raised(error):
    """The exception in words: its type, its message and the reader's line, "in line 3: `y = …`"."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(NOT_THE_READERS)]
    where = f", in line {own[-1].lineno}" if own else ""
    if own and own[-1].line:
        where += f": `{textwrap.shorten(own[-1].line, 70)}`"
    if isinstance(error, TooLong):
        return f"it has not come to an end after {SECONDS:g} seconds of work{where}."
    message = re.sub(r" at 0x\w+", "", (str(error).splitlines() or [""])[0])
    message = textwrap.shorten(message, 100).rstrip(".")
    return f"it raises {type(error).__name__}{message and ': '}{message}{where}."


def advice(said):
    """What helps against an exception, as far as its words tell."""
    return next((words for part, words in ADVICE.items() if re.search(part, said)), "")


def as_array(value):
    """What was returned as an array of numbers: lists, Fractions and the like are taken."""
    if value is None:
        raise Unusable("It returns None: is the return missing?")
    try:
        array = np.asarray(value)
        array = array.astype(np.float64) if array.dtype == object else array
    except (TypeError, ValueError):
        array = np.asarray("?")
    if array.dtype.kind not in "fiub":
        kind = array.dtype if isinstance(value, np.ndarray) else type(value).__name__
        raise Unusable(f"It returns a {kind}; an array of numbers is expected.")
    return array


def returned(attempt, shape, where):
    """The array that a call gave; raises `Unusable` where there is none of this shape."""
    if isinstance(attempt.error, Unusable):
        raise attempt.error
    if attempt.error is not None:
        raise Unusable(f"Called {where}, {raised(attempt.error)}")
    got = as_array(attempt.value)
    if got.shape != shape:
        kind = f"a {type(attempt.value).__name__} of " * isinstance(attempt.value, (list, tuple))
        raise Unusable(f"Called {where}, it returns {kind}shape {got.shape}; {shape} is expected.")
    return got


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


def number(value, name):
    """A number that was handed in: also an array of one, a Fraction or a Decimal."""
    with contextlib.suppress(Unusable):
        array = as_array(value)
        if array.size == 1:
            return float(array.item())
    raise TypeError(f"{name} must be a number, got {type(value).__name__}")
