"""The decision program: what elaboration records, in order, and how it becomes a graph of choices.

A program is a sequence of items: decide, switch on an expression over earlier decisions, demand a
condition, or a shared sub-program (a recursive motif elaborated once). `compile_program` turns it into the
hash-consed graph of nasdsl.dag: parts that do not depend on each other become products; a decision
on which others depend becomes a branch whose children are the rest of its part with that decision
substituted. Equal residues are one node, so constraints and states that meet again are merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .dag import Branch, Leaf, Node, Pool, Prefix, TooLarge
from .symbolic import Sym, Var, evaluate, index_of, substitute


@dataclass(frozen=True, slots=True)
class Decide:
    """Take a decision."""

    var: Var


@dataclass(frozen=True, slots=True)
class Switch:
    """Go on with the case of the key's value (with nothing, if it has no case)."""

    key: Sym
    cases: tuple[tuple[Any, Program], ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """The condition must hold."""

    condition: Sym


@dataclass(frozen=True, slots=True)
class Shared:
    """A program of a recursive motif: its decisions' paths begin with `marker`, in whose place
    `prefix` stands here. Nothing outside refers to them."""

    marker: str
    prefix: str
    program: Program


Item = Decide | Switch | Demand | Shared
Program = tuple[Item, ...]


class Infeasible(Exception):
    """A demand does not hold."""


def compile_program(program: Program, pool: Pool) -> Node | None:
    """The graph of choices of a program, or None if its demands cannot be met.

    Raises TooLarge when more distinct residues arise than the pool allows.
    """
    return _Compiler(pool).node(program)


class _Compiler:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.memo: dict[Program, Node | None] = {}
        self.facts: dict[int, tuple[Item, frozenset[Var], frozenset[Var]]] = {}

    def node(self, program: Program) -> Node | None:
        if program in self.memo:
            return self.memo[program]
        parts = []
        for component in self._components(program):
            part = self._part(component)
            if part is None:
                self.memo[program] = None
                return None
            parts.append(part)
        result = self.pool.product(parts)
        self.memo[program] = result
        if len(self.memo) > self.pool.limit:
            raise TooLarge(self.pool.limit)
        return result

    def _part(self, component: Program) -> Node | None:
        if len(component) == 1:
            item = component[0]
            if isinstance(item, Decide):
                return self.pool.leaf(item.var)
            if isinstance(item, Shared):
                child = self.node(item.program)
                return None if child is None else self.pool.prefix(item.marker, item.prefix, child)
        place, var = self._first_decision(component)
        rest = component[:place] + component[place + 1 :]
        size = var.domain.size
        if size is None:
            raise TooLarge(self.pool.limit)
        children: list[Node | None] = []
        for index in range(size):
            try:
                children.append(self.node(_take(rest, var, index)))
            except Infeasible:
                children.append(None)
        return self.pool.branch(var, tuple(children))

    @staticmethod
    def _first_decision(component: Program) -> tuple[int, Var]:
        for place, item in enumerate(component):
            if isinstance(item, Decide):
                return place, item.var
        raise AssertionError("a part without a decision refers to one that is not there")

    def _components(self, program: Program) -> list[Program]:
        """Split into parts without common decisions, in order of their first item."""
        owner: dict[Var, int] = {}
        parent = list(range(len(program)))

        def root(i: int) -> int:
            while parent[i] != i:
                parent[i] = parent[parent[i]]
                i = parent[i]
            return i

        facts = [self._facts(item) for item in program]
        for i, (defined, _) in enumerate(facts):
            for var in defined:
                if var in owner:
                    parent[root(i)] = root(owner[var])
                owner[var] = i
        for i, (_, used) in enumerate(facts):
            for var in used:
                if var in owner:
                    a, b = root(i), root(owner[var])
                    parent[max(a, b)] = min(a, b)
        groups: dict[int, list[Item]] = {}
        for i, item in enumerate(program):
            groups.setdefault(root(i), []).append(item)
        return [tuple(g) for g in groups.values()]

    def _facts(self, item: Item) -> tuple[frozenset[Var], frozenset[Var]]:
        """The decisions that an item defines for others, and those of others that it uses."""
        known = self.facts.get(id(item))
        if known is not None and known[0] is item:
            return known[1], known[2]
        defined: set[Var] = set()
        used: set[Var] = set()
        match item:
            case Decide(var):
                defined.add(var)
            case Demand(condition):
                used |= condition.vars
            case Switch(key, cases):
                used |= key.vars
                for _, program in cases:
                    self._collect(program, defined, used)
                used -= defined
            case Shared(_, _, program):
                self._collect(program, defined, used)
                used -= defined
                defined = set()
        result = frozenset(defined), frozenset(used)
        self.facts[id(item)] = (item, *result)
        return result

    def _collect(self, program: Program, defined: set[Var], used: set[Var]) -> None:
        for item in program:
            d, u = self._facts(item)
            defined |= d
            used |= u


def _take(program: Program, var: Var, index: int) -> Program:
    """The program once a decision is taken. Raises Infeasible if a demand fails."""
    out: list[Item] = []
    for item in program:
        match item:
            case Demand(condition):
                if var not in condition.vars:
                    out.append(item)
                    continue
                try:
                    held = substitute(condition, var, index)
                except (ArithmeticError, LookupError):
                    raise Infeasible from None
                if isinstance(held, Sym):
                    if held.values is not None and not any(held.values):
                        raise Infeasible
                    if held.values is None or not all(held.values):
                        out.append(Demand(held))
                elif not held:
                    raise Infeasible
            case Switch(key, cases):
                out.extend(_take_switch(key, cases, var, index))
            case Shared(marker, prefix, inner):
                taken = _take(inner, var, index)
                out.append(item if taken == inner else Shared(marker, prefix, taken))
            case Decide():
                out.append(item)
    return tuple(out)


def _take_switch(
    key: Sym, cases: tuple[tuple[Any, Program], ...], var: Var, index: int
) -> Iterable[Item]:
    key_now = substitute(key, var, index)
    if not isinstance(key_now, Sym):
        for value, program in cases:
            if value == key_now:
                return _take(program, var, index)
        return ()
    kept: list[tuple[Any, Program]] = []
    for value, program in cases:
        if key_now.values is not None and value not in key_now.values:
            continue
        try:
            taken = _take(program, var, index)
        except Infeasible:
            taken = (Demand(_never(key_now)),)
        if taken:
            kept.append((value, taken))
    return (Switch(key_now, tuple(kept)),) if kept else ()


def _never(key: Sym) -> Sym:
    """A condition that is false, but not yet folded: the case it stands in may not be reached."""
    return Sym(_false, (key,), (False,))


def _false(_: Any) -> bool:
    return False


__all__ = [
    "Branch", "Decide", "Demand", "Infeasible", "Leaf", "Prefix", "Program", "Shared", "Switch",
    "compile_program", "evaluate", "index_of",
]  # fmt: skip
