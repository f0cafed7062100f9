"""The decisions of a space as views see them: by path, with the values that labels stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nasdsl.dag import Branch, Prefix, Product
from nasdsl.dag import Node as Choice
from nasdsl.domains import Domain
from nasdsl.walks import Names, resolve

from .literals import show
from .matching import FAIL, Agenda, Matcher, Next, Node, Where, same

if TYPE_CHECKING:
    from nasdsl.space import Space

_LISTED = 12


class Options:
    """The values of a domain: a string or number for each option, a list for a pick."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        labels = tuple(str(label) for label in domain.labels)
        if domain.kind == "bit":
            self.values: tuple[Any, ...] = (False, True)
        elif domain.kind == "one" and not domain.ordered:
            self.values = _truths(labels) or tuple(map(_unquoted, labels))
        else:
            self.values = values_of(labels)
        self.places = {_tag(value): i for i, value in enumerate(self.values)}

    @property
    def several(self) -> bool:
        """Whether an option is a list."""
        return self.domain.kind in ("pick", "permutation")

    @property
    def count(self) -> int:
        """How many elements an option has that is a list."""
        return len(self.values) if self.domain.kind == "permutation" else self.domain.count

    def value(self, index: float) -> Any:
        """What the option of an index stands for."""
        if self.domain.kind == "float":
            return index
        if self.several:
            return tuple([self.values[p] for p in self.domain.positions(int(index))])
        return self.values[int(index)]

    def normal(self, value: Any) -> Any:
        """The value as `value` gives it (lists without an order are sorted). KeyError if it is none."""
        return self.value(self.index(value))

    def index(self, value: Any) -> int | float:
        """The option that a value stands for. Raises KeyError if there is none."""
        if self.domain.kind == "float":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise KeyError(value)
            if not self.domain.low <= value <= self.domain.high:
                raise KeyError(value)
            return float(value)
        if not self.several:
            return self.places[_tag(value)]
        if not isinstance(value, tuple):
            raise KeyError(value)
        try:
            return self.domain.index(tuple([self.places[_tag(v)] for v in value]))
        except ValueError:
            raise KeyError(value) from None

    def shown(self) -> tuple[str, ...]:
        """The options, for a message."""
        if self.domain.kind in ("float", "pick", "permutation"):
            return (str(self.domain),)
        names = [show(value) for value in self.values]
        return tuple(names if len(names) <= _LISTED else [*names[: _LISTED - 1], "…"])


def _tag(value: Any) -> Any:
    return (value.__class__ is bool, value)


def _truths(labels: tuple[str, ...]) -> tuple[bool, ...]:
    return tuple(x == "true" for x in labels) if set(labels) <= {"true", "false"} else ()


def _numbers(labels: tuple[str, ...]) -> tuple[int | float, ...]:
    try:
        return tuple(int(x) if x.lstrip("-").isdigit() else float(x) for x in labels)
    except ValueError:
        return ()


def values_of(labels: tuple[str, ...]) -> tuple[Any, ...]:
    """Numbers, if all labels are, or else strings."""
    return _numbers(labels) or tuple(map(_unquoted, labels))


def _unquoted(label: str) -> str:
    return label[1:-1] if len(label) > 1 and label[0] == label[-1] == '"' else label


class Decisions:
    """Which decisions there are, found as they are asked for."""

    def __init__(self, space: Space) -> None:
        self.root, self.walks = space.root, space.walks
        self._known: dict[str, tuple[Options, ...]] = {}
        self._options: dict[Domain, Options] = {}
        self._quick: dict[int, Options] = {}  # by the identity of domains that the space holds

    def options(self, domain: Domain) -> Options:
        """The values of a domain."""
        found = self._quick.get(id(domain))
        if found is None:
            found = self._options.get(domain)
            if found is None:
                found = self._options[domain] = Options(domain)
            self._quick[id(domain)] = found
        return found

    @cached_property
    def listed(self) -> Mapping[str, tuple[Options, ...]] | None:
        """All decisions by path, unless motifs are recursive: then there may be very many."""
        if _recursive(self.root):
            return None
        found: dict[str, list[Options]] = {}
        for path, domain in self.walks.all_decisions(self.root, 1_000_000):
            found.setdefault(path, []).append(self.options(domain))
        return {path: tuple(options) for path, options in found.items()}

    def at(self, path: str) -> tuple[Options, ...]:
        """What may be decided at a path: usually one domain, several if it depends; or nothing."""
        if self.listed is not None:
            return self.listed.get(path, ())
        if path not in self._known:
            found = dict.fromkeys(_search(self.root, path))
            self._known[path] = tuple(self.options(domain) for domain in found)
        return self._known[path]

    def bits(self, path: str) -> dict[str, tuple[Options, ...]]:
        """The bits of a subset that is decided at a path, by what stands between the brackets."""
        found: dict[str, tuple[Options, ...]] = {}
        if self.listed is None:
            while options := self.at(f"{path}[{len(found)}]"):
                found[str(len(found))] = options
            return found
        for bit in self._bits:
            if bit.startswith(path + "["):
                found[bit[len(path) + 1 : -1]] = self.listed[bit]
        return found

    @cached_property
    def _bits(self) -> list[str]:
        listed = self.listed or {}
        return [p for p, o in listed.items() if o[0].domain.kind == "bit" and p[-1] == "]"]

    def paths(self, limit: int = 2_000) -> list[str]:
        """Some paths, for suggestions."""
        return list(dict.fromkeys(path for path, _ in self.walks.all_decisions(self.root, limit)))


def _recursive(root: Choice) -> bool:
    seen: set[int] = set()
    stack: list[Choice | None] = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, Prefix):
            return True
        if isinstance(node, Branch | Product) and id(node) not in seen:
            seen.add(id(node))
            stack.extend(node.children)
    return False


def _search(root: Choice, path: str) -> Iterator[Domain]:
    """The domains of the decisions of a path."""
    done: set[tuple[int, str]] = set()
    stack: list[tuple[Choice, Names | None]] = [(root, None)]
    while stack:
        node, names = stack.pop()
        if isinstance(node, Product):
            stack.extend((child, names) for child in node.children)
            continue
        if isinstance(node, Prefix):
            inner = Names(node.marker, node.prefix, names)
            base = resolve(node.marker, inner)
            if not node.prefix or path.startswith(base):
                stack.append((node.child, inner))
            continue
        found = resolve(node.var.path, names)
        if (id(node), found) in done:
            continue
        done.add((id(node), found))
        if found == path:
            yield node.var.domain
        if isinstance(node, Branch):
            stack.extend((child, names) for child in _below(node, found, path))


def _below(node: Branch, found: str, path: str) -> list[Choice]:
    """The children below which a path can be: it names the options that lead to it."""
    children = [child for child in node.children if child is not None]
    if node.var.domain.kind != "one" or not path.startswith(found + "="):
        return list({id(child): child for child in children}.values())
    rest = path[len(found) + 1 :]
    named = [
        child for i, (label, child) in enumerate(zip(node.var.domain.labels, node.children, strict=True))
        if child is not None and (_begins(rest, str(label)) or _begins(rest, str(i)))
    ]  # fmt: skip
    return named or children


def _begins(rest: str, label: str) -> bool:
    return rest.startswith(label) and rest[len(label) : len(label) + 1] in ("", "/", "=", ".", "#")


class Decision(Node):
    """The value of one decision; `count` decides how many elements it has, if that is open."""

    __slots__ = ("alternatives", "count", "path")

    def __init__(
        self, path: str, alternatives: tuple[Options, ...], count: Decision | None = None
    ) -> None:
        self.path, self.alternatives, self.count = path, alternatives, count

    def get(self, env: Mapping[str, Any]) -> Any:
        return env[self.path]

    def leaves(self) -> Iterator[Node]:
        yield self

    @property
    def options(self) -> tuple[Any, ...]:
        """All values, if they are few."""
        found: dict[Any, Any] = {}
        for options in self.alternatives:
            size = options.domain.size
            if size is None or size > 10_000:
                return ()
            found.update((_tag(v), v) for v in map(options.value, range(size)))
        return tuple(found.values())

    @property
    def elements(self) -> tuple[Any, ...]:
        """What a list that is decided takes its elements from."""
        found = {_tag(v): v for options in self.alternatives for v in options.values}
        return tuple(found.values())

    def normal(self, value: Any) -> Any:
        """The value in its order. Raises KeyError if it is none."""
        for options in self.alternatives:
            try:
                return options.normal(value)
            except KeyError:
                continue
        raise KeyError(value)

    def refuses(self, value: Any) -> bool:
        try:
            self.normal(value)
        except (KeyError, TypeError):
            return True
        return False

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        try:
            value = self.normal(value)
        except (KeyError, TypeError):
            return m.refuse(where, value, self.path, self.shown())
        if self.path in m.values:
            known = m.values[self.path]
            if known != value:
                return m.refuse(where, value, self.path, (show(known),))
        else:
            m.settle(self.path, value, where)
            if self.count is not None:
                return (self.count, len(value), where, rest)
        return rest

    def shown(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for o in self.alternatives for name in o.shown()))


class Bits(Node):
    """A subset that is decided bit by bit: the list of the elements that are taken."""

    __slots__ = ("bits", "elements", "path")

    def __init__(self, path: str, bits: dict[str, Decision]) -> None:
        self.path, self.bits = path, tuple(bits.values())
        self.elements: tuple[Any, ...] = values_of(tuple(bits))

    def get(self, env: Mapping[str, Any]) -> Any:
        pairs = zip(self.elements, self.bits, strict=True)
        return tuple([element for element, bit in pairs if env[bit.path]])

    def leaves(self) -> Iterator[Node]:
        yield from self.bits

    def bit(self, element: Any) -> Node | None:
        """The decision whether an element is taken."""
        pairs = zip(self.elements, self.bits, strict=True)
        return next((bit for e, bit in pairs if same(e, element)), None)

    def refuses(self, value: Any) -> bool:
        if not isinstance(value, tuple):
            return True
        known = {_tag(e) for e in self.elements}
        try:
            given = [_tag(v) for v in value]
            return len(set(given)) < len(given) or not known.issuperset(given)
        except TypeError:
            return True

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if self.refuses(value):
            wanted = f"some of {', '.join(show(e) for e in self.elements[:_LISTED])}"
            return m.refuse(where, value, self.path, (wanted,))
        taken = {_tag(v) for v in value}
        for element, bit in zip(reversed(self.elements), reversed(self.bits), strict=True):
            rest = (bit, _tag(element) in taken, where, rest)
        return rest


class Taken(Node):
    """Whether a list that is decided has an element."""

    __slots__ = ("element", "source")

    def __init__(self, element: Any, source: Decision) -> None:
        self.element, self.source = element, source

    def get(self, env: Mapping[str, Any]) -> Any:
        if self.source.path not in env and self.key in env:
            return env[self.key]
        return self.element in env[self.source.path]

    @property
    def key(self) -> Any:
        return (self.source.path, self.element)

    def leaves(self) -> Iterator[Node]:
        yield self.source

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        if not isinstance(value, bool):
            return m.refuse(where, value, self.source.path, ("True", "False"))
        if self.source.path in m.values:
            fits = value == (self.element in m.values[self.source.path])
            return rest if fits else m.refuse(where, value, self.source.path)
        if self.key in m.values:
            return rest if m.values[self.key] == value else FAIL
        m.settle(self.key, value, where)
        m.late = (Gathered(self.source), None, where, m.late)
        return rest


class Gathered(Node):
    """A list whose elements have been told one by one."""

    __slots__ = ("source",)

    def __init__(self, source: Decision) -> None:
        self.source = source

    def match(self, m: Matcher, value: Any, where: Where, rest: Agenda) -> Next:
        path = self.source.path
        told = {e: m.values[path, e] for e in self.source.elements if (path, e) in m.values}
        if path in m.values:
            held = m.values[path]
            return rest if all((e in held) == is_in for e, is_in in told.items()) else FAIL
        sure = tuple(e for e, is_in in told.items() if is_in)
        fit = [
            option for option in self.source.options
            if set(sure) <= set(option) and not any(e in option for e, is_in in told.items() if not is_in)
        ]  # fmt: skip
        if not fit:
            return m.refuse(where, sure, path, self.source.shown())
        return m.choose((self.source, option, where, rest) for option in fit)
