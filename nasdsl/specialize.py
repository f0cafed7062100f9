"""The builder: the machine that takes every choice from a genotype and makes the architecture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import syntax
from .architecture import Graph, Input, Node
from .diagnostics import Diagnostic, NasError, fail
from .domains import Domain
from .evaluate.basic import bound
from .evaluate.call import name_module
from .evaluate.lists import elements
from .evaluate.machine import Machine, Mistake
from .evaluate.statements import Frame, output_count, run_block
from .ops.base import Op, Shape, ShapeError, Value
from .ops.table import infer
from .spans import Span
from .values import (
    Chain,
    Combine,
    Env,
    GraphModule,
    MotifFunction,
    Named,
    OpModule,
    Scan,
    Scope,
    Tensor,
    describe,
    is_fixed,
)

MAX_NODES = 200_000


class Home:
    """A graph under construction."""

    __slots__ = ("consumed", "inputs", "nodes", "values")

    def __init__(self, inputs: Sequence[Shape]) -> None:
        self.inputs = tuple(inputs)
        self.nodes: list[Node] = []
        self.values: list[Shape] = list(inputs)
        self.consumed: set[int] = set()

    def tensors(self) -> list[Tensor]:
        return [Tensor(self, i, shape) for i, shape in enumerate(self.inputs)]

    def add(self, node: Node) -> tuple[Tensor, ...]:
        """Append a node; its outputs."""
        first = len(self.values)
        self.nodes.append(node)
        self.values.extend(node.shapes)
        self.consumed.update(node.inputs)
        return tuple(Tensor(self, first + i, s) for i, s in enumerate(node.shapes))


class Builder(Machine):
    """Builds one architecture. `choices` maps decision paths to indices (or real numbers)."""

    def __init__(
        self,
        globals: Env,
        ops: Mapping[str, Op],
        choices: Mapping[str, int | float],
        settled: dict[str, dict[Any, Any]],
        checked: dict[Any, Any],
    ) -> None:
        """`settled`: of each motif that decides nothing, the modules made so far, by arguments."""
        super().__init__(globals, ops, checked)
        self.choices = choices
        self.settled = settled
        self.picks: Mapping[str, Domain] = {}
        self.home = self.root = Home(())
        self.inputs: list[Input] = []
        self.graphs: dict[tuple[Any, ...], Graph] = {}
        self.nodes = 0

    # -------------------------------------------------------------- choices are given

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        try:
            index = self.choices[path]
        except KeyError:
            raise fail("NAS450", f"the genotype says nothing about `{path}`", span) from None
        if domain.kind == "pick":
            asked = self.picks.get(path, domain)
            if len(asked.labels) != len(domain.labels):  # of a list that may be longer
                return domain.index(asked.positions(index))  # type: ignore[arg-type]  # positions are indices of a pick
        return index

    def cases(self, key: Any, run: Callable[[Any], Any], span: Span | None) -> Any:
        return run(key)

    def lift(self, function: Callable[..., Any], *args: Any, span: Span | None) -> Any:
        try:
            return function(*args)
        except Mistake as mistake:
            raise fail(mistake.code, mistake.message, span, help=mistake.help) from None

    def demand(self, condition: Any, span: Span | None) -> None:
        if condition is False:
            raise fail("NAS451", "this requirement does not hold", span)

    # -------------------------------------------------------------- tensors are nodes

    def tensor(self, value: Any, span: Span | None) -> Tensor:
        return at_home(value, self.home, span)

    def source(self, module: OpModule, span: Span | None) -> Tensor:
        if self.home is not self.root:
            raise fail(
                "NAS251", f"`{module.op.name}` is a network input: only `network` can have it", span
            )
        shape = infer(module.op, (), module.attrs)
        classes = module.attrs.get("classes")
        self.inputs.append(Input(module.op.name, shape, classes))
        number = len(self.root.inputs)
        if self.root.nodes:
            raise fail("NAS252", "the network's inputs must all come first", span,
                       help="write `(image(…), vector(…)) -> graph (a, b) { … }`")  # fmt: skip
        self.root.inputs += (shape,)
        self.root.values.append(shape)
        return Tensor(self.root, number, shape)

    def operate(self, module: OpModule, tensors: Sequence[Tensor], span: Span | None) -> Tensor:
        shapes = tuple(t.shape for t in tensors)
        try:
            shape = infer(module.op, shapes, module.attrs)  # type: ignore[arg-type]  # in a build all shapes are known
        except ShapeError as error:
            raise shape_mistake(module, shapes, str(error), span) from None
        return self._add(
            Node(module.op.name, self._numbers(tensors, span), (shape,), module.op,
                 tuple(module.attrs.items()), span=module.span)
        )[0]  # fmt: skip

    def _numbers(self, tensors: Sequence[Tensor], span: Span | None) -> tuple[int, ...]:
        return tuple(self.tensor(t, span).number for t in tensors)

    def _add(self, node: Node) -> tuple[Tensor, ...]:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise fail("NAS407", f"the network has more than {MAX_NODES:,} nodes", node.span)
        return self.home.add(node)

    def combine(self, module: OpModule, items: list[tuple[Any, Any]], span: Span | None) -> Tensor:
        tensors = [t for held, t in items if held]
        if not tensors:
            raise fail("NAS253", f"`{module.op.name}` of an empty list of tensors", span)
        return self.operate(module, tensors, span)

    def loose(self, tensors: Any, span: Span | None) -> Any:
        found = [self.tensor(t, span) for _, _, held, t in elements(self, tensors, span) if held]
        return tuple(t for t in found if t.number not in self.home.consumed)

    # -------------------------------------------------------------- modules are applied

    def call_motif(self, function: MotifFunction, env: Env, scope: Scope, span: Span | None) -> Any:
        known = self.settled.get(function.motif.name)
        if known is None:
            return bound(self, function.motif.body, env, scope)
        key = tuple((n, v.__class__, v) for n, v in env.names.items())  # 1, 1.0 and true are equal
        try:
            if key in known:
                return known[key]
        except TypeError:
            return bound(self, function.motif.body, env, scope)
        value = bound(self, function.motif.body, env, scope)
        fixed = all(is_fixed(v, self.settled) for v in env.names.values())
        if fixed and not isinstance(value, Tensor):
            value = known[key] = name_module(value, function.motif.name, span)
        return value

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> GraphModule:
        return GraphModule(
            node, freeze(env, self.globals), scope.restart(), output_count(node.body)
        )

    def apply(
        self, module: Any, tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Tensor, ...]:
        match module:
            case OpModule():
                return (self.operate(module, tensors, module.span or span),)
            case Chain(parts, guards):
                flow = tuple(tensors)
                for part, held in zip(parts, guards, strict=True):
                    if held:
                        flow = self.apply(part, flow, span)
                return flow
            case Combine(combiner, branches):
                found = []
                for _, _, held, branch in elements(self, branches, span):
                    if held:
                        found.append((True, self._single(branch, tensors, span)))
                return (self.combine(combiner, found, span),)
            case Named(name, inner):
                return self._call(name, inner, module.memo, tensors, span)
            case GraphModule():
                return self._call("block", module, module.memo, tensors, span)
            case Scan():
                return (self._scan(module, tensors, span),)
        raise fail("NAS245", f"expected a module after `->`, not {describe(module)}", span)

    def _single(self, module: Any, tensors: Sequence[Tensor], span: Span | None) -> Tensor:
        outputs = self.apply(module, tensors, span)
        if len(outputs) != 1:
            raise fail("NAS254", f"expected one tensor, not {len(outputs)}", span)
        return outputs[0]

    def _call(
        self,
        name: str,
        inner: Any,
        memo: dict[Any, Any],
        tensors: Sequence[Tensor],
        span: Span | None,
    ) -> tuple[Tensor, ...]:
        numbers = self._numbers(tensors, span)
        graph = self.subgraph(name, inner, memo, tuple(t.shape for t in tensors), span)  # type: ignore[misc]  # in a build all shapes are known
        return self._add(Node(name, numbers, graph.output_shapes, body=graph, span=span))

    def subgraph(
        self,
        name: str,
        inner: Any,
        memo: dict[Any, Any],
        shapes: tuple[Shape, ...],
        span: Span | None,
    ) -> Graph:
        """The graph of a module on given input shapes."""
        found = memo.get(shapes)
        if found is not None:
            return found  # type: ignore[no-any-return]  # of a dict of any values
        outer, self.home = self.home, Home(shapes)
        try:
            if isinstance(inner, GraphModule):
                outputs = run_graph(self, inner, self.home.tensors(), span)
                names = tuple(n.id for n in inner.block.inputs)
            else:
                outputs = self.apply(inner, self.home.tensors(), span)
                names = ()
            graph = self.intern(name, outputs, names, span)
        finally:
            self.home = outer
        memo[shapes] = graph
        return graph

    def intern(
        self, name: str, outputs: Sequence[Tensor], names: tuple[str, ...], span: Span | None
    ) -> Graph:
        home = self.home
        key = (
            name, home.inputs, tuple(t.number for t in outputs),
            tuple((id(n.op), n.attrs, n.inputs, id(n.body), n.states) for n in home.nodes),
        )  # fmt: skip
        found = self.graphs.get(key)
        if found is None:
            found = Graph(name, home.inputs, tuple(home.nodes), key[2], names, span)
            self.graphs[key] = found
        return found

    def _scan(self, module: Scan, tensors: Sequence[Tensor], span: Span | None) -> Tensor:
        if len(tensors) != 1 or len(tensors[0].shape or ()) != 2:  # type: ignore[arg-type]  # in a build all shapes are known
            raise fail("NAS256", "`scan` runs over one sequence (steps, features)", span)
        steps, features = tensors[0].shape  # type: ignore[misc]  # two, as was checked
        states: tuple[Shape, ...] = module.states
        cell = module.cell
        name, inner, memo = (cell.name, cell.module, cell.memo) if isinstance(cell, Named) else (
            "cell", cell, {})  # fmt: skip
        graph = self.subgraph(name, inner, memo, ((features,), *states), span)
        if graph.output_shapes != states:
            raise fail("NAS257", f"the cell's outputs {graph.output_shapes} are not its states {states}", span,
                       help="a recurrent cell returns its next states, in order")  # fmt: skip
        node = Node("scan", self._numbers(tensors, span), ((steps, *states[0]),), body=graph,
                    states=states, span=module.span)  # fmt: skip
        return self._add(node)[0]


def run_graph(
    machine: Machine, module: GraphModule, tensors: Sequence[Any], span: Span | None
) -> tuple[Any, ...]:
    """The outputs of a graph block on these tensors."""
    check_inputs(module, len(tensors), span)
    env = Env(module.env, dict(zip((n.id for n in module.block.inputs), tensors, strict=True)))
    frame = Frame()
    run_block(machine, module.block.body, env, module.scope.restart(), frame)
    if frame.outputs is None:
        raise fail("NAS255", "this graph has no `out`", module.block.span)
    return tuple(frame.outputs)


def at_home(value: Any, home: object, span: Span | None) -> Tensor:
    """The value, which must be a tensor of this graph."""
    if not isinstance(value, Tensor):
        raise fail("NAS249", f"expected a tensor, not {describe(value)}", span)
    if value.home is not home:
        raise fail("NAS250", "this tensor belongs to another graph", span,
                   help="pass it as an input: `(x, y) -> graph (x, y) { … }`")  # fmt: skip
    return value


def check_inputs(module: GraphModule, count: int, span: Span | None) -> None:
    """A graph is applied to as many tensors as it names."""
    wanted = len(module.block.inputs)
    if wanted != count:
        raise fail("NAS258", f"this graph takes {wanted} tensor{'s' * (wanted != 1)}, not {count}", span,
                   notes=(("the graph is here", module.block.span),))  # fmt: skip


def shape_mistake(
    module: OpModule, shapes: Sequence[Any], message: str, span: Span | None, witness: str = ""
) -> NasError:
    """An operator on shapes that it does not accept."""
    shown = " and ".join("(" + ", ".join(map(str, s)) + ")" for s in shapes)
    notes: list[tuple[str, Span | None]] = [(f"its input is {shown}", None)]
    if witness:
        notes.append((f"this happens with {witness}", None))
    if span is not None and module.span is not None and span != module.span:
        notes.append(("applied here", span))
    return NasError(
        Diagnostic(
            "NAS501", f"`{module.op.name}`: {message}", module.span or span, notes=tuple(notes)
        )
    )


def freeze(env: Env, globals: Env) -> Env:
    """The names in scope as they are now (loops and assignments go on changing them)."""
    if env is globals or env.parent is None:
        return env
    return Env(freeze(env.parent, globals), dict(env.names))


def attribute(node: Node, name: str) -> Value:
    """An attribute of a node."""
    return dict(node.attrs)[name]
