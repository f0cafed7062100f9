"""The nodes of views that are made of other nodes: records, and parts made when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nasdsl.spans import Span
from nasdsl.values import Fields

from .matching import FAIL, Agenda, Matcher, Next, Node, Where, described, same

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


class Anything(Node):
    """A value that means nothing here: any value is read, the default is written."""

    __slots__ = ("default",)

    def __init__(self, default: Any) -> None:
        self.default = default

    def get(self, env: Env) -> Any:
        return self.default

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        return rest


def settled(node: Node) -> Node:
    """The node itself, if it is one that is made when it is needed."""
    while isinstance(node, Lazy):
        node = node.node
    return node
