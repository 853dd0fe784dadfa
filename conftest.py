"""For every process of the tests: threads, who runs what, and what notebooks leave behind."""

import os
import re
import sys
from collections import Counter
from copy import deepcopy
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "_ext"))
import book_build  # noqa: E402

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # for the kernels of notebooks as well: two processes run


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests out by files, in their order, and those in the browser by pages."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            page = re.search(r"test_browser\.py::\w+\[((?:chapters/)?\w+)", nodeid)
            return page[1] if page else nodeid.partition("::")[0]

    return ByFileOrPage(config, log)


def pytest_runtest_teardown(item, nextitem):
    """Let the book take the outputs of a notebook that has run, instead of running it again."""
    notebook = item.parent
    if not hasattr(notebook, "nb") or (nextitem and nextitem.parent is notebook):
        return
    run = [cell.test_outputs for cell in item.session.items if cell.parent is notebook]
    if all(
        outputs is not None and all(output.output_type != "error" for output in outputs)
        for outputs in run
    ):
        keep_for_the_book(notebook, run)


def keep_for_the_book(notebook, run):
    """Put a notebook into the cache of the book, if its code cells have all got their outputs."""
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    executed = deepcopy(notebook.nb)
    executed.metadata.language_info.pygments_lexer = "ipython3"  # which the kernel would say
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    if len(run) < len(code):
        return
    for cell, outputs in zip(code, run, strict=True):
        cell.outputs = outputs
    folder = book_build.cache_folder(ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        cache = get_cache(folder)
        cache.cache_notebook_bundle(CacheBundleIn(executed, notebook.path), overwrite=True)
        cache.db.dispose()  # it would be left open, which Python 3.13 complains of


def pytest_terminal_summary(terminalreporter):
    """How long each notebook took: the time of its cells, kernel and comparison included."""
    seconds = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            path = getattr(report, "nodeid", "").partition("::")[0]
            if path.endswith(".ipynb"):
                seconds[path] += report.duration
    if seconds:
        terminalreporter.section("seconds for each notebook")
        for path, time in seconds.most_common():
            terminalreporter.write_line(f"{time:6.1f}  {path}")
