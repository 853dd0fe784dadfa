"""The notebooks that run elsewhere: in the reader's browser, on Colab, on Binder."""

import ast
import re
import sys
from importlib.metadata import requires

import live_notebooks
import nbformat
import pytest
from conftest import NOTEBOOKS, ROOT, each_notebook, read_notebook
from IPython.core.inputtransformer2 import TransformerManager

IMPORTED_AS = {"sklearn": "scikit-learn", "PIL": "pillow", "IPython": "ipython"}


def code(notebook):
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(TransformerManager().transform_cell(source) for source in cells)


def foreign(source):
    """The packages that a piece of Python imports and that come neither with it nor with us."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    tops = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"actfun"}
    return {IMPORTED_AS.get(top, top) for top in tops}


@each_notebook
def test_runs_in_the_browser(path):
    assert foreign(code(read_notebook(path))) <= live_notebooks.IN_THE_BROWSER


def test_the_library_is_pure_and_needs_nothing_that_the_browser_lacks():
    assert {
        re.match(r"[\w-]+", needed)[0] for needed in requires("actfun")
    } <= live_notebooks.IN_THE_BROWSER
    files = [
        path for path in (ROOT / "lib" / "actfun").rglob("*.*") if "__pycache__" not in path.parts
    ]
    data = {".csv", ".json"}
    assert {path.suffix for path in files} == {".py", ".mplstyle", ".typed"} | data
    for path in files:
        if path.suffix == ".py":
            own = {"torch"} if path.parent.name == "torch" else set()  # of those who have it
            needs = foreign(path.read_text(encoding="utf-8"))
            assert needs <= live_notebooks.IN_THE_BROWSER | own, path


@pytest.mark.parametrize("missing", [True, False])
def test_first_cell_installs_when_and_only_when_the_library_is_missing(
    tmp_path, monkeypatch, missing
):
    live_notebooks.main("git+https://example.org/book", tmp_path)
    live_notebooks.main("git+https://example.org/book", tmp_path)  # nothing is added twice
    assert [path.name for path in sorted(tmp_path.iterdir())] == [path.name for path in NOTEBOOKS]
    run = []
    shell = type("Shell", (), {"run_line_magic": lambda self, *line: run.append(line[:2])})()
    monkeypatch.chdir(tmp_path)
    if missing:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for path in NOTEBOOKS:
        original, copy = read_notebook(path), nbformat.read(tmp_path / path.name, as_version=4)
        assert [cell.source for cell in copy.cells[1:]] == [cell.source for cell in original.cells]
        assert not any(cell.get("outputs") for cell in copy.cells)
        nbformat.validate(copy)
        cell = TransformerManager().transform_cell(copy.cells[0].source)
        exec(cell, {"get_ipython": lambda: shell})
        for name in re.findall(r'open\("(.+?)"', code(original)):
            assert (tmp_path / name).read_bytes() == path.with_name(name).read_bytes()
    packages = "matplotlib scikit-learn ipywidgets mpmath tqdm"
    install = ("pip", f"install -q git+https://example.org/book {packages}")
    assert run == ([install] * len(NOTEBOOKS) if missing else [])


def test_a_downloaded_notebook_says_what_it_needs(book, monkeypatch):
    """Without a public address its first cell ends in advice, where the library is missing."""
    for path in NOTEBOOKS:
        held = nbformat.read(book / "_sources" / "chapters" / path.name, as_version=4)
        assert [cell.source for cell in held.cells[1:]] == [
            cell.source for cell in read_notebook(path).cells
        ]
    first = next(cell.source for cell in held.cells)
    exec(first, {})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match=r"needs actfun.*pip install \.\[book\]"):
        exec(first, {})


def test_with_a_public_address_a_downloaded_notebook_installs_the_library():
    page = nbformat.v4.new_notebook()
    cell = live_notebooks.live(page, "git+https://example.org/book").cells[0].source
    assert "%pip install -q git+https://example.org/book matplotlib" in cell and "raise" not in cell
