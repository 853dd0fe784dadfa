"""actfun: the activation functions of the book, with everything the pages compute about them."""

import importlib
import pkgutil

from actfun import activations
from actfun.activations import *  # noqa: F403
from actfun.base import Activation, Interval, elementwise, parameter  # noqa: F401

__version__ = "1.0.0"
__all__ = ["Activation", "Interval", *activations.__all__]


def _modules():
    return [module.name for module in pkgutil.iter_modules(__spec__.submodule_search_locations)]


def __getattr__(name):
    """The modules of the package, each imported when it is first asked for: ``actfun.network``."""
    if name not in _modules():
        raise AttributeError(f"module 'actfun' has no attribute {name!r}")
    try:
        return importlib.import_module(f"actfun.{name}")
    except ModuleNotFoundError as error:
        missing = error.name.partition(".")[0]
        wanted = "torch" if missing == "torch" else "'actfun[book]'"
        raise ModuleNotFoundError(
            f"actfun.{name} needs {missing}, which comes with: pip install {wanted}", name=missing
        ) from error


def __dir__():
    return sorted({*globals(), *_modules()})
