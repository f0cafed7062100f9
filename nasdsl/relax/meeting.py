"""Where cases meet: mixes of tensors, and what cannot be mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..architecture import Node
from ..joins import join
from ..spans import Span
from ..symbolic import Sym, apply
from ..values import (
    Tensor,
)
from .diagrams import Diagram, Leaf, atoms_of, too_wide
from .homes import Layout, Segment, largest
from .ir import MIX, Step
from .open_cases import OpenCases, is_one_of, same


class Meeting(OpenCases):
    """The part of the relaxing machine that makes mixes."""

    def one_tensor(self, value: Any, span: Span | None) -> Any:
        """A value as one tensor of the graph at hand (or POISON)."""
        raise AssertionError

    def add(
        self, node: Node, shapes: Sequence[Any], layouts: Sequence[Layout]
    ) -> tuple[Tensor, ...]:
        """Append a node; its outputs."""
        raise AssertionError

    def joined(self, key: Sym, results: Mapping[Any, Any], span: Span | None) -> Any:
        return join(self.rule, self.home, key, results, span, self._merge)

    def _merge(self, key: Sym, found: Mapping[Any, Any], span: Span | None) -> Tensor:
        tensors = {case: self.one_tensor(t, span) for case, t in found.items()}
        shape = self.exact(self.rule.joined(key, {c: t.shape for c, t in tensors.items()}))
        return self.mix(key, tensors, shape, span)

    def exact(self, shape: Any) -> Any:
        """The shape; a plain one if the cases that it depends on always come out the same, as behind
        `x if channels(x) == c else x -> conv(1, out = c)`."""
        found = self.pool.of(shape) if isinstance(shape, Sym) else None
        return found.value if isinstance(found, Leaf) else shape

    def mix(self, key: Sym, tensors: Mapping[Any, Tensor], shape: Any, span: Span | None) -> Tensor:
        """The tensor that is that of the key's case."""
        groups: dict[int, list[Any]] = {}
        for case, tensor in tensors.items():
            groups.setdefault(tensor.number, []).append(case)
        known = self.forced()
        value = self.pool.of(key)
        gates: dict[int, Diagram] = {}
        for number, cases in groups.items():
            gate = self.pool.map(lambda v, cases=cases: any(same(v, c) for c in cases), value)
            gates[number] = self.pool.under(gate, known)
        gates = {n: g for n, g in gates.items() if g is not self.pool.false} or gates
        by_number = {t.number: t for t in tensors.values()}
        if len(gates) == 1:
            return by_number[next(iter(gates))]
        numbers = tuple(gates)
        self._check_mix([by_number[n] for n in numbers], gates.values(), span)
        names = tuple(self.names(g) for g in gates.values())
        layout = self.mixed_layout([self.home.layouts[n] for n in numbers], shape, span)
        size = largest(shape, span)
        left = (self._left(n, g) for n, g in gates.items())
        weights = tuple("" if g is self.pool.true else self.names(g) for g in left)
        attrs = (("gates", names), *((("weights", weights),) if weights != names else ()))
        node = Step("mix", numbers, (size,), MIX, attrs, span=span, guard=self.here())
        made = self.add(node, [shape], [layout])[0]
        self.home.aliases[made.number] = [
            (n, apply(is_one_of, key, tuple(cases))) for n, cases in groups.items() if n in gates
        ]
        return made

    def _left(self, number: int, gate: Diagram) -> Diagram:
        """What is left to weigh of the gate of an alternative. The elements of a sum count what its
        gate would count again, as in `sum(xs) if c and xs else y`, where `c` is left."""
        parts = self.home.sums.get(number, ())
        left = {id(d): d for d in (self._given(part, gate) for part in parts)}
        if len(left) != 1:
            return gate
        (found,) = left.values()
        counted = {atom for part in parts for atom in atoms_of(part)}
        return gate if counted & set(atoms_of(found)) else found

    def _given(self, part: Diagram, gate: Diagram) -> Diagram:
        """What a gate asks where a part of it is known to hold."""
        if self.pool.both(part, gate) is part:
            return self.pool.true
        return self.pool.under(gate, self.pool.forced(part))

    def _check_mix(self, tensors: Sequence[Tensor], gates: Any, span: Span | None) -> None:
        """Note where alternatives cannot be added up."""
        shapes = {largest(t.shape, span) for t in tensors}
        open_sizes = any(isinstance(t.shape, Sym) for t in tensors)
        if len(shapes) > 1:
            shown = " and ".join(sorted({str(s) for s in shapes}))
            for gate in gates:
                self.harden(gate, f"its alternatives have the shapes {shown}")
        elif open_sizes:
            for t in tensors:
                self.note_sizes(t.shape)

    def harden(self, diagram: Diagram, why: str) -> None:
        for atom in atoms_of(diagram):
            self.hard.setdefault(atom, why)

    def note_sizes(self, shape: Any) -> None:
        """Decisions that change a height, a width or a number of steps can only be taken."""
        if not isinstance(shape, Sym) or shape in self.noted:
            return
        self.noted.add(shape)
        if shape.first is None:
            raise too_wide()
        channel = 0 if len(shape.first) == 3 else len(shape.first) - 1
        for axis in range(len(shape.first)):
            if axis != channel and len({s[axis] for s in shape.values or ()}) != 1:
                found = self.pool.of(shape)
                sizes = self.pool.map(lambda s, axis=axis: s[axis], found)
                self.harden(sizes, "it changes the size of images or the length of sequences")

    def mixed_layout(self, layouts: Sequence[Layout], shape: Any, span: Span | None) -> Layout:
        if all(known == layouts[0] for known in layouts) or not isinstance(shape, Sym):
            return layouts[0] if isinstance(shape, Sym) else None
        return self.fresh(shape, span)

    def fresh(self, shape: Any, span: Span | None) -> Layout:
        """The layout of a tensor whose channels begin with the first."""
        if not isinstance(shape, Sym):
            return None
        if shape not in self.fresh_layouts:
            size = largest(shape, span)
            axis = 0 if len(size) == 3 else -1
            layout: Layout = None
            if len({s[axis] for s in shape.values or ()}) > 1:
                widths = self.pool.map(lambda s: s[axis], self.pool.of(shape))
                layout = (Segment(self.names(widths), size[axis]),)
            self.fresh_layouts[shape] = layout
        return self.fresh_layouts[shape]
