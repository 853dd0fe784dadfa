"""How pytest runs the notebooks, and shares out all it runs: tests/conftest.py is for the tests."""

import os
import re
import sys
from collections import Counter
from copy import deepcopy
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
    """In place of a kernel: it answers with what the book has got from the same cells."""

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


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Compare what the book has got from a notebook, if nothing has changed since."""
    notebook = item.parent
    if hasattr(notebook, "nb") and notebook.kernel is None:
        executed = notebooks.kept(cache_folder(), notebook.path)
        if executed:
            notebook.setup = lambda: setattr(notebook, "kernel", Book(executed))


def pytest_runtest_teardown(item, nextitem):
    """Let the book take the outputs of a notebook that has run, instead of running it again."""
    notebook = item.parent
    if not hasattr(notebook, "nb") or (nextitem and nextitem.parent is notebook):
        return
    if isinstance(notebook.kernel, Book):
        return
    run = [cell.test_outputs for cell in item.session.items if cell.parent is notebook]
    executed = deepcopy(notebook.nb)
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    if len(run) == len(code) and None not in run:
        for cell, outputs in zip(code, run, strict=True):
            cell.outputs = outputs
        try:
            notebooks.keep(cache_folder(), notebook.path, executed)
        except notebooks.Unusable:
            pass  # nbval has said what is wrong


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
