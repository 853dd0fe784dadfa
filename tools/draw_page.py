"""Take the picture of a page for the README from the built book: python tools/draw_page.py"""

from pathlib import Path

import browser
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent

with sync_playwright() as playwright:
    chromium, _ = browser.launch(playwright)
    tab = chromium.new_page(viewport={"width": 1200, "height": 840})
    tab.emulate_media(reduced_motion="reduce")
    tab.goto((ROOT / "_build" / "html" / "chapters" / "relu.html").as_uri())
    tab.wait_for_function("() => window.MathJax?.startup?.promise")
    tab.evaluate("() => MathJax.startup.promise")
    tab.locator(".actfun-slider input").first.press("ArrowRight")
    tab.evaluate("() => document.activeElement.blur()")
    tab.wait_for_timeout(500)
    tab.evaluate("() => document.querySelector('#predict-then-drag').scrollIntoView()")
    tab.wait_for_timeout(500)
    tab.screenshot(path=ROOT / ".github" / "page.png")
