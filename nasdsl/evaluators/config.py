"""What a training run is made of: TrainConfig. No torch here."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator

from ..configure import Config
from ..diagnostics import did_you_mean

AUGMENTATIONS = {"crop": 1, "cutout": 1, "flip": 0, "mixup": 1}

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[int, Field(ge=1)]


class TrainConfig(Config):
    """A training recipe.

    The defaults suit trials on `digits`: under a second for a small network on one core, and the
    accuracies rank 28 varied networks as 30 epochs do (Spearman 0.91; two long runs agree to 0.84).
    """

    data: str = Field(
        default="digits", description="a torchvision name, digits, npz:, folder:, text:"
    )
    root: str | None = Field(default=None, description="where data sets lie; default $NASDSL_DATA")
    download: bool = Field(default=False, description="let torchvision download a missing data set")
    valid_fraction: float = Field(
        default=0.25, gt=0, lt=1, description="of train, when data has no valid"
    )
    split_seed: int = Field(default=0, ge=0, description="of the splits, the same for all trials")
    limit: Positive | None = Field(default=None, description="use this many training samples only")

    epochs: Positive = Field(default=6, description="passes over the training split")
    batch_size: Positive = Field(default=64, description="samples a step, at most")
    optimizer: Literal["sgd", "adam", "adamw", "rmsprop"] = "adamw"
    lr: float = Field(default=1e-2, gt=0, description="peak learning rate")
    momentum: Fraction = Field(default=0.9, description="of sgd and rmsprop")
    weight_decay: float = Field(default=1e-4, ge=0)
    nesterov: bool = Field(default=False, description="Nesterov's form of momentum (sgd)")
    schedule: Literal["cosine", "step", "constant", "linear"] = "cosine"
    milestones: tuple[float, ...] = Field(default=(0.5, 0.75), description="step: where, in 0..1")
    gamma: float = Field(default=0.1, gt=0, le=1, description="step: the factor at each milestone")
    final_lr: float = Field(
        default=0.0, ge=0, le=1, description="cosine, linear: the end, as share of lr"
    )
    warmup: float = Field(default=0.0, ge=0, description="epochs of linear increase from 0")

    label_smoothing: Fraction = 0.0
    augment: tuple[str, ...] = Field(default=(), description="crop(pad), flip, cutout(n), mixup(a)")
    drop_path_ramp: bool = Field(default=True, description="raise drop-path rates linearly from 0")
    auxiliary: float = Field(
        default=0.4, ge=0, description="loss weight of outputs after the first"
    )
    grad_clip: float | None = Field(default=None, gt=0, description="greatest norm of the gradient")

    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    channels_last: bool = Field(default=True, description="memory format of image networks")
    threads: Positive = Field(default=1, description="threads of torch on the CPU")
    workers: int = Field(
        default=2, ge=0, description="loader processes, for folders too big for memory"
    )
    eval_batch: Positive = Field(default=512, description="samples a forward pass in evaluation")
    time_limit: float | None = Field(default=None, gt=0, description="seconds; then training stops")

    @field_validator("augment", mode="before")
    @classmethod
    def _read_augment(cls, value: object) -> object:
        """Accept one or several, as texts or as the calls of a search block."""
        items = value if isinstance(value, list | tuple) else [value]
        texts = [_call_text(item) for item in items]
        for text in texts:
            parse_augmentation(text)
        return tuple(texts)

    def longer(self, shape: tuple[int, ...]) -> TrainConfig:
        """The recipe for a final training of a network that reads `shape`.

        Ten times the epochs and no time limit; images that no augmentation was chosen for are
        shifted by up to an eighth of their side and lose a square of a quarter of it.
        """
        augment = self.augment
        side = min(shape[1:]) if len(shape) == 3 else 0
        if side >= 8 and "augment" not in self.model_fields_set:
            augment = (f"crop({side // 8})", f"cutout({side // 4})")
        return self.model_copy(
            update={"epochs": 10 * self.epochs, "augment": augment, "time_limit": None}
        )

    def data_key(self) -> dict[str, object]:
        """The arguments of `load_data` but the shape that the network reads."""
        return {
            "root": self.root,
            "valid_fraction": self.valid_fraction,
            "seed": self.split_seed,
            "download": self.download,
            "workers": self.workers,
        }


class SupernetConfig(Config):
    """How genotypes are scored by the weights of a supernet that was trained before."""

    file: str = Field(
        default="", description="the run folder of a search in a supernet, or its checkpoint"
    )
    batches: int = Field(default=0, ge=0, description="batches that score a genotype; 0 for all")
    batch_size: Positive = Field(default=256, description="samples of a batch")
    root: str | None = Field(default=None, description="where data sets lie; default as it was")
    device: Literal["auto", "cpu", "cuda"] = "auto"
    threads: Positive = Field(default=1, description="threads of torch on the CPU")


def parse_augmentation(text: str) -> tuple[str, float]:
    """Read `crop(4)` or `flip`; a ValueError tells what is wrong."""
    match = re.fullmatch(r"\s*([a-z_]+)\s*(?:\(\s*(\d+(?:\.\d+)?)\s*\))?\s*", text)
    if match is None or match[1] not in AUGMENTATIONS:
        hint = did_you_mean(match[1] if match else text, list(AUGMENTATIONS))
        known = ", ".join(AUGMENTATIONS)
        raise ValueError(f"`{text}` is no augmentation ({hint or 'known are ' + known})")
    name, amount = match[1], match[2]
    if AUGMENTATIONS[name] != (amount is not None):
        raise ValueError(f"`{text}`: write {name}{'(number)' if AUGMENTATIONS[name] else ''}")
    if amount is not None and float(amount) <= 0:
        raise ValueError(f"`{text}`: the number must be positive")
    return name, float(amount or 0)


def _call_text(item: object) -> str:
    if isinstance(item, dict) and set(item) == {"name", "args", "kwargs"} and not item["kwargs"]:
        inside = ", ".join(map(str, item["args"]))
        return f"{item['name']}({inside})" if inside else str(item["name"])
    if isinstance(item, str):
        return item
    raise ValueError("write augmentations such as crop(4), flip")
