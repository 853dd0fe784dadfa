"""What a slider is moved by: ranges, lists, drop-downs, toggles, sequences with a play button."""

import math
from dataclasses import dataclass
from decimal import Decimal

import numpy as np


@dataclass(frozen=True)
class Control:
    """What a control can be set to: values, how each is written, and where it starts."""

    values: tuple
    texts: tuple
    index: int
    label: str | None = None
    kind: str = "range"
    interval: int = 0

    def __post_init__(self):
        if not self.values:
            raise ValueError("a control needs at least one value, got none")


def Range(low, high, step, start=None, label=None, format=None):
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
    """
    for name, number in (("low", low), ("high", high), ("step", step)):
        if isinstance(number, bool) or not isinstance(number, (int, float, np.number)):
            raise TypeError(f"{name} must be a number, got {number!r}")
        if not math.isfinite(number):
            raise ValueError(f"{name} must be finite, got {number!r}")
    first, last, stride = (Decimal(str(number)) for number in (low, high, step))
    if stride <= 0:
        raise ValueError(f"step must be positive, got {step!r}")
    if last <= first:
        raise ValueError(f"high must be greater than low ({low!r}), got {high!r}")
    if (last - first) % stride:
        raise ValueError(
            f"high - low must be a multiple of step, got low={low!r}, high={high!r}, step={step!r}"
        )
    exact = [first + i * stride for i in range(int((last - first) / stride) + 1)]
    whole = all(value == int(value) for value in (first, stride))
    values = [int(value) if whole else float(value) for value in exact]
    decimals = 0 if whole else max(0, -min(v.normalize().as_tuple().exponent for v in exact))
    return Values(values, start, label, format or f"{{:.{decimals}f}}")


def Values(values, start=None, label=None, format=None):
    """Any values in order, on a slider; a plain list or tuple in a call means this."""
    return _control(values, _write(values, format), start, label, "range")


def Choice(options, start=None, label=None):
    """A drop-down: a list of values, or a dict of visible names to values."""
    if isinstance(options, dict):
        return _control(options.values(), options.keys(), start, label, "select")
    return _control(options, _write(options, None), start, label, "select")


def Toggle(start=False, label=None):
    """On or off: draw gets True or False."""
    if not isinstance(start, bool):
        raise TypeError(f"start must be True or False, got {start!r}")
    return Control((False, True), ("off", "on"), int(start), label, "checkbox")


def Steps(steps, start=None, label=None, format=None, interval=400):
    """A sequence with a play button, such as the steps of a training run.

    Parameters
    ----------
    steps : int or sequence
        A number n means 0, ..., n - 1.
    interval : int
        Milliseconds from one step to the next. Readers who asked their system for less motion get a
        button for one step instead.
    """
    if isinstance(steps, (int, np.integer)) and not isinstance(steps, bool):
        if steps < 1:
            raise ValueError(f"steps must be at least 1, got {steps}")
        steps = range(int(steps))
    if not interval >= 50:
        raise ValueError(f"interval must be at least 50 milliseconds, got {interval!r}")
    return _control(steps, _write(steps, format), start, label, "play", interval)


def _control(values, texts, start, label, kind, interval=0):
    values, texts = tuple(values), tuple(str(text) for text in texts)
    if not values:
        raise ValueError("a control needs at least one value, got none")
    if len(set(texts)) < len(texts):
        raise ValueError(f"the values of a control must read differently, got {', '.join(texts)}")
    index = 0 if start is None else _position(values, texts, start)
    return Control(values, texts, index, label, kind, int(interval))


def _position(values, texts, start):
    for position, (value, text) in enumerate(zip(values, texts)):
        same = value == start if np.ndim(value) == 0 else value is start
        if same or (isinstance(start, float) and np.ndim(value) == 0 and _close(value, start)):
            return position
        if isinstance(start, str) and text == start:
            return position
    raise ValueError(f"start must be one of {', '.join(texts)}; got {start!r}")


def _close(value, start):
    return isinstance(value, (int, float)) and math.isclose(value, start, abs_tol=1e-12)


def _write(values, format):
    """Each value as text, with a real minus sign before numbers."""
    texts = [format.format(value) if format else str(value) for value in values]
    return [text.replace("-", "−", 1) if text[:1] == "-" else text for text in texts]
