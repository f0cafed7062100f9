"""The relaxed network: the nodes of nasdsl.architecture, some of which gates steer.

Gates have names. The gate of a node says when a child has that node; those of a `mix` or of a gated
combiner say which of its inputs count, and by what weight. `Relaxed.gates` tells what each name means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..architecture import Architecture, Node
from ..domains import Domain
from ..ops.base import Attrs, Code, Op, Shape, Value
from ..spans import Span
from .diagrams import Diagram
from .options import Options

COMBINERS = frozenset({"sum", "mean", "max", "min", "mul", "concat"})


@dataclass(frozen=True, slots=True, eq=False)
class Step(Node):
    """A node that is there where its gate is open ("": always).

    open: the attributes that depend on decisions, by the name of their value; `attrs` has the largest
    of each. base: the operator of the program, if `op` is its elastic form.
    """

    guard: str = ""
    open: tuple[tuple[str, str], ...] = ()
    base: Op | None = None


@dataclass(frozen=True, slots=True)
class Union:
    """A gate that is open where one of some is, and none of others."""

    some: tuple[str, ...]
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision that gates steer.

    kind: "one" (n options), "bit" (n = 1) or "pick" (n elements). under: the pick or bit elements
    (path, element) without which the decision does not exist. hard: if it can only be taken, why
    (it steers shapes, and no weighted sum of its options has a meaning).
    """

    path: str
    kind: str
    n: int
    labels: tuple[str, ...]
    under: tuple[tuple[str, int], ...] = ()
    hard: str = ""
    span: Span | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """A space as one network that gates steer. Shapes are the largest that occur.

    gates: of each name the condition (or, of elastic sizes, the value) as a diagram. domains: the
    decisions behind the choices (picks of several lengths have one path).
    """

    architecture: Architecture
    choices: Mapping[str, Choice]
    gates: Mapping[str, Diagram]
    domains: Mapping[str, tuple[Domain, ...]]
    inputs: tuple[str, ...] = ()  # of each input the name of its open shape, or ""
    options: Options = field(default_factory=Options)

    def __deepcopy__(self, memo: object) -> Relaxed:
        return self


def _first_shape(inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    return tuple(max(sizes) for sizes in zip(*inputs, strict=True))


def _mix_lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
    values = {"choice": attrs["gates"]}
    if "weights" not in attrs:  # those of the gates
        return Code("gates.mix({choice}, {inputs})", values=values)
    values["weights"] = attrs["weights"]
    return Code("gates.mix({choice}, {inputs}, weights={weights})", values=values)


MIX = Op("mix", "A weighted sum of alternatives, or the one that is taken.", None, (),
         _first_shape, _mix_lower)  # fmt: skip


def _gated(name: str) -> Op:
    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        values: dict[str, Value] = {"there": attrs["gates"]}
        if name != "concat":
            return Code(f"gates.{name}({{there}}, {{inputs}})", values=values)
        values["dim"] = 2 if len(inputs[0]) == 2 and attrs["axis"] == "channels" else 1
        values["sizes"] = tuple(s[0] if len(s) == 3 else s[-1] for s in inputs)
        return Code("gates.concat({there}, {sizes}, {dim}, {inputs})", values=values)

    return Op(
        f"gated_{name}",
        "A combination of the inputs that are there.",
        None,
        (),
        _first_shape,
        lower,
    )


GATED: Mapping[str, Op] = {name: _gated(name) for name in sorted(COMBINERS)}


_GATED = frozenset(GATED.values())


def is_gated(node: Node) -> bool:
    """Whether the inputs of a node have gates."""
    return node.op is MIX or node.op in _GATED


def combiner(node: Node) -> str:
    """The operator of the program that a gated combiner is."""
    assert node.op is not None
    return node.op.name.removeprefix("gated_")


def fixed(op: Op, shapes: tuple[Shape, ...]) -> Op:
    """The operator as it is on these input shapes, whatever the largest ones are."""

    def lower(inputs: Sequence[Shape], attrs: Attrs) -> Code:
        return op.lower(shapes, attrs)

    def parameters(inputs: Sequence[Shape], attrs: Attrs) -> int:
        return op.parameters(shapes, attrs)

    return Op(op.name, op.doc, op.arity, op.params, op.shape, lower, parameters, op.macs)


def input_gates(node: Node) -> tuple[str, ...]:
    """The gates of the inputs of a mix or a gated combiner."""
    for name, value in node.attrs:
        if name == "gates":
            assert isinstance(value, tuple)
            return value  # type: ignore[return-value]  # they are names
    return ("",) * len(node.inputs)
