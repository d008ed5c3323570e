"""A small notebook of form 2 with one cell for each kind of verdict, and the statements that it judges."""

from __future__ import annotations

from typing import Any

from book_site.statements import Statement

PAPER = {"title": "A Paper", "authors": "Ada One; Bob Two", "venue": "CVPR", "year": 2019, "key": "one2019"}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg=="
RUN = {"scale": "book", "seed": 0, "device": "cpu"}
MECHANISM = "Without the mask the error doubles."
REPRODUCED = "The masked net errs less than the plain one (ratio of errors)."


def statement(name: str, numbers: str = "1 against 2") -> Statement:
    return Statement(
        name, f"The sentence of {name}.", "Table 1", "error, lower is better", "the rival", numbers, "many"
    )


STATEMENTS = tuple(map(statement, ("first", "second", "third", "fourth", "fifth")))


def claim(**changes: Any) -> dict[str, Any]:
    facts = {"statement": MECHANISM, "of": None, "value": 2.0, "values": None, "op": ">=", "bound": 1.5}
    facts |= {"at": "quick", "core": False, "controls": None, "asserted": True, "held": True}
    return {"book_claim": facts | RUN | changes}


def verdict(of: str, kind: str, **facts: Any) -> dict[str, Any]:
    return {"book_verdict": {"of": of, "verdict": kind, "why": f"Why {of} is {kind}."} | facts}


CONTROLS = {
    "untrained": {"value": 1.31, "met": False},
    "blind": {"value": 0.5, "met": True},
    "rival": {"why": "nothing can stand in its place"},
}
OUTPUTS = [
    claim(
        statement=REPRODUCED,
        of="first",
        value=0.8,
        values=[0.7, 0.8, 0.9],
        op="<",
        bound=1.0,
        core=True,
        controls=CONTROLS,
    ),
    verdict(
        "second", "not reproduced", values=[1.0, 1.2, 1.1], value=1.1, op="<", bound=1.0, at="quick", met=False, **RUN
    ),
    verdict("third", "not testable"),
    verdict("fifth", "not tried"),
    claim(),
]
SEEDS = {
    "scale": "quick",
    "seeds": [0, 1, 2],
    "claims": {
        REPRODUCED: {"values": [0.7, 0.8, 0.6], "held": [True] * 3, "controls": {"untrained": [1.2, 1.3, 1.4]}},
        MECHANISM: {"values": [2.0, 2.0, 2.0], "held": [True] * 3, "controls": {}},
    },
    "verdicts": {"second": {"values": [1.1, 1.2, 1.3], "met": [False] * 3}},
}


def notebook(*outputs: dict[str, Any], **book: Any) -> dict[str, Any]:
    """The notebook with these records as outputs, or all of them, and further entries of `metadata.book`."""
    facts = {"form": 2, "slug": "one", "part": "fitting", "title": "One: it works", "paper": PAPER, "seeds": SEEDS}
    cells = [code(f"cell {k}", metadata=record) for k, record in enumerate(outputs or OUTPUTS)]
    return {"metadata": {"book": facts | book}, "cells": cells}


def code(
    source: str, metadata: dict[str, Any] | None = None, tags: tuple[str, ...] = (), **shown: Any
) -> dict[str, Any]:
    output = {"output_type": "display_data", "metadata": metadata or {}, "data": {"text/html": "", "text/plain": ""}}
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags), **({"mystnb": shown} if shown else {})},
        "source": source,
        "outputs": [output],
    }


def figure(name: str, data: dict[str, str], alt: str) -> dict[str, Any]:
    cell = code("draw()", figure={"name": name}, image={"alt": alt})
    cell["outputs"][0]["data"] = data
    return cell
