"""Citations find their style once: the library looks through everything that is installed for each of them."""

from __future__ import annotations

from functools import cache

import pybtex.plugin
from sphinx.application import Sphinx


def setup(_app: Sphinx) -> None:
    pybtex.plugin._load_entry_point = cache(pybtex.plugin._load_entry_point)
