"""The decision program: what elaboration records, in order, and how it becomes a graph of choices.

A program is a sequence of items: decide, switch on an expression over earlier decisions, demand a
condition, or a shared sub-program (a recursive motif elaborated once). `compile_program` turns it into the
hash-consed graph of nasdsl.dag: parts that do not depend on each other become products; a decision
on which others depend becomes a branch whose children are the rest of its part with that decision
substituted. Equal residues are one node, so constraints and states that meet again are merged.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .dag import Branch, Leaf, Node, Pool, Prefix, TooLarge
from .effort import PURSE
from .symbolic import Sym, Var, constant, evaluate, index_of, substitute


class Item:
    """An item, with the decisions that it defines for others and those of others that it uses.

    Items are compared by content and serve as keys, so their hash is computed once.
    """

    __slots__ = ("_hash", "_key", "defines", "uses")

    def __init__(self, key: tuple[Any, ...], defines: frozenset[Var], uses: frozenset[Var]) -> None:
        self._key, self._hash = key, hash((self.__class__, key))
        self.defines, self.uses = defines, uses

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Item) and self._hash == other._hash
            and self.__class__ is other.__class__ and self._key == other._key
        )  # fmt: skip


Program = tuple[Item, ...]
NONE: frozenset[Var] = frozenset()


class Decide(Item):
    """Take a decision."""

    __slots__ = ("var",)

    def __init__(self, var: Var) -> None:
        self.var = var
        super().__init__((var,), frozenset((var,)), NONE)


class Switch(Item):
    """Go on with the case of the key's value (with nothing, if it has no case)."""

    __slots__ = ("cases", "key")

    def __init__(self, key: Sym, cases: tuple[tuple[Any, Program], ...]) -> None:
        self.key, self.cases = key, cases
        defines, uses = _inside(*(program for _, program in cases))
        super().__init__((key, cases), defines, (uses | key.vars) - defines)


class Demand(Item):
    """The condition must hold."""

    __slots__ = ("condition",)

    def __init__(self, condition: Sym) -> None:
        self.condition = condition
        super().__init__((condition,), NONE, condition.vars)


class Shared(Item):
    """A program of a recursive motif: its decisions' paths begin with `marker`, in whose place
    `prefix` stands here. Nothing outside refers to them."""

    __slots__ = ("marker", "prefix", "program")

    def __init__(self, marker: str, prefix: str, program: Program) -> None:
        self.marker, self.prefix, self.program = marker, prefix, program
        defines, uses = _inside(program)
        super().__init__((marker, prefix, program), NONE, uses - defines)


def _inside(*programs: Program) -> tuple[frozenset[Var], frozenset[Var]]:
    defines = NONE.union(*(item.defines for program in programs for item in program))
    uses = NONE.union(*(item.uses for program in programs for item in program))
    return defines, uses


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

        for i, item in enumerate(program):
            for var in item.defines:
                if var in owner:
                    parent[root(i)] = root(owner[var])
                owner[var] = i
        for i, item in enumerate(program):
            for var in item.uses:
                if var in owner:
                    a, b = root(i), root(owner[var])
                    parent[max(a, b)] = min(a, b)
        groups: dict[int, list[Item]] = {}
        for i, item in enumerate(program):
            groups.setdefault(root(i), []).append(item)
        return [tuple(g) for g in groups.values()]


def _take(program: Program, var: Var, index: int) -> Program:
    """The program once a decision is taken. Raises Infeasible if a demand fails."""
    out: list[Item] = []
    PURSE.spend(1 + len(program) // 4)
    for item in program:
        if var not in item.uses:
            out.append(item)
        elif isinstance(item, Demand):
            out.extend(_take_demand(item.condition, var, index))
        elif isinstance(item, Switch):
            out.extend(_take_switch(item.key, item.cases, var, index))
        elif isinstance(item, Shared):
            out.append(Shared(item.marker, item.prefix, _take(item.program, var, index)))
    return tuple(out)


def _take_demand(condition: Sym, var: Var, index: int) -> Iterable[Item]:
    try:
        held = substitute(condition, var, index)
    except (ArithmeticError, LookupError):
        raise Infeasible from None
    if not isinstance(held, Sym):
        if not held:
            raise Infeasible
        return ()
    if held.values is not None and not any(held.values):
        raise Infeasible
    return () if held.values is not None and all(held.values) else (Demand(held),)


def _take_switch(
    key: Sym, cases: tuple[tuple[Any, Program], ...], var: Var, index: int
) -> Iterable[Item]:
    try:
        key_now = substitute(key, var, index)
    except (ArithmeticError, LookupError):  # a demand that comes later rules this out
        raise Infeasible from None
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
    return constant(_false, key, False)


def _false(_: Any) -> bool:
    return False


__all__ = [
    "Branch", "Decide", "Demand", "Infeasible", "Leaf", "Prefix", "Program", "Shared", "Switch",
    "compile_program", "evaluate", "index_of",
]  # fmt: skip
