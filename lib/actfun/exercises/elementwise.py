"""Checking a reader's activation function, or its derivative."""

import contextlib
import dataclasses

import numpy as np

from actfun import activations
from actfun.exercises.mistakes import explanation, mistakes
from actfun.exercises.trying import Attempt, Unusable, check_callable, parameters_of
from actfun.exercises.words import Verdict, advice, agreement, apart, as_text, what_came

TOLERANCE = {np.float64: 1e-12, np.float32: 2e-6}  # of max(1, |value|), for |x| up to 6
FLOATS = "begin with x = np.array(x + 0.0), which makes floats of integers"
LOST = {np.float64: 1e-200, np.float32: 1e-30}  # below this a value may as well be 0


def _points(f, dtype):
    """Inputs of every size, on a grid and, with one in each cell, off it; all exact in float32."""
    rng = np.random.default_rng(0)
    near = np.arange(-6, 6, 1 / 16) + rng.integers(1, 64, 192) / 1024
    far = np.arange(6, 30, 1 / 4) + rng.integers(1, 256, 96) / 1024
    far = [*far, 10, 20, 40, 80, 100, 300, 1000, 10000, *(10 ** rng.uniform(1.5, 4, 20) // 1 + 0.5)]
    tiny = np.float32([1e-20, 9e-6, 9e-5, 9e-4, 9e-3])  # just below where a series may take over
    beyond = np.concatenate([tiny, far])
    around = np.add.outer(np.float32(f.kinks), np.float32([-1, 0, 1]) / 1024).ravel()  # the kinks
    return np.unique([*np.linspace(-6, 6, 49), *near, *beyond, *-beyond, *around]).astype(dtype)


def _plainest(x):
    """The order in which to show some of these: whole numbers first, those near ±1, those far."""
    return np.lexsort((-x, np.where(np.abs(x) <= 6, np.abs(np.abs(x) - 1), np.abs(x)), x % 1 != 0))


@dataclasses.dataclass
class Trial:
    """The reader's function with the values of its parameters, and what it is held against."""

    my_f: object
    options: dict
    f: object
    derivative: bool
    hints: set = dataclasses.field(default_factory=set)

    @property
    def target(self):
        return self.f.derivative if self.derivative else self.f

    def attempt(self, x):
        attempt = Attempt(self.my_f, x, **self.options)
        if attempt.printed:
            self.hints.add("What your function prints is not shown while it is tried.")
        if isinstance(attempt.value, (list, tuple)):
            self.hints.add("It returns a list: np.array(…) would make an array of it.")
        return attempt

    def array(self, x, where):
        return self.attempt(x).array(x.shape, where)

    def one(self, x):
        """The value at a single number."""
        return float(self.array(np.array([x]), f"with x = {as_text(x, 6)} alone")[0])

    def expected(self, x):
        """Lowest and highest value accepted: at a kink, any slope between those on both sides."""
        x = np.asarray(x, np.float64)
        low, high = np.array(self.target(x)), np.array(self.target(x))
        for kink in self.f.kinks if self.derivative else ():
            here, beside = np.isin(x, (kink, np.float32(kink))), (-np.inf, np.inf)
            if self.f.smoothness >= 0:  # else no slope exists there, so that none is asked for
                beside = self.f.derivative(np.nextafter(kink, beside))
            low[here], high[here] = min(beside), max(beside)
        return low, high

    def right(self, x, mine):
        """Which of the values are right to ten digits."""
        return np.isclose(np.clip(mine, *self.expected(x)), mine, 1e-10, 1e-10)

    def conditioning(self, x, dtype):
        """How far one rounding of x moves the value: where it does, no more can be asked for."""
        with np.errstate(all="ignore"):
            moved = self.target(x * (1 + 8 * np.finfo(dtype).eps)) - self.target(x)
            return np.nan_to_num(np.abs(moved), posinf=0)


def _unbroken(x, wrong):
    """Whether all is wrong there, but for a point here and there that is right by chance."""
    ends = np.flatnonzero(np.r_[True, wrong, True])
    first, last = ends[:-1], ends[1:] - 2  # of those that are right between two wrong ones
    some = last > first
    return (x[last[some]] - x[first[some]] <= 1 / 16).all()


def _region(x, wrong):
    """Where it is wrong, among the points tried, in words."""
    first, last = np.flatnonzero(wrong)[[0, -1]]
    low, high = as_text(x[first], 6), as_text(x[last], 6)
    if first == last:
        return f"at x = {low} only"
    for words, side in (
        (f"everywhere between {low} and {high}", x == x),
        (f"for x < 0, down to {low}", x < 0),
        (f"for x > 0, up to {high}", x > 0),
    ):
        if _unbroken(x[side], wrong[side]) and not (wrong & ~side & (x != 0)).any():
            return words
    x, wrong = x[first : last + 1], wrong[first : last + 1]
    some = "" if _unbroken(x, wrong) else f"at {wrong.sum()} of {x.size} points "
    return f"{some}between {low} and {high}"


def _facts(x, mine, right, wrong):
    """Where it is wrong and by how much: what can be said without knowing why."""
    where, bad = f"It is wrong {_region(x, wrong)}", wrong & np.isfinite(mine)
    x, mine, right = x[bad], mine[bad], right[bad]
    if not bad.any():
        return f"{where}."
    with np.errstate(all="ignore"):
        ratio, offset = mine / right, mine - right  # ∞ where 0 is right
        if x.size > 4 and mine.any() and np.ptp(ratio) < 1e-3 * abs(ratio[0] - 1) < np.inf:
            return f"{where}. Each value there is {apart(ratio[0], 1)[0]} times the right one."
    if x.size > 4 and np.ptp(offset) < 1e-3 * abs(offset[0]):
        side = "large" if offset[0] > 0 else "small"
        return f"{where}: each value is too {side} by {as_text(abs(offset[0]))}."
    worst = np.argmax(np.abs(offset))
    most, at = ("at most ", f" (at x = {as_text(x[worst], 6)})") if x.size > 1 else ("", "")
    size = f"by {most}{as_text(abs(offset[worst]), 2)}{at}"
    return f"{where}, {size}. {agreement(mine, right)}".rstrip()


def _reason(trial, x, mine, right, wrong):
    """Why values in the ordinary range are wrong, as far as it can be made sure of."""
    smooth = ~np.isin(x, np.float32(trial.f.kinks))
    ordinary, finite = smooth & (x != 0), mine[np.isfinite(mine)]
    some = np.flatnonzero(wrong & ordinary)[::8]
    alone = [trial.one(t) for t in x[some]]
    if trial.right(x[some], alone).all() and not np.allclose(alone, mine[some], 1e-13, 0):
        first = " (np.vectorize takes its dtype from the first)"
        return ("One number at a time it is right: here the other numbers of the array get in"
                f"{first if isinstance(trial.my_f, np.vectorize) else ''}.")  # fmt: skip
    if not finite.size:
        return "You give no finite number at all."
    if np.ptp(finite) == 0:
        return "You give the same value at every x."
    use = ordinary & np.isfinite(mine)
    error = np.abs(mine - right)[use].max(initial=0)

    def reproduces(outcome):
        left = np.abs(outcome(x[use]) - mine[use])
        return (left <= 1e-9 * error + 1e-14 * np.maximum(1, np.abs(mine[use]))).all()

    enough = use.sum() > 20 and (wrong & use).any()
    words = explanation(mistakes(trial.f, trial.derivative), reproduces) if enough else ""
    return words or _facts(x, mine, right, wrong & smooth if (wrong & smooth).any() else wrong)


NOT_FINITE = {  # what NumPy warns of, and what to tell
    "overflow": "An exponential overflows to ∞, and ∞ − ∞, ∞/∞ and 0·∞ have no value: rewrite the "
    "formula so that only exponentials of numbers ≤ 0 are taken.",
    "invalid value encountered in divide":
        "The formula divides 0 by 0 there: cancel x, or treat 0 apart.",
}  # fmt: skip
CANCELS = ("Close to 0 two nearly equal numbers cancel (such as eˣ − 1): np.expm1, np.log1p or "
           "np.tanh keep the digits.")  # fmt: skip
SATURATES = ("Rounded to 0 too early: a difference such as 1 − s or 1 − tanh², or a sum such as "
             "1 + eˣ, loses the small term. Rewrite it with e^−|x|, np.log1p or erfc.")  # fmt: skip


def _value_problems(trial, dtype, mine):
    """Pairs (kind of mistake, words) for the finite inputs in one precision."""
    x, mine = _points(trial.f, dtype).astype(np.float64), np.asarray(mine, np.float64)
    low, high = trial.expected(x)
    right = np.where(np.isnan(mine), np.where(np.isfinite(low), low, 0), np.clip(mine, low, high))
    with np.errstate(invalid="ignore"):
        error = np.abs(mine - right)  # ∞ − ∞ where a jump allows anything
    size, at_zero = np.abs(right), np.abs(x) < 1e-9
    tiny, near = at_zero & (x != 0), (np.abs(x) <= 6) & ~at_zero | (x == 0)
    strict = TOLERANCE[dtype] * np.maximum(size, near)
    allowed = np.where(near | (size > 1e-3), strict, 0.01 * size + LOST[dtype])
    wrong = ~(error <= allowed + trial.conditioning(x, dtype)) & np.isfinite(low)
    blown = wrong & ~np.isfinite(mine)
    single = "" if dtype is np.float64 else "In float32: "

    def told(kind, where, words=""):
        if where.any():
            i = next(i for i in _plainest(x) if where[i])
            words = words or advice(trial.attempt(x[i : i + 1].astype(dtype)).warned, NOT_FINITE)
            yield kind, f"{single}{what_came(x[i], mine[i], right[i])} {words}".rstrip()

    here, out = wrong & near & ~(blown & at_zero), wrong & ~near & ~at_zero
    yield from told("zero", blown & at_zero)
    if here.any():
        words = f"In float64 it is right. {_facts(x, mine, right, here)}"
        if not single:
            seen = (np.abs(x) <= 20) & ~tiny & (near | ~blown) & ~(blown & at_zero)
            words = _reason(trial, x[seen], mine[seen], right[seen], wrong[seen])
        yield from told("value", here, words)
    yield from told("overflow", blown & out)
    if (here & ~blown).any():
        return
    rest, eps = wrong & ~blown, np.finfo(dtype).eps
    beside_1 = 4 * eps * np.maximum(1, np.abs(x))  # what a sum with 1 loses, perhaps times x
    lost = rest & (error <= beside_1) & ((error > eps / 16) | (mine == 0))
    yield from told("cancellation", lost & tiny, CANCELS)
    far, gone = rest & ~lost, lost & out & (mine == 0)
    if gone.any() and not far.any():
        yield from told("saturation", gone, SATURATES)
    elif (far | lost & out).any():
        yield from told("far", far if far.any() else lost & out, _facts(x, mine, right, rest))


NEARLY = {"limit", "nan"}  # kinds of mistakes beside which all finite inputs are right
NO_VALUE = {"in multiply": "∞ · 0", "in divide": "∞/∞", "in subtract|in add": "∞ − ∞"}


def _limit_problems(trial):
    """±∞ must give the limit, and nan nan; in a slope, nan and the value at a kink are hints."""
    for x, stop, name in ((-np.inf, -1e4, "np.maximum"), (np.inf, 1e4, "np.minimum")):
        mine, limit = trial.one(x), float(trial.expected(x)[0])
        if not np.isclose(mine, limit, 1e-6, 1e-12) and not np.isnan(limit):
            form = advice(trial.attempt(np.array([x])).warned, NO_VALUE)
            words = f"{form} has no value." if form else "It is the limit that is asked for."
            if not trial.options and np.isclose(trial.one(stop), limit, 1e-6, 1e-12):
                words += f" Stop x there first: {name}(x, {stop:g})."
            yield "limit", f"{what_came(x, mine, limit)} {words}"
    mine = trial.one(np.nan)
    if not np.isnan(mine):
        yield ("nan hint" if trial.derivative else "nan"), (
            f"{what_came(np.nan, mine, np.nan)} An error upstream must stay visible. Comparisons "
            "with nan are false: np.maximum, np.minimum and np.clip keep it; so does "
            "np.where(np.isnan(x), x, …) around the result.")  # fmt: skip
    for x in trial.f.kinks if trial.derivative and trial.f.smoothness == 0 else ():
        slopes = trial.one(x), float(trial.f.derivative(x))
        if not np.isclose(*slopes):
            yield "kink hint", ("At the kink x = {} you give {}, this book {}: every slope between "
                                "those on both sides is right there."
                                .format(as_text(x), *apart(*slopes)))  # fmt: skip


def _form_problems(trial):
    """Shapes, dtypes, integers, overwritten inputs and warnings, once the values are right."""
    x = np.linspace(-2.5, 2.5, 6)
    if trial.attempt(x).changed:
        yield "changed", "It overwrites its input: work on a new array (no x *= …, no x[mask] = …)."
    for dtype in (np.float64, np.float32):
        value = trial.attempt(x.astype(dtype)).value
        got, free = np.asarray(value).dtype, isinstance(trial.my_f, np.vectorize)
        if got != dtype and not free and not isinstance(value, (list, tuple)):
            yield "dtype", (f"Given {np.dtype(dtype)} it returns {got}; the dtype of x should be "
                            f"kept: {FLOATS}, and end with .astype(x.dtype).")  # fmt: skip
    points = _points(trial.f, np.float64)
    if trial.attempt(points).warned:
        plain = points[_plainest(points)]
        at = next((t for t in plain if trial.attempt(np.array([t])).warned), points[0])
        yield "warning hint", (
            f"NumPy warns at x = {as_text(at)}, though the result is right: a large number "
            "overflows on the way. np.where computes both of its branches and throws one away; "
            "bound the input there, as in np.exp(np.minimum(x, 0)).")  # fmt: skip
    inputs = {f"with an array of shape {s}": np.resize(x, s) for s in ((), (2, 3), (3, 1, 2))}
    for where, x in {**inputs, "with an array of integers": np.arange(-3, 4)}.items():
        mine, (right, _) = trial.array(x, where), trial.expected(x)
        wrong = ~trial.right(x, mine)
        if wrong.any():
            cut = ("What takes the dtype of x (x.copy(), np.empty_like(x), .astype(x.dtype)) cuts "
                   f"to whole numbers: {FLOATS}.") * (x.dtype.kind == "i")  # fmt: skip
            told = what_came(x[wrong][0], mine[wrong][0], right[wrong][0])
            yield where, f"Called {where}: {told} {cut}".rstrip()


def _why_it_raises(trial, said):
    """After an exception: for which numbers it happens, and advice where single numbers work."""
    if "it raises" not in said or "alone" in said:
        return ""
    points = _points(trial.f, np.float64)

    def right(t):
        with contextlib.suppress(Unusable):
            return trial.right(t, Attempt(trial.my_f, t, **trial.options).array((), ""))

    first = next((t for t in points[_plainest(points)].tolist() if not right(t)), None)
    where = " It is right for single numbers, not for arrays." * ("array of float" in said)
    if first is not None:  # at 1, which is tried first, it says nothing
        where = f" The first number that it fails at is x = {as_text(first)}." * (first != 1)
    return f"{where} {advice(said)}".rstrip()


def _examine(trial):
    """The first words of each kind, until the reader's function cannot be used any further."""
    found = {}

    def tell(problems):
        for kind, words in problems:
            found.setdefault(kind, words)

    try:
        for dtype in (np.float64, np.float32):  # in float32 only what float64 does not show
            mine = trial.array(_points(trial.f, dtype), f"with an array of {np.dtype(dtype)}")
            tell(() if found else _value_problems(trial, dtype, mine))
        told = found.keys() & {"zero", "value", "overflow"}  # which explain some of the rest
        tell(() if found else _limit_problems(trial))
        tell(p for p in _form_problems(trial) if not told or p[0] in ("changed", "dtype"))
    except Unusable as unusable:
        found["broken"] = f"{unusable}{_why_it_raises(trial, str(unusable))}"
    return found


def _reacts(my_f, name, parameter):
    """Whether a function that takes any ``**kwargs`` does something with this one."""
    values, x = parameter.choices or parameter.slider or (), np.arange(-3.0, 4)
    attempts = [Attempt(my_f, x, **{name: value}) for value in values]
    return not any(attempt.error for attempt in attempts) and (
        len({str(attempt.value) for attempt in attempts}) > 1)  # fmt: skip


def _accepted(my_f, declared, given):
    """By which names the reader's function takes the parameters: {declared name: its name}."""
    signature = {p.name: p for p in parameters_of(my_f)[1:] if p.kind is not p.POSITIONAL_ONLY}
    taken = {name: name for name in declared if name in signature}
    lacking = [name for name in declared if name not in taken]
    spare = [p for name, p in signature.items() if name not in declared
             and p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]  # fmt: skip
    if len(lacking) == 1 == len(spare):
        usual = declared[lacking[0]].default
        if spare[0].default in (spare[0].empty, usual, given.get(lacking[0], usual)):
            taken[lacking[0]] = spare[0].name
    if any(p.kind is p.VAR_KEYWORD for p in signature.values()):
        left = [name for name in declared if name not in taken]
        taken |= {name: name for name in left if _reacts(my_f, name, declared[name])}
    return taken


def _trials(my_f, f, derivative, taken, parameters):
    """The parameters given, then each other one that my_f takes, away from its default."""
    needed = {p.name for p in parameters_of(my_f) if p.default is p.empty}
    given = {taken[name]: getattr(f, name) for name in taken
             if name in parameters or taken[name] != name or name in needed}  # fmt: skip
    yield Trial(my_f, given, f, derivative), ""
    for name, its_name in taken.items():
        declared = f.parameters()[name]
        low, high = declared.slider or (0, 0)
        others = (low + 0.75 * (high - low), high + 0.5 * (high - low)) if declared.slider else ()
        for value in declared.choices or others:
            if name in parameters or value == getattr(f, name):
                continue
            with contextlib.suppress(ValueError):  # not allowed, as a lower bound above the upper
                trial = Trial(my_f, {**given, its_name: value},
                              dataclasses.replace(f, **{name: value}), derivative)  # fmt: skip
                shown = value if declared.choices else as_text(value)
                yield trial, f"With {its_name} = {shown}: "


def check_activation(my_f, key, derivative=False, **parameters):
    """Try ``my_f(x)`` against the activation ``key`` or its slope; say what is wrong, and why.

    ``my_f`` takes an array and returns one of the same shape and dtype. ``parameters`` are those of
    the catalogue's class, such as ``alpha=0.5``; they are passed on to ``my_f`` if it takes them by
    name. A parameter that ``my_f`` takes but you do not give is also tried away from its default.

    Returns a `Verdict`. Raises ``ValueError`` for an unknown key, ``TypeError`` if ``my_f`` cannot
    be called or the activation has no such parameter. At a kink every subgradient is right; one
    that is not the book's is a hint, as are a warning and a slope that turns nan into a number. A
    call that takes more than a few seconds of the processor's time is stopped; input() raises.
    """
    check_callable(my_f, "my_f")
    kinds = {f.key: type(f) for f in activations.ALL}
    if key not in kinds:
        raise ValueError(f"key must be one of {', '.join(map(repr, kinds))}, got {key!r}")
    declared = kinds[key].parameters()
    if unknown := sorted(set(parameters) - set(declared)):
        allowed = ", ".join(declared) or "no parameters"
        raise TypeError(f"{key!r} takes {allowed}, got {', '.join(unknown)}")
    f = kinds[key](**parameters)
    taken = _accepted(my_f, declared, parameters)
    found, hints = {}, []
    trials = _trials(my_f, f, derivative, taken, parameters)
    first = next((p.name for p in parameters_of(my_f)), "x")
    if first in declared:
        trials, taken = (), {}
        found = {"order": f"Its first argument is {first}; that must be x."}
    elif key == "prelu" and not taken and not parameters:
        name, learned = next(iter(declared.items()))
        trials, found = (), {"missing": f"It takes no {name}. That is learned, so it must be an "
                             f"argument: {name}={learned.default:g}."}  # fmt: skip
    for trial, prefix in trials:
        told = _examine(trial)
        aside = [prefix + told.pop(kind) for kind in list(told) if kind.endswith("hint")]
        hints = hints or aside + sorted(trial.hints)
        found = {kind: prefix + words for kind, words in told.items()} | found
        if found.keys() - NEARLY:  # else other parameters may show more
            break
    hints += [f"Your parameter {mine} is called {name} here, as in PyTorch."
              for name, mine in taken.items() if name != mine]  # fmt: skip
    subject = f"derivative of {key}" if derivative else key
    praise = f"right at {_points(f, np.float64).size} points and at ±∞, in float32 and float64."
    nearly = bool(found) and found.keys() <= NEARLY
    return Verdict(subject, praise, tuple(found.values()), tuple(hints), nearly)
