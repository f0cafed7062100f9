"""The decision program: what elaboration records, in order, and how it becomes a graph of choices.

A program is a sequence of items: decide, switch on an expression over earlier decisions, demand a
condition, or a shared sub-program (a recursive motif elaborated once). `compile_program` turns it into the
hash-consed graph of nasdsl.dag: parts that do not depend on each other become products; a decision
on which others depend becomes a branch whose children are the rest of its part with that decision
substituted. Equal residues are one node, so constraints and states that meet again are merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any

from .dag import Branch, Leaf, Node, Pool, Prefix, TooLarge
from .effort import PURSE
from .symbolic import Sym, Var, constant, evaluate, index_of, substitute


class Item:
    """An item, with the decisions that it defines for others and those of others that it uses.

    Items are compared by content and serve as keys, so their hash is computed once. The compiler
    numbers them, and notes as bits the decisions that they define, and define or use.
    """

    __slots__ = ("_hash", "_key", "bits", "defines", "makes", "number", "uses")

    def __init__(self, key: tuple[Any, ...], defines: frozenset[Var], uses: frozenset[Var]) -> None:
        self._key, self._hash = key, hash((self.__class__, key))
        self.defines, self.uses = defines, uses
        self.number = self.bits = self.makes = 0

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
MAX_SWEPT = 256  # items that are swept again for each part of a program
MAX_BRANCHES = 100_000  # options of a decision on which something depends
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


class TooWide(Exception):
    """Something depends on a decision with too many options to look at each."""

    def __init__(self, var: Var) -> None:
        super().__init__(var)
        self.var = var


def compile_program(program: Program, pool: Pool) -> Node | None:
    """The graph of choices of a program, or None if its demands cannot be met.

    Raises TooLarge when more distinct residues arise than the pool allows, and TooWide.
    """
    return _Compiler(pool).node(program)


class _Compiler:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.memo: dict[tuple[int, ...], Node | None] = {}
        self.numbers: dict[Item, int] = {}
        self.bits: dict[Var, int] = {}

    def _number(self, item: Item) -> int:
        """The number of an item, the same for equal ones; its bits are set, too."""
        PURSE.spend(2)
        item.number = self.numbers.setdefault(item, len(self.numbers) + 1)
        item.makes = self._mask(item.defines)
        item.bits = item.makes | self._mask(item.uses)
        return item.number

    def _mask(self, variables: Iterable[Var]) -> int:
        mask = 0
        for var in variables:
            mask |= self.bits.setdefault(var, 1 << len(self.bits))
        return mask

    def node(self, program: Program) -> Node | None:
        key = tuple([item.number or self._number(item) for item in program])
        if key in self.memo:
            return self.memo[key]
        parts = []
        PURSE.spend(10 + len(program))
        for component in _components(program):
            part = self._part(component)
            if part is None:
                self.memo[key] = None
                return None
            parts.append(part)
        result = self.pool.product(parts)
        self.memo[key] = result
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
        size = var.size
        if size is None or size > MAX_BRANCHES:
            raise TooWide(var)
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


def _components(program: Program) -> list[Program]:
    """Split into parts without common decisions, in order of their first item."""
    if len(program) == 1:
        return [program]
    if len(program) > MAX_SWEPT:
        return _joined(program)
    defined = 0
    for item in program:
        defined |= item.makes
    found: list[Program] = []
    rest: Sequence[Item] = program
    while rest:
        reached, grown = 0, rest[0].bits & defined
        inside = [False] * len(rest)
        inside[0] = True
        while grown != reached:
            reached = grown
            inside = [bool(item.bits & grown) for item in rest]
            inside[0] = True
            for item, held in zip(rest, inside, strict=True):
                if held:
                    grown |= item.bits
            grown &= defined
        found.append(tuple(compress(rest, inside)))
        rest = [item for item, held in zip(rest, inside, strict=True) if not held]
    return found


def _joined(program: Program) -> list[Program]:
    """The same for long programs, in almost linear time."""
    first: dict[Var, int] = {}
    parent = list(range(len(program)))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = place = parent[parent[place]]
        return place

    def join(a: int, b: int) -> None:
        a, b = root(a), root(b)
        parent[max(a, b)] = min(a, b)

    for place, item in enumerate(program):
        for var in item.defines:
            join(place, first.setdefault(var, place))
    for place, item in enumerate(program):
        for var in item.uses:
            if var in first:
                join(place, first[var])
    groups: dict[int, list[Item]] = {}
    for place, item in enumerate(program):
        groups.setdefault(root(place), []).append(item)
    return [tuple(group) for group in groups.values()]


def _take(program: Program, var: Var, index: int) -> Program:
    """The program once a decision is taken. Raises Infeasible if a demand fails."""
    out: list[Item] = []
    PURSE.spend(4 + len(program) // 4)
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
    if held.values is not None and all(held.values):
        return ()
    if held.item is None:
        PURSE.spend(3)
        held.item = Demand(held)
    return (held.item,)


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
    "TooWide", "compile_program", "evaluate", "index_of",
]  # fmt: skip
