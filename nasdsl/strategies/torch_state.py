"""States of PyTorch as JSON: what modules, optimisers and generators need to go on exactly."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from safetensors.torch import load, save


def dump_torch(value: Any) -> Any:
    """A state_dict, tensor, number, text or None, nested as may be, as plain JSON."""
    match value:
        case torch.Tensor():
            return {"tensor": b64encode(save({"": value.detach().contiguous()})).decode("ascii")}
        case Mapping():
            return {"dict": [[dump_torch(k), dump_torch(v)] for k, v in value.items()]}
        case str() | int() | float() | None:
            return value
        case Sequence():
            return [dump_torch(item) for item in value]
    raise TypeError(f"no JSON of {type(value).__name__}")


def load_torch(value: Any) -> Any:
    """The inverse of `dump_torch`; tuples have become lists."""
    match value:
        case {"tensor": text}:
            return load(b64decode(text))[""]
        case {"dict": items}:
            return {load_torch(k): load_torch(v) for k, v in items}
        case list():
            return [load_torch(item) for item in value]
    return value
