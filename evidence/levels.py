"""Do our tools reach the published levels of MNIST-1D? ``python evidence/levels.py`` (minutes).

Four models as its authors describe them, trained as they did: Adam at 0.01, 8000 updates of 100
samples, on their own 4000 training samples, judged on their 1000 test samples (Greydanus & Kobak
2024). The last accuracy of every seed goes to ``levels.json``.
"""

import json

import numpy as np
import torch
from measure import STORE
from mnist1d.data import get_dataset_args, make_dataset
from torch import nn
from tqdm import trange

SEEDS = range(3)
UPDATES, BATCH, RATE = 8000, 100, 0.01


class Perceptron(nn.Module):
    """Two hidden layers of 256 ReLU units, the second added to the first."""

    def __init__(self):
        super().__init__()
        self.into, self.on, self.out = nn.Linear(40, 256), nn.Linear(256, 256), nn.Linear(256, 10)

    def forward(self, x):
        h = torch.relu(self.into(x))
        return self.out(h + torch.relu(self.on(h)))


class Convolutions(nn.Module):
    """Three convolutions of 25 channels and stride 2, the first five wide, the others three."""

    def __init__(self):
        super().__init__()
        steps = [(1, 5), (25, 3), (25, 3)]
        self.maps = nn.ModuleList(nn.Conv1d(n, 25, width, 2, 1) for n, width in steps)
        self.out = nn.Linear(125, 10)

    def forward(self, x):
        x = x[:, None]
        for convolution in self.maps:
            x = torch.relu(convolution(x))
        return self.out(x.flatten(1))


class Recurrent(nn.Module):
    """A GRU of six units in each direction; all of its states are read."""

    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 6, batch_first=True, bidirectional=True)
        self.out = nn.Linear(480, 10)

    def forward(self, x):
        return self.out(self.gru(x[..., None])[0].flatten(1))


MODELS = {"logistic regression": lambda: nn.Linear(40, 10), "fully connected": Perceptron,
          "convolutional": Convolutions, "recurrent (GRU)": Recurrent}  # fmt: skip


def reached(model, seed, data):
    """Test accuracy in percent after the training."""
    X, X_test = (torch.tensor(data[part], dtype=torch.float32) for part in ("x", "x_test"))
    y, y_test = (torch.tensor(data[part].astype(np.int64)) for part in ("y", "y_test"))
    torch.manual_seed(seed)
    net = model()
    adam = torch.optim.Adam(net.parameters(), RATE)
    for update in trange(UPDATES, desc=f"{model.__name__}, seed {seed}"):
        batch = torch.arange(update * BATCH, (update + 1) * BATCH) % len(X)
        loss = nn.functional.cross_entropy(net(X[batch]), y[batch])
        adam.zero_grad()
        loss.backward()
        adam.step()
    with torch.no_grad():
        return round(100 * (net(X_test).argmax(1) == y_test).double().mean().item(), 1)


if __name__ == "__main__":
    torch.set_num_threads(1)
    data = make_dataset(get_dataset_args())
    found = {name: [reached(model, seed, data) for seed in SEEDS] for name, model in MODELS.items()}
    text = json.dumps(found, indent=1)
    (STORE / "levels.json").write_text(text + "\n", encoding="utf-8")
    print(found)
