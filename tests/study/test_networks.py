"""What a study keeps of the networks of its trials."""

from __future__ import annotations

from random import Random

import pytest

from nasdsl import parse_space
from nasdsl.architecture import Architecture
from nasdsl.printer import print_architecture
from nasdsl.study import networks
from nasdsl.study.networks import Networks
from nasdsl.study.task import measure_cost

SPACE = parse_space("""space small
network = vector(4) -> linear(any 1..9) -> (relu | tanh) -> linear(2)
require params < 50
""")


def test_a_network_is_measured_once_and_always_there() -> None:
    """Looked at again it is the same."""
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
    built: list[Architecture] = []

    def measure(architecture: Architecture) -> dict[str, float]:
        built.append(architecture)
        return {}

    found = Networks(SPACE, measure)
    genotypes = [g for g in SPACE.enumerate() if SPACE.feasible(g)]
    monkeypatch.setattr(networks, "MOST", 3)
    for genotype in (*genotypes, genotypes[-1], genotypes[0]):
        found.look(genotype)
    assert len(built) == len(genotypes) + 1
