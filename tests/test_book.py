"""The built book, page by page, without a browser: links, alternatives, titles, leaks."""

import gzip
import json
import re
from copy import copy
from functools import cache
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import book_pages
import html5lib
import pytest
from browsing import EVERY_PAGE, ONE_OF_EACH_KIND
from conftest import ROOT, soup, toc_pages

from actfun import ALL

PAGES = toc_pages()
each_page = pytest.mark.parametrize("page", PAGES)


def read(book, page):
    path = book / f"{page}.html"
    assert path.exists(), f"{page} is in _toc.yml and not in the book"
    return soup(path)


@cache
def anchors(path):
    names = soup(path).find_all(lambda tag: tag.has_attr("id") or tag.has_attr("name"))
    return {tag.get("id") or tag.get("name") for tag in names} | {"", "top"}


@each_page
def test_title_and_description(book, page):
    html = read(book, page)
    assert html.title.get_text(strip=True)
    assert len(html.find("article").find_all("h1")) == 1
    assert html.html["lang"] == "en"
    assert description(html) == html.find("meta", property="og:description")["content"]
    assert html.find("meta", property="og:title")["content"] in html.title.get_text()
    assert html.find("meta", property="og:image")["content"].endswith("_static/card.png")
    assert (book / "_static" / "card.png").exists()


def description(html):
    (tag,) = html.find_all("meta", attrs={"name": "description"})
    return tag["content"]


def test_each_page_is_described_by_its_own_first_words(book):
    found = [description(read(book, page)) for page in PAGES]
    assert len(set(found)) == len(PAGES)
    assert description(read(book, "chapters/relu")).startswith("Why did half a line win?")


def test_published_addresses():
    """One setting, the repository's address, gives the site's own, absolute links and a sitemap."""
    config = SimpleNamespace(
        html_theme_options={"repository_url": "https://github.com/Owner/name"}, html_baseurl=""
    )
    book_pages.find_address(None, config)
    assert config.html_baseurl == "https://owner.github.io/name/"
    assert config.notfound_urls_prefix == "/name/"
    sitemap = book_pages.sitemap(config.html_baseurl, {"intro", "chapters/relu"})
    assert "<loc>https://owner.github.io/name/chapters/relu.html</loc>" in sitemap
    assert len(ElementTree.fromstring(sitemap.encode())) == 2


def test_what_the_reference_lists_as_a_parameter_is_a_name(book):
    """What follows the parameters in a docstring needs a heading, such as Returns or Notes."""
    pages = read(book, "chapters/api"), read(book, "chapters/api_pictures")
    names = [name for page in pages for name in page.select("dl.field-list strong")]
    found = [name.get_text() for name in names if name.get_text() != ", "]
    assert len(found) > 100
    assert not [name for name in found if not name.lstrip("*").isidentifier()]


@each_page
def test_internal_links_lead_somewhere(book, page):
    here = book / f"{page}.html"
    broken = []
    for link in read(book, page).find_all("a", href=True):
        url = urlsplit(link["href"])
        if url.scheme or url.netloc:
            continue
        target = (here.parent / unquote(url.path)).resolve() if url.path else here
        if not target.exists():
            broken.append(link["href"])
        elif target.suffix == ".html" and unquote(url.fragment) not in anchors(target):
            broken.append(link["href"])
    assert not broken


@each_page
def test_files_of_the_page_are_there(book, page):
    here = book / f"{page}.html"
    for tag in read(book, page).find_all(["script", "link", "img", "source"]):
        address = tag.get("src") or tag.get("href")
        if address is None or tag.get("rel") == ["canonical"] or address.startswith("data:"):
            continue
        url = urlsplit(address)
        assert not url.netloc, f"asks another host: {address}"
        assert (here.parent / unquote(url.path)).exists(), address


@pytest.mark.parametrize("page", ["index", *ONE_OF_EACH_KIND])
def test_html_is_well_formed(book, page):
    """As the parser of the HTML standard sees it; `make validate` looks at all pages, with more."""
    html5lib.HTMLParser(strict=True).parse((book / f"{page}.html").read_text(encoding="utf-8"))


@each_page
def test_nothing_stands_where_it_may_not(book, page):
    assert not read(book, page).select("summary p, figure > script")


@each_page
def test_ids_are_unique(book, page):
    ids = [tag["id"] for tag in read(book, page).find_all(id=True)]
    assert sorted(ids) == sorted(set(ids))


@each_page
def test_pictures_have_words(book, page):
    article = read(book, page).find("article")
    for image in article.find_all("img"):
        assert image.get("alt", "").strip(), image
    for drawing in article.find_all("svg"):
        if drawing.get("aria-hidden") == "true" or drawing.find_parent("svg"):
            continue
        about = [drawing, *drawing.find_parents(role=True)]
        named = any(tag.get("aria-label") or tag.get("aria-labelledby") for tag in about)
        assert named or drawing.find("title"), str(drawing)[:300]


def said_of_pictures(html):
    """The words of each picture on a page: for a slider, the list of what it says by position."""
    for figure in html.select("article figure.actfun-figure"):
        data = figure.find("script")
        caption = figure.figcaption.get_text() if figure.figcaption else ""
        if data:
            payload = json.loads(data.string)
            yield payload["alts"], [*payload["readouts"], caption]
        else:
            yield [figure.find(role="img")["aria-label"]], [caption]


def test_words_say_what_the_pictures_show(book):
    """More than a title, the same for no two pictures, and for no two positions of a slider."""
    pages = [page for page in PAGES if page != "intro"]  # which opens with a slider of another page
    alts = [alt for page in pages for alts, _ in said_of_pictures(read(book, page)) for alt in alts]
    assert len(set(alts)) == len(alts) > 90
    assert [alt for alt in alts if len(alt.split()) < 12] == []


@each_page
def test_words_name_no_colours(book, page):
    """Ink that is black by day is white by night, and not everyone sees the others."""
    colours = r"\b(black|white|gr[ae]y|blue|red|green|violet|ochre|pink|colou?r\w*)\b"
    for alts, texts in said_of_pictures(read(book, page)):
        assert [text for text in [*alts, *texts] if re.search(colours, text, re.IGNORECASE)] == []


@each_page
def test_sliders_stay_small(book, page):
    """Compressed, 150 kB for a slider and 600 kB for all those of a page."""
    sliders = read(book, page).select(".actfun-slider")
    sizes = [len(gzip.compress(str(slider).encode())) for slider in sliders]
    assert all(size <= 150_000 for size in sizes) and sum(sizes) <= 600_000, sizes


@each_page
def test_no_cell_failed_or_warned(book, page):
    for output in read(book, page).select(".cell_output"):
        text = output.get_text()
        assert "Traceback (most recent call last)" not in text, text
        assert not output.select(".stderr"), text


@each_page
def test_no_line_begins_with_a_percent_sign(book, page):
    assert not re.search(r"\d[ \n]%", (book / f"{page}.html").read_text(encoding="utf-8"))


@each_page
def test_nothing_is_left_raw(book, page):
    """Directives, roles and widgets that the book did not understand show as text."""
    article = copy(read(book, page).find("article"))
    for code in article.find_all(["pre", "code"]):
        code.clear()
    text = article.get_text()
    assert not re.search(r"^\s*(:::|```)|\{(ref|eq|term|cite|numref|doc)[:}]", text, re.MULTILINE)
    assert not re.search(r"Figure\(\d+x\d+\)|<actfun\.|<matplotlib\.|FloatSlider\(", text)


@each_page
def test_no_path_of_this_machine(book, page):
    assert str(ROOT) not in (book / f"{page}.html").read_text(encoding="utf-8")


def test_every_function_has_a_card_on_the_landing_page(book):
    cards = read(book, "intro").select(".actfun-gallery .sd-card")
    names = [card.select_one(".sd-card-title").get_text(strip=True) for card in cards]
    assert names == [*map(str, ALL), "Softmax", "Maxout"]
    for name, card in zip(names, cards):
        assert card.select_one("a[href]").get_text(strip=True) == name
        assert card.find("svg")["aria-label"].startswith(f"{name}: ")


def test_the_landing_page_opens_with_a_slider_of_another_page(book):
    landing, page = read(book, "intro"), read(book, "chapters/why_nonlinear")
    opening = landing.select_one("article :is(h2, .actfun-slider)")
    assert opening.name == "figure", "a heading comes before the slider"
    assert opening == page.select_one(".actfun-slider")


def test_only_what_a_reader_needs_is_published(book):
    assert not list(book.rglob("*.map"))
    assert not list(book.rglob("*macros.html"))
    assert not list(book.rglob("*.log"))


def test_every_control_is_of_a_kind_that_is_tried(book):
    def controls(page):
        found = soup(book / f"{page}.html").select("a[href], button, input, select, summary")
        return {(e.name, e.get("type"), e.get("tabindex"), *e.get("class", [])) for e in found}

    tried = set().union(*map(controls, ONE_OF_EACH_KIND))
    assert [page for page in EVERY_PAGE if controls(page) - tried] == []
    assert all(controls(page) for page in EVERY_PAGE) and len(tried) > 20
