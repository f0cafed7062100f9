"""The nodes of views where a decision says which of several parts is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .matching import Agenda, Matcher, Next, Node, Where, described, knows, same
from .patterns import Const

Env = Mapping[str, Any]


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
