"""Make the environment for the book, the library and the tests, saying what is being done.

    python3 tools/set_up.py .venv [requirements-lock.txt]

The environment gets the Python that runs this. One of that Python that works is kept and brought up
to date; any other is made anew. The second file, if there is one, holds the versions to be taken.
"""

import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import system_packages

ROOT = Path(__file__).resolve().parent.parent
WHICH = "import sys; print(sys.base_prefix, sys.version)"


def said(*command):
    """What a command prints; "" if it fails, or is not there."""
    try:
        return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def works(python):
    """Whether this Python of an environment is ours, and its scripts find it (not after a move)."""
    ours = said(python, "-c", WHICH) == f"{sys.base_prefix} {sys.version}\n"
    return ours and said(str(Path(python).with_name("pip")), "--version") != ""


def make(environment):
    if find_spec("ensurepip") is None:  # Debian and Ubuntu keep it in a package
        package = "python{}.{}-venv".format(*sys.version_info)
        problem = system_packages.install(package)
        if problem:
            sys.exit(
                f"This Python needs the package {package} to make an environment, and "
                f"{problem}: let root run apt-get install {package}, then try again."
            )
    subprocess.run([sys.executable, "-m", "venv", "--clear", environment], check=True)


def install(python, versions):
    """Install the requirements; show how far pip is and, if it fails, all its complaints."""
    # Python compiles what it loads, which is a third of all that there is.
    command = [python, "-m", "pip", "install", "--no-compile", "-r", "requirements.txt"]
    command += [part for file in versions for part in ("-c", file)]
    settings = dict(os.environ, PIP_DISABLE_PIP_VERSION_CHECK="1")
    found = 0
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(
            command, cwd=ROOT, env=settings, encoding="utf-8", errors="replace",
            stdout=subprocess.PIPE, stderr=complaints,
        ) as pip,
    ):  # fmt: skip
        for line in pip.stdout:
            if line.startswith("Collecting "):
                found += 1
                if found % 20 == 0:
                    print(f"  {found} packages found", flush=True)
            elif line.startswith("Installing collected packages"):
                print(f"  {line.count(',') + 1} packages to be unpacked", flush=True)
        if pip.wait():
            complaints.seek(0)
            print(complaints.read(), file=sys.stderr)
    return pip.returncode


def main(environment, *versions):
    python = str(Path(environment) / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    version = sys.version.split()[0]
    print(f"Setting up {environment} for Python {version}: some minutes, once.", flush=True)
    if not works(python):
        make(environment)
    return install(python, versions)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
