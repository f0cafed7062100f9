"""Images from torchvision's data sets and from folders of classes, as uint8 (C, H, W)."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..diagnostics import fail
from .sources import missing
from .splits import Files, Found, Split, Tensors

# Names of torchvision, and the `split` of their training and test parts; () where it is a
# flag `train`, or where there is one part only.
TORCHVISION: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("CIFAR10", "CIFAR100", "MNIST", "FashionMNIST", "KMNIST", "QMNIST", "USPS"), ()
    ),
    **dict.fromkeys(
        ("SVHN", "STL10", "GTSRB", "Flowers102", "StanfordCars", "Food101", "DTD", "PCAM"),
        ("train", "test"),
    ),
    **dict.fromkeys(("Country211", "FGVCAircraft", "RenderedSST2", "FER2013"), ("train", "test")),
    "OxfordIIITPet": ("trainval", "test"),
    "Imagenette": ("train", "val"),
    **dict.fromkeys(("SEMEION", "EuroSAT", "Caltech101", "Caltech256"), ()),
}
_MEMORY = 2**30
_PARTS = {"train": ("train",), "valid": ("val", "valid", "validation"), "test": ("test",)}


def torchvision_name(spec: str) -> str | None:
    """The exact name of a torchvision set, whatever the case and the hyphens."""
    plain = spec.lower().replace("-", "").replace("_", "")
    return next((name for name in TORCHVISION if name.lower() == plain), None)


def read_torchvision(
    name: str, root: Path, shape: tuple[int, ...] | None, download: bool, workers: int
) -> Found:
    """A classification set of torchvision under `root`; asks the network only with `download`."""
    from torchvision import datasets

    make = getattr(datasets, name)
    takes = inspect.signature(make).parameters
    options: list[dict[str, object]] = [{}]
    if "train" in takes:
        options = [{"train": True}, {"train": False}]
    elif TORCHVISION[name]:
        options = [{"split": split} for split in TORCHVISION[name]]
    more = {"download": True} if download and "download" in takes else {}
    try:
        parts = [make(str(root), **option, **more) for option in options]
    except (RuntimeError, FileNotFoundError) as error:
        help = f"download it once with `--set download=true`, or put it under {root}"
        message = str(error).splitlines()[0] if str(error) else "not found"
        raise fail("NAS702", f"{name} under {root}: {message}", help=help) from None
    except ImportError as error:
        raise fail("NAS702", f"{name}: {error}", help=f"install {error.name}") from None
    splits = [_whole(part) or _files(part, shape, workers) for part in parts]
    classes = 1 + max(int(split.y.max()) for split in splits)
    return Found("image", classes, splits[0], None, splits[1] if len(splits) > 1 else None)


def _whole(part: Any) -> Tensors | None:
    """The arrays that a small torchvision set keeps in memory, if it does."""
    data = getattr(part, "data", None)
    labels = getattr(part, "targets", getattr(part, "labels", None))
    if not isinstance(data, np.ndarray | Tensor) or labels is None:
        return None
    x = torch.as_tensor(data)
    if x.ndim == 3:
        x = x[:, None]
    elif x.shape[3] == 3:
        x = x.permute(0, 3, 1, 2).contiguous()
    y = torch.as_tensor(labels).long()
    return Tensors(x, y[:, 0] if y.ndim == 2 else y)


class _Resized(Dataset[tuple[Tensor, int]]):
    """Images of any size as uint8 tensors of one shape."""

    def __init__(self, images: Any, shape: tuple[int, ...]) -> None:
        self.images = images
        self.shape = shape

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        from torchvision.transforms import functional

        image, label = self.images[index]
        channels, height, width = self.shape
        image = image.convert("L" if channels == 1 else "RGB")
        image = functional.resize(image, min(height, width), antialias=True)
        image = functional.center_crop(image, [height, width])
        return functional.pil_to_tensor(image), int(label)


def _files(images: Any, shape: tuple[int, ...] | None, workers: int) -> Split:
    """Decode the images, at once if all of them fit into memory, while training otherwise."""
    if shape is None or len(shape) != 3 or shape[0] not in (1, 3):
        raise fail(
            "NAS711",
            f"images of many sizes need a network that reads image(1 or 3, height, width), not {shape}",
            help="begin the network with image(3, 32, 32), say",
        )
    resized = _Resized(images, shape)
    if len(images) * int(np.prod(shape)) > _MEMORY:
        return Files(resized, _labels(images), workers)
    pairs = [resized[i] for i in range(len(resized))]
    y = torch.tensor([label for _, label in pairs], dtype=torch.long)
    return Tensors(torch.stack([image for image, _ in pairs]), y)


def _labels(images: Any) -> Tensor:
    """The class of every image, without decoding one where the set lists them."""
    for name in ("targets", "labels", "_labels"):
        known: Sequence[int] | None = getattr(images, name, None)
        if known is not None:
            return torch.as_tensor(known).long()
    samples = getattr(images, "samples", None) or getattr(images, "_samples", None)
    listed = samples if samples is not None else [images[i] for i in range(len(images))]
    return torch.tensor([int(label) for _, label in listed], dtype=torch.long)


def read_folder(path: Path, shape: tuple[int, ...] | None, workers: int) -> Found:
    """DIR/class/image files, or DIR/train/class/…, DIR/val/class/… and DIR/test/class/…"""
    from torchvision.datasets import ImageFolder

    if not path.is_dir():
        raise missing(path)
    found = {
        part: next((path / n for n in names if (path / n).is_dir()), None)
        for part, names in _PARTS.items()
    }
    if found["train"] is None:
        found = {"train": path, "valid": None, "test": None}
    try:
        parts = {part: ImageFolder(str(p)) for part, p in found.items() if p is not None}
    except FileNotFoundError as error:
        help = "each class is a sub-folder with its images in it"
        raise fail("NAS703", f"{path}: {error}", help=help) from None
    classes = parts["train"].classes
    for part, images in parts.items():
        if images.classes != classes:
            odd = ", ".join(sorted(set(images.classes) ^ set(classes)))
            raise fail("NAS703", f"{path}: train and {part} differ in the classes {odd}")
    splits = {part: _files(images, shape, workers) for part, images in parts.items()}
    return Found("image", len(classes), splits["train"], splits.get("valid"), splits.get("test"))
