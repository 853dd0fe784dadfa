"""The protocol of the evidence, and the stacks that measure it.

Collected only where PyTorch and MNIST-1D are installed (see conftest.py), as in .ci/pythons.
"""

import sys

import numpy as np
import pytest
import torch
from conftest import ROOT

import actfun
from actfun import evidence

sys.path.insert(0, str(ROOT / "evidence"))
import functions  # noqa: E402
import measure  # noqa: E402
import networks  # noqa: E402
import protocol  # noqa: E402
import tasks  # noqa: E402
import train  # noqa: E402

SETTINGS = {setting.key: setting for setting in protocol.SETTINGS}
SMALL = SETTINGS["digits-plain8-sgd-he"]
CATALOGUE = {f.name: f for f in actfun.ALL}


@pytest.fixture(autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_every_hidden_activation_of_the_catalogue_takes_part():
    """The identity does as "no activation", the step has no slope, and one GELU is enough."""
    missing = set(CATALOGUE) - set(functions.CONTENDERS)
    assert missing == {"Identity", "Step", "GELU (tanh)"}


@pytest.mark.parametrize("name", sorted(set(CATALOGUE) & set(functions.CONTENDERS)))
def test_a_contender_is_the_function_of_the_catalogue(name):
    contender, x = functions.CONTENDERS[name], np.linspace(-8, 8, 65)
    z = torch.tensor(x)
    extra = () if contender.learned is None else (torch.tensor(contender.learned),)
    got = contender.f(z, *extra).numpy()
    np.testing.assert_allclose(got, CATALOGUE[name](x), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("setting", protocol.SETTINGS, ids=lambda s: s.key)
def test_models_of_a_stack_do_not_see_one_another(setting):
    """Trained beside others, each with its own rate, a model is what it is when trained alone."""
    contender = functions.CONTENDERS["PReLU"]
    seeds, rates = [3, 4, 3], [0.01, 0.02, 0.03] if setting.optimiser == "sgd" else [1e-3] * 3
    together = train.train(setting, contender, seeds, rates, (6,), test=True)
    alone = train.train(setting, contender, seeds[1:2], rates[1:2], (6,), test=True)
    assert alone.train_loss[6][0] == pytest.approx(together.train_loss[6][1], rel=1e-3)
    assert together.train_loss[6][0] != together.train_loss[6][1]


@pytest.mark.parametrize("setting", [s for s in protocol.SETTINGS if s.gated], ids=lambda s: s.key)
@pytest.mark.parametrize("gated", ["SwiGLU", "GLU"])
def test_gated_blocks_have_as_many_parameters(setting, gated):
    data = tasks.task(setting.task)

    def count(name):
        network = networks.NETWORKS[setting.network](
            data.inputs, data.outputs, setting.depth, functions.CONTENDERS[name]
        )
        return sum(w.fan_in * w.fan_out + w.fan_out * w.bias for w in network.weights)

    assert count(gated) == pytest.approx(count("ReLU"), rel=0.03)


def test_the_first_weights_have_the_size_that_their_rule_says():
    generator = torch.Generator().manual_seed(0)
    for start, size in (("he", 2 / 200), ("lecun", 1 / 200), ("xavier", 2 / 500),
                        ("default", 1 / 600)):  # fmt: skip
        W, b = networks.draw(networks.Weight(200, 300), start, generator)
        assert W.var().item() == pytest.approx(size, rel=0.03), start
        assert bool(b.any()) == (start == "default")
    U, _ = networks.draw(networks.Weight(40, 40), "orthogonal", generator)
    torch.testing.assert_close(U @ U.T, torch.eye(40), atol=1e-5, rtol=0)


def test_no_sample_is_in_two_parts():
    for name in ("mnist1d", "digits"):
        data = tasks.task(name)
        rows = [{tuple(x.tolist()) for x in part[0]} for part in (data.train, data.test)]
        assert not rows[0] & rows[1]
        assert abs(data.train[0].mean()) < 0.01


def test_the_rate_is_the_smallest_inside_the_grid_that_is_as_good():
    curve = {-5: 60.0, -4: 58.0, -3: 59.5, -2: 60.2, -1: 10.0}
    assert measure.chosen(curve, 1, 1.0) == -3
    assert measure.chosen({k: -v for k, v in curve.items()}, -1, 1.0) == -3
    assert measure.chosen(curve, 1, 0.0) == -2


def test_a_stored_cell_can_be_measured_again():
    """One that is drawn anew in every run, at the stored rate and with the shortest budget.

    Another processor rounds otherwise, and training amplifies it: then these are ten other seeds.
    """
    rng = np.random.default_rng()
    setting = rng.choice([s for s in protocol.SETTINGS if s.key in evidence.settings()])
    cell = evidence.cell(setting.key, setting.budgets[0])
    name = rng.choice(list(cell.scores))
    rates = [cell.rates[name]] * len(protocol.SEEDS)
    found = train.train(setting, functions.CONTENDERS[name], list(protocol.SEEDS), rates,
                        (cell.updates,), test=True)  # fmt: skip
    again, stored = found.test[cell.updates], cell.scores[name]
    error = np.sqrt((again.var(ddof=1) + stored.var(ddof=1)) / len(stored))
    assert abs(again.mean() - stored.mean()) <= 4 * error + 0.05, (setting.key, name)


def test_what_an_interruption_cut_off_is_left_out(tmp_path):
    path, rows = tmp_path / "runs.csv", measure.read(measure.STORE / "runs.csv")
    measure.write(path, rows[:3])
    whole = path.read_text(encoding="utf-8")
    assert measure.read(path) == rows[:3]
    path.write_text(whole[:-30], encoding="utf-8")
    assert measure.read(path) == rows[:2]
    path.write_text("setting,score\n", encoding="utf-8")
    with pytest.raises(ValueError, match="runs.csv must have the columns setting, activation"):
        measure.read(path)


def wavy(z):
    return torch.sin(z) + z / 2


class Broken(torch.nn.Module):
    def forward(self, z):
        return torch.sqrt(z)


def flat(z):
    return torch.sign(z)


def shorter(z):
    return z[..., :2]


def test_ones_own_function_is_tried_before_it_runs():
    contender = functions.own("test_measuring:wavy")
    assert contender.name == "test_measuring:wavy"
    for name, words in {
        "Broken": "must be finite", "flat": "must have a finite slope", "shorter": "keep the shape",
        "nothing": "must be importable",
    }.items():  # fmt: skip
        with pytest.raises(ValueError, match=words):
            functions.own(f"test_measuring:{name}")
    with pytest.raises(ValueError, match="module:name"):
        functions.own("wavy")


def test_a_setting_that_is_not_there_is_named():
    with pytest.raises(ValueError, match="--only must be one of mnist1d-plain8-sgd-he.*got 'x'"):
        measure.jobs("x")
    with pytest.raises(ValueError, match="task must be one of mnist1d, digits"):
        tasks.task("mnist")
