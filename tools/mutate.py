"""Break the project in small ways, one at a time, and see whether the tests notice.

    python tools/mutate.py [word …]        only the mutations whose description holds a word

Each mutation is made in a copy of the project in a temporary folder; the tests named beside it then
run in that copy. One that they do not notice is printed as SURVIVED: it needs a test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv*", "_build", "__pycache__", ".*cache", "*.egg-info"
)


class Mutation(NamedTuple):
    """In ``file`` the text ``old``, which occurs once, becomes ``new``; ``tests`` must notice.

    A file of the library is named from lib/actfun on, any other from the root.
    """

    what: str
    file: str
    old: str
    new: str
    tests: str

    @property
    def path(self):
        """Where the file is, from the root."""
        return Path(self.file if (ROOT / self.file).exists() else f"lib/actfun/{self.file}")

    def broken(self):
        """The source of the file after the mutation."""
        source = (ROOT / self.path).read_text(encoding="utf-8")
        if source.count(self.old) != 1:
            raise ValueError(
                f"{self.what}: {self.file} must hold this text once, "
                f"holds it {source.count(self.old)} times:\n{self.old}"
            )
        return source.replace(self.old, self.new)


def activations(what, old, new, tests="test_activations"):
    return Mutation(what, "activations.py", old, new, tests)


def network(what, file, old, new, tests="test_network"):
    return Mutation(what, f"network/{file}.py", old, new, tests)


MUTATIONS = [
    # the catalogue
    activations("sigmoid: the sides exchanged", "e, x >= 0) / (1 + e)\n\n\n",
                "e, x <= 0) / (1 + e)\n\n\n"),
    activations("sigmoid′: a square lost", "return e / (1 + e) ** 2", "return e / (1 + e)"),
    activations("sigmoid′: without |x|", "e = np.exp(-np.abs(x))\n        return e / (1 + e) ** 2",
                "e = np.exp(-x)\n        return e / (1 + e) ** 2"),
    activations("tanh′: the factor 2", "(2 * e / (1 + e * e)) ** 2", "(e / (1 + e * e)) ** 2"),
    activations("tanh′: the unstable form", "return (2 * e / (1 + e * e)) ** 2",
                "return 1 - np.tanh(x) ** 2", "test_accuracy"),
    activations("hard sigmoid: slope 1/5", "np.clip(x + 3, 0, 6) / 6\n\n    @elementwise\n"
                "    def derivative(self, x):\n        return np.divide(", "np.clip(x + 2.5, 0, 5) "
                "/ 5\n\n    @elementwise\n    def derivative(self, x):\n        return np.divide("),
    activations("hard tanh′: the wrong end", "(x > self.min_val) &", "(x > -self.max_val) &"),
    activations("ReLU: |x|", "return np.maximum(real_array(x), 0)", "return np.abs(real_array(x))"),
    activations("ReLU′ at the kink", "        return x > 0\n", "        return x >= 0\n"),
    activations("leaky ReLU: default slope 0.1", "0.01, \"γ\"", "0.1, \"γ\""),
    activations("leak: no branch for slopes above 1",
                "choose = np.maximum if slope <= 1 else np.minimum", "choose = np.maximum",
                "test_activations test_properties"),
    activations("leak: no branch for slope 0", "slope * x if slope else 0", "slope * x",
                "test_activations test_properties"),
    activations("PReLU: gradient of the weight", "return np.minimum(x, 0)\n",
                "return np.maximum(x, 0)\n", "test_network"),
    activations("softplus: log10 for ln", "np.log1p(np.exp(-np.abs(self.beta * x))) / self.beta",
                "np.log10(1 + np.exp(-np.abs(self.beta * x))) / self.beta"),
    activations("softplus: log for log1p", "np.log1p(np.exp(-np.abs(self.beta * x)))",
                "np.log(1 + np.exp(-np.abs(self.beta * x)))", "test_accuracy"),
    activations("softplus: β not divided out", "np.abs(self.beta * x))) / self.beta",
                "np.abs(self.beta * x)))"),
    activations("ELU: α dropped", "+ self.alpha * np.expm1(np.minimum(x, 0))\n\n    @elementwise\n"
                "    def derivative(self, x):\n        return np.where(x > 0, 1, self",
                "+ np.expm1(np.minimum(x, 0))\n\n    @elementwise\n    def derivative(self, x):\n"
                "        return np.where(x > 0, 1, self"),
    activations("ELU′: the −1 kept", "return np.where(x > 0, 1, self.alpha * np.exp(np.minimum(x, "
                "0)))\n\n\n@dataclass(frozen=True)\nclass SELU", "return np.where(x > 0, 1, self."
                "alpha * np.expm1(np.minimum(x, 0)))\n\n\n@dataclass(frozen=True)\nclass SELU"),
    activations("SELU: a digit of λ", "1.0507009873554804934", "1.0507109873554804934"),
    activations("SELU: a digit of α", "1.6732632423543772848", "1.6732632423443772848"),
    activations("SELU: λ only on the right", "below = self.scale * self.alpha",
                "below = self.alpha"),
    activations("SiLU′: a β forgotten", "z = np.clip(self.beta * x, FLOOR, -FLOOR)",
                "z = np.clip(x, FLOOR, -FLOOR)"),
    activations("GELU: σ for Φ", "return np.where(x >= 0, x - t * tail, -t * tail)",
                "return x * _sigmoid(1.702 * x)"),
    activations("GELU: a digit of 0.044715", "    cubic = 0.044715", "    cubic = 0.044751"),
    activations("GELU: density without its second part",
                " * np.exp((head - t) * (head + t) / 2)", "", "test_accuracy"),
    activations("Mish: n + 1 for n + 2", "(n / (n + 2))", "(n / (n + 1))"),
    activations("Mish: overflow not stopped", "e = np.exp(np.minimum(x, 25))", "e = np.exp(x)"),
    activations("hard swish: clip from −1", "np.maximum(x, -3) *", "np.maximum(x, -1) *"),
    activations("softmax: wrong axis", "e / e.sum(axis=axis, keepdims=True)",
                "e / e.sum(axis=-1, keepdims=True)"),
    activations("softmax: maximum of everything", "top = z.max(axis=axis, keepdims=True)",
                "top = z.max(keepdims=True)"),
    activations("log-softmax: the dominant class rounded", "np.log1p(rest.sum(axis=axis, "
                "keepdims=True))", "np.log(1 + rest.sum(axis=axis, keepdims=True))"),
    activations("Jacobian: sign", "jacobian = -s[..., :, None]", "jacobian = s[..., :, None]"),
    activations("claim: ELU smooth", "return 1 if self.alpha == 1 else 0",
                "return INFINITY if self.alpha == 1 else 0"),
    activations("claim: range of Mish", "-0.30884341301725043", "-0.31884341301725043"),
    activations("a name swapped", 'key = "hardswish"', 'key = "hardsigmoid"'),
    # what they share
    Mutation("nan not kept", "base.py", "np.copyto(value, block, where=np.isnan(block)",
             "np.copyto(value, block, where=np.isinf(block) & np.isnan(block)", "test_activations"),
    Mutation("blocks overlap", "base.py", "block = source[start : start + BLOCK]",
             "block = source[: start + BLOCK][-BLOCK:]", "test_activations"),
    Mutation("float16 computed in float16", "base.py",
             "max(x.dtype, self.precision)", "x.dtype",
             "test_accuracy test_activations"),
    Mutation("interval: closed for open", "base.py", "if self.closed_low else value > self.low",
             "if self.closed_low else value >= self.low", "test_activations test_tables"),
    # back-propagation and training
    network("delta: the slope forgotten", "layers", "gradient * self.activation.derivative(Z)",
            "gradient"),
    network("delta: slope at the activation", "layers", "self.activation.derivative(Z)",
            "self.activation.derivative(self.activation(Z))"),
    network("bias gradient: mean for sum", "layers", "gradients = A.T @ delta, delta.sum(axis=0)",
            "gradients = A.T @ delta, delta.mean(axis=0)"),
    network("bias gradient: wrong axis", "layers",
            "return A.T @ delta.transpose(1, 0, 2), delta.sum(axis=0)",
            "return A.T @ delta.transpose(1, 0, 2), delta.sum(axis=1)"),
    network("maxout: smallest piece", "layers", "return Z, Z.max(axis=1)",
            "return Z, Z.min(axis=1)"),
    network("maxout: last winner", "layers", "return Z.argmax(axis=1)", "return Z.argmin(axis=1)"),
    network("back-propagation: one layer off", "mlp", "trace.activations[i - 1] if i else",
            "trace.activations[i] if i else"),
    network("back-propagation: gradient not passed on", "mlp",
            "gradient = layer.input_gradient(delta)", "layer.input_gradient(delta)"),
    network("training: uphill", "training", "step -= training.learning_rate * slope",
            "step += training.learning_rate * slope"),
    network("training: no momentum", "training", "step *= training.momentum", "step *= 0"),
    network("training: the last batch left out", "training", "for start in range(0, len(X), size)",
            "for start in range(0, len(X) - size + 1, size)"),
    network("training: order never mixed", "training", "order = net._order.permutation(len(X))",
            "order = np.arange(len(X))"),
    network("divergence not noticed", "training", "if not math.isfinite(gradients.loss):",
            "if False:"),
    network("cross-entropy: sum for mean", "losses", "gradient[np.arange(len(y)), y] -= 1\n"
            "        return gradient / len(y)", "gradient[np.arange(len(y)), y] -= 1\n"
            "        return gradient"),
    network("cross-entropy: the sign", "losses", "return -float(log_softmax(z)",
            "return float(log_softmax(z)"),
    network("logistic loss: y forgotten", "losses", "np.maximum(z, 0) - y * z", "np.maximum(z, 0)"),
    network("He: fan-out", "initialisers", "return 2 / fan_in\n", "return 2 / fan_out\n"),
    network("Xavier: 1 for 2", "initialisers", "2 / (fan_in + fan_out)", "1 / (fan_in + fan_out)"),
    network("uniform: √3 lost", "initialisers", "* deviation * math.sqrt(3)", "* deviation"),
    network("perceptron: bias fixed", "perceptron", "self.bias += error", "pass"),
    network("perceptron: > for ≥", "perceptron", "(samples_array(X, self.features) @ self.weights +"
            " self.bias >= 0)", "(samples_array(X, self.features) @ self.weights + self.bias > 0)"),
    network("Novikoff: margin not squared", "perceptron", "/ margin**2", "/ margin"),
    # experiments, tables, exercises
    Mutation("dead units: any for all", "diagnostics/instruments.py", "!= 0).any(axis=0)",
             "!= 0).all(axis=0)", "test_diagnostics"),
    Mutation("layer statistics: deviation over samples", "diagnostics/random_layers.py",
             "spread.append(np.sqrt(A.var(axis=0).mean()))",
             "spread.append(np.sqrt(A.var(axis=1).mean()))", "test_diagnostics"),
    Mutation("alpha dropout: scale forgotten", "diagnostics/random_layers.py",
             "scale * np.where(kept, A, saturated)", "np.where(kept, A, saturated)",
             "test_diagnostics"),
    Mutation("summary: population deviation", "diagnostics/races.py", "scores.std(ddof=1)",
             "scores.std()", "test_diagnostics"),
    Mutation("table: minimum and maximum swapped", "tables.py",
             '"minimum" if f(x - 1e-3) > value else "maximum"',
             '"maximum" if f(x - 1e-3) > value else "minimum"', "test_tables"),
    Mutation("table: a column with another's label", "tables.py",
             '"slope at 0": lambda f: number(float(f.derivative(0.0)))',
             '"slope at 0": lambda f: number(float(f(0.0)))', "test_tables"),
    Mutation("table: yes and no swapped", "notation.py", 'return "yes" if value else "no"',
             'return "no" if value else "yes"', "test_tables"),
    Mutation("table: open and closed brackets", "tables.py", '"[" if f.range.closed_low else "("',
             '"(" if f.range.closed_low else "["', "test_tables"),
    Mutation("exercises: everything passes", "exercises/trying.py", "return not self.problems",
             "return True", "test_exercises"),
    Mutation("exercises: tolerance", "exercises/elementwise.py", "{np.float64: 1e-12",
             "{np.float64: 1e-2", "test_exercises"),
    Mutation("answers: anything is close", "exercises/answers.py", "CLOSE = 0.01", "CLOSE = 0.5",
             "test_answers"),
    Mutation("answers: a wrong name goes through", "exercises/answers.py",
             "if word in set(named) - right", "if word in set(named) & right", "test_answers"),
    Mutation("questions: odds upside down", "exercises/questions.py",
             "_BIAS = math.log(_MALIGNANT / (1 - _MALIGNANT))",
             "_BIAS = math.log((1 - _MALIGNANT) / _MALIGNANT)", "test_corpus"),
    Mutation("questions: variance for mean square", "exercises/questions.py",
             "1 / math.sqrt(square), {", "1 / math.sqrt(square - mean**2), {", "test_corpus"),
]  # fmt: skip


def survives(mutation):
    """Run the tests of one mutation; returns (whether they pass all the same, seconds)."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "project"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        (copy / mutation.path).write_text(mutation.broken(), encoding="utf-8")
        tests = [f"tests/{name}.py" for name in mutation.tests.split()]
        options = ["-x", "-q", "-n0", "-p", "no:nbval", "-p", "no:cacheprovider", "-o", "addopts="]
        environment = os.environ | {"PYTHONPATH": str(copy / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=copy, env=environment, capture_output=True, encoding="utf-8", timeout=600,
        )  # fmt: skip
    if run.returncode not in (0, 1):  # 1: a test failed, as it should
        raise RuntimeError(f"{mutation.what}: pytest could not run\n{run.stdout}{run.stderr}")
    return run.returncode == 0, time.perf_counter() - started


def main(words):
    chosen = [m for m in MUTATIONS if not words or any(word in m.what for word in words)]
    survivors = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for mutation, (survived, seconds) in zip(chosen, pool.map(survives, chosen), strict=True):
            survivors += survived
            verdict = "SURVIVED" if survived else "noticed "
            print(f"{verdict}  {mutation.what}  ({mutation.file}, {seconds:.0f} s)", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations noticed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
