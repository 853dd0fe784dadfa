"""The recipe "add an activation" in CONTRIBUTING.md, followed by a newcomer who copies it."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.workshop
USE_IT = """
import actfun
from actfun import ALL, activations, exercises, plots, sliders, tables
new = activations.Softshrink()
assert new in ALL
assert actfun.__file__.startswith({folder!r})
card = repr(tables.card(new))
for fact in ("Softshrink", "λ", "Donoho"):
    assert fact in card
assert "Softshrink" in repr(tables.comparison())
assert plots.colour(new).startswith("#")
low, high = new.parameters()["lambd"].slider
slider = sliders.Slider(
    lambda ax, lambd: plots.curves(ax, [activations.Softshrink(lambd)], ylim=(-4, 4)),
    alt="Softshrink with λ = {{lambd}}",
    lambd=sliders.Range(low, high, 0.25, start=0.5),
)
assert "Softshrink with λ" in slider._repr_mimebundle_()["text/html"]
assert exercises.check_activation(new, "softshrink")
assert exercises.check_activation(new.derivative, "softshrink", derivative=True)
assert not exercises.check_activation(activations.ReLU(), "softshrink")
"""


RECIPE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# Of the fast tests those that name the new function, and those that look at the whole catalogue:
# all but the turns of the other functions, in the files that know of it.
FILES = [
    str(path) for path in sorted(Path(__file__).parent.glob("test_*.py"))
    if re.search(r"import ALL\b|import .*\bALL,|^    ALL,$", path.read_text(encoding="utf-8"), re.M)
    and "import torch" not in path.read_text(encoding="utf-8")
]  # fmt: skip
SUITE = ["-m", "pytest", *FILES, "-m", "not slow", "-k", "Softshrink or softshrink or not ["]
OPTIONS = ["-q", "-p", "no:cacheprovider", "-p", "no:nbval", "-o", "addopts=--strict-markers"]


def insert(path, before, text):
    source = path.read_text(encoding="utf-8")
    assert source.count(before) == 1, f"{before!r} is not once in {path.name}"
    path.write_text(source.replace(before, text + before), encoding="utf-8")


@pytest.fixture
def library(tmp_path):
    """A copy of the library in which steps 1 to 3 of the recipe have been done."""
    cls = textwrap.dedent(re.search(r"```python\n(.*?)```", RECIPE, re.DOTALL).group(1))
    look = re.search(r'`("Softshrink": \(.*?\),)`', RECIPE).group(1)
    compiled = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "lib" / "actfun", tmp_path / "actfun", ignore=compiled)
    path = tmp_path / "actfun" / "activations.py"
    insert(path, "#: One instance of each activation,", f"{cls}\n\n")
    insert(path, '    "HardSigmoid",\n', '    "Softshrink",\n')
    insert(path, "    Sine(),\n)", "    Softshrink(),\n")
    insert(tmp_path / "actfun" / "looks.py", '    "Hard swish": (', f"    {look}\n")
    return tmp_path


def python(library, *arguments):
    environment = os.environ | {"PYTHONPATH": str(library), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_one_class_is_in_the_card_the_tables_a_slider_and_the_exercises(library):
    result = python(library, "-c", USE_IT.format(folder=str(library)))
    assert result.returncode == 0, result.stderr


def test_one_class_is_checked_without_a_new_test_and_breaks_none(library):
    result = python(library, *SUITE, *OPTIONS, "--durations=8")
    assert result.returncode == 0, result.stdout[-4000:]
    assert int(re.search(r"(\d+) passed", result.stdout).group(1)) > 200


def test_a_false_claim_about_it_is_noticed(library):
    path = library / "actfun" / "activations.py"
    source = path.read_text(encoding="utf-8")
    path.write_text(
        source.replace("return np.abs(x) > self.lambd", "return x > self.lambd"), encoding="utf-8"
    )
    checks = ["-m", "pytest", "tests/test_activations.py", "-k", "Softshrink and derivative_is"]
    result = python(library, *checks, *OPTIONS)
    assert result.returncode == 1, result.stdout
