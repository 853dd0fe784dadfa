"""How fast the functions are, as ratios measured in one run.

    python benchmarks/speed.py [sigmoid …] [--sizes 1e3 1e5 1e7] [--rounds 5]

Every round times each way of computing once, one after the other, so that whatever else the machine
does falls on all of them alike; the medians over the rounds are compared. A ratio below 1 means
that the library is faster. PyTorch runs on one thread, and is left out if it is not installed.
"""

import argparse
import statistics
import time
from importlib.util import find_spec

import numpy as np
from scipy import special

from actfun import ALL
from actfun.textbook import textbook

SCIPY = {
    "Sigmoid": special.expit,
    "Tanh": np.tanh,
    "Softplus": lambda x: np.logaddexp(0, x),
    "ELU": lambda x: np.where(x > 0, x, special.expm1(x)),
    "SiLU": lambda x: x * special.expit(x),
    "GELU": lambda x: x * special.ndtr(x),
}


def medians(ways, rounds, seconds=2e-3):
    """Seconds for each of the functions in ``ways``, {name: function}: medians over the rounds."""
    repeats = {}
    for name, way in ways.items():
        started = time.perf_counter()
        way()
        repeats[name] = max(1, int(seconds / (time.perf_counter() - started)))
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            for _ in range(repeats[name]):
                way()
            times[name].append((time.perf_counter() - started) / repeats[name])
    return {name: statistics.median(values) for name, values in times.items()}


def torch_way(f, x, derivative):
    """PyTorch's function, or its backward pass alone, on one thread; None if there is none."""
    if not find_spec("torch") or (derivative and f.key == "step"):
        return None
    import torch
    from in_pytorch import in_pytorch

    torch.set_num_threads(1)
    g, t = in_pytorch(f), torch.from_numpy(x)
    if not derivative:
        return lambda: g(t)
    t.requires_grad_()
    y, ones = g(t), torch.ones_like(t)
    return lambda: torch.autograd.grad(y, t, ones, retain_graph=True)


def compare(f, x, derivative, rounds):
    """Milliseconds of the library, and its ratios to the other ways."""
    mine, book = f.derivative if derivative else f, textbook(f, derivative)
    ways = {"library": lambda: mine(x), "copy": x.copy, "textbook": lambda: book(x)}
    if f.name in SCIPY and not derivative:
        ways["scipy"] = lambda: SCIPY[f.name](x)
    if way := torch_way(f, x, derivative):
        ways["torch"] = way
    times = medians(ways, rounds)
    return {name: times["library"] / seconds for name, seconds in times.items()} | {
        "library": 1e3 * times["library"]
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("keys", nargs="*", help="functions by their keys; all of them if none")
    parser.add_argument("--sizes", nargs="*", type=float, default=[1e3, 1e5, 1e7])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    columns = ("library", "copy", "textbook", "scipy", "torch")
    print(f"{'':26}{'ms':>10}" + "".join(f"{'× ' + name:>11}" for name in columns[1:]))
    for size in options.sizes:
        for dtype in (np.float32, np.float64):
            x = np.random.default_rng(0).normal(0, 3, int(size)).astype(dtype)
            print(f"\nn = {size:.0e}, {np.dtype(dtype)}")
            for f in ALL:
                if options.keys and f.key not in options.keys:
                    continue
                for derivative in (False, True):
                    row = compare(f, x, derivative, options.rounds)
                    cells = (f"{row[name]:11.2f}" if name in row else f"{'–':>11}"
                             for name in columns[1:])  # fmt: skip
                    name = f"{f}{'′' if derivative else ''}"
                    print(f"  {name:24}{row['library']:10.3g}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
