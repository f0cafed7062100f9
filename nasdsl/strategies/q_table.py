"""Tabular Q-learning over atoms: values of options by state, learnt from whole trajectories.

Baker, Gupta, Naik, Raskar, "Designing neural network architectures using reinforcement learning",
ICLR 2017, equation 3 and algorithm 3: transitions are updated from the last to the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from .abstraction import Observer
from .atoms import Atom, atoms, compose

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


class Move(NamedTuple):
    """A choice: in a state of `width` options, of which `options` were feasible."""

    state: str
    width: int
    options: Sequence[int]
    taken: int


Episode = tuple[Move, ...]


def episode_of(space: Space, genotype: Genotype, features: Sequence[str]) -> Episode:
    """The choices that lead to a genotype."""
    observer = Observer(features)
    moves: list[Move] = []
    for atom, taken in atoms(space, genotype):
        moves.append(Move(observer.state(atom), atom.count, atom.options, taken))
        observer.took(atom, taken)
    return tuple(moves)


class QTable:
    """Q(state, option). `initial` None: a state begins with the mean of the rewards so far."""

    def __init__(self, alpha: float, gamma: float, initial: float | None) -> None:
        self._alpha, self._gamma, self._initial = alpha, gamma, initial
        self._rewards, self._sum = 0, 0.0
        self._rows: dict[str, list[float]] = {}

    def noted(self, reward: float) -> None:
        """A reward enters the mean."""
        self._rewards += 1
        self._sum += reward

    def row(self, state: str, width: int) -> list[float]:
        row = self._rows.get(state)
        if row is None:
            mean = self._sum / self._rewards if self._rewards else 0.0
            row = [mean if self._initial is None else self._initial] * width
            self._rows[state] = row
        return row

    def compose(
        self, space: Space, features: Sequence[str], epsilon: float, rng: Random
    ) -> Genotype:
        """A genotype by the ε-greedy policy; ties are broken at random."""
        observer = Observer(features)

        def choose(atom: Atom) -> int:
            if rng.random() < epsilon:
                option = atom.options[int(len(atom.options) * rng.random())]
            else:
                row = self.row(observer.state(atom), atom.count)
                top = max([row[o] for o in atom.options])
                ties = [o for o in atom.options if row[o] == top]
                option = ties[int(len(ties) * rng.random())]
            observer.took(atom, option)
            return option

        return compose(space, choose, rng)

    def learn(self, episode: Episode, reward: float, step: float = 0.0) -> None:
        """Q(s,u) ← (1-α) Q(s,u) + α (r + γ max Q(s',·)) along a trajectory, backwards.

        r is `reward` for the last choice, where there is no s', and `step` for the others.
        """
        alpha, gamma, target = self._alpha, self._gamma, reward
        for state, width, options, taken in reversed(episode):
            row = self._rows.get(state) or self.row(state, width)
            row[taken] += alpha * (target - row[taken])
            best = max(row) if len(options) == width else max([row[o] for o in options])
            target = step + gamma * best

    def dump(self) -> dict[str, Any]:
        rows = {key: list(row) for key, row in self._rows.items()}
        return {"rewards": self._rewards, "sum": self._sum, "rows": rows}

    def load(self, state: Mapping[str, Any]) -> None:
        self._rewards, self._sum = state["rewards"], state["sum"]
        self._rows = {key: list(row) for key, row in state["rows"].items()}
