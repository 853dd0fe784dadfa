"""Put together what is published, in _build/site: make site

The book, and what only a web server can offer: the book to take away as a zip and as a PDF (if one
was made), and a Python in the reader's browser that opens each page as a notebook. It comes from
another host, so no page loads any of it before the reader asks, and each says what will happen.
"""

import json
import shutil
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / "_build"
SITE = BUILD / "site"
RUN = """
<p class="beside"><a class="run" href="../lite/notebooks/index.html?path={name}">Run in your
browser</a> Loads Python from cdn.jsdelivr.net, about 45 MB.</p>"""
TAKE = """
<p class="beside">Take the book with you: {links}</p>"""


def after_title(path, text):
    page = path.read_text(encoding="utf-8")
    title_ends = page.index("</h1>", page.index("<article")) + len("</h1>")
    path.write_text(page[:title_ends] + text + page[title_ends:], encoding="utf-8")


def main():
    shutil.rmtree(SITE, ignore_errors=True)
    (BUILD / ".site-made-from").unlink(missing_ok=True)
    shutil.copytree(BUILD / "html", SITE)
    shutil.copytree(BUILD / "lite" / "site", SITE / "lite")
    held = json.loads((SITE / "lite" / "api" / "contents" / "all.json").read_text(encoding="utf-8"))
    notebooks = {entry["name"] for entry in held["content"]}
    for source in sorted((SITE / "_sources" / "chapters").glob("*.ipynb")):
        assert source.name in notebooks, f"JupyterLite has no {source.name}"
        page = SITE / "chapters" / f"{source.stem}.html"
        after_title(page, RUN.format(name=source.name))
    taken = [BUILD / "activation-functions.zip", BUILD / "latex" / "activation-functions.pdf"]
    taken = [path for path in taken if path.exists()]
    for path in taken:
        shutil.copy(path, SITE)
    links = [f'<a href="{p.name}">{p.suffix[1:].upper()}, {p.stat().st_size / 1e6:.0f} MB</a>'
             for p in taken]  # fmt: skip
    after_title(SITE / "intro.html", TAKE.format(links=", ".join(links)))
    shutil.copy(BUILD / ".html-made-from", BUILD / ".site-made-from")


if __name__ == "__main__":
    main()
