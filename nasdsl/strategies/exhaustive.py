"""Every genotype once, in the order of rank; a large space can be split into shards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, model_validator

from nasdsl.configure import Config

from .base import Trial, need_finite

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class ExhaustiveConfig(Config):
    """The part `shard` (from 0) of `shards` equal ranges of ranks."""

    shard: int = Field(default=0, ge=0, description="the part to enumerate, from 0")
    shards: int = Field(default=1, ge=1, description="equal parts, one for each machine")

    @model_validator(mode="after")
    def _inside(self) -> Self:
        if self.shard >= self.shards:
            raise ValueError(f"shard {self.shard} of {self.shards}: they count from 0")
        return self


class Exhaustive:
    """Enumeration; NAS320 if the space has no finite size."""

    Config = ExhaustiveConfig

    def __init__(self, space: Space, config: ExhaustiveConfig, seed: int) -> None:
        size = need_finite(space, "enumeration")
        self._space = space
        self._next = size * config.shard // config.shards
        self._stop = size * (config.shard + 1) // config.shards
        self._genotypes: Iterator[Genotype] | None = None

    def ask(self, n: int = 1) -> list[Genotype]:
        if self._genotypes is None:
            self._genotypes = self._space.enumerate(self._next, self._stop)
        proposals = list(islice(self._genotypes, n))
        self._next += len(proposals)
        return proposals

    def tell(self, trials: Sequence[Trial]) -> None:
        """Nothing is learnt."""

    def state(self) -> dict[str, Any]:
        return {"next": self._next}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._next = int(state["next"])
        self._genotypes = None
