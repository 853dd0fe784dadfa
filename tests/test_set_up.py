"""Setting up: once, again where it must be, and in one sentence where it cannot be."""

import os
import shutil
import subprocess
import sys
from types import SimpleNamespace

import browser
import pytest
import set_up
import system_packages
from conftest import ROOT


def make(*arguments, folder=ROOT, **variables):
    """Run make there; what it says, and how it ends."""
    said = {"PYTHON", "VENV", "LOCK"}  # to the make that may run these tests
    environment = {name: value for name, value in os.environ.items() if name not in said}
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
    for name in ("lib", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
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


def test_set_up_keeps_the_python_that_is_there(checkout):
    (checkout / ".venv" / ".installed").unlink()
    assert '".venv/bin/python" tools/set_up.py' in make("-n", "book", folder=checkout).stdout
    named = make("-n", "book", f"PYTHON={sys.executable}", folder=checkout).stdout
    assert f'"{sys.executable}" tools/set_up.py' in named


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


def test_an_environment_is_made_anew_if_broken_or_of_another_python(tmp_path):
    programs = tmp_path / "environment" / "bin"
    programs.mkdir(parents=True)
    python, pip = programs / "python", programs / "pip"
    assert not set_up.works(str(python))
    python.symlink_to(sys.executable)
    pip.write_text("#!/bin/sh\necho pip\n", encoding="utf-8")
    pip.chmod(0o755)
    assert set_up.works(str(python))
    pip.write_text("#!/where/it/was/before\n", encoding="utf-8")
    assert not set_up.works(str(python))
    pip.write_text("#!/bin/sh\necho pip\n", encoding="utf-8")
    python.unlink()
    python.write_text("#!/bin/sh\necho another\n", encoding="utf-8")
    python.chmod(0o755)
    assert not set_up.works(str(python))


@pytest.mark.parametrize("fails", [0, 1])
def test_what_pip_complains_of_is_shown_where_it_fails(tmp_path, capsys, fails):
    pip = tmp_path / "python"
    pip.write_text(
        f"#!/bin/sh\necho 'Installing collected packages: a, b'\necho no such version >&2\n"
        f"exit {fails}\n",
        encoding="utf-8",
    )
    pip.chmod(0o755)
    assert set_up.install(str(pip), ["requirements-lock.txt"]) == fails
    said = capsys.readouterr()
    assert said.out == "  2 packages to be unpacked\n"
    assert said.err.strip() == ("no such version" if fails else "")


def test_only_the_tests_ask_for_a_browser(checkout):
    assert "tools/browser.py" in make("-n", "test", folder=checkout).stdout
    for target in ("book", "lab", "test-fast"):
        assert "tools/browser.py" not in make("-n", target, folder=checkout).stdout


def test_a_home_that_is_not_there_is_replaced(checkout):
    said = make("--eval", "home: ; @echo home is $$HOME", "home", HOME="/nowhere", folder=checkout)
    assert said.stdout == f"home is {checkout}/.venv/home\n"


def test_a_locale_without_unicode_is_replaced(checkout):
    said = make("--eval", "said: ; @echo $$LC_ALL", "said", LC_ALL="POSIX", folder=checkout)
    assert said.stdout == "C.UTF-8\n"
    python = checkout / ".venv" / "bin" / "python"
    strict = '\n[ "$LC_ALL" = C.UTF-8 ] || exit 1\n'
    script = python.read_text(encoding="utf-8").replace("\n", strict, 1)
    python.write_text(script, encoding="utf-8")
    assert not installs(make("-n", "book", LC_ALL="POSIX", folder=checkout))


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


@pytest.mark.workshop
@pytest.mark.parametrize("processes", ["0", "2"])
def test_no_browser_is_said_once_and_at_once(without_browser, processes):
    plain = ["-m", "pytest", "tests/test_sliders.py", "-p", "no:nbval", "-p", "no:cacheprovider"]
    run = python(*plain, "-o", f"addopts=-n {processes}", variables=without_browser)
    assert run.returncode
    assert run.stdout.count(browser.MISSING) == 1
    assert "no tests ran" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_driver_that_does_not_start_fails_in_one_sentence(without_browser):
    run = python("tools/browser.py", variables=without_browser)
    assert run.returncode
    assert run.stdout.splitlines()[-1].startswith("Install libatomic1")
    assert "Traceback" not in run.stdout


def executable(path):
    path.write_text("", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("starts", ["google-chrome", "msedge", None])
def test_the_first_browser_that_starts_is_taken(tmp_path, monkeypatch, starts):
    for name in ("chromium", "google-chrome", "msedge"):
        executable(tmp_path / name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "FOLDERS", [])
    wanted = starts and shutil.which(starts)

    def launch(executable_path, args, timeout):
        if executable_path != wanted:
            raise browser.Error("does not start")
        return "started"

    playwright = SimpleNamespace(chromium=SimpleNamespace(launch=launch))
    name = wanted or "Playwright's headless shell"
    assert browser.launch(playwright) == ("started", name)


def test_a_browser_outside_path_is_found(tmp_path, monkeypatch):
    program = tmp_path / "Chromium.app" / "Contents" / "MacOS" / "Chromium"
    program.parent.mkdir(parents=True)
    executable(program)
    monkeypatch.setattr(browser, "FOLDERS", [str(tmp_path)])
    assert str(program) in list(browser.installed())


def test_a_browser_is_downloaded_before_the_system_is_asked(monkeypatch, capsys):
    there, asked = [], []
    monkeypatch.setattr(browser, "find", lambda: "".join(there))
    monkeypatch.setattr(browser, "download", lambda: asked.append("download"))
    monkeypatch.setattr(browser, "install", lambda: (asked.append("install"), there.append("it")))
    assert browser.main() == 0
    assert asked == ["download", "install"]
    assert capsys.readouterr().out.splitlines()[-1] == "The tests draw the pages with it."
    assert browser.main() == 0
    assert asked == ["download", "install"]


def test_a_download_without_end_is_given_up(monkeypatch, capsys):
    def run(*command, timeout, **options):
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(browser.subprocess, "run", run)
    browser.download()
    assert "has not come" in capsys.readouterr().out


def test_no_browser_that_can_be_had_fails_in_one_sentence(monkeypatch):
    for step in ("find", "download", "install"):
        monkeypatch.setattr(browser, step, lambda: "")
    assert browser.main() == browser.MISSING


def test_nothing_is_installed_where_somebody_would_have_to_be_asked(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get" in system_packages.install("chromium")
    executable(tmp_path / "dnf")
    assert system_packages.install("chromium") == "dnf needs root, or sudo without a password"


def test_lists_that_another_program_fetches_are_waited_for(monkeypatch, tmp_path, capsys):
    held = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7"
    apt, said = tmp_path / "apt-get", tmp_path / "said"
    apt.write_text(
        f'#!/bin/sh\necho "$@" >>"{said}"\n'
        f'[ $(wc -l <"{said}") -gt 2 ] || {{ echo "{held}"; exit 100; }}\n',
        encoding="utf-8",
    )
    apt.chmod(0o755)
    waits = []
    monkeypatch.setattr(system_packages, "time", SimpleNamespace(sleep=waits.append))
    monkeypatch.setattr(system_packages, "as_root", lambda: [])
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert system_packages.install("chromium") == ""
    asked = said.read_text(encoding="utf-8").splitlines()
    assert asked[:3] == ["update"] * 3
    assert asked[3].endswith("chromium") and len(asked) == 4
    assert waits == [1, 1]
    assert capsys.readouterr().out.count("waits") == 1


def test_packages_that_are_there_end_well(monkeypatch):
    monkeypatch.setattr(system_packages, "install", lambda *names: "")
    assert system_packages.main("a", "b") == 0
    monkeypatch.setattr(system_packages, "install", lambda *names: "the disk is full")
    assert system_packages.main("a", "b") == "Not installed: a b, since the disk is full"


def test_a_python_without_venv_is_said_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(set_up, "find_spec", lambda name: None)
    monkeypatch.setattr(system_packages, "as_root", lambda: None)
    package = "python{}.{}-venv".format(*sys.version_info)
    with pytest.raises(SystemExit, match=f"needs the package {package}.*apt-get install {package}"):
        set_up.main(str(tmp_path / "environment"))
