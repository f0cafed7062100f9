"""Open values as decision diagrams: what a Sym is, as a function of what gates steer.

An *atom* is the smallest question about decisions that a gate answers: which option of a choice of
one, or whether an element of a pick (or a bit) is there. A diagram asks atoms in one fixed order and
ends in plain values; equal functions are one object. Under hard gates a diagram has one value; under
soft ones each value has a weight, a sum of products of the gates' weights. What has no value in some
case is ABSENT there, and an atom that only tells that is not asked: a decision that exists in some
cases only counts there only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..diagnostics import fail
from ..effort import PURSE
from ..evaluate.choice import _member  # the one function that tells elements of picks apart
from ..record import Record, record
from ..symbolic import Sym, Var, is_index, is_select, typed

MAX_DIAGRAM = 20_000  # parts that are made for one value
_STEP = 3  # what one of them costs (see nasdsl.effort)
ABSENT = "absent"


@record
class Atom(Record):
    """kind "one": which of n options (answers 0..n-1); "member": whether element `option` of a pick,
    or a bit, is there (answers 0 and 1); "slot": which element stands at place `option` of an ordered
    pick (answers 0..n-1)."""

    path: str
    kind: str
    option: int
    answers: int


@dataclass(frozen=True, slots=True, eq=False)
class Leaf:
    value: Any


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    atom: Atom
    children: tuple[Diagram, ...]


Diagram = Leaf | Branch


class Pool:
    """Makes diagrams, each function once."""

    def __init__(self) -> None:
        self._leaves: dict[Any, Leaf] = {}
        self._branches: dict[Any, Branch] = {}
        self._ranks: dict[Atom, int] = {}
        self._of: dict[Sym, Diagram] = {}
        self._keep: list[Any] = []
        self.absent = self.leaf(ABSENT)
        self.true, self.false = self.leaf(True), self.leaf(False)

    # -------------------------------------------------------------- parts

    def leaf(self, value: Any) -> Leaf:
        """The constant function."""
        try:
            key = typed(value)
            found = self._leaves.get(key)
        except TypeError:
            key, found = ("id", id(value)), self._leaves.get(("id", id(value)))
        if found is None:
            found = self._leaves[key] = Leaf(value)
        return found

    def branch(self, atom: Atom, children: Sequence[Diagram]) -> Diagram:
        """The function that is `children[i]` where the atom's answer is i."""
        sure = {id(c): c for c in children if c is not self.absent}
        if len(sure) <= 1:
            return next(iter(sure.values()), self.absent)
        key = (atom, *(id(c) for c in children))
        found = self._branches.get(key)
        if found is None:
            if len(self._branches) > MAX_DIAGRAM * 10:
                raise too_wide()
            self._ranks.setdefault(atom, len(self._ranks))
            found = self._branches[key] = Branch(atom, tuple(children))
        return found

    def _ask(self, atom: Atom) -> Diagram:
        self._ranks.setdefault(atom, len(self._ranks))
        return self.branch(atom, [self.leaf(i) for i in range(atom.answers)])

    def first(self, diagrams: Sequence[Diagram]) -> Atom | None:
        """The atom that comes first among those that the diagrams ask first."""
        atoms = [d.atom for d in diagrams if isinstance(d, Branch)]
        return min(atoms, key=self._ranks.__getitem__, default=None)

    def _left(self, diagram: Diagram, atom: Atom, answer: int) -> Diagram:
        if isinstance(diagram, Branch) and diagram.atom == atom:
            return diagram.children[answer]
        return diagram

    # -------------------------------------------------------------- functions

    def map(self, function: Callable[..., Any], *diagrams: Diagram) -> Diagram:
        """The function of the values; ABSENT where one is, or where it fails."""
        return self._map(function, diagrams, {})

    def _map(
        self, function: Callable[..., Any], diagrams: tuple[Diagram, ...], known: dict[Any, Diagram]
    ) -> Diagram:
        if self.absent in diagrams:
            return self.absent
        key = tuple([id(d) for d in diagrams])
        found = known.get(key)
        if found is not None:
            return found
        PURSE.spend(_STEP)
        if len(known) > MAX_DIAGRAM:
            raise too_wide()
        atom = self.first(diagrams)
        if atom is None:
            try:
                found = self.leaf(function(*[d.value for d in diagrams if isinstance(d, Leaf)]))
            except (ArithmeticError, LookupError):
                found = self.absent
        else:
            found = self.branch(atom, [
                self._map(function, tuple([self._left(d, atom, i) for d in diagrams]), known)
                for i in range(atom.answers)
            ])  # fmt: skip
        known[key] = found
        return found

    def select(self, key: Diagram, cases: Mapping[Any, Diagram]) -> Diagram:
        """The case of the key's value."""
        names = tuple(cases)
        return self._select(key, names, tuple(cases.values()), {})

    def _select(
        self,
        key: Diagram,
        names: tuple[Any, ...],
        cases: tuple[Diagram, ...],
        known: dict[Any, Any],
    ) -> Diagram:
        if isinstance(key, Leaf):
            for name, case in zip(names, cases, strict=True):
                if name is key.value or typed(name) == typed(key.value):
                    return case
            return self.absent
        asked = (id(key), *(id(c) for c in cases))
        found = known.get(asked)
        if found is not None:
            return found  # type: ignore[no-any-return]  # of a dict of any values
        if len(known) > MAX_DIAGRAM:
            raise too_wide()
        atom = self.first((key, *cases))
        assert atom is not None
        found = known[asked] = self.branch(atom, [
            self._select(self._left(key, atom, i), names,
                         tuple([self._left(c, atom, i) for c in cases]), known)
            for i in range(atom.answers)
        ])  # fmt: skip
        return found

    def of(self, value: Any) -> Diagram:
        """A value that may be open."""
        if not isinstance(value, Sym):
            return self.leaf(value)
        found = self._of.get(value)
        if found is None:
            self._keep.append(value)
            found = self._of[value] = self._read(value)
        return found

    def _read(self, sym: Sym) -> Diagram:
        if is_index(sym):
            return self._index(sym.args[0])
        if is_select(sym):
            key, cases = sym.args
            return self.select(self.of(key), {k: self.of(v) for k, v in cases.table.items()})
        if sym.function is _member and is_index(sym.args[1]):
            _, index, option = sym.args
            atom = Atom(index.args[0].path, "member", option, 2)
            return self.map(bool, self._ask(atom))
        return self.map(sym.function, *[self.of(a) for a in sym.args])

    def _index(self, var: Var) -> Diagram:
        domain = var.domain
        if domain.kind == "one":
            return self._ask(Atom(var.path, "one", 0, len(domain.labels)))
        if domain.kind == "bit":
            return self._ask(Atom(var.path, "member", 0, 2))
        if domain.kind == "pick" and not (domain.ordered or domain.repeated):
            asked = [self._ask(Atom(var.path, "member", j, 2)) for j in range(len(domain.labels))]

            def index(*held: int) -> int:
                return _index_of(domain, [j for j, there in enumerate(held) if there])

            return self.map(index, *asked)
        if domain.kind == "pick":
            atoms = [Atom(var.path, "slot", k, len(domain.labels)) for k in range(domain.count)]
            return self.map(lambda *p: _index_of(domain, p), *[self._ask(a) for a in atoms])
        raise fail("NAS600", f"`{var.path}` has no relaxed form: {domain}")

    # -------------------------------------------------------------- conditions

    def equals(self, diagram: Diagram, value: Any) -> Diagram:
        """Whether a diagram has this value (by identity, or as a plain value)."""
        wanted = typed_or_id(value)
        return self.map(lambda v: v is value or typed_or_id(v) == wanted, diagram)

    def both(self, a: Diagram, b: Diagram) -> Diagram:
        """The conjunction; what has no value where the other is false does not matter."""
        if a is self.false or b is self.false:
            return self.false
        if a is self.true:
            return b
        if b is self.true:
            return a
        return self.select(a, {True: b, False: self.false})

    def forced(self, condition: Diagram) -> dict[Atom, int]:
        """The answers that follow from a condition, as far as they are seen at its top."""
        found: dict[Atom, int] = {}
        while isinstance(condition, Branch):
            left = [
                (i, c) for i, c in enumerate(condition.children)
                if c is not self.false and c is not self.absent
            ]  # fmt: skip
            if len(left) != 1:
                break
            found[condition.atom], condition = left[0]
        return found

    def under(self, diagram: Diagram, known: Mapping[Atom, int]) -> Diagram:
        """What is left of a diagram where these answers are known."""
        return self._under(diagram, known, {}) if known else diagram

    def _under(
        self, diagram: Diagram, known: Mapping[Atom, int], done: dict[int, Diagram]
    ) -> Diagram:
        if isinstance(diagram, Leaf):
            return diagram
        if id(diagram) not in done:
            if diagram.atom in known:
                done[id(diagram)] = self._under(diagram.children[known[diagram.atom]], known, done)
            else:
                kids = [self._under(c, known, done) for c in diagram.children]
                done[id(diagram)] = self.branch(diagram.atom, kids)
        return done[id(diagram)]


def typed_or_id(value: Any) -> Any:
    """A key by which values are equal if they are plain and equal, or one object."""
    try:
        hash(value)
    except TypeError:
        return ("id", id(value))
    return typed(value)


def _index_of(domain: Any, positions: Sequence[int]) -> int:
    try:
        return int(domain.index(tuple(positions)))
    except ValueError as error:
        raise LookupError(str(error)) from None


def too_wide() -> Exception:
    """What depends on more than can be listed."""
    return fail("NAS602", "the structure depends on too many decisions at once to be relaxed",
                help="decide fewer things by the same condition, or search this space without a supernet")  # fmt: skip


def atoms_of(diagram: Diagram) -> Iterator[Atom]:
    """Every atom that a diagram asks, once."""
    seen: set[int] = set()
    asked: set[Atom] = set()
    stack = [diagram]
    while stack:
        one = stack.pop()
        if isinstance(one, Leaf) or id(one) in seen:
            continue
        seen.add(id(one))
        if one.atom not in asked:
            asked.add(one.atom)
            yield one.atom
        stack += one.children


def values_of(diagram: Diagram) -> list[Any]:
    """The different values of a diagram, but ABSENT, in order of the answers."""
    seen: set[int] = set()
    found: list[Any] = []
    stack: list[Diagram] = [diagram]
    while stack:
        one = stack.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Branch):
            stack += reversed(one.children)
        elif one.value is not ABSENT:
            found.append(one.value)
    return found


def decide(diagram: Diagram, answer: Callable[[Atom], int]) -> Any:
    """The value where the atoms have these answers."""
    while isinstance(diagram, Branch):
        diagram = diagram.children[answer(diagram.atom)]
    return diagram.value


def groups_of(lists: Sequence[Sequence[Atom]]) -> dict[Atom, frozenset[Atom]]:
    """For each atom those that hang together with it: by lists that share atoms."""
    groups: dict[Atom, frozenset[Atom]] = {}
    for atoms in lists:
        joined = frozenset(atoms).union(*(groups.get(a, frozenset()) for a in atoms))
        groups.update(dict.fromkeys(joined, joined))
    return groups
