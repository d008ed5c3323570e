"""Rooms: depth reprojects, normals match depth, numbers stay on their objects, occlusion is what splatting finds."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from helpers.worlds.rooms import WALLS, Camera, Rooms, View, camera, rooms

N, H, W = 6, 48, 64


@pytest.fixture(scope="module")
def world() -> Rooms:
    return rooms(N, torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def here() -> Camera:
    return camera(H, W, torch.zeros(N, 3))


@pytest.fixture(scope="module")
def there() -> Camera:
    return camera(H, W, torch.tensor([[0.3, -0.1, 0.1]]).expand(N, 3), yaw=0.05, pitch=-0.03)


@pytest.fixture(scope="module")
def views(world: Rooms, here: Camera, there: Camera) -> tuple[View, View]:
    return world.view(here), world.view(there)


def read(values: torch.Tensor, pixels: torch.Tensor, mode: str = "bilinear") -> torch.Tensor:
    """``values`` [N, C, H, W] at pixels [N, M, 2]: [N, C, M]."""
    grid = (2 * pixels + 1) / pixels.new_tensor([W, H]) - 1
    return F.grid_sample(values, grid[:, None], mode=mode, align_corners=False, padding_mode="border")[:, :, 0]


def test_shapes_and_ranges(views: tuple[View, View]) -> None:
    view = views[0]
    assert view.image.shape == (N, 3, H, W)
    assert view.normal.shape == view.point.shape == (N, H, W, 3)
    assert view.image.min() >= 0
    assert view.image.max() <= 1
    assert view.depth.min() >= 2
    assert view.depth.max() <= 6
    assert (view.surface >= WALLS).float().mean() > 0.15


def test_cameras_follow_the_conventions(there: Camera) -> None:
    assert torch.allclose(there.centre, torch.tensor([0.3, -0.1, 0.1]).expand(N, 3), atol=1e-6)
    assert torch.allclose(there.R @ there.R.mT, torch.eye(3).expand(N, 3, 3), atol=1e-6)
    to_the_right = camera(H, W, torch.zeros(1, 3), yaw=0.2).R[0, 2]
    upwards = camera(H, W, torch.zeros(1, 3), pitch=0.2).R[0, 2]
    assert to_the_right[0] > 0.1
    assert upwards[1] < -0.1


def test_points_project_to_their_pixels_at_their_depth(there: Camera, views: tuple[View, View]) -> None:
    pixels, depth = there.project(views[1].point.flatten(1, 2))
    y, x = torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")
    assert torch.allclose(pixels, torch.stack([x, y], -1).reshape(-1, 2).float().expand(N, -1, -1), atol=1e-3)
    assert torch.allclose(depth, views[1].depth.flatten(1), atol=1e-5)


def test_depth_reprojects_between_views(world: Rooms, here: Camera, there: Camera, views: tuple[View, View]) -> None:
    """A point seen from both has in the other view its own depth there, its surface and its colour."""
    points = views[0].point.flatten(1, 2)
    seen = world.sees(there, points)
    pixels, depth = there.project(points)
    other = views[1]
    steep = F.max_pool2d(other.depth[:, None], 3, 1, 1) + F.max_pool2d(-other.depth[:, None], 3, 1, 1)
    smooth = seen & (read(steep, pixels)[:, 0] < 0.3)
    assert smooth.float().mean() > 0.5
    assert (read(other.depth[:, None], pixels)[:, 0] - depth)[smooth].abs().quantile(
        0.95
    ) < 0.03  # bilinear, over folds too
    same = read(other.surface[:, None].float(), pixels, "nearest")[:, 0] == views[0].surface.flatten(1)
    assert same[smooth].float().mean() > 0.99
    colour = views[0].image.flatten(2)
    difference = (read(other.image, pixels) - colour).abs().mean(1)
    assert difference[smooth].median() < 0.02
    wrong = (read(other.image, pixels + 4) - colour).abs().mean(1)
    assert wrong[smooth].median() > 3 * difference[smooth].median()


def test_colours_do_not_depend_on_the_view(world: Rooms, there: Camera, views: tuple[View, View]) -> None:
    """Look again, along a ray that ends in the very point: the colour is the same to rounding."""
    view = views[0]
    points = view.point.flatten(1, 2)
    along = points - there.centre[:, None]
    length, surface = world.cast(there.centre, along)
    seen = world.sees(there, points)
    assert torch.equal(surface[seen], view.surface.flatten(1)[seen])
    again = there.centre[:, None] + length[..., None] * along
    colours = world.colours(again, surface, view.normal.flatten(1, 2))
    assert torch.allclose(colours[seen], view.image.flatten(2).mT[seen], atol=2e-3)


def test_normals_are_unit_face_the_camera_and_match_the_depth(here: Camera, views: tuple[View, View]) -> None:
    view = views[0]
    assert torch.allclose(view.normal.norm(dim=-1), torch.ones(N, H, W), atol=1e-5)
    facing = (view.normal.flatten(1, 2) * here.rays()).sum(-1)
    assert (facing < 1e-4).all()
    across = view.point[:, 1:-1, 2:] - view.point[:, 1:-1, :-2]
    down = view.point[:, 2:, 1:-1] - view.point[:, :-2, 1:-1]
    found = F.normalize(torch.linalg.cross(down, across), dim=-1)
    cosine = (found * view.normal[:, 1:-1, 1:-1]).sum(-1)
    surface = view.surface[:, None].float()
    one = (F.max_pool2d(surface, 3, 1) == -F.max_pool2d(-surface, 3, 1))[:, 0]  # a single surface round about
    assert cosine[one].median() > 0.999
    assert cosine[one].quantile(0.05) > 0.9  # edges of boxes are between


def test_points_lie_on_their_surfaces(world: Rooms, views: tuple[View, View]) -> None:
    for view in views:
        for k in range(world.half.shape[1]):
            on = view.surface == WALLS + k
            turn, centre, half = world.turn[:, k], world.centre[:, k], world.half[:, k]
            unit = (
                ((turn[:, None, None] @ (view.point - centre[:, None, None])[..., None])[..., 0]) / half[:, None, None]
            )
            size = torch.where(world.ellipsoid[:, k, None, None], unit.norm(dim=-1), unit.abs().amax(-1))
            assert torch.allclose(size[on], torch.ones(int(on.sum())), atol=1e-3)
            assert not on[~world.present[:, k]].any()
        back = view.surface == 5
        assert torch.allclose(view.point[..., 2][back], world.high[:, 2, None, None].expand(N, H, W)[back], atol=1e-4)


def test_hidden_points_are_those_that_a_nearer_one_covers(
    world: Rooms, here: Camera, there: Camera, views: tuple[View, View]
) -> None:
    """Compare depths in the other view at the pixel a point falls on."""
    points = views[0].point.flatten(1, 2)
    pixels, depth = there.project(points)
    x, y = pixels.unbind(-1)
    inside = (x > -0.5) & (x < W - 0.5) & (y > -0.5) & (y < H - 0.5)
    covered = depth > read(views[1].depth[:, None], pixels, "nearest")[:, 0] + 0.25
    agree = (covered == ~world.sees(there, points))[inside]
    assert agree.float().mean() > 0.97
    assert not world.sees(there, points)[~inside].any()
    assert world.sees(here, points).float().mean() > 0.999


def test_a_box_against_a_closed_form() -> None:
    """One cube in the middle: its front face is where it must be."""
    world = rooms(1, torch.Generator().manual_seed(0), solids=(1, 1))
    cube = Rooms(
        *(getattr(world, name) for name in ("low", "high")),
        torch.tensor([[[0.0, 0.0, 4.0]]]),
        torch.full((1, 1, 3), 0.5),
        torch.eye(3).expand(1, 1, 3, 3),
        torch.tensor([[False]]),
        *(getattr(world, name) for name in ("present", "tile", "texel", "offset", "colour", "contrast", "tiles")),
    )
    view = cube.view(camera(41, 41, torch.zeros(1, 3)))
    on = view.surface[0] == WALLS
    assert torch.allclose(view.depth[0][on], torch.full((int(on.sum()),), 3.5))
    assert int(on.sum()) == 11**2  # half a metre at 3.5 m is 5.9 pixels
    ball = Rooms(*(getattr(cube, n) if n != "ellipsoid" else torch.tensor([[True]]) for n in cube.__dataclass_fields__))
    assert torch.isclose(ball.view(camera(41, 41, torch.zeros(1, 3))).depth[0, 20, 20], torch.tensor(3.5))


def test_smoothing_keeps_the_mean_and_leaves_the_rest(world: Rooms, here: Camera, views: tuple[View, View]) -> None:
    smooth = world.view(here, samples=3)
    assert torch.equal(smooth.depth, views[0].depth)
    assert (smooth.image.mean((2, 3)) - views[0].image.mean((2, 3))).abs().max() < 0.01


def test_switches_and_held_out_textures() -> None:
    empty = rooms(3, torch.Generator().manual_seed(0), solids=(0, 0)).view(camera(8, 8, torch.zeros(3, 3)))
    assert (empty.surface < WALLS).all()
    plain = rooms(2, torch.Generator().manual_seed(0), plain=1.0)
    assert (plain.contrast == 0).all()
    a, b = (rooms(2, torch.Generator().manual_seed(0), held_out=h) for h in (False, True))
    assert torch.equal(a.centre, b.centre)
    assert not torch.equal(a.tiles, b.tiles)


def test_the_generator_decides_everything_and_parts_are_parts(world: Rooms, here: Camera) -> None:
    again = rooms(N, torch.Generator().manual_seed(1))
    assert torch.equal(again.view(here).image, world.view(here).image)
    part = world[torch.tensor([3, 3])].view(camera(H, W, torch.zeros(2, 3)))
    assert torch.allclose(part.image[1], world.view(here).image[3], atol=1e-6)


@pytest.mark.parametrize("change", [{"n": 0}, {"solids": (3, 1)}, {"nearest": 7.0}, {"texel": 0.0}, {"plain": 1.5}])
def test_senseless_rooms(change: dict) -> None:
    with pytest.raises(ValueError, match="positive"):
        rooms(**({"n": 1, "generator": torch.Generator()} | change))


def test_senseless_views(world: Rooms) -> None:
    with pytest.raises(ValueError, match="centre"):
        camera(8, 8, torch.zeros(3))
    with pytest.raises(ValueError, match="camera per room"):
        world.view(camera(8, 8, torch.zeros(2, 3)))
