"""Whether a network, its data and the configuration fit together, before training starts."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..diagnostics import fail
from .augment import Augment
from .config import TrainConfig
from .splits import Splits


def pick_device(config: TrainConfig) -> torch.device:
    """The configured device, checked."""
    cuda = torch.cuda.is_available()
    if config.device == "cuda" and not cuda:
        raise fail("NAS722", "there is no CUDA device here", help="train with device = cpu")
    device = torch.device("cuda" if cuda and config.device != "cpu" else "cpu")
    if config.precision == "fp16" and device.type == "cpu":
        help = "train with precision = bf16 or fp32"
        raise fail("NAS722", "fp16 needs a CUDA device", help=help)
    return device


def check_fit(module: nn.Module, splits: Splits, device: torch.device) -> None:
    """Run two samples through; NAS711 if the network cannot read them, NAS712 for other classes."""
    x = splits.normalise(next(splits.train.blocks(2))[0][:2].to(device))
    module.eval()
    try:
        with torch.no_grad():
            out = main_output(module(x))
    except (RuntimeError, ValueError, IndexError) as error:
        shape = "x".join(map(str, splits.shape))
        reason = str(error).splitlines()[0]
        raise fail(
            "NAS711",
            f"the network cannot read samples of {splits.name}, {splits.kind} {shape}: {reason}",
            help=f"begin the network with {splits.kind}({', '.join(map(str, splits.shape))})",
        ) from error
    check_classes(tuple(out.shape[1:]), splits)


def check_classes(output: tuple[int, ...], splits: Splits) -> None:
    """NAS712 unless the output of a sample gives one number a class (and token)."""
    wanted = (*splits.shape, splits.classes) if splits.kind == "tokens" else (splits.classes,)
    if output == wanted:
        return
    expected, given = ("x".join(map(str, s)) or "nothing" for s in (wanted, output))
    message = f"the network gives {given} numbers a sample, but {splits.name} needs {expected}"
    if splits.kind != "tokens" and len(output) == 1:
        message = (
            f"the network tells {output[0]} classes apart, but {splits.name} has {splits.classes}"
        )
    help = f"end the network with linear({splits.classes}): `--set classes={splits.classes}`"
    raise fail("NAS712", message, help=f"{help} if the space has that parameter")


def make_augment(config: TrainConfig, splits: Splits) -> Augment:
    """The augmentations, checked against the kind of data (NAS721)."""
    augment = Augment(config.augment, splits.classes, splits.black)
    wrong = augment.images and splits.kind != "image"
    if wrong or (augment.alpha is not None and splits.kind == "tokens"):
        names = ", ".join(config.augment)
        help = "leave out `augment`"
        raise fail("NAS721", f"{names}: not for data of kind {splits.kind}", help=help)
    return augment


def main_output(out: object) -> Tensor:
    """The first output of a network."""
    while isinstance(out, tuple | list):
        out = out[0]
    assert isinstance(out, Tensor)
    return out
