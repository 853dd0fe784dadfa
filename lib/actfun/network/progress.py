"""A progress bar where a person sees it."""

from __future__ import annotations

import sys
from contextlib import contextmanager, nullcontext

from actfun.audience import someone_is_there
from actfun.network.checks import truth


def someone_watches():
    """Whether a person sees what is running: in a terminal, or in a notebook at work."""
    return someone_is_there() or (sys.stderr is not None and sys.stderr.isatty())


def progress_bar(total, unit, wanted):
    """A context that gives a function (text), to be called after each of ``total`` steps.

    ``wanted`` is False, True or None; the last two show a bar where someone watches. It vanishes in
    the end. Only then is tqdm needed.
    """
    wanted = wanted is None or truth(wanted, "progress")
    return _bar(total, unit) if wanted and someone_watches() else nullcontext(lambda text: None)


@contextmanager
def _bar(total, unit):
    from tqdm.auto import tqdm

    with tqdm(total=total, unit=unit, leave=False) as bar:

        def advance(text):
            bar.set_postfix_str(text, refresh=False)
            bar.update()

        yield advance
