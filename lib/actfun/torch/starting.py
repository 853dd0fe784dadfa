"""``transfer``: first weights from `actfun.signals`, for the activations that a model has."""

from __future__ import annotations

import math

import torch

from actfun.activations import Identity
from actfun.base import Activation
from actfun.signals import MeanField
from actfun.tables import Table
from actfun.torch.functions import CONVOLUTIONS, NORMS, Elementwise, plain_name
from actfun.torch.watching import Watcher, watched

SIZES = (1.0, 3.0, 10.0, 30.0)  # of z, the first at which critical weights do not repel
ADDITIONS = {"add", "__add__", "__radd__", "__iadd__"}


def transfer(model, *inputs, generator=None, **options):
    """Draw the first weights of a plain network anew, so that signals and gradients pass it.

    One pass of ``model(*inputs, **options)`` shows which activation feeds which layer. Behind an
    activation f weights get the variance σ_w²/fan_in and biases σ_b² of ``MeanField.critical(f)``,
    at the first of the sizes 1, 3, 10 and 30 of pre-activations that does not repel. If f has no
    such weights, as the logistic function, it is f − f(0) that gets them: biases take f(0) away.
    The first layer brings its inputs to that size, the last one its outputs to 1, and behind a
    normalisation weights get the variance 1/fan_in. A layer that a normalisation follows directly
    stays as it is, since its scale does not matter to the signal.

    Parameters
    ----------
    model : nn.Module
        Changed in place: the weights and biases of its linear layers and convolutions. What else
        it has is left as it is.
    inputs, options
        A batch as the model takes it, which says how large inputs are.
    generator : torch.Generator, optional
        What the weights are drawn with.

    Returns
    -------
    Table
        What each layer was given.

    Raises
    ------
    TypeError
        If ``model`` is none, or one that `watch` does not see into.
    ValueError
        If a skip connection adds to the signal: sizes grow there from block to block whatever the
        weights are. It needs a normalisation, or branches that start at 0. And if no layer was
        found. Nothing has been changed then.
    """
    tracer = _Tracer(model)
    modes = [(module, module.training) for module in model.modules()]
    try:
        with watched(model, tracer), torch.no_grad():
            model.eval()(*inputs, **options)
    finally:
        for module, training in modes:
            module.training = training
    events = tracer.events
    if any(kind == "addition" for kind, *_ in events):
        raise ValueError("model must be a plain network, but it has skip connections: normalise, "
                         "or start each branch at 0, instead")  # fmt: skip
    layers = [k for k, (kind, *_) in enumerate(events) if kind == "layer"]
    if not layers:
        raise ValueError("model must have linear layers or convolutions, found none")
    rows = []
    for k in layers:
        _, name, weight, bias, size = events[k]
        if events[k + 1 : k + 2] and events[k + 1][0] == "norm":
            rows.append((name, "normalised: as it was", "–", "–", "–"))
            continue
        below = [what for kind, what, *_ in events[:k] if kind in ("activation", "norm")]
        above = [what for kind, what, *_ in events[k:] if kind == "activation"]
        first = k == layers[0] and not below
        start = _start(below[-1] if below and below[-1] else Identity())
        sigma_w, sigma_b, offset = start.sigma_w, start.sigma_b, start.offset
        if first:
            goal = _start(above[0]).q if above else 1.0
            sigma_w, sigma_b, offset = math.sqrt(goal / size), 0.0, 0.0
        elif not above:
            sigma_w, sigma_b = start.to_one, 0.0
        if bias is None:
            sigma_b = offset = 0.0
        _draw(weight, bias, sigma_w, sigma_b, offset, generator)
        rows.append((name, "inputs" if first else start.name, f"{sigma_w:.2f}", f"{sigma_b:.2f}",
                     "yes" if offset else "no"))  # fmt: skip
    return Table(("layer", "behind", "σ_w", "σ_b", "centred"), rows, align="llrrl")


@torch.no_grad()
def _draw(weight, bias, sigma_w, sigma_b, offset, generator):
    weight.normal_(0, sigma_w / math.sqrt(weight[0].numel()), generator=generator)
    if bias is not None:
        bias.normal_(0, sigma_b, generator=generator) if sigma_b else bias.zero_()
        bias -= offset * weight.flatten(1).sum(1)


class _Centred:
    """f − f(0)."""

    def __init__(self, f):
        self.f, self.name, self.offset = f, f.name, float(f(0.0))
        self.derivative, self.kinks = f.derivative, f.kinks

    def __call__(self, x):
        return self.f(x) - self.offset


class _Start:
    """What layers behind f get."""

    def __init__(self, f, m, q, offset=0.0):
        self.name, self.q, self.offset = str(f), q, offset
        self.sigma_w, self.sigma_b = m.sigma_w, m.sigma_b
        self.to_one = 1 / math.sqrt(MeanField(m.f).size(q))


def _start(f):
    centred = _Centred(f)
    candidates = [(f, 0.0), (centred, centred.offset)]
    repelling = None
    for g, offset in candidates:
        for q in SIZES:
            try:
                m = MeanField.critical(g, q)
            except ValueError:
                break
            if m.slope(q) <= 1 + 1e-6:
                return _Start(f, m, q, offset)
            repelling = repelling or _Start(f, m, q, offset)
    return repelling or _Start(f, MeanField.keeping(f), 1.0)


class _Tracer(Watcher):
    """Notes layers, activations, normalisations and additions in the order of their calls."""

    def __init__(self, model):
        super().__init__(model)
        self.owners = {id(p): name.removesuffix(".weight") for name, p in model.named_parameters()}

    @property
    def events(self):
        return list(self.calls.values())

    def note(self, *event):
        self.calls[len(self.calls)] = event

    def called(self, func, args, kwargs):
        super().called(func, args, kwargs)
        name = plain_name(func)
        if name == "linear" or name in CONVOLUTIONS and "transpose" not in name:
            x, weight, bias = (*args, *kwargs.values(), None)[:3]
            if id(weight) in self.owners:
                size = x.detach().float().square().mean().item()
                self.note("layer", self.owners[id(weight)], weight, bias, size)
        elif name in NORMS:
            self.note("norm", None)
        elif name in ADDITIONS and len(args) > 1 and all(map(_signal, args[:2])):
            if args[0].shape == args[1].shape:
                self.note("addition", None)

    def measure(self, z, function, label, place):
        f = label if isinstance(label, Activation) else Elementwise(str(label), function)
        self.note("activation", f)


def _signal(x):
    return isinstance(x, torch.Tensor) and x.dim() > 1 and x.is_floating_point()
