"""Measure PyTorch as the page on accuracy measures the rest, and store what comes out.

    python benchmarks/accuracy_of_pytorch.py        writes chapters/accuracy_pytorch.csv

The page reads the file, since PyTorch is not among what the book needs.
"""

import csv
from pathlib import Path

import numpy as np
import torch
from in_pytorch import in_pytorch, slope_in_pytorch

from actfun import ALL, accuracy

PATH = Path(__file__).resolve().parent.parent / "chapters" / "accuracy_pytorch.csv"


def worst(f, dtype, derivative):
    x = accuracy.points(f, dtype, accuracy.COARSE, kinks=not derivative)
    g = in_pytorch(f)
    compute = slope_in_pytorch(f) if derivative else lambda x: g(torch.from_numpy(x)).numpy()
    return accuracy.worst(f, compute, x, accuracy.truth(f, x, derivative), derivative)


def main():
    with PATH.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["function", "derivative", "dtype", "ulp", "x", "torch"])
        for f in ALL:
            if f.key == "step":  # autograd has no slope for it
                continue
            for derivative in (False, True):
                for dtype in (np.float64, np.float32):
                    error, x = worst(f, dtype, derivative)
                    row = [f, int(derivative), dtype.__name__, f"{error:.2g}", f"{x:.4g}"]
                    table.writerow([*row, torch.__version__.partition("+")[0]])


if __name__ == "__main__":
    main()
