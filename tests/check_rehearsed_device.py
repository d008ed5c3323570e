"""The pretended device: every kind of fault is caught, every legal mix passes, and it computes what the CPU computes.

Run by ``test_rehearsal.py`` in a process of its own, since the device stays registered with torch.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tools.rehearsal.device import NAME, register

torch.manual_seed(0)
device = register()
x, c = torch.randn(3, 4).to(device), torch.randn(3, 4)
y = x.clone()
i, j = torch.tensor([0, 2]), torch.tensor([0, 2], device=device)
whole = torch.ones(2, 2, dtype=torch.long, device=device)
one = torch.tensor(1.0)
cpu_generator, device_generator = torch.Generator(), torch.Generator(device).manual_seed(0)
picture, flow = torch.ones(1, 1, 4, 4), torch.zeros(1, 2, 2, 2, device=device)


class Forgetful(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.scale = torch.ones(4)  # no buffer: stays behind

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * self.scale


class Careless(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        return gradient * torch.full((4,), 2.0)


FAULTS = {
    "arithmetic": lambda: x + c,
    "a device number with a CPU tensor": lambda: c * x.sum(),
    "matmul": lambda: x @ c.T,
    "einsum": lambda: torch.einsum("ij,ij", x, c),
    "cat": lambda: torch.cat([x, c]),
    "where": lambda: torch.where(c > 0, x, x),
    "clamp by a CPU number": lambda: x.clamp(min=torch.tensor(0.0)),
    "gather": lambda: x.gather(1, torch.zeros(3, 1, dtype=torch.long)),
    "index_select": lambda: x.index_select(0, i),
    "allclose": lambda: torch.allclose(x, c),
    "embedding": lambda: F.embedding(i, x),
    "repeat_interleave": lambda: x.repeat_interleave(torch.tensor([1, 2, 1]), 0),
    "searchsorted": lambda: torch.bucketize(x, torch.zeros(1)),
    "grid_sample": lambda: F.grid_sample(picture, flow, align_corners=False),
    "loss": lambda: F.cross_entropy(x, torch.tensor([0, 1, 2])),
    "linalg": lambda: torch.linalg.solve(torch.eye(3), x),
    "CPU tensor indexed by the device": lambda: c[j],
    "CPU tensor masked by the device": lambda: c[x[:, 0] > 0],
    "CPU tensor written at the device's indices": lambda: c.__setitem__(j, 0.0),
    "CPU values at indices": lambda: x.__setitem__(i, c[:2]),
    "in place on the CPU": lambda: c.add_(x),
    "module not moved": lambda: nn.Linear(4, 2)(x),
    "input not moved": lambda: nn.Conv2d(1, 1, 3).to(device)(picture),
    "tensor that is no buffer": lambda: Forgetful().to(device)(x),
    "in backward": lambda: Careless.apply(x.clone().requires_grad_()).sum().backward(),
    "numpy()": lambda: x.numpy(),
    "asarray": lambda: np.asarray(x),
    "np.array of numbers": lambda: np.array([x.sum(), x.sum()]),
    "NumPy function": lambda: np.mean(x),
    "CPU generator, factory": lambda: torch.randn(3, generator=cpu_generator, device=device),
    "CPU generator, permutation": lambda: torch.randperm(3, generator=cpu_generator, device=device),
    "CPU generator, in place": lambda: x.clone().normal_(generator=cpu_generator),
    "CPU generator, multinomial": lambda: torch.multinomial(x.abs(), 1, generator=cpu_generator),
    "whole numbers in matmul": lambda: whole @ whole,
    "no kernel on CUDA": lambda: torch.histogram(x, 3),
    "driver of lstsq": lambda: torch.linalg.lstsq(x, x, driver="gelsd"),
    "lengths on the device": lambda: nn.utils.rnn.pack_padded_sequence(x[:, None], j[1:] + 1),
}
ERRORS = {"numpy()": TypeError, "asarray": TypeError, "np.array of numbers": TypeError, "NumPy function": TypeError}
ERRORS |= {"no kernel on CUDA": NotImplementedError}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cuda_refuses(name: str) -> None:
    with pytest.raises(ERRORS.get(name, RuntimeError)):
        FAULTS[name]()


LEGAL = {
    "numbers": lambda: [one * x, x * one, x**one, x == one, torch.maximum(x, one), x.lerp(x, one)],
    "where": lambda: torch.where(x > 0, x, one),
    "indices": lambda: [x[i], x[j], x[:, i.numpy()], x[0, torch.tensor(1)], c[x.argmax() % 3]],
    "masks": lambda: x[torch.tensor([True, False, True])],
    "writing": lambda: [y.__setitem__(0, c[0]), y.__setitem__(i, 1.0), y.__setitem__(i, one)],
    "copies": lambda: [y.copy_(c), c.copy_(x)],
    "comparing": lambda: [torch.allclose(x, one), torch.isclose(x, one), torch.dist(x, one), x.masked_fill(x > 0, one)],
    "conversions": lambda: [y.fill_(one), y.add_(one), x.to(c) + c, c.to(x) + x, x.type_as(c) + c],
    "NumPy": lambda: [np.float64(2) * x, x / np.sqrt(3), x.cpu().numpy(), np.asarray(x.cpu())],
    "numbers out": lambda: [float(x.sum()), int(j[1]), bool(x.sum() > 0), x.tolist(), [0, 1, 2][j[1]]],
    "texts": lambda: [f"{x.sum():.2f}", str(x)],
    "numbers in": lambda: torch.tensor([x.sum(), x.min()]),
    "generators": lambda: [torch.randn(2, generator=device_generator, device=device)],
    "drawing in place": lambda: y.uniform_(generator=device_generator),
    "packing": lambda: nn.utils.rnn.pack_padded_sequence(x[:, None], torch.tensor([3])),
    "forking": lambda: torch.random.fork_rng().__enter__(),
    "copied modules": lambda: copy.deepcopy(nn.Linear(4, 2).to(device))(x),
    "loading": lambda: nn.Linear(4, 2).to(device).load_state_dict(nn.Linear(4, 2).state_dict()),
}


@pytest.mark.parametrize("name", LEGAL)
def test_what_cuda_takes(name: str) -> None:
    LEGAL[name]()


def train(device: torch.device) -> list[torch.Tensor]:
    torch.manual_seed(0)
    layers = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(1), nn.Linear(36, 4)
    net = nn.Sequential(*layers)
    optimiser = torch.optim.Adam(net.parameters())  # made before the move
    net.to(device)
    for _ in range(3):
        images, labels = torch.randn(5, 1, 8, 8).to(device), torch.randint(4, (5,)).to(device)
        optimiser.zero_grad()
        F.cross_entropy(net(images), labels).backward()
        optimiser.step()
    return list(net.parameters())


def recurrent(device: torch.device) -> list[torch.Tensor]:
    torch.manual_seed(0)
    net = nn.LSTM(3, 4).to(device)
    net(torch.ones(5, 2, 3, device=device))[0].sum().backward()
    return [p.grad for p in net.parameters()]


def views(device: torch.device) -> list[torch.Tensor]:
    x = torch.zeros(3, 4, device=device, requires_grad=True)
    y = x * 1
    y[1].add_(2).mul_(3)
    y[:, 0] = 7
    y.mT[2:][y.mT[2:] > 1] = 1.0
    y.unsqueeze_(0).transpose_(0, 2)
    y.square().sum().backward()
    return [y, x.grad, y[..., ::2], y.flatten().unfold(0, 3, 2)]


def transforms(device: torch.device) -> list[torch.Tensor]:
    x = torch.linspace(0, 1, 16, device=device, requires_grad=True)
    spectrum = torch.stft(x, 8, window=torch.hann_window(8, device=device), return_complex=True).abs()
    theta = torch.eye(2, 3, device=device)[None]
    grid = F.affine_grid(theta, (1, 1, 4, 4), align_corners=False)
    warped = F.grid_sample(x.view(1, 1, 4, 4), grid, align_corners=False)
    (gradient,) = torch.autograd.grad(warped.square().sum() + spectrum.sum(), x, create_graph=True)
    weight = F.pad(torch.ones(16, 2, device=device), (0, 0, 0, 2))
    jacobian = torch.func.jacfwd(lambda v: torch.cat([v.cos(), 2 * v[:2].expand(2)]) @ weight)(x.detach())
    return [spectrum, warped, gradient, jacobian, torch.linalg.svdvals(x.view(4, 4)), torch.fft.fft(x)]


@pytest.mark.parametrize("compute", [train, recurrent, views, transforms])
def test_it_computes_what_the_cpu_computes(compute) -> None:
    for here, there in zip(compute(torch.device("cpu")), compute(device), strict=True):
        assert there.device.type == NAME
        torch.testing.assert_close(there.detach().cpu(), here.detach())


def test_it_is_a_default_device() -> None:
    with torch.device(NAME):
        assert torch.zeros(2).device == nn.Linear(2, 2).weight.device == x.device
