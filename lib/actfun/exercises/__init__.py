"""What is wrong with the reader's own function or answer, in words.

``check_activation(my_f, "elu")`` tries a function at ordinary, tiny, huge and non-finite inputs, in
float64 and float32 and in several shapes, and answers with a `Verdict`. The tables of mistakes hold
functions that make the right thing wrong. One of them is named only if it gives just what the
reader's answer gives; else the verdict says where the answer is wrong, and by how much. Any
activation in ``ALL`` can be checked, without an entry here.

``check_answer(variance, "elu-fixed")`` judges what the other exercises ask for. ``QUESTIONS`` holds
for each of them the right answer and the usual wrong ones; a new exercise needs an entry there.
"""

from actfun.exercises.cases import check_maxout, check_perceptron, check_softmax
from actfun.exercises.elementwise import check_activation
from actfun.exercises.questions import check_answer
from actfun.exercises.words import Verdict

__all__ = [
    "Verdict",
    "check_activation",
    "check_answer",
    "check_maxout",
    "check_perceptron",
    "check_softmax",
]
