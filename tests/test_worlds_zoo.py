"""The zoo of point clouds: surfaces are closed, normals point outwards, parts and limits are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import trimesh

from helpers.worlds import zoo


@pytest.fixture(scope="module")
def animals():
    return zoo.clouds(4, 300, np.random.default_rng(0))


def mesh(solid):
    pieces = list(solid.pieces.values())
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in pieces)])
    faces = [faces + start for (_, faces), start in zip(pieces, starts, strict=False)]
    return trimesh.Trimesh(np.concatenate([vertices for vertices, _ in pieces]), np.concatenate(faces))


@pytest.mark.parametrize("kind", [k for k in zoo.KINDS if k not in ("aeroplane", "chair", "lamp", "table")])
def test_every_solid_is_closed_and_turned_outwards(kind):
    for seed in range(6):
        solid = mesh(zoo.KINDS[kind](np.random.default_rng(seed)))
        solid.merge_vertices()
        assert solid.is_watertight
        assert solid.is_winding_consistent
        assert solid.volume > 0


def test_there_are_twelve_kinds_each_as_often(animals):
    assert torch.equal(animals.label.bincount(), torch.full((12,), 4))
    assert len(animals) == 48
    assert animals.points.shape == animals.normals.shape == (48, 300, 3)


def test_clouds_fill_the_unit_sphere_around_their_mean(animals):
    assert animals.points.mean(1).abs().max() < 1e-5
    assert torch.allclose(animals.points.norm(dim=-1).amax(1), torch.ones(48), atol=1e-5)
    assert torch.allclose(animals.normals.norm(dim=-1), torch.ones(48, 300), atol=1e-5)


def test_every_point_has_a_part_of_its_kind_and_every_part_is_found():
    many = zoo.clouds(12, 300, np.random.default_rng(1))
    kinds = [list(zoo.KINDS).index(name.split()[0]) for name in zoo.PARTS]
    assert torch.equal(torch.tensor(kinds)[many.part], many.label[:, None].expand(-1, 300))
    assert set(many.part.unique().tolist()) == set(range(len(zoo.PARTS)))


def test_samples_of_a_cone_are_uniform_by_area():
    solid = zoo.cone(np.random.default_rng(2))
    _, _, parts = solid.surface(20_000, np.random.default_rng(3))
    areas = {name: trimesh.triangles.area(v[f]).sum() for name, (v, f) in solid.pieces.items()}
    assert parts.count("base") / 20_000 == pytest.approx(areas["base"] / sum(areas.values()), abs=0.015)


def test_tilt_and_turn_reach_their_limits_and_no_further():
    rng = np.random.default_rng(4)
    up = zoo.clouds(40, 200, rng, kinds=("cross",), tilt=0.3)
    caps = up.normals[torch.arange(40), up.normals[..., 2].argmax(1)]  # of the top of each prism
    lean = caps[:, 2].clamp(max=1).arccos()
    assert 0.25 < lean.max() < 0.3001
    turned = zoo.clouds(30, 200, rng, kinds=("mug",), tilt=0.0, turn=math.pi)
    handle = turned.part == zoo.PARTS.index("mug handle")
    towards = torch.stack([x[at].mean(0) for x, at in zip(turned.points, handle, strict=True)])
    assert (towards[:, 0] < 0).any()
    assert (towards[:, 0] > 0).any()


def test_noise_moves_points_by_as_much():
    still = zoo.clouds(3, 400, np.random.default_rng(5), noise=0.0)
    moved = zoo.clouds(3, 400, np.random.default_rng(5), noise=0.05)
    assert (moved.points[0] - still.points[0]).std().item() == pytest.approx(0.05, rel=0.1)


def test_a_scan_lacks_an_octant_and_has_clutter(animals):
    bare = zoo.scanned(animals, np.random.default_rng(6), clutter=0.0)
    octants = ((bare.points > 0) * torch.tensor([1, 2, 4])).sum(-1)
    missing = [8 - len(set(each.tolist())) for each in octants]
    assert sum(m > 0 for m in missing) > 40
    from_there = torch.cdist(bare.points, animals.points).amin(-1)
    assert from_there.max() < 1e-3
    messy = zoo.scanned(animals, np.random.default_rng(6), clutter=0.3)
    assert ((messy.points - bare.points).norm(dim=-1) > 0).float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.equal(messy.label, animals.label)


def test_some_clouds_are_taken_by_index(animals):
    assert torch.equal(animals[[0, 5]].points, animals.points[[0, 5]])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"per_kind": 0}, "per_kind must be at least 1, not 0"),
        ({"points": 0}, "points must be at least 1, not 0"),
        ({"tilt": -1.0}, "tilt must not be negative, not -1.0"),
        ({"noise": -0.1}, "noise must not be negative"),
        ({"kinds": ("cone", "horse")}, "kinds must be some of aeroplane, .*, not horse"),
    ],
)
def test_bad_input_gets_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        zoo.clouds(**({"per_kind": 1, "points": 10} | arguments), rng=np.random.default_rng(0))


def test_a_bad_share_of_clutter_gets_a_sentence(animals):
    with pytest.raises(ValueError, match=r"clutter must be at least 0 and below 1, not 1\.5"):
        zoo.scanned(animals, np.random.default_rng(0), clutter=1.5)
