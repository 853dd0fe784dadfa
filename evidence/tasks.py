"""The four tasks. None needs the network: all of them come with packages, or with Python."""

import hashlib
import platform
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch.nn import functional as F

CONTEXT = 32  # characters that the language model sees


@dataclass(frozen=True)
class Task:
    """Inputs and targets of three parts, and how an answer is judged.

    ``loss(outputs, targets)`` gives the mean for each model of a stack, ``score`` what is reported.
    ``unit`` names the score; ``better`` is +1 where more of it is better, else -1; ``slack`` is how
    much worse on validation data a smaller learning rate may be and is still preferred.
    """

    train: tuple
    validation: tuple
    test: tuple
    inputs: int
    outputs: int
    unit: str
    better: int
    slack: float
    worst: float  # the score of a network that has diverged
    loss: object
    score: object
    note: str = ""


def _cross_entropy(z, y):
    """Mean over all but the first axis, which counts models."""
    losses = F.cross_entropy(z.flatten(0, -2), y.flatten(), reduction="none")
    return losses.reshape(z.shape[0], -1).mean(1)


def _percent(z, y):
    return 100 * (z.argmax(-1) == y).flatten(1).float().mean(1)


def _classes(X, y, sizes, classes, note):
    """Shuffled once with a fixed seed, parted, and standardised by the training part."""
    order = np.random.default_rng(0).permutation(len(X))
    parts = np.split(order, np.cumsum(sizes)[:-1])
    mean, sd = X[parts[0]].mean(0), X[parts[0]].std(0)
    X = (X - mean) / np.where(sd > 0, sd, 1)
    parts = [(torch.tensor(X[p], dtype=torch.float32), torch.tensor(y[p])) for p in parts]
    return Task(*parts, X.shape[1], classes, "% correct", 1, 1.0, 100 / classes, _cross_entropy,
                _percent, note)  # fmt: skip


def mnist1d():
    """Forty numbers, ten classes: digits as curves, shifted, scaled, noisy (Greydanus & Kobak)."""
    from mnist1d.data import get_dataset_args, make_dataset

    data = make_dataset(get_dataset_args())
    X = np.concatenate([data["x"], data["x_test"]]).astype(float)
    y = np.concatenate([data["y"], data["y_test"]]).astype(np.int64)
    digest = hashlib.sha256(X.round(6).tobytes()).hexdigest()[:12]
    return _classes(X, y, (3500, 500, 1000), 10, f"mnist1d {digest}")


def digits():
    """Pictures of 8 × 8 pixels, ten classes: the easy case, with the book's own test part."""
    from actfun.diagnostics import digits as book

    X, y, X_test, y_test = (torch.tensor(part) for part in book())
    X, X_test = X.float(), X_test.float()
    parts = (X[:1100], y[:1100]), (X[1100:], y[1100:]), (X_test, y_test)
    return Task(*parts, 64, 10, "% correct", 1, 1.0, 10.0, _cross_entropy, _percent, "load_digits")


def picture():
    """From a place to its colour: a crop of a photograph that is to be reproduced, not guessed."""
    from sklearn.datasets import load_sample_image

    crop = load_sample_image("flower.jpg")[150:342:3, 230:422:3] / 255
    n = len(crop)
    at = np.linspace(-1, 1, n)
    rows, columns = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    X = np.stack([at[columns], at[rows]], -1)
    everything = (torch.tensor(X.reshape(-1, 2), dtype=torch.float32),
                  torch.tensor(crop.reshape(-1, 3), dtype=torch.float32))  # fmt: skip
    some = tuple(t[::2] for t in everything)
    parts = [everything, some, everything]

    def loss(z, y):
        return (z - y).square().flatten(1).mean(1)

    def score(z, y):
        return -10 * torch.log10(loss(z, y))

    return Task(*parts, 2, 3, "dB", 1, 0.2, 0.0, loss, score, "flower.jpg")


def text():
    """The next character of English prose: Python's own help topics."""
    from pydoc_data.topics import topics

    prose = "\n".join(topics[name] for name in sorted(topics))
    digest = hashlib.sha256(prose.encode()).hexdigest()[:12]
    common = sorted({c for c in set(prose) if prose.count(c) > 50})
    index = {c: i for i, c in enumerate(common, start=1)}
    codes = torch.tensor([index.get(c, 0) for c in prose])
    marks = [0, *(int(len(codes) * share) for share in (0.8, 0.9)), len(codes)]
    parts = []
    for begin, end in zip(marks, marks[1:]):
        piece = codes[begin:end]
        count = (len(piece) - 1) // CONTEXT
        parts.append((piece[: count * CONTEXT].reshape(count, CONTEXT),
                      piece[1 : count * CONTEXT + 1].reshape(count, CONTEXT)))  # fmt: skip
    for part, count in ((1, 128), (2, 512)):  # windows, evenly over the part
        chosen = torch.linspace(0, len(parts[part][0]) - 1, count).long()
        parts[part] = tuple(t[chosen] for t in parts[part])

    def score(z, y):
        return _cross_entropy(z, y) / np.log(2)

    letters, python = len(common) + 1, platform.python_version()
    return Task(*parts, letters, letters, "bits a character", -1, 0.01, 99.0, _cross_entropy, score,
                f"topics of Python {python} {digest}")  # fmt: skip


TASKS = {"mnist1d": mnist1d, "digits": digits, "picture": picture, "text": text}


@cache
def task(name):
    """The task of this name, made once in each process."""
    if name not in TASKS:
        raise ValueError(f"task must be one of {', '.join(TASKS)}, got {name!r}")
    return TASKS[name]()
