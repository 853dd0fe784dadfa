"""references.bib is complete, and whatever the pages and the catalogue cite is in it."""

import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

from actfun import ALL

ROOT = Path(__file__).parents[1]
BIBLIOGRAPHY = ROOT / "references.bib"
ENTRIES = dict(parse_file(BIBLIOGRAPHY).entries.items())
PAGES = [ROOT / "intro.md", *sorted((ROOT / "chapters").glob("*.md"))]
PAGES += sorted((ROOT / "chapters").glob("*.ipynb"))

LOCATORS = {"doi", "url", "eprint", "publisher", "institution", "school"}


def cited_keys(text):
    """The keys in the {cite} roles of a page.

    A notebook is searched as the text it is stored in, where a line ends in ``\\n",``.
    """
    text = re.sub(r'\\n",\s*"', " ", text)
    roles = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text)
    return {key.strip() for role in roles for key in role.split(",")}


def test_the_search_for_citations_finds_them():
    text = '{cite}`nair2010` {cite:t}`he2015,\\n",\n "lu2020` {term}`kink`'
    assert cited_keys(text) == {"nair2010", "he2015", "lu2020"}


@pytest.mark.parametrize("key", ENTRIES)
def test_entry_is_complete(key):
    entry = ENTRIES[key]
    assert entry.persons.get("author") or entry.persons.get("editor"), "who wrote it?"
    assert entry.fields.get("title")
    located = LOCATORS & set(entry.fields) or {"journal", "volume", "pages"} <= set(entry.fields)
    assert located, "where is it to be found?"
    assert not entry.fields.get("doi", "").startswith("http"), "the bare DOI, without https://"


@pytest.mark.parametrize("key", ENTRIES)
def test_key_is_the_first_author_and_the_year(key):
    assert re.fullmatch(r"[a-z]+\d{4}[a-z]?", key)
    assert re.search(r"\d{4}", key)[0] == ENTRIES[key].fields["year"]


def test_keys_and_dois_are_unique():
    keys = re.findall(r"^@\w+\{(.+),$", BIBLIOGRAPHY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys)) == len(ENTRIES)
    dois = [entry.fields["doi"].lower() for entry in ENTRIES.values() if "doi" in entry.fields]
    assert len(dois) == len(set(dois))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_citation_on_a_page_has_its_entry(page):
    assert cited_keys(page.read_text(encoding="utf-8")) <= set(ENTRIES)


@pytest.mark.parametrize("f", ALL, ids=repr)
def test_every_reference_of_the_catalogue_has_its_entry(f):
    assert set(f.references) <= set(ENTRIES)
