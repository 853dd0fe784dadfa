"""What the README promises: its example prints what it says, its commands are the ones we run."""

import doctest
import re

from conftest import BUILD, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def shell_lines(text):
    """The commands in the ```sh blocks of a text, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [line.split(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_example():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_make_targets_exist():
    targets = [line.split()[1] for line in shell_lines(README) if line.startswith("make ")]
    assert {"book", "test", "lab"} <= set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_plain_lines_are_what_make_runs():
    """Continuous integration runs the first plain block as it stands: see .ci/suite."""
    recipes = MAKEFILE.replace("$(BIN)/", "").replace("$(VENV)", ".venv")
    recipes = recipes.replace("$(PYTHON)", "python3")
    plain = [line for line in shell_lines(README) if not line.startswith(("make ", "git ", "cd "))]
    assert "python -m pytest" in plain
    assert " ".join(BUILD) in plain
    for line in plain:
        if line != ". .venv/bin/activate":
            assert line.replace("-m venv .venv", "-m venv --clear .venv") in recipes, line


def test_ci_runs_the_plain_block():
    marked = README.split("<!-- plain -->\n", 1)[1].split("\n```\n", 1)[0] + "\n```\n"
    assert shell_lines(marked)[-1] == " ".join(BUILD)
    assert "<!-- plain -->" in (ROOT / ".ci" / "suite").read_text(encoding="utf-8")


def test_files_named_are_there():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name
