"""Randomness as a function of (seed, what for, epoch): an epoch can be begun anew exactly."""

from __future__ import annotations

from random import Random

import torch

from nasdsl.seeds import derive_seed


def random_of(seed: int, *place: int | str) -> Random:
    return Random(derive_seed(seed, *place))


def generator_of(seed: int, *place: int | str) -> torch.Generator:
    """On the CPU, so that what it draws is the same on every device."""
    return torch.Generator().manual_seed(derive_seed(seed, *place))
