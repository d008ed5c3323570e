"""Seeded first weights leave no trace in the global generators."""

import pytest
import torch
from torch import nn

from helpers.nets.first_weights import seeded


def test_networks_of_one_seed_start_alike_and_of_two_do_not():
    def first_weights(seed):
        with seeded(seed):
            return nn.Linear(3, 2).weight

    one, other = first_weights(1), first_weights(2)
    torch.rand(5)
    assert torch.equal(one, first_weights(1))
    assert not torch.equal(one, other)


def test_what_is_drawn_afterwards_does_not_depend_on_it():
    torch.manual_seed(0)
    expected = torch.rand(4)
    torch.manual_seed(0)
    with seeded(7):
        torch.rand(100)
    assert torch.equal(torch.rand(4), expected)


def test_a_stream_gives_first_weights_of_its_own(run):
    def first_weights(k):
        with seeded(run.stream("first weights", k)):
            return nn.Linear(3, 2).weight

    assert torch.equal(first_weights(0), first_weights(0))
    assert not torch.equal(first_weights(0), first_weights(1))


def test_the_global_generators_go_on_after_an_error():
    torch.manual_seed(0)
    expected = torch.rand(4)
    torch.manual_seed(0)
    with pytest.raises(AttributeError), seeded(torch.Generator().manual_seed(3)):
        torch.rand(100).nothing()
    assert torch.equal(torch.rand(4), expected)


@pytest.mark.parametrize("seed", [-1, 1.5, True, None])
def test_anything_but_a_whole_number_is_refused(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0 on"), seeded(seed):
        pass
