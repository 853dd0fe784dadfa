"""What every published page owes its readers and the theme does not give."""

import re
from html import escape
from pathlib import Path
from textwrap import shorten
from urllib.parse import urlsplit

from docutils import nodes
from sphinx import addnodes
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

# Faults of the theme and of extensions: what is wrong, how it looks, what takes its place.
REPAIRS = [
    (
        "the book's name stands outside every landmark",
        r'<div id="pst-primary-sidebar" class=',
        '<div id="pst-primary-sidebar" role="navigation" aria-label="Book" class=',
    ),
    (
        "a summary holds paragraphs, and its label is not what it shows",
        r'<summary aria-label="Toggle hidden content">\s*'
        r'<p class="collapsed admonition-title">(.*?)</p>\s*'
        r'<p class="expanded admonition-title">(.*?)</p>\s*</summary>',
        r'<summary><span class="collapsed">\1</span><span class="expanded">\2</span></summary>',
    ),
    (
        "aria-controls is not for the label of a tab",
        r'<label aria-controls="[^"]*" class="sd-tab-label"',
        '<label class="sd-tab-label"',
    ),
    (
        "a list for assistive technology without list items",
        r'<div role="list" class="citation-list">',
        '<div class="citation-list">',
    ),
    (
        "half a megabyte of icons stands before the text",
        r'<script src="([^"]*/fontawesome\.js)',
        r'<script defer src="\1',
    ),
    ("a deprecated role", r' role="doc-biblioentry"', ""),
    (
        "a Chinese term in an English page does not say so",
        r'<dt (id="[^"]*">[^<\u4e00-\u9fff]*[\u4e00-\u9fff])',
        r'<dt lang="zh" \1',
    ),
    (
        "a line may begin with the comma after a formula",
        r'(?<!<span class="unbroken">)'
        r'(<span class="math notranslate nohighlight">[^<]*</span>[.,;:?!)]+)',
        r'<span class="unbroken">\1</span>',
    ),
    ("a line may begin with a percent sign", r"(?<=\d) (?=%)", "\u00a0"),
    ("a header of a table without a word", r"<th class=\"([^\"]*)\"><p></p></th>", r"<td></td>"),
]

OTHERS = {"search": "Search", "genindex": "Index"}

REDIRECT = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}.html">
</head>
<body><main><h1>{title}</h1><p><a href="{page}.html">Read the book</a></p></main></body>
</html>
"""


def find_address(app, config):
    """Where the book is published, if it is: the GitHub pages of its repository, by default.

    Without a repository there is nothing that Binder and Colab could open.
    """
    repository = config.html_theme_options.get("repository_url", "")
    owner, _, name = urlsplit(repository).path.strip("/").partition("/")
    if not name:
        config.html_theme_options.pop("launch_buttons", None)
    elif not config.html_baseurl:
        config.html_baseurl = f"https://{owner.lower()}.github.io/{name}/"
    config.notfound_urls_prefix = urlsplit(config.html_baseurl).path or "/"


def describe(app, pagename, templatename, context, doctree):
    """Title, description and picture, for search engines and for those who pass a link on."""
    title = re.sub("<.*?>", "", context.get("title") or OTHERS.get(pagename, pagename))
    text = describing(doctree) if doctree else f"{title}: {app.config.html_title}"
    address = app.config.html_baseurl
    card = "_static/card.png"
    tags = {
        "og:title": title,
        "og:description": text,
        "og:type": "article",
        "og:site_name": app.config.html_title,
        "og:image": address + card if address else context["pathto"](card, True),
        "og:image:alt": "The curves of five activation functions under the title of the book.",
    }
    if address:
        tags["og:url"] = f"{address}{pagename}.html"
    lines = [f'<meta property="{name}" content="{escape(tags[name])}">' for name in tags]
    lines.append(f'<meta name="description" content="{escape(text)}">')
    context["metatags"] = "\n".join([context.get("metatags", ""), *lines, ""])


def gather_chinese(app, pagename, templatename, context, doctree):
    """In the index, the Chinese terms under one heading, not under one for each character."""
    if pagename != "genindex":
        return
    groups = context["genindexentries"]
    chinese = [entry for letter, entries in groups if not letter.isascii() for entry in entries]
    context["genindexentries"] = [group for group in groups if group[0].isascii()]
    context["genindexentries"].append(("中文", chinese))


def describing(doctree):
    """The beginning of a page, up to its first cell or heading: its question, and its aims."""
    section = next(doctree.findall(nodes.section))
    texts = []
    for node in section.children[1:]:
        if isinstance(node, nodes.bullet_list):
            texts += [item.astext() for item in node]
        elif isinstance(node, nodes.paragraph):
            texts.append(node.astext())
        elif not isinstance(node, (nodes.target, nodes.comment, addnodes.index)):
            break
    return shorten(" ".join(texts), 200, placeholder=" …")


def finish(app, exception):
    """Repair the pages, and write those that Sphinx does not."""
    if exception or app.builder.format != "html":
        return
    out, config = Path(app.outdir), app.config
    idle = {what for what, _, _ in REPAIRS}
    for path in out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for what, fault, repaired in REPAIRS:
            text, count = re.subn(fault, repaired, text)
            if count:
                idle.discard(what)
        path.write_text(text, encoding="utf-8")
    for what in sorted(idle):
        LOGGER.warning("nothing left to repair of this, see REPAIRS in %s: %s", __name__, what)
    redirect = REDIRECT.format(title=escape(config.html_title), page=config.root_doc)
    (out / "index.html").write_text(redirect, encoding="utf-8")
    if config.html_baseurl:
        text = sitemap(config.html_baseurl, app.env.found_docs)
        (out / "sitemap.xml").write_text(text, encoding="utf-8")


def sitemap(address, pages):
    urls = "".join(
        f"<url><loc>{escape(address + page)}.html</loc></url>\n" for page in sorted(pages)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )


def setup(app):
    app.connect("config-inited", find_address)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", gather_chinese)
    app.connect("build-finished", finish, priority=900)  # after whatever writes an index.html
    return {"parallel_read_safe": True, "parallel_write_safe": True}
