"""Cost of DARTS_V2 without torch, against counters that run the network.

One convention: multiply-adds of convolutions and linear layers for one sample. fvcore adds batch norm
and adaptive pools, so its sum over "conv" and "linear" is taken for the comparison of numbers (its time
is that of one count of everything); torch's FlopCounter counts each multiply-add as two.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from functools import cache

import torch
from torch import nn

import nasdsl

from .measure import Contest, Peer, Work
from .subjects import DARTS_V2_MACS, darts

GROUP = "Cost of DARTS_V2"


def contests(small: bool) -> Iterator[Contest]:
    torch.set_num_threads(1)
    space, genotype = darts(small)
    architecture = space.build(genotype)
    x = torch.zeros(1, *architecture.inputs[0].shape)

    @cache
    def network() -> nn.Module:
        return nasdsl.compile(architecture, memory_format="contiguous").eval()

    def fvcore() -> Work:
        importlib.import_module("fvcore.nn")  # missing: said before anything is measured
        return Work(lambda: fvcore_counts(network(), x))

    def counter() -> Work:
        return Work(lambda: torch_macs(network(), x))

    def check() -> str:
        macs = nasdsl.cost(architecture).macs
        theirs = {"torch": torch_macs(network(), x)}
        try:
            counts = fvcore_counts(network(), x)
            theirs["fvcore"] = int(counts["conv"] + counts["linear"])
        except ModuleNotFoundError:
            pass
        if not small:
            theirs["literature"] = DARTS_V2_MACS
        if wrong := {name: n for name, n in theirs.items() if n != macs}:
            raise AssertionError(f"{macs} multiply-adds here, {wrong}")
        return (
            f"{macs:,} multiply-adds of convolutions and linear layers by {', '.join(theirs)} as by ours "
            "(torch's count of operations halved; of fvcore's the kinds `conv` and `linear`)"
        )

    yield Contest(GROUP, "cost, given the architecture", Work(lambda: nasdsl.cost(architecture)),
                  [Peer("fvcore, given the module", fvcore, 500),
                   Peer("torch FlopCounterMode, given the module", counter, 50)], check=check)  # fmt: skip
    yield Contest(GROUP, "genotype to architecture to cost",
                  Work(lambda: nasdsl.cost(space.build(genotype))),
                  [Peer("fvcore, given the module", fvcore, 10)])  # fmt: skip


def fvcore_counts(network: nn.Module, x: torch.Tensor) -> dict[str, int]:
    """fvcore's count by kind of operator."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from fvcore.nn import FlopCountAnalysis

        analysis = FlopCountAnalysis(network, x)
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        found: dict[str, int] = dict(analysis.by_operator())
    return found


def torch_macs(network: nn.Module, x: torch.Tensor) -> int:
    """torch's own count, which takes a multiply-add for two operations."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(x)
    return int(counter.get_total_flops()) // 2
