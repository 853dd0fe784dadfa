"""Tables: their text, their Markdown, and what the cards say about the whole catalogue."""

import dataclasses
import math
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from actfun import (
    ALL,
    ELU,
    GELU,
    HardTanh,
    LeakyReLU,
    Mish,
    ReLU,
    Sigmoid,
    Sine,
    Softplus,
    Step,
    evidence,
)
from actfun.base import Activation, Interval, elementwise, parameter
from actfun.tables import COLUMNS, TOPICS, Table, card, comparison, mean_output, number, verdicts

INFINITY = math.inf


@dataclasses.dataclass(frozen=True)
class Arctan(Activation):
    """A function that the catalogue does not have."""

    scale: float = parameter(2.0, "s", Interval(0, INFINITY), slider=(1, 3))

    name = "Arctan"
    key = "arctan"
    formula = r"\arctan(s x)"
    derivative_formula = r"\frac{s}{1 + s^2 x^2}"
    range = Interval(-math.pi / 2, math.pi / 2)
    zero_centred = True

    @elementwise
    def __call__(self, x):
        return np.arctan(self.scale * x)

    @elementwise
    def derivative(self, x):
        return self.scale / (1 + (self.scale * x) ** 2)


def cells(table):
    return dict(table.rows)


def test_text_is_aligned():
    table = Table(("name", "x"), (("a", -1.5), ("long name", INFINITY)), "Two rows", "lr")
    assert repr(table) == (
        "Two rows\nname          x\n─────────  ────\na          −1.5\nlong name     ∞"
    )


def test_markdown():
    table = Table(("name", "x"), (("a|b", "$|x|$"), ("c", 2)), "Two rows", "lr")
    assert table._repr_markdown_() == (
        "| name | x |\n| :-- | --: |\n| a\\|b | $\\vert x\\vert $ |\n| c | 2 |\n\n*Two rows*"
    )


def test_table_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Table(("a",), (("b",),)).rows = ()


def test_ragged_rows_and_wrong_alignment_are_errors():
    with pytest.raises(ValueError, match="must have 2 cells"):
        Table(("a", "b"), (("c",),))
    with pytest.raises(ValueError, match="align must be 2 letters"):
        Table(("a", "b"), (("c", "d"),), align="lx")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (-0.308843413, "−0.30884"),
        (3e-17, "0"),
        (-2.5e-7, "−2.5 × 10⁻⁷"),
        (-INFINITY, "−∞"),
        (-12, "−12"),
        (np.float32(0.5), "0.5"),
        (True, "yes"),
    ],
)
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize("f", ALL, ids=str)
def test_every_function_has_a_full_card(f):
    text = repr(card(f))
    fields = cells(card(f))
    assert len(fields) == 13 and all(fields.values())
    assert "nan" not in text and "None" not in text and "-0" not in text.replace("{-", "")
    assert f.formula in fields["formula"] and f.derivative_formula in fields["derivative"]
    assert text.startswith(str(f))
    assert all(name in fields["parameters"] for name in f.parameters())


def test_card_of_mish():
    fields = cells(card(Mish()))
    assert fields["range"] == "[−0.30884, ∞)"
    assert fields["limits"] == "0 at −∞, ∞ at ∞"
    assert fields["extrema"] == "minimum −0.30884 at −1.1924"
    assert fields["Lipschitz constant"] == "1.0885"
    assert fields["monotone"] == "no"
    assert fields["saturates"] == "left"


def test_card_of_a_function_that_repeats():
    fields = cells(card(Sine(2)))
    assert fields["limits"] == "none at −∞, none at ∞"
    assert fields["extrema"] == "minimum −1 at −0.7854, maximum 1 at 0.7854, repeated every 3.1416"
    assert fields["Lipschitz constant"] == "2"
    assert fields["saturates"] == "no"


def test_card_of_step_and_elu():
    step, elu = cells(card(Step())), cells(card(ELU(0.5)))
    assert step["smoothness"] == "not continuous, jump at 0"
    assert step["Lipschitz constant"] == "∞ (it jumps)"
    assert elu["smoothness"] == "continuous, kink at 0"
    assert elu["parameters"] == "`alpha` (α) = 0.5, default 1, in [0, ∞)"
    assert cells(card(ELU()))["smoothness"] == "C¹: continuous up to derivative 1"
    assert (
        cells(card(GELU("tanh")))["parameters"]
        == "`approximate` = tanh, default none, none or tanh"
    )


def test_maximum_is_called_a_maximum():
    @dataclasses.dataclass(frozen=True)
    class Bump(Arctan):
        @elementwise
        def __call__(self, x):
            return np.exp(-((x - 1) ** 2))

        @elementwise
        def derivative(self, x):
            with np.errstate(invalid="ignore"):
                return np.where(np.isinf(x), 0, -2 * (x - 1) * np.exp(-((x - 1) ** 2)))

    assert cells(card(Bump()))["extrema"] == "maximum 1 at 1"


def test_mean_output_agrees_with_known_integrals():
    assert mean_output(ReLU()) == pytest.approx(1 / math.sqrt(2 * math.pi), abs=1e-12)
    assert mean_output(LeakyReLU(0.5)) == pytest.approx(0.5 / math.sqrt(2 * math.pi), abs=1e-12)
    assert mean_output(GELU()) == pytest.approx(1 / (2 * math.sqrt(math.pi)), abs=1e-12)
    assert mean_output(ELU()) == pytest.approx(
        1 / math.sqrt(2 * math.pi) + math.exp(0.5) * 0.15865525393145707 - 0.5, abs=1e-12
    )
    # β = 1000: ReLU and a narrow bump at 0 of area 2 · (π²/12)/β², weighted by the density there
    bump = math.pi**2 / 6 / 1000**2 / math.sqrt(2 * math.pi)
    assert mean_output(Softplus(1000.0)) - mean_output(ReLU()) == pytest.approx(bump, abs=1e-11)


@pytest.mark.parametrize("about", TOPICS)
def test_comparisons_cover_the_catalogue_and_fit_on_a_phone(about):
    table = comparison(about=about)
    assert [row[0] for row in table.rows] == [str(f) for f in ALL]
    assert len(table.header) <= 6
    assert all(all(row) for row in table.rows) and "nan" not in repr(table)


def test_comparison_reads_the_functions():
    table = comparison([ReLU(), LeakyReLU(0.2)], about=["function", "slope at 0", "saturates"])
    assert table.rows == (("ReLU", "0", "left"), ("Leaky ReLU (γ = 0.2)", "0.2", "no"))
    assert comparison([ReLU()]).rows == (("ReLU", "[0, ∞)", "no", "yes", "left", "kink at 0"),)


def test_unknown_topic_is_an_error():
    with pytest.raises(ValueError, match="about must be one of summary"):
        comparison(about="prices")
    with pytest.raises(ValueError, match="about must be one of summary"):
        comparison(about=["function", "price"])


def test_a_new_function_appears_by_itself():
    fields = cells(card(Arctan()))
    assert fields["limits"] == "−1.5708 at −∞, 1.5708 at ∞"
    assert fields["Lipschitz constant"] == "2"
    assert fields["zero-centred"] == "yes: mean output 0 for standard normal x"
    assert fields["proposed by"] == "–"
    assert comparison([*ALL, Arctan()]).rows[-1] == (
        "Arctan", "(−1.5708, 1.5708)", "yes", "yes", "both sides", "smooth",
    )  # fmt: skip
    assert comparison([Arctan()], about=list(COLUMNS)).rows[0][0] == "Arctan"


@pytest.mark.slow
def test_tables_do_not_load_matplotlib():
    code = "import sys, actfun.tables; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_each_column_holds_what_its_heading_says():
    row = comparison([ELU(0.5)], about=tuple(COLUMNS)).rows[0]
    assert dict(zip(COLUMNS, row)) == {
        "function": "ELU (α = 0.5)",
        "f(x)": f"${ELU.formula}$",
        "f′(x)": f"${ELU.derivative_formula}$",
        "range": "(−0.5, ∞)",
        "f(0)": "0",
        "slope at 0": number(float(ELU(0.5).derivative(0.0))),
        "extrema": "none",
        "mean output": number(mean_output(ELU(0.5))),
        "zero-centred": "no",
        "monotone": "yes",
        "saturates": "left",
        "smoothness": "kink at 0",
        "max slope": "1",
        "parameters": "`alpha` (α) = 0.5, default 1, in [0, ∞)",
        "proposed by": ELU.proposed,
    }
    assert comparison([Sigmoid()], about=("f(0)", "slope at 0", "max slope")).rows == (
        ("0.5", "0.25", "0.25"),
    )
    assert comparison([Mish()], about=("monotone", "zero-centred")).rows == (("no", "no"),)


def test_topics_name_their_columns_in_order():
    assert {about: "|".join(comparison([ReLU()], about).header) for about in TOPICS} == {
        "summary": "function|range|zero-centred|monotone|saturates|smoothness",
        "formulas": "function|f(x)|f′(x)",
        "values": "function|range|f(0)|extrema|mean output",
        "slopes": "function|slope at 0|max slope|saturates|smoothness",
        "origins": "function|proposed by|parameters",
    }


def test_card_of_a_function_that_differs_on_the_left_and_on_the_right():
    fields = cells(card(Arctan(3.0)))
    assert list(fields)[:4] == ["formula", "derivative", "range", "limits"]
    assert fields["formula"] == rf"$f(x) = {Arctan.formula}$"
    assert fields["derivative"] == rf"$f'(x) = {Arctan.derivative_formula}$"
    assert fields["value at 0"] == "0" and fields["saturates"] == "both sides"
    assert cells(card(Softplus()))["value at 0"] == "0.69315"


def test_mean_output_takes_kinks_far_away_and_a_strict_caller():
    with np.errstate(all="raise"):
        assert mean_output(HardTanh(-1e200, 1e200)) == pytest.approx(0, abs=1e-12)
        assert mean_output(HardTanh(-50, 50)) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (123456.0, 5, "1.2346 × 10⁵"),
        (1 / 3, 2, "0.33"),
        (np.array(0.25), 5, "0.25"),
        (np.int8(-3), 5, "−3"),
        (np.bool_(False), 5, "no"),
        (-0.0, 5, "0"),
        (math.nan, 5, "nan"),
        (123456789, 2, "123456789"),
    ],
)
def test_numbers_of_every_kind(value, digits, text):
    assert number(value, digits) == text


def test_verdicts_say_what_the_guide_says():
    @cache
    def rows_of(name):
        return {row[0]: row[1:] for row in verdicts(name).rows}

    for advice in evidence.guide():
        for standing in advice.everyone:
            verdict, score, behind = rows_of(standing.name)[advice.case]
            assert verdict == advice.verdict(standing.name)
            assert float(score.split()[0]) == pytest.approx(standing.mean, abs=0.051)
            assert ("failed" in behind) == (standing.failed > 0 and standing != advice.best)
            assert ("tied" in behind) == (standing.tied and standing != advice.best)
    assert verdicts(ReLU()) == verdicts("ReLU")


def test_no_verdict_on_what_was_not_measured():
    with pytest.raises(ValueError, match="name must be one of .*'Step'"):
        verdicts(Step())
