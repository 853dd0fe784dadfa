"""The notebooks as they are stored. (nbval runs them, and compares what they print.)"""

import re

import nbformat
from conftest import NOTEBOOKS, ROOT, each_notebook, read_notebook, toc_pages

KNOWN_TAGS = {
    "hide-input", "hide-output", "hide-cell", "remove-input", "remove-output", "remove-cell",
    "nbval-ignore-output",
}  # fmt: skip
TEXT = {"text/plain", "text/markdown", "text/latex"}
LONGEST_CELL = 15
STORE = "store it with: make store"


def code_cells(path):
    return [cell for cell in read_notebook(path).cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert NOTEBOOKS


def test_toc_and_folder_name_the_same_pages():
    listed = {page for page in toc_pages() if page.startswith("chapters/")}
    files = [*NOTEBOOKS, *(ROOT / "chapters").glob("*.md")]
    assert listed == {f"chapters/{path.stem}" for path in files}


@each_notebook
def test_format(path):
    nbformat.validate(read_notebook(path))


@each_notebook
def test_executed_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(path)]
    assert counts == list(range(1, len(counts) + 1)), f"a cell was not executed; {STORE}"


@each_notebook
def test_cell_ids_say_where_they_are(path):
    ids = [cell.get("id") for cell in read_notebook(path).cells]
    assert ids == [f"{path.stem}-{n:02d}" for n in range(1, len(ids) + 1)], STORE


@each_notebook
def test_tags_are_known(path):
    tags = {tag for cell in read_notebook(path).cells for tag in cell.metadata.get("tags", [])}
    assert tags <= KNOWN_TAGS


@each_notebook
def test_only_text_outputs_are_stored(path):
    for cell in code_cells(path):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            assert cell.outputs == [], f"a cell marked nbval-ignore-output stores nothing; {STORE}"
        for output in cell.outputs:
            assert output.output_type != "error", f"{cell.source}\nraised {output.evalue}"
            assert output.get("name") != "stderr", f"{cell.source}\nwrote to stderr"
            assert set(output.get("data", {})) <= TEXT, f"{cell.source}\nshows more than text"


@each_notebook
def test_metadata_is_minimal(path):
    notebook = read_notebook(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}, STORE
    assert set(notebook.metadata.kernelspec) == {"display_name", "language", "name"}, STORE
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}, STORE
    for cell in notebook.cells:
        assert set(cell.metadata) <= {"tags", "mystnb"}, STORE


@each_notebook
def test_cells_are_short(path):
    for cell in code_cells(path):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        assert 0 < len(lines) <= LONGEST_CELL, f"{len(lines)} lines of code:\n{cell.source}"


@each_notebook
def test_no_path_of_one_machine(path):
    source = "\n".join(cell.source for cell in read_notebook(path).cells)
    found = re.search(r"sys\.path|(?<![\w.])/(home|root|tmp|Users|work)/|\b[A-Z]:\\\\", source)
    assert not found, found
    for cell in code_cells(path):
        for output in cell.outputs:
            assert not re.search(r"/(home|root|tmp|Users|work)/", str(output)), output


@each_notebook
def test_starts_with_one_title(path):
    cells = read_notebook(path).cells
    first, *others = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert re.match(r"(\([\w-]+\)=\n)?# ", first)
    in_code = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)
    assert not [text for text in others if re.search(r"^# ", in_code.sub("", text), re.MULTILINE)]
