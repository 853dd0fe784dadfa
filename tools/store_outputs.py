"""Execute the notebooks and store what they print.

    python tools/store_outputs.py [chapters/relu.ipynb …]        all of them, if none is named

Only text is stored: these are the numbers that the pages promise and that the tests compare. Cells
tagged nbval-ignore-output (figures, sliders) run too, and store nothing. A notebook that fails is
left as it was.
"""

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

ROOT = Path(__file__).resolve().parent.parent
TEXT = ("text/plain", "text/markdown", "text/latex")
UNSTORED = "nbval-ignore-output"
KEPT = ("tags", "mystnb", "jupyter")  # of a cell's metadata; the last folds it in JupyterLab


def text_only(output, source):
    """The output with nothing but text in it; an error if it is more than text."""
    kind = output.output_type
    if kind == "stream" and output.name == "stderr":
        raise ValueError(f"this cell writes to stderr:\n{source}\n\n{output.text}")
    if kind in ("display_data", "execute_result"):
        rich = sorted(set(output.data) - set(TEXT))
        if rich:
            raise ValueError(f"this cell shows {', '.join(rich)}: tag it {UNSTORED}\n{source}")
        output.metadata = {}
    return output


def tidy(notebook, stem):
    """Drop everything that changes from run to run or from machine to machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"{stem}-{number:02d}"
        cell.metadata = {
            key: cell.metadata[key] for key in KEPT if cell.metadata.get(key)
        }
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            unstored = UNSTORED in cell.metadata.get("tags", [])
            cell.outputs = [] if unstored else [text_only(o, cell.source) for o in cell.outputs]
    return notebook


def store(path):
    """Execute one notebook and write it back; returns the seconds it took, or what went wrong."""
    started = time.perf_counter()
    try:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
        where = {"metadata": {"path": str(path.parent)}}
        client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where)
        client.coalesce_streams = True  # printed in pieces or at once: the same file
        client.execute()
        tidy(notebook, path.stem)
        nbformat.validate(notebook)
    except (CellExecutionError, ValueError, nbformat.ValidationError, TimeoutError) as problem:
        return f"{type(problem).__name__}: {problem}"
    nbformat.write(notebook, path)
    return time.perf_counter() - started


def main(names):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # two notebooks run side by side
    paths = [Path(name).resolve() for name in names] or sorted(ROOT.glob("chapters/*.ipynb"))
    failed = 0
    with ProcessPoolExecutor(max_workers=2) as pool:
        for path, result in zip(paths, pool.map(store, paths), strict=True):
            if isinstance(result, str):
                failed += 1
                print(f"  {path.stem:<16} FAILED, left as it was\n{result}\n", flush=True)
            else:
                print(f"  {path.stem:<16} stored, {result:.1f} s", flush=True)
    print(f"{len(paths) - failed} of {len(paths)} notebooks stored.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
