"""The playground in a browser, from file://: settings, challenges, and for whom it works."""

import gzip
import re
from urllib.parse import parse_qsl

import playground
import playground_tables
import pytest
from browsing import TWO_FRAMES, complaints_of, violations_in
from conftest import ROOT, read_notebook

from actfun import figures

ASSETS = ROOT / "assets"
NOTEBOOK = ROOT / "chapters" / "playground.ipynb"
LIMIT = 60_000  # bytes gzipped, of all that a page with a playground has more than others
CHALLENGE = re.compile(r"```\{challenge\} (\S+)\n:title: (.*)\n:start: (.*)\n")
PROSE = "\n".join(
    cell.source for cell in read_notebook(NOTEBOOK).cells if cell.cell_type == "markdown"
)
CHALLENGES = {name: (title, start) for name, title, start in CHALLENGE.findall(PROSE)}
PIXELS = "p => p.surface.toDataURL()"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The address of a page with the playground and the challenges, and nothing of a theme."""
    folder = tmp_path_factory.mktemp("playground")
    (folder / "tables.js").write_text(playground_tables.script(), encoding="utf-8")
    boxes = "".join(
        f'<div class="actfun-challenge" data-challenge="{name}" data-title="{title}" '
        f'data-settings="{start.replace("&", "&amp;")}"><p>{title}</p></div>'
        for name, (title, start) in CHALLENGES.items()
    )
    sheets = "".join(
        f'<link rel="stylesheet" href="{(ASSETS / name).as_uri()}">'
        for name in ("figures.css", "playground/playground.css")
    )
    sources = [(folder / "tables.js").as_uri()]
    sources += [(ASSETS / "playground" / f"{name}.js").as_uri() for name in playground.SCRIPTS[1:]]
    scripts = "".join(f'<script defer src="{source}"></script>' for source in sources)
    still = figures.svg(playground.picture(), playground.ALT)
    (folder / "page.html").write_text(
        '<!DOCTYPE html><html lang="en" data-theme="light"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Playground</title>'
        f"{sheets}{scripts}<body style='background:#fff;color:#222'><main><h1>A playground</h1>"
        f'<div class="actfun-playground" id="{playground.PLACE}">'
        f'<figure class="playground-still">{still}<figcaption>Words.</figcaption></figure></div>'
        f"{boxes}</main>",
        encoding="utf-8",
    )
    return (folder / "page.html").as_uri()


@pytest.fixture
def visit(chromium, page):
    """Opens the page with these words in its address."""
    tabs = []

    def opened(words="", **options):
        tab = chromium.new_page(viewport={"width": 1000, "height": 900}, **options)
        tabs.append(tab)
        tab.complaints = complaints_of(tab)
        tab.goto(f"{page}?{words}")
        tab.wait_for_function("() => document.querySelector('.actfun-playground').playground.frame")
        return tab

    yield opened
    for tab in tabs:
        assert tab.complaints == []
        tab.close()


def ask(tab, script, *given):
    """What ``script``, a function of the playground, gives."""
    box = tab.locator(".actfun-playground")
    return box.evaluate(f"(box, given) => ({script})(box.playground, ...given)", list(given))


def choose(tab, label, text):
    tab.get_by_label(label, exact=True).select_option(label=text)


def advance(tab, updates, each=100):
    """Updates without waiting for frames, looked at after each so many."""
    # The browser tells the page a little later that a click has brought the playground into sight.
    tab.wait_for_function("() => document.querySelector('.actfun-playground').playground.visible")
    script = """(p, updates, each) => {
        for (let n = 0; n < updates; n += each) { p.run.advance(each); p.show(); }
    }"""
    ask(tab, script, updates, each)


def press(tab, text):
    tab.get_by_role("button", name=text, exact=True).click()


def words(tab):
    return tab.locator(".playground-words").text_content()


# ---------------------------------------------------------------------------------- settings


def test_every_choice_lives_in_the_address(visit, page):
    """Whoever opens the address that a choice has left sees the same settings and picture."""
    tab, other = visit(), visit()
    menus = tab.locator(".playground-fields select")
    assert menus.count() >= 12
    for i in range(menus.count()):
        menu = menus.nth(i)
        if not menu.is_visible() or "class of" in (menu.get_attribute("id") or ""):
            continue
        last = menu.locator("option").last.text_content()
        menu.select_option(label=last)
        assert menu.locator("option:checked").text_content() == last
    choose(tab, "points", "spirals")
    choose(tab, "activation", "Sine")
    choose(tab, "ω", "2")
    address = tab.url
    assert dict(parse_qsl(address.partition("?")[2]))["p"] == "2"
    other.goto(address)
    other.wait_for_function("() => document.querySelector('.actfun-playground').playground.frame")
    settings = "p => [p.settings, [...p.run.network.layers[0].weights]]"
    assert ask(other, settings) == ask(tab, settings)
    assert ask(other, PIXELS) == ask(tab, PIXELS)


@pytest.mark.parametrize(
    "address",
    ["", "f=sigmoid&depth=8&units=8&init=xavier&gain=4&centred=1", "f=hard-tanh&p=-3%2C1",
     "data=own&own=100.50.1_-50.20.0", "optimiser=adam&rate=0.01&batch=200&seed=7&speed=20"],
)  # fmt: skip
def test_addresses_are_understood_and_written_alike(visit, address):
    tab = visit()
    again = tab.evaluate(
        "words => { const l = window.actfunPlayground; return l.written(l.parse(words)); }", address
    )
    assert sorted(parse_qsl(again)) == sorted(parse_qsl(address))


def test_what_is_unknown_in_an_address_is_left_out(visit):
    tab = visit("f=nothing&depth=99&own=x&p=a&colour=red")
    assert ask(tab, "p => [p.settings.f, p.settings.depth, p.settings.own]") == ["relu", 2, []]


def test_every_link_to_the_playground_has_settings_that_it_knows(visit):
    """In all pages: the role {play}, and the starts of the challenges."""
    pages = sorted((ROOT / "chapters").glob("*.*")) + [ROOT / "intro.md"]
    pages = [path for path in pages if path.suffix in (".ipynb", ".md")]
    found = [
        target
        for path in pages
        for target in re.findall(r"\{play\}`[^`<]*<([^`>]*)>`", path.read_text(encoding="utf-8"))
    ]
    tab = visit()
    assert found
    for address in [*found, *(start for _, start in CHALLENGES.values())]:
        again = tab.evaluate(
            "words => { const l = actfunPlayground; return l.written(l.parse(words)); }", address
        )
        assert sorted(parse_qsl(again)) == sorted(parse_qsl(address)), address


# ----------------------------------------------------------------------------------- running


def test_nothing_runs_before_it_is_asked_to_or_out_of_sight(visit):
    tab = visit()
    tab.wait_for_timeout(200)
    assert ask(tab, "p => p.run.updates") == 0
    press(tab, "Play")
    tab.wait_for_function(
        "() => document.querySelector('.actfun-playground').playground.run.updates > 10"
    )
    scrolled = "(p, changes) => { p.seen(changes); return p.run.updates; }"
    away, back = {"isIntersecting": False}, {"isIntersecting": True}
    before = ask(tab, scrolled, [back, away])
    tab.evaluate(TWO_FRAMES)  # of which one was asked for in sight
    assert ask(tab, scrolled, [away, back]) == before
    tab.evaluate("() => { document.querySelector('main').style.marginTop = '5000px'; }")
    tab.wait_for_function("() => !document.querySelector('.actfun-playground').playground.visible")
    before = ask(tab, "p => p.run.updates")
    tab.wait_for_timeout(200)
    assert ask(tab, "p => [p.playing, p.run.updates]") == [True, before]
    tab.evaluate("() => { document.querySelector('main').style.marginTop = 0; }")
    tab.wait_for_function(
        "n => document.querySelector('.actfun-playground').playground.run.updates > n", arg=before
    )
    press(tab, "Pause")
    before = ask(tab, "p => p.run.updates")
    tab.wait_for_timeout(100)
    assert ask(tab, "p => p.run.updates") == before
    assert f"{before} updates" in tab.locator(".playground-readout").text_content()
    assert "Paused" in words(tab)


def test_step_and_start_anew(visit):
    tab = visit()
    start = ask(tab, PIXELS)
    press(tab, "Step")
    assert ask(tab, "p => p.run.updates") == 1
    advance(tab, 200)
    assert ask(tab, PIXELS) != start
    press(tab, "Start anew")
    assert ask(tab, "p => p.run.updates") == 0
    assert ask(tab, PIXELS) == start


def test_the_same_settings_give_the_same_training(visit):
    tab, other = visit("f=tanh&seed=3"), visit("f=tanh&seed=3")
    for each in (tab, other):
        advance(each, 300, each=10)
    assert ask(tab, "p => p.run.loss") == ask(other, "p => p.run.loss")


def test_activation_and_rate_change_on_the_way(visit):
    tab = visit()
    advance(tab, 100)
    choose(tab, "activation", "PReLU")
    choose(tab, "rate", "0.1")
    assert ask(tab, "p => [p.run.updates, p.fresh]") == [100, False]
    advance(tab, 100)
    assert ask(tab, "p => p.run.network.layers[0].parameter[0]") != 0.25, "PReLU learns its slope"
    choose(tab, "layers", "0")
    assert ask(tab, "p => p.run.updates") == 0
    assert tab.locator(".playground-layers li").count() == 0
    advance(tab, 100)


def test_a_unit_is_seen_and_told_to_die(visit):
    tab = visit("depth=3&rate=0.3&seed=2")
    advance(tab, 40, each=2)
    assert "dead 4 of 4" in tab.locator(".playground-layers li").nth(2).inner_text()
    assert "Units have died" in words(tab)
    ask(tab, "p => { p.told.at = -1e9; p.tell(); }")  # three seconds later
    assert "4 in layer 3" in words(tab)
    choose(tab, "activation", "Softplus")
    assert "have died" not in words(tab), "none is dead"


def test_where_it_diverges_it_says_so_and_keeps_what_was(visit):
    tab = visit("f=leaky-relu&depth=4&rate=3")
    press(tab, "Play")
    tab.wait_for_function(
        "() => document.querySelector('.actfun-playground').playground.run.diverged"
    )
    assert not ask(tab, "p => p.playing")
    assert ask(tab, "p => p.run.network.isFinite() && Number.isFinite(p.run.loss)")
    assert "Diverged at update" in words(tab) and "Try the learning rate 1 instead of 3" in words(
        tab
    )
    updates = ask(tab, "p => p.run.updates")
    press(tab, "Play")
    press(tab, "Step")
    assert ask(tab, "p => p.run.updates") == updates
    choose(tab, "rate", "0.03")
    press(tab, "Step")
    assert ask(tab, "p => p.run.updates") == updates + 1


def test_points_of_ones_own(visit, page):
    """By a click and by the keyboard; they live in the address too."""
    tab = visit()
    choose(tab, "points", "your own")
    press(tab, "Play")
    assert "no points yet" in words(tab)
    tab.locator(".playground-surface").click(position={"x": 30, "y": 30})
    choose(tab, "class of the next point", "■ 1")
    tab.get_by_label("x", exact=True).fill("1.5")
    tab.get_by_label("y", exact=True).fill("-0.5")
    tab.get_by_role("button", name="Add", exact=True).press("Enter")
    own = ask(tab, "p => p.settings.own")
    assert own[1] == [1.5, -0.5, 1] and own[0][0] < -2 and own[0][1] > 2
    advance(tab, 200)
    assert ask(tab, "p => p.run.accuracy") == 1
    other = visit(tab.url.partition("?")[2])
    assert ask(other, "p => p.settings.own") == own
    press(tab, "Remove the last")
    assert ask(tab, "p => [p.settings.own.length, p.run.how.train.count]") == [1, 1]


# --------------------------------------------------------------------------------- challenges


def run_two_units(tab):
    choose(tab, "activation", "GELU")
    advance(tab, 600)


def run_three_hinges(tab):
    choose(tab, "units", "3")
    advance(tab, 600)


def run_die_and_return(tab):
    choose(tab, "seed", "2")
    while "Now bring it back" not in tab.locator(".actfun-challenge").nth(2).inner_text():
        advance(tab, 2, each=2)
    choose(tab, "activation", "Leaky ReLU")
    choose(tab, "γ", "0.25")
    choose(tab, "rate", "0.03")
    advance(tab, 600)
    choose(tab, "activation", "ReLU")
    advance(tab, 400)


def run_deep_logistic(tab):
    choose(tab, "times", "4")
    choose(tab, "centred", "yes")
    advance(tab, 1500)


def run_far_from_the_loss(tab):
    """What it begins with is the start at which the gradient arrives."""
    choose(tab, "times", "0.1")
    advance(tab, 10)


def run_turn_the_tables(tab):
    for rate in ("0.001", "0.01"):
        for f in ("Tanh", "ReLU"):
            choose(tab, "rate", rate)
            choose(tab, "activation", f)
            press(tab, "Start anew")
            advance(tab, 300, each=10)


def run_diverge_and_mend(tab):
    choose(tab, "rate", "3")
    press(tab, "Start anew")
    advance(tab, 100)
    choose(tab, "rate", "0.1")
    press(tab, "Start anew")
    advance(tab, 600)


def run_unroll_the_spirals(tab):
    choose(tab, "activation", "Sine")
    choose(tab, "times", "4")
    advance(tab, 4000, each=200)


def test_every_challenge_has_a_rule(visit):
    tab = visit()
    assert len(CHALLENGES) >= 6
    assert set(tab.evaluate("() => Object.keys(actfunPlayground.challenges)")) == set(CHALLENGES)


@pytest.mark.parametrize("name", CHALLENGES)
def test_challenges_can_be_met_and_are_checked(visit, name):
    """Not by waiting with the settings that they begin with."""
    tab = visit()
    box = tab.locator(f"[data-challenge={name}]")
    state = box.locator(".playground-state")
    assert state.text_content() == ""
    box.get_by_role("button").click()
    advance(tab, 300)
    assert state.text_content() and "is-met" not in box.get_attribute("class")
    box.get_by_role("button").click()
    globals()[f"run_{name.replace('-', '_')}"](tab)
    assert state.text_content().startswith("Met."), state.text_content()
    assert "is-met" in box.get_attribute("class")
    assert CHALLENGES[name][0] in words(tab)


# ------------------------------------------------------------------------------- for everyone


def test_by_keyboard_alone(visit):
    tab = visit()
    tab.get_by_role("button", name="Play").focus()
    tab.keyboard.press("Enter")
    tab.wait_for_function(
        "() => document.querySelector('.actfun-playground').playground.run.updates > 10"
    )
    tab.keyboard.press("Space")
    assert not ask(tab, "p => p.playing")
    tab.keyboard.press("Tab")
    before = ask(tab, "p => p.run.updates")
    tab.keyboard.press("Enter")
    assert ask(tab, "p => p.run.updates") == before + 1
    tab.get_by_label("activation", exact=True).focus()
    tab.keyboard.press("ArrowDown")
    assert ask(tab, "p => p.settings.f") == "leaky-relu"
    assert tab.evaluate("() => document.activeElement.labels[0].textContent") == "activation"


def test_those_who_want_no_motion_step(visit):
    tab = visit(reduced_motion="reduce")
    press(tab, "Next 10 updates")
    tab.wait_for_timeout(100)
    assert ask(tab, "p => [p.run.updates, Boolean(p.playing)]") == [10, False]
    assert "10 updates" in words(tab)


def test_what_is_said_aloud_is_said_sparingly(visit):
    """Not with every frame: at the start of a long training nothing, at its end once."""
    tab = visit("f=tanh")
    tab.evaluate("""() => {
        window.said = [];
        new MutationObserver(() => said.push(1)).observe(
            document.querySelector('.playground-words'), { childList: true });
    }""")
    press(tab, "Play")
    tab.wait_for_function(
        "() => document.querySelector('.actfun-playground').playground.run.updates > 60"
    )
    assert tab.evaluate("() => said.length") == 0
    press(tab, "Pause")
    tab.wait_for_function("() => said.length === 1")


@pytest.mark.parametrize("theme, width", [("light", 1000), ("dark", 390), ("light", 360)])
def test_accessible_and_no_wider_than_the_screen(visit, theme, width):
    tab = visit("f=hard-tanh&depth=8&units=8&data=own")
    tab.set_viewport_size({"width": width, "height": 800})
    tab.evaluate("""theme => {
        document.documentElement.dataset.theme = theme;
        const style = document.body.style;
        [style.background, style.color] = theme === 'dark' ? ['#121212', '#ddd'] : ['#fff', '#222'];
        style.setProperty('--pst-color-background', style.background);
    }""", theme)  # fmt: skip
    assert tab.evaluate("() => document.documentElement.scrollWidth") <= width
    assert violations_in(tab) == []


def test_the_picture_follows_the_theme(visit):
    tab = visit()
    light = ask(tab, PIXELS)
    tab.evaluate("() => { document.body.style.background = '#121212'; }")
    tab.evaluate("() => { document.documentElement.dataset.theme = 'dark'; }")
    tab.wait_for_function(
        "light => document.querySelector('.playground-surface').toDataURL() !== light", arg=light
    )


def test_without_javascript_there_is_a_picture_and_a_sentence(chromium, page):
    with chromium.new_context(java_script_enabled=False) as context:
        tab = context.new_page()
        tab.goto(page)
        still = tab.locator(".playground-still")
        assert still.locator("svg[role=img]").is_visible()
        assert still.locator("figcaption").inner_text() == "Words."
        assert tab.get_by_role("button").count() == 0
    assert "```{playground}\nWith JavaScript, a network trains here" in PROSE
    assert len(playground.ALT.split()) >= 12


def test_all_of_it_is_light():
    files = sorted((ASSETS / "playground").iterdir())
    texts = [playground_tables.script(), figures.svg(playground.picture(), playground.ALT)]
    sizes = [len(gzip.compress(path.read_bytes())) for path in files]
    sizes += [len(gzip.compress(text.encode())) for text in texts]
    assert len(files) == 6 and sum(sizes) < LIMIT


def test_scripts_are_plain():
    """No module, no fetch, nothing from elsewhere: they must load from file://."""
    for path in sorted((ASSETS / "playground").glob("*.js")):
        text = path.read_text(encoding="utf-8")
        assert '"use strict";' in text
        assert not re.search(r"\b(import|export|fetch|XMLHttpRequest|eval)\b|https?:", text), path
        assert max(map(len, text.splitlines())) <= 120


# ----------------------------------------------------------------------------- in the real page


def test_the_page_has_its_scripts_and_no_other_page_has(book):
    having = {
        path.stem
        for path in book.rglob("*.html")
        if "playground/engine.js" in path.read_text("utf-8")
    }
    assert having == {"playground"}
    page = (book / "chapters" / "playground.html").read_text(encoding="utf-8")
    order = [page.index(f"playground/{name}.js") for name in playground.SCRIPTS]
    assert order == sorted(order)
    assert (book / "_static" / "playground" / "tables.js").exists()


def test_a_link_leads_to_its_settings(chromium, book):
    tab = chromium.new_page()
    complaints = complaints_of(tab)
    tab.goto((book / "chapters" / "playground.html").as_uri())
    tab.get_by_text("the same ones, started well").click()
    tab.wait_for_url(re.compile("gain=4"))
    choice = tab.get_by_label("activation", exact=True).locator("option:checked")
    assert choice.text_content() == "Sigmoid"
    tab.wait_for_function("() => document.querySelector('.actfun-playground').playground.visible")
    assert tab.locator(".playground-layers li").count() == 8
    assert complaints == []
    tab.close()
