"""What the book is made from, as digests that change when it does.

They go by contents and names, not by dates: a file that is deleted, or put back, is noticed too.
"""

import ast
import functools
import hashlib
import sys
from importlib.metadata import PackageNotFoundError, distributions, requires, version

from packaging.requirements import Requirement

LIBRARY = ["lib/**/*.py", "lib/**/*.mplstyle"]
KERNELS = ["_ext/environment.py", "_ext/notebooks.py"]
DATA = ["chapters/*.csv", "lib/actfun/evidence/*.*"]
ALL = [
    *LIBRARY, *DATA, "*.yml", "*.md", "references.bib", "chapters/*.md", "chapters/*.ipynb",
    "_ext/*.py", "assets/**/*", "tools/*.py", "tools/*.sty",
]  # fmt: skip


def without_words(source):
    """Python code without comments and docstrings, which change nothing that it computes."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if ast.get_docstring(node, clean=False) is not None:
                node.body[0] = ast.Pass()
    return ast.unparse(tree)


def digest(root, patterns, read, *more):
    """One for all files below ``root`` that fit; ``read(path)`` gives the bytes that count."""
    total = hashlib.sha256(repr(more).encode())
    for path in sorted({path for pattern in patterns for path in root.glob(pattern)}):
        if path.is_file():
            content = hashlib.sha256(read(path)).hexdigest()
            total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()[:16]


def computed_with():
    """The versions of what the library needs and draws with, and of what runs a notebook."""
    names = {Requirement(line).name for line in requires("actfun")}
    more = {"contourpy", "pillow", "ipython", "ipykernel", "matplotlib-inline", "mpmath"}
    for name in sorted(names | more):
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, None


def of_notebooks(root):
    """What decides, besides its own cells, what a notebook shows."""

    def code(path):
        if path.suffix == ".py":
            return without_words(path.read_text(encoding="utf-8")).encode()
        return path.read_bytes()

    return digest(root, LIBRARY + KERNELS + DATA, code, sys.version, *computed_with())


@functools.cache
def installed():
    """Every installed package with its version."""
    return sorted({(package.name, package.version) for package in distributions()})


def of_book(root):
    """All that decides how the built book looks, each word and each installed version."""
    return digest(root, ALL, lambda path: path.read_bytes(), sys.version, *installed())
