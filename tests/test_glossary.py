"""The glossary defines each term once, in both languages, and pages link only to its terms."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "chapters" / "glossary.md").read_text(encoding="utf-8")
PAGES = [ROOT / "intro.md", *sorted((ROOT / "chapters").glob("*.md"))]
PAGES += sorted((ROOT / "chapters").glob("*.ipynb"))

CHINESE = re.compile(r"[\u4e00-\u9fff]")


def entries():
    """Each entry of the glossary as a pair: its term lines, and its definition."""
    body = re.search(r"```\{glossary\}\n:sorted:\n(.*?)```", GLOSSARY, re.DOTALL)[1]
    for block in re.split(r"\n\s*\n(?=\S)", body.strip()):
        lines = block.splitlines()
        terms = [line for line in lines if not line.startswith(" ")]
        definition = " ".join(line.strip() for line in lines if line.startswith(" "))
        yield terms, definition


ENTRIES = list(entries())
TERMS = [term.lower() for terms, _ in ENTRIES for term in terms]


def linked_terms(text):
    """The targets of the {term} roles of a page, in lower case: Sphinx ignores the case too.

    A notebook is searched as the text it is stored in, where a line ends in ``\\n",``.
    """
    text = re.sub(r'\\n",\s*"', " ", text)
    for role in re.findall(r"\{term\}`([^`]+)`", text):
        target = re.search(r"<(.+)>$", role, re.DOTALL)
        yield " ".join((target[1] if target else role).split()).lower()


def test_the_search_for_links_finds_them():
    text = '{term}`Kink` {term}`its kinks <kink>` {term}`dead\nunit` {term}`dead\\n",\n "unit`'
    assert list(linked_terms(text)) == ["kink", "kink", "dead unit", "dead unit"]


def test_each_term_is_defined_once():
    assert len(TERMS) > 60
    assert sorted(TERMS) == sorted(set(TERMS))


@pytest.mark.parametrize(("terms", "definition"), ENTRIES, ids=[terms[0] for terms, _ in ENTRIES])
def test_entry_has_an_english_name_a_chinese_name_and_a_definition(terms, definition):
    assert not CHINESE.search(terms[0])
    assert any(CHINESE.search(term) for term in terms)
    assert definition.endswith(".")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_term_has_its_entry(page):
    assert set(linked_terms(page.read_text(encoding="utf-8"))) <= set(TERMS)
