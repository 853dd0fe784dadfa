"""Every page of the built book in a real browser, from file://, as a reader opens it."""

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import toc_pages
from playwright.sync_api import Error, sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
MISSING = (
    "The browser tests need Chromium, and none of these is on PATH: " + ", ".join(NAMES) + ".\n"
    "Install it: Debian: apt-get install chromium; Fedora: dnf install chromium; "
    "Ubuntu: snap install chromium; macOS: brew install --cask google-chrome, with a link "
    "named google-chrome on PATH."
)
DESK = {"width": 1280, "height": 900}

# What stands in the picture of a slider, and what its controls say, in one string each.
PICTURE = "slider => [...slider.querySelectorAll('svg')].map(svg => svg.innerHTML).join()"
SPOKEN = "input => input.getAttribute('aria-valuetext')"
SHOWN = """input => {
    const output = document.querySelector(`output[for~="${CSS.escape(input.id)}"]`)
        ?? input.parentElement.querySelector('output');
    return output && output.textContent.trim();
}"""
AXE = {"preload": False, "resultTypes": ["violations"]}  # preload would fetch the style sheets anew
INKS = """() => [...document.querySelectorAll('.actfun-figure svg, .actfun-slider svg')]
    .map(svg => getComputedStyle(svg).color)"""
TOO_WIDE = """() => [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > window.innerWidth)
    .map(e => e.outerHTML.slice(0, 120)).slice(0, 5)"""


@pytest.fixture(scope="session")
def chromium():
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    if executable is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        try:
            browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        except Error as problem:
            pytest.fail(f"{executable} does not start:\n{problem.message}", pytrace=False)
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=toc_pages())
def page_name(request):
    return request.param


def complaints_of(tab):
    """Everything that the browser says about the page from now on; other hosts are cut off."""
    complaints = []

    def ask(route):
        url = route.request.url
        if url.startswith(("file:", "data:", "blob:")):
            route.continue_()
        else:
            complaints.append(f"asked another host: {url}")
            route.abort()

    def console(message):
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text}")

    tab.route("**/*", ask)
    tab.on("console", console)
    tab.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    return complaints


@pytest.fixture(scope="module")
def tab(chromium, book, page_name):
    """One page of the book, loaded once for all the tests that follow."""
    tab = chromium.new_page(viewport=DESK, color_scheme="light")
    tab.complaints = complaints_of(tab)
    tab.goto((book / f"{page_name}.html").as_uri(), wait_until="load")
    tab.wait_for_function("() => !window.MathJax || MathJax.startup?.promise")
    tab.evaluate("() => window.MathJax?.startup?.promise")
    yield tab
    tab.close()


def test_quiet_and_on_its_own(tab):
    """No console message, no script error, no request to another host, also while scrolling."""
    tab.evaluate("() => window.scrollTo(0, document.body.scrollHeight)")
    tab.wait_for_timeout(100)
    assert tab.complaints == []


def test_formulas_are_set(tab):
    raw = tab.locator("article .math").filter(has_not=tab.locator("mjx-container"))
    assert raw.all_text_contents() == []
    assert tab.locator("mjx-merror").count() == 0


@pytest.mark.parametrize("width", [320, 360, 390])
def test_fits_a_phone(tab, width):
    tab.set_viewport_size({"width": width, "height": 800})
    too_wide = tab.evaluate(TOO_WIDE)
    scroll = tab.evaluate("() => document.documentElement.scrollWidth")
    tab.set_viewport_size(DESK)
    assert scroll <= width, f"{scroll} px wide because of {too_wide}"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_follow_the_theme(tab, theme):
    """The ink of a figure stands out from the page behind it."""
    tab.emulate_media(color_scheme=theme)
    tab.wait_for_function(f"() => document.documentElement.dataset.theme === '{theme}'")
    inks = tab.evaluate(INKS)
    background = tab.evaluate("() => getComputedStyle(document.body).backgroundColor")
    tab.emulate_media(color_scheme="light")
    assert is_dark(background) == (theme == "dark")
    assert [ink for ink in inks if is_dark(ink) == is_dark(background)] == []


def is_dark(colour):
    return sum(map(int, re.findall(r"\d+", colour)[:3])) < 3 * 128


def test_accessible(tab):
    """axe-core finds nothing serious in the text of the page (the theme's frame is not ours)."""
    found = Axe().run(tab, context="article", options=AXE).response
    serious = [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []


def different(slider, before):
    """Whether the picture is another one, at the latest after a moment."""
    for _ in range(20):
        if slider.evaluate(PICTURE) != before:
            return True
        slider.page.wait_for_timeout(50)
    return False


def check_words(control, kind):
    """What a screen reader says is what stands beside the control."""
    if kind == "range":
        spoken = control.evaluate(SPOKEN)
        assert spoken, "no aria-valuetext"
        assert spoken == control.evaluate(SHOWN)


def by_keyboard(control, kind):
    control.focus()
    if kind == "range":
        at_end = control.evaluate("e => Number(e.value) >= Number(e.max)")
        control.press("ArrowLeft" if at_end else "ArrowRight")
    elif kind == "select":
        at_end = control.evaluate("e => e.selectedIndex === e.options.length - 1")
        control.press("ArrowUp" if at_end else "ArrowDown")
    else:
        control.press("Space")


def by_pointer(control, kind):
    if kind == "range":
        box = control.bounding_box()
        left = control.evaluate("e => (e.value - e.min) / (e.max - e.min) > 0.5")
        position = {"x": box["width"] * (0.1 if left else 0.9), "y": box["height"] / 2}
        control.click(position=position)
    elif kind == "select":  # the list of choices is drawn by the system, out of a page's reach
        control.click()
        control.page.keyboard.press("Escape")
        control.select_option(
            index=control.evaluate("e => (e.selectedIndex + 1) % e.options.length")
        )
    else:
        control.click()


@pytest.mark.parametrize("operate", [by_keyboard, by_pointer], ids=["keyboard", "pointer"])
def test_sliders_move(tab, operate):
    for number, slider in enumerate(tab.locator(".actfun-slider").all()):
        controls = slider.locator("input[type=range], input[type=checkbox], select, button").all()
        assert controls, f"slider {number} has no control"
        slider.scroll_into_view_if_needed()
        for control in controls:
            kind = control.evaluate("e => e.localName === 'input' ? e.type : e.localName")
            assert control.evaluate("e => e.labels?.length || e.ariaLabel || e.textContent.trim()")
            check_words(control, kind)
            before = slider.evaluate(PICTURE)
            operate(control, kind)
            assert different(slider, before), f"slider {number}: {kind} changes nothing"
            check_words(control, kind)
            if kind == "button" and control.inner_text() == "Pause":
                control.click()
    assert tab.complaints == []


def test_reads_without_javascript(chromium, book, page_name):
    with chromium.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto((book / f"{page_name}.html").as_uri())
        assert tab.locator("article h1").inner_text().strip()
        for slider in tab.locator(".actfun-slider").all():
            assert slider.locator("svg").first.is_visible()
