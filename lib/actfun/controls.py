"""What a slider is moved by: ranges, lists, drop-downs, toggles, sequences with a play button."""

import math
from decimal import Decimal
from numbers import Real

import numpy as np

from actfun import checks
from actfun.notation import true_minus

MAX_FRAMES = 700


class Control:
    """What a control can be set to: its values, how each is written, and where it starts.

    Attributes
    ----------
    values, texts : tuple
        The values that `draw` gets, and how the reader sees them.
    index : int
        Which of them is shown first.
    label : str or None
        Visible name; the keyword's name if it is None.
    kind : str
        What stands in the page: "range", "select", "checkbox" or "play".
    interval : int
        Milliseconds from one value to the next while it plays.
    """

    kind = "range"
    interval = 0

    def __init__(self, values, texts, start, label):
        self.values, self.texts = tuple(values), tuple(texts)
        if len(set(self.texts)) < len(self.texts):
            raise ValueError(
                f"the values of a control must read differently, got {_listed(self.texts)}"
            )
        if label is not None and not checks.text(label, "label").strip():
            raise ValueError(f"label must be a text that names the control, got {label!r}")
        self.label = label
        self.index = 0 if start is None else self._position(start)

    def __repr__(self):
        return f"{type(self).__name__}({_listed(self.texts)}; start {self.texts[self.index]})"

    def _position(self, start):
        for position, (value, text) in enumerate(zip(self.values, self.texts, strict=True)):
            numbers = isinstance(value, Real) and isinstance(start, Real)
            close = numbers and math.isclose(value, start, abs_tol=1e-12)
            if close or np.array_equal(value, start) or (isinstance(start, str) and text == start):
                return position
        raise ValueError(f"start must be one of {_listed(self.texts)}; got {start!r}")


class Values(Control):
    """Any values in order, on a slider; a plain list or tuple in a call means this.

    Parameters
    ----------
    values : iterable
        At least one; no two may be written in the same way.
    start : optional
        The value shown first; the first one by default.
    label : str, optional
        Visible name; the keyword's name by default.
    format : str, optional
        How a value is written, as in ``"{:.1f} s"``; by default as ``str`` does.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used.
    """

    def __init__(self, values, start=None, label=None, format=None):
        values = checks.listed(values, "values", "values")
        super().__init__(values, _written(values, format), start, label)


class Range(Values):
    """Values from `low` to `high` in equal steps, on a slider.

    Parameters
    ----------
    low, high, step : int or float
        `high` - `low` is a multiple of `step`. The values are exact decimals: 0.3, never
        0.30000000000000004.
    start : number, optional
        The value shown first; `low` by default.
    label : str, optional
        Visible name; the keyword's name by default.
    format : str, optional
        How a value is written, as in ``"{:.1f} s"``; by default with the decimals of the step.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used, or there are more than `MAX_FRAMES` values.
    """

    def __init__(self, low, high, step, start=None, label=None, format=None):
        first, last, stride = _exact(low, "low"), _exact(high, "high"), _exact(step, "step")
        if stride <= 0:
            raise ValueError(f"step must be positive, got {step!r}")
        if last <= first:
            raise ValueError(f"high must be greater than low ({low!r}), got {high!r}")
        count = (last - first) / stride + 1
        if count > MAX_FRAMES:
            raise ValueError(
                f"step must leave at most {MAX_FRAMES} values from {low!r} to {high!r}, "
                f"got {step!r}, which gives {count:.0f}"
            )
        if count % 1:
            raise ValueError("high - low must be a multiple of step, got "
                             f"low={low!r}, high={high!r}, step={step!r}")  # fmt: skip
        exact = [first + i * stride for i in range(int(count))]
        whole = all(value == int(value) for value in (first, stride))
        values = [int(value) if whole else float(value) for value in exact]
        decimals = 0 if whole else max(0, -min(v.normalize().as_tuple().exponent for v in exact))
        if isinstance(start, Real):
            start = float(_exact(start, "start"))
        super().__init__(values, start, label, format or f"{{:.{decimals}f}}")


class Choice(Control):
    """A drop-down: a list of values, or a dict of visible names to values.

    Parameters
    ----------
    options : iterable or dict
    start : optional
        The value, or its visible name, shown first; the first one by default.
    label : str, optional
        Visible name; the keyword's name by default.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used.
    """

    kind = "select"

    def __init__(self, options, start=None, label=None):
        if isinstance(options, dict):
            texts, values = map(str, options), checks.listed(options.values(), "options", "values")
        else:
            values = checks.listed(options, "options", "values")
            texts = _written(values)
        super().__init__(values, texts, start, label)


class Toggle(Control):
    """On or off: draw gets True or False.

    Parameters
    ----------
    start : bool
    label : str, optional
        Visible name; the keyword's name by default.

    Raises
    ------
    TypeError, ValueError
        If `start` is not True or False, or `label` not a text.
    """

    kind = "checkbox"

    def __init__(self, start=False, label=None):
        if not isinstance(start, bool):
            raise TypeError(f"start must be True or False, got {start!r}")
        super().__init__((False, True), ("off", "on"), start, label)


class Steps(Values):
    """A sequence with a play button, such as the steps of a training run.

    Parameters
    ----------
    steps : int or iterable
        A number n means 0, ..., n - 1.
    start, label, format
        As for `Values`.
    interval : int
        Milliseconds from one step to the next, at least 50. Readers who asked their system for
        less motion get a button for one step instead.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used.
    """

    kind = "play"

    def __init__(self, steps, start=None, label=None, format=None, interval=400):
        if isinstance(steps, (int, np.integer)) and not isinstance(steps, bool):
            steps = range(checks.whole_number(steps, "steps", 1, MAX_FRAMES))
        if checks.real_number(interval, "interval") < 50:
            raise ValueError(f"interval must be at least 50 milliseconds, got {interval!r}")
        super().__init__(checks.listed(steps, "steps", "values"), start, label, format)
        self.interval = int(interval)


def _written(values, format=None):
    """Each value as text."""
    if format is not None and not isinstance(format, str):
        raise TypeError(f'format must be a string such as "{{:.1f}} s", got {format!r}')
    try:
        return [true_minus(format.format(value) if format else str(value)) for value in values]
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ValueError(
            f'format must write one value, as "{{:.1f}} s" does, got {format!r}: {error}'
        ) from error


def _exact(number, name):
    """A finite number as the decimal that it is written as, 0.1 as a float32 too."""
    value = checks.real_number(number, name)
    return Decimal(str(number if isinstance(number, np.floating) else value))


def _listed(texts):
    """The texts in one line; of many the first and the last ones."""
    return ", ".join(texts if len(texts) < 12 else [*texts[:3], "…", *texts[-2:]])
