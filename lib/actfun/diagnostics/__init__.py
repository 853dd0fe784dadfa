"""What the experiments measure: gradients by layer, dead units, layer statistics, races over seeds.

Here too are the data sets of the book, always split and scaled in the same way.

Anything unusable raises a ``TypeError`` or ``ValueError`` that names the argument, what came and
what is allowed. Nothing that is passed in is changed.
"""

from actfun.diagnostics.data import Data, digits, iris_pairs, moons, spirals
from actfun.diagnostics.instruments import (
    dead_units,
    exact_zeros,
    gradient_norms,
    report,
    sparsity,
)
from actfun.diagnostics.races import Race, race, setup, summary
from actfun.diagnostics.random_layers import LayerStatistics, layer_statistics

__all__ = [  # in the order of the reference
    "Data",
    "digits",
    "moons",
    "spirals",
    "iris_pairs",
    "dead_units",
    "sparsity",
    "exact_zeros",
    "gradient_norms",
    "report",
    "LayerStatistics",
    "layer_statistics",
    "Race",
    "race",
    "setup",
    "summary",
]
