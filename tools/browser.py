"""The browser that draws the book for the tests: an installed Chromium, Chrome or Edge that starts.

    python tools/browser.py        sets one up where there is none
"""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import system_packages
from playwright.sync_api import Error, sync_playwright

NAMES = [  # the first opens no windows, and is a fifth quicker
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable", "chrome", "microsoft-edge", "microsoft-edge-stable", "msedge",
]  # fmt: skip
FOLDERS = [
    "/Applications", "~/Applications", "%PROGRAMFILES%", "%PROGRAMFILES(X86)%", "%LOCALAPPDATA%",
]  # fmt: skip
PROGRAMS = [
    "Google Chrome.app/Contents/MacOS/Google Chrome",
    "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
]
OPTIONS = [
    "--no-sandbox",  # root may not have one, and we show it nothing but our own pages
    "--disable-gpu",
    # A page that Chromium takes for hidden stops its animation frames.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
]
MISSING = (
    "No Chromium, Chrome or Edge starts here, and the tests of the pages need one: "
    "python tools/browser.py gets it, or install one yourself "
    "(Debian: apt-get install chromium; Fedora: dnf install chromium; others: google.com/chrome)."
)
PATIENCE = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}  # ms, for each of five attempts


def installed():
    """The programs to be tried, those on PATH first; None is Playwright's own download."""
    yield from filter(None, map(shutil.which, NAMES))
    folders = [Path(os.path.expanduser(os.path.expandvars(folder))) for folder in FOLDERS]
    files = [folder / program for folder in folders for program in PROGRAMS]
    yield from (str(file) for file in files if file.is_file())
    yield None


def launch(playwright):
    """The first of them that starts, and its name; (None, "") where none does."""
    for program in installed():
        try:
            browser = playwright.chromium.launch(
                executable_path=program, args=OPTIONS, timeout=120_000
            )
        except Error:  # no browser after all, or not downloaded, or a library is missing
            continue
        return browser, program or "Playwright's headless shell"
    return None, ""


def drives():
    """Whether Playwright itself starts here."""
    run = system_packages.quiet(sys.executable, "-m", "playwright", "--version")
    return run.returncode == 0


def find():
    """The name of the one that starts; "" where none does."""
    if not drives():
        return ""
    with sync_playwright() as playwright:
        browser, name = launch(playwright)
        if browser:
            browser.close()
    return name


def download():
    """Playwright's own headless shell, and on Debian and its like the libraries that it needs."""
    print("  Playwright downloads its headless shell, some 100 MB.", flush=True)
    get = [sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"]
    try:
        done = subprocess.run(
            get, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
            env=os.environ | PATIENCE, timeout=1800,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        print("  It has not come after half an hour.")
        return
    if done.returncode:
        said = [line for line in done.stdout.splitlines() if line.startswith("Error: ")]
        print(f"  It cannot be had: {(said or ['no reason given'])[0].removeprefix('Error: ')}.")
        return
    root = system_packages.as_root()
    if not find() and root is not None and shutil.which("apt-get"):
        print("  It lacks libraries, which apt-get installs.", flush=True)
        system_packages.quiet(*root, sys.executable, "-m", "playwright", "install-deps", "chromium")


def install():
    """The Chromium of this system's packages. Ubuntu's is a snap, which sees no temporary files."""
    if sys.platform == "linux" and platform.freedesktop_os_release()["ID"] != "ubuntu":
        problem = system_packages.install("chromium-headless-shell")  # not every system has it
        problem = problem and system_packages.install("chromium")
        if problem:
            print(f"  {problem}.")


def main():
    if not drives():
        print("Playwright does not start here: it needs a library.", flush=True)
        problem = system_packages.install("libatomic1" if shutil.which("apt-get") else "libatomic")
        if problem or not drives():
            return f"Install libatomic1 (Debian) or libatomic (Fedora), for Playwright. {problem}"
    name = find()
    for step in (download, install):
        if not name:
            print("No Chromium, Chrome or Edge starts here.", flush=True)
            step()
            name = find()
    if not name:
        return MISSING
    print(f"The tests draw the pages with {name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
