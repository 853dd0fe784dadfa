"""The package as it is imported: what comes along, what waits, and what is there by name."""

import pkgutil
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
from conftest import ROOT

import actfun

MODULES = sorted(module.name for module in pkgutil.iter_modules(actfun.__path__))


def python(code):
    """What a new Python prints that can import the library being tested."""
    found = f"import sys; sys.path[:0] = {[path for path in sys.path if path]!r}\n"
    done = subprocess.run([sys.executable, "-c", found + code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_importing_an_activation_loads_nothing_that_can_wait():
    loaded = python(
        "from actfun import *\nReLU()(1.0), Mish().derivative(1.0)\nprint(*sys.modules)"
    )
    assert {"numpy", "actfun.activations"} <= set(loaded)
    waiting = {"scipy", "matplotlib", "sklearn", "ipywidgets", "mpmath"}
    assert not waiting & set(loaded)
    assert {name for name in loaded if re.match(r"actfun\.", name)} == {
        "actfun.activations", "actfun.base", "actfun.checks", "actfun.notation",
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in MODULES if name != "torch" or find_spec(name)])
def test_a_module_is_an_attribute_once_it_is_asked_for(name):
    assert getattr(actfun, name).__name__ == f"actfun.{name}"
    assert name in dir(actfun)


def test_network_is_there_after_a_plain_import():
    assert python("import actfun\nprint(actfun.network.MLP.__name__)") == ["MLP"]


def test_what_is_no_module_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'actfun' has no attribute 'nothing'"):
        _ = actfun.nothing


def test_a_module_says_which_extra_it_needs():
    for module, missing, wanted in (
        ("plots", "matplotlib", "'actfun[book]'"),
        ("torch", "torch", "torch"),
    ):
        said = python(
            f"sys.modules['{missing}'] = None\n"
            f"try:\n    from actfun import {module}\n"
            "except ModuleNotFoundError as error:\n    print(error)"
        )
        assert " ".join(said) == (
            f"actfun.{module} needs {missing}, which comes with: pip install {wanted}"
        )


def test_a_module_that_cannot_be_imported_is_no_attribute():
    said = python(
        "sys.modules.update(torch=None, matplotlib=None)\n"
        "import actfun, inspect, pydoc\n"
        "there = dict(inspect.getmembers(actfun))\n"
        "assert len(pydoc.render_doc(actfun)) > 1000\n"
        "print(hasattr(actfun, 'torch'), 'torch' in there, 'plots' in there, 'network' in there)\n"
        "try:\n    actfun.torch\nexcept AttributeError as error:\n    print(error)"
    )
    assert said[:4] == ["False", "False", "False", "True"]
    assert " ".join(said[4:]) == "actfun.torch needs torch, which comes with: pip install torch"


def test_a_star_brings_the_catalogue_and_no_tools():
    names = {}
    exec("from actfun import *", names)
    assert {"ALL", "ReLU", "softmax", "Activation", "Interval"} <= set(names)
    assert not {"parameter", "elementwise", "activations", "base"} & set(names)
    from actfun import elementwise, parameter  # to declare an activation of one's own

    assert callable(elementwise) and callable(parameter)


def test_the_version_is_the_one_to_cite():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert re.search(r"^version: (.*)$", citation, re.MULTILINE)[1] == actfun.__version__
    assert (ROOT / "lib" / "actfun" / "py.typed").exists()
