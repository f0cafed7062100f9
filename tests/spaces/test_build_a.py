"""Every space: samples become networks that run, count, print and come back."""

from __future__ import annotations

from random import Random

import pytest
import torch
from torch import Tensor

import nasdsl
from nasdsl.architecture import Architecture, Input
from nasdsl.format import format_text
from nasdsl.printer import print_architecture

from .families_a import FOLDER, LIBRARIES, SMALL, small

SAMPLES = 20
ROUND_TRIPS = 4
names = pytest.mark.parametrize("name", sorted(SMALL))


def _input(kind: Input, rng: torch.Generator) -> Tensor:
    if kind.classes:
        return torch.randint(0, kind.classes, (2, *kind.shape), generator=rng)
    return torch.randn(2, *kind.shape, generator=rng)


def _samples(name: str) -> list[tuple[nasdsl.Genotype, Architecture]]:
    space = small(name)
    genotypes = [space.sample(Random(seed)) for seed in range(SAMPLES // 2)]
    genotypes += [space.sample_uniform(Random(seed)) for seed in range(SAMPLES // 2)]
    return [(g, space.build(g)) for g in genotypes]


@pytest.mark.parametrize("name", [*sorted(SMALL), *LIBRARIES])
def test_the_file_is_formatted(name: str) -> None:
    path = FOLDER / f"{name}.nas"
    text = path.read_text(encoding="utf-8")
    assert format_text(text) == text


@names
def test_networks_run_forward_and_backward(name: str) -> None:
    _run(name, _samples(name)[::4])


@pytest.mark.slow
@names
def test_twenty_networks_run_forward_and_backward(name: str) -> None:
    _run(name, _samples(name))


def _run(name: str, samples: list[tuple[nasdsl.Genotype, Architecture]]) -> None:
    torch.manual_seed(0)
    rng = torch.Generator().manual_seed(0)
    for _, architecture in samples:
        module = nasdsl.compile(architecture)
        counted = sum(p.numel() for p in module.parameters())
        assert counted == nasdsl.cost(architecture).params
        out = module(*[_input(i, rng) for i in architecture.inputs])
        assert bool(torch.isfinite(out).all())
        out.square().mean().backward()
        assert any(p.grad is not None and p.grad.count_nonzero() for p in module.parameters())


@names
def test_printed_architectures_come_back(name: str) -> None:
    for _, architecture in _samples(name)[:: SAMPLES // ROUND_TRIPS]:
        again = nasdsl.parse_space(print_architecture(architecture))
        assert again.size == 1
        built = again.build(again.unrank(0))
        assert nasdsl.architecture_hash(built) == nasdsl.architecture_hash(architecture)
        assert nasdsl.cost(built) == nasdsl.cost(architecture)


@names
def test_edits_stay_in_the_space(name: str) -> None:
    space = small(name)
    rng = Random(1)
    for _ in range(SAMPLES):
        first, second = space.sample(rng), space.sample(rng)
        mutant, child = space.mutate(first, rng), space.crossover(first, second, rng)
        assert space.contains(mutant) and space.contains(child)
        assert space.distance(first, mutant) >= 1
        for genotype in (first, mutant, child):
            assert space.unrank(space.rank(genotype)) == genotype
            assert space.read(space.text(genotype)) == genotype
