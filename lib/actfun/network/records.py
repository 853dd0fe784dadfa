"""What passes through a network leave behind: traces, gradients, and the history of a training."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from actfun.network.comparing import equal, unequal


class Trace(NamedTuple):
    """A forward pass: the inputs, then pre-activations and activations of every layer in order.

    ``inputs`` has shape (samples, features), the entries of both lists (samples, units), the
    pre-activations of a maxout layer (samples, pieces, units); all are float64.
    """

    inputs: np.ndarray
    pre_activations: list
    activations: list

    __eq__, __ne__ = equal, unequal

    def __repr__(self):
        widths = "–".join(str(A.shape[1]) for A in (self.inputs, *self.activations))
        return f"Trace({len(self.inputs)} samples, {widths})"

    @property
    def outputs(self):
        """The activations of the last layer."""
        return self.activations[-1]


class Gradients(NamedTuple):
    """A backward pass, layer by layer in order.

    ``loss`` is the loss, ``parameters`` a list of (∂loss/∂W, ∂loss/∂b) per layer (for a PReLU layer
    a third entry, ∂loss/∂slope), ``pre_activations`` a list of ∂loss/∂Z.
    """

    loss: float
    parameters: list
    pre_activations: list

    __eq__, __ne__ = equal, unequal

    def __repr__(self):
        return f"Gradients(loss {self.loss:.4g}, {len(self.parameters)} layers)"


@dataclass
class History:
    """What a training run did.

    ``loss`` and ``accuracy`` hold one number per finished epoch: means over its mini-batches, each
    measured before its update. ``validation_loss`` and ``validation_accuracy`` are measured after
    the epoch, if ``validation`` was given. Accuracies stay empty with the squared loss.
    ``snapshots`` maps step numbers to copies of the network, ``steps`` counts the updates. If the
    loss or a weight stopped being finite, ``diverged`` is true; if an error or Ctrl-C ended the
    run, ``interrupted`` is; ``message`` says when. Histories are equal if all of this is.
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_accuracy: list = field(default_factory=list)
    snapshots: dict = field(default_factory=dict)
    steps: int = 0
    diverged: bool = False
    interrupted: bool = False
    message: str = ""

    def __repr__(self):
        text = f"{len(self.loss)} epochs, {self.steps} steps"
        if self.loss:
            text += f", loss {self.loss[-1]:.4g}"
        if self.accuracy:
            text += f", accuracy {100 * self.accuracy[-1]:.1f} %"
        if self.validation_accuracy:
            text += f", validation accuracy {100 * self.validation_accuracy[-1]:.1f} %"
        return f"History({text}{'; ' + self.message if self.message else ''})"
