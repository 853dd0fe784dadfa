"""In what a notebook runs, here and everywhere: nothing of it comes from whoever runs it."""

import os
import subprocess
import sys
from pathlib import Path

SETTINGS = (
    "MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "PYTHONWARNINGS",
)  # fmt: skip
FOLDERS = {
    "MPLCONFIGDIR": ".matplotlib", "IPYTHONDIR": ".ipython", "JUPYTER_RUNTIME_DIR": ".kernels",
}  # fmt: skip


def variables(root):
    """The environment variables for a kernel, or for the process that starts it.

    One thread, since two notebooks run side by side. Settings and caches are the book's own, so
    that neither a style nor a start-up file, nor a home that cannot be written, changes a page.
    """
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return {
        **kept,
        **{f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")},
        "PYTHONHASHSEED": "0",
        **{name: str(root / "_build" / folder) for name, folder in FOLDERS.items()},
    }


def prepare(root):
    """Let matplotlib look for the fonts before a page does, which would say so on stderr."""
    prepared = variables(root)
    for name in FOLDERS:
        Path(prepared[name]).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(command, env=prepared, stderr=subprocess.DEVNULL, check=True)
