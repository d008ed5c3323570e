"""The glyphs' world: labels, masks, textures and fonts are what they say, and the limits of the arguments are kept."""

from __future__ import annotations

import math

import pytest
import torch

from helpers.worlds import glyphs as world
from helpers.worlds.glyphs import balanced, glyphs, long_tail

CHARACTERS = "AБΩ§7g"
STILL = {"turn": 0.0, "scale": (1.0, 1.0), "shear": 0.0, "shift": 0.0, "noise": 0.0}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def drawn():
    return glyphs(balanced(6, 20, generator()), CHARACTERS, generator(1))


def test_shapes_and_ranges(drawn):
    assert len(drawn) == 120
    assert drawn.image.shape == (120, 1, 24, 24)
    assert drawn.mask.shape == (120, 24, 24)
    assert drawn.image.dtype == torch.float32
    assert drawn.mask.dtype == torch.bool
    assert drawn.label.dtype == drawn.texture.dtype == drawn.font.dtype == torch.int64
    assert 0 <= drawn.image.min() < drawn.image.max() <= 1
    assert len(drawn[3]) == 1


def test_the_mask_is_where_the_ink_is(drawn):
    ink = drawn.image[:, 0]
    assert (drawn.mask.flatten(1).sum(1) > 10).all()
    assert ink[drawn.mask].mean() > 0.6
    assert ink[~drawn.mask].mean() < 0.15


def test_a_seed_decides_everything():
    label = balanced(6, 2, generator())
    first, again, other = (glyphs(label, CHARACTERS, generator(seed)).image for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_without_warp_all_images_of_a_character_and_a_font_agree():
    still = glyphs(torch.zeros(5, dtype=torch.int64), CHARACTERS, generator(), fonts=(3,), **STILL)
    assert (still.mask == still.mask[:1]).all()
    assert (still.font == 3).all()


@pytest.mark.parametrize("size", [16, 24, 48])
def test_unwarped_characters_are_centred_and_of_one_length(size):
    still = glyphs(torch.arange(6), CHARACTERS, generator(), size=size, **STILL)
    for mask in still.mask:
        rows, columns = mask.any(1).nonzero(), mask.any(0).nonzero()
        extents = [int(line[-1] - line[0]) + 1 for line in (rows, columns)]
        assert max(extents) == pytest.approx(0.7 * size, abs=2)
        for line in (rows, columns):
            assert float(line[0] + line[-1] + 1) / 2 == pytest.approx(size / 2, abs=1.5)


def test_a_turn_scale_and_shift_move_the_ink_as_they_say():
    label = torch.zeros(200, dtype=torch.int64)
    options = STILL | {"size": 48, "fonts": (0,)}
    bar = glyphs(label[:1], "Ы", generator(), **options).mask[0]
    big = glyphs(label[:1], "Ы", generator(), **(options | {"scale": (1.2, 1.2)})).mask[0]
    assert float(big.sum() / bar.sum()) == pytest.approx(1.44, rel=0.1)
    moved = glyphs(label, "Ы", generator(), **(options | {"shift": 0.1})).mask.float()
    place = torch.arange(48.0)
    still, centres = (
        torch.stack([(mask.sum(axis) @ place) / mask.sum((1, 2)) for axis in (1, 2)], 1)
        for mask in (bar[None].float(), moved)
    )
    assert float((centres - still).abs().max()) == pytest.approx(4.8, abs=0.8)  # thin strokes fall between pixels
    assert (centres - still).mean(0).abs().max() < 0.7
    turned = glyphs(label, "Ы", generator(), **(options | {"turn": math.radians(30)})).mask
    assert turned.any(2).sum(1).max() > bar.any(1).sum() + 5


def test_colours_stand_apart():
    coloured = glyphs(balanced(6, 50, generator()), CHARACTERS, generator(2), colour=True, noise=0.0)
    assert coloured.image.shape == (300, 3, 24, 24)
    ink = coloured.mask[:, None]
    front, back = ((coloured.image * part).sum((2, 3)) / part.sum((2, 3)) for part in (ink, ~ink))
    assert (front - back).abs().amax(1).min() > 0.1


def test_textures_divide_the_ink_and_leave_the_mask():
    label = balanced(6, 10, generator())
    plain, *filled = (
        glyphs(label, CHARACTERS, generator(4), size=32, textures=(k,), noise=0.0) for k in range(len(world.TEXTURES))
    )
    assert (plain.texture == 0).all()
    for k, each in enumerate(filled, start=1):
        assert (each.texture == k).all()
        assert torch.equal(each.mask, plain.mask)
        share = each.image[:, 0][each.mask].mean() / plain.image[:, 0][plain.mask].mean()
        assert 0.45 < share < 0.9
    mixed = glyphs(label, CHARACTERS, generator(), textures=(1, 3), fonts=(2, 15))
    assert set(mixed.texture.tolist()) == {1, 3}
    assert set(mixed.font.tolist()) == {2, 15}


def test_every_font_has_every_character_and_no_two_look_alike():
    characters = "".join(world.ALPHABETS.values())
    assert len(set(characters)) == len(characters) == 101
    for number in range(len(world.FONTS)):
        shapes = world._shapes(characters, (number,), 24)[0].flatten(1)
        shapes = torch.nn.functional.normalize(shapes, dim=1)
        assert (shapes @ shapes.T - torch.eye(len(shapes))).max() < 0.99


def test_balanced_labels():
    assert torch.equal(balanced(7, 5, generator()).bincount(), torch.full((7,), 5))


def test_the_long_tail_is_a_power_law():
    counts = long_tail(24, 200, 10)
    assert counts[0] == 200
    assert counts[-1] == 10
    assert (counts.diff() <= 0).all()
    slope = torch.log(counts[[3, 11]] / 200) / torch.log(torch.tensor([4.0, 12.0]))
    assert slope[0].item() == pytest.approx(slope[1].item(), abs=0.03)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": torch.tensor([6])}, "label"),
        ({"label": torch.tensor([], dtype=torch.int64)}, "label"),
        ({"characters": "AA"}, "characters must be different"),
        ({"characters": "漢字AAAA"[:3]}, "does not have"),
        ({"size": 4}, "size"),
        ({"textures": (4,)}, "textures"),
        ({"fonts": ()}, "fonts"),
        ({"scale": (1.2, 0.8)}, "scale"),
        ({"noise": -0.1}, "noise"),
    ],
)
def test_what_cannot_be_drawn(options, message):
    arguments = {"label": torch.tensor([0]), "characters": CHARACTERS} | options
    with pytest.raises(ValueError, match=message):
        glyphs(**arguments, generator=generator())


def test_counts_that_cannot_be():
    with pytest.raises(ValueError, match="at least 1"):
        balanced(0, 3, generator())
    with pytest.raises(ValueError, match="1 <= least"):
        long_tail(5, 3, 4)
