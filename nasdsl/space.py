"""The space: what a program denotes. Every strategy is written against this class alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import Any

from . import edits, points, syntax
from .architecture import Architecture
from .bounds import CostRange, whole_depth
from .cases import TooMany
from .costs import Cost, cost
from .dag import Branch, Leaf, Node, Pool, TooLarge
from .diagnostics import Diagnostic, NasError, fail
from .domains import Domain
from .effort import PURSE, Exhausted
from .elaborate import Elaborator
from .evaluate.basic import bound, truth
from .evaluate.machine import Machine
from .genotype import Decision, Genotype
from .limits import deep_recursion
from .ops.base import Op
from .points import Malformed
from .program import compile_program
from .record import Frozen, record
from .scope import (
    COSTS,
    Outline,
    Setting,
    fixed_names,
    globals_of,
    mentions_cost,
    network_scope,
    operators,
    outline,
    recursive_motifs,
    settled_motifs,
)
from .settings import SettingValue, read_settings
from .source import load as load_programs
from .source import load_all
from .spans import Source, Span
from .specialize import Builder
from .symbolic import Var
from .values import POISON, UNKNOWN, Env, Scope


@record
class Elaborated(Frozen):
    """What elaboration of a program finds out."""

    root: Node | None
    diagnostics: tuple[Diagnostic, ...]
    cost: CostRange
    doubts: Mapping[Span | None, int]
    spans: Mapping[Var, Span | None]
    excluded: frozenset[tuple[Var, int]]


class Space:
    """A search space. Random numbers come from the `random.Random` that a method is given."""

    def __init__(
        self,
        programs: Sequence[syntax.Program],
        overrides: Mapping[str, Setting],
        *,
        names_checked: bool = False,
    ) -> None:
        """Raises NasError with every mistake of the program."""
        if not names_checked:
            from .checks import static_mistakes

            if errors := [d for d in static_mistakes(programs) if d.severity == "error"]:
                raise NasError(errors)
        self.programs = tuple(programs)
        self.outline = outline(programs, overrides)
        self.name, self.doc = self.outline.name, self.outline.doc
        self.ops: dict[str, Op] = operators(self.programs)
        self._checked: dict[Any, Any] = {}
        self.fixed = fixed_names(self.outline, self.ops)
        with deep_recursion():
            found = elaborate_program(self.outline, self.ops, self.fixed, self._checked)
        errors = [d for d in found.diagnostics if d.severity == "error"]
        if errors or found.root is None:
            raise NasError(
                errors or [Diagnostic("NAS511", "no architecture meets the requirements")]
            )
        self.root: Node = found.root
        self.cost_range = found.cost
        self.doubts = found.doubts
        self.spans, self.excluded = found.spans, found.excluded
        self.limits = tuple(c for c in self.outline.requires if mentions_cost(c, self.outline))
        if self.limits:
            from .constraints import impossible_limits

            if errors := impossible_limits(self):
                raise NasError(errors)

    # -------------------------------------------------------------- what it is

    @property
    def unproven(self) -> int:
        """How many shapes were not tried over all choices; `doubts` says where."""
        return sum(self.doubts.values())

    @cached_property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is allowed, but hardly meant."""
        from .constraints import dead_options

        return tuple(dead_options(self))

    @property
    def size(self) -> int | None:
        """The number of genotypes; None if a decision is a real number. Cost limits do not count."""
        return self.root.size

    @cached_property
    def hash(self) -> str:
        """A digest of the graph of choices: equal for spaces with the same decisions."""
        return structure_hash(self.root)

    @cached_property
    def search(self) -> Mapping[str, tuple[SettingValue, ...]]:
        """The `search` block."""
        return (
            {} if self.outline.search is None else read_settings(self.outline.search, self.params)
        )

    @cached_property
    def params(self) -> dict[str, Setting]:
        """The parameters with their values."""
        machine = self._builder({})
        return {name: machine.lookup(name, machine.globals, None) for name in self.outline.params}

    # -------------------------------------------------------------- points

    def sample(self, rng: Random) -> Genotype:
        """A genotype, each decision uniform over its feasible options."""
        return Genotype(tuple(points.sample(self.root, rng)))

    def sample_uniform(self, rng: Random) -> Genotype:
        """A genotype, all equally likely. Raises NasError if the space is not finite."""
        return self.unrank(rng.randrange(self._finite()))

    def sample_many(self, count: int, seed: int) -> list[Genotype]:
        """Many genotypes as by `sample`, faster; reproducible by the seed."""
        from .batch import sample_many

        return [Genotype(choices) for choices in sample_many(self.root, count, seed)]

    def _finite(self) -> int:
        if self.root.size is None:
            raise fail("NAS460", f"`{self.name}` has decisions that are real numbers: it cannot be counted",
                       help="write a list of values instead, as in `any [0.1, 0.2]`")  # fmt: skip
        return self.root.size

    def rank(self, genotype: Genotype) -> int:
        """The number of a genotype in the order of enumeration."""
        self._finite()
        try:
            return points.rank(self.root, genotype.choices)
        except Malformed as error:
            raise fail("NAS461", f"this is not a genotype of `{self.name}`: {error}") from None

    def unrank(self, number: int) -> Genotype:
        """Genotype `number` of 0..size-1."""
        size = self._finite()
        if not 0 <= number < size:
            raise fail("NAS462", f"`{self.name}` has the genotypes 0..{size - 1}, not {number}")
        return Genotype(tuple(points.unrank(self.root, number)))

    def enumerate(self, start: int = 0, stop: int | None = None) -> Iterator[Genotype]:
        """The genotypes start..stop-1 in order: a shard of the space."""
        size = self._finite()
        stop = size if stop is None else min(stop, size)
        return map(Genotype, points.enumerate_points(self.root, max(0, start), stop))

    def decisions(self, genotype: Genotype) -> list[Decision]:
        """Every active decision, with its path."""
        return [Decision(path, var.domain, i) for path, var, i in self._places(genotype)]

    def _places(self, genotype: Genotype) -> list[points.Place]:
        try:
            return points.places(self.root, genotype.choices)
        except Malformed as error:
            raise fail("NAS461", f"this is not a genotype of `{self.name}`: {error}") from None

    def contains(self, genotype: Genotype) -> bool:
        """Whether this is a genotype of the space (cost limits aside)."""
        try:
            points.places(self.root, genotype.choices)
        except Malformed:
            return False
        return True

    def all_decisions(self, limit: int = 1_000) -> Iterator[tuple[str, Domain]]:
        """Every decision that some genotype has, in the order of the walk, up to a number."""
        return points.all_decisions(self.root, limit)

    def genotype(self, choices: Mapping[str, int | float], rng: Random | None = None) -> Genotype:
        """The genotype with these decisions (path to index); others are drawn, or the first."""
        found = points.complete(self.root, lambda path, node: choices.get(path, None if rng else 0),
                                rng or Random(0))  # fmt: skip
        return Genotype(tuple(found))

    # -------------------------------------------------------------- edits

    def mutate(self, genotype: Genotype, rng: Random) -> Genotype:
        """One decision changed; decisions that this brings to life are drawn."""
        return edits.mutate(self, genotype, rng)

    def crossover(self, first: Genotype, second: Genotype, rng: Random) -> Genotype:
        """Each decision from either parent (uniform crossover by path)."""
        return edits.crossover(self, first, second, rng)

    def neighbours(self, genotype: Genotype) -> Iterator[Genotype]:
        """Every genotype that differs in one decision (dependents keep or take their first option)."""
        return edits.neighbours(self, genotype)

    def distance(self, first: Genotype, second: Genotype) -> int:
        """The number of decisions that differ, counting those that only one has."""
        a = {path: i for path, _, i in self._places(first)}
        b = {path: i for path, _, i in self._places(second)}
        return sum(1 for path in a.keys() | b.keys() if a.get(path) != b.get(path))

    # -------------------------------------------------------------- architectures

    def build(self, genotype: Genotype) -> Architecture:
        """The architecture of a genotype."""
        places = self._places(genotype)
        machine = self._builder({path: i for path, _, i in places})
        machine.picks = {path: var.domain for path, var, _ in places if var.domain.kind == "pick"}
        with deep_recursion():
            return self._assemble(machine)

    @cached_property
    def _settled(self) -> dict[str, dict[Any, Any]]:
        """For every motif that decides nothing, the modules that its calls have made."""
        return {name: {} for name in settled_motifs(self.outline)}

    def _builder(self, choices: Mapping[str, int | float]) -> Builder:
        return Builder(
            globals_of(self.outline, self.fixed), self.ops, choices, self._settled, self._checked
        )

    def _assemble(self, machine: Builder) -> Architecture:
        span = self.outline.network.span
        value: Any = bound(
            machine, self.outline.network.value, machine.globals, network_scope(self.outline)
        )
        outputs = value if isinstance(value, tuple) else (value,)
        graph = machine.intern(self.name, [machine.tensor(o, span) for o in outputs], (), span)
        return Architecture(self.name, tuple(machine.inputs), graph)

    def feasible(self, genotype: Genotype, architecture: Architecture | None = None) -> bool:
        """Whether the architecture meets the cost limits."""
        return not self.limits or self.violation(genotype, architecture) <= 0

    def violation(self, genotype: Genotype, architecture: Architecture | None = None) -> float:
        """How far the architecture is from the cost limits: 0 if it meets them."""
        from .constraints import violation

        if not self.limits:
            return 0.0
        return violation(self, genotype, cost(architecture or self.build(genotype)))

    def cost_machine(self, found: Cost, genotype: Genotype | None) -> tuple[Machine, Env]:
        """A machine and the names with which a cost limit is evaluated."""
        places = [] if genotype is None else self._places(genotype)
        machine = self._builder({path: i for path, _, i in places})
        return machine, Env(machine.globals, {c: getattr(found, c) for c in COSTS})

    def sample_feasible(self, rng: Random) -> Genotype:
        """A genotype within the cost limits: drawn, and where draws fail, repaired step by step."""
        from .constraints import sample_feasible

        return sample_feasible(self, rng)

    # -------------------------------------------------------------- text

    def text(self, genotype: Genotype) -> str:
        """The compact form: `name:hash:choices`, stable across runs and machines."""
        return f"{self.name}:{self.hash[:8]}:" + ".".join(_write(c) for c in genotype.choices)

    def read(self, text: str) -> Genotype:
        """The genotype of a compact form. Raises NasError if it belongs to another space."""
        from .compact import read

        return read(self, text)

    def __repr__(self) -> str:
        return f"<Space {self.name}: {self.size} genotypes>"


def _write(choice: float) -> str:
    return str(choice) if isinstance(choice, int) else choice.hex().replace(".", "_")


def load(path: str | os.PathLike[str], set: Mapping[str, Setting] | None = None) -> Space:
    """The space of a .nas file; `set` overrides its parameters. Raises NasError."""
    return Space(load_programs(path), set or {})


def parse_space(text: str, name: str = "<text>", set: Mapping[str, Setting] | None = None) -> Space:
    """The space of a text; it can import the shipped libraries only."""
    return Space(load_all(Source(name, text)), set or {})


def elaborate_program(
    program: Outline, ops: Mapping[str, Op], fixed: Env, checked: dict[Any, Any]
) -> Elaborated:
    """Elaborate a program: its graph of choices, and every mistake found on the way."""
    motifs = recursive_motifs(program)
    PURSE.fill()
    machine = _run(Elaborator(globals_of(program, fixed), ops, motifs, checked), program)
    if machine.diagnostics and machine.demands:  # which the requirements may exclude
        again = Elaborator(globals_of(program, fixed), ops, motifs, {})
        again.vars, again.known = machine.vars, tuple(machine.demands)
        machine = _run(again, program)
    root: Node | None = None
    if not machine.diagnostics:
        try:
            root = compile_program(tuple(machine.root), Pool())
        except Exhausted:
            machine.diagnostics.append(_too_much(program))
        except TooLarge as error:
            machine.diagnostics.append(Diagnostic(
                "NAS409", f"the decisions depend on each other in more than {error.limit:,} ways",
                program.network.span, help="decide fewer things by the same requirement or condition"))  # fmt: skip
        else:
            if root is None:
                machine.diagnostics.append(_unsatisfiable(program))
    return Elaborated(root, tuple(machine.diagnostics), machine.cost, machine.rule.doubts,
                      machine.spans, frozenset(machine.excluded))  # fmt: skip


def _too_much(program: Outline) -> Diagnostic:
    return Diagnostic("NAS410", "it would take too long to work out this space", program.network.span,
                      notes=(("too many decisions bear on each other, or too much is repeated", None),),
                      help="decide fewer things by the same requirement or condition, or repeat less")  # fmt: skip


def _run(machine: Elaborator, program: Outline) -> Elaborator:
    """Elaborate the network, and the requirements in any case."""
    for part in (_elaborate_network, _elaborate_requires):
        try:
            part(machine, program)
        except TooMany:
            break
        except Exhausted:
            machine.diagnostics.append(_too_much(program))
            break
        except NasError as error:
            machine.diagnostics.extend(d for d in error.diagnostics if d not in machine.diagnostics)
    return machine


def _unsatisfiable(program: Outline) -> Diagnostic:
    span = program.requires[0].span if program.requires else program.network.span
    return Diagnostic("NAS511", "no architecture meets the requirements", span,
                      help="relax a `require`, or widen a choice")  # fmt: skip


def _elaborate_network(machine: Elaborator, program: Outline) -> None:
    value = bound(machine, program.network.value, machine.globals, network_scope(program))
    outputs = value if isinstance(value, tuple) else (value,)
    if not machine.inputs and value is not POISON:
        raise fail("NAS502", "this network has no input", program.network.span,
                   help="begin with one, as in `image(3, 32, 32) -> …`")  # fmt: skip
    found = [machine.tensor(output, program.network.span) for output in outputs]
    spent = machine.cost
    depth = whole_depth(t.depth for t in found if t is not POISON)
    machine.cost = CostRange(spent.params, spent.macs, spent.activations, depth)


def _elaborate_requires(machine: Elaborator, program: Outline) -> None:
    for condition in program.requires:
        if mentions_cost(condition, program):
            later = Env(machine.globals, dict.fromkeys(COSTS, UNKNOWN))
            machine.attempt(condition, later, Scope("require"))
            continue
        value = machine.attempt(condition, machine.globals, Scope("require"))
        try:
            machine.demand(truth(machine, value, condition.span), condition.span)
        except NasError as error:
            machine.report(error)


def structure_hash(root: Node) -> str:
    """SHA-256 of the graph of choices: paths, domains and structure."""
    import hashlib  # OpenSSL is slow to load, and many commands do without

    known: dict[int, str] = {}

    def digest(node: Node | None) -> str:
        if node is None:
            return "none"
        if id(node) in known:
            return known[id(node)]
        match node:
            case Leaf(var=var):
                text = f"leaf {var.path} {var.domain!r}"
            case Branch(var=var, children=children):
                text = f"branch {var.path} {var.domain!r} " + " ".join(digest(c) for c in children)
            case _ if hasattr(node, "children"):
                text = "product " + " ".join(digest(c) for c in node.children)
            case _:
                text = f"prefix {node.marker} {node.prefix} {digest(node.child)}"
        known[id(node)] = hashlib.sha256(text.encode()).hexdigest()
        return known[id(node)]

    with deep_recursion():
        return digest(root)
