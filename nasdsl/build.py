"""The builder: the machine that takes every choice from a genotype and makes the architecture."""

from __future__ import annotations

<<<<<<< HEAD
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import syntax
from .architecture import Graph, Input, Node
from .diagnostics import Diagnostic, NasError, fail
from .domains import Domain
from .evaluate.basic import bound
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
        self, globals: Env, ops: Mapping[str, Op], choices: Mapping[str, int | float]
    ) -> None:
        super().__init__(globals, dict(ops))
        self.choices = choices
        self.home = self.root = Home(())
        self.inputs: list[Input] = []
        self.graphs: dict[tuple[Any, ...], Graph] = {}
        self.nodes = 0

    # -------------------------------------------------------------- choices are given

    def decide(self, scope: Scope, domain: Domain, span: Span | None) -> Any:
        path = scope.decision()
        try:
            return self.choices[path]
        except KeyError:
            raise fail("NAS450", f"the genotype says nothing about `{path}`", span) from None

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
        if not isinstance(value, Tensor):
            raise fail("NAS249", f"expected a tensor, not {describe(value)}", span)
        if value.home is not self.home:
            raise fail("NAS250", "this tensor belongs to another graph", span,
                       help="pass it as an input: `(x, y) -> graph (x, y) { … }`")  # fmt: skip
        return value

    def source(self, module: OpModule, span: Span | None) -> Tensor:
        if self.home is not self.root:
            raise fail("NAS251", f"`{module.op.name}` is a network input: only `network` can have it", span)
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
            shape = infer(module.op, shapes, module.attrs)  # type: ignore[arg-type]
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
        return bound(self, function.motif.body, env, scope)

    def graph(self, node: syntax.Graph, env: Env, scope: Scope) -> GraphModule:
        return GraphModule(node, freeze(env, self.globals), scope.restart(), output_count(node.body))

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
                        found.append((True, self._single(self._module(branch, span), tensors, span)))
                return (self.combine(combiner, found, span),)
            case Named(name, inner):
                return self._call(name, inner, module.memo, tensors, span)
            case GraphModule():
                return self._call("block", module, module.memo, tensors, span)
            case Scan():
                return (self._scan(module, tensors, span),)
        raise fail("NAS245", f"expected a module after `->`, not {describe(module)}", span)

    def _module(self, value: Any, span: Span | None) -> Any:
        from .evaluate.call import to_module

        return to_module(self, value, Scope("branch"), span)

    def _single(self, module: Any, tensors: Sequence[Tensor], span: Span | None) -> Tensor:
        outputs = self.apply(module, tensors, span)
        if len(outputs) != 1:
            raise fail("NAS254", f"expected one tensor, not {len(outputs)}", span)
        return outputs[0]

    def _call(
        self, name: str, inner: Any, memo: dict[Any, Any], tensors: Sequence[Tensor], span: Span | None
    ) -> tuple[Tensor, ...]:
        numbers = self._numbers(tensors, span)
        graph = self.subgraph(name, inner, memo, tuple(t.shape for t in tensors), span)  # type: ignore[misc]
        return self._add(Node(name, numbers, graph.output_shapes, body=graph, span=span))

    def subgraph(
        self, name: str, inner: Any, memo: dict[Any, Any], shapes: tuple[Shape, ...], span: Span | None
    ) -> Graph:
        """The graph of a module on given input shapes."""
        found = memo.get(shapes)
        if found is not None:
            return found  # type: ignore[no-any-return]
        outer, self.home = self.home, Home(shapes)
        try:
            if isinstance(inner, GraphModule):
                outputs = self._run(inner, self.home.tensors(), span)
                names = tuple(n.id for n in inner.block.inputs)
            else:
                outputs = self.apply(inner, self.home.tensors(), span)
                names = ()
            graph = self._intern(name, outputs, names, span)
        finally:
            self.home = outer
        memo[shapes] = graph
        return graph

    def _run(self, module: GraphModule, tensors: Sequence[Tensor], span: Span | None) -> Sequence[Tensor]:
        check_inputs(module, len(tensors), span)
        env = Env(module.env, dict(zip((n.id for n in module.block.inputs), tensors, strict=True)))
        frame = Frame()
        run_block(self, module.block.body, env, module.scope.restart(), frame)
        if frame.outputs is None:
            raise fail("NAS255", "this graph has no `out`", module.block.span)
        return frame.outputs

    def _intern(
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
        if len(tensors) != 1 or len(tensors[0].shape or ()) != 2:  # type: ignore[arg-type]
            raise fail("NAS256", "`scan` runs over one sequence (steps, features)", span)
        steps, features = tensors[0].shape  # type: ignore[misc]
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
        Diagnostic("NAS301", f"`{module.op.name}`: {message}", module.span or span, notes=tuple(notes))
    )


def freeze(env: Env, globals: Env) -> Env:
    """The names in scope as they are now (loops and assignments go on changing them)."""
    if env is globals or env.parent is None:
        return env
    return Env(freeze(env.parent, globals), dict(env.names))


def attribute(node: Node, name: str) -> Value:
    """An attribute of a node."""
    return dict(node.attrs)[name]
=======
import re
from typing import Any, TypeVar

from lark import Token

from . import syntax as s
from .diagnostics import Diagnostic, fail
from .lexemes import KEYWORDS
from .spans import Source, Span

MAX_DEPTH = 200
"""Levels of a syntax tree: past it, recursive passes would not be safe."""

_ESCAPE = re.compile(r'\\(["\\nt])')
_UNESCAPED = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}

Children = list[Any]
_Node = TypeVar("_Node", bound=s.Syntax)


def unquote(literal: str) -> str:
    """The text that a quoted literal stands for."""
    body = literal[1:-1]
    return _ESCAPE.sub(lambda m: _UNESCAPED[m[1]], body) if "\\" in body else body


def _nodes(children: Children) -> tuple[Any, ...]:
    return tuple(c for c in children if not isinstance(c, Token))


class Builder:
    """Builds the tree of one source at a time; `begin` names it."""

    def __init__(self) -> None:
        self.begin(Source("<none>", ""))

    def begin(self, source: Source) -> None:
        self._source = source
        # Levels below each inner node. Keyed by identity: every node here is alive in the tree.
        self._levels: dict[int, int] = {}
        self.problems: list[Diagnostic] = []

    def _span(self, children: Children) -> Span:
        first, last = children[0], children[-1]
        start = first.start_pos if isinstance(first, Token) else first.span.start
        end = last.end_pos if isinstance(last, Token) else last.span.end
        return Span(self._source, start or 0, end or 0)

    def _make(self, kind: type[_Node], children: Children, *values: object) -> _Node:
        get, level = self._levels.get, 0
        for child in children:
            level = max(level, get(id(child), 0))
        node = kind(*values, span=self._span(children))
        self._levels[id(node)] = level + 1
        if level >= MAX_DEPTH:
            raise fail(
                "NAS002",
                f"the program nests more than {MAX_DEPTH} levels deep",
                node.span,
                help="name parts of it with `let`, `where` or a `motif`",
            )
        return node

    def _bind(self, token: Token) -> str:
        """A name that is introduced here: the lexer lets a keyword pass where only names stand."""
        name: str = token.value
        if name in KEYWORDS:
            message = f"`{name}` is a keyword, not a name"
            help = "the keywords are " + " ".join(sorted(KEYWORDS))
            self.problems.append(Diagnostic("NAS029", message, self._leaf(token), help=help))
        return name

    def _names(self, children: Children) -> list[str]:
        return [self._bind(c) for c in children if isinstance(c, Token) and c.type == "NAME"]

    def _leaf(self, token: Token) -> Span:
        return Span(self._source, token.start_pos or 0, token.end_pos or 0)

    # -------------------------------------------------------------- expressions

    def number(self, c: Children) -> s.Number:
        return s.Number(c[0].value, span=self._leaf(c[0]))

    def text(self, c: Children) -> s.Text:
        return s.Text(unquote(c[0].value), span=self._leaf(c[0]))

    def boolean(self, c: Children) -> s.Boolean:
        return s.Boolean(c[0].value == "true", span=self._leaf(c[0]))

    def name(self, c: Children) -> s.Name:
        return s.Name(c[0].value, span=self._leaf(c[0]))

    def where(self, c: Children) -> s.Where:
        return self._make(s.Where, c, c[0], _nodes(c[2:]))

    def ternary(self, c: Children) -> s.Ternary:
        return self._make(s.Ternary, c, c[0], c[2], c[4])

    def alternatives(self, c: Children) -> s.Alternatives:
        return self._make(s.Alternatives, c, tuple(c[::2]))

    def pipeline(self, c: Children) -> s.Pipeline:
        return self._make(s.Pipeline, c, tuple(c[::2]))

    def binary(self, c: Children) -> s.Binary:
        op = c[1].value if len(c) == 3 else "not in"
        return self._make(s.Binary, c, op, c[0], c[-1])

    def unary(self, c: Children) -> s.Unary:
        return self._make(s.Unary, c, c[0].value, c[1])

    def any(self, c: Children) -> s.Any:
        return self._make(s.Any, c, c[1])

    def some(self, c: Children) -> s.Some:
        return self._make(s.Some, c, c[2])

    def pick(self, c: Children) -> s.Pick:
        flags = {t.type for t in c[4:]}
        return self._make(s.Pick, c, c[1], c[3], "ORDERED" in flags, "REPEATED" in flags)

    def permutation(self, c: Children) -> s.Permutation:
        return self._make(s.Permutation, c, c[2])

    def range(self, c: Children) -> s.Range:
        log = isinstance(c[-1], Token)
        step = c[4] if len(c) > 4 else None
        return self._make(s.Range, c, c[0], c[2], step, log)

    def call(self, c: Children) -> s.Call:
        return self._make(s.Call, c, c[0], _nodes(c[2:-1]))

    def argument(self, c: Children) -> s.Argument:
        return self._make(s.Argument, c, c[0].value if len(c) == 3 else None, c[-1])

    def index(self, c: Children) -> s.Index:
        return self._make(s.Index, c, c[0], c[2])

    def slice_from(self, c: Children) -> s.Slice:
        return self._make(s.Slice, c, c[0], c[2], None)

    def slice_to(self, c: Children) -> s.Slice:
        return self._make(s.Slice, c, c[0], None, c[3])

    def group(self, c: Children) -> s.Group:
        return self._make(s.Group, c, c[1])

    def tensors(self, c: Children) -> s.Tensors:
        return self._make(s.Tensors, c, _nodes(c))

    def list(self, c: Children) -> s.List:
        return self._make(s.List, c, _nodes(c))

    def comprehension(self, c: Children) -> s.Comprehension:
        return self._make(s.Comprehension, c, c[1], tuple(c[2:-1]))

    def clause(self, c: Children) -> s.Clause:
        names, nodes = self._names(c), _nodes(c)
        index = names[0] if len(names) == 2 else None
        cond = nodes[1] if len(nodes) == 2 else None
        return self._make(s.Clause, c, index, names[-1], nodes[0], cond)

    def one_of(self, c: Children) -> s.OneOf:
        return self._make(s.OneOf, c, tuple(c[3:-1]))

    def alternative(self, c: Children) -> s.Alternative:
        guard = c[2] if len(c) == 5 else None
        return self._make(s.Alternative, c, c[0].value, guard, c[-1])

    def label(self, c: Children) -> Token:
        (token,) = c
        if token.type == "STRING":
            return Token.new_borrow_pos("LABEL", unquote(token.value), token)
        return Token.new_borrow_pos("LABEL", token.value, token)

    def graph(self, c: Children) -> s.Graph:
        block = c.pop()
        inputs = tuple(s.Name(self._bind(t), span=self._leaf(t)) for t in c if t.type == "NAME")
        return self._make(s.Graph, c + block, inputs, _nodes(block))

    def repeat(self, c: Children) -> s.Repeat:
        names = self._names(c)
        return self._make(s.Repeat, c, c[1], names[0] if names else None, c[-2])

    # -------------------------------------------------------------- statements

    def block(self, c: Children) -> Children:
        return c  # the parent takes it apart: a block is no node of its own

    def assign(self, c: Children) -> s.Assign:
        return self._make(s.Assign, c, tuple(self._names(c)), c[-1])

    def append(self, c: Children) -> s.Append:
        return self._make(s.Append, c, self._bind(c[0]), c[2])

    def loop(self, c: Children) -> s.Loop:
        block, names = c.pop(), self._names(c)
        index = names[0] if len(names) == 2 else None
        return self._make(s.Loop, c + block, index, names[-1], c[-1], _nodes(block))

    def when(self, c: Children) -> s.When:
        last = c[-1] if len(c) == 5 else []
        orelse = last if isinstance(last, list) else [last]
        return self._make(s.When, c[:2] + c[2] + orelse, c[1], _nodes(c[2]), _nodes(orelse))

    def require_stmt(self, c: Children) -> s.Require:
        return self._make(s.Require, c, _nodes(c))

    def out(self, c: Children) -> s.Out:
        return self._make(s.Out, c, _nodes(c))

    # -------------------------------------------------------------- top level

    def start(self, c: Children) -> s.Program:
        return s.Program(tuple(c), span=Span(self._source, 0, len(self._source.text)))

    def space_decl(self, c: Children) -> s.SpaceDecl:
        doc = unquote(c[2].value) if len(c) == 3 else None
        return self._make(s.SpaceDecl, c, self._bind(c[1]), doc)

    def import_decl(self, c: Children) -> s.Import:
        return self._make(s.Import, c, unquote(c[1].value))

    def param_decl(self, c: Children) -> s.Param:
        return self._make(s.Param, c, _nodes(c))

    def binding(self, c: Children) -> s.Binding:
        return self._make(s.Binding, c, self._bind(c[0]), c[2])

    def let_decl(self, c: Children) -> s.Let:
        return self._make(s.Let, c, self._bind(c[1]), c[3])

    def motif_decl(self, c: Children) -> s.Motif:
        return self._make(s.Motif, c, self._bind(c[1]), _nodes(c[2:-1]), c[-1])

    def formal(self, c: Children) -> s.Formal:
        return self._make(s.Formal, c, self._bind(c[0]), c[2] if len(c) == 3 else None)

    def network_decl(self, c: Children) -> s.Network:
        return self._make(s.Network, c, c[2])

    def require_decl(self, c: Children) -> s.Require:
        return self._make(s.Require, c, _nodes(c))

    def search_decl(self, c: Children) -> s.Search:
        return self._make(s.Search, c, _nodes(c))

    def setting(self, c: Children) -> s.Setting:
        return self._make(s.Setting, c, c[0].value, _nodes(c[1:]))
>>>>>>> front
