"""The PDF that `make pdf` has just made, by which this is run: nothing is missing on its pages."""

import re
import subprocess

import pytest
from conftest import ROOT

PDF = ROOT / "_build" / "latex" / "activation-functions.pdf"
NOT_IN_A_LINE = re.compile(r"\s+|-\n")


@pytest.fixture(scope="module")
def log():
    """What TeX said, its lines of 79 characters joined."""
    return PDF.with_suffix(".log").read_text(encoding="utf-8", errors="replace").replace("\n", "")


@pytest.fixture(scope="module")
def text():
    """The text of the pages, without white space."""
    done = subprocess.run(["pdftotext", PDF, "-"], capture_output=True, check=True)
    return NOT_IN_A_LINE.sub("", done.stdout.decode())


def test_every_glyph_is_there(log):
    assert "Missing character" not in log


def test_every_reference_has_its_number(log, text):
    assert "undefined" not in log and "multiply defined" not in log
    assert "??" not in text


def test_nothing_runs_off_the_page(log):
    widths = re.findall(r"Overfull \\hbox \((\d+)\.\d+pt too wide\)", log)
    assert [width for width in widths if int(width) > 10] == []


def test_the_book_is_whole(text):
    info = subprocess.run(["pdfinfo", PDF], capture_output=True, check=True, encoding="utf-8")
    assert 150 < int(re.search(r"Pages:\s*(\d+)", info.stdout)[1]) < 350
    for sentence in (
        "Every curve is on the same scale",
        "On screen this is a slider; here are some of its positions.",
        "Right: the table above has this share for PyTorch’s default.",
        "Rectified linear units improve restricted Boltzmann machines",
    ):
        assert sentence.replace(" ", "") in text, sentence
    assert re.search(r"Fig\.\d+\.1:Atonekthetwocurvesareone\.", text)
    assert re.search(r"SolutiontoExercise\d+\(Writeityourself\)", text)


def test_chinese_names_are_in_the_glossary(text):
    glossary = (ROOT / "chapters" / "glossary.md").read_text(encoding="utf-8")
    names = re.findall(r"^[\u4e00-\u9fff]+$", glossary, re.MULTILINE)
    assert len(names) > 50 and not [name for name in names if name not in text]
