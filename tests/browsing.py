"""What the tests of the pages in a browser share."""

import re
import sys
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from axe_playwright_python.base import AXE_SCRIPT
from conftest import toc_pages
from playwright.sync_api import TimeoutError

# Low, since it takes time to paint.
DESK = {"width": 1280, "height": 450}
PHONE = {"width": 360, "height": 450}
# Together they have every kind of control.
ONE_OF_EACH_KIND = [
    "intro", "chapters/relu", "chapters/signals", "chapters/mish", "chapters/playground",
    "chapters/api", "genindex", "search", "404",
]  # fmt: skip
EVERY_PAGE = list(dict.fromkeys([*ONE_OF_EACH_KIND, *toc_pages()]))

# What stands in the picture of a slider, in one string.
PICTURE = "[...slider.querySelectorAll('svg')].map(svg => svg.innerHTML).join()"
TWO_FRAMES = """() => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(done)))"""
AXE = """async ([within, contrast, options]) => {
    axe.configure({ rules: [{ id: 'color-contrast', selector: contrast }] });
    const { violations } = await axe.run(within, options);
    return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}"""


@contextmanager
def serving(folder):
    """The address of a local server that has the folder at its root and below any one folder."""

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path):
            found = super().translate_path(path)
            below = path.lstrip("/").partition("/")[2]
            return found if Path(found).exists() else super().translate_path(f"/{below}")

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, address):
            if not isinstance(sys.exc_info()[1], ConnectionError):  # a tab closed while it loaded
                super().handle_error(request, address)

    with Server(("127.0.0.1", 0), partial(Handler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def complaints_of(tab, own="file:"):
    """Everything that the browser says about the page from now on; other hosts are cut off."""
    complaints = []

    def refuse(route):
        complaints.append(f"asked another host: {route.request.url}")
        route.abort()

    def console(message):
        if message.type in ("error", "warning"):
            complaints.append(f"console {message.type}: {message.text}")

    tab.route(re.compile(rf"^(?!{re.escape(own)}|data:|blob:)"), refuse)
    tab.on("console", console)
    tab.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
    return complaints


def violations_in(tab, within="html", contrast="*", **options):
    """What axe-core finds in the tab, a line each; it judges the ``contrast`` of these elements."""
    if not tab.evaluate("() => 'axe' in window"):
        tab.evaluate(AXE_SCRIPT)
    options = {"preload": False, "resultTypes": ["violations"], **options}
    return tab.evaluate(AXE, [within, contrast, options])  # preload would fetch the style sheets


def remember(slider):
    """Keep the picture, to be compared with what it becomes."""
    slider.evaluate(f"slider => {{ slider.before = {PICTURE}; }}")


def becomes_another(tab, slider):
    """Whether the picture of a slider, an element of the tab, becomes another one."""
    try:
        tab.wait_for_function(f"slider => {PICTURE} !== slider.before", arg=slider)
    except TimeoutError:
        return False
    return True


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
