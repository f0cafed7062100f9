"""Fabric by a search's settings: device, precision, processes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from nasdsl.diagnostics import fail
from nasdsl.extras import need

from .config import OneShotConfig

if TYPE_CHECKING:
    from lightning_fabric import Fabric

T = TypeVar("T")
EXTRA = "supernet"
_PRECISIONS: dict[str, Any] = {"fp32": "32-true", "bf16": "bf16-mixed", "fp64": "64-true"}


def make_fabric(config: OneShotConfig) -> Fabric:
    """NAS323 without lightning-fabric, NAS722 without the device."""
    import torch

    found = torch.cuda.device_count() if config.device != "cpu" else 0
    if config.device == "cuda" and found < config.devices:
        raise fail(
            "NAS722", f"there are {found} CUDA devices here, not {config.devices}",
            help="search with `device = cpu`, or fewer `devices`",
        )  # fmt: skip
    accelerator = "cuda" if found >= config.devices else "cpu"
    fabric: Fabric = need("lightning_fabric", EXTRA).Fabric(
        accelerator=accelerator,
        devices=config.devices,
        strategy="ddp_spawn" if config.devices > 1 else "auto",
        precision=_PRECISIONS[config.precision],
    )
    return fabric


def launch(function: Callable[[Fabric], T], config: OneShotConfig) -> T:
    """The value of `function` of a Fabric, called in as many processes as there are devices."""
    found: T = make_fabric(config).launch(function)
    return found
