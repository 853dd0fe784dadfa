"""Measure what every activation costs, in ReLUs, and store what comes out.

    python benchmarks/costs.py [--rounds 100]       writes chapters/costs.csv

The pages read the file: a page that measured anew would say something else on every machine, and
on a busy one something wrong. In each round everything is timed in turn, the best of five, and
divided by the time of ReLU in the same round; the file has the median of these ratios and their
quartiles. Beside the functions stand the matrix products of a layer with n inputs.
"""

import argparse
import csv
from pathlib import Path
from timeit import repeat

import numpy as np

from actfun import ALL

PATH = Path(__file__).resolve().parent.parent / "chapters" / "costs.csv"
SAMPLES, UNITS = 256, 128
INPUTS = (64, 128, 256, 512, 1024)


def cases():
    """What is timed, by name: calls that compute as many activations each."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((SAMPLES, UNITS))
    calls = {f.name: lambda f=f: f(Z) for f in ALL}
    for n in INPUTS:
        A, W = rng.standard_normal((SAMPLES, n)), rng.standard_normal((n, UNITS))
        calls[f"product, n = {n}"] = lambda A=A, W=W: A @ W
    return calls


def measure(calls, rounds):
    """Times divided by that of ReLU in the same round: {name: array of ratios}."""
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(min(repeat(call, number=1, repeat=5)))
    return {name: np.divide(spent, times["ReLU"]) for name, spent in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=100)
    ratios = measure(cases(), parser.parse_args().rounds)
    with PATH.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["what", "low", "median", "high"])
        for name, values in ratios.items():
            table.writerow([name, *(f"{v:.2g}" for v in np.percentile(values, (25, 50, 75)))])


if __name__ == "__main__":
    main()
