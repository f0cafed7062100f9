"""What a training run is made of: TrainConfig, and the mistakes it reports. No torch here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ..diagnostics import Diagnostic, NasError, did_you_mean

AUGMENTATIONS = {"crop": 1, "cutout": 1, "flip": 0, "mixup": 1}

Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Positive = Annotated[int, Field(ge=1)]


class TrainConfig(BaseModel):
    """A training recipe. The defaults suit `digits`: about a second for a small network."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    data: str = Field("digits", description="a torchvision name, digits, npz:, folder:, text:")
    root: str | None = Field(None, description="where data sets lie; default $NASDSL_DATA")
    download: bool = Field(False, description="let torchvision download a missing data set")
    valid_fraction: float = Field(0.25, gt=0, lt=1, description="of train, when data has no valid")
    split_seed: int = Field(0, ge=0, description="of the splits, the same for all trials")
    limit: Positive | None = Field(None, description="use this many training samples only")

    epochs: Positive = Field(8, description="passes over the training split")
    batch_size: Positive = Field(64, description="samples a step, at most")
    optimizer: Literal["sgd", "adam", "adamw", "rmsprop"] = "adamw"
    lr: float = Field(1e-2, gt=0, description="peak learning rate")
    momentum: Fraction = Field(0.9, description="of sgd and rmsprop")
    weight_decay: float = Field(1e-4, ge=0)
    nesterov: bool = Field(False, description="Nesterov's form of momentum (sgd)")
    schedule: Literal["cosine", "step", "constant", "linear"] = "cosine"
    milestones: tuple[float, ...] = Field((0.5, 0.75), description="step: where, in 0..1")
    gamma: float = Field(0.1, gt=0, le=1, description="step: the factor at each milestone")
    final_lr: float = Field(0.0, ge=0, le=1, description="cosine, linear: the end, as share of lr")
    warmup: float = Field(0.0, ge=0, description="epochs of linear increase from 0")

    label_smoothing: Fraction = 0.0
    augment: tuple[str, ...] = Field((), description="crop(pad), flip, cutout(n), mixup(a)")
    drop_path_ramp: bool = Field(True, description="raise drop-path rates linearly from 0")
    auxiliary: float = Field(0.4, ge=0, description="loss weight of outputs after the first")
    grad_clip: float | None = Field(None, gt=0, description="greatest norm of the gradient")

    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    channels_last: bool = Field(True, description="memory format of image networks")
    threads: Positive = Field(1, description="threads of torch on the CPU")
    workers: int = Field(2, ge=0, description="loader processes, for folders too big for memory")
    eval_batch: Positive = Field(512, description="samples a forward pass in evaluation")
    time_limit: float | None = Field(None, gt=0, description="seconds; then training stops")

    @field_validator("augment")
    @classmethod
    def _known_augmentations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            parse_augmentation(text)
        return value

    @classmethod
    def read(cls, values: Mapping[str, object]) -> TrainConfig:
        """Check outside values; every mistake becomes a diagnostic with a remedy (NAS721)."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            found = [_explain(dict(e), list(cls.model_fields)) for e in error.errors()]
        raise NasError(found)


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


def _explain(error: dict[str, object], known: list[str]) -> Diagnostic:
    where = ".".join(str(part) for part in error["loc"])  # type: ignore[attr-defined]
    if error["type"] == "extra_forbidden":
        hint = did_you_mean(where, known) or "known are " + ", ".join(known)
        return Diagnostic("NAS721", f"`{where}` is not a setting of training", help=hint)
    message = str(error["msg"]).removeprefix("Value error, ")
    return Diagnostic("NAS721", f"training setting `{where}`: {message}", label=where)
