"""One training epoch of the book's network on the digits, here and in PyTorch.

    python benchmarks/epoch.py [--rounds 15]

Both train a 64–64–64–10 network on 1400 digits in mini-batches of 32 by gradient descent with
momentum, interleaved, on one thread; medians of the epochs. The library computes in float64 and
counts accuracy on the way; PyTorch is timed in float32, its default, and in float64.
"""

import argparse
import statistics
import time
from importlib.util import find_spec

from actfun import GELU, ReLU, Tanh
from actfun.diagnostics import digits
from actfun.network import MLP


def library(f):
    net, data = MLP([64, 64, 64, 10], f), digits()
    return lambda: net.fit(data.X, data.y, epochs=1, learning_rate=0.01)


def pytorch(f, dtype):
    import torch
    from in_pytorch import in_pytorch
    from torch import nn

    torch.set_num_threads(1)

    class Apply(nn.Module):
        forward = staticmethod(in_pytorch(f))

    data = digits()
    X, y = torch.tensor(data.X, dtype=dtype), torch.tensor(data.y)
    layers = [nn.Linear(64, 64), Apply(), nn.Linear(64, 64), Apply(), nn.Linear(64, 10)]
    net, loss = nn.Sequential(*layers).to(dtype), nn.CrossEntropyLoss()
    sgd = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

    def epoch():
        for batch in torch.randperm(len(X)).split(32):
            sgd.zero_grad()
            loss(net(X[batch]), y[batch]).backward()
            sgd.step()

    return epoch


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for f in (ReLU(), Tanh(), GELU()):
        ways = {"library": library(f)}
        if find_spec("torch"):
            import torch

            ways |= {f"torch {t}": pytorch(f, getattr(torch, t)) for t in ("float32", "float64")}
        times = {name: [] for name in ways}
        for _ in range(rounds):
            for name, epoch in ways.items():
                started = time.perf_counter()
                epoch()
                times[name].append(time.perf_counter() - started)
        medians = {name: statistics.median(values) for name, values in times.items()}
        print(f"{f}: " + ", ".join(
            f"{name} {1e3 * t:.1f} ms" + (f" (× {medians['library'] / t:.2f})" if i else "")
            for i, (name, t) in enumerate(medians.items())
        ), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
