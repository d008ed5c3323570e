"""Rotations of space."""

from __future__ import annotations

import torch
from torch import Tensor


def rotation_matrices(vectors: Tensor) -> Tensor:
    """Rodrigues: rotation vectors [..., 3] -> rotation matrices [..., 3, 3], differentiable, also at zero."""
    x, y, z = vectors.unbind(-1)
    o = torch.zeros_like(x)
    K = torch.stack([o, -z, y, z, o, -x, -y, x, o], -1).unflatten(-1, (3, 3))
    square = (vectors**2).sum(-1)[..., None, None]
    tiny = square < 1e-8
    angle = torch.where(tiny, torch.ones_like(square), square).sqrt()
    first = torch.where(tiny, 1 - square / 6, angle.sin() / angle)
    second = torch.where(tiny, 0.5 - square / 24, (1 - angle.cos()) / angle**2)
    return torch.eye(3, dtype=K.dtype, device=K.device) + first * K + second * (K @ K)
