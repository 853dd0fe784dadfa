"""What the build of the book needs and no setting gives."""

import hashlib
import shutil
import sys
from pathlib import Path

from docutils import nodes
from sphinx.domains.std import StandardDomain


def cache_folder(root):
    """Where executed notebooks are kept: another place for another library or other requirements.

    A cache by itself looks at the notebooks only.
    """
    sources = [*(root / "lib").rglob("*.py"), *(root / "lib").rglob("*.mplstyle")]
    digest = hashlib.sha256(sys.version.encode())
    for path in [*sorted(sources), root / "requirements.txt"]:
        digest.update(path.read_bytes())
    return root / "_build" / ".jupyter_cache" / digest.hexdigest()[:16]


def key_the_cache(app, config):
    """Let the cache depend on the library. A changed path makes Sphinx read every page again."""
    current = cache_folder(Path(app.srcdir))
    for old in current.parent.glob("*"):
        if old != current and old.is_dir():
            shutil.rmtree(old)
    config.nb_execution_cache_path = str(current)


def notice_assets(app, env, added, changed, removed):
    """Write one page at least: without any, Sphinx copies no changed style sheet."""
    return [app.config.root_doc] if app.builder.format == "html" else []


def keep_ids_unique(app, doctree, docname):
    """sphinx-exercise gives the same id to every exercise of a page, and to every solution."""
    for section in doctree.findall(nodes.section):
        if set(section["ids"]) & {"exercise-content", "solution-content"}:
            section["ids"] = []


def end_sections(app, what, name, obj, options, lines):
    """In a docstring, a paragraph after the parameters is text, not one more parameter.

    Napoleon ends a section at two blank lines.
    """
    for i in range(len(lines) - 1, 0, -1):
        line, following = lines[i], lines[i + 1 : i + 2]
        paragraph = line[:1].strip() and " : " not in line and following != ["-" * len(line)]
        if paragraph and not lines[i - 1].strip() and not line.startswith(".. "):
            lines.insert(i, "")


def skip_field_aliases(app, what, name, obj, skip, options):
    """The fields of a named tuple are told in its docstring; Python's own words say nothing."""
    return skip or str(obj.__doc__).startswith("Alias for field number") or None


def drop_leftovers(app, exception):
    """Publish neither the theme's source maps and templates nor reports of earlier failures."""
    if exception is None:
        out = Path(app.outdir)
        for path in [*out.rglob("*.map"), *out.glob("_static/*webpack-macros.html")]:
            path.unlink()
        shutil.rmtree(Path(app.outdir) / "reports", ignore_errors=True)


def setup(app):
    # The search finds terms of the glossary, in either language; Sphinx leaves them out.
    StandardDomain.object_types["term"].attrs["searchprio"] = 1
    app.connect("config-inited", key_the_cache)
    app.connect("env-get-outdated", notice_assets)
    app.connect("autodoc-process-docstring", end_sections, priority=400)  # before Napoleon
    app.connect("autodoc-skip-member", skip_field_aliases)
    app.connect("doctree-resolved", keep_ids_unique)
    app.connect("build-finished", drop_leftovers)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
