"""The relaxing machine: choices stay open, as for the elaborator, and nodes are made, as by the builder.

What differs between cases meets in a `mix`; an element of a list that is there in some cases is an
input with a gate; what is made in one case only has the gate of that case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import syntax
from ..architecture import Graph
from ..diagnostics import fail
from ..evaluate.statements import output_count
from ..ops.base import Shape
from ..spans import Span
from ..specialize import freeze, run_graph
from ..symbolic import Sym
from ..values import (
    POISON,
    Env,
    GraphModule,
    Named,
    OpModule,
    Scan,
    Scope,
    Tensor,
)
from .combining import Combining
from .homes import Layout, RelaxedHome, because
from .ir import Step


class Relaxer(Combining):
    """Relaxes one program; see `relax`. What it knows of cases, tensors and operators is inherited."""

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> GraphModule:
        return GraphModule(
            node, freeze(env, self.globals), scope.restart(), output_count(node.body)
        )

    def apply(self, module: Any, tensors: Sequence[Any], span: Span | None) -> tuple[Any, ...]:
        for place, tensor in enumerate(tensors):
            if isinstance(tensor, Sym):

                def on(case: Any, place: int = place) -> Any:
                    given = [case if i == place else t for i, t in enumerate(tensors)]
                    return self.apply(module, given, span)

                result = self.cases(self.tensor(tensor, span), on, span)
                return result if isinstance(result, tuple) else (result,)
        if isinstance(module, OpModule) and not any(t is POISON for t in tensors):
            return (self.operate(module, tensors, module.span or span),)
        if isinstance(module, Sym) and not any(t is POISON for t in tensors):
            from .mixtures import apply_open

            return apply_open(self, module, tensors, span)
        return super().apply(module, tensors, span)

    def apply_cases(
        self, module: Sym, tensors: Sequence[Any], span: Span | None
    ) -> tuple[Any, ...]:
        """Every alternative on these tensors, mixed."""
        return super().apply(module, tensors, span)

    def _call(
        self, module: Named | GraphModule, tensors: Sequence[Any], span: Span | None
    ) -> tuple[Any, ...]:
        tensors = [self.one_tensor(t, span) for t in tensors]
        name = module.name if isinstance(module, Named) else "block"
        self.read(tensors)
        graph, shapes, layouts = self.subgraph(name, module, tensors, span)
        node = Step(name, tuple(t.number for t in tensors), graph.output_shapes, body=graph, span=span,
                    guard=self.here())  # fmt: skip
        return self.add(node, shapes, layouts)

    def subgraph(
        self, name: str, module: Any, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Graph, list[Any], list[Layout]]:
        """The graph of a module on inputs like these, and the open shapes of its outputs."""
        shapes = tuple(t.shape for t in tensors)
        layouts = tuple(t.home.layouts[t.number] for t in tensors)  # type: ignore[attr-defined]  # homes of this machine
        return self.body(name, module, shapes, layouts, span)

    def body(
        self, name: str, module: Any, shapes: tuple[Any, ...], layouts: tuple[Layout, ...],
        span: Span | None,
    ) -> tuple[Graph, list[Any], list[Layout]]:  # fmt: skip
        """As `subgraph`; made once for every context that matters to it."""
        key = (id(module), shapes, layouts, self.inside > 0)
        self.keep.append(module)
        entry = self.bodies.setdefault(key, (set(), {}))
        found: tuple[Graph, list[Any], list[Layout]] = self.in_context(
            entry, shapes, lambda: self._build(name, module, shapes, layouts, span)
        )
        return found

    def _build(
        self, name: str, module: Any, shapes: tuple[Any, ...], layouts: tuple[Layout, ...],
        span: Span | None,
    ) -> tuple[Graph, list[Any], list[Layout]]:  # fmt: skip
        inner = module.module if isinstance(module, Named) else module
        outer, self.home = self.home, RelaxedHome(shapes, layouts)
        base, self.base = self.base, len(self.guards)
        try:
            names: tuple[str, ...] = ()
            if isinstance(inner, GraphModule):
                outputs = run_graph(self, inner, self.home.tensors(), span)
                names = tuple(n.id for n in inner.block.inputs)
            else:
                outputs = self.apply(inner, self.home.tensors(), span)
            outputs = tuple(self.one_tensor(o, span) for o in outputs)
            if any(o is POISON for o in outputs):
                raise fail(
                    "NAS607", f"`{name}` cannot be relaxed: no case of it can occur here", span
                )
            graph = self.intern(name, [o.number for o in outputs], names, span)
            home = self.home
            return graph, [o.shape for o in outputs], [home.layouts[o.number] for o in outputs]
        finally:
            self.home, self.base = outer, base

    def intern(
        self, name: str, outputs: Sequence[int], names: tuple[str, ...], span: Span | None
    ) -> Graph:
        """The graph at hand, or an equal one."""
        made = self.home.graph(name, outputs, names, span)
        key = (
            name, made.inputs, made.outputs,
            tuple((id(n.op), n.attrs, n.inputs, id(n.body), n.states, n.guard) for n in made.nodes
                  if isinstance(n, Step)),
        )  # fmt: skip
        return self.interned.setdefault(key, made)

    def _scan(self, module: Scan, tensors: Sequence[Tensor], span: Span | None) -> Any:
        tensors = [self.one_tensor(t, span) for t in tensors]
        shape = tensors[0].shape
        if len(tensors) != 1 or not isinstance(shape, tuple) or len(shape) != 2:
            raise fail("NAS256", "`scan` runs over one sequence (steps, features) of fixed shape", span)  # fmt: skip
        steps, features = shape
        states: tuple[Shape, ...] = tuple(tuple(s) for s in module.states)
        cell = module.cell
        name = cell.name if isinstance(cell, Named) else "cell"
        self.read(tensors)
        shapes = ((features,), *states)
        if isinstance(cell, Sym):
            raise fail("NAS608", "a choice between recurrent cells cannot be relaxed", span,
                       notes=because(cell),
                       help="choose between scans: `scan(a) | scan(b)`")  # fmt: skip
        graph, _, _ = self.body(name, cell, shapes, (None,) * len(shapes), span)
        if graph.output_shapes != states:
            raise fail("NAS257", f"the cell's outputs {graph.output_shapes} are not its states {states}", span)  # fmt: skip
        out = (steps, *states[0])
        node = Step("scan", tuple(t.number for t in tensors), (out,), body=graph, states=states,
                    span=module.span, guard=self.here())  # fmt: skip
        return self.add(node, [out], [None])[0]
