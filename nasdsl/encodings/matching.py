"""Matching a value against a view: which decisions would be written as this value?

A view is a tree of nodes. A node computes its value from decisions (`get`), and can be matched with
a value: that settles decisions, or finds that none fit. What is still to be matched is an agenda, a
linked list of tasks. Where several ways are open, the others are kept and tried after a failure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from nasdsl.diagnostics import fail
from nasdsl.values import Fields

from .literals import show

MAX_STEPS = 500_000

Where: TypeAlias = "tuple[Where, str | int] | None"
"""A place in a value: the place around it, and the field or index there."""
Agenda: TypeAlias = "tuple[Node, Any, Where, Agenda] | None"


class Shift(int):
    """In a place: the indices inside count from here."""


class Fail:
    """In the place of an agenda: the value does not fit."""


FAIL: Final = Fail()
Next: TypeAlias = "Agenda | Fail"


class Node:
    """A part of a view."""

    __slots__ = ()

    def get(self, env: Mapping[str, Any]) -> Any:
        """The value, given the decisions by path. Raises KeyError if one of them is missing."""
        raise AssertionError

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        """What is still to be matched so that this has the value, before `rest`."""
        raise AssertionError

    def refuses(self, value: Any) -> bool:
        """Whether it can be told at a glance that this never has the value."""
        return False

    def leaves(self) -> Iterator[Node]:
        """The decisions that it reads, as far as they are known."""
        return iter(())

    @property
    def width(self) -> int | None:
        """The number of elements, if it is a list that always has as many."""
        return None


def same(a: Any, b: Any) -> bool:
    """Equality that tells true from 1."""
    return bool(a == b) and (a.__class__ is bool) == (b.__class__ is bool)


def knows(node: Node, env: Mapping[str, Any]) -> tuple[bool, Any]:
    """Whether the value of a node is settled, and what it is."""
    try:
        return True, node.get(env)
    except KeyError:
        return False, None


class Miss:
    """What did not fit where, of the attempts that came furthest."""

    __slots__ = ("found", "path", "progress", "wanted", "where")

    def __init__(self) -> None:
        self.progress = -1
        self.where: Where = None
        self.found: Any = None
        self.path = ""
        self.wanted: list[str] = []

    def note(
        self, progress: int, where: Where, found: Any, path: str, wanted: tuple[str, ...]
    ) -> None:
        if progress > self.progress:
            self.progress, self.where, self.found, self.path = progress, where, found, path
            self.wanted = list(wanted)
        elif progress == self.progress and where == self.where:
            self.path = self.path or path
            self.wanted += [w for w in wanted if w not in self.wanted]


class Matcher:
    """The decisions found so far, and what else could be tried."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self.values: dict[Any, Any] = dict(known or {})
        self.origin: dict[Any, Where] = {}
        self.trail: list[Any] = []
        self.choices: list[tuple[Iterator[Next], int, int, Agenda]] = []
        self.late: Agenda = None  # what waits for decisions that others may settle
        self.progress = 0
        self.steps = 0
        self.miss = Miss()

    def solutions(self, node: Node, value: Any) -> Iterator[None]:
        """Every way to settle the decisions; `values` and `origin` hold it while it is looked at."""
        agenda: Next = (node, value, None, None)
        while True:
            agenda = self._forward(agenda)
            if agenda is None:
                yield
            agenda = self.again()
            if isinstance(agenda, Fail):
                return

    def _forward(self, agenda: Next) -> Next:
        """Do what is to be done, until nothing is left or something fails."""
        while not isinstance(agenda, Fail):
            if agenda is None:
                if self.late is None:
                    return None
                (*task, self.late) = self.late
                agenda = (*task, None)
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise fail("NAS087", "it would take too long to find out what this is")
            node, value, where, rest = agenda
            agenda = node.match(self, value, where, rest)
        return agenda

    def again(self) -> Next:
        """The next way not yet tried."""
        while self.choices:
            ways, length, self.progress, self.late = self.choices[-1]
            while len(self.trail) > length:
                key = self.trail.pop()
                del self.values[key]
                self.origin.pop(key, None)
            for agenda in ways:
                if not isinstance(agenda, Fail):
                    return agenda
            self.choices.pop()
        return FAIL

    def choose(self, ways: Iterator[Next]) -> Next:
        """Several ways to go on; they are made one after the other."""
        self.choices.append((ways, len(self.trail), self.progress, self.late))
        return self.again()

    def settle(self, path: Any, value: Any, where: Where) -> None:
        """Note a decision."""
        self.values[path] = value
        self.origin[path] = where
        self.trail.append(path)
        self.progress += 1

    def refuse(
        self, where: Where, found: Any, path: str = "", wanted: tuple[str, ...] = ()
    ) -> Fail:
        """Note that a part of the value does not fit."""
        self.miss.note(self.progress, where, found, path, wanted)
        return FAIL

    def postpone(self, node: Node, value: Any, where: Where, rest: Agenda) -> Next:
        """Match a node after everything else, when others may have settled its decisions."""
        self.late = (Forced(node), value, where, self.late)
        return rest


class Forced(Node):
    """A node whose decisions no one else settles: they are tried."""

    __slots__ = ("node",)

    def __init__(self, node: Node) -> None:
        self.node = node

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, found = knows(self.node, m.values)
        if known:
            return rest if same(found, value) else m.refuse(where, value, "", (show(found),))
        for leaf in self.node.leaves():
            options = getattr(leaf, "options", None)
            if options and not knows(leaf, m.values)[0]:
                again: Agenda = (self, value, where, rest)
                return m.choose((leaf, option, where, again) for option in options)
        return rest  # left to the check at the end


def described(value: Any) -> str:
    """A value in words, for a message."""
    if isinstance(value, tuple):
        return f"a list of {len(value)}"
    if isinstance(value, Fields):
        return f"({', '.join(value.names)})"
    return show(value)
