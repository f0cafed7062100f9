"""Operators of a relaxed network, and combinations of tensors that are there in some cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..boxes import Box
from ..diagnostics import fail
from ..ops.base import Op, Shape, ShapeError
from ..ops.table import infer
from ..spans import Span
from ..symbolic import Sym, apply, only_if
from ..values import (
    POISON,
    OpModule,
    Tensor,
)
from .diagrams import Diagram
from .homes import Layout, Segment, because, largest
from .ir import COMBINERS, GATED, Step
from .reading import Reading


class Combining(Reading):
    """The part of the relaxing machine that makes nodes of operators."""

    def operate(self, module: OpModule, tensors: Sequence[Any], span: Span | None) -> Any:
        if any(v is POISON for v in (*tensors, *module.attrs.values())):
            return POISON
        tensors = [self.one_tensor(t, span) for t in tensors]
        module = self._adapted(module)
        attrs = {name: self.settled_value(value) for name, value in module.attrs.items()}
        module = OpModule(module.op, attrs, module.span)
        shapes = tuple(t.shape for t in tensors)
        for value in (*shapes, *module.attrs.values()):
            if isinstance(value, Sym):
                self.touched |= value.vars
        shape = self._shape_of(module, shapes, span)
        self.read(tensors)
        if any(isinstance(v, Sym) for v in (*shapes, *module.attrs.values())):
            from .elastic import operate_open

            return operate_open(self, module, tensors, shape, span)
        return self.step(module, tensors, shape, None, span)

    def _shape_of(self, module: OpModule, shapes: tuple[Any, ...], span: Span | None) -> Any:
        """The open shape of what an operator makes; tracked exactly where the elaborator gives up."""
        shape, _ = self.rule(module, shapes, self.bearing, span)
        known = isinstance(shape, tuple) and not isinstance(shape, Box)
        if known or (isinstance(shape, Sym) and not any(v.free for v in shape.vars)):
            return shape
        key = module.op, tuple(module.attrs), len(shapes)
        if key not in self.inferrers:
            self.inferrers[key] = _inferrer(*key)
        return self.exact(apply(self.inferrers[key], *module.attrs.values(), *shapes))

    def _adapted(self, module: OpModule) -> OpModule:
        """The operator as the options want it inside mixtures."""
        if self.inside and not self.options.affine and module.attrs.get("affine") is True:
            return OpModule(module.op, {**module.attrs, "affine": False}, module.span)
        return module

    def step(
        self, module: OpModule, tensors: Sequence[Tensor], shape: Any, layout: Layout,
        span: Span | None,
    ) -> Tensor:  # fmt: skip
        """A node of an operator whose attributes are plain."""
        numbers = tuple(t.number for t in tensors)
        node = Step(module.op.name, numbers, (largest(shape, span),), module.op,
                    tuple(module.attrs.items()), span=module.span, guard=self.here())  # fmt: skip
        return self.add(node, [shape], [layout])[0]

    def combine(self, module: OpModule, items: list[tuple[Any, Any]], span: Span | None) -> Any:
        items = [(held, self.one_tensor(t, span)) for held, t in items if held is not False]
        if any(t is POISON for _, t in items):
            return POISON
        if not items:
            raise fail("NAS253", f"`{module.op.name}` of an empty list of tensors", span)
        known = self.forced()
        gates = [self.pool.under(self.pool.of(held), known) for held, _ in items]
        kept = [
            (g, h, t) for g, (h, t) in zip(gates, items, strict=True)
            if g is not self.pool.false and g is not self.pool.absent
        ]  # fmt: skip
        tensors = [t for *_, t in kept]
        if all(g is self.pool.true for g, *_ in kept):
            return self.operate(module, tensors, span)
        if module.op.name not in COMBINERS:
            raise fail("NAS605", f"`{module.op.name}` of a list some of whose elements are there in some "
                       "cases only cannot be relaxed", span,
                       notes=because(next((h for _, h, _ in kept if isinstance(h, Sym)), None)))  # fmt: skip
        for h, _ in items:
            if isinstance(h, Sym):
                self.touched |= h.vars
        return self._gated(module, kept, span)

    def _gated(
        self, module: OpModule, kept: Sequence[tuple[Diagram, Any, Tensor]], span: Span | None
    ) -> Tensor:
        tensors = [t for *_, t in kept]
        name = module.op.name
        if name in ("max", "min"):
            for g, *_ in kept:
                self.harden(g, f"it says what a `{name}` is taken of")
        layout: Layout
        if name == "concat":
            shape, layout = self._concatenated(module, kept, span)
        else:
            shape = self._alike(module, kept, span)
            layouts = [self.home.layouts[t.number] for t in tensors]
            layout = self.mixed_layout(layouts, shape, span)
        self.read(tensors, [h for _, h, _ in kept])
        gates = tuple(self.names(g) for g, *_ in kept)
        node = Step(name, tuple(t.number for t in tensors), (largest(shape, span),), GATED[name],
                    (*module.attrs.items(), ("gates", gates)), span=module.span, guard=self.here())  # fmt: skip
        made = self.add(node, [shape], [layout])[0]
        if name == "sum":
            self.home.sums[made.number] = tuple(g for g, *_ in kept)
        return made

    def _alike(self, module: OpModule, kept: Sequence[Any], span: Span | None) -> Any:
        shapes = [t.shape for *_, t in kept]
        if module.op.name != "mul":
            shape = shapes[-1]  # all that are there are equal: the first of them tells
            for (_, held, _), one in zip(kept[-2::-1], shapes[-2::-1], strict=True):
                shape = shape if one == shape else only_if(held, one, shape)
            return self.rule.tidy(shape)
        sure = [t.shape for g, _, t in kept if g is self.pool.true]
        maybe = [(h, t.shape) for g, h, t in kept if g is not self.pool.true]
        return self.rule.optional(module, sure, maybe, self.bearing, span)[0]

    def _concatenated(
        self, module: OpModule, kept: Sequence[tuple[Diagram, Any, Tensor]], span: Span | None
    ) -> tuple[Any, Layout]:
        """The open shape of a concatenation, and where the channels of each part stand."""
        first = largest(kept[0][2].shape, span)
        if module.attrs.get("axis") == "steps" and len(first) == 2:
            raise fail("NAS606", "how many steps this sequence has depends on decisions: it cannot be relaxed", span,
                       notes=because(next((h for _, h, _ in kept if isinstance(h, Sym)), None)))  # fmt: skip
        axis = 0 if len(first) == 3 else len(first) - 1
        total: Any = 0
        segments: list[Segment] = []
        for gate, held, tensor in kept:
            size = apply(_size, tensor.shape, axis)
            here = only_if(held, size, 0) if isinstance(held, Sym) else size
            total = apply(_plus, total, here)
            inner = self.home.layouts[tensor.number] or (
                Segment(self.names(self.pool.leaf(first[axis])), largest(tensor.shape, span)[axis]),)  # fmt: skip
            for segment in inner:
                width = (
                    self.names.diagrams[segment.name]
                    if segment.name
                    else self.pool.leaf(segment.size)
                )
                there = self.pool.select(gate, {True: width, False: self.pool.leaf(0)})
                segments.append(Segment(self.names(there), segment.size))
        others = kept[0][2].shape
        shape = apply(_with_size, others, total, axis) if isinstance(total, Sym) else None
        if shape is None:
            shape = self.rule.optional(module, [t.shape for *_, t in kept], [], self.bearing, span)[
                0
            ]
        return shape, tuple(segments)


def _inferrer(op: Op, names: tuple[str, ...], arity: int) -> Callable[..., Shape]:
    """The shape rule of an operator as a function of attributes and shapes."""

    def shape(*operands: Any) -> Shape:
        try:
            return infer(op, operands[len(names) :], dict(zip(names, operands, strict=False)))
        except ShapeError as error:
            raise LookupError(str(error)) from None

    return shape


def _plus(a: int, b: int) -> int:
    return a + b


def _size(shape: Shape, axis: int) -> int:
    return shape[axis]


def _with_size(shape: Shape, size: int, axis: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])
