"""What is published, _build/site (make site): the book, a Python in the browser, a zip."""

import email
import filecmp
import json
import re
import zipfile

import live_notebooks
import nbformat
import pytest
from browsing import (
    DESK,
    EVERY_PAGE,
    PHONE,
    becomes_another,
    by_keyboard,
    complaints_of,
    remember,
    serving,
    violations_in,
)
from conftest import NOTEBOOKS, ROOT, SITE, build, each_notebook, soup
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

LITE = SITE / "lite"
WHEELS = sorted((LITE / "pypi").glob("*.whl"))
PYODIDE = "https://cdn.jsdelivr.net/pyodide/"


@pytest.fixture(scope="session")
def site():
    """The address of a local server of the site."""
    with serving(SITE) as address:
        yield address


def pyodide():
    """What its lock file says: the interpreter, and the packages that come with it."""
    lock = json.loads((SITE.parent / "lite" / "pyodide-lock.json").read_text(encoding="utf-8"))
    packages = lock["packages"].items()
    return lock["info"], {canonicalize_name(name): entry["version"] for name, entry in packages}


def test_pages_are_those_of_the_book(book):
    """Apart from the buttons, and from what Sphinx does not write again in the same way."""
    added, checksum = re.compile('\n<p class="beside">.*?</p>', re.DOTALL), re.compile(r"\?v=\w+")
    for path in book.rglob("*"):
        published = SITE / path.relative_to(book)
        if path.suffix == ".html":
            text = added.sub("", published.read_text(encoding="utf-8"))
            expected = path.read_text(encoding="utf-8")
            assert checksum.sub("", text) == checksum.sub("", expected), published
        elif path.is_file() and path.name != "searchindex.js":
            assert filecmp.cmp(path, published, shallow=False), published


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_page_leads_to_its_notebook(page):
    html = soup(SITE / f"{page}.html")
    name = f"{page.removeprefix('chapters/')}.ipynb"
    is_notebook = (ROOT / "chapters" / name).exists()
    up = "../" * page.count("/")
    links = [link["href"] for link in html.select("a.run")]
    assert links == [f"{up}lite/notebooks/index.html?path={name}"] * is_notebook


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_page_asks_no_other_host(chromium, site, page):
    tab = chromium.new_page(viewport=DESK)
    complaints = complaints_of(tab, site)
    tab.goto(f"{site}book/{page}.html", wait_until="load")
    tab.close()
    assert complaints == []


@pytest.mark.parametrize("theme, viewport", [("light", DESK), ("dark", PHONE)])
def test_button_can_be_read(chromium, site, theme, viewport):
    tab = chromium.new_page(viewport=viewport, color_scheme=theme)
    tab.goto(f"{site}chapters/relu.html")
    violations = violations_in(tab, ".beside")
    words = tab.locator(".beside").inner_text()
    box = tab.locator("a.run").bounding_box()
    tab.close()
    assert violations == []
    assert "Run in your browser" in words and "cdn.jsdelivr.net" in words and "MB" in words
    assert box["height"] >= 24 and box["x"] + box["width"] < viewport["width"]


def test_button_opens_the_notebook_and_only_then_is_python_loaded(chromium, site):
    """Everything but the Python comes from the site, and the notebook is there without it."""
    asked = []
    with chromium.new_context(viewport=DESK) as context:
        context.route(lambda url: not url.startswith((site, "blob:")), lambda route: route.abort())
        context.on("request", lambda request: asked.append(request.url))
        tab = context.new_page()
        tab.goto(f"{site}chapters/relu.html")
        with tab.expect_request(lambda request: not request.url.startswith((site, "data:"))):
            tab.locator("a.run").click()
        tab.get_by_role("heading", name="ReLU", exact=True).wait_for()
        assert 'find_spec("actfun")' in tab.locator(".jp-CodeCell").first.inner_text()
    elsewhere = [url for url in asked if not url.startswith((site, "data:", "blob:"))]
    assert elsewhere and all(url.startswith(PYODIDE) for url in elsewhere), elsewhere
    assert asked.index(f"{site}lite/files/relu.ipynb") < asked.index(elsewhere[0])


def test_all_notebooks_are_listed(chromium, site):
    tab = chromium.new_page(viewport=DESK)
    complaints = complaints_of(tab, site)
    tab.goto(f"{site}lite/")
    names = tab.locator(".jp-DirListing-itemName")
    names.nth(len(NOTEBOOKS) - 1).wait_for()
    listed = sorted(name.removesuffix(".ipynb") for name in names.all_inner_texts())
    tab.close()
    assert listed == sorted(path.stem for path in NOTEBOOKS)
    assert [complaint for complaint in complaints if "another host" in complaint] == []


@each_notebook
def test_notebook_is_there_with_its_first_cell(path):
    held = nbformat.read(LITE / "files" / path.name, as_version=4)
    expected = live_notebooks.live(nbformat.read(path, as_version=4), "actfun")
    assert [cell.source for cell in held.cells] == [cell.source for cell in expected.cells]
    assert held.cells[0].id == "install"
    contents = json.loads((LITE / "api" / "contents" / "all.json").read_text(encoding="utf-8"))
    assert path.name in [entry["path"] for entry in contents["content"]]


def test_wheel_of_the_library_is_whole_and_pure():
    (wheel,) = [path for path in WHEELS if path.name.startswith("actfun-")]
    assert wheel.name.endswith("-py3-none-any.whl")
    index = json.loads((LITE / "pypi" / "all.json").read_text(encoding="utf-8"))
    (release,) = index["actfun"]["releases"].values()
    assert [file["filename"] for file in release] == [wheel.name]
    source = ROOT / "lib" / "actfun"
    files = {path.relative_to(source.parent).as_posix(): path for path in source.rglob("*.*")}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        assert held == {name for name in files if "__pycache__" not in name}
        for name in held:
            assert archive.read(name) == files[name].read_bytes(), name


def test_pyodide_and_the_site_have_all_that_the_library_and_the_notebooks_need():
    """At versions that fit, so that a reader's browser asks nobody else."""
    info, held = pyodide()
    environment = {
        "python_full_version": info["python"], "python_version": info["python"].rpartition(".")[0],
        "platform_system": "Emscripten", "sys_platform": "emscripten", "extra": "",
    }  # fmt: skip
    wheels = [*WHEELS, *LITE.glob("extensions/@jupyterlite/*/static/pypi/*.whl")]
    for wheel in wheels:
        name, version, _, tags = parse_wheel_filename(wheel.name)
        assert "any" in {tag.platform for tag in tags}, wheel
        held[name] = max(version, held.get(name, version))
    assert live_notebooks.IN_THE_BROWSER <= set(held)
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
            needed = email.message_from_bytes(archive.read(name)).get_all("Requires-Dist", [])
        for requirement in map(Requirement, needed):
            if requirement.marker is None or requirement.marker.evaluate(environment):
                name = canonicalize_name(requirement.name)
                assert name in held, f"{wheel.name} needs {requirement}"
                assert requirement.specifier.contains(held[name]), f"{requirement}: {held[name]}"


def test_book_can_be_taken_away(chromium, tmp_path):
    """Unpacked, the zip is one folder; its index leads to the book, which works there."""
    with zipfile.ZipFile(SITE / "activation-functions.zip") as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    tab = chromium.new_page(viewport=DESK)
    complaints = complaints_of(tab, folder.as_uri())
    tab.goto((folder / "index.html").as_uri())
    tab.wait_for_url("**/intro.html")
    tab.locator("nav a", has_text="ReLU").first.click()
    tab.wait_for_url("**/chapters/relu.html")
    assert tab.locator("a.run").count() == 0  # what runs in the browser needs a server
    slider = tab.query_selector(".actfun-slider")
    remember(slider)
    by_keyboard(slider.query_selector("input[type=range]"), "range")
    assert becomes_another(tab, slider)
    assert complaints == []
    tab.goto((folder / "search.html").as_uri() + "?q=LeakyReLU")
    tab.locator("#search-results a[href*='LeakyReLU']").first.click()
    tab.wait_for_url("**/api.html*")
    tab.close()


def test_landing_page_offers_what_is_there(chromium, site):
    tab = chromium.new_page()
    tab.goto(f"{site}intro.html")
    links = tab.locator(".beside a")
    names = links.evaluate_all("links => links.map(a => a.attributes.href.value)")
    tab.close()
    assert set(names) == {path.name for path in SITE.glob("activation-functions.*")}


@pytest.fixture(scope="module")
def launch_links(small_book):
    """Those of one page of a small book with our settings and a public address."""
    config = (small_book / "_config.yml").read_text(encoding="utf-8")
    assert 'url: ""' in config
    config = config.replace('url: ""', 'url: "https://github.com/someone/activations"')
    (small_book / "_config.yml").write_text(config, encoding="utf-8")
    run = build(small_book)
    assert run.returncode == 0, run.stdout + run.stderr
    html = small_book / "_build" / "html" / "chapters" / "relu.html"
    return [a["href"] for a in soup(html).select("header a[href], a.btn")]


def test_binder_and_colab_open_the_notebook_of_the_page(launch_links):
    """On the branch whose notebooks install the library; the workflow writes it."""
    workflow = (ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8")
    assert "git push -f origin live" in workflow
    lab = "urlpath=lab/tree/chapters/relu.ipynb"
    assert f"https://mybinder.org/v2/gh/someone/activations/live?{lab}" in launch_links
    colab = "https://colab.research.google.com/github/someone/activations/blob/live"
    assert f"{colab}/chapters/relu.ipynb" in launch_links
