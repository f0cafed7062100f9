"""Two spaces compared by what can be decided in them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from .canonical import architecture_hash
from .diagnostics import NasError

if TYPE_CHECKING:
    from .domains import Domain
    from .genotype import Genotype
    from .space import Space

LIMIT = 100_000  # decisions looked at
SAMPLES = 16  # genotypes whose networks are compared


@dataclass(frozen=True, slots=True)
class Difference:
    """Decisions by their paths, with their domains as text: of the first only, of the second only,
    and of both but with other options. same: the decisions are, and so are the networks that
    genotypes of a sample mean."""

    same: bool
    sizes: tuple[int | None, int | None]
    removed: dict[str, str]
    added: dict[str, str]
    changed: dict[str, tuple[str, str]]

    def lines(self) -> list[str]:
        """For people: `-` for what the second lacks, `+` for what the first lacks."""
        if self.same:
            return ["the spaces are the same"]
        lines = [f"- {path}: {text}" for path, text in self.removed.items()]
        for path, (before, after) in self.changed.items():
            lines += [f"- {path}: {before}", f"+ {path}: {after}"]
        lines += [f"+ {path}: {text}" for path, text in self.added.items()]
        if not lines:
            lines = ["the decisions are the same, and lead to other networks or limits"]
        before, after = (_count(size) for size in self.sizes)
        return [*lines, f"size: {before}" + (f" -> {after}" if before != after else "")]

    def as_json(self) -> dict[str, Any]:
        return {
            "same": self.same,
            "sizes": self.sizes,
            "removed": self.removed,
            "added": self.added,
            "changed": {path: list(pair) for path, pair in self.changed.items()},
        }


def difference(first: Space, second: Space) -> Difference:
    """What changes from the first to the second."""
    a, b = _decisions(first), _decisions(second)
    return Difference(
        first.hash == second.hash and _alike(first, second),
        (first.size, second.size),
        {path: str(domain) for path, domain in a.items() if path not in b},
        {path: str(domain) for path, domain in b.items() if path not in a},
        {path: (str(a[path]), str(b[path])) for path in a if path in b and a[path] != b[path]},
    )


def _alike(first: Space, second: Space) -> bool:
    """Whether genotypes drawn from the first are the same networks in the second."""
    rng = Random(0)
    drawn = [first.sample(rng) for _ in range(SAMPLES)]
    return all(_network(first, g) == _network(second, g) for g in drawn)


def _network(space: Space, genotype: Genotype) -> tuple[str, bool]:
    try:
        architecture = space.build(genotype)
    except NasError as error:
        return error.diagnostics[0].code, False
    return architecture_hash(architecture), space.feasible(genotype, architecture)


def _decisions(space: Space) -> dict[str, Domain]:
    return dict(space.all_decisions(LIMIT))


def _count(size: int | None) -> str:
    if size is None:
        return "not finite"
    return f"{size:,}" if size < 10**18 else f"about 10^{len(str(size)) - 1}"
