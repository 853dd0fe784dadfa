"""For every process of the tests, kernels of notebooks included: one thread, as two run at once."""

import os
from collections import Counter

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")


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
