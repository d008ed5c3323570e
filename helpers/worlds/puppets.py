"""Puppets: articulated figures of capsules, with joints, parts, outfits, bags and clutter that can be exchanged.

Conventions
-----------
Images are float32 in [0, 1], [n, 3, H, W]; x runs to the right and y down, pixel centres lie at integers, points are
(x, y) in pixels. "Left" and "right" are the picture's, not the puppet's. Lengths of a body are in units of its standing
height; a pose says how many picture heights that is.

A puppet is painted from four kinds of causes, drawn independently, which can be exchanged between puppets, so that for
every swap the true picture exists:

    bodies    lengths and girths
    poses     where it stands, how large it is, the angles of its joints, which arm is behind it, front or back
    outfits   for each of seven groups (``GROUPS``) two colours and a pattern; hair, cuts, bag
    grounds   random Voronoi cells behind it, and the light

The **skeleton** hangs on the pelvis. A torso of tilt 0 stands upright; positive tilts lean to the right. Shoulder and
hip angles are 0 where the limb hangs down along the torso and positive where it is raised outwards; those of elbows and
knees add to them. Every bone is a capsule with two radii, painted from back to front, each covering a pixel by how much
of it overlaps; a pattern lives in the coordinates along and across its bone, so it moves with the limb.

Only the window that a capsule touches is painted, for all figures of a chunk together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from matplotlib.figure import Figure

from ..draw import figures
from ..rows import Rows

JOINTS = (
    "head",
    "left shoulder",
    "left elbow",
    "left wrist",
    "right shoulder",
    "right elbow",
    "right wrist",
    "left hip",
    "left knee",
    "left ankle",
    "right hip",
    "right knee",
    "right ankle",
)
MIRRORED = (0, 4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9)  # the joint that each becomes in a mirror
BONES = ((0, 1), (0, 4), (1, 4), (1, 2), (2, 3), (4, 5), (5, 6), (1, 7), (4, 10), (7, 10), (7, 8), (8, 9), (10, 11),
         (11, 12))  # fmt: skip
PARTS = (
    "ground",
    "hair",
    "head",
    "torso",
    "left upper arm",
    "left lower arm",
    "left hand",
    "right upper arm",
    "right lower arm",
    "right hand",
    "left upper leg",
    "left lower leg",
    "left foot",
    "right upper leg",
    "right lower leg",
    "right foot",
    "bag",
)
GROUPS = ("hair", "skin", "shirt", "sleeves", "trousers", "shoes", "bag")
PATTERNS = ("plain", "stripes", "dots")
BAGS = ("none", "backpack", "shoulder bag")

_GROUP_OF = (-1, 0, 1, 2, 3, 3, 1, 3, 3, 1, 4, 4, 5, 4, 4, 5, 6)  # of each part; lower limbs may be skin
_PARTS_OF = ((2, 1), (4, 3), (4, 5), (5, 6), (7, 3), (7, 8), (8, 9), (10, 3), (10, 11), (11, 12), (13, 3), (13, 14),
             (14, 15))  # fmt: skip
_SKIN = ((0.98, 0.84, 0.72), (0.50, 0.31, 0.21))  # lightest and darkest
_HAIR = ((0.08, 0.06, 0.05), (0.36, 0.20, 0.09), (0.72, 0.33, 0.12), (0.92, 0.78, 0.42), (0.72, 0.72, 0.75))
_EYES = (0.08, 0.06, 0.08)
_RAISED = 0.09  # how far the middle of the torso lies above the middle of the picture, since legs are long
_CHUNK = 128  # figures that are painted together


@dataclass(frozen=True)
class Bodies(Rows):
    """Lengths and radii in standing heights, float32.

    Attributes:
        torso: [n], from pelvis to neck.
        width: [n, 2], half the width between the shoulders and between the hips.
        arm, leg: [n, 2], lengths of the upper and the lower bone.
        girth: [n, 2], radius of arms and of legs.
        head: [n], its radius.
    """

    torso: torch.Tensor
    width: torch.Tensor
    arm: torch.Tensor
    leg: torch.Tensor
    girth: torch.Tensor
    head: torch.Tensor


@dataclass(frozen=True)
class Poses(Rows):
    """How a body stands, float32; angles in radians, pairs are (left, right).

    Attributes:
        centre: [n, 2], where the middle of the torso is, from the middle of the picture, in picture heights.
        scale: [n], standing height in picture heights.
        tilt, neck: [n], lean of the torso to the right, and of the head on it.
        shoulder, elbow, hip, knee: [n, 2].
        behind: [n, 2], 1 where the arm is painted behind torso and legs.
        back: [n], 1 where the puppet is seen from behind: no face, and a backpack in full.
    """

    centre: torch.Tensor
    scale: torch.Tensor
    tilt: torch.Tensor
    neck: torch.Tensor
    shoulder: torch.Tensor
    elbow: torch.Tensor
    hip: torch.Tensor
    knee: torch.Tensor
    behind: torch.Tensor
    back: torch.Tensor


@dataclass(frozen=True)
class Outfits(Rows):
    """What a puppet wears, one entry for each of the seven ``GROUPS``.

    Attributes:
        colour, second: float32 [n, 7, 3], of the ground of a pattern and of what is on it.
        pattern: int64 [n, 7], index into ``PATTERNS``.
        period: float32 [n, 7], of a pattern, in standing heights.
        phase: float32 [n, 7], radians.
        hair: float32 [n], its length below the middle of the head, in radii of the head.
        short: bool [n, 2], whether the lower arms and the lower legs are bare.
        bag: int64 [n], index into ``BAGS``.
    """

    colour: torch.Tensor
    second: torch.Tensor
    pattern: torch.Tensor
    period: torch.Tensor
    phase: torch.Tensor
    hair: torch.Tensor
    short: torch.Tensor
    bag: torch.Tensor

    def exchanged(self, other: Outfits, groups: tuple[str, ...] | list[str]) -> Outfits:
        """This outfit with some groups of another: colours and patterns, with "hair" its length, with "bag" its kind.

        Raises:
            ValueError: if a group is unknown or the numbers of rows differ.
        """
        for name in groups:
            if name not in GROUPS:
                raise ValueError(f"groups must be among {', '.join(GROUPS)}, not {name!r}")
        if len(self) != len(other):
            raise ValueError(f"other must have {len(self)} rows, not {len(other)}")
        taken = torch.tensor([name in groups for name in GROUPS], device=self.pattern.device)
        values = {}
        for name in ("colour", "second", "pattern", "period", "phase"):
            ours, theirs = getattr(self, name), getattr(other, name)
            values[name] = torch.where(taken.view(1, -1, *[1] * (ours.ndim - 2)), theirs, ours)
        for group, name in (("hair", "hair"), ("bag", "bag")):
            if group in groups:
                values[name] = getattr(other, name)
        return replace(self, **values)


@dataclass(frozen=True)
class Grounds(Rows):
    """What lies behind a puppet, and its light: float32.

    Attributes:
        seeds: [n, m, 2], of the Voronoi cells, (x, y) as shares of width and height.
        colour: [n, m, 3], of the cells.
        light: [n, 2], direction in the picture from which light falls, of length 0 to 1.
    """

    seeds: torch.Tensor
    colour: torch.Tensor
    light: torch.Tensor


@dataclass(frozen=True)
class Puppets(Rows):
    """Painted puppets.

    Attributes:
        image: float32 [n, 3, H, W].
        part: uint8 [n, H, W], the visible part of every pixel, an index into ``PARTS``.
        joints: float32 [n, 13, 2], (x, y) in pixels, also where hidden or outside.
        body, pose, outfit, ground: what they were painted from.
    """

    image: torch.Tensor
    part: torch.Tensor
    joints: torch.Tensor
    body: Bodies
    pose: Poses
    outfit: Outfits
    ground: Grounds

    @property
    def mask(self) -> torch.Tensor:
        """Where the figure is, with its bag: bool [n, H, W]."""
        return self.part > 0

    def group(self) -> torch.Tensor:
        """The group of ``GROUPS`` that every pixel shows, int64 [n, H, W], -1 for the ground; bare limbs are skin."""
        table = torch.tensor(_GROUP_OF, device=self.part.device).repeat(len(self), 1)
        for limb, parts in enumerate(((5, 8), (11, 14))):
            bare = self.outfit.short[:, limb, None]
            table[:, parts] = torch.where(bare, 1, table[:, parts])
        return table.gather(1, self.part.flatten(1).long()).view(self.part.shape)

    def visible(self) -> torch.Tensor:
        """Whether a joint lies in the picture on a part that it belongs to, bool [n, 13]."""
        H, W = self.part.shape[-2:]
        x, y = self.joints.round().long().unbind(-1)
        inside = (x >= 0) & (x < W) & (y >= 0) & (y < H)
        shown = self.part.flatten(1).gather(1, y.clamp(0, H - 1) * W + x.clamp(0, W - 1))
        own = torch.tensor(_PARTS_OF, device=shown.device)
        return inside & (shown[..., None] == own).any(-1)


def draw_bodies(count: int, rng: np.random.Generator, *, variety: float = 1.0) -> Bodies:
    """``count`` bodies.

    Args:
        count: how many.
        rng: source of every draw.
        variety: how far lengths and girths differ, as a multiple of the usual ranges (a seventh either way), 0 to 2.

    Raises:
        ValueError: if ``count`` is below 1 or ``variety`` out of range.
    """
    _check_count(count)
    if not 0 <= variety <= 2:
        raise ValueError(f"variety must be from 0 to 2, not {variety}")

    def about(*middle: float) -> torch.Tensor:
        values = np.array(middle) * np.exp(variety * rng.uniform(-0.14, 0.14, (count, len(middle))))
        return _tensor(values if len(middle) > 1 else values[:, 0])

    return Bodies(
        about(0.30), about(0.115, 0.062), about(0.17, 0.17), about(0.22, 0.21), about(0.043, 0.055), about(0.088)
    )


def draw_poses(
    count: int,
    rng: np.random.Generator,
    *,
    articulation: float = 1.0,
    lean: float = 0.15,
    shift: tuple[float, float] = (0.06, 0.03),
    scale: tuple[float, float] = (0.78, 0.92),
    behind: float = 0.15,
    back: float = 0.0,
) -> Poses:
    """``count`` poses; every joint is drawn for itself.

    Args:
        count: how many.
        rng: source of every draw.
        articulation: ranges of the joints about a standing figure, as a multiple of the usual ones: 0 for a stiff
            puppet, 1 for arms that reach from 30 degrees across the body to 140 degrees outwards, at most 1.2.
        lean: most that torso and head lean, radians.
        shift: most that a figure is moved from the middle, in picture heights, to the sides and up or down.
        scale: smallest and largest standing height in picture heights.
        behind: share of the arms that are behind the torso.
        back: share of the figures that are seen from behind.

    Raises:
        ValueError: if ``count`` is below 1, ``articulation`` out of range, a share not in [0, 1], or ``scale`` not two
            positive heights in order.
    """
    _check_count(count)
    if not 0 <= articulation <= 1.2:
        raise ValueError(f"articulation must be from 0 to 1.2, not {articulation}")
    for name, share in (("behind", behind), ("back", back)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be a share from 0 to 1, not {share}")
    if not 0 < scale[0] <= scale[1]:
        raise ValueError(f"scale must be two positive heights in order, not {scale}")

    def angles(middle: float, low: float, high: float) -> torch.Tensor:
        drawn = np.radians(rng.uniform(low, high, (count, 2)))
        return _tensor(np.radians(middle) + articulation * (drawn - np.radians(middle)))

    return Poses(
        _tensor(rng.uniform(-1, 1, (count, 2)) * shift - [0, _RAISED]),
        _tensor(rng.uniform(*scale, count)),
        _tensor(rng.uniform(-lean, lean, count)),
        _tensor(rng.uniform(-lean, lean, count)),
        angles(20, -30, 140),
        angles(10, -100, 100),
        angles(10, -8, 50),
        angles(0, -50, 35),
        _tensor(rng.random((count, 2)) < behind),
        _tensor(rng.random(count) < back),
    )


def draw_motion(pose: Poses, frames: int, rng: np.random.Generator, *, articulation: float = 1.0) -> Poses:
    """Frames of moving figures: from each given pose every joint swings to another and on, smoothly.

    Args:
        pose: where the motions start, [n].
        frames: of each motion, from 1 on; every eighth frame is a new key pose, with cosines between.
        rng: source of every draw.
        articulation: as of :func:`draw_poses`, of the key poses.

    Returns:
        n * frames poses, the frames of one figure one after the other; place, scale and front or back stay.

    Raises:
        ValueError: if ``frames`` is below 1, or as :func:`draw_poses`.
    """
    if frames < 1:
        raise ValueError(f"frames must be at least 1, not {frames}")
    n, keys = len(pose), 1 + math.ceil((frames - 1) / 8)
    drawn = [pose] + [draw_poses(n, rng, articulation=articulation) for _ in range(keys)]
    time = torch.arange(frames) / 8
    start = time.long()
    share = ((1 - torch.cos(math.pi * (time - start))) / 2).repeat(n)
    figure = torch.arange(n).repeat_interleave(frames)
    values = {}
    for field in fields(Poses):
        if field.name in ("centre", "scale", "behind", "back"):
            values[field.name] = getattr(pose, field.name)[figure]
            continue
        line = torch.stack([getattr(each, field.name).cpu() for each in drawn])  # [keys + 1, n, ...]
        low, high = line[start.repeat(n), figure], line[start.repeat(n) + 1, figure]
        values[field.name] = low + share.view(-1, *[1] * (low.ndim - 1)) * (high - low)
    return Poses(**values)


def draw_outfits(
    count: int,
    rng: np.random.Generator,
    *,
    patterned: float = 0.5,
    short: float = 0.0,
    bags: float = 0.0,
    dyed: float = 0.3,
) -> Outfits:
    """``count`` outfits; groups are independent of one another.

    Args:
        count: how many.
        rng: source of every draw.
        patterned: share of shirts, sleeves, trousers and bags with stripes or dots.
        short: share of outfits with short sleeves, and of those with shorts.
        bags: share of the puppets that carry a bag, half of them on the back.
        dyed: share of hair of any hue.

    Raises:
        ValueError: if ``count`` is below 1 or a share not in [0, 1].
    """
    _check_count(count)
    for name, share in (("patterned", patterned), ("short", short), ("bags", bags), ("dyed", dyed)):
        if not 0 <= share <= 1:
            raise ValueError(f"{name} must be a share from 0 to 1, not {share}")
    G = len(GROUPS)
    colour = _hues(rng.random((count, G)), rng.uniform(0.35, 1.0, (count, G)), rng.uniform(0.55, 1.0, (count, G)))
    pale = rng.random((count, G, 1)) < 0.2  # white, grey, black
    colour = np.where(pale, rng.uniform(0.05, 0.95, (count, G, 1)), colour)
    melanin = rng.random((count, 1))
    colour[:, 1] = (1 - melanin) * _SKIN[0] + melanin * _SKIN[1] + rng.normal(0, 0.02, (count, 3))
    natural = np.array(_HAIR)[rng.integers(len(_HAIR), size=count)] + rng.normal(0, 0.03, (count, 3))
    colour[:, 0] = np.where(rng.random((count, 1)) < dyed, colour[:, 0], natural)
    bright = colour.mean(2, keepdims=True) > 0.5
    second = np.where(bright, 0.25 * colour, 0.2 + 0.8 * colour[..., [1, 2, 0]] + 0.15).clip(0, 1)
    pattern = rng.integers(1, len(PATTERNS), (count, G)) * (rng.random((count, G)) < patterned)
    pattern[:, [0, 1, 5]] = 0
    bag = rng.integers(1, len(BAGS), count) * (rng.random(count) < bags)
    return Outfits(
        _tensor(colour.clip(0, 1)),
        _tensor(second),
        torch.tensor(pattern),
        _tensor(rng.uniform(0.09, 0.15, (count, G))),
        _tensor(rng.uniform(0, 2 * np.pi, (count, G))),
        _tensor(rng.uniform(0, 2.2, count)),
        torch.tensor(rng.random((count, 2)) < short),
        torch.tensor(bag),
    )


def draw_grounds(count: int, rng: np.random.Generator, *, cells: int = 12, contrast: float = 0.5) -> Grounds:
    """``count`` grounds.

    Args:
        count: how many.
        rng: source of every draw.
        cells: of a Voronoi diagram, at least 1.
        contrast: how far their colours lie about grey, 0 (all alike) to 1 (any colour).

    Raises:
        ValueError: if ``count`` or ``cells`` is below 1 or ``contrast`` not in [0, 1].
    """
    _check_count(count)
    if cells < 1:
        raise ValueError(f"cells must be at least 1, not {cells}")
    if not 0 <= contrast <= 1:
        raise ValueError(f"contrast must be from 0 to 1, not {contrast}")
    colour = 0.5 + contrast * rng.uniform(-0.5, 0.5, (count, cells, 3))
    angle, length = rng.uniform(0, 2 * np.pi, count), rng.random(count) ** 0.5
    light = length[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return Grounds(_tensor(rng.random((count, cells, 2))), _tensor(colour), _tensor(light))


def find_joints(body: Bodies, pose: Poses, size: int | tuple[int, int]) -> torch.Tensor:
    """Where the joints are in pictures of ``size`` (a side, or height and width): float32 [n, 13, 2], in pixels.

    Raises:
        ValueError: if there are not as many bodies as poses, or ``size`` is below 16 pixels.
    """
    H, W = _checked_size(size)
    _check_equal(body=body, pose=pose)
    points, _, _, _ = _skeleton(body, pose, H, W)
    return points


def render(
    body: Bodies,
    pose: Poses,
    outfit: Outfits,
    ground: Grounds,
    size: int | tuple[int, int],
    *,
    onto: torch.Tensor | None = None,
) -> Puppets:
    """Paint puppets: no chance is left, the same causes give the same picture.

    Args:
        body, pose, outfit, ground: as many of each.
        size: side of the pictures in pixels, or (height, width), at least 16.
        onto: pictures float32 [n, 3, H, W] to paint on in place of the ground, for example of other puppets; ``part``
            then tells the new figure from everything else. They are left as they are.

    Raises:
        ValueError: if the numbers of causes differ, ``size`` is below 16, or ``onto`` has another shape.
    """
    H, W = _checked_size(size)
    _check_equal(body=body, pose=pose, outfit=outfit, ground=ground)
    if onto is not None and onto.shape != (len(body), 3, H, W):
        raise ValueError(f"onto must be [{len(body)}, 3, {H}, {W}], not {list(onto.shape)}")
    painted = []
    for start in range(0, len(body), _CHUNK):
        some = slice(start, start + _CHUNK)
        causes = body[some], pose[some], outfit[some], ground[some]
        canvas = _cells(causes[3], H, W) if onto is None else onto[some].clone()
        painted.append(_paint(*causes, canvas))
    image, part, joints = (torch.cat(each) for each in zip(*painted, strict=True))
    return Puppets(image, part, joints, body, pose, outfit, ground)


def puppets(
    count: int,
    rng: np.random.Generator,
    *,
    size: int | tuple[int, int] = 48,
    articulation: float = 1.0,
    back: float = 0.0,
    patterned: float = 0.5,
    short: float = 0.0,
    bags: float = 0.0,
    contrast: float = 0.5,
) -> Puppets:
    """``count`` puppets, each of another body, pose, outfit and ground; arguments as of the functions that draw these.

    Raises:
        ValueError: as those functions and :func:`render`.
    """
    body = draw_bodies(count, rng)
    pose = draw_poses(count, rng, articulation=articulation, back=back)
    outfit = draw_outfits(count, rng, patterned=patterned, short=short, bags=bags)
    return render(body, pose, outfit, draw_grounds(count, rng, contrast=contrast), size)


def albums(
    count: int,
    pictures: int,
    rng: np.random.Generator,
    *,
    size: int | tuple[int, int] = 48,
    articulation: float = 1.0,
    patterned: float = 0.5,
    short: float = 0.0,
    bags: float = 0.0,
    contrast: float = 0.5,
    same_ground: bool = False,
) -> Puppets:
    """``count`` puppets, each seen in some pictures: body and outfit stay, pose and ground change.

    Args:
        count: of puppets.
        pictures: of each, at least 1.
        rng: source of every draw.
        size, articulation, patterned, short, bags, contrast: as of :func:`puppets`.
        same_ground: whether a puppet keeps its ground and light, as before a fixed camera.

    Returns:
        count * pictures rows, those of one puppet one after the other.

    Raises:
        ValueError: as :func:`puppets`, and if ``pictures`` is below 1.
    """
    _check_count(count)
    if pictures < 1:
        raise ValueError(f"pictures must be at least 1, not {pictures}")
    which = torch.arange(count).repeat_interleave(pictures)
    body = draw_bodies(count, rng)[which]
    outfit = draw_outfits(count, rng, patterned=patterned, short=short, bags=bags)[which]
    pose = draw_poses(count * pictures, rng, articulation=articulation)
    if same_ground:
        return render(body, pose, outfit, draw_grounds(count, rng, contrast=contrast)[which], size)
    return render(body, pose, outfit, draw_grounds(count * pictures, rng, contrast=contrast), size)


def sample_picture() -> Figure:
    """Eight puppets; their parts; eight poses in the clothes of the first; eight with bags, half from behind."""
    rng = np.random.default_rng(4)
    some = puppets(8, rng, size=128, short=0.3)
    dressed = render(some.body, some.pose, some.outfit[[0] * 8], some.ground, 128)
    laden = puppets(8, rng, size=128, bags=1.0, back=0.5, contrast=0.3)
    palette = torch.tensor(_hues(np.arange(17) * 0.618 % 1, np.full(17, 0.8), np.ones(17)), dtype=torch.float32)
    palette[0] = 1
    parts = palette[some.part.long()].movedim(-1, 1)
    return figures.images([*some.image, *parts, *dressed.image, *laden.image], columns=8)


def _skeleton(
    body: Bodies, pose: Poses, H: int, W: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Joints [n, 13, 2], up and right of the torso [n, 2], and pixels per standing height [n, 1]."""
    unit = (H * pose.scale)[:, None]
    up, right = _way(pose.tilt, -1), _way(pose.tilt + math.pi / 2, -1)
    middle = pose.centre * H + pose.centre.new_tensor([(W - 1) / 2, (H - 1) / 2])
    pelvis = middle - unit * body.torso[:, None] / 2 * up
    neck = pelvis + unit * body.torso[:, None] * up
    head = neck + 1.15 * unit * body.head[:, None] * _way(pose.tilt + pose.neck, -1)
    points = {0: head}
    for side, sign in ((0, -1), (1, 1)):
        for base, first, root, half, lengths, angles in (
            (neck - 0.16 * unit * body.torso[:, None] * up, 1, pose.shoulder, body.width[:, 0], body.arm, pose.elbow),
            (pelvis, 7, pose.hip, body.width[:, 1], body.leg, pose.knee),
        ):
            k = first + 3 * side
            points[k] = base + sign * unit * half[:, None] * right
            points[k + 1] = points[k] + unit * lengths[:, :1] * _limb(pose.tilt, sign, root[:, side])
            points[k + 2] = points[k + 1] + unit * lengths[:, 1:] * _limb(
                pose.tilt, sign, root[:, side] + angles[:, side]
            )
    return torch.stack([points[k] for k in range(len(JOINTS))], 1), up, right, unit


def _way(angle: torch.Tensor, length: float) -> torch.Tensor:
    """Unit vectors [n, 2] that point up at angle 0 and lean to the right with it; ``length`` -1 is up."""
    return torch.stack([-length * angle.sin(), length * angle.cos()], -1)


def _limb(tilt: torch.Tensor, sign: int, angle: torch.Tensor) -> torch.Tensor:
    """Direction of a limb [n, 2] that hangs down at angle 0 and is raised outwards on its side (-1 left, 1 right)."""
    x, y = sign * angle.sin(), angle.cos()
    cos, sin = tilt.cos(), tilt.sin()
    return torch.stack([cos * x - sin * y, sin * x + cos * y], -1)


def _cells(ground: Grounds, H: int, W: int) -> torch.Tensor:
    """Pictures [n, 3, H, W] of the Voronoi cells."""
    x = (torch.arange(W, device=ground.seeds.device) + 0.5) / W
    y = (torch.arange(H, device=ground.seeds.device) + 0.5) / H
    dx = (x - ground.seeds[..., :1]).square() * (W / H) ** 2  # [n, m, W]
    dy = (y - ground.seeds[..., 1:]).square()  # [n, m, H]
    nearest = (dy[..., None] + dx[:, :, None]).argmin(1)  # [n, H, W]
    picked = ground.colour.gather(1, nearest.flatten(1)[..., None].expand(-1, -1, 3))
    return picked.mT.reshape(-1, 3, H, W).contiguous()


def _paint(
    body: Bodies, pose: Poses, outfit: Outfits, ground: Grounds, image: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Image, part and joints of figures painted onto images [n, 3, H, W], capsule over capsule from back to front."""
    H, W = image.shape[-2:]
    J, up, right, unit = _skeleton(body, pose, H, W)
    brush = _Brush(image, outfit, ground.light, unit)
    here = unit.new_ones(len(unit))
    front, away = 1 - pose.back, pose.back
    pack, pouch = ((outfit.bag == k).float() for k in (1, 2))
    R = (unit[:, 0] * body.head)[:, None]
    head, pelvis = J[:, 0], (J[:, 7] + J[:, 10]) / 2
    chest = (J[:, 1] + J[:, 4]) / 2
    arm, leg = (unit[:, 0] * body.girth[:, k] for k in (0, 1))
    shoulders, hips = (unit[:, 0] * body.width[:, k] for k in (0, 1))
    tall = unit[:, 0] * body.torso

    def arms(shown: torch.Tensor) -> None:
        for side, first, k in ((0, 4, 1), (1, 7, 4)):
            cover = shown[:, side]
            bare = outfit.short[:, 0]
            wrist = J[:, k + 2]
            brush(J[:, k], J[:, k + 1], 1.1 * arm, arm, first, cover)
            brush(J[:, k + 1], wrist, arm, 0.85 * arm, first + 1, cover, bare=bare)
            hand = wrist + 0.5 * (wrist - J[:, k + 1]) / (wrist - J[:, k + 1]).norm(dim=1, keepdim=True) * arm[:, None]
            brush(wrist, hand, 0.9 * arm, arm, first + 2, cover)

    back_hair = head - outfit.hair[:, None] * R * up
    brush(head, back_hair, 1.15 * R[:, 0], 0.9 * R[:, 0], 1, front * (outfit.hair > 0.3))
    carried = pelvis + 0.75 * (chest - pelvis), pelvis + 0.25 * (chest - pelvis)
    brush(*carried, 1.35 * shoulders, 1.35 * shoulders, 16, front * pack)
    arms(pose.behind)
    for first, k, sign in ((10, 7, -1), (13, 10, 1)):
        ankle = J[:, k + 2]
        brush(J[:, k], J[:, k + 1], 1.15 * leg, 0.95 * leg, first, here)
        brush(J[:, k + 1], ankle, 0.95 * leg, 0.75 * leg, first + 1, here, bare=outfit.short[:, 1])
        brush(ankle, ankle + sign * 1.1 * leg[:, None] * right, 0.9 * leg, 0.75 * leg, first + 2, here)
    waist = pelvis - 0.02 * tall[:, None] * up
    brush(chest - 0.1 * tall[:, None] * up, waist, 1.05 * shoulders, 1.5 * hips, 3, here)
    brush(chest + 0.16 * tall[:, None] * up, head, 0.4 * R[:, 0], 0.4 * R[:, 0], 2, here)
    brush(*carried, 1.0 * shoulders, 1.0 * shoulders, 16, away * pack)
    brush(head, head, R[:, 0], R[:, 0], 2, here)
    lean = (head - chest) / (head - chest).norm(dim=1, keepdim=True)
    across = torch.stack([-lean[:, 1], lean[:, 0]], 1)
    top = head + 0.5 * R * lean
    brush(top - 0.45 * R * across, top + 0.45 * R * across, 0.62 * R[:, 0], 0.62 * R[:, 0], 1, front)
    brush(head, back_hair, 1.1 * R[:, 0], 0.9 * R[:, 0], 1, away)
    for sign in (-1, 1):
        eye = head + sign * 0.38 * R * across - 0.15 * R * lean
        brush(eye, eye, 0.14 * R[:, 0], 0.14 * R[:, 0], 2, front, colour=_EYES)
    strap = 0.3 * arm
    pouch_at = J[:, 10] + 0.8 * hips[:, None] * right
    brush(J[:, 1], pouch_at, strap, strap, 16, pouch)
    brush(pouch_at - 0.5 * arm[:, None] * right, pouch_at + 0.8 * arm[:, None] * right, 1.5 * arm, 1.5 * arm, 16, pouch)
    arms(1 - pose.behind)
    return brush.image.view(-1, 3, H, W), brush.part.view(-1, H, W), J


class _Brush:
    """Paints capsules of many figures at once, each in the window that the largest of them needs."""

    def __init__(self, image: torch.Tensor, outfit: Outfits, light: torch.Tensor, unit: torch.Tensor) -> None:
        self.H, self.W = image.shape[-2:]
        self.image = image.reshape(len(image), 3, -1)
        self.part = torch.zeros(len(image), self.H * self.W, dtype=torch.uint8, device=image.device)
        self.outfit, self.light, self.unit = outfit, light, unit

    def __call__(
        self,
        a: torch.Tensor,
        b: torch.Tensor,
        r: torch.Tensor,
        s: torch.Tensor,
        part: int,
        shown: torch.Tensor,
        *,
        bare: torch.Tensor | None = None,
        colour: tuple[float, float, float] | None = None,
    ) -> None:
        """One capsule of each figure, from a to b [n, 2], with radii r and s [n], where shown [n] is not 0."""
        if not shown.any():
            return
        x, y = self._window(a, b, r, s)  # [n, 1, w], [n, h, 1]
        dx, dy = x - a[:, 0, None, None], y - a[:, 1, None, None]
        bone = b - a
        length = bone.norm(dim=1, keepdim=True).clamp_min(1e-6)
        bx, by = (bone / length)[..., None, None].unbind(1)
        along = dx * bx + dy * by  # [n, h, w], pixels
        t = (along / length[..., None]).clamp(0, 1)
        ex, ey = dx - t * bone[:, 0, None, None], dy - t * bone[:, 1, None, None]
        radius = r[:, None, None] + t * (s - r)[:, None, None]
        away = (ex.square() + ey.square()).sqrt()
        cover = (0.5 + radius - away).clamp(0, 1) * shown[:, None, None]
        steep = 1 / radius.clamp_min(0.5)
        lx, ly = self.light[:, 0, None, None], self.light[:, 1, None, None]
        shade = 0.95 + steep * (0.14 * (ex * lx + ey * ly) - 0.16 * away.square() * steep)
        if colour is None:
            tone = self._tone(part, along, dx * by - dy * bx, bare)
        else:
            tone = self.image.new_tensor(colour).view(1, 3, 1, 1)
        fresh = (tone * shade[:, None]).clamp(0, 1).flatten(2)  # [n, 3, h * w]
        index = (y.long() * self.W + x.long()).flatten(1)  # [n, h * w]
        every = index[:, None].expand(-1, 3, -1)
        old, cover = self.image.gather(2, every), cover.flatten(1)
        self.image.scatter_(2, every, torch.lerp(old, fresh, cover[:, None]))
        self.part.scatter_(1, index, torch.where(cover > 0.5, part, self.part.gather(1, index).long()).to(torch.uint8))

    def _window(
        self, a: torch.Tensor, b: torch.Tensor, r: torch.Tensor, s: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Coordinates x [n, 1, w] and y [n, h, 1] of windows of one size that hold all capsules, inside the picture."""
        low = torch.minimum(a - r[:, None], b - s[:, None]) - 1
        high = torch.maximum(a + r[:, None], b + s[:, None]) + 1
        w, h = ((high - low).amax(0).ceil() + 1).tolist()
        w, h = min(int(w), self.W), min(int(h), self.H)
        x = low[:, 0].floor().clamp(0, self.W - w)[:, None] + torch.arange(w, device=a.device)
        y = low[:, 1].floor().clamp(0, self.H - h)[:, None] + torch.arange(h, device=a.device)
        return x[:, None], y[:, :, None]

    def _tone(self, part: int, along: torch.Tensor, across: torch.Tensor, bare: torch.Tensor | None) -> torch.Tensor:
        """Colours [n, 3, h, w] of a part before shading, from the pattern of its group."""
        group = torch.full((len(along),), _GROUP_OF[part], device=along.device)
        if bare is not None:
            group = torch.where(bare, 1, group)
        row, look = torch.arange(len(along), device=along.device), self.outfit
        first, second = look.colour[row, group], look.second[row, group]
        kind = look.pattern[row, group]
        if not kind.any():
            return first[..., None, None]
        wave = 2 * math.pi / (look.period[row, group] * self.unit[:, 0])  # per pixel
        value = (along * wave[:, None, None] + look.phase[row, group][:, None, None]).cos()
        dots = (kind == 2).float()[:, None, None]
        value = value * (1 - dots + dots * (across * wave[:, None, None]).cos()) - 0.15 * dots
        share = (0.5 + 1.5 * value).clamp(0, 1) * (kind > 0).float()[:, None, None]
        return first[..., None, None] + share[:, None] * (second - first)[..., None, None]


def _hues(hue: np.ndarray, value: np.ndarray, saturation: np.ndarray) -> np.ndarray:
    """Colours [..., 3] of a hue, a brightness and a saturation in [0, 1]."""
    wheel = (np.abs((6 * hue[..., None] + [0, 4, 2]) % 6 - 3) - 1).clip(0, 1)
    return value[..., None] * (1 - saturation[..., None] * (1 - wheel))


def _tensor(array: np.ndarray) -> torch.Tensor:
    return torch.tensor(array, dtype=torch.float32)


def _check_count(count: int) -> None:
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")


def _check_equal(**causes: Rows) -> None:
    if len({len(each) for each in causes.values()}) > 1:
        numbers = ", ".join(f"{len(each)} of {name}" for name, each in causes.items())
        raise ValueError(f"there must be as many of each cause, not {numbers}")


def _checked_size(size: int | tuple[int, int]) -> tuple[int, int]:
    H, W = (size, size) if isinstance(size, int) else size
    if min(H, W) < 16:
        raise ValueError(f"size must be at least 16 pixels, not {size}")
    return H, W
