"""CoDeepNEAT: Miikkulainen, Liang, Meyerson, Rawal, Fink, Francon, Raju, Shahrzad, Navruzyan, Duffy,
Hodjat, "Evolving deep neural networks", 2017, section 3.

Blueprints and modules are evolved apart. A blueprint says of which species of modules each place of a
network is; a network is made of a blueprint by drawing a module of each of its species, the same one
for all places of that species. The fitness of a blueprint or module is the mean over the networks
that it is part of.

The paper's genomes are graphs of layers that grow. Here the space says what can be, and its
decisions are split:

- a *place* is a part of the network, one of those among which most decisions divide, as
  `chain/modules/i[1]`;
- a *module* is what is decided inside a place, by the rest of the path; places whose names differ only
  in numbers take modules of one population, others have populations of their own;
- a *blueprint* is the rest: for each place a species of its population, and the decisions that stand
  in no place. In a space without places there are blueprints only.

What a module does not say where it is put, it learns: it is drawn and kept. What does not fit there
(an option of another decision, or excluded) is drawn each time. Places that no random genotype of the
beginning has are drawn too. A trial that fails counts for nobody.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config
from nasdsl.variation.decisions import draw, fits
from nasdsl.variation.paths import split, trunk

from .base import Trial, dump_rng, load_rng, several
from .species import Gene, Individual, Population

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space
    from nasdsl.walks import Step

Parts = list[tuple[str, int]]  # of a network: whose it is ("" for the blueprint) and its number


class CoDeepNEATConfig(Config):
    """The paper's sizes; it does not give the number of species nor the rates."""

    blueprints: int = Field(default=25, ge=1, description="blueprints")
    modules: int = Field(default=45, ge=1, description="modules of each population")
    species: int = Field(default=3, ge=1, description="species of each population of modules")
    networks: int = Field(default=100, ge=1, description="trials done in a generation")
    crossover: float = Field(default=0.5, ge=0, le=1, description="share of children of two")
    mutation: float = Field(default=0.8, ge=0, le=1, description="share of mutated children")


class CoDeepNEAT:
    """A generation ends when `networks` trials are done, in whatever order."""

    Config = CoDeepNEATConfig
    SAMPLES = 50  # genotypes whose paths show the places
    WAITING = 10  # generations' worth of networks whose trials are waited for

    def __init__(self, space: Space, config: CoDeepNEATConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        look = random.Random(0)  # the places are the space's, whatever the seed
        samples = [space.sample(look) for _ in range(self.SAMPLES)]
        self._stem = trunk(dict.fromkeys(s.path for g in samples for s in space.steps(g)))
        self._modules = {
            kind: Population(genes, config.species) for kind, genes in self._first_modules().items()
        }
        self._blueprints = Population([{} for _ in range(config.blueprints)], 1)
        self._out: dict[Genotype, list[Parts]] = {}  # networks that are out
        self._done = 0

    def _first_modules(self) -> dict[str, list[dict[str, Gene]]]:
        """Modules cut from random genotypes, one a genotype and kind."""
        found: dict[str, list[dict[str, Gene]]] = {}
        for _ in range(self._config.modules):
            genotype = self._space.sample_feasible(self._rng)
            places: dict[str, dict[str, Gene]] = {}
            for step, index in zip(self._space.steps(genotype), genotype.choices, strict=True):
                place, rest = split(step.path, self._stem)
                if rest:
                    places.setdefault(place, {})[rest] = step.domain.size, index
            kinds: dict[str, list[dict[str, Gene]]] = {}
            for place, genes in places.items():
                kinds.setdefault(_kind(place), []).append(genes)
            for kind, cut in kinds.items():
                found.setdefault(kind, []).append(self._rng.choice(cut))
        return found

    # -------------------------------------------------------------- networks

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._assemble, n)

    def _assemble(self) -> Genotype:
        blueprint = self._blueprints.draw(self._rng)
        used: dict[tuple[str, int], Individual] = {}

        def choose(step: Step) -> int | float:
            place, rest = split(step.path, self._stem)
            if not rest:
                return self._choice(blueprint, step.path, step)
            if _kind(place) not in self._modules:
                return draw(step, self._rng)
            return self._choice(self._module(blueprint, place, used), rest, step)

        genotype = self._space.compose(choose)
        parts = [("", blueprint.number), *((kind, m.number) for (kind, _), m in used.items())]
        self._out.setdefault(genotype, []).append(parts)
        if len(self._out) > self.WAITING * self._config.networks:
            del self._out[next(iter(self._out))]
        return genotype

    def _module(
        self, blueprint: Individual, place: str, used: dict[tuple[str, int], Individual]
    ) -> Individual:
        """The module of a place: of its species the one that this network uses."""
        kind = _kind(place)
        population = self._modules[kind]
        name = f"@{place}"
        if name not in blueprint.genes:
            blueprint.genes[name] = population.species, self._rng.randrange(population.species)
        species = int(blueprint.genes[name][1])
        if (kind, species) not in used:
            used[kind, species] = population.draw(self._rng, species)
        return used[kind, species]

    def _choice(self, owner: Individual, name: str, step: Step) -> int | float:
        size, index = owner.genes.get(name, (step.domain.size, None))
        if index is not None and size == step.domain.size and fits(step, index):
            return index
        drawn = draw(step, self._rng)
        owner.genes.setdefault(name, (step.domain.size, drawn))
        return drawn

    # -------------------------------------------------------------- fitness

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            waiting = self._out.get(trial.genotype)
            if waiting is None:
                continue  # not of ours: nobody's merit
            parts = waiting.pop(0)
            if not waiting:
                del self._out[trial.genotype]
            if trial.state == "done":
                self._credit(parts, trial.values[0])
                self._done += 1
            if self._done == self._config.networks:
                self._evolve()

    def _credit(self, parts: Parts, value: float) -> None:
        for kind, number in parts:
            population = self._modules[kind] if kind else self._blueprints
            member = population.member(number)
            if member is not None:
                member.total += value
                member.count += 1

    def _evolve(self) -> None:
        self._done = 0
        for population in (self._blueprints, *self._modules.values()):
            population.evolve(self._config.crossover, self._config.mutation, self._rng)

    def state(self) -> dict[str, Any]:
        return {
            "rng": dump_rng(self._rng),
            "done": self._done,
            "blueprints": self._blueprints.state(),
            "modules": {kind: p.state() for kind, p in self._modules.items()},
            "out": [[self._space.text(g), waiting] for g, waiting in self._out.items()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._done = state["done"]
        self._blueprints = Population.load(state["blueprints"], 1)
        self._modules = {
            kind: Population.load(p, self._config.species) for kind, p in state["modules"].items()
        }
        self._out = {
            self._space.read(text): [
                [(kind, number) for kind, number in parts] for parts in waiting
            ]
            for text, waiting in state["out"]
        }


def _kind(place: str) -> str:
    """A place's name without its numbers: places of one kind share their modules."""
    return re.sub(r"\[\d+\]|#\d+", "", place)
