"""What is wrong with the reader's own function or answer, in words.

``check_activation(my_f, "elu")`` tries a function at ordinary, tiny, huge and non-finite inputs, in
float64 and float32 and in several shapes, and answers with a `Verdict`. A wrong answer is held
against the mistakes that people make: tables of wrong formulas (``SLIPS``, ``_rivals``), of
exceptions (``ERRORS``) and of factors (``FACTORS``), each entry with its words. Any activation in
``ALL`` can be checked; an entry in ``SLIPS`` is optional.

``check_answer(gain, "elu-fixed")`` judges what the other exercises ask for. ``QUESTIONS`` holds for
each of them the right answer and the usual wrong ones; a new exercise needs an entry there.
"""

from actfun.exercises.cases import check_maxout, check_perceptron, check_softmax
from actfun.exercises.elementwise import check_activation
from actfun.exercises.questions import check_answer
from actfun.exercises.trying import Verdict

__all__ = [
    "Verdict",
    "check_activation",
    "check_answer",
    "check_maxout",
    "check_perceptron",
    "check_softmax",
]
