"""Draw assets/card.png, the picture that goes with a link to the book: python tools/draw_card.py"""

from pathlib import Path

import matplotlib.pyplot as plt

from actfun import ELU, GELU, ReLU, Sigmoid, Tanh, plots

plt.style.use("actfun.style")
fig, ax = plt.subplots(figsize=(6, 3.15))  # 1200 × 630 pixels, the size that social media ask for
plots.curves(ax, [Tanh(), ELU(), Sigmoid(), GELU(), ReLU()], span=(-4, 2.5), ylim=(-1.4, 2.6))
ax.set(xlabel="", ylabel="")
ax.set_title("Activation Functions", fontsize=24, fontweight="bold", pad=12)
ax.text(-3.9, 2.2, "read, drag, run", fontsize=15)
fig.get_layout_engine().set(w_pad=0.15, h_pad=0.15)
fig.savefig(Path(__file__).resolve().parent.parent / "assets" / "card.png", dpi=200)
