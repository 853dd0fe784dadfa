"""Measure the evidence: ``python evidence/measure.py`` goes on where it stopped.

``--only mnist1d-plain8-sgd-he`` measures one setting, ``--activation my_module:MyFunction`` runs
your own function through the same protocol, and prints where it lands.
"""

import argparse
import csv
import datetime
import itertools
import json
import platform
import sys
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import protocol
import torch
from functions import CONTENDERS, own
from tasks import task
from tqdm import tqdm
from train import train

from actfun.evidence import STEP

HERE = Path(__file__).resolve().parent
STORE = HERE.parent / "lib" / "actfun" / "evidence"
COLUMNS = ("setting", "activation", "updates", "first", "validation", "rate", "test", "loss",
           "reached")  # fmt: skip


def rate(exponent):
    return STEP**exponent


def tuned(setting, contender, budgets):
    """For each budget {exponent: mean validation score}, on a grid that holds its best inside."""
    better = task(setting.task).better
    low, high = protocol.GRID[setting.optimiser]
    wanted, scores = list(range(low, high + 1)), {budget: {} for budget in budgets}
    while wanted:
        pairs = list(itertools.product(wanted, protocol.TUNING_SEEDS))
        found = train(setting, contender, [s for _, s in pairs], [rate(k) for k, _ in pairs],
                      budgets)  # fmt: skip
        for budget, values in found.validation.items():
            means = values.reshape(len(wanted), -1).mean(1)
            scores[budget].update(zip(wanted, means.tolist()))
        wanted = []
        for table in scores.values():
            best = max(table, key=lambda k: better * table[k])
            for end, beyond in ((min(table), -1), (max(table), 1)):
                if best == end and protocol.WIDEST[0] <= best + 2 * beyond <= protocol.WIDEST[1]:
                    wanted += [best + beyond, best + 2 * beyond]
        wanted = sorted(set(wanted))
    return scores


def chosen(curve, better, slack):
    """The exponent to report: the smallest inside the grid that is within ``slack`` of the best.

    One step below the best rate scores nearly the same; one step above it some seeds diverge.
    """
    best = max(better * score for score in curve.values())
    inside = sorted(curve)[1:-1]
    return min((k for k in inside if better * curve[k] >= best - slack), default=inside[0])


def measured(setting, contender):
    """The rows of one contender in one setting, one for each budget."""
    data = task(setting.task)
    together = [setting.budgets] if setting.optimiser == "sgd" else [(b,) for b in setting.budgets]
    rows = []
    for budgets in together:
        scores = tuned(setting, contender, budgets)
        best = {b: chosen(curve, data.better, data.slack) for b, curve in scores.items()}
        for exponent in sorted(set(best.values())):
            here = tuple(b for b in budgets if best[b] == exponent)
            found = train(setting, contender, list(protocol.SEEDS),
                          [rate(exponent)] * len(protocol.SEEDS), here, test=True)  # fmt: skip
            for budget in here:
                curve = scores[budget]
                reached = np.where(found.reached <= budget, found.reached, 0)
                rows.append({
                    "setting": setting.key, "activation": contender.name, "updates": budget,
                    "first": min(curve), "validation": _line([curve[k] for k in sorted(curve)], 4),
                    "rate": exponent, "test": _line(found.test[budget], 4),
                    "loss": _line(found.train_loss[budget], 3), "reached": _line(reached, 6),
                })  # fmt: skip
    return rows


def _line(values, digits):
    return " ".join(f"{value:.{digits}g}" for value in values)


def _work(job):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    setting, name = job
    begun = time.process_time()
    return setting, measured(setting, CONTENDERS[name]), time.process_time() - begun


def jobs(only=None):
    settings = [s for s in protocol.SETTINGS if only in (None, s.key)]
    if not settings:
        keys = ", ".join(s.key for s in protocol.SETTINGS)
        raise ValueError(f"--only must be one of {keys}, got {only!r}")
    return [(s, c.name) for s in settings for c in CONTENDERS.values() if s.gated or not c.gated]


def read(path):
    """The finished rows. A last line that an interruption cut off is left out."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path.name} must have the columns {', '.join(COLUMNS)}, "
                             f"got {reader.fieldnames}")  # fmt: skip
        seeds = len(protocol.SEEDS)
        return [row for row in reader if len((row["reached"] or "").split()) == seeds]


def write(path, rows):
    """All rows in the order of the protocol, in one step: an interruption loses none."""
    order = {s.key: i for i, s in enumerate(protocol.SETTINGS)}
    names = {name: i for i, name in enumerate(CONTENDERS)}
    rows = sorted(rows, key=lambda row: (order.get(row["setting"], 99), int(row["updates"]),
                                         names.get(row["activation"], 99)))  # fmt: skip
    part = path.with_suffix(".part")
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(path)


def record(path, setting, seconds):
    """What a setting was measured with, and how long it took one core."""
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    entry = known.setdefault(setting.key, {"core seconds": 0})
    data = task(setting.task)
    entry.update(setting.words | {
        "unit": data.unit, "better": data.better, "goal": setting.goal,
        "samples": len(data.test[0]), "budgets": list(setting.budgets),
        "contenders": len(jobs(setting.key)),
        "date": datetime.date.today().isoformat(), "python": platform.python_version(),
        "torch": torch.__version__, "numpy": np.__version__, "machine": platform.machine(),
        "data": data.note,
        "core seconds": round(entry["core seconds"] + seconds),
    })  # fmt: skip
    path.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def run(todo, processes):
    """Train what is asked for; a generator of (setting, rows, core seconds), as they are done."""
    if processes == 1:
        yield from map(_work, todo)
        return
    with get_context("fork").Pool(processes) as pool:
        yield from pool.imap_unordered(_work, todo)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", help="one setting")
    parser.add_argument("--activation", help="your own, as module:name")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args(arguments)
    STORE.mkdir(exist_ok=True)
    runs, about = STORE / "runs.csv", STORE / "measured.json"
    torch.set_num_threads(1)
    try:
        todo, rows = jobs(given.only), read(runs)
        if given.activation:
            sys.path.insert(0, "")
            CONTENDERS[given.activation] = own(given.activation)
            todo = [(s, given.activation) for s in dict.fromkeys(s for s, _ in todo)]
    except ValueError as error:
        parser.error(str(error))
    if given.activation:
        for setting, mine, _ in tqdm(run(todo, 1), total=len(todo), unit="setting"):
            _place(setting, mine, rows)
        return
    done = {(row["setting"], row["activation"]) for row in rows}
    todo = [(s, name) for s, name in todo if (s.key, name) not in done]
    with tqdm(total=len(todo), unit="run", smoothing=0.05) as bar:
        for setting, new, seconds in run(todo, given.processes):
            rows += new
            write(runs, rows)
            record(about, setting, seconds)
            bar.set_postfix_str(f"{setting.key}: {new[0]['activation']}")
            bar.update()


def _place(setting, mine, rows):
    """Print where one's own function stands among the stored ones."""
    better = task(setting.task).better
    for row in mine:
        others = [r for r in rows if r["setting"] == setting.key
                  and int(r["updates"]) == row["updates"]]  # fmt: skip
        table = [(np.mean([float(v) for v in r["test"].split()]), r["activation"])
                 for r in [*others, row]]  # fmt: skip
        print(f"\n{setting.key}, {row['updates']} updates ({task(setting.task).unit}):")
        for score, name in sorted(table, key=lambda entry: -better * entry[0]):
            print(f"  {score:6.2f}  {name}{'  <- yours' if name == row['activation'] else ''}")


if __name__ == "__main__":
    main()
