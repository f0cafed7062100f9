"""Decisions and cases of a relaxed network: what is chosen, and what the present case is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..architecture import Graph, Input
from ..diagnostics import fail
from ..domains import Domain
from ..elaborate import Elaborator
from ..evaluate.basic import bound, conjunction
from ..evaluate.call import name_module
from ..ops.base import Shape
from ..spans import Span
from ..symbolic import Sym, Var, apply, index_of
from ..values import (
    Chain,
    Combine,
    Env,
    GraphModule,
    MotifFunction,
    Named,
    Scan,
    Scope,
    Tensor,
)
from .diagrams import Atom, Diagram, Pool, values_of
from .homes import Layout, RelaxedHome
from .ir import Choice
from .names import GateNames
from .options import Options

COMPOUND = (Chain, Combine, GraphModule, Scan)


class OpenCases(Elaborator):
    """The part of the relaxing machine that knows decisions and gates."""

    home: RelaxedHome

    def __init__(self, options: Options, *args: Any) -> None:
        super().__init__(*args)
        self.options = options
        self.pool = Pool()
        self.names = GateNames(self.pool)
        self.root_home = RelaxedHome((), ())
        self.home = self.root_home
        self.sources: list[Input] = []
        self.choices: dict[str, Choice] = {}
        self.hard: dict[Atom, str] = {}  # atoms of which no weighted sum has a meaning, and why
        self.bodies: dict[Any, tuple[set[Var], dict[Any, Any]]] = {}
        self.interned: dict[Any, Graph] = {}
        self.widths: set[str] = set()  # names of numbers of channels
        self.noted: set[Sym] = set()
        self.inferrers: dict[Any, Callable[..., Shape]] = {}
        self.fresh_layouts: dict[Sym, Layout] = {}
        self.renamed: dict[Any, Any] = {}
        self.phis: dict[Any, Tensor] = {}
        self.inside = 0  # mixtures of modules around what is being applied
        self.count = 0

    # -------------------------------------------------------------- choices

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        var = self.vars.get((path, domain))
        if var is None:
            var = self.vars[path, domain] = Var(path, domain)
            self.spans[var] = span
            self._note_choice(path, domain, span)
        return index_of(var)

    def _note_choice(self, path: str, domain: Domain, span: Span | None) -> None:
        if domain.kind == "float":
            raise fail("NAS600", f"`{path}` is a real number, which a supernet cannot relax", span,
                       help="choose from a list of values, as in `any [0.1, 0.2]`")  # fmt: skip
        if domain.kind == "permutation":
            raise fail("NAS601", f"`{path}` is a permutation, which a supernet cannot relax", span,
                       help="decide every place by itself, as in `any [a, b, c]`")  # fmt: skip
        under = self.forced()
        elements = tuple((a.path, a.option) for a, i in under.items() if a.kind == "member" and i)
        if domain.kind == "pick" and (domain.ordered or domain.repeated):
            for k in range(domain.count):  # each place of an ordered pick is a choice of one
                at = f"{path}[{k}]"
                self.choices[at] = Choice(
                    at, "one", len(domain.labels), _labels(domain), elements, "", span
                )
            return
        labels = ("there",) if domain.kind == "bit" else _labels(domain)
        known = self.choices.get(path)
        if known is None or known.n < len(labels):
            self.choices[path] = Choice(path, domain.kind, len(labels), labels, elements, "", span)

    def call_recursive(
        self, function: MotifFunction, env: Env, scope: Scope, span: Span | None
    ) -> Any:
        return bound(self, function.motif.body, env, scope)

    def named(self, value: Any, name: str, span: Span | None, again: bool = False) -> Any:
        compound = (*COMPOUND, Named) if again else COMPOUND
        if isinstance(value, Sym) and any(isinstance(v, compound) for v in value.values or ()):
            return apply(self._named_once, value, name, span, again)
        return super().named(value, name, span, again)

    def _named_once(self, value: Any, name: str, span: Span | None, again: bool) -> Any:
        """The same module for the same alternative: which one it is tells cases apart."""
        key = id(value), name, again
        if key not in self.renamed:
            self.keep.append(value)
            self.renamed[key] = name_module(value, name, span, again)
        return self.renamed[key]

    # -------------------------------------------------------------- cases

    def case(self, guards: Sequence[tuple[Sym, Any]]) -> Diagram:
        """The condition under which all of these hold."""
        held: Diagram = self.pool.true
        for key, value in guards:
            held = self.pool.both(held, self.pool.equals(self.pool.of(key), value))
        return held

    def forced(self) -> dict[Atom, int]:
        return self.pool.forced(self.case(self.guards))

    def possible_values(self, value: Sym) -> list[Any]:
        """What an open value may be in the present case."""
        return values_of(self.pool.under(self.pool.of(value), self.forced()))

    def cases(self, key: Any, run: Callable[[Any], Any], span: Span | None) -> Any:
        if self.guards and isinstance(key, Sym):
            known = self.settled_value(key)
            if not isinstance(known, Sym):
                return run(known)
        return super().cases(key, run, span)

    def settled_value(self, value: Any) -> Any:
        """A plain value if the present case leaves only one."""
        if not isinstance(value, Sym) or not self.guards:
            return value
        self.touched |= value.vars
        possible = self.possible_values(value)
        return possible[0] if len(possible) == 1 else value

    def here(self) -> str:
        """The gate of what is made in the present case."""
        outer = self.pool.forced(self.case(self.guards[: self.base]))
        return self.names(self.pool.under(self.case(self.guards[self.base :]), outer))

    def condition(self) -> Any:
        """The same as an open truth value of the language."""
        held: Any = True
        for key, value in self.guards[self.base :]:
            one = key if value is True else apply(is_one_of, key, (value,))
            held = conjunction(self, held, one, None)
        return held

    def gate(self, condition: Diagram) -> str:
        """The name of a condition that matters in the present case only."""
        return self.names(self.pool.under(condition, self.forced()))


def _labels(domain: Domain) -> tuple[str, ...]:
    return tuple(map(str, domain.labels))


def same(a: Any, b: Any) -> bool:
    return a is b or (a.__class__ is b.__class__ and bool(a == b))


def is_one_of(value: Any, cases: tuple[Any, ...]) -> bool:
    return any(same(value, c) for c in cases)
