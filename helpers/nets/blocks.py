"""Standard blocks of convolutional networks: convolution with normalisation, residual blocks, residual networks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F


def convolution(
    inputs: int, outputs: int, kernel: int = 3, stride: int = 1, dilation: int = 1, padding: int | None = None
) -> nn.Sequential:
    """Convolution without bias, batch normalisation, ReLU: [B, inputs, H, W] -> [B, outputs, H', W'].

    Args:
        inputs, outputs: channels.
        kernel: its side in pixels.
        stride: H' = H / stride for an odd kernel and the default padding.
        dilation: distance of the kernel's taps.
        padding: zeros around the image; by default as many as keep an odd kernel centred.
    """
    if padding is None:
        padding = dilation * (kernel - 1) // 2
    layer = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(outputs), nn.ReLU())


class _Residual(nn.Module):
    """``relu(skip(x) + body(x))``; the skip is a 1 x 1 convolution where channels or resolution change."""

    def __init__(self, body: nn.Sequential, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.body = body
        self.skip = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.skip = convolution(inputs, outputs, 1, stride)[:2]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.skip(x) + self.body(x))


class BasicBlock(_Residual):
    """Two 3 x 3 convolutions beside a skip (He et al., 2016, figure 5 left): [B, inputs, H, W] -> [B, outputs, H', W'].

    Args:
        inputs, outputs: channels.
        stride: of the first convolution; H' = H / stride.
        dilation: of both.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> None:
        first, second = convolution(inputs, outputs, 3, stride, dilation), convolution(outputs, outputs, 3, 1, dilation)
        super().__init__(nn.Sequential(first, second[:2]), inputs, outputs, stride)


class Bottleneck(_Residual):
    """1 x 1, 3 x 3 and 1 x 1 convolution beside a skip (He et al., 2016, figure 5 right), a quarter as wide inside.

    Maps [B, inputs, H, W] to [B, outputs, H', W']. The stride is that of the 3 x 3 convolution, as in most libraries.

    Args:
        inputs, outputs: channels; ``outputs`` is a multiple of four.
        stride: H' = H / stride.
        dilation: of the 3 x 3 convolution.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> None:
        inner = outputs // 4
        layers = [convolution(inputs, inner, 1), convolution(inner, inner, 3, stride, dilation)]
        super().__init__(nn.Sequential(*layers, convolution(inner, outputs, 1)[:2]), inputs, outputs, stride)


Block = type[BasicBlock] | type[Bottleneck]


def stage(block: Block, inputs: int, outputs: int, depth: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """``depth`` blocks one after the other, the first of which has the stride and changes the channels."""
    first = block(inputs, outputs, stride, dilation)
    return nn.Sequential(first, *(block(outputs, outputs, 1, dilation) for _ in range(depth - 1)))


def residual_network(
    block: Block,
    depths: Sequence[int],
    *,
    width: int = 64,
    kernel: int = 7,
    strides: Sequence[int] = (1, 2, 2, 2),
    dilations: Sequence[int] = (1, 1, 1, 1),
) -> nn.Sequential:
    """A residual network without its average and classifier: ``network[0]`` is the stem, ``network[k]`` stage k.

    It maps images [B, 3, H, W] to features [B, 512 or 2048, H / 32, W / 32]: ResNet-18 is
    ``residual_network(BasicBlock, (2, 2, 2, 2))``, ResNet-50 ``residual_network(Bottleneck, (3, 4, 6, 3))``.

    Args:
        block: of the stages.
        depths: blocks of each stage, at most four of them.
        width: channels of the stem; stage k has 2^(k - 1) times as many, four times that with :class:`Bottleneck`.
        kernel: side of the stem's convolution, which has stride 2 and is followed by a maximum over 3 x 3 of stride 2.
        strides, dilations: of the stages.

    Raises:
        ValueError: if there are no or more than four depths, or fewer strides or dilations than depths.
    """
    if not 1 <= len(depths) <= 4:
        raise ValueError(f"depths must have one to four entries, not {len(depths)}")
    for values, argument in ((strides, "strides"), (dilations, "dilations")):
        if len(values) < len(depths):
            raise ValueError(f"{argument} must have an entry for each of {len(depths)} stages, not {len(values)}")
    layers = [nn.Sequential(convolution(3, width, kernel, 2), nn.MaxPool2d(3, 2, 1))]
    inputs, outputs = width, width * (4 if block is Bottleneck else 1)
    for depth, stride, dilation in zip(depths, strides, dilations, strict=False):
        layers.append(stage(block, inputs, outputs, depth, stride, dilation))
        inputs, outputs = outputs, 2 * outputs
    return nn.Sequential(*layers)
