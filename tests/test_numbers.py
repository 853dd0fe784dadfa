"""Numbers in the prose: each is printed by a cell of the page, or cited.

A number counts as a result if it has a decimal point, a power of ten or a percent sign. Formulas,
code, headings and the choices of a question are left out; a sentence that cites a source speaks of
that source's numbers. A number that only stands in the code is not printed: typed twice, it would
stay in the prose when the code moves on. What a reader would not take for a result (a year, a
number of layers) is not looked at: this finds the figure that drifted from its cell, not every
wrong word.
"""

import re

import nbformat
import pytest
from conftest import each_notebook, read_notebook

LEFT_OUT = re.compile(
    r"^(?P<fence>`{3,}|~{3,}).*?^(?P=fence)\s*$"  # code and directives with their arguments
    r"|<!--.*?-->"
    r"|\$\$.*?\$\$(?:\s*\(eq-[\w-]+\))?|\$[^$]+\$"  # formulas
    r"|(?<![\w}])`[^`\n]+`"  # code in a line
    r"|\]\([^)]*\)"  # the address of a link
    r"|^(?:#|:::+\{dropdown\}).*?$",  # a heading; a choice to be judged, right or wrong
    re.DOTALL | re.MULTILINE,
)
ROLE = re.compile(r"\{(?P<role>[\w:]+)\}`[^`]*`")
SENTENCE_END = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n(?=\s*[-*|])")
NUMBER = re.compile(
    r"(?<![\w.])(?P<digits>\d+(?:\.\d+)?)(?P<power>e-?\d+|\s?[×·]\s?10[⁻⁰¹²³⁴-⁹]+)?(?P<percent>\s?%)?"
    r"(?![\w])"
)
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


def sentences(notebook):
    """Sentences of the Markdown cells that cite nobody, without formulas and code."""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        for sentence in SENTENCE_END.split(LEFT_OUT.sub(" ", cell.source)):
            roles = [match["role"] for match in ROLE.finditer(sentence)]
            if not any(role.startswith("cite") for role in roles):
                yield ROLE.sub(" ", sentence)


def results(text):
    """The results in a text: {as written: the numbers that a page may print for it}."""
    found = {}
    for match in NUMBER.finditer(text):
        digits, power, percent = match["digits"], match["power"], match["percent"]
        if not (power or percent or "." in digits):
            continue
        if power and "e" not in power:
            power = "e" + power.translate(SUPERSCRIPTS).partition("10")[2]
        value = float(digits + (power or ""))
        found[match[0]] = {value, value / 100} if percent else {value}
    return found


def shown(notebook):
    """Every number in the stored text outputs of a page."""
    texts = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            for output in cell.outputs:
                texts.append(output.get("text", ""))
                texts += [part for part in output.get("data", {}).values()]
    text = "\n".join(texts).replace("_", "").replace("−", "-")
    numbers = set()
    for match in NUMBER.finditer(text):
        power = match["power"] or ""
        if power and "e" not in power:
            power = "e" + power.translate(SUPERSCRIPTS).partition("10")[2]
        numbers.add(float(match["digits"] + power))
    return numbers


@each_notebook
def test_results_in_prose_come_from_the_page(path):
    notebook = read_notebook(path)
    numbers = shown(notebook)
    homeless = {
        written: sentence.strip()
        for sentence in sentences(notebook)
        for written, values in results(sentence).items()
        if not values & numbers
    }
    assert not homeless, "no cell of the page gives " + "\n".join(
        f"{written}: {sentence}" for written, sentence in homeless.items()
    )


def page(prose, code="", printed=""):
    output = nbformat.v4.new_output("stream", text=printed)
    return nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(prose),
            nbformat.v4.new_code_cell(code, outputs=[output]),
        ]
    )


def test_a_number_in_the_code_is_no_result():
    assert shown(page("", code="rate = 0.01", printed="0.5")) == {0.5}


@pytest.mark.parametrize(
    ("prose", "printed", "missing"),
    [
        ("About 2.3 % pass.", "2.3%", []),
        ("About 2.3 % pass.", "2.4%", ["2.3 %"]),
        ("About 40 % pass.", "0.4", []),
        ("The ratio is 4.9e-6 here.", "4.9e-06", []),
        ("The ratio is 4.9×10⁻⁶ here.", "5.1e-06", ["4.9×10⁻⁶"]),
        ("It needs $0.7$ and `0.8`.", "", []),
        ("{cite:t}`he2015` report 4.94 %. We find 5.5 %.", "", ["5.5 %"]),
        ("Ten layers in 2015, 64 wide.", "", []),
    ],
)
def test_the_scan_finds_what_it_should(prose, printed, missing):
    notebook = page(prose, printed=printed)
    numbers = shown(notebook)
    found = [
        written
        for sentence in sentences(notebook)
        for written, values in results(sentence).items()
        if not values & numbers
    ]
    assert found == missing
