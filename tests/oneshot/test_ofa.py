"""Once for All: phases, learnt kernels, sorted channels and the predictor, by hand-computed numbers."""

from __future__ import annotations

import math
from random import Random
from typing import Any

import pytest
import torch
from torch import nn

import nasdsl
from nasdsl.compiler.supernet import compile_supernet
from nasdsl.compiler.supernet.transforms import add_transforms, smaller
from nasdsl.oneshot.codes import OneHot
from nasdsl.oneshot.distil import soft_cross_entropy
from nasdsl.oneshot.evolution import AccuracyPredictor, EvolvedConfig, evolve
from nasdsl.oneshot.largest import largest
from nasdsl.oneshot.ofa import OfaMethod, ends
from nasdsl.oneshot.parts import parts_of, paths_of, roles
from nasdsl.oneshot.sorting import importance_order

from .cases import CASES, engine_of, space_of

OFA = next(c for c in CASES if c.name == "ofa")


def net(seed: int = 0) -> Any:
    torch.manual_seed(seed)
    return compile_supernet(space_of("mobile")).double()


def engine(**more: Any) -> Any:
    found = engine_of(OFA, space_of("mobile"), **more)
    found.method.begin(found)
    return found


def test_decisions_have_roles() -> None:
    found = roles(net())
    by: dict[str, set[str]] = {}
    for path, role in found.items():
        by.setdefault(role, set()).add(path.rpartition("/")[2])
    assert by["resolution"] == {"size"} and by["depth"] == {"count"}
    assert set(by) == {"resolution", "depth", "kernel", "width"}
    assert (
        sum(r == "kernel" for r in found.values()) == 5 == sum(r == "width" for r in found.values())
    )


def test_soft_cross_entropy_by_hand() -> None:
    """The teacher says 3/4 and 1/4, the pupil 1/2 and 1/2: -(3/4 + 1/4) log 1/2."""
    teacher = torch.tensor([[math.log(3), 0.0]])
    assert float(soft_cross_entropy(torch.zeros(1, 2), teacher)) == pytest.approx(math.log(2))
    same = float(soft_cross_entropy(teacher, teacher))
    assert same == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)))


def test_phases_end_by_their_shares() -> None:
    assert ends(590, (180, 120, 25, 120, 25, 120)) == [180, 300, 325, 445, 470, 590]
    assert ends(10, (1, 1, 0, 0, 1, 1)) == [2, 5, 5, 5, 8, 10]


def test_a_phase_frees_its_decisions() -> None:
    found = engine()
    method: OfaMethod = found.method
    rng = Random(0)
    met: list[dict[str, set[str]]] = []
    for stage in range(6):
        values: dict[str, set[str]] = {}
        for _ in range(200):
            for d in found.space.decisions(method.path(stage, rng)):
                values.setdefault(method.roles[d.path], set()).add(d.domain.show(d.index))
        met.append(values)
    assert [sorted(m["kernel"]) for m in met] == [["5"]] + [["3", "5"]] * 5
    assert met[0]["depth"] == met[1]["depth"] == {"2", "3"}  # the most of each of two
    assert met[2]["depth"] == {"1", "2", "3"} and met[3]["depth"] == {"1", "2", "3"}
    assert [sorted(m["width"]) for m in met] == [["3"]] * 4 + [["2", "3"]] * 2
    assert all(m["resolution"] == {"6", "8"} for m in met)
    deep = {
        d.path: d.domain.show(d.index) for d in found.space.decisions(method.path(2, Random(1)))
    }
    assert deep["repeat/count"] != "1"  # the two largest only


def test_smaller_kernels_are_functions_of_larger_ones() -> None:
    """A kernel of ones, its middle through a matrix that doubles, then one that halves and swaps."""
    weight = torch.arange(25.0).reshape(1, 1, 5, 5)
    matrix = 2 * torch.eye(9)
    matrix[0] = 0.0
    found = smaller(weight, 3, nn.ParameterDict({"5to3": matrix}))
    assert found.flatten().tolist() == [0, 14, 16, 22, 24, 26, 32, 34, 36]
    steps = nn.ParameterDict({"7to5": torch.eye(25) * 3, "5to3": torch.eye(9)})
    seven = torch.arange(49.0).reshape(1, 1, 7, 7)
    assert torch.equal(smaller(seven, 3, steps), 3 * seven[:, :, 2:5, 2:5])
    assert torch.equal(smaller(seven, 7, steps), seven)


def test_transforms_begin_as_identities_and_are_cut_with_the_child() -> None:
    space, plain = space_of("mobile"), net()
    changed = net()
    add_transforms(changed)
    x = torch.randn(2, 1, 8, 8, dtype=torch.float64)
    genotypes = [space.sample(Random(i)) for i in range(4)]
    plain.eval(), changed.eval()
    for genotype in genotypes:
        assert torch.equal(
            plain(x, gates=plain.path(genotype)), changed(x, gates=changed.path(genotype))
        )
    matrices = [p for n, p in changed.named_parameters() if "transforms" in n]
    assert [m.shape for m in matrices] == [(9, 9)] * 5
    for matrix in matrices:
        matrix.data += 0.3 * torch.randn_like(matrix)
    differs = 0
    for genotype in genotypes:
        child = nasdsl.compile(space.build(genotype)).double().eval()
        child.load_state_dict(changed.child_state(genotype))
        size = (
            child(torch.zeros(1, 1, *space.build(genotype).inputs[0].shape[1:]).double())
            is not None
        )
        assert size
        y = nn.functional.interpolate(x, size=space.build(genotype).inputs[0].shape[1:], mode="bilinear", antialias=True)  # fmt: skip
        out = changed(x, gates=changed.path(genotype))
        torch.testing.assert_close(child(y), out)
        differs += not torch.allclose(out, plain(x, gates=plain.path(genotype)))
    assert differs


def test_sorting_puts_important_channels_first_and_changes_nothing() -> None:
    found = engine(precision="fp64")
    method, supernet = found.method, found.supernet
    genotype = largest(found.space)
    x = torch.randn(3, 1, 8, 8, dtype=torch.float64)
    small = found.space.compose(lambda step: step.options[0])
    supernet.eval()
    before = supernet(x, gates=supernet.path(genotype)).detach()
    other = supernet(x, gates=supernet.path(small)).detach()
    names = method.sort(found)
    assert len(names) == 5
    supernet.eval()
    torch.testing.assert_close(supernet(x, gates=supernet.path(genotype)), before)
    assert not torch.allclose(supernet(x, gates=supernet.path(small)), other)
    for name in names:
        order = importance_order(supernet, parts_of(supernet), name)
        assert order is not None and order.tolist() == sorted(order.tolist())
    assert all(method.roles[p] == "width" for p in paths_of(supernet, names))


def test_the_largest_network_teaches_what_it_was() -> None:
    found = engine()
    method: OfaMethod = found.method
    batch = next(found.loader.plain(found.loader.weights))
    found.supernet.train()
    found.epoch = method.ends[0]
    method.before_epoch(found)
    genotype = method.path(5, Random(3))
    first = method.soft(found, batch, genotype)
    for _ in range(3):
        method.step(found, batch, batch)
    torch.testing.assert_close(method.soft(found, batch, genotype), first)
    full = found.supernet.path(found.space.genotype(method.full))
    assert not torch.allclose(found.supernet(batch.x, gates=full), first)


def test_evolution_finds_the_best_within_limits() -> None:
    space = space_of("nested")
    config = EvolvedConfig(population=12, generations=8, keep=3)

    def score(genotype: Any) -> float:
        return float(space.rank(genotype) % 97)

    found = evolve(space, score, config, Random(0), frozenset())
    assert all(map(space.feasible, found)) and len(found) == 3
    best = max(score(g) for g in space.enumerate() if space.feasible(g))
    assert score(found[0]) == best


def test_the_predictor_learns_what_adds_up() -> None:
    space = space_of("mobile")
    code = OneHot(space, net().decisions)
    rng = torch.Generator().manual_seed(0)
    genotypes = [space.sample(Random(i)) for i in range(300)]
    codes = torch.stack([code(g) for g in genotypes])
    assert codes.sum(1).tolist() == [len(space.places(g)) for g in genotypes]
    worth = codes @ torch.randn(code.size, generator=rng)
    model = AccuracyPredictor(code.size, 64, rng)
    model.fit(codes[:200], worth[:200], 100, rng)
    error = (model(codes[200:]).detach() - worth[200:]).square().mean() / worth.var()
    assert float(error) < 0.2
