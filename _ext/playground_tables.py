"""What the playground is told of the library: functions, initialisers and data, as tables.

The scripts of the playground hold no formula. They read a function as pieces of polynomials, fitted
here to the catalogue's slope between its kinks, and so they know a new function at once.

``Table(f)`` is exact where f is made of straight lines or parabolas, and at every kink and jump.
Elsewhere value and slope are off by ``TOLERANCE`` at most. Far out f goes on as a straight line
with the slope that the catalogue gives at ±∞. (If that is infinite, the last piece goes on; if
there is none, the line that touches f at ``REACH``.)
"""

import bisect
import itertools
import json
import math
import re

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial

from actfun import ALL, Softplus, diagnostics, looks
from actfun.network.initialisers import INITIALISERS
from actfun.reports import FLAT
from actfun.signals import MeanField

REACH = 64.0  # as far as a function without limits is followed
TOLERANCE = 2e-10
DEGREES = (0, 1, 2, 3, 5, 7, 9, 11, 13, 15)  # of the slope, the lowest first that is good enough
DIGITS = 12  # behind the point, of a coefficient
WIDTHS = range(1, 9)  # of a layer
TRAIN, TEST = 200, 100  # points of each data set


class Piece:
    """f on (low, high) as a polynomial of (x − anchor)/width, anchored at the end next to 0."""

    def __init__(self, low, high, anchor, width, coefficients):
        self.low, self.high, self.anchor, self.width = low, high, anchor, width
        self.coefficients = coefficients

    def __call__(self, x):
        """Value and slope, as the script computes them."""
        t, value, slope = (x - self.anchor) / self.width, 0.0, 0.0
        for coefficient in reversed(self.coefficients):
            slope = slope * t + value
            value = value * t + coefficient
        return value, slope / self.width


def _fitted(f, low, high):
    """The piece of the lowest degree that is good enough; None if there is none."""
    anchor = min(low, high, key=abs)
    inside = np.nextafter(anchor, (low + high) / 2)  # f may jump at the anchor
    width = high - low
    x = low + width * np.linspace(0.001, 0.999, 101)
    values, slopes = f(x), f.derivative(x)
    if not np.isfinite(values).all() or not np.isfinite(slopes).all():
        return None
    for degree in DEGREES:
        slope = Chebyshev.interpolate(f.derivative, degree, domain=[low, high])
        if np.abs(slope(x) - slopes).max() > TOLERANCE:
            continue  # before the rest, which takes longer
        slope = slope.convert(kind=Polynomial, domain=[anchor - width, anchor + width])
        coefficients = [float(f(inside)), *(width * slope.coef / np.arange(1, len(slope.coef) + 1))]
        piece = Piece(low, high, anchor, width, _short(coefficients, width))
        if np.abs(np.array(piece(x)) - [values, slopes]).max() < TOLERANCE / 4:
            return piece
    return None


def _short(coefficients, width):
    digits = DIGITS + max(0, math.ceil(-math.log10(width)))  # the slope is divided by it
    rounded = [round(float(c), digits) + 0.0 for c in coefficients]
    while len(rounded) > 1 and rounded[-1] == 0:
        rounded.pop()
    return rounded


def _fill(f, low, high):
    """Pieces from low to high, which do not contain 0 inside, halved until they fit."""
    piece = _fitted(f, low, high)
    if piece:
        return [piece]
    middle = (low + high) / 2
    if high - low < TOLERANCE:
        raise ValueError(f"no polynomial follows {f} at {middle:g}")
    return _fill(f, low, middle) + _fill(f, middle, high)


def _tail(f, end):
    """(where it begins, piece) of the straight line on which f goes on; the piece may be None."""
    slope = float(f.derivative(math.inf * end))
    if math.isinf(slope):
        return REACH * end, None
    if math.isnan(slope):
        return _line(f, REACH * end, float(f.derivative(REACH * end)))
    edge = float(np.exp2(np.ceil(np.log2(max([1, *np.abs(f.kinks)])))))
    while True:
        tail = _line(f, edge * end, slope)
        x = edge * end * np.array([1.01, 1.25, 1.5, 2, 3, 4, 8, 64])
        off = np.abs([tail[1](x)[0] - f(x), slope - f.derivative(x)]).max()
        if off < TOLERANCE / 4 or edge > 1e6:
            return tail
        edge *= 2


def _line(f, edge, slope):
    ends = (edge, math.inf) if edge > 0 else (-math.inf, edge)
    return edge, Piece(*ends, edge, 1.0, [float(f(edge)), slope] if slope else [float(f(edge))])


class Table:
    """A function as pieces from the left, and what it is at its kinks: value and slope."""

    def __init__(self, f):
        self.period = f.period if math.isfinite(f.period) else 0.0
        self.kinks = [(kink, float(f(kink)), float(f.derivative(kink))) for kink in f.kinks]
        (low, left), (high, right) = (
            [(-f.period / 2, None), (f.period / 2, None)]
            if self.period
            else [_tail(f, -1), _tail(f, 1)]
        )
        cuts = sorted({low, 0.0, high, *(kink for kink in f.kinks if low < kink < high)})
        pieces = [piece for ends in itertools.pairwise(cuts) for piece in _fill(f, *ends)]
        left = [] if left is None or _goes_on(pieces[0], left) else [left]
        right = [] if right is None or _goes_on(pieces[-1], right) else [right]
        self.pieces = [*left, *pieces, *right]
        self.edges = [piece.low for piece in self.pieces[1:]]

    def __call__(self, x):
        """Value and slope at a number, read as the script reads them."""
        if self.period:
            x -= self.period * math.floor(x / self.period + 0.5)
        for kink, value, slope in self.kinks:
            if x == kink:
                return value, slope
        return self.pieces[bisect.bisect_right(self.edges, x)](x)

    def data(self):
        """What the script gets: [period, kinks, edges, [anchor, width, coefficients …] …]."""
        pieces = [[p.anchor, p.width, *p.coefficients] for p in self.pieces]
        return [self.period, self.kinks, self.edges, pieces]


def _goes_on(piece, tail):
    """Whether the piece beside a tail is the same straight line."""
    return len(piece.coefficients) <= 2 and piece(tail.anchor) == tail(tail.anchor)


# ------------------------------------------------------------------------------- the catalogue


def ident(f):
    """What a function is called in an address: "leaky-relu"."""
    return re.sub(r"[^a-z0-9]+", "-", f.name.lower()).strip("-")


def positions(parameter):
    """The values of a parameter that can be chosen: its default, and some along its slider."""
    low, high = parameter.slider
    if low > 0:  # round numbers, each some times the one before
        others = [float(f"{v:.1g}") for v in np.geomspace(low, high, 4)]
    else:
        others = np.linspace(low, high, 5)
        room = 0.3 * (others[1] - others[0])  # beside the default
        others = [float(f"{v:.3g}") for v in others if abs(v - parameter.default) > room]
    return sorted({parameter.default, *others})


def variants(f):
    """f with every combination of its positions, the last parameter varying fastest."""
    declared = _movable(f)
    for values in itertools.product(*map(positions, declared.values())):
        yield type(f)(**dict(zip(declared, values))) if declared else f


def _movable(f):
    return {name: each for name, each in type(f).parameters().items() if each.slider}


def entry(f):
    """All that is told of a function.

    Of a function that learns its parameter (PReLU), which is linear in it, the tables are those for
    0 and for 1; of any other, one for each of its `variants`. ``keeping`` is σ_w of the weights
    with which layers keep the size 1.
    """
    declared, learns = _movable(f), hasattr(f, "weight_gradient")
    shown = [type(f)(0.0), type(f)(1.0)] if learns else variants(f)
    return {
        "id": ident(f),
        "name": f.name,
        "hue": looks.colour(f),
        "learns": learns,
        "parameters": [
            {"symbol": p.symbol, "values": positions(p), "start": positions(p).index(p.default)}
            for p in declared.values()
        ],
        "tables": [Table(one).data() for one in shown],
        "keeping": [round(MeanField.keeping(one).sigma_w, 9) for one in variants(f)],
    }


def spread(init, fan_in, fan_out):
    """The standard deviation of a weight, or half the width of a uniform distribution."""
    deviation = init.gain * math.sqrt(init.variance(fan_in, fan_out))
    return round(deviation * (math.sqrt(3) if init.uniform else 1), 9)


def initialisers():
    """For each its name, and how far its weights spread: one row for each fan-in."""
    return [
        {
            "id": key.replace("_", "-"),
            "name": init.name,
            "uniform": init.uniform,
            "biases": init.random_bias,
            "spread": [[spread(init, n, m) for m in WIDTHS] for n in WIDTHS],
        }
        for key, init in INITIALISERS.items()
    ]


# ------------------------------------------------------------------------------------- the data


def _standard(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def circles():
    """A ring around a disc, noisy: X of mean 0 and variance 1, and labels."""
    from sklearn.datasets import make_circles

    X, y = make_circles(TRAIN + TEST, noise=0.12, factor=0.4, random_state=0)
    return _standard(X), y


def xor():
    """Four clouds at the corners of a square, those across from each other in one class."""
    rng = np.random.default_rng(0)
    corner = rng.integers(0, 2, (TRAIN + TEST, 2))
    X = 2 * corner - 1 + 0.35 * rng.standard_normal(corner.shape)
    return _standard(X), corner[:, 0] ^ corner[:, 1]


def data_sets():
    """Each with its points for training, then those for testing: x, y and class, one after another.

    Coordinates are in thousandths. Moons and spirals are the book's own.
    """
    found = {"circles": circles(), "xor": xor()}
    for name in ("moons", "spirals"):
        data = getattr(diagnostics, name)()
        X = np.concatenate([data.X[:TRAIN], data.X_test[:TEST]])
        found[name] = X, np.concatenate([data.y[:TRAIN], data.y_test[:TEST]])
    names = {"moons": "moons", "circles": "circles", "xor": "XOR", "spirals": "spirals"}
    return [
        {
            "id": key,
            "name": name,
            "train": TRAIN,
            "points": np.column_stack([np.rint(1000 * found[key][0]), found[key][1]])
            .astype(int)
            .ravel()
            .tolist(),
        }
        for key, name in names.items()
    ]


def everything():
    """All the tables. The loss on a logit z is softplus(z) − y z, so its table is softplus."""
    return {
        "functions": [entry(f) for f in ALL],
        "loss": Table(Softplus()).data(),
        "initialisers": initialisers(),
        "data": data_sets(),
        "saturated": FLAT,
    }


def script():
    """The tables as a script for a page."""
    text = json.dumps(everything(), ensure_ascii=False, separators=(",", ":"))
    return f"window.actfunPlayground = {{ tables: {text} }};\n".replace("</", "<\\/")
