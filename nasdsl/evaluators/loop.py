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

from .checks import check_fit, main_output, make_augment, pick_device
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

    def numbers(self) -> dict[str, float]:
        """The same as metrics."""
        found = {"epoch": float(self.number), "lr": self.lr, "seconds": self.seconds}
        scores = {"train_": self.train} | ({} if self.valid is None else {"": self.valid})
        for prefix, score in scores.items():
            found |= {f"{prefix}loss": score.loss, f"{prefix}accuracy": score.accuracy}
        return found


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
    report: Callable[[Epoch], None] | None = None,
) -> History:
    """Train `module` in place; it ends on its device, in evaluation mode.

    The same seed gives the same weights bit for bit on the CPU, whatever was drawn before. Each
    epoch is validated only if `on_epoch` is given, which may end training by returning True; the
    last one always is, unless the validation split is empty. `report` is told of every epoch as it
    is. Raises FailedTraining, and NasErrors
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
        return run.run(on_epoch, report)


def measure(module: nn.Module, splits: Splits, split: Split, config: TrainConfig) -> Score:
    """Score a module on a split, in a few large batches and evaluation mode."""
    device = next((p.device for p in module.parameters()), torch.device("cpu"))
    with _settings(config, device):
        return _measure(module, splits.to(device), split.to(device), config, device)


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
        self.module = _place(module, splits, config, device)
        self.splits, self.config, self.device = splits, config, device
        self.rng = torch.Generator(device).manual_seed(seed)
        self.augment = make_augment(config, splits)
        self.optimizer = make_optimizer(self.module, config, device)
        self.scaler = torch.amp.GradScaler(device.type, enabled=config.precision == "fp16")
        self.ramp = DropPathRamp(self.module.modules() if config.drop_path_ramp else ())
        self.step = 0
        self.steps = splits.train.steps(config.batch_size)
        self.start = time.perf_counter()

    def run(
        self,
        on_epoch: Callable[[Epoch], bool | None] | None,
        report: Callable[[Epoch], None] | None,
    ) -> History:
        epochs: list[Epoch] = []
        stopped = ""
        try:
            while not stopped and len(epochs) < self.config.epochs:
                number = len(epochs) + 1
                train = self._train(number)
                lr = float(self.optimizer.param_groups[0]["lr"])
                stopped = "time limit" if self._late() else ""
                last = bool(stopped) or number == self.config.epochs
                valid = self._validate(number) if last or on_epoch is not None else None
                epochs.append(Epoch(number, lr, train, valid, self._seconds()))
                if report is not None:
                    report(epochs[-1])
                if on_epoch is not None and on_epoch(epochs[-1]) and not last:
                    stopped = "ended by the caller"
        finally:
            self.ramp.restore()
            self.module.eval()
        return History(tuple(epochs), self._seconds(), stopped)

    def _seconds(self) -> float:
        return time.perf_counter() - self.start

    def _late(self) -> bool:
        return self.config.time_limit is not None and self._seconds() >= self.config.time_limit

    def _train(self, number: int) -> Score:
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
        return Score(loss, right)

    def _validate(self, number: int) -> Score | None:
        if not len(self.splits.valid):
            return None
        score = _measure(self.module, self.splits, self.splits.valid, self.config, self.device)
        if not math.isfinite(score.loss):
            raise FailedTraining(f"the validation loss is {score.loss} in epoch {number}")
        return score

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
        logits, labels = _flat(main_output(out), target)
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


def _place(
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
                    out = main_output(module(xs))
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


def _flat(out: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (N, classes) in float32 and targets, the tokens of a sequence one after another."""
    if out.ndim == 3:
        out, target = out.flatten(0, 1), target.flatten(0, 1)
    return out.float(), target


def _right(logits: Tensor, target: Tensor) -> Tensor:
    labels = target if target.ndim == 1 else target.argmax(1)
    return (logits.argmax(1) == labels).sum()
