"""``watch``: what every activation of a model does while the model is used, and what a step does.

A pass begins with the outermost call of a module of the model. In those passes that are looked at,
a ``TorchFunctionMode`` sees every function that PyTorch is asked for, so it does not matter whether
an activation is a module, a function or a method; hooks on the modules say where it was called.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from contextlib import contextmanager

import torch
from torch import nn
from torch._C._functorch import peek_interpreter_stack
from torch.nn.modules.module import register_module_forward_hook
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)
from torch.overrides import TorchFunctionMode

from actfun.checks import whole_number
from actfun.reports import Report
from actfun.torch.functions import (
    CONVOLUTIONS,
    LINEAR,
    NAMES,
    OTHERS,
    PRODUCTS,
    in_catalogue,
    out_of_place,
    plain_name,
)
from actfun.torch.looking import length_of, look, means_of, rows_of

CALLS = 8  # of one activation in a pass, as in a loop over time


@contextmanager
def watch(model, every=50, window=10, activations=()):
    """Look into a model while it is trained or used: ``with watch(model) as report:``.

    Parameters
    ----------
    model : nn.Module
        Used in the ``with`` block as ever, by calling it or modules in it.
    every : int
        Look at each so many-th pass, in training and in ``eval()`` apart. The others cost next to
        nothing.
    window : int
        Look at the first so many passes too. The report speaks of the last so many that were looked
        at: means over them; and a unit is dead if none of their samples woke it.
    activations : iterable of classes and functions
        What else counts as one: your own ``nn.Module`` classes that map elements to elements, or
        functions of ``torch`` such as ``torch.sin``. A small module of your own in which a known
        activation is called (``x * torch.sigmoid(x)``) is one without being named.

    Yields
    ------
    LiveReport
        All that a `Report` has, up to date whenever it is read, in the block and after it.

    Raises
    ------
    TypeError
        If ``model`` is no ``nn.Module``, or is or has something that cannot be seen into: compiled
        or scripted modules, ``DataParallel`` on several devices.

    Notes
    -----
    From an activation of more than 2¹⁵ elements a part of the samples is taken, eight at least.
    Nothing waits for a GPU before the next look or the report. The gradient of an activation is
    that of the latest backward pass: under a ``GradScaler`` it is the scaled one. A layer's
    gradient is the one that the optimiser is given. At the end of the block, with an exception
    too, all hooks are gone.

    Examples
    --------
    >>> with watch(model) as report:
    ...     for x, y in loader:
    ...         loss = criterion(model(x), y)
    ...         optimizer.zero_grad()
    ...         loss.backward()
    ...         optimizer.step()
    >>> report
    """
    watcher = Watcher(model, every, window, activations)
    with watched(model, watcher):
        yield LiveReport(watcher)


@contextmanager
def watched(model, watcher):
    """With the hooks of the watcher on model and optimisers; without them behind it."""
    handles = [module.register_forward_pre_hook(watcher.enter) for module in model.modules()]
    handles += [
        register_optimizer_step_pre_hook(watcher.before_step),
        register_optimizer_step_post_hook(watcher.after_step),
    ]
    try:
        yield
    finally:
        watcher.stop()
        for handle in (*handles, *watcher.outermost.values(), *watcher.everywhere):
            handle.remove()


def _transparent(model):
    """The model, unless watching it would see nothing."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be an nn.Module, got {type(model).__name__}")
    for module in model.modules():
        if hasattr(module, "_orig_mod") or getattr(module, "_compiled_call_impl", None):
            raise TypeError("a compiled model cannot be watched: its functions are fused. Watch "
                            "it before torch.compile, or as model._orig_mod")  # fmt: skip
        if isinstance(module, torch.jit.ScriptModule):
            raise TypeError("a scripted model cannot be watched: watch it before torch.jit")
        if isinstance(module, nn.DataParallel) and len(module.device_ids or ()) > 1:
            raise TypeError("DataParallel on several devices cannot be watched: its replicas are "
                            "gone after each pass. Watch model.module on one device, or use "
                            "DistributedDataParallel")  # fmt: skip
    return model


class LiveReport:
    """A `Report` that is made anew whenever it is read, while the model goes on."""

    def __init__(self, watcher):
        self._watcher = watcher

    def now(self):
        """What it says now, as a `Report` that stays so."""
        return self._watcher.report()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.now(), name)

    def __dir__(self):
        return sorted({*super().__dir__(), *dir(Report()), *vars(Report())})

    def __repr__(self):
        return repr(self.now())

    def _repr_markdown_(self):
        return self.now()._repr_markdown_()

    def plot(self):
        """A picture, activation by activation; needs matplotlib and gives its figure back."""
        from actfun import plots

        figure, axes = plots.panels(2, 2, height=5)
        plots.report(axes, self.now().seen)
        return figure


class _Mode(TorchFunctionMode):
    """Hands on every function of PyTorch that is called."""

    def __init__(self, called):
        super().__init__()
        self.called = called

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        self.called(func, args, kwargs)
        return func(*args, **kwargs)


def _blind():
    """A watcher for hooks that were copied or saved together with a watched model: idle."""
    watcher = object.__new__(Watcher)
    watcher.stack, watcher.idle = [], True
    return watcher


class Watcher:
    """What the hooks call, and what they have noted."""

    idle = False

    def __reduce__(self):
        return _blind, ()

    def __init__(self, model, every=1, window=1, activations=()):
        self.every = whole_number(every, "every", 1)
        self.window = window = whole_number(window, "window", 1)
        activations = tuple(activations)
        self.names = {id(m): name or "model" for name, m in _transparent(model).named_modules()}
        self.weights = {
            id(p): (name.removesuffix(".weight"), p)
            for name, p in model.named_parameters()
            if p.requires_grad and sum(n > 1 for n in p.shape) > 1
        }
        self.classes = tuple(a for a in activations if isinstance(a, type))
        self.known = NAMES | {plain_name(a) for a in activations if not isinstance(a, type)}
        self.stack = []  # the modules that we are in, each with what was measured before it
        self.mode = None  # while we look
        self.outermost, self.everywhere = {}, []  # hooks that call `leave`
        self.calls, self.layer, self.axis = {}, "input", -1
        # By outermost module, and whether it trains:
        self.passes, self.first = Counter(), {}
        self.looks = defaultdict(lambda: deque(maxlen=window))
        self.steps = defaultdict(lambda: deque(maxlen=window))  # by weight
        self.problems = {}  # in order, each once
        self.due, self.before, self.updates = set(), {}, 0  # weights whose next step is wanted

    # ------------------------------------------------------------------------------------- passes

    def enter(self, module, args):
        """Before a module is called."""
        if self.idle:
            return
        if self.stack and module is self.stack[0][0]:  # a Ctrl-C has ended the pass before
            self.stop()
        if not self.stack:
            if torch._C._current_graph_task_id() != -1 or peek_interpreter_stack() is not None:
                return  # a checkpoint computes once more in the backward pass; vmap and the like
            self.begin(module)
        if self.mode is not None or not self.stack:
            self.stack.append((module, len(self.calls)))

    def leave(self, module, args, output):
        """After it, or after an exception in it, which may have come before `enter`."""
        if all(module is not one for one, _ in self.stack):
            return
        while True:
            last, before = self.stack.pop()
            if last is module:
                break
        if self.mode is not None and self.is_own_activation(module, args, output, before):
            for key in list(self.calls)[before:]:  # it is the activation, not what it is made of
                del self.calls[key]
            self.measure(args[0], module.forward, type(module).__name__, self.names[id(module)])
        if not self.stack:
            self.stop()

    def begin(self, module):
        """A pass, whose end a hook on this module notices; while we look, on every module.

        No hook is removed in `leave`: after an exception PyTorch calls it in a loop over hooks.
        """
        while self.everywhere:
            self.everywhere.pop().remove()
        if id(module) not in self.outermost:
            hook = module.register_forward_hook(self.leave, always_call=True)
            self.outermost[id(module)] = hook
        key = (id(module), module.training)
        if self.passes[key] < self.window or self.passes[key] % self.every == 0:
            self.calls, self.layer, self.axis = {}, "input", -1
            self.looks[key].append(self.calls)
            self.first.setdefault(key, self.calls)
            self.due = set(self.weights) if module.training else set()
            self.everywhere.append(register_module_forward_hook(self.leave, always_call=True))
            self.mode = _Mode(self.called)
            self.mode.__enter__()
        self.passes[key] += 1

    def stop(self):
        """The end of a pass, however it came."""
        self.stack = []
        if self.mode is not None:
            mode, self.mode = self.mode, None
            mode.__exit__(None, None, None)

    # ---------------------------------------------------------------------------------- functions

    def called(self, func, args, kwargs):
        """A function of PyTorch is about to be called, while we look."""
        name = plain_name(func)
        if name in self.known:
            self.activation(func, name, args, kwargs)
        elif name in LINEAR or name in CONVOLUTIONS:
            named = [self.weights[id(a)][0] for a in args if id(a) in self.weights]
            if named or name not in PRODUCTS:
                self.axis = 1 if name in CONVOLUTIONS else -1
                self.layer = named[0] if named else self.names[id(self.stack[-1][0])]

    def activation(self, func, name, args, kwargs):
        z, *rest = args or (kwargs["input"],)
        kwargs = {k: v for k, v in kwargs.items() if k not in ("input", "inplace")}
        label = in_catalogue(name, rest, kwargs) or OTHERS.get(name, name)
        function = out_of_place(func)
        if name == "glu":
            z = z.chunk(2, *rest, **kwargs)[1]
            rest, kwargs, function, label = [], {}, torch.sigmoid, "gate of GLU"

        def alone(t):
            others = (r.to(t.dtype) if isinstance(r, torch.Tensor) else r for r in rest)
            return function(t, *others, **kwargs)

        inner = self.stack[-1][0]
        leaf = len(self.stack) > 1 and not any(True for _ in inner.children())
        self.measure(z, alone, label, self.names[id(inner)] if leaf else f"after {self.layer}")

    def is_own_activation(self, module, args, output, before):
        """One that the caller named; or a small module that calls a known one."""
        small = (
            len(self.calls) > before
            and self.stack
            and not type(module).__module__.startswith("torch.nn.")
            and not any(True for _ in module.children())
            and all(p.dim() < 2 for p in module.parameters())
        )
        if not (small or isinstance(module, self.classes)):
            return False
        tensors = isinstance(output, torch.Tensor) and args and isinstance(args[0], torch.Tensor)
        return tensors and output.shape == args[0].shape

    # ---------------------------------------------------------------------------------- measuring

    def measure(self, z, function, label, place):
        """Note what an activation makes of z, and wait for the gradient there."""
        keys = [place, *(f"{place}, call {nth}" for nth in range(2, CALLS + 1))]
        free = [key for key in keys if key not in self.calls]
        if not free or z.dim() < 2 or not z.numel() or not z.is_floating_point() or z.is_meta:
            return
        with torch._C.DisableTorchFunction():
            axis = 1 if self.axis == 1 and z.dim() > 2 else -1
            try:
                call = self.calls[free[0]] = look(z.detach(), function, label, axis)
            except Exception as problem:  # no reason to end somebody's training
                self.problems[f"{label} at {place} could not be looked at: {problem}"] = True
                return
            if z.requires_grad:
                z.register_hook(call.arrived)

    # -------------------------------------------------------------------------------------- steps

    def before_step(self, optimiser, args, kwargs):
        """An optimiser is about to move weights: of those that are due, keep a copy."""
        if self.due:
            held = {id(p) for group in optimiser.param_groups for p in group["params"]}
            self.before = {key: self.weights[key][1].detach().clone() for key in self.due & held}
            self.due -= held
            self.updates += bool(self.before)

    def after_step(self, optimiser, args, kwargs):
        for key, old in self.before.items():
            weight = self.weights[key][1].detach()
            size = length_of(old)
            moved = length_of(weight - old)
            gradient = self.weights[key][1].grad
            length = torch.zeros(()) if gradient is None else length_of(gradient.detach())
            root = math.sqrt(weight.numel())
            self.steps[key].append((size / root, length / root, moved / size))
        self.before = {}

    # ------------------------------------------------------------------------------------- report

    def report(self):
        """All of it as plain numbers. Here, and nowhere else, we wait for the device."""
        looks = {training: [d for (_, t), d in self.looks.items() if t is training]
                 for training in (True, False)}  # fmt: skip
        first = [[calls] for (_, training), calls in self.first.items() if training]
        return Report(
            activations=sum(map(rows_of, looks[True]), []),
            layers=[
                dict(layer=name, shape=tuple(p.shape)) | means_of(self.steps[key])
                for key, (name, p) in self.weights.items()
            ] if self.updates else [],
            first=sum(map(rows_of, first or [[c] for c in self.first.values()]), []),
            last=sum((rows_of([passes[-1]]) for passes in looks[True]), []),
            evaluation=sum(map(rows_of, looks[False]), []),
            passes=sum(map(len, looks[True])),
            updates=self.updates,
            notes=self.notes(),
        )  # fmt: skip

    def notes(self):
        if not self.passes:
            return ["no module of the model was called in the block: model(x) counts, "
                    "model.forward(x) and a compiled copy do not"]  # fmt: skip
        if not self.problems and not any(calls for looks in self.looks.values() for calls in looks):
            return ["no activation was seen: are they fused (nn.LSTM, torch.compile), or functions "
                    "to be named in activations=?"]  # fmt: skip
        return list(self.problems)
