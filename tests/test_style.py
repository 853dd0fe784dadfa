"""The rules that programs can hold: layers of the library, tidy code, complete requirements."""

import importlib
import inspect
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from conftest import ROOT


def run(*command):
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:]], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def test_library_is_in_layers():
    run("lint-imports", "--no-cache")


def test_code_is_tidy():
    folders = ["lib", "tests", "tools", "_ext", "evidence", "chapters"]
    run("ruff", "check", "--no-cache", *folders, "conftest.py")


def documented_modules():
    pages = sorted((ROOT / "chapters").glob("api*.md"))
    reference = "".join(page.read_text(encoding="utf-8") for page in pages)
    names = re.findall(r"automodule:: (\S+)", reference)
    here = [name for name in names if name != "actfun.torch" or find_spec("torch")]
    return [importlib.import_module(name) for name in here]


def public_names(thing):
    return getattr(thing, "__all__", None) or [
        name
        for name, value in vars(thing).items()
        if not name.startswith("_")
        and (inspect.isclass(thing) or getattr(value, "__module__", "") == thing.__name__)
    ]


def parts_of(cls):
    """The public methods and properties of a class, as they stand in it."""
    members = {name: inspect.getattr_static(cls, name) for name in public_names(cls)}
    return {
        f"{cls.__qualname__}.{name}": member
        for name, member in members.items()
        if inspect.isfunction(member) or isinstance(member, (property, classmethod))
    }


def test_everything_in_the_reference_says_what_it_is():
    silent = []
    for module in documented_modules():
        things = {name: getattr(module, name) for name in public_names(module)}
        for name, thing in things.items():
            if inspect.isclass(thing) or inspect.isfunction(thing):
                silent += [] if thing.__doc__ else [name]
            if inspect.isclass(thing) and module.__name__ != "actfun.activations":  # as in base
                silent += [part for part, member in parts_of(thing).items() if not member.__doc__]
    assert not silent


def test_requirements_hold_what_the_library_needs():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    needed = re.findall(r'"([\w-]+>=[\d.]+)"', project.partition("[project]")[2])
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {"numpy", "matplotlib"} <= {requirement.partition(">")[0] for requirement in needed}
    for requirement in needed:
        assert any(line.split(",")[0] == requirement for line in lines), requirement
    assert lines[-1] == "-e ."
