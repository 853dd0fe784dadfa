"""The stored evidence: every activation at its own learning rate, in every setting measured.

``evidence/`` at the top of the project trains the networks, with PyTorch; here its results are
read. A *setting* is a task, a network, an optimiser and a start; a *cell* is a setting at one
budget of updates. In a cell every activation has the scores of ten seeds at a learning rate of its
own, chosen on validation data.

>>> from actfun import evidence
>>> evidence.cell("mnist1d-plain8-sgd-he", 1500).ranking()
"""

import csv
import functools
import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from actfun import checks
from actfun.notation import minus

__all__ = ["GUIDE", "Advice", "Cell", "Difference", "Setting", "Standing", "advice", "cell",
           "difference", "guide", "levels", "ranked", "settings"]  # fmt: skip

HERE = Path(__file__).parent
STEP = 10 ** (1 / 3)  # from one learning rate of the grid to the next
LEVEL = 0.95  # of all the intervals of a ranking together
NEAR = {"% correct": 2.0, "dB": 1.0, "bits a character": 0.05}  # behind the best: also fine
FAR = {"% correct": 10.0, "dB": 5.0, "bits a character": 0.2}  # behind the best: to be avoided
GUESS = {"% correct": 10.0, "dB": -math.inf, "bits a character": 6.3}  # what guessing scores


@dataclass(frozen=True)
class Setting:
    """A task, a network, an optimiser and a start, in words, and what is reported of it.

    ``better`` is 1 where a larger score is better, else −1. ``goal`` is the validation score that
    ``Cell.reached`` counts updates to, ``samples`` how many the test part has.
    """

    key: str
    task: str
    network: str
    optimiser: str
    start: str
    unit: str
    better: int
    goal: float
    samples: int
    budgets: tuple

    def __str__(self):
        return f"{self.task}, {self.network}, {self.optimiser}, {self.start}"


class Standing(NamedTuple):
    """Where an activation stands: its mean score, and how far it is behind the best.

    ``behind`` is the mean of the paired differences, ``low`` and ``high`` its interval; all the
    intervals of a ranking hold together with probability 0.95. ``failed`` counts the seeds that end
    nearer to guessing than to the best; with one of them, the interval says little. ``tied`` says
    that it contains 0 and that no seed failed.
    """

    name: str
    mean: float
    behind: float
    low: float
    high: float
    tied: bool
    failed: int = 0


@dataclass(frozen=True, eq=False)
class Cell:
    """A setting at one budget of updates.

    Attributes
    ----------
    setting : Setting
    updates : int
    scores : dict
        Of each activation, on test data, an array with an entry for each seed.
    rates : dict
        The learning rate of each, chosen on validation data.
    curves : dict
        For each activation {learning rate: validation score}, a mean over the tuning seeds.
    losses : dict
        The training loss at the end, by seed.
    reached : dict
        After how many updates a look at the validation data first found the goal, by seed; nan for
        a seed that has not reached it.
    """

    setting: Setting
    updates: int
    scores: dict
    rates: dict
    curves: dict
    losses: dict
    reached: dict

    def __repr__(self):
        return f"Cell({self.setting.key!r}, {self.updates} updates, {len(self.scores)} activations)"

    def ranking(self):
        """A list of `Standing`, the best first."""
        return ranked(self.scores, self.setting.better, GUESS[self.setting.unit])

    def at(self, rate):
        """Validation scores at one learning rate for all, {activation: score}, the best first.

        Only those that were tried at this rate are in it.
        """
        rate = checks.real_number(rate, "rate", 0)
        found = {
            name: score
            for name, curve in self.curves.items()
            for tried, score in curve.items()
            if math.isclose(tried, rate, rel_tol=0.1)
        }
        return dict(sorted(found.items(), key=lambda pair: -self.setting.better * pair[1]))

    @property
    def test_error(self):
        """Standard error of one score from the size of the test part, if it is a share."""
        if self.setting.unit != "% correct":
            return math.nan
        share = max(map(np.mean, self.scores.values())) / 100
        return 100 * math.sqrt(share * (1 - share) / self.setting.samples)


class Difference(NamedTuple):
    """A mean paired difference and how far its interval reaches to both sides."""

    mean: float
    reach: float

    def __str__(self):
        return minus(f"{self.mean:+.1f} ± {self.reach:.1f}")


def difference(a, b, comparisons=1):
    """The mean of a − b over paired scores with Student's interval, as a `Difference`.

    Where several comparisons are made, all of their intervals hold together with probability 0.95
    (Bonferroni). Raises ``ValueError`` if a and b are not scores of the same seeds, two at least.
    """
    from scipy.special import stdtrit

    a, b = (checks.numbers(scores, name, ("seeds",)) for name, scores in (("a", a), ("b", b)))
    if len(a) != len(b) or len(a) < 2:
        raise ValueError(f"a and b must hold as many scores, two at least, got {len(a)}, {len(b)}")
    comparisons = checks.whole_number(comparisons, "comparisons", 1)
    quantile = stdtrit(len(a) - 1, 1 - (1 - LEVEL) / 2 / comparisons)
    return Difference(float(np.mean(a - b)),
                      float(np.std(a - b, ddof=1) / math.sqrt(len(a)) * quantile))  # fmt: skip


def ranked(scores, better=1, guess=-math.inf):
    """Standings for {name: scores by seed}, the best first; seeds are paired.

    The intervals are corrected for their number. A seed nearer to ``guess`` than to the best has
    failed. Raises ``TypeError`` or ``ValueError`` for what are no scores, or are not finite.
    """
    scores = {
        name: checks.numbers(seeds, f"scores[{name!r}]", ("seeds",), finite=True)
        for name, seeds in checks.by_label(scores, "scores", "scores by seed")
    }
    names = sorted(scores, key=lambda name: -better * np.mean(scores[name]))
    best, standings = scores[names[0]], []
    for name in names:
        behind, reach = difference(best, scores[name], max(1, len(names) - 1))
        failed = int(np.sum(better * scores[name] < better * (np.mean(best) + guess) / 2))
        behind = better * behind + 0.0  # no −0
        tied = behind <= reach and not failed or name == names[0]
        standings.append(Standing(name, float(np.mean(scores[name])), behind, behind - reach,
                                  behind + reach, tied, failed))  # fmt: skip
    return standings


@functools.cache
def _settings():
    """Those of which every contender has been measured."""
    known = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))
    rows = Counter(row["setting"] for row in _rows())
    fields = Setting.__dataclass_fields__.keys() - {"key", "budgets"}
    return {
        key: Setting(key, budgets=tuple(about["budgets"]), **{f: about[f] for f in fields})
        for key, about in known.items()
        if rows[key] == about["contenders"] * len(about["budgets"])
    }


def settings():
    """All settings that were measured, {key: `Setting`}."""
    return dict(_settings())


@functools.cache
def _rows():
    with (HERE / "runs.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def _numbers(text):
    return np.array(text.split(), float)


def _cell(key, updates):
    found = [row for row in _rows() if row["setting"] == key and int(row["updates"]) == updates]

    def column(read):
        return {row["activation"]: read(row) for row in found}

    def curve(row):
        first = int(row["first"])
        return {STEP**k: v for k, v in enumerate(_numbers(row["validation"]).tolist(), first)}

    return Cell(
        _settings()[key],
        updates,
        scores=column(lambda row: _numbers(row["test"])),
        rates=column(lambda row: STEP ** int(row["rate"])),
        curves=column(curve),
        losses=column(lambda row: _numbers(row["loss"])),
        reached=column(lambda row: np.where(_numbers(row["reached"]) > 0,
                                            _numbers(row["reached"]), np.nan)),
    )  # fmt: skip


def cell(key, updates=None):
    """The `Cell` of a setting at a budget of updates, the longest one by default.

    Raises ``ValueError`` for a setting or a budget that was not measured.
    """
    known = _settings()
    budgets = known[checks.one_of(key, "key", known)].budgets
    updates = budgets[-1] if updates is None else updates
    return _cell(key, int(checks.one_of(updates, "updates", budgets)))


def levels():
    """What four well-known models reach on MNIST-1D, trained as its authors did, {model: scores}.

    In percent of the test samples, by seed: our tools beside the published levels.
    """
    known = json.loads((HERE / "levels.json").read_text(encoding="utf-8"))
    return {name: np.array(scores) for name, scores in known.items()}


GUIDE = {  # what the reader has: the settings whose mean scores speak for it
    "one to four plain layers": ("mnist1d-plain2-sgd-he", "mnist1d-plain4-sgd-he"),
    "eight plain layers or more": ("mnist1d-plain8-sgd-he", "mnist1d-plain16-sgd-he"),
    "eight, default weights, SGD": ("mnist1d-plain8-sgd-default",),
    "eight, default weights, AdamW": ("mnist1d-plain8-adamw-default",),
    "normalised residual blocks": ("mnist1d-residual-adamw", "mnist1d-residual-sgd"),
    "convolutions": ("mnist1d-convolutional-adamw", "mnist1d-convolutional-sgd"),
    "a recurrent state": ("mnist1d-recurrent-adamw",),
    "a transformer": ("text-transformer-adamw",),
    "a picture from its coordinates": ("picture-painter-adamw",),
}


@dataclass(frozen=True)
class Advice:
    """A row of the guide: what to start with, what is also fine, what to avoid.

    ``best`` is a `Standing`, the others are tuples of them. ``also`` is close behind the best (two
    points, a decibel or 0.05 bits), ``avoid`` far behind beyond doubt (ten points, five decibels or
    0.2 bits at least)
    or with seeds that fail, ``between`` all else.
    ``cells`` are what it rests on; a score is the mean over them, seed by seed.
    """

    case: str
    cells: tuple
    best: Standing
    also: tuple
    between: tuple
    avoid: tuple

    @property
    def everyone(self):
        """The `Standing` of all, from start with it to avoid it."""
        return (self.best, *self.also, *self.between, *self.avoid)

    def of(self, name):
        """The `Standing` of one activation; ``ValueError`` for one that has none."""
        standings = {standing.name: standing for standing in self.everyone}
        return standings[checks.one_of(name, "name", standings)]

    def verdict(self, name):
        """What the guide says of one activation, in a word or two.

        "open" is who is not close behind the best in the mean, but tied.
        """
        said = {"start with it": (self.best,), "also fine": self.also, "avoid it": self.avoid}
        other = "open" if self.of(name).tied else "behind"
        return next((words for words, standings in said.items()
                     if name in {s.name for s in standings}), other)  # fmt: skip


def advice(case):
    """The `Advice` for one of the cases in ``GUIDE``, from the longest budget of its settings.

    Raises ``ValueError`` for another case, and for one of which nothing was measured.
    """
    keys = GUIDE[checks.one_of(case, "case", GUIDE)]
    cells = tuple(cell(key) for key in keys if key in _settings())
    if not cells:
        raise ValueError(f"case must be one that was measured, got {case!r}")
    shared = [name for name in cells[0].scores if all(name in c.scores for c in cells)]
    scores = {name: np.mean([c.scores[name] for c in cells], axis=0) for name in shared}
    failed = {s.name: 0 for s in cells[0].ranking()}
    for one in cells:
        failed |= {s.name: failed[s.name] + s.failed for s in one.ranking() if s.name in failed}
    unit = cells[0].setting.unit
    best, *others = (
        s._replace(failed=failed[s.name], tied=s.tied and (s.behind == 0 or not failed[s.name]))
        for s in ranked(scores, cells[0].setting.better)
    )
    near, far = NEAR[unit], FAR[unit]
    also = tuple(s for s in others if s.behind < near and not s.failed)
    avoid = tuple(s for s in others if s.low > far or s.failed)
    between = tuple(s for s in others if s not in also and s not in avoid)
    return Advice(case, cells, best, also, between, avoid)


def guide():
    """The guide for hidden layers: an `Advice` for every case of which something was measured."""
    return [advice(case) for case, keys in GUIDE.items() if set(keys) & set(_settings())]
