"""What an operator is: one entry states its parameters, shape rule, cost and PyTorch form.

Shapes leave out the batch dimension: (C, H, W) for images, (T, F) for sequences, (F,) for vectors,
(T,) for token sequences. An operator has exactly one output.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ..record import Frozen, Record, record

Shape = tuple[int, ...]
Value = int | float | bool | str | None | tuple["Value", ...]
Attrs = Mapping[str, Value]


class Tokens(tuple[int, ...]):
    """The shape (T,) of class numbers: equal to that of a vector, but only an embedding takes it."""

    __slots__ = ()


class ShapeError(Exception):
    """The operator does not accept these input shapes or attributes.

    The message says why and leaves the operator's name to the caller, who knows the place as well.
    """


class Required:
    """The default of a parameter that has none."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = Required()


@record
class Param(Record):
    """A parameter of an operator.

    kind: "int", "float", "bool", "name" (one of `choices`), "size" (an int, or a list of ints, one a
    spatial dimension), "pad" (a size or one of `choices`), "ints" (a list of ints).
    """

    name: str
    kind: str
    default: Value | Required = REQUIRED
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """How an operator is written in PyTorch.

    `forward` is an expression over the inputs {0}, {1}, … (or {inputs}, a comma-separated list, for
    variadic operators), {self} (the submodule, if `module` is given) and the holes of `values`.
    `module` is a constructor expression over the holes. `values` gives the literal of each hole.
    `helper` names a class or function of nasdsl.compiler.helpers whose source must be copied into
    the emitted file because the expressions call it. `defaults` names the holes that stand as
    `hole={hole}` and may be left out, with the values that PyTorch then assumes.
    """

    forward: str
    module: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    helper: str | None = None
    defaults: Mapping[str, Value] = field(default_factory=dict)


def free_of_charge(inputs: Sequence[Shape], attrs: Attrs) -> int:
    """No parameters, or no multiply-adds."""
    return 0


@record
class Op(Frozen):
    """One primitive of the language.

    arity: number of input tensors; None for a variadic operator (at least one); 0 for a source.
    parameters: learnable numbers. macs: multiply-adds of convolutions, linear and matrix products
    for one sample (no bias, normalisation, activation or pooling). All take (input shapes, attrs).
    rule: the shapes in words, for people. The lowering of a source is an example batch of one.
    """

    name: str
    doc: str
    arity: int | None
    params: tuple[Param, ...]
    shape: Callable[[Sequence[Shape], Attrs], Shape]
    lower: Callable[[Sequence[Shape], Attrs], Code]
    parameters: Callable[[Sequence[Shape], Attrs], int] = free_of_charge
    macs: Callable[[Sequence[Shape], Attrs], int] = free_of_charge
    commutative: bool = False
    rule: str = ""
