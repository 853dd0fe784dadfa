"""Calling a reader's function safely, and taking what it returns."""

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
from pathlib import Path
from unittest import mock

import numpy as np

SECONDS = 5.0  # of the processor's time that one call may take
NOT_THE_READERS = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(np.__file__).parent), str(Path(__file__).parent.parent), "<__array", "<frozen"}
)


def no_input(prompt=""):
    raise EOFError("input() would wait here; the numbers are arguments")


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


def check_callable(function, name):
    if isinstance(function, type):
        came = f"the class {function.__name__}: an object of it may be one"
        raise TypeError(f"{name} must be a function, got {came}")
    if not callable(function):
        raise TypeError(f"{name} must be a function, got {type(function).__name__}")


def parameters_of(function):
    """The parameters of a function; none for some compiled functions, which have no signature."""
    with contextlib.suppress(TypeError, ValueError):
        function = getattr(function, "pyfunc", function)  # of np.vectorize
        return list(inspect.signature(function).parameters.values())
    return []


class Attempt:
    """One call: what the reader's function returned, raised, warned of, printed and overwrote."""

    def __init__(self, function, /, *arguments, **options):
        given = [np.array(a) if isinstance(a, np.ndarray) else a for a in arguments]
        self.value, self.error, printed = None, None, io.StringIO()
        with (
            warnings.catch_warnings(record=True) as caught,
            np.errstate(all="warn", under="ignore"),
            contextlib.redirect_stdout(printed),
            mock.patch("builtins.input", no_input),
            mock.patch("time.sleep", lambda seconds: None),  # nothing is won by waiting
        ):
            warnings.simplefilter("always")
            try:
                with time_limit():
                    self.value = function(*given, **options)
            except (Exception, SystemExit, TooLong) as error:  # whatever it is, the reader is told
                self.error = error
        self.warned = " ".join(str(w.message) for w in caught if w.category is RuntimeWarning)
        self.printed = bool(printed.getvalue())
        now, then = ([np.asarray(a).tobytes() for a in arrays] for arrays in (given, arguments))
        self.changed = now != then

    def array(self, shape, where):
        """The array that came; raises `Unusable` where there is none of this shape."""
        if isinstance(self.error, Unusable):
            raise self.error
        if self.error is not None:
            raise Unusable(f"Called {where}, {raised(self.error)}")
        got = as_array(self.value)
        if got.shape != shape:
            kind = f"a {type(self.value).__name__} of " * isinstance(self.value, (list, tuple))
            told = f"Called {where}, it returns {kind}shape {got.shape}; {shape} is expected."
            raise Unusable(told)
        return got


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
