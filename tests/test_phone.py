"""On a phone: how large the letters of figures and sliders are, and that all can be seen."""

import pytest
from conftest import toc_pages

PHONE = {"width": 390, "height": 800}
LETTERS = """() => {
    for (const fold of document.querySelectorAll('article details')) fold.open = true;
    return [...document.querySelectorAll('article .actfun-figure svg text')].map(text => {
        const { a, b } = text.getScreenCTM();
        const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
        const { left, right } = text.getBoundingClientRect();
        return { size, left, right, text: text.textContent };
    }).filter(({ size }) => size > 0);
}"""


@pytest.mark.parametrize("page", toc_pages())
def test_letters_in_pictures_are_legible(chromium, book, page):
    """Nine pixels at least, in every figure and in the frame of a slider that is seen first."""
    tab = chromium.new_page(viewport=PHONE)
    tab.goto((book / f"{page}.html").as_uri(), wait_until="load")
    letters = tab.evaluate(LETTERS)
    figures = tab.locator("article .actfun-figure").count()
    tab.close()
    assert bool(letters) == bool(figures)
    assert [letter for letter in letters if letter["size"] < 9] == []
    assert [x for x in letters if x["left"] < 0 or x["right"] > PHONE["width"]] == []
