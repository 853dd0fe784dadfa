"""Training a stack of networks, each with its own seed and learning rate."""

import math
from dataclasses import dataclass

import numpy as np
import protocol
import torch
from networks import NETWORKS, draw
from tasks import task


@dataclass
class Outcome:
    """What a stack of runs gave: for each model a row."""

    validation: dict  # budget: scores
    test: dict  # budget: scores
    train_loss: dict  # budget: losses of the last minibatches
    reached: np.ndarray  # updates at the first look at the goal, 0 for never


def stack(network, start, seeds):
    """Leaf tensors [(W, b), …] with one model for each seed, and as many learned slopes."""
    drawn = {}
    for seed in set(seeds):
        generator = torch.Generator().manual_seed(seed)
        drawn[seed] = [draw(weight, start, generator) for weight in network.weights]
    pairs = []
    for k, weight in enumerate(network.weights):
        W, b = (torch.stack([drawn[s][k][i] for s in seeds]).requires_grad_() if i == 0
                or weight.bias else None for i in (0, 1))  # fmt: skip
        pairs.append((W, b))
    learned = network.contender.learned
    if learned is None:
        return pairs, []
    slope = torch.full((len(seeds), 1, 1), learned)
    return pairs, [slope.requires_grad_()]


class SGD:
    """Gradient descent with momentum, at a constant rate."""

    def __init__(self, parameters, rates):
        self.parameters, self.rates = parameters, rates
        self.velocities = [torch.zeros_like(p) for p in parameters]

    def step(self, share):
        for p, v in zip(self.parameters, self.velocities):
            v.mul_(protocol.MOMENTUM).add_(p.grad)
            p.addcmul_(v, self.rates, value=-1)


class AdamW:
    """Adam with decoupled weight decay; the rate warms up and then falls along a cosine to 0."""

    def __init__(self, parameters, rates):
        self.parameters, self.rates, self.t = parameters, rates, 0
        self.means = [torch.zeros_like(p) for p in parameters]
        self.squares = [torch.zeros_like(p) for p in parameters]

    def step(self, share):
        self.t += 1
        one, two = protocol.BETAS
        warm = min(1, share / protocol.WARM_UP)
        past = max(0, (share - protocol.WARM_UP) / (1 - protocol.WARM_UP))
        rates = self.rates * (warm * (1 + math.cos(math.pi * past)) / 2)
        for p, m, s in zip(self.parameters, self.means, self.squares):
            m.lerp_(p.grad, 1 - one)
            s.mul_(two).addcmul_(p.grad, p.grad, value=1 - two)
            size = s.div(1 - two**self.t).sqrt_().add_(1e-8).mul_(1 - one**self.t)
            if p.shape[1] > 1:  # a matrix: biases and slopes do not decay
                p.mul_(1 - protocol.WEIGHT_DECAY * rates)
            p.addcmul_(m / size, rates, value=-1)


OPTIMISERS = {"sgd": SGD, "adamw": AdamW}


def clipped(parameters, limit=1.0):
    """Each model's gradient cut to a norm of at most ``limit``; a recurrent network needs it."""
    norms = sum(p.grad.square().flatten(1).sum(1) for p in parameters).sqrt()
    factor = (limit / (norms + 1e-6)).clamp(max=1)[:, None, None]
    for p in parameters:
        p.grad.mul_(factor)


@torch.no_grad()
def judged(network, weights, f, part, measure, worst, models):
    """The score of every model on a part of the data; one that has diverged has the worst."""
    X, y = (t.expand(models, *t.shape) for t in part)
    scores = torch.nan_to_num(measure(network(X, weights, f), y), nan=worst, posinf=worst,
                              neginf=worst)  # fmt: skip
    broken = ~torch.stack([W.isfinite().flatten(1).all(1) for W, _ in weights]).all(0)
    scores[broken] = worst
    return scores.numpy()


def train(setting, contender, seeds, rates, budgets, test=False):
    """Train one model for each pair of a seed and a rate, for the largest of the budgets.

    With AdamW, whose rate falls to 0 at the end, ``budgets`` must be a single one.
    """
    data = task(setting.task)
    network = NETWORKS[setting.network](data.inputs, data.outputs, setting.depth, contender)
    weights, slopes = stack(network, setting.start, seeds)
    parameters = [t for pair in weights for t in pair if t is not None] + slopes
    f = (lambda z: contender.f(z, slopes[0])) if slopes else contender.f
    models, end = len(seeds), max(budgets)
    optimiser = OPTIMISERS[setting.optimiser](
        parameters, torch.tensor(rates, dtype=torch.float32)[:, None, None]
    )
    size, batch = len(data.train[0]), setting.batch
    each = {seed: np.random.default_rng(seed) for seed in set(seeds)}
    queue = {seed: np.empty(0, int) for seed in each}
    found = Outcome({}, {}, {}, np.zeros(models, int))
    losses = []
    for update in range(1, end + 1):
        for seed, rng in each.items():
            if len(queue[seed]) < batch:
                queue[seed] = rng.permutation(size)
        index = torch.tensor(np.stack([queue[seed][:batch] for seed in seeds]))
        queue = {seed: left[batch:] for seed, left in queue.items()}
        X, y = (t[index] for t in data.train)
        loss = data.loss(network(X, weights, f), y)
        for p in parameters:
            p.grad = None
        loss.sum().backward()
        losses.append(loss.detach())
        with torch.no_grad():
            if setting.network == "recurrent":
                clipped(parameters)
            optimiser.step(update / end)
        if update in budgets or update in protocol.LOOKS and test:
            scores = judged(network, weights, f, data.validation, data.score, data.worst, models)
            first = (found.reached == 0) & (data.better * (scores - setting.goal) >= 0)
            found.reached[first] = update
        if update in budgets:
            found.validation[update] = scores
            last = torch.stack(losses[-max(1, size // batch):]).mean(0).numpy()
            found.train_loss[update] = np.nan_to_num(last, nan=np.inf)
            if test:
                found.test[update] = judged(
                    network, weights, f, data.test, data.score, data.worst, models)
    return found
