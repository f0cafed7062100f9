"""Random search, the baseline that every other strategy must beat."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config

from .base import Seen, Trial, dump_rng, load_rng, need_finite, several

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class RandomConfig(Config):
    """The distribution of samples."""

    uniform: bool = Field(
        default=False,
        description="every genotype has the same chance; otherwise every option of a decision",
    )
    avoid_duplicates: bool = Field(default=False, description="propose nothing twice")


class RandomSearch:
    """Independent samples of the feasible part of a space; NAS320 if uniform and not finite."""

    Config = RandomConfig

    def __init__(self, space: Space, config: RandomConfig, seed: int) -> None:
        if config.uniform:
            need_finite(space, "uniform samples")
        self._config = config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(lambda: self._seen.sample(self._rng, self._config.uniform), n)

    def tell(self, trials: Sequence[Trial]) -> None:
        """Nothing is learnt."""

    def state(self) -> dict[str, Any]:
        return {"rng": dump_rng(self._rng), "seen": self._seen.dump()}

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._seen.load(state["seen"])
