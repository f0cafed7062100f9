"""Nested states in one safetensors file: tensors as they are, all else as JSON in its metadata.

One file, so that replacing it is one step: a kill leaves the old checkpoint or the new one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from nasdsl.diagnostics import fail

VERSION = 1


def save(path: Path, state: Mapping[str, Any]) -> None:
    """Write a state of mappings, sequences, tensors and plain values; keys may be numbers."""
    tensors: dict[str, torch.Tensor] = {}
    skeleton = _dump(state, tensors)
    metadata = {"nasdsl": json.dumps({"version": VERSION, "state": skeleton})}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    save_file(tensors, draft, metadata)
    draft.replace(path)


def load(path: Path) -> dict[str, Any]:
    """The inverse of `save`, on the CPU; tuples have become lists. NAS620 for another file."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = json.loads((file.metadata() or {}).get("nasdsl", "{}"))
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (OSError, ValueError, SafetensorError) as error:
        raise fail(
            "NAS620", f"{path} cannot be read as a checkpoint: {error}", help=_HELP
        ) from error
    if metadata.get("version") != VERSION:
        raise fail("NAS620", f"{path} is no checkpoint of this version of nasdsl", help=_HELP)
    state: dict[str, Any] = _load(metadata["state"], tensors)
    return state


_HELP = "search again, or give the file `supernet/checkpoint.safetensors` of a run folder"


def _dump(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    match value:
        case torch.Tensor():
            key = str(len(tensors))
            tensors[key] = value.detach().cpu().contiguous().clone()
            return {"tensor": key}
        case Mapping():
            return {"dict": [[k, _dump(v, tensors)] for k, v in value.items()]}
        case str() | int() | float() | None:
            return value
        case Sequence():
            return [_dump(item, tensors) for item in value]
    raise TypeError(f"no checkpoint of {type(value).__name__}")


def _load(value: Any, tensors: Mapping[str, torch.Tensor]) -> Any:
    match value:
        case {"tensor": key}:
            return tensors[key]
        case {"dict": items}:
            return {k: _load(v, tensors) for k, v in items}
        case list():
            return [_load(item, tensors) for item in value]
    return value
