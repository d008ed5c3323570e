"""A jointed planar arm with a fork, swinging under a gravity that changes: films with exact correspondences.

Conventions
-----------
Images are float32 in [0, 1], [n, 3, S, S]; x runs to the right and y down, pixel centres lie at integers, points are
(x, y) in pixels. Angles are in radians, from the x axis towards the y axis.

An arm is a chain of capsules (a segment with round ends) from an anchor in the lower left corner, with two more
capsules, the fingers of a fork, at its end. Colours repeat, so that a colour alone does not tell a capsule. Capsules
move rigidly; so what a point of one frame becomes in another one is known in closed form, for any two frames
(:func:`carry`). The dynamics are overdamped: every joint follows the torque of gravity on what hangs from it, against a
spring, within its limits. Gravity and the angles at which the springs rest change every few frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.figure import Figure

from ..draw import figures
from ..rows import Rows

ANCHOR = (0.13, 0.87)  # of the first capsule, in sides of the picture
REST = -math.pi / 4  # direction of an arm on which nothing pulls: up and to the right
LENGTH, RADIUS = 0.12, 0.042  # of a capsule's segment and of its ends, in sides of the picture
SPREAD = 0.6  # radians between a finger at rest and the end of the chain
LIMIT = math.radians(50)  # of every joint, to either side
TIGHT = math.radians(20)  # but of the first one, lest the arm leave the picture, and of the fingers
HOLD = 5  # frames for which a gravity stays
COLOURS = torch.tensor([[0.85, 0.25, 0.2], [0.2, 0.45, 0.85], [0.3, 0.7, 0.3], [0.95, 0.8, 0.25]])
_STIR = 0.7  # radians by which the springs' own rest angles vary
_SUBSTEPS, _PULL, _PACE = 8, 0.006, 0.03  # of the dynamics, for each frame
_CHUNK = 256  # frames that are painted together


@dataclass(frozen=True)
class Arms(Rows):
    """Frames of arms with K capsules, of which the last two are the fingers.

    Attributes:
        image: float32 [n, 3, S, S].
        centre: float32 [n, K, 2], the middle of every capsule, (x, y) in pixels.
        angle: float32 [n, K], its direction in the picture.
        film: int64 [n], which film a frame is from; the frames of a film stand in a row, in order of time.
    """

    image: torch.Tensor
    centre: torch.Tensor
    angle: torch.Tensor
    film: torch.Tensor

    @property
    def size(self) -> int:
        """S, the side of a picture in pixels."""
        return self.image.shape[-1]

    def parts(self) -> torch.Tensor:
        """Which capsule every pixel shows, int64 [n, S, S]; -1 is the background."""
        return parts_at(self, pixels(self.size)).view(-1, self.size, self.size)


def films(
    count: int,
    frames: int,
    rng: np.random.Generator,
    *,
    size: int = 48,
    links: int = 6,
    fork: bool = True,
    shift: float = 0.12,
    noise: float = 0.03,
) -> Arms:
    """``count`` films of ``frames`` frames each, of one arm.

    Args:
        count, frames: how many.
        rng: source of every draw.
        size: side of a picture in pixels, at least 16.
        links: capsules of the chain, at least 2.
        fork: whether the two fingers are there.
        shift: how far the camera of a film moves the anchor at most, in sides of the picture and either direction.
        noise: standard deviation of the noise on every pixel.

    Returns:
        Arms with count * frames rows.

    Raises:
        ValueError: if an argument is too small.
    """
    for name, value, least in (("count", count, 1), ("frames", frames, 1), ("size", size, 16), ("links", links, 2)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, not {value}")
    for name, value in (("shift", shift), ("noise", noise)):
        if value < 0:
            raise ValueError(f"{name} must not be negative, not {value}")
    joints = torch.cat(_swing(count, frames, rng, links, fork))  # [frames * count, K], time first
    order = torch.arange(count * frames).view(frames, count).T.flatten()
    start, angle = _placed(joints[order], links, fork)
    film = torch.arange(count).repeat_interleave(frames)
    moved = torch.tensor(rng.uniform(-shift, shift, (count, 1, 2)), dtype=torch.float32)[film]
    centre = size * (start + LENGTH / 2 * _direction(angle) + moved) - 0.5
    arms = Arms(torch.empty(count * frames, 3, size, size), centre, angle, film)
    grey = torch.tensor(rng.uniform(0.05, 0.2, count), dtype=torch.float32)[film]
    for first in range(0, len(arms), _CHUNK):
        some = slice(first, first + _CHUNK)
        arms.image[some] = _painted(arms[some], grey[some], links)
    speckle = rng.standard_normal(arms.image.shape, dtype=np.float32)
    arms.image.add_(torch.from_numpy(speckle), alpha=noise).clamp_(0, 1)
    return arms


def pixels(size: int) -> torch.Tensor:
    """All pixel centres of a picture, row by row, (x, y) float32 [size * size, 2]."""
    line = torch.arange(size, dtype=torch.float32)
    y, x = torch.meshgrid(line, line, indexing="ij")
    return torch.stack([x, y], -1).view(-1, 2)


def parts_at(arms: Arms, points: torch.Tensor) -> torch.Tensor:
    """Which capsule lies at points [n, m, 2] (or [m, 2], the same for all): int64 [n, m], -1 for the background.

    Where capsules overlap, the one that comes later in the arm covers the other.
    """
    inside = _distance(arms, points) <= 0  # [n, K, m]
    order = torch.arange(1, inside.shape[1] + 1, device=inside.device)[:, None]
    return (inside * order).amax(1) - 1


def carry(a: Arms, b: Arms, points: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Where points of frames ``a`` are in the frames ``b`` of the same rows.

    Args:
        a, b: as many frames of one arm.
        points: (x, y) in pixels, [n, m, 2], or [m, 2], the same for all.

    Returns:
        The points of b, float32 [n, m, 2], those of the background unmoved; the capsule that each lies on, int64
        [n, m], -1 for the background; and whether b shows it, bool [n, m]: inside the picture and not covered.

    Raises:
        ValueError: if the frames differ in number, size or capsules.
    """
    if a.image.shape != b.image.shape or a.centre.shape != b.centre.shape:
        raise ValueError(f"a and b must be frames of one arm, as many of each, not {len(a)} and {len(b)}")
    points = points.expand(len(a), -1, 2)
    part = parts_at(a, points)
    some = part.clamp_min(0)
    pick = some[..., None].expand(-1, -1, 2)
    turn = (b.angle - a.angle).gather(1, some)
    x, y = (points - a.centre.gather(1, pick)).unbind(-1)
    cos, sin = turn.cos(), turn.sin()
    there = b.centre.gather(1, pick) + torch.stack([cos * x - sin * y, sin * x + cos * y], -1)
    there = torch.where(part[..., None] < 0, points, there)
    inside = ((there >= -0.5) & (there <= a.size - 0.5)).all(-1)
    return there, part, inside & (parts_at(b, there) == part)


def sample_picture() -> Figure:
    """Six frames of one film, two steps apart, and below them which capsule every pixel shows."""
    arms = films(1, 12, np.random.default_rng(3), size=96)[list(range(0, 12, 2))]
    return figures.images([*arms.image, *(arms.parts() + 1) / arms.centre.shape[1]], columns=6, cmap="nipy_spectral")


def _swing(count: int, frames: int, rng: np.random.Generator, links: int, fork: bool) -> list[torch.Tensor]:
    """Angles of all joints, [count, K] for every frame."""
    capsules = links + 2 * fork
    below = torch.ones(capsules, capsules).triu()  # [joint, capsule]: what hangs from a joint
    if fork:
        below[-2, -1] = 0
    limit = torch.full((capsules,), LIMIT)
    limit[[0, *range(links, capsules)]] = TIGHT
    mobility = 1 / below.sum(1) ** 1.5
    joints = limit * torch.tensor(rng.uniform(-1, 1, (count, capsules)), dtype=torch.float32)
    found = []
    for k in range(frames):
        if k % HOLD == 0:
            gravity = torch.tensor(rng.normal(0, 15, (count, 1, 1, 2)), dtype=torch.float32)
            rest = torch.tensor(rng.normal(0, _STIR, (count, capsules)), dtype=torch.float32)
        for _ in range(_SUBSTEPS):
            start, angle = _placed(joints, links, fork)
            arm = (start + LENGTH / 2 * _direction(angle))[:, None] - start[:, :, None]  # [count, joint, capsule, 2]
            torque = (arm[..., 0] * gravity[..., 1] - arm[..., 1] * gravity[..., 0]) * below
            joints = joints + _PACE * (_PULL * mobility * torque.sum(-1) / LENGTH + rest - joints)
            joints = joints.clamp(-limit, limit)
        found.append(joints)
    return found


def _placed(joints: torch.Tensor, links: int, fork: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Starts [n, K, 2], in sides of the picture, and directions [n, K] of all capsules."""
    angle = REST + joints[:, :links].cumsum(1)
    ends = joints.new_tensor(ANCHOR) + LENGTH * _direction(angle).cumsum(1)
    start = torch.cat([joints.new_tensor(ANCHOR).expand(len(joints), 1, 2), ends[:, :-1]], 1)
    if fork:
        fingers = angle[:, -1:] + joints[:, links:] + joints.new_tensor([-SPREAD, SPREAD])
        angle = torch.cat([angle, fingers], 1)
        start = torch.cat([start, ends[:, -1:].expand(-1, 2, -1)], 1)
    return start, angle


def _direction(angle: torch.Tensor) -> torch.Tensor:
    return torch.stack([angle.cos(), angle.sin()], -1)


def _distance(arms: Arms, points: torch.Tensor) -> torch.Tensor:
    """Signed distance of points [n, m, 2] or [m, 2] to every capsule in pixels, negative inside: [n, K, m]."""
    points, size = points.expand(len(arms), -1, 2), arms.size
    x = points[:, None, :, 0] - arms.centre[..., 0, None]  # [n, K, m]
    y = points[:, None, :, 1] - arms.centre[..., 1, None]
    cos, sin = arms.angle.cos()[..., None], arms.angle.sin()[..., None]
    along = (cos * x + sin * y).abs_().sub_(size * LENGTH / 2).clamp_min_(0)
    return torch.hypot(along, cos * y - sin * x).sub_(size * RADIUS)


def _painted(arms: Arms, grey: torch.Tensor, links: int) -> torch.Tensor:
    """Pictures [n, 3, S, S] without noise."""
    size, capsules = arms.size, arms.centre.shape[1]
    cover = (0.5 - _distance(arms, pixels(size))).clamp_(0, 1).view(len(arms), capsules, 1, size, size)
    image = grey[:, None, None, None].expand(-1, 3, size, size).clone()
    for k in range(capsules):
        image += cover[:, k] * (_colour(k, links)[:, None, None] - image)
    return image


def _colour(capsule: int, links: int) -> torch.Tensor:
    """The first three colours in turn along the chain; the fourth and the first on the fingers."""
    return COLOURS[capsule % 3] if capsule < links else COLOURS[(3, 0)[capsule - links]]
