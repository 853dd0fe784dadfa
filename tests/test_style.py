"""The rules that programs can hold: layers of the library, tidy code, complete requirements."""

import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT


def run(*command):
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_library_is_in_layers():
    run("lint-imports", "--no-cache")


def test_code_is_tidy():
    run("ruff", "check", "--no-cache", "lib", "tests", "tools", "_ext", "conftest.py", "chapters")


def test_requirements_hold_what_the_library_needs():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL).group(1)
    needed = re.findall(r'"([^"]+)"', block)
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert needed
    for requirement in needed:
        assert any(line.split(",")[0] == requirement for line in lines), requirement
    assert lines[-1] == "-e ."
