"""The music room: its symmetry, its delays, its reflections and its pictures."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch

from helpers.worlds import music_room as room

RATE = 16000
OPEN_EARS = partial(room.ear_filters, shadow=False)


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def click(length: int = 2048) -> torch.Tensor:
    """A band-limited click at 16 ms, well away from both ends."""
    t = torch.arange(length) - 256
    return torch.exp(-((t / 1.5) ** 2))[None]


def delay_between(left: torch.Tensor, right: torch.Tensor) -> float:
    """By how many seconds the left signal comes later, from the phase of the cross-spectrum."""
    cross = torch.fft.rfft(left.double()) * torch.fft.rfft(right.double()).conj()
    frequency = torch.fft.rfftfreq(left.shape[-1], 1 / RATE, dtype=torch.float64)
    some = (frequency > 50) & (frequency < 600)
    slope = (frequency[some] * cross[some].angle()).sum() / (frequency[some] ** 2).sum()
    return float(-slope / math.tau)


def test_place_spreads_players_within_the_limit(rng):
    layout = room.place(200, rng, players=(1, 2, 3), decoys=3, limit=1.0)
    plays = layout.instrument != room.NOBODY
    assert layout.azimuth.abs().max() <= 1.0
    assert set(plays.sum(1).tolist()) == {1, 2, 3}
    together = torch.cat([layout.azimuth, layout.decoy_azimuth], 1).sort(1).values
    assert together.diff(dim=1).min() > math.radians(9)


def test_players_differ_unless_they_are_twins(rng):
    mixed = room.place(50, rng, players=(3,)).instrument
    twins = room.place(50, rng, players=(3,), twins=True).instrument
    assert all(len(set(row)) == 3 for row in mixed.tolist())
    assert all(len(set(row)) == 1 for row in twins.tolist())


def test_place_does_not_tie_instruments_to_places(rng):
    layout = room.place(3000, rng, players=(1,))
    for instrument in range(len(room.INSTRUMENTS)):
        assert abs(layout.azimuth[layout.instrument == instrument].mean()) < 0.1


@pytest.mark.parametrize("players", [(), (0,), (7,)])
def test_place_wants_numbers_of_players(rng, players):
    with pytest.raises(ValueError, match="players"):
        room.place(1, rng, players=players)


@pytest.mark.parametrize("instrument", range(len(room.INSTRUMENTS)))
def test_a_note_has_unit_level_and_its_pitch(rng, instrument):
    wave = room.note(instrument, 220.0, 0.9, RATE, rng)
    assert wave.shape == (14400,)
    assert np.isfinite(wave).all()
    assert np.mean(wave**2) == pytest.approx(1, abs=1e-3)
    if room.INSTRUMENTS[instrument] not in ("drum", "bell"):
        power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
        frequency = np.fft.rfftfreq(len(wave), 1 / RATE)
        near = sum(power[np.abs(frequency - k * 220) < 30].sum() for k in range(1, 37))
        assert near > 0.9 * power.sum()


def test_the_reed_has_odd_harmonics_and_the_saw_all(rng):
    frequency = np.fft.rfftfreq(14400, 1 / RATE)
    second = {}
    for name in ("clarinet", "cello"):
        power = np.abs(np.fft.rfft(room.note(room.INSTRUMENTS.index(name), 220.0, 0.9, RATE, rng))) ** 2
        second[name] = power[np.abs(frequency - 440) < 15].sum() / power[np.abs(frequency - 220) < 15].sum()
    assert second["clarinet"] < 0.02 < 0.1 < second["cello"]


def test_note_wants_an_instrument(rng):
    with pytest.raises(ValueError, match="instrument"):
        room.note(-1, 220.0, 0.5, RATE, rng)


def test_perform_is_silent_where_nobody_plays_and_repeats_with_its_seed():
    instrument = torch.tensor([[0, room.NOBODY], [4, 5]])
    once, again = (room.perform(instrument, 1.0, 8000, np.random.default_rng(1)) for _ in range(2))
    assert once.shape == (2, 2, 8000)
    assert not once[0, 1].any()
    assert (once[instrument != room.NOBODY].square().mean(-1) > 1e-5).all()
    assert torch.equal(once, again)


def test_the_delay_between_the_ears_is_woodworths():
    azimuth = torch.linspace(-1.5, 1.5, 7)
    ears = room.hear(click().expand(7, -1), azimuth, torch.full((7,), 2.0), RATE, receiver=OPEN_EARS, reflection=0)
    truth = room.HEAD_RADIUS / room.SPEED_OF_SOUND * (azimuth + azimuth.sin())
    measured = [delay_between(*pair) for pair in ears]
    np.testing.assert_allclose(measured, truth, atol=1e-6)


def test_the_delay_formula_holds_behind_the_head_too():
    front, back = room.ear_delays(torch.tensor([0.4, math.pi - 0.4]))
    torch.testing.assert_close(front, back)


def test_the_shadow_is_brown_and_dudas():
    azimuth, frequency = torch.tensor(math.pi / 2), torch.tensor([1.0, 20000.0])
    far, near = room.ear_filters(azimuth, frequency).abs()
    assert near[0] == pytest.approx(1, abs=1e-3)
    assert far[0] == pytest.approx(1, abs=1e-3)
    assert near[1] == pytest.approx(2, abs=0.01)  # 6 dB at the near ear
    assert far[1] == pytest.approx(1.05 + 0.95 * math.cos(1.2 * math.pi), abs=0.02)


def test_exchanging_sides_exchanges_the_ears_and_flips_the_picture(rng):
    layout = room.place(4, rng)
    tracks = room.perform(layout.instrument, 0.5, 8000, rng)
    mirror = layout.mirror()
    ears = room.hear(tracks, layout.azimuth, layout.distance, 8000).sum(1)
    mirrored = room.hear(tracks, mirror.azimuth, mirror.distance, 8000).sum(1)
    torch.testing.assert_close(mirrored, ears.flip(1), atol=1e-5, rtol=1e-4)
    difference = ears[:, 0] - ears[:, 1]
    torch.testing.assert_close(mirrored[:, 0] - mirrored[:, 1], -difference, atol=1e-5, rtol=1e-4)
    assert torch.equal(room.draw(mirror, 32, 64), room.draw(layout, 32, 64).flip(-1))


def test_sound_adds_up_and_weakens_with_distance():
    track = click()
    near = room.hear(track, torch.zeros(1), torch.tensor([1.5]), RATE, reflection=0)
    far = room.hear(track, torch.zeros(1), torch.tensor([3.0]), RATE, reflection=0)
    assert near.abs().max() / far.abs().max() == pytest.approx(2, rel=0.02)
    both = room.hear(track + 2 * track.roll(30), torch.zeros(1), torch.tensor([1.5]), RATE)
    apart = sum(room.hear(x, torch.zeros(1), torch.tensor([1.5]), RATE) for x in (track, 2 * track.roll(30)))
    torch.testing.assert_close(both, apart, atol=1e-5, rtol=1e-4)


def test_nothing_arrives_before_it_can():
    azimuth, distance = torch.tensor([0.5]), torch.tensor([2.0])
    track = torch.zeros(1, 4000)
    track[:, 1000] = 1
    ears = room.hear(track, azimuth, distance, RATE)[0]
    earliest = 1000 + RATE * (2.0 - room.HEAD_RADIUS) / room.SPEED_OF_SOUND
    assert ears[:, : int(earliest) - 40].abs().max() < 0.01 * ears.abs().max()
    assert (ears.abs().argmax(-1) >= int(earliest)).all()


def test_image_sources_agree_with_pyroomacoustics():
    pyroomacoustics = pytest.importorskip("pyroomacoustics")
    azimuth, distance = 0.6, 2.3
    left, right, back, front = room.ROOM
    position = distance * np.array([math.sin(azimuth), math.cos(azimuth)])
    oracle = pyroomacoustics.ShoeBox(
        [right - left, front - back], fs=RATE, max_order=1, materials=pyroomacoustics.Material(0.5)
    )
    oracle.add_source(position - [left, back])
    oracle.add_microphone([-left, -back])
    oracle.image_source_model()
    expected = np.sort(np.linalg.norm(oracle.sources[0].images.T + np.array([left, back]), axis=1))
    ours = torch.linalg.norm(room.image_sources(torch.tensor(position)), dim=-1)
    np.testing.assert_allclose(np.sort(ours.numpy()), expected, rtol=1e-5)

    omni = lambda direction, frequency: torch.ones(len(direction), 1, len(frequency)) + 0j  # noqa: E731
    heard = room.hear(click(4096), torch.tensor([azimuth]), torch.tensor([distance]), RATE, receiver=omni)[0, 0]
    for path in expected:  # every path's echo of the click is where the oracle says
        at = 256 + RATE * path / room.SPEED_OF_SOUND
        assert heard[round(at)] == heard[round(at) - 3 : round(at) + 4].max()
        assert heard[round(at)] > 0.3 * (1 if path == expected[0] else 0.35) / path


def test_a_frame_shows_a_player_at_its_column(rng):
    alone = room.place(1, rng, players=(1,), decoys=0)
    for azimuth in (-0.9, 0.0, 0.7):
        here = room.Layout(
            alone.instrument * 0 + 4, torch.tensor([[azimuth]]), torch.tensor([[2.0]]),
            alone.decoy, alone.decoy_azimuth, alone.decoy_distance, alone.look, alone.mirrored,
        )  # fmt: skip
        nobody = room.Layout(
            alone.instrument * 0 - 1, here.azimuth, here.distance,
            alone.decoy, alone.decoy_azimuth, alone.decoy_distance, alone.look, alone.mirrored,
        )  # fmt: skip
        changed = (room.draw(here, 64, 128) - room.draw(nobody, 64, 128)).abs().sum((0, 1, 2))
        centre = (changed * torch.arange(128)).sum() / changed.sum()
        assert float(centre) == pytest.approx(room.column(azimuth, 128), abs=2.5)


def test_frames_are_images_and_near_players_are_larger(rng):
    layout = room.place(3, rng)
    frames = room.draw(layout, 48, 96)
    assert frames.shape == (3, 3, 48, 96)
    assert frames.dtype == torch.float32
    assert 0 <= frames.min() <= frames.max() <= 1
    picture = room.portrait("cello", 32, rng)
    assert picture.shape == (3, 32, 32)
    assert 0 <= picture.min() <= picture.max() <= 1
    with pytest.raises(ValueError, match="name"):
        room.portrait("kazoo", 32, rng)


def test_a_layout_can_be_indexed(rng):
    layout = room.place(5, rng)
    assert len(layout[2]) == 1
    assert len(layout[[0, 3]]) == 2
    assert torch.equal(layout[1:3].azimuth, layout.azimuth[1:3])
