"""The protocol of the evidence, as data: what is compared, on what, for how long, how often.

README.md says why each of these was chosen.
"""

from dataclasses import dataclass

BUDGETS = (150, 500, 1500)  # updates
BATCH = 64  # samples an update
TUNING_SEEDS = (100, 101)  # choose the learning rate, on validation data
SEEDS = tuple(range(10))  # are reported, on test data
GRID = {"sgd": (-7, -1), "adamw": (-9, -3)}  # exponents of evidence.STEP at first; widened
WIDEST = (-18, 9)  # beyond which no grid is widened
MOMENTUM = 0.9
BETAS, WEIGHT_DECAY, WARM_UP = (0.9, 0.99), 0.01, 0.1  # of AdamW; warm-up as a share of the budget
LOOKS = (25, 50, 75, 100, 150, 200, 300, 400, 500, 700, 900, 1200, 1500)  # at the validation data


@dataclass(frozen=True)
class Setting:
    """One cell of the design: everything but the activation.

    ``goal`` is the validation score whose first sight gives "updates to goal".
    """

    key: str
    task: str
    network: str
    depth: int
    optimiser: str
    start: str
    goal: float
    budgets: tuple = BUDGETS
    gated: bool = False  # whether gated blocks take part
    batch: int = BATCH

    @property
    def words(self):
        """What the reader is told: task, network, optimiser and start."""
        layers = {"plain": f"{self.depth} plain layers", "painter": f"{self.depth} plain layers",
                  "residual": f"{self.depth} residual blocks", "recurrent": "a recurrent state",
                  "convolutional": f"{self.depth} convolutions",
                  "transformer": f"{self.depth} transformer blocks"}  # fmt: skip
        tasks = {"mnist1d": "MNIST-1D", "digits": "digits", "picture": "a picture", "text": "text"}
        optimisers = {"sgd": "SGD with momentum", "adamw": "AdamW"}
        starts = {"he": "He", "lecun": "LeCun", "xavier": "Xavier", "default": "PyTorch's default",
                  "orthogonal": "orthogonal", "gpt": "GPT-2's"}  # fmt: skip
        return {"task": tasks[self.task], "network": layers[self.network],
                "optimiser": optimisers[self.optimiser], "start": starts[self.start]}  # fmt: skip


def _plain(depth, optimiser="sgd", start="he", task="mnist1d", goal=40.0, **more):
    key = f"{task}-plain{depth}-{optimiser}-{start}"
    return Setting(key, task, "plain", depth, optimiser, start, goal, **more)


def _of(task, network, depth, optimiser, start, goal, **more):
    return Setting(f"{task}-{network}-{optimiser}", task, network, depth, optimiser, start, goal,
                   **more)  # fmt: skip


# In the order in which they are measured: what carries most of the advice comes first.
SETTINGS = (
    _plain(8),
    _plain(2),
    _plain(8, task="digits", goal=90.0),
    _plain(8, "adamw", "default"),
    _plain(8, "sgd", "default"),
    _of("mnist1d", "residual", 4, "adamw", "he", 50.0, gated=True),
    _of("picture", "painter", 4, "adamw", "he", 25.0, batch=256),
    _of("mnist1d", "recurrent", 1, "adamw", "orthogonal", 30.0),
    _of("mnist1d", "convolutional", 3, "adamw", "he", 50.0),
    _plain(4),
    _plain(16),
    _of("text", "transformer", 2, "adamw", "gpt", 3.5, budgets=(150, 500), gated=True, batch=8),
    _plain(8, "sgd", "xavier"),
    _plain(8, "adamw"),
    _plain(8, "sgd", "lecun"),
    _of("mnist1d", "residual", 4, "sgd", "he", 50.0, gated=True),
    _of("digits", "residual", 4, "adamw", "he", 90.0, gated=True),
    _of("mnist1d", "convolutional", 3, "sgd", "he", 50.0),
)
