"""The birds' world: species, labels, centres and maps of parts are what they say, and arguments keep their limits."""

from __future__ import annotations

import pytest
import torch

from helpers.worlds import birds as world
from helpers.worlds.birds import BACK, COUNTS, NOTHING, PARTS, VALUES, balanced, birds, species

STILL = {"turn": 0.0, "scale": (1.0, 1.0), "shift": 0.0, "bend": 0.0, "noise": 0.0}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def drawn():
    return birds(balanced(8, 12, generator()), species(8, generator()), generator(1))


def one_changed(part: int) -> torch.Tensor:
    table = torch.zeros(2, len(PARTS), dtype=torch.int64)
    table[1, part] = 1
    return table


def test_shapes_and_ranges(drawn):
    assert len(drawn) == 96
    assert drawn.image.shape == (96, 3, 48, 48)
    assert drawn.part.shape == (96, 48, 48)
    assert drawn.point.shape == (96, 5, 2)
    assert drawn.image.dtype == drawn.point.dtype == torch.float32
    assert drawn.label.dtype == drawn.value.dtype == drawn.part.dtype == torch.int64
    assert 0 <= drawn.image.min() < drawn.image.max() <= 1
    assert drawn.part.min() == NOTHING
    assert drawn.part.max() == BACK
    assert len(drawn[3]) == 1


def test_values_are_those_of_the_species(drawn):
    table = species(8, generator())
    assert torch.equal(drawn.value, table[drawn.label])
    assert (drawn.label.bincount() == 12).all()


def test_a_seed_decides_everything():
    table = species(4, generator())
    label = balanced(4, 2, generator())
    first, again, other = (birds(label, table, generator(seed)).image for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_groups_in_which_pictures_are_drawn_do_not_show():
    table, label = species(4, generator()), torch.zeros(40, dtype=torch.int64)
    whole = birds(label, table, generator(2))
    changed = label.clone()
    changed[35] = 1
    assert torch.equal(birds(changed, table, generator(2)).image[:35], whole.image[:35])


@pytest.mark.parametrize("part", range(len(PARTS)))
def test_another_value_changes_pictures_near_its_part_only(part):
    table = one_changed(part)
    a, b = (birds(torch.full((20,), k), table, generator(3)) for k in (0, 1))
    different = (a.image - b.image).abs().amax(1) > 0.02
    assert different.flatten(1).any(1).float().mean() > 0.9
    elsewhere = (a.part != part) & (b.part != part)
    # One pixel of mixed coverage around the part is all that may change outside of it.
    assert (different & elsewhere).sum() < 0.45 * different.sum()
    assert different.float().mean() < 0.2


def test_centres_lie_on_their_parts():
    drawn = birds(torch.zeros(30, dtype=torch.int64), one_changed(3)[1:], generator(4))
    for k in range(len(PARTS)):
        seen = drawn.part == k
        y, x = torch.meshgrid(torch.arange(48.0), torch.arange(48.0), indexing="ij")
        area = seen.flatten(1).sum(1)
        mean = torch.stack([(seen * x).flatten(1).sum(1), (seen * y).flatten(1).sum(1)], -1) / area[:, None]
        assert (area > 3).float().mean() > 0.9
        assert (mean - drawn.point[:, k])[area > 3].norm(dim=-1).median() < 4


def test_without_motion_birds_of_a_species_agree_but_for_facing():
    still = birds(torch.zeros(12, dtype=torch.int64), species(1, generator()), generator(), **STILL)
    first, turned = still.part[0], still.part[0].flip(1)
    same = [(part == first).float().mean() > 0.99 or (part == turned).float().mean() > 0.99 for part in still.part]
    assert all(same)


def test_colours_of_species_are_small_beside_nuisances(drawn):
    mean = drawn.image.mean((2, 3))
    within = torch.stack([mean[drawn.label == k].var(0) for k in range(8)]).mean()
    between = torch.stack([mean[drawn.label == k].mean(0) for k in range(8)]).var(0).mean()
    assert between < within / 3


def test_species_are_different_and_kin():
    table = species(60, generator())
    apart = (table[:, None] != table[None]).sum(-1)
    assert (apart + 9 * torch.eye(60, dtype=torch.int64) > 0).all()
    assert all((apart[k, :k] == 1).any() for k in range(1, 60))
    assert (table < torch.tensor(COUNTS)).all()


def test_free_species_keep_apart_from_others():
    first = species(50, generator())
    other = species(300, generator(1), kin=False, apart_from=first)
    assert len(torch.cat([first, other]).unique(dim=0)) == 350
    assert (other.float().mean(0) - (torch.tensor(COUNTS) - 1) / 2).abs().max() < 0.3


def test_every_part_has_as_many_values_as_it_counts():
    assert tuple(len(VALUES[part]) for part in PARTS) == COUNTS


def test_sample_picture():
    assert len(world.sample_picture().axes) == 12


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: species(0, generator()), "count"),
        (lambda: species(500, generator()), "count"),
        (lambda: balanced(0, 3, generator()), "classes and each"),
        (lambda: birds(torch.tensor([1]), torch.zeros(1, 5, dtype=torch.int64), generator()), "label"),
        (lambda: birds(torch.tensor([0]), torch.zeros(1, 4, dtype=torch.int64), generator()), "table"),
        (lambda: birds(torch.tensor([0]), torch.full((1, 5), 7), generator()), "table"),
        (lambda: birds(torch.tensor([0]), torch.zeros(1, 5, dtype=torch.int64), generator(), size=8), "size"),
        (lambda: birds(torch.tensor([0]), torch.zeros(1, 5, dtype=torch.int64), generator(), scale=(2, 1)), "scale"),
        (lambda: birds(torch.tensor([0]), torch.zeros(1, 5, dtype=torch.int64), generator(), noise=-1.0), "noise"),
    ],
)
def test_bad_arguments(call, says):
    with pytest.raises(ValueError, match=says):
        call()
