"""Whether two networks compute the same: weights copied in the order in which modules run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode


def same_outputs(ours: nn.Module, theirs: nn.Module, x: Tensor) -> str:
    """Give ours the weights of theirs and compare the outputs; AssertionError if they differ."""
    mine, given = _running_order(ours, x), _running_order(theirs, x)
    if len(mine) != len(given):
        raise AssertionError(f"{len(mine)} modules with weights here, {len(given)} there")
    for module, source in zip(mine, given, strict=True):
        state = source.state_dict()
        wanted = module.state_dict()
        module.load_state_dict({k: v.reshape(wanted[k].shape) for k, v in state.items()})
    ours.eval(), theirs.eval()
    with torch.no_grad():
        a, b = ours(x), theirs(x)
    ours.train(), theirs.train()
    difference = float((a - b).abs().max() / b.abs().max())
    if difference > 1e-4:
        raise AssertionError(f"the outputs differ by {difference:.1e} of the largest")
    count = sum(p.numel() for p in ours.parameters())
    return f"{count:,} parameters; outputs with the same weights differ by {difference:.0e} of the largest"


def kernels(step: Callable[[], object]) -> int:
    """How many operators a step runs, but for those that only give a tensor another shape."""
    seen = _Kernels()  # type: ignore[no-untyped-call]  # torch leaves the base untyped
    with seen:
        step()
    return seen.count


class _Kernels(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch leaves it untyped
    count: int = 0

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # fmt: skip
        self.count += not func.is_view
        return func(*args, **(kwargs or {}))


def _running_order(network: nn.Module, x: Tensor) -> list[nn.Module]:
    """The modules with weights of their own, as the forward pass comes to them."""
    found: list[nn.Module] = []
    hooks = [
        module.register_forward_pre_hook(lambda m, _: found.append(m))
        for module in network.modules()
        if any(True for _ in module.parameters(recurse=False))
    ]
    network.eval()
    with torch.no_grad():
        network(x)
    network.train()
    for hook in hooks:
        hook.remove()
    return found
