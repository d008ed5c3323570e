"""Blocks of convolutional networks against known counts and against the operations that they are made of."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from helpers.nets.blocks import BasicBlock, Bottleneck, convolution, residual_network


def parameters(module: nn.Module) -> int:
    return sum(p.numel() for p in module.parameters())


def normalised(x: torch.Tensor) -> torch.Tensor:
    """What a fresh batch normalisation makes of x in training."""
    return F.batch_norm(x, None, None, training=True)


def test_a_convolution_normalises_and_rectifies():
    layer, x = convolution(3, 4, 5, 2), torch.randn(2, 3, 8, 8)
    assert torch.allclose(layer(x), normalised(F.conv2d(x, layer[0].weight, None, 2, 2)).relu(), atol=1e-6)


@pytest.mark.parametrize(("kernel", "dilation"), [(1, 1), (3, 1), (3, 2), (5, 1), (3, 4)])
def test_an_odd_kernel_keeps_the_size(kernel, dilation):
    assert convolution(1, 2, kernel, dilation=dilation)(torch.randn(2, 1, 9, 7)).shape == (2, 2, 9, 7)


def test_padding_can_be_said():
    assert convolution(1, 2, 8, 4, padding=2)(torch.randn(2, 1, 64, 64)).shape == (2, 2, 16, 16)


def test_a_basic_block_adds_what_it_was_given():
    block, x = BasicBlock(4, 4), torch.randn(3, 4, 6, 6)
    y = normalised(F.conv2d(x, block.body[0][0].weight, padding=1)).relu()
    y = normalised(F.conv2d(y, block.body[1][0].weight, padding=1))
    assert torch.allclose(block(x), (x + y).relu(), atol=1e-5)


@pytest.mark.parametrize("block", [BasicBlock, Bottleneck])
def test_the_skip_follows_a_change_of_channels_or_resolution(block):
    x = torch.randn(2, 8, 6, 6)
    assert isinstance(block(8, 8).skip, nn.Identity)
    assert block(8, 8, stride=2)(x).shape == (2, 8, 3, 3)
    assert block(8, 16)(x).shape == (2, 16, 6, 6)


@pytest.mark.parametrize(
    ("block", "depths", "channels", "trunk", "whole"),
    [
        (BasicBlock, (2, 2, 2, 2), 512, 11_176_512, 11_689_512),
        (BasicBlock, (3, 4, 6, 3), 512, 21_284_672, 21_797_672),
        (Bottleneck, (3, 4, 6, 3), 2048, 23_508_032, 25_557_032),
        (Bottleneck, (3, 4, 23, 3), 2048, 42_500_160, 44_549_160),
    ],
)
def test_residual_networks_have_the_well_known_counts(block, depths, channels, trunk, whole):
    with torch.device("meta"):
        network, classifier = residual_network(block, depths), nn.Linear(channels, 1000)
        assert network(torch.empty(2, 3, 224, 224)).shape == (2, channels, 7, 7)
    assert parameters(network) == trunk
    assert parameters(network) + parameters(classifier) == whole


def test_dilation_in_place_of_strides_keeps_the_resolution():
    with torch.device("meta"):
        network = residual_network(Bottleneck, (3, 4, 6, 3), strides=(1, 2, 1, 1), dilations=(1, 1, 2, 4))
        assert network(torch.empty(1, 3, 512, 512)).shape == (1, 2048, 64, 64)
    assert parameters(network) == 23_508_032


def test_fewer_stages_and_their_errors():
    with torch.device("meta"):
        assert residual_network(Bottleneck, (3, 4, 6))(torch.empty(1, 3, 64, 64)).shape == (1, 1024, 4, 4)
    with pytest.raises(ValueError, match="depths must have one to four entries, not 5"):
        residual_network(BasicBlock, (1,) * 5)
    with pytest.raises(ValueError, match="strides must have an entry for each of 2 stages, not 1"):
        residual_network(BasicBlock, (1, 1), strides=(1,))
