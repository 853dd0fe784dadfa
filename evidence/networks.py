"""Stacks of networks that are trained side by side: every parameter has the models as first axis.

A network says which parameters it has, as `Weight`s, and how its outputs follow from them. Nothing
connects two models of a stack, so one backward pass of the summed loss trains them independently.
"""

import math
from dataclasses import dataclass

import torch
from torch.nn import functional as F

WIDTH = 64
EXPANSION = 1  # of a residual block: inner width over outer


@dataclass(frozen=True)
class Weight:
    """A matrix with its bias. ``gain`` multiplies what the start gives; 0 means zeros."""

    fan_in: int
    fan_out: int
    start: str | None = None  # one of its own, whatever the setting says
    gain: float = 1.0
    bias: bool = True


def draw(weight, start, generator):
    """Matrix and bias of one model, from a generator of its own."""
    n, m, start = weight.fan_in, weight.fan_out, weight.start or start
    bias = torch.zeros(1, m) if weight.bias else None
    if start == "default":  # of torch.nn.Linear, biases too
        bound = 1 / math.sqrt(n)
        W = torch.empty(n, m).uniform_(-bound, bound, generator=generator)
        bias = torch.empty(1, m).uniform_(-bound, bound, generator=generator)
    elif start == "orthogonal":
        W, R = torch.linalg.qr(torch.randn(n, m, generator=generator))
        W = W * R.diagonal().sign()
    elif start.startswith("uniform "):  # SIREN's
        bound = float(start.split()[1])
        W = torch.empty(n, m).uniform_(-bound, bound, generator=generator)
    else:
        sd = {"he": math.sqrt(2 / n), "lecun": math.sqrt(1 / n), "gpt": 0.02,
              "xavier": math.sqrt(2 / (n + m))}[start]  # fmt: skip
        W = sd * torch.randn(n, m, generator=generator)
    return weight.gain * W, bias


def affine(x, W, b):
    return torch.baddbmm(b, x, W) if b is not None else torch.bmm(x, W)


def normalised(x):
    return F.layer_norm(x, x.shape[-1:])


@dataclass
class Plain:
    """depth hidden layers, nothing else."""

    inputs: int
    outputs: int
    depth: int
    contender: object

    @property
    def weights(self):
        sizes = [self.inputs, *[WIDTH] * self.depth]
        last = "default" if self.contender.siren else None
        return [*(Weight(n, m) for n, m in zip(sizes, sizes[1:])),
                Weight(WIDTH, self.outputs, last)]  # fmt: skip

    @property
    def activations(self):
        return self.depth

    def __call__(self, x, weights, f):
        *hidden, last = weights
        for W, b in hidden:
            x = f(affine(x, W, b))
        return affine(x, *last)


@dataclass
class Painter(Plain):
    """A plain network from coordinates to colours; the sine gets SIREN's frequency and weights."""

    @property
    def weights(self):
        omega, weights = self.contender.siren, super().weights
        if omega:
            later = f"uniform {math.sqrt(6 / WIDTH) / omega}"
            starts = [f"uniform {1 / self.inputs}", *[later] * self.depth]
            weights = [Weight(w.fan_in, w.fan_out, s) for w, s in zip(weights, starts)]
        return weights

    def __call__(self, x, weights, f):
        omega = self.contender.siren
        return super().__call__(x, weights, (lambda z: f(omega * z)) if omega else f)


def _block(width, inner, contender, gain, start=None):
    """The two matrices of a block; a gated one has three of two thirds of the width."""
    inner = round(inner * 2 / 3) if contender.gated else inner
    return [Weight(width, 2 * inner if contender.gated else inner, start),
            Weight(inner, width, start, gain)]  # fmt: skip


def _through(x, up, down, contender, f):
    z = affine(x, *up)
    if contender.gated:
        z, gate = z.chunk(2, -1)
        return affine(f(z) * gate, *down)
    return affine(f(z), *down)


@dataclass
class Residual(Plain):
    """depth pre-norm blocks x + W₂ f(W₁ norm(x))."""

    @property
    def weights(self):
        inner, gain = EXPANSION * WIDTH, 1 / math.sqrt(2 * self.depth)
        blocks = [_block(WIDTH, inner, self.contender, gain) for _ in range(self.depth)]
        return [Weight(self.inputs, WIDTH, "lecun"), *sum(blocks, []),
                Weight(WIDTH, self.outputs, "lecun")]  # fmt: skip

    def __call__(self, x, weights, f):
        first, *blocks, last = weights
        x = affine(x, *first)
        for up, down in zip(blocks[::2], blocks[1::2]):
            x = x + _through(normalised(x), up, down, self.contender, f)
        return affine(normalised(x), *last)


@dataclass
class Convolutional(Plain):
    """Three convolutions of 25 channels, width 5, stride 2, as MNIST-1D's authors have."""

    channels = 25

    @property
    def weights(self):
        self.lengths = [self.inputs]
        for _ in range(self.depth):
            self.lengths.append((self.lengths[-1] - 3) // 2 + 1)  # padding 1 on both sides
        maps = [1, *[self.channels] * self.depth]
        return [*(Weight(5 * n, m) for n, m in zip(maps, maps[1:])),
                Weight(self.lengths[-1] * self.channels, self.outputs, "lecun")]  # fmt: skip

    def __call__(self, x, weights, f):
        *hidden, last = weights
        models, samples = x.shape[:2]
        x = x.unsqueeze(-1)
        for W, b in hidden:
            windows = F.pad(x, (0, 0, 1, 1)).unfold(2, 5, 2).flatten(-2)
            z = affine(windows.reshape(models, -1, W.shape[1]), W, b)
            x = f(z).reshape(models, samples, -1, self.channels)
        return affine(x.flatten(2), *last)


@dataclass
class Recurrent(Plain):
    """Four numbers after the other into a state of 32: h ← f(x W + h U + b)."""

    state, window = 32, 4

    @property
    def weights(self):
        n = self.state
        return [Weight(self.window, n, "lecun", bias=False), Weight(n, n),
                Weight(n, self.outputs, "lecun")]  # fmt: skip

    def __call__(self, x, weights, f):
        (into, _), (U, b), last = weights
        h = x.new_zeros(x.shape[0], x.shape[1], self.state)
        for part in x.split(self.window, 2):
            h = f(torch.bmm(part, into) + torch.baddbmm(b, h, U))
        return affine(h, *last)


@dataclass
class Transformer(Plain):
    """depth pre-norm blocks: causal attention of two heads, then a feed-forward block."""

    width, heads, context = 32, 2, 32

    @property
    def weights(self):
        width, gain = self.width, 1 / math.sqrt(2 * self.depth)
        block = [Weight(width, 3 * width, "lecun"), Weight(width, width, "lecun", gain),
                 *_block(width, 4 * width, self.contender, gain, "lecun")]  # fmt: skip
        return [Weight(self.inputs, width, "gpt", 10, False), Weight(self.context, width, "gpt", 10,
                False), *block * self.depth, Weight(width, self.outputs, "lecun")]  # fmt: skip

    def __call__(self, x, weights, f):
        (letters, _), (places, _), *blocks, last = weights
        models, samples, length = x.shape
        hot = F.one_hot(x, self.inputs).to(letters.dtype).flatten(1, 2)
        x = torch.bmm(hot, letters) + places.repeat(1, samples, 1)
        for k in range(0, len(blocks), 4):
            qkv, out, up, down = blocks[k : k + 4]
            q, k_, v = (
                t.reshape(models * samples, length, self.heads, -1).transpose(1, 2)
                for t in affine(normalised(x), *qkv).chunk(3, -1)
            )
            mixed = F.scaled_dot_product_attention(q, k_, v, is_causal=True)
            x = x + affine(mixed.transpose(1, 2).reshape(models, samples * length, -1), *out)
            x = x + _through(normalised(x), up, down, self.contender, f)
        return affine(normalised(x), *last).reshape(models, samples, length, -1)


NETWORKS = {"plain": Plain, "painter": Painter, "residual": Residual,
            "convolutional": Convolutional, "recurrent": Recurrent, "transformer": Transformer}
