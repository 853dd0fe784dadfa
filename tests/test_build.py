"""How the book is built: what makes it outdated, what stops it, and what an update leaves."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import environment
import nbformat
import notebooks
import pytest
import sources
import store_outputs
from conftest import ROOT, build, page_of

MODULE = '''"""A module."""


class Ramp:
    """A ramp."""

    def __call__(self, x):
        """The larger of x and 0."""
        # nothing more
        return max(x, 0)
'''
CHANGES = {
    "_toc.yml": "root: other", "_config.yml": "title: Other", "references.bib": "@book{other}",
    "intro.md": "# Other", "chapters/data.csv": "1,3", "chapters/page.md": "Other.",
    "chapters/page.ipynb": "[]", "lib/actfun/network/layers.py": MODULE.replace("0)", "1)"),
    "lib/actfun/style.mplstyle": "lines.linewidth: 9", "_ext/gallery.py": "pass",
    "_ext/environment.py": "pass", "assets/book.css": "p {}",
}  # fmt: skip
TO_EXECUTE = {
    "chapters/data.csv", "lib/actfun/network/layers.py", "lib/actfun/style.mplstyle",
    "_ext/environment.py",
}  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    for name in CHANGES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(MODULE, encoding="utf-8")
    return tmp_path


def both(tree):
    return sources.of_notebooks(tree), sources.of_book(tree)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("change", ["changed", "deleted", "moved"])
def test_each_source_makes_the_book_outdated(tree, name, change):
    """And makes the notebooks run again where they depend on it; put back, nothing is new."""
    before, path = both(tree), tree / name
    if change == "changed":
        path.write_text(CHANGES[name], encoding="utf-8")
    elif change == "deleted":
        path.unlink()
    else:
        path.rename(path.with_stem("moved"))
    after = both(tree)
    assert after[1] != before[1]
    assert (after[0] != before[0]) == (name in TO_EXECUTE)
    path.write_text(MODULE, encoding="utf-8")
    path.with_stem("moved").unlink(missing_ok=True)
    assert both(tree) == before


@pytest.mark.parametrize("words", ["A ramp", "A module", "The larger of x and 0", "nothing more"])
def test_a_word_in_a_docstring_runs_no_notebook(tree, words):
    before, path = both(tree), tree / "lib/actfun/network/layers.py"
    path.write_text(MODULE.replace(words, "Another word"), encoding="utf-8")
    after = both(tree)
    assert after[0] == before[0] and after[1] != before[1]


def test_another_version_runs_the_notebooks(tree, monkeypatch):
    assert {"numpy", "scipy", "matplotlib", "ipykernel"} <= {*dict(sources.computed_with())}
    before = sources.of_notebooks(tree)
    installed = dict(sources.computed_with()) | {"numpy": "0.1"}
    monkeypatch.setattr(sources, "version", lambda name: installed[name])
    assert sources.of_notebooks(tree) != before


def test_every_source_of_this_book_is_watched():
    """Whatever is read on the way to a page; what else there is does not show on one."""
    watched = {path for pattern in sources.ALL for path in ROOT.glob(pattern)}
    for folder in ("lib", "_ext", "assets", "chapters"):
        for path in (ROOT / folder).rglob("*"):
            parts = path.relative_to(ROOT).parts
            left = any(part.startswith(".") for part in parts)  # by an editor or a tool
            if path.is_file() and not {"__pycache__", "py.typed", "ruff.toml"} & set(parts):
                assert path in watched or left, path


def test_the_last_caches_are_kept(tmp_path):
    """Those of two Pythons in one checkout do not evict each other."""
    app = type("App", (), {"srcdir": str(tmp_path)})()
    config = type("Config", (), {})()
    (tmp_path / "lib").mkdir()
    made = []
    for number in range(notebooks.KEPT + 2):
        (tmp_path / "lib" / "code.py").write_text(f"x = {number}", encoding="utf-8")
        notebooks.choose_cache(app, config)
        made.append(config.nb_execution_cache_path)
        os.utime(made[-1], (number, number))
    kept = [str(path) for path in (tmp_path / "_build" / ".jupyter_cache").iterdir()]
    assert sorted(kept) == sorted(made[2:])


@pytest.mark.workshop
@pytest.mark.parametrize(
    "code, said",
    [("1 / 0", "fails:.*1 / 0.*ZeroDivisionError"),
     ("import sys\nprint('oh', file=sys.stderr)", "writes to stderr:.*file=sys.stderr.*oh"),
     ("import warnings\nwarnings.warn('odd')", "writes to stderr:.*UserWarning: odd"),
     ("import os\nos._exit(1)", "ends its kernel:.*os._exit")],
)  # fmt: skip
def test_a_faulty_notebook_is_named_and_not_kept(tmp_path, code, said):
    good, bad, cache = tmp_path / "good.ipynb", tmp_path / "bad.ipynb", tmp_path / "cache"
    nbformat.write(page_of("print(6 * 7)"), good)
    nbformat.write(page_of("x = 1", code), bad)

    def use(path, notebook, seconds):
        notebooks.keep(cache, path, notebook)

    (problem,) = notebooks.execute(ROOT, [good, bad], use)
    assert re.search(rf"bad\.ipynb, cell 3, {said}", problem, re.DOTALL), problem
    (tmp_path / "begun").mkdir()  # by another process, just now
    assert notebooks.kept(tmp_path / "begun", good) is None
    assert notebooks.kept(cache, good) and notebooks.kept(cache, bad) is None


@pytest.mark.parametrize("output", ["stderr", "error"])
def test_what_a_test_has_run_is_held_to_the_same(tmp_path, output):
    page = page_of("1 / 0")
    page.cells[1].outputs = [
        nbformat.v4.new_output("stream", name="stderr", text="oh")
        if output == "stderr"
        else nbformat.v4.new_output("error", ename="E", evalue="", traceback=["E"])
    ]
    with pytest.raises(notebooks.Unusable, match=r"page\.ipynb, cell 2"):
        notebooks.keep(tmp_path / "cache", tmp_path / "page.ipynb", page)
    assert not (tmp_path / "cache").exists()


@pytest.mark.workshop
def test_the_tests_take_what_the_book_has_got(tmp_path):
    """And compare it; after a change of the library they run the notebook again."""
    shutil.copy(ROOT / "conftest.py", tmp_path)
    shutil.copytree(ROOT / "_ext", tmp_path / "_ext")
    (tmp_path / "lib").mkdir()
    page = page_of("with open('runs', 'a') as file:\n    file.write('x')", "6 * 7")
    shown = nbformat.v4.new_output("execute_result", {"text/plain": "42"}, execution_count=2)
    page.cells[1].execution_count, page.cells[2].execution_count = 1, 2
    page.cells[2].outputs = [shown]

    def passes():
        nbformat.write(page, tmp_path / "page.ipynb")
        options = ["--nbval", "--nbval-current-env", "-q", "-p", "no:cacheprovider"]
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *options, "page.ipynb"],
            cwd=tmp_path, capture_output=True, encoding="utf-8",
        )  # fmt: skip
        assert run.returncode in (0, 1), run.stdout + run.stderr
        return run.returncode == 0, (tmp_path / "runs").read_text(encoding="utf-8")

    assert passes() == (True, "x")
    assert passes() == (True, "x"), "ran again"
    shown.data["text/plain"] = "41"
    assert passes() == (False, "x"), "ran again, or compared nothing"
    (tmp_path / "lib" / "new.py").write_text("", encoding="utf-8")
    shown.data["text/plain"] = "42"
    assert passes() == (True, "xx")
    page.cells[2].source = "6 / 0"
    assert passes() == (False, "xxxx"), "nbval did not run it to say what fails"


def test_what_is_stored_is_text_and_nothing_of_one_machine():
    page, path, output = page_of("6 * 7", "draw()"), Path("relu.ipynb"), nbformat.v4.new_output
    page.metadata["widgets"] = {}
    number, drawing = page.cells[1:]
    number.outputs = [output("execute_result", {"text/plain": "42"}, metadata={"seconds": 3})]
    number.metadata = nbformat.from_dict({"tags": ["hide-input"], "collapsed": True})
    drawing.outputs = [output("display_data", {"text/plain": "drawn", "image/png": ""})]
    with pytest.raises(notebooks.Unusable, match=r"relu\.ipynb, cell 3, shows image/png: tag the"):
        store_outputs.tidy(page, path)
    drawing.metadata["tags"] = [store_outputs.UNSTORED]
    store_outputs.tidy(page, path)
    assert set(page.metadata) == {"kernelspec", "language_info"}
    assert [cell.id for cell in page.cells] == ["relu-01", "relu-02", "relu-03"]
    assert number.metadata == {"tags": ["hide-input"]} and drawing.outputs == []
    assert number.outputs == [output("execute_result", {"text/plain": "42"})]


def test_a_kernel_has_nothing_from_whoever_runs_it(tmp_path, monkeypatch, capfd):
    """One thread; neither a start-up file nor matplotlib's settings; no noise."""
    monkeypatch.setenv("MPLBACKEND", "svg")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    (tmp_path / "rc").write_text("lines.linewidth: 8", encoding="utf-8")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "rc"))
    home = tmp_path / "home"
    (home / ".ipython" / "profile_default" / "startup").mkdir(parents=True)
    startup = home / ".ipython" / "profile_default" / "startup" / "first.py"
    startup.write_text("print('started')", encoding="utf-8")
    (home / ".config" / "matplotlib").mkdir(parents=True)
    settings = home / ".config" / "matplotlib" / "matplotlibrc"
    settings.write_text("lines.linewidth: 9", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    for name in environment.FOLDERS:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "page.ipynb"
    nbformat.write(
        page_of(
            "import os\nimport matplotlib.pyplot as plt",
            "print(os.environ['OMP_NUM_THREADS'], plt.rcParams['lines.linewidth'])",
            "plt.plot([1, 2]);",
            "print(__debug__)",
        ),
        path,
    )
    given = []
    assert notebooks.execute(ROOT, [path], lambda *what: given.append(what[1])) == []
    (notebook,) = given
    assert notebook.cells[2].outputs[0].text == "1 1.5\n"
    assert "image/png" in notebook.cells[3].outputs[0].data
    assert notebook.cells[4].outputs[0].text == "True\n"
    assert capfd.readouterr().err == ""


def search_index(book):
    text = (book / "_build" / "html" / "searchindex.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))


def stamp_of(book):
    path = book / "_build" / ".html-made-from"
    return path.read_text(encoding="utf-8") if path.exists() else None


def succeed(book):
    run = build(book)
    assert run.returncode == 0, run.stdout + run.stderr
    return run


@pytest.mark.workshop
def test_an_update_is_as_good_as_a_whole_build(small_book):
    """A new page is in the contents of all and in the search; one that is gone is nowhere."""
    html, toc = small_book / "_build" / "html", small_book / "_toc.yml"
    few = toc.read_text(encoding="utf-8")
    first = succeed(small_book)
    assert "[ 1/1] relu" in first.stdout and first.stderr == ""

    page = "# Words\n\n```{index} rare word\n```\n\nThese.\n"
    (small_book / "chapters" / "words.md").write_text(page, encoding="utf-8")
    toc.write_text(few.replace("]}", ", {file: chapters/words}]}"), encoding="utf-8")
    second = succeed(small_book)
    assert "executing" not in second.stdout
    assert 'href="chapters/words.html"' in (html / "intro.html").read_text(encoding="utf-8")
    relu = (html / "chapters" / "relu.html").read_text(encoding="utf-8")
    assert 'href="words.html"' in relu and ">42" in relu
    updated = search_index(small_book)
    assert {"rare word", "slope"} <= set(updated["indexentries"])
    assert stamp_of(small_book) == sources.of_book(small_book)

    shutil.rmtree(html)
    shutil.rmtree(small_book / "_build" / ".doctrees")
    succeed(small_book)
    assert search_index(small_book) == updated

    toc.write_text(few, encoding="utf-8")
    succeed(small_book)
    assert (html / "chapters" / "relu.html").exists()
    assert not (html / "chapters" / "words.html").exists()
    assert set(search_index(small_book)["indexentries"]) == {"slope", "斜率"}


@contextmanager
def changed(path, text):
    good = path.read_text(encoding="utf-8")
    path.write_text(text(good), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(good, encoding="utf-8")


@pytest.mark.workshop
def test_a_failed_build_fails_again_and_is_not_taken_for_new(small_book):
    with changed(small_book / "intro.md", lambda text: text + "\n{ref}`nowhere`\n"):
        for _ in range(2):
            run = build(small_book)
            assert run.returncode == 1 and "intro.md:" in run.stderr, run.stdout + run.stderr
            assert stamp_of(small_book) is None


@pytest.mark.workshop
def test_a_repair_that_repairs_nothing_is_a_warning(small_book):
    """It can go: a release has repaired the fault."""
    repair = "' role=\"doc-biblioentry\"'"
    with changed(small_book / "_ext" / "book_pages.py", lambda text: text.replace(repair, "'#!'")):
        run = build(small_book)
    assert run.returncode == 1
    assert "nothing left to repair" in run.stderr and "a deprecated role" in run.stderr


@pytest.mark.workshop
def test_a_cell_that_fails_stops_the_build(small_book):
    """The message says where and why, in few lines; no page is written."""
    failing = nbformat.writes(page_of("print(6 * 7)", "1 / 0"))
    with changed(small_book / "chapters" / "relu.ipynb", lambda text: failing):
        run = build(small_book)
    assert run.returncode == 1
    assert "chapters/relu.ipynb, cell 3, fails" in run.stderr
    assert "ZeroDivisionError" in run.stderr and "1 of 1 notebooks fail" in run.stderr
    assert "asyncio" not in run.stderr and "sphinx" not in run.stderr, "our own traceback"
    assert not list((small_book / "_build" / "html").rglob("*.html"))
