"""What may come into tables and pictures: an error names the argument, what came, what may come.

Each check gives back what it was asked for, in the form that the caller goes on with.
"""

import math
import numbers as kinds
import operator
import reprlib

import numpy as np

PLAIN = (bool, int, float, complex, str, bytes, list, tuple, dict, set, range, type(None))


def shown(thing):
    """What came, in a few words: no address of an object, no thousand numbers."""
    if isinstance(thing, type):
        return f"the class {thing.__name__}"
    if isinstance(thing, np.ndarray):
        return f"an array of shape {thing.shape}"
    if type(thing) in PLAIN or isinstance(thing, np.generic):
        return f"{type(thing).__name__} {reprlib.repr(thing)}"
    return type(thing).__name__


def instance(thing, name):
    """``thing``, unless it is a class."""
    if isinstance(thing, type):
        raise TypeError(
            f"{name} must be an instance such as {thing.__name__}(), got {shown(thing)}"
        )
    return thing


def function(f, name="f", derivative=True):
    """A function that can be drawn: called, it has a ``name`` and, if needed, a ``derivative``."""
    needed = ("name", "derivative") if derivative else ("name",)
    if not (callable(instance(f, name)) and all(hasattr(f, need) for need in needed)):
        raise TypeError(f"{name} must be a function with a {' and a '.join(needed)}, "
                        f"such as ReLU(), got {shown(f)}")  # fmt: skip
    return f


def listed(values, name, what):
    """Any iterable as a list; not empty, and no text, which would come apart into letters."""
    try:
        if isinstance(values, (str, bytes)):
            raise TypeError
        values = list(values)
    except TypeError:
        raise TypeError(f"{name} must be a list of {what}, got {shown(values)}") from None
    if not values:
        raise ValueError(f"{name} must be a list of {what}, got none")
    return values


def functions(values, name="functions", derivative=True):
    """A list of functions that can be drawn."""
    values = listed(values, name, "functions such as [ReLU(), Tanh()]")
    return [function(f, f"{name}[{k}]", derivative) for k, f in enumerate(values)]


def text(thing, name):
    """Text, and nothing else."""
    if not isinstance(thing, str):
        raise TypeError(f"{name} must be text, got {shown(thing)}")
    return thing


def label(thing, name="label"):
    """A label as text: text, a number, or a function with its parameters."""
    if isinstance(instance(thing, name), (str, kinds.Real)):
        return str(thing)
    if isinstance(getattr(thing, "name", None), str):
        return thing.name if type(thing).__str__ is object.__str__ else str(thing)
    raise TypeError(f"{name} must be text, a number or a function, got {shown(thing)}")


def labels(values, name, count):
    """A list of ``count`` labels; the letters of a text will do."""
    values = listed(list(values) if isinstance(values, str) else values, name, "labels")
    if len(values) != count:
        raise ValueError(f"{name} must hold {count} labels, got {len(values)}")
    return [label(value, f"{name}[{k}]") for k, value in enumerate(values)]


def by_label(mapping, name, what):
    """The pairs (label, values) of a dict that is not empty."""
    if not hasattr(mapping, "items"):
        raise TypeError(f"{name} must be a dict of label → {what}, got {shown(mapping)}")
    pairs = [(label(key, f"each label of {name}"), values) for key, values in mapping.items()]
    if not pairs:
        raise ValueError(f"{name} must be a dict of label → {what}, got an empty one")
    return pairs


def numbers(values, name, *shapes, finite=False):
    """Real numbers as a float64 array of one of the shapes; a letter is any length but 0.

    What is masked becomes nan.
    """
    if isinstance(values, np.ma.MaskedArray):
        values = values.astype(float).filled(np.nan)
    try:
        array = np.asarray(values)
    except ValueError:
        raise TypeError(
            f"{name} must be an array of real numbers, got a ragged {type(values).__name__}"
        ) from None
    if array.dtype.kind not in "iubf":
        raise TypeError(f"{name} must be an array of real numbers, got {shown(values)}"
                        + (f" of dtype {array.dtype}" if array.ndim else ""))  # fmt: skip
    if array.size == 0 or not any(_fits(array.shape, shape) for shape in shapes):
        allowed = " or ".join(str(shape).replace("'", "") for shape in shapes)
        raise ValueError(f"{name} must have shape {allowed}, got {array.shape}")
    array = array.astype(np.float64)
    if finite and not np.isfinite(array).all():
        odd = np.count_nonzero(~np.isfinite(array))
        raise ValueError(f"{name} must be finite, got nan or infinity in {odd} of {array.size}")
    return array


def _fits(shape, wanted):
    return len(shape) == len(wanted) and all(
        isinstance(want, str) or have == want for have, want in zip(shape, wanted)
    )


def classes(y, name, count):
    """The class of each of ``count`` samples: numbers or texts."""
    try:
        y = np.asarray(y)
    except ValueError:
        raise TypeError(f"{name} must hold numbers or texts, got {shown(y)}") from None
    if y.dtype == object and all(isinstance(one, str) for one in y.flat):  # as pandas has texts
        y = y.astype(str)
    if y.dtype.kind not in "iubfUS":
        raise TypeError(f"{name} must hold numbers or texts, got {shown(y)}")
    if y.shape != (count,):
        raise ValueError(f"{name} must have shape ({count},), a class for each sample, "
                         f"got {y.shape}")  # fmt: skip
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise ValueError(f"{name} must hold classes, got nan or infinity")
    return y


def interval(pair, name):
    """Two finite numbers, the lower one first."""
    low, high = numbers(pair, name, (2,), finite=True)
    if not low < high:
        raise ValueError(f"{name} must be (low, high) with low < high, got ({low:g}, {high:g})")
    return float(low), float(high)


def real(value, name, limit):
    """Any real number of Python or NumPy as a float; an array of no dimension is a number too.

    ``limit`` says what is allowed, to whom gives one that no float can hold.
    """
    number = value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
    if isinstance(number, bool) or not isinstance(number, kinds.Real):
        raise TypeError(f"{name} must be a real number, got {shown(value)}")
    try:
        return float(number)
    except OverflowError:
        raise ValueError(
            f"{name} must {limit}, got a number beyond the largest float, 1.8e308"
        ) from None


def real_number(value, name, above=-math.inf):
    """A finite number greater than ``above``, as a float."""
    limit = "be finite" + (f" and greater than {above:g}" if above > -math.inf else "")
    number = real(value, name, limit)
    if not above < number < math.inf:
        raise ValueError(f"{name} must {limit}, got {value}")
    return number


def whole_number(value, name, low, high=math.inf):
    """An integer from ``low`` to ``high``, as an int."""
    try:
        whole = operator.index(None if isinstance(value, (bool, np.bool_)) else value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {shown(value)}") from None
    if not low <= whole <= high:
        limit = f"at least {low}" if high == math.inf else f"an integer from {low} to {high}"
        raise ValueError(f"{name} must be {limit}, got {value}")
    return whole


def one_of(value, name, known):
    """``value``, one of the texts or numbers that are known."""
    if not isinstance(value, (str, kinds.Real)) or value not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, got {shown(value)}")
    return value


def number_format(fmt, name="fmt"):
    """A format of one number, such as "{:.2f}"."""
    try:
        fmt.format(0.5)
    except (AttributeError, IndexError, KeyError, ValueError):
        raise ValueError(
            f"{name} must be a format of one number such as '{{:.2f}}', got {shown(fmt)}"
        ) from None
    return fmt
