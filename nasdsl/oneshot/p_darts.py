"""P-DARTS: Chen, Xie, Wu, Tian, "Progressive differentiable architecture search", ICCV 2019.

DARTS of first order in stages whose supernets get deeper while each choice keeps fewer options, those
of the largest probability: 5, 11 and 17 cells with 8, 5 and 3 operators. In each stage options that are
skip connections are dropped with a rate that decays over the epochs (0, 0.4 and 0.7 at first), and of
each cell at most two stay in the end: the weakest give way to the next best (section 3.3). The paper
drops outputs of skip connections sample by sample, here the whole option is dropped for a step.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from pydantic import Field
from torch import Tensor

from nasdsl.diagnostics import fail
from nasdsl.seeds import derive_seed

from .choices import Choice
from .config import RelaxedConfig, Texts
from .darts import SEARCH_NETWORK
from .derive import elements, strongest
from .gates import Gate
from .relaxed import Relaxed
from .strategy import OneShot

if TYPE_CHECKING:
    from lightning_fabric import Fabric

    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

    from .engine import Engine

DECAY = 0.2  # of the dropout, an epoch


class PDartsConfig(RelaxedConfig):
    epochs: int = Field(default=25, ge=1, description="of each stage")
    batch_size: int = Field(default=96, ge=1, description="samples a step, on each device")
    arch_lr: float = Field(default=6e-4, gt=0, description="of the logits' Adam")
    warm_up: int = Field(
        default=10, ge=0, description="epochs of each stage before the logits learn"
    )
    depth: str = Field(
        default="layers", description="the parameter of the space that says how deep networks are"
    )
    depths: tuple[int, ...] = Field(
        default=(5, 11, 17), min_length=1, description="its values in the stages; spaces without the "
        "parameter are as deep in all stages"
    )  # fmt: skip
    options: tuple[int, ...] = Field(
        default=(5, 3), description="options that a choice keeps after each stage but the last"
    )
    dropout: tuple[float, ...] = Field(
        default=(0.0, 0.4, 0.7), description="of skip connections, at first in each stage"
    )
    skip_labels: Texts = Field(
        default=("skip", "skip_connect", "identity"), description="labels of skip connections"
    )
    most_skips: int = Field(default=2, ge=0, description="of each cell that is derived")


class PDartsMethod(Relaxed[PDartsConfig]):
    """One stage."""

    def __init__(
        self, config: PDartsConfig, space: Space, choices: Mapping[str, Choice], seed: int
    ) -> None:
        super().__init__(config, space, choices, seed)
        self.stage = 0
        self.kept: dict[str, list[int]] = {}
        self._skips = {
            path: [i for i, label in enumerate(c.labels) if label in config.skip_labels]
            for path, c in choices.items()
            if c.kind == "one" and not c.hard
        }

    @classmethod
    def options(cls, config: PDartsConfig) -> dict[str, Any]:
        return SEARCH_NETWORK

    def narrow(self, stage: int, kept: Mapping[str, list[int]]) -> None:
        """Begin a stage with some options of each choice, the number after the last for absence."""
        self.stage, self.kept = stage, dict(kept)

    # -------------------------------------------------------------- gates

    def weights(self, engine: Engine) -> dict[str, Tensor]:
        found = super().weights(engine)
        for path, kept in self.kept.items():
            mask = torch.zeros_like(found[path])
            mask[kept] = 1.0
            found[path] = found[path] * mask / (found[path] * mask).sum()
        rate = self.rate(engine)
        if rate > 0:
            for path, skips in self._skips.items():
                if skips:
                    found[path] = found[path] * self._dropped(found[path], skips, rate, engine)
        return found

    def rate(self, engine: Engine) -> float:
        """The dropout of skip connections."""
        rates = self.config.dropout
        first = rates[min(self.stage, len(rates) - 1)] if rates else 0.0
        return float(first * math.exp(-DECAY * engine.epoch))

    def _dropped(self, row: Tensor, skips: list[int], rate: float, engine: Engine) -> Tensor:
        """1, but for skip connections 0 or what makes up for the dropped steps."""
        factor = torch.ones_like(row)
        drawn = torch.rand(len(skips), generator=engine.noise)
        factor[skips] = (drawn >= rate).to(row) / (1 - rate)
        return factor

    def gate(self, path: str, weights: Tensor) -> Gate:
        kept = self.kept.get(path)
        real = None if kept is None else tuple(i for i in kept if i < len(weights))
        return Gate(weights, real or (None if kept is None else (0,)))

    # -------------------------------------------------------------- the outcome

    def probabilities(self) -> dict[str, list[float]]:
        found = super().probabilities()
        for path, kept in self.kept.items():
            found[path] = [p if i in kept else 0.0 for i, p in enumerate(found[path])]
        return found

    def best(self, count: int) -> dict[str, list[int]]:
        """The options of each choice of one with the largest logits of those that are left."""
        kept = {}
        for path in self._skips:
            row = self.alphas.params[path].tolist()
            left = self.kept.get(path, list(range(len(row))))
            kept[path] = sorted(sorted(left, key=lambda i: -row[i])[:count])
        return kept

    def derive(self, engine: Engine) -> list[Genotype]:
        """The strongest options, without more skip connections than there may be in a cell."""
        strengths = self.strengths()
        while True:
            found = strongest(self.space, strengths, engine.rng)
            weakest = self._surplus(found, strengths)
            if weakest is None:
                return [found]
            for option in self._skips[weakest]:
                strengths[weakest][option] = 0.0
            strengths |= elements(self.choices, strengths)

    def _surplus(self, genotype: Genotype, strengths: Mapping[str, list[float]]) -> str | None:
        """The weakest skip connection of a cell that has too many; decisions of a cell begin alike."""
        cells: dict[str, list[tuple[float, str]]] = {}
        for path, _, index in self.space.places(genotype):
            if index in self._skips.get(path, ()) and strengths[path][int(index)] > 0:
                cells.setdefault(path.partition("/")[0], []).append(
                    (strengths[path][int(index)], path)
                )
        full = [met for met in cells.values() if len(met) > self.config.most_skips]
        return min(full[0])[1] if full else None

    def state(self) -> dict[str, Any]:
        return super().state() | {"stage": self.stage, "kept": self.kept}

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.narrow(state["stage"], state["kept"])


class PDarts(OneShot):
    Config = PDartsConfig
    method = PDartsMethod

    def _search(self, fabric: Fabric) -> list[Genotype]:
        config: Any = self._config
        kept: dict[str, list[int]] = {}
        found: list[Genotype] = []
        for stage, depth in enumerate(config.depths):
            space = at_depth(self._space, config.depth, depth)
            seed = derive_seed(self._seed, "stage", stage)
            engine = self._engine(fabric, space, config, seed, self._place(stage))
            method: Any = engine.method
            method.narrow(stage, kept)
            found = engine.run()
            if stage < len(config.options):
                kept = method.best(config.options[stage])
        return found

    def _place(self, stage: int) -> Path | None:
        """The last stage's files lie where those of other methods do."""
        last = stage + 1 == len(self._config.depths)  # type: ignore[attr-defined]  # PDartsConfig
        return self._folder if last or self._folder is None else self._folder / f"stage-{stage + 1}"


def at_depth(space: Space, parameter: str, depth: int) -> Space:
    """The space with a parameter set; as it is if it has none of this name.

    NAS625 if the parameter changes what is decided.
    """
    from nasdsl.space import Space

    if parameter not in space.params:
        return space
    overrides = dict(space.outline.overrides) | {parameter: depth}
    made = Space(space.programs, overrides, names_checked=True)
    if made.hash != space.hash:
        raise fail(
            "NAS625", f"`{parameter}` changes what `{space.name}` decides, so its stages do not compare",
            help='name another parameter by `depth`, or none: depth = ""',
        )  # fmt: skip
    return made
