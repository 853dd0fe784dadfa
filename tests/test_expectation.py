"""The mean over a standard normal number, against closed forms and at kinks wherever they lie."""

import math

import numpy as np
import pytest
from scipy.stats import norm

from actfun import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    HardTanh,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Sine,
    Step,
    Tanh,
)
from actfun.expectation import expectation
from actfun.tables import mean_output

ROOT_2PI = math.sqrt(2 * math.pi)


@pytest.mark.parametrize(
    ("f", "mean"),
    [
        (ReLU(), 1 / ROOT_2PI),
        (LeakyReLU(0.1), 0.9 / ROOT_2PI),
        (GELU(), 1 / (2 * math.sqrt(math.pi))),
        (ELU(), 1 / ROOT_2PI + math.sqrt(math.e) * norm.cdf(-1) - 0.5),
        (SELU(), 0),
        (Sigmoid(), 0.5),
        (Tanh(), 0),
        (Step(), 0.5),
        (HardTanh(0, 2), 1 / ROOT_2PI - norm.pdf(2) + 2 * norm.sf(2)),
        (HardSigmoid(), 0.5),
    ],
    ids=str,
)
def test_means_have_their_closed_forms(f, mean):
    assert expectation(f, f.kinks) == pytest.approx(mean, abs=1e-13)
    assert mean_output(f) == expectation(f, f.kinks)


def test_second_moments_have_their_closed_forms():
    relu, selu = ReLU(), SELU()
    assert expectation(lambda z: relu(z) ** 2) == pytest.approx(0.5, abs=1e-14)
    assert expectation(lambda z: relu.derivative(z) ** 2) == pytest.approx(0.5, abs=1e-14)
    assert expectation(lambda z: selu(z) ** 2) == pytest.approx(1, abs=1e-14)
    assert expectation(lambda z: z**4) == pytest.approx(3, abs=1e-12)
    assert expectation(np.ones_like) == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize("frequency", [0.5, 1, 3, 8])
def test_the_mean_square_of_a_sine_has_its_closed_form(frequency):
    f, known = Sine(frequency), (1 - math.exp(-2 * frequency**2)) / 2
    assert expectation(lambda z: f(z) ** 2) == pytest.approx(known, abs=1e-11)
    slope = expectation(lambda z: f.derivative(z) ** 2) / frequency**2
    assert slope == pytest.approx(1 - known, abs=1e-11)


@pytest.mark.parametrize("kink", [-2.3, 0.05, 0.7, 3.9])
def test_kinks_may_lie_anywhere(kink):
    mean = norm.pdf(kink) - kink * norm.sf(kink)
    assert expectation(lambda z: np.maximum(z - kink, 0), [kink]) == pytest.approx(mean, abs=1e-14)
    assert expectation(lambda z: z > kink, (kink, 1e6)) == pytest.approx(norm.sf(kink), abs=1e-14)
