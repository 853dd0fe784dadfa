"""Run the PyTorch of the page on diagnosing, and keep what it reports.

    python evidence/diagnose.py                          the six examples, and transfer
    python evidence/diagnose.py overhead models minute   these; an idle machine, torchvision and
                                                         transformers are needed

The examples are the page's own code: its blocks run in their order, in one namespace, and whatever
watches anew is kept under the label of its section. The page reads the file, so it needs no
PyTorch; tests/test_torch.py runs the blocks again.
"""

import json
import math
import re
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from actfun.notation import minus, significant
from actfun.reports import STORED
from actfun.tables import Table
from actfun.torch import transfer, watch

PAGE = Path(__file__).resolve().parent.parent / "chapters" / "diagnose.ipynb"
BLOCK = re.compile(r"^\(diagnose-(\w+)\)=$|^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks():
    """(section, code) of every block of Python in the page's text."""
    section = ""
    for cell in json.loads(PAGE.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            for match in BLOCK.finditer("".join(cell["source"])):
                if match[1]:
                    section = match[1]
                else:
                    yield section, match[2]


def rounded(value):
    """Numbers with four digits, in lists and dicts too."""
    if isinstance(value, dict):
        return {key: rounded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(entry) for entry in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def examples():
    """What the page's code says, {section: [run, run …]}."""
    namespace, found, known = {"__name__": "page"}, {}, None
    for section, code in blocks():
        exec(compile(code, section, "exec"), namespace)
        report = namespace.get("report")
        if report is not None and report is not known:
            known, losses = report, namespace["losses"]
            model, X, y = (namespace[name] for name in ("model", "X_test", "y_test"))
            found.setdefault(section, []).append({
                "report": report.now().as_dict(),
                "losses": [statistics.fmean(losses[k:k + 20]) for k in range(0, len(losses), 20)],
                "accuracy": (model.eval()(X).argmax(1) == y).float().mean().item(),
            })  # fmt: skip
    return {section: found[section] for section in found if len(found[section]) == 2}


# ---------------------------------------------------------------------------------------- transfer

STARTS = {
    "PyTorch's": lambda model, X: None,
    "transfer": lambda model, X: transfer(model, X),
}
NETWORKS = {
    "30 layers, tanh": (30, nn.Tanh, None),
    "30 layers, ReLU": (30, nn.ReLU, None),
    "30 layers, GELU": (30, nn.GELU, None),
    "30 layers, logistic": (30, nn.Sigmoid, None),
    "2 layers, ReLU": (2, nn.ReLU, None),
    "8 layers, ReLU, batch norm": (8, nn.ReLU, nn.BatchNorm1d),
    "30 layers, ReLU, batch norm": (30, nn.ReLU, nn.BatchNorm1d),
}


def plain(depth, act, norm, inputs=64, width=64, outputs=10):
    sizes, layers = [inputs] + [width] * depth, []
    for m, n in zip(sizes, sizes[1:]):
        layers += [nn.Linear(m, n), *([norm(n)] if norm else []), act()]
    return nn.Sequential(*layers, nn.Linear(width, outputs))


def accuracy(network, start, seed, epochs=5):
    """Of a plain network on the digits, trained by Adam."""
    from actfun.diagnostics import digits

    X, y, X_test, y_test = map(torch.tensor, digits())
    X, X_test = X.float(), X_test.float()
    torch.manual_seed(seed)
    model = plain(*NETWORKS[network])
    STARTS[start](model, X)
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(X)).split(32):
            loss = F.cross_entropy(model(X[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return (model.eval()(X_test).argmax(1) == y_test).float().mean().item()


def starts(seeds=5):
    """Accuracies of both starts, side by side."""
    rows = []
    for network in NETWORKS:
        runs = [[100 * accuracy(network, start, k) for k in range(seeds)] for start in STARTS]
        rows.append((network, *(f"{statistics.fmean(s):.0f} % ({min(s):.0f} to {max(s):.0f})"
                                for s in runs)))  # fmt: skip
    return Table(("network", *(f"weights of {s}" for s in STARTS)), rows)


# ----------------------------------------------------------------------------- overhead and models


def trained(model, x, y, lr=1e-3):
    optimiser = torch.optim.Adam(model.parameters(), lr)

    def step():
        out = model(x)
        out = getattr(out, "logits", out)
        if out.dim() == 3:
            out = out[:, -1]
        loss = F.cross_entropy(out, y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def seconds(step, steps):
    """Of the processor, for each step: the least of them is that of an idle machine."""
    times = []
    for _ in range(steps):
        begun = time.process_time()
        step()
        times.append(time.process_time() - begun)
    return times


def cost(model, x, y, rounds, steps):
    """What a pass that is looked at and one that is not add to a step, as shares of it."""
    step, plain, looked, other = trained(model, x, y), [], [], []
    seconds(step, 3)
    for _ in range(rounds):
        plain += seconds(step, steps)
        with watch(model, every=1):
            looked += seconds(step, steps)
        with watch(model, every=10**9, window=1):
            other += seconds(step, steps + 1)[1:]
        plain += seconds(step, steps)
    usual, looked, other = map(min, (plain, looked, other))
    return looked / usual - 1, other / usual - 1


def language_model(name):
    import transformers

    sizes = dict(vocab_size=1000, num_hidden_layers=6, hidden_size=256, num_attention_heads=4)
    if name == "GPT-2":
        config = transformers.GPT2Config(vocab_size=1000, n_layer=6, n_embd=256, n_head=4)
        return transformers.GPT2LMHeadModel(config)
    if name == "Llama":
        config = transformers.LlamaConfig(intermediate_size=688, num_key_value_heads=4, **sizes)
        return transformers.LlamaForCausalLM(config)
    config = transformers.BertConfig(intermediate_size=1024, num_labels=10, **sizes)
    return transformers.BertForSequenceClassification(config)


def vision_model(name):
    import torchvision

    options = {"googlenet": dict(aux_logits=False, init_weights=True)}.get(name, {})
    return getattr(torchvision.models, name)(weights=None, num_classes=10, **options)


VISION = ("alexnet", "vgg11", "resnet18", "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny",
          "vit_b_16")  # fmt: skip
LANGUAGE = ("GPT-2", "Llama", "BERT")


def built(name):
    """A model with random weights, and a batch for it."""
    torch.manual_seed(0)
    y = torch.arange(8) % 10
    if name in LANGUAGE:
        return language_model(name), torch.randint(1000, (8, 64)), y
    size = 224 if name in ("alexnet", "vit_b_16") else 96
    return vision_model(name), torch.randn(8, 3, size, size), y


def overhead():
    """For networks small and large."""
    rows = []
    cases = {
        "64-64-64-10, batch of 32": lambda: (
            plain(2, nn.ReLU, None),
            torch.randn(32, 64),
            torch.arange(32) % 10,
        ),
        "64-512 × 8-10, batch of 128": lambda: (
            plain(8, nn.ReLU, None, width=512),
            torch.randn(128, 64),
            torch.arange(128) % 10,
        ),
        "ResNet-18": lambda: built("resnet18"),
        "GPT-2, 6 layers": lambda: built("GPT-2"),
    }
    for name, make in cases.items():
        torch.manual_seed(0)
        model, x, y = make()
        small = sum(p.numel() for p in model.parameters()) < 1e5
        looked, other = cost(model, x, y, *((40, 50) if small else (8, 4)))
        shares = looked, other, other + looked / 50
        rows.append((name, *(minus(f"{share:.0%}") for share in shares)))
    header = ("network", "a pass looked at", "another pass", "in all, every 50th looked at")
    return Table(header, rows, align="lrrr")


def models():
    """What is seen in models that nobody here has written, before anything is learned."""
    rows = []
    for name in (*VISION, *LANGUAGE):
        model, x, y = built(name)
        with watch(model) as report:
            trained(model, x, y)()
        seen = report.now()
        kinds = Counter(row["activation"] for row in seen.seen)
        first, last = seen.seen[0], seen.seen[-1]
        ratio = first["gradient"] / last["gradient"] if last["gradient"] else math.nan
        found = (
            ", ".join(f"{n} {kind}" for kind, n in kinds.items()),
            f"{max(row['dead'] for row in seen.seen):.0%}",
            minus(f"{last['correlation']:.2f}"),
            "–" if math.isnan(ratio) else significant(ratio, 2),
        )
        rows.append((name, *found))
    header = ("model", "activations", "dead, most", "correlation, last", "gradient, first / last")
    return Table(header, rows, align="llrrr")


def minute(updates=300):
    """A ResNet-18 on the digits, before and after a minute."""
    from actfun.diagnostics import digits

    X, y, X_test, y_test = map(torch.tensor, digits())
    X, X_test = (F.interpolate(x.float().reshape(-1, 1, 8, 8), 32).expand(-1, 3, -1, -1)
                 for x in (X, X_test))  # fmt: skip
    torch.manual_seed(0)
    model, rows = vision_model("resnet18"), []
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    with watch(model) as report:
        for _ in range(updates):
            batch = torch.randint(len(X), (32,))
            loss = F.cross_entropy(model(X[batch]), y[batch])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        with torch.no_grad():
            right = (model.eval()(X_test).argmax(1) == y_test).float().mean().item()
    seen = report.now()
    for what, name, write in (
        ("silent, mean", "silent", "{:.0%}"), ("dead, at most", "dead", "{:.0%}"),
        ("correlation, last", "correlation", "{:.2f}"), ("spread, last", "spread", "{:.2f}"),
    ):  # fmt: skip
        pick = {"silent": lambda v: statistics.fmean(v), "dead": max}.get(name, lambda v: v[-1])
        rows.append((what, *(write.format(pick([row[name] for row in part]))
                             for part in (seen.first, seen.last, seen.evaluation))))  # fmt: skip
    rows.append(("right on test data", "", "", f"{right:.0%}"))
    header = ("ResNet-18", "first pass", f"after {updates} updates", "the same in eval()")
    return Table(header, rows, align="lrrr")


def as_stored(table):
    return {"header": table.header, "rows": table.rows, "align": table.align}


def main(parts):
    torch.set_num_threads(1)
    measures = {"transfer": starts, "overhead": overhead, "models": models, "minute": minute}
    found = {} if parts else rounded(examples())
    found |= {part: as_stored(measures[part]()) for part in parts or ["transfer"]}
    known = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    lines = json.dumps(known | found, ensure_ascii=False)
    for start in ('{"at"', '{"layer"', '"losses"', '{"report"'):  # a row, a line
        lines = lines.replace(start, "\n" + start)
    STORED.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
