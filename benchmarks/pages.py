"""What each page of the built book costs its reader: python benchmarks/pages.py [relu …]

For every page: what a browser fetches for it, gzipped as a web server would send it; how long until
its text is painted, with an empty cache; and how long a slider takes from input to painted picture.
Ends with an error if a page fetches more than it may. Those that are slow are named, which is no
error: on a busy machine times say little.
"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
import browser  # noqa: E402
from conftest import HTML, toc_pages, transferred  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

MEGABYTES, SECONDS, FRAME = 1.5, 1.0, 16.0  # at most: fetched, until readable, ms for a move

READABLE = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"

# From an input event at the start of a frame to the moment after it is painted: the work of the
# page (script, style, layout, paint), without the wait for a next frame.
MOVES = """async slider => {
    const input = slider.querySelector('input[type=range], select');
    const [at, count] = input.options ? ['selectedIndex', input.options.length]
        : ['value', Number(input.max) + 1];
    const times = [];
    for (let i = 0; i < 20; i++) {
        input[at] = (Number(input[at]) + 1) % count;
        await new Promise(requestAnimationFrame);
        const begin = performance.now();
        input.dispatchEvent(new Event('input', { bubbles: true }));
        await new Promise(done => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = done;
            port2.postMessage(null);
        });
        times.push(performance.now() - begin);
    }
    return times;
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def measure(chromium, address, page):
    """Bytes fetched, seconds until readable, and milliseconds of each slider's moves."""
    tab, asked = chromium.new_page(), []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(f"{address}{page}.html", wait_until="networkidle")
    readable = tab.evaluate(READABLE)
    moves = [slider.evaluate(MOVES) for slider in tab.locator(".actfun-slider").all()]
    tab.close()
    return transferred(asked, address), readable / 1000, [median(times) for times in moves]


def main(names):
    pages = [page for page in toc_pages() if not names or Path(page).name in names]
    print(f"{'page':28} {'fetched':>9} {'readable':>9}  slider, median of 20 moves")
    slow, large = [], []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=HTML)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            chromium, _ = browser.launch(playwright)
            for page in pages:
                address = f"http://127.0.0.1:{server.server_port}/"
                size, readable, moves = measure(chromium, address, page)
                shown = ", ".join(f"{move:.1f} ms" for move in moves)
                print(f"{page:28} {size / 1e6:6.2f} MB {readable:7.2f} s  {shown}")
                if size / 1e6 > MEGABYTES:
                    large.append(page)
                if readable > SECONDS or max(moves, default=0) > FRAME:
                    slow.append(page)
            chromium.close()
        server.shutdown()
    if slow:
        print(f"slower than {SECONDS} s or {FRAME} ms: {', '.join(slow)}")
    return f"more than {MEGABYTES} MB: {', '.join(large)}" if large else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
