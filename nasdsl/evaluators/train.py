"""The evaluator that trains: the architecture's module on the data's training split.

Only train and validation splits are read here; the test split belongs to `finish`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from nasdsl.compiler import compile_architecture

from ..diagnostics import fail
from .base import Budget
from .checks import check_classes
from .config import TrainConfig
from .data import load_data
from .loop import fit
from .splits import Splits

if TYPE_CHECKING:
    from ..architecture import Architecture
    from ..genotype import Genotype


@dataclass(frozen=True, slots=True)
class TrainEvaluator:
    """Trains each architecture from fresh weights; picklable, and without state between calls."""

    config: TrainConfig = field(default_factory=TrainConfig)

    def evaluate(
        self,
        genotype: Genotype,
        architecture: Architecture,
        *,
        seed: int,
        budget: Budget,
    ) -> dict[str, float]:
        """Scores on the validation split: accuracy and loss, and `perplexity` for tokens.

        Also train_accuracy and train_loss of the last epoch, epochs begun and seconds of training.
        The budget's epochs and seconds replace the configured ones. Raises FailedTraining, and
        NasErrors for a set-up that fits no architecture of the space.
        """
        config = budgeted(self.config, budget)
        splits = splits_for(architecture, config)
        torch_seed = seed % 2**63
        module = build(architecture, torch_seed)
        tell = budget.report
        report = None if tell is None else lambda epoch: tell(epoch.numbers())
        history = fit(module, splits, config, torch_seed, checked=True, report=report)
        last = history.epochs[-1]
        assert last.valid is not None, "the last epoch is validated"
        metrics = {
            "accuracy": last.valid.accuracy,
            "loss": last.valid.loss,
            "train_accuracy": last.train.accuracy,
            "train_loss": last.train.loss,
            "epochs": float(last.number),
            "seconds": history.seconds,
        }
        if splits.kind == "tokens":
            metrics["perplexity"] = last.valid.perplexity
        return metrics


def budgeted(config: TrainConfig, budget: Budget) -> TrainConfig:
    """The configuration within a budget."""
    limits = [s for s in (config.time_limit, budget.seconds) if s is not None]
    return config.model_copy(
        update={
            "epochs": budget.epochs or config.epochs,
            "time_limit": min(limits) if limits else None,
        }
    )


def build(architecture: Architecture, seed: int) -> torch.nn.Module:
    """The module with initial weights drawn from `seed` alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return compile_architecture(architecture)


def splits_for(architecture: Architecture, config: TrainConfig) -> Splits:
    """The data as this architecture reads it; NasErrors NAS711, NAS712, NAS713 if it cannot."""
    if len(architecture.inputs) != 1:
        message = f"training reads one input; {architecture.name} has {len(architecture.inputs)}"
        help = "evaluate networks of several inputs by a callable of yours"
        raise fail("NAS713", message, help=help)
    reads = architecture.inputs[0]
    splits = load_data(config.data, shape=reads.shape, **config.data_key())
    splits = splits.shaped(reads.kind, reads.shape)
    if (splits.kind, splits.shape) != (reads.kind, reads.shape):
        given = f"{splits.kind}({', '.join(map(str, splits.shape))})"
        wanted = f"{reads.kind}({', '.join(map(str, reads.shape))})"
        help = f"begin the network with {given}, or choose other data"
        raise fail(
            "NAS711", f"the network reads {wanted}, but {splits.name} gives {given}", help=help
        )
    if splits.kind == "tokens" and reads.classes != splits.classes:
        message = (
            f"the network reads tokens of {reads.classes}, but {splits.name} has {splits.classes}"
        )
        help = f"give the network {splits.classes} tokens: `--set classes={splits.classes}`"
        raise fail("NAS712", message, help=f"{help} if the space has that parameter")
    check_classes(architecture.graph.output_shapes[0], splits)
    return splits if config.limit is None else splits.limited(config.limit, config.split_seed)
