"""CapBody: one procedural human body of capsules, with a skinned template mesh and exact ground truth.

Conventions
-----------
Lengths are metres. The frame is right-handed with **y up**; at rest the body stands in a T-pose on the ground y = 0
(its soles are 1 cm or so above it) and faces **+z**, so that its own **left is +x**. Rotation vectors are in radians.

There are 17 joints, `JOINTS`, in the order pelvis, spine, chest, neck, head, left shoulder, elbow, wrist, right
shoulder, elbow, wrist, left hip, knee, ankle, right hip, knee, ankle. `PARENT` gives each joint's parent (-1: the
pelvis, the root). A joint's rotation is relative to its parent and turns everything behind it about the joint. A *part*
is what one joint carries, so there are 17 of them with the same numbers; `LIMBS` names the larger groups.

Weak perspective looks along **-z** with y up: its camera frame is the body's world frame, and yaw 0 faces the camera.
Image coordinates are u to the right and v **up**, both from -1 to 1 over the square picture; row 0 is its top.

A `Body` holds tensors (float32 unless said otherwise) and its methods are differentiable; B is a batch, N the number of
vertices, M of faces, J = 17. Six shape parameters `SHAPES` have unit variance in `random_shapes`.

The implicit body is a smooth union of 21 tapered capsules. The distance to a tapered capsule is that to its axis less
the radius interpolated there: exact where the radii are equal, a slight overestimate elsewhere.
"""

from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np
import torch
from matplotlib.figure import Figure

from ..draw import figures
from ..geometry.rotations import rotation_matrices

Array = np.ndarray
Tensor = torch.Tensor

JOINTS = ("pelvis", "spine", "chest", "neck", "head")
JOINTS += tuple(f"{side}_{name}" for side in ("left", "right") for name in ("shoulder", "elbow", "wrist"))
JOINTS += tuple(f"{side}_{name}" for side in ("left", "right") for name in ("hip", "knee", "ankle"))
PARENT = (-1, 0, 1, 2, 3, 2, 5, 6, 2, 8, 9, 0, 11, 12, 0, 14, 15)
REST = np.array(
    [(0, y, 0) for y in (0.95, 1.10, 1.30, 1.48, 1.60)]
    + [(side * x, 1.42, 0) for side in (1, -1) for x in (0.18, 0.45, 0.70)]
    + [(side * 0.10, y, 0) for side in (1, -1) for y in (0.90, 0.49, 0.08)]
)
LIMBS = {"torso": (0, 1, 2, 3, 4), "left arm": (5, 6, 7), "right arm": (8, 9, 10)}
LIMBS |= {"left leg": (11, 12, 13), "right leg": (14, 15, 16)}
SHAPES = ("height", "girth", "limb length", "shoulder width", "belly", "leg girth")
SMOOTH = 0.02  # k of the smooth union, metres


def _capsules() -> tuple[Array, Array, Array, Array]:
    """The 21 capsules at rest: start and end [21, 3], radii there [21, 2], and the joint that carries each [21]."""
    joint = {name: i for i, name in enumerate(JOINTS)}
    rows = [("pelvis", "spine", 0.13, 0.12), ("spine", "chest", 0.12, 0.13), ("chest", "neck", 0.13, 0.06)]
    rows += [("neck", "head", 0.055, 0.06), ("head", (0, 0.10, 0), 0.085, 0.085)]
    for side, x in (("left_", 0.15), ("right_", -0.15)):
        rows += [("pelvis", f"{side}hip", 0.11, 0.10), ("chest", f"{side}shoulder", 0.10, 0.065)]
        rows += [(f"{side}shoulder", f"{side}elbow", 0.06, 0.045), (f"{side}elbow", f"{side}wrist", 0.045, 0.033)]
        rows += [(f"{side}wrist", (x, 0, 0), 0.035, 0.025), (f"{side}hip", f"{side}knee", 0.085, 0.058)]
        rows += [(f"{side}knee", f"{side}ankle", 0.055, 0.04), (f"{side}ankle", (0, -0.03, 0.16), 0.04, 0.03)]
    carrier = np.array([joint[row[0]] for row in rows])
    start = REST[carrier]
    end = np.array([REST[joint[row[1]]] if isinstance(row[1], str) else REST[joint[row[0]]] + row[1] for row in rows])
    return start, end, np.array([row[2:] for row in rows]), carrier


CAPSULE_START, CAPSULE_END, CAPSULE_RADII, CAPSULE_JOINT = _capsules()


def capsule_distances(points: Tensor, start: Tensor, end: Tensor, radii: Tensor) -> Tensor:
    """Distance [..., C, P] of points [..., P, 3] to tapered capsules: start, end [..., C, 3], radii [C, 2]."""
    axis = (end - start)[..., :, None, :]  # [..., C, 1, 3]
    offset = points[..., None, :, :] - start[..., :, None, :]  # [..., C, P, 3]
    t = ((offset * axis).sum(-1) / (axis**2).sum(-1)).clamp(0, 1)
    radius = radii[..., :, :1] * (1 - t) + radii[..., :, 1:] * t
    return (offset - t[..., None] * axis).norm(dim=-1) - radius


def smooth_union(distances: Tensor, k: float = SMOOTH) -> Tensor:
    """-k log sum exp(-d / k) over the capsules: [..., C, P] -> [..., P]; at most the smallest distance."""
    return -k * torch.logsumexp(-distances / k, dim=-2)


@dataclass(frozen=True)
class Body:
    """A template mesh that can be shaped and posed. Made by `template`.

    vertices: [N, 3] at rest. faces: [M, 3], counter-clockwise from outside. joints: [J, 3]. weights: [N, J], skinning
    weights, rows sum to one. vertex_blends [6, N, 3] and joint_blends [6, J, 3]: what one unit of each shape parameter
    adds. J_reg: [J, N], joints from the vertices of any shape and pose; rows sum to one. part: [N], the joint with the
    largest weight. face_part: [M]. edges: [E, 2], each once.
    """

    vertices: Tensor
    faces: Tensor
    joints: Tensor
    weights: Tensor
    vertex_blends: Tensor
    joint_blends: Tensor
    J_reg: Tensor
    part: Tensor
    face_part: Tensor
    edges: Tensor

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> "Body":
        """The same body with its tensors on `device` and its floating-point tensors of `dtype`."""
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{n: t.to(device, dtype if t.is_floating_point() else None) for n, t in tensors.items()})

    def shaped(self, beta: Tensor) -> tuple[Tensor, Tensor]:
        """Vertices [B, N, 3] and joints [B, J, 3] at rest of shapes beta [B, 6]."""
        return (
            self.vertices + torch.einsum("bs,snd->bnd", beta, self.vertex_blends),
            self.joints + torch.einsum("bs,sjd->bjd", beta, self.joint_blends),
        )

    def transforms(self, joints: Tensor, rotations: Tensor) -> tuple[Tensor, Tensor]:
        """Forward kinematics: rest joints [B, J, 3] and relative rotations [B, J, 3, 3] -> the rotation of each part
        [B, J, 3, 3] and the posed joints [B, J, 3]. The pelvis keeps its place."""
        turned, placed = [rotations[:, 0]], [joints[:, 0]]
        for j, parent in enumerate(PARENT[1:], start=1):
            bone = (joints[:, j] - joints[:, parent])[..., None]
            turned.append(turned[parent] @ rotations[:, j])
            placed.append(placed[parent] + (turned[parent] @ bone)[..., 0])
        return torch.stack(turned, 1), torch.stack(placed, 1)

    def posed(self, beta: Tensor, rotations: Tensor, shift: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Linear blend skinning: shapes beta [B, 6], relative rotations [B, J, 3, 3] and, if given, a shift [B, 3] ->
        vertices [B, N, 3] and joints [B, J, 3]."""
        vertices, rest = self.shaped(beta)
        turned, joints = self.transforms(rest, rotations)
        move = joints - (turned @ rest[..., None])[..., 0]  # [B, J, 3]: x -> turned x + move
        affine = torch.cat([turned.flatten(2), move], 2)  # [B, J, 12]
        blended = self.weights @ affine  # [B, N, 12]
        vertices = (blended[..., :9].unflatten(2, (3, 3)) * vertices[..., None, :]).sum(-1) + blended[..., 9:]
        return (vertices, joints) if shift is None else (vertices + shift[:, None], joints + shift[:, None])

    def posed_capsules(self, beta: Tensor, rotations: Tensor, shift: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Starts and ends [B, 21, 3] of the capsules of the posed body, for `capsule_distances`. Ends at joints follow
        the shape; the free ends of head, hands and feet keep their rest offset. Radii are the caller's to choose."""
        _, rest = self.shaped(beta)
        turned, joints = self.transforms(rest, rotations)
        start, end = (torch.as_tensor(x, dtype=beta.dtype, device=beta.device) for x in (CAPSULE_START, CAPSULE_END))
        carrier = torch.as_tensor(CAPSULE_JOINT, device=beta.device)
        gap = (end[:, None] - self.joints.to(beta.dtype)).norm(dim=-1)  # [21, J]
        at_joint, child = gap.min(1).values < 1e-4, gap.argmin(1)
        free = joints[:, carrier] + (turned[:, carrier] @ (end - start)[..., None])[..., 0]
        ends = torch.where(at_joint[:, None], joints[:, child], free)
        starts = joints[:, carrier]
        return (starts, ends) if shift is None else (starts + shift[:, None], ends + shift[:, None])


@lru_cache(maxsize=4)
def template(h: float = 0.05) -> Body:
    """The template body, meshed with cells of `h` metres: 0.05 gives about 1,000 vertices, 0.03 about 2,900."""
    if not 0.015 <= h <= 0.05:
        raise ValueError(f"h must be from 0.015 to 0.05 (coarser cells lose the hands), not {h}")
    vertices, faces = _mesh(h)
    edges = np.unique(np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1), axis=0)
    weights = _skinning_weights(vertices, edges)
    vertex_blends, joint_blends = _blends(vertices, weights)
    part = weights.argmax(1)
    corners = np.sort(part[faces], axis=1)
    numbers = (vertices, faces, REST, weights, vertex_blends, joint_blends)
    exact = [torch.as_tensor(x.copy()) for x in numbers]
    empty = torch.zeros(len(REST), len(vertices), dtype=torch.float64)
    rest = [torch.as_tensor(x) for x in (part, corners[:, 1].copy(), edges)]
    body = Body(*exact, empty, *rest)
    return replace(body, J_reg=_joint_regressor(body)).to(dtype=torch.float32)


def random_shapes(n: int, rng: np.random.Generator) -> Tensor:
    """Shapes [n, 6]: standard normal, cut at two."""
    return torch.as_tensor(rng.normal(size=(n, len(SHAPES))).clip(-2, 2), dtype=torch.float32)


def random_poses(n: int, rng: np.random.Generator, yaw: float = np.pi) -> Tensor:
    """Rotation vectors [n, J, 3], each of length at most pi: the canonical ones.

    The pelvis turns by a yaw uniform in +-`yaw`, after a tilt of up to 6 degrees. Spine, chest, neck and head bend up
    to 8 degrees about each axis; shoulders up to (0.6, 0.8, 0.9) rad, elbows 0 to 115 degrees, forwards; hips -1.2 to
    0.4 rad about x (negative is forwards) and a little sideways; knees 0 to 90 degrees, backwards; wrists and ankles
    up to 11 degrees."""
    from scipy.spatial.transform import Rotation

    def uniform(low, high, *shape):
        return rng.uniform(low, high, (n, *shape))

    pose = np.zeros((n, len(JOINTS), 3))
    pose[:, 1:5] = uniform(-0.14, 0.14, 4, 3)
    for side, shoulder, hip in ((1, 5, 11), (-1, 8, 14)):
        pose[:, shoulder] = uniform(-1, 1, 3) * (0.6, 0.8, 0.9)
        pose[:, shoulder + 1, 1] = -side * uniform(0, 2.0)
        pose[:, shoulder + 2] = uniform(-0.2, 0.2, 3)
        pose[:, hip] = uniform(-1, 1, 3) * (0.8, 0.25, 0.2) + (-0.4, 0, side * 0.1)
        pose[:, hip + 1, 0] = uniform(0, np.pi / 2)
        pose[:, hip + 2] = uniform(-0.2, 0.2, 3)
    turn = np.stack([np.zeros(n), uniform(-yaw, yaw), np.zeros(n)], -1)
    tilt = uniform(-0.1, 0.1, 3) * (1, 0, 1)
    pose[:, 0] = (Rotation.from_rotvec(turn) * Rotation.from_rotvec(tilt)).as_rotvec()
    return torch.as_tensor(pose, dtype=torch.float32)


def weak_perspective(points: Tensor, s: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
    """Image coordinates [B, P, 2], s (x, y) + t, and nearness [B, P] of points [B, P, 3]; s [B], t [B, 2]."""
    return s[:, None, None] * points[..., :2] + t[:, None], points[..., 2]


def pinhole(points: Tensor, K: Tensor, R: Tensor, t: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Image coordinates [B, P, 2] and nearness [B, P] (minus the depth) of points [B, P, 3] before a perspective camera
    in the book's convention: X_cam = R X + t with y down and z forward; intrinsics K [B, 3, 3] in pixels of a picture
    of `size`. So a camera that looks along -z has R = diag(1, -1, -1). Points must lie in front of it."""
    local = points @ R.mT + t[:, None]
    pixel = (local @ K.mT)[..., :2] / local[..., 2:]
    uv = (2 * pixel + 1) / size - 1  # pixel centres lie at integers
    return uv * torch.tensor([1.0, -1.0], dtype=uv.dtype, device=uv.device), -local[..., 2]


def face_normals(vertices: Tensor, faces: Tensor) -> Tensor:
    """Unit outward normals [B, M, 3] of the faces [M, 3] of meshes [B, N, 3]."""
    a, b, c = vertices[:, faces].unbind(2)
    return torch.nn.functional.normalize(torch.linalg.cross(b - a, c - a), dim=-1)


@torch.no_grad()
def render(uv: Tensor, near: Tensor, faces: Tensor, size: int, subdivisions: int = 3) -> tuple[Tensor, Tensor]:
    """Which face each pixel sees: face [B, size, size], -1 for none, and its nearness there (-inf for none).

    uv [B, N, 2] and near [B, N] are what `weak_perspective` or `pinhole` give for vertices that share faces [M, 3]
    (several people: stack their vertices, offset their faces). Each face is sampled at the centres of subdivisions**2
    small triangles, and the nearest sample in a pixel wins: choose subdivisions so that these are smaller than a pixel.
    Labels, normals or colours of the picture are then those of the faces, for example ``body.face_part[face]``."""
    count = len(faces)
    nearest, farthest = near.amax(1, keepdim=True), near.amin(1, keepdim=True)
    levels = (1 << 24) - 1  # of nearness, kept in one integer with the face
    barycentric = _triangle_centres(subdivisions).to(uv)
    corners = torch.cat([uv, near[..., None]], -1)[:, faces]  # [B, M, 3, 3]
    samples = torch.einsum("sc,bmcd->bmsd", barycentric, corners).flatten(1, 2)  # [B, M * S, 3]
    column = ((samples[..., 0] + 1) / 2 * size).floor().long()
    row = ((1 - samples[..., 1]) / 2 * size).floor().long()
    inside = (column >= 0) & (column < size) & (row >= 0) & (row < size)
    pixel = torch.where(inside, row * size + column, size * size)  # the last is a bin for what falls outside
    level = ((samples[..., 2] - farthest) / (nearest - farthest).clamp(min=1e-9) * levels).long().clamp(0, levels)
    face = torch.arange(count, device=uv.device).repeat_interleave(len(barycentric))
    key = torch.full((len(uv), size * size + 1), -1, dtype=torch.long, device=uv.device)
    key = key.scatter_reduce(1, pixel, level * count + face, "amax")[:, :-1].view(-1, size, size)
    seen = key >= 0
    depth = (key // count) / levels * (nearest - farthest)[..., None] + farthest[..., None]
    return torch.where(seen, key % count, -1), torch.where(seen, depth, -torch.inf)


def part_colours() -> Tensor:
    """A colour [18, 3] in [0, 1] for each of the 17 parts, left and right different; the last, black, is for none."""
    from colorsys import hsv_to_rgb

    hue = (0.0, 0.04, 0.08, 0.12, 0.16, 0.30, 0.36, 0.42, 0.80, 0.86, 0.92, 0.48, 0.53, 0.58, 0.64, 0.69, 0.74)
    colours = [hsv_to_rgb(h, 0.9, 1.0 if i % 2 else 0.7) for i, h in enumerate(hue)]
    return torch.tensor([*colours, (0.0, 0.0, 0.0)])


def sample_picture() -> Figure:
    """Five bodies of random shape and pose: above by part, below by the directions of their normals."""
    body, rng = template(), np.random.default_rng(6)
    rotations = rotation_matrices(random_poses(5, rng, yaw=1.0))
    vertices, _ = body.posed(random_shapes(5, rng), rotations)
    uv, near = weak_perspective(vertices, torch.full((5,), 0.95), torch.tensor([[0.0, -0.9]]).expand(5, -1))
    face, _ = render(uv, near, body.faces, 192, subdivisions=6)
    seen = (face >= 0)[..., None]
    parts = torch.where(seen, part_colours()[body.face_part[face]], 1.0)
    normals = face_normals(vertices, body.faces)[torch.arange(5)[:, None, None], face]
    return figures.images([*parts, *torch.where(seen, normals / 2 + 0.5, 1.0)], columns=5)


def _triangle_centres(n: int) -> Tensor:
    """Barycentric coordinates [n * n, 3] of the centres of the n * n small triangles of a triangle."""
    if n < 1:
        raise ValueError(f"subdivisions must be at least 1, not {n}")
    up = [(3 * i + 1, 3 * j + 1) for i in range(n) for j in range(n - i)]
    down = [(3 * i + 2, 3 * j + 2) for i in range(n - 1) for j in range(n - 1 - i)]
    ab = torch.tensor(up + down) / (3 * n)
    return torch.cat([ab, 1 - ab.sum(1, keepdim=True)], 1)


def _field(points: Array, gradient: bool = False) -> Array | tuple[Array, Array]:
    """The implicit body at rest at points [P, 3], and its gradient if asked for."""
    x = torch.as_tensor(points, dtype=torch.float64).requires_grad_(gradient)
    capsules = (torch.as_tensor(part) for part in (CAPSULE_START, CAPSULE_END, CAPSULE_RADII))
    with torch.set_grad_enabled(gradient):
        value = smooth_union(capsule_distances(x, *capsules))
    if not gradient:
        return value.numpy()
    return value.detach().numpy(), torch.autograd.grad(value.sum(), x)[0].numpy()


def _mesh(h: float) -> tuple[Array, Array]:
    """Marching cubes, then rounds of smoothing along the surface between projections to the zero set."""
    from skimage.measure import marching_cubes

    low, high = np.array([-0.95, -0.1, -0.3]), np.array([0.95, 1.9, 0.35])
    shape = np.ceil((high - low) / h).astype(int)
    low = np.array([-h * shape[0] / 2, low[1], low[2]])  # symmetric in x
    points = low + h * np.stack(np.meshgrid(*map(np.arange, shape + 1), indexing="ij"), -1)
    volume = _field(points.reshape(-1, 3)).reshape(shape + 1)
    vertices, faces, _, _ = marching_cubes(volume, 0.0, spacing=(h,) * 3, gradient_direction="descent")
    vertices = vertices.astype(float) + low
    average = _averaging(np.unique(np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), 1), axis=0), len(vertices))
    for _ in range(15):
        for _ in range(2):
            value, slope = _field(vertices, gradient=True)
            square = (slope**2).sum(-1, keepdims=True)
            vertices = vertices - value[:, None] / square * slope
        step = (average @ vertices - vertices) / 2
        vertices = vertices + step - (step * slope).sum(-1, keepdims=True) / square * slope  # along the surface only
    for _ in range(2):
        value, slope = _field(vertices, gradient=True)
        vertices = vertices - (value / (slope**2).sum(-1))[:, None] * slope
    return vertices, faces.astype(np.int64)


def _averaging(edges: Array, n: int):
    """Sparse [n, n] matrix that averages over the neighbours."""
    from scipy.sparse import coo_array, diags_array

    both = np.concatenate([edges, edges[:, ::-1]])
    adjacency = coo_array((np.ones(len(both)), both.T), shape=(n, n)).tocsr()
    return diags_array(1 / adjacency.sum(1)) @ adjacency


def _skinning_weights(vertices: Array, edges: Array) -> Array:
    capsules = (torch.as_tensor(part) for part in (CAPSULE_START, CAPSULE_END, CAPSULE_RADII))
    distance = capsule_distances(torch.as_tensor(vertices), *capsules).numpy()  # [21, N]
    to_joint = np.stack([distance[j == CAPSULE_JOINT].min(0) for j in range(len(JOINTS))], 1)
    weights = np.exp(-to_joint.clip(0) / 0.015)
    weights /= weights.sum(1, keepdims=True)
    average = _averaging(edges, len(vertices))
    for _ in range(3):
        weights = (weights + average @ weights) / 2
    return weights / weights.sum(1, keepdims=True)


def _blends(vertices: Array, weights: Array) -> tuple[Array, Array]:
    """What one unit of each shape parameter adds: to the vertices [6, N, 3] and to the joints [6, J, 3]."""
    axis = np.zeros((len(JOINTS), 3))  # of each joint's bone
    axis[:5], axis[5:11], axis[11:] = (0, 1, 0), (1, 0, 0), (0, 1, 0)
    arms, legs = np.zeros(len(JOINTS)), np.zeros(len(JOINTS))
    arms[5:11], legs[11:] = 1, 1
    everything, shoulders = np.ones(len(JOINTS)), np.zeros((len(JOINTS), 3))
    shoulders[5], shoulders[8] = (0.015, 0, 0), (-0.015, 0, 0)
    none = 0 * everything
    rows = [  # growth along the bone, across it, and what the joint itself moves
        (0.04 * everything, 0.04 * everything, 0 * shoulders),
        (none, 0.08 * everything, 0 * shoulders),
        (0.04 * (arms + legs), none, 0 * shoulders),
        (none, none, shoulders),
        (none, none, 0 * shoulders),
        (none, 0.10 * legs, 0 * shoulders),
    ]
    vertex_blends, joint_blends = [], []
    for along, across, own in rows:
        joints = np.zeros_like(REST)
        for j, parent in enumerate(PARENT):
            if parent < 0:
                joints[j] = along[j] * REST[j]
            else:
                joints[j] = joints[parent] + along[parent] * (REST[j] - REST[parent]) + own[j]
        offset = vertices[:, None] - REST  # [N, J, 3]
        inline = (offset * axis).sum(-1, keepdims=True) * axis
        moved = joints + along[:, None] * inline + across[:, None] * (offset - inline)
        vertex_blends.append(np.einsum("nj,njd->nd", weights, moved))
        joint_blends.append(joints)
    belly = np.exp(-((vertices[:, 1] - 1.08) ** 2) / 0.1**2) * np.exp(-(vertices[:, 0] ** 2) / 0.12**2)
    vertex_blends[4][:, 2] += 0.03 * belly * (vertices[:, 2] > 0) * np.abs(vertices[:, 2] / 0.12).clip(0, 1)
    return np.stack(vertex_blends), np.stack(joint_blends)


def _joint_regressor(body: Body, bodies: int = 200, ridge: float = 1e-4) -> Tensor:
    """[J, N]: for each joint the affine combination of the vertices around it that fits it best over random bodies."""
    rng = np.random.default_rng(0)
    beta, pose = random_shapes(bodies, rng).double(), random_poses(bodies, rng).double()
    vertices, joints = body.posed(beta, rotation_matrices(pose))
    distance = torch.cdist(body.joints, body.vertices)  # [J, N]
    out = torch.zeros_like(distance)
    for j in range(len(JOINTS)):
        ring = distance[j].argsort()[:60]
        x = (vertices[:, ring] - joints[:, j, None]).transpose(1, 2).flatten(0, 1)  # [bodies * 3, ring]
        gram = x.T @ x + ridge * bodies * torch.eye(len(ring), dtype=x.dtype)
        solution = torch.linalg.solve(gram, torch.ones(len(ring), dtype=x.dtype))
        out[j, ring] = solution / solution.sum()
    return out
