"""What every world offers beside its data."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest
from matplotlib.figure import Figure

from helpers import worlds

NAMES = [module.name for module in pkgutil.iter_modules(worlds.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_picture_with_a_sentence_that_can_be_its_caption(name: str) -> None:
    draw = importlib.import_module(f"helpers.worlds.{name}").sample_picture
    figure = draw()
    assert isinstance(figure, Figure)
    assert figure.axes
    assert inspect.getdoc(draw).splitlines()[0].endswith(".")
