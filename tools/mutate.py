"""Break the project in small ways, one at a time, and see whether the tests notice.

    python tools/mutate.py [word …]        only the mutations whose description holds a word

Each mutation is made in a copy of the project in a temporary folder; the tests named beside it then
run in that copy. One that they do not notice is printed as SURVIVED: it needs a test.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "_ext"))
import environment  # noqa: E402

NOT_COPIED = shutil.ignore_patterns(  # what comes and goes beside as well
    ".git", ".venv*", "_build", ".*cache", ".hypothesis", "*.pyc.*", "*.egg-info"
)
# Without the conftest.py of the root, which prepares the notebooks: `main` does so once for all.
OPTIONS = ["--confcutdir=tests", "-x", "-q", "-p", "no:cacheprovider", "-o", "addopts="]


class Mutation(NamedTuple):
    """In ``file`` the text ``old``, which occurs once, becomes ``new``; ``tests`` must notice.

    A file of the library is named from lib/actfun on, any other from the root. A test is a file of
    tests/, or one function in it: ``test_sliders::test_keyboard``.
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

    @property
    def places(self):
        """The tests as pytest takes them."""
        tests = (test.partition("::") for test in self.tests.split())
        return [f"tests/{file}.py{colons}{function}" for file, colons, function in tests]

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


def diagnostics(what, file, old, new, tests="test_diagnostics"):
    return Mutation(what, f"diagnostics/{file}.py", old, new, tests)


def picture(what, file, old, new, tests):
    return Mutation(what, f"{file}.py", old, new, tests)


def slider(what, file, old, new, test):
    return Mutation(what, file, old, new, f"test_sliders::{test}")


def play(what, file, old, new, test):
    where = file if file.startswith("_ext") else f"assets/playground/{file}"
    return Mutation(what, where, old, new, test)


MUTATIONS = [
    # the catalogue
    activations("sigmoid: the sides exchanged", "e, x >= 0) / (1 + e)\n\n\n",
                "e, x <= 0) / (1 + e)\n\n\n"),
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
    Mutation("a formula may change the caller's array", "base.py",
             "block.flags.writeable = False", "pass",
             "test_activations::test_a_formula_cannot_change_what_the_caller_holds"),
    Mutation("blocks overlap", "base.py", "block = source[start : start + BLOCK]",
             "block = source[: start + BLOCK][-BLOCK:]", "test_activations"),
    Mutation("float16 computed in float16", "base.py",
             "max(x.dtype, self.precision)", "x.dtype",
             "test_accuracy test_activations"),
    Mutation("interval: closed for open", "base.py", "if self.closed_low else value > self.low",
             "if self.closed_low else value >= self.low", "test_activations test_tables"),
    Mutation("sine: warns at infinity", "activations.py", 'np.errstate(invalid="ignore"):  # ±∞',
             "np.errstate():", "test_accuracy::test_zeros_infinities_and_nan"),
    Mutation("sine: the angle overflows", "activations.py", "np.where(np.isinf(angle), x, angle)",
             "angle", "test_activations::test_nothing_warns_and_nan_stays_nan"),
    Mutation("extrema: those of two periods", "base.py", "np.linspace(-0.5, 0.5, 1000)",
             "np.linspace(-1, 1, 1000)",
             "test_activations::test_extrema_and_lipschitz_constant_are_not_beaten_by_any_sample"),
    Mutation("extrema: only the last", "base.py", "return points\n", "return points[-1:]\n",
             "test_activations::test_every_extremum_is_found"),
    Mutation("Lipschitz constant: kinks forgotten", "base.py", "(self.derivative(edges))",
             "(self.derivative(edges[:2]))",
             "test_activations::test_the_steepest_slope_is_often_beside_a_kink"),
    Mutation("parameters: not made floats", "base.py", "object.__setattr__(self, name, value)",
             "pass",
             "test_properties::test_dtype_shape_and_limits_hold_for_everything_that_is_allowed"),
    Mutation("expectation: not cut at the kinks", "expectation.py",
             "*(float(x) for x in kinks if abs(x) < ENDS[-1])", "", "test_expectation"),
    Mutation("signals: half of the line", "expectation.py", "return 2 * float((weight",
             "return float((weight", "test_signals"),
    Mutation("signals: not cut where u or v meets a kink", "expectation.py",
             "np.concatenate([line, meets], axis=1)", "line", "test_signals"),
    Mutation("signals: a map without its biases", "signals.py",
             "_mean_square(self.f, q) + self.sigma_b**2", "_mean_square(self.f, q)",
             "test_signals"),
    Mutation("signals: twice the slope", "signals.py", "/ (2 * q)", "/ q", "test_signals"),
    Mutation("signals: 0 attracts where it repels", "signals.py",
             'kind = "repels" if signs[before] > 0 else "attracts"', 'kind = "attracts"',
             "test_signals"),
    Mutation("report: a sample is compared with itself", "diagnostics/instruments.py",
             " - np.sum(unit**2)", "", "test_reports"),
    Mutation("report: the inputs are never to blame", "reports.py",
             'if start["correlation"] > 0.9:', "if False:", "test_reports"),
    Mutation("report: dead at the last look only counts if it began so", "reports.py",
             'not worst["dead"] >= 0.5', 'not report.first[0]["dead"] >= 0.5', "test_reports"),
    Mutation("truth: the step does not shrink near 0", "accuracy.py", "h = min(size, 1) * mpmath",
             "h = mpmath", "test_accuracy::test_the_truth_of_a_slope_far_out_and_near_0"),
    Mutation("a star brings a tool", "__init__.py", '"Interval", *', '"Interval", "parameter", *',
             "test_package::test_a_star_brings_the_catalogue_and_no_tools"),
    # back-propagation and training
    network("delta: slope at the activation", "layers", "self.activation.derivative(Z)",
            "self.activation.derivative(self.activation(Z))"),
    network("bias gradient: mean for sum", "layers", "@ delta, delta.sum(axis=-2)",
            "@ delta, delta.mean(axis=-2)"),
    network("bias gradient: wrong axis", "layers", "delta.sum(axis=-3)", "delta.sum(axis=-2)"),
    network("maxout: smallest piece", "layers", "return Z, Z.max(axis=-2)",
            "return Z, Z.min(axis=-2)"),
    network("maxout: last winner", "layers", "return Z.argmax(axis=-2)",
            "return Z.argmin(axis=-2)"),
    network("back-propagation: one layer off", "mlp", "trace.activations[i - 1] if i else",
            "trace.activations[i] if i else"),
    network("back-propagation: gradient not passed on", "mlp",
            "gradient = layer.input_gradient(delta)", "layer.input_gradient(delta)"),
    network("training: uphill", "training", "velocity -= training.learning_rate * slope",
            "velocity += training.learning_rate * slope"),
    network("training: no momentum", "training", "velocity *= training.momentum", "velocity *= 0"),
    network("Adam: the start at 0 not corrected", "training", "/ (1 - training.momentum**updates)",
            "", "test_network::test_adam_steps_as_its_authors_write"),
    network("Adam: who left is remembered", "training", "[[array[chosen] for array in memory]",
            "[[array[: sum(chosen)] for array in memory]",
            "test_network::test_side_by_side_adam_forgets_who_left"),
    network("training: the last batch left out", "training", "for start in range(0, len(X), size)",
            "for start in range(0, len(X) - size + 1, size)"),
    network("training: order never mixed", "training", "order = net._order.permutation(len(X))",
            "order = np.arange(len(X))"),
    network("training: an order that ignores the seed", "mlp", "default_rng([seed, 1])",
            "default_rng([0, 1])",
            "test_network::test_the_seed_determines_the_order_of_the_mini_batches"),
    network("training: accuracy weighted by the nominal batch", "training",
            "targets) * batch.shape[-1]", "targets) * size",
            "test_network::test_means_over_an_epoch_are_means_over_samples"),
    network("training: validation on the training data", "training",
            "_validate(net, history, *validation)", "_validate(net, history, X, y)",
            "test_network::test_validation_is_measured_on_its_own_data_after_the_epoch"),
    network("centring of maxout: the wrong axis", "mlp", "weights.sum(axis=1)",
            "weights.sum(axis=0)",
            "test_network::test_centring_reaches_every_piece_of_a_maxout_layer"),
    network("layers: weights shared with the caller", "layers", 'astype(dtype, order="C")',
            "astype(dtype, copy=False)",
            "test_network::test_layers_train_copies_of_the_arrays_that_they_are_made_from"),
    network("progress: a bar that nobody sees", "progress", "if wanted and someone_watches()",
            "if wanted", "test_network::test_progress_shows_where_someone_looks_and_nowhere_else"),
    network("divergence not noticed", "training", "finite & np.isfinite(gradients.loss)",
            "np.isfinite(0.0)"),
    network("cross-entropy: sum for mean", "losses", "_one_hot(z, y)) / y.shape[-1]",
            "_one_hot(z, y))"),
    network("cross-entropy: the sign", "losses", "return -mean(", "return mean("),
    network("logistic loss: y forgotten", "losses", "np.maximum(z, 0) - y * z", "np.maximum(z, 0)"),
    network("He: fan-out", "initialisers", "return 2 / fan_in\n", "return 2 / fan_out\n"),
    network("uniform: √3 lost", "initialisers", "* deviation * math.sqrt(3)", "* deviation"),
    network("SIREN: the frequency forgotten", "initialisers", "_twice_fan_in, 1 / frequency",
            "_twice_fan_in, 1.0", "test_network::test_sirens_weights_stay_within_their_bounds"),
    network("perceptron: bias fixed", "perceptron", "self.bias += error", "pass"),
    network("perceptron: > for ≥", "perceptron", "(samples_array(X, self.features) @ self.weights +"
            " self.bias >= 0)", "(samples_array(X, self.features) @ self.weights + self.bias > 0)"),
    network("Novikoff: margin not squared", "perceptron", "/ margin**2", "/ margin"),
    network("side by side: all in the order of the first", "stacks",
            "net._order.permutation(len(X)) for net in nets",
            "nets[0]._order.permutation(len(X)) for net in nets"),
    network("side by side: a diverged one trains on", "stacks", "_finite(stack.layers)))",
            "True))"),
    network("side by side: a slope not handed back", "stacks",
            "layer.activation = stack.activation.each[k]", "pass"),
    picture("evidence: intervals not corrected for their number", "evidence/__init__",
            "(1 - LEVEL) / 2 / comparisons", "(1 - LEVEL) / 2", "test_evidence"),
    picture("evidence: a failed seed hides in a tie", "evidence/__init__",
            "behind <= reach and not failed", "behind <= reach", "test_evidence"),
    picture("evidence: less is never better", "evidence/__init__",
            "key=lambda name: -better * np.mean", "key=lambda name: -np.mean", "test_evidence"),
    # experiments
    diagnostics("dead units: any for all", "instruments", "!= 0).any(axis=0)", "!= 0).all(axis=0)"),
    diagnostics("gradient norms: of the weights throughout", "instruments",
                "arrays = gradients.pre_activations",
                "arrays = [layer[0] for layer in gradients.parameters]",
                "test_diagnostics::test_gradient_norms_are_those_of_back_propagation"),
    diagnostics("layer statistics: deviation over samples", "random_layers",
                "spread.append(np.sqrt(A.var(axis=0).mean()))",
                "spread.append(np.sqrt(A.var(axis=1).mean()))"),
    diagnostics("alpha dropout: scale forgotten", "random_layers",
                "scale * np.where(kept, A, saturated)", "np.where(kept, A, saturated)"),
    diagnostics("batch norm: gradient through the mean", "random_layers",
                "delta - delta.mean(axis=0) - Z", "delta - Z",
                "test_diagnostics::test_the_gradient_of_batch_norm_against_finite_differences"),
    diagnostics("summary: population deviation", "races", "scores.std(ddof=1)", "scores.std()"),
    diagnostics("race: measured on the training part", "races",
                "return net.accuracy(data.X_test, data.y_test)",
                "return net.accuracy(data.X, data.y)",
                "test_diagnostics::test_a_race_is_the_training_it_stands_for"),
    diagnostics("setup: epochs for updates", "races",
                "training.epochs * math.ceil(samples / (training.batch_size or samples))",
                "training.epochs",
                "test_diagnostics::test_the_setup_says_what_a_race_with_the_same_arguments_does"),
    diagnostics("data: the test part standardised by itself", "data",
                "(data.X_test - mean) / deviation",
                "(data.X_test - data.X_test.mean(axis=0)) / deviation",
                "test_diagnostics::test_the_test_part_is_scaled_by_the_training_part"),
    diagnostics("data: the test part is trained on", "data", "X[:-test], y[:-test]",
                "X[test:], y[test:]",
                "test_diagnostics::test_the_test_part_is_scaled_by_the_training_part"),
    # tables, exercises
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
    Mutation("table: left and right limits exchanged", "tables.py", "left, right = (",
             "right, left = (", "test_tables::test_card_of_mish"),
    Mutation("exercises: everything passes", "exercises/words.py", "return not self.problems",
             "return True", "test_exercises"),
    Mutation("exercises: an answer that asks is waited for", "exercises/trying.py",
             'mock.patch("builtins.input", no_input),', "contextlib.nullcontext(),",
             "test_corpus"),
    Mutation("exercises: nearly is said too early", "exercises/elementwise.py",
             "if found.keys() - NEARLY:", "if found:",
             "test_corpus::test_wrong_answers_are_told_what_is_wrong"),
    Mutation("exercises: nothing is tried close to 0", "exercises/elementwise.py",
             "1e-20, 9e-6, 9e-5, 9e-4, 9e-3", "1e-20",
             "test_corpus::test_wrong_answers_are_told_what_is_wrong"),
    Mutation("exercises: wrong everywhere, it says of a part", "exercises/elementwise.py",
             "<= 1 / 16", "<= 99", "test_corpus::test_wrong_answers_are_told_what_is_wrong"),
    Mutation("exercises: tolerance", "exercises/elementwise.py", "{np.float64: 1e-12",
             "{np.float64: 1e-2",
             "test_exercises::test_a_constant_with_a_few_digits_is_not_enough"),
    Mutation("answers: anything is close", "exercises/answers.py", "CLOSE = 0.01", "CLOSE = 0.5",
             "test_answers"),
    Mutation("answers: a wrong name goes through", "exercises/answers.py",
             "if word in set(named) - right", "if word in set(named) & right", "test_answers"),
    Mutation("questions: odds upside down", "exercises/questions.py",
             "_BIAS = math.log(_MALIGNANT / (1 - _MALIGNANT))",
             "_BIAS = math.log((1 - _MALIGNANT) / _MALIGNANT)", "test_corpus"),
    Mutation("questions: variance for mean square", "exercises/questions.py",
             "1 / math.sqrt(square), {",
             "1 / math.sqrt(square - expectation(f, f.kinks) ** 2), {", "test_corpus"),
    # pictures
    picture("heat map: upside down", "charts", "ax.set_ylim(len(row_labels), 0)",
            "ax.set_ylim(0, len(row_labels))",
            "test_pictures::test_a_heat_map_reads_as_the_matrix_is_written"),
    picture("heat map: row labels reversed", "charts", "+ 0.5, row_labels)",
            "+ 0.5, row_labels[::-1])",
            "test_pictures::test_a_heat_map_reads_as_the_matrix_is_written"),
    picture("heat map: numbers transposed", "charts", "ax.text(column + 0.5, row + 0.5",
            "ax.text(row + 0.5, column + 0.5",
            "test_pictures::test_the_number_in_a_cell_is_its_value"),
    picture("heat map: dark on dark", "charts", "if light else", "if not light else",
            "test_plots::test_heatmap_numbers_are_legible"),
    picture("learning curve: half a band", "charts", "mean - deviation, mean + deviation",
            "mean, mean + deviation",
            "test_pictures::test_a_learning_curve_lies_in_a_band_of_its_own_deviation"),
    picture("bars: each beside its label", "charts", "ax.set_xticks(range(len(values)), labels)",
            "ax.set_xticks(np.arange(len(values)) + 0.5, labels)",
            "test_pictures::test_bars_stand_over_their_labels"),
    picture("shading: on the side that is steep", "plots", "far_left, far_right = ",
            "far_right, far_left = ", "test_pictures::test_shading_lies_on_the_side_that_is_flat"),
    picture("function and slope exchanged", "plots", "(False, True), (labels",
            "(True, False), (labels", "test_pictures::test_the_function_stands_left_of_its_slope"),
    picture("dots: open where the value is", "plots", "(filled_dots if meets else open_dots)",
            "(open_dots if meets else filled_dots)", "test_plots::test_dots_at_jumps_of_the_slope"),
    picture("curves: each named as another", "plots", "zip(lines, labels(functions)",
            "zip(lines[::-1], labels(functions)",
            "test_pictures::test_each_name_is_joined_to_its_own_curve"),
    picture("newcomers: the look of another", "looks", " if (h, s) not in looks.values()]", "]",
            "test_pictures::test_functions_that_join_get_looks_that_nobody_has"),
    picture("regions: mirrored", "planes", "np.meshgrid(*axes)",
            'np.meshgrid(*axes, indexing="ij")',
            "test_pictures::test_tints_lie_around_their_samples"),
    picture("line: the arrow to the negative side", "planes", "tip = foot + 0.18",
            "tip = foot - 0.18",
            "test_pictures::test_the_line_is_where_the_neuron_is_undecided_however_small_its_weights"),
    picture("triangle: corners exchanged", "planes", "path = p @ corners",
            "path = p @ corners[::-1]",
            "test_pictures::test_corners_of_the_triangle_have_their_own_labels"),
    picture("neuron: inputs from below", "diagrams", "np.arange(n_inputs)[::-1]",
            "np.arange(n_inputs)", "test_pictures::test_a_neuron_is_read_from_left_to_right"),
    picture("ranking: ties hollow", "charts", '"black" if filled', '"none" if filled',
            "test_pictures::test_a_ranking_is_read_from_the_top_and_ties_are_filled"),
    picture("rate curves: each in the order in which it came", "charts", "sorted(curve.items())",
            "list(curve.items())", "test_pictures::test_scores_stand_over_their_learning_rates"),
    Mutation("style: text that stays black on a dark page", "style.mplstyle", "text.color: black",
             "text.color: 101010", "test_pictures::test_the_style_is_what_the_pages_rely_on"),
    # sliders and figures
    slider("slider: legends pile up", "sliders.py", "ax.containers.clear()", "ax.containers",
           "test_legends_name_only_what_the_frame_has"),
    slider("slider: what it says in reverse", "sliders.py", "for text in readouts] if",
           "for text in readouts][::-1] if",
           "test_every_frame_has_its_own_words_and_its_own_picture"),
    slider("slider: starts one too early", "sliders.py", "c.index, c.interval]",
           "max(0, c.index - 1), c.interval]",
           "test_every_frame_has_its_own_words_and_its_own_picture"),
    slider("slider: the first control varies fastest", "assets/sliders.js",
           "number * controls[i][0].length + index", "number + index * controls[i][0].length",
           "test_the_browser_shows_each_frame_as_drawn"),
    slider("slider: a finger moves it to the farthest place", "assets/sliders.js",
           "Math.min(...far)", "Math.max(...far)",
           "test_a_finger_on_the_picture_moves_the_slider"),
    Mutation("live slider: toggles the wrong way round", "live.py", "else w.value)",
             "else not w.value)", "test_live_sliders::test_moving_a_widget_draws_again"),
    slider("style sheet: paper stays white on a dark page", "assets/figures.css",
           "  --actfun-paper: var(--pst-color-background, #121212);\n", "",
           "test_white_is_the_paper_of_the_theme"),
    slider("style sheet: small letters on a phone", "assets/figures.css",
           ".actfun-figure svg.actfun-wide text {", ".actfun-figure svg.wide text {",
           "test_wide_panels_have_larger_letters_on_a_phone"),
    slider("script: each click is taken for a fold", "assets/book.js",
           'event.target.closest(".toggle") && look()', "look()",
           "test_what_unfolds_is_looked_at_again"),
    picture("drawing: panels under another's place", "figures", "key=lambda ax: ax.zorder",
            "key=lambda ax: 0", "test_figures"),
    # the playground
    play("playground: tables a thousand times coarser", "_ext/playground_tables.py",
         "< TOLERANCE / 4:\n            return piece",
         "< TOLERANCE * 1e3:\n            return piece",
         "test_playground::test_tables_say_what_the_catalogue_says"),
    play("playground: a kink is read beside it", "engine.js", "if (x === kinks[k][0]) [",
         "if (x === kinks[k][1] + 9) [",
         "test_playground::test_engine_reads_a_table_as_it_is_meant"),
    play("playground: a learned slope's gradient", "engine.js", "sum * below.spans[at]",
         "sum * below.values[at]", "test_playground::test_engine_trains_as_the_books_network"),
    play("playground: Adam's second correction lost", "engine.js",
         "second = 1 - ADAM_DECAY ** this.updates", "second = 1",
         "test_playground::test_engine_trains_as_the_books_network"),
    play("playground: centred at the wrong sign", "engine.js", "- (centred && i ?",
         "+ (centred && i ?",
         "test_playground::test_random_weights_follow_the_rules"),
    play("playground: what diverged is kept", "engine.js", "        network.restore(this.kept);\n",
         "",
         "test_playground_page::test_where_it_diverges_it_says_so_and_keeps_what_was"),
    play("playground: runs out of sight", "controls.js", "this.visible && !document.hidden",
         "!document.hidden",
         "test_playground_page::test_nothing_runs_before_it_is_asked_to_or_out_of_sight"),
    play("playground: in sight is what came first", "controls.js", "changes.at(-1)", "changes[0]",
         "test_playground_page::test_nothing_runs_before_it_is_asked_to_or_out_of_sight"),
    play("playground: one frame more out of sight", "controls.js",
         "        if (!this.watched) return; // paused", "        // paused",
         "test_playground_page::test_nothing_runs_before_it_is_asked_to_or_out_of_sight"),
    play("playground: a parameter is lost in the address", "settings.js", 'words.set("p",',
         'words.set("q",', "test_playground_page::test_every_choice_lives_in_the_address"),
    play("playground: a challenge is met by waiting", "challenges.js",
         '{ data: "xor", depth: 1, units: 2 }, 0.95', '{ data: "xor", depth: 1, units: 2 }, 0.3',
         "test_playground_page::test_challenges_can_be_met_and_are_checked"),
    # the book
    Mutation("build: a notebook may warn", "_ext/notebooks.py", '== "stderr"', '== "nobody"',
             "test_build::test_what_a_test_has_run_is_held_to_the_same"),
    Mutation("build: a change deep in the library is overlooked", "_ext/sources.py",
             '"lib/**/*.py"', '"lib/*/*.py"',
             "test_build::test_each_source_makes_the_book_outdated"),
    Mutation("cards: drawn with the builder's settings", "_ext/gallery.py",
             'plt.style.context(["default", "actfun.style"])', 'plt.style.context("actfun.style")',
             "test_gallery::test_cards_know_nothing_of_the_settings_of_whoever_builds"),
    Mutation("notebooks: how they are run makes nothing outdated", "_ext/sources.py",
             "LIBRARY + KERNELS + DATA", "LIBRARY + DATA",
             "test_build::test_each_source_makes_the_book_outdated"),
    Mutation("coverage: a mark under any heading", "_ext/coverage_table.py", "if label else None",
             "if line else None",
             "test_coverage::test_a_mark_without_a_labelled_heading_is_an_error"),
    Mutation("live notebook: installs what is there", "tools/live_notebooks.py",
             'if not find_spec("actfun"):', 'if find_spec("actfun"):',
             "test_live_notebooks::test_first_cell_installs_when_and_only_when_the_library_is_missing"),
    Mutation("browser: found and not named", "tools/browser.py",
             "program or \"Playwright's headless shell\"", '"it"',
             "test_set_up::test_the_first_browser_that_starts_is_taken"),
    Mutation("set up: pip's complaints are lost", "tools/set_up.py",
             "print(complaints.read(), file=sys.stderr)", "pass",
             "test_set_up::test_what_pip_complains_of_is_shown_where_it_fails"),
    Mutation("packages: lists that another program fetches", "tools/system_packages.py",
             '"lists/lock" not in', '"" in',
             "test_set_up::test_lists_that_another_program_fetches_are_waited_for"),
    Mutation("store: a picture in a notebook", "tools/store_outputs.py", "if rich:", "if False:",
             "test_build::test_what_is_stored_is_text_and_nothing_of_one_machine"),
    Mutation("store: notes of one machine", "tools/store_outputs.py",
             "for key in KEPT if cell.metadata.get(key)", "for key in cell.metadata",
             "test_build::test_what_is_stored_is_text_and_nothing_of_one_machine"),
]  # fmt: skip


# Each run begins as a copy of a process that has loaded what all of them need, but nothing of ours.
METHODS = multiprocessing.get_all_start_methods()
START = multiprocessing.get_context("forkserver" if "forkserver" in METHODS else "spawn")
LOADED = ["bs4", "hypothesis.extra.numpy", "matplotlib.pyplot", "mpmath", "nbformat",
          "playwright.sync_api", "pytest", "scipy.stats"]  # fmt: skip
RUNNING, OVER = set(), threading.Event()


def test(copy, places, said):
    """In a process of its own: run these tests of a copy, and exit with pytest's status."""
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_APPEND), stream.fileno())
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy / "lib")
    sys.path[:0] = [str(copy / "lib")]
    del sys.modules["environment"]  # that of the copy may be another
    import pytest

    sys.exit(int(pytest.main([*OPTIONS, *places])))


def survives(mutation):
    """Run the tests of one mutation; returns (whether they pass all the same, seconds)."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        copy, said = Path(folder) / "project", Path(folder) / "said"
        shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
        (copy / mutation.path).write_text(mutation.broken(), encoding="utf-8")
        if OVER.is_set():
            return False, 0
        run = START.Process(target=test, args=(copy, mutation.places, said))
        run.start()
        RUNNING.add(run)
        run.join(600)
        run.kill()
        run.join()
        words = said.read_text(encoding="utf-8") if said.exists() else ""
    if run.exitcode not in (0, 1) and not OVER.is_set():  # 1: a test failed, as it should
        raise RuntimeError(f"{mutation.what}: pytest could not run\n{words}")
    return run.exitcode == 0, time.perf_counter() - started


def main(words):
    chosen = [m for m in MUTATIONS if not words or any(word in m.what for word in words)]
    survivors = 0
    environment.prepare(ROOT)
    os.environ |= environment.variables(ROOT)
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    START.set_forkserver_preload(LOADED)
    with ThreadPoolExecutor(max_workers=2) as pool:
        try:
            for mutation, (survived, seconds) in zip(chosen, pool.map(survives, chosen)):
                survivors += survived
                verdict = "SURVIVED" if survived else "noticed "
                print(f"{verdict}  {mutation.what}  ({mutation.file}, {seconds:.0f} s)", flush=True)
        finally:  # Ctrl-C or an error ends what runs; each removes its own copy
            OVER.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for run in list(RUNNING):
                run.kill()
    print(f"{len(chosen) - survivors} of {len(chosen)} mutations noticed.")
    return 1 if survivors else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print(f"Stopped; {len(RUNNING)} were begun.")
        sys.exit(130)
