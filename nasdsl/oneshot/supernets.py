"""The supernet of a space, with weights drawn from a seed alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from nasdsl.architecture import Architecture
    from nasdsl.space import Space


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A supernet, and some architecture of its space, which reads what the supernet reads."""

    module: Any
    example: Architecture


def make_supernet(space: Space, seed: int, options: Mapping[str, Any]) -> Made:
    """Relax and compile, with options of compile_supernet. Raises the NasErrors of nasdsl.relax for what cannot be relaxed."""
    from nasdsl.compiler.supernet import compile_supernet

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = compile_supernet(space, **options)
    return Made(module, space.build(space.sample(Random(0))))
