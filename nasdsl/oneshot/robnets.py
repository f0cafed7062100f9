"""RobNets: Guo, Yang, Xu, Liu, Lin, "When NAS meets robustness", CVPR 2020.

The supernet is trained on adversarial samples (projected gradient descent against the path that is
trained, equation 3), a uniform path at each step. Then random paths are drawn; those whose cells
change most under attack are left out (the distance of FSP matrices of clean and adversarial samples,
section 3.4: the flow G = Σ F_in F_out / (h w) from what a cell reads to what it puts out), each of the
others is finetuned adversarially for a few epochs, and the best accuracies under attack win.

The FSP distance is that of the last cell that a path runs, a cell being a module of modules of the
network; the paper tells the deeper cells to be the telling ones, and leaves the threshold open: here
a share of the paths is kept. Radius and step are shares of the range of raw values, as 8 of 255.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from nasdsl.diagnostics import fail

from .adversary import Attack, attack_on
from .data import Batch
from .derive import best_of
from .distil import snapshot
from .losses import batch_statistics, right
from .sampled import Sampled, SampledConfig
from .strategy import OneShot

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype

    from .contract import Gates
    from .engine import Engine


class RobnetsConfig(SampledConfig):
    radius: float = Field(default=8 / 255, ge=0, description="of the attack, of the range of values")
    step_size: float = Field(default=2 / 255, gt=0, description="of the attack, likewise")
    steps: int = Field(default=7, ge=1, description="of the attack")
    random_start: bool = Field(default=True, description="begin the attack at a random place")
    samples: int = Field(default=1000, ge=1, description="paths that are drawn in the end")
    stable: float = Field(
        default=0.5, gt=0, le=1, description="share of them with the least FSP distance that is kept"
    )
    finetune: int = Field(default=3, ge=0, description="epochs of each of these, under attack")
    finetune_lr: float = Field(default=0.01, gt=0, description="of the weights in these epochs")
    batches: int = Field(default=0, ge=0, description="held-out batches of the scores; 0 for all")


class RobnetsMethod(Sampled[RobnetsConfig]):
    """Adversarial training of single paths."""

    def begin(self, engine: Engine) -> None:
        splits = engine.loader.splits
        if splits.kind == "tokens":
            raise fail(
                "NAS320", f"`robnets` cannot search on {splits.name}: tokens cannot be moved a little",
                help="take data of numbers",
            )  # fmt: skip
        like = next(engine.loader.plain(engine.loader.held)).x
        config = self.config
        self.attack: Attack = attack_on(
            splits, config.radius, config.step_size, config.steps, config.random_start, like
        )

    def step(self, engine: Engine, batch: Batch, held: Batch) -> None:
        gates = self.gates(engine)
        engine.learn(self.attacked(engine, batch, gates), gates)

    def attacked(self, engine: Engine, batch: Batch, gates: Gates) -> Batch:
        """The batch, moved to where the path errs most."""

        def loss(x: Tensor) -> Tensor:
            return engine.loss(Batch(x, batch.y), gates)

        return Batch(self.attack(batch.x, loss, engine.noise), batch.y)

    # -------------------------------------------------------------- the outcome

    def derive(self, engine: Engine) -> list[Genotype]:
        batches = engine.held(self.config.batches or None)
        drawn = list(dict.fromkeys(self.sample(engine) for _ in range(self.config.samples)))
        keep = max(self.config.keep, round(self.config.stable * len(drawn)))
        if keep < len(drawn):
            drawn = best_of(drawn, lambda g: -self.fsp_distance(engine, g, batches[0]), keep)
        state = snapshot(engine.supernet)

        def score(genotype: Genotype) -> float:
            self.finetune(engine, genotype)
            found = self.robust_accuracy(engine, genotype, batches)
            engine.supernet.load_state_dict(state)
            return found

        return best_of(drawn, score, self.config.keep)

    def finetune(self, engine: Engine, genotype: Genotype) -> None:
        """A few epochs of one path from the weights of the supernet, under attack."""
        engine.supernet.train()
        engine.optimizer.state.clear()
        engine.set_rate(self.config.finetune_lr)
        gates = engine.supernet.path(genotype)
        for epoch in range(self.config.finetune):
            for batch in engine.loader.train(engine.loader.weights, epoch):
                engine.learn(self.attacked(engine, batch, gates), gates)
        engine.optimizer.state.clear()

    def robust_accuracy(
        self, engine: Engine, genotype: Genotype, batches: Sequence[Batch]
    ) -> float:
        """The share of right answers under attack, norms by the statistics of the batch."""
        gates = engine.supernet.path(genotype)
        shares = []
        with batch_statistics(engine.supernet):
            for batch in batches:
                moved = self.attacked(engine, batch, gates)
                with torch.no_grad():
                    out = engine.supernet(moved.x, gates=gates)
                shares.append(float(right(out, batch.y)) * len(batch))
        return sum(shares) / sum(map(len, batches))

    def fsp_distance(self, engine: Engine, genotype: Genotype, batch: Batch) -> float:
        """How much the flow through the last cell changes under attack."""
        gates = engine.supernet.path(genotype)
        flows = []
        with batch_statistics(engine.supernet):
            moved = self.attacked(engine, batch, gates)
            for x in (batch.x, moved.x):
                with watching(engine.supernet) as met, torch.no_grad():
                    engine.supernet(x, gates=gates)
                flows.append(met[-1])
        return float((fsp(*flows[0]) - fsp(*flows[1])).square().mean())


def fsp(read: Tensor, put: Tensor) -> Tensor:
    """The matrices (N, C_in, C_out) of the flow between two features, the larger map averaged to the
    size of the smaller; vectors are maps of one place."""
    maps = [x[:, :, None, None] if x.dim() == 2 else x for x in (read, put)]
    maps = [x.transpose(1, 2)[..., None] if x.dim() == 3 else x for x in maps]
    size = tuple(min(a, b) for a, b in zip(maps[0].shape[2:], maps[1].shape[2:], strict=True))
    a, b = (F.adaptive_avg_pool2d(x, size).flatten(2) for x in maps)
    return a @ b.transpose(1, 2) / a.shape[-1]


@contextmanager
def watching(supernet: Any) -> Iterator[list[tuple[Tensor, Tensor]]]:
    """What the cells of a supernet read first and put out first, in the order in which they run; that
    of the whole network, if the path runs no cell."""
    met: list[tuple[Tensor, Tensor]] = []
    whole: list[tuple[Tensor, Tensor]] = []

    def hook(module: nn.Module, given: tuple[Any, ...], out: Any) -> None:
        read = next((x for x in given if isinstance(x, Tensor)), None)
        put = out[0] if isinstance(out, tuple | list) else out
        if read is not None and isinstance(put, Tensor):
            (whole if module is supernet else met).append((read.detach(), put.detach()))

    watched = [supernet, *cells_of(supernet)]
    handles = [module.register_forward_hook(hook) for module in watched]
    try:
        yield met
        if not met:
            met += whole
    finally:
        for handle in handles:
            handle.remove()


def cells_of(supernet: nn.Module) -> list[nn.Module]:
    """The modules of modules one below the network, or below what alone stands there."""
    at: nn.Module = getattr(supernet, "net", supernet)
    while True:
        found = [m for m in at.children() if any(True for _ in m.children())]
        if len(found) != 1:
            return found
        at = found[0]


class Robnets(OneShot):
    Config = RobnetsConfig
    method = RobnetsMethod
