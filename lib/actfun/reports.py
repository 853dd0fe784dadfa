"""What was seen inside a network while it ran, as plain numbers: tables, and what stands out.

`actfun.torch.watch` makes a `Report` of anybody's PyTorch model, `actfun.diagnostics.report` of
the book's own network. Here is neither: a report is read and explained in the same way for both.
"""

from __future__ import annotations

import json
import math
import textwrap
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from actfun import checks
from actfun.notation import minus, significant
from actfun.tables import Table

FLAT = 0.05  # a slope below this is one of a saturated unit
STORED = Path(__file__).with_name("evidence") / "reports.json"

SHARES = ("saturated", "silent", "dead")
MEASURED = ("mean", "size", "spread", *SHARES, "correlation", "gradient")


@dataclass
class Report:
    """Rows of plain numbers, one for each activation and one for each layer of weights.

    Attributes
    ----------
    activations : list of dict
        In the order in which the activations were called. ``at`` says where and ``activation``
        what; then come, of pre-activations z and activations a = f(z):

        - ``mean`` of a; ``size``, the mean of z²; ``spread``, how far apart the samples still are:
          the root mean square over units of the deviation of a between samples;
        - ``saturated``, the share of slopes f′(z) below 0.05 in size, ``silent``, the share of a
          that is exactly 0, and ``dead``, the share of units whose slope is 0 for every sample;
        - ``correlation``, the mean cosine of two samples' z, and ``gradient``, the root mean square
          of ∂loss/∂z.
    layers : list of dict
        Of each matrix of weights: ``layer``, ``shape``, the root mean squares ``weight`` and
        ``gradient``, and ``update``, the length of a step over the length of the weights; means
        over ``steps`` steps of an optimiser.
    first, last, evaluation : lists of dict
        The activations at the first look and at the last, and those while the model was in
        ``eval()``.
    passes, updates : int
        How many passes in training and how many steps of an optimiser were looked at.
    notes : list of str
        What else was noticed.

    What was not measured is nan.
    """

    activations: list = field(default_factory=list)
    layers: list = field(default_factory=list)
    first: list = field(default_factory=list)
    last: list = field(default_factory=list)
    evaluation: list = field(default_factory=list)
    passes: int = 0
    updates: int = 0
    notes: list = field(default_factory=list)

    @property
    def seen(self):
        """The rows of the activations in training, or in ``eval()`` if there was no training."""
        return self.activations or self.evaluation

    def table(self, columns=("mean", "spread", *SHARES, "correlation", "gradient"), rows=None):
        """The activations as a ``Table``, with the columns asked for.

        ``rows`` are those of ``report.first``, ``report.evaluation`` or a part of them, if not of
        the report itself. A ``ValueError`` if there is no row or a column that is not known.
        """
        columns = checks.listed(columns, "columns", "texts")
        unknown = [column for column in columns if column not in tuple(MEASURED)]
        if unknown:
            raise ValueError(f"columns must be among {', '.join(MEASURED)}, got {unknown[0]!r}")
        rows = self.seen if rows is None else rows
        return Table(
            ("at", "activation", *columns),
            [(row["at"], row["activation"], *(_cell(c, row[c]) for c in columns)) for row in rows],
            align="ll" + "r" * len(columns),
        )

    def layer_table(self):
        """The layers as a ``Table``."""
        return Table(
            ("layer", "shape", "weight", "gradient", "update / weight"),
            [
                (row["layer"], " × ".join(map(str, row["shape"])),
                 *(_cell(c, row[c]) for c in ("weight", "gradient", "update")))
                for row in self.layers
            ],
            align="llrrr",
        )  # fmt: skip

    def log(self):
        """A flat dict of floats for a logger: ``{"activations/1/mean": 0.4, …}``."""
        found = {
            f"activations/{row['at']}/{name}": row[name] for row in self.seen for name in MEASURED
        }
        for row in self.layers:
            for name in ("weight", "gradient", "update"):
                found[f"layers/{row['layer']}/{name}"] = row[name]
        return found

    def as_dict(self):
        """All of it as lists, dicts, texts and numbers, which JSON can hold."""
        return asdict(self)

    def findings(self):
        """What stands out, the gravest first: sentences, none if nothing does.

        They rest on limits that are written in this module and on nothing else.
        """
        said = [*self.notes]
        for look in (_not_finite, _not_moving, _alike, _dead, _gradient, _updates, _two_networks,
                     _saturated):  # fmt: skip
            said += look(self)
        return said

    def explain(self):
        """The findings as lines of text."""
        found = self.findings() or ["nothing stands out"]
        return "\n".join(textwrap.fill(f"- {one}", 76, subsequent_indent="  ") for one in found)

    def __repr__(self):
        if not self.seen:
            return "\n".join(["no activation was seen", *self.notes])
        parts = [repr(self.table())]
        if self.layers:
            parts.append(repr(self.layer_table()))
        parts.append(self.explain())
        return "\n\n".join(parts)

    def _repr_markdown_(self):
        if not self.seen:
            return repr(self)
        parts = [self.table()._repr_markdown_()]
        if self.layers:
            parts.append(self.layer_table()._repr_markdown_())
        parts.append(self.explain())
        return "\n\n".join(parts)


def _cell(column, value):
    if math.isnan(value):
        return "nan" if column in ("mean", "spread", "size") else "–"
    if column in SHARES:
        return f"{100 * value:.0f} %"
    if column == "correlation":
        return minus(f"{value:.3f}")
    return significant(value, 2)


# --------------------------------------------------------------------------------- what stands out


def _where(row):
    return f"{row['activation']} at {row['at']}"


def _not_finite(report):
    for rows, when in ((report.first, "from the first pass on"), (report.seen, "in the end")):
        bad = [k for k, row in enumerate(rows) if not math.isfinite(row["size"])]
        if bad:
            sizes = [row["size"] for row in report.first[: bad[0]] or report.first]
            sizes = [size for size in sizes if 0 < size < math.inf]
            said = f"not finite {when}: first in {_where(rows[bad[0]])}"
            if len(sizes) > 1 and sizes[-1] > 100 * sizes[0]:
                growth = (sizes[-1] / sizes[0]) ** (1 / (len(sizes) - 1))
                said += f"; the size grows {significant(growth, 2)}-fold a layer: smaller weights"
            elif when == "in the end":
                said += "; it was finite at first: a smaller learning rate, or clip the gradient"
            return [said]
    rows = report.first or report.seen
    sizes = [row["size"] for row in rows]
    if len(sizes) > 2 and sizes[-1] > 1e4 * sizes[0] > 0:
        return [f"the signal explodes: size {significant(sizes[0], 2)} in {_where(rows[0])}, "
                f"{significant(sizes[-1], 2)} in {_where(rows[-1])}: smaller weights"]  # fmt: skip
    return []


def _not_moving(report):
    if not report.updates:
        return []
    still = {
        "no gradient arrives at": [r for r in report.layers if r["gradient"] == 0],
        "no optimiser has": [r for r in report.layers if r["steps"] == 0],
    }
    return [
        f"{words} {', '.join(row['layer'] for row in rows[:2])}"
        + (f" and {len(rows) - 2} more" if len(rows) > 2 else "")
        for words, rows in still.items()
        if rows
    ]


def _dead(report):
    worst = max(report.seen, key=lambda row: row["dead"], default=None)
    if worst is None or not worst["dead"] >= 0.5:
        return []
    at_first = [r["dead"] for r in report.first if r["at"] == worst["at"]]
    before = f", {100 * at_first[0]:.0f} % at first" if at_first else ""
    return [f"{100 * worst['dead']:.0f} % of the units are dead in {_where(worst)}{before}: "
            "a smaller learning rate, or an activation with a slope everywhere"]  # fmt: skip


def _alike(report):
    rows = report.first or report.seen
    if not rows or not rows[-1]["correlation"] > 0.98:
        return []
    start, end = rows[0], rows[-1]
    before = minus(f"{start['correlation']:.2f}")
    if start["correlation"] > 0.9:
        return [f"the inputs are alike from the start (correlation {before} in "
                f"{_where(start)}): subtract their mean"]  # fmt: skip
    return [f"all inputs look alike in {_where(end)}: correlation {end['correlation']:.4f}, in "
            f"{_where(start)} {before}: centre, normalise, or start with "
            "transfer"]  # fmt: skip


def _gradient(report):
    rows = [row for row in report.first or report.seen if row["gradient"] > 0]
    if len(rows) < 3:
        return []
    ratio = rows[0]["gradient"] / rows[-1]["gradient"]
    if 1e-3 <= ratio <= 1e3:
        return []
    kind = "vanishes" if ratio < 1 else "explodes"
    return [f"the gradient {kind} on its way back: in {_where(rows[0])} it is "
            f"{significant(ratio, 2)} of that in {_where(rows[-1])}: other first weights "
            "(transfer), or normalise"]  # fmt: skip


def _updates(report):
    moved = [row for row in report.layers if 0 <= row["update"] < math.inf]  # ∞: it began at 0
    if not moved:
        return []
    least, most = (kind(moved, key=lambda row: row["update"]) for kind in (min, max))
    said = []
    if most["update"] < 1e-5:
        said.append("no layer moves any more: it has arrived, or the learning rate is too small")
    elif least["update"] < 1e-3 * most["update"]:
        said.append(f"{least['layer']} hardly moves: a step changes it by "
                    f"{significant(least['update'], 2)} of its length, {most['layer']} by "
                    f"{significant(most['update'], 2)}")  # fmt: skip
    if most["update"] > 0.2:
        said.append(f"{most['layer']} is thrown about: a step changes it by "
                    f"{significant(most['update'], 2)} of its length: a smaller rate")  # fmt: skip
    return said


def _two_networks(report):
    """Between training and ``eval()``, row by row."""
    pairs = [
        (train["size"] / test["size"], train, test)
        for train, test in zip(report.last, report.evaluation)
        if train["at"] == test["at"] and 0 < train["size"] * test["size"] < math.inf
    ]
    worst = max(pairs, key=lambda pair: abs(math.log(pair[0])), default=None)
    if worst is None or 0.25 <= worst[0] <= 4:
        return []
    _, train, test = worst
    return [f"eval() is another network: {_where(train)} gets the size "
            f"{significant(train['size'], 2)} in training, {significant(test['size'], 2)} in "
            "eval(): look at normalisation and dropout"]  # fmt: skip


def _saturated(report):
    worst = max(report.seen, key=lambda row: row["saturated"] - row["silent"], default=None)
    if worst is None or not worst["saturated"] - worst["silent"] > 0.7:
        return []
    return [f"{100 * worst['saturated']:.0f} % of the slopes are flat in {_where(worst)}: smaller "
            "weights or a smaller rate"]  # fmt: skip


class Run(NamedTuple):
    """A training with PyTorch that was watched.

    ``losses`` are means over every twenty updates, ``accuracy`` is that on test data in ``eval()``.
    """

    report: Report
    losses: list
    accuracy: float


def _stored(name, kind):
    """What is stored as a list or as a dict."""
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    known = {key: value for key, value in stored.items() if isinstance(value, kind)}
    return known[checks.one_of(name, "name", known)]


def runs(name):
    """Stored trainings of one example, a `Run` each: as it was, and cured.

    ``name`` is "flat", "stalls", "nan", "eval", "deep" or "alike"; another one is a ``ValueError``.
    They are what ``python evidence/diagnose.py`` makes of the code on the page.
    """
    stored = _stored(name, list)
    return [Run(Report(**run["report"]), run["losses"], run["accuracy"]) for run in stored]


def measured(name):
    """Other stored measurements with PyTorch as a ``Table``.

    ``name`` is "transfer", "overhead", "models" or "minute"; another one is a ``ValueError``.
    """
    return Table(**_stored(name, dict))
