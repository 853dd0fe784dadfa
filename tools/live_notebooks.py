"""Copy the notebooks with a first cell that installs the library wherever it is missing.

    python tools/live_notebooks.py actfun _build/lite/files
    python tools/live_notebooks.py git+https://github.com/OWNER/NAME chapters

The first is for JupyterLite, which holds the library's wheel; the second for Colab, which holds
nothing but the one notebook: the cell also brings the file that a page reads. The notebooks of the
repository, and so the pages, stay without the cell.
"""

import sys
from pathlib import Path

import nbformat

CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
INSTALL = """\
# The library of the book, and what one page needs besides, wherever they are missing.
from importlib.util import find_spec

if not find_spec("actfun"):
    %pip install -q {requirement} matplotlib scikit-learn ipywidgets mpmath"""
BRING = """

from pathlib import Path

if not Path("{name}").exists():
    Path("{name}").write_text(\"\"\"\\
{text}\"\"\", encoding="utf-8")"""


def live(notebook, requirement):
    """The notebook with the cell before all others, and nothing run yet."""
    for old in notebook.cells:
        if old.cell_type == "code":
            old.outputs, old.execution_count = [], None
    page = [old for old in notebook.cells if old.id != "install"]
    source = INSTALL.format(requirement=requirement)
    for path in CHAPTERS.glob("*.csv"):
        if any(path.name in old.source for old in page):
            source += BRING.format(name=path.name, text=path.read_text(encoding="utf-8"))
    notebook.cells = [nbformat.v4.new_code_cell(source, id="install"), *page]
    return notebook


def main(requirement, folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        nbformat.write(live(nbformat.read(path, as_version=4), requirement), folder / path.name)


if __name__ == "__main__":
    main(*sys.argv[1:])
