"""Whether a person sits at the notebook that is running."""

import sys


def someone_is_there():
    """Whether a person runs this cell: their front end takes questions from the kernel.

    Programs that execute notebooks (nbclient and all that is built on it: the book, nbconvert,
    nbval) refuse ``input()``. They get what a static page needs, a person what a live notebook
    needs. A kernel in the browser has a person before it; outside of notebooks there is nobody.
    """
    if sys.platform == "emscripten":
        return True
    ipython = sys.modules.get("IPython")
    shell = ipython and ipython.get_ipython()
    if getattr(shell, "kernel", None) is None:
        return False
    parent = getattr(shell, "get_parent", dict)() or {}
    return parent.get("content", {}).get("allow_stdin", True)
