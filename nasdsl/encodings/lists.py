"""The nodes of views that are lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .matching import Agenda, Matcher, Next, Node, Shift, Where, knows

Env = Mapping[str, Any]


class Items(Node):
    """A list; an element with a guard is there only where that holds."""

    __slots__ = ("_open", "guards", "items")

    def __init__(self, items: tuple[Node, ...], guards: tuple[Node | None, ...] = ()) -> None:
        self.items = items
        self.guards = guards or (None,) * len(items)
        self._open = any(g is not None for g in self.guards)

    def get(self, env: Env) -> Any:
        pairs = zip(self.items, self.guards, strict=True)
        return tuple([i.get(env) for i, g in pairs if g is None or g.get(env)])

    def leaves(self) -> Iterator[Node]:
        for node in (*self.guards, *self.items):
            if node is not None:
                yield from node.leaves()

    @property
    def width(self) -> int | None:
        return None if self._open else len(self.items)

    def refuses(self, value: Any) -> bool:
        if not isinstance(value, tuple):
            return True
        if self._open:
            return False
        return len(value) != len(self.items) or any(
            i.refuses(v) for i, v in zip(self.items, value, strict=True)
        )

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, tuple):
            return m.refuse(where, value, "", ("a list",))
        if self._open:
            return Rest(self, 0).match(m, (value, 0), where, rest)
        if len(value) != len(self.items):
            return m.refuse(where, value, "", (f"a list of {len(self.items)}",))
        return side_by_side(self.items, value, where, rest)


def side_by_side(
    nodes: tuple[Node, ...], values: tuple[Any, ...], where: Where, rest: Agenda
) -> Agenda:
    """Match each node with its value, in order."""
    for i in range(len(nodes) - 1, -1, -1):
        rest = (nodes[i], values[i], (where, i), rest)
    return rest


class Rest(Node):
    """The elements of a list from one on, matched with those of a value from one on."""

    __slots__ = ("place", "whole")

    def __init__(self, whole: Items, place: int) -> None:
        self.whole, self.place = whole, place

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        values, at = value
        if self.place == len(self.whole.items):
            if at < len(values):
                return m.refuse((where, at), values[at], "", ("the end of the list",))
            return rest
        guard = self.whole.guards[self.place]
        if guard is not None:
            known, held = knows(guard, m.values)
            if not known:
                return m.choose(self._ways(m, guard, value, where, rest))
            if not held:
                return (Rest(self.whole, self.place + 1), value, where, rest)
        return self._present(m, value, where, rest)

    def _present(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        values, at = value
        if at >= len(values):
            return m.refuse(where, values, "", ("a longer list",))
        after: Agenda = (Rest(self.whole, self.place + 1), (values, at + 1), where, rest)
        return (self.whole.items[self.place], values[at], (where, at), after)

    def _ways(
        self, m: Matcher, guard: Node, value: Any, where: Where, rest: Agenda
    ) -> Iterator[Next]:
        values, at = value
        if at >= len(values) or not self.whole.items[self.place].refuses(values[at]):
            present = self._present(m, value, where, rest)
            if isinstance(present, tuple):
                yield (guard, True, where, present)
        yield (guard, False, where, (Rest(self.whole, self.place + 1), value, where, rest))


class AnyOrder(Node):
    """A list that is written in its order and read in any."""

    __slots__ = ("items",)

    def __init__(self, items: tuple[Node, ...]) -> None:
        self.items = items

    def get(self, env: Env) -> Any:
        return tuple([item.get(env) for item in self.items])

    def leaves(self) -> Iterator[Node]:
        for item in self.items:
            yield from item.leaves()

    @property
    def width(self) -> int | None:
        return len(self.items)

    def refuses(self, value: Any) -> bool:
        return not isinstance(value, tuple) or len(value) != len(self.items)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if self.refuses(value):
            return m.refuse(where, value, "", (f"a list of {len(self.items)}",))
        return Unplaced(self.items, 0).match(m, value, where, rest)


class Unplaced(Node):
    """Items some of whose values are yet to be told apart; `first` is the place of the next."""

    __slots__ = ("first", "items")

    def __init__(self, items: tuple[Node, ...], first: int) -> None:
        self.items, self.first = items, first

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        return m.choose(self.ways(value, where, rest)) if self.items else rest

    def ways(self, value: Any, where: Where, rest: Agenda) -> Iterator[Next]:
        now = value[self.first]
        fit = [i for i, item in enumerate(self.items) if not item.refuses(now)]
        for i in fit or range(len(self.items)):
            others = Unplaced(self.items[:i] + self.items[i + 1 :], self.first + 1)
            yield (self.items[i], now, (where, self.first), (others, value, where, rest))


class Joined(Node):
    """Several lists, one after the other."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self.parts = parts

    def get(self, env: Env) -> Any:
        return tuple([x for part in self.parts for x in part.get(env)])

    def leaves(self) -> Iterator[Node]:
        for part in self.parts:
            yield from part.leaves()

    @property
    def width(self) -> int | None:
        widths = [part.width for part in self.parts]
        return None if None in widths else sum(w for w in widths if w is not None)

    def refuses(self, value: Any) -> bool:
        if not isinstance(value, tuple):
            return True
        at = 0
        for part in self.parts:
            if part.width is None:
                return False
            if part.refuses(value[at : at + part.width]):
                return True
            at += part.width
        return at != len(value)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, tuple):
            return m.refuse(where, value, "", ("a list",))
        if self.width is not None and self.width != len(value):
            return m.refuse(where, value, "", (f"a list of {self.width}",))
        return Behind(self.parts, 0).match(m, value, where, rest)


class Behind(Node):
    """Lists one after the other, from a place of the value on."""

    __slots__ = ("first", "parts")

    def __init__(self, parts: tuple[Node, ...], first: int) -> None:
        self.parts, self.first = parts, first

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        left = len(value) - self.first
        if not self.parts:
            if left:
                return m.refuse(
                    (where, self.first), value[self.first], "", ("the end of the list",)
                )
            return rest
        size = self.parts[0].width
        behind = [part.width for part in self.parts[1:]]
        if size is None and None not in behind:
            size = left - sum(w for w in behind if w is not None)
        if size is None:
            known, now = knows(self.parts[0], m.values)
            if known:
                size = len(now)
        if size is None:
            return m.choose(self._cut(value, n, where, rest) for n in range(left + 1))
        if not 0 <= size <= left:
            return m.refuse(where, value, "", ("a longer list",))
        return self._cut(value, size, where, rest)

    def _cut(self, value: Any, size: int, where: Where, rest: Agenda) -> Agenda:
        after: Agenda = (Behind(self.parts[1:], self.first + size), value, where, rest)
        here = value[self.first : self.first + size]
        return (self.parts[0], here, (where, Shift(self.first)), after)
