"""What may come in: arrays, labels and numbers, checked with an error that names the argument."""

from __future__ import annotations

import numpy as np

from actfun.base import REAL, Interval, real_array, real_number
from actfun.checks import instance, whole_number

__all__ = [
    "FROM_0_BELOW_1",
    "OVERFLOW_IS_AN_ANSWER",
    "POSITIVE",
    "Checked",
    "check_activation_instance",
    "finite_array",
    "labels_array",
    "real_number",
    "samples_array",
    "truth",
    "whole_number",
]

OVERFLOW_IS_AN_ANSWER = dict(over="ignore", under="ignore", invalid="ignore")  # for np.errstate
FROM_0_BELOW_1 = Interval(0, 1, closed_low=True)
POSITIVE = Interval(0, REAL.high)


class Checked:
    """An attribute that goes through ``check(owner, name, value)`` whenever it is set."""

    def __init__(self, check, doc):
        self.check, self.__doc__ = check, doc

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        return self if instance is None else instance.__dict__[self.name]

    def __set__(self, instance, value):
        instance.__dict__[self.name] = self.check(instance, self.name, value)


def finite_array(values, name, dimensions):
    """``values`` as a float64 array with that many dimensions; an error that names it otherwise."""
    array = real_array(values, name).astype(np.float64, copy=False)
    if array.ndim != dimensions or array.size == 0:
        form = {1: "(n,)", 2: "(samples, features)"}[dimensions]
        raise ValueError(f"{name} must be a non-empty {form} array, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got nan or infinity")
    return array


def samples_array(X, features, name="X"):
    """``X`` as a finite float64 array of shape (samples, features)."""
    array = finite_array(X, name, 2)
    if array.shape[1] != features:
        raise ValueError(f"{name} must have {features} columns (features), got shape {array.shape}")
    return array


def labels_array(y, samples, classes, name="y"):
    """``y`` as integer labels 0 … classes − 1, one per sample."""
    array = finite_array(y, name, 1)
    if array.size != samples:
        raise ValueError(f"{name} must hold {samples} labels, one per sample, got {array.size}")
    others = np.setdiff1d(array, np.arange(classes))
    if others.size:
        allowed = "0 or 1" if classes == 2 else f"integers from 0 to {classes - 1}"
        came = ", ".join(f"{label:g}" for label in others[:5])
        raise ValueError(f"{name} must hold labels that are {allowed}, got {came}")
    return array.astype(np.intp)


def truth(value, name):
    """``value``, which must be True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {type(value).__name__} {value!r}")
    return bool(value)


def check_activation_instance(activation, name="activation"):
    """Anything callable with a ``derivative`` will do, but not a class in place of an instance."""
    if not (callable(instance(activation, name)) and hasattr(activation, "derivative")):
        raise TypeError(
            f"{name} must be an activation such as ReLU(), got {type(activation).__name__} "
            f"{activation!r}"
        )
    return activation
