"""Numbers as the book prints them: a true minus, ∞, 2.5 × 10⁻⁷, x₁.

Only text is made here; whoever prints a number imports it from here.
"""

import math
import numbers
import re

import numpy as np

from actfun.checks import shown, whole_number

__all__ = [
    "minus", "number", "power_of_ten", "significant", "subscript", "superscript", "true_minus",
]  # fmt: skip

_MINUS = re.compile(r"(?<!\w)-(?=[\d.∞]|inf\b)")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def number(value, digits=5):
    """A number as text: ``digits`` significant digits, a true minus, ∞, ×10⁻⁵ for the very small.

    Integers keep all their digits, truth is "yes" or "no", and below 10⁻¹² in size a number is 0:
    what is left there is rounding.

    Parameters
    ----------
    value : real number
        Of Python or NumPy, an array without axes included; nan is "nan".
    digits : int, at least 1

    Raises
    ------
    TypeError
        If `value` is not a real number, or `digits` not an integer.
    ValueError
        If `digits` is less than 1.
    """
    digits = whole_number(digits, "digits", 1)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return minus(str(value))
    if not isinstance(value, numbers.Real):
        raise TypeError(f"value must be a real number, got {shown(value)}")
    value = float(value)
    return "0" if abs(value) < 1e-12 else significant(value, digits)


def significant(value, digits):
    """A float as text, as `number` writes it, but however small it is."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    mantissa, _, exponent = f"{value:.{digits}g}".partition("e")
    return minus(mantissa) + (f" × {power_of_ten(int(exponent))}" if exponent else "")


def minus(text):
    """A formatted number with a true minus, and with none before a zero."""
    return text.replace("-", "−" if set(text) & set("123456789") else "")


def true_minus(text):
    """A sentence with a true minus before each number in it."""
    return _MINUS.sub("−", text)


def power_of_ten(exponent):
    """10⁻⁵ for −5."""
    return "10" + superscript(exponent)


def superscript(exponent):
    """⁻⁵ for −5."""
    return str(exponent).translate(_SUPERSCRIPTS)


def subscript(index):
    """₁₂ for 12."""
    return str(index).translate(_SUBSCRIPTS)
