"""Gates of a genotype, and gates without any preference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from nasdsl.relax import Relaxed, taken_by

from .gates import Gate

if TYPE_CHECKING:
    from nasdsl.genotype import Genotype
    from nasdsl.space import Space


def path_of(relaxed: Relaxed, space: Space, genotype: Genotype) -> dict[str, Gate]:
    """Hard gates; of a decision that the genotype does not have, nothing or the first option."""
    gates = {
        path: Gate(active=(0,) if c.kind == "one" else ()) for path, c in relaxed.choices.items()
    }
    for path, domain, index in taken_by(space, genotype):
        if domain.kind == "pick":
            positions = domain.positions(int(index))
            if path in gates:
                gates[path] = Gate(active=positions)
            for k, position in enumerate(positions):
                if f"{path}[{k}]" in gates and path not in gates:
                    gates[f"{path}[{k}]"] = Gate(active=(position,))
        elif path in gates:
            taken = int(index)
            gates[path] = Gate(active=((0,) if taken else ()) if domain.kind == "bit" else (taken,))
    return gates


def uniform(relaxed: Relaxed, like: Tensor) -> dict[str, Gate]:
    """All options of a decision with one weight; what can only be taken takes its first option (or elements)."""
    gates = {}
    for path, choice in relaxed.choices.items():
        if choice.hard:
            taken = max((d.count for d in relaxed.domains.get(path, ())), default=1)
            gates[path] = Gate(active=tuple(range(taken if choice.kind == "pick" else 1)))
            continue
        share = 1.0 / choice.n
        if choice.kind == "bit":
            share = 0.5
        elif choice.kind == "pick":
            share = max(d.count for d in relaxed.domains[path]) / choice.n
        gates[path] = Gate(like.new_full((choice.n,), share).detach())
    return gates
