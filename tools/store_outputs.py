"""Execute the notebooks and store what they print.

    python tools/store_outputs.py [chapters/relu.ipynb …]        all of them, if none is named

Only text is stored: these are the numbers that the pages promise and that the tests compare. Cells
tagged nbval-ignore-output (figures, sliders) run too, and store nothing. A notebook that fails is
left as it was.
"""

import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "_ext"))
import notebooks  # noqa: E402

TEXT = ("text/plain", "text/markdown", "text/latex")
UNSTORED = "nbval-ignore-output"
KEPT = ("tags", "mystnb", "jupyter")  # of a cell's metadata; the last folds it in JupyterLab


def text_only(output, source, name):
    """The output with nothing but text in it; an error if it is more than text."""
    if output.output_type in ("display_data", "execute_result"):
        rich = sorted(set(output.data) - set(TEXT))
        if rich:
            shows = f"{', '.join(rich)}: tag the cell {UNSTORED}"
            raise notebooks.Unusable(f"{name}, shows {shows}\n\n{source}")
        output.metadata = {}
    return output


def tidy(notebook, path):
    """Drop everything that changes from run to run or from machine to machine."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"{path.stem}-{number:02d}"
        cell.metadata = {
            key: cell.metadata[key] for key in KEPT if cell.metadata.get(key)
        }
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            unstored = UNSTORED in cell.metadata.get("tags", [])
            cell.outputs = [
                text_only(output, cell.source, notebooks.cell_name(path, number))
                for output in cell.outputs
                if not unstored
            ]
    return notebook


def store(path, notebook, seconds):
    """Write an executed notebook back, and let the book have it."""
    notebooks.keep(notebooks.cache_folder(ROOT), path, notebook)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    tidy(notebook, path)
    nbformat.validate(notebook)
    nbformat.write(notebook, path)
    print(f"  {path.stem:<16} stored, {seconds:.1f} s", flush=True)


def main(names):
    paths = [Path(name).resolve() for name in names] or sorted(ROOT.glob("chapters/*.ipynb"))
    problems = notebooks.execute(ROOT, paths, store)
    for problem in problems:
        print(f"\n{problem}\n", file=sys.stderr, flush=True)
    print(f"{len(paths) - len(problems)} of {len(paths)} notebooks stored.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
