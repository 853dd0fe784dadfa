"""Execute notebooks, and keep what they gave in the cache from which the book is made.

The build, ``tools/store_outputs.py`` and the tests use the same kernels: one thread each, no port,
no settings of whoever runs them. Nothing is kept of a notebook with an error, or with anything on
stderr. Whoever of build and tests comes second takes what the first has got.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from copy import deepcopy
from pathlib import Path

import environment
import nbformat
import sources
from filelock import FileLock
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from sphinx.util import logging

AT_A_TIME = 2
KEPT = 6  # caches: of two Pythons, say, and of the library before and after some changes
TIMEOUT = 1200  # seconds a cell, for a notebook that hangs; a slow machine may be slow
# A socket in a folder of its own; a port might be taken by another process in the meantime. Its
# path may have a hundred letters.
TRANSPORT = "tcp" if sys.platform == "win32" or len(tempfile.gettempdir()) > 60 else "ipc"

LOGGER = logging.getLogger(__name__)


class Unusable(Exception):
    """A notebook that may neither be kept nor be stored, and why."""


def cell_name(path, number):
    return f"{path.parent.name}/{path.name}, cell {number}"


def check(path, notebook):
    """Raise ``Unusable`` if a cell has written to stderr, or has failed where it may not."""
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                what = f"{cell_name(path, number)}, writes to stderr:\n\n{cell.source}\n\n"
                raise Unusable(what + output.text)
            if output.output_type == "error" and "raises-exception" not in cell.metadata.get(
                "tags", ()
            ):
                what = f"{cell_name(path, number)}, fails:\n\n{cell.source}\n\n"
                raise Unusable(what + "\n".join(output.traceback))


async def run_cells(path, variables):
    """The notebook with its outputs, all of them from one new kernel."""
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        connection = str(Path(folder) / "kernel.json")
        kernel = AsyncKernelManager(
            kernel_name="python3", transport=TRANSPORT, connection_file=connection
        )
        client = NotebookClient(
            notebook, km=kernel, resources=where, timeout=TIMEOUT, startup_timeout=TIMEOUT,
            record_timing=False,  # the cache would take it for a part of the cells
        )  # fmt: skip
        client.coalesce_streams = True  # printed in pieces or at once: the same output
        try:
            await client.async_start_new_kernel(env=variables)
            await client.async_start_new_kernel_client()
            for index, cell in enumerate(notebook.cells):
                try:
                    await client.async_execute_cell(cell, index)
                except CellControlSignal as problem:  # it failed, or took too long
                    what = f"{cell_name(path, index + 1)}, fails:\n\n{problem}"
                    raise Unusable(what) from problem
                except DeadKernelError as problem:
                    what = f"{cell_name(path, index + 1)}, ends its kernel:\n\n{cell.source}"
                    raise Unusable(what) from problem
        finally:
            if client.kc is not None:
                client.kc.stop_channels()
            if kernel.has_kernel:
                await kernel.shutdown_kernel(now=True)
    check(path, notebook)
    return notebook


def execute(root, paths, use):
    """Run notebooks, two at a time, and call ``use(path, notebook, seconds)`` as each ends.

    Returns what was wrong with those that may not be used, one text each; ``use`` may raise
    ``Unusable`` as well. The largest start first.
    """

    async def one(path, free):
        async with free:
            started = time.perf_counter()
            try:
                notebook = await run_cells(path, environment.variables(root))
                use(path, notebook, time.perf_counter() - started)
            except Unusable as problem:
                return str(problem)

    async def all_of_them():
        free = asyncio.Semaphore(AT_A_TIME)
        ordered = sorted(paths, key=lambda path: -path.stat().st_size)
        return await asyncio.gather(*(one(path, free) for path in ordered))

    environment.prepare(root)
    return [problem for problem in asyncio.run(all_of_them()) if problem]


def cache_folder(root):
    return root / "_build" / ".jupyter_cache" / sources.of_notebooks(root)


def keep(folder, path, notebook):
    """Put an executed notebook into this cache. Several processes may do so."""
    check(path, notebook)
    executed = deepcopy(notebook)
    executed.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        cache = get_cache(folder)
        bundle = CacheBundleIn(executed, str(path))
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        cache.db.dispose()  # it would be left open, which Python 3.13 complains of


def kept(folder, path):
    """The notebook as this cache has it executed; None if it has not, as the cells are now."""
    if not (folder / "__version__.txt").exists():  # the last that is written of a new cache
        return None
    cache = get_cache(folder)
    try:
        record = cache.match_cache_notebook(nbformat.read(path, as_version=4))
        return cache.get_cache_bundle(record.pk).nb
    except KeyError:
        return None
    finally:
        cache.db.dispose()


def choose_cache(app, config):
    """Let myst-nb read the cache that belongs to the library as it is; forget the oldest ones."""
    current = cache_folder(Path(app.srcdir))
    current.mkdir(parents=True, exist_ok=True)
    os.utime(current)
    found = sorted(current.parent.iterdir(), key=lambda path: path.stat().st_mtime)
    for old in found[:-KEPT]:
        shutil.rmtree(old)
    config.nb_execution_cache_path = str(current)


def fill_cache(app, env, docnames):
    """Before Sphinx reads the pages: execute what the cache lacks, or stop and say what fails."""
    folder = Path(app.config.nb_execution_cache_path)
    pages = [Path(env.doc2path(name)) for name in docnames]
    pages = [path for path in pages if path.suffix == ".ipynb"]
    paths = [path for path in pages if kept(folder, path) is None]
    if not paths:
        return
    LOGGER.info("")
    LOGGER.info("executing %d notebooks, %d at a time", len(paths), AT_A_TIME)
    ended = 0

    def use(path, notebook, seconds):
        nonlocal ended
        keep(folder, path, notebook)
        ended += 1
        LOGGER.info("  [%2d/%d] %s, %.0f s", ended, len(paths), path.stem, seconds)

    try:
        problems = execute(Path(app.srcdir), paths, use)
    except KeyboardInterrupt:
        raise SystemExit(
            f"\nStopped. {ended} of {len(paths)} notebooks are done and kept: "
            "the next build goes on from there."
        ) from None
    if problems:
        many = f"{len(problems)} of {len(paths)} notebooks"
        told = ["", *problems, f"No book was built: {many} fail, see above."]
        raise SystemExit("\n\n".join(told))


def setup(app):
    app.connect("config-inited", choose_cache)
    app.connect("env-before-read-docs", fill_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
