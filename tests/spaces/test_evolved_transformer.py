"""The space of the Evolved Transformer: its size, its members that were published, and others."""

from __future__ import annotations

from functools import cache
from math import prod
from random import Random
from typing import Any

import pytest
import torch

import nasdsl
from nasdsl.encodings.describe import example
from nasdsl.encodings.library import encoding
from nasdsl.source import shipped
from nasdsl.space import Space, load

torch.set_num_threads(1)
FIELDS = ("inputs", "layers", "output_dims", "activations", "norms")


@cache
def space(**params: int) -> Space:
    return load(shipped()["evolved_transformer.nas"], set=params)


def test_size() -> None:
    """So, Liang, Le (ICML 2019), section 3: 7.30e115."""
    encoder = prod((i * 2 * 25 * 10 * 4) ** 2 * 3 for i in range(1, 7))
    decoder = prod((i * 2 * 26 * 10 * 4) ** 2 * 3 for i in range(1, 9))
    assert space().size == encoder * decoder * 6**2
    assert f"{space().size:.2e}" == "7.30e+115"


def member(text: str) -> dict[str, Any]:
    """The decisions of a text of the encoding, at 512 features: path and value."""
    code = encoding("evolved_transformer").decode(text)
    have = dict(zip(code.names, code.values, strict=True))
    found: dict[str, Any] = {}
    for side in ("encoder", "decoder"):
        found[f"{side}_cells"] = have[f"{side}_num_cells"]
        for i, how in enumerate(have[f"{side}_combiner_functions"]):
            found[f"{side}_joins/i[{i}]"] = how
        for branch in ("left", "right"):
            for place, field in enumerate(FIELDS):
                for i, value in enumerate(have[f"{side}_{branch}_{field}"]):
                    value = value // 256 if field == "output_dims" else value
                    found[f"{side}_{branch}/i[{i}]/{place}"] = value
    return found


def test_the_evolved_transformer_is_a_member() -> None:
    wanted = member(example("evolved_transformer"))
    ours = space()
    choices = {}
    drawn = ours.sample(Random(0))
    for decision in ours.decisions(drawn):
        path = decision.path
        if path in wanted:
            choices[path] = [str(label).strip('"') for label in decision.domain.labels].index(
                str(wanted[path])
            )
    assert len(choices) == len(ours.decisions(drawn))
    assert nasdsl.cost(ours.build(ours.genotype(choices))).params == 47_021_056


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_members_train(seed: int) -> None:
    small = space(hidden=32, source_steps=3, target_steps=5, most_cells=2)
    network = nasdsl.compile(small.build(small.sample_feasible(Random(seed))))
    torch.manual_seed(0)
    out = network(torch.randn(2, 3, 32), torch.randn(2, 5, 32))
    assert out.shape == (2, 5, 32)
    out.square().mean().backward()
    assert any(p.grad is not None for p in network.parameters())
