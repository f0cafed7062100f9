"""From a space to the network that holds all of its architectures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..architecture import Architecture
from ..cases import TooMany
from ..denote import ONE_AT_A_TIME
from ..diagnostics import Diagnostic, NasError, fail
from ..domains import Domain
from ..effort import PURSE, Exhausted
from ..evaluate.basic import bound
from ..limits import deep_recursion
from ..scope import globals_of, network_scope, recursive_motifs, settled_motifs
from ..symbolic import Sym, forget
from ..values import POISON
from .diagrams import Atom, atoms_of, groups_of
from .ir import Relaxed
from .machine import Relaxer
from .options import Options

if TYPE_CHECKING:
    from ..space import Space

MAX_DECISIONS = 10_000  # each stands for weights of its own


def relax(
    space: Space, *, affine: bool = True, pool_norm: bool = False, partial: int = 1
) -> Relaxed:
    """The space as one network that gates steer. Raises NasError for what has no relaxed form.

    The options are those of nasdsl.relax.options.Options.
    """
    options = Options(affine, pool_norm, partial)
    if sum(1 for _ in space.all_decisions(MAX_DECISIONS + 1)) > MAX_DECISIONS:
        raise fail("NAS407", f"the supernet has more than {MAX_DECISIONS:,} decisions", space.outline.network.span,
                   help="repeat less: what follows a choice once for each of its options grows with every layer")  # fmt: skip
    with ONE_AT_A_TIME, deep_recursion():
        PURSE.fill()
        forget()
        try:
            return _relax(space, options)
        except Exhausted:
            raise fail("NAS410", "it would take too long to relax this space", space.outline.network.span,
                       help="decide fewer things by the same requirement or condition, or repeat less") from None  # fmt: skip
        finally:
            forget()


def _relax(space: Space, options: Options) -> Relaxed:
    machine, outputs = _run(space, options, ())
    demands = machine.held.demands
    if machine.diagnostics and demands:  # which the requirements may exclude
        machine, outputs = _run(space, options, tuple(demands))
    if machine.diagnostics:
        raise NasError(_causes(machine.diagnostics))
    graph = machine.intern(space.name, outputs, (), space.outline.network.span)
    architecture = Architecture(space.name, tuple(machine.sources), graph)
    hard: dict[str, str] = {}
    for atom, why in [*machine.hard.items(), *_with_them(machine)]:
        at = f"{atom.path}[{atom.option}]" if atom.kind == "slot" else atom.path
        hard.setdefault(at, why)
    choices = {p: replace(c, hard=hard.get(p, "")) for p, c in machine.choices.items()}
    domains: dict[str, tuple[Domain, ...]] = {}
    for path, domain in machine.vars:
        domains[path] = (*domains.get(path, ()), domain)
    used = {
        f"{a.path}[{a.option}]" if a.kind == "slot" else a.path
        for d in machine.names.diagrams.values() for a in atoms_of(d)
    }  # fmt: skip
    sizes = tuple(
        machine.names(machine.pool.of(s)) if isinstance(s, Sym) else ""
        for s in machine.root_home.inputs
    )
    used |= {a.path for name in sizes if name for a in atoms_of(machine.names.diagrams[name])}
    choices = {p: c for p, c in choices.items() if p in used}
    relaxed = Relaxed(architecture, choices, dict(machine.names.diagrams), domains, sizes,
                      options)  # fmt: skip
    if not options.affine:
        from .affine import without_affine

        relaxed = without_affine(relaxed)
    return relaxed


def _with_them(machine: Relaxer) -> list[tuple[Atom, str]]:
    """The atoms that decide numbers of channels together with one that can only be taken."""
    widths = [list(atoms_of(machine.names.diagrams[name])) for name in machine.widths if name]
    found = []
    for atom, group in groups_of(widths).items():
        known = next((machine.hard[a] for a in group if a in machine.hard), None)
        if known is not None and atom not in machine.hard:
            found.append((atom, known))
    return found


def _causes(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The mistakes from which the others follow."""
    found = [d for d in diagnostics if d.severity == "error"]
    own = [d for d in found if d.code.startswith("NAS6")]
    return [d for d in own if d.code != "NAS607"] or own or found


def _run(space: Space, options: Options, known: tuple[Sym, ...]) -> tuple[Relaxer, list[int]]:
    program = space.outline
    machine = Relaxer(options, globals_of(program, space.fixed), space.ops,
                      recursive_motifs(program), settled_motifs(program), {}, known)  # fmt: skip
    machine.names.labels = _Labels(machine)
    outputs: list[int] = []
    try:
        value: Any = bound(machine, program.network.value, machine.globals, network_scope(program))
        values = value if isinstance(value, tuple) else (value,)
        tensors = [machine.one_tensor(v, program.network.span) for v in values]
        outputs = [t.number for t in tensors if t is not POISON]
    except TooMany:
        pass
    except NasError as error:
        machine.diagnostics.extend(error.diagnostics)
    if not machine.diagnostics and not outputs:
        raise fail("NAS607", "this network cannot be relaxed: no case of it can occur", program.network.span)  # fmt: skip
    return machine, outputs


class _Labels(dict[str, tuple[str, ...]]):
    """The labels of choices, as they are known by now."""

    def __init__(self, machine: Relaxer) -> None:
        super().__init__()
        self.machine = machine

    def get(self, path: str, default: Any = None) -> Any:
        choice = self.machine.choices.get(path)
        return default if choice is None else choice.labels


__all__ = ["relax"]
