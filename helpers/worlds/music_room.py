"""A music room whose players are seen and heard: timbres, melodies, a drawn frame, two ears on a spherical head.

Conventions. The listener's head is the origin: x right, z ahead (metres), ears and camera at the same height. Azimuth
is in radians, 0 straight ahead, positive to the right. Channels are ordered (left, right). Frequencies are in hertz,
times in seconds. The camera is a cylinder: a column is proportional to an azimuth, pixel centres are integers.

Four verbs make a scene: :func:`place` draws who stands where, :func:`draw` paints what the camera sees, :func:`perform`
synthesises what each player plays, and :func:`hear` renders what reaches the two ears.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.fft import next_fast_len
from scipy.ndimage import gaussian_filter
from scipy.signal import lfilter

from ..draw import figures
from ..rows import Rows

SPEED_OF_SOUND = 343.0  # m/s
HEAD_RADIUS = 0.0875  # m
FIELD_OF_VIEW = math.radians(140)  # of the camera, horizontally
ROOM = (-3.5, 3.5, -2.5, 4.5)  # walls: left and right in x, back and front in z

INSTRUMENTS = ("guitar", "cello", "clarinet", "trumpet", "drum", "bell")
DECOYS = ("plant", "chair", "lamp")
NOBODY = -1

_LOWEST_PITCH = (110.0, 73.0, 165.0, 233.0, 82.0, 523.0)  # Hz, per instrument
_SCALE = (0, 2, 4, 7, 9, 12, 14, 16)  # semitones above the lowest pitch: a pentatonic scale
_NOTE_SECONDS = 0.9


@dataclass(frozen=True)
class Layout(Rows):
    """Who stands where, in ``n`` scenes of up to ``P`` players and ``D`` silent decoys.

    Attributes:
        instrument: int64 [n, P], an index into ``INSTRUMENTS``, or ``NOBODY``.
        azimuth: float [n, P], radians, positive to the right.
        distance: float [n, P], metres from the listener's head.
        decoy: int64 [n, D], an index into ``DECOYS``, or ``NOBODY``.
        decoy_azimuth: float [n, D], radians.
        decoy_distance: float [n, D], metres.
        look: int64 [n], seed of the background.
        mirrored: bool [n], whether the picture of the scene is the mirror image of what it would be.
    """

    instrument: torch.Tensor
    azimuth: torch.Tensor
    distance: torch.Tensor
    decoy: torch.Tensor
    decoy_azimuth: torch.Tensor
    decoy_distance: torch.Tensor
    look: torch.Tensor
    mirrored: torch.Tensor

    def mirror(self) -> Layout:
        """The same scenes with left and right exchanged, in the picture and in the room."""
        return replace(
            self, azimuth=-self.azimuth, decoy_azimuth=-self.decoy_azimuth, mirrored=torch.logical_not(self.mirrored)
        )


def place(
    count: int,
    rng: np.random.Generator,
    *,
    players: tuple[int, ...] = (1, 2, 3),
    decoys: int = 3,
    twins: bool = False,
    limit: float = math.radians(60),
) -> Layout:
    """Draw who stands where. Positions do not depend on the instrument, so neither predicts the other.

    Args:
        count: scenes.
        rng: source of every draw.
        players: how many players a scene may have; each entry is equally likely, so repeat one to see it more often.
        decoys: at most this many silent objects stand in a scene.
        twins: all players of a scene play the same instrument, so that they look alike (else all play different ones).
        limit: largest absolute azimuth of a player, radians.

    Raises:
        ValueError: if a number of players is not between 1 and the number of instruments.
    """
    if not players or min(players) < 1 or max(players) > len(INSTRUMENTS):
        raise ValueError(f"players must be numbers from 1 to {len(INSTRUMENTS)}, not {players!r}")
    most = max(players)
    instrument = np.full((count, most), NOBODY)
    azimuth = np.zeros((count, most + decoys))
    decoy = np.full((count, decoys), NOBODY)
    for scene in range(count):
        number = rng.choice(players)
        chosen = rng.permutation(len(INSTRUMENTS))[:number]
        instrument[scene, :number] = chosen[0] if twins else chosen
        azimuth[scene] = _apart(most + decoys, limit, rng)
        silent = rng.integers(decoys + 1)
        decoy[scene, :silent] = rng.integers(len(DECOYS), size=silent)
    distance = rng.uniform(1.4, 3.0, (count, most + decoys))
    look = rng.integers(2**31, size=count)
    tensors = [torch.from_numpy(array) for array in (instrument, azimuth, distance, decoy, look)]
    instrument, azimuth, distance, decoy, look = (t.float() if t.is_floating_point() else t for t in tensors)
    return Layout(
        instrument, azimuth[:, :most], distance[:, :most], decoy, azimuth[:, most:], distance[:, most:] + 0.4, look,
        torch.zeros(count, dtype=torch.bool),
    )  # fmt: skip


def _apart(count: int, limit: float, rng: np.random.Generator) -> np.ndarray:
    """Azimuths [count] within ``limit`` of 0, no two nearer than 14 degrees, in random order."""
    gap = min(math.radians(14), limit / count)
    sorted_azimuths = np.sort(rng.uniform(0, 2 * limit - gap * (count - 1), count)) + gap * np.arange(count)
    return rng.permutation(sorted_azimuths - limit)


# ---------------------------------------------------------------------------------------------------- what is played


def note(instrument: int, pitch: float, seconds: float, rate: int, rng: np.random.Generator) -> np.ndarray:
    """One note, float32 [samples], with a root mean square of 1 over its length.

    Args:
        instrument: index into ``INSTRUMENTS``: plucked string (Karplus-Strong), bowed saw with vibrato, odd-harmonic
            reed, brass whose harmonics swell, noise burst with a falling sine, inharmonic bell.
        pitch: fundamental frequency in hertz.
        seconds: length.
        rate: samples per second; harmonics above 45 % of it are left out.
        rng: source of phases, noise and vibrato.

    Raises:
        ValueError: if ``instrument`` is not an index into ``INSTRUMENTS``.
    """
    if not 0 <= instrument < len(INSTRUMENTS):
        raise ValueError(f"instrument must be an index into INSTRUMENTS, not {instrument!r}")
    t = np.arange(round(seconds * rate)) / rate
    release = np.clip((seconds - t) / 0.06, 0, 1)
    name = INSTRUMENTS[instrument]
    if name == "guitar":
        period = max(2, round(rate / pitch - 0.5))
        burst = np.zeros_like(t)
        burst[:period] = rng.uniform(-1, 1, period)
        burst[:period] -= burst[:period].mean()
        loop = np.zeros(period + 2)
        loop[0], loop[period], loop[period + 1] = 1, -0.498, -0.498
        wave = lfilter([1.0], loop, burst)
    elif name == "drum":
        sweep = pitch * (1 + 0.6 * np.exp(-t / 0.03))
        wave = np.sin(2 * np.pi * np.cumsum(sweep) / rate) * np.exp(-t / 0.18)
        wave = wave + 0.5 * rng.standard_normal(len(t)) * np.exp(-t / 0.04)
    elif name == "bell":
        ratios = np.array([0.5, 1, 1.19, 1.56, 2, 2.66, 3.01, 4.1])
        phases = rng.uniform(0, 2 * np.pi, len(ratios))
        partials = np.sin(2 * np.pi * pitch * ratios[:, None] * t + phases[:, None])
        fade = np.exp(-t * ratios[:, None] / 0.55) / np.sqrt(ratios[:, None])
        wave = (partials * fade * (pitch * ratios < 0.45 * rate)[:, None]).sum(0)
    else:
        vibrato = {"cello": 0.008, "clarinet": 0.001, "trumpet": 0.003}[name]
        wobble = 1 + vibrato * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t + rng.uniform(0, 2 * np.pi))
        phase = 2 * np.pi * np.cumsum(pitch * wobble) / rate
        k = np.arange(1, max(2, int(0.45 * rate / pitch)) + 1)[:, None]
        attack = 1 - np.exp(-t / {"cello": 0.07, "clarinet": 0.03, "trumpet": 0.05}[name])
        strength = {
            "cello": 1 / k,
            "clarinet": np.where(k % 2 == 1, k**-0.8, 0.03),
            "trumpet": np.exp(-k * (0.9 - 0.72 * attack)),
        }[name]
        wave = (strength * np.sin(k * phase)).sum(0) * attack
    wave = wave * release * np.clip(t / 0.002, 0, 1)
    return (wave / np.sqrt(np.mean(wave**2))).astype(np.float32)


def perform(instrument: torch.Tensor, seconds: float, rate: int, rng: np.random.Generator) -> torch.Tensor:
    """Random melodies, one for every player, as they would be recorded at 1 m.

    Notes come from a bank, two takes of eight pentatonic notes per instrument; tempo, rests, order and loudness are
    drawn anew for every player.

    Args:
        instrument: int64 [n, P], as in :class:`Layout`; ``NOBODY`` is silent.
        seconds: length of the tracks.
        rate: samples per second.
        rng: source of every draw.

    Returns:
        float32 [n, P, T] with ``T = round(seconds * rate)``.
    """
    bank = np.stack(
        [
            note(i, low * 2 ** (step / 12), _NOTE_SECONDS, rate, rng)
            for i, low in enumerate(_LOWEST_PITCH)
            for step in _SCALE
            for _ in range(2)
        ]
    ).reshape(len(INSTRUMENTS), 2 * len(_SCALE), -1)
    length = round(seconds * rate)
    tracks = np.zeros((*instrument.shape, length + bank.shape[-1]), dtype=np.float32)
    for n, p in np.argwhere(instrument.numpy() != NOBODY):
        beat = rng.uniform(0.16, 0.34)
        onsets = np.arange(rng.uniform(-0.3, 0) * beat, seconds, beat)
        onsets = onsets[rng.random(len(onsets)) > 0.12]
        for onset in np.maximum(onsets * rate, 0).astype(int):
            take = bank[instrument[n, p], rng.integers(bank.shape[1])]
            tracks[n, p, onset : onset + len(take)] += 0.06 * rng.uniform(0.5, 1) * take
    return torch.from_numpy(tracks[..., :length])


# ----------------------------------------------------------------------------------------------- what reaches the ears


def ear_angles(azimuth: torch.Tensor) -> torch.Tensor:
    """Angle between the direction of arrival and each ear's axis, radians in [0, pi]: [...] -> [..., 2]."""
    toward_right = torch.sin(azimuth)
    return torch.acos(torch.stack([-toward_right, toward_right], -1).clamp(-1, 1))


def ear_delays(azimuth: torch.Tensor) -> torch.Tensor:
    """Arrival time at each ear, in seconds after the arrival at the centre of the head: [...] -> [..., 2].

    A plane wave reaches the near ear straight and the far ear around the sphere, so for sources ahead the difference
    left minus right is Woodworth's ``a/c (azimuth + sin azimuth)``.
    """
    angle = ear_angles(azimuth)
    return HEAD_RADIUS / SPEED_OF_SOUND * torch.where(angle < math.pi / 2, -torch.cos(angle), angle - math.pi / 2)


def ear_filters(azimuth: torch.Tensor, frequency: torch.Tensor, *, shadow: bool = True) -> torch.Tensor:
    """Transfer function from the centre of the (absent) head to each ear: [...], [F] -> complex [..., 2, F].

    The delay of :func:`ear_delays` times the one-pole, one-zero head shadow of C. P. Brown and R. O. Duda, "A
    structural model for binaural sound synthesis" (1998): up to twice as loud at the near ear, dull at the far one.

    Args:
        azimuth: radians.
        frequency: hertz.
        shadow: whether the head casts its shadow; without it only the delays remain.
    """
    delay = ear_delays(azimuth)[..., None]
    response = torch.polar(torch.ones_like(delay * frequency), -2 * math.pi * frequency * delay)
    if not shadow:
        return response
    zero = 1.05 + 0.95 * torch.cos(ear_angles(azimuth)[..., None] * (math.pi / math.radians(150)))  # 2 near, 0.1 dark
    x = math.pi * HEAD_RADIUS / SPEED_OF_SOUND * frequency
    return response * torch.complex(1 + zero * x**2, (zero - 1) * x) / (1 + x**2)  # (1 + j zero x) / (1 + j x)


def image_sources(position: torch.Tensor) -> torch.Tensor:
    """The source and its images in the left, right, back and front walls: [..., 2] -> [..., 5, 2] (x, z), metres."""
    x, z = position.unbind(-1)
    left, right, back, front = ROOM
    images = [(x, z), (2 * left - x, z), (2 * right - x, z), (x, 2 * back - z), (x, 2 * front - z)]
    return torch.stack([torch.stack(image, -1) for image in images], -2)


Receiver = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def hear(
    tracks: torch.Tensor,
    azimuth: torch.Tensor,
    distance: torch.Tensor,
    rate: int,
    *,
    receiver: Receiver = ear_filters,
    reflection: float = 0.35,
) -> torch.Tensor:
    """Render what reaches the two ears, one player at a time (sound adds up: sum over players for the scene).

    Every path (direct and four walls) is delayed by its length, weakened by ``1/distance`` and filtered for every
    channel. Delays are exact fractions of a sample: they are phases of one Fourier transform, long enough not to wrap.

    Args:
        tracks: float [..., T], each as recorded at 1 m.
        azimuth: radians [...].
        distance: metres [...].
        rate: samples per second.
        receiver: directions [k], frequencies [F] -> responses complex [k, channels, F]; the two ears by default.
        reflection: amplitude that a wall gives back, 0 for an open field.

    Returns:
        float [..., channels, T].
    """
    length = tracks.shape[-1]
    size = next_fast_len(length + math.ceil(0.05 * rate), real=True)
    frequency = torch.fft.rfftfreq(size, 1 / rate, dtype=tracks.dtype)
    paths = image_sources(distance[..., None] * torch.stack([torch.sin(azimuth), torch.cos(azimuth)], -1))
    if reflection == 0:
        paths = paths[..., :1, :]
    path_length = torch.hypot(paths[..., 0], paths[..., 1])
    amplitude = torch.full_like(path_length, reflection)
    amplitude[..., 0] = 1
    amplitude /= path_length
    direction = torch.atan2(paths[..., 0], paths[..., 1])
    channels = receiver(direction.reshape(-1)[:1], frequency[:1]).shape[-2]
    heard = tracks.new_zeros((*tracks.shape[:-1], channels, length))
    # One source at a time: its spectra stay in the cache, which is twice as fast as all at once.
    for index in np.ndindex(*tracks.shape[:-1]):
        if not tracks[index].any():
            continue
        phase = -math.tau / SPEED_OF_SOUND * path_length[index][:, None] * frequency
        travel = torch.polar(amplitude[index][:, None].expand_as(phase), phase)
        response = (receiver(direction[index], frequency) * travel[:, None, :]).sum(0)  # [channels, F]
        heard[index] = torch.fft.irfft(torch.fft.rfft(tracks[index], size) * response, size)[:, :length]
    return heard


# ------------------------------------------------------------------------------------------------ what the camera sees

# Silhouettes of height 1, x right and y down from their centre: (shape, numbers, colour).
# "ellipse": centre x, y, radii x, y. "bar": from x, y to x, y, half thickness.
_SHAPES: dict[str, list[tuple[str, tuple[float, ...], tuple[float, float, float]]]] = {
    "guitar": [
        ("bar", (0.04, 0.1, 0.16, -0.46, 0.028), (0.35, 0.2, 0.1)),
        ("ellipse", (-0.02, 0.27, 0.21, 0.21), (0.87, 0.5, 0.15)),
        ("ellipse", (0.04, 0.03, 0.15, 0.14), (0.87, 0.5, 0.15)),
        ("ellipse", (0.02, 0.14, 0.06, 0.06), (0.2, 0.1, 0.05)),
    ],
    "cello": [
        ("bar", (0.0, 0.3, 0.0, 0.49, 0.012), (0.1, 0.1, 0.1)),
        ("bar", (0.0, 0.0, 0.0, -0.47, 0.03), (0.15, 0.06, 0.05)),
        ("ellipse", (0.0, 0.25, 0.22, 0.17), (0.6, 0.12, 0.1)),
        ("ellipse", (0.0, -0.02, 0.17, 0.15), (0.6, 0.12, 0.1)),
        ("bar", (-0.26, 0.02, 0.3, 0.12, 0.012), (0.95, 0.9, 0.75)),
    ],
    "clarinet": [
        ("bar", (-0.06, -0.42, 0.1, 0.36, 0.038), (0.12, 0.12, 0.2)),
        ("bar", (0.09, 0.32, 0.12, 0.45, 0.075), (0.12, 0.12, 0.2)),
        ("ellipse", (-0.01, -0.15, 0.035, 0.035), (0.85, 0.87, 0.95)),
        ("ellipse", (0.02, 0.0, 0.035, 0.035), (0.85, 0.87, 0.95)),
        ("ellipse", (0.05, 0.15, 0.035, 0.035), (0.85, 0.87, 0.95)),
    ],
    "trumpet": [
        ("bar", (-0.38, -0.05, 0.3, -0.05, 0.035), (0.97, 0.83, 0.2)),
        ("ellipse", (0.36, -0.05, 0.09, 0.17), (0.97, 0.83, 0.2)),
        ("bar", (-0.15, 0.07, 0.1, 0.07, 0.03), (0.8, 0.62, 0.1)),
        ("bar", (-0.08, -0.16, -0.08, 0.1, 0.025), (0.8, 0.62, 0.1)),
        ("bar", (0.02, -0.16, 0.02, 0.1, 0.025), (0.8, 0.62, 0.1)),
    ],
    "drum": [
        ("bar", (-0.2, 0.05, -0.2, 0.25, 0.14), (0.1, 0.35, 0.75)),
        ("bar", (0.2, 0.05, 0.2, 0.25, 0.14), (0.1, 0.35, 0.75)),
        ("bar", (0.0, 0.05, 0.0, 0.25, 0.16), (0.1, 0.35, 0.75)),
        ("ellipse", (0.0, -0.04, 0.34, 0.11), (0.96, 0.96, 0.93)),
        ("bar", (-0.3, -0.35, -0.05, -0.08, 0.02), (0.75, 0.55, 0.3)),
    ],
    "bell": [
        ("bar", (0.0, -0.42, 0.0, -0.3, 0.03), (0.2, 0.2, 0.2)),
        ("ellipse", (0.0, -0.05, 0.2, 0.27), (0.25, 0.75, 0.65)),
        ("bar", (-0.24, 0.2, 0.24, 0.2, 0.055), (0.25, 0.75, 0.65)),
        ("ellipse", (0.0, 0.31, 0.06, 0.06), (0.1, 0.3, 0.28)),
    ],
    "plant": [
        ("bar", (-0.08, 0.36, 0.08, 0.36, 0.12), (0.55, 0.3, 0.2)),
        ("ellipse", (-0.12, -0.05, 0.1, 0.3), (0.2, 0.5, 0.2)),
        ("ellipse", (0.12, -0.02, 0.1, 0.28), (0.25, 0.58, 0.25)),
        ("ellipse", (0.0, -0.15, 0.1, 0.33), (0.15, 0.42, 0.18)),
    ],
    "chair": [
        ("bar", (-0.2, -0.4, -0.2, 0.48, 0.035), (0.45, 0.42, 0.45)),
        ("bar", (0.2, 0.1, 0.2, 0.48, 0.035), (0.45, 0.42, 0.45)),
        ("bar", (-0.2, 0.1, 0.2, 0.1, 0.05), (0.6, 0.56, 0.58)),
        ("bar", (-0.2, -0.35, -0.2, -0.1, 0.06), (0.6, 0.56, 0.58)),
    ],
    "lamp": [
        ("bar", (0.0, -0.3, 0.0, 0.46, 0.02), (0.25, 0.25, 0.28)),
        ("bar", (-0.12, 0.47, 0.12, 0.47, 0.025), (0.25, 0.25, 0.28)),
        ("ellipse", (0.0, -0.33, 0.17, 0.13), (0.93, 0.87, 0.75)),
    ],
}  # fmt: skip
_HEIGHT = {"trumpet": 1.25, "drum": 1.15, "bell": 1.1, "clarinet": 1.2}  # metres; others 1.3


def column(azimuth: float | torch.Tensor, width: int) -> float | torch.Tensor:
    """Where a frame of ``width`` columns shows an azimuth (pixel centres are integers)."""
    return (width - 1) / 2 + azimuth * width / FIELD_OF_VIEW


def draw(layout: Layout, height: int, width: int) -> torch.Tensor:
    """Paint the frames: a textured room with every player's instrument and every decoy, far ones first.

    Args:
        layout: who stands where.
        height: rows.
        width: columns, which span ``FIELD_OF_VIEW``.

    Returns:
        float32 [n, 3, height, width] in [0, 1].
    """
    frames = np.empty((len(layout), height, width, 3), dtype=np.float32)
    for n in range(len(layout)):
        side = -1.0 if layout.mirrored[n] else 1.0
        frame = _background(height, width, int(layout.look[n]))
        objects = [
            (float(d), side * float(a), names[int(k)])
            for names, kinds, azimuths, distances in (
                (INSTRUMENTS, layout.instrument[n], layout.azimuth[n], layout.distance[n]),
                (DECOYS, layout.decoy[n], layout.decoy_azimuth[n], layout.decoy_distance[n]),
            )
            for k, a, d in zip(kinds.tolist(), azimuths.tolist(), distances.tolist(), strict=True)
            if k != NOBODY
        ]
        for distance, azimuth, name in sorted(objects, reverse=True):
            _paint(frame, name, azimuth, distance)
        frames[n] = frame[:, ::-1] if layout.mirrored[n] else frame
    return torch.from_numpy(frames).permute(0, 3, 1, 2).contiguous()


def portrait(name: str, size: int, rng: np.random.Generator) -> torch.Tensor:
    """One object alone before a textured wall, near the centre of a square picture: float32 [3, size, size].

    Args:
        name: one of ``INSTRUMENTS`` or ``DECOYS``.
        size: rows and columns.
        rng: source of the background, the object's size and its place.

    Raises:
        ValueError: if ``name`` is neither.
    """
    if name not in INSTRUMENTS + DECOYS:
        raise ValueError(f"name must be one of {', '.join(INSTRUMENTS + DECOYS)}, not {name!r}")
    picture = _background(size, size, int(rng.integers(2**31)))
    focal = size * rng.uniform(0.6, 1.5)
    offset = rng.uniform(-0.25, 0.25, 2) * size
    _paint(picture, name, 0.0, 1.3, focal=focal, offset=offset)
    return torch.from_numpy(picture).permute(2, 0, 1)


def sample_picture() -> Figure:
    """Three scenes as the camera sees them, and below each what the two ears hear in 20 milliseconds."""
    rate, rng = 8000, np.random.default_rng(2)
    layout = place(3, rng, players=(1, 2, 3), decoys=1)
    tracks = perform(layout.instrument, 1.0, rate, rng)
    ears = hear(tracks, layout.azimuth, layout.distance, rate).sum(1)[..., 3200:3360]
    figure, axes = figures.panels(2, 3, size=(9, 3.6), gridspec_kw={"height_ratios": [1.6, 1]})
    for picture, heard, (seen, wave) in zip(draw(layout, 96, 192), ears, axes.T, strict=True):
        seen.imshow(picture.permute(1, 2, 0))
        seen.set_axis_off()
        for signal, name in zip(heard, ("left", "right"), strict=True):
            wave.plot(np.arange(160) / 8, signal, linewidth=1, label=name)
        wave.set(xlabel="ms", yticks=[])
    axes[1, 0].legend(fontsize="small", loc="upper right")
    return figure


def _background(height: int, width: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    wall, floor = rng.uniform([0.45, 0.45, 0.45], [0.8, 0.75, 0.75]), rng.uniform([0.4, 0.3, 0.2], [0.6, 0.45, 0.35])
    row = (np.arange(height)[:, None] - (height - 1) / 2) / height
    col = np.arange(width)[None, :] / height
    below = np.clip((row - 0.24) * height + 0.5, 0, 1)[..., None]
    panels = np.sin(2 * np.pi * (rng.uniform(2, 5) * col + rng.uniform()))
    planks = 0.05 * np.sign(np.sin(2 * np.pi * (rng.uniform(3, 5) * (col - col.mean()) / (0.3 + np.maximum(row, 0)))))
    grain = gaussian_filter(rng.standard_normal((height, width)), height / 12)
    plaster = 0.05 * np.round(0.8 * grain / grain.std() + 0.8 * panels)  # few shades: pictures stay small files
    texture = np.where(below[..., 0] > 0.5, planks, plaster)
    return np.clip((1 - below) * wall + below * floor + texture[..., None], 0, 1).astype(np.float32)


def _paint(
    frame: np.ndarray,
    name: str,
    azimuth: float,
    distance: float,
    *,
    focal: float | None = None,
    offset: tuple[float, float] | np.ndarray = (0.0, 0.0),
) -> None:
    """Paint one silhouette into ``frame`` [H, W, 3], with edges one pixel wide."""
    height, width = frame.shape[:2]
    focal = width / FIELD_OF_VIEW if focal is None else focal
    scale = _HEIGHT.get(name, 1.3) * focal / distance  # pixels per unit of the silhouette
    centre_x = (width - 1) / 2 + azimuth * focal + offset[0]
    centre_y = (height - 1) / 2 + 0.2 * focal / distance + offset[1]
    left, right = max(0, int(centre_x - 0.6 * scale)), min(width, int(centre_x + 0.6 * scale) + 2)
    top, bottom = max(0, int(centre_y - 0.6 * scale)), min(height, int(centre_y + 0.6 * scale) + 2)
    if left >= right or top >= bottom:
        return
    x = ((np.arange(left, right) - centre_x) / scale)[None, :]
    y = ((np.arange(top, bottom) - centre_y) / scale)[:, None]
    patch = frame[top:bottom, left:right]
    for shape, numbers, colour in _SHAPES[name]:
        if shape == "ellipse":
            cx, cy, rx, ry = numbers
            outside = (np.sqrt(((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2) - 1) * min(rx, ry)
        else:
            x0, y0, x1, y1, half = numbers
            dx, dy = x1 - x0, y1 - y0
            along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1)
            outside = np.hypot(x - x0 - along * dx, y - y0 - along * dy) - half
        cover = np.clip(0.5 - outside * scale, 0, 1)[..., None]
        light = 1.08 - 0.07 * np.round(5 * (y[..., None] + 0.5))  # lit from above, in few shades
        patch += cover * (np.clip(np.array(colour) * light, 0, 1) - patch)
