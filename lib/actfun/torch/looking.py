"""What one call of an activation leaves behind, and how several become a row of a report."""

from __future__ import annotations

import math

import torch
from torch.nn import functional as F

from actfun.reports import FLAT
from actfun.torch.functions import value_and_slope

ELEMENTS = 2**15  # of an activation are looked at, or eight samples if those are more


class Call:
    """What one call of an activation left behind, still as tensors on its device."""

    def __init__(self, label, numbers, alive):
        self.label, self.numbers, self.alive = label, numbers, alive
        self.gradient = torch.tensor(math.nan)

    def arrived(self, gradient):
        self.gradient = length_of(gradient.detach()) / math.sqrt(gradient.numel())


@torch.no_grad()
def look(z, function, label, axis):
    """A `Call`: the numbers of an activation, from some of the samples if there are many."""
    step = math.ceil(len(z) / max(8, ELEMENTS // z[0].numel()))
    z = z[::step]
    z = z if z.dtype == torch.float64 else z.float()
    a, slope = value_and_slope(function, z)
    unit, n = F.normalize(z.flatten(1), dim=1), len(z)
    alike = unit.sum(0).square().sum() - unit.square().sum()
    scale = z.abs().amax().clamp_min(1e-30)  # its square may be too large for float32
    numbers = torch.stack([
        a.mean(), scale, (z / scale).square().mean(), a.var(0, correction=0).mean().sqrt(),
        (slope.abs() < FLAT).to(a.dtype).mean(), (a == 0).to(a.dtype).mean(),
        alike / (n * (n - 1)) if n > 1 else alike * math.nan,
    ])  # fmt: skip
    return Call(str(label), numbers, (slope != 0).movedim(axis, 0).flatten(1).any(1))


def length_of(t):
    t = t.coalesce().values() if t.is_sparse else t
    return torch.linalg.vector_norm(t, dtype=torch.promote_types(t.dtype, torch.float32))


def rows_of(looks):
    """Several passes of one module as rows: means over those in which an activation was called."""
    rows = []
    for at in dict.fromkeys(key for calls in looks for key in calls):
        found = [calls[at] for calls in looks if at in calls]
        mean, scale, size, *shares = torch.stack([call.numbers for call in found]).cpu().double().T
        spread, saturated, silent, alike = (share.mean().item() for share in shares)
        alive = torch.stack([call.alive for call in found]).any(0)
        gradient = torch.stack([call.gradient.cpu() for call in found])
        rows.append(dict(
            at=at, activation=found[-1].label, mean=mean.mean().item(),
            size=(size * scale**2).mean().item(), spread=spread,
            saturated=saturated, silent=silent, dead=1 - alive.float().mean().item(),
            correlation=alike, gradient=gradient.double().nanmean().item(),
        ))  # fmt: skip
    return rows


def means_of(steps):
    """The mean over some steps; nan if there was none."""
    means = torch.tensor(steps).mean(0).tolist() if steps else [math.nan] * 3
    return dict(zip(("weight", "gradient", "update"), means), steps=len(steps))
