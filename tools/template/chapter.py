# %% [markdown]
# # TITLE: the method in plain words
# One line that says what it does {cite}`BIBKEY`.

# %% tags=["hide-input"]
# Opened alone? pip install ./runnable-vision, a copy of the book's repository, first.
from dataclasses import dataclass

import torch
from torch import nn

from helpers import (
    claim,
    explore,
    figures,
    not_reproduced,
    not_testable,
    not_tried,
    results_table,
    start,
)
from helpers.measure.smoothing import running_mean
from helpers.measure.statistics import mean_and_deviation
from helpers.nets.first_weights import seeded

run = start("SLUG")

# %% [markdown]
# The configuration, with the paper's names for its fields and the paper's own values in
# `PAPER`.

# %% tags=["hide-input"]
@dataclass
class Config:
    n: int  # what it counts
    trainings: int  # paired ones, on which the verdicts rest


cfg = run.pick(
    quick=Config(n=100, trainings=1),
    book=Config(n=1_000, trainings=3),
    gpu=Config(n=100_000, trainings=3),
)
PAPER = Config(n=1_000_000, trainings=1)

# %% [markdown]
# ## The problem
# What is hard, and how the obvious approach fails. Look at ... in the first figure.

# %% mystnb={"figure": {"caption": "What the reader should see.", "name": "fig-SLUG-DASHED-problem"}, "image": {"alt": "What is drawn, for those who do not see it."}}
figure, axes = figures.panels(1, 2)
figure

# %% [markdown]
# ## The idea
# The insight in words and one drawing; the key equations, numbered as in the paper, each
# symbol with its shape.
#
# ## The world
# The data and its ground truth. It ends with a measured gate: a blind control is far from
# the method and not degenerate, the baseline has learned something, and train and test
# are disjoint in what matters.

# %%
def sample(generator):
    """Inputs [n, 2], and what is to be found [n, 1]."""
    x = torch.randn(cfg.n, 2, generator=generator).to(run.device)
    return x, x.sum(1, keepdim=True)


# %% [markdown]
# ## The method
# A text cell with the equation, then a code cell with the same symbols, then a check of
# values that calls the function which the training calls.
#
# ## Training
# How long, and what to expect: ask for a prediction. Afterwards the curve, and what it
# says. The k-th training of every method starts and draws alike, so the trainings are
# paired.

# %%
def train(steps, rate, label, k):
    """The network, and the loss at each step."""
    with seeded(run.stream("first weights", k)):
        net = nn.Linear(2, 1).to(run.device)
    generator = run.stream("training", k)
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    for _ in (bar := run.steps(steps, label)):
        x, y = sample(generator)
        loss = (net(x) - y).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        bar.log(loss=loss)
    return net, bar.history["loss"]


trained = [train(50, 0.1, "ours", k) for k in range(cfg.trainings)]

# %% mystnb={"figure": {"caption": "Loss in training (running mean over 10 steps).", "name": "fig-SLUG-DASHED-training"}, "image": {"alt": "A falling curve of the loss against the step."}}
figures.curves(
    {"ours": running_mean(trained[0][1], 10)}, xlabel="step", ylabel="loss", logy=True
)

# %% [markdown]
# ## Results
# One table: ours, untrained, blind, baselines, ablations, the paper's number beside ours.
# Then the figures that settle a question.

# %%
errors = [losses[-10:].mean() for _, losses in trained]
results_table(
    {"ours": {"error": mean_and_deviation(errors)}},
    paper={"ours": {"error": 0.5}},
    better={"error": "lower"},
    caption="What is measured, in which units.",
)

# %% [markdown]
# ### Where it breaks
# An input or a setting at which the method itself fails, measured, and the chapter that
# mends it where there is one.

# %% [markdown]
# ## Explore
# One thing to try, and what it teaches.

# %%
def draw(alpha):
    figure, axes = figures.panels()
    axes.plot([0, 1], [0, alpha])
    return figure


explore(
    draw,
    alpha=[0.0, 0.5, 1.0],
    start={"alpha": 0.5},
    labels={"alpha": "what it is called in words"},
    caption="What to move and what to watch.",
    alt="What is drawn.",
)

# %% [markdown]
# ## Does it hold?
# One verdict for each statement of `book/statements/SLUG.json`, each under its sentence.
# STATEMENTS

# %% [markdown]
# ### Mechanism
# What each piece does, where it breaks; no number of the paper.

# %% tags=["nbval-check-output"]
claim(
    "What we measured and found, in one full sentence without a measured number.",
    0.0,
    ">=",
    1,
    core=True,
    controls={
        "untrained": 0.0,
        "blind": 0.0,
        "rival": (None, "why there is no rival for this"),
    },
)

# %% [markdown]
# ## At paper scale
# The paper's configuration on the `meta` device against counts that the paper prints,
# what a GPU buys, and your own data: a loader for the published layout of the data set,
# run on a tiny copy of it in a temporary folder.

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
# ### 3. Extend
#
# ## What we changed
# Every difference from the paper and from its authors' code, and what it does to the
# verdicts.
