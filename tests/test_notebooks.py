"""The notebooks as they are stored. (nbval runs them, and compares what they print.)"""

import re

import nbformat
from conftest import NOTEBOOKS, ROOT, each_notebook, read_notebook, toc_pages

KNOWN_TAGS = {
    "hide-input", "hide-output", "hide-cell", "remove-input", "remove-output", "remove-cell",
    "nbval-ignore-output",
}  # fmt: skip
TEXT = {"text/plain", "text/markdown", "text/latex"}
FOLDED_ON_THE_PAGE = {"hide-input", "hide-cell"}
FOLDED_IN_THE_LAB = {"source_hidden": True, "outputs_hidden": True}
CLOCKS = re.compile(r"\b(timeit|perf_counter|process_time|monotonic|import time|datetime)\b")
LONGEST_CELL = 15
COLUMN = 76  # characters in a line of a page's column; what is wider is cut off
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
        assert set(cell.metadata) <= {"tags", "mystnb", "jupyter"}, STORE


@each_notebook
def test_cells_are_short(path):
    for cell in code_cells(path):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        said = f"{len(lines)} lines of code, at most {LONGEST_CELL} are allowed:\n{cell.source}"
        assert 0 < len(lines) <= LONGEST_CELL, said


def shown_as_text(output):
    """What a page prints line by line for an output; a table or a formula is set, and scrolls."""
    data = output.get("data", {})
    set_otherwise = {"text/markdown", "text/latex"} & set(data)
    return "" if set_otherwise else output.get("text", data.get("text/plain", ""))


def shown_as_code(cell):
    """The texts of a cell that a page shows line by line: code and what it prints."""
    if cell.cell_type == "code":
        return cell.source, *map(shown_as_text, cell.outputs)
    return re.findall(r"^```(?:python|text|sh)\n(.*?)^```", cell.source, re.DOTALL | re.MULTILINE)


@each_notebook
def test_lines_fit_the_column(path):
    for cell in read_notebook(path).cells:
        for text in shown_as_code(cell):
            wide = [line for line in text.splitlines() if len(line) > COLUMN]
            assert not wide, f"{cell.id}: more than {COLUMN} characters:\n" + "\n".join(wide)


@each_notebook
def test_no_cell_counts_on_a_semicolon(path):
    """IPython hushes a result by it, the kernel of nbval does not."""
    for cell in code_cells(path):
        assert not cell.source.endswith(";"), f"{cell.id} ends in a semicolon:\n{cell.source}"


@each_notebook
def test_what_is_printed_is_one_output(path):
    """Stored in pieces, it would change with every execution."""
    for cell in code_cells(path):
        kinds = [output.output_type for output in cell.outputs]
        assert ("stream", "stream") not in zip(kinds, kinds[1:]), f"{cell.id}: {STORE}"


@each_notebook
def test_no_page_looks_at_a_clock(path):
    """A busy machine would make it say something else, or fail: read costs.csv instead."""
    for cell in code_cells(path):
        assert not CLOCKS.search(cell.source), f"{cell.id} measures a time:\n{cell.source}"


def shows_nothing(cell):
    return not cell.outputs and "nbval-ignore-output" not in cell.metadata.get("tags", [])


@each_notebook
def test_no_two_folded_cells_in_a_row(path):
    """Merge them, put text between them, or tag what the reader can do without remove-input."""

    def folded(cell):
        tags = set(cell.metadata.get("tags", []))
        return cell.cell_type == "code" and bool(tags & FOLDED_ON_THE_PAGE)

    cells = read_notebook(path).cells
    for one, other in zip(cells, cells[1:]):
        in_a_row = folded(one) and folded(other) and shows_nothing(one)
        assert not in_a_row, f"two folded bars in a row: {one.id} and {other.id}"


def solution_cells(cells):
    """The code cells between a solution's start and its end."""
    inside = False
    for cell in cells:
        if cell.cell_type == "code" and inside:
            yield cell
        elif cell.cell_type == "markdown" and "{solution-" in cell.source:
            inside = cell.source.rfind("{solution-start}") > cell.source.rfind("{solution-end}")


@each_notebook
def test_solutions_are_folded_in_jupyterlab(path):
    for cell in solution_cells(read_notebook(path).cells):
        assert cell.metadata.get("jupyter") == FOLDED_IN_THE_LAB, (
            f"{cell.id} is part of a solution and lies open in JupyterLab; its metadata needs "
            f'"jupyter": {{"source_hidden": true, "outputs_hidden": true}}'
        )


@each_notebook
def test_exercises_have_a_cell_for_the_answer(path):
    """Directly after the exercise; the page does not show it."""
    cells = read_notebook(path).cells
    for exercise, answer in zip(cells, [*cells[1:], None]):
        if exercise.cell_type != "markdown" or "{exercise-end}" not in exercise.source:
            continue
        assert exercise.source.endswith("{exercise-end}\n```"), f"{exercise.id}: text follows"
        assert answer is not None and answer.source == "# Your answer here.", exercise.id
        assert answer.metadata.tags == ["remove-cell"], answer.id


def test_there_are_exercises_and_solutions():
    sources = [cell.source for path in NOTEBOOKS for cell in read_notebook(path).cells]
    assert sum("{exercise-end}" in source for source in sources) >= 40
    assert sum(1 for path in NOTEBOOKS for _ in solution_cells(read_notebook(path).cells)) >= 40


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
