"""Tables read off the catalogue: the card of one function, and comparisons of many.

Everything in them is declared in or computed from the function itself. Numbers are rounded to five
significant digits, so that they are the same on every processor.
"""

import math
from dataclasses import dataclass

from actfun import checks, evidence
from actfun.activations import ALL
from actfun.base import Activation
from actfun.expectation import expectation
from actfun.notation import minus, number, superscript

__all__ = ["Table", "card", "comparison", "mean_output", "number", "verdicts"]


@dataclass(frozen=True)
class Table:
    """A header and rows of cells; a Markdown table in a notebook, aligned text elsewhere.

    Cells may hold mathematics between dollar signs.

    Parameters
    ----------
    header : iterable of cells
    rows : iterable of iterables of cells, each as long as the header
        A cell is text or a number, which is written by ``number``.
    caption : str, optional
    align : str, optional
        A letter for each column, ``l``, ``c`` or ``r``; all left by default.

    Raises
    ------
    TypeError
        If an argument is none of these.
    ValueError
        If there is no row, or a row or `align` does not match the header.
    """

    header: tuple
    rows: tuple
    caption: str | None = None
    align: str | None = None

    def __post_init__(self):
        header = _cells(self.header, "header")
        width = len(header)
        rows = [
            _cells(row, f"rows[{k}]")
            for k, row in enumerate(checks.listed(self.rows, "rows", "rows of cells"))
        ]
        for k, row in enumerate(rows):
            if len(row) != width:
                raise ValueError(
                    f"rows[{k}] must have {width} cells, as the header has, got {len(row)}"
                )
        align = "l" * width if self.align is None else checks.text(self.align, "align")
        if len(align) != width or set(align) - set("lcr"):
            raise ValueError(f"align must be {width} letters of l, c and r, got {align!r}")
        if self.caption is not None:
            checks.text(self.caption, "caption")
        object.__setattr__(self, "header", header)
        object.__setattr__(self, "rows", tuple(rows))
        object.__setattr__(self, "align", align)

    def __repr__(self):
        lines = (self.header, *self.rows)
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        place = {"l": str.ljust, "c": str.center, "r": str.rjust}
        text = [
            "  ".join(
                place[side](cell, width)
                for cell, width, side in zip(line, widths, self.align, strict=True)
            ).rstrip()
            for line in lines
        ]
        text.insert(1, "  ".join("─" * width for width in widths))
        return "\n".join(text if self.caption is None else [self.caption, *text])

    def _repr_markdown_(self):
        rule = {"l": ":--", "c": ":-:", "r": "--:"}
        lines = [self.header, [rule[side] for side in self.align], *self.rows]
        text = "\n".join("| " + " | ".join(map(_escape, line)) + " |" for line in lines)
        return text if self.caption is None else f"{text}\n\n*{self.caption}*"


def _cells(values, name):
    """A row as a tuple of texts."""
    values = checks.listed(values, name, "cells")
    try:
        return tuple(_text(cell) for cell in values)
    except TypeError as problem:
        raise TypeError(f"{name} must hold text and numbers: {problem}") from None


def _text(cell):
    return cell if isinstance(cell, str) else number(cell)


def _escape(cell):
    """A vertical bar would end the cell: in mathematics it has a name, in text a backslash."""
    parts = cell.replace("\n", " ").split("$")
    parts[1::2] = [part.replace(r"\|", r"\Vert ").replace("|", r"\vert ") for part in parts[1::2]]
    parts[::2] = [part.replace("|", r"\|") for part in parts[::2]]
    return "$".join(parts)


# ------------------------------------------------------------------------------ read off a function


def mean_output(f):
    """The mean of f(x) over x from the standard normal distribution, by numerical integration.

    f may declare kinks (``f.kinks``). A ``TypeError`` if it is not a function of arrays.
    """
    if not callable(checks.instance(f, "f")):
        raise TypeError(f"f must be a function such as ReLU(), got {checks.shown(f)}")
    return expectation(lambda x: checks.numbers(f(x), "f(x)", x.shape), getattr(f, "kinks", ()))


def _activation(f, name="f"):
    if not isinstance(checks.instance(f, name), Activation):
        raise TypeError(f"{name} must be an activation such as ReLU(), got {checks.shown(f)}")
    return f


def _range(f):
    low, high = ("[" if f.range.closed_low else "("), ("]" if f.range.closed_high else ")")
    return f"{low}{number(f.range.low)}, {number(f.range.high)}{high}"


def _extrema(f):
    texts = []
    for x, value in f.extrema():
        kind = "minimum" if f(x - 1e-3) > value else "maximum"
        texts.append(f"{kind} {number(value)} at {number(x)}")
    if math.isfinite(f.period):
        texts.append(f"repeated every {number(f.period)}")
    return ", ".join(texts) or "none"


def _saturates(f):
    sides = f.saturation
    return "both sides" if len(sides) == 2 else sides[0] if sides else "no"


def _smoothness(f):
    if f.smoothness == math.inf:
        return "smooth"
    if f.smoothness > 0:
        return "C" + superscript(f.smoothness)
    what = "jump" if f.smoothness < 0 else "kink"
    return f"{what}{'s' * (len(f.kinks) > 1)} at {', '.join(number(x) for x in f.kinks)}"


def _smoothness_in_words(f):
    if f.smoothness == math.inf:
        return "smooth: every derivative is continuous"
    if f.smoothness > 0:
        return f"{_smoothness(f)}: continuous up to derivative {f.smoothness}"
    return f"{'not continuous' if f.smoothness < 0 else 'continuous'}, {_smoothness(f)}"


def _lipschitz(f):
    return number(f.lipschitz()) if f.smoothness >= 0 else "∞ (it jumps)"


def _parameters(f):
    texts = []
    for p in f.parameters().values():
        value = getattr(f, p.name)
        if p.choices is None:
            text, allowed = f"`{p.name}` ({p.symbol}) = {_text(value)}", f"in {p.allowed}"
        else:
            text, allowed = f"`{p.name}` = {value}", " or ".join(p.choices)
        default = "" if value == p.default else f"default {_text(p.default)}, "
        texts.append(f"{text}, {default}{allowed}")
    return "; ".join(texts) or "none"


def card(f):
    """One activation at a glance: a two-column ``Table`` of what is declared and computed of it.

    ``f`` is an ``Activation``; anything else, its class too, is a ``TypeError``.
    """
    _activation(f)
    left, right = ("none" if math.isnan(limit) else number(limit) for limit in f.limits)
    mean = number(mean_output(f))
    return Table(
        (str(f), "at a glance"),
        (
            ("formula", f"$f(x) = {f.formula}$"),
            ("derivative", f"$f'(x) = {f.derivative_formula}$"),
            ("range", _range(f)),
            ("limits", f"{left} at −∞, {right} at ∞"),
            ("value at 0", number(float(f(0.0)))),
            ("extrema", _extrema(f)),
            ("Lipschitz constant", _lipschitz(f)),
            ("smoothness", _smoothness_in_words(f)),
            ("zero-centred", f"{number(f.zero_centred)}: mean output {mean} for standard normal x"),
            ("monotone", number(f.monotone)),
            ("saturates", _saturates(f)),
            ("parameters", _parameters(f)),
            ("proposed by", f.proposed or "–"),
        ),
    )


COLUMNS = {
    "function": str,
    "f(x)": lambda f: f"${f.formula}$",
    "f′(x)": lambda f: f"${f.derivative_formula}$",
    "range": _range,
    "f(0)": lambda f: number(float(f(0.0))),
    "slope at 0": lambda f: number(float(f.derivative(0.0))),
    "extrema": _extrema,
    "mean output": lambda f: number(mean_output(f)),
    "zero-centred": lambda f: number(f.zero_centred),
    "monotone": lambda f: number(f.monotone),
    "saturates": _saturates,
    "smoothness": _smoothness,
    "max slope": _lipschitz,
    "parameters": _parameters,
    "proposed by": lambda f: f.proposed or "–",
}

TOPICS = {
    "summary": ("function", "range", "zero-centred", "monotone", "saturates", "smoothness"),
    "formulas": ("function", "f(x)", "f′(x)"),
    "values": ("function", "range", "f(0)", "extrema", "mean output"),
    "slopes": ("function", "slope at 0", "max slope", "saturates", "smoothness"),
    "origins": ("function", "proposed by", "parameters"),
}


def comparison(functions=ALL, about="summary"):
    """Functions side by side, a row each, about one topic so that the table fits on a phone.

    Parameters
    ----------
    functions : iterable of Activation
    about : "summary", "formulas", "values", "slopes" or "origins", or a sequence of columns
        The keys of ``COLUMNS`` name the columns. "max slope" is the Lipschitz constant
        ``max |f′|``; "mean output" is the mean of f(x) for standard normal x.

    Raises
    ------
    TypeError
        If one of `functions` is not an activation.
    ValueError
        If there is none, or `about` names neither a topic nor columns.
    """
    functions = checks.listed(functions, "functions", "activations such as [ReLU(), Tanh()]")
    for k, f in enumerate(functions):
        _activation(f, f"functions[{k}]")
    topic = isinstance(about, str)
    headings = TOPICS.get(about, ()) if topic else checks.listed(about, "about", "columns")
    unknown = [name for name in headings if not isinstance(name, str) or name not in COLUMNS]
    if unknown or not headings:
        allowed = ", ".join(TOPICS)
        raise ValueError(f"about must be one of {allowed}, or columns among {list(COLUMNS)}, "
                         f"got {checks.shown(about)}")  # fmt: skip
    rows = tuple(tuple(COLUMNS[heading](f) for heading in headings) for f in functions)
    return Table(headings, rows)


def verdicts(name):
    """What the evidence says of one hidden activation, a row for each case of the guide.

    "Also fine" is close behind the best, "avoid it" far behind or with networks that fail, "open"
    further behind in the mean but not told apart. The last column has the difference with its
    interval.

    Parameters
    ----------
    name : str or Activation
        As in the evidence: ``"ReLU"``, ``SiLU()``, ``"SwiGLU"``. Parameters play no part.

    Raises
    ------
    TypeError, ValueError
        If it is neither, or was not measured.
    """
    checks.instance(name, "name")
    name = checks.text(getattr(name, "name", name), "name")
    rows, known = [], set()
    for advice in evidence.guide():
        names = {standing.name for standing in advice.everyone}
        known |= names
        if name in names:
            setting, own = advice.cells[0].setting, advice.of(name)
            rows.append((advice.case, advice.verdict(name), _score(own.mean, setting),
                         _behind(own, advice)))  # fmt: skip
    if not rows:
        raise ValueError(f"name must be one of {', '.join(sorted(known))}, got {name!r}")
    head = ("in …", "verdict", "score", "behind the best by")
    return Table(head, rows, align="llrl", caption=LEGEND)


LEGEND = (
    "Each function at its own tuned rate, in % right, bits (fewer are better) or dB of likeness. "
    "In brackets: 95 % intervals. Also fine: close behind the best. Avoid it: far behind, or "
    "networks failed, which is to end nearer to guessing than to the best. Open: further behind, "
    "but tied."
)


def _score(value, setting):
    digits, unit = {"% correct": (1, "%")}.get(setting.unit, (2, setting.unit.split()[0]))
    return f"{value:.{digits}f} {unit}"


def _behind(standing, advice):
    """A difference with its interval, in words that a cell holds."""
    if standing == advice.best:
        return "–"
    if standing.failed:
        networks = sum(len(cell.scores[standing.name]) for cell in advice.cells)
        return f"{standing.failed} of {networks} failed"
    digits = 1 if advice.cells[0].setting.unit == "% correct" else 2
    behind, low, high = (minus(f"{v:.{digits}f}") for v in standing[2:5])
    tied = f", tied with {advice.best.name}" if standing.tied else f" ({advice.best.name})"
    return f"{behind} [{low}, {high}]{tied}"
