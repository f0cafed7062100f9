"""The nodes of views that are made of other nodes: lists, records, conditions, arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nasdsl.spans import Span
from nasdsl.values import Fields

from .matching import FAIL, Agenda, Matcher, Next, Node, Shift, Where, described, knows, same

Env = Mapping[str, Any]


class Const(Node):
    """A value that no decision changes."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def get(self, env: Env) -> Any:
        return self.value

    def refuses(self, value: Any) -> bool:
        return not same(self.value, value)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not same(self.value, value):
            return m.refuse(where, value, "", (described(self.value),))
        m.progress += 1
        return rest

    @property
    def width(self) -> int | None:
        return len(self.value) if isinstance(self.value, tuple) else None


class Lazy(Node):
    """A node that is made when it is needed: views may be recursive."""

    __slots__ = ("_make", "_node")

    def __init__(self, make: Callable[[], Node]) -> None:
        self._make = make
        self._node: Node | None = None

    @property
    def node(self) -> Node:
        if self._node is None:
            self._node = self._make()
        return self._node

    def get(self, env: Env) -> Any:
        return self.node.get(env)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        return self.node.match(m, value, where, rest)

    def refuses(self, value: Any) -> bool:
        return self.node.refuses(value)

    def leaves(self) -> Iterator[Node]:
        return self.node.leaves()

    @property
    def width(self) -> int | None:
        return self.node.width


class NoDecision(Exception):
    """A view names a decision that the space does not have."""

    def __init__(self, path: str, span: Span | None) -> None:
        super().__init__(path)
        self.path, self.span = path, span


class Absent(Node):
    """A part that names a decision which the space does not have there."""

    __slots__ = ("error",)

    def __init__(self, error: NoDecision) -> None:
        self.error = error

    def get(self, env: Env) -> Any:
        raise NoDecision(self.error.path, self.error.span)

    def refuses(self, value: Any) -> bool:
        return True

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        return FAIL


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
                return m.refuse((where, self.first), value[self.first], "", ("the end of the list",))
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


class Parts(Node):
    """A record."""

    __slots__ = ("items", "names")

    def __init__(self, names: tuple[str, ...], items: tuple[Node, ...]) -> None:
        self.names, self.items = names, items

    def get(self, env: Env) -> Any:
        return Fields(self.names, tuple([item.get(env) for item in self.items]))

    def leaves(self) -> Iterator[Node]:
        for item in self.items:
            yield from item.leaves()

    def refuses(self, value: Any) -> bool:
        if not isinstance(value, Fields) or set(value.names) != set(self.names):
            return True
        given = dict(zip(value.names, value.values, strict=True))
        return any(i.refuses(given[n]) for n, i in zip(self.names, self.items, strict=True))

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, Fields) or set(value.names) != set(self.names):
            return m.refuse(where, value, "", (f"({', '.join(self.names)})",))
        given = dict(zip(value.names, value.values, strict=True))
        for known in (False, True):  # what is known comes first: it tells alternatives apart
            for name, item in zip(reversed(self.names), reversed(self.items), strict=True):
                if isinstance(item, Const) is known:
                    rest = (item, given[name], (where, name), rest)
        return rest


class Part(Node):
    """`x.name` of a record that is not known yet."""

    __slots__ = ("base", "name")

    def __init__(self, base: Node, name: str) -> None:
        self.base, self.name = base, name

    def get(self, env: Env) -> Any:
        record = self.base.get(env)
        return record.values[record.names.index(self.name)]

    def leaves(self) -> Iterator[Node]:
        return self.base.leaves()

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        return m.postpone(self, value, where, rest)


class Unspeakable(KeyError):
    """A decision for which a case has no key: the notation has no word for it."""


class Switch(Node):
    """The item whose key the subject has; the key None is that of all other subjects."""

    __slots__ = ("items", "keys", "subject")

    def __init__(self, subject: Node, keys: tuple[Any, ...], items: tuple[Node, ...]) -> None:
        self.subject, self.keys, self.items = subject, keys, items

    def _item(self, value: Any) -> Node | None:
        other = None
        for key, item in zip(self.keys, self.items, strict=True):
            if key is ELSE:
                other = item
            elif same(key, value):
                return item
        return other

    def get(self, env: Env) -> Any:
        found = self.subject.get(env)
        item = self._item(found)
        if item is None:
            raise Unspeakable(found, getattr(self.subject, "path", ""))
        return item.get(env)

    def leaves(self) -> Iterator[Node]:
        return self.subject.leaves()

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, found = knows(self.subject, m.values)
        if known:
            item = self._item(found)
            if item is None:
                return m.refuse(where, value)
            return (item, value, where, rest)
        return m.choose(self._ways(value, where, rest))

    def _ways(self, value: Any, where: Where, rest: Agenda) -> Iterator[Next]:
        pairs = list(zip(self.keys, self.items, strict=True))
        fit = [pair for pair in pairs if not pair[1].refuses(value)] or pairs
        for key, item in fit:
            if key is ELSE:
                unlike = Neither(self.subject, tuple(k for k in self.keys if k is not ELSE))
                yield (item, value, where, (unlike, True, where, rest))
            elif not self.subject.refuses(key):
                yield (self.subject, key, where, (item, value, where, rest))


ELSE = object()


class Neither(Node):
    """Whether a value is none of some."""

    __slots__ = ("keys", "subject")

    def __init__(self, subject: Node, keys: tuple[Any, ...]) -> None:
        self.subject, self.keys = subject, keys

    def get(self, env: Env) -> Any:
        found = self.subject.get(env)
        return not any(same(key, found) for key in self.keys)

    def leaves(self) -> Iterator[Node]:
        return self.subject.leaves()

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, found = knows(self, m.values)
        if known:
            return rest if found == value else m.refuse(where, value)
        return m.postpone(self, value, where, rest)


class Anything(Node):
    """A value that means nothing here: any value is read, the default is written."""

    __slots__ = ("default",)

    def __init__(self, default: Any) -> None:
        self.default = default

    def get(self, env: Env) -> Any:
        return self.default

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        return rest


class At(Node):
    """`xs[i]`, where a decision says which."""

    __slots__ = ("index", "items")

    def __init__(self, items: tuple[Node, ...], index: Node) -> None:
        self.items, self.index = items, index

    def get(self, env: Env) -> Any:
        index = int(self.index.get(env))
        if not 0 <= index < len(self.items):
            raise KeyError(index)
        return self.items[index].get(env)

    def leaves(self) -> Iterator[Node]:
        yield from self.index.leaves()
        for item in self.items:
            yield from item.leaves()

    def refuses(self, value: Any) -> bool:
        return all(item.refuses(value) for item in self.items)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, index = knows(self.index, m.values)
        if known and 0 <= index < len(self.items):
            return (self.items[index], value, where, rest)
        fit = [
            i for i, item in enumerate(self.items)
            if not item.refuses(value) and not self.index.refuses(i)
        ]  # fmt: skip
        if not fit:
            wanted = tuple(
                described(item.value) for i, item in enumerate(self.items)
                if isinstance(item, Const) and not self.index.refuses(i)
            )  # fmt: skip
            return m.refuse(where, value, getattr(self.index, "path", ""), wanted)
        if len(fit) == 1:
            return (self.index, fit[0], where, (self.items[fit[0]], value, where, rest))
        return m.choose(
            (self.index, i, where, (self.items[i], value, where, rest)) for i in fit
        )  # fmt: skip
