"""How a space grows, for progressive strategies: levels, and the children of a genotype at the next.

A level is either a size, the option of one decision (`blocks`), or a part of the decisions: those of a
loop's round (`i` of `cell/i[2]/op`), or a stretch of the sequence of atoms. Decisions of parts to come
are filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from random import Random
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from nasdsl.diagnostics import Diagnostic, NasError, did_you_mean

from .atoms import Atom, atoms, compose

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space

SAMPLES = 32  # genotypes looked at to see how a space is laid out

#: An option, or: the parent's if it has one, any, whatever fills the rest.
Role: TypeAlias = int | Literal["keep", "any", "fill"]
Choices: TypeAlias = Mapping[str, int]
_ROUND = re.compile(r"(?:^|/)([^/\[\]]+)\[(\d+)\]")


class Plan(Protocol):
    """Levels 0..count-1."""

    @property
    def count(self) -> int: ...

    def after(self, level: int) -> int:
        """The next level, when all have been passed too."""

    def role(self, level: int, key: str, place: int) -> Role:
        """What happens to an atom, by its key and its place in the sequence."""


@dataclass(frozen=True)
class Sizes:
    """Level k has option k of one decision; what that brings to life is new."""

    key: str
    count: int

    def after(self, level: int) -> int:
        return min(level + 1, self.count - 1)

    def role(self, level: int, key: str, place: int) -> Role:
        return level if key == self.key else "keep"


@dataclass(frozen=True)
class Parts:
    """At level k the atoms of part k are new, those after it filled in; after the last, the first."""

    count: int
    part: Callable[[str, int], int]

    def after(self, level: int) -> int:
        return (level + 1) % self.count

    def role(self, level: int, key: str, place: int) -> Role:
        part = min(self.part(key, place), self.count - 1)
        return "keep" if part < level else "any" if part == level else "fill"


def plan(space: Space, level: str, parts: int) -> Plan:
    """`level` names a decision (`count` finds `count/if` too) or a loop; "" cuts the sequence into parts.

    Raises NasError (NAS328).
    """
    rng = Random(0)
    met = [[a for a, _ in atoms(space, space.sample(rng))] for _ in range(SAMPLES)]
    if not level:
        each = max(1, -(-max(map(len, met)) // parts))
        longest = max(1, max(map(len, met)))
        return Parts(-(-longest // each), lambda key, place: place // each)
    keys = {atom.key: atom for row in met for atom in row}
    named = [key for key in keys if key == level or key.startswith(f"{level}/")]
    if len(named) == 1:
        return Sizes(named[0], keys[named[0]].count)
    rounds = sorted({n for key in keys if (n := _round(key, level)) is not None})
    if not rounds:
        raise _unknown(space, level, list(keys))
    numbers = {n: part for part, n in enumerate(rounds)}
    last = len(rounds) - 1

    def part(key: str, place: int) -> int:
        number = _round(key, level)
        return 0 if number is None else numbers.get(number, last)

    return Parts(len(rounds), part)


def _round(key: str, loop: str) -> int | None:
    """Which round of a loop a decision belongs to."""
    return next((int(n) for name, n in _ROUND.findall(key) if name == loop), None)


def _unknown(space: Space, level: str, keys: Sequence[str]) -> NasError:
    loops = list(dict.fromkeys(name for key in keys for name, _ in _ROUND.findall(key)))
    some = ", ".join([*loops, *keys][:12])
    message = f"space `{space.name}` has no decision and no loop `{level}` to grow by"
    help = did_you_mean(level, [*loops, *keys]) or f"there are {some}"
    return NasError(Diagnostic("NAS328", message, help=help))


@dataclass(frozen=True)
class Growth:
    """The children at a level. fill: the option of an atom that is filled in."""

    space: Space
    plan: Plan
    level: int
    fill: Callable[[Atom], int]
    rng: Random

    def children(self, parent: Choices, most: int) -> Iterator[Genotype]:
        """All of them if they seem to be at most so many, else as many that are drawn."""
        _, met = self._child(parent, lambda atom: atom.options[0])
        if prod([len(atom.options) for atom in met]) > most:
            for _ in range(most):
                yield self._child(parent, lambda atom: self.rng.choice(atom.options))[0]
            return
        stack: list[tuple[int, ...]] = [()]
        for _ in range(most):
            if not stack:
                return
            word = stack.pop()
            genotype, met = self._child(parent, _following(word))
            yield genotype
            # Siblings: the same as far as some place behind the word, there another option.
            taken = (*word, *[atom.options[0] for atom in met[len(word) :]])
            for place in range(len(word), len(met)):
                stack += [(*taken[:place], o) for o in met[place].options[1:]]

    def _child(self, parent: Choices, choose: Callable[[Atom], int]) -> tuple[Genotype, list[Atom]]:
        """A genotype, and the atoms for which `choose` was asked."""
        met: list[Atom] = []
        place = -1

        def take(atom: Atom) -> int:
            nonlocal place
            place += 1
            role = self.plan.role(self.level, atom.key, place)
            if role == "fill":
                return self.fill(atom)
            if isinstance(role, int):
                return min(atom.options, key=lambda option: abs(option - role))
            if role == "keep" and parent.get(atom.key) in atom.options:
                return parent[atom.key]
            met.append(atom)
            return choose(atom)

        return compose(self.space, take, self.rng), met


def _following(word: Sequence[int]) -> Callable[[Atom], int]:
    """The options of a word, then the first ones."""
    wanted = iter(word)
    return lambda atom: next(wanted, atom.options[0])


def choices_of(space: Space, genotype: Genotype) -> dict[str, int]:
    """What was chosen at each atom."""
    return {atom.key: taken for atom, taken in atoms(space, genotype)}
