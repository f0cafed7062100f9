"""Augmentation of whole batches of images at once: no per-image Python, no hidden randomness.

Every function takes a normalised float batch (N, C, H, W) and a generator on its device.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from .config import parse_augmentation


def crop(x: Tensor, pad: int, black: Tensor | float, rng: torch.Generator) -> Tensor:
    """A random H x W window of each image padded by `pad` on all sides with `black`."""
    n, c, h, w = x.shape
    padded = F.pad(x - black, (pad, pad, pad, pad)) + black
    top, left = torch.randint(0, 2 * pad + 1, (2, n), generator=rng, device=x.device)
    rows = top[:, None] + torch.arange(h, device=x.device)
    columns = left[:, None] + torch.arange(w, device=x.device)
    index = (rows[:, :, None] * (w + 2 * pad) + columns[:, None, :]).view(n, 1, h * w)
    return padded.flatten(2).gather(2, index.expand(n, c, h * w)).view(n, c, h, w)


def flip(x: Tensor, rng: torch.Generator) -> Tensor:
    """Mirror each image from left to right with probability one half."""
    chosen = torch.rand(len(x), generator=rng, device=x.device) < 0.5
    return torch.where(chosen[:, None, None, None], x.flip(3), x)


def cutout(x: Tensor, size: int, rng: torch.Generator) -> Tensor:
    """Zero one size x size square a sample, clipped at the border (DeVries and Taylor 2017)."""
    n, _, h, w = x.shape
    centre = torch.rand(2, n, generator=rng, device=x.device)
    hidden = []
    for where, length in zip(centre, (h, w), strict=True):
        start = (where * length).long() - size // 2
        offset = torch.arange(length, device=x.device) - start[:, None]
        hidden.append((offset >= 0) & (offset < size))
    return x.masked_fill((hidden[0][:, :, None] & hidden[1][:, None, :])[:, None], 0.0)


def mixup(
    x: Tensor, y: Tensor, alpha: float, classes: int, rng: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Mix each sample with another by its own Beta(alpha, alpha) share (Zhang et al. 2018).

    The targets become distributions (N, classes).
    """
    concentration = torch.full((len(x), 2), alpha, device=x.device)
    gammas = torch._standard_gamma(concentration, generator=rng).clamp_min(1e-12)
    share = gammas[:, 0] / gammas.sum(1)
    other = torch.randperm(len(x), generator=rng, device=x.device)
    target = F.one_hot(y, classes).to(x.dtype)
    mixed = torch.lerp(x[other], x, share.view(-1, *[1] * (x.ndim - 1)))
    return mixed, torch.lerp(target[other], target, share[:, None])


class Augment:
    """The configured augmentations in order; `mixup` always comes last."""

    def __init__(self, texts: Sequence[str], classes: int, black: Tensor | float) -> None:
        steps = [parse_augmentation(text) for text in texts]
        self.images = [step for step in steps if step[0] != "mixup"]
        self.alpha = next((amount for name, amount in steps if name == "mixup"), None)
        self.classes = classes
        self.black = black

    def __call__(self, x: Tensor, y: Tensor, rng: torch.Generator) -> tuple[Tensor, Tensor]:
        for name, amount in self.images:
            match name:
                case "crop":
                    x = crop(x, int(amount), self.black, rng)
                case "flip":
                    x = flip(x, rng)
                case "cutout":
                    x = cutout(x, int(amount), rng)
        if self.alpha is not None:
            return mixup(x, y, self.alpha, self.classes, rng)
        return x, y
