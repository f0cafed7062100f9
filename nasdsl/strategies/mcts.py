"""Monte Carlo tree search over the choices of a space.

Selection is UCT (Kocsis, Szepesvári, "Bandit based Monte-Carlo planning", ECML 2006): from the root
on, the option of the greatest upper confidence bound. A trial adds one node to the tree; the choices
below it are drawn (the rollout), and the value of the architecture counts for every node on the way.

AlphaX (Wang, Zhao, Jinnai, Tian, Fonseca, AAAI 2020) adds to the architecture that is trained k that
a model predicts: `simulations` = k. The model here is additive: the mean value plus what each choice
adds on average, wherever it stands in the tree. The best predicted of the k rollouts is the one that
is tried, and with `averaging` the value that is learnt is (value + mean of the k predictions) / 2,
AlphaX's equation. `prior` mixes the same averages into the bounds (Gelly, Silver, ICML 2007, RAVE,
with the weight √(k / (3 n + k))).
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from pydantic import Field

from nasdsl.configure import Config

from .atoms import Atom, atoms, compose
from .base import Seen, Trial, dump_rng, load_rng, several
from .search_tree import Node, Tree, choose

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class MCTSConfig(Config):
    """Values are scaled to 0..1 by their range so far, so that the exploration fits any objective."""

    exploration: float = Field(
        default=0.1, ge=0, description="C of UCT; 0.7 is what the theory asks of rewards in 0..1"
    )
    simulations: int = Field(
        default=10, ge=0, description="rollouts of which the best predicted is tried; 0: one, blind"
    )
    averaging: bool = Field(default=False, description="learn from the predictions, too (AlphaX)")
    prior: float = Field(
        default=10.0,
        ge=0,
        description="trials that the average of a choice is worth (RAVE); 0: none",
    )
    nodes: int = Field(default=10_000, ge=1, description="the size of the tree at most")
    avoid_duplicates: bool = Field(
        default=True, description="try nothing twice, and leave what has been tried altogether"
    )


class Averages:
    """The mean value of the architectures with a choice, wherever it was made."""

    def __init__(self) -> None:
        self._sums: dict[str, list[float]] = {}  # by key and option: how many, their sum
        self._count, self._total = 0, 0.0

    def note(self, choices: Sequence[tuple[Atom, int]], value: float) -> None:
        self._count += 1
        self._total += value
        for atom, option in choices:
            entry = self._sums.setdefault(f"{atom.key}={option}", [0, 0.0])
            entry[0] += 1
            entry[1] += value

    def of(self, key: str, option: int) -> tuple[float, int]:
        """The sum of the values and how many they are; the mean of all counts as one of them."""
        mean = self._total / self._count if self._count else 0.0
        count, total = self._sums.get(f"{key}={option}", (0, 0.0))
        return total + mean, int(count) + 1

    def predict(self, choices: Sequence[tuple[str, int]]) -> float:
        """The mean of all values plus what each choice adds to it."""
        mean = self._total / self._count if self._count else 0.0
        found = mean
        for key, option in choices:
            total, count = self.of(key, option)
            found += total / count - mean
        return found

    def dump(self) -> list[Any]:
        return [self._count, self._total, {k: list(v) for k, v in self._sums.items()}]

    def load(self, state: Sequence[Any]) -> None:
        self._count, self._total, sums = state
        self._sums = {k: list(v) for k, v in sums.items()}


class MCTS:
    """Failed trials count as visits without a reward; what is infeasible is visited, not proposed."""

    Config = MCTSConfig
    TRIES = 20

    def __init__(self, space: Space, config: MCTSConfig, seed: int) -> None:
        self._space, self._config = space, config
        self._rng = random.Random(seed)
        self._seen = Seen(space, config.avoid_duplicates)
        self._closing = config.avoid_duplicates and space.size is not None
        self._tree = Tree(config.nodes)
        self._averages = Averages()
        self._out: dict[Genotype, list[float]] = {}  # proposals by the tree, with predictions

    def ask(self, n: int = 1) -> list[Genotype]:
        return several(self._propose, n)

    def _propose(self) -> Genotype | None:
        if self._seen.exhausted():
            return None
        for _ in range(self.TRIES):
            path, complete = self._select()
            genotype, predicted = self._simulate(path)
            new = self._seen.add(genotype)
            if new or complete:
                self._visit(path, complete)
            if new and self._space.feasible(genotype):
                self._out.setdefault(genotype, []).append(predicted)
                return genotype
        return self._seen.sample(self._rng)

    def _select(self) -> tuple[list[int], bool]:
        """The choices that the tree makes, one more than it has nodes for; whether that is all."""
        node: Node | None = self._tree.root
        path: list[int] = []
        complete = True

        def follow(atom: Atom) -> int:
            nonlocal node, complete
            if node is None:
                complete = False
                return atom.options[0]
            node.width = len(atom.options)
            priors = self._priors(atom, node)
            option = choose(
                self._tree, node, atom.options, self._config.exploration, priors, self._rng
            )
            path.append(option)
            node = node.children.get(option)
            return option

        compose(self._space, follow, self._rng)
        return path, complete

    def _priors(self, atom: Atom, node: Node) -> dict[int, tuple[float, float]]:
        worth = self._config.prior
        if not worth:
            return {}
        found: dict[int, tuple[float, float]] = {}
        for option in atom.options:
            child = node.children.get(option)
            weight = sqrt(worth / (3 * (child.told if child else 0) + worth))
            found[option] = self._tree.scaled(*self._averages.of(atom.key, option)), weight
        return found

    def _simulate(self, path: Sequence[int]) -> tuple[Genotype, float]:
        """The best predicted of the rollouts below a path, and the mean of their predictions."""
        count = max(1, self._config.simulations)
        found = [self._rollout(path) for _ in range(count)]
        best = max(found, key=lambda pair: pair[0])
        return best[1], sum(value for value, _ in found) / count

    def _rollout(self, path: Sequence[int]) -> tuple[float, Genotype]:
        taken: list[tuple[str, int]] = []

        def follow(atom: Atom) -> int:
            if len(taken) < len(path):
                option = path[len(taken)]
            else:
                option = atom.options[int(len(atom.options) * self._rng.random())]
            taken.append((atom.key, option))
            return option

        genotype = compose(self._space, follow, self._rng)
        return (self._averages.predict(taken) if self._config.simulations else 0.0), genotype

    def _visit(self, path: Sequence[int], complete: bool) -> None:
        node: Node | None = self._tree.root
        assert node is not None
        node.visits += 1
        for option in path:
            node = self._tree.grow(node, option)
            if node is None:
                return
            node.visits += 1
        if complete and self._closing:
            self._tree.close(node)

    def tell(self, trials: Sequence[Trial]) -> None:
        for trial in trials:
            predictions = self._out.get(trial.genotype)
            predicted = predictions.pop(0) if predictions else None
            if not predictions:
                self._out.pop(trial.genotype, None)
            if trial.state == "done":
                self._learn(trial, predicted)

    def _learn(self, trial: Trial, predicted: float | None) -> None:
        self._seen.add(trial.genotype)
        value = trial.values[0]
        choices = atoms(self._space, trial.genotype)
        path = [self._tree.root]
        for _, option in choices:
            child = path[-1].children.get(option)
            if child is None:
                break
            path.append(child)
        if predicted is None:  # nobody has visited these yet
            for node in path:
                node.visits += 1
        elif self._config.averaging and self._config.simulations:
            value = (value + predicted) / 2
        self._tree.reward(path, value)
        self._averages.note(choices, trial.values[0])

    def state(self) -> dict[str, Any]:
        out = [[self._space.text(g), values] for g, values in self._out.items()]
        return {
            "rng": dump_rng(self._rng),
            "tree": self._tree.dump(),
            "extent": list(self._tree.extent) if self._tree.root.told else None,
            "averages": self._averages.dump(),
            "out": out,
            "seen": self._seen.dump(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        load_rng(self._rng, state["rng"])
        self._tree.load(state["tree"], state["extent"] or (float("inf"), float("-inf")))
        self._averages.load(state["averages"])
        self._out = {self._space.read(text): list(values) for text, values in state["out"]}
        self._seen.load(state["seen"])
