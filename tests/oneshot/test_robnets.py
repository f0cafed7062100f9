"""Attacks and flows of features, by hand."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from nasdsl.oneshot.adversary import Attack
from nasdsl.oneshot.robnets import RobnetsMethod, cells_of, fsp

from .cases import CASES, engine_of, space_of

ROBNETS = next(c for c in CASES if c.name == "robnets")


def attack(radius: float, step: float, steps: int, random_start: bool = False) -> Attack:
    one = torch.tensor(1.0)
    return Attack(radius * one, step * one, steps, 0 * one, one, random_start)


def test_steps_along_the_sign_within_the_cube_and_the_range() -> None:
    x = torch.tensor([[0.5, 0.5, 0.95, 0.02]])
    slope = torch.tensor([3.0, -0.1, 1.0, -2.0])
    rng = torch.Generator().manual_seed(0)
    once = attack(0.1, 0.04, 1)(x, lambda z: (z * slope).sum(), rng)
    torch.testing.assert_close(once, torch.tensor([[0.54, 0.46, 0.99, 0.0]]))
    often = attack(0.1, 0.04, 9)(x, lambda z: (z * slope).sum(), rng)
    torch.testing.assert_close(often, torch.tensor([[0.6, 0.4, 1.0, 0.0]]))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0.01, 0.3), st.integers(1, 4))
def test_attacks_stay_near_and_do_harm(seed: int, radius: float, steps: int) -> None:
    rng = torch.Generator().manual_seed(seed)
    x, target = torch.rand(5, 3, generator=rng), torch.rand(3, generator=rng)

    def loss(z: torch.Tensor) -> torch.Tensor:
        return (z @ target).sum()

    found = attack(radius, radius / 2, steps, random_start=True)(x, loss, rng)
    assert float((found - x).abs().max()) <= radius + 1e-6
    assert float(found.min()) >= 0 and float(found.max()) <= 1
    straight = attack(radius, radius / 2, steps)(x, loss, rng)
    assert loss(straight) > loss(x)


def test_flows_by_hand() -> None:
    """Two maps of two places: G = (1·5 + 2·6)/2 and (3·5 + 4·6)/2; a larger map is averaged first."""
    read = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    put = torch.tensor([[[[5.0, 6.0]]]])
    assert fsp(read, put).tolist() == [[[8.5], [19.5]]]
    wide = put.repeat_interleave(2, -1)
    assert fsp(read, wide).tolist() == [[[8.5], [19.5]]]
    assert fsp(read.flatten(1), put[:, :, 0, :1].flatten(1)).shape == (1, 4, 1)


def engine(name: str, **more: Any) -> Any:
    found = engine_of(ROBNETS, space_of(name), **more)
    found.method.begin(found)
    return found


def test_attacks_are_in_units_of_what_networks_read() -> None:
    """0.02 of the range of raw values, whatever the normalisation."""
    found = engine("cell")
    method: RobnetsMethod = found.method
    splits = found.loader.splits
    raw = next(splits.train.blocks(10**6))[0]
    span = float(raw.max()) - float(raw.min())
    expected = 0.02 * span / splits.std
    torch.testing.assert_close(method.attack.radius.float(), expected.float())
    batch = next(found.loader.plain(found.loader.weights))
    gates = found.supernet.path(found.space.sample(Random(0)))
    moved = method.attacked(found, batch, gates)
    found.supernet.train()
    assert float(found.loss(moved, gates).detach()) > float(found.loss(batch, gates).detach())


def test_finetuning_leaves_the_supernet() -> None:
    found = engine("cell")
    method: RobnetsMethod = found.method
    before = {k: v.clone() for k, v in found.supernet.state_dict().items()}
    method.derive(found)
    for key, value in found.supernet.state_dict().items():
        assert torch.equal(value, before[key]), key


def test_cells_are_modules_of_modules() -> None:
    from nasdsl.compiler.supernet import compile_supernet

    net = compile_supernet(space_of("mobile"))
    assert len(cells_of(net)) == 5  # three layers and two
    found = engine("cell")
    batch = next(found.loader.plain(found.loader.held))
    genotypes = [found.space.sample(Random(i)) for i in range(3)]
    distances = [found.method.fsp_distance(found, g, batch) for g in genotypes]
    assert all(d > 0 for d in distances) and len(set(distances)) == 3
    assert found.method.robust_accuracy(found, genotypes[0], [batch]) == pytest.approx(0.1, abs=0.2)
