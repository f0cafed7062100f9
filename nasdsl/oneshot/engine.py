"""The training of a supernet, which all methods share: epochs, batches, schedules, checkpoints.

Fabric gives the device, the precision and the processes. Every process makes the same draws and the
gradients are averaged by hand over the parameters that a step touched: methods differentiate in
ways that DistributedDataParallel's hooks would not see.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from nasdsl.diagnostics import fail
from nasdsl.evaluators.loop import Score
from nasdsl.seeds import derive_seed

from . import checkpoint
from .config import OneShotConfig
from .curves import Curves
from .data import Batch, Samples
from .losses import Sums, cross_entropy, right
from .method import Method
from .names import CHECKPOINT
from .seeds import generator_of, random_of

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .contract import Gates

Lesson = Callable[[Any], Tensor]
"""A further term of the loss, of a network's outputs."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """One epoch, counted from 1: means over the steps of the weights, and the method's numbers."""

    number: int
    epochs: int
    lr: float
    loss: float
    accuracy: float
    seconds: float
    curves: Mapping[str, float] = field(default_factory=dict)


class Engine:
    """One search. Methods use `learn`, `loss`, `descend`, `score`, `rng`, `noise` and `progress`."""

    def __init__(
        self, fabric: Fabric, space: Space, supernet: nn.Module, method: Method[Any],
        samples: Samples, config: OneShotConfig, seed: int, *,
        folder: Path | None = None, listen: Callable[[Epoch], None] | None = None,
    ) -> None:  # fmt: skip
        self.fabric, self.space, self.method = fabric, space, method
        self.config, self.seed = config, seed
        self.device = fabric.device
        dtype = torch.float64 if config.precision == "fp64" else torch.float32
        self.supernet: Any = supernet.to(self.device, dtype)
        self.loader = samples.to(self.device, dtype, fabric.global_rank, fabric.world_size)
        if config.channels_last and samples.splits.kind == "image":
            self.supernet = self.supernet.to(memory_format=torch.channels_last)
        self.weights = [p for p in supernet.parameters() if p.requires_grad]
        self.optimizer = torch.optim.SGD(
            self.weights, lr=config.lr, momentum=config.momentum, nesterov=config.nesterov,
            weight_decay=config.weight_decay,
        )  # fmt: skip
        self._auxiliary = samples.recipe.auxiliary
        self._path = None if folder is None else folder / CHECKPOINT
        self._curves = Curves(folder if fabric.is_global_zero else None, config.tensorboard)
        self._listen = listen
        self.epoch, self.ended, self.seconds = 0, False, 0.0
        self._derived: list[Genotype] | None = None
        self._sums = torch.zeros(2, device=self.device, dtype=torch.float64)
        self._steps = 0
        self._renew()

    # -------------------------------------------------------------- the run

    def run(self) -> list[Genotype]:
        """Train from where the checkpoint is, and derive."""
        cuda = [self.device] if self.device.type == "cuda" else []
        threads = torch.get_num_threads()
        with torch.random.fork_rng(devices=cuda):
            torch.set_num_threads(self.config.threads)
            try:
                self.method.begin(self)
                self.resume()
                while not self.ended:
                    self._epoch()
                if self._derived is None:
                    self._renew("derive")
                    self._derived = self.method.derive(self)
                    self.save()
                return self._derived
            finally:
                torch.set_num_threads(threads)
                self._curves.close()

    def _epoch(self) -> None:
        start = time.perf_counter()
        torch.manual_seed(derive_seed(self.seed, "torch", self.epoch))
        self._renew()
        self.set_rate(cosine(self.config, self.progress))
        self.supernet.train()
        self.method.before_epoch(self)
        held = self.loader.endless(self.loader.held, derive_seed(self.seed, "held", self.epoch))
        order = derive_seed(self.seed, "weights", self.epoch)
        for batch, other in zip(self.loader.train(self.loader.weights, order), held, strict=False):
            self.method.step(self, batch, other)
        loss, accuracy = (self._sums / max(1, self._steps)).tolist()
        if not math.isfinite(loss):
            raise fail(
                "NAS621", f"the loss of the supernet is {loss} in epoch {self.epoch + 1}",
                help="take a smaller `lr`, or bound the gradient by `grad_clip`",
            )  # fmt: skip
        self.ended = self.method.after_epoch(self) or self.epoch + 1 >= self.config.epochs
        self.epoch += 1
        self.seconds += time.perf_counter() - start
        made = Epoch(
            self.epoch, self.config.epochs, self.lr, loss, accuracy, self.seconds,
            self.method.curves(),
        )  # fmt: skip
        self._curves.write(made)
        if self.ended or self.epoch % self.config.checkpoint == 0:
            self.save()
        if self._listen is not None:
            self._listen(made)

    def _renew(self, what: str = "epoch") -> None:
        """Random numbers and means of a new epoch; torch's own numbers are for dropout in `run`."""
        self.rng = random_of(self.seed, what, "rng", self.epoch)
        self.noise = generator_of(self.seed, what, "noise", self.epoch)
        self.lr = self.config.lr
        self._sums.zero_()
        self._steps = 0

    @property
    def progress(self) -> float:
        """The share of epochs that are over."""
        return self.epoch / self.config.epochs

    # -------------------------------------------------------------- what methods use

    def loss(
        self, batch: Batch, gates: Gates, *, count: bool = False, more: Lesson | None = None
    ) -> Tensor:
        """The cross entropy of a batch; with `count` it is one of the weights' own losses. To it is
        added what `more` makes of the outputs."""
        smoothing = self.config.label_smoothing if count else 0.0
        with self.fabric.autocast():
            out = self.supernet(batch.x, gates=gates)
        loss = cross_entropy(
            out, batch.y, smoothing=smoothing, auxiliary=self._auxiliary if count else 0.0
        )
        if count:
            self.count(loss, right(out, batch.y))
        return loss if more is None else loss + more(out)

    def count(self, loss: Tensor, accuracy: Tensor) -> Tensor:
        """Let a loss be one of those whose means the epoch reports."""
        with torch.no_grad():
            self._sums += torch.stack([loss.detach().double(), accuracy])
        self._steps += 1
        return loss

    def learn(self, batch: Batch, gates: Gates, *, more: Lesson | None = None) -> None:
        """One step of the weights."""
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(self.loss(batch, gates, count=True, more=more))
        self.descend()

    def set_rate(self, rate: float) -> None:
        """Change the learning rate of the weights, until the next epoch."""
        self.lr = rate
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def descend(self) -> None:
        """Move the weights along the gradients that are there."""
        touched = [p for p in self.weights if p.grad is not None]
        self.average(touched)
        if self.config.grad_clip:
            nn.utils.clip_grad_norm_(touched, self.config.grad_clip)
        self.optimizer.step()

    def average(self, params: Iterable[Tensor]) -> None:
        """Average gradients over the processes."""
        grads = [p.grad for p in params if p.grad is not None]
        if self.fabric.world_size == 1 or not grads:
            return
        flat: Any = self.fabric.all_reduce(
            torch.cat([g.flatten() for g in grads]), reduce_op="mean"
        )
        for grad, part in zip(grads, flat.split([g.numel() for g in grads]), strict=True):
            grad.copy_(part.view_as(grad))

    def score(self, gates: Gates, batches: Iterable[Batch]) -> Score:
        """Mean loss and accuracy of what the gates leave, norms by the statistics of each batch."""
        sums = Sums(self.supernet, self.fabric.autocast)
        sums.add_all(gates, ((batch.x, batch.y) for batch in batches))
        if self.fabric.world_size > 1:
            sums.totals = torch.as_tensor(self.fabric.all_reduce(sums.totals, reduce_op="sum"))
        return Score(sums.loss, sums.accuracy)

    def held(self, batches: int | None = None, seed: int | None = None) -> list[Batch]:
        """Batches that architectures are chosen by: the first ones, of a random order with a seed."""
        found = []
        for batch in self.loader.plain(self.loader.held, seed):
            found.append(batch)
            if batches is not None and len(found) >= batches:
                break
        return found

    # -------------------------------------------------------------- checkpoints

    def save(self) -> None:
        """Write the checkpoint, if there is a folder for it."""
        if self._path is None or not self.fabric.is_global_zero:
            return
        state = {
            "of": self._identity(),
            "options": self.method.options(self.config),
            "recipe": self.loader.recipe.model_dump(mode="json"),
            "epoch": self.epoch,
            "ended": self.ended,
            "seconds": self.seconds,
            "derived": None if self._derived is None else list(map(self.space.text, self._derived)),
            "supernet": self.supernet.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "method": self.method.state(),
        }
        checkpoint.save(self._path, state)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one; NAS622 if it is of another search."""
        if self._path is None or not self._path.is_file():
            return
        state = checkpoint.load(self._path)
        if state["of"] != self._identity():
            raise fail(
                "NAS622", f"{self._path} is the checkpoint of another search",
                help="remove it, or search in another folder",
            )  # fmt: skip
        self.supernet.load_state_dict(state["supernet"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.method.restore(state["method"])
        self.epoch, self.ended, self.seconds = state["epoch"], state["ended"], state["seconds"]
        if state["derived"] is not None:
            self._derived = list(map(self.space.read, state["derived"]))
        self._curves.keep(self.epoch)

    def _identity(self) -> dict[str, Any]:
        method = type(self.method).__name__
        config = self.config.model_dump(mode="json")
        return {"space": self.space.hash, "seed": self.seed, "method": method, "config": config}


def cosine(config: OneShotConfig, progress: float) -> float:
    """The learning rate of the weights: half a cosine from `lr` to `final_lr`."""
    shape = (1 + math.cos(math.pi * progress)) / 2
    return config.final_lr + (config.lr - config.final_lr) * shape
