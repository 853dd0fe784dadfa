"""What the build of the book needs and no setting gives."""

import gc
import shutil
from pathlib import Path

import sources
from docutils import nodes
from sphinx.domains.std import StandardDomain


def read_afresh(app, config):
    """Read every page each time: what takes minutes, the notebooks, is in a cache of its own.

    Sphinx by itself reads what it holds for outdated. It overlooks contents, data and library,
    shows the faults of a failed build only once, and drops from the search what the index says of
    pages that it does not read.
    """
    (Path(app.doctreedir) / "environment.pickle").unlink(missing_ok=True)


def write_afresh(app):
    """Leave nothing of an earlier book: a page that is gone, or one of a build that failed."""
    stamp(app).unlink(missing_ok=True)
    if app.builder.name == "html":
        shutil.rmtree(app.outdir)
        Path(app.outdir).mkdir()
    app.made_from = sources.of_book(Path(app.srcdir))


def stamp(app):
    """The file beside a folder of built pages that says what they were made from."""
    return Path(app.outdir).with_name(f".{app.builder.name}-made-from")


def sign(app, exception):
    """Say what the book was made from, if there is nothing wrong with it."""
    if not exception and not app._warncount:
        stamp(app).write_text(app.made_from, encoding="utf-8")


def keep_ids_unique(app, doctree, docname):
    """sphinx-exercise gives the same id to every exercise of a page, and to every solution."""
    for section in doctree.findall(nodes.section):
        if set(section["ids"]) & {"exercise-content", "solution-content"}:
            section["ids"] = []


def skip_field_aliases(app, what, name, obj, skip, options):
    """The fields of a named tuple are told in its docstring; Python's own words say nothing."""
    return skip or str(obj.__doc__).startswith("Alias for field number") or None


def drop_leftovers(app, exception):
    """Do not publish the theme's source maps and templates."""
    out = Path(app.outdir)
    for path in [*out.rglob("*.map"), *out.glob("_static/*webpack-macros.html")]:
        path.unlink()


def setup(app):
    # Among so many nodes, nearly all of which stay, looking for garbage takes a tenth of the time.
    gc.set_threshold(50_000, 20, 20)
    # The search finds terms of the glossary, in either language; Sphinx leaves them out.
    StandardDomain.object_types["term"].attrs["searchprio"] = 1
    app.connect("config-inited", read_afresh)
    app.connect("builder-inited", write_afresh, priority=1)  # before anyone writes there
    app.connect("autodoc-skip-member", skip_field_aliases)
    app.connect("doctree-resolved", keep_ids_unique)
    app.connect("build-finished", drop_leftovers)
    app.connect("build-finished", sign, priority=999)  # when all have said what is wrong
    return {"parallel_read_safe": True, "parallel_write_safe": True}
