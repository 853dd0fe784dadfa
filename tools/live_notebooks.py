"""Copy the notebooks with a first cell that installs the library wherever it is missing.

    python tools/live_notebooks.py actfun _build/lite/files
    python tools/live_notebooks.py git+https://github.com/OWNER/NAME chapters

The first is for JupyterLite, which holds the library's wheel; the second for Colab, which holds
nothing but the one notebook: the cell also brings the file that a page reads. The notebooks of the
repository, and so the pages, stay without the cell.

As an extension of Sphinx it gives the cell to the notebooks that the pages offer for download. As
long as the book has no public address, the cell says what to do instead.
"""

import sys
from pathlib import Path

import nbformat

# What Pyodide ships compiled, and what PyPI has as pure Python.
IN_THE_BROWSER = {
    "numpy", "scipy", "matplotlib", "scikit-learn", "pillow", "ipywidgets", "ipython", "mpmath",
    "tqdm",
}  # fmt: skip
CHAPTERS = Path(__file__).resolve().parent.parent / "chapters"
INSTALL = """\
# The library of the book, and what one page needs besides, wherever they are missing.
from importlib.util import find_spec

if not find_spec("actfun"):
    """
FROM = "%pip install -q {requirement} matplotlib scikit-learn ipywidgets mpmath tqdm"
BY_HAND = """\
raise ModuleNotFoundError(
        "This notebook needs actfun, the library of the book. In the folder of the book run "
        "`python -m pip install .[book]` with the Python of this notebook; then run this cell."
    )"""
BRING = """

from pathlib import Path

if not Path("{name}").exists():
    Path("{name}").write_text(\"\"\"\\
{text}\"\"\", encoding="utf-8")"""


def live(notebook, requirement):
    """The notebook with the cell before all others, and nothing run yet.

    Without a requirement, which is for pip, the cell does not install but says what to do.
    """
    for old in notebook.cells:
        if old.cell_type == "code":
            old.outputs, old.execution_count = [], None
    page = [old for old in notebook.cells if old.id != "install"]
    source = INSTALL + (FROM.format(requirement=requirement) if requirement else BY_HAND)
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


def offer(app, exception):
    """Let what a reader downloads begin with the cell."""
    address = app.config.html_theme_options.get("repository_url")
    for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(live(notebook, f"git+{address}" if address else None), path)


def setup(app):
    app.connect("build-finished", offer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    main(*sys.argv[1:])
