"""Sounds that a notebook and a page can play, with no file and no server: a small MP3 inside an audio element."""

from __future__ import annotations

import base64
import html
import io

import numpy as np
import torch

RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)  # what MP3 knows
PEAK = 0.9
COMPRESSION = 0.7  # about 27 kbit/s at 8 kHz; delays between the ears survive to a few microseconds


class Sound:
    """A sound of one or two channels.

    Players are equally loud at their peak: all channels are scaled by one factor, so level and time differences between
    the ears survive and loudness between two sounds does not.

    Args:
        samples: float [channels, n], channels ordered (left, right), any scale.
        rate: samples per second, one that MP3 knows.

    Raises:
        ValueError: if ``samples`` has another shape or a value that is not finite, or ``rate`` is not in ``RATES``.
    """

    def __init__(self, samples: np.ndarray | torch.Tensor, rate: int) -> None:
        array = samples.detach().cpu().numpy() if isinstance(samples, torch.Tensor) else np.asarray(samples)
        if array.ndim != 2 or array.shape[0] not in (1, 2) or array.shape[1] == 0:
            raise ValueError(
                f"samples must be [channels, n] with one or two channels, not of shape {list(array.shape)}"
            )
        if not np.isfinite(array).all():
            raise ValueError("samples must be finite")
        if rate not in RATES:
            raise ValueError(f"rate must be one of {', '.join(map(str, RATES))}, not {rate!r}")
        self.samples, self.rate = array.astype(np.float32), rate

    def mp3(self) -> bytes:
        """The sound as an MP3 file of constant bit rate, scaled to a peak of ``PEAK``."""
        import soundfile  # loads a codec library: only where something is played

        scaled = self.samples * (PEAK / max(float(np.abs(self.samples).max()), 1e-9))
        buffer = io.BytesIO()
        soundfile.write(
            buffer, scaled.T, self.rate, format="MP3", bitrate_mode="CONSTANT", compression_level=COMPRESSION
        )
        return buffer.getvalue()

    def html(self, label: str) -> str:
        """A player: an ``<audio>`` element that carries the sound itself and is announced as ``label``.

        Raises:
            ValueError: if ``label`` is empty.
        """
        if not isinstance(label, str) or not label.strip():
            raise ValueError("label must say what is heard")
        source = f"data:audio/mpeg;base64,{base64.b64encode(self.mp3()).decode()}"
        return f'<audio controls preload="none" aria-label="{html.escape(label)}" src="{source}"></audio>'

    def _repr_html_(self) -> str:
        return self.html(f"Sound of {self.samples.shape[1] / self.rate:.1f} seconds")


def players(sounds: dict[str, Sound], *, note: str = "Use headphones.") -> Players:
    """Labelled players below each other, the last expression of a cell.

    Args:
        sounds: what is heard -> the sound.
        note: a line above them.

    Raises:
        ValueError: if there is no sound.
    """
    if not sounds:
        raise ValueError("sounds must hold at least one sound")
    return Players(sounds, note)


class Players:
    """Several labelled players. Made by :func:`players`."""

    def __init__(self, sounds: dict[str, Sound], note: str) -> None:
        self._sounds, self._note = sounds, note

    def __repr__(self) -> str:
        return f"Players: {', '.join(self._sounds)}"

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<div style="margin:.4em 0"><div>{html.escape(label)}</div>{sound.html(label)}</div>'
            for label, sound in self._sounds.items()
        )
        return f'<div class="book-sounds"><p>{html.escape(self._note)}</p>{rows}</div>'
