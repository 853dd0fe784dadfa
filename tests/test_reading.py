"""The built pages as they lie before a reader at a desk: not endless, nothing cut off."""

import pytest
from conftest import toc_pages

DESK = {"width": 1280, "height": 900}
# Solutions are unfolded, since what is folded has no width; so is code behind a bar.
UNFOLD = """() => {
    for (const details of document.querySelectorAll('article details')) details.open = true;
    for (const button of document.querySelectorAll('article .toggle-button')) button.click();
}"""
CUT_OFF = """() => [...document.querySelectorAll('article div.highlight pre')]
    .filter(pre => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth)
    .map(pre => pre.textContent.split('\\n').reduce((a, b) => a.length < b.length ? b : a))"""
HEIGHT = "() => document.querySelector('article').getBoundingClientRect().height"
BLOCKS = "() => document.querySelectorAll('article div.highlight pre').length"
# What stands between two bars: text, code or a picture that takes room on the page.
BARS_IN_A_ROW = """() => {
    const bars = [...document.querySelectorAll('article details.hide > summary')]
        .filter(bar => bar.checkVisibility());
    const seen = [...document.querySelectorAll(
        'article :is(p, li, pre, table, svg, img, h1, h2, h3, h4, summary, mjx-container)')]
        .filter(e => bars.includes(e) || e.checkVisibility() && !e.closest('details.hide > *'));
    return seen.filter((e, i) => bars.includes(e) && bars.includes(seen[i + 1]))
        .map(bar => bar.parentElement.parentElement.outerHTML.slice(0, 200));
}"""


@pytest.fixture(scope="module", params=toc_pages())
def read_page(chromium, book, request):
    """A page of the book at a desk, not yet touched."""
    tab = chromium.new_page(viewport=DESK)
    tab.goto(f"{book.as_uri()}/{request.param}.html", wait_until="load")
    yield tab
    tab.close()


def test_no_page_is_endless(read_page):
    """With its folds closed. The API is for looking up, and nine properties are nine sections."""
    page = read_page.url.rpartition("/")[2]
    allowed = {"api.html": 50_000, "properties.html": 28_000}.get(page, 20_000)
    assert 500 < read_page.evaluate(HEIGHT) < allowed


def test_no_two_bars_in_a_row(read_page):
    assert read_page.evaluate(BARS_IN_A_ROW) == []


def test_no_code_is_cut_off(read_page):
    """The last test of a page, since it unfolds what is folded."""
    read_page.evaluate(UNFOLD)
    assert read_page.evaluate(CUT_OFF) == []


def test_the_check_sees_wide_code(chromium, book):
    """The same measure finds a line that is too wide."""
    tab = chromium.new_page(viewport=DESK)
    tab.goto(f"{book.as_uri()}/chapters/relu.html", wait_until="load")
    tab.evaluate("() => { document.querySelector('article pre').textContent = 'x'.repeat(90); }")
    found, blocks = tab.evaluate(CUT_OFF), tab.evaluate(BLOCKS)
    tab.close()
    assert found == ["x" * 90]
    assert blocks > 20
