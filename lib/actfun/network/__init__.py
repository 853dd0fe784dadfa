"""A neuron, the perceptron, and a small multilayer network trained by back-propagation.

Arrays are (samples, features). A layer maps its inputs A to pre-activations Z = A W + b, one column
per unit, and to activations f(Z). The gradient of the loss with respect to Z is called delta.

**The same numbers on every processor.** Weights are *stored* as float32, arithmetic is float64, and
every update is rounded to float32 once. Processors disagree in the last bits of an exponential
or a matrix product; that rounding absorbs the difference, so a run ends in the same weights
everywhere. What momentum and Adam remember stays float64.
"""

from actfun.network.initialisers import (
    Initialiser,
    framework_default,
    he,
    keeping,
    lecun,
    scaled,
    siren,
    xavier,
)
from actfun.network.layers import Dense, Maxout, MaxoutLayer
from actfun.network.losses import CrossEntropy, Logistic, Squared
from actfun.network.mlp import MLP
from actfun.network.perceptron import Mistake, Neuron, Perceptron, novikoff_bound
from actfun.network.records import Gradients, History, Trace

__all__ = [  # in the order of the reference
    "Neuron",
    "Perceptron",
    "Mistake",
    "novikoff_bound",
    "MLP",
    "History",
    "Trace",
    "Gradients",
    "Dense",
    "Maxout",
    "MaxoutLayer",
    "CrossEntropy",
    "Logistic",
    "Squared",
    "Initialiser",
    "xavier",
    "he",
    "lecun",
    "framework_default",
    "scaled",
    "keeping",
    "siren",
]
