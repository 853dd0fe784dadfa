"""Means of functions of one or two normal numbers, also where the functions have kinks."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)
FEW_NODES, FEW_WEIGHTS = np.polynomial.legendre.leggauss(16)
REACH = (1.5, 4.0, 9.0)  # where a line in the plane is cut, and ends
ENDS = (-12.0, -4.0, -1.0, -0.1, -0.01, 0.0, 0.01, 0.1, 1.0, 4.0, 12.0)


@np.errstate(under="ignore")
def expectation(g, kinks=()):
    """E[g(z)] for z from the standard normal distribution, by numerical integration.

    The line is cut at 0, at each of the ``kinks`` and at some other points; Gauss–Legendre with 40
    nodes integrates every piece. (Gauss–Hermite, with one set of nodes for the whole line, gives
    0.40059 for the ReLU with a hundred nodes, where 1/√(2π) = 0.39894 is right.)

    Parameters
    ----------
    g : function of a float64 array, element by element
        For instance an activation, or ``lambda z: f(z) ** 2``.
    kinks : sequence of float
        Where g or its slope jumps: ``f.kinks`` for g = f; for f(s · z) these divided by s. Kinks at
        0 need not be given.

    Returns
    -------
    float
        To some twelve digits for the activations of this library and their squares, but that of a
        sine only up to ω = 8.
    """
    cuts = sorted({*ENDS, *(float(x) for x in kinks if abs(x) < ENDS[-1])})
    z, weight = (x[0] for x in _pieces(np.array([cuts]), NODES, WEIGHTS))
    return float((weight * g(z)).sum())


@np.errstate(under="ignore")
def expectation_of_product(f, variance, correlation):
    """E[f(u) f(v)] for normal u and v with mean 0, one variance and a correlation.

    With a and b independent and standard normal, u and v are near · a ± far · b. For each a the
    line of b is cut where u or v meets a kink; what is left is a function of a with kinks where two
    of these points meet, and it bends there on the scale of far/near. Gauss–Legendre with 16 nodes
    integrates every piece, both ways.

    Parameters
    ----------
    f : function of a float64 array, element by element
        ``f.kinks`` are respected if it has them; 0 need not be among them.
    variance : float > 0
    correlation : float, from −1 up to, but without, 1
        (At 1 it is ``expectation`` of the square.)

    Returns
    -------
    float
        To some twelve digits for a variance of 1, seven for 100 where f bends sharply without a
        kink, as tanh does; that of a sine to seven digits while ω² times the variance is below 40.
    """
    near, far = (math.sqrt(variance * (1 + sign * correlation) / 2) for sign in (1, -1))
    kinks = np.array(sorted({0.0, *getattr(f, "kinks", ())}))
    ends = {0.0, *REACH, *(-x for x in REACH)}
    if near > 0:
        middles = {(k + m) / 2 for k, m in product(kinks, kinks)}
        ends |= {(m + s * far) / near for m in middles for s in (-8, -3, -1, 0, 1, 3, 8)}
    a, weight = (x.T for x in _pieces(np.sort([[x for x in ends if abs(x) <= REACH[-1]]])))
    meets = (np.abs(kinks - near * a) / far).clip(max=REACH[-1])
    line = np.broadcast_to([0.0, *REACH], (a.size, 1 + len(REACH)))
    b, weight_of_b = _pieces(np.sort(np.concatenate([line, meets], axis=1)))
    values = f(near * a + far * b) * f(near * a - far * b)  # even in b: twice the half line
    return 2 * float((weight * weight_of_b * values).sum())


def _pieces(cuts, nodes=FEW_NODES, weights=FEW_WEIGHTS):
    """Nodes between the cuts in each row, and their weights under the normal density."""
    low, high = cuts[:, :-1, None], cuts[:, 1:, None]
    z = (high + low) / 2 + (high - low) / 2 * nodes
    weight = (high - low) / 2 * weights * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return z.reshape(len(cuts), -1), weight.reshape(len(cuts), -1)
