"""How fast the playground is: python benchmarks/playground.py [folder of TensorFlow's playground]

For networks of several sizes: frames a second while it trains, ten updates a frame, and shows every
layer; what it takes to look and to draw; updates a second without pictures; and how large its files
are. Beside it, if a folder with a built TensorFlow Playground (index.html and what it loads) is
named, that one at its largest size, 6 × 8 units: it makes an epoch a frame. A busy machine is slow.
"""

import gzip
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
import browser  # noqa: E402
from conftest import HTML  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

SECONDS, UPDATES = 5, 2000
SIZES = [(8, 8), (6, 8), (2, 4)]  # layers, units
FUNCTIONS = ["relu", "gelu", "sigmoid"]
COUNT = """async ms => {
    let frames = 0, going = true;
    const count = () => { frames += 1; if (going) requestAnimationFrame(count); };
    const begin = performance.now();
    requestAnimationFrame(count);
    await new Promise(done => setTimeout(done, ms));
    going = false;
    return frames / (performance.now() - begin) * 1000;
}"""
TRAIN = """updates => {
    const run = document.querySelector('.actfun-playground').playground.run;
    const begin = performance.now();
    run.advance(updates);
    return updates / (performance.now() - begin) * 1000;
}"""
DRAW = """() => {
    const playground = document.querySelector('.actfun-playground').playground;
    const times = [];
    for (let n = 0; n < 50; n++) {
        const begin = performance.now();
        playground.run.look();
        playground.show();
        times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b)[25];
}"""
# What its pages would send to an analyst: there is nobody.
ALONE = "window.ga = () => {}"


def ours(chromium, function, layers, units):
    """(frames a second, ms to look and draw, updates a second) of our playground."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 1000})
    address = f"{(HTML / 'chapters' / 'playground.html').as_uri()}?data=circles&speed=10"
    tab.goto(f"{address}&f={function}&depth={layers}&units={units}#playground-here")
    tab.get_by_role("button", name="Play", exact=True).click()
    frames = tab.evaluate(COUNT, 1000 * SECONDS)
    tab.get_by_role("button", name="Pause", exact=True).click()
    drawing, updates = tab.evaluate(DRAW), tab.evaluate(TRAIN, UPDATES)
    tab.close()
    return frames, drawing, updates


def theirs(chromium, folder):
    """(frames a second, updates a second) of TensorFlow's, one epoch of 250 points a frame."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 1000})
    tab.route(
        "**/*",
        lambda route: route.continue_() if route.request.url.startswith("file:") else route.abort(),
    )
    tab.add_init_script(ALONE)
    shape = ",".join(["8"] * 6)
    words = f"activation=relu&batchSize=30&dataset=circle&noise=10&networkShape={shape}"
    tab.goto(f"{(folder / 'index.html').as_uri()}#{words}")
    tab.locator("#play-pause-button").click()

    def epochs():
        return int(tab.locator("#iter-number").inner_text().replace(",", ""))

    before = epochs()
    frames = tab.evaluate(COUNT, 1000 * SECONDS)
    done = epochs() - before
    tab.close()
    return frames, done * (250 // 30) / SECONDS


def main(folder=None):
    files = sorted((HTML / "_static" / "playground").iterdir())
    for path in files:
        print(f"{path.name:16} {len(gzip.compress(path.read_bytes())) / 1000:5.1f} kB gzipped")
    with sync_playwright() as playwright:
        chromium, _ = browser.launch(playwright)
        print(f"\n{'':24} {'frames/s':>9} {'drawing':>9} {'updates/s':>10}")
        for layers, units in SIZES:
            for function in FUNCTIONS:
                frames, drawing, updates = ours(chromium, function, layers, units)
                name = f"{layers} × {units}, {function}"
                print(f"{name:24} {frames:9.0f} {drawing:6.1f} ms {updates:10.0f}")
        if folder:
            frames, updates = theirs(chromium, Path(folder).resolve())
            print(f"{'TensorFlow, 6 × 8, relu':24} {frames:9.0f} {'':9} {updates:10.0f}")
        chromium.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
