"""Networks as torch.export programs and ONNX files, with example inputs from the architecture."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from nasdsl.architecture import Architecture


def example_inputs(
    architecture: Architecture, batch: int = 2, generator: torch.Generator | None = None
) -> tuple[Tensor, ...]:
    """Random inputs: normal numbers, and for token inputs class numbers."""
    return tuple(
        torch.randint(one.classes or 2, (batch, *one.shape), generator=generator)
        if one.kind == "tokens"
        else torch.randn(batch, *one.shape, generator=generator)
        for one in architecture.inputs
    )


def to_export(
    module: nn.Module, architecture: Architecture, dynamic_batch: bool = True
) -> torch.export.ExportedProgram:
    """The exported program of the network in evaluation mode, for any batch size or that of 2."""
    training = module.training
    module.eval()
    try:
        inputs = _beside(module, example_inputs(architecture))
        dims = None
        if dynamic_batch:
            batch = torch.export.Dim("batch", min=1)
            dims = tuple({0: batch} for _ in inputs)
        return torch.export.export(module, inputs, dynamic_shapes=dims)
    finally:
        module.train(training)


def to_onnx(
    module: nn.Module, architecture: Architecture, path: str | Path, dynamic_batch: bool = True
) -> None:
    """Write the network in evaluation mode as an ONNX file (needs onnx and onnxscript)."""
    program = to_export(module, architecture, dynamic_batch)
    torch.onnx.export(program, f=str(path), dynamo=True, verbose=False)


def _beside(module: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The inputs on the device of the weights, and of their type if they are not class numbers."""
    weight = next(module.parameters(), None)
    if weight is None:
        return inputs
    return tuple(
        x.to(weight.device, weight.dtype if x.is_floating_point() else None) for x in inputs
    )
