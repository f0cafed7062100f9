"""The evaluator of inherited weights: no training, a pass of a trained supernet along each genotype's path.

Any strategy searches a supernet so. Scores are of the validation split, which the supernet has not
seen, with the statistics of each batch in norms.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from nasdsl.oneshot.inherit import Inherited, find_checkpoint, inherited
from nasdsl.oneshot.losses import Sums

from .base import Budget
from .checks import pick_device
from .config import SupernetConfig, TrainConfig
from .train import splits_for

if TYPE_CHECKING:
    from ..architecture import Architecture
    from ..genotype import Genotype
    from ..space import Space


@dataclass(slots=True)
class _Ready:
    """What is there from the first evaluation on."""

    trained: Inherited
    batches: list[tuple[torch.Tensor, torch.Tensor]]


class SupernetEvaluator:
    """NAS624 if the checkpoint is not of this space and its parameters; NAS620 if there is none."""

    def __init__(self, config: SupernetConfig, space: Space) -> None:
        self._config, self._space = config, space
        self._path: Path = find_checkpoint(config.file)
        self._ready: _Ready | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        return "accuracy", "loss"

    def evaluate(
        self, genotype: Genotype, architecture: Architecture, *, seed: int, budget: Budget
    ) -> dict[str, float]:
        """accuracy and loss of the genotype's path; neither seed nor budget has a say."""
        threads = torch.get_num_threads()
        torch.set_num_threads(self._config.threads)
        try:
            if self._ready is None:
                self._ready = self._read(architecture)
            return self._score(self._ready, genotype)
        finally:
            torch.set_num_threads(threads)

    def _score(self, ready: _Ready, genotype: Genotype) -> dict[str, float]:
        sums = Sums(ready.trained.module)
        sums.add_all(ready.trained.module.path(genotype), ready.batches)
        return {"accuracy": sums.accuracy, "loss": sums.loss}

    def _read(self, architecture: Architecture) -> _Ready:
        config = self._config
        trained = inherited(self._path, self._space)
        changes: dict[str, Any] = {"device": config.device, "batch_size": config.batch_size}
        if config.root is not None:
            changes["root"] = config.root
        recipe = TrainConfig.model_validate(trained.recipe).model_copy(update=changes)
        device = pick_device(recipe)
        trained.module.to(device)
        splits = splits_for(architecture, recipe).to(device)
        found = []
        for x, y, parts in splits.valid.blocks(config.batch_size):
            x, y = splits.normalise(x.to(device)), y.to(device)
            if recipe.channels_last and x.ndim == 4:
                x = x.contiguous(memory_format=torch.channels_last)
            found += list(zip(x.tensor_split(parts), y.tensor_split(parts), strict=True))
        return _Ready(trained, found[: config.batches or None])
