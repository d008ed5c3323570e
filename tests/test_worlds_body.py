"""The body world: mesh, skinning, shapes, joints, capsules and renderings belong to one another."""

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from helpers.geometry import meshes
from helpers.worlds import body


@pytest.fixture(scope="module")
def template():
    return body.template()


@pytest.fixture(scope="module")
def people(template):
    """Shapes, rotations, vertices and joints of 40 random bodies."""
    rng = np.random.default_rng(1)
    beta, rotations = body.random_shapes(40, rng), body.rotation_matrices(body.random_poses(40, rng))
    return beta, rotations, *template.posed(beta, rotations)


@pytest.mark.parametrize("h", [0.05, 0.04, 0.03])
def test_mesh_is_one_closed_surface_with_outward_faces(h):
    made = body.template(h)
    vertices, faces = made.vertices.double().numpy(), made.faces.numpy()
    assert meshes.euler_number(vertices, faces) == 2
    directed = {tuple(edge) for face in faces for edge in (face[[0, 1]], face[[1, 2]], face[[2, 0]])}
    assert len(directed) == 3 * len(faces)
    assert all((b, a) in directed for a, b in directed)
    assert len(made.edges) == 3 * len(faces) // 2
    volume = np.linalg.det(vertices[faces]).sum() / 6
    assert 0.05 < volume < 0.12  # a person of 50 to 120 litres
    assert vertices[:, 1].max() == pytest.approx(1.79, abs=0.03)
    assert 0 <= vertices[:, 1].min() < 0.03


def test_vertices_lie_on_the_implicit_body(template):
    capsules = [torch.as_tensor(x, dtype=torch.float32) for x in (body.CAPSULE_START, body.CAPSULE_END)]
    radii = torch.as_tensor(body.CAPSULE_RADII, dtype=torch.float32)
    value = body.smooth_union(body.capsule_distances(template.vertices, *capsules, radii))
    assert value.abs().quantile(0.99) < 1e-3
    middle = template.vertices[template.faces].mean(1)
    outside = middle + 0.02 * body.face_normals(template.vertices[None], template.faces)[0]
    assert (body.smooth_union(body.capsule_distances(outside, *capsules, radii)) > 0).float().mean() > 0.99


def test_capsule_distance_is_exact_for_a_plain_capsule():
    start, end, radii = torch.zeros(1, 3), torch.tensor([[2.0, 0, 0]]), torch.tensor([[0.5, 0.5]])
    points = torch.tensor([[1.0, 2, 0], [3.0, 0, 0], [-1.0, 0, 1], [1.0, 0, 0]])
    assert torch.allclose(
        body.capsule_distances(points, start, end, radii)[0], torch.tensor([1.5, 0.5, 2**0.5 - 0.5, -0.5])
    )


def test_weights_and_regressor_rows_sum_to_one(template):
    assert template.weights.min() >= 0
    assert torch.allclose(template.weights.sum(1), torch.ones(len(template.vertices)), atol=1e-5)
    assert torch.allclose(template.J_reg.sum(1), torch.ones(17), atol=1e-4)
    assert set(template.part.tolist()) == set(range(17)) == set(template.face_part.tolist())


def test_joints_lie_inside_the_mesh(template):
    import trimesh

    solid = trimesh.Trimesh(template.vertices.numpy(), template.faces.numpy(), process=False)
    assert solid.is_watertight
    assert solid.is_winding_consistent
    winding = _winding_number(template.joints.double(), template.vertices.double()[template.faces])
    assert torch.allclose(winding, torch.ones(17, dtype=torch.float64), atol=1e-6)


def test_rest_is_symmetric(template):
    mirrored = template.joints[[0, 1, 2, 3, 4, 8, 9, 10, 5, 6, 7, 14, 15, 16, 11, 12, 13]] * torch.tensor([-1, 1, 1])
    assert torch.allclose(mirrored, template.joints)
    gap = torch.cdist(template.vertices * torch.tensor([-1.0, 1, 1]), template.vertices).min(1).values
    assert gap.median() < 0.015


def test_rotation_matrices_agree_with_scipy():
    vectors = torch.randn(50, 3, dtype=torch.float64)
    vectors[0], vectors[1] = 0, vectors[1] * 1e-6
    expected = Rotation.from_rotvec(vectors.numpy()).as_matrix()
    assert np.allclose(body.rotation_matrices(vectors).numpy(), expected, atol=1e-12)
    zero = torch.zeros(1, 3, requires_grad=True)
    assert body.rotation_matrices(zero).sum().backward() is None
    assert zero.grad.isfinite().all()


def test_identity_returns_the_shaped_template(template, people):
    beta = people[0]
    still = torch.eye(3).expand(len(beta), 17, 3, 3)
    for posed, shaped in zip(template.posed(beta, still), template.shaped(beta), strict=True):
        assert torch.allclose(posed, shaped, atol=1e-5)
    assert torch.equal(template.shaped(torch.zeros(1, 6))[0][0], template.vertices)


def test_global_rotation_commutes_with_skinning(template, people):
    beta, rotations, vertices, joints = people
    turn = torch.as_tensor(Rotation.from_rotvec([0.3, 1.0, -0.5]).as_matrix(), dtype=torch.float32)
    turned = rotations.clone()
    turned[:, 0] = turn @ rotations[:, 0]
    new_vertices, new_joints = template.posed(beta, turned)
    root = joints[:, :1]
    assert torch.allclose(new_vertices, (vertices - root) @ turn.T + root, atol=1e-5)
    assert torch.allclose(new_joints, (joints - root) @ turn.T + root, atol=1e-5)


def test_bone_lengths_survive_posing(template, people):
    beta, _, _, joints = people
    child, parent = list(range(1, 17)), list(body.PARENT[1:])
    rest = template.shaped(beta)[1]
    assert torch.allclose(
        (joints[:, child] - joints[:, parent]).norm(dim=-1), (rest[:, child] - rest[:, parent]).norm(dim=-1), atol=1e-5
    )


def test_a_limb_moves_alone(template):
    pose = torch.zeros(1, 17, 3)
    pose[0, body.JOINTS.index("left_elbow"), 1] = -1.5
    vertices, joints = template.posed(torch.zeros(1, 6), body.rotation_matrices(pose))
    moved = (vertices[0] - template.vertices).norm(dim=1)
    assert moved[template.vertices[:, 0] < 0.2].max() < 1e-3
    assert moved.max() > 0.3
    assert joints[0, body.JOINTS.index("left_wrist"), 2] > 0.2  # forwards


def test_regressor_reproduces_the_joints(template, people):
    vertices, joints = people[2:]
    error = (template.J_reg @ vertices - joints).norm(dim=-1)
    assert error.mean() < 0.005
    assert error.quantile(0.99) < 0.025
    shaped, rest = template.shaped(people[0])
    assert (template.J_reg @ shaped - rest).norm(dim=-1).mean() < 0.005


def test_poses_are_canonical_and_shapes_bounded():
    rng = np.random.default_rng(0)
    pose, beta = body.random_poses(500, rng), body.random_shapes(500, rng)
    assert pose.shape == (500, 17, 3)
    assert beta.shape == (500, 6)
    assert pose.norm(dim=-1).max() <= np.pi + 1e-5
    assert beta.abs().max() <= 2
    facing = body.rotation_matrices(pose)[:, 0, :, 2]  # where +z goes
    yaw = torch.atan2(facing[:, 0], facing[:, 2])
    assert yaw.min() < -3
    assert yaw.max() > 3
    assert facing[:, 1].abs().max() < 0.11
    narrow = body.rotation_matrices(body.random_poses(200, rng, yaw=0.5))[:, 0, :, 2]
    assert torch.atan2(narrow[:, 0], narrow[:, 2]).abs().max() < 0.65


def test_posed_capsules_follow_the_joints(template, people):
    beta, rotations, _vertices, joints = people
    start, end = template.posed_capsules(beta, rotations)
    assert torch.allclose(start, joints[:, body.CAPSULE_JOINT])
    upper = [i for i in range(21) if body.CAPSULE_JOINT[i] == body.JOINTS.index("left_shoulder")]
    assert torch.allclose(end[:, upper[0]], joints[:, body.JOINTS.index("left_elbow")], atol=1e-5)
    still = torch.eye(3).expand(1, 17, 3, 3)
    rest = template.posed_capsules(torch.zeros(1, 6), still)
    for got, expected in zip(rest, (body.CAPSULE_START, body.CAPSULE_END), strict=True):
        assert np.allclose(got[0].numpy(), expected, atol=1e-5)
    radii = torch.as_tensor(body.CAPSULE_RADII, dtype=torch.float32)
    unshaped = template.posed(0 * beta, rotations)[0]
    capsules = template.posed_capsules(0 * beta, rotations)
    value = body.smooth_union(body.capsule_distances(unshaped, *capsules, radii))  # skinning bends, capsules do not
    assert value.abs().median() < 0.005


def test_a_shift_moves_everything(template, people):
    beta, rotations, vertices, joints = people
    shift = torch.randn(len(beta), 3)
    moved = template.posed(beta, rotations, shift)
    assert torch.allclose(moved[0], vertices + shift[:, None])
    assert torch.allclose(moved[1], joints + shift[:, None])


def test_skinning_is_differentiable(template):
    small = template.to(dtype=torch.float64)
    vectors = torch.zeros(1, 17, 3, dtype=torch.float64, requires_grad=True)
    beta = torch.zeros(1, 6, dtype=torch.float64, requires_grad=True)
    some = torch.arange(0, len(small.vertices), 97)

    def vertices(beta, vectors):
        return small.posed(beta, body.rotation_matrices(vectors))[0][:, some]

    assert torch.autograd.gradcheck(vertices, (beta, vectors), fast_mode=True)


def test_rendering_agrees_with_projection(template, people):
    vertices = people[2]
    s, t = torch.full((len(vertices),), 0.9), torch.tensor([0.05, -0.8]).expand(len(vertices), 2)
    uv, near = body.weak_perspective(vertices, s, t)
    face, depth = body.render(uv, near, template.faces, 64)
    assert face.shape == depth.shape == (40, 64, 64)
    assert (depth.isfinite() == (face >= 0)).all()
    centre = uv[:, template.faces].mean(2)  # [B, M, 2]
    deep = near[:, template.faces]
    b, row, column = (face >= 0).nonzero(as_tuple=True)
    seen = face[b, row, column]
    pixel = torch.stack([(column + 0.5) / 32 - 1, 1 - (row + 0.5) / 32], -1)
    assert ((centre[b, seen] - pixel).norm(dim=1) < 0.08).all()
    assert (depth[b, row, column] <= deep[b, seen].amax(1) + 1e-4).all()
    assert (depth[b, row, column] >= deep[b, seen].amin(1) - 1e-4).all()
    normals = body.face_normals(vertices, template.faces)[b, seen]
    assert (normals[:, 2] > 0).float().mean() > 0.95  # what is seen faces the camera, but for grazing samples
    expected = np.argwhere((face[0] >= 0).numpy()).mean(0)
    assert expected[1] == pytest.approx(32 * (1 + uv[0, :, 0].mean().item()), abs=4)


def test_rendering_keeps_the_nearest_and_leaves_no_holes():
    corners = torch.tensor([[[-0.5, -0.5], [0.5, -0.5], [0.0, 0.5]]] * 2).reshape(1, 6, 2)
    near = torch.tensor([[0.0, 0, 0, 1, 1, 1]])
    faces = torch.tensor([[0, 1, 2], [3, 4, 5]])
    face, depth = body.render(corners, near, faces, 16, subdivisions=24)
    assert set(face.unique().tolist()) == {-1, 1}
    assert depth[face >= 0].eq(1).all()
    covered = (face[0] >= 0).float().mean().item() * 4
    assert covered == pytest.approx(0.5, abs=0.15)  # a touched pixel counts: half a pixel wider
    assert body.render(corners + 5, near, faces, 16)[0].eq(-1).all()


def test_pinhole_is_weak_perspective_from_afar(template, people):
    points = people[2]
    count, distance, size = len(points), 1000.0, 100
    R = torch.diag(torch.tensor([1.0, -1.0, -1.0])).expand(count, 3, 3)  # looks along -z
    t = torch.tensor([0.0, 0.93, distance]).expand(count, 3)  # the camera stands at (0, 0.93, distance)
    centre = (size - 1) / 2
    K = torch.tensor([[distance * size / 2, 0, centre], [0, distance * size / 2, centre], [0, 0, 1]])
    uv, near = body.pinhole(points, K.expand(count, 3, 3), R, t, size)
    weak, _ = body.weak_perspective(points, torch.ones(count), torch.tensor([0.0, -0.93]).expand(count, 2))
    assert torch.allclose(uv, weak, atol=2e-3)
    assert torch.allclose(near + distance, points[..., 2], atol=1e-3)


def test_the_template_is_made_once_and_small_cells_are_refused():
    assert body.template() is body.template(0.05) or body.template(0.05) is body.template(0.05)
    with pytest.raises(ValueError, match="h must be"):
        body.template(0.2)


def _winding_number(points, triangles):
    """Solid angle of the triangles [M, 3, 3] seen from each point [P, 3], over 4 pi."""
    a, b, c = (triangles[None] - points[:, None, None]).unbind(2)
    la, lb, lc = a.norm(dim=-1), b.norm(dim=-1), c.norm(dim=-1)
    top = (a * torch.linalg.cross(b, c)).sum(-1)
    bottom = la * lb * lc + (a * b).sum(-1) * lc + (b * c).sum(-1) * la + (c * a).sum(-1) * lb
    return 2 * torch.atan2(top, bottom).sum(1) / (4 * torch.pi)
