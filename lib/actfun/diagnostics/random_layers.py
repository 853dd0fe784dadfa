"""Signals in a deep network: what random layers do to inputs, and to a gradient coming back."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from actfun.activations import SELU
from actfun.network.checks import (
    FROM_0_BELOW_1,
    OVERFLOW_IS_AN_ANSWER,
    check_activation_instance,
    real_number,
    samples_array,
    truth,
    whole_number,
)
from actfun.network.comparing import equal, unequal
from actfun.network.initialisers import as_initialiser


class LayerStatistics(NamedTuple):
    """Layer by layer, arrays of length depth.

    ``mean`` and ``std`` are those of the activations, over all units and samples together.
    ``spread`` is how far apart the samples still are, the root mean square over units of the
    deviation between samples: where it is 0 every input gives the same output, even if ``std`` is
    not 0. ``gradient`` is the root mean square of the gradient at the pre-activations when one of
    size 1 arrives at the top.
    """

    mean: np.ndarray
    std: np.ndarray
    spread: np.ndarray
    gradient: np.ndarray

    __eq__, __ne__ = equal, unequal


def layer_statistics(
    activation,
    init="he",
    depth=50,
    width=128,
    samples=256,
    seed=0,
    centred=False,
    batch_norm=False,
    dropout=0.0,
    alpha_dropout=0.0,
    inputs=None,
):
    """Send standard normal inputs through ``depth`` random layers, and a random gradient back.

    Parameters
    ----------
    activation, init, centred
        As for `MLP`; every layer is ``width`` wide. Nothing is trained; all is float64.
    samples, seed
        How many random inputs, and the seed of everything random.
    batch_norm : bool
        Normalise each pre-activation to mean 0 and variance 1 over the samples (scale 1, shift 0).
    dropout, alpha_dropout : float in [0, 1)
        Rate of plain dropout (activations set to 0, the others divided by 1 − rate), or of alpha
        dropout (set to SELU's −λα, then scaled and shifted to keep mean 0 and variance 1;
        Klambauer et al., 2017). The statistics are taken after it.
    inputs : array (samples, width), optional
        Inputs to use in place of random ones; ``samples`` is then ignored.

    Returns
    -------
    LayerStatistics
        Where a signal grows beyond float64 it is infinite or nan; nothing warns.
    """
    check_activation_instance(activation)
    init = as_initialiser(init)
    depth, width = whole_number(depth, "depth", 1), whole_number(width, "width", 1)
    samples, seed = whole_number(samples, "samples", 1), whole_number(seed, "seed", 0)
    dropout = real_number(dropout, "dropout", FROM_0_BELOW_1)
    alpha_dropout = real_number(alpha_dropout, "alpha_dropout", FROM_0_BELOW_1)
    centred, batch_norm = truth(centred, "centred"), truth(batch_norm, "batch_norm")
    rng = np.random.default_rng(seed)
    if inputs is None:
        A = rng.standard_normal((samples, width))
    else:
        A = samples_array(inputs, width, "inputs")
    if batch_norm and len(A) < 2:
        raise ValueError(f"samples must be at least 2 with batch_norm, got {len(A)}")
    offset = 0.0
    mean, std, spread, backward = [], [], [], []
    with np.errstate(**OVERFLOW_IS_AN_ANSWER):
        for _ in range(depth):
            W = init(rng, width, width)
            Z = A @ W + init.bias(rng, width, width) - offset * W.sum(axis=0)
            offset = float(activation(0.0)) if centred else 0.0
            deviation = None
            if batch_norm:
                deviation = np.sqrt(Z.var(axis=0) + 1e-300)
                Z = (Z - Z.mean(axis=0)) / deviation
            A, mask = _drop(rng, activation(Z), dropout, alpha_dropout)
            backward.append((W, Z, mask * activation.derivative(Z), deviation))
            mean.append(A.mean())
            std.append(A.std())
            spread.append(np.sqrt(A.var(axis=0).mean()))
        gradient = rng.standard_normal(A.shape)
        lengths = []
        for W, Z, slope, deviation in reversed(backward):
            delta = gradient * slope
            lengths.append(np.sqrt(np.mean(delta**2)))
            if deviation is not None:  # back through the normalisation
                delta = (delta - delta.mean(axis=0) - Z * (delta * Z).mean(axis=0)) / deviation
            gradient = delta @ W.T
    return LayerStatistics(*map(np.array, (mean, std, spread, lengths[::-1])))


def _drop(rng, A, rate, alpha_rate):
    """Activations after dropout, and ∂after/∂before."""
    mask = 1.0
    if rate:
        mask = (rng.random(A.shape) >= rate) / (1 - rate)
        A = A * mask
    if alpha_rate:
        keep, saturated = 1 - alpha_rate, -SELU.alpha * SELU.scale
        kept = rng.random(A.shape) < keep
        scale = 1 / math.sqrt(keep * (1 + saturated**2 * alpha_rate))
        A = scale * np.where(kept, A, saturated) - scale * alpha_rate * saturated
        mask = mask * scale * kept
    return A, mask
