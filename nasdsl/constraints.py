"""Cost limits: how far an architecture is from them, and sampling within them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from . import syntax
from .costs import Cost
from .diagnostics import fail
from .evaluate.basic import truth
from .genotype import Genotype
from .values import Scope

if TYPE_CHECKING:
    from .space import Space

DRAWS = 64  # before a draw is repaired
STEPS = 400  # of one repair
RESTARTS = 8


def violation(space: Space, found: Cost) -> float:
    """The sum of relative excesses over the limits; 0 if all hold."""
    machine, env = space.cost_machine(found)
    total = 0.0
    for limit in space.limits:
        held = truth(machine, machine.eval(limit, env, Scope("require")), limit.span)
        if not held:
            total += _excess(machine, env, limit)
    return total


def _excess(machine: Any, env: Any, limit: syntax.Expr) -> float:
    """For a comparison of numbers, the relative distance from holding; else 1."""
    if isinstance(limit, syntax.Binary) and limit.op in ("<", "<=", ">", ">=", "=="):
        a = machine.eval(limit.left, env, Scope("require"))
        b = machine.eval(limit.right, env, Scope("require"))
        return abs(a - b) / max(abs(a), abs(b), 1) + 1e-9
    return 1.0


def sample_feasible(space: Space, rng: Random) -> Genotype:
    """A genotype within the cost limits.

    First plain draws, which keep the distribution; where they all fail, the best of them is changed
    decision by decision as long as that brings it nearer to the limits. Raises NasError, with how
    near it came, if nothing is found.
    """
    best: tuple[float, Genotype] | None = None
    for _ in range(DRAWS):
        genotype = space.sample(rng)
        far = space.violation(genotype)
        if far <= 0:
            return genotype
        if best is None or far < best[0]:
            best = far, genotype
    assert best is not None
    for _ in range(RESTARTS):
        far, genotype = best
        for _ in range(STEPS):
            other = space.mutate(genotype, rng)
            now = space.violation(other)
            if now <= 0:
                return other
            if now <= far:
                far, genotype = now, other
        best = min(best, (far, genotype), key=lambda pair: pair[0])
    raise fail("NAS512", f"no architecture within the cost limits was found in {DRAWS + RESTARTS * STEPS} tries",
               space.limits[0].span,
               notes=((f"the nearest one misses them by {100 * best[0]:.1f} %: {space.text(best[1])}", None),),
               help="relax the limit, or offer cheaper choices")  # fmt: skip
