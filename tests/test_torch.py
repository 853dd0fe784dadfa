"""``actfun.torch``: it sees what it should, leaves nothing behind, and agrees with the book's own.

Collected only where PyTorch is installed, as tests/test_frameworks.py is.
"""

import copy
import io
import re
import subprocess
import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from conftest import ROOT
from test_frameworks import twin
from torch import nn
from torch.nn import functional as F
from torch.overrides import _get_current_function_mode_stack

from actfun import ELU, GELU, LeakyReLU, ReLU, Sigmoid, SiLU, Softplus, Tanh, diagnostics, reports
from actfun.network import MLP
from actfun.reports import MEASURED
from actfun.torch import transfer, watch

sys.path.insert(0, str(ROOT / "evidence"))

import diagnose  # noqa: E402

torch.set_num_threads(1)
X, Y = torch.randn(60, 10, generator=torch.manual_seed(0)), torch.arange(60) % 3


def small(act=nn.ReLU, depth=3):
    torch.manual_seed(1)
    sizes = [10] + [16] * depth
    pairs = [(nn.Linear(m, n), act()) for m, n in zip(sizes, sizes[1:])]
    return nn.Sequential(*(module for pair in pairs for module in pair), nn.Linear(16, 3))


def train(model, steps=3, x=X, lr=0.1):
    optimiser = torch.optim.SGD(model.parameters(), lr)
    for _ in range(steps):
        loss = F.cross_entropy(model(x).float(), Y[: len(x)])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return loss.item()


def seen(report):
    return [(row["at"], row["activation"]) for row in report.seen]


def left_behind(model):
    hooks = [
        len(hooks)
        for module in model.modules()
        for hooks in (module._forward_hooks, module._forward_pre_hooks,
                      module._forward_hooks_always_called)
    ]  # fmt: skip
    optimiser = sys.modules["torch.optim.optimizer"]
    return (
        sum(hooks)
        + len(_get_current_function_mode_stack())
        + len(optimiser._global_optimizer_pre_hooks | optimiser._global_optimizer_post_hooks)
    )


# ---------------------------------------------------------------------- against the book's network


@pytest.mark.parametrize(
    "f", [ReLU(), Sigmoid(), Tanh(), GELU(), SiLU(), LeakyReLU(0.3), ELU(0.5), Softplus(2)], ids=str
)
def test_it_agrees_with_the_books_own_diagnostics(f):
    rng = np.random.default_rng(0)
    inputs, labels = rng.standard_normal((40, 6)), np.arange(40) % 3
    net = MLP([6, 12, 9, 12, 3], f, "he", seed=2)
    net.layers[1].bias[:4] = -30 if f == ReLU() else -3  # these units are dead, or saturated
    model, x, y = twin(net), torch.from_numpy(inputs), torch.from_numpy(labels)
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    with watch(model) as report:
        F.cross_entropy(model(x), y).backward()
        optimiser.step()
    ours = diagnostics.report(net, inputs, labels)
    for theirs, own in zip(report.activations, ours.activations, strict=True):
        for name in MEASURED:
            assert theirs[name] == pytest.approx(own[name], rel=1e-5, abs=1e-7), name
    for theirs, own in zip(report.layers, ours.layers, strict=True):
        assert theirs["gradient"] == pytest.approx(own["gradient"], rel=1e-5)
        assert theirs["weight"] == pytest.approx(own["weight"], rel=1e-5)
        step = 0.1 * own["gradient"] / own["weight"]
        assert theirs["update"] == pytest.approx(step, rel=1e-4)
    dead = [row["dead"] for row in report.activations]
    np.testing.assert_allclose(dead, diagnostics.dead_units(net, inputs))
    silent = [row["silent"] for row in report.activations]
    np.testing.assert_allclose(silent, diagnostics.sparsity(net, inputs))


# ------------------------------------------------------------------------------------ what it sees


class Swish(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(x)


class Snake(nn.Module):
    def forward(self, x):
        return x + torch.sin(x) ** 2


class Gated(nn.Module):
    """A gated block, written as people do."""

    def __init__(self):
        super().__init__()
        self.up, self.down = nn.Linear(16, 32), nn.Linear(16, 16)

    def forward(self, x):
        value, gate = self.up(x).chunk(2, -1)
        return self.down(value * F.gelu(gate))


class Functional(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(10, 16), nn.Linear(16, 16), nn.Linear(8, 3)
        self.act, self.swish, self.snake, self.gated = nn.ReLU(True), Swish(), Snake(), Gated()

    def forward(self, x):
        x = self.act(self.b(self.act(self.a(x))))
        x = self.gated(self.snake(self.swish(x)))
        x = (2 * torch.tanh(x)).relu_()
        return self.c(F.glu(F.leaky_relu(x, 0.2)))


def test_modules_functions_methods_gates_and_ones_own_are_seen():
    model = Functional()
    with watch(model, activations=[Snake]) as report:
        train(model)
    assert seen(report) == [
        ("act", "ReLU"), ("act, call 2", "ReLU"), ("swish", "Swish"), ("snake", "Snake"),
        ("after gated.up", "GELU"), ("after gated.down", "Tanh"),
        ("after gated.down, call 2", "ReLU"), ("after gated.down, call 3", "Leaky ReLU (γ = 0.2)"),
        ("after gated.down, call 4", "gate of GLU"),
    ]  # fmt: skip


def test_every_activation_of_pytorch_is_seen():
    names = ["CELU", "ELU", "GELU", "Hardshrink", "Hardsigmoid", "Hardswish", "Hardtanh",
             "LeakyReLU", "LogSigmoid", "Mish", "PReLU", "ReLU", "ReLU6", "SELU", "Sigmoid", "SiLU",
             "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink"]  # fmt: skip
    model = nn.Sequential(*(getattr(nn, name)() for name in names), nn.Threshold(0.1, 0.0))
    with watch(model) as report:
        model(X)
    assert len(report.seen) == len(names) + 1
    assert all(np.isfinite(row["size"]) for row in report.seen)


def test_units_are_channels_in_convolutions_and_the_last_axis_elsewhere():
    model = nn.Sequential(nn.Conv1d(2, 4, 3), nn.ReLU(), nn.Linear(8, 5), nn.ReLU())
    with torch.no_grad():
        model[0].bias[:3] = -100
        model[2].bias[:] = torch.tensor([-100.0, 100, 100, 100, 100])
    with watch(model) as report:
        model(torch.randn(6, 2, 10))
    assert [row["dead"] for row in report.seen] == pytest.approx([3 / 4, 1 / 5])


def test_a_part_of_the_samples_stands_for_many():
    model = nn.Sequential(nn.Conv2d(3, 16, 3), nn.ReLU())
    x = torch.randn(64, 3, 40, 40)
    with watch(model) as report:
        model(x)
    all_of_it = (model(x) == 0).float().mean().item()
    assert report.seen[0]["silent"] == pytest.approx(all_of_it, abs=0.02)


def test_training_and_evaluation_are_told_apart_and_each_looked_at():
    model = nn.Sequential(nn.Linear(10, 16), nn.Dropout(0.9), nn.ReLU(), nn.Linear(16, 3))
    with watch(model, every=10, window=3) as report:
        train(model, 12)
        model.eval()(X)
    assert report.passes == 3 and report.updates == 4  # of passes 0, 1, 2 and 10
    assert report.activations[0]["silent"] > 0.8 > report.evaluation[0]["silent"]
    assert any("eval() is another network" in finding for finding in report.findings())


def test_two_modules_that_are_called_in_turn_are_both_looked_at():
    model = nn.ModuleDict({"a": small(), "b": small()})
    with watch(model, every=2, window=1) as report:
        for _ in range(4):
            model["a"](X), model["b"](X)
    assert {row["at"].split(".")[0] for row in report.seen} == {"a", "b"}
    assert report.passes == 2  # the window of each


def test_a_unit_is_dead_if_no_batch_of_the_window_wakes_it():
    model = nn.Sequential(nn.Linear(1, 2), nn.ReLU())
    with torch.no_grad():
        model[0].weight[:] = torch.tensor([[1.0], [-1.0]])
        model[0].bias[:] = 0
    for window, dead in ((2, 0), (1, 0.5)):
        with watch(model, every=1, window=window) as report:
            model(torch.ones(4, 1)), model(-torch.ones(4, 1))
        assert report.seen[0]["dead"] == dead


def test_weights_that_stay_behind_are_named():
    model = small()
    model[2].requires_grad_(False)
    optimiser = torch.optim.Adam(model[4:].parameters())
    with watch(model) as report:
        F.cross_entropy(model(X), Y).backward()
        optimiser.step()
    assert [row["layer"] for row in report.layers] == ["0", "4", "6"]  # 2 is frozen on purpose
    assert "no optimiser has 0" in report.findings()
    with watch(model) as report:
        F.cross_entropy(model[4:](model[:4](X).detach()), Y)
        optimiser.zero_grad()
        optimiser.step()
    assert any(f.startswith("no gradient arrives at 4, 6") for f in report.findings())


def test_it_reads_well_and_can_be_logged():
    model = small()
    with watch(model) as report:
        assert "no module of the model was called" in repr(report)
        train(model)
        assert "ReLU" in repr(report) and "0 × " not in repr(report)
    log = report.log()
    assert log["activations/1/mean"] == report.activations[0]["mean"]
    assert all(isinstance(value, float) for value in log.values())
    assert report.table(["spread"]).header == ("at", "activation", "spread")
    assert "| layer |" in report._repr_markdown_() and "findings" in dir(report)
    kept = report.now()
    assert kept.as_dict()["layers"][0]["layer"] == "0" and repr(kept) == repr(report)
    with pytest.raises(ValueError, match="columns must be among mean, .* got 'colour'"):
        report.table(["colour"])
    lstm = nn.LSTM(10, 4)
    with watch(lstm) as report:
        lstm(X)
    assert "are they fused (nn.LSTM" in repr(report)
    with watch(model) as report:
        train(model)
    figure = report.plot()
    assert [ax.get_title() for ax in figure.axes] == ["spread", "correlation", "gradient", "dead"]
    plt.close(figure)


# ------------------------------------------------------------------------ what it leaves, and where


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_behind_after_an_exception_in_the_model(error):
    class Fails(nn.Module):
        def forward(self, x):
            raise error

    model = nn.Sequential(small(), Fails())
    with pytest.raises(error), watch(model) as report:
        model(X)
    assert left_behind(model) == 0
    assert len(report.seen) == 3


def test_a_pass_that_failed_does_not_spoil_the_next():
    model = small()
    with watch(model, every=1) as report:
        with pytest.raises(RuntimeError):
            model(X[:, :3])
        assert not _get_current_function_mode_stack()
        train(model)
    assert report.passes == 4 and left_behind(model) == 0


def test_a_pass_that_was_interrupted_ends_when_the_next_begins():
    class Impatient(nn.Module):
        patience = 0

        def forward(self, x):
            self.patience += 1
            if self.patience == 1:
                raise KeyboardInterrupt
            return x

    model = nn.Sequential(small(), Impatient())
    with watch(model) as report:
        for _ in range(3):
            try:
                model(X)
            except KeyboardInterrupt:
                pass
        assert not _get_current_function_mode_stack()
    assert report.passes == 3 and left_behind(model) == 0


def test_copies_and_saved_models_are_not_watched():
    model = small()
    with watch(model) as report:
        twin, file = copy.deepcopy(model), io.BytesIO()
        torch.save(model, file)
        twin(X)
        assert report.passes == 0
        train(model)
    file.seek(0)
    assert torch.equal(torch.load(file, weights_only=False)(X), twin(X))
    assert report.passes == 3


def test_training_is_the_same_with_it():
    torch.manual_seed(0)
    plain, watched = (nn.Sequential(small(nn.SiLU), nn.Dropout(0.5)) for _ in range(2))
    torch.manual_seed(0)
    train(plain, 5)
    torch.manual_seed(0)
    with watch(watched, every=1):
        train(watched, 5)
    for one, other in zip(plain.parameters(), watched.parameters(), strict=True):
        assert torch.equal(one, other)


def test_autocast_inference_and_checkpoints():
    from torch.utils.checkpoint import checkpoint

    class Checkpointed(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = small()

        def forward(self, x):
            return torch.tanh(checkpoint(self.inner, x, use_reentrant=False))

    model = small(nn.GELU)
    with watch(model, every=1) as report:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            train(model)
        model.eval()
        with torch.inference_mode():
            model(X)
    assert len(report.activations) == len(report.evaluation) == 3
    assert all(row["gradient"] > 0 for row in report.activations)
    model = Checkpointed()
    with watch(model, every=1) as report:
        train(model)
    assert report.passes == 3 and len(report.seen) == 4
    assert all(row["gradient"] > 0 for row in report.activations)


def test_of_a_scaled_loss_the_layers_get_the_true_gradient():
    model, scaler = small(), torch.amp.GradScaler("cpu", init_scale=1024)
    optimiser = torch.optim.SGD(model.parameters(), 0.1)
    plain = small()
    with watch(plain) as expected:
        train(plain, 1)
    with watch(model) as report:
        scaler.scale(F.cross_entropy(model(X), Y)).backward()
        scaler.unscale_(optimiser)
        scaler.step(optimiser)
    for row, true in zip(report.layers, expected.layers, strict=True):
        assert row["gradient"] == pytest.approx(true["gradient"], rel=1e-4)
    for row, true in zip(report.activations, expected.activations, strict=True):
        assert row["gradient"] == pytest.approx(1024 * true["gradient"], rel=1e-4)


def test_what_cannot_be_looked_at_is_said_and_does_not_end_the_training():
    class Picky(nn.Module):
        def forward(self, x):
            if len(x) != 60:
                raise RuntimeError("60 samples, please")
            return torch.relu(x)

    model = nn.Sequential(nn.Linear(10, 3000), Picky(), nn.Linear(3000, 3))
    with watch(model, activations=[Picky]) as report:
        train(model)
    (note,) = report.notes
    assert note == "Picky at 1 could not be looked at: 60 samples, please"
    assert "could not be looked at" in repr(report)


def test_layers_with_a_fast_path_of_their_own_take_the_other_one():
    model = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), 2)
    x = torch.randn(4, 5, 16)
    with watch(model) as report:
        with torch.no_grad():
            model.eval()(x)
    assert seen(report) == [(f"after layers.{k}.linear1", "ReLU") for k in range(2)]


def test_transforms_of_functions_are_let_through():
    model = small()
    with watch(model) as report:
        torch.func.vmap(lambda x: model(x[None]))(X)
        gradient = torch.func.grad(lambda p: torch.func.functional_call(model, p, (X,)).sum())(
            dict(model.named_parameters())
        )
    assert len(gradient) == 8 and not report.seen


def test_what_it_cannot_see_into_is_refused():
    with pytest.raises(TypeError, match="a compiled model cannot be watched"):
        watch(torch.compile(small(), backend="eager")).__enter__()
    with pytest.raises(TypeError, match="a compiled model cannot be watched"):
        model = small()
        model.compile(backend="eager")
        watch(model).__enter__()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scripting is deprecated
        scripted = torch.jit.script(nn.ReLU())
    with pytest.raises(TypeError, match="a scripted model cannot be watched"):
        watch(nn.Sequential(scripted)).__enter__()
    parallel = nn.DataParallel(small())
    with watch(parallel) as report:
        parallel(X)
    assert seen(report)[0] == ("module.1", "ReLU")
    parallel.device_ids = [0, 1]
    with pytest.raises(TypeError, match="DataParallel on several devices"):
        watch(parallel).__enter__()
    for arguments, problem in (((3,), TypeError), ((small(), 0), ValueError)):
        with pytest.raises(problem):
            watch(*arguments).__enter__()


def python(code):
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT / "lib")


def test_plain_imports_load_no_torch():
    python("import sys, actfun, actfun.reports, actfun.diagnostics\n"
           "assert 'torch' not in sys.modules")  # fmt: skip


def test_it_needs_neither_matplotlib_nor_scikit_learn():
    python("import sys\nfor name in ('matplotlib', 'sklearn', 'ipywidgets', 'tqdm', 'mpmath'):\n"
           "    sys.modules[name] = None\nimport torch\nfrom actfun.torch import transfer, watch\n"
           "from torch import nn\nm = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))\n"
           "x = torch.randn(5, 2)\ntransfer(m, x)\nwith watch(m) as report:\n    m(x)\n"
           "assert 'Tanh' in repr(report)")  # fmt: skip


# ---------------------------------------------------------------------------- the page's examples


@pytest.fixture(scope="module")
def examples():
    return diagnose.examples()


def kinds(report):
    return [re.sub(r"[\d%]", "", finding).strip()[:20] for finding in report.findings()]


@pytest.mark.parametrize("name", ["flat", "stalls", "nan", "eval", "deep", "alike"])
def test_the_pages_code_still_reports_what_is_stored(name, examples):
    """Other processors have other last bits, and 500 updates make more of them."""
    for now, stored in zip(examples[name], reports.runs(name), strict=True):
        report = reports.Report(**now["report"])
        assert kinds(report) == kinds(stored.report)
        assert now["accuracy"] == pytest.approx(stored.accuracy, abs=0.1)
        for row, kept in zip(report.first, stored.report.first, strict=True):
            assert row["at"] == kept["at"]
            for quantity in MEASURED:
                assert row[quantity] == pytest.approx(kept[quantity], rel=0.02, abs=1e-3)


# --------------------------------------------------------------------------------------- transfer


@pytest.mark.parametrize("act", [nn.Tanh, nn.ReLU, nn.GELU, nn.Sigmoid, nn.SELU, nn.Softplus])
def test_transfer_keeps_signals_and_gradients_alive(act):
    torch.manual_seed(0)
    sizes = [10] + [128] * 20
    pairs = [(nn.Linear(m, n), act()) for m, n in zip(sizes, sizes[1:])]
    model = nn.Sequential(*(module for pair in pairs for module in pair), nn.Linear(128, 3))
    x = 5 * torch.randn(60, 10)
    table = transfer(model, x, generator=torch.Generator().manual_seed(0))
    assert len(table.rows) == 21 and model.training
    with watch(model) as report:
        out = model(x)
        F.cross_entropy(out, Y).backward()
    first, last = report.seen[0], report.seen[-1]
    assert 0.1 < last["size"] / first["size"] < 10
    assert 0.05 < first["gradient"] / last["gradient"] < 20
    assert 0.2 < out.square().mean() < 5


def test_transfer_goes_by_the_pass_and_leaves_the_rest():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Embedding(7, 12), nn.Linear(12, 300), nn.LayerNorm(300), nn.Linear(300, 400, bias=False),
        Swish(), nn.Linear(400, 500), nn.Dropout(0.5),
    )  # fmt: skip
    before, normalised = model[0].weight.clone(), model[1].weight.clone()
    table = transfer(model, torch.arange(7)[None])
    assert [row[1] for row in table.rows] == ["normalised: as it was", "Identity", "Swish"]
    assert torch.equal(model[0].weight, before) and torch.equal(model[1].weight, normalised)
    assert model[3].weight.std().item() == pytest.approx(1 / 300**0.5, rel=0.02)
    assert model[6].training


def test_transfer_refuses_skip_connections_and_changes_nothing_then():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = nn.Linear(10, 10)

        def forward(self, x):
            return x + torch.relu(self.inner(x))

    model = nn.Sequential(Block(), nn.Linear(10, 3))
    before = model[1].weight.clone()
    with pytest.raises(ValueError, match="skip connections"):
        transfer(model, X)
    assert torch.equal(model[1].weight, before)
    with pytest.raises(ValueError, match="linear layers or convolutions, found none"):
        transfer(nn.ReLU(), X)
    with pytest.raises(TypeError, match="model must be an nn.Module"):
        transfer("model", X)


@pytest.mark.parametrize(("network", "gain"), [("30 layers, tanh", 0.3), ("2 layers, ReLU", 0)])
def test_better_first_weights_help_in_a_deep_plain_network_only(network, gain):
    usual, better = (diagnose.accuracy(network, start, 0, epochs=3) for start in diagnose.STARTS)
    assert (better > usual + gain) if gain else better == pytest.approx(usual, abs=0.03)
