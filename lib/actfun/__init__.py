"""actfun: the activation functions of the book, with everything the pages compute about them."""

import importlib
import pkgutil
import sys

from actfun import activations
from actfun.activations import *  # noqa: F403
from actfun.base import Activation, Interval, elementwise, parameter  # noqa: F401

__version__ = "1.0.0"
__all__ = ["Activation", "Interval", *activations.__all__]


def _modules():
    return [module.name for module in pkgutil.iter_modules(__spec__.submodule_search_locations)]


def __getattr__(name):
    """The modules of the package, each imported when it is first asked for: ``actfun.network``.

    One that cannot be imported is no attribute, so that ``hasattr`` and ``help`` do their work.
    """
    if name not in _modules():
        raise AttributeError(f"module 'actfun' has no attribute {name!r}")
    try:
        return importlib.import_module(f"actfun.{name}")
    except ModuleNotFoundError as error:
        missing = error.name.partition(".")[0]
        wanted = "torch" if missing == "torch" else "'actfun[book]'"
        said = f"actfun.{name} needs {missing}, which comes with: pip install {wanted}"
        # `from actfun import …` takes an AttributeError as leave to import, and loses what it says.
        if sys._getframe(1).f_globals.get("__name__") == "importlib._bootstrap":
            raise ModuleNotFoundError(said, name=missing) from error
        raise AttributeError(said) from error


def __dir__():
    return sorted({*globals(), *_modules()})
