"""Races: the same training for several networks, over the same seeds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from actfun import checks
from actfun.base import real_array
from actfun.diagnostics.data import Data, name_of
from actfun.network import MLP
from actfun.network.checks import OVERFLOW_IS_AN_ANSWER, truth, whole_number
from actfun.network.comparing import Comparable
from actfun.network.initialisers import as_initialiser
from actfun.network.progress import progress_bar
from actfun.network.stacks import train_together
from actfun.network.training import Training
from actfun.tables import Table

ALLOWED = (
    *("sizes", "activation", "init", "loss", "output", "centred"),
    *("epochs", "learning_rate", "momentum", "batch_size", "optimiser"),
)


@dataclass(eq=False)
class Race(Comparable):
    """The result of a `race`: one score per configuration and seed.

    ``scores`` maps each label to an array with one score per seed, ``diverged`` to an array of
    booleans. As the last line of a cell it shows its `summary` as a table, in percent unless
    ``percent`` is false. Races are equal if labels, scores and all else are.

    Raises
    ------
    TypeError, ValueError
        If the scores are not numbers, or ``diverged`` has other labels or lengths.
    """

    scores: dict
    diverged: dict
    percent: bool = True

    header = ("", "mean", "sd", "min", "max", "seeds", "diverged")

    def __post_init__(self):
        if not isinstance(self.scores, dict) or not isinstance(self.diverged, dict):
            raise TypeError("scores and diverged must be dicts of label → one entry per seed")
        self.scores = {
            label: real_array(scores, f"scores[{label!r}]").astype(float)
            for label, scores in self.scores.items()
        }
        for label, scores in self.scores.items():
            if scores.ndim != 1 or scores.size == 0:
                raise ValueError(
                    f"scores[{label!r}] must hold one score per seed, got shape {scores.shape}"
                )
        if self.diverged.keys() != self.scores.keys():
            raise ValueError(f"diverged must have the labels of scores, {list(self.scores)}, "
                             f"got {list(self.diverged)}")  # fmt: skip
        self.diverged = {
            label: _truths(runs, f"diverged[{label!r}]", self.scores[label].size)
            for label, runs in self.diverged.items()
        }

    def rows(self):
        """The table as text, row by row: label, mean, sd, min, max, seeds, diverged."""
        return [
            (str(row.label), *map(self._number, row[1:5]), *map(str, row[5:]))
            for row in summary(self)
        ]

    def _number(self, score):
        if math.isnan(score):
            return "–"
        return f"{score:.1%}" if self.percent else f"{score:.4g}"

    def table(self):
        """The `summary` as a ``Table``."""
        return Table(self.header, self.rows(), align="lrrrrrr")

    def __repr__(self):
        return repr(self.table()) if self.scores else "no finished run"

    def _repr_markdown_(self):
        return self.table()._repr_markdown_() if self.scores else repr(self)


def _truths(values, name, count):
    values = [truth(one, f"each of {name}") for one in checks.listed(values, name, "booleans")]
    if len(values) != count:
        raise ValueError(f"{name} must hold {count} booleans, one per score, got {values}")
    return np.array(values)


def race(
    configurations,
    data,
    seeds=range(5),
    epochs=20,
    learning_rate=0.05,
    momentum=0.9,
    batch_size=32,
    measure=None,
    progress=None,
    optimiser="sgd",
):
    """Train every configuration with every seed on the same data, and measure each.

    Parameters
    ----------
    configurations : dict
        Label → dict of `MLP` arguments (``sizes``, ``activation``, ``init``, …). An entry may also
        hold ``epochs``, ``learning_rate``, ``momentum``, ``batch_size`` or ``optimiser`` to
        override those below.
    data : Data
        For instance `digits()`; any (X, y, X_test, y_test).
    seeds : iterable of int
        The same seeds for every configuration.
    epochs, learning_rate, momentum, batch_size, optimiser
        As for the ``fit`` of an `MLP`.
    measure : function (net, data) -> number, optional
        What to record of a trained network; its accuracy on the test part unless given.
    progress : bool or None
        A progress bar (with tqdm) where a person sees it: in a terminal or a notebook at work,
        never in a log or a stored output. False: none at all.

    Returns
    -------
    Race
        A run that diverges is measured as it was after its last finite epoch, and counted in
        ``diverged``.

    Notes
    -----
    Every configuration is tried out before anything is trained: what is unusable raises a
    ``TypeError`` or ``ValueError`` with its label. All seeds of a configuration are trained side by
    side, which is quicker and gives the same numbers, then measured one after the other. By Ctrl-C
    in the training, or an error in ``measure``, the exception is passed on with what was measured
    before, a `Race`, as its attribute ``race``: the finished configurations at least. After a cell
    that ended so, ``sys.last_value.race`` has them.

    Examples
    --------
    >>> sizes = [64, 32, 10]
    >>> both = {"He": dict(sizes=sizes, init="he"),
    ...         "Xavier": dict(sizes=sizes, init="xavier")}
    >>> race(both, digits(), epochs=5)
    """
    data, seeds, plan = _plan(
        *(configurations, data, seeds, measure),
        Training(epochs, learning_rate, momentum, batch_size, optimiser),
    )
    finished = []  # (label, score, whether it diverged), run by run
    bar = progress_bar(len(plan) * len(seeds), "run", progress)
    try:
        with bar as advance:
            for label, (arguments, training) in plan.items():
                nets = [MLP(**arguments, seed=seed) for seed in seeds]
                train_together(nets, data.X, data.y, training)
                for net in nets:
                    finished.append((label, _score(net, data, measure), net.history.diverged))
                    advance(str(label))
    except BaseException as problem:  # Ctrl-C as well
        problem.race = _result(finished, measure)
        raise
    return _result(finished, measure)


def setup(
    configurations,
    data,
    seeds=range(5),
    epochs=20,
    learning_rate=0.05,
    momentum=0.9,
    batch_size=32,
    measure=None,
    progress=None,
    optimiser="sgd",
):
    """What a `race` with the same arguments is about to do, as a table; nothing is trained.

    A row each for data, split, network, activation, start, loss, optimiser, rate, updates, seeds,
    and, of classes, the share of the most frequent one, which is what guessing scores. What differs
    between configurations is listed. Errors as from `race`.

    Examples
    --------
    >>> design = dict(configurations=both, data=digits(), epochs=5)
    >>> setup(**design)
    >>> race(**design)
    """
    data, seeds, plan = _plan(
        *(configurations, data, seeds, measure),
        Training(epochs, learning_rate, momentum, batch_size, optimiser),
    )
    nets = [(MLP(**arguments), arguments) for arguments, _ in plan.values()]
    trainings = [training for _, training in plan.values()]
    rows = {
        "data": [name_of(data)],
        "split": [f"{len(data.X)} for training, {len(data.X_test)} for testing"],
        "network": ["–".join(map(str, net.sizes)) for net, _ in nets],
        "activation": [_listed(_name(one) for one in net.layers[:-1]) for net, _ in nets],
        "start": [_start(arguments) for _, arguments in nets],
        "loss": [net.loss.key.replace("_", "-") for net, _ in nets],
        "optimiser": [str(training) for training in trainings],
        "learning rate": [f"{training.learning_rate:g}" for training in trainings],
        "updates": [_updates(training, len(data.X)) for training in trainings],
        "seeds": [str(len(seeds))],
        "guessing scores": [_guessing(data) for net, _ in nets if net.loss.key != "squared"],
    }
    rows = [(row, " / ".join(dict.fromkeys(filter(None, said)))) for row, said in rows.items()]
    return Table(("", "in this experiment"), [row for row in rows if row[1]])


def _name(layer):
    """Its activation in words; one of the reader's own that has none, by its name."""
    f = layer.activation
    return f.name if type(f).__str__ is object.__str__ else str(f)


def _listed(parts):
    return ", then ".join(dict.fromkeys(map(str, parts)))


def _start(arguments):
    init = arguments.get("init", "he")
    several = init if isinstance(init, (list, tuple)) else [init]
    centred = ", centred" if arguments.get("centred") else ""
    return _listed(as_initialiser(one) for one in several) + centred


def _updates(training, samples):
    updates = training.epochs * math.ceil(samples / (training.batch_size or samples))
    return f"{updates} ({training.epochs} {'epoch' if training.epochs == 1 else 'epochs'})"


def _guessing(data):
    labels = np.asarray(data.y)
    if labels.dtype.kind in "iub":
        return f"{np.bincount(labels).max() / labels.size:.0%}"
    return None


def _plan(configurations, data, seeds, measure, common):
    """Data, seeds and, for each label, the arguments of its network and of its training."""
    if not isinstance(configurations, dict) or not configurations:
        raise TypeError(
            f"configurations must be a non-empty dict of label → dict, got {configurations!r}"
        )
    if not isinstance(data, (tuple, list)) or len(data) != 4:
        raise TypeError(f"data must be (X, y, X_test, y_test), got {type(data).__name__}")
    data = Data(*data)
    if not hasattr(seeds, "__iter__"):
        raise TypeError(f"seeds must be a list or range of integers, got {seeds!r}")
    seeds = [whole_number(seed, "every one of seeds", 0) for seed in seeds]
    if not seeds:
        raise ValueError("seeds must hold at least one seed, got none")
    if measure is not None and not callable(measure):
        raise TypeError(f"measure must be a function (net, data) -> number, got {measure!r}")
    plan = {
        label: _checked(f"configurations[{label!r}]", configuration, vars(common), data, measure)
        for label, configuration in configurations.items()
    }
    return data, seeds, plan


def _checked(name, configuration, common, data, measure):
    """The arguments of the network and of its training, after all but the training was tried."""
    if not isinstance(configuration, dict) or "sizes" not in configuration:
        raise ValueError(
            f"{name} must be a dict of MLP arguments with 'sizes', got {configuration!r}"
        )
    for key in configuration:
        if key not in ALLOWED:
            raise ValueError(f"{name} may hold {', '.join(ALLOWED)}, got {key!r}")
    arguments = {key: value for key, value in configuration.items() if key not in common}
    try:
        training = Training(**{key: configuration.get(key, common[key]) for key in common})
        net = MLP(**arguments)
        X, y = net._samples(data.X, data.y)
        net.gradients(X[:1], y[:1])
        if measure is None:
            net.accuracy(data.X_test, data.y_test)
    except (TypeError, ValueError) as problem:
        kind = TypeError if isinstance(problem, TypeError) else ValueError
        raise kind(f"{name}: {problem}") from problem
    return arguments, training


def _score(net, data, measure):
    if measure is None:
        return net.accuracy(data.X_test, data.y_test)
    score = measure(net, data)
    try:
        return float(score)
    except (TypeError, ValueError):
        raise TypeError(f"measure must return a number, got {score!r}") from None


def _result(finished, measure):
    scores, diverged = {}, {}
    for label, score, flag in finished:
        scores.setdefault(label, []).append(score)
        diverged.setdefault(label, []).append(flag)
    return Race(scores, diverged, percent=measure is None)


class Summary(NamedTuple):
    """The scores of one configuration: ``sd`` is the sample standard deviation over seeds."""

    label: object
    mean: float
    sd: float
    low: float
    high: float
    seeds: int
    diverged: int


@np.errstate(**OVERFLOW_IS_AN_ANSWER)
def summary(result):
    """A `Race` as a list of (label, mean, sd, low, high, seeds, diverged), in the order given.

    ``sd`` is the sample standard deviation over seeds (n − 1), nan for a single seed.
    """
    if not isinstance(result, Race):
        raise TypeError(f"result must be a Race, got {type(result).__name__}")
    return [
        Summary(
            label,
            float(scores.mean()),
            float(scores.std(ddof=1)) if scores.size > 1 else math.nan,
            float(scores.min()),
            float(scores.max()),
            scores.size,
            int(result.diverged[label].sum()),
        )
        for label, scores in result.scores.items()
    ]
