"""Graphs under construction whose sizes may be open, and who reads what in which case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..architecture import Graph, Node
from ..boxes import Box
from ..diagnostics import fail
from ..ops.base import Shape, Tokens
from ..spans import Span
from ..symbolic import Sym, in_order
from ..values import AnyShape, Tensor
from .diagrams import Diagram


@dataclass(frozen=True, slots=True)
class Segment:
    """Channels side by side: at most `size` of them, as many as the named diagram says."""

    name: str
    size: int


Layout = tuple[Segment, ...] | None  # of the channels of a tensor; None: as many as its shape says


class RelaxedHome:
    """A graph under construction. `layouts`: of every value; `readers`: of every value the cases in
    which something reads it; `aliases`: of a mix its inputs, each with the case in which it is that;
    `sums`: of a sum with gates these."""

    __slots__ = ("aliases", "inputs", "layouts", "nodes", "readers", "sums", "values")

    def __init__(self, inputs: Sequence[AnyShape], layouts: Sequence[Layout]) -> None:
        self.inputs = list(inputs)
        self.values: list[AnyShape] = list(inputs)
        self.layouts: list[Layout] = list(layouts)
        self.nodes: list[Node] = []
        self.readers: dict[int, list[Any]] = {}
        self.aliases: dict[int, list[tuple[int, Any]]] = {}
        self.sums: dict[int, tuple[Diagram, ...]] = {}

    def tensors(self) -> list[Tensor]:
        return [Tensor(self, i, shape) for i, shape in enumerate(self.inputs)]

    def add(
        self, node: Node, shapes: Sequence[AnyShape], layouts: Sequence[Layout]
    ) -> tuple[Tensor, ...]:
        """Append a node; its outputs."""
        first = len(self.values)
        self.nodes.append(replace(node, key=str(len(self.nodes))))
        self.values += shapes
        self.layouts += layouts
        return tuple(Tensor(self, first + i, s) for i, s in enumerate(shapes))

    def graph(
        self, name: str, outputs: Sequence[int], names: tuple[str, ...], span: Span | None
    ) -> Graph:
        """What has been built."""
        shapes = tuple(largest(s, span) for s in self.inputs)
        return Graph(name, shapes, tuple(self.nodes), tuple(outputs), names, span)


def largest(shape: Any, span: Span | None) -> Shape:
    """The largest of every size of an open shape. Raises NAS603 if the shape is not tracked."""
    if isinstance(shape, tuple):
        return shape
    values = shape.values if isinstance(shape, Sym) else None
    if values is None or isinstance(shape, Box) or any(v.free for v in shape.vars):
        raise fail("NAS603", "the shape here depends on too many decisions to be relaxed", span,
                   notes=because(shape))  # fmt: skip
    if len({len(v) for v in values}) > 1:
        raise fail("NAS604", "the tensor here has more dimensions in some cases than in others", span,
                   notes=because(shape))  # fmt: skip
    sizes = tuple(max(column) for column in zip(*values, strict=True))
    return Tokens(sizes) if isinstance(values[0], Tokens) else sizes


def because(value: Any) -> tuple[tuple[str, None], ...]:
    """Notes that name the decisions behind an open value."""
    if not isinstance(value, Sym):
        return ()
    paths = list(dict.fromkeys(v.path for v in in_order(value.vars) if not v.free))
    shown = ", ".join(f"`{p}`" for p in paths[:_SHOWN])
    more = f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else ""
    return ((f"it depends on {shown}{more}", None),) if paths else ()


_SHOWN = 4
