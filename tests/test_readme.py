"""What the README promises: its example prints what it says, its commands are the ones we run."""

import doctest
import os
import re
import shutil
import subprocess
import sys

import browser
import pytest
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
    assert '"-m", "venv"' in set_up and '"-m", "pip", "install", "-r", "requirements.txt"' in set_up
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
    assert sorted(named) == sorted(re.search(r"printf '%s\\n' ([\w ]+) \|", run)[1].split())
    assert sorted(named) == sorted(re.search(r"leg: \[(.*)\]", workflow)[1].split(", "))
    assert all((ROOT / ".ci" / leg).exists() for leg in named)


def make(*arguments, folder=ROOT, **variables):
    """Run make there; what it says, and how it ends."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON"}
    environment = {name: value for name, value in environment.items() if "MAKE" not in name}
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def test_a_python_that_is_not_there_is_named():
    run = make("book", "PYTHON=python9")
    assert run.returncode
    assert "3.10 or newer is needed" in run.stdout.splitlines()[0]
    assert "python9" in run.stdout.splitlines()[0]


@pytest.fixture
def checkout(tmp_path):
    """What make reads, in a folder of another name, with an environment that looks complete."""
    folder = tmp_path / "Ein Buch für Übungen"
    shutil.copytree(ROOT / "lib", folder / "lib")
    shutil.copytree(ROOT / "tools", folder / "tools")
    for name in ("Makefile", "requirements.txt", "requirements-lock.txt", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").write_text(
        f'#!/bin/sh\nPYTHONPATH="{folder}/lib" exec "{sys.executable}" "$@"\n', encoding="utf-8"
    )
    (programs / "python").chmod(0o755)
    (folder / ".venv" / ".installed").touch()
    return folder


def installs(run):
    return "tools/set_up.py .venv requirements-lock.txt" in run.stdout


def test_set_up_happens_once(checkout):
    assert not installs(make("-n", "book", folder=checkout))


def test_set_up_happens_again_where_it_must(checkout):
    assert not installs(make("-n", "book", f"PYTHON={sys.executable}", folder=checkout))
    other = checkout / "other python"
    other.write_text("#!/bin/sh\necho another\n", encoding="utf-8")
    other.chmod(0o755)
    assert installs(make("-n", "book", f"PYTHON={other}", folder=checkout))
    assert installs(make("-n", "book", PYTHON=str(other), folder=checkout))
    moved = checkout.rename(checkout.with_name("moved"))
    assert installs(make("-n", "book", folder=moved))
    shutil.rmtree(moved / ".venv")
    assert installs(make("-n", "book", folder=moved))


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-lock.txt", "pyproject.toml"])
def test_changed_requirements_are_installed(checkout, file):
    later = (checkout / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(checkout / file, (later, later))
    assert installs(make("-n", "book", folder=checkout))


def test_only_the_tests_ask_for_a_browser(checkout):
    assert "tools/browser.py" in make("-n", "test", folder=checkout).stdout
    for target in ("book", "lab", "test-fast"):
        assert "tools/browser.py" not in make("-n", target, folder=checkout).stdout


def test_a_home_that_is_not_there_is_replaced(checkout):
    said = make("--eval", "home: ; @echo home is $$HOME", "home", HOME="/nowhere", folder=checkout)
    assert said.stdout == f"home is {checkout}/.venv/home\n"


NO_BROWSER = """
from contextlib import contextmanager

class Error(Exception):
    pass

class Chromium:
    def launch(self, **options):
        raise Error("nothing starts")

class Playwright:
    chromium = Chromium()

@contextmanager
def sync_playwright():
    yield Playwright()
"""


@pytest.fixture
def without_browser(tmp_path):
    """The variables of a process for which no browser starts."""
    (tmp_path / "playwright").mkdir()
    (tmp_path / "playwright" / "__init__.py").touch()
    (tmp_path / "playwright" / "sync_api.py").write_text(NO_BROWSER, encoding="utf-8")
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    return {name: value for name, value in os.environ.items() if "PYTEST" not in name} | {
        "PYTHONPATH": path, "PATH": str(tmp_path)
    }  # fmt: skip


def python(*arguments, variables):
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=variables, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize("processes", ["0", "2"])
def test_no_browser_is_said_once_and_at_once(without_browser, processes):
    plain = ["-m", "pytest", "tests/test_sliders.py", "-p", "no:nbval", "-p", "no:cacheprovider"]
    run = python(*plain, "-o", f"addopts=-n {processes}", variables=without_browser)
    assert run.returncode
    assert run.stdout.count(browser.MISSING) == 1
    assert "no tests ran" in run.stdout
    assert "Traceback" not in run.stdout


def test_no_browser_that_can_be_had_fails_in_one_sentence(without_browser):
    run = python("tools/browser.py", variables=without_browser)
    assert run.returncode
    assert run.stdout.splitlines()[-1] == browser.MISSING
    assert "Traceback" not in run.stdout


def test_files_named_are_there():
    for name in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / name).exists(), name
