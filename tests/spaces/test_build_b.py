"""What every space of cells and mobile chains must do: files, points, architectures, modules."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
import torch

import nasdsl
from nasdsl.architecture import Architecture
from nasdsl.format import format_text
from nasdsl.printer import print_architecture
from nasdsl.space import parse_space
from tests.spaces.cells import FOLDER, SMALL, path_of, small

LIBRARIES = ("lib_darts", "lib_mobile", "lib_nasnet")
SAMPLES = 20
FEW = 3  # in the quick suite
PRINTED = 10  # of these


@pytest.mark.parametrize("name", [*SMALL, *LIBRARIES])
def test_the_file_is_laid_out(name: str) -> None:
    text = path_of(name).read_text(encoding="utf-8")
    assert format_text(text) == text


def test_no_space_is_left_out() -> None:
    assert all((FOLDER / f"{name}.nas").exists() for name in SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_points(name: str) -> None:
    space, rng = small(name), Random(1)
    assert space.size is not None
    points = [space.sample(rng) for _ in range(SAMPLES)]
    for one, other in pairwise(points):
        assert space.unrank(space.rank(one)) == one
        assert space.read(space.text(one)) == one
        mutant = space.mutate(one, rng)
        assert space.contains(mutant) and space.distance(one, mutant) >= 1
        assert space.contains(space.crossover(one, other, rng))
    last = space.unrank(space.size - 1)
    assert space.rank(last) == space.size - 1


@pytest.mark.parametrize("name", SMALL)
def test_architectures(name: str) -> None:
    _architectures(name, FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_twenty_architectures(name: str) -> None:
    _architectures(name, SAMPLES)


def _architectures(name: str, count: int) -> None:
    space, rng = small(name), Random(2)
    torch.manual_seed(0)
    for number in range(count):
        draw = space.sample if number % 2 else space.sample_uniform
        architecture = space.build(draw(rng))
        assert nasdsl.cost(architecture).params > 0
        if number < PRINTED:
            _same_when_printed(architecture)
        _trains(architecture)


def _same_when_printed(architecture: Architecture) -> None:
    again = parse_space(print_architecture(architecture))
    assert again.size == 1
    copy = again.build(again.unrank(0))
    assert nasdsl.cost(copy) == nasdsl.cost(architecture)
    assert nasdsl.architecture_hash(copy) == nasdsl.architecture_hash(architecture)


def _trains(architecture: Architecture) -> None:
    """One forward and one backward pass; the module owns the parameters that `cost` counts."""
    module = nasdsl.compile(architecture)
    assert sum(p.numel() for p in module.parameters()) == nasdsl.cost(architecture).params
    output = module(torch.randn(2, *architecture.inputs[0].shape))
    assert output.shape[1:] == architecture.graph.output_shapes[0]
    output.square().mean().backward()
    grads = [p.grad for p in module.parameters() if p.grad is not None]
    assert grads and all(bool(g.isfinite().all()) for g in grads)
