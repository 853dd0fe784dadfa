"""Which functions of PyTorch are activations, and what the catalogue calls them."""

from __future__ import annotations

import numpy as np
import torch
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from actfun.activations import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    HardSwish,
    HardTanh,
    LeakyReLU,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)

# By the name that PyTorch dispatches on; the arguments behind the input are PyTorch's.
CATALOGUE = {
    "relu": lambda inplace=False: ReLU(),
    "relu6": lambda inplace=False: HardTanh(0, 6),
    "leaky_relu": lambda negative_slope=0.01, inplace=False: LeakyReLU(negative_slope),
    "elu": lambda alpha=1.0, inplace=False: ELU(alpha),
    "selu": lambda inplace=False: SELU(),
    "gelu": lambda approximate="none": GELU(approximate),
    "silu": lambda inplace=False: SiLU(),
    "mish": lambda inplace=False: Mish(),
    "hardswish": lambda inplace=False: HardSwish(),
    "hardsigmoid": lambda inplace=False: HardSigmoid(),
    "hardtanh": lambda min_val=-1.0, max_val=1.0, inplace=False: HardTanh(min_val, max_val),
    "softplus": lambda beta=1.0, threshold=20.0: Softplus(beta),
    "sigmoid": lambda: Sigmoid(),
    "tanh": lambda: Tanh(),
}
OTHERS = {
    "celu": "CELU", "prelu": "PReLU", "logsigmoid": "LogSigmoid", "log_sigmoid": "LogSigmoid",
    "softsign": "Softsign", "tanhshrink": "Tanhshrink", "hardshrink": "Hardshrink",
    "softshrink": "Softshrink", "threshold": "Threshold", "_threshold": "Threshold",
}  # fmt: skip
NAMES = CATALOGUE.keys() | OTHERS.keys() | {"glu"}

PRODUCTS = {"matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "baddbmm", "addmm"}  # with weights
LINEAR = {"linear", "bilinear", *PRODUCTS}
CONVOLUTIONS = {f"conv{t}{n}d" for n in (1, 2, 3) for t in ("", "_transpose")}
NORMS = {"layer_norm", "batch_norm", "group_norm", "instance_norm", "rms_norm"}


def plain_name(func):
    """The name that PyTorch dispatches on, without the underscore of the in-place form."""
    name = getattr(func, "__name__", "")
    return name[:-1] if name.endswith("_") and not name.endswith("__") else name


def out_of_place(func):
    """For ``relu_`` ``torch.relu``: the form that leaves its input as it is."""
    name, plain = getattr(func, "__name__", ""), plain_name(func)
    return func if name == plain else getattr(torch, plain, None) or getattr(F, plain)


class Elementwise:
    """An activation as PyTorch computes it, for arrays: what `signals` needs to know of it."""

    kinks = (0.0,)  # where most have theirs

    def __init__(self, name, function):
        self.name, self.function = name, function

    def __call__(self, x):
        return self._both(x)[0]

    def derivative(self, x):
        return self._both(x)[1]

    def _both(self, x):
        z = torch.as_tensor(np.asarray(x, dtype=np.float64))
        a, slope = value_and_slope(self.function, z)
        return a.numpy(), slope.numpy()

    def __str__(self):
        return self.name


def value_and_slope(function, z):
    """f(z) and f′(z) by PyTorch's own differentiation, apart from the graph that z is in."""
    quiet = saved_tensors_hooks(lambda t: t, lambda t: t)  # in place of those of a checkpoint
    with torch.inference_mode(False), torch.enable_grad(), quiet:
        with torch.autocast(z.device.type, enabled=False):
            z = z.detach().clone().requires_grad_()
            a = function(z)
            (slope,) = torch.autograd.grad(a.sum(), z)
    return a.detach(), slope


def in_catalogue(name, args, kwargs):
    """The catalogue's activation for a call of PyTorch's, or None."""
    try:
        return CATALOGUE[name](*args, **kwargs)
    except (KeyError, TypeError, ValueError):
        return None
