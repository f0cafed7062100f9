"""Requirements: limits of the cost, how far an architecture is from them, sampling within them; and
what requirements leave no room for."""

from __future__ import annotations

from math import inf
from random import Random
from typing import TYPE_CHECKING, Any

from . import syntax
from .costs import Cost
from .dag import Branch, Leaf, Node, Prefix, Product
from .diagnostics import Diagnostic, NasError, fail
from .evaluate.basic import truth
from .genotype import Genotype
from .values import Scope

if TYPE_CHECKING:
    from .space import Space

DRAWS = 64  # before a draw is repaired
STEPS = 400  # of one repair
RESTARTS = 8


def violation(space: Space, genotype: Genotype, found: Cost) -> float:
    """The sum of relative excesses over the limits; 0 if all hold."""
    machine, env = space.cost_machine(found, genotype)
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
        return float(abs(a - b) / max(abs(a), abs(b), 1) + 1e-9)
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
    raise fail("NAS512", f"no architecture within the limits was found in {DRAWS + RESTARTS * STEPS} tries",
               space.limits[0].span,
               notes=((f"the nearest one misses them by {100 * best[0]:.1f} %: {space.text(best[1])}", None),),
               help="relax the limit, or offer cheaper choices")  # fmt: skip


# ---------------------------------------------------------------------------- what cannot be

Interval = tuple[float, float]


def impossible_limits(space: Space) -> list[Diagnostic]:
    """The limits that no architecture meets, by the bounds of the cost; and those without sense."""
    cost = space.cost_range
    known: dict[str, Interval] = {
        "params": cost.params,
        "macs": cost.macs,
        "flops": (2 * cost.macs[0], 2 * cost.macs[1]),
        "activations": cost.activations,
        "depth": cost.depth,
    }
    out: list[Diagnostic] = []
    machine, env = space.cost_machine(Cost(1, 1, 1, 1), space.genotype({}))
    for limit in space.limits:
        try:
            truth(machine, machine.eval(limit, env, Scope("require")), limit.span)
        except NasError as error:
            out.extend(error.diagnostics)
            continue
        if _never(space, limit, known):
            names = sorted(
                {n.id for n in syntax.walk(limit) if isinstance(n, syntax.Name)} & known.keys()
            )
            shown = ", ".join(f"{n} {_range(known[n])}" for n in names)
            out.append(Diagnostic("NAS514", "no architecture of this space can meet this limit", limit.span,
                                  notes=((f"the architectures have {shown}", None),),
                                  help="relax the limit, or offer other choices"))  # fmt: skip
    return out


def _range(bounds: Interval) -> str:
    low, high = bounds
    return f"from {low:,}" + (f" to {high:,}" if high != inf else "")


def _never(space: Space, condition: syntax.Expr, known: dict[str, Interval]) -> bool:
    match condition:
        case syntax.Group(body):
            return _never(space, body, known)
        case syntax.Binary("and", left, right):
            return _never(space, left, known) or _never(space, right, known)
        case syntax.Binary("or", left, right):
            return _never(space, left, known) and _never(space, right, known)
        case syntax.Binary("<" | "<=" | ">" | ">=" | "==" as op, left, right):
            a, b = _interval(space, left, known), _interval(space, right, known)
            if a is None or b is None:
                return False
            if op in (">", ">="):
                a, b = b, a
            if op in ("<", ">"):
                return a[0] >= b[1]
            return a[0] > b[1] or (op == "==" and b[0] > a[1])
    return False


def _interval(space: Space, node: syntax.Expr, known: dict[str, Interval]) -> Interval | None:
    """Bounds of a number; None if they are not known."""
    match node:
        case syntax.Group(body):
            return _interval(space, body, known)
        case syntax.Name(name) if name in known:
            return known[name]
        case syntax.Number(value=value):
            return value, value
        case syntax.Name(name):
            machine, env = space.cost_machine(Cost(1, 1, 1, 1), None)
            try:
                found: Any = machine.lookup(name, env, None)
            except NasError:
                return None  # it depends on decisions
            return (found, found) if isinstance(found, int | float) else None
        case syntax.Binary("+" | "-" | "*" as op, left, right):
            a, b = _interval(space, left, known), _interval(space, right, known)
            if a is None or b is None:
                return None
            if op == "+":
                return a[0] + b[0], a[1] + b[1]
            if op == "-":
                return a[0] - b[1], a[1] - b[0]
            return (a[0] * b[0], a[1] * b[1]) if a[0] >= 0 and b[0] > 0 else None
    return None


def unproven(space: Space) -> Diagnostic | None:
    """A note where shapes could not be tried over all choices."""
    if not space.unproven:
        return None
    places = sorted((s for s in space.doubts if s is not None), key=lambda s: s.start)
    shown = "; ".join(f"`{s.text}`" for s in places[:_PLACES])
    more = f" and {len(places) - _PLACES} more places" if len(places) > _PLACES else ""
    return Diagnostic(
        "NAS516", f"the shapes at {space.unproven} operators depend on too many decisions to try them all",
        places[0] if places else None, notes=((f"the operators are {shown}{more}", None),) if shown else (),
        help="no mistake is certain; one that only some architectures have would show when they are built",
        severity="note")  # fmt: skip


_PLACES = 4


def dead_options(space: Space) -> list[Diagnostic]:
    """A warning for every option of a decision that requirements leave to no genotype."""
    alive: dict[Any, set[int]] = {}
    whole: set[Any] = set()
    seen: set[int] = set()
    stack: list[Node] = [space.root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Product):
            stack += node.children
        elif isinstance(node, Prefix):
            stack.append(node.child)
        elif isinstance(node, Branch):
            alive.setdefault(node.var, set()).update(node.feasible)
            stack += [c for c in node.children if c is not None]
        elif isinstance(node, Leaf):
            whole.add(node.var)
    out = []
    for var, indices in alive.items():
        if var.domain.kind not in _FEW or var in whole:
            continue
        for index in range(var.size or 0):
            if index not in indices and (var, index) not in space.excluded:
                out.append(Diagnostic(
                    "NAS515", f"the requirements leave no architecture in which `{var.path}` is `{var.domain.show(index)}`",
                    space.spans.get(var), help="relax a `require`, or leave this option out",
                    severity="warning"))  # fmt: skip
    return out


_FEW = ("one", "bit")
