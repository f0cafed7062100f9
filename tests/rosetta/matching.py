"""Two implementations of one network: the weights of one into the other, and what both compute.

Layers that own parameters or buffers are paired in the order in which they run. Where that order is
a choice (a shortcut before or after what it passes by), a layer is paired with one of the same
shape, stride and groups, and a normalisation with the one that reads the paired layer's output.
A linear layer and a 1x1 convolution are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

TOLERANCE = 1e-5


@dataclass(frozen=True)
class Layer:
    module: nn.Module
    reads: nn.Module | None  # the layer whose output it gets as it is
    kind: tuple[Any, ...]  # what two layers must share to be paired


def _kind(m: nn.Module) -> tuple[Any, ...]:
    shapes = tuple(tuple(s for s in p.shape if s > 1) for p in m.parameters(recurse=False))
    if isinstance(m, nn.Conv2d):
        return "map", shapes, m.stride, m.groups
    if isinstance(m, nn.Linear):
        return "map", shapes, (1, 1), 1
    norm = isinstance(m, nn.modules.batchnorm._BatchNorm)
    return "norm" if norm else "other", shapes


def _owns(module: nn.Module) -> bool:
    owned = [*module.parameters(recurse=False), *module.buffers(recurse=False)]
    return bool(owned)


def layers(network: nn.Module, x: torch.Tensor) -> list[Layer]:
    """The layers in the order in which they run. The state of the network stays."""
    found: list[Layer] = []
    made: list[tuple[torch.Tensor, nn.Module]] = []  # kept, so that no tensor's identity is reused

    def enter(module: nn.Module, inputs: tuple[Any, ...]) -> None:
        reads = [m for y, m in made if inputs and y is inputs[0]]
        found.append(Layer(module, reads[-1] if reads else None, _kind(module)))

    def leave(module: nn.Module, inputs: tuple[Any, ...], output: torch.Tensor) -> None:
        made.append((output, module))

    owners = [m for m in network.modules() if _owns(m)]
    hooks = [m.register_forward_pre_hook(enter) for m in owners]
    hooks += [m.register_forward_hook(leave) for m in owners]
    training = network.training
    with torch.no_grad():
        network.eval()(x)
    network.train(training)
    for hook in hooks:
        hook.remove()
    assert {id(layer.module) for layer in found} == {id(m) for m in owners}, "a layer did not run"
    return found


def pairs(mine: list[Layer], theirs: list[Layer]) -> list[tuple[nn.Module, nn.Module]]:
    """The layers that are the same one, in the order in which theirs run."""
    assert len(mine) == len(theirs), (len(mine), len(theirs))
    partner: dict[int, nn.Module] = {}
    free = list(mine)
    found: list[tuple[nn.Module, nn.Module]] = []
    for layer in theirs:
        same = [m for m in free if m.kind == layer.kind]
        assert same, f"nothing here is like {layer.module} there (number {len(found)})"
        wanted = partner.get(id(layer.reads))
        chosen = next((m for m in same if wanted is not None and m.reads is wanted), same[0])
        free.remove(chosen)
        partner[id(layer.module)] = chosen.module
        found.append((chosen.module, layer.module))
    return found


def _own(module: nn.Module) -> list[torch.Tensor]:
    return [
        t.detach()
        for t in (*module.parameters(recurse=False), *module.buffers(recurse=False))
        if t.is_floating_point()
    ]


def _disturb(network: nn.Module) -> None:
    """Away from initial values that hide differences: scales of one, biases of zero."""
    generator = torch.Generator().manual_seed(1)
    for name, parameter in network.named_parameters():
        if parameter.squeeze().ndim <= 1:
            noise = torch.rand(parameter.shape, generator=generator, dtype=parameter.dtype)
            parameter.data = noise - 0.5 if name.endswith("bias") else noise + 0.5


def _settle(network: nn.Module, x: torch.Tensor) -> None:
    """Statistics of x alone, so that no layer outside training makes its input much larger: a deep
    network would make rounding as large as the tolerance."""
    norms = [m for m in network.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    momenta = [m.momentum for m in norms]
    for m in norms:
        m.momentum = 1.0
    with torch.no_grad():
        network.train()(x)
    for m, momentum in zip(norms, momenta, strict=True):
        m.momentum = momentum


def agree(mine: nn.Module, theirs: nn.Module, size: int, batch: int = 3) -> None:
    """With the same weights the same outputs, statistics of normalisations, and gradients of the
    input, in training and after it; outputs in double precision to 1e-5."""
    torch.manual_seed(0)
    mine, theirs = mine.double(), theirs.double()
    x = torch.randn(batch, 3, size, size, dtype=torch.double)
    same = pairs(layers(mine, x), layers(theirs, x))
    _disturb(theirs)
    for here, there in same:
        for target, source in zip(_own(here), _own(there), strict=True):
            target.copy_(source.reshape(target.shape))
    for training in (True, False):
        if not training:
            for network in (mine, theirs):
                _settle(network, x)
        outputs, gradients = [], []
        for network in (mine, theirs):
            given = x.clone().requires_grad_()
            y = network.train(training)(given)
            y.square().sum().backward()
            assert given.grad is not None
            outputs.append(y.detach())
            gradients.append(given.grad)
        scale = float(outputs[1].abs().max())
        assert scale > 0 and float(outputs[1].std()) > 1e-4 * scale, "the outputs say nothing"
        torch.testing.assert_close(*outputs, rtol=TOLERANCE, atol=TOLERANCE * scale)
        slope = float(gradients[1].abs().max())
        assert slope > 0
        torch.testing.assert_close(*gradients, rtol=TOLERANCE, atol=TOLERANCE * slope)
        for here, there in same:
            for a, b in zip(_own(here), _own(there), strict=True):
                torch.testing.assert_close(a.reshape(b.shape), b, rtol=TOLERANCE, atol=1e-7)
