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
    """Continuous integration runs the first plain block as it stands: see .ci/published."""
    recipes = MAKEFILE.replace("$(BIN)/", "").replace("$(VENV)", ".venv")
    set_up = (ROOT / "tools" / "set_up.py").read_text(encoding="utf-8")
    plain = [line for line in shell_lines(README) if not line.startswith(("make ", "git ", "cd "))]
    assert plain[:3] == [
        "python3 -m venv .venv",
        ". .venv/bin/activate",
        "python -m pip install -r requirements.txt -c requirements-lock.txt",
    ]
    assert '"-m", "venv"' in set_up and '"-m", "pip", "install"' in set_up
    assert '"-r", "requirements.txt"' in set_up
    assert "LOCK   ?= requirements-lock.txt" in MAKEFILE
    assert {" ".join(BUILD), "python tools/browser.py", "python -m pytest"} <= set(plain)
    for line in plain[3:]:
        words = line.split()
        assert re.search(rf"{re.escape(words[0])} .*{re.escape(words[-1])}", recipes), line


def test_ci_runs_the_plain_block():
    marked = README.split("<!-- plain -->\n", 1)[1].split("\n```\n", 1)[0] + "\n```\n"
    assert shell_lines(marked)[-1] == " ".join(BUILD)
    assert "<!-- plain -->" in (ROOT / ".ci" / "published").read_text(encoding="utf-8")


def test_legs_of_ci_are_the_ones_contributing_names():
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(\w+)` \|", contributing, re.MULTILINE)
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    lanes = re.search(r"printf '%s\\n' (.+) \|", run)[1]
    assert sorted(named) == sorted(lanes.replace("'", "").split())
    assert sorted(named) == sorted(re.search(r"leg: \[(.*)\]", workflow)[1].split(", "))
    assert all((ROOT / ".ci" / leg).exists() for leg in named)


def test_files_named_are_there():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name
