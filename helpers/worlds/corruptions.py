"""Common corruptions of pictures at five severities: noise, blur, weather and digital ones, and a few to tune on.

Conventions
-----------
Images are float32 [n, 3, H, W] in [0, 1], of at least 8 pixels; so are the corrupted ones, on the same device. A
severity is a whole number from 1 to 5. What is random comes from a generator on the CPU, and each picture has a draw of
its own.

The kinds, their groups and the way that each is made follow Hendrycks and Dietterich (2019), "Benchmarking neural
network robustness to common corruptions and perturbations". What needs photographs (frost, spatter) is left out; the
strengths are for pictures of 24 to 64 pixels: lengths are in pixels, or in shares of the side where that is said.
``HELD_OUT`` are kinds that no group has: choose by them what must not be chosen by the rest.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image
from scipy import ndimage
from skimage import color
from torch.nn import functional as F

from ..draw import figures
from . import glyphs

Tensor = torch.Tensor

SEVERITIES = (1, 2, 3, 4, 5)
GROUPS = {
    "noise": ("gaussian noise", "shot noise", "impulse noise"),
    "blur": ("defocus blur", "motion blur", "zoom blur"),
    "weather": ("snow", "fog", "brightness"),
    "digital": ("contrast", "elastic", "pixelate", "jpeg"),
}
HELD_OUT = ("speckle noise", "gaussian blur", "saturate")
KINDS = tuple(kind for kinds in GROUPS.values() for kind in kinds)

_LEAST = 8  # pixels of a side


def corrupt(images: Tensor, kind: str, severity: int, generator: torch.Generator) -> Tensor:
    """Corrupt every picture of a batch in the same way and to the same degree, each with its own draw.

    Args:
        images: float32 [n, 3, H, W] in [0, 1].
        kind: one of ``KINDS`` or ``HELD_OUT``.
        severity: 1 (slight) to 5 (severe).
        generator: on the CPU.

    Returns:
        New pictures of the same shape, on the same device, in [0, 1].

    Raises:
        ValueError: if a picture is smaller than 8 pixels or has not three channels, or the kind or severity is unknown.
    """
    if images.ndim != 4 or images.shape[1] != 3 or min(images.shape[2:]) < _LEAST:
        raise ValueError(f"images must be [n, 3, H, W] of at least {_LEAST} pixels, not {list(images.shape)}")
    if kind not in _HOW:
        raise ValueError(f"kind must be one of {', '.join(_HOW)}, not {kind!r}")
    if isinstance(severity, bool) or severity not in SEVERITIES:
        raise ValueError(f"severity must be a whole number from 1 to 5, not {severity!r}")
    function, strengths = _HOW[kind]
    corrupted = function(images.detach().cpu().float(), strengths[severity - 1], generator)
    return corrupted.clamp(0, 1).to(images)


def in_turn(images: Tensor, kind: str, generator: torch.Generator) -> Tensor:
    """Corrupt picture i with severity 1 + i % 5: all severities, in one batch as large as the first.

    The arguments, result and errors are those of :func:`corrupt`.
    """
    corrupted = torch.empty_like(images)
    for severity in SEVERITIES[: len(images)]:
        chosen = slice(severity - 1, None, len(SEVERITIES))
        corrupted[chosen] = corrupt(images[chosen], kind, severity, generator)
    return corrupted


def sample_picture() -> Figure:
    """One character under every kind of corruption at severity three, and as it was."""
    generator = torch.Generator().manual_seed(0)
    image = glyphs.glyphs(torch.tensor([3]), "AБΩR", generator, size=48, colour=True, noise=0.0).image
    shown = [image, *(corrupt(image, kind, 3, generator) for kind in (*KINDS, *HELD_OUT))]
    titles = ["as it was", *KINDS, *(f"{kind} (held out)" for kind in HELD_OUT)]
    return figures.images(list(torch.cat(shown)), titles, columns=6)


def _gaussian_noise(images: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    return images + deviation * torch.randn(images.shape, generator=generator)


def _shot_noise(images: Tensor, photons: float, generator: torch.Generator) -> Tensor:
    return torch.poisson(photons * images, generator=generator) / photons


def _impulse_noise(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    u = torch.rand(images.shape, generator=generator)
    return torch.where(u < share / 2, 0.0, torch.where(u > 1 - share / 2, 1.0, images))


def _speckle_noise(images: Tensor, deviation: float, generator: torch.Generator) -> Tensor:
    return images + images * deviation * torch.randn(images.shape, generator=generator)


def _gaussian_blur(images: Tensor, deviation: float, _generator: torch.Generator) -> Tensor:
    return torch.from_numpy(ndimage.gaussian_filter(images.numpy(), deviation, axes=(2, 3), mode="nearest"))


def _defocus_blur(images: Tensor, radius: float, _generator: torch.Generator) -> Tensor:
    """With a disk of that radius in pixels, whose rim is as soft as a pixel is wide."""
    reach = math.ceil(radius)
    y, x = torch.meshgrid(*[torch.arange(-reach, reach + 1.0)] * 2, indexing="ij")
    kernel = (radius + 0.5 - torch.hypot(y, x)).clamp(0, 1)
    return _filtered(images, kernel.expand(len(images), -1, -1))


def _motion_blur(images: Tensor, length: float, generator: torch.Generator) -> Tensor:
    """Along a line of that many pixels, in a direction of its own for each picture."""
    angle = math.pi * torch.rand(len(images), 1, 1, generator=generator)
    reach = math.ceil(length / 2)
    y, x = torch.meshgrid(*[torch.arange(-reach, reach + 1.0)] * 2, indexing="ij")
    along = x * torch.cos(angle) + y * torch.sin(angle)
    off = (y * torch.cos(angle) - x * torch.sin(angle)).abs()
    kernel = (1 - off).clamp_min(0) * (length / 2 + 0.5 - along.abs()).clamp(0, 1)
    return _filtered(images, kernel)


def _zoom_blur(images: Tensor, most: float, _generator: torch.Generator) -> Tensor:
    """The mean of eleven magnifications from 1 to ``most``."""
    whole = torch.eye(2, 3).expand(len(images), -1, -1)
    views = [_mapped(images, whole / zoom) for zoom in torch.linspace(1, most, 11)]
    return torch.stack(views).mean(0)


def _snow(images: Tensor, strength: tuple[float, float], generator: torch.Generator) -> Tensor:
    """Flakes drawn into short strokes by the wind, over a picture that whitens."""
    share, white = strength
    n, _, H, W = images.shape
    grains = torch.randn(n, 1, H, W, generator=generator)
    cut = math.sqrt(2) * torch.erfinv(torch.tensor(1 - 2 * share))  # that share of a normal deviate lies above
    flakes = ((grains - cut).clamp_min(0) * 2).clamp_max(1)
    flakes = (2.5 * _motion_blur(flakes, 3.0, generator)).clamp_max(1)
    grey = images.mean(1, keepdim=True)
    whitened = torch.maximum(images, 1.5 * grey + 0.5)
    return (1 - white) * images + white * whitened.clamp_max(1) + flakes


def _fog(images: Tensor, strength: tuple[float, float], generator: torch.Generator) -> Tensor:
    """Clouds whose amplitudes fall with their frequency, added; then the sum is scaled back to the brightest value."""
    thickness, roughness = strength
    n, _, H, W = images.shape
    frequency = torch.sqrt(torch.fft.fftfreq(H)[:, None] ** 2 + torch.fft.rfftfreq(W) ** 2)
    frequency[0, 0] = torch.inf
    spectrum = torch.fft.rfft2(torch.randn(n, 1, H, W, generator=generator)) * frequency**-roughness
    cloud = torch.fft.irfft2(spectrum, s=(H, W))
    low, high = cloud.amin((2, 3), keepdim=True), cloud.amax((2, 3), keepdim=True)
    brightest = images.amax((1, 2, 3), keepdim=True)
    return (images + thickness * (cloud - low) / (high - low)) * brightest / (brightest + thickness)


def _brightness(images: Tensor, more: float, _generator: torch.Generator) -> Tensor:
    return _in_hsv(images, lambda hsv: np.stack([hsv[0], hsv[1], np.clip(hsv[2] + more, 0, 1)]))


def _saturate(images: Tensor, strength: tuple[float, float], _generator: torch.Generator) -> Tensor:
    factor, more = strength
    return _in_hsv(images, lambda hsv: np.stack([hsv[0], np.clip(hsv[1] * factor + more, 0, 1), hsv[2]]))


def _contrast(images: Tensor, share: float, _generator: torch.Generator) -> Tensor:
    mean = images.mean((2, 3), keepdim=True)
    return mean + share * (images - mean)


def _elastic(images: Tensor, shift: float, generator: torch.Generator) -> Tensor:
    """Moved by smooth fields whose root mean square is ``shift`` of the side, in x and in y."""
    n, _, H, W = images.shape
    fields = torch.randn(n, 2, H, W, generator=generator)
    smooth = torch.from_numpy(ndimage.gaussian_filter(fields.numpy(), (0, 0, 0.08 * H, 0.08 * W), mode="reflect"))
    smooth = smooth / smooth.square().mean((1, 2, 3), keepdim=True).sqrt()
    grid = F.affine_grid(torch.eye(2, 3).expand(n, -1, -1), [n, 1, H, W], align_corners=False)
    grid = grid + 2 * shift * smooth.permute(0, 2, 3, 1)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def _pixelate(images: Tensor, share: float, _generator: torch.Generator) -> Tensor:
    H, W = images.shape[2:]
    small = F.interpolate(images, (max(1, round(share * H)), max(1, round(share * W))), mode="area")
    return F.interpolate(small, (H, W), mode="nearest-exact")


def _jpeg(images: Tensor, quality: int, _generator: torch.Generator) -> Tensor:
    eight_bits = (255 * images.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).numpy()
    decoded = np.empty_like(eight_bits)
    for k, picture in enumerate(eight_bits):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=quality)
        decoded[k] = np.asarray(Image.open(file))
    return torch.from_numpy(decoded).permute(0, 3, 1, 2).float() / 255


def _filtered(images: Tensor, kernels: Tensor) -> Tensor:
    """Each picture [n, C, H, W] with a kernel of its own [n, K, K], K odd, scaled to sum to one."""
    n, C, H, W = images.shape
    kernels = kernels / kernels.sum((1, 2), keepdim=True)
    reach = kernels.shape[-1] // 2
    padded = F.pad(images, [reach] * 4, mode="replicate").view(1, n * C, H + 2 * reach, W + 2 * reach)
    return F.conv2d(padded, kernels[:, None].repeat_interleave(C, 0), groups=n * C).view(n, C, H, W)


def _mapped(images: Tensor, maps: Tensor) -> Tensor:
    grid = F.affine_grid(maps, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _in_hsv(images: Tensor, change: Callable[[np.ndarray], np.ndarray]) -> Tensor:
    """Pictures whose hue, saturation and value, [3, n, H, W], were changed."""
    hsv = color.rgb2hsv(images.numpy(), channel_axis=1)
    changed = change(hsv.transpose(1, 0, 2, 3)).transpose(1, 0, 2, 3)
    return torch.from_numpy(color.hsv2rgb(changed, channel_axis=1)).float()


_HOW: dict[str, tuple[Callable[..., Tensor], tuple]] = {
    "gaussian noise": (_gaussian_noise, (0.04, 0.08, 0.12, 0.18, 0.26)),
    "shot noise": (_shot_noise, (200.0, 80.0, 35.0, 16.0, 8.0)),
    "impulse noise": (_impulse_noise, (0.01, 0.03, 0.06, 0.11, 0.18)),
    "defocus blur": (_defocus_blur, (0.6, 1.0, 1.5, 2.0, 3.0)),
    "motion blur": (_motion_blur, (2.0, 3.0, 4.5, 6.0, 8.0)),
    "zoom blur": (_zoom_blur, (1.06, 1.11, 1.17, 1.24, 1.32)),
    "snow": (_snow, ((0.02, 0.1), (0.04, 0.2), (0.06, 0.3), (0.09, 0.35), (0.12, 0.4))),
    "fog": (_fog, ((0.3, 2.2), (0.6, 2.0), (0.9, 1.9), (1.3, 1.8), (1.8, 1.7))),
    "brightness": (_brightness, (0.1, 0.2, 0.3, 0.4, 0.5)),
    "contrast": (_contrast, (0.7, 0.5, 0.35, 0.22, 0.12)),
    "elastic": (_elastic, (0.01, 0.02, 0.03, 0.042, 0.055)),
    "pixelate": (_pixelate, (0.7, 0.5, 0.4, 0.3, 0.25)),
    "jpeg": (_jpeg, (60, 40, 25, 15, 8)),
    "speckle noise": (_speckle_noise, (0.1, 0.2, 0.3, 0.42, 0.55)),
    "gaussian blur": (_gaussian_blur, (0.4, 0.6, 0.85, 1.15, 1.5)),
    "saturate": (_saturate, ((0.6, 0.0), (0.3, 0.0), (1.6, 0.05), (2.4, 0.1), (4.0, 0.2))),
}
