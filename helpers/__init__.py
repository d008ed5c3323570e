"""The small shared module of *Runnable Vision*: what would distract from a method, and nothing of the method itself.

Nearly every chapter uses the names below. Worlds and blocks live in rooms of their own and are imported explicitly,
for example ``from helpers.worlds import furniture``.
"""

from helpers import figures
from helpers.chapters import load_chapter
from helpers.claims import ClaimFailed, claim, erratum
from helpers.explore import explore
from helpers.run import Run, start
from helpers.tables import results_table

__all__ = [
    "ClaimFailed",
    "Run",
    "claim",
    "erratum",
    "explore",
    "figures",
    "load_chapter",
    "results_table",
    "start",
]
