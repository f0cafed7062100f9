"""What a study keeps of the networks of its trials."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from random import Random

import pytest

import nasdsl
from nasdsl import parse_space
from nasdsl.architecture import Architecture
from nasdsl.printer import print_architecture
from nasdsl.study import networks
from nasdsl.study.networks import Deferred, Networks
from nasdsl.study.task import measure_cost

SPACE = parse_space("""space small
network = vector(4) -> linear(any 1..9) -> (relu | tanh) -> linear(2)
require params < 50
""")


def test_a_network_is_measured_once_and_always_there() -> None:
    """Looked at again it is the same, built when something of it is read."""
    built: list[Architecture] = []

    def measure(architecture: Architecture) -> dict[str, float]:
        built.append(architecture)
        return measure_cost(architecture)

    found = Networks(SPACE, measure)
    rng, genotypes = Random(0), list(SPACE.enumerate())
    for genotype in [*genotypes, *rng.sample(genotypes, len(genotypes))]:
        architecture, measured = found.look(genotype)
        true = SPACE.build(genotype)
        assert isinstance(architecture, Architecture)
        assert print_architecture(architecture) == print_architecture(true)
        assert (measured is None) != SPACE.feasible(genotype)
        assert measured is None or measured == measure_cost(true)
        assert (architecture.name, architecture.inputs[0].shape) == (true.name, (4,))
    assert len(built) == sum(map(SPACE.feasible, genotypes)) < len(genotypes)


def test_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Networks(SPACE, measure_cost)
    genotypes = list(SPACE.enumerate())
    monkeypatch.setattr(networks, "MOST", 3)
    for genotype in genotypes:
        found.look(genotype)
    assert isinstance(found.look(genotypes[-1])[0], Deferred)
    assert not isinstance(found.look(genotypes[0])[0], Deferred)
    again = copy(found.look(genotypes[-1])[0])
    assert type(again) is Architecture
    assert print_architecture(again) == print_architecture(SPACE.build(genotypes[-1]))


def test_a_deferred_network_can_be_changed_and_compiled() -> None:
    networks = Networks(SPACE, lambda _: {})
    genotype = SPACE.sample(Random(0))
    networks.look(genotype)
    deferred, _ = networks.look(genotype)
    assert isinstance(deferred, Deferred)
    assert replace(deferred, name="other").name == "other"
    assert list(nasdsl.compile(deferred).parameters())
