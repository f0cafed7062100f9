"""The operator table, and the operators that other distributions add to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from ..diagnostics import fail
from . import (
    activation,
    attention,
    combine,
    conv,
    image,
    linear,
    norm,
    pool,
    recurrent,
    regular,
    shape,
    source,
)
from .base import Attrs, Op, Shape, ShapeError

GROUP = "nasdsl.ops"


SECTIONS: Mapping[str, tuple[Op, ...]] = MappingProxyType(
    {
        "Inputs": source.OPS,
        "Convolutions": conv.OPS,
        "Linear layers": linear.OPS,
        "Normalisation": norm.OPS,
        "Activations and elementwise functions": activation.OPS,
        "Pooling": pool.OPS,
        "Shape and selection": shape.OPS,
        "Images": image.OPS,
        "Several inputs": combine.OPS,
        "Attention": attention.OPS,
        "Recurrence": recurrent.OPS,
        "Regularisation": regular.OPS,
    }
)

TABLE: Mapping[str, Op] = MappingProxyType({op.name: op for ops in SECTIONS.values() for op in ops})


@cache
def extensions() -> Mapping[str, Op]:
    """The operators of the entry points `nasdsl.ops`: each is an Op or a list of them."""
    from importlib.metadata import entry_points

    found: dict[str, Op] = {}
    for entry in entry_points(group=GROUP):
        value = entry.load()
        for op in [value] if isinstance(value, Op) else value:
            if not isinstance(op, Op):
                raise fail(
                    "NAS190",
                    f"the entry point `{entry.name}` of {GROUP} gives {op!r}, which is no operator",
                )
            if op.name in TABLE or op.name in found:
                raise fail(
                    "NAS191",
                    f"the operator `{op.name}` of the entry point `{entry.name}` already exists",
                    help="uninstall one of the packages, or rename its operator",
                )
            found[op.name] = op
    return MappingProxyType(found)


def lookup(name: str) -> Op | None:
    """The operator of this name; installed extensions are loaded when the table has none."""
    return TABLE.get(name) or extensions().get(name)


def infer(op: Op, inputs: Sequence[Shape], attrs: Attrs) -> Shape:
    """The output shape, after checking the number of inputs; raises ShapeError."""
    wanted = op.arity
    if len(inputs) != wanted if wanted is not None else not inputs:
        need = "at least one input" if wanted is None else f"{wanted} input{'s' * (wanted != 1)}"
        raise ShapeError(f"takes {need}, not {len(inputs)}")
    return op.shape(inputs, attrs)
