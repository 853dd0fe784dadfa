"""actfun: the activation functions of the book, with everything the pages compute about them."""

from actfun import activations
from actfun.activations import *  # noqa: F403
from actfun.base import Activation, Interval, elementwise, parameter

__all__ = ["Activation", "Interval", "elementwise", "parameter", *activations.__all__]
