"""The relaxing machine: choices stay open, as for the elaborator, and nodes are made, as by the builder.

What differs between cases meets in a `mix`; an element of a list that is there in some cases is an
input with a gate; what is made in one case only has the gate of that case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import syntax
from ..architecture import Graph, Input, Node
from ..boxes import Box
from ..diagnostics import fail
from ..domains import Domain
from ..elaborate import Elaborator
from ..evaluate.basic import bound, conjunction, disjunction
from ..evaluate.call import name_module
from ..evaluate.lists import elements
from ..evaluate.statements import Frame, output_count, run_block
from ..joins import join
from ..ops.base import Op, Shape, ShapeError
from ..ops.table import infer
from ..spans import Span
from ..specialize import MAX_NODES, check_inputs, freeze
from ..symbolic import Sym, Var, apply, index_of, only_if
from ..values import (
    POISON,
    Chain,
    Combine,
    Env,
    GraphModule,
    MaybeList,
    MotifFunction,
    Named,
    OpModule,
    Scan,
    Scope,
    Tensor,
    describe,
)
from .diagrams import Atom, Diagram, Leaf, Pool, atoms_of
from .homes import Layout, RelaxedHome, Segment, because, largest
from .ir import COMBINERS, GATED, MIX, Choice, Step
from .names import GateNames
from .options import Options


COMPOUND = (Chain, Combine, GraphModule, Scan)


class Relaxer(Elaborator):
    """Relaxes one program; see `relax`."""

    def __init__(self, options: Options, *args: Any) -> None:
        super().__init__(*args)
        self.options = options
        self.pool = Pool()
        self.names = GateNames(self.pool)
        self.root_home = RelaxedHome((), ())
        self.home = self.root_home
        self.sources: list[Input] = []
        self.choices: dict[str, Choice] = {}
        self.hard: dict[Atom, str] = {}  # atoms of which no weighted sum has a meaning, and why
        self.bodies: dict[Any, tuple[set[Var], dict[Any, Any]]] = {}
        self.interned: dict[Any, Graph] = {}
        self.noted: set[Sym] = set()
        self.inferrers: dict[Any, Callable[..., Shape]] = {}
        self.fresh_layouts: dict[Sym, Layout] = {}
        self.renamed: dict[Any, Any] = {}
        self.phis: dict[Any, Tensor] = {}
        self.inside = 0  # mixtures of modules around what is being applied
        self.count = 0

    # -------------------------------------------------------------- choices

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        var = self.vars.get((path, domain))
        if var is None:
            var = self.vars[path, domain] = Var(path, domain)
            self.spans[var] = span
            self._note_choice(path, domain, span)
        return index_of(var)

    def _note_choice(self, path: str, domain: Domain, span: Span | None) -> None:
        if domain.kind == "float":
            raise fail("NAS600", f"`{path}` is a real number, which a supernet cannot relax", span,
                       help="choose from a list of values, as in `any [0.1, 0.2]`")  # fmt: skip
        if domain.kind == "permutation":
            raise fail("NAS601", f"`{path}` is a permutation, which a supernet cannot relax", span,
                       help="decide every place by itself, as in `any [a, b, c]`")  # fmt: skip
        under = self._forced()
        elements = tuple((a.path, a.option) for a, i in under.items() if a.kind == "member" and i)
        if domain.kind == "pick" and (domain.ordered or domain.repeated):
            for k in range(domain.count):  # each place of an ordered pick is a choice of one
                at = f"{path}[{k}]"
                self.choices[at] = Choice(at, "one", len(domain.labels), _labels(domain), elements, "", span)
            return
        labels = ("there",) if domain.kind == "bit" else _labels(domain)
        known = self.choices.get(path)
        if known is None or known.n < len(labels):
            self.choices[path] = Choice(path, domain.kind, len(labels), labels, elements, "", span)

    def call_motif(self, function: MotifFunction, env: Env, scope: Scope, span: Span | None) -> Any:
        motif = function.motif
        if motif.name not in self.recursive:
            return super().call_motif(function, env, scope, span)
        for name, value in env.names.items():
            if isinstance(value, Sym) and not self.is_tensor(value):

                def fixed(v: Any, name: str = name) -> Any:
                    inner = Env(env.parent, {**env.names, name: v})
                    return self.call_motif(function, inner, scope.restart(), span)

                return self.cases(value, fixed, span)
        return bound(self, motif.body, env, scope)

    def named(self, value: Any, name: str, span: Span | None, again: bool = False) -> Any:
        compound = (*COMPOUND, Named) if again else COMPOUND
        if isinstance(value, Sym) and any(isinstance(v, compound) for v in value.values or ()):
            return apply(self._named_once, value, name, span, again)
        return super().named(value, name, span, again)

    def _named_once(self, value: Any, name: str, span: Span | None, again: bool) -> Any:
        """The same module for the same alternative: which one it is tells cases apart."""
        key = id(value), name, again
        if key not in self.renamed:
            self.keep.append(value)
            self.renamed[key] = name_module(value, name, span, again)
        return self.renamed[key]

    # -------------------------------------------------------------- cases

    def case(self, guards: Sequence[tuple[Sym, Any]]) -> Diagram:
        """The condition under which all of these hold."""
        held: Diagram = self.pool.true
        for key, value in guards:
            held = self.pool.both(held, self.pool.equals(self.pool.of(key), value))
        return held

    def _forced(self) -> dict[Atom, int]:
        return self.pool.forced(self.case(self.guards))

    def here(self) -> str:
        """The gate of what is made in the present case."""
        outer = self.pool.forced(self.case(self.guards[: self.base]))
        return self.names(self.pool.under(self.case(self.guards[self.base :]), outer))

    def condition(self) -> Any:
        """The same as an open truth value of the language."""
        held: Any = True
        for key, value in self.guards[self.base :]:
            one = key if value is True else apply(_is_one_of, key, (value,))
            held = conjunction(self, held, one, None)
        return held

    def gate(self, condition: Diagram) -> str:
        """The name of a condition that matters in the present case only."""
        return self.names(self.pool.under(condition, self._forced()))

    def joined(self, key: Sym, results: Mapping[Any, Any], span: Span | None) -> Any:
        return join(self.rule, self.home, key, results, span, self._merge)

    def _merge(self, key: Sym, found: Mapping[Any, Any], span: Span | None) -> Tensor:
        tensors = {case: self.tensor(t, span) for case, t in found.items()}
        shape = self._exact(self.rule.joined(key, {c: t.shape for c, t in tensors.items()}))
        return self._mix(key, tensors, shape, span)

    def _exact(self, shape: Any) -> Any:
        """The shape; a plain one if the cases that it depends on always come out the same, as behind
        `x if channels(x) == c else x -> conv(1, out = c)`."""
        found = self.pool.of(shape) if isinstance(shape, Sym) else None
        return found.value if isinstance(found, Leaf) else shape

    def _mix(
        self, key: Sym, tensors: Mapping[Any, Tensor], shape: Any, span: Span | None
    ) -> Tensor:
        """The tensor that is that of the key's case."""
        groups: dict[int, list[Any]] = {}
        for case, tensor in tensors.items():
            groups.setdefault(tensor.number, []).append(case)
        known = self._forced()
        value = self.pool.of(key)
        gates: dict[int, Diagram] = {}
        for number, cases in groups.items():
            gate = self.pool.map(lambda v, cases=cases: any(_same(v, c) for c in cases), value)
            gates[number] = self.pool.under(gate, known)
        gates = {n: g for n, g in gates.items() if g is not self.pool.false} or gates
        by_number = {t.number: t for t in tensors.values()}
        if len(gates) == 1:
            return by_number[next(iter(gates))]
        numbers = tuple(gates)
        self._check_mix([by_number[n] for n in numbers], gates.values(), span)
        names = tuple(self.names(g) for g in gates.values())
        layout = self._mixed_layout([self.home.layouts[n] for n in numbers], shape, span)
        size = largest(shape, span)
        node = Step("mix", numbers, (size,), MIX, (("gates", names),), span=span, guard=self.here())
        made = self._add(node, [shape], [layout])[0]
        self.home.aliases[made.number] = [
            (n, apply(_is_one_of, key, tuple(cases))) for n, cases in groups.items() if n in gates
        ]
        return made

    def _check_mix(self, tensors: Sequence[Tensor], gates: Any, span: Span | None) -> None:
        """Note where alternatives cannot be added up."""
        shapes = {largest(t.shape, span) for t in tensors}
        open_sizes = any(isinstance(t.shape, Sym) for t in tensors)
        if len(shapes) > 1:
            shown = " and ".join(sorted({str(s) for s in shapes}))
            for gate in gates:
                self._harden(gate, f"its alternatives have the shapes {shown}")
        elif open_sizes:
            for t in tensors:
                self.note_sizes(t.shape)

    def _harden(self, diagram: Diagram, why: str) -> None:
        for atom in atoms_of(diagram):
            self.hard.setdefault(atom, why)

    def note_sizes(self, shape: Any) -> None:
        """Decisions that change a height, a width or a number of steps can only be taken."""
        if not isinstance(shape, Sym) or shape in self.noted:
            return
        self.noted.add(shape)
        channel = 0 if len(shape.first) == 3 else len(shape.first) - 1
        for axis in range(len(shape.first)):
            if axis != channel and len({s[axis] for s in shape.values or ()}) != 1:
                found = self.pool.of(shape)
                sizes = self.pool.map(lambda s, axis=axis: s[axis], found)
                self._harden(sizes, "it changes the size of images or the length of sequences")

    def _mixed_layout(
        self, layouts: Sequence[Layout], shape: Any, span: Span | None
    ) -> Layout:
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

    # -------------------------------------------------------------- tensors are nodes

    def tensor(self, value: Any, span: Span | None) -> Any:
        if value is POISON:
            return POISON
        if isinstance(value, Sym) and self.is_tensor(value):
            return self._phi(value, span)
        if not isinstance(value, Tensor):
            raise fail("NAS249", f"expected a tensor, not {describe(value)}", span)
        if value.home is not self.home:
            raise fail("NAS250", "this tensor belongs to another graph", span,
                       help="pass it as an input: `(x, y) -> graph (x, y) { … }`")  # fmt: skip
        return value

    def _phi(self, value: Sym, span: Span | None) -> Tensor:
        key = (id(self.home), value, tuple(self.guards[self.base :]))
        made = self.phis.get(key)
        if made is None:
            if not all(isinstance(t, Tensor) for t in value.values or ()):
                raise fail("NAS408", "this is a tensor in one case and something else in another", span)  # fmt: skip
            tensors = {t: self.tensor(t, span) for t in value.values or ()}
            shape = self.rule.joined(value, {t: t.shape for t in tensors})
            made = self.phis[key] = self._mix(value, tensors, shape, span)
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

    def _add(self, node: Node, shapes: Sequence[Any], layouts: Sequence[Layout]) -> tuple[Tensor, ...]:
        self.count += 1
        if self.count > MAX_NODES:
            raise fail("NAS407", f"the supernet has more than {MAX_NODES:,} nodes", node.span)
        return self.home.add(node, shapes, layouts)

    def _read(self, tensors: Sequence[Tensor], gates: Sequence[Any] = ()) -> tuple[int, ...]:
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
            (g, self.tensor(t, span)) for _, _, g, t in elements(self, tensors, span) if g is not False
        ]
        guards = [
            conjunction(self, g, self.lift(_not, self._consumed(t.number), span=span), span)
            for g, t in found
        ]
        kept = [(g, t) for g, (_, t) in zip(guards, found, strict=True) if g is not False]
        if all(g is True for g, _ in kept):
            return tuple(t for _, t in kept)
        return MaybeList(tuple(t for _, t in kept), tuple(g for g, _ in kept))

    # -------------------------------------------------------------- operators

    def operate(self, module: OpModule, tensors: Sequence[Any], span: Span | None) -> Any:
        if any(v is POISON for v in (*tensors, *module.attrs.values())):
            return POISON
        tensors = [self.tensor(t, span) for t in tensors]
        module = self._adapted(module)
        shapes = tuple(t.shape for t in tensors)
        for value in (*shapes, *module.attrs.values()):
            if isinstance(value, Sym):
                self.touched |= value.vars
        shape = self._shape_of(module, shapes, span)
        self._read(tensors)
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
        return self._exact(apply(self.inferrers[key], *module.attrs.values(), *shapes))

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
        return self._add(node, [shape], [layout])[0]

    def combine(self, module: OpModule, items: list[tuple[Any, Any]], span: Span | None) -> Any:
        items = [(held, self.tensor(t, span)) for held, t in items if held is not False]
        if any(t is POISON for _, t in items):
            return POISON
        if not items:
            raise fail("NAS253", f"`{module.op.name}` of an empty list of tensors", span)
        known = self._forced()
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
                self._harden(g, f"it says what a `{name}` is taken of")
        layout: Layout
        if name == "concat":
            shape, layout = self._concatenated(module, kept, span)
        else:
            shape = self._alike(module, kept, span)
            layouts = [self.home.layouts[t.number] for t in tensors]
            layout = self._mixed_layout(layouts, shape, span)
        self._read(tensors, [h for _, h, _ in kept])
        gates = tuple(self.names(g) for g, *_ in kept)
        node = Step(name, tuple(t.number for t in tensors), (largest(shape, span),), GATED[name],
                    (*module.attrs.items(), ("gates", gates)), span=module.span, guard=self.here())  # fmt: skip
        return self._add(node, [shape], [layout])[0]

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
                width = self.names.diagrams[segment.name] if segment.name else self.pool.leaf(segment.size)
                there = self.pool.select(gate, {True: width, False: self.pool.leaf(0)})
                segments.append(Segment(self.names(there), segment.size))
        others = kept[0][2].shape
        shape = apply(_with_size, others, total, axis) if isinstance(total, Sym) else None
        if shape is None:
            shape = self.rule.optional(module, [t.shape for *_, t in kept], [], self.bearing, span)[0]
        return shape, tuple(segments)

    # -------------------------------------------------------------- modules are applied

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> GraphModule:
        return GraphModule(
            node, freeze(env, self.globals), scope.restart(), output_count(node.body)
        )

    def apply(self, module: Any, tensors: Sequence[Any], span: Span | None) -> tuple[Any, ...]:
        if isinstance(module, OpModule) and not any(t is POISON for t in tensors):
            return (self.operate(module, tensors, module.span or span),)
        if isinstance(module, Sym) and not any(t is POISON for t in tensors):
            from .mixtures import apply_open

            return apply_open(self, module, tensors, span)
        return super().apply(module, tensors, span)

    def apply_cases(self, module: Sym, tensors: Sequence[Any], span: Span | None) -> tuple[Any, ...]:
        """Every alternative on these tensors, mixed."""
        return super().apply(module, tensors, span)

    def _call(
        self, module: Named | GraphModule, tensors: Sequence[Any], span: Span | None
    ) -> tuple[Any, ...]:
        tensors = [self.tensor(t, span) for t in tensors]
        name = module.name if isinstance(module, Named) else "block"
        self._read(tensors)
        graph, shapes, layouts = self.subgraph(name, module, tensors, span)
        node = Step(name, tuple(t.number for t in tensors), graph.output_shapes, body=graph, span=span,
                    guard=self.here())  # fmt: skip
        return self._add(node, shapes, layouts)

    def subgraph(
        self, name: str, module: Any, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Graph, list[Any], list[Layout]]:
        """The graph of a module on inputs like these, and the open shapes of its outputs."""
        shapes = tuple(t.shape for t in tensors)
        layouts = tuple(t.home.layouts[t.number] for t in tensors)  # type: ignore[attr-defined]
        return self.body(name, module, shapes, layouts, span)

    def body(
        self, name: str, module: Any, shapes: tuple[Any, ...], layouts: tuple[Layout, ...],
        span: Span | None,
    ) -> tuple[Graph, list[Any], list[Layout]]:  # fmt: skip
        """As `subgraph`; made once for every context that matters to it."""
        key = (id(module), shapes, layouts, self.inside > 0)
        touched, known = self.bodies.setdefault(key, (set(), {}))
        self.keep.append(module)
        found = known.get(self._context(touched))
        if found is None:
            outer, self.touched = self.touched, set()
            for shape in shapes:
                if isinstance(shape, Sym):
                    self.touched |= shape.vars
            try:
                found = self._build(name, module, shapes, layouts, span)
            finally:
                touched |= self.touched
                self.touched = outer
            known[self._context(touched)] = found
        self.touched |= touched
        return found  # type: ignore[no-any-return]

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
                outputs = self._run_block(inner, self.home.tensors(), span)
                names = tuple(n.id for n in inner.block.inputs)
            else:
                outputs = self.apply(inner, self.home.tensors(), span)
            outputs = tuple(self.tensor(o, span) for o in outputs)
            if any(o is POISON for o in outputs):
                raise fail("NAS607", f"`{name}` cannot be relaxed: no case of it can occur here", span)
            graph = self.intern(name, [o.number for o in outputs], names, span)
            home = self.home
            return graph, [o.shape for o in outputs], [home.layouts[o.number] for o in outputs]
        finally:
            self.home, self.base = outer, base

    def _run_block(
        self, module: GraphModule, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Any, ...]:
        check_inputs(module, len(tensors), span)
        names = (n.id for n in module.block.inputs)
        env = Env(module.env, dict(zip(names, tensors, strict=True)))
        frame = Frame()
        run_block(self, module.block.body, env, module.scope.restart(), frame)
        if frame.outputs is None:
            raise fail("NAS255", "this graph has no `out`", module.block.span)
        return frame.outputs

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
        tensors = [self.tensor(t, span) for t in tensors]
        shape = tensors[0].shape
        if len(tensors) != 1 or not isinstance(shape, tuple) or len(shape) != 2:
            raise fail("NAS256", "`scan` runs over one sequence (steps, features) of fixed shape", span)  # fmt: skip
        steps, features = shape
        states: tuple[Shape, ...] = tuple(tuple(s) for s in module.states)
        cell = module.cell
        name = cell.name if isinstance(cell, Named) else "cell"
        self._read(tensors)
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
        return self._add(node, [out], [None])[0]


def _inferrer(op: Op, names: tuple[str, ...], arity: int) -> Callable[..., Shape]:
    """The shape rule of an operator as a function of attributes and shapes."""

    def shape(*operands: Any) -> Shape:
        try:
            return infer(op, operands[len(names) :], dict(zip(names, operands, strict=False)))
        except ShapeError as error:
            raise LookupError(str(error)) from None

    return shape


def _labels(domain: Domain) -> tuple[str, ...]:
    return tuple(map(str, domain.labels))


def _same(a: Any, b: Any) -> bool:
    return a is b or (a.__class__ is b.__class__ and bool(a == b))


def _is_one_of(value: Any, cases: tuple[Any, ...]) -> bool:
    return any(_same(value, c) for c in cases)


def _not(value: bool) -> bool:
    return not value


def _plus(a: int, b: int) -> int:
    return a + b


def _size(shape: Shape, axis: int) -> int:
    return shape[axis]


def _with_size(shape: Shape, size: int, axis: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])
