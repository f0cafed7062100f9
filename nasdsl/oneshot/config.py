"""What every search in a supernet is made of. No torch here."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from nasdsl.configure import Config

Texts = Annotated[
    tuple[str, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)
]


class OneShotConfig(Config):
    """How a supernet is trained: DARTS's settings for CIFAR-10 unless a method says otherwise."""

    data: str = Field(
        default="",
        description="what the supernet learns from; left out, what the evaluator trains on",
    )
    limit: int | None = Field(default=None, ge=1, description="use this many samples only")
    valid_share: float = Field(
        default=0.5,
        gt=0,
        lt=1,
        description="share of the training samples that architectures are chosen by",
    )
    epochs: int = Field(default=50, ge=1, description="passes over the samples of the weights")
    batch_size: int = Field(default=64, ge=1, description="samples a step, on each device")
    lr: float = Field(default=0.025, gt=0, description="of the weights, at first; cosine")
    final_lr: float = Field(default=0.001, ge=0, description="of the weights, in the end")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="of the weights' SGD")
    weight_decay: float = Field(default=3e-4, ge=0, description="of the weights")
    nesterov: bool = Field(default=False, description="Nesterov's form of momentum")
    grad_clip: float = Field(default=5.0, ge=0, description="norm of the gradient; 0 for no bound")
    label_smoothing: float = Field(default=0.0, ge=0, lt=1, description="of the weights' loss")
    augment: Texts = Field(default=(), description="as of the evaluator `train`: crop(4), flip")
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="where it runs")
    devices: int = Field(default=1, ge=1, description="processes, each with a device (DDP)")
    precision: Literal["fp32", "bf16", "fp64"] = Field(
        default="fp32", description="of the arithmetic; bf16 keeps weights in fp32"
    )
    channels_last: bool = Field(default=True, description="memory format of image networks")
    threads: int = Field(default=1, ge=1, description="threads of torch on the CPU")
    checkpoint: int = Field(default=1, ge=1, description="epochs between two checkpoints")
    tensorboard: bool = Field(
        default=False, description="write curves for TensorBoard beside curves.jsonl"
    )


class RelaxedConfig(OneShotConfig):
    """Methods that learn logits of options by gradients."""

    arch_lr: float = Field(default=3e-4, gt=0, description="of the logits' Adam")
    arch_betas: tuple[float, float] = Field(default=(0.5, 0.999), description="of the logits' Adam")
    arch_decay: float = Field(default=1e-3, ge=0, description="weight decay of the logits")
    arch_init: float = Field(default=1e-3, ge=0, description="deviation of the first logits")
    absent: bool = Field(
        default=True,
        description="DARTS's `none`: an operator of an element of a `pick` may be nothing during the "
        "search, and the elements are told apart by it",
    )
    warm_up: int = Field(default=0, ge=0, description="epochs before the logits learn")
