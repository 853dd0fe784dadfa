"""Reports: read without PyTorch, made of the book's own network, and what they say stands out."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

from actfun import ReLU, Sigmoid, Tanh, diagnostics, plots, reports
from actfun.network import MLP, Maxout
from actfun.reports import MEASURED, Report

SAID = {
    "flat": "all inputs look alike in Sigmoid at 19",
    "stalls": "of the units are dead",
    "nan": "not finite in the end: first in ReLU at 1; the size grows",
    "eval": "eval() is another network",
    "deep": "deep.0 hardly moves",
    "alike": "the inputs are alike from the start",
}


@pytest.mark.parametrize("name", SAID)
def test_each_broken_network_is_explained_and_cured(name):
    broken, cured = reports.runs(name)
    assert any(SAID[name] in finding for finding in broken.report.findings())
    assert SAID[name].split(":")[0].split(" in ")[0] not in cured.report.explain()
    assert broken.accuracy < 0.7 and cured.accuracy > 0.95
    assert len(broken.losses) == len(cured.losses) == 25
    assert all(len(line) <= 76 for line in broken.report.explain().splitlines())


def test_a_name_that_is_not_stored_is_an_error():
    with pytest.raises(ValueError, match="name must be one of 'flat', .*'alike', got str 'round'"):
        reports.runs("round")
    with pytest.raises(ValueError, match="name must be one of 'flat', .* got str 'transfer'"):
        reports.runs("transfer")
    with pytest.raises(ValueError, match="name must be one of 'transfer', .* got list"):
        reports.measured(["flat"])
    assert len(reports.measured("transfer").rows) >= 6


def row(**changed):
    usual = dict(mean=0.4, size=1.0, spread=0.5, saturated=0.5, silent=0.5, dead=0.0,
                 correlation=0.3, gradient=0.01)  # fmt: skip
    return dict(at="1", activation="ReLU") | usual | changed


def layer(name="0", **changed):
    usual = dict(shape=(4, 3), weight=0.1, gradient=0.01, update=0.001, steps=3)
    return dict(layer=name) | usual | changed


ROWS = [row(at=str(k)) for k in range(3)]


def of(*rows, **parts):
    return Report(**dict(activations=list(rows), first=list(rows), updates=3) | parts)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (of(*ROWS), []),
        (of(*ROWS, layers=[layer()]), []),
        (of(row(size=1), row(size=30), row(size=math.inf)), ["not finite from the first pass on"]),
        (of(*ROWS, first=ROWS, activations=[row(size=math.nan)]), ["a smaller learning rate"]),
        (of(row(), row(size=100), row(size=1e5)), ["the signal explodes: size 1 in"]),
        (of(row(dead=0.6)), ["60 % of the units are dead in ReLU at 1, 60 % at first"]),
        (of(row(), row(correlation=0.99)), ["all inputs look alike"]),
        (of(row(correlation=0.95), row(correlation=0.99)), ["alike from the start"]),
        (of(row(gradient=1e-6), row(), row()), ["the gradient vanishes on its way back"]),
        (of(row(gradient=1e3), row(), row()), ["the gradient explodes on its way back"]),
        (of(*ROWS, layers=[layer(), layer("1", steps=0, update=math.nan)]),
         ["no optimiser has 1"]),
        (of(*ROWS, layers=[layer(gradient=0.0, update=0.0)] * 6),
         ["no gradient arrives at 0, 0 and 4 more", "no layer moves any more"]),
        (of(*ROWS, layers=[layer(update=1e-8), layer("1")]), ["0 hardly moves"]),
        (of(*ROWS, layers=[layer(update=0.5)]), ["0 is thrown about"]),
        (of(*ROWS, layers=[layer(update=math.inf)]), []),  # it began at 0
        (of(*ROWS, last=ROWS, evaluation=[row(at="0", size=0.01)]), ["eval() is another network"]),
        (of(*ROWS, last=ROWS, evaluation=[row(at="0", size=0.5)]), []),
        (of(row(saturated=0.9, silent=0.0)), ["90 % of the slopes are flat"]),
        (of(*ROWS, notes=["a note"]), ["a note"]),
    ],
)  # fmt: skip
def test_findings(report, said):
    findings = report.findings()
    assert len(findings) == len(said), findings
    for finding, words in zip(findings, said):
        assert words in finding
    assert said or report.explain() == "- nothing stands out"


def test_tables_and_logs():
    report = of(row(correlation=-0.0001, spread=math.nan, gradient=math.nan), layers=[layer()])
    assert report.table().rows[0][3:] == ("nan", "50 %", "50 %", "0 %", "0.000", "–")
    assert report.table(["size"], rows=report.first).header == ("at", "activation", "size")
    assert report.layer_table().rows == (("0", "4 × 3", "0.1", "0.01", "0.001"),)
    assert report.log()["layers/0/update"] == 0.001
    assert len(report.log()) == len(MEASURED) + 3
    assert "nothing stands out" in repr(report) and "| at |" in report._repr_markdown_()
    assert repr(Report()) == Report()._repr_markdown_() == "no activation was seen"
    assert report.table(name for name in ["size"]).header == ("at", "activation", "size")
    with pytest.raises(ValueError, match="columns must be among mean, .* got 'colour'"):
        report.table(["colour"])
    with pytest.raises(TypeError, match="columns must be a list of texts, got int 5"):
        report.table(5)


def test_a_report_of_the_books_network():
    data = diagnostics.spirals()
    net = MLP([2, 32, 24, 2], ReLU(), seed=1)
    net.layers[1].bias[:6] = -50
    report = diagnostics.report(net, data.X, data.y)
    column = {name: [row[name] for row in report.seen] for name in MEASURED}
    np.testing.assert_allclose(column["dead"], diagnostics.dead_units(net, data.X))
    np.testing.assert_allclose(column["silent"], diagnostics.sparsity(net, data.X))
    norms = diagnostics.gradient_norms(net, data.X, data.y)
    sizes = [layer.weights.size for layer in net.layers]
    np.testing.assert_allclose([r["gradient"] for r in report.layers], norms / np.sqrt(sizes))
    Z = net.forward(data.X).pre_activations[1]
    unit = Z / np.linalg.norm(Z, axis=1, keepdims=True)
    cosines = (unit @ unit.T)[np.triu_indices(len(Z), 1)]
    assert column["correlation"][1] == pytest.approx(cosines.mean())
    spread = np.sqrt(net.forward(data.X).activations[0].var(axis=0).mean())
    assert column["spread"][0] == pytest.approx(spread)
    with pytest.raises(TypeError, match="net must be an MLP, got str"):
        diagnostics.report("net", data.X, data.y)
    with pytest.raises(TypeError, match="without maxout layers"):
        diagnostics.report(MLP([2, 4, 2], Maxout(2)), data.X, data.y)


def test_the_picture_of_a_report_draws_what_can_be_drawn():
    data = diagnostics.spirals()
    rows = {
        str(f): diagnostics.report(MLP([2, *[16] * 5, 2], f), data.X, data.y).seen
        for f in (Tanh(), Sigmoid())
    }
    rows["Sigmoid"][0]["gradient"] = math.nan
    fig, axes = plots.panels(2, 2)
    plots.report(axes, rows)
    drawn = [line.get_ydata() for line in axes[1, 0].lines]
    assert np.isnan(drawn[1][0]) and drawn[0][0] == rows["Tanh"][0]["gradient"]
    assert [ax.get_yscale() for ax in axes.flat] == ["log", "linear", "log", "linear"]
    plots.report(plots.panels(2, 2)[1], rows["Tanh"])
    named = plots.report(plots.panels(2, 2)[1], {1: rows["Tanh"], 2: rows["Tanh"]})
    assert [text.get_text() for text in named[0, 0].texts] == ["1", "2"]
    with pytest.raises(ValueError, match="axes must be four Axes, got 1"):
        plots.report(axes[0, 0], rows)
    with pytest.raises(ValueError, match="rows_by_label must be a list of rows, got none"):
        plots.report(axes, [])
    plt.close("all")
