"""The training loop: `fit` trains any module on the splits, `measure` evaluates one.

Few synchronisations: batches are gathered, augmented and laid out a block of thousands of samples
at a time, and sums stay on the device until the block ends.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..diagnostics import fail
from .augment import Augment
from .config import TrainConfig
from .schedule import DropPathRamp, make_optimizer, rate
from .splits import Split, Splits

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class FailedTraining(Exception):
    """Training cannot go on; the message is the reason (the loss is not finite, say)."""


@dataclass(frozen=True, slots=True)
class Score:
    """Mean cross entropy (nats a target) and the share of right answers."""

    loss: float
    accuracy: float

    @property
    def perplexity(self) -> float:
        return math.exp(min(self.loss, 700.0))


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch, counted from 1: training scores while learning, validation scores if measured."""

    number: int
    lr: float
    train: Score
    valid: Score | None
    seconds: float


@dataclass(frozen=True, slots=True)
class History:
    """A whole training: its epochs, its seconds, and why it ended before the last, if it did."""

    epochs: tuple[Epoch, ...]
    seconds: float
    stopped: str = ""


def fit(
    module: nn.Module,
    splits: Splits,
    config: TrainConfig,
    seed: int,
    on_epoch: Callable[[Epoch], bool | None] | None = None,
    *,
    checked: bool = False,
) -> History:
    """Train `module` in place; it ends on its device, in evaluation mode.

    The same seed gives the same weights bit for bit on the CPU, whatever was drawn before. Each
    epoch is validated only if `on_epoch` is given, which may end training by returning True; the
    last one always is, unless the validation split is empty. Raises FailedTraining, and NasErrors
    NAS711, NAS712 (the network does not fit the data, unless `checked` before) and NAS722 (no such
    device or precision).
    """
    device = pick_device(config)
    with _settings(config, device):
        torch.manual_seed(seed)
        splits = splits.to(device)
        run = _Fit(module, splits, config, seed, device)
        if not checked:
            check_fit(module, splits, device)
        return run.run(on_epoch)


def measure(module: nn.Module, splits: Splits, split: Split, config: TrainConfig) -> Score:
    """Score a module on a split, in a few large batches and evaluation mode."""
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    with _settings(config, device):
        return _measure(module, splits.to(device), split.to(device), config, device)


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
            out = _main(module(x))
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


@contextmanager
def _settings(config: TrainConfig, device: torch.device) -> Iterator[None]:
    """The configured threads; torch's global random state is given back at the end."""
    threads = torch.get_num_threads()
    cuda = [torch.cuda.current_device()] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda):
        torch.set_num_threads(config.threads)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


class _Fit:
    """The state of one training."""

    def __init__(
        self,
        module: nn.Module,
        splits: Splits,
        config: TrainConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        if not any(p.requires_grad for p in module.parameters()):
            raise FailedTraining("the network has no weights to train")
        self.module = place(module, splits, config, device)
        self.splits, self.config, self.device = splits, config, device
        self.rng = torch.Generator(device).manual_seed(seed)
        self.augment = make_augment(config, splits)
        self.optimizer = make_optimizer(self.module, config, device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=config.precision == "fp16")
        self.ramp = DropPathRamp(self.module.modules() if config.drop_path_ramp else ())
        self.step = 0
        self.steps = splits.train.steps(config.batch_size)
        self.start = time.perf_counter()

    def run(self, on_epoch: Callable[[Epoch], bool | None] | None) -> History:
        epochs: list[Epoch] = []
        stopped = ""
        try:
            for number in range(1, self.config.epochs + 1):
                epochs.append(self._epoch(number, measured=on_epoch is not None))
                if on_epoch is not None and on_epoch(epochs[-1]):
                    stopped = "ended by the caller"
                if self._late():
                    stopped = stopped or "time limit"
                if stopped:
                    break
        finally:
            self.ramp.restore()
            self.module.eval()
        return History(tuple(epochs), time.perf_counter() - self.start, stopped)

    def _late(self) -> bool:
        limit = self.config.time_limit
        return limit is not None and time.perf_counter() - self.start >= limit

    def _epoch(self, number: int, measured: bool) -> Epoch:
        self.module.train()
        self.ramp.set((number - 1) / self.config.epochs)
        sums = torch.zeros(2, device=self.device)
        seen = 0
        for x, y, parts in self.splits.train.blocks(self.config.batch_size, self.rng):
            seen += self._block(x.to(self.device), y.to(self.device), parts, sums)
            if not torch.isfinite(sums[0]):
                raise FailedTraining(f"the loss is {sums[0].item()} in epoch {number}")
            if self._late():
                break
        loss, right = (sums / max(1, seen)).tolist()
        valid = None
        if len(self.splits.valid) and (measured or number == self.config.epochs or self._late()):
            valid = _measure(self.module, self.splits, self.splits.valid, self.config, self.device)
            if not math.isfinite(valid.loss):
                raise FailedTraining(f"the validation loss is {valid.loss} in epoch {number}")
        seconds = time.perf_counter() - self.start
        lr = float(self.optimizer.param_groups[0]["lr"])
        return Epoch(number, lr, Score(loss, right), valid, seconds)

    def _block(self, x: Tensor, y: Tensor, parts: int, sums: Tensor) -> int:
        """Train on a block of samples; adds (loss, right answers) a target to `sums`."""
        x, target = self.augment(self.splits.normalise(x), y, self.rng)
        if self.config.channels_last and x.ndim == 4:
            x = x.contiguous(memory_format=torch.channels_last)
        seen = 0
        for xs, ts in zip(x.tensor_split(parts), target.tensor_split(parts), strict=True):
            seen += self._step(xs, ts, sums)
            if self._late():
                break
        return seen

    def _step(self, x: Tensor, target: Tensor, sums: Tensor) -> int:
        config = self.config
        lr = config.lr * rate(config, self.step, self.steps * config.epochs, self.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.step += 1
        with _autocast(config, self.device):
            out = self.module(x)
        logits, labels = _flat(_main(out), target)
        loss = F.cross_entropy(logits, labels, label_smoothing=config.label_smoothing)
        total = loss
        for other in out[1:] if isinstance(out, tuple | list) else ():
            side = F.cross_entropy(*_flat(other, target), label_smoothing=config.label_smoothing)
            total = total + config.auxiliary * side
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(self.scaler.scale(total))
        if config.grad_clip is not None:
            self.scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.module.parameters(), config.grad_clip)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        with torch.no_grad():
            sums[0] += loss * len(logits)
            sums[1] += _right(logits, labels)
        return len(logits)


def make_augment(config: TrainConfig, splits: Splits) -> Augment:
    """The augmentations, checked against the kind of data (NAS721)."""
    augment = Augment(config.augment, splits.classes, splits.black)
    wrong = augment.images and splits.kind != "image"
    if wrong or (augment.alpha is not None and splits.kind == "tokens"):
        names = ", ".join(config.augment)
        help = "leave out `augment`"
        raise fail("NAS721", f"{names}: not for data of kind {splits.kind}", help=help)
    return augment


def place(
    module: nn.Module, splits: Splits, config: TrainConfig, device: torch.device
) -> nn.Module:
    """The module on its device, its convolutions in the configured memory format."""
    module = module.to(device)
    if config.channels_last and splits.kind == "image":
        module = module.to(memory_format=torch.channels_last)
    return module


def _measure(
    module: nn.Module, splits: Splits, split: Split, config: TrainConfig, device: torch.device
) -> Score:
    module.eval()
    sums = torch.zeros(2, device=device, dtype=torch.float64)
    seen = 0
    with torch.inference_mode():
        for x, y, parts in split.blocks(config.eval_batch):
            x = splits.normalise(x.to(device))
            if config.channels_last and x.ndim == 4:
                x = x.contiguous(memory_format=torch.channels_last)
            y = y.to(device)
            for xs, ys in zip(x.tensor_split(parts), y.tensor_split(parts), strict=True):
                with _autocast(config, device):
                    out = _main(module(xs))
                logits, labels = _flat(out, ys)
                sums[0] += F.cross_entropy(logits, labels, reduction="sum")
                sums[1] += _right(logits, labels)
                seen += len(logits)
    loss, right = (sums / seen).tolist()
    return Score(loss, right)


def _autocast(config: TrainConfig, device: torch.device) -> torch.autocast:
    return torch.autocast(
        device.type,
        dtype=_DTYPES[config.precision] if config.precision != "fp32" else None,
        enabled=config.precision != "fp32",
    )


def _main(out: object) -> Tensor:
    """The first output of a network."""
    while isinstance(out, tuple | list):
        out = out[0]
    assert isinstance(out, Tensor)
    return out


def _flat(out: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (N, classes) in float32 and targets, the tokens of a sequence one after another."""
    if out.ndim == 3:
        out, target = out.flatten(0, 1), target.flatten(0, 1)
    return out.float(), target


def _right(logits: Tensor, target: Tensor) -> Tensor:
    labels = target if target.ndim == 1 else target.argmax(1)
    return (logits.argmax(1) == labels).sum()
