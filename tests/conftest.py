"""What the tests share: where things are, and the built book."""

import gzip
import os
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import matplotlib
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import sync_playwright

matplotlib.use("Agg")
# The same examples every time, on every machine; none is stored between runs.
settings.register_profile("same", derandomize=True, deadline=None, max_examples=40, database=None)
settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import browser  # noqa: E402

HTML = ROOT / "_build" / "html"
SITE = ROOT / "_build" / "site"
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
ABOUT_PAGES = {
    "test_coverage.py", "test_gallery.py", "test_glossary.py", "test_live_notebooks.py",
    "test_notebooks.py", "test_numbers.py", "test_references.py",
}  # fmt: skip
BUILD = ["jupyter-book", "build", ".", "-W", "-n", "--keep-going"]
SOURCES = [
    "_config.yml", "_toc.yml", "_ext/*.py", "intro.md", "references.bib", "requirements.txt",
    "chapters/*.md", "chapters/*.ipynb", "assets/*", "lib/actfun/*",
]  # fmt: skip


def toc_pages():
    """The pages of the book in their order, without suffix: ["intro", "chapters/neuron", …]."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"]] + [entry["file"] for part in toc["parts"] for entry in part["chapters"]]


@cache
def read_notebook(path):
    """The stored notebook, to be looked at only: the tests of a process share it."""
    return nbformat.read(path, as_version=4)


@cache
def soup(path):
    """A built page, taken apart; to be looked at only as well."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def transferred(addresses, root):
    """Bytes of the book's files at these addresses below ``root``, as a server gzips them."""
    paths = {unquote(urlsplit(url).path) for url in addresses if url.startswith(root)}
    files = [HTML / path.removeprefix(urlsplit(root).path) for path in paths]
    return sum(gzipped(file) for file in files if file.is_file())


@cache
def gzipped(file):
    return len(gzip.compress(file.read_bytes()))


def newest_source():
    files = [path for pattern in SOURCES for path in ROOT.glob(pattern) if path.is_file()]
    return max(path.stat().st_mtime for path in files)


# PyTorch is no requirement of the book, and few who test it have made the site: without them
# nothing that needs them is collected. Where they must be there (.ci/), their absence is an error.
if os.environ.get("ACTFUN_NEEDS_TORCH") and not find_spec("torch"):
    raise ModuleNotFoundError("ACTFUN_NEEDS_TORCH is set, but PyTorch is not installed")
SITE_IS_NEW = SITE.exists() and SITE.stat().st_mtime > newest_source()
if os.environ.get("ACTFUN_NEEDS_SITE") and not SITE_IS_NEW:
    raise FileNotFoundError("ACTFUN_NEEDS_SITE is set, but _build/site is missing or old")
collect_ignore = [] if find_spec("torch") else ["test_frameworks.py"]
collect_ignore += [] if SITE_IS_NEW else ["test_site.py"]


def built(builder):
    """The folder of the book as this builder makes it; built first if a source is newer than it."""
    folder = HTML.with_name(builder)
    stamp = HTML.with_name(f".{builder}-built-for-tests")
    HTML.parent.mkdir(exist_ok=True)
    with FileLock(HTML.with_name(".build.lock")):
        if not stamp.exists() or stamp.stat().st_mtime < newest_source():
            started = newest_source()
            command = [str(Path(sys.executable).with_name(BUILD[0])), *BUILD[1:]]
            run = subprocess.run(
                [*command, "--builder", builder],
                cwd=ROOT,
                capture_output=True,
                encoding="utf-8",
                timeout=1800,
            )
            if run.returncode:
                tail = "\n".join((run.stdout + run.stderr).splitlines()[-60:])
                pytest.fail(f"the book does not build ({' '.join(BUILD)}):\n{tail}", pytrace=False)
            stamp.touch()
            os.utime(stamp, (started, started))
    return folder


@pytest.fixture(scope="session")
def book():
    """The folder of the built book."""
    return built("html")


@pytest.fixture(scope="session")
def paper(book):
    """The folder with the LaTeX of the book, made from the pages that `book` has read."""
    return built("latex")


@pytest.fixture(scope="session")
def chromium():
    """The installed Chromium. Playwright has one browser a process: the tests share it."""
    with sync_playwright() as playwright:
        started, _ = browser.launch(playwright)
        yield started
        started.close()


def pytest_collection_modifyitems(items):
    """Whatever is about the book or needs a browser is slow; other slow tests are marked as such.

    The notebooks come first: the book takes their outputs, and is built by one worker while the
    other goes on with the library. What needs the book comes last.
    """

    def turn(item):
        fixtures = set(getattr(item, "fixturenames", ()))  # a cell of a notebook has none
        if {"book", "chromium", "browser", "client"} & fixtures or item.path.name in ABOUT_PAGES:
            item.add_marker("slow")
        if item.path.suffix == ".ipynb":
            return 0
        file = item.path.name
        return {"test_book.py": 1, "test_browser.py": 4}.get(file, 3 if "book" in fixtures else 2)

    items.sort(key=turn)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session):
    """No browser: say so at once, in one sentence, instead of failing in every test of a page."""
    needed = any("chromium" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not browser.find():
        if not hasattr(session.config, "workerinput"):
            raise pytest.UsageError(browser.MISSING)
        session.shouldfail = browser.MISSING  # the worker hands it on, and has nothing to run
        session.items.clear()
