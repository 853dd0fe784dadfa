"""The book on paper, as LaTeX: whatever a page folds away, moves or links to is there as well."""

import re
from collections import Counter

import pytest
from conftest import NOTEBOOKS, read_notebook, soup, toc_pages

LINK = r"\\hyperref\[.*?\]|\\hyperlink\{.*?\}|~\(p\.~\\pageref\{\\detokenize\{.*?\}\}\)"
COMMAND = r"\\DUrole\{.*?\}|\\(?:begin|end)\{\w+\}|\\[A-Za-z]+"
FIGURE = re.compile(r"\\begin\{figure\}(.*?)\\end\{figure\}", re.DOTALL)
CHOICE = r":::\{dropdown\}"  # those of one question follow each other
QUESTIONS = "\n".join(
    cell.source for path in NOTEBOOKS for cell in read_notebook(path).cells
    if cell.cell_type == "markdown"
)  # fmt: skip
PICTURE = re.compile(r"\\sphinxincludegraphics(?:\[.*?\])?\{\{?([\w-]+)\}?\.(\w+)\}")


@pytest.fixture(scope="module")
def tex(paper):
    return (paper / "activation-functions.tex").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(book):
    return [soup(book / f"{page}.html").find("article") for page in toc_pages()]


def select(pages, selector):
    return [tag for page in pages for tag in page.select(selector)]


def letters(text):
    """What is left of a text, as HTML or LaTeX writes it, without any marks."""
    text = re.sub(LINK, "", text)
    return re.sub(r"[\W_]", "", re.sub(COMMAND, "", text))


def test_letters_are_the_same_on_both():
    markup = r"It \sphinxstyleemphasis{is} {\hyperref[\detokenize{a:b}]{\DUrole{std}{so}}}, 5\%"
    assert letters(markup) == letters("It is so, 5 %") == "Itisso5"


def test_every_exercise_has_its_solution_at_the_end(tex, pages):
    chapters, solutions = tex.split(r"\chapter{Solutions}")
    numbers = re.findall(r"\{note\}\{Exercise (\d+)", chapters)
    assert len(numbers) == len(select(pages, ".exercise.admonition")) > 40
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
    assert re.findall(r"\{note\}\{Solution to Exercise (\d+)", solutions) == numbers
    assert "Solution to Exercise" not in chapters and r"{note}{Exercise" not in solutions
    assert r"\chapter" not in solutions, "the solutions are the last chapter"
    box = re.compile(r"\{note\}\{Solution to .*?\n(.*?)\\end\{sphinxadmonition\}", re.DOTALL)
    assert all(len(letters(body)) > 40 for body in box.findall(solutions))


def test_an_exercise_and_its_solution_name_each_others_page(tex):
    titles = re.findall(r"\{note\}\{((?:Solution to )?Exercise \d+) .*?(\\label.*)\}\n", tex)
    places = {title: re.findall(r"\\detokenize\{(.*?)\}", rest) for title, rest in titles}
    exercises = [title for title in places if title.startswith("Exercise")]
    assert len(exercises) > 40 and len(places) == 2 * len(exercises) == len(titles)
    for exercise in exercises:
        here, there = places[exercise]
        assert places[f"Solution to {exercise}"] == [there, here]


def test_figures_have_their_captions(tex, pages):
    captions = [letters(tag.get_text()) for tag in select(pages, ".actfun-figure figcaption")]
    printed = [letters(figure.partition(r"\caption")[2]) for figure in FIGURE.findall(tex)]
    assert len(captions) == len(printed) > 60
    for caption, text in zip(captions, printed):
        assert text.startswith(caption)


def test_a_slider_is_one_picture_and_says_that_it_is_a_slider(tex, paper, pages):
    sliders = [figure for figure in FIGURE.findall(tex) if "On screen this is a slider" in figure]
    assert len(sliders) == len(select(pages, ".actfun-slider")) > 20
    for slider in sliders:
        ((name, suffix),) = PICTURE.findall(slider)
        assert (paper / f"{name}.{suffix}").exists()


def test_the_gallery_is_drawn_and_leads_to_its_pages(tex, paper, pages):
    assert ("gallery", "pdf") in PICTURE.findall(tex) and (paper / "gallery.pdf").exists()
    names = [tag.get_text() for tag in select(pages, ".actfun-gallery .sd-card-title")]
    (line,) = re.findall(r"sphinxincludegraphics\{gallery\.pdf\}\s+\\sphinxAtStartPar\s+(.*)", tex)
    assert letters(line) == letters("".join(names))


def test_quick_questions_show_every_choice_with_its_explanation(tex, pages):
    printed = letters(tex)
    choices = select(pages, "details.sd-dropdown")
    assert len(choices) == len(re.findall(CHOICE, QUESTIONS)) > 0
    for choice in choices:
        title = choice.summary.get_text()
        answer = choice.select_one(".sd-card-body").get_text()
        assert letters(title + answer) in printed, title


def test_the_right_choice_can_be_told(pages):
    """It alone says that it is right: on paper there is no colour, and nothing to press."""
    right = Counter()
    for choice in select(pages, "details.sd-dropdown"):
        before = (p for p in choice.find_all_previous("p") if not p.find_parent("details"))
        said = choice.select_one(".sd-card-body").get_text(strip=True)
        right[next(before).get_text()] += said.startswith("Right")
    first = re.findall(rf"(?<!^:::\n){CHOICE}", QUESTIONS, re.MULTILINE)
    assert len(right) == len(first) > 0 and set(right.values()) == {1}, right


def test_tables_that_a_page_folds_away_are_printed(tex, pages):
    printed, rows = letters(tex), select(pages, ".tag_hide-output .cell_output tbody tr")
    assert rows and all(letters(row.get_text()) in printed for row in rows)


def test_nothing_is_left_raw(tex):
    """Directives and roles that the book did not understand are printed as text."""
    code = r"\\begin\{(sphinxVerbatim|equation|align)\}.*?\\end\{\1\}"
    text = re.sub(code, "", tex, flags=re.DOTALL)
    assert not re.search(r":::|`{3}|\\\{(ref|eq|term|cite|numref|doc)(:\w+)?\\\}", text)
    assert not re.search(r"Figure\(\d+x\d+\)|<actfun\.|<matplotlib\.|<figure", text)


def test_references_lead_somewhere(tex):
    place = r"\{(?:\\detokenize\{)?([^{}]*)\}"
    labels = Counter(re.findall(r"\\label" + place, tex))
    targets = re.findall(r"\\(?:eq|page)?ref" + place, tex)
    targets += re.findall(r"\\hyperref\[(?:\\detokenize\{)?([^]}]*)\}?\]", tex)
    assert len(targets) > 500 and set(targets) <= set(labels), set(targets) - set(labels)
    assert max(labels.values()) == 1
    assert any(target.startswith("equation:") for target in targets)


def test_every_labelled_equation_is_numbered(tex, pages):
    on_pages = select(pages, "div.math[id^=equation]")
    assert len(on_pages) == len(re.findall(r"\\begin\{equation\}\\label\{equation:", tex)) > 20
