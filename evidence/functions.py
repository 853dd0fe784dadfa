"""The contenders in PyTorch: every hidden activation of the catalogue, and what else is compared.

Each takes pre-activations and its learned parameters, which only PReLU has.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F


@dataclass(frozen=True)
class Contender:
    """An activation as it enters the race.

    ``learned`` is the first value of a parameter that is trained, one for each layer; ``gated``
    says that the block multiplies f of one half of its pre-activations by the other half.
    ``siren`` asks for the weights of SIREN where coordinates are painted.
    """

    name: str
    f: Callable
    learned: float | None = None
    gated: bool = False
    siren: float | None = None


def sine(z, frequency=1.0):
    return torch.sin(frequency * z)


CONTENDERS = {c.name: c for c in (
    Contender("no activation", lambda z: z),
    Contender("Sigmoid", torch.sigmoid),
    Contender("Tanh", torch.tanh),
    Contender("Hard sigmoid", F.hardsigmoid),
    Contender("Hard tanh", F.hardtanh),
    Contender("ReLU", torch.relu),
    Contender("Leaky ReLU", lambda z: F.leaky_relu(z, 0.01)),
    Contender("PReLU", lambda z, slope: torch.where(z > 0, z, slope * z), learned=0.25),
    Contender("Softplus", F.softplus),
    Contender("ELU", F.elu),
    Contender("SELU", F.selu),
    Contender("SiLU", F.silu),
    Contender("GELU", F.gelu),
    Contender("Mish", F.mish),
    Contender("Hard swish", F.hardswish),
    Contender("ReLU²", lambda z: torch.relu(z).square()),
    Contender("Sine", sine, siren=30.0),
    Contender("bilinear", lambda z: z, gated=True),
    Contender("GLU", torch.sigmoid, gated=True),
    Contender("ReGLU", torch.relu, gated=True),
    Contender("GEGLU", F.gelu, gated=True),
    Contender("SwiGLU", F.silu, gated=True),
)}


def own(address):
    """The contender at ``module:name``: a function of a tensor, an ``nn.Module`` or its class.

    Raises ``ValueError`` with what is wrong: no such place, a wrong shape, nan, or no slope.
    """
    module, _, name = address.partition(":")
    if not name:
        raise ValueError(f"activation must be module:name, got {address!r}")
    try:
        f = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"activation must be importable, got {address!r}: {error}") from error
    f = f() if isinstance(f, type) else f
    z = torch.linspace(-3, 3, 24).reshape(2, 3, 4).requires_grad_()
    try:
        y = f(z)
    except Exception as error:
        raise ValueError(f"{address} must take a tensor of any shape; it raises "
                         f"{type(error).__name__}: {error}") from error  # fmt: skip
    if not isinstance(y, torch.Tensor) or y.shape != z.shape:
        got = tuple(y.shape) if isinstance(y, torch.Tensor) else type(y).__name__
        raise ValueError(f"{address} must keep the shape (2, 3, 4), got {got}")
    if not torch.isfinite(y).all():
        raise ValueError(f"{address} must be finite between -3 and 3, got nan or infinity")
    if not y.requires_grad:
        raise ValueError(f"{address} must have a derivative: PyTorch finds none through it")
    (slope,) = torch.autograd.grad(y.sum(), z)
    if not torch.isfinite(slope).all() or not slope.any():
        raise ValueError(f"{address} must have a finite slope that is not 0 everywhere")
    return Contender(address, f)
