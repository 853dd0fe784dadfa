"""Install packages of the system where nobody is asked: as root, or by sudo without a password.

    python tools/system_packages.py chromium fonts-dejavu-core
"""

import os
import shutil
import subprocess
import sys
import time

MANAGERS = {  # with their ways to answer no question and to wait for others who install
    "apt-get": ["-o", "DPkg::Lock::Timeout=3600", "install", "-y", "--no-install-recommends"],
    "dnf": ["install", "-y"],
    "pacman": ["-Sy", "--noconfirm"],
    "zypper": ["--non-interactive", "install"],
}


def quiet(*command):
    """Run a command without questions; what it says is kept, and its language is English."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=dict(os.environ, LC_ALL="C.UTF-8"),
    )


def as_root():
    """What to write before a command so that root runs it, unasked; None where that cannot be."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    if shutil.which("sudo") and quiet("sudo", "-n", "true").returncode == 0:
        return ["sudo", "-n"]
    return None


def update_lists(*apt):
    """Fetch apt's lists. Where another program does so, apt-get itself would fail: wait."""
    for second in range(3600):
        if "lists/lock" not in quiet(*apt, "update").stdout:  # where this fails, install says why
            break
        if second == 0:
            print("  Another program fetches the lists of packages; this one waits.", flush=True)
        time.sleep(1)


def install(*names):
    """Install these packages; returns "" once they are there, else what prevented it."""
    manager = next(filter(shutil.which, MANAGERS), None)
    root = as_root()
    if manager is None:
        return f"none of {', '.join(MANAGERS)} is here"
    if root is None:
        return f"{manager} needs root, or sudo without a password"
    print(f"  {manager} installs {' '.join(names)}.", flush=True)
    root += ["env", "DEBIAN_FRONTEND=noninteractive"]  # sudo drops variables
    if manager == "apt-get":
        update_lists(*root, manager)
    done = quiet(*root, manager, *MANAGERS[manager], *names)
    said = done.stdout.strip().splitlines() or ["nothing"]
    return f"{manager} says: {said[-1]}" if done.returncode else ""


def main(*names):
    """What ends the program: 0, or a sentence."""
    problem = install(*names)
    return f"Not installed: {' '.join(names)}, since {problem}" if problem else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
