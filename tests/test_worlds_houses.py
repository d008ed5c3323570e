"""Houses: graphs can be walked, panoramas point where they say, instructions name only what is there."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.sparse.csgraph import connected_components, floyd_warshall

from helpers import figures
from helpers.worlds import houses as world
from helpers.worlds.houses import CODE, COLOURS, END, OBJECTS, PAD, ROOMS, SECTORS, SYNONYMS, WORDS

SEEN = 6


@pytest.fixture(scope="module")
def town() -> tuple[list[world.House], world.Graphs, world.Walks]:
    """Six seen and four unseen houses, and walks told twice."""
    rng = np.random.default_rng(2)
    houses = world.draw_houses(SEEN, rng) + world.draw_houses(4, rng, unseen=True)
    graphs = world.gather(houses, rng)
    return houses, graphs, world.draw_walks(houses, graphs, 200, rng, tellings=2)


def said(walks: world.Walks, row: int) -> list[str]:
    return [WORDS[k] for k in walks.words[row].tolist() if k != PAD]


def local_path(graphs: world.Graphs, walks: world.Walks, row: int) -> tuple[int, list[int]]:
    """The house of a walk and its viewpoints in the house's own numbers."""
    path = walks.path[row, : int(walks.edges[row]) + 1]
    return int(graphs.house[path[0]]), graphs.local[path].tolist()


def test_rooms_tile_the_plan_and_all_can_be_reached(town) -> None:
    for house in town[0]:
        area = ((house.rooms[:, 2] - house.rooms[:, 0]) * (house.rooms[:, 3] - house.rooms[:, 1])).sum()
        assert math.isclose(area, np.prod(house.rooms[:, 2:].max(0) - house.rooms[:, :2].min(0)))
        assert 6 <= len(house.rooms) <= 9
        assert house.kind[0] == world.HALL
        doors = np.zeros((len(house.rooms),) * 2)
        doors[tuple(house.door_rooms.T)] = 1
        assert connected_components(doors, directed=False)[0] == 1


def test_neighbours_are_near_and_no_wall_stands_between(town) -> None:
    for house in town[0]:
        assert 20 <= len(house.places) <= 30
        assert connected_components(house.joined)[0] == 1
        assert (house.joined == house.joined.T).all()
        for i, j in zip(*np.nonzero(np.triu(house.joined)), strict=True):
            a, b = house.places[i], house.places[j]
            assert np.hypot(*(a - b)) <= world.REACH
            points = a + np.linspace(0.002, 0.998, 800)[:, None] * (b - a)
            rooms = world.room_at(house, points)
            for k in np.flatnonzero(np.diff(rooms)):  # another room only through a doorway between the two
                away = np.abs(house.doors - points[k]).max(1)
                assert any(
                    away[d] < world.DOOR / 2 + 0.02 and set(house.door_rooms[d]) == set(rooms[k : k + 2].tolist())
                    for d in range(len(house.doors))
                )


def test_ways_are_those_of_another_algorithm(town) -> None:
    for house in town[0]:
        step = np.linalg.norm(house.places[:, None] - house.places[None], axis=-1)
        way = floyd_warshall(np.where(house.joined, step, 0))
        assert np.allclose(house.distance, way)


def test_rays_end_at_the_first_wall(town) -> None:
    house = town[0][0]
    rng = np.random.default_rng(0)
    eye = house.places[rng.integers(np.sum(house.room >= 0), size=40)]
    angle = rng.uniform(-math.pi, math.pi, 40)
    length, room = world.cast(house, eye, angle)
    ray = np.stack([np.cos(angle), np.sin(angle)], 1)
    assert world.in_sight(house.walls, eye, eye + (length - 1e-3)[:, None] * ray).all()
    assert not world.in_sight(house.walls, eye, eye + (length + 1e-3)[:, None] * ray).any()
    ends = eye + length[:, None] * ray
    assert (world.room_at(house, ends - 2e-3 * ray) == room).all()


def test_sectors_look_along_the_edges(town) -> None:
    _, graphs, _ = town
    i, k = torch.nonzero(graphs.open, as_tuple=True)
    step = graphs.place[graphs.neighbours[i, k]] - graphs.place[i]
    angle = graphs.angle[i, k]
    assert torch.allclose(torch.stack([angle.cos(), angle.sin()], 1) * step.norm(dim=1)[:, None], step, atol=1e-4)
    sector, _ = world.look(graphs.place[i].numpy(), graphs.place[graphs.neighbours[i, k]].numpy())
    off = (angle.numpy() - sector * math.tau / SECTORS + math.pi) % math.tau - math.pi
    assert np.abs(off).max() <= math.pi / SECTORS + 1e-6


def test_a_panorama_without_noise_shows_doors_objects_and_walls(town) -> None:
    house = town[0][0]
    views = world.panoramas(house, np.random.default_rng(0), noise=0, missing=0)
    codes = world.object_codes()[house.object_kind, house.object_colour]
    for i in range(len(house.places)):
        for j in np.flatnonzero(house.joined[i] & (house.door >= 0)):
            sector, _ = world.look(house.places[i], house.places[j])
            assert views[i, sector, -1] > 0
        for k in range(SECTORS):
            sector, away = world.look(house.places[i], house.objects)
            there = np.flatnonzero((sector == k) & house.sees[i] & (away < 6))
            near = views[i, k, CODE]
            assert (near > 0) == (len(there) > 0)
            if len(there):
                assert np.allclose(views[i, k, :CODE], near * codes[there[away[there].argmin()]], atol=1e-5)
    ahead, room = world.cast(house, house.places, np.zeros(len(house.places)))
    assert np.allclose(views[:, 0, CODE + 1 : CODE + 4], 2 * house.wall_colour[room] - 1)
    assert (views[:, :, CODE + 4] > 0).all()
    assert ahead.min() >= 0


def test_noise_and_missing_sectors(town) -> None:
    houses = town[0]
    clean = world.gather(houses, np.random.default_rng(1), noise=0, missing=0).views
    noisy = world.gather(houses, np.random.default_rng(1), noise=0.3, missing=0).views
    assert (noisy - clean).std() == pytest.approx(0.3, abs=0.01)
    missing = (world.gather(houses, np.random.default_rng(1), missing=0.15).views == 0).all(-1).float().mean()
    assert missing == pytest.approx(0.15, abs=0.03)


def test_walks_are_shortest_paths_and_actions_follow_them(town) -> None:
    _, graphs, walks = town
    assert walks.edges.min() >= world.SHORTEST
    assert walks.edges.max() <= world.LONGEST
    here, length = walks.start, torch.zeros(len(walks))
    for t in range(world.LONGEST + 1):
        assert torch.equal(here, walks.path[:, t])
        assert torch.equal(walks.action[:, t] > 0, t < walks.edges)
        step = graphs.neighbours[here].gather(1, (walks.action[:, t : t + 1] - 1).clamp_min(0))[:, 0]
        following = torch.where(walks.action[:, t] > 0, step, here)
        length += graphs.way(here, following)
        here = following
    assert torch.equal(here, walks.goal)
    assert torch.allclose(length, graphs.way(walks.start, walks.goal), atol=1e-4)


def test_other_ways_are_shortest_ways_to_other_goals(town) -> None:
    houses, graphs, walks = town
    others = world.other_ways(houses, graphs, walks, np.random.default_rng(0))
    assert torch.equal(others.start, walks.start)
    assert torch.equal(others.words, walks.words)
    assert (others.goal != walks.goal).all()
    assert (others.edges == walks.edges).float().mean() > 0.95
    length = graphs.way(others.path[:, :-1], others.path[:, 1:]).sum(1)
    assert torch.allclose(length, graphs.way(others.start, others.goal), atol=1e-4)
    assert torch.equal((others.action > 0).sum(1), others.edges)


def test_walks_are_spread_evenly_and_none_twice(town) -> None:
    houses, graphs, _ = town
    walks = world.draw_walks(houses, graphs, 500, np.random.default_rng(1))
    share = graphs.house[walks.start].bincount(minlength=len(houses))
    assert share.sum() == 500
    assert share.max() - share.min() <= 1
    ends = torch.stack([walks.start, walks.goal], 1)
    assert len(ends.unique(dim=0)) == 500


def test_instructions_are_sentences_of_the_right_length(town) -> None:
    _, _, walks = town
    words = [said(walks, row) for row in range(len(walks))]
    assert all(sentence[-1] == WORDS[END] and sentence.count(WORDS[END]) == 1 for sentence in words)
    lengths = np.array([len(sentence) for sentence in words])
    assert lengths.max() <= world.MOST_WORDS
    assert (lengths > world.FEWEST_WORDS).mean() > 0.95
    assert sum(words[2 * k] != words[2 * k + 1] for k in range(len(words) // 2)) > 0.8 * len(words) / 2
    assert world.spoken(walks.words[0]).endswith(".")


def test_instructions_name_what_is_there(town) -> None:
    houses, graphs, walks = town
    meaning = {alias: name for name, all_of in SYNONYMS.items() for alias in all_of}
    for row in range(len(walks)):
        number, path = local_path(graphs, walks, row)
        house, sentence = houses[number], [meaning.get(word, word) for word in said(walks, row)]
        rooms = {ROOMS[house.kind[r]] for place in path for r in house.rooms_at(place)}
        away = np.linalg.norm(house.objects[None] - house.places[path][:, None], axis=-1)
        near = (house.sees[path] & (away < 2.2)).any(0)
        named = {
            (COLOURS[c], OBJECTS[k]) for c, k in zip(house.object_colour[near], house.object_kind[near], strict=True)
        }
        assert {word for word in sentence if word in ROOMS} <= rooms
        for before, word in pairwise(sentence):
            if word in OBJECTS:
                assert any(kind == word and before in (colour, "the") for colour, kind in named)


def test_sides_are_those_of_the_turns() -> None:
    """A walker who looks along x and goes along y turns left."""
    rng = np.random.default_rng(5)
    houses = world.draw_houses(3, rng)
    opposite = {"left": "right", "right": "left"}
    checked = 0
    for house in houses:
        i, j = np.argwhere(house.joined & (house.room[:, None] >= 0) & (house.door >= 0))[0]
        x, y = house.places[j] - house.places[i]
        for turn, side in ((math.pi / 2, "left"), (-math.pi / 2, "right")):
            heading = math.atan2(y, x) - turn
            sentences = [world.tell(house, [int(i), int(j)], heading, rng, omit=0) for _ in range(20)]
            assert not any(opposite[side] in sentence for sentence in sentences)
            checked += sum(side in sentence for sentence in sentences)
    assert checked > 0


def test_unseen_houses_hold_new_pairs_and_other_walls() -> None:
    rng = np.random.default_rng(0)
    seen, unseen = world.draw_houses(10, rng), world.draw_houses(10, rng, unseen=True, shift=1.0)
    share = [np.concatenate([world.held_out(h.object_kind, h.object_colour) for h in some]).mean()
             for some in (seen, unseen)]  # fmt: skip
    assert share[0] == 0
    assert 0.1 < share[1] < 0.5

    def wall(some: list[world.House], kind: int) -> np.ndarray:
        return np.concatenate([h.wall_colour[h.kind == kind] for h in some]).mean(0)

    assert all(np.abs(wall(seen, kind) - wall(unseen, kind)).max() > 0.1 for kind in range(1, len(ROOMS)))


def test_the_generator_decides_everything() -> None:
    def make() -> tuple[world.Graphs, world.Walks]:
        rng = np.random.default_rng(3)
        houses = world.draw_houses(2, rng)
        graphs = world.gather(houses, rng)
        return graphs, world.draw_walks(houses, graphs, 10, rng)

    (first, walks), (second, again) = make(), make()
    assert torch.equal(first.views, second.views)
    assert torch.equal(walks.words, again.words)
    assert len(walks[:3]) == 3


def test_names_in_a_plan_stay_inside(town) -> None:
    for house in town[0][:3]:
        (low, high), count = (house.rooms[:, :2].min(0), house.rooms[:, 2:].max(0)), len(house.rooms)
        for object_names, expected in ((True, count + len(house.objects)), (False, count)):
            _, axes = figures.panels(size=(5, 4))
            world.draw_plan(house, axes, object_names=object_names)
            assert len(axes.texts) == expected
            assert all((low < text.get_position()).all() and (text.get_position() < high).all() for text in axes.texts)


def test_among_picks_houses(town) -> None:
    houses, graphs, _ = town
    walks = world.draw_walks(houses, graphs, 9, np.random.default_rng(0), among=range(SEEN, len(houses)))
    assert len(walks) == 9
    assert set(graphs.house[walks.path.flatten()].tolist()) == set(range(SEEN, len(houses)))


def test_senseless_arguments(town) -> None:
    houses, graphs, _ = town
    rng = np.random.default_rng(0)
    for call, message in (
        (lambda: world.draw_houses(0, rng), "count"),
        (lambda: world.draw_houses(1, rng, shift=2), "shift"),
        (lambda: world.panoramas(houses[0], rng, noise=-1), "noise"),
        (lambda: world.gather([], rng), "houses"),
        (lambda: world.draw_walks(houses, graphs, 0, rng), "count"),
        (lambda: world.draw_walks(houses, graphs, 10**6, rng), "all walks"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
