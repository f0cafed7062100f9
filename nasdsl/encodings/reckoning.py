"""The nodes of views that compute: arithmetic, comparison, logic, functions of known values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .conditions import BINARY
from .matching import Agenda, Matcher, Next, Node, Where, described, knows, same
from .patterns import Const

Env = Mapping[str, Any]


class Computed(Node):
    """A function of other values, which cannot be undone: it is compared once they are known."""

    __slots__ = ("apply", "inputs")

    def __init__(self, apply: Callable[..., Any], inputs: tuple[Node, ...]) -> None:
        self.apply, self.inputs = apply, inputs

    def get(self, env: Env) -> Any:
        return self.apply(*[node.get(env) for node in self.inputs])

    def leaves(self) -> Iterator[Node]:
        for node in self.inputs:
            yield from node.leaves()

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, found = knows(self, m.values)
        if not known:
            return m.postpone(self, value, where, rest)
        return rest if same(found, value) else m.refuse(where, value, "", (described(found),))


class Arithmetic(Computed):
    """`a + b`, `a - b`, `a * b`, where one side is known: of numbers and strings."""

    __slots__ = ("op",)

    def __init__(self, op: str, left: Node, right: Node) -> None:
        super().__init__(BINARY[op], (left, right))
        self.op = op

    def refuses(self, value: Any) -> bool:
        left, right = self.inputs
        if not isinstance(value, int) or isinstance(value, bool) or not isinstance(right, Const):
            return False
        back = _back(self.op, value, right.value)
        return back is None or left.refuses(back)

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        left, right = self.inputs
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return super().match(m, value, where, rest)
        for node, other, undo in ((left, right, _back), (right, left, _forth)):
            known, part = knows(other, m.values)
            if known:
                inner = undo(self.op, value, part)
                if inner is None:
                    return m.refuse(where, value)
                return (node, inner, where, rest)
        return super().match(m, value, where, rest)


def _back(op: str, value: Any, right: Any) -> Any:
    """The x of `x op right == value`, or None."""
    if isinstance(value, str) != isinstance(right, str) or isinstance(right, tuple | bool):
        return None
    if isinstance(value, str):
        fits = op == "+" and value.endswith(right)
        return value[: len(value) - len(right)] if fits else None
    if op == "*":
        if isinstance(value, float) or isinstance(right, float):
            return value / right if right else None
        return value // right if right and value % right == 0 else None
    return value - right if op == "+" else value + right


def _forth(op: str, value: Any, left: Any) -> Any:
    """The x of `left op x == value`, or None."""
    if isinstance(value, str):
        fits = isinstance(left, str) and op == "+" and value.startswith(left)
        return value[len(left) :] if fits else None
    if op == "-":
        return left - value if not isinstance(left, str | tuple | bool) else None
    return _back(op, value, left)


class Equal(Computed):
    """`a == b`."""

    __slots__ = ()

    def __init__(self, left: Node, right: Node) -> None:
        super().__init__(same, (left, right))

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        left, right = self.inputs
        if value is True:
            for node, other in ((left, right), (right, left)):
                known, part = knows(other, m.values)
                if known:
                    return (node, part, where, rest)
        return super().match(m, value, where, rest)


class Within(Computed):
    """`x in xs`."""

    __slots__ = ()

    def __init__(self, item: Node, items: Node) -> None:
        super().__init__(lambda x, xs: any(same(x, y) for y in xs), (item, items))

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        item, items = self.inputs
        if value is True and isinstance(items, Const) and not knows(item, m.values)[0]:
            return m.choose((item, x, where, rest) for x in items.value if not item.refuses(x))
        return super().match(m, value, where, rest)


class Not(Computed):
    """`not a`."""

    __slots__ = ()

    def __init__(self, inner: Node) -> None:
        super().__init__(lambda x: not x, (inner,))

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, bool):
            return m.refuse(where, value, "", ("True", "False"))
        return (self.inputs[0], not value, where, rest)


class Truth(Computed):
    """A condition: a truth value, or a list, which is true if it has an element."""

    __slots__ = ()

    def __init__(self, inner: Node) -> None:
        super().__init__(bool, (inner,))


class Logic(Node):
    """`a and b`, `a or b`; `final` is the value that settles it."""

    __slots__ = ("final", "left", "right")

    def __init__(self, op: str, left: Node, right: Node) -> None:
        self.final, self.left, self.right = op == "or", left, right

    def get(self, env: Env) -> Any:
        left = bool(self.left.get(env))
        return left if left == self.final else bool(self.right.get(env))

    def leaves(self) -> Iterator[Node]:
        yield from self.left.leaves()
        yield from self.right.leaves()

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, bool):
            return m.refuse(where, value, "", ("True", "False"))
        known, left = knows(self.left, m.values)
        both: Agenda = (self.left, not self.final, where, (self.right, value, where, rest))
        if known and left == self.final:
            return rest if value == self.final else m.refuse(where, value)
        if known or value != self.final:
            return both
        return m.choose(iter(((self.left, value, where, rest), both)))


class When(Node):
    """`a if cond else b`."""

    __slots__ = ("cond", "other", "then")

    def __init__(self, cond: Node, then: Node, other: Node) -> None:
        self.cond, self.then, self.other = cond, then, other

    def get(self, env: Env) -> Any:
        return (self.then if self.cond.get(env) else self.other).get(env)

    def leaves(self) -> Iterator[Node]:
        yield from self.cond.leaves()

    def refuses(self, value: Any) -> bool:
        return isinstance(self.then, Const) and isinstance(self.other, Const) and (
            self.then.refuses(value) and self.other.refuses(value)
        )  # fmt: skip

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, held = knows(self.cond, m.values)
        if known:
            return (self.then if held else self.other, value, where, rest)
        if type(self.cond) in (Truth, Computed):
            m.late = (Undecided(self), value, where, m.late)  # others may settle it
            return rest
        return self.either(m, value, where, rest)

    def either(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        """Match while the condition is open."""
        yes: Agenda = (self.cond, True, where, (self.then, value, where, rest))
        no: Agenda = (self.other, value, where, (self.cond, False, where, rest))
        if self.then.refuses(value) and not self.other.refuses(value):
            return no
        if self.other.refuses(value) and not self.then.refuses(value):
            return yes
        return m.choose(iter((yes, no)))


class Undecided(Node):
    """A conditional that has waited for its condition."""

    __slots__ = ("node",)

    def __init__(self, node: When) -> None:
        self.node = node

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        known, held = knows(self.node.cond, m.values)
        if known:
            return (self.node.then if held else self.node.other, value, where, rest)
        return self.node.either(m, value, where, rest)
