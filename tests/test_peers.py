"""Pieces of helpers give the answers of the public libraries that they are timed beside."""

from __future__ import annotations

import pytest

from tools import peers


@pytest.mark.parametrize("piece", peers.pieces(), ids=lambda piece: piece.name)
def test_ours_and_the_peers_answers_agree(piece: peers.Piece) -> None:
    assert piece.same()


def test_times_stand_beside_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "TIMES", 1)
    rows = peers.peer_rows()
    assert [row[0] for row in rows] == [f"`{piece.name}`" for piece in peers.pieces()]
    assert all(float(row[5]) > 0 for row in rows)


def test_other_answers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = peers.Piece("half", "a number", "whole", lambda: 1, lambda: 2, exact=True)
    monkeypatch.setattr(peers, "pieces", lambda: [wrong])
    with pytest.raises(ValueError, match="half and whole give other answers for a number"):
        peers.peer_rows()
