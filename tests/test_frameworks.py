"""PyTorch agrees with the library, and the book's snippets print what they say.

Collected only where PyTorch is installed (see conftest.py); with ACTFUN_NEEDS_TORCH set, as in
.ci/run, its absence is an error. Snippets for JAX and Keras run where those are installed.
"""

import csv
import os
import re
import sys
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from conftest import NOTEBOOKS, ROOT, read_notebook
from torch import nn

from actfun import (
    ALL,
    ELU,
    GELU,
    HardTanh,
    LeakyReLU,
    PReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Sine,
    Softplus,
    Tanh,
    log_softmax,
    network,
    softmax,
    softmax_jacobian,
)
from actfun.network import MLP

sys.path.insert(0, str(ROOT / "benchmarks"))

import accuracy_of_pytorch  # noqa: E402
from in_pytorch import in_pytorch, slope_in_pytorch  # noqa: E402

torch.set_num_threads(1)
os.environ.setdefault("KERAS_BACKEND", "torch")
OTHERS = (HardTanh(-2, 0.5), LeakyReLU(0.3), PReLU(-0.5), Softplus(3.0), ELU(0.4), SiLU(2.0),
          Sine(3.0))  # fmt: skip
X = np.unique(np.concatenate([np.linspace(-15, 15, 1201), [-3.0, -1.0, 0.0, 1.0, 3.0]]))

every_function = pytest.mark.parametrize("f", ALL + OTHERS, ids=str)
precisions = pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-7), (np.float32, 2e-5)], ids=["float64", "float32"]
)


@precisions
@every_function
def test_values_agree(f, dtype, tolerance):
    x = X.astype(dtype)
    theirs = in_pytorch(f)(torch.from_numpy(x)).numpy()
    assert theirs.dtype == f(x).dtype
    np.testing.assert_allclose(f(x), theirs, rtol=tolerance, atol=tolerance)


@precisions
@pytest.mark.parametrize("f", [f for f in ALL + OTHERS if f.key != "step"], ids=str)
def test_slopes_are_those_of_autograd_at_kinks_too(f, dtype, tolerance):
    x = X.astype(dtype)
    theirs = slope_in_pytorch(f)(x)
    np.testing.assert_allclose(f.derivative(x), theirs, rtol=tolerance, atol=tolerance)


def test_the_slope_of_a_learned_slope():
    a, x = torch.tensor([0.25], dtype=torch.float64, requires_grad=True), torch.from_numpy(X)
    nn.functional.prelu(x, a).sum().backward()
    np.testing.assert_allclose(a.grad.item(), PReLU().weight_gradient(X).sum())


def stored_accuracy():
    with accuracy_of_pytorch.PATH.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "row", stored_accuracy(), ids=lambda row: "-".join(list(row.values())[:3])
)
def test_the_page_on_accuracy_says_what_pytorch_reaches(row):
    """Another processor has other last bits. If it is another version: measure again."""
    assert torch.__version__.startswith(row["torch"])
    (f,) = [f for f in ALL if str(f) == row["function"]]
    dtype, derivative = np.dtype(row["dtype"]).type, row["derivative"] == "1"
    measured, stored = accuracy_of_pytorch.worst(f, dtype, derivative)[0], float(row["ulp"])
    assert stored / 2 - 1 <= measured <= 2 * stored + 1


@pytest.mark.parametrize("f", ALL, ids=str)
def test_infinities_and_nan_are_kept_no_worse_than_by_pytorch(f):
    x = np.array([-np.inf, np.inf, np.nan])
    theirs = in_pytorch(f)(torch.from_numpy(x)).numpy()
    known = ~np.isnan(theirs)  # x times a gate of 0: nan there, the limit here
    assert np.array_equal(f(x)[known], theirs[known]) or f.key == "step"
    assert np.isnan(f(x)).tolist() == [*np.isnan(f.limits), True]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_softmax_and_its_jacobian(axis):
    z = np.random.default_rng(0).normal(0, 3, (3, 4, 5))
    t = torch.from_numpy(z)
    np.testing.assert_allclose(softmax(z, axis), torch.softmax(t, axis).numpy(), rtol=1e-12)
    np.testing.assert_allclose(log_softmax(z, axis), torch.log_softmax(t, axis), rtol=1e-12)
    theirs = torch.autograd.functional.jacobian(lambda v: torch.softmax(v, 0), t[0, 0])
    np.testing.assert_allclose(softmax_jacobian(z[0, 0]), theirs.numpy(), rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (network.xavier, nn.init.xavier_normal_),
        (network.he, lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")),
        (network.lecun, lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear")),
        (network.framework_default, lambda w: None),
    ],
    ids=lambda v: getattr(v, "name", ""),
)
def test_initialisers_have_the_same_variance(ours, theirs):
    torch.manual_seed(0)
    layer = nn.Linear(400, 900)
    theirs(layer.weight)
    weights = ours(np.random.default_rng(0), 400, 900)
    assert weights.var() == pytest.approx(layer.weight.var().item(), rel=0.01)
    if ours is network.framework_default:
        bound = layer.weight.abs().max().item()
        assert np.abs(weights).max() == pytest.approx(bound, rel=1e-3)
        assert np.abs(ours.bias(np.random.default_rng(1), 400, 900)).max() == pytest.approx(
            layer.bias.abs().max().item(), rel=0.01
        )


class Apply(nn.Module):
    def __init__(self, f):
        super().__init__()
        self.f = in_pytorch(f)

    def forward(self, t):
        return self.f(t)


def twin(net):
    """The same network in PyTorch, in float64, with the same weights."""
    modules = []
    for layer in net.layers:
        linear = nn.Linear(*layer.weights.shape, dtype=torch.float64)
        linear.weight.data = torch.from_numpy(layer.weights.T.astype(np.float64).copy())
        linear.bias.data = torch.from_numpy(layer.bias.astype(np.float64))
        learned = isinstance(layer.activation, PReLU)
        activation = nn.PReLU(dtype=torch.float64) if learned else Apply(layer.activation)
        modules += [linear, activation]
    return nn.Sequential(*modules)


LOSSES = {
    "cross_entropy": (3, lambda z, y: nn.functional.cross_entropy(z, y)),
    "logistic": (
        1,
        lambda z, y: nn.functional.binary_cross_entropy_with_logits(z[:, 0], y.double()),
    ),
    "squared": (1, lambda z, y: nn.functional.mse_loss(z[:, 0], y.double())),
}


OPTIMISERS = {
    "sgd": lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
    "adam": lambda parameters: torch.optim.Adam(parameters, lr=0.1),
}


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("f", [Sigmoid(), Tanh(), ReLU(), PReLU(), GELU()], ids=str)
def test_training_steps_move_the_weights_alike(f, loss, optimiser):
    outputs, their_loss = LOSSES[loss]
    rng = np.random.default_rng(0)
    inputs, labels = rng.standard_normal((20, 4)), np.arange(20) % max(outputs, 2)
    net = MLP([4, 6, 5, outputs], f, "xavier", loss=loss, seed=3)
    theirs = twin(net)
    descent = OPTIMISERS[optimiser](theirs.parameters())
    history = net.fit(inputs, labels, 3, 0.1, batch_size=None, optimiser=optimiser)
    for step in range(3):
        descent.zero_grad()
        value = their_loss(theirs(torch.from_numpy(inputs)), torch.from_numpy(labels))
        assert value.item() == pytest.approx(history.loss[step], rel=1e-6)
        value.backward()
        descent.step()
    linears = [module for module in theirs if isinstance(module, nn.Linear)]
    for layer, linear in zip(net.layers, linears, strict=True):
        np.testing.assert_allclose(layer.weights, linear.weight.detach().numpy().T, atol=1e-6)
        np.testing.assert_allclose(layer.bias, linear.bias.detach().numpy(), atol=1e-6)
    slopes = [module.weight.item() for module in theirs if isinstance(module, nn.PReLU)]
    ours = [layer.activation.weight for layer in net.layers if isinstance(layer.activation, PReLU)]
    np.testing.assert_allclose(ours, slopes, atol=1e-6)


# ---------------------------------------------------------------------------- the book's snippets

MODULES = {"PyTorch": "torch", "JAX": "jax", "Keras": "keras"}
TAB = re.compile(r"^:::\{tab-item\} (\w+)\n(.*?)^:::$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
VALUE = re.compile(r"(?<![\w.])(?:-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|-?inf|nan|True|False)(?![\w.])")
# A comment behind a print states what it prints if it is made of values, up to a colon or a
# semicolon.
STATED = re.compile(rf"print\(.*\)  # (?P<value>(?:{VALUE.pattern}|[\[\](), ])+)(?:[:;] .*)?$")


def snippets():
    """(page, framework, code) for every framework tab of the book."""
    for path in NOTEBOOKS:
        for cell in read_notebook(path).cells:
            for tab in TAB.finditer(cell.source) if cell.cell_type == "markdown" else ():
                if tab[1] in MODULES:
                    for code in CODE.finditer(tab[2]):
                        yield path.stem, tab[1], code[1]


def run(code):
    """Run a snippet; returns what it printed, {line number: text}."""
    printed = {}

    def print_(*values):
        printed[sys._getframe(1).f_lineno] = " ".join(map(str, values))

    exec(compile(code, "<snippet>", "exec"), {"print": print_, "__name__": "__main__"})
    return printed


def stated(code):
    """What the comments say that it prints, {line number: text}."""
    lines = enumerate(code.splitlines(), start=1)
    return {n: match["value"] for n, line in lines if (match := STATED.search(line))}


def agrees(printed, value):
    """Whether the same values are printed, to as many decimals as are stated."""
    pairs = VALUE.findall(printed), VALUE.findall(value)
    return len(pairs[0]) == len(pairs[1]) and all(
        came == said
        or abs(float(came) - float(said)) <= 0.501 * 10.0 ** -len(said.partition(".")[2])
        for came, said in zip(*pairs, strict=True)
    )


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("page", "framework", "code"),
    [snippet for snippet in snippets() if find_spec(MODULES[snippet[1]])],
    ids=lambda v: v if len(v) < 20 else "",
)
def test_a_snippet_prints_what_it_says(page, framework, code):
    printed = run(code)
    for line, value in stated(code).items():
        assert agrees(printed[line], value), (
            f"{code.splitlines()[line - 1]}\nprints {printed[line]}"
        )


def test_every_tab_has_a_snippet_and_some_state_results():
    found = list(snippets())
    assert {framework for _, framework, _ in found} == set(MODULES)
    assert sum(len(stated(code)) for _, framework, code in found if framework == "PyTorch") > 10


def test_a_wrong_comment_is_noticed():
    code = (
        "print(1 + 1)  # 3: words\nprint(2.0)  # see above\nfor i in [1]:\n    print(i)  # 1\n"
        "print([2 / 3])  # [0.67]; rounded\nprint(5)  # -1 is the default\n"
    )
    assert stated(code) == {1: "3", 4: "1", 5: "[0.67]"}
    printed = run(code)
    assert printed == {1: "2", 2: "2.0", 4: "1", 5: "[0.6666666666666666]", 6: "5"}
    verdicts = {line: agrees(printed[line], value) for line, value in stated(code).items()}
    assert verdicts == {1: False, 4: True, 5: True}
    assert agrees("tensor([0.7311]) True", "0.731, True")
    assert not agrees("0.7311", "0.732") and not agrees("1.0 2.0", "1.0")
