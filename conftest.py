"""How pytest runs the notebooks, and shares out all it runs: tests/conftest.py is for the tests."""

import asyncio
import os
import re
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "_ext"))
import environment  # noqa: E402
import notebooks  # noqa: E402

for name in environment.SETTINGS:
    os.environ.pop(name, None)
os.environ.update(environment.variables(ROOT))


def pytest_sessionstart(session):
    if not hasattr(session.config, "workerinput"):  # once, before the workers start
        environment.prepare(ROOT)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Share the tests out by files, in their order, and those in the browser by pages."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFileOrPage(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            page = re.search(r"test_browser\.py::\w+\[((?:chapters/)?\w+)", nodeid)
            return page[1] if page else nodeid.partition("::")[0]

    return ByFileOrPage(config, log)


@cache
def cache_folder():
    return notebooks.cache_folder(ROOT)


class Book:
    """In place of a kernel: it answers with what the book gets from the same cells."""

    def __init__(self, executed):
        self.cells = (cell for cell in executed.cells if cell.cell_type == "code")
        self.request, self.messages = 0, []

    def is_alive(self):
        return True

    def execute_cell_input(self, source, allow_stdin):
        cell = next(cell for cell in self.cells if cell.source == source)
        self.request += 1
        said = [(output.output_type, output) for output in cell.outputs]
        self.messages = iter([*said, ("status", {"execution_state": "idle"})])
        return self.request

    def await_reply(self, request, timeout):
        pass

    def get_message(self, stream, timeout):
        kind, content = next(self.messages)
        parent = {"msg_id": self.request}
        return {"msg_type": kind, "content": content, "parent_header": parent}

    def stop(self):
        pass


def executed(path):
    """What the book has got from this notebook, or gets now; None if it cannot be used."""
    found = notebooks.kept(cache_folder(), path)
    if found is None:
        try:
            found = asyncio.run(notebooks.run_cells(path, environment.variables(ROOT)))
            notebooks.keep(cache_folder(), path, found)
        except notebooks.Unusable:
            return None
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Let nbval compare what the book gets from a notebook. One that fails it runs itself."""
    notebook = item.parent
    if hasattr(notebook, "nb") and notebook.kernel is None and (found := executed(notebook.path)):
        notebook.setup = lambda: setattr(notebook, "kernel", Book(found))


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
