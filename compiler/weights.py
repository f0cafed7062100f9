"""Weights in safetensors files, and from one network into another."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from nasdsl.diagnostics import NasError, fail


def save(module: nn.Module, path: str | Path) -> None:
    """Write the state (parameters and buffers) as safetensors."""
    from safetensors.torch import save_file

    state = {name: tensor.contiguous() for name, tensor in module.state_dict().items()}
    save_file(state, str(path))


def load(module: nn.Module, path: str | Path) -> None:
    """Read the state of a network of the same names and shapes, else NAS481 or NAS482."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = load_file(str(path))
    except (OSError, SafetensorError) as error:
        raise fail("NAS481", f"{path} cannot be read as safetensors: {error}") from error
    _check(state, module.state_dict(), str(path))
    module.load_state_dict(state)


def copy_weights(source: nn.Module, target: nn.Module) -> None:
    """Copy all weights: by name if the names agree, else in order; NAS482 unless shapes agree."""
    given, wanted = source.state_dict(), target.state_dict()
    if given.keys() != wanted.keys():
        if len(given) != len(wanted):
            message = f"{len(given)} tensors cannot fill a network of {len(wanted)}"
            raise fail("NAS482", message)
        given = dict(zip(wanted, given.values(), strict=True))
    _check(given, wanted, "the source")
    target.load_state_dict(given)


def _check(given: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor], origin: str) -> None:
    missing = [name for name in wanted if name not in given]
    extra = [name for name in given if name not in wanted]
    if missing or extra:
        raise _mismatch(origin, f"{missing[0]} is missing" if missing else f"{extra[0]} is unknown")
    for name, tensor in wanted.items():
        if given[name].shape != tensor.shape:
            there, here = tuple(given[name].shape), tuple(tensor.shape)
            raise _mismatch(origin, f"{name} has the shape {there} there and {here} here")


def _mismatch(origin: str, reason: str) -> NasError:
    return fail(
        "NAS482",
        f"the weights of {origin} do not fit this network: {reason}",
        help="build the network from the genotype that the weights were trained with",
    )
