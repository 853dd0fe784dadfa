"""Every page of the built book in a real browser, from file://, as a reader opens it."""

import csv
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from browsing import (
    DESK,
    EVERY_PAGE,
    ONE_OF_EACH_KIND,
    PHONE,
    TWO_FRAMES,
    becomes_another,
    by_keyboard,
    complaints_of,
    remember,
    serving,
    violations_in,
)
from conftest import transferred

# A control of a slider: its kind, its name, what it says, and what stands beside it.
ABOUT = """control => {
    const output = document.querySelector(`output[for~="${CSS.escape(control.id)}"]`)
        ?? control.parentElement.querySelector('output');
    return {
        kind: control.localName === 'input' ? control.type : control.localName,
        named: Boolean(control.labels?.length || control.ariaLabel || control.textContent.trim()),
        spoken: control.getAttribute('aria-valuetext'),
        shown: output && output.textContent.trim(),
    };
}"""
INKS = """() => [...document.querySelectorAll('.actfun-figure svg, .actfun-slider svg')]
    .map(svg => getComputedStyle(svg).color)"""
# A word of code has the colours of its kind; one of each kind on a page is enough to be looked at.
# Of drawings and formulas axe can judge the names only, and not what is inside.
THIN_OUT = """() => {
    const seen = new Set();
    for (const word of document.querySelectorAll('.highlight span, span.pre')) {
        const kind = word.className + word.parentElement.parentElement.className;
        if (seen.has(kind)) word.replaceWith(...word.childNodes);
        else seen.add(kind);
    }
    document.querySelectorAll(':is(svg, mjx-container) > :not(title)').forEach(e => e.remove());
}"""
# Contrast depends on ink, size, weight and on what lies behind. axe is slow to judge it, and looks
# at the first text of each kind that no page before had.
SAMPLE = """before => {
    const seen = new Set(before), found = [];
    for (const e of document.querySelectorAll('body *')) {
        const hasText = [...e.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        if (!hasText || !e.checkVisibility()) continue;
        const { color, fontSize, fontWeight } = getComputedStyle(e);
        const kind = [color, fontSize, fontWeight];
        for (let behind = e; behind; behind = behind.parentElement) {
            const { backgroundColor, backgroundImage, opacity } = getComputedStyle(behind);
            kind.push(backgroundColor, backgroundImage, opacity);
        }
        const key = kind.filter(k => !['rgba(0, 0, 0, 0)', 'none', '1'].includes(k)).join();
        e.toggleAttribute('data-sample', !seen.has(key));
        if (!seen.has(key)) found.push(key);
        seen.add(key);
    }
    return found;
}"""
JUDGED = set()  # the kinds of text whose contrast axe has judged
# A tooltip lags a frame behind where the window becomes narrower.
SETTLED = """theme => {
    document.activeElement.blur();
    return document.documentElement.dataset.theme === theme && !document.querySelector('.tooltip');
}"""
# What the theme does after 0.3 s: code, outputs and tables that scroll take the focus.
REACHED = """() => [...document.querySelectorAll(
    'pre, .cell_output > .output, .pst-scrollable-table-container')]
    .every(part => part.scrollWidth <= part.clientWidth || part.tabIndex === 0)"""
OPEN = """fold => fold.localName === 'summary' ? fold.parentElement.open
    : fold.ariaExpanded === 'true'"""
CONTROLS = """() => [...document.querySelectorAll('a[href], button, input, select, summary')]
    .map((control, number) => {
        control.dataset.number = number;
        const html = control.outerHTML.slice(0, 200);
        const visible = control.checkVisibility({ visibilityProperty: true });
        const able = control.tabIndex >= 0 && !control.disabled && control.type !== 'radio';
        return { number, html, expected: visible && able };
    }).filter(control => control.expected)"""
STOPS = """() => [...document.querySelectorAll('*')]
    .filter(e => e.tabIndex >= 0 && e.checkVisibility({ visibilityProperty: true })).length"""
WATCH = """() => {
    window.stops = [];
    document.activeElement.blur();
    window.scrollTo(0, 0);
    const all = [...document.querySelectorAll('a[href], button, input, select, summary')];
    document.addEventListener('focusin', ({ target }) => {
        const marked = target.type === 'radio' ? target.nextElementSibling : target;
        const { outlineStyle, outlineWidth } = getComputedStyle(marked);
        window.stops.push({
            number: all.indexOf(target),
            html: target.outerHTML.slice(0, 200),
            seen: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
        });
    });
}"""
MOVES = """(getComputedStyle(e).animationName !== 'none'
    || getComputedStyle(e).transitionDuration.split(', ').some(time => parseFloat(time) > 0))"""
TOO_WIDE = """() => [...document.querySelectorAll('main *')]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth)
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""

HEIGHT = "() => document.querySelector('article')?.getBoundingClientRect().height"
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
LETTERS = """() => [...document.querySelectorAll('article .actfun-figure svg text')].map(text => {
    const { a, b } = text.getScreenCTM();
    const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    const { left, right } = text.getBoundingClientRect();
    return { size, left, right, text: text.textContent };
}).filter(({ size }) => size > 0)"""
CUT_OFF = """() => [...document.querySelectorAll('article div.highlight pre')]
    .filter(pre => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth)
    .map(pre => pre.textContent.split('\\n').reduce((a, b) => a.length < b.length ? b : a))"""
SEARCH_ANEW = """words => {
    document.getElementById('search-results').replaceChildren();
    Search.performSearch(words);
}"""
SEARCHED = """() =>
    /found|match/.test(document.querySelector('#search-results .search-summary').textContent)"""
BLOCKS = "() => document.querySelectorAll('article div.highlight pre').length"
OPEN_ALL = """() => {
    for (const details of document.querySelectorAll('article details')) details.open = true;
    for (const button of document.querySelectorAll('article .toggle-button[aria-expanded=false]'))
        button.click();
}"""
CLOSE_ALL = OPEN_ALL.replace("open = true", "open = false").replace("=false", "=true")

WIDE = """() => {
    const article = document.querySelector('article h1') ?? document.querySelector('main');
    const column = article.clientWidth, wide = [];
    for (const e of document.querySelectorAll('article :is(table, mjx-container[display] > *)')) {
        if (Math.floor(e.getBoundingClientRect().width) <= column) continue;
        let box = e.parentElement;
        while (box && !['auto', 'scroll'].includes(getComputedStyle(box).overflowX))
            box = box.parentElement;
        box?.scrollBy(20, 0);
        wide.push({ html: e.outerHTML.slice(0, 120), scrolled: box?.scrollLeft > 0 });
    }
    window.scrollBy(20, 0);
    return wide;
}"""


@pytest.fixture(scope="session")
def server(book):
    with serving(book) as address:
        yield address


# Whatever depends on what stands in a page is tried in each of them.
@pytest.fixture(scope="module", params=EVERY_PAGE)
def page_name(request):
    return request.param


# How the theme and our scripts work is tried where every kind of control is to be found.
on_one_of_each_kind = pytest.mark.parametrize(
    "page_name", ONE_OF_EACH_KIND, indirect=True, scope="module"
)


@pytest.fixture(scope="module")
def tab(chromium, book, server, page_name):
    """One page of the book, loaded once for all the tests that follow.

    It is without motion, which is slow to draw. The page for wrong addresses is never a file: a
    server sends it for any address.
    """
    tab = chromium.new_page(viewport=DESK, color_scheme="light", reduced_motion="reduce")
    root = server if page_name == "404" else f"{book.as_uri()}/"
    tab.complaints, tab.asked, tab.root = complaints_of(tab, root), [], root
    tab.on("request", lambda request: tab.asked.append(request.url))
    tab.goto(f"{root}{page_name}.html", wait_until="load")
    tab.wait_for_function("() => !window.MathJax || MathJax.startup?.promise")
    tab.evaluate("() => window.MathJax?.startup?.promise")
    yield tab
    tab.close()


def look(tab, viewport=DESK, theme="light"):
    """Whatever the test before has left, focus and pointer included."""
    tab.mouse.move(0, 0)
    tab.emulate_media(color_scheme=theme)
    tab.wait_for_function(SETTLED, arg=theme)
    if tab.viewport_size != viewport:
        tab.set_viewport_size(viewport)


def test_no_page_is_endless(tab, page_name):
    """With its folds closed. The API is for looking up."""
    allowed = {"chapters/api": 50_000}.get(page_name, 20_000)
    assert (tab.evaluate(HEIGHT) or 0) < allowed


def test_no_two_bars_in_a_row(tab):
    assert tab.evaluate(BARS_IN_A_ROW) == []


def test_no_code_is_cut_off(tab, page_name):
    """Solutions and folded code included."""
    tab.evaluate(OPEN_ALL)
    found, blocks = tab.evaluate(CUT_OFF), tab.evaluate(BLOCKS)
    tab.evaluate(CLOSE_ALL)
    assert found == []
    assert blocks > 20 or page_name != "chapters/relu", "finds no code"


def test_quiet_and_on_its_own(tab):
    """No console message, no script error, no request to another host, also while scrolling."""
    tab.evaluate("() => { window.scrollTo({ top: 1e6, behavior: 'instant' }); }")
    tab.evaluate(TWO_FRAMES)
    assert tab.complaints == []


def test_is_light(tab):
    """All that a page needs is less than 1.5 MB on its way to the reader."""
    assert 0 < transferred(tab.asked, tab.root) < 1.5e6


def test_formulas_are_set(tab):
    raw = tab.locator("article .math").filter(has_not=tab.locator("mjx-container"))
    assert raw.all_text_contents() == []
    assert tab.locator("mjx-merror").count() == 0


def checked(control):
    """The kind of a control; what a screen reader says is what stands beside it."""
    about = control.evaluate(ABOUT)
    assert about["named"], "no name"
    if about["kind"] == "range":
        assert about["spoken"], "no aria-valuetext"
        assert about["spoken"] == about["shown"]
    return about["kind"]


def by_pointer(control, kind):
    if kind == "range":
        box = control.bounding_box()
        left = control.evaluate("e => (e.value - e.min) / (e.max - e.min) > 0.5")
        position = {"x": box["width"] * (0.1 if left else 0.9), "y": box["height"] / 2}
        control.click(position=position)
    elif kind == "select":  # the list of choices is drawn by the system, out of a page's reach
        control.click()
        control.press("Escape")
        control.select_option(
            index=control.evaluate("e => (e.selectedIndex + 1) % e.options.length")
        )
    else:
        control.click()


def move_sliders(tab, operate):
    for number, slider in enumerate(tab.query_selector_all(".actfun-slider")):
        controls = slider.query_selector_all(
            "input[type=range], input[type=checkbox], select, button"
        )
        assert controls, f"slider {number} has no control"
        slider.scroll_into_view_if_needed()
        for control in controls:
            kind = checked(control)
            remember(slider)
            operate(control, kind)
            assert becomes_another(tab, slider), f"slider {number}: {kind} changes nothing"
            checked(control)
            if kind == "button" and control.inner_text() == "Pause":
                control.click()
    assert tab.complaints == []


@on_one_of_each_kind
def test_keyboard_reaches_everything_and_shows_where_it_is(tab):
    """Whoever walks through the page with the Tab key passes every control, and sees it."""
    tab.evaluate(WATCH)
    controls = tab.evaluate(CONTROLS)
    for _ in range(tab.evaluate(STOPS)):
        tab.keyboard.down("Tab")  # and hold it
    tab.keyboard.up("Tab")
    stops = tab.evaluate("() => window.stops")
    passed = {stop["number"] for stop in stops}
    assert [control["html"] for control in controls if control["number"] not in passed] == []
    assert [stop["html"] for stop in stops if not stop["seen"]] == []


@on_one_of_each_kind
def test_folds_open_by_keyboard(tab):
    """Solutions, answers to quick questions and folded code."""
    for fold in tab.query_selector_all("article :is(summary, .toggle-button)"):
        if not fold.is_visible():
            continue
        states = [fold.evaluate(OPEN)]
        fold.focus()
        for key in ("Enter", "Space"):
            tab.keyboard.press(key)
            states.append(fold.evaluate(OPEN))
        assert states == [False, True, False], fold.evaluate("e => e.outerHTML.slice(0, 200)")


@on_one_of_each_kind
def test_tabs_turn_by_keyboard(tab):
    for tabs in tab.locator(".sd-tab-set:has(> input ~ input)").all():  # one alone has no other
        tabs.locator("> input").first.focus()
        tab.keyboard.press("ArrowRight")
        assert tabs.locator("> input").nth(1).is_checked()
        assert tabs.locator("> .sd-tab-content").nth(1).is_visible()


@on_one_of_each_kind
def test_nothing_moves_for_those_who_want_no_motion(tab):
    moving = "() => [...document.querySelectorAll('*')].filter(e => MOVES(e)).length"
    moving = moving.replace("MOVES(e)", MOVES)
    assert tab.evaluate(moving) == 0
    tab.emulate_media(reduced_motion="no-preference")
    seen = tab.evaluate(moving)
    tab.emulate_media(reduced_motion="reduce")
    assert seen > 0, "the check sees no motion at all"


@on_one_of_each_kind
def test_sliders_move_by_pointer(tab):
    """With motion, where Play plays; without it, a button is for the next frame."""
    tab.emulate_media(reduced_motion="no-preference")
    move_sliders(tab, by_pointer)
    tab.emulate_media(reduced_motion="reduce")


def test_sliders_move_by_keyboard(tab):
    look(tab)
    move_sliders(tab, by_keyboard)


def test_letters_in_pictures_are_legible(tab):
    """On a phone ten pixels at least, in every figure and in the first frame of a slider."""
    look(tab, {**PHONE, "width": 390})
    tab.evaluate(OPEN_ALL)
    letters = tab.evaluate(LETTERS)
    figures = tab.locator("article .actfun-figure").count()
    tab.evaluate(CLOSE_ALL)
    assert bool(letters) == bool(figures)
    assert [letter for letter in letters if letter["size"] < 10] == []
    assert [x for x in letters if x["left"] < 0 or x["right"] > 390] == []


def test_fits_a_phone(tab, page_name):
    """Tables and formulas that are wider than a phone's column move; the page around them stays."""
    too_wide, wide, moved = {}, [], 0
    for width in (390, 320, PHONE["width"]):
        look(tab, {**PHONE, "width": width})
        scroll = tab.evaluate("() => document.documentElement.scrollWidth")
        if scroll > width:
            too_wide[width, scroll] = tab.evaluate(TOO_WIDE)
        wide += tab.evaluate(WIDE)
        moved += tab.evaluate("() => window.scrollX")
    assert too_wide == {}
    assert [part["html"] for part in wide if not part["scrolled"]] == []
    assert moved == 0
    assert wide or page_name not in ("chapters/comparison", "chapters/tanh"), "finds nothing wide"


def is_dark(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3])) < 3 * 128


def faults(tab, whole):
    """What axe-core finds, theme and folds included: all of it, or what is wrong with colours.

    It opens the folds and takes away what axe cannot judge: the last look at a tab.
    """
    tab.evaluate(OPEN_ALL)
    tab.evaluate(THIN_OUT)
    tab.wait_for_function(REACHED)
    new = tab.evaluate(SAMPLE, list(JUDGED))
    rules = {} if whole else {"runOnly": ["color-contrast"]}
    found = violations_in(tab, contrast="[data-sample]", **rules) if whole or new else []
    JUDGED.update(new * (not found))  # all pages with a fault are named
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible(tab, theme):
    """In both themes colours, and in the second all else as well. Of figures, into which axe does
    not see, the ink stands out from the page behind it.
    """
    look(tab, PHONE, theme)
    inks = tab.evaluate(INKS)
    background = tab.evaluate("() => getComputedStyle(document.body).backgroundColor")
    assert faults(tab, whole=theme == "dark") == []
    assert is_dark(background) == (theme == "dark")
    assert [ink for ink in inks if is_dark(ink) == is_dark(background)] == []


@on_one_of_each_kind
def test_accessible_at_a_desk(tab):
    look(tab)
    assert faults(tab, whole=True) == []


def test_the_check_sees_wide_code(chromium, book):
    """The same measure finds a line that is too wide."""
    tab = chromium.new_page(viewport=DESK)
    tab.goto(f"{book.as_uri()}/chapters/relu.html", wait_until="load")
    tab.evaluate(
        "() => { [...document.querySelectorAll('article div.highlight pre')]"
        ".find(pre => pre.checkVisibility()).textContent = 'x'.repeat(90); }"
    )
    found = tab.evaluate(CUT_OFF)
    tab.close()
    assert found == ["x" * 90]


@pytest.mark.parametrize("name", ["intro", "chapters/relu", "chapters/api", "search"])
def test_works_below_a_path(chromium, server, name):
    """As on a host where the book is not at the root: every file is there, none is elsewhere.

    tests/test_book.py follows the links of all of them.
    """
    tab, missing = chromium.new_page(), []
    complaints = complaints_of(tab, f"{server}book/")
    tab.on("response", lambda response: response.ok or missing.append(response.url))
    tab.goto(f"{server}book/{name}.html", wait_until="load")
    tab.close()
    assert complaints == []
    assert missing == []


@pytest.mark.parametrize(
    "words, address",
    [("LeakyReLU", "chapters/api.html#actfun.activations.LeakyReLU"),
     ("check_activation", "chapters/api.html#actfun.exercises.check_activation"),
     ("vanishing gradient", "chapters/glossary.html#term-vanishing-gradient"),
     ("梯度消失", "chapters/glossary.html#term-"),
     ("激活", "chapters/glossary.html#term-")],
)  # fmt: skip
@pytest.mark.parametrize("where", ["file", "server"])
def test_search_finds(chromium, book, server, where, words, address):
    """Functions of the library and terms of the glossary, whole or in part, in both languages."""
    tab = chromium.new_page()
    root = server if where == "server" else f"{book.as_uri()}/"
    tab.goto(f"{root}search.html?q={quote(words)}")
    hit = tab.locator(f'#search-results a[href*="{address}"]').first
    hit.wait_for()
    leads_to = hit.get_attribute("href")
    hit.click()
    tab.wait_for_url(f"{root}{address}*", wait_until="commit")
    tab.close()
    page, _, target = leads_to.removeprefix(root).partition("#")
    assert f'id="{target}"' in (book / page).read_text(encoding="utf-8")


with (Path(__file__).parent / "questions.csv").open(encoding="utf-8") as file:
    QUESTIONS = [tuple(row.values()) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def search(chromium, book):
    """A tab with the search page, which loads its index once."""
    tab = chromium.new_page()
    tab.goto(f"{book.as_uri()}/search.html")
    tab.wait_for_function("() => Search.hasIndex()")
    yield tab
    tab.close()


@pytest.mark.parametrize("words, page", QUESTIONS)
def test_search_finds_it_among_the_first_three(search, words, page):
    """What readers type: American spelling, names of frameworks, a question."""
    search.evaluate(SEARCH_ANEW, words)
    search.wait_for_function(SEARCHED)
    hits = search.locator("#search-results ul.search > li > a[href]")
    first = hits.evaluate_all("links => links.slice(0, 3).map(link => link.getAttribute('href'))")
    assert [address for address in first if f"{page}.html" in address], first


def test_the_copy_button_takes_what_can_be_run(chromium, book):
    """Of a Python session the lines that were typed, without prompts; of other code all."""
    tab = chromium.new_page()
    seen = set()
    for page in ("api_pictures", "relu"):
        tab.goto((book / "chapters" / f"{page}.html").as_uri())
        tab.locator(".copybtn").first.wait_for(state="attached")
        tab.evaluate(
            "() => addEventListener('copy', event => { window.copied = event.target.value; })"
        )
        for button in tab.locator(".copybtn:visible").all()[:5]:
            shown = button.evaluate("button => button.previousElementSibling.textContent")
            button.press("Enter")
            typed = [line[4:] for line in shown.splitlines() if re.match(r"(>>>|\.\.\.) ", line)]
            seen.add((page, bool(typed)))
            copied = tab.evaluate("() => window.copied")
            assert copied.strip() == ("\n".join(typed) if typed else shown).strip()
    tab.close()
    assert {("api_pictures", True), ("relu", False)} <= seen


@pytest.fixture(scope="session")
def plain_tab(chromium):
    with chromium.new_context(java_script_enabled=False) as context:
        yield context.new_page()


@on_one_of_each_kind
def test_reads_without_javascript(plain_tab, book, page_name):
    plain_tab.goto((book / f"{page_name}.html").as_uri())
    assert plain_tab.locator("main h1:visible").first.inner_text().strip()
    for slider in plain_tab.query_selector_all(".actfun-slider"):
        assert slider.query_selector("[role=img]").is_visible()
