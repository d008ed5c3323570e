"""Players: what goes into the page sounds as it did before."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
import soundfile
import torch

from helpers.draw.sounds import PEAK, RATES, Sound, players

RATE = 8000


def stereo() -> np.ndarray:
    """Two seconds of a decaying chord, the left ear 3 samples late and half as loud."""
    t = np.arange(2 * RATE) / RATE
    right = sum(np.sin(2 * np.pi * f * t) for f in (196.0, 294.0, 440.0)) * np.exp(-t)
    left = 0.5 * np.roll(right, 3)
    return np.stack([left, right])


def decoded(html: str) -> np.ndarray:
    data = base64.b64decode(re.search(r"base64,([^\"]+)", html)[1])
    samples, rate = soundfile.read(io.BytesIO(data))
    assert rate == RATE
    return samples.T


def test_a_player_is_labelled_and_carries_its_sound():
    html = Sound(stereo(), RATE).html('cello "left" & right')
    assert html.startswith("<audio controls")
    assert 'aria-label="cello &quot;left&quot; &amp; right"' in html
    assert "data:audio/mpeg;base64," in html
    assert "http" not in html


def test_both_ears_keep_their_delay_and_their_level():
    samples = decoded(Sound(stereo(), RATE).html("chord"))
    left, right = samples
    lag = np.arange(-8, 9)
    inner = slice(2000, 8000)
    score = [np.dot(left[2000 + k : 8000 + k], right[inner]) for k in lag]
    assert lag[np.argmax(score)] == 3
    assert 20 * np.log10(np.std(right) / np.std(left)) == pytest.approx(6.02, abs=0.3)


@pytest.mark.parametrize("gain", [1e-3, 1.0, 50.0])
def test_any_scale_plays_at_one_loudness_without_clipping(gain):
    samples = decoded(Sound(gain * stereo(), RATE).html("chord"))
    assert np.abs(samples).max() == pytest.approx(PEAK, abs=0.08)
    assert np.abs(samples).max() <= 1


def test_two_seconds_weigh_little():
    assert len(Sound(stereo(), RATE).mp3()) < 12_000


def test_one_channel_and_silence_play():
    assert decoded(Sound(stereo()[:1], RATE).html("mono")).ndim == 1
    assert not decoded(Sound(np.zeros((2, 800)), RATE).html("silence")).any()


def test_tensors_play_too():
    sound = Sound(torch.from_numpy(stereo()).requires_grad_(), RATE)
    assert sound.samples.dtype == np.float32
    assert "Sound of 2.0 seconds" in sound._repr_html_()


@pytest.mark.parametrize("rate", RATES)
def test_every_rate_can_be_coded(rate):
    assert Sound(np.ones((2, 4000)) * 0.1, rate).mp3()


@pytest.mark.parametrize(
    ("samples", "rate", "argument"),
    [
        (np.zeros(8), RATE, "samples"),
        (np.zeros((3, 8)), RATE, "samples"),
        (np.zeros((2, 0)), RATE, "samples"),
        (np.full((1, 8), np.nan), RATE, "samples"),
        (np.zeros((1, 8)), 8001, "rate"),
    ],
)
def test_bad_sounds_are_refused(samples, rate, argument):
    with pytest.raises(ValueError, match=argument):
        Sound(samples, rate)


def test_a_player_wants_a_label():
    with pytest.raises(ValueError, match="label"):
        Sound(stereo(), RATE).html(" ")


def test_players_stand_below_each_other_with_their_labels():
    shown = players({"mono": Sound(stereo()[:1], RATE), "a <b>": Sound(stereo(), RATE)})
    html = shown._repr_html_()
    assert html.count("<audio") == 2
    assert "a &lt;b&gt;" in html
    assert "headphones" in html
    assert repr(shown) == "Players: mono, a <b>"
    with pytest.raises(ValueError, match="sounds"):
        players({})
