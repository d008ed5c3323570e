"""The small shared module of *Runnable Vision*: what would distract from a method, and nothing of the method itself.

Nearly every chapter uses the names below. The rest lives in rooms of its own and is imported explicitly, for example
``from helpers.worlds import furniture``: ``draw`` (figures, sheets, sounds), ``nets`` (blocks, first weights),
``geometry`` (meshes, rotations), ``measure`` (statistics), ``worlds`` (procedural data with exact ground truth).
"""

from .chapters import load_chapter
from .claims import ClaimFailed, claim
from .draw import figures
from .errata import erratum
from .explore import explore
from .run import Run, start
from .tables import results_table
from .verdicts import not_reproduced, not_testable, not_tried

__all__ = [
    "ClaimFailed",
    "Run",
    "claim",
    "erratum",
    "explore",
    "figures",
    "load_chapter",
    "not_reproduced",
    "not_testable",
    "not_tried",
    "results_table",
    "start",
]
