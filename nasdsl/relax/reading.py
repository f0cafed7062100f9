"""Tensors of a relaxed network: which are open, and who reads them in which case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..architecture import Input, Node
from ..diagnostics import fail
from ..evaluate.basic import conjunction, disjunction
from ..evaluate.lists import elements
from ..spans import Span
from ..specialize import MAX_NODES, at_home
from ..symbolic import Sym
from ..values import (
    POISON,
    MaybeList,
    OpModule,
    Tensor,
)
from .homes import Layout, largest
from .meeting import Meeting


class Reading(Meeting):
    """The part of the relaxing machine that knows tensors and their readers."""

    def tensor(self, value: Any, span: Span | None) -> Any:
        if value is POISON:
            return POISON
        if isinstance(value, Sym) and self.is_tensor(value):
            return value if self.differ(value, span) else self.phi(value, span)
        return at_home(value, self.home, span)

    def differ(self, value: Sym, span: Span | None) -> bool:
        """Whether the alternatives cannot be added up. Then what is applied is applied to each of them,
        with weights for each, and the results may be mixed: the edges of a cell that reduces."""
        tensors = [t for t in value.values or () if isinstance(t, Tensor)]
        if len(tensors) < len(value.values or ()):
            return False
        return len({largest(t.shape, span) for t in tensors}) > 1

    def one_tensor(self, value: Any, span: Span | None) -> Any:
        """As `tensor`; alternatives that differ in shape become a mix that can only be taken."""
        found = self.tensor(value, span)
        return self.phi(found, span) if isinstance(found, Sym) else found

    def phi(self, value: Sym, span: Span | None) -> Tensor:
        key = (id(self.home), value, tuple(self.guards[self.base :]))
        made = self.phis.get(key)
        if made is None:
            if not all(isinstance(t, Tensor) for t in value.values or ()):
                raise fail("NAS408", "this is a tensor in one case and something else in another", span)  # fmt: skip
            tensors = {t: self.one_tensor(t, span) for t in value.values or ()}
            shape = self.rule.joined(value, {t: t.shape for t in tensors})
            made = self.phis[key] = self.mix(value, tensors, shape, span)
            self.keep.append(self.home)
        return made

    def source(self, module: OpModule, span: Span | None) -> Any:
        if self.home is not self.root_home or self.guards:
            raise fail("NAS251", f"`{module.op.name}` is a network input: only `network` can have it", span)  # fmt: skip
        if self.root_home.nodes:
            raise fail("NAS252", "the network's inputs must all come first", span)
        shape, _ = self.rule(module, (), self.bearing, span)
        classes = module.attrs.get("classes")
        self.sources.append(Input(module.op.name, largest(shape, span), classes))
        self.inputs += 1
        self.note_sizes(shape)
        number = len(self.root_home.inputs)
        self.root_home.inputs.append(shape)
        self.root_home.values.append(shape)
        self.root_home.layouts.append(None)
        return Tensor(self.root_home, number, shape)

    def add(
        self, node: Node, shapes: Sequence[Any], layouts: Sequence[Layout]
    ) -> tuple[Tensor, ...]:
        self.count += 1
        if self.count > MAX_NODES:
            raise fail("NAS407", f"the supernet has more than {MAX_NODES:,} nodes", node.span)
        return self.home.add(node, shapes, layouts)

    def read(self, tensors: Sequence[Tensor], gates: Sequence[Any] = ()) -> tuple[int, ...]:
        """The numbers of tensors that a node reads, each in the case of its gate."""
        now = self.condition()
        for i, tensor in enumerate(tensors):
            held = conjunction(self, now, gates[i], None) if gates else now
            self._note_reader(tensor.number, held)
        return tuple(t.number for t in tensors)

    def _note_reader(self, number: int, held: Any) -> None:
        if number in self.home.aliases:
            for inner, case in self.home.aliases[number]:
                self._note_reader(inner, conjunction(self, held, case, None))
            return
        readers = self.home.readers.setdefault(number, [])
        if not any(r is held or r is True for r in readers):
            readers.append(held)

    def _consumed(self, number: int) -> Any:
        if number not in self.home.aliases:
            return disjunction(self, self.home.readers.get(number, ()), None)
        found = [
            conjunction(self, case, self._consumed(inner), None)
            for inner, case in self.home.aliases[number]
        ]
        return disjunction(self, found, None)

    def loose(self, tensors: Any, span: Span | None) -> Any:
        found = [
            (g, self.one_tensor(t, span))
            for _, _, g, t in elements(self, tensors, span)
            if g is not False
        ]
        guards = [
            conjunction(self, g, self.lift(_not, self._consumed(t.number), span=span), span)
            for g, t in found
        ]
        kept = [(g, t) for g, (_, t) in zip(guards, found, strict=True) if g is not False]
        if all(g is True for g, _ in kept):
            return tuple(t for _, t in kept)
        return MaybeList(tuple(t for _, t in kept), tuple(g for g, _ in kept))


def _not(value: bool) -> bool:
    return not value
