"""What the tests share: where things are, and the built book."""

import gzip
import os
import shutil
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
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
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "_ext")]
import browser  # noqa: E402
import sources  # noqa: E402

HTML = ROOT / "_build" / "html"
SITE = ROOT / "_build" / "site"
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
ABOUT_PAGES = {
    "test_coverage.py", "test_gallery.py", "test_glossary.py", "test_letters.py",
    "test_live_notebooks.py",
    "test_notebooks.py", "test_numbers.py", "test_references.py",
}  # fmt: skip
BUILD = ["jupyter-book", "build", ".", "-W", "-n", "--keep-going"]


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


def is_new(name):
    """Whether _build has this folder, made without a warning from what is here now."""
    stamp = HTML.with_name(f".{name}-made-from")
    return stamp.exists() and stamp.read_text(encoding="utf-8") == sources.of_book(ROOT)


# PyTorch is no requirement of the book, and few who test it have made the site or the PDF: without
# them nothing that needs them is collected. Where they must be there (.ci/), their absence is an
# error; `make pdf` names the tests of the paper.
if os.environ.get("ACTFUN_NEEDS_TORCH") and not find_spec("torch"):
    raise ModuleNotFoundError("ACTFUN_NEEDS_TORCH is set, but PyTorch is not installed")
SITE_IS_NEW = is_new("site")
if os.environ.get("ACTFUN_NEEDS_SITE") and not SITE_IS_NEW:
    raise FileNotFoundError("ACTFUN_NEEDS_SITE is set, but _build/site is missing or old")
collect_ignore = [] if find_spec("torch") else ["test_frameworks.py", "test_torch.py"]
collect_ignore += [] if find_spec("torch") and find_spec("mnist1d") else ["test_measuring.py"]
collect_ignore += [] if SITE_IS_NEW else ["test_site.py"]
collect_ignore += [] if is_new("latex") else ["test_paper.py"]


def build(folder, builder="html"):
    """Build the book in this folder, as `make book` does; returns the finished process."""
    program = Path(sys.executable).with_name(BUILD[0])
    command = [program, *BUILD[1:], "--builder", builder]
    said = {"capture_output": True, "encoding": "utf-8", "env": {**os.environ, "PYTHONUTF8": "1"}}
    return subprocess.run(command, cwd=folder, **said)


def built(builder):
    """The folder of the book as this builder makes it; built first, if it is not new."""
    HTML.parent.mkdir(exist_ok=True)
    with FileLock(HTML.with_name(".build.lock")):
        if not is_new(builder):
            run = build(ROOT, builder)
            if run.returncode:
                tail = "\n".join((run.stdout + run.stderr).splitlines()[-60:])
                pytest.fail(f"the book does not build ({' '.join(BUILD)}):\n{tail}", pytrace=False)
    return HTML.with_name(builder)


def page_of(*code):
    """A notebook with a title and these code cells."""
    cells = [nbformat.v4.new_markdown_cell("# A page")]
    page = nbformat.v4.new_notebook(cells=cells + list(map(nbformat.v4.new_code_cell, code)))
    page.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    return page


INTRO = """\
# A book

Its first words {cite:p}`nair2010`. A formula: $x = 1$, and so on, to 99 %.

::::{tab-set}
:::{tab-item} A tab
Its words.
:::
::::

|  | a column |
|---|---|
| a row | 1 |

```{glossary}
slope
  How steep it is.

斜率
  The same.
```

```{bibliography}
```
"""  # what the theme and its extensions set in a way that has to be repaired


@pytest.fixture(scope="module")
def small_book(tmp_path_factory):
    """The folder of a book of two pages with our settings, not built yet."""
    book = tmp_path_factory.mktemp("book")
    for name in ("_ext", "assets", "tools", "lib"):
        shutil.copytree(ROOT / name, book / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("references.bib", "_config.yml"):
        shutil.copy(ROOT / name, book)
    toc = "{format: jb-book, root: intro, chapters: [{file: chapters/relu}]}"
    (book / "_toc.yml").write_text(toc, encoding="utf-8")
    (book / "intro.md").write_text(INTRO, encoding="utf-8")
    (book / "chapters").mkdir()
    page = page_of("print(6 * 7)")
    page.cells[1].metadata["tags"] = ["hide-input"]
    nbformat.write(page, book / "chapters" / "relu.ipynb")
    return book


@pytest.fixture(scope="session")
def book():
    """The folder of the built book."""
    return built("html")


@pytest.fixture(scope="session")
def paper(book):
    """The folder with the LaTeX of the book, made from the pages that `book` has read."""
    return built("latex")


def patient(make):
    """Pages that wait ten minutes for what is to come: a slow machine may be slow."""

    def made(**options):
        page_or_context = make(**options)
        page_or_context.set_default_timeout(600_000)
        return page_or_context

    return made


@pytest.fixture(scope="session")
def chromium():
    """The installed Chromium. Playwright has one browser a process: the tests share it."""
    with sync_playwright() as playwright:
        started, _ = browser.launch(playwright)
        started.new_page, started.new_context = map(
            patient, (started.new_page, started.new_context)
        )
        yield started
        started.close()


def pytest_collection_modifyitems(items):
    """Whatever is about the book or needs a browser is slow; other slow tests are marked as such.

    The notebooks come first: the book takes their outputs, and is built by one worker while the
    other goes on with the library. What needs the book comes last.
    """

    def turn(item):
        fixtures = set(getattr(item, "fixturenames", ()))  # a cell of a notebook has none
        about_pages = {"book", "chromium", "browser", "client"} & fixtures
        if about_pages or item.path.name in ABOUT_PAGES or item.get_closest_marker("workshop"):
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


@pytest.fixture(scope="module")
def client():
    """Of a new kernel, which listens at no port that another process might take."""
    import notebooks
    from jupyter_client.manager import KernelManager

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        connection = str(Path(folder) / "kernel.json")
        manager = KernelManager(transport=notebooks.TRANSPORT, connection_file=connection)
        manager.start_kernel()
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=600)
        yield client
        client.stop_channels()
        manager.shutdown_kernel(now=True)
