"""What expressions evaluate to, beyond numbers, truth values, strings, none and lists (tuples, ranges).

Modules are functions on tensors; they are made once and may be applied often, each time with fresh
weights. Functions are motifs, operators and built-ins before their call.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from . import syntax
from .ops.base import Op, Shape
from .record import Frozen, Record, put, record
from .spans import Span
from .symbolic import Sym

if TYPE_CHECKING:
    from .boxes import Box

# A shape that depends on decisions is one Sym whose values are shapes; a Box bounds one whose
# dependence is not tracked; None is a shape not yet known.
AnyShape: TypeAlias = "Shape | Sym | Box | None"


class Unknown:
    """A number read off a tensor whose shape is not known yet (a graph that is not applied yet)."""

    def __repr__(self) -> str:
        return "UNKNOWN"


class Poison:
    """The value of an expression whose mistake has been reported."""

    def __repr__(self) -> str:
        return "POISON"


ROOT = "network"  # the path of decisions made directly in `network = …`
UNKNOWN = Unknown()
POISON = Poison()


@record
class Tensor(Frozen):
    """A value of the network under construction: value `number` of the graph `home`.

    depth: bounds of how deep it lies below the graph's inputs, while choices are open.
    """

    home: object
    number: int
    shape: AnyShape
    depth: Any

    def __init__(self, home: object, number: int, shape: AnyShape, depth: Any = None) -> None:
        put(self, "home", home)
        put(self, "number", number)
        put(self, "shape", shape)
        put(self, "depth", depth)


@record
class MaybeList(Frozen):
    """A list some of whose elements are there only under a condition.

    guards: True, False, a Sym or UNKNOWN for each element. slots: if the length is known, for each place
    the position of the element that stands there. width: how many places there are, if that is open:
    the others are behind them. exact: an element is there if its place is, whatever it is.
    Places mean the same when choices are open and when they are taken: decisions are named by them.
    """

    elements: tuple[Any, ...]
    guards: tuple[Any, ...]
    slots: tuple[Sym, ...] | None = None
    width: Any = None
    exact: bool = False

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return zip(self.guards, self.elements, strict=True)


@record
class FloatRange(Record):
    """`0.0..0.5`: only `any` can use it."""

    low: float
    high: float
    log: bool


@record
class Fields(Record):
    """A record: named parts in order. Equal if names, order and parts are."""

    names: tuple[str, ...]
    values: tuple[Any, ...]

    def __init__(self, names: tuple[str, ...], values: tuple[Any, ...]) -> None:
        put(self, "names", names)
        put(self, "values", values)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Fields) and self.names == other.names and self.values == other.values
        )

    def __hash__(self) -> int:
        return hash((self.names, self.values))

    def __getitem__(self, name: str) -> Any:
        """A part by its name. Raises KeyError."""
        if name not in self.names:
            raise KeyError(name)
        return self.values[self.names.index(name)]


class Env:
    """Names in scope: a frame and what encloses it."""

    __slots__ = ("names", "parent")

    def __init__(self, parent: Env | None = None, names: dict[str, Any] | None = None) -> None:
        self.names: dict[str, Any] = {} if names is None else names
        self.parent = parent


class Scope:
    """Where evaluation is: the prefix of decision paths. Equal names get #2, #3, … in order."""

    __slots__ = ("counts", "decided", "name", "parent")

    def __init__(self, name: str, parent: Scope | None = None) -> None:
        self.name, self.parent = name, parent
        self.counts: dict[str, int] | None = None
        self.decided = 0

    def child(self, name: str) -> Scope:
        """A part of this scope, told apart from earlier parts of the same name."""
        if self.counts is None:
            self.counts = {name: 1}
            return Scope(name, self)
        count = self.counts.get(name, 0) + 1
        self.counts[name] = count
        return Scope(name if count == 1 else f"{name}#{count}", self)

    def item(self, index: int) -> Scope:
        """Iteration `index` of a loop whose scope this is."""
        return Scope(f"{self.name}[{index}]", self.parent)

    def restart(self) -> Scope:
        """The same place in the same state, to be evaluated (again) from there."""
        again = Scope(self.name, self.parent)
        again.counts = None if self.counts is None else dict(self.counts)
        again.decided = self.decided
        return again

    def decision(self) -> str:
        """The path of the next decision made directly here."""
        self.decided += 1
        path = self.path or ROOT
        return path if self.decided == 1 else f"{path}.{self.decided}"

    @property
    def path(self) -> str:
        names = []
        scope: Scope | None = self
        while scope is not None:
            if scope.name:
                names.append(scope.name)
            scope = scope.parent
        return "/".join(reversed(names))


@record
class OpModule(Frozen):
    """An operator with its attributes."""

    op: Op
    attrs: dict[str, Any]
    span: Span | None

    def __init__(self, op: Op, attrs: dict[str, Any], span: Span | None) -> None:
        put(self, "op", op)
        put(self, "attrs", attrs)
        put(self, "span", span)


@record
class Chain(Frozen):
    """Modules one after the other; a guarded one is skipped where its guard is false."""

    parts: tuple[Any, ...]
    guards: tuple[Any, ...]
    span: Span | None

    def __init__(self, parts: tuple[Any, ...], guards: tuple[Any, ...], span: Span | None) -> None:
        put(self, "parts", parts)
        put(self, "guards", guards)
        put(self, "span", span)


@record
class Combine(Frozen):
    """Modules side by side on the same input, their outputs combined by a variadic operator."""

    combiner: OpModule
    branches: Any
    span: Span | None


@record
class GraphModule(Frozen):
    """A graph block with its environment. `decided` is what `graph (…)` recorded when it was made."""

    block: syntax.Graph
    env: Env
    scope: Scope
    outputs: int
    memo: dict[Any, Any]

    def __init__(self, block: syntax.Graph, env: Env, scope: Scope, outputs: int) -> None:
        put(self, "block", block)
        put(self, "env", env)
        put(self, "scope", scope)
        put(self, "outputs", outputs)
        put(self, "memo", {})


@record
class Named(Frozen):
    """A module that a motif made: it becomes a graph (a class of the emitted source) of that name."""

    name: str
    module: Any
    span: Span | None
    memo: dict[Any, Any]

    def __init__(self, name: str, module: Any, span: Span | None) -> None:
        put(self, "name", name)
        put(self, "module", module)
        put(self, "span", span)
        put(self, "memo", {})


@record
class Scan(Frozen):
    """A recurrent cell over the steps of a sequence, with initial states of zeros."""

    cell: Any
    states: tuple[Any, ...]
    span: Span | None


Module = OpModule | Chain | Combine | GraphModule | Named | Scan


@record
class MotifFunction(Frozen):
    """A motif before its call."""

    motif: syntax.Motif


@record
class OpFunction(Frozen):
    """An operator before its call."""

    op: Op


@record
class Builtin(Frozen):
    """A built-in function."""

    name: str


Function = MotifFunction | OpFunction | Builtin


_SCALARS = frozenset({int, float, bool, str, OpFunction, Builtin, Unknown})


def is_fixed(value: Any, settled: Container[str]) -> bool:
    """Whether a value means the same wherever it is used: a number (also one that is not known), a text,
    a truth value, or a function that decides nothing. `settled` are the motifs that decide nothing."""
    kind = value.__class__
    return kind in _SCALARS or (kind is MotifFunction and value.motif.name in settled)


def describe(value: Any) -> str:
    """The kind of a value, in words, for messages."""
    match value:
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f'the string "{value}"'
        case tuple() | range() | MaybeList():
            return "a list"
        case Fields(names):
            return f"the record ({', '.join(names)})"
        case None:
            return "none"
        case Tensor():
            return "a tensor"
        case MotifFunction(motif):
            return f"the motif `{motif.name}`"
        case OpFunction(op):
            return f"the operator `{op.name}`"
        case Builtin(name):
            return f"the function `{name}`"
        case OpModule() | Chain() | Combine() | GraphModule() | Named() | Scan():
            return "a module"
        case FloatRange():
            return "a range of real numbers"
        case Sym() if value.values:
            return describe(value.values[0])
    return "a number that is read off a tensor" if value is UNKNOWN else "a value"
