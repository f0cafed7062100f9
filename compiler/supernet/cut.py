"""The weights of a child, cut out of a supernet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from nasdsl.architecture import Architecture, Node
from nasdsl.diagnostics import fail
from nasdsl.relax import resolve, taken_by

from ..emit import lowered
from .elastic import Elastic
from .gates import Gates
from .keys import Owner, owners

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .net import Supernet


def child_state(supernet: Supernet, space: Space, genotype: Genotype) -> dict[str, Tensor]:
    """See `Supernet.child_state`."""
    options = supernet.relaxed.options
    if options.pool_norm or options.partial > 1:
        raise fail("NAS615", "this supernet has layers that no network of the space has",
                   help="its weights cannot be kept: train the network that was found anew")  # fmt: skip
    own = {o.key: o for o in supernet.owners}
    gates = Gates(supernet.plan, supernet.path(genotype))
    found = resolve(supernet.relaxed, taken_by(space, genotype))
    state: dict[str, Tensor] = {}
    for owner, child in zip(_owners(found), _owners(space.build(genotype)), strict=True):
        there = own[owner.key]
        layer = supernet.net.get_submodule(there.module)
        for name, tensor in _cut(layer, there.node, child.node, gates).items():
            state[f"{owner.module}.{name}"] = tensor.detach().clone()
    return state


def _owners(found: Architecture) -> list[Owner]:
    graph, used = lowered(found)
    return owners(graph, used)


def _cut(layer: nn.Module, node: Node, wanted: Node, gates: Gates) -> dict[str, Tensor]:
    attrs = dict(node.attrs)
    if isinstance(layer, Elastic):
        state = layer.cut(gates, attrs["source"], attrs["target"], attrs["kernels"])
    else:
        state = layer.state_dict()
    if dict(wanted.attrs).get("affine") and "weight" not in state:
        mean = state["running_mean"]
        return {"weight": torch.ones_like(mean), "bias": torch.zeros_like(mean), **state}
    return state
