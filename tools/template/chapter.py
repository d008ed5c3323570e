# %% [markdown]
# # TITLE: the method in plain words
# One line that says what it does {cite}`BIBKEY`.

# %%
from dataclasses import dataclass

import torch
from torch import nn

from helpers import claim, explore, figures, results_table, start
from helpers.nets.first_weights import seeded
from helpers.measure.smoothing import running_mean
from helpers.measure.statistics import mean_and_error

run = start("SLUG")

# %% [markdown]
# The configuration, with the paper's names for its fields and the paper's own values in `PAPER`.

# %%
@dataclass
class Config:
    n: int  # what it counts


cfg = run.pick(quick=Config(100), book=Config(1_000), gpu=Config(100_000))
PAPER = Config(1_000_000)

# %% [markdown]
# ## The problem
# What is hard, and how the obvious approach fails. Look at ... in the first figure.

# %% mystnb={"figure": {"caption": "What the reader should see.", "name": "fig-SLUG-DASHED-problem"}, "image": {"alt": "What is drawn, for those who do not see it."}}
figure, axes = figures.panels(1, 2)
figure

# %% [markdown]
# ## The idea
# The insight in words and one picture; the key equations, numbered as in the paper, each symbol with its shape.
#
# ## The world
# The data, its ground truth, and why the paper's phenomenon lives in it.
#
# ## The method
# A text cell with the equation, then a code cell with the same symbols, then a check of values.
#
# ## Training
# How long, and what to expect: ask for a prediction. Afterwards the curve, and what it says.

# %%
def train(steps, rate, label):
    """The network, and the loss at each step."""
    with seeded(run.seed):
        net = nn.Linear(2, 1).to(run.device)
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in (bar := run.progress(steps, label)):
        x = torch.randn(cfg.n, 2, generator=run.generator).to(run.device)
        loss = (net(x) - x.sum(1, keepdim=True)).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        bar.log(loss=loss)
    return net, bar.history["loss"]


net, losses = train(50, 0.1, "ours")

# %% mystnb={"figure": {"caption": "Loss in training (running mean over 10 steps).", "name": "fig-SLUG-DASHED-training"}, "image": {"alt": "A falling curve of the loss against the step."}}
figures.curves({"ours": running_mean(losses, 10)}, xlabel="step", ylabel="loss", logy=True)

# %% [markdown]
# ## Results
# Figures and one table. Rivals and sweeps that `quick` has no time for train under `run.at_least("book")`; their rows
# stay in the table.

# %%
errors = torch.rand(20, generator=run.generator)  # of each test scene
results_table(
    {"ours": {"error": mean_and_error(errors)}},
    paper={"ours": {"error": 0.5}},
    better={"error": "lower"},
    caption="What is measured, in which units.",
)

# %% [markdown]
# ### Where it breaks
# An input or a setting at which the method itself fails, measured, and the chapter that mends it where there is one.

# %% [markdown]
# ## Explore
# Two or three things to try, and what they teach.

# %%
def draw(alpha):
    figure, axes = figures.panels()
    axes.plot([0, 1], [0, alpha])
    return figure


explore(draw, alpha=[0.0, 0.5, 1.0], caption="What to move and what to watch.", alt="What is drawn.")

# %% [markdown]
# ## Does it hold?
# The statement of the paper that the claim mirrors.

# %% tags=["nbval-check-output"]
claim("what holds, in words and without a measured number", 0.0, ">=", 1, core=True, paper="Table 1: ...")

# %% [markdown]
# ## At paper scale
# The paper's configuration on the `meta` device, what a GPU buys, and how to feed the real data set.

# %%
with torch.device("meta"):
    pass

# %% [markdown]
# ## Exercises
# ### 1. Predict
# What will happen if ...?

# %%
# The check.

# %% tags=["hide-cell"]
# The solution, executed.

# %% [markdown]
# ### 2. Modify
#
# ### 3. Repair or extend
#
# ## What we changed
# Every difference from the paper, and what it does to the conclusions.
