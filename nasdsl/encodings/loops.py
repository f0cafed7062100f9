"""Comprehensions of views whose length or elements are decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .decisions import Bits, Decision
from .lists import AnyOrder, Items
from .matching import Agenda, Matcher, Next, Node, Where, knows
from .patterns import Const

Env = Mapping[str, Any]


class Body:
    """The item of a comprehension, made for each element and place when it is needed."""

    def __init__(
        self, make: Callable[[Any, int], tuple[Node, Node | None]], placed: bool, guarded: bool
    ) -> None:
        self._make, self.placed, self.guarded = make, placed, guarded
        self._known: dict[Any, tuple[Node, Node | None]] = {}

    def at(self, element: Any, place: int) -> tuple[Node, Node | None]:
        """The item and its guard."""
        place = place if self.placed else -1
        key = (element.__class__, element, place)
        if key not in self._known:
            self._known[key] = self._make(element, place)
        return self._known[key]

    def over(self, elements: Any) -> Items:
        """The list of all items."""
        pairs = [self.at(e, i) for i, e in enumerate(elements)]
        return Items(tuple(item for item, _ in pairs), tuple(guard for _, guard in pairs))


class Loop(Node):
    """`[item for x in xs]`, where decisions say what xs is."""

    __slots__ = ("body", "source")

    def __init__(self, source: Node, body: Body) -> None:
        self.source, self.body = source, body

    def get(self, env: Env) -> Any:
        return self.body.over(self.source.get(env)).get(env)

    def leaves(self) -> Iterator[Node]:
        return self.source.leaves()

    @property
    def width(self) -> int | None:
        if not isinstance(self.source, Decision) or self.body.guarded:
            return None
        counts = {o.count for o in self.source.alternatives}
        return counts.pop() if len(counts) == 1 else None

    def refuses(self, value: Any) -> bool:
        return not isinstance(value, tuple)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, tuple):
            return m.refuse(where, value, "", ("a list",))
        known, elements = knows(self.source, m.values)
        if known:
            items = self.body.over(elements)
            if self.loose and not any(items.guards):
                return (AnyOrder(items.items), value, where, rest)
            return (items, value, where, rest)
        if isinstance(self.source, Decision | Bits):
            return Elements(self, ()).match(m, value, where, rest)
        if isinstance(self.source, Span):
            return self.source.stretched(self.body, m, value, where, rest)
        return m.postpone(self, value, where, rest)

    @property
    def loose(self) -> bool:
        """Whether the elements have no order."""
        if isinstance(self.source, Bits):
            return True
        return isinstance(self.source, Decision) and all(
            o.domain.kind == "pick" and not o.domain.ordered for o in self.source.alternatives
        )

    @property
    def repeated(self) -> bool:
        return isinstance(self.source, Decision) and any(
            o.domain.repeated for o in self.source.alternatives
        )


class Elements(Node):
    """The elements of a loop, of which some have been told."""

    __slots__ = ("loop", "told")

    def __init__(self, loop: Loop, told: tuple[Any, ...]) -> None:
        self.loop, self.told = loop, told

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        at = len(self.told)
        if at == len(value):
            return (self.loop.source, self.told, where, rest)
        return m.choose(self._ways(value, at, where, rest))

    def _ways(self, value: Any, at: int, where: Where, rest: Agenda) -> Iterator[Next]:
        source: Any = self.loop.source
        left = [e for e in source.elements if self.loop.repeated or e not in self.told]
        bodies = [(e, self.loop.body.at(e, at)[0]) for e in left]
        fit = [pair for pair in bodies if not pair[1].refuses(value[at])] or bodies
        for element, item in fit:
            after: Agenda = (Elements(self.loop, (*self.told, element)), value, where, rest)
            yield (item, value[at], (where, at), after)


class Span(Node):
    """`a..b`, where decisions say how far."""

    __slots__ = ("start", "stop")

    def __init__(self, start: Node, stop: Node) -> None:
        self.start, self.stop = start, stop

    def get(self, env: Env) -> Any:
        return tuple(range(self.start.get(env), self.stop.get(env) + 1))

    def leaves(self) -> Iterator[Node]:
        yield from self.start.leaves()
        yield from self.stop.leaves()

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, tuple) or not value:
            return m.postpone(self, value, where, rest)
        if value != tuple(range(value[0], value[0] + len(value))):
            return m.refuse(where, value, "", ("a range of numbers",))
        return (self.start, value[0], where, (self.stop, value[-1], where, rest))

    def stretched(self, body: Body, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        """As many items as the value has elements: that settles how far it goes."""
        if not isinstance(self.start, Const):
            return m.postpone(Loop(self, body), value, where, rest)
        first = self.start.value
        if self.stop.refuses(first + len(value) - 1):
            wanted = [v - first + 1 for v in getattr(self.stop, "options", ()) if type(v) is int]
            shown = tuple(f"a list of {n}" for n in wanted[:12])
            return m.refuse(where, value, getattr(self.stop, "path", ""), shown)
        items = body.over(range(first, first + len(value)))
        return (self.stop, first + len(value) - 1, where, (items, value, where, rest))
