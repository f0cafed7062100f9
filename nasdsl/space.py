"""The space: what a program denotes. Every strategy is written against this class alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, Any

from . import compact, edits, points, syntax
from .architecture import Architecture
from .codes import UNREADABLE
from .costs import Cost, cost
from .dag import Node, structure_hash
from .denote import elaborate_program
from .diagnostics import Diagnostic, NasError, fail
from .domains import Domain
from .evaluate.basic import bound
from .evaluate.machine import Machine
from .genotype import Decision, Genotype, genotypes
from .limits import deep_recursion
from .ops.base import Op
from .points import Malformed
from .scope import (
    COSTS,
    Setting,
    fixed_names,
    globals_of,
    mentions_cost,
    network_scope,
    operators,
    outline,
    parameter_values,
    settled_motifs,
)
from .settings import SettingValue, read_settings
from .source import load as load_programs
from .source import load_all
from .spans import Source
from .specialize import Builder
from .values import Env
from .walks import Place, Step, Walks

if TYPE_CHECKING:
    from .encodings.views import Views
    from .urns import Urns

SHOWN = 10**40  # from here on, a size is not written out


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
        errors = [
            d for d in errors if d.code in UNREADABLE
        ] or errors  # the others follow from these
        if errors or found.root is None:
            raise NasError(
                errors or [Diagnostic("NAS511", "no architecture meets the requirements")]
            )
        self.root: Node = found.root
        self.walks = Walks()
        self.cost_range = found.cost
        self.doubts = found.doubts
        self.spans, self.excluded = found.spans, found.excluded
        self.limits = tuple(
            c
            for c in self.outline.requires
            if mentions_cost(c, self.outline) or any(c is late for late in found.later)
        )
        if self.limits:
            from .constraints import impossible_limits

            if errors := impossible_limits(self):
                raise NasError(errors)

    # -------------------------------------------------------------- what it is

    @property
    def unproven(self) -> int:
        """How many shapes were not tried over all choices, those of alike modules once; `doubts` says where."""
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
        return parameter_values(self.outline, self._builder({}))

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

        return genotypes(sample_many(self.root, count, seed, self._urns))

    @cached_property
    def _urns(self) -> Urns:
        from .urns import Urns

        return Urns(self.root)

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
            raise self._foreign(error) from None

    def unrank(self, number: int) -> Genotype:
        """Genotype `number` of 0..size-1."""
        size = self._finite()
        if not 0 <= number < size:
            shown = size - 1 if size < SHOWN else "…"
            raise fail(
                "NAS462", f"`{self.name}` has the genotypes 0..{shown}: there is no such rank"
            )
        return Genotype(tuple(points.unrank(self.root, number)))

    def enumerate(self, start: int = 0, stop: int | None = None) -> Iterator[Genotype]:
        """The genotypes start..stop-1 in order: a shard of the space."""
        size = self._finite()
        stop = size if stop is None else min(stop, size)
        return map(Genotype, points.enumerate_points(self.root, max(0, start), stop))

    def decisions(self, genotype: Genotype) -> list[Decision]:
        """Every active decision, with its path."""
        return [Decision(path, var.domain, i) for path, var, i in self.places(genotype)]

    def places(self, genotype: Genotype) -> list[Place]:
        """The path, decision and index of every active decision. Raises NasError."""
        try:
            return self.walks.places(self.root, genotype.choices)
        except Malformed as error:
            raise self._foreign(error) from None

    def _by_path(self, genotype: Genotype) -> dict[str, int | float]:
        try:
            return self.walks.by_path(self.root, genotype.choices)
        except Malformed as error:
            raise self._foreign(error) from None

    def check(self, genotype: Genotype) -> None:
        """Raises NasError if this is not a genotype of the space (cost limits aside)."""
        try:
            self.walks.walk(self.root, genotype.choices)
        except Malformed as error:
            raise self._foreign(error) from None

    def _foreign(self, error: Malformed) -> NasError:
        return fail("NAS461", f"this is not a genotype of `{self.name}`: {error}")

    def contains(self, genotype: Genotype) -> bool:
        """Whether this is a genotype of the space (cost limits aside)."""
        try:
            self.walks.walk(self.root, genotype.choices)
        except Malformed:
            return False
        return True

    def all_decisions(self, limit: int = 1_000) -> Iterator[tuple[str, Domain]]:
        """Every decision that some genotype has, in the order of the walk, up to a number."""
        return self.walks.all_decisions(self.root, limit)

    def genotype(self, choices: Mapping[str, int | float], rng: Random | None = None) -> Genotype:
        """The genotype with these decisions (path to index) where they are feasible; others are drawn,
        or the first. See `reader` for all of them, checked."""
        return Genotype(tuple(self.walks.complete(self.root, choices.get, rng)))

    def compose(self, choose: Callable[[Step], int | float]) -> Genotype:
        """The genotype whose decisions `choose` takes one after the other, in the order of the walk.

        Raises NasError if it takes no feasible option. Strategies that learn see the decisions as
        smaller ones: nasdsl.strategies.atoms.
        """
        try:
            return Genotype(tuple(self.walks.compose(self.root, choose)))
        except Malformed as error:
            raise self._foreign(error) from None

    def steps(self, genotype: Genotype) -> list[Step]:
        """The decisions of a genotype, each with its feasible options. Raises NasError."""
        try:
            return self.walks.steps(self.root, genotype.choices)
        except Malformed as error:
            raise self._foreign(error) from None

    def below(self, genotype: Genotype) -> list[int | None]:
        """For each decision how many of the next ones hang on it; None if none ever does."""
        self.check(genotype)
        return edits.below(self, genotype)

    def reader(self, paths: Sequence[str]) -> Callable[[Sequence[int | float | None]], Genotype]:
        """A function from the indices of the decisions at these paths to the genotype that has them.

        It raises NasError if one of them is no feasible option, or if the genotype has a decision
        besides; indices of decisions that the genotype does not have count for nothing.
        """
        paths = tuple(paths)

        def read(indices: Sequence[int | float | None]) -> Genotype:
            given = dict(zip(paths, indices, strict=True))
            try:
                return Genotype(tuple(self.walks.gather(self.root, given.get)))
            except Malformed as error:
                raise self._foreign(error) from None

        return read

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
        a, b = self._by_path(first), self._by_path(second)
        return sum(1 for path in a.keys() | b.keys() if a.get(path) != b.get(path))

    # -------------------------------------------------------------- architectures

    def build(self, genotype: Genotype) -> Architecture:
        """The architecture of a genotype."""
        places = self.places(genotype)
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
        machine = self._builder({} if genotype is None else self._by_path(genotype))
        return machine, Env(machine.globals, {c: getattr(found, c) for c in COSTS})

    def sample_feasible(self, rng: Random) -> Genotype:
        """A genotype within the cost limits: drawn, and where draws fail, repaired step by step."""
        from .constraints import sample_feasible

        return sample_feasible(self, rng)

    # -------------------------------------------------------------- text

    def text(self, genotype: Genotype) -> str:
        """The compact form: `name:hash:choices`, stable across runs and machines."""
        return compact.write(self, genotype)

    def read(self, text: str) -> Genotype:
        """The genotype of a compact form. Raises NasError if it belongs to another space."""
        return compact.read(self, text)

    @cached_property
    def _views(self) -> Views:
        from .encodings.views import Views

        return Views(self)

    @property
    def encodings(self) -> tuple[str, ...]:
        """The notations that the space's `encode` items speak."""
        return tuple(self._views.items)

    def encode(self, genotype: Genotype, encoding: str) -> str:
        """A genotype in another notation. Raises NasError if the space does not speak it."""
        return self._views[encoding].encode(genotype)

    def decode(self, text: str, encoding: str) -> Genotype:
        """The genotype that a text of another notation means. Raises NasError where it is no member."""
        return self._views[encoding].decode(text)

    def __repr__(self) -> str:
        shown = "many" if self.size is not None and self.size >= SHOWN else self.size
        return f"<Space {self.name}: {shown} genotypes>"


def load(path: str | os.PathLike[str], set: Mapping[str, Setting] | None = None) -> Space:
    """The space of a .nas file; `set` overrides its parameters. Raises NasError."""
    return Space(load_programs(path), set or {})


def parse_space(text: str, name: str = "<text>", set: Mapping[str, Setting] | None = None) -> Space:
    """The space of a text; it can import the shipped libraries only."""
    return Space(load_all(Source(name, text)), set or {})
