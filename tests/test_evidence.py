"""The stored evidence is whole, is read as it stands, and its statistics are right."""

import csv
import itertools
import re

import numpy as np
import pytest
from conftest import NOTEBOOKS, ROOT, read_notebook
from scipy import stats

from actfun import evidence

STORE = ROOT / "lib" / "actfun" / "evidence"
CELLS = [(key, n) for key, setting in evidence.settings().items() for n in setting.budgets]
each_cell = pytest.mark.parametrize(("key", "updates"), CELLS)


def test_it_is_small():
    assert sum(path.stat().st_size for path in STORE.glob("*.*") if path.suffix != ".py") < 400_000


def test_no_run_is_stored_twice():
    with (STORE / "runs.csv").open(newline="", encoding="utf-8") as file:
        keys = [(r["setting"], r["activation"], r["updates"]) for r in csv.DictReader(file)]
    assert len(keys) == len(set(keys))
    assert {key for key, _, _ in keys} == set(evidence.settings())


@each_cell
def test_every_cell_is_whole(key, updates):
    cell = evidence.cell(key, updates)
    assert set(cell.scores) == set(evidence.cell(key).scores) >= {"ReLU", "Tanh", "no activation"}
    assert {scores.shape for scores in cell.scores.values()} == {(10,)}
    assert all(np.isfinite(scores).all() for scores in cell.scores.values())


@each_cell
def test_the_grid_holds_the_best_rate_inside(key, updates):
    cell = evidence.cell(key, updates)
    for name, curve in cell.curves.items():
        rates, scores = zip(*sorted(curve.items()))
        best = max if cell.setting.better > 0 else min
        guesses = abs(best(scores) - evidence.GUESS[cell.setting.unit]) < 1
        learns = not guesses and max(scores) - min(scores) > 0.1
        assert best(scores[1:-1]) == best(scores) or not learns, (name, scores)
        steps = [high / low for low, high in itertools.pairwise(rates)]
        assert np.allclose(steps, 10 ** (1 / 3))


def test_well_known_models_reach_the_published_levels():
    """Of Greydanus & Kobak, in percent."""
    published = {"logistic regression": 32, "fully connected": 68, "convolutional": 94,
                 "recurrent (GRU)": 91}  # fmt: skip
    found = {name: scores.mean() for name, scores in evidence.levels().items()}
    assert found == pytest.approx(published, abs=1.5)


def test_what_is_handed_out_is_the_callers():
    cell = evidence.cell("mnist1d-plain8-sgd-he")
    cell.scores["ReLU"][:] = 0
    cell.rates.clear()
    again = evidence.cell("mnist1d-plain8-sgd-he")
    assert again.scores["ReLU"].min() > 10 and again.rates


def test_ties_are_called_ties():
    rng = np.random.default_rng(0)
    seeds = rng.normal(0, 3, 10)  # what a seed does to all alike
    scores = {
        "best": 80 + seeds,
        "as good": 79.9 + seeds + rng.normal(0, 0.5, 10),
        "a point worse": 79 + seeds + 0.01 * rng.normal(0, 1, 10),
    }
    best, tied, worse = evidence.ranked(scores)
    assert (best.name, tied.name, worse.name) == tuple(scores)
    assert tied.tied and not worse.tied
    assert worse.behind == pytest.approx(1, abs=0.02)


def test_the_interval_is_students_corrected_for_the_number_of_rivals():
    a, b, c = np.random.default_rng(1).normal([[3], [2], [1]], 1, (3, 10))
    _, second, _ = evidence.ranked({"a": a, "b": b, "c": c})
    known = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / 2)
    assert (second.low, second.high) == pytest.approx((known.low, known.high))


def test_a_difference_is_paired_and_says_its_interval():
    a, b = np.random.default_rng(2).normal([[2], [1]], 1, (2, 8))
    found = evidence.difference(a, b, comparisons=3)
    known = stats.ttest_rel(a, b).confidence_interval(1 - 0.05 / 3)
    assert found.mean - found.reach == pytest.approx(known.low)
    assert str(evidence.difference([1, 2], [2, 3])) == "−1.0 ± 0.0"


@pytest.mark.parametrize(("arguments", "words"), [
    (([1, 2], [1, 2, 3]), "a and b must hold as many scores, two at least, got 2, 3"),
    (([1], [2]), "two at least, got 1, 1"),
    (([1, 2], "ab"), "b must be an array of real numbers"),
    (([1, 2], [1, 2], 0), "comparisons must be at least 1, got 0"),
])  # fmt: skip
def test_scores_that_are_not_paired_are_refused(arguments, words):
    with pytest.raises((TypeError, ValueError), match=words):
        evidence.difference(*arguments)


def test_a_seed_that_failed_is_no_tie():
    """One seed at chance widens Student's interval until it holds 0; the others are all behind."""
    scores = {"best": np.linspace(59, 61, 10), "fails once": np.linspace(57, 59, 10)}
    scores["fails once"][3] = 10
    _, other = evidence.ranked(scores, guess=10)
    assert other.low < 0 and other.failed == 1 and not other.tied
    assert evidence.ranked(scores | {"fails once": scores["best"] - 20}, guess=10)[1].failed == 0


def test_scores_may_be_lists_and_are_finite_numbers():
    scores = {"fails": [9, 8, 1], "best": [1, 1, 2]}
    assert evidence.ranked(scores, -1, guess=9)[1].failed == 2
    for wrong, words in (
        ({}, "scores must be a dict of label → scores by seed, got an empty one"),
        ({"a": [1, np.nan]}, r"scores\['a'\] must be finite, got nan or infinity in 1 of 2"),
    ):
        with pytest.raises(ValueError, match=words):
            evidence.ranked(wrong)


def test_less_is_better_where_it_is():
    scores = {"more": np.full(10, 3.0), "less": np.linspace(1.9, 2.1, 10)}
    best, other = evidence.ranked(scores, better=-1)
    assert best.name == "less" and other.behind == pytest.approx(1)


def test_the_reported_rate_is_the_smallest_that_is_as_good(key="mnist1d-plain8-sgd-he"):
    """Within a point of the best on validation data, and not an end of the grid."""
    for updates in evidence.settings()[key].budgets:
        cell = evidence.cell(key, updates)
        for name, curve in cell.curves.items():
            inside = sorted(curve)[1:-1]
            good = [rate for rate in inside if curve[rate] >= max(curve.values()) - 1]
            assert cell.rates[name] == pytest.approx(min(good, default=inside[0])), name


def test_at_a_common_rate_only_those_who_were_tried_there():
    cell = evidence.cell("mnist1d-plain8-sgd-he")
    found = cell.at(cell.rates["ReLU"])
    assert found["ReLU"] == max(cell.curves["ReLU"].values())
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert cell.at(1e9) == {}


@pytest.mark.parametrize(("arguments", "words"), [
    (("nothing",), "key must be one of 'mnist1d-plain8-sgd-he'"),
    (("mnist1d-plain8-sgd-he", 7), "updates must be one of 150, 500, 1500, got int 7"),
    ((["x"],), "key must be one of .* got list"),
])  # fmt: skip
def test_what_was_not_measured_is_said(arguments, words):
    with pytest.raises(ValueError, match=words):
        evidence.cell(*arguments)


def test_advice_names_what_it_knows():
    with pytest.raises(ValueError, match="case must be one of 'one to four .* got list"):
        evidence.advice(["x"])
    advice = evidence.advice("a transformer")
    for ask in (advice.of, advice.verdict):
        with pytest.raises(ValueError, match="name must be one of .*'ReLU'.* got str 'nonsense'"):
            ask("nonsense")


@pytest.mark.parametrize("advice", evidence.guide(), ids=lambda advice: advice.case)
def test_advice_sorts_everyone_once(advice):
    names = [s.name for s in (advice.best, *advice.also, *advice.between, *advice.avoid)]
    assert len(names) == len(set(names))
    assert set(names) == set.intersection(*(set(cell.scores) for cell in advice.cells))
    near = evidence.NEAR[advice.cells[0].setting.unit]
    assert all(not s.failed and s.behind < near for s in advice.also)
    assert {advice.verdict(s.name) for s in advice.between} <= {"open", "behind"}
    assert all(advice.verdict(s.name) == "avoid it" for s in advice.everyone if s.failed)
    assert [advice.verdict(s.name) for s in advice.everyone].count("start with it") == 1
    assert "no activation" not in [s.name for s in (advice.best, *advice.also)]


MEASURED = {name for advice in evidence.guide() for name in [s.name for s in advice.everyone]}
ON_THEIR_PAGES = {
    "logistic": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "leaky_relu": "Leaky ReLU", "elu": "ELU",
    "softplus": "Softplus", "mish": "Mish", "silu_gelu": "SiLU", "paint": "Sine",
}  # fmt: skip


@pytest.mark.parametrize("page", ON_THEIR_PAGES)
def test_every_function_page_takes_its_verdict_from_the_evidence(page):
    cells = read_notebook(ROOT / f"chapters/{page}.ipynb").cells
    shown = "".join(
        cell.outputs[0].data.get("text/plain", "")
        for cell in cells
        if cell.cell_type == "code" and "verdict" in cell.source
    )
    for advice in evidence.guide():
        row = f"{advice.case}  +{advice.verdict(ON_THEIR_PAGES[page])} "
        assert re.search(row, shown), (page, advice.case)


def test_no_page_recommends_what_the_guide_does_not():
    best = {advice.best.name for advice in evidence.guide()}
    names = "|".join(sorted(MEASURED | {"tanh", "softplus"}, key=len, reverse=True))
    says = re.compile(rf"\b(?:start with|defaults? (?:is|to)|best choice is) ({names})\b")
    for path in NOTEBOOKS:
        for cell in read_notebook(path).cells:
            if cell.cell_type == "markdown":
                assert set(says.findall(cell.source)) <= best, (path.name, cell.id)
