"""Each activation of the catalogue in PyTorch: what ours must agree with, and is timed against.

PyTorch itself is imported only when a function is asked for.
"""


def in_pytorch(f):
    """PyTorch's function for the activation ``f``, parameters included: tensor to new tensor."""
    import torch
    from torch.nn import functional

    def prelu(t):
        return functional.prelu(t, torch.tensor([f.weight], dtype=t.dtype))

    def silu(t):
        return functional.silu(t) if f.beta == 1 else t * torch.sigmoid(f.beta * t)

    functions = {
        "identity": torch.clone,
        "step": lambda t: torch.heaviside(t, torch.ones((), dtype=t.dtype)),
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "hardtanh": lambda t: functional.hardtanh(t, f.min_val, f.max_val),
        "leaky_relu": lambda t: functional.leaky_relu(t, f.negative_slope),
        "prelu": prelu,
        "softplus": lambda t: functional.softplus(t, f.beta),
        "elu": lambda t: functional.elu(t, f.alpha),
        "silu": silu,
        "gelu": lambda t: functional.gelu(t, approximate=f.approximate),
        "sine": lambda t: torch.sin(f.frequency * t),
    }
    return functions[f.key] if f.key in functions else getattr(functional, f.key)


def slope_in_pytorch(f):
    """The derivative that autograd gives: array to array."""
    import torch

    g = in_pytorch(f)

    def slope(x):
        t = torch.tensor(x, requires_grad=True)
        g(t).sum().backward()
        return t.grad.numpy()

    return slope
